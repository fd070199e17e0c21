"""From the reports of `csq bench` under evaluation/results to the portfolio's table and the pages' tables.

Nobody copies a figure by hand: `scripts/make_docs.py` writes what these functions give, and its --check
fails where a table and the reports differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cybersecqwen.bench import CTI_TASKS
from cybersecqwen.bench import report as bench_report
from cybersecqwen.bench.conditions import hardware
from cybersecqwen.models.portfolio import portfolio

RESULTS = "evaluation/results"
_MARK = re.compile(r"(<!-- results: (?P<task>[a-z]+) -->\n).*?(<!-- end -->)", re.S)

Row = dict[str, Any]


def reports(root: Path) -> list[tuple[str, Row]]:
    """Every record of every report file, with the file's path from the root, in order of file names."""
    found = []
    for path in sorted((root / RESULTS).glob("*.json")):
        found += [(f"{RESULTS}/{path.name}", one) for one in bench_report.read(path)]
    return found


def measured_toml(root: Path) -> str:
    """The portfolio's table of what we measured: the newest report of each candidate, no look-ups."""
    judged = [(source, one) for source, one in reports(root) if one["figures"] and one["mode"] != "look-up"]
    rows = [_row(source, one) for source, one in judged]
    newest: dict[tuple[str, str, str], Row] = {}
    for row in sorted(rows, key=lambda row: (row["date"], row["n"])):
        newest[row["skill"], row["candidate"], row["mode"]] = row
    order = [CTI_TASKS.get(name).skill for name in CTI_TASKS.names()]
    order += ["technique-sentence", "control-mapping", "narrative"]
    ordered = sorted(newest.values(), key=lambda row: (order.index(row["skill"]), row["candidate"]))
    head = (
        f"# Made by scripts/make_docs.py from the reports of `csq bench` in {RESULTS}.\n"
        "# Do not edit: measure, save the report there, and run the script.\n"
    )
    return head + "".join(map(_toml, ordered))


def with_results(text: str, root: Path) -> str:
    """A page with the tables between its marks made again; "all" stands for every task."""
    found = reports(root)

    def table(match: re.Match[str]) -> str:
        some = [(source, one) for source, one in found if match["task"] in ("all", one["task"])]
        return match[1] + "".join(_table(some)) + match[3]

    return _MARK.sub(table, text)


def _row(source: str, one: Row) -> Row:
    figure = one["figures"][0]
    low_high = {"low": figure["low"], "high": figure["high"]}
    return {
        "skill": one["skill"],
        "candidate": _candidate(one),
        "needs": _needs(one),
        "mode": one["mode"],
        "measure": figure["name"],
        "title": figure["title"],
        "better": figure["better"],
        "value": figure["value"],
        **low_high,
        "n": figure["n"],
        "p50_ms": round(one["seconds"]["p50_s"] * 1000, 2),
        "p95_ms": round(one["seconds"]["p95_s"] * 1000, 2),
        "on": f"{one['data']['file']}, {one['items']} items of sha256 {one['data']['sha256'][:12]}",
        "date": one["date"],
        "hardware": hardware(one["conditions"]),
        "source": source,
    }


def _candidate(one: Row) -> str:
    """What users call the subject: a size of the portfolio where it is one."""
    sizes = {known.name: known.size for known in portfolio()}
    subject = str(one["subject"])
    name = sizes.get(subject, subject)
    reads = one["mode"] == "open-book" and one["task"] in CTI_TASKS.names() and subject != "specialist"
    return f"{name}, reading" if reads else name


def _needs(one: Row) -> list[str]:
    if one["task"] == "sentences":
        return ["specialist:technique"]
    if one["task"] == "controls":
        return {"specialist": ["specialist:control"], "statements": ["ask"]}.get(one["subject"], [])
    if one["task"] not in CTI_TASKS.names():
        return [f"model:{one['subject']}"]
    specialist = CTI_TASKS.get(one["task"]).specialist
    if one["subject"] == "specialist":
        return [f"specialist:{specialist}"] if specialist else ["ask"]
    return [f"model:{one['subject']}"] + (["ask"] if one["mode"] == "open-book" else [])


def _toml(row: Row) -> str:
    # JSON's strings, numbers and lists of strings are TOML's too.
    return "\n[[row]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in row.items())


def _table(some: Sequence[tuple[str, Row]]) -> Iterator[str]:
    if not some:
        yield "\nNothing has been measured yet.\n\n"
        return
    head = "answered by | mode | figure | value | 95 % interval | n | unparsable | p50, p95 | report"
    yield f"\n| {head} |\n"
    yield "|---|---|---|---|---|---|---|---|---|\n"
    for source, one in sorted(some, key=lambda pair: (_MODES.index(pair[1]["mode"]), pair[0])):
        times = one["seconds"]
        each = f"{bench_report.duration(times['p50_s'])}, {bench_report.duration(times['p95_s'])}"
        for figure in one["figures"]:
            low, high = bench_report.number(figure["low"]), bench_report.number(figure["high"])
            value, lost = bench_report.number(figure["value"]), f"{one['unparsable']['value']:.1%}"
            name = f"[{Path(source).stem}](../{source})"
            yield (
                f"| {one['subject']} | {one['mode']} | {figure['title']} | {value} | {low} – {high} "
                f"| {figure['n']} | {lost} | {each} | {name} |\n"
            )
    yield "\n"
    for source, one in some:
        facts = one["conditions"]
        busy = f", load {facts['load']:g}" if facts.get("load") else ""
        made = f"{one['date']}, {hardware(facts)}{busy}, commit {facts['commit'] or facts['version']}"
        yield f"- {Path(source).stem}: `{one['command']}` ({made}, knowledge {one['knowledge']})\n"
    yield "\n"


_MODES = ("open-book", "closed-book", "look-up")
