"""How many persons approve a batch: as the bureau's bands say, one where it set none."""

from datetime import date
from pathlib import Path

import pytest

from subsidy.rules.packs.bands import approvals_needed
from subsidy.rules.policy import Pack, load_pack

CONFIG = Path(__file__).resolve().parents[3] / "config"
DAY = date(2020, 11, 25)


def with_bands(folder: Path, text: str) -> Pack:
    """Hangzhou with these bands in the bureau's settings."""
    shipped = (CONFIG / "settings" / "hangzhou.yaml").read_text(encoding="utf-8")
    settings = folder / "hangzhou.yaml"
    settings.write_text(
        f"{shipped}\n  payment_approvals: {{value: {text}, assumed: 内控制度}}\n", encoding="utf-8"
    )
    return load_pack(CONFIG / "policies" / "hangzhou.yaml", settings=settings)


def test_without_bands_one_person_approves(tmp_path: Path) -> None:
    pack = load_pack(CONFIG / "policies" / "hangzhou.yaml")
    found = approvals_needed(pack, total_fen=10**12, on=DAY)
    assert (found.needed, found.value) == (1, None)


@pytest.mark.parametrize(
    ("total_fen", "needed"), [(0, 1), (49_999_999, 1), (50_000_000, 2), (200_000_000, 3)]
)
def test_the_highest_band_that_a_total_reaches_rules(
    tmp_path: Path, total_fen: int, needed: int
) -> None:
    pack = with_bands(tmp_path, "[0元起1人, 500000元起2人, 2000000元起3人]")
    found = approvals_needed(pack, total_fen=total_fen, on=DAY)
    assert found.needed == needed
    assert found.value is not None
    assert found.value.assumed == "内控制度"


@pytest.mark.parametrize("band", ["500000元以上2人", "500000元起0人", "2人"])
def test_a_band_that_is_written_otherwise_says_how_to_write_it(tmp_path: Path, band: str) -> None:
    pack = with_bands(tmp_path, f"[{band}]")
    with pytest.raises(ValueError, match="500000元起2人"):
        approvals_needed(pack, total_fen=1, on=DAY)
