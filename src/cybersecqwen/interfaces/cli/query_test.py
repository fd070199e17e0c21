"""`csq query test`: the rules of a folder tested like a program."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from cybersecqwen.records.rule_tests import RuleTests

Paths = Annotated[list[Path], typer.Argument(metavar="RULES...", help="Folders, zip archives or files.")]
To = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads this at run time on 3.11
    typer.Option(
        "--to",
        metavar="LANGUAGE",
        help="Convert every rule to this language too: spl, or spl/cim with the schema; may be repeated.",
    ),
]
_FORMATS = ("terminal", "junit", "sarif")
_SUFFIXES = {".xml": "junit", ".sarif": "sarif", ".json": "sarif", ".txt": "terminal"}


def check(
    paths: Paths,
    to: To = None,
    format: Annotated[str, typer.Option("--format", "-f", help="terminal, junit or sarif.")] = "terminal",
    save: Annotated[
        Optional[list[Path]],  # noqa: UP045 - typer reads this at run time on 3.11
        typer.Option(
            "--save", "-o", metavar="PATH", help="Also write it there: .xml for JUnit, .sarif, .txt."
        ),
    ] = None,
    recordings: Annotated[bool, typer.Option(help="Run recordings laid out as SigmaHQ's.")] = True,
    watch: Annotated[bool, typer.Option("--watch", help="Test again whenever a file changes.")] = False,
) -> int:
    """Test Sigma rules: their examples, recordings, contradictions, names; 1 where a rule fails."""
    from cybersecqwen.bootstrap import App
    from cybersecqwen.dialects import DIALECTS
    from cybersecqwen.errors import UsageError
    from cybersecqwen.settings import load_settings
    from cybersecqwen.tasks.query import testing

    from .progress import Status

    if format not in _FORMATS:
        hint = f"Known are: {', '.join(_FORMATS)}."
        raise UsageError(f"There is no format {format[:40]!r} here.", hint=hint)
    for path in save or ():
        _format_of(path)
    for name in to or ():
        DIALECTS.get(name.partition("/")[0])
    with Status() as status, App(load_settings()).store as store:
        asked = testing.Asked(store=store, dialects=tuple(to or ()), recordings=recordings)

        def show(result: RuleTests, changed: Sequence[str] = ()) -> None:
            status.clear()
            sys.stdout.write(_rendered(result, format, changed))
            sys.stdout.flush()
            for path in save or ():
                _write(path, _rendered(result, _format_of(path), changed))

        if watch:
            return testing.watch(paths, show, asked)
        result = testing.test_rules(paths, asked, status.update)
        show(result)
        return result.exit_code


def _format_of(path: Path) -> str:
    from cybersecqwen.errors import UsageError

    found = _SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise UsageError(
            f"{str(path)!r} has no suffix that names a format.", hint=f"Known are: {', '.join(_SUFFIXES)}."
        )
    return found


def _rendered(result: RuleTests, format: str, changed: Sequence[str]) -> str:
    if format == "junit":
        from cybersecqwen.render.rule_tests_junit import rule_tests_junit

        return rule_tests_junit(result)
    if format == "sarif":
        from cybersecqwen.render.sarif_tests import rule_tests_sarif

        return rule_tests_sarif(result)
    from cybersecqwen.render.rule_tests import rule_tests_text

    return rule_tests_text(result, changed) + "\n"


def _write(path: Path, text: str) -> None:
    from cybersecqwen.errors import OutputError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
