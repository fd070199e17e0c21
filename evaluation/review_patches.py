"""How often a language model mends what no rule mends, and why its patches are refused.

Run as: python -m evaluation.review_patches MODEL.gguf [--answers FILE] [--minutes N] [--sample N] [--out F]

The findings are those of the bad examples of the rules for Python and JavaScript that have no fix of their
own: a sample of examples, drawn by seed, one finding each. The examples are short files of ours, so what is
found in them is easier to mend than most. "fixed" means that every check of `patch_checks` passed; whether
the code still does what it did is not told by that. "not asked": a secret stands there, which no model sees.

Answers are kept in --answers, one a line, so that a run that was stopped goes on; after --minutes nothing
more is asked, and the figures are of what was answered.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.records.review import CodeFinding, Fix
from cybersecqwen.tasks.review.looking import look
from cybersecqwen.tasks.review.patch_checks import Refusal
from cybersecqwen.tasks.review.patching import is_askable, patch, window_of
from evaluation.query_words_model import Remembered, remembered
from evaluation.rates import Rate

SEED = 7
_SUFFIXES = {"python": "py", "javascript": "js"}
_TIMEOUT_S = 180.0


def cases(rules: CodeRules, most: int) -> tuple[list[tuple[SourceFile, CodeFinding, list[CodeFinding]]], int]:
    """A sample of (file, finding without a fix, all findings of the file), and how many it is drawn from."""
    found = []
    for language, suffix in _SUFFIXES.items():
        for rule in rules.of(language):
            for number, text in enumerate(rule.bad if not rule.fixes else ()):
                source = SourceFile(path=f"{rule.id}-{number}.{suffix}", language=language, text=text)
                findings = list(look(source, rules)[0].findings)
                mine = [one for one in findings if one.rule == rule.id and one.fix is None]
                if mine and window_of(text, mine[0]) is not None:
                    found.append((source, mine[0], findings))
    return random.Random(SEED).sample(found, min(most, len(found))), len(found)


def tried(model: Remembered, rules: CodeRules, most: int, until: float) -> Iterator[dict[str, Any]]:
    """What became of each finding, until the time is over."""
    for source, finding, before in cases(rules, most)[0]:
        if not is_askable(source, finding, before):
            yield {"example": source.path, "outcome": "not asked", "seconds": 0.0, "diff": ""}
            continue
        if time.time() > until:
            return
        by_rules = partial(look, rules=rules)
        done = patch(source, finding, before, by_rules, model, timeout_s=_TIMEOUT_S)
        yield {
            "example": source.path,
            "outcome": "fixed" if isinstance(done, Fix) else done.name.lower(),
            "seconds": _TIMEOUT_S if done is Refusal.LATE else model.seconds[-1],
            "diff": done.diff if isinstance(done, Fix) else "",
        }


def summed(items: list[dict[str, Any]]) -> dict[str, Any]:
    """The shares, with their intervals."""
    passed = sum(one["outcome"] == "not asked" for one in items)
    items = [one for one in items if one["outcome"] != "not asked"]
    outcomes = Counter(one["outcome"] for one in items)
    seconds = sorted(one["seconds"] for one in items)
    return {name: _rate(Rate(hits=count, of=len(items))) for name, count in outcomes.most_common()} | {
        "not asked": passed,
        "by language": {
            language: _rate(
                Rate(
                    hits=sum(one["outcome"] == "fixed" for one in items if one["example"].endswith(end)),
                    of=sum(one["example"].endswith(end) for one in items),
                )
            )
            for language, end in _SUFFIXES.items()
        },
        "seconds": {"p50": seconds[len(seconds) // 2], "longest": seconds[-1]} if seconds else {},
    }


def _rate(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    share = rate.hits / rate.of if rate.of else 0.0
    return {
        "hits": rate.hits,
        "of": rate.of,
        "share": round(share, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }


def _loads(answers: Path | None) -> list[float]:
    """The least and the greatest load of the machine while answers were written; now where none are kept."""
    kept = answers.read_text(encoding="utf-8").splitlines() if answers is not None else ()
    loads = [json.loads(line)["load"] for line in kept] or [round(os.getloadavg()[0], 1)]
    return [min(loads), max(loads)]


def main() -> None:
    """See the top of this file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, metavar="MODEL.gguf")
    parser.add_argument("--answers", type=Path, metavar="FILE")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--sample", type=int, default=25, metavar="N")
    parser.add_argument("--out", type=Path, metavar="FILE")
    given = parser.parse_args()
    rules = CodeRules.shipped()
    items = []
    with remembered(given.model, given.answers) as model:
        for one in tried(model, rules, given.sample, time.time() + 60 * given.minutes):
            items.append(one)
            print(f"{one['seconds']:6.1f} s  {one['outcome']:12} {one['example']}", flush=True)
    made = {
        "model": given.model.stem.lower(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "load": _loads(given.answers),
        "drawn from": cases(rules, 0)[1],
        "outcomes": summed(items),
        "items": items,
    }
    print(json.dumps(made["outcomes"], indent=1))
    if given.out is not None:
        given.out.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
