"""What pack and settings say, as text that can be kept and read again, and its version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

DAY = "$date"
"""Marks a date among the values, which JSON does not know; dates that are keys are plain text."""


def version_of(content: Sequence[object]) -> str:
    """The hash of what pack and settings say: comments, layout and order do not change it."""
    text = json.dumps(
        _keyed(list(content)), sort_keys=True, ensure_ascii=False, default=date.isoformat
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def packed(content: Sequence[object]) -> str:
    """The content as JSON text; the order of its entries is kept, since lists of reasons follow it."""
    return json.dumps(_keyed(list(content), _marked), ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str) -> list[Any]:
    """The content again: pack, and settings where there were any."""
    found: list[Any] = json.loads(text, object_hook=_unmarked)
    return found


def _keyed(node: object, leaf: Callable[[object], object] = lambda node: node) -> object:
    if isinstance(node, dict):
        return {str(key): _keyed(value, leaf) for key, value in node.items()}
    return [_keyed(item, leaf) for item in node] if isinstance(node, list) else leaf(node)


def _marked(node: object) -> object:
    return {DAY: node.isoformat()} if isinstance(node, date) else node


def _unmarked(node: dict[str, Any]) -> object:
    return date.fromisoformat(node[DAY]) if set(node) == {DAY} else node
