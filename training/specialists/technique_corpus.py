"""What the technique specialist learns from, read from the development data."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cybersecqwen.specialists.sentences import sentences
from cybersecqwen.specialists.technique import DOMAINS

FILES = {
    "intel/attack_procedures_train.jsonl.gz": "ATT&CK terms of use",
    "intel/tram_reports.zip": "Apache-2.0",
    "intel/tram_single_label_train.json.gz": "Apache-2.0",
    "knowledge/enterprise-attack.json.gz": "ATT&CK terms of use",
    "knowledge/mobile-attack.json.gz": "ATT&CK terms of use",
    "knowledge/ics-attack.json.gz": "ATT&CK terms of use",
}
"""Files that are read, with the licence of each."""
LEFT_OUT = ("Nationstate threat actor Mint Sandstorm refines tradecraft to attack highvalue targets",)
"""Reports of TRAM that a benchmark asks about too."""
QUOTED = {("Azorult", "T1134.002"), ("Carbanak", "T1030")}
"""Software and technique of the procedures that a benchmark's questions quote."""
CUES = Path(__file__).with_name("mobile_cues.toml")
_TAG = re.compile(r"\((T\d{4}(?:\.\d{3})?)\)\Z")
_MARK = re.compile(r"\(Citation:[^)]{0,200}\)|</?code>|\[([^\]]{0,200})\]\([^)]{0,300}\)")
_VERB = re.compile(
    r"\A(?:has the (?:ability|capability) to|is (?:capable of|able to)|has used|can|has|may)\s+"
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report annotated by TRAM."""

    title: str
    text: str
    spans: tuple[tuple[int, int, str], ...]
    """Start, end and technique ("OTHER": the annotators saw something else there)."""

    @property
    def labels(self) -> set[str]:
        """Techniques that it reports."""
        return {label for _, _, label in self.spans if label != "OTHER"}


@dataclass(kw_only=True)
class Corpus:
    """Everything, in memory."""

    procedures: list[dict[str, str]]
    reports: list[Report]
    tram: list[dict[str, str]]
    names: dict[str, str]
    """Technique to name."""
    texts: dict[str, str]
    """Technique to description."""
    domain: dict[str, int]
    """Technique to index of its matrix."""
    software: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name of a software to (identifier, description); those of the benchmark are left out."""

    @property
    def labels(self) -> list[str]:
        """Techniques matrix by matrix, each before its sub-techniques."""
        return sorted(self.names, key=lambda one: (self.domain[one], one))


def benched(data: Path) -> set[str]:
    """Identifiers of the software that the benchmark's development part asks about."""
    path = data / "bench" / "cti-bench-dev" / "cti-ate.tsv"
    if not path.is_file():
        return set()
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t")
        return {found[0] for row in rows if (found := re.search(r"S\d{4}", row.get("URL") or ""))}


def read(data: Path) -> Corpus:
    """The corpus in a folder of development data, without the software of the benchmark."""
    corpus = Corpus(procedures=[], reports=[], tram=[], names={}, texts={}, domain={})
    left_out = benched(data)
    outside: set[str] = set()
    for index, name in enumerate(DOMAINS):
        with gzip.open(data / "knowledge" / f"{name}-attack.json.gz") as stream:
            for item in json.load(stream)["objects"]:
                _take(corpus, item, index, left_out, outside)
    with gzip.open(data / "intel" / "attack_procedures_train.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    corpus.procedures = [
        row
        for row in rows
        if row["source"] not in outside
        and (row["source"], row["tid"]) not in QUOTED
        and row["tid"] in corpus.names
    ]
    with gzip.open(data / "intel" / "tram_single_label_train.json.gz") as stream:
        corpus.tram = [row for row in json.load(stream) if row["doc_title"].strip("\xa0 ") not in LEFT_OUT]
    corpus.reports = list(_reports(data / "intel" / "tram_reports.zip"))
    return corpus


def _take(corpus: Corpus, item: dict[str, Any], index: int, left_out: set[str], outside: set[str]) -> None:
    if item.get("revoked") or item.get("x_mitre_deprecated"):
        return
    references = item.get("external_references", ())
    own = [one["external_id"] for one in references if one.get("source_name", "").startswith("mitre")]
    text = plain(item.get("description", ""))
    if item["type"] == "attack-pattern" and own:
        corpus.names[own[0]], corpus.texts[own[0]], corpus.domain[own[0]] = item["name"], text, index
    elif item["type"] in ("malware", "tool") and own:
        if own[0] in left_out:
            outside.update({item["name"], *item.get("x_mitre_aliases", ())})
        else:
            corpus.software[item["name"]] = (own[0], text)


def plain(text: str) -> str:
    """A description of ATT&CK without citations, links and code marks."""
    return _MARK.sub(lambda match: match[1] or "", text).strip()


def _reports(path: Path) -> Iterator[Report]:
    with zipfile.ZipFile(path) as packed:
        for name in sorted(packed.namelist()):
            document = json.loads(packed.read(name))
            spans = []
            for group in document["asets"]:
                tag = _TAG.search(group["type"])
                label = tag[1] if tag else "OTHER" if group["type"] == "[OTHER]" else ""
                spans += [(one[0], one[1], label) for one in group["annots"] if label]
            title = name.removesuffix(".mjson").strip("\xa0 ")
            if title in LEFT_OUT:
                continue
            yield Report(title=title, text=document["signal"], spans=tuple(sorted(spans)))


def masked(row: dict[str, str]) -> str:
    """A procedure without the name of who did it: the name is not what makes the technique."""
    return re.sub(re.escape(row["source"]), "it", row["text"], flags=re.IGNORECASE)


@dataclass(kw_only=True)
class Rows:
    """Texts with their labels and weights."""

    texts: list[str] = field(default_factory=list)
    labels: list[set[str]] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, text: str, labels: set[str], weight: float = 1.0) -> None:
        """One more."""
        self.texts.append(text)
        self.labels.append(labels)
        self.weights.append(weight)


def labelled_sentences(report: Report) -> list[tuple[str, set[str], bool]]:
    """Sentences of a report: text, techniques, and whether anything at all is annotated there."""
    out = []
    for start, end in sentences(report.text, 10_000):
        hit = {
            label
            for a, b, label in report.spans
            if a < end and b > start and min(b, end) - max(a, start) >= min(20, 0.6 * (b - a))
        }
        out.append((report.text[start:end], hit - {"OTHER"}, bool(hit)))
    return out


def enterprise_rows(
    corpus: Corpus, procedures: list[dict[str, str]], reports: list[Report], rng: random.Random
) -> Rows:
    """Sentences about the enterprise matrix, and sentences about none of it."""
    rows = Rows()
    merged: dict[str, set[str]] = defaultdict(set)
    for row in procedures:
        merged[masked(row)].add(row["tid"])
    for text, labels in merged.items():
        rows.add(text, labels)
    add_descriptions(corpus, rows, 0)
    for report in reports:
        for start, end, label in report.spans:
            if end - start > 12 and corpus.domain.get(label) == 0:
                rows.add(report.text[start:end], {label})
        for text, labels, anything in labelled_sentences(report):
            known = {label for label in labels if corpus.domain.get(label) == 0}
            if known:
                rows.add(text, known)
            elif not anything and len(text) > 30 and rng.random() < 0.5:
                rows.add(text, set())
    return rows


def add_descriptions(corpus: Corpus, rows: Rows, domain: int, weight: float = 0.5) -> None:
    """Names of techniques and the sentences of their descriptions."""
    for label, name in corpus.names.items():
        if corpus.domain[label] == domain:
            rows.add(name, {label}, weight)
            text = corpus.texts[label]
            for start, end in sentences(text):
                if end - start > 40:
                    rows.add(text[start:end], {label}, weight)


def cues() -> dict[str, list[str]]:
    """Sentences about mobile techniques in this project's own words."""
    return {label: list(texts) for label, texts in tomllib.loads(CUES.read_text("utf-8")).items()}


def transferred_rows(corpus: Corpus, domain: int, rng: random.Random, *, with_cues: bool) -> Rows:
    """Sentences about the mobile or ICS matrix: descriptions, and procedures of techniques so named."""
    rows = Rows()
    add_descriptions(corpus, rows, domain, 1.0)
    here = {name.lower(): label for label, name in corpus.names.items() if corpus.domain[label] == domain}
    same: dict[str, str] = {}
    for label, name in corpus.names.items():
        if corpus.domain[label] == 0:
            top = corpus.names[label.partition(".")[0]].lower()
            target = here.get(name.lower()) or here.get(top)
            if target:
                same[label] = target
    taken: dict[str, int] = defaultdict(int)
    mixed = corpus.procedures[:]
    rng.shuffle(mixed)
    for row in mixed:
        target = same.get(row["tid"], "")
        if taken[target] < (40 if target else 1_500):
            taken[target] += 1
            rows.add(masked(row), {target} if target else set(), 0.7)
    for report in corpus.reports:
        for text, _, anything in labelled_sentences(report):
            if not anything and len(text) > 30 and rng.random() < 0.07:
                rows.add(text, set())
    if with_cues and domain == 1:
        for label, texts in cues().items():
            for text in texts:
                rows.add(text, {label}, 2.0)
    return rows


def document(
    corpus: Corpus, name: str, rows: list[dict[str, str]], rng: random.Random, *, merge: bool
) -> tuple[str, set[str]]:
    """A text about one software: its description, then some of its procedures, joined or merged."""
    chosen = rows[:]
    rng.shuffle(chosen)
    chosen = chosen[: rng.randint(4, 14)]
    parts = [corpus.software[name][1]] if name in corpus.software else []
    at = 0
    while at < len(chosen):
        size = rng.choice((1, 2, 2, 3)) if merge else 1
        told = [row["text"].rstrip(". ") for row in chosen[at : at + size]]
        told = [told[0], *(_VERB.sub("", one.replace(name, "").strip()) for one in told[1:])]
        at += size
        parts.append(", ".join(told[:-1]) + (" and " if len(told) > 1 else "") + told[-1] + ".")
    return " ".join(part for part in parts if part), {row["tid"] for row in chosen}
