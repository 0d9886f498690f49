"""Payment files dropped for the bank."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from subsidy.senders.bank_folder import BankFolder
from subsidy.senders.envelope import Attachment, PermanentFailureError, TemporaryFailureError
from tests.senders.envelopes import PAID

FILE = Attachment("HZ-2020-0007-persons.csv", b"1,2,3\n", "text/csv")
ORDER = replace(PAID, attachments=(FILE,))


def test_a_payment_file_is_dropped_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    receipt = BankFolder(tmp_path / "bank").send(ORDER)

    (path,) = (tmp_path / "bank").iterdir()
    assert receipt.reference == path.name == FILE.name
    assert path.read_bytes() == FILE.content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_nlink == 1


def test_dropping_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    BankFolder(tmp_path).send(ORDER)
    before = (tmp_path / FILE.name).stat().st_mtime_ns

    BankFolder(tmp_path).send(ORDER)

    assert (tmp_path / FILE.name).stat().st_mtime_ns == before
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_of_the_same_name_with_other_content_is_never_overwritten(tmp_path: Path) -> None:
    BankFolder(tmp_path).send(ORDER)

    with pytest.raises(PermanentFailureError, match="compare both"):
        BankFolder(tmp_path).send(replace(ORDER, attachments=(replace(FILE, content=b"9\n"),)))

    assert (tmp_path / FILE.name).read_bytes() == FILE.content


@pytest.mark.parametrize("name", ["../x.csv", "批次.csv", ".hidden", ""])
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PermanentFailureError):
        BankFolder(tmp_path).send(replace(ORDER, attachments=(replace(FILE, name=name),)))

    assert list(tmp_path.iterdir()) == []


def test_an_envelope_without_a_file_pays_nobody(tmp_path: Path) -> None:
    with pytest.raises(PermanentFailureError, match="no payment file"):
        BankFolder(tmp_path).send(replace(ORDER, attachments=()))


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(TemporaryFailureError):
        BankFolder(tmp_path / "file").send(ORDER)
