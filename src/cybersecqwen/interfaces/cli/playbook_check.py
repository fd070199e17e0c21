"""`csq playbook check`: a CACAO playbook held against the specification, and against its own end."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cybersecqwen.records.cacao import Checked

_FORMATS = ("terminal", "json", "sarif")


def check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A CACAO 2.0 playbook; - reads standard input.")
    ],
    format: Annotated[str, typer.Option("--format", "-f", help="terminal, json or sarif.")] = "terminal",
    strict: Annotated[bool, typer.Option("--strict", help="Warnings make it fail too.")] = False,
) -> int:
    """Check a CACAO playbook: its form, unreachable steps, missing ends, approvals; 1 where it fails."""
    from cybersecqwen.errors import UsageError
    from cybersecqwen.verify.cacao import check

    if format not in _FORMATS:
        hint = f"Known are: {', '.join(_FORMATS)}."
        raise UsageError(f"There is no format {format[:40]!r} here.", hint=hint)
    result = check(_read(file))
    sys.stdout.write(_rendered(result, file, format))
    return 1 if result.errors or (strict and result.warnings) else 0


def _read(file: str) -> bytes:
    from cybersecqwen.errors import InputError
    from cybersecqwen.verify.cacao.reading import MOST_BYTES

    if file == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{file[:200]!r} cannot be read: {error.strerror or error}.") from error
    except ValueError:  # a null byte in the name
        raise InputError(f"{file[:200]!r} is no name of a file.") from None


def _rendered(result: Checked, file: str, format: str) -> str:
    from cybersecqwen.render.cacao_check import cacao_check_json, cacao_check_sarif, cacao_check_text
    from cybersecqwen.verify.cacao.rules import RULES

    if format == "json":
        return cacao_check_json(result)
    if format == "sarif":
        return cacao_check_sarif(result, file, {name: rule.asks for name, rule in RULES.items()})
    return cacao_check_text(result)
