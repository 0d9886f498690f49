"""Policy packs for the command line: the shipped ones and the bureau's own over them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from subsidy.commands.surroundings import NOT_SET_UP, SHIPPED_CONFIG, WRONG_INPUT, stop

if TYPE_CHECKING:
    from subsidy.rules.policy import Fault, Pack


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


def entry_names(pack: "Pack") -> dict[str, str]:
    """Name the city's districts and the occupations by their ids, as far as they are known."""
    from subsidy.rules.packs.occupations import load_occupations
    from subsidy.rules.policy import PolicyError

    names = division_names(pack)
    occupations = _newest("occupations.yaml")
    try:
        if occupations:
            names |= {each.id: each.name_zh for each in load_occupations(occupations).values()}
    except PolicyError as error:
        stop(str(error), code=NOT_SET_UP)
    return names


def division_names(pack: "Pack") -> dict[str, str]:
    """Name the city and its divisions by their ids; empty for a city without a file of them."""
    from subsidy.rules.packs.divisions import load_divisions
    from subsidy.rules.policy import PolicyError

    path = _newest(f"divisions/{pack.spec.routing.divisions}.yaml")
    if path is None:
        return {}
    try:
        found = load_divisions(path)
    except PolicyError as error:
        stop(str(error), code=NOT_SET_UP)
    return {found.city: found.name_zh, **{each.id: each.name_zh for each in found.by_id.values()}}


def _newest(name: str) -> Path | None:
    found = [root / name for root in config_roots() if (root / name).is_file()]
    return found[-1] if found else None


def located(fault: "Fault") -> "Fault":
    """Give a fault that was found in a loaded pack the line of its entry in the file."""
    from dataclasses import replace

    from subsidy.rules.packs.reading import SourceFile

    path = _newest(fault.file.removeprefix("config/"))
    if fault.line or path is None:
        return fault
    source = SourceFile(path=path)
    return replace(fault, file=source.name, line=source.line_of(fault.key.split(".")))
