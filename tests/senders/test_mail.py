"""Messages as mail: into the folder, and to a server."""

from __future__ import annotations

import email
import re
import socket
import stat
from dataclasses import replace
from email import policy
from pathlib import Path

import pytest

from subsidy.senders.envelope import Envelope, PermanentFailureError, TemporaryFailureError
from subsidy.senders.mail_folder import MailFolder
from subsidy.senders.smtp import SmtpSender
from tests.senders.envelopes import PAID
from tests.senders.mail_server import mail_server, own_certificate


def test_a_message_lies_in_the_folder_as_one_readable_mail(tmp_path: Path) -> None:
    receipt = MailFolder(tmp_path).send(PAID)

    (path,) = tmp_path.iterdir()
    mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert path.name == "hangzhou-42.eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert mail["Message-ID"] == receipt.reference == "<outbox.hangzhou-42@subsidy.invalid>"
    assert mail["Subject"] == PAID.subject
    assert mail["To"] == "school@example.invalid"
    assert mail["Date"] == "Tue, 24 Nov 2020 03:00:00 +0000"
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == PAID.text
    assert [part.get_filename() for part in mail.iter_attachments()] == ["名单.csv"]


def test_sending_a_row_again_writes_over_its_own_mail_and_doubles_nothing(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    folder.send(PAID)
    first = (tmp_path / "hangzhou-42.eml").read_bytes()

    folder.send(PAID)

    assert (tmp_path / "hangzhou-42.eml").read_bytes() == first
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("to", ["", "nobody", "a@b\r\nBcc: c@d", "张@例.invalid", "@x.invalid"])
def test_an_address_that_is_none_is_refused_for_good_without_showing_it(
    tmp_path: Path, to: str
) -> None:
    with pytest.raises(PermanentFailureError, match="hangzhou-42") as refused:
        MailFolder(tmp_path).send(replace(PAID, to=to))

    assert to == "" or to not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_subject_cannot_smuggle_in_a_header(tmp_path: Path) -> None:
    with pytest.raises(PermanentFailureError):
        MailFolder(tmp_path).send(replace(PAID, subject="好\r\nBcc: c@d.invalid"))


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(TemporaryFailureError, match="check space"):
        MailFolder(tmp_path / "file").send(PAID)


@pytest.mark.parametrize("outbox_id", ["../../etc/x", "", "a b", "x\n"])
def test_a_row_name_that_could_leave_the_folder_is_refused(outbox_id: str) -> None:
    with pytest.raises(ValueError, match="outbox_id"):
        replace(PAID, outbox_id=outbox_id)


def test_an_envelope_shows_nobodys_address_or_text_when_it_is_printed() -> None:
    printed = repr(PAID)

    assert "school@" not in printed
    assert "到账" not in printed


def sender(port: int, **options: object) -> SmtpSender:
    plain = {"security": "none", **options}
    return SmtpSender(
        host="localhost",
        port=port,
        sender_address="office@example.invalid",
        timeout_seconds=5,
        **plain,  # type: ignore[arg-type]
    )


def test_a_mail_server_gets_the_message_with_its_fixed_id() -> None:
    with mail_server() as server:
        receipt = sender(server.port).send(PAID)

    mail = email.message_from_bytes(server.kept[0], policy=policy.default)
    assert mail["Message-ID"] == receipt.reference == "<outbox.hangzhou-42@example.invalid>"
    assert mail["Subject"] == PAID.subject


def test_a_message_that_was_taken_counts_as_sent_however_the_server_says_good_bye() -> None:
    with mail_server({"QUIT": "500 what"}) as server:
        sender(server.port).send(PAID)

    assert len(server.kept) == 1


def test_starttls_is_used_with_the_offices_own_certificate_and_log_in(tmp_path: Path) -> None:
    certificate, context = own_certificate(tmp_path)
    with mail_server({"AUTH": "235 welcome"}, context=context) as server:
        sender(
            server.port,
            security="starttls",
            ca_file=certificate,
            username="office",
            password="secret",
        ).send(PAID)

    assert len(server.kept) == 1


def test_a_server_with_an_unknown_certificate_gets_nothing(tmp_path: Path) -> None:
    _, context = own_certificate(tmp_path)
    with (
        mail_server(context=context) as server,
        pytest.raises(TemporaryFailureError, match="TLS"),
    ):
        sender(server.port, security="starttls").send(PAID)

    assert server.kept == []


@pytest.mark.parametrize(
    ("answers", "failure"),
    [
        ({"RCPT": "550 no such box"}, PermanentFailureError),
        ({"RCPT": "451 later"}, TemporaryFailureError),
        ({"DATA": "552 too big"}, PermanentFailureError),
        ({"DATA": "452 full"}, TemporaryFailureError),
        ({"MAIL": "553 not you"}, TemporaryFailureError),
    ],
)
def test_what_the_server_says_decides_whether_to_try_again(
    answers: dict[str, str], failure: type[Exception]
) -> None:
    with mail_server(answers) as server, pytest.raises(failure) as refused:
        sender(server.port).send(PAID)

    assert not re.search("school|no such box", str(refused.value))


def test_a_refused_log_in_is_a_fault_of_the_setup_and_not_of_the_message(tmp_path: Path) -> None:
    certificate, context = own_certificate(tmp_path)
    with (
        mail_server({"AUTH": "535 wrong"}, context=context) as server,
        pytest.raises(TemporaryFailureError, match="log-in") as refused,
    ):
        sender(
            server.port,
            security="starttls",
            ca_file=certificate,
            username="office",
            password="hush",
        ).send(PAID)

    assert "hush" not in str(refused.value)


def test_no_server_at_all_is_tried_again_later() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(TemporaryFailureError, match="check host"):
        sender(port).send(PAID)


def test_a_password_never_goes_out_unencrypted() -> None:
    with pytest.raises(ValueError, match="starttls or tls"):
        sender(25, username="office", password="secret")


def test_the_row_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Envelope("hangzhou", "1", "paid", PAID.created_at.replace(tzinfo=None))
