"""No source may let a record out that is not masked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cybersecqwen.tuning.masking import Masker, mask, mask_record
from cybersecqwen.tuning.own import OWN
from cybersecqwen.tuning.records import Broken, Record

from .test_rules import HEAD

SECRETS = (
    *("Tanne-4711x", "jdoe", "anna.schmidt@acme.com", "10.11.12.13", "Quist", "DE89370400440532013000"),
    "FIN-WS-22",
)
TEXT = (
    "password=Tanne-4711x of user=jdoe, mail anna.schmidt@acme.com from 10.11.12.13 to DE89370400440532013000"
    " on computer=FIN-WS-22\nContact: Eva Quist"
)


def _schema(folder: Path) -> Path:
    path = folder / "schema.json"
    said = (
        TEXT,
        "mail to anna.schmidt@acme.com at 10.11.12.13",
        "seen with user=jdoe",
        "computer=FIN-WS-22 alone",
    )
    columns = [
        {"Name": f"column{one}", "Type": "string", "Description": text} for one, text in enumerate(said)
    ]
    path.write_text(
        json.dumps({"Table": "T", "Columns": [*columns, {"Name": "user=jdoe", "Type": "dynamic"}]})
    )
    return path


def _tickets(folder: Path) -> Path:
    path = folder / "tickets.jsonl"
    ticket = {
        "title": TEXT,
        "description": TEXT,
        "note": f"Told {TEXT}\njdoe and Quist agreed.",
        "user": "jdoe",
    }
    path.write_text(json.dumps(ticket) + "\n" + json.dumps({"title": TEXT}))
    return path


def _rules(folder: Path) -> Path:
    for number, value in enumerate(("Tanne-4711x", "jdoe", "anna.schmidt@acme.com", "10.11.12.13")):
        told = f"password=Tanne-4711x user=jdoe of anna.schmidt@acme.com at 10.11.12.13 {value}"
        head = HEAD.format(title=f"user=jdoe {number}", id=number, description=json.dumps(told))
        (folder / f"{number}.yml").write_text(f"{head}  s: {{a: '{value}'}}\n  condition: s\n")
    return folder


def _feedback(folder: Path) -> Path:
    path = folder / "feedback.jsonl"
    line = {
        "skill": "cwe",
        "instructions": TEXT,
        "material": [[TEXT, TEXT]],
        "question": TEXT,
        "corrected": TEXT,
    }
    path.write_text(json.dumps(line) + "\n" + json.dumps({"user=jdoe": 1}))
    return path


FILES: dict[str, Callable[[Path], Path]] = {
    "schema": _schema,
    "tickets": _tickets,
    "rules": _rules,
    "feedback": _feedback,
}


def test_every_source_is_looked_at() -> None:
    assert FILES.keys() == OWN.keys()


@pytest.mark.parametrize("name", OWN)
def test_nothing_leaves_that_is_not_masked(name: str, tmp_path: Path) -> None:
    masker = Masker()
    found = list(OWN[name](FILES[name](tmp_path), masker=masker))
    assert any(isinstance(one, Record) for one in found)
    assert masker.counts
    for one in found:
        if isinstance(one, Record):
            said = json.dumps([one.text, one.answer, one.licence, one.source], ensure_ascii=False)
            assert mask_record(one) == (one, {})
        else:
            said = one.reason
            assert mask(said) == (said, {})
        assert not [secret for secret in SECRETS if secret.lower() in said.lower()]


@pytest.mark.parametrize("name", OWN)
def test_a_record_is_masked_before_it_is_yielded(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    masked: list[Record] = []
    whole = Masker.record

    def record(self: Masker, one: Record) -> object:
        made = whole(self, one)
        masked.append(made[0])
        return made

    monkeypatch.setattr(Masker, "record", record)
    for one in OWN[name](FILES[name](tmp_path)):
        assert isinstance(one, Broken) or one is masked[-1]
    assert masked
