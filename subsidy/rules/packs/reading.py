"""Read a YAML file so that every entry remembers its line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from subsidy.rules.packs.faults import Fault, PolicyError

Spec = TypeVar("Spec", bound=BaseModel)

_REMEDIES = {
    "extra_forbidden": "Remove the key or mend its spelling; the format is described in "
    "subsidy/rules/packs/schema.py.",
    "missing": "Add the key.",
    "literal_error": "Use one of the words listed.",
}


class SourceFile:
    """One parsed YAML file: its plain data, and the line of every entry.

    The data are read by the parser in C, which is several times as fast as the one that remembers
    comments; every command waits for it. Lines are looked up in a second reading, when a fault asks.
    Files of the same text share their data: nobody may change them.
    """

    def __init__(self, *, path: Path) -> None:
        self.path = path
        self.name = _short_name(path)
        try:
            self._text = path.read_text(encoding="utf-8")
            self.data: Any = _parsed(self._text)
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

    @classmethod
    def stored(cls, data: Any, *, name: str) -> SourceFile:
        """Content that was read before and kept: it has no lines any more."""
        kept = cls.__new__(cls)
        kept.path, kept.name, kept._text, kept.data = Path(name), name, "", data
        return kept

    @cached_property
    def _tree(self) -> Node | None:
        return YAML(typ="safe").compose(self._text) if self._text else None

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


@lru_cache(maxsize=32)
def _parsed(text: str) -> Any:
    """The data of a file; the packs of a process are read again with one of them changed."""
    return YAML(typ="safe").load(text)


@cache
def _root() -> Path:
    return Path(__file__).resolve().parents[3]


def _short_name(path: Path) -> str:
    resolved = path.resolve()
    if resolved.is_relative_to(_root()):
        return resolved.relative_to(_root()).as_posix()
    return "/".join(resolved.parts[-3:])


def _child_line(node: Node | None, part: object) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _dotted(path: Sequence[object]) -> str:
    return re.sub(r"\.\[", "[", ".".join(str(part) for part in path)) or "-"
