"""`csq playbook rehearse`: a playbook walked through at the table, with injects and a log."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from cybersecqwen.render import RenderOptions
    from cybersecqwen.tasks.playbook.rehearsal.log import Log, Recorded
    from cybersecqwen.tasks.playbook.rehearsal.opening import Opened
    from cybersecqwen.tasks.playbook.rehearsal.session import Session, Terms

_FORMATS = ("terminal", "json", "markdown")
_MOST_LOGS = 1_000  # of one playbook on one day


def rehearse(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="A CACAO 2.0 playbook.")] = "",
    seed: Annotated[
        Optional[int],  # noqa: UP045 - typer reads this at run time on 3.11
        typer.Option("--seed", metavar="N", min=0, help="Decides the injects; else one is drawn and told."),
    ] = None,
    injects: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--injects", metavar="HOW", help="none, few (one step in four) or many.  [default: few]"
        ),
    ] = None,
    rounds: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--rounds", metavar="N", min=1, max=100, help="Most rounds of a loop.  [default: 5]"),
    ] = None,
    log: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--log", metavar="PATH", help="Where the log goes; never overwrites."),
    ] = None,
    resume: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--resume", metavar="LOG", help="Go on with a rehearsal that was left."),
    ] = None,
    summary: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--summary", metavar="LOG", help="Show the review after a rehearsal, from its log."),
    ] = None,
    format: Annotated[
        str, typer.Option("--format", "-f", help="Of --summary: terminal, json or markdown.")
    ] = "terminal",
    ascii: Annotated[bool, typer.Option("--ascii", help="Do with plain letters.")] = False,
) -> int:
    """Walk through a CACAO playbook: steps, decisions, events thrown in, and a log with times."""
    from cybersecqwen.errors import UsageError
    from cybersecqwen.render import RenderOptions

    if format not in _FORMATS:
        hint = f"Known are: {', '.join(_FORMATS)}."
        raise UsageError(f"There is no format {format[:40]!r} here.", hint=hint)
    options = RenderOptions.for_stream(sys.stdout)
    options = replace(options, ascii=options.ascii or ascii)
    given = {"--seed": seed, "--injects": injects, "--rounds": rounds, "--log": log}
    if summary is not None:
        _refuse(given | {"--resume": resume, "FILE": file or None}, "--summary")
        sys.stdout.write(_summary(summary, format, options))
        return 0
    if format != "terminal":
        raise UsageError("--format is for the review of a log.", hint="Add --summary LOG.")
    playbook = _opened(file)
    if resume is not None:
        _refuse(given, "--resume")
        return _resumed(playbook, file, resume, options)
    return _begun(playbook, file, log, _terms(seed, injects, rounds), options)


def _refuse(given: Mapping[str, object], beside: str) -> None:
    from cybersecqwen.errors import UsageError

    for name, value in given.items():
        if value is not None:
            hint = "A log says by itself how it goes on, and what it is of."
            raise UsageError(f"{name} does not go together with {beside}.", hint=hint)


def _terms(seed: int | None, injects: str | None, rounds: int | None) -> Terms:
    import secrets

    from cybersecqwen.errors import UsageError
    from cybersecqwen.tasks.playbook.rehearsal.injects import MOST_SEED, OFTEN
    from cybersecqwen.tasks.playbook.rehearsal.machine import ROUNDS
    from cybersecqwen.tasks.playbook.rehearsal.session import Terms

    often = injects or "few"
    if often not in OFTEN:
        raise UsageError(f"--injects is {often[:40]!r}.", hint=f"Known are: {', '.join(OFTEN)}.")
    if seed is not None and seed > MOST_SEED:
        raise UsageError(f"--seed is larger than {MOST_SEED:,}.")
    drawn = secrets.randbelow(1_000_000) if seed is None else seed
    return Terms(seed=drawn, often=often, rounds=rounds or ROUNDS)


def _opened(file: str) -> Opened:
    from cybersecqwen.errors import InputError, UsageError
    from cybersecqwen.tasks.playbook.rehearsal.opening import opened
    from cybersecqwen.verify.cacao.reading import MOST_BYTES

    if not file:
        hint = "csq playbook … --format cacao --save FILE writes one."
        raise UsageError("There is no playbook to rehearse.", hint=hint)
    if file == "-":
        raise UsageError(
            "Standard input is where the answers come from.", hint="Save the playbook to a file."
        )
    return opened(_read(Path(file), MOST_BYTES, InputError), file)


def _read(path: Path, most: int, error_type: type[Exception]) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise error_type(f"{str(path)[:200]!r} cannot be read: {error.strerror or error}.") from error
    except ValueError:  # a null byte in the name
        raise error_type(f"{str(path)[:200]!r} is no name of a file.") from None


def _summary(path: Path, format: str, options: RenderOptions) -> str:
    from cybersecqwen.errors import InputError
    from cybersecqwen.render.rehearsal_report import report_json, report_markdown, report_text
    from cybersecqwen.tasks.playbook.rehearsal.log import MOST_BYTES, read_log
    from cybersecqwen.tasks.playbook.rehearsal.looking_back import looked_back

    recorded = read_log(_read(path, MOST_BYTES, InputError))
    _tell_dropped(recorded)
    report = looked_back(recorded)
    if format == "json":
        return report_json(report)
    return report_markdown(report) if format == "markdown" else report_text(report, options)


def _tell_dropped(recorded: Recorded) -> None:
    if recorded.dropped:
        print(
            f"csq: the last line of the log is damaged and left out ({recorded.dropped:,} bytes).",
            file=sys.stderr,
        )


def _begun(playbook: Opened, file: str, path: Path | None, terms: Terms, options: RenderOptions) -> int:
    from cybersecqwen.tasks.playbook.rehearsal.log import Log
    from cybersecqwen.tasks.playbook.rehearsal.session import Session

    from .rehearsal_talk import Conversation

    with Log.new(path) if path is not None else _new_log(playbook.name) as log:
        session = Session(playbook, log, terms)
        Conversation(session, file, log.path, options).run(resumed=False)
        return _finished(session, log, options)


def _new_log(name: str) -> Log:
    """A log under the first name of today that is free, in the current folder."""
    from cybersecqwen.errors import UsageError
    from cybersecqwen.tasks.playbook.rehearsal.log import Log

    slug = re.sub(r"[^a-z0-9]+", "-", name.lower())[:60].strip("-") or "playbook"
    day = datetime.now().astimezone().date().isoformat()
    for number in range(1, _MOST_LOGS):
        path = Path(f"rehearsal-{slug}-{day}{f'-{number}' if number > 1 else ''}.jsonl")
        if os.path.lexists(path):
            continue
        try:
            return Log.new(path)
        except UsageError:
            continue  # made in this moment by somebody else
    raise UsageError("There are very many logs of this playbook in this folder.", hint="Name one with --log.")


def _resumed(playbook: Opened, file: str, path: Path, options: RenderOptions) -> int:
    from cybersecqwen.errors import UsageError
    from cybersecqwen.tasks.playbook.rehearsal.log import Log
    from cybersecqwen.tasks.playbook.rehearsal.session import Session, terms_of

    from .rehearsal_talk import Conversation

    log, recorded = Log.resumed(path)
    with log:
        if recorded.ended:
            hint = f"`csq playbook rehearse --summary {path}` shows it."
            raise UsageError("This rehearsal came to its end.", hint=hint)
        session = Session(playbook, log, terms_of(recorded), recorded=recorded)
        _tell_dropped(recorded)
        Conversation(session, file, path, options).run(resumed=True)
        return _finished(session, log, options)


def _finished(session: Session, log: Log, options: RenderOptions) -> int:
    if session.question is None:
        sys.stdout.write("\n" + _summary(log.path, "terminal", options))
    sys.stdout.flush()
    return 0
