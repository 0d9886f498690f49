"""Flag > variable > file > default, with the origin kept, and faults that say what to do."""

from datetime import date
from pathlib import Path

import pytest

from subsidy.settings import CHECKOUT, SetupError, load_settings, make_home, shown_url
from tests.platform.places import settings_in


def test_a_flag_beats_the_variable_the_file_and_the_default(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("port = 8001\npoll_seconds = 7\nlog_level = 'ERROR'\n")
    environ = {"SUBSIDY_PORT": "8002", "SUBSIDY_POLL_SECONDS": "6"}

    found = load_settings(flags={"home": tmp_path, "port": 8003}, environ=environ)

    assert (found.port, found.poll_seconds, found.log_level) == (8003, 6, "ERROR")
    assert found.prefect_port == 4200
    kinds = {name: found.origins[name].kind for name in ("port", "poll_seconds", "log_level")}
    assert kinds == {"port": "flag", "poll_seconds": "environment", "log_level": "file"}
    assert found.origins["prefect_port"].kind == "default"
    assert found.origins["poll_seconds"].text == "SUBSIDY_POLL_SECONDS"


def test_home_is_var_in_the_checkout_unless_named() -> None:
    assert load_settings(environ={}).home == CHECKOUT / "var"


def test_everything_listens_on_the_machine_itself_by_default(tmp_path: Path) -> None:
    found = settings_in(tmp_path)

    assert found.host == "127.0.0.1"
    assert found.prefect_url == "http://127.0.0.1:4200"
    assert found.database_url == f"sqlite:///{tmp_path}/subsidy.db"


def test_all_faults_are_told_at_once_with_where_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("prot = 8001\n")

    with pytest.raises(SetupError) as caught:
        load_settings(
            flags={"home": tmp_path}, environ={"SUBSIDY_PORT": "many", "SUBSIDY_SENDER": "fax"}
        )

    told = "\n".join(caught.value.faults)
    assert len(caught.value.faults) == 3
    assert "settings.toml: knows no setting 'prot'" in told
    assert "SUBSIDY_PORT: port cannot be 'many'" in told
    assert "use one of mail_folder, smtp, webhook" in told


def test_a_faulty_secret_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as caught:
        load_settings(
            flags={"home": tmp_path}, environ={"SUBSIDY_DATABASE_URL": "oracle://u:hunter2@db/x"}
        )

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("postgresql://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
        ("postgres://u@db/x", "postgresql+psycopg://u@db/x"),
        ("sqlite:////srv/s.db", "sqlite:////srv/s.db"),
    ],
)
def test_database_addresses_are_brought_to_one_driver(
    tmp_path: Path, given: str, meant: str
) -> None:
    assert settings_in(tmp_path, database_url=given).database_url == meant


def test_a_relative_sqlite_file_lies_in_the_home(tmp_path: Path) -> None:
    assert settings_in(tmp_path, database_url="sqlite:///a.db").database_url == (
        f"sqlite:///{tmp_path}/a.db"
    )


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://u:secret@db:5/x?a=b", "postgresql+psycopg://u:***@db:5/x"),
        ("postgresql://u:secret@/x?host=/run/pg", "postgresql://u:***@/x"),
        ("sqlite:////srv/s.db", "sqlite:////srv/s.db"),
    ],
)
def test_addresses_are_shown_without_password_and_query(url: str, shown: str) -> None:
    assert shown_url(url) == shown


def test_no_secret_is_shown_or_in_repr(tmp_path: Path) -> None:
    found = settings_in(
        tmp_path,
        sender="smtp",
        smtp_host="mail.example",
        smtp_from="a@example",
        smtp_password="hunter2",
        database_url="postgresql://u:hunter2@db/x",
    )

    assert "hunter2" not in repr(found)
    assert "hunter2" not in str(found.shown())
    assert {"smtp_password": "set"}.items() <= {n: v for n, v, _ in found.shown()}.items()


def test_a_sender_needs_its_address(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"smtp_host is not set\. Set SUBSIDY_SMTP_HOST"):
        settings_in(tmp_path, sender="smtp")


def test_a_business_date_is_only_for_the_demo(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="only for the demo"):
        settings_in(tmp_path, business_date="2020-10-12")

    found = settings_in(tmp_path, business_date="2020-10-12", demo=True)
    assert found.business_date == date(2020, 10, 12)


def test_children_get_the_home_and_the_flags_only(tmp_path: Path) -> None:
    found = load_settings(flags={"home": tmp_path, "demo": True}, environ={"SUBSIDY_PORT": "8002"})

    assert found.environment() == {"SUBSIDY_HOME": str(tmp_path), "SUBSIDY_DEMO": "true"}


def test_an_unknown_variable_is_kept_for_the_doctor(tmp_path: Path) -> None:
    assert load_settings(flags={"home": tmp_path}, environ={"SUBSIDY_PROT": "1"}).unknown == (
        "SUBSIDY_PROT",
    )


def test_the_bureaus_config_overrides_ours_file_by_file(tmp_path: Path) -> None:
    found = settings_in(tmp_path)
    assert found.config_file("schedules.yaml") == CHECKOUT / "config" / "schedules.yaml"

    own = tmp_path / "config" / "schedules.yaml"
    own.parent.mkdir()
    own.write_text("")

    assert found.config_file("schedules.yaml") == own
    assert found.config_files("*.yaml")["schedules.yaml"] == own
    assert found.config_files("calendar/*.yaml")["calendar/2020.yaml"].is_relative_to(CHECKOUT)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    in_the_way = tmp_path / "home"
    in_the_way.write_text("a file where the folder should be")

    with pytest.raises(SetupError, match=r"home.*cannot be written.*SUBSIDY_HOME or --home"):
        make_home(settings_in(in_the_way))
