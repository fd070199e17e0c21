"""Model cards: they say what the run, its data and its gate say, and nothing in them becomes markup."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.models.adapters import Adapter
from cybersecqwen.tuning.card import card
from cybersecqwen.tuning.gate import decide
from cybersecqwen.tuning.measuring import Answered
from cybersecqwen.tuning.recipe import read_recipe
from tests.amounts import draws


def adapter(**changes: Any) -> Adapter:
    plain = {
        "name": "mine",
        "title": "A small one",
        "path": Path("mine.gguf"),
        "bytes": 12_345_678,
        "sha256": "1" * 64,
        "base": "smollm2",
        "base_sha256": "2" * 64,
        "skills": ("cwe", "intent"),
        "learned": ("cwe", "intent", "narrative"),
        "licence": "Apache-2.0",
    }
    return Adapter(**{**plain, **changes})


def run() -> dict[str, Any]:
    return {"recipe": asdict(read_recipe("instant"))}


def data(**changes: Any) -> dict[str, Any]:
    return {
        "seed": 17,
        "date": "2031-02-03",
        "knowledge": "bundle-9",
        "train": {"records": 12_345, "sha256": "3" * 64, "skills": {"cwe": 12_000, "intent": 345}},
        "files": {"cve.jsonl.gz": "4" * 64},
        "licences": {"Apache-2.0": 345, "NVD": 12_000},
        "benchmarks": {"files": ["a.tsv", "b.tsv"], "items": 1_353, "left out": {"identifier": 1_002}},
        **changes,
    }


def decided() -> dict[str, Any]:
    def answered(right: dict[str, list[float]]) -> list[Answered]:
        return [
            Answered(skill=skill, key=f"{n}", right=value, said="")
            for skill, values in right.items()
            for n, value in enumerate(values)
        ]

    before = {"planted": [1.0] * 30, "cwe": [0.0] * 30, "narrative": [1.0] * 30, "intent": [0.0] * 5}
    after = {
        "planted": [1.0] * 30,
        "cwe": [1.0] * 24 + [0.0] * 6,
        "narrative": [0.5] * 30,
        "intent": [1.0] * 5,
    }
    return decide(answered(before), answered(after)).as_json()


DECIDED = decided()


def gate() -> dict[str, Any]:
    return deepcopy(DECIDED)


LOG = [{"step": 50, "loss": 2.5, "held": 1.25}, {"step": 99, "loss": 0.75, "held": None}]


def rows(text: str) -> list[list[str]]:
    """Cells of the lines of the table below its head, cut where a bar is not escaped."""
    found = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in found[2:]]


def test_a_card_says_what_the_run_says() -> None:
    text = card(adapter(), run(), [data()], gate(), LOG)
    assert text.startswith("# mine: A small one\n")
    for said in (
        "`smollm2`", f"sha256 `{'2' * 64}`", "rank 32, 12.3 MB", "Licence of the weights: Apache-2.0",
        "\ncwe, intent\n", "12,345 records", f"`{'3' * 64}`", "2031-02-03", "seed 17", "bundle-9",
        "- cwe: 12,000\n- intent: 345\n", f"- cve.jsonl.gz: sha256 `{'4' * 64}`", "12,000 records under: NVD",
        "1,353 items of 2 benchmark files; left out: 1,002 by identifier.", "Recipe `instant`: 0.85 epochs",
        "learning rate 0.0008", "cosine schedule", "batches of 16", "seed 20261127",
        "Loss at the end 0.750, on what was held out 1.250. 99 steps.",
    ):  # fmt: skip
        assert said in text, said


def test_the_table_has_the_figures_of_the_gate() -> None:
    made = gate()
    table = {row[0]: row for row in rows(card(adapter(), run(), [data()], made, LOG))}
    assert set(table) == {"cwe", "narrative", "intent", "planted"}
    for one in made["compared"]:
        skill, count, before, after, gain, verdict = table[one["skill"]]
        assert (skill, count, verdict) == (one["skill"], str(one["n"]), one["verdict"])
        for shown, name in ((before, "before"), (after, "after"), (gain, "gain")):
            low, high = one[f"{name}_interval"]
            assert shown == f"{one[name]:.3f} [{low:.3f}, {high:.3f}]"
    assert (table["cwe"][3][:5], table["cwe"][5], table["narrative"][5]) == ("0.800", "better", "worse")
    assert table["intent"][5] == "too few"
    assert "narrative: worse than its base, 1.000 → 0.500" in card(adapter(), run(), [data()], made, LOG)


def test_what_is_missing_is_left_out() -> None:
    least = data()
    for name in ("files", "licences", "benchmarks"):
        del least[name]
    text = card(adapter(skills=()), run(), [least], {}, [])
    assert "nothing: the gate refused it" in text
    assert "Nothing was held apart from benchmarks." in text
    assert "Loss at the end" not in text and "sha256 `4" not in text
    assert rows(text) == []
    assert "None" not in text


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ([{"step": 7, "loss": 1.0}], "Loss at the end 1.000. 7 steps."),
        ([{"step": 7, "loss": None}], "7 steps."),
        ([{"step": 7}], "7 steps."),
        (
            [{"step": 7, "loss": 2.0, "held": 0.0}],
            "Loss at the end 2.000, on what was held out 0.000. 7 steps.",
        ),
    ],
)
def test_a_log_may_lack_losses(log: list[dict[str, Any]], said: str) -> None:
    assert f"\n{said}\n" in card(adapter(), run(), [data()], gate(), log)


def test_nothing_left_out_is_said_so() -> None:
    apart = {"files": ["a.tsv"], "items": 3, "left out": {}}
    assert "left out: none." in card(adapter(), run(), [data(benchmarks=apart)], gate(), LOG)


@pytest.mark.parametrize(
    "hostile",
    [
        "a | b | c",
        "a\n\n# Certified",
        "<script>alert(1)</script>",
        "[click](http://x.example)",
        "`",
        "a\\| b",
        "\u2028# x",
        "![](x)",
        "*loud* _soft_ ~gone~",
        "@everybody",
        "a\x00\x1b[31mb\x85c",
        "\u202egnp.exe\u2066",
        "zero\u200bwidth",
    ],
)
def test_texts_of_others_stay_text(hostile: str) -> None:
    made = gate()
    made["compared"][0]["skill"] = made["why"][0] = hostile
    learned = {"records": 1, "sha256": "3" * 64, "skills": {hostile: 1}}
    strange = data(
        date=hostile,
        seed=hostile,
        files={hostile: "4" * 64},
        licences={hostile: 1},
        knowledge=hostile,
        train=learned,
    )
    recipe = run()
    recipe["recipe"]["name"] = hostile
    recipe["recipe"]["run"] |= {"schedule": hostile, "precision": hostile}
    mine = adapter(title=hostile, skills=(hostile,), licence=hostile, base=hostile)
    text = card(mine, recipe, [strange], made, LOG)
    plain = card(adapter(), run(), [data()], gate(), LOG)
    # As many headings and rows as ever, each row with its six cells.
    assert [line for line in text.splitlines()[1:] if line.startswith("#")] == [
        line for line in plain.splitlines()[1:] if line.startswith("#")
    ]
    assert [len(row) for row in rows(text)] == [len(row) for row in rows(plain)] == [6] * 4
    bare = re.sub("`[^`\n]*`", "", re.sub(r"\\[\\`|<>\[\]#*_@!~]", "", text))
    cells = [line for line in bare.splitlines() if not line.startswith(("|", "#"))]
    assert not re.search(r"[<>\[\]*_@!~\\]|\]\(", re.sub(r" \[-?\d\.\d+, -?\d\.\d+\]", "", "\n".join(cells)))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", text)


@given(title=st.text(max_size=60), skill=st.text(min_size=1, max_size=30))
@draws(100)
def test_any_title_is_one_line_and_any_skill_one_cell(title: str, skill: str) -> None:
    made = gate()
    made["compared"][1]["skill"] = skill
    text = card(adapter(title=title), run(), [data()], made, LOG)
    assert text.splitlines()[2].startswith("A LoRA adapter") and text.encode()
    assert [len(row) for row in rows(text)] == [6] * 4


def test_every_folder_of_data_is_named() -> None:
    other = data(
        seed=18, train={"records": 7, "sha256": "5" * 64, "skills": {"tickets": 7}}, licences={"own": 7}
    )
    del other["files"], other["benchmarks"]
    text = card(adapter(), run(), [data(), other], gate(), LOG)
    for said in (
        "12,345 records", "- cwe: 12,000", "with seed 17", "12,000 records under: NVD", "1,353 items",
        "\n7 records (", f"`{'5' * 64}`", "- tickets: 7", "with seed 18", "7 records under: own",
        "- Nothing was held apart from benchmarks.",
    ):  # fmt: skip
        assert text.count(said) == 1, said
    assert text.count("## What it learned from") == text.count("## How it was trained") == 1
    assert text.index("- cwe: 12,000") < text.index("- tickets: 7") < text.index("## How it was trained")


def test_data_that_say_little_are_told_so() -> None:
    text = card(adapter(), run(), [{}], gate(), LOG)
    assert "0 records (sha256 of the lines `?`), made on ? with seed ? from knowledge ?:" in text


def test_nothing_between_backticks_ends_them() -> None:
    made = run()
    made["recipe"]["name"] = "a`b`` <b>\n\n# c"
    text = card(adapter(base="x` **loud** `\ny"), made, [data()], gate(), LOG)
    assert "Recipe `a'b'' <b> # c`:" in text
    assert "for `x' **loud** ' y` (sha256" in text
