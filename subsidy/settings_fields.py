"""The table of settings: name, default, how its text is read, and one sentence on its meaning."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Origin:
    """Where a value came from; `text` names the flag, variable or file."""

    kind: Literal["flag", "environment", "file", "default"]
    text: str


Reader = Callable[[Any, Path], Any]


@dataclass(frozen=True)
class Field:
    """One setting. `default` may hold `{home}`; `read` gets (raw value, home) or ValueError."""

    name: str
    default: Any
    read: Reader
    means: str
    secret: bool = False

    @property
    def variable(self) -> str:
        return f"SUBSIDY_{self.name.upper()}"

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    def default_in(self, home: Path) -> Any:
        return self.default.format(home=home) if isinstance(self.default, str) else self.default

    def as_text(self, value: Any) -> str:
        """Return `value` in the form that `read` takes."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, tuple):
            return ",".join(value)
        return "" if value is None else str(value)


def text(raw: Any, home: Path) -> str | None:
    return None if raw in (None, "") else str(raw)


def folder(raw: Any, home: Path) -> Path:
    path = Path(str(raw)).expanduser()
    return path if path.is_absolute() else home / path


def truth(raw: Any, home: Path) -> bool:
    if isinstance(raw, bool):
        return raw
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if str(raw).lower() not in known:
        raise ValueError("use true or false")
    return known[str(raw).lower()]


def day(raw: Any, home: Path) -> date | None:
    if raw in (None, ""):
        return None
    return raw if isinstance(raw, date) else date.fromisoformat(str(raw))


def names(raw: Any, home: Path) -> tuple[str, ...]:
    parts = raw if isinstance(raw, list | tuple) else str(raw).split(",")
    return tuple(str(part).strip() for part in parts if str(part).strip())


def port(raw: Any, home: Path) -> int:
    number = int(raw)
    if not 1 <= number <= 65535:
        raise ValueError("a port is a number from 1 to 65535")
    return number


def at_least(least: float) -> Reader:
    def read(raw: Any, home: Path) -> float:
        number = float(raw)
        if number < least:
            raise ValueError(f"use {least:g} or more")
        return int(number) if number == int(number) else number

    return read


def one_of(*allowed: str) -> Reader:
    def read(raw: Any, home: Path) -> str:
        if str(raw) not in allowed:
            raise ValueError(f"use one of {', '.join(allowed)}")
        return str(raw)

    return read


def database(raw: Any, home: Path) -> str:
    """Read a database address; PostgreSQL always goes through psycopg 3."""
    scheme, separator, rest = str(raw).partition("://")
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and separator:
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and separator:
        path = rest.removeprefix("/")
        if not path or path == ":memory:":
            raise ValueError("a database in memory is gone when the process ends; name a file")
        return f"sqlite:///{folder(path, home)}"
    raise ValueError("use sqlite:///FILE or postgresql://USER@HOST/NAME")


FIELDS: tuple[Field, ...] = (
    Field("home", None, folder, "Folder of databases, files, mail, keys and the bureau's config"),
    Field("database_url", "sqlite:///{home}/subsidy.db", database, "Business database", True),
    Field("host", "127.0.0.1", text, "Address that the console listens on"),
    Field("port", 8080, port, "Port of the console"),
    Field("prefect_port", 4200, port, "Port of the flow UI, always on 127.0.0.1"),
    Field("prefect_database_url", None, text, "Prefect's database; default a file at home", True),
    Field("public_url", None, text, "Address that people use when a proxy stands in front"),
    Field("demo", False, truth, "Generated people, business date from the scenario"),
    Field("business_date", None, day, "The day that rules in the demo"),
    Field("cities", "hangzhou", names, "Cities whose sweeps are scheduled"),
    Field("sender", "mail_folder", one_of("mail_folder", "smtp", "webhook"), "How messages leave"),
    Field("mail_folder", "{home}/mail", folder, "Where mail_folder writes messages"),
    Field("smtp_host", None, text, "Mail server"),
    Field("smtp_port", 587, port, "Port of the mail server"),
    Field("smtp_user", None, text, "Account at the mail server"),
    Field("smtp_password", None, text, "Its password", True),
    Field("smtp_from", None, text, "Sender address of mails"),
    Field("smtp_security", "starttls", one_of("starttls", "tls", "none"), "Encryption of the mail"),
    Field("webhook_url", None, text, "Where the webhook sender posts", True),
    Field("webhook_secret", None, text, "Key that signs what the webhook posts", True),
    Field("keys_folder", "{home}/keys", folder, "Keys, 0600; may lie on another disk"),
    Field("language", "zh_CN", one_of("zh_CN", "en"), "Language of pages before log-in"),
    Field("log_level", "INFO", one_of("DEBUG", "INFO", "WARNING", "ERROR"), "Least level logged"),
    Field("log_format", "text", one_of("text", "json"), "Form of a log line"),
    Field("start_timeout_seconds", 90, at_least(1), "How long a part may take until it answers"),
    Field("stop_timeout_seconds", 15, at_least(1), "How long all parts may take to stop"),
    Field("poll_seconds", 3, at_least(1), "How often the runner asks for due flow runs"),
)
