"""Make what is made: the catalogue of signals, the reference of commands, the tables of figures.

Run as: python scripts/make_docs.py [--check]
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from calibration import reliability_svg, with_manifests
from measured import measured_toml, with_results

from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.detect.code.rulefile import FOLDERS
from cybersecqwen.detect.events.rulebook import load_signals
from cybersecqwen.detect.events.signal import Signal
from cybersecqwen.detect.sigma.cache import load_set
from cybersecqwen.detect.sigma.model import About
from cybersecqwen.detect.sigma.rulefiles import SHIPPED
from cybersecqwen.dialects import DIALECTS
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.playbook import Phase
from cybersecqwen.tasks.playbook.library import Library

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = (
    "",
    "triage",
    "logs",
    *(f"logs baseline {verb}" for verb in ("learn", "update", "show", "compare")),
    *(f"rules {verb}" for verb in ("list", "import", "update", "remove", "test")),
    "intel",
    "intel match",
    "intel diff",
    "query",
    *(f"query {verb}" for verb in ("optimise", "explain", "translate", "fields", "test")),
    *(f"query schema {verb}" for verb in ("import", "list", "show", "remove")),
    "review",
    "playbook",
    *(f"playbook {verb}" for verb in ("check", "rehearse")),
    "ask",
    "audit",
    "doctor",
    *(f"kb {verb}" for verb in ("status", "show", "build", "update", "export", "import", "verify")),
    *(f"model {verb}" for verb in ("list", "portfolio", "pull", "import", "use", "show", "verify", "remove")),
    "bench cti",
    *(f"specialist {verb}" for verb in ("list", "run", "show")),
)


def main() -> int:
    """Write the pages, or with --check say which ones are not up to date."""
    pages = {
        "docs/signals.md": "".join(signals_page()),
        "docs/rules.md": "".join(rules_page()),
        "docs/query-rules.md": "".join(query_rules_page()),
        "docs/review-rules.md": "".join(review_rules_page()),
        "docs/playbook-actions.md": "".join(playbook_actions_page()),
        "docs/commands.md": "".join(commands_page()),
        "docs/benchmarks.md": with_results(_read(ROOT / "docs/benchmarks.md"), ROOT),
        "docs/specialists.md": with_manifests(_read(ROOT / "docs/specialists.md"), ROOT),
        "docs/specialists-technique.md": with_manifests(_read(ROOT / "docs/specialists-technique.md"), ROOT),
        "docs/images/reliability.svg": reliability_svg(ROOT),
        "src/cybersecqwen/models/measured.toml": measured_toml(ROOT),
    }
    stale = [name for name, text in pages.items() if _read(ROOT / name) != text]
    if "--check" in sys.argv:
        for name in stale:
            print(f"{name} is not up to date: run `python scripts/make_docs.py`", file=sys.stderr)
        return bool(stale)
    for name in stale:
        (ROOT / name).write_text(pages[name], encoding="utf-8")
        print(f"wrote {name}")
    return 0


def playbook_actions_page() -> Iterator[str]:
    """One row an action, by file."""
    actions = Library.shipped().actions
    yield (
        "# Response actions\n\nMade by `scripts/make_docs.py` from the files in "
        "`src/cybersecqwen/tasks/playbook/actions`: "
        f"{len(actions)} actions. What each key means is in [playbook.md](playbook.md).\n"
    )
    for phase in Phase:
        yield f"\n## {phase.value.capitalize()}\n\n| action | what is done | where | effect | who | min |\n"
        yield "|---|---|---|---|---|---|\n"
        for one in sorted((one for one in actions if one.phase is phase), key=lambda one: one.id):
            effect = one.effect.value + ("" if one.reversible else ", cannot be undone")
            where = ", ".join(one.platforms)
            yield f"| `{one.id}` | {one.title} | {where} | {effect} | {one.role.value} | {one.minutes} |\n"


def signals_page() -> Iterator[str]:
    """One row a signal, by theme."""
    signals = load_signals()
    yield (
        "# Signals\n\nMade by `scripts/make_docs.py` from the files in "
        "`src/cybersecqwen/detect/events/signals`; CONTRIBUTING.md says how to add one.\n"
        "Weights are log-odds; negative ones are context that speaks for the ordinary.\n\n"
        f"{len(signals)} signals, each with examples that must and must not fire.\n"
    )
    themes: dict[str, list[Signal]] = {}
    for signal in signals:
        themes.setdefault(signal.theme, []).append(signal)
    with Store.open() as store:
        for theme, members in themes.items():
            yield f"\n## {theme}\n\n| signal | weight | techniques | what ordinary activity looks like |\n"
            yield "|---|---|---|---|\n"
            for signal in members:
                yield _row(signal, store)


def rules_page() -> Iterator[str]:
    """One row a starter rule, by folder."""
    rules = load_set(SHIPPED)
    yield (
        "# Starter rules\n\nMade by `scripts/make_docs.py` from the files in "
        "`src/cybersecqwen/detect/sigma/rules`: Sigma rules of this\nproject (Apache-2.0), each with "
        "records that it must match and near misses that it must not (`csq rules test`).\n"
        "[sigma.md](sigma.md) says what the engine supports, [logs.md](logs.md) how rules are used.\n\n"
        f"{len(rules.rules)} rules and {len(rules.correlations)} correlations.\n"
    )
    folders: dict[str, list[tuple[About, str]]] = {}
    for rule in rules.rules:
        folder = rule.about.path.partition("/")[0]
        folders.setdefault(folder, []).append((rule.about, str(rule.logsource)))
    for one in rules.correlations:
        folder = one.about.path.partition("/")[0]
        what = f"{one.type.value} within {one.timespan_s / 60:g} min"
        folders.setdefault(folder, []).append((one.about, what))
    with Store.open() as store:
        for folder, members in sorted(folders.items()):
            yield f"\n## {folder}\n\n| rule | level | looks at | techniques |\n|---|---|---|---|\n"
            for about, source in sorted(members, key=lambda one: one[0].title):
                found = ((id, store.get(id)) for id in about.techniques)
                named = ", ".join(f"{id} {entity.name}" for id, entity in found if entity is not None)
                cells = (_cell(about.title), about.level.label, _cell(source), _cell(named))
                yield f"| {' | '.join(cells)} |\n"


def query_rules_page() -> Iterator[str]:
    """One row a rule of the optimiser, by query language."""
    languages = [(name, kind) for name, kind in DIALECTS if kind.rules]
    yield (
        "# Rules of the optimiser\n\nMade by `scripts/make_docs.py` from "
        "`src/cybersecqwen/dialects/*/rules`. [queries.md](queries.md#cheaper-queries) says how they\nare "
        "applied and proven. A change that may alter what is found is only suggested.\n"
    )
    for _, kind in languages:
        made = sum(rule.safe for rule in kind.rules)
        left = len(kind.rules) - made
        yield f"\n## {kind.title}\n\n{made} that are made and proven, {left} suggestions.\n\n"
        yield "| rule | | why | said by |\n|---|---|---|---|\n"
        for rule in kind.rules:
            why = _cell(f"{rule.reason} {rule.caveat}".strip())
            yield f"| {rule.name} | {'' if rule.safe else 'suggested'} | {why} | <{rule.source}> |\n"


def review_rules_page() -> Iterator[str]:
    """One row a rule of `csq review`, by language."""
    rules = CodeRules.shipped().all()
    yield (
        "# Rules of csq review\n\nMade by `scripts/make_docs.py` from the files in "
        "`src/cybersecqwen/detect/code/rules`; [review.md](review.md) says how\none is written. "
        f"{len(rules)} rules, each with examples that it must find and examples that it must not.\n"
    )
    for folder, languages in FOLDERS.items():
        own = [rule for rule in rules if set(rule.languages) <= set(languages)]
        yield f"\n## {folder}\n\n| rule | weakness | severity | confidence | why |\n|---|---|---|---|---|\n"
        for rule in own:
            fix = " Has a fix." if rule.fixes else ""
            yield (
                f"| **{_cell(rule.title)}** (`{rule.id}`) | {', '.join(rule.cwe)} | {rule.severity.label} "
                f"| {rule.confidence} | {_cell(rule.why)}{fix} |\n"
            )


def _row(signal: Signal, store: Store) -> str:
    names = ", ".join(f"{t} {entity.name}" for t in signal.techniques if (entity := store.get(t)) is not None)
    title = _cell(f"**{signal.title}** (`{signal.id}`). {signal.why}")
    return f"| {title} | {signal.weight:+.1f} | {_cell(names)} | {_cell(signal.ordinary)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def commands_page() -> Iterator[str]:
    """The help of every command."""
    yield "# Commands\n\nMade by `scripts/make_docs.py` from `--help`.\n"
    environ = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    for command in COMMANDS:
        line = [sys.executable, "-m", "cybersecqwen", *command.split(), "--help"]
        shown = subprocess.run(line, capture_output=True, text=True, check=True, env=environ).stdout
        text = "\n".join(row.rstrip() for row in shown.strip("\n").splitlines())
        yield f"\n## {('csq ' + command).strip()}\n\n```text\n{text}\n```\n"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main())
