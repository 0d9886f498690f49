"""Keys are made once, kept from others' eyes, and never made anew beside data."""

import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from subsidy.keys import (
    ENCRYPTION,
    FILES,
    INDEX,
    SESSION,
    Keys,
    add_encryption_key,
    key_report,
    load_keys,
    load_or_create_keys,
)
from subsidy.settings import SetupError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_a_new_home_gets_keys_that_only_its_owner_may_read(folder: Path) -> None:
    keys = load_or_create_keys(folder, database_in_use=False)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in FILES} == {0o600}
    assert {each.name for each in folder.iterdir()} == set(FILES)
    assert len(keys.ring.key(keys.ring.current)) == 32
    assert keys.scheduler_auth.startswith("subsidy:")
    assert keys == load_keys(folder)


def test_the_signing_key_verifies_what_it_signed(folder: Path) -> None:
    keys = load_or_create_keys(folder, database_in_use=False)

    keys.signing_key().public_key().verify(keys.signing_key().sign(b"seal"), b"seal")


def test_no_key_shows_in_repr(folder: Path) -> None:
    keys = load_or_create_keys(folder, database_in_use=False)

    assert repr(keys) == "Keys()"
    assert repr(keys.ring) == "KeyRing(current=1)"


@pytest.mark.parametrize("lost", [ENCRYPTION, INDEX])
def test_a_lost_key_is_not_made_anew_beside_data(folder: Path, lost: str) -> None:
    load_or_create_keys(folder, database_in_use=False)
    (folder / lost).unlink()

    with pytest.raises(
        SetupError, match=rf"{lost} missing.*Restore the key folder from the backup"
    ):
        load_or_create_keys(folder, database_in_use=True)
    assert not (folder / lost).exists()


def test_a_lost_session_key_only_logs_people_out(folder: Path) -> None:
    before = load_or_create_keys(folder, database_in_use=False)
    (folder / SESSION).unlink()

    after = load_or_create_keys(folder, database_in_use=True)

    assert after.session != before.session
    assert after.ring == before.ring


def test_a_key_that_others_may_read_is_refused_with_the_command_that_mends_it(
    folder: Path,
) -> None:
    load_or_create_keys(folder, database_in_use=False)
    (folder / INDEX).chmod(0o644)

    with pytest.raises(SetupError, match=r"mode 644.*chmod 600"):
        load_keys(folder)
    assert dict(key_report(folder))[SESSION] == "present"


@pytest.mark.parametrize("content", ["", "x", "AAAA", '{"current": 2, "keys": {}}'])
def test_a_damaged_key_is_refused_without_repeating_it(folder: Path, content: str) -> None:
    load_or_create_keys(folder, database_in_use=False)
    for name in (ENCRYPTION, INDEX):
        (folder / name).write_text(content)

    with pytest.raises(SetupError, match="damaged or cut short"):
        load_keys(folder)


def test_a_new_encryption_key_leaves_old_fields_readable(folder: Path) -> None:
    before = load_or_create_keys(folder, database_in_use=False)

    assert add_encryption_key(folder) == 2

    ring = load_keys(folder).ring
    assert ring.current == 2
    assert ring.key(1) == before.ring.key(1) != ring.key(2)
    with pytest.raises(SetupError, match="no key version 7"):
        ring.key(7)


def test_two_processes_that_start_at_once_agree_on_the_keys(tmp_path: Path) -> None:
    for round_number in range(5):
        folder = tmp_path / str(round_number)

        def make(_: int, folder: Path = folder) -> Keys:
            return load_or_create_keys(folder, database_in_use=False)

        with ThreadPoolExecutor(4) as pool:
            assert len({keys.scheduler_auth for keys in pool.map(make, range(4))}) == 1
        shutil.rmtree(folder)
