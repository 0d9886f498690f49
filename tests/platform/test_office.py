"""Opening the office: packs with the bureau's own files over the shipped ones, keys, signatures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from subsidy.keys import load_or_create_keys
from subsidy.office import SealSigner, load_office, open_database
from subsidy.rules.packs.faults import PolicyError
from subsidy.settings import CHECKOUT, SetupError, load_settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    load_or_create_keys(tmp_path / "keys", database_in_use=False)
    return tmp_path


def own_settings(home: Path, *, publicity: str) -> None:
    shipped = (CHECKOUT / "config" / "settings" / "hangzhou.yaml").read_text(encoding="utf-8")
    folder = home / "config" / "settings"
    folder.mkdir(parents=True)
    changed = shipped.replace("windows.publicity: {value: 5", f"windows.publicity: {publicity}")
    (folder / "hangzhou.yaml").write_text(changed, encoding="utf-8")


def test_the_bureaus_own_settings_stand_over_the_shipped_ones(home: Path) -> None:
    own_settings(home, publicity="{value: 7")
    office = load_office(load_settings(flags={"home": home}, environ={}))
    value = office.packs["hangzhou"].value("windows.publicity", on=date(2020, 9, 1))
    assert value.value == 7


def test_a_faulty_file_of_the_bureau_is_named_with_its_line(home: Path) -> None:
    own_settings(home, publicity="{valve: 7")
    with pytest.raises(PolicyError, match=r"hangzhou\.yaml"):
        load_office(load_settings(flags={"home": home}, environ={}))


def test_an_office_without_keys_says_which_are_missing(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"encryption\.json"):
        load_office(load_settings(flags={"home": tmp_path}, environ={}))


def test_a_seal_is_verified_only_with_the_key_that_signed_it(home: Path, tmp_path: Path) -> None:
    keys = load_or_create_keys(home / "keys", database_in_use=True)
    others = load_or_create_keys(tmp_path / "other" / "keys", database_in_use=False)
    signature = SealSigner(keys).sign(b"a link")
    assert SealSigner(keys).verify(b"a link", signature)
    assert not SealSigner(keys).verify(b"another link", signature)
    assert not SealSigner(others).verify(b"a link", signature)
    assert not SealSigner(keys).verify(b"a link", "no signature")


def test_the_database_is_the_one_that_the_settings_name(home: Path) -> None:
    database = open_database(load_settings(flags={"home": home}, environ={}))
    assert database.is_sqlite
    assert str(home) in database.url
