"""What a model may add about a threat report: whole sentences of ours, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cybersecqwen.detect.events.rulebook import Rulebook
from cybersecqwen.knowledge.store import Store
from cybersecqwen.models.interface import LanguageModel
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.models.shelf import Shelf
from cybersecqwen.pipeline import narrate
from cybersecqwen.records import Report
from cybersecqwen.records.intel import Intelligence
from cybersecqwen.tasks.intel import Intel
from cybersecqwen.tasks.intel.narrative import WRITER
from cybersecqwen.tasks.intel.report import assessed, report_of
from cybersecqwen.tasks.interface import Tools

from .pictures import cve, dated, document, named, points_to, seen, stated, target, technique

APT29, BEACON = named("APT29", "G0016"), named("Cobalt Strike", "S0154", "software")
LOADER = named("LANTERNFALL", "", "software")
INTEL = Intelligence(
    documents=(document(),),
    indicators=(seen("cdn-metering.net"),),
    names=(APT29, BEACON, LOADER, cve("CVE-2024-3400", kev=True)),
    techniques=(technique("T1486", "Data Encrypted for Impact", "impact"),),
    relations=(stated(APT29, "uses", BEACON), stated(APT29, "uses", LOADER)),
    targets=(target("Energy"),),
    dates=(dated("since", "2026-03"),),
)
BEHIND = "APT29 (G0016) is behind the activity (very likely, moderate confidence)."
EXPLOIT = "Attackers exploit CVE-2024-3400 on systems without the update (almost certainly, high confidence)."
USES = "APT29 (G0016) uses Cobalt Strike (S0154)."


def _no_rules() -> Rulebook:
    raise AssertionError("no rules are needed")


@pytest.fixture(scope="module")
def tools() -> Iterator[Tools]:
    with Store.open() as opened:
        yield Tools(store=opened, load_rules=_no_rules)


@pytest.fixture(scope="module")
def report(tools: Tools) -> Report:
    intel = assessed(INTEL, (points_to("G0016", 0.9, "named 9 times"),), (), tools.store)
    return report_of(intel, tools.store, (), ())


def added(report: Report, tools: Tools, model: LanguageModel) -> list[str]:
    ask = Intel().ask(report, tools)
    assert ask is not None
    done = narrate(Intel(), report, ask, tools, [model], timeout_s=120)
    return [one.text for one in done.narrative if one.writer != WRITER]


def test_it_is_asked_for_the_skill_of_copying_sentences(report: Report, tools: Tools) -> None:
    model = Scripted([USES])
    assert added(report, tools, model) == [USES]
    assert [prompt.skill for prompt, _ in model.history] == ["narrative"]


def test_it_is_asked_about_sentences_of_ours(report: Report, tools: Tools) -> None:
    ask = Intel().ask(report, tools)
    assert ask is not None
    ((_, text),) = ask.material
    assert text.startswith(f"{BEHIND} {EXPLOIT} ")
    assert USES in text
    assert "LANTERNFALL" not in text.replace("Malware and tools: Cobalt Strike (S0154) and LANTERNFALL.", "")
    assert "`" not in text


def test_nothing_is_asked_where_all_is_told(tools: Tools) -> None:
    empty = assessed(Intelligence(documents=(document(),)), (), (), tools.store)
    report = report_of(empty, tools.store, (), ())
    ask = Intel().ask(report, tools)
    assert ask is None or "APT" not in ask.material[0][1]


@pytest.mark.parametrize(
    "answer",
    [
        BEHIND,
        f"{BEHIND} {EXPLOIT}",
        f"{BEHIND}\n\n{EXPLOIT}\n",
        f"1. {BEHIND}\n2. {EXPLOIT}",
        f"{EXPLOIT} {USES} And here the answer is cut o",
    ],
)
def test_copies_are_kept(report: Report, tools: Tools, answer: str) -> None:
    kept = added(report, tools, Scripted([answer]))
    assert kept and set(kept) <= {BEHIND, EXPLOIT, USES}
    assert len(kept) == sum(one in answer for one in (BEHIND, EXPLOIT, USES))


@pytest.mark.parametrize(
    "answer",
    [
        "Turla (G0010) is behind the activity (very likely, moderate confidence).",  # another group
        "Sandworm uses Cobalt Strike (S0154).",  # one that it made up
        "APT29 (G0016) is behind the activity (almost certainly, moderate confidence).",  # another likelihood
        "APT29 (G0016) is behind the activity (very likely, high confidence).",  # another confidence
        "APT29 (G0016) is behind the activity.",  # none at all
        "APT29 (G0016) is not behind the activity (very likely, moderate confidence).",
        "Cobalt Strike (S0154) uses APT29 (G0016).",  # the other way round
        "APT29 (G0016) uses Mimikatz (S0002).",
        EXPLOIT.replace("3400", "3401"),  # another number
        "Attackers exploit CVE-2099-99999 on systems without the update (almost certainly, high confidence).",
        "Attackers exploit systems (almost certainly, high confidence).",
        "2 techniques: impact by Data Encrypted for Impact (T1486).",
        "Active since 2025-03.",
        "The loader beacons to cdn-metering.net every five minutes.",  # of the report, and no fact of ours
        "All indicators are benign.",
        "Targets: sector Finance.",
        "Yes, done.",
        "",
    ],
)
def test_anything_else_is_struck_out(report: Report, tools: Tools, answer: str) -> None:
    assert added(report, tools, Scripted([answer, answer])) == []


def test_a_false_sentence_does_not_take_a_true_one_with_it(report: Report, tools: Tools) -> None:
    answer = f"{USES} Turla (G0010) uses Cobalt Strike (S0154). {BEHIND}"
    assert added(report, tools, Scripted([answer])) == [USES, BEHIND]


def test_what_is_told_is_not_told_again(report: Report, tools: Tools) -> None:
    told = next(one.text for one in report.narrative)
    assert added(report, tools, Scripted([told])) == []


@pytest.mark.model
def test_the_instant_model_adds_nothing_but_facts(report: Report, tools: Tools) -> None:
    checkout = Path(__file__).resolve().parents[3]
    folders = (os.environ.get("CSQ_MODELS_DIR", ""), str(checkout / ".cache" / "models"))
    shelves = [Shelf(Path(folder)) for folder in folders if folder]
    shelf = next((s for s in shelves if any(m.name.startswith("smollm2") for m in s.list())), None)
    if shelf is None:
        pytest.skip("the instant model is not installed (csq model pull instant; CSQ_MODELS_DIR names it)")
    ask = Intel().ask(report, tools)
    assert ask is not None
    with shelf.load("instant") as model:
        kept = added(report, tools, model)
    assert all(one in ask.material[0][1] for one in kept)
