"""Which forms a guard may have: one comparison of one column, written so that SQL means the same.

`and`, `or`, `not`, `in`, chained comparisons and `~` raise on a mapped class or are silently wrong.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from states.chart import one_of

ALLOWED = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
MEMBERSHIP = one_of("state", ["listed"]).__code__


def wrong_form(test: Callable[..., Any]) -> str | None:
    """Return what is wrong with a guard's form, or None."""
    if test.__code__ is MEMBERSHIP or test.__code__.co_code == MEMBERSHIP.co_code:
        return None
    returned = _returned(test)
    if not isinstance(returned, ast.Compare):
        return f"it returns {type(returned).__name__}, not a comparison"
    if len(returned.ops) != 1:
        return "it chains comparisons"
    if not isinstance(returned.ops[0], ALLOWED):
        return f"it compares by {type(returned.ops[0]).__name__}"
    row, moment = list(inspect.signature(test).parameters)
    left, right = returned.left, returned.comparators[0]
    if not _is_column(left, row):
        return "its left side is no column of the row"
    plain = isinstance(right, ast.Constant | ast.Name) or _is_column(right, moment)
    return None if plain else "its right side is neither a value nor given by the moment"


def _returned(test: Callable[..., Any]) -> ast.expr | None:
    tree = ast.parse(textwrap.dedent(inspect.getsource(test)).strip().rstrip(","))
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            return node.body
        if isinstance(node, ast.FunctionDef):
            body = [n for n in node.body if not _is_docstring(n)]
            last = body[-1]
            return last.value if len(body) == 1 and isinstance(last, ast.Return) else None
    return None


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_column(node: ast.expr, owner: str) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == owner
    )
