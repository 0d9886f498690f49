"""YAML read with the line of every value, so that a fault can say where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from subsidy.rules.calendars.iso import iso_day
from subsidy.rules.calendars.notices import Fault


@dataclass(frozen=True, slots=True)
class Located:
    """One value of a file: text, a list or a mapping, with its line and the path of keys to it."""

    value: str | tuple[Located, ...] | dict[str, Located]
    line: int
    key: str


class FileReading:
    """Reads one file and collects every fault instead of stopping at the first."""

    def __init__(self, path: Path, *, shown_as: str, content: bytes | None = None) -> None:
        """`shown_as` is how messages name the file; with `content` nothing is read from `path`."""
        self.path, self.file = path, shown_as
        self.content = content
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def fault(self, where: Located, says: str, remedy: str) -> None:
        """Note what is wrong at `where`."""
        self.faults.append(Fault(self.file, where.line, where.key, says, remedy))

    def root(self) -> Located:
        """Return the file's mapping; an unreadable file gives an empty one and a fault."""
        nothing = Located({}, 1, "the file")
        try:
            held = self.path.read_bytes() if self.content is None else self.content
            node = YAML(typ="safe").compose(held.decode("utf-8-sig"))
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            at = Located({}, line, "the file")
            self.fault(at, f"is not YAML: {error.problem}", "Mend the indentation or the quotes.")
            return nothing
        except UnicodeDecodeError:
            self.fault(nothing, "is not UTF-8 text", "Save it as UTF-8.")
            return nothing
        except (YAMLError, RecursionError):
            self.fault(nothing, "is not YAML", "Mend the indentation or the quotes.")
            return nothing
        found = nothing if node is None else self._locate(node, "")
        if not isinstance(found.value, dict):
            self.fault(nothing, "holds no keys", "Begin it with `year:` and `notices:`.")
            return nothing
        return found

    def _locate(self, node: Any, key: str) -> Located:
        line = node.start_mark.line + 1
        if id(node) in self._seen:
            at = Located("", line, key)
            self.fault(at, "is an alias of another row", "Write the row out.")
            return at
        self._seen.add(id(node))
        if node.id == "sequence":
            items = (self._locate(n, f"{key}[{i}]") for i, n in enumerate(node.value))
            return Located(tuple(items), line, key)
        if node.id != "mapping":
            return Located("" if node.tag.endswith(":null") else str(node.value), line, key)
        held: dict[str, Located] = {}
        for name, value in node.value:
            inner = self._locate(value, f"{key}.{name.value}" if key else str(name.value))
            if name.value in held:
                self.fault(inner, "stands here twice", "Keep one of the two.")
            held[str(name.value)] = inner
        return Located(held, line, key)

    def child(self, of: Located, name: str) -> Located | None:
        """Return the value under a key, or None."""
        return of.value.get(name) if isinstance(of.value, dict) else None

    def known_keys(self, of: Located, *names: str) -> None:
        """Refuse keys that nothing reads: they are misspelt."""
        if isinstance(of.value, dict):
            for name, inner in of.value.items():
                if name not in names:
                    self.fault(inner, "is not a known key", f"Use one of: {', '.join(names)}.")

    def items(self, of: Located, name: str) -> Iterator[Located]:
        """Yield the entries of a list that must be there."""
        found = self.child(of, name)
        if found is None or not isinstance(found.value, tuple):
            at = found or Located({}, of.line, f"{of.key}.{name}".lstrip("."))
            self.fault(at, "is missing or no list", f"Add `{name}:` with one row for each entry.")
            return
        yield from found.value

    def text(self, of: Located, name: str, *, remedy: str) -> str:
        """Return text that must be there; "" and a fault where it is not."""
        found = self.child(of, name)
        if found is None or not isinstance(found.value, str) or not found.value.strip():
            at = found or Located("", of.line, f"{of.key}.{name}".lstrip("."))
            self.fault(at, "is missing", remedy)
            return ""
        return found.value.strip()

    def optional(self, of: Located, name: str) -> str | None:
        """Return text that may be absent."""
        found = self.child(of, name)
        return found.value.strip() or None if found and isinstance(found.value, str) else None

    def day(self, of: Located, name: str) -> date | None:
        """Return a date that must be there; None and a fault where it is not one."""
        found = self.text(of, name, remedy=f"Add `{name}: YYYY-MM-DD`.")
        if not found:
            return None
        try:
            return iso_day(found)
        except ValueError:
            where = self.child(of, name) or of
            self.fault(
                where, f"is {found}, which is no day", "Write an existing day as YYYY-MM-DD."
            )
            return None

    def number(self, of: Located, name: str, *, default: int | None = None) -> int | None:
        """Return a whole number; without a default it must be there."""
        found = self.child(of, name)
        if found is None and default is not None:
            return default
        text = self.text(of, name, remedy=f"Add `{name}:` as a whole number.")
        try:
            return int(text) if text else None
        except ValueError:
            self.fault(found or of, f"is {text}, not a whole number", "Write digits only.")
            return None
