"""The house rules that no linter knows: sizes, names, data-only rooms, what the texts promise."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("subsidy", "states", "flows")
MOST_MODULES = 12
MOST_LINES = 400
MOST_FUNCTION_LINES = 60
FORBIDDEN_WORDS = {"utils", "util", "common", "base", "manager", "helper", "helpers", "misc"}


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows or would take, so that rubbish on a developer's disk does not matter."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def modules() -> list[Path]:
    return [p for p in tracked("*.py") if p.relative_to(ROOT).parts[0] in (*ROOMS, "tests")]


def test_no_folder_holds_more_than_twelve_modules() -> None:
    counted = Counter(
        p.parent.relative_to(ROOT)
        for p in modules()
        if p.name != "__init__.py" and p.relative_to(ROOT).parts[0] != "tests"
    )
    crowded = {str(folder): n for folder, n in counted.items() if n > MOST_MODULES}
    assert not crowded, f"split these folders by the trade's words: {crowded}"


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in modules()
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long, f"split these files: {long}"


def test_no_function_is_longer_than_sixty_lines() -> None:
    long = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MOST_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} ({lines})")
    assert not long, f"split these functions: {long}"


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [
        str(p.relative_to(ROOT))
        for p in modules()
        if set(re.split(r"[_\W]+", p.stem)) & FORBIDDEN_WORDS
    ]
    assert not vague, f"name these after what they do: {vague}"


@pytest.mark.parametrize("room", ["config", "templates"])
def test_a_room_of_data_holds_no_program(room: str) -> None:
    assert not tracked(f"{room}/**/*.py", f"{room}/*.py")


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_fits_on_a_hundred_lines(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 100


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_every_package_with_a_hash_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9][^\s=]*==\S+", text, flags=re.MULTILINE)
    assert len(pins) > 50
    assert len(
        re.findall(r"^[a-z0-9][^\s=]*==[^\n]*\\\n\s+--hash=", text, flags=re.MULTILINE)
    ) == len(pins)
    assert "://" not in text


def test_every_make_target_that_the_texts_name_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "README.zh-CN.md", "ARCHITECTURE.md", "docs/operators.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text, re.MULTILINE))
        assert named <= targets, f"{name} names {named - targets}"


def test_the_texts_speak_of_the_project_alone() -> None:
    home = str(ROOT.parent) + "/"
    spoken = [
        str(p.relative_to(ROOT))
        for p in tracked("*.md", "*.py", "*.yaml", "*.toml", "*.html", "Makefile")
        if home != "//" and len(home) > 3 and home in p.read_text(encoding="utf-8", errors="ignore")
    ]
    assert not spoken, f"these name a folder of one machine: {spoken}"
