"""Facts that corpora are made from in tests: a small full bundle and some vulnerabilities, all made up."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from cybersecqwen.knowledge import Entity, Relation, SourceInfo
from cybersecqwen.knowledge.builder import texts_of
from cybersecqwen.knowledge.interface import Passage
from cybersecqwen.knowledge.writer import write_bundle

_SOURCES = ("attack-enterprise", "attack-mobile", "attack-ics", "cwe")
_WHO = ("adversaries", "guards", "visitors", "operators", "neighbours", "attackers")
_DO = ("collect", "hide", "modify", "execute", "gather", "send", "download", "create", "monitor", "remove")
_WHAT = (
    "kettles",
    "drums",
    "letters",
    "lamps",
    "carpets",
    "ladders",
    "files",
    "credentials",
    "bells",
    "keys",
)
_WHERE = ("in the harbour", "behind the mill", "on the third floor", "under a bridge", "near the old tower")
_HOW = ("with great patience", "before the morning", "by means of a rope", "without a permit", "at all times")


def sentence(chance: Random) -> str:
    """Twelve words or more that mean little."""
    first, second = chance.sample(_WHAT, 2)
    who, do, where, how = (chance.choice(some) for some in (_WHO, _DO, _WHERE, _HOW))
    return f"Some {who} {do} {first} and {second} {where} {how}, number {chance.randint(1, 9_999)}."


def bundle(path: Path) -> Path:
    """A full bundle with techniques, groups, software, mitigations and weaknesses."""
    chance = Random(5)
    entities, relations, passages = [], [], []

    def add(id: str, type: str, name: str, **attributes: object) -> None:
        text = f"{name} is a {type}. {sentence(chance)} {sentence(chance)}"
        source = "cwe" if type == "weakness" else "attack-enterprise"
        url = f"https://x.example/{id}"
        entities.append(
            Entity(id=id, type=type, name=name, source=source, url=url, text=text, attributes=attributes)
        )

    words = ["Amber", "Birch", "Cedar", "Dune", "Elm", "Fern", "Grove", "Heath", "Iris", "Juniper"]
    tactics = ["impact", "execution", "discovery", "collection", "persistence", "exfiltration"]
    for n, word in enumerate(words):
        add(f"T{1001 + n}", "technique", f"{word} Drumming", tactics=[tactics[n % 6]], platforms=["Linux"])
        add(f"G{n + 1:04}", "group", f"{word} Bear", aliases=[f"ACT-{n}"])
        add(f"S{n + 1:04}", "software", f"{word}Kettle", kind="tool")
        add(f"M{1001 + n}", "mitigation", f"{word} Curtains")
        add(f"CWE-{n + 1}", "weakness", f"{word} Door Left Open", abstraction="Base")
    for n in range(len(words)):
        technique = f"T{1001 + n}"
        for step in range(4):
            other = f"{'GS'[step % 2]}{(n + step) % 10 + 1:04}"
            relations.append(Relation(source=other, kind="uses", target=technique))
            passages.append(
                Passage(entity=technique, section="procedure", other=other, text=sentence(chance))
            )
            cure = f"M{1001 + (n + step) % 10}"
            relations.append(Relation(source=cure, kind="mitigates", target=technique))
            passages.append(
                Passage(entity=technique, section="mitigation", other=cure, text=sentence(chance))
            )
        passages += [
            Passage(entity=f"CWE-{n + 1}", section=section, text=sentence(chance))
            for section in ("consequence", "mitigation", "example")
        ]
    sources = [
        SourceInfo(
            name=name,
            version="1",
            date="2026-01-01",
            sha256="0" * 64,
            licence="none",
            url="https://x.example/",
        )
        for name in _SOURCES
    ]
    write_bundle(
        path,
        kind="full",
        created="",
        sources=sources,
        entities=entities,
        relations=relations,
        passages=[*passages, *texts_of([], entities, relations)],
    )
    return path


def vulnerabilities(path: Path, count: int = 120) -> Path:
    """Lines of CVEs; every fourth has no weakness that counts, every fifth is labelled by its maker."""
    chance = Random(6)
    lines = []
    for n in range(count):
        year = 2019 + n % 6
        row = {
            "id": f"CVE-{year}-{90_000 + n}",
            "desc": f"In the widget manager {n} {sentence(chance)}",
            "cwe": [] if n % 4 == 3 else [f"CWE-{(79, 89, 787)[n % 3]}"],
            "cwe_src": "cna" if n % 5 == 4 else "nvd",
            "cvss3": None if n % 7 == 6 else "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N",
            "cvss3_src": "nvd",
        }
        lines.append(json.dumps(row) + "\n")
    path.write_text("".join(lines), "utf-8")
    return path
