"""The list of skills that commands put to a language model is the one that their code holds."""

from __future__ import annotations

import re
from pathlib import Path

import cybersecqwen
from cybersecqwen.models.skills import ASKED

ROOT = Path(cybersecqwen.__file__).parent
_NAMED = re.compile(r"""\b(?:skill|SKILL|[A-Z_]+_SKILL)(?:: str)? ?= ?"([a-z-]+)\"""")


def test_every_skill_that_is_asked_is_listed_and_no_other() -> None:
    places = [*(ROOT / "tasks").rglob("*.py"), *(ROOT / "bench").rglob("*.py")]
    found = {name for path in places for name in _NAMED.findall(path.read_text("utf-8"))}
    assert found == set(ASKED)
