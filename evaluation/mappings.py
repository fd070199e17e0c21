"""How many Sigma rules can be said in each schema, and how many come back as they were.

Run as: python -m evaluation.mappings [DATA] [--target NAME] [--show]

The rules are those of logs/sigma_rules.zip. A rule counts where its logsource has a table and every field a
column, with its values as the schema spells them; "back" where the way back gives the same expression. --show
lists why rules are refused, most frequent first.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from pathlib import Path

from cybersecqwen.detect.sigma.model import Rule
from cybersecqwen.detect.sigma.rulefiles import parse_files, rule_files
from cybersecqwen.dialects.fields.mapping import mapped, unmapped
from cybersecqwen.dialects.fields.taxonomy import MAPS
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import FieldError, QueryError, UnsayableError

from .rates import Rate

FILE = "logs/sigma_rules.zip"


def rules_of(data: Path) -> tuple[Rule, ...]:
    """The rules that are evaluated here at all."""
    return parse_files(rule_files(data / FILE)).rules


def refused(rule: Rule, target: str) -> tuple[str, bool]:
    """(why it cannot be said, "" where it can; whether it came back as it was)."""
    query = Query(logsource=rule.logsource, where=rule.expression)
    try:
        found = mapped(query, target)
    except UnsayableError as error:
        return error.message, False
    except FieldError as error:
        return f"{rule.logsource}: {error.message}", False
    try:
        return "", equivalent(unmapped(found.query, target).where, query.where)
    except QueryError:
        return "", False


def main() -> None:
    parser = argparse.ArgumentParser(description="How many Sigma rules can be said in each schema.")
    parser.add_argument(
        "data", nargs="?", type=Path, default=Path(os.environ.get("CSQ_DATA", "../shared/data"))
    )
    parser.add_argument("--target", choices=MAPS)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    rules = rules_of(options.data)
    for target in (options.target,) if options.target else MAPS:
        started = time.process_time()
        found = [refused(rule, target) for rule in rules]
        each = (time.process_time() - started) / len(rules)
        said = Rate(hits=sum(not why for why, _ in found), of=len(rules))
        back = Rate(hits=sum(same for _, same in found), of=said.hits)
        print(f"{target}: said {said}, back {back}, {each * 1e3:.2f} ms a rule")
        if options.show:
            for why, count in Counter(why for why, _ in found if why).most_common(40):
                print(f"    {count:4} {why}")


if __name__ == "__main__":
    main()
