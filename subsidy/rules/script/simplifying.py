"""Words in simplified characters, whichever script they came in.

Changchun publishes in traditional characters, and offices copy from there. Only Han characters are
handed to the converter, so digits, percent signs, brackets and punctuation cannot change.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")


def simplified(text: str) -> str:
    """Return `text` with its traditional characters in simplified ones, all else untouched.

    For words that are looked up: occupations, districts, groups, levels, headers. A person's name is
    kept as written; see `subsidy.rules.identity.same_name`.
    """
    if text.isascii():
        return text
    return _HAN.sub(lambda found: _converter()(found[0]), text)


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but the script and blanks around them."""
    one, other = one.strip(), other.strip()
    return one == other or simplified(one) == simplified(other)


@cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC  # noqa: PLC0415 - its dictionaries are read only where they are needed

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert
