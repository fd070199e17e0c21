"""`csq rules`: the Sigma rules of this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Sigma rules: those that come along, and your own.", no_args_is_help=True)

Sets = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules", metavar="PATH", help="Folder, zip archive or file of Sigma rules; may be repeated."
    ),
]
Only = Annotated[bool, typer.Option("--only", help="Only the sets of --rules, not those installed.")]


@app.command("list")
def list_rules(
    rules: Sets = None,
    only: Only = False,
    all: Annotated[bool, typer.Option("--all", help="Every rule, not a summary.")] = False,
) -> int:
    """The sets, how many rules each has, and what is not evaluated, with the reason."""
    from collections import Counter

    from cybersecqwen.detect.sigma.cache import load_set
    from cybersecqwen.detect.sigma.collection import Collection
    from cybersecqwen.detect.sigma.rulefiles import SHIPPED
    from cybersecqwen.render.defang import safe_text
    from cybersecqwen.settings import load_settings

    settings = load_settings()
    sets: list[tuple[str, Path, str]] = []
    if not only:
        sets.append(("starter", SHIPPED, "comes with the program"))
        installed = Collection(settings.rules_path).sets()
        sets += [(one.name, one.path, f"imported {one.imported} from {one.origin}") for one in installed]
    sets += [(str(path), path, "named here") for path in rules or ()]
    for name, path, origin in sets:
        found = load_set(path, settings.cache_dir)
        levels = Counter(rule.about.level.label for rule in found.rules)
        told = ", ".join(f"{count} {level}" for level, count in levels.most_common())
        counted = f"{len(found.correlations):,} correlations"
        print(f"{safe_text(name)}: {len(found.rules):,} rules ({told}), {counted}")
        print(f"  {safe_text(origin)}")
        if all:
            for about in [rule.about for rule in found.rules] + [c.about for c in found.correlations]:
                print(f"  {about.level.label:<13} {safe_text(about.title)}  [{', '.join(about.techniques)}]")
        if found.unsupported:
            print(f"  {len(found.unsupported):,} not evaluated:")
            for item in found.unsupported:
                print(f"    {safe_text(item.title or item.path)}: {safe_text(item.reason)}")
    return 0


@app.command("import")
def import_rules(
    path: Annotated[Path, typer.Argument(help="Folder, zip archive or file of Sigma rules.")],
    name: Annotated[str, typer.Option(help="Name of the set; from the path where left out.")] = "",
) -> int:
    """Keep a rule set on this machine; `csq logs` uses it from now on."""
    from cybersecqwen.detect.sigma.collection import Collection
    from cybersecqwen.render.defang import safe_text
    from cybersecqwen.settings import load_settings

    installed, rules = Collection(load_settings().rules_path).add(path, name)
    print(
        f"{safe_text(installed.name)}: {len(rules.rules):,} rules and"
        f" {len(rules.correlations):,} correlations from {installed.files:,} files;"
        f" {len(rules.unsupported):,} not evaluated."
    )
    for item in rules.unsupported:
        print(f"  {safe_text(item.title or item.path)}: {safe_text(item.reason)}")
    return 0


@app.command("update")
def update_rules(
    name: Annotated[list[str] | None, typer.Argument(help="Sets to update; all where left out.")] = None,
) -> int:
    """Read imported sets again from where they came from. Nothing is fetched."""
    from cybersecqwen.detect.sigma.collection import Collection
    from cybersecqwen.errors import RuleError
    from cybersecqwen.settings import load_settings

    collection = Collection(load_settings().rules_path)
    known = {one.name: one for one in collection.sets()}
    if not known:
        raise RuleError("No rule set has been imported.", hint="csq rules import PATH")
    for wanted in name or list(known):
        if wanted not in known:
            raise RuleError(
                f"There is no imported rule set {wanted!r}.", hint=f"There are: {', '.join(known)}."
            )
        _, rules = collection.add(Path(known[wanted].origin), wanted)
        print(f"{wanted}: {len(rules.rules):,} rules, {len(rules.correlations):,} correlations.")
    return 0


@app.command("remove")
def remove_rules(name: Annotated[str, typer.Argument(help="Name of the set.")]) -> int:
    """Remove an imported set."""
    from cybersecqwen.detect.sigma.collection import Collection
    from cybersecqwen.settings import load_settings

    Collection(load_settings().rules_path).remove(name)
    print(f"{name}: removed.")
    return 0


@app.command("test")
def test_rules(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Rule sets, of Sigma or of `csq review --rules`; the starter rules where left out."
        ),
    ] = None,
) -> int:
    """Run the examples that rules carry (`x_examples`, `bad`, `good`), and name those that do not behave."""
    from cybersecqwen.detect.sigma import examples as of_sigma
    from cybersecqwen.detect.sigma.rulefiles import SHIPPED
    from cybersecqwen.render.defang import safe_text
    from cybersecqwen.tasks.review import examples as of_code

    wrong = total = bare = 0
    for path in paths or [SHIPPED]:
        sets = of_code if of_code.is_of_code(path) else of_sigma
        for result in sets.check_examples(path):
            total += result.examples
            bare += not result.examples
            for problem in result.problems:
                wrong += 1
                print(f"{safe_text(result.path)}: {safe_text(problem)}")
    print(f"{total:,} examples, {wrong:,} wrong; {bare:,} rules without any.", file=sys.stderr)
    return 1 if wrong else 0
