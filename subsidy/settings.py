"""Where every setting comes from: flag > SUBSIDY_* variable > settings.toml > default.

The value and its origin are kept together, so that `subsidy doctor` can show both. Nothing here
opens a database or a network connection; secrets are never part of a message.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from subsidy.settings_fields import FIELDS, Field, Origin

CHECKOUT = Path(__file__).resolve().parent.parent

SenderKind = Literal["mail_folder", "smtp", "webhook"]


class SetupError(Exception):
    """This machine is not set up as asked; each sentence says where, what, and what to do."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of one process; `origins` maps each field's name to where its value came from."""

    home: Path
    database_url: str = field(repr=False)
    host: str
    port: int
    prefect_port: int
    prefect_database_url: str | None = field(repr=False)
    public_url: str | None
    demo: bool
    business_date: date | None
    cities: tuple[str, ...]
    sender: SenderKind
    mail_folder: Path
    smtp_host: str | None
    smtp_port: int
    smtp_user: str | None
    smtp_password: str | None = field(repr=False)
    smtp_from: str | None
    smtp_security: Literal["starttls", "tls", "none"]
    webhook_url: str | None = field(repr=False)
    webhook_secret: str | None = field(repr=False)
    keys_folder: Path
    language: Literal["zh_CN", "en"]
    log_level: str
    log_format: Literal["text", "json"]
    start_timeout_seconds: int
    stop_timeout_seconds: int
    poll_seconds: float
    prefect: Mapping[str, str] = field(repr=False)
    origins: Mapping[str, Origin] = field(repr=False)
    unknown: tuple[str, ...] = ()

    @property
    def console_url(self) -> str:
        """Address that people open; `public_url` where a proxy stands in front."""
        return (self.public_url or f"http://{_reachable(self.host)}:{self.port}").rstrip("/")

    @property
    def prefect_url(self) -> str:
        """Address of the flow UI and of its API without the `/api`."""
        return f"http://127.0.0.1:{self.prefect_port}"

    @property
    def prefect_home(self) -> Path:
        return self.home / "prefect"

    @property
    def files_folder(self) -> Path:
        return self.home / "files"

    @property
    def run_folder(self) -> Path:
        return self.home / "run"

    def config_file(self, name: str) -> Path:
        """Return the bureau's copy of `config/<name>` if there is one, else the shipped file."""
        own = self.home / "config" / name
        return own if own.exists() else CHECKOUT / "config" / name

    def config_folders(self) -> tuple[Path, Path]:
        """Return (the bureau's config folder, the shipped one); the first wins file by file."""
        return self.home / "config", CHECKOUT / "config"

    def config_files(self, pattern: str) -> dict[str, Path]:
        """Return the files matching `pattern` by name below config/, the bureau's over ours."""
        found: dict[str, Path] = {}
        for folder in reversed(self.config_folders()):
            found |= {str(path.relative_to(folder)): path for path in folder.glob(pattern)}
        return dict(sorted(found.items()))

    def shown(self) -> list[tuple[str, str, Origin]]:
        """Return (name, value fit to print, origin) of every setting, in declared order."""
        return [
            (each.name, _fit_to_print(each, getattr(self, each.name)), self.origins[each.name])
            for each in FIELDS
        ]

    def environment(self) -> dict[str, str]:
        """Return the SUBSIDY_* variables that carry the home and the flags to a child process."""
        given = {each.name for each in FIELDS if self.origins[each.name].kind == "flag"}
        return {
            each.variable: each.as_text(getattr(self, each.name))
            for each in FIELDS
            if each.name == "home" or each.name in given
        }


def load_settings(
    *, flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Read all settings; `flags` are the options given on the command line (None = not given).

    Raises SetupError with every fault at once: unknown keys, values that cannot be read.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    env = os.environ if environ is None else environ
    faults: list[str] = []
    home, home_origin = _home(given, env)
    table, prefect = _read_file(home / "settings.toml", faults)
    values: dict[str, Any] = {"home": home}
    origins: dict[str, Origin] = {"home": home_origin}
    for each in FIELDS:
        if each.name != "home":
            raw, origin = _raw(each, given, env, table, home)
            origins[each.name] = origin
            values[each.name] = _parsed(each, raw, origin, home, faults)
    if faults:
        raise SetupError(*faults)
    known = {each.variable for each in FIELDS}
    unknown = tuple(
        sorted(name for name in env if name.startswith("SUBSIDY_") and name not in known)
    )
    settings = Settings(**values, prefect=prefect, origins=origins, unknown=unknown)
    _check_together(settings)
    return settings


def shown_url(url: str) -> str:
    """Return a database or webhook address without its password and its query."""
    parts = urlsplit(url)
    who, at, where = parts.netloc.rpartition("@")
    user, colon, _ = who.partition(":")
    netloc = f"{user}{':***' if colon else ''}{at}{where}"
    # Put together by hand: urlunsplit drops the slashes of an address without a host.
    return f"{parts.scheme}://{netloc}{parts.path}" if parts.scheme else url.split("?", 1)[0]


def make_home(settings: Settings) -> None:
    """Create the home's folders; raises SetupError if one cannot be written."""
    folders = [settings.home, settings.run_folder, settings.files_folder, settings.prefect_home]
    if settings.sender == "mail_folder":
        folders.append(settings.mail_folder)
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".writable-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise SetupError(
                f"{folder}: cannot be written ({error.strerror or error}). Make it writable for "
                "this user, or name another folder with SUBSIDY_HOME or --home."
            ) from error


def _home(given: Mapping[str, Any], env: Mapping[str, str]) -> tuple[Path, Origin]:
    if "home" in given:
        return Path(given["home"]).expanduser().resolve(), Origin("flag", "--home")
    if env.get("SUBSIDY_HOME"):
        home = Path(env["SUBSIDY_HOME"]).expanduser().resolve()
        return home, Origin("environment", "SUBSIDY_HOME")
    return CHECKOUT / "var", Origin("default", "var/ in the checkout")


def _read_file(path: Path, faults: list[str]) -> tuple[dict[str, Any], dict[str, str]]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}, {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path}: is not TOML ({error}). Mend that line.")
        return {}, {}
    except OSError as error:
        faults.append(f"{path}: cannot be read ({error.strerror}). Give this user read access.")
        return {}, {}
    prefect = table.pop("prefect", {})
    names = [each.name for each in FIELDS if each.name != "home"]
    for key in table:
        if key not in names:
            faults.append(f"{path}: knows no setting {key!r}. It may hold: {', '.join(names)}.")
    wrong = [key for key in prefect if not str(key).startswith("PREFECT_")]
    if wrong:
        faults.append(f"{path}: [prefect] holds {wrong[0]!r}; its keys start with PREFECT_.")
    return table, {str(key): str(value) for key, value in prefect.items()}


def _raw(
    each: Field,
    given: Mapping[str, Any],
    env: Mapping[str, str],
    table: Mapping[str, Any],
    home: Path,
) -> tuple[Any, Origin]:
    if each.name in given:
        return given[each.name], Origin("flag", each.flag)
    if env.get(each.variable):
        return env[each.variable], Origin("environment", each.variable)
    if each.name in table:
        return table[each.name], Origin("file", str(home / "settings.toml"))
    return each.default_in(home), Origin("default", "")


def _parsed(each: Field, raw: Any, origin: Origin, home: Path, faults: list[str]) -> Any:
    try:
        return each.read(raw, home)
    except (ValueError, TypeError) as error:
        shown = "the value" if each.secret else repr(str(raw))
        faults.append(f"{origin.text or each.name}: {each.name} cannot be {shown}: {error}.")
        return None


def _check_together(settings: Settings) -> None:
    faults = []
    if settings.business_date and not settings.demo:
        faults.append(
            f"{settings.origins['business_date'].text}: business_date is only for the demo; "
            "outside it the calendar day in Asia/Shanghai rules. Remove it, or set demo."
        )
    wanted = {"smtp": ("smtp_host", "smtp_from"), "webhook": ("webhook_url", "webhook_secret")}
    for name in wanted.get(settings.sender, ()):
        if not getattr(settings, name):
            faults.append(
                f"sender is {settings.sender!r} but {name} is not set. "
                f"Set SUBSIDY_{name.upper()}, or choose sender = 'mail_folder'."
            )
    if settings.port == settings.prefect_port:
        faults.append(
            f"console and flow UI both ask for port {settings.port}. Change port or prefect_port."
        )
    if faults:
        raise SetupError(*faults)


def _fit_to_print(each: Field, value: Any) -> str:
    if value is None:
        return "-"
    if each.secret:
        return shown_url(value) if each.name.endswith("_url") else "set"
    return each.as_text(value)


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host
