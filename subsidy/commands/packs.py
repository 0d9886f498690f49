"""Policy packs for the command line: the shipped ones and the bureau's own over them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from subsidy.commands.surroundings import NOT_SET_UP, SHIPPED_CONFIG, WRONG_INPUT, stop

if TYPE_CHECKING:
    from subsidy.rules.policy import Pack


def yuan(fen: int) -> str:
    """Return an amount in fen as yuan with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


def config_roots() -> tuple[Path, ...]:
    """Return the shipped configuration, then `$SUBSIDY_HOME/config` where it exists."""
    own = os.environ.get("SUBSIDY_HOME")
    roots = [SHIPPED_CONFIG]
    if own and (Path(own) / "config").is_dir():
        roots.append(Path(own) / "config")
    return tuple(roots)


def all_packs() -> "dict[str, Pack]":
    """Load every city's pack; faulty ones end the command with every fault and code 3."""
    from subsidy.rules.policy import PolicyError, load_packs

    try:
        return load_packs(*config_roots())
    except PolicyError as error:
        stop(str(error), code=NOT_SET_UP)


def pack_of(city: str) -> "Pack":
    """Return one city's pack; an unknown city ends the command with code 2."""
    packs = all_packs()
    if city not in packs:
        stop(f"No policy pack for {city!r}; there is {', '.join(packs)}.", code=WRONG_INPUT)
    return packs[city]
