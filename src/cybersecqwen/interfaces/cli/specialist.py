"""`csq specialist`: the small trained classifiers, one by one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

if TYPE_CHECKING:
    from cybersecqwen.specialists import Judgement, Manifest, Specialist

app = typer.Typer(help="Small trained classifiers: list, run, show.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="cwe, cvss, technique, actor: a name of `csq specialist list`.")]
_MOST = 1 << 20


@app.command(name="list")
def list_() -> int:
    """List the specialists: version, size of the weights, whether their hash is right, key metric."""
    from cybersecqwen.specialists import SPECIALISTS

    worst = 0
    for name in SPECIALISTS.names():
        known, state = _state(name)
        if known is None:
            print(f"{name:<10} {'-':<14} {'-':>8}  {state}")
            worst = 2
            continue
        size = _size(known)
        shown = f"{size / 1e6:.1f} MB" if size else "-"
        print(f"{name:<10} {known.version:<14} {shown:>8}  {state:<9} {headline(known)}")
        worst = worst if state != "damaged" else 2
    if not SPECIALISTS.names():
        print("csq: this installation has no specialists", file=sys.stderr)
    return worst


@app.command()
def show(name: Name) -> int:
    """Show a specialist's manifest: data and their hashes, metrics, seed, date, settings."""
    from dataclasses import asdict

    known = _one(name).manifest
    print(json.dumps(_plain(asdict(known)), indent=1, ensure_ascii=False))
    return 0


@app.command()
def run(
    name: Name,
    text: Annotated[str, typer.Argument(help="The text; - reads standard input.")] = "",
    file: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads this at run time on 3.11
        typer.Option("--file", help="Read the text from a file."),
    ] = None,
    report: Annotated[
        bool, typer.Option("--report", help="The text is a whole report: list what it holds (technique).")
    ] = False,
    top: Annotated[int, typer.Option(min=1, max=50, help="Labels that are shown.")] = 5,
    format: Annotated[str, typer.Option("--format", "-f", help="terminal or json.")] = "terminal",
) -> int:
    """Judge a text: ranked labels with probabilities and reasons, or an abstention and why."""
    from cybersecqwen.errors import UsageError

    if format not in ("terminal", "json"):
        raise UsageError(f"--format {format!r} is not one of terminal, json.")
    given = _text(text, file)
    specialist = _one(name)
    judged = _whole(specialist, given) if report else specialist.judge([given], top=top)[0]
    if format == "json":
        print(json.dumps(as_json(specialist, judged), indent=1, ensure_ascii=False))
    else:
        for line in as_lines(specialist, judged, given):
            print(line)
    return 0


def as_json(specialist: Specialist, judged: Judgement) -> dict[str, Any]:
    """A judgement for programs."""
    from dataclasses import asdict

    known = specialist.manifest
    whole = {"schema": "cybersecqwen-judgement/1", "specialist": known.name, "version": known.version}
    return {**whole, "answer": judged.answer, **_plain(asdict(judged))}


def as_lines(specialist: Specialist, judged: Judgement, text: str) -> list[str]:
    """A judgement for people, with the words and the first sentence that each label rests on."""
    lines = [f"No answer: {judged.because}."] if judged.abstained else []
    for one in judged.ranked:
        title = _title(specialist, one.label)
        lines.append(f"{one.probability:>6.1%}  {one.label}{'  ' + title if title else ''}")
        if one.parents:
            lines += _wrapped(f"within {', '.join(one.parents)}")
        if one.reasons:
            lines += _wrapped(f"because of {'; '.join(_clean(reason, 120) for reason in one.reasons)}")
        for start, end in one.spans[:1]:
            lines += _wrapped(f"“{_clean(' '.join(text[start:end].split()), 200)}”")
    for part, values in judged.parts.items():
        shares = "  ".join(f"{one.label} {one.probability:.0%}" for one in values)
        lines.append(f"        {part:<3} {shares}")
    for name, value in judged.facts.items():
        lines.append(f"        {_clean(str(name))}: {_clean(str(value))}")
    return lines or ["No answer: there is nothing to judge."]


def headline(known: Manifest) -> str:
    """The figure of a manifest that says most: one with interval and n before a bare one."""
    found = list(_figures(known.metrics, ()))
    whole = [one for one in found if "[" in one[1]]
    telling = [one for one in whole if any(name in one[0][-1].casefold() for name in _TELLING)]
    scores = [one for one in found if "deviation" in one[0][-1].casefold()]
    for path, text in (*telling, *scores, *whole, *found):
        return f"{' '.join(path).replace('_', ' ')} {text}"
    return "no metrics"


_TELLING = ("accuracy", "first_right", "f1")


def _figures(metrics: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Figures in a nested table, with their paths: numbers, or tables of value, interval and n."""
    if isinstance(metrics, float) and path:
        yield path, f"{metrics:.3f}"
    if not isinstance(metrics, Mapping):
        return
    if isinstance(metrics.get("value"), float) and path:
        ends = metrics.get("interval")
        text = f"{metrics['value']:.3f}"
        text += (
            f" [{ends[0]:.3f}, {ends[1]:.3f}]" if isinstance(ends, list | tuple) and len(ends) == 2 else ""
        )
        yield path, text + (f" n {metrics['n']:,}" if isinstance(metrics.get("n"), int) else "")
        return
    for key, value in metrics.items():
        yield from _figures(value, (*path, str(key)))


def _state(name: str) -> tuple[Manifest | None, str]:
    """A specialist's manifest, and whether its weights are whole: "ok", "damaged" or what is wrong."""
    from cybersecqwen.errors import CsqError

    try:
        specialist = _one(name)
        known = specialist.manifest
    except CsqError as error:
        return None, error.message
    try:
        specialist.load()
    except CsqError:
        return known, "damaged"
    return known, "ok"


def _one(name: str) -> Specialist:
    from cybersecqwen.bootstrap import App
    from cybersecqwen.settings import load_settings
    from cybersecqwen.specialists import SPECIALISTS

    return SPECIALISTS.get(name)(store=App(load_settings()).store)


def _whole(specialist: Specialist, text: str) -> Judgement:
    """The judgement of a whole report, by specialists that make one."""
    from cybersecqwen.errors import UsageError

    judge: Any = getattr(specialist, "report", None)
    if judge is None:
        raise UsageError(f"The specialist {specialist.name!r} judges texts, not whole reports.")
    found: Judgement = judge(text)
    return found


def _size(known: Manifest) -> int:
    """Bytes of a specialist's weights, which it may share with another; 0 where it has none."""
    from cybersecqwen.specialists.interface import FOLDER

    path = FOLDER / f"{known.weights or known.name}.npz"
    return path.stat().st_size if path.is_file() else 0


def _text(text: str, file: Path | None) -> str:
    from cybersecqwen.errors import InputError, UsageError

    if bool(text) == (file is not None):
        raise UsageError("Name a text, - or --file, and only one of them.")
    if file is not None:
        try:
            with file.open("rb") as stream:
                return stream.read(_MOST).decode("utf-8", "replace")
        except OSError as error:
            raise InputError(f"{str(file)!r} cannot be read: {error.strerror}.") from error
    return sys.stdin.buffer.read(_MOST).decode("utf-8", "replace") if text == "-" else text[:_MOST]


def _title(specialist: Specialist, label: str) -> str:
    entity = specialist.store.get(label) if len(label) < 40 else None
    return entity.name if entity is not None else ""


def _wrapped(text: str) -> list[str]:
    """Lines under a label, within the terminal."""
    from shutil import get_terminal_size
    from textwrap import wrap

    width = min(120, max(40, get_terminal_size().columns))
    return wrap(text, width, initial_indent=" " * 8, subsequent_indent=" " * 10)


def _clean(text: str, most: int = 60) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _plain(value: Any) -> Any:
    """Records as JSON has them."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value
