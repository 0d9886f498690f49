"""Log lines of all processes: one form, no personal data.

A log line carries ids and counts. The filter is the last guard: a line that still holds
something like an identity number, an account or a phone number is written without it, and the
line says so. Exceptions pass it too, with their traceback.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

REDACTED = "[redacted]"

# First what may stay although it is full of digits (uuids, hashes, moments, decimals), then what
# may not: identity numbers, accounts of 12 and more digits (also in groups), mobile numbers.
_KEEP = r"""[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}
          | (?<![0-9A-Za-z])(?=[0-9a-f]*[a-f])[0-9a-f]{32,64}(?![0-9A-Za-z])
          | \d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}[\d:.+Z]*
          | \d+\.\d+"""
_PERSONAL = r"""(?<![0-9A-Za-z])
        (?: \d{17}[\dXx]
          | \d{12,30}
          | (?:\d{4}[ \-]){2,7}\d{1,4}
          | (?:\+?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}
        )
        (?![0-9A-Za-z])"""
_DIGITS = re.compile(f"(?P<keep>{_KEEP})|(?P<personal>{_PERSONAL})", re.VERBOSE)
_EXTRA_KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def holds_personal_digits(text: str) -> bool:
    """Return whether `text` holds a run of digits that looks like an id, account or phone."""
    return any(found["personal"] for found in _DIGITS.finditer(text))


def without_personal_digits(text: str) -> str:
    """Return `text` with such runs replaced by a mark."""
    return _DIGITS.sub(lambda found: found["keep"] or REDACTED, text)


class LineForm(logging.Formatter):
    """Writes a record as one text line or one JSON object, with its extra fields, redacted."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            name: _plain(value) for name, value in vars(record).items() if name not in _EXTRA_KNOWN
        }
        trace = ""
        if record.exc_info and record.exc_info[0]:
            trace = without_personal_digits("".join(traceback.format_exception(*record.exc_info)))
        text = without_personal_digits(record.getMessage())
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        if self._as_json:
            line = {"at": when, "level": record.levelname, "from": record.name, "says": text}
            line |= fields | ({"trace": trace} if trace else {})
            return json.dumps(line, ensure_ascii=False, default=str)
        tail = "".join(f" {name}={value}" for name, value in fields.items())
        return f"{when} {record.levelname:<7} {record.name}: {text}{tail}" + (
            f"\n{trace.rstrip()}" if trace else ""
        )


def start_journal(*, level: str, as_json: bool, stream: TextIO | None = None) -> None:
    """Send the process's log to `stream` (standard error) in one form, replacing older handlers."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(LineForm(as_json=as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return REDACTED if holds_personal_digits(str(value)) else value
    if isinstance(value, dict):
        return {without_personal_digits(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return without_personal_digits(str(value))
