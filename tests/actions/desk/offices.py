"""Offices whose rules differ from the shipped ones in one value, written to a folder of the test."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from subsidy.actions.acting import Office
from subsidy.rules.policy import load_pack
from tests import builders


def office_with(
    folder: Path, *, policy: tuple[str, str] = ("", ""), settings: tuple[str, str] = ("", "")
) -> Office:
    """The shipped office with one text of Hangzhou's policy or settings replaced by another."""
    config = folder / "config"
    shutil.copytree(builders.CONFIG, config)
    for kind, (old, new) in (("policies", policy), ("settings", settings)):
        path = config / kind / "hangzhou.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{kind}/hangzhou.yaml has no {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")
    pack = load_pack(
        config / "policies" / "hangzhou.yaml", settings=config / "settings" / "hangzhou.yaml"
    )
    shipped = builders.office()
    return replace(shipped, packs={**shipped.packs, "hangzhou": pack})
