"""Optional tiers are off by default; one that is switched on without its parts stops the start with words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Hides a package that a developer may have installed, as Python's own finder would not find it.
HIDING = "import sys; sys.modules.update({name: None for name in ('onnxruntime', 'spacy')})\n"


def start(tmp_path: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the project that touches nothing."""
    (tmp_path / "sitecustomize.py").write_text(HIDING)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TIER_", "LLM_"))}
    given = {"VAR_DIR": str(tmp_path / "var"), "PYTHONPATH": str(tmp_path), **environment}
    return subprocess.run(
        [sys.executable, "manage.py", "analyze", "attributions"],
        cwd=ROOT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "tracker.settings", **given},
        input="",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_by_default_nothing_optional_is_needed(tmp_path: Path) -> None:
    assert start(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("setting", "value", "file"),
    [
        ("TIER_EMBEDDINGS", "on", "requirements-tier-a.txt"),
        ("TIER_PARSING", "chosen", "requirements-tier-b.txt"),
        ("TIER_PARSING", "on", "requirements-tier-b.txt"),
    ],
)
def test_a_tier_without_its_parts_stops_the_start(
    setting: str, value: str, file: str, tmp_path: Path
) -> None:
    done = start(tmp_path, **{setting: value})
    assert done.returncode != 0
    assert f"{setting} is switched on, but " in done.stderr
    assert f"Run `pip install -r {file}`, or set {setting}=off." in done.stderr


@pytest.mark.parametrize("setting", ["TIER_EMBEDDINGS", "TIER_PARSING"])
def test_a_word_that_is_no_choice_is_refused(setting: str, tmp_path: Path) -> None:
    done = start(tmp_path, **{setting: "perhaps"})
    assert done.returncode != 0
    assert f"{setting} is one of off, " in done.stderr
    assert "not 'perhaps'." in done.stderr
