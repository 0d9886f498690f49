"""Read a YAML file so that every entry remembers its line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from subsidy.rules.packs.faults import Fault, PolicyError

Spec = TypeVar("Spec", bound=BaseModel)

_REMEDIES = {
    "extra_forbidden": "Remove the key or mend its spelling; the format is described in "
    "subsidy/rules/packs/schema.py.",
    "missing": "Add the key.",
    "literal_error": "Use one of the words listed.",
}


class SourceFile:
    """One parsed YAML file: its plain data, and the line of every entry."""

    def __init__(self, *, path: Path) -> None:
        self.path = path
        self.name = _short_name(path)
        try:
            tree = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise PolicyError(
                [Fault(self.name, 0, "-", "There is no such file.", "Check the city's id.")]
            ) from None
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 0
            what = " ".join(str(error.problem or error.context or "not YAML").split())
            raise PolicyError(
                [Fault(self.name, line, "-", f"Not readable: {what}.", "Mend the YAML there.")]
            ) from None
        self._tree = tree
        self.data: Any = _plain(tree)

    @classmethod
    def stored(cls, data: Any, *, name: str) -> SourceFile:
        """Content that was read before and kept: it has no lines any more."""
        kept = cls.__new__(cls)
        kept.path, kept.name, kept._tree, kept.data = Path(name), name, None, data
        return kept

    def line_of(self, path: Sequence[object]) -> int:
        """Line (from 1) of the entry at `path`, or of its nearest parent that exists."""
        node, line = self._tree, 1
        for part in path:
            found = _child_line(node, part)
            if found is None:
                return line
            line, node = found
        return line

    def fault(self, path: Sequence[object], what: str, remedy: str) -> Fault:
        """A fault at the entry named by `path`."""
        return Fault(self.name, self.line_of(path), _dotted(path), what, remedy)

    def parse(self, spec: type[Spec]) -> Spec:
        """Validate the file against `spec`; raises PolicyError with every fault found."""
        try:
            return spec.model_validate(self.data)
        except ValidationError as error:
            raise PolicyError(
                [
                    self.fault(
                        [part for part in item["loc"] if part != "[key]"],
                        f"{item['msg']}.",
                        _REMEDIES.get(item["type"], "Correct the entry."),
                    )
                    for item in error.errors()
                ]
            ) from None


@cache
def _root() -> Path:
    return Path(__file__).resolve().parents[3]


def _short_name(path: Path) -> str:
    resolved = path.resolve()
    if resolved.is_relative_to(_root()):
        return resolved.relative_to(_root()).as_posix()
    return "/".join(resolved.parts[-3:])


def _plain(node: object) -> Any:  # noqa: PLR0911 - one line a kind of scalar
    """ruamel's commented containers and scalars as ordinary Python values."""
    if isinstance(node, Mapping):
        return {_plain(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(item) for item in node]
    if isinstance(node, bool | datetime) or node is None:
        return node
    if isinstance(node, date):
        return date(node.year, node.month, node.day)
    if isinstance(node, str):
        return str(node)
    if isinstance(node, int):
        return int(node)
    return float(node) if isinstance(node, float) else node


def _child_line(node: object, part: object) -> tuple[int, object] | None:
    if isinstance(node, CommentedMap):
        for key in node:
            if key == part or str(key) == str(part):
                return node.lc.key(key)[0] + 1, node[key]
    if isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
        return node.lc.item(part)[0] + 1, node[part]
    return None


def _dotted(path: Sequence[object]) -> str:
    return re.sub(r"\.\[", "[", ".".join(str(part) for part in path)) or "-"
