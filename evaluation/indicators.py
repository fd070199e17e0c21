"""How well indicators are found, beside ioc-finder, iocsearcher and iocextract.

    python -m evaluation.indicators                                   ours, on the labelled paragraphs
    python -m evaluation.indicators DATA --peers PYTHON               all tools, and the reports of DATA too
    python -m evaluation.indicators DATA --peers PYTHON --save FILE   the same, and the figures as JSON
    python -m evaluation.indicators --held-out B --peers PYTHON       all tools, on held-out paragraphs (B, C)

PYTHON is the interpreter of an environment that has the other tools (pip install ioc-finder iocsearcher
iocextract requests). DATA is the folder of development data (intel/tram_reports.zip and
intel/cyner_train.conll.gz).
Prints Markdown; docs/indicators.md says how to read it. Intervals are of 95 %: bootstrap over paragraphs on
the labelled ones, from the sample that was judged on the reports (`indicators_pooled.py`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path
from typing import Any

from cybersecqwen.bench.conditions import conditions

from .indicators_cyner import recalls
from .indicators_labels import TYPES, Paragraph, read_labels
from .indicators_pooled import Pooled, agreed, estimate, pool, read_judgements
from .indicators_scores import Score, missed, total, total_spans
from .indicators_texts import cyner, tram
from .indicators_tools import CLAIMS, OURS, PEERS, Answer, load_or_run
from .rates import Rate

LABELLED = Path(__file__).resolve().parents[1] / "tests" / "data" / "intel" / "labelled.jsonl"
HELD_OUT = {"B": LABELLED.with_name("heldout.jsonl"), "C": LABELLED.with_name("heldout_c.jsonl")}
"""Paragraphs that nobody had seen who worked on the extractor; docs/indicators.md lists every look."""
Triple = tuple[float, float, float]


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    figures: dict[str, Any] = {"command": "python -m evaluation.indicators DATA --peers PYTHON"}
    labels = HELD_OUT.get(arguments.held_out, LABELLED)
    paragraphs = read_labels(labels)
    answers = load_or_run([one.text for one in paragraphs], arguments.peers)
    for line in labelled(paragraphs, answers, figures):
        print(line, flush=True)
    if arguments.misses:
        for line in misses(paragraphs, answers[OURS]):
            print(line)
    if arguments.data is not None and arguments.peers is not None:
        for line in reports(arguments.data, arguments.peers, arguments.answers, figures):
            print(line, flush=True)
    if arguments.save is not None:
        figures |= {"conditions": conditions(), "date": time.strftime("%Y-%m-%d", time.gmtime())}
        figures["labelled_sha256"] = hashlib.sha256(labels.read_bytes()).hexdigest()
        arguments.save.parent.mkdir(parents=True, exist_ok=True)
        arguments.save.write_text(by_lines(figures), "utf-8")


def labelled(
    paragraphs: Sequence[Paragraph], answers: Mapping[str, Sequence[Answer]], figures: dict[str, Any]
) -> Iterator[str]:
    """The labelled paragraphs: ours alone, all types; then all tools on the types that each one knows."""
    n = sum(len(one.labels) for one in paragraphs)
    empty = sum(not one.labels for one in paragraphs)
    yield "## Labelled paragraphs\n"
    yield f"{len(paragraphs)} paragraphs, {empty} without an indicator; {n} labels.\n"
    whole = frozenset(TYPES)
    ours = answers[OURS]
    rows = {
        "values, strict": total(paragraphs, ours, whole),
        "values, lenient": total(paragraphs, ours, whole, lenient=True),
        "spans": total_spans(paragraphs, ours, whole),
    }
    figures["ours"] = {name: asdict(one) for name, one in rows.items()}
    yield "| csq, all types | right | found | true | precision | recall | F1 |"
    yield "|---|---:|---:|---:|---|---|---|"
    for name, row in rows.items():
        yield f"| {name} | {_cells(row)} |"
    if len(answers) > 1:
        yield from _overall(paragraphs, answers, figures)
    yield "\n| type | n | " + " | ".join(answers) + " |\n|---|---:|" + "---|" * len(answers)
    figures["types"] = {}
    for kind in TYPES:
        cells = []
        for tool, given in answers.items():
            one = total(paragraphs, given, {kind}, lenient=True) if kind in CLAIMS[tool] else None
            cells.append(f"{_three(one.f1)}" if one else "–")
            figures["types"].setdefault(kind, {})[tool] = asdict(one) if one else None
        yield f"| {kind} | {total(paragraphs, ours, {kind}).true} | {' | '.join(cells)} |"
    yield "\nF1, lenient; – where a tool does not look for the type."


def _overall(
    paragraphs: Sequence[Paragraph], answers: Mapping[str, Sequence[Answer]], figures: dict[str, Any]
) -> Iterator[str]:
    yield "\nEach tool on the types that it looks for, lenient, and ours on the same types:\n"
    yield "| tool | types | precision | recall | F1 | F1 strict | csq: F1 | F1 strict |"
    yield "|---|---:|---|---|---|---|---|---|"
    figures["peers"] = {}
    for tool in (name for name in PEERS if name in answers):
        types: Set[str] = CLAIMS[tool]
        both = {
            f"{name} {mode}": total(paragraphs, answers[name], types, lenient=mode == "lenient")
            for name in (tool, OURS)
            for mode in ("lenient", "strict")
        }
        figures["peers"][tool] = {name: asdict(one) for name, one in both.items()}
        mine, ours = (both[f"{name} lenient"] for name in (tool, OURS))
        strict, ours_strict = (both[f"{name} strict"] for name in (tool, OURS))
        yield (
            f"| {tool} | {len(types)} | {_three(mine.precision)} | {_three(mine.recall)} |"
            f" {_three(mine.f1)} | {_three(strict.f1)} | {_three(ours.f1)} | {_three(ours_strict.f1)} |"
        )


def reports(data: Path, python: Path, kept: Path | None, figures: dict[str, Any]) -> Iterator[str]:
    """TRAM and CyNER by pooled judgement, time, and CyNER's own tags."""
    texts = {"tram_reports": tram(data), "cyner_train": cyner(data)}
    everything = [one for some in texts.values() for one in some]
    answers = load_or_run([one.text for one in everything], python, kept)
    items = pool(everything, answers)
    judged = read_judgements()
    tools = list(answers)
    yield from _judged_of(items, judged, tools, figures)
    corpus = {one.sha256: name for name, some in texts.items() for one in some}
    figures["pooled"] = {}
    for name in texts:
        some = [one for one in items if corpus[one.sha256] == name]
        yield from _pooled(name, some, judged, tools, figures["pooled"])
    yield from _pooled_types(items, judged, tools, figures["pooled"])
    figures["speed"] = {}
    begin = 0
    yield "\nMB of text a second, one process each (CyNER is short sentences: mostly the cost of a call):\n"
    yield "| corpus | MB | " + " | ".join(tools) + " |\n|---|---:|" + "---:|" * len(tools)
    for name, corpus_texts in texts.items():
        size = sum(len(one.text.encode("utf-8")) for one in corpus_texts) / 1e6
        rate = {
            tool: size / sum(one.seconds for one in answers[tool][begin : begin + len(corpus_texts)])
            for tool in tools
        }
        figures["speed"][name] = {"MB": size, "MB/s": rate}
        begin += len(corpus_texts)
        yield f"| {name} | {size:.2f} | " + " | ".join(f"{one:.2f}" for one in rate.values()) + " |"
    begin = len(texts["tram_reports"])
    figures["cyner_tags"] = {}
    yield from recalls(
        texts["cyner_train"], {tool: answers[tool][begin:] for tool in tools}, figures["cyner_tags"]
    )


def _judged_of(
    items: Sequence[Pooled], judged: Mapping[Any, bool], tools: Sequence[str], figures: dict[str, Any]
) -> Iterator[str]:
    """What the pool holds and what of it was judged."""
    alike = [one for one in items if agreed(one, tools)]
    known = [judged[one.key] for one in items if one.key in judged and not agreed(one, tools)]
    drawn = takewhile(lambda one: one.key in judged, sorted(alike, key=lambda one: one.order))
    looked = [judged[one.key] for one in drawn]
    figures["pool"] = {"items": len(items), "agreed": len(alike), "judged": len(known), "true": sum(known)}
    figures["pool"] |= {"agreed_judged": len(looked), "agreed_true": sum(looked)}
    yield "\n## Pooled judgement\n"
    yield (
        f"{len(items)} items found by any tool, {len(alike)} by all that know the type;"
        f" of the other {len(items) - len(alike)}, {len(known)} were judged, {sum(known)} of them true."
        f" Of those that all agree on, a random {len(looked)} were judged too, to see what that is worth;"
        f" true: {str(Rate(hits=sum(looked), of=len(looked))).strip()}."
    )


def _pooled(
    name: str,
    items: Sequence[Pooled],
    judged: Mapping[Any, bool],
    tools: Sequence[str],
    figures: dict[str, Any],
) -> Iterator[str]:
    """One corpus: each tool on its own types, with ours on the same types."""
    yield f"\n{name}, each tool on the types that it looks for, and ours on the same types:\n"
    yield "| tool | found | precision | recall | csq: precision | recall |"
    yield "|---|---:|---|---|---|---|"
    figures[name] = {}
    for tool in tools:
        mine = estimate(items, judged, tools, tool, CLAIMS[tool])
        ours = estimate(items, judged, tools, OURS, CLAIMS[tool])
        figures[name][tool] = {"own types": asdict(mine), "csq on these": asdict(ours)}
        yield (
            f"| {tool} | {mine.found} | {_three(mine.precision)} | {_three(mine.recall)} |"
            f" {_three(ours.precision)} | {_three(ours.recall)} |"
        )


def _pooled_types(
    items: Sequence[Pooled], judged: Mapping[Any, bool], tools: Sequence[str], figures: dict[str, Any]
) -> Iterator[str]:
    """F1 of the estimates for each type, both corpora together."""
    yield "\n| type, both | " + " | ".join(f"{tool}: precision, recall" for tool in tools) + " |"
    yield "|---|" + "---|" * len(tools)
    figures["types"] = {}
    for kind in TYPES:
        if not any(one.type == kind for one in items):
            continue
        cells = []
        for tool in tools:
            if kind not in CLAIMS[tool]:
                cells.append("–")
                continue
            one = estimate(items, judged, tools, tool, {kind})
            figures["types"].setdefault(kind, {})[tool] = asdict(one)
            cells.append(f"{_three(one.precision)}, {_three(one.recall)}")
        yield f"| {kind} | {' | '.join(cells)} |"


def misses(paragraphs: Sequence[Paragraph], answers: Sequence[Answer]) -> Iterator[str]:
    """What is false and what is missing, for whoever mends the extractor."""
    yield "\n## Ours, one by one\n"
    for paragraph, answer in zip(paragraphs, answers, strict=True):
        false, missing = missed(paragraph, answer)
        if false or missing:
            yield f"* {paragraph.id}: false {sorted(false)}, missing {sorted(missing)}"


def by_lines(figures: Mapping[str, Any]) -> str:
    """JSON with one line for each figure of the second level, four decimals."""

    def short(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 4)
        if isinstance(value, dict):
            return {name: short(one) for name, one in value.items()}
        return [short(one) for one in value] if isinstance(value, list | tuple) else value

    def lines(value: Any) -> str:
        if not isinstance(value, dict) or not any(isinstance(one, dict) for one in value.values()):
            return json.dumps(value)
        return "{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "\n }"

    parts = (f" {json.dumps(name)}: {lines(one)}" for name, one in short(dict(figures)).items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _cells(one: Score) -> str:
    counts = f"{one.right} | {one.found} | {one.true}"
    return f"{counts} | {_three(one.precision)} | {_three(one.recall)} | {_three(one.f1)}"


def _three(figure: Triple) -> str:
    return f"{figure[0]:.3f} [{figure[1]:.3f}, {figure[2]:.3f}]"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", help="folder of development data")
    parser.add_argument("--peers", type=Path, help="interpreter that has the other tools")
    parser.add_argument("--held-out", choices=sorted(HELD_OUT), help="a held-out part instead")
    parser.add_argument(
        "--answers", type=Path, help="file to keep the other tools' answers on the reports in"
    )
    parser.add_argument(
        "--misses", action="store_true", help="list what ours gets wrong on the labelled paragraphs"
    )
    parser.add_argument("--save", type=Path, help="file for the figures")
    return parser.parse_args()


if __name__ == "__main__":
    main()
