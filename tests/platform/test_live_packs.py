"""Packs of a process that stays up follow the bureau's settings."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from subsidy.office import LivePacks
from subsidy.settings import load_settings


def _home(tmp_path: Path) -> LivePacks:
    settings = load_settings(flags={"home": tmp_path}, environ={})
    own = tmp_path / "config" / "settings"
    own.mkdir(parents=True)
    source = settings.config_file("settings/hangzhou.yaml").read_text(encoding="utf-8")
    kept = [line for line in source.splitlines() if "certificate.payee" not in line]
    (own / "hangzhou.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return LivePacks(settings)


def _payee_is_open(packs: LivePacks) -> bool:
    return packs["hangzhou"].tracks["certificate"].value("payee", on=date(2020, 9, 14)).unset


def test_a_value_that_the_bureau_fills_is_seen_without_a_restart(tmp_path: Path) -> None:
    packs = _home(tmp_path)
    assert _payee_is_open(packs)
    shutil.rmtree(tmp_path / "config")
    assert not _payee_is_open(packs)


def test_a_faulty_settings_file_leaves_the_packs_in_use(tmp_path: Path) -> None:
    packs = _home(tmp_path)
    (tmp_path / "config" / "settings" / "hangzhou.yaml").write_text("city: [", encoding="utf-8")
    assert _payee_is_open(packs)
    assert set(packs) == {"changchun", "cixi", "hangzhou", "zhumadian"}
