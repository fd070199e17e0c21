"""What the documents show is what happens: every `$ csq` in them is run.

In a block ```console the lines after a command are its output; `...` stands for anything, within a
line or for whole lines. Commands that go online are in ```sh blocks, which are not run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks() -> list[object]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for number, block in enumerate(re.findall(r"^```console\n(.*?)^```", text, re.M | re.S), 1):
            for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M):
                found.append(pytest.param(command, shown, id=f"{page.name}-{number}-{command[:40]}"))
    return found


def matches(shown: str, printed: str) -> bool:
    """Whether the output is what is shown, where `...` stands for anything."""
    pattern = re.escape("\n".join(line.rstrip() for line in shown.strip("\n").splitlines()))
    printed = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern.replace(r"\.\.\.", "(?:.|\n)*?"), printed) is not None


@pytest.mark.parametrize(("command", "shown"), blocks())
def test_a_shown_command_prints_what_is_shown(command: str, shown: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    (tmp_path / "out").mkdir()
    environ = {**os.environ, "COLUMNS": "110", "NO_COLOR": "1", "PYTHONPATH": str(ROOT / "src")}
    environ.pop("CSQ_MODELS_DIR", None)
    line = re.sub(r"(^|&& |\| )csq ", rf"\g<1>{sys.executable} -m cybersecqwen ", command)
    result = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=100
    )
    printed = result.stdout + result.stderr
    assert matches(shown, printed), f"{command}\nprinted\n{printed}\ninstead of\n{shown}"


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]:
        text = re.sub(r"`[^`]*`", "", page.read_text(encoding="utf-8"))  # code is no link
        for target in re.findall(r"\]\((?!https?:|#)([A-Za-z.][\w./-]*)", text):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_made_pages_are_up_to_date() -> None:
    result = subprocess.run(
        [sys.executable, "scripts/make_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
