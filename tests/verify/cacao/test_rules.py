from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from cybersecqwen.verify.cacao import extension
from cybersecqwen.verify.cacao.destroying import Pattern, destroying, patterns
from cybersecqwen.verify.cacao.flow import Flow, Step
from cybersecqwen.verify.cacao.rules import RULES

from .playbooks import END, PERSON, act, playbook, uid
from .playbooks import Step as Raw

PAGE = Path(__file__).resolve().parents[3] / "docs" / "playbook-check.md"
SOURCES = Path(__file__).resolve().parents[3] / "src" / "cybersecqwen" / "verify" / "cacao"
A = uid("action")


def test_the_page_has_every_rule_as_it_is() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (\w+) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert rows == [(name, rule.severity.value, rule.asks) for name, rule in RULES.items()]
    assert extension.EXTENSION_ID in PAGE.read_text(encoding="utf-8")
    assert all(f"`{name}`" in PAGE.read_text(encoding="utf-8") for name in extension.KINDS)


def test_every_rule_is_used() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py") if path.name != "rules.py"
    )
    unused = {name for name in RULES if f'"{name}"' not in code}
    assert unused == {"unknown-agent", "unknown-target"}  # made of two parts


@pytest.mark.parametrize("pattern", patterns(), ids=lambda one: one.name)
def test_patterns_find_what_they_should(pattern: Pattern) -> None:
    assert pattern.yes and pattern.no
    assert [text for text in pattern.yes if pattern.find.search(text) is None] == []
    assert [text for text in pattern.no if pattern.find.search(text) is not None] == []


@pytest.mark.parametrize("pattern", patterns(), ids=lambda one: one.name)
def test_what_must_not_match_matches_no_other_pattern(pattern: Pattern) -> None:
    kind, agent = ("manual", PERSON) if pattern.manual else ("bash", uid("ssh"))
    for text in pattern.no:
        assert destroying(_step(act(END, text, kind=kind, agent=agent))) is None, text


def _step(raw: Raw) -> Step:
    flow = Flow(playbook({A: raw}, A))
    return flow.steps[flow.number[A]]


def test_base64_is_looked_into() -> None:
    for encoding in ("utf-8", "utf-16-le"):
        inside = base64.b64encode("Remove-Item C:\\x -Recurse".encode(encoding)).decode()
        raw = act(END)
        raw["commands"] = [{"type": "powershell", "command_b64": inside}]
        why = destroying(_step(raw))
        assert why is not None and not why.by_hand


def test_a_program_weighs_more_than_a_person() -> None:
    raw = act(END, "Delete the file", kind="manual", agent=PERSON)
    why = destroying(_step(raw))
    assert why is not None and why.by_hand
    raw["commands"].append({"type": "bash", "command": "rm -rf /x"})
    why = destroying(_step(raw))
    assert why is not None and not why.by_hand


def test_words_for_people_are_not_held_against_code() -> None:
    assert destroying(_step(act(END, "echo Delete the file"))) is None
    why = destroying(_step(act(END, "Type: rm -rf /x", kind="manual", agent=PERSON)))
    assert why is not None and why.by_hand


@pytest.mark.parametrize("kind", ["start", "end", "parallel", "playbook-action"])
def test_only_actions_destroy(kind: str) -> None:
    assert destroying(_step({**act(END, "rm -rf /x"), "type": kind})) is None
