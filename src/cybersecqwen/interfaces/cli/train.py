"""`csq train`: language models fitted to this product's skills and to an organisation."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional, TypedDict

import typer

from . import shown
from .progress import Status

if TYPE_CHECKING:
    from cybersecqwen.bootstrap import App
    from cybersecqwen.models.adapters import Adapter
    from cybersecqwen.tuning.fitting import Step
    from cybersecqwen.tuning.recipe import Recipe

app = typer.Typer(
    help="Fit a language model: data, plan, run, export, gate. Nothing leaves this machine.",
    no_args_is_help=True,
)
data = typer.Typer(
    help="What is learned: from the knowledge store, from your schema, tickets, rules, corrections.",
    no_args_is_help=True,
)
app.add_typer(data, name="data")

RecipeName = Annotated[str, typer.Argument(help="A recipe that ships (instant, standard …) or a TOML file.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder that is written to.")]
Paths = Annotated[
    Optional[list[Path]],  # noqa: UP045 - typer reads this at run time on 3.11
    typer.Option(metavar="DIR", help="Folder of `csq train data`; may be repeated."),
]
BaseFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(metavar="PATH", help="GGUF file or folder of the base, in place of the recipe's."),
]
OwnDomains = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--own-domain", help="Hosts below this domain are masked; may be repeated."),
]
Against = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(metavar="DIR", help="Benchmarks: what holds anything of theirs is left out."),
]
Taught = Annotated[
    Optional[list[Path]],  # noqa: UP045
    typer.Option(
        metavar="DIR",
        help="Data that the adapter learned which is gone on from: the gate asks none of it.",
    ),
]


@data.command()
def skills(
    recipe: RecipeName,
    out: Out,
    cve: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(
            metavar="FILE", help="CVEs, a line of JSON each: id, desc, cwe, cwe_src, cvss3, cvss3_src."
        ),
    ] = None,
    wording: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            metavar="FILE",
            help="Pairs of prompt and response: how weaknesses are asked for, and what is learned first.",
        ),
    ] = None,
    against: Against = None,
    taught: Taught = None,
    only_new: Annotated[bool, typer.Option(help="Leave out what the data of --taught teach.")] = False,
) -> int:
    """Make what a recipe learns from the knowledge store and our own templates."""
    from cybersecqwen.tuning.building import build
    from cybersecqwen.tuning.contamination import read_benchmarks
    from cybersecqwen.tuning.corpora import Sources
    from cybersecqwen.tuning.recipe import read_recipe

    made = read_recipe(recipe)
    with Status() as status:
        status.update("Making records", 0, 0)
        benchmarks = read_benchmarks(against) if against is not None else None
        sources = Sources(store=_app().store, vulnerabilities=tuple(cve or ()), wording=wording)
        manifest = build(made, sources, out, benchmarks=benchmarks, taught=taught or [], only_new=only_new)
    for part in ("train", "held", "gate"):
        print(f"{part:<6} {manifest[part]['records']:>8,} records  sha256 {manifest[part]['sha256'][:16]}…")
    for skill, count in manifest["train"]["skills"].items():
        print(f"  {skill:<20} {count:>8,}")
    for name, wanted in manifest["asked for"].items():
        if manifest["made"][name] < wanted / 2:
            print(
                f"csq: of {name} {manifest['made'][name]:,} instead of {wanted:,} records could be made"
                f"{_WHY.get(name, '')}",
                file=sys.stderr,
            )
    _tell_apart(manifest, benchmarks is not None)
    print(f"csq: wrote {out}", file=sys.stderr)
    return 0


_WHY = dict.fromkeys(("weaknesses", "severities"), ": --cve FILE names vulnerabilities")
_WHY |= dict.fromkeys(("reading", "from-memory"), ": questions need a full knowledge bundle, `csq kb build`")


def _tell_apart(manifest: dict[str, Any], held: bool) -> None:
    if not held:
        print("csq: not held apart from any benchmark; --against DIR names them", file=sys.stderr)
        return
    left = sum(manifest["benchmarks"]["left out"].values())
    items = manifest["benchmarks"]["items"]
    print(f"held apart from {items:,} items of benchmarks: {left:,} left out")
    if unread := manifest["benchmarks"].get("unread"):
        named = ", ".join(map(shown, unread[:_SHOWN])) + (" …" if len(unread) > _SHOWN else "")
        print(f"csq: of the benchmarks {len(unread):,} files were not read: {named}", file=sys.stderr)


@data.command(name="from-schema")
def from_schema(
    path: Path, out: Out, own_domain: OwnDomains = None, against: Against = None, taught: Taught = None
) -> int:
    """Learn which field of a SIEM's schema carries which meaning."""
    return _own("schema", path, out, own_domain, against, taught)


@data.command(name="from-tickets")
def from_tickets(
    path: Path, out: Out, own_domain: OwnDomains = None, against: Against = None, taught: Taught = None
) -> int:
    """Learn how alerts are closed here, from closed alerts with their notes."""
    return _own("tickets", path, out, own_domain, against, taught)


@data.command(name="from-rules")
def from_rules(
    path: Path, out: Out, own_domain: OwnDomains = None, against: Against = None, taught: Taught = None
) -> int:
    """Learn what rules describe, and which conditions they make of it."""
    return _own("rules", path, out, own_domain, against, taught)


@data.command(name="from-feedback")
def from_feedback(
    path: Path, out: Out, own_domain: OwnDomains = None, against: Against = None, taught: Taught = None
) -> int:
    """Learn what analysts corrected."""
    return _own("feedback", path, out, own_domain, against, taught)


_SHOWN = 10


def _own(
    source: str,
    path: Path,
    out: Path,
    domains: list[str] | None,
    against: Path | None,
    taught: list[Path] | None,
) -> int:
    from cybersecqwen.tuning.building import write_own
    from cybersecqwen.tuning.contamination import read_benchmarks
    from cybersecqwen.tuning.gate import LEAST
    from cybersecqwen.tuning.masking import Masker
    from cybersecqwen.tuning.own import OWN
    from cybersecqwen.tuning.records import Broken, Record

    masker = Masker(own_domains=tuple(domains or ()))
    records: list[Record] = []
    broken: list[Broken] = []
    with Status() as status:
        status.update(f"Reading {path.name}", 0, 0)
        for one in OWN[source](path, masker=masker):
            if isinstance(one, Broken):
                broken.append(one)
            else:
                records.append(one)
        apart = read_benchmarks(against) if against is not None else None
        counts = dict(masker.counts)
        manifest = write_own(source, path, records, out, masked=counts, benchmarks=apart, taught=taught or ())
    for one in broken[:_SHOWN]:
        print(f"csq: {shown(str(path))}:{one.line}: left out, {shown(one.reason)}", file=sys.stderr)
    if len(broken) > _SHOWN:
        print(f"csq: {len(broken) - _SHOWN:,} more were left out", file=sys.stderr)
    print(f"{manifest['train']['records']:,} records to learn, {manifest['gate']['records']:,} held out")
    if manifest["gate"]["records"] < LEAST:
        print(f"csq: the gate decides nothing by fewer than {LEAST} questions of a skill", file=sys.stderr)
    masked = ", ".join(f"{count:,} {kind}" for kind, count in sorted(manifest["masked"].items()) if count)
    print(f"masked: {masked or 'nothing was found to mask'}")
    if apart is not None:
        _tell_apart(manifest, held=True)
    print(f"csq: wrote {out}", file=sys.stderr)
    return 0


@app.command()
def plan(recipe: RecipeName, base: BaseFile = None, data: Paths = None, out: Out = Path("run")) -> int:
    """Say what a run takes on this machine: memory, tokens, time. Exit code 1 where it does not fit."""
    from cybersecqwen.tuning.planning import plan as planned
    from cybersecqwen.tuning.planning import shape_of
    from cybersecqwen.tuning.recipe import read_recipe

    made = read_recipe(recipe)
    file = _base(made, base, needed=False)
    shape = shape_of(file, made.base)
    counted = _counted(data or [], made.run.batch)
    with Status() as status:
        status.update("Measuring this machine", 0, 0)
        found = planned(made, shape, out=out, **counted)
    print(f"recipe     {shown(made.name)}: {shown(made.title)}")
    print(
        f"base       {shown(made.base.model)}: {found.parameters / 1e6:,.0f} million weights"
        f"{'' if file else ', not here: its sizes are the recipe’s'}"
    )
    print(f"adapter    rank {made.lora.rank}: {found.adapter / 1e6:.1f} million weights")
    for part, count in found.memory.items():
        if count:
            print(f"  {part:<12} {count / 1e9:6.2f} GB")
    print(f"memory     {found.bytes / 1e9:.1f} GB of {found.available / 1e9:.1f} GB that are free")
    print(f"disk       {found.disk / 1e9:.2f} GB of {found.disk_free / 1e9:.0f} GB that are free")
    if found.tokens:
        print(f"tokens     about {found.tokens:,} of {found.records:,} records, {found.steps:,} steps")
    if found.rate:
        speed = found.rate / found.flops * (found.tokens / found.once if found.once else 1.0)
        print(f"speed      at most {speed:,.0f} tokens/s by arithmetic ({found.rate / 1e9:,.0f} GFLOPS)")
    if found.floor_s:
        quiet, busy = (_span(one) for one in found.usual_s)
        print(f"time       {_span(found.floor_s)} by arithmetic, usually {quiet} to {busy}")
    if found.against:
        print(f"csq: this run does not fit: {found.against}", file=sys.stderr)
        return 1
    return 0


@app.command()
def run(recipe: RecipeName, data: Paths = None, out: Out = Path("run"), base: BaseFile = None) -> int:
    """Train the adapter of a recipe. Interrupted, the same command goes on from the last checkpoint."""
    from cybersecqwen.errors import UsageError
    from cybersecqwen.tuning.curves import curves
    from cybersecqwen.tuning.fitting import fit
    from cybersecqwen.tuning.planning import check, shape_of
    from cybersecqwen.tuning.planning import plan as planned
    from cybersecqwen.tuning.recipe import read_recipe
    from cybersecqwen.tuning.runs import read_log
    from cybersecqwen.writing import write_whole

    if not data:
        raise UsageError("There is nothing to learn from.", hint="--data names a folder of `csq train data`.")
    made = read_recipe(recipe)
    file = _base(made, base, needed=True)
    assert file is not None
    counted = _counted(data, made.run.batch)
    check(planned(made, shape_of(file, made.base), out=out, measure=False, **counted))
    with Status() as status, _interruptible() as stop:
        status.update("Loading the base", 0, 0)
        done = fit(made, file, data, out, start=_start(made), tell=_teller(status), stop=stop)
    log = read_log(out)
    write_whole(out / "curves.svg", curves(log, made.title).encode())
    if done.tokens:
        print(
            f"{done.steps:,} steps, {done.tokens:,} tokens in {_span(done.seconds)}, "
            f"{done.tokens / max(done.seconds, 1e-9):,.0f} tokens/s"
        )
    else:
        print(f"{done.steps:,} steps, finished before")
    held = "nothing was held out" if math.isnan(done.held) else f"on what is held out {done.held:.4f}"
    print(f"loss {done.loss:.4f}, {held}; {done.left_out:,} records were too long")
    for line in done.broken[:_SHOWN]:
        print(f"csq: left out, {shown(line)}", file=sys.stderr)
    if len(done.broken) > _SHOWN:
        print(f"csq: {len(done.broken) - _SHOWN:,} more lines were left out", file=sys.stderr)
    for folder in done.damaged:
        print(f"csq: a damaged checkpoint was passed over, it is in {folder} now", file=sys.stderr)
    if not done.complete:
        print(f"csq: stopped; the same command goes on from step {done.steps:,}", file=sys.stderr)
        return 130
    print(f"csq: wrote {done.adapter}", file=sys.stderr)
    return 0


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The GGUF file that is written.")],
    base: BaseFile = None,
    kind: Annotated[str, typer.Option(help="q8_0 or f16.")] = "q8_0",
) -> int:
    """Write a run's adapter as GGUF, with a manifest that uses it for nothing before the gate let it pass."""
    from cybersecqwen.tuning.finishing import export as exported

    made = exported(run, _base_of_run(run, base), out, kind=kind)
    print(f"{made.path}  {made.bytes / 1e6:.1f} MB  sha256 {made.sha256}")
    print(
        f"csq: wrote {out.with_suffix('.toml')}; `csq train gate` decides what it is used for",
        file=sys.stderr,
    )
    return 0


@app.command()
def merge(
    manifest: Annotated[Path, typer.Argument(help="Manifest of an adapter.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The GGUF file that is written.")],
    base: BaseFile = None,
    kind: Annotated[
        str, typer.Option(help="q8_0, f16, or same: packed as before where that can be.")
    ] = "q8_0",
) -> int:
    """Work an adapter into its base, for programs that serve models without adapters.

    The merged model answers everything with what was learned for some skills. In this product keep both.
    """
    from cybersecqwen.models.adapters import read_adapter
    from cybersecqwen.tuning.merging import merge as merged

    adapter = read_adapter(manifest)
    file = _base_named(adapter.base, base)
    with Status() as status:
        count, size = merged(adapter, file, out, kind=kind, tell=status.update)
    print(f"{out}  {size / 1e6:,.1f} MB, {count} tensors changed")
    print(f"csq: wrote {out}; `csq model import` takes it like any other", file=sys.stderr)
    return 0


@app.command()
def gate(
    manifest: Annotated[Path, typer.Argument(help="Manifest that `csq train export` wrote.")],
    run: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run.")],
    data: Paths = None,
    base: BaseFile = None,
    questions: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(metavar="DIR", help="Data made with --taught, whose questions are asked, too."),
    ] = None,
    each: Annotated[
        int,
        typer.Option(
            min=0, help="Questions of a skill at most, 20 or more, where asking takes hours; 0 for all."
        ),
    ] = 0,
) -> int:
    """Ask the base and the adapter the same questions; use the adapter only where it is better.

    Exit code 1 where it is refused.
    """
    from cybersecqwen.errors import UsageError
    from cybersecqwen.tuning.finishing import gate as gated

    if not data:
        raise UsageError("There is nothing to ask.", hint="--data names a folder of `csq train data`.")
    with Status() as status:
        file = _base_of_run(run, base)
        decision = gated(manifest, run, data, file, questions=questions or (), each=each, tell=status.update)
    for one in decision.compared:
        print(
            f"{shown(one.skill):<18} {one.n:>5}  {one.before:.3f} → {one.after:.3f}  "
            f"gain {one.gain:+.3f} [{one.gain_interval[0]:+.3f}, {one.gain_interval[1]:+.3f}]  "
            f"p {one.chance:.2g}  {one.verdict}"
        )
    for why in decision.why:
        print(shown(why))
    print("used for: " + (shown(", ".join(decision.skills)) or "nothing"))
    print(f"csq: wrote {manifest} and {manifest.with_suffix('.md')}", file=sys.stderr)
    return 0 if decision.passed else 1


@app.command()
def install(
    manifest: Annotated[Path, typer.Argument(help="Manifest of an adapter that passed the gate.")],
) -> int:
    """Put an adapter on the shelf: prompts of its skills are answered with it from now on.

    A manifest is what somebody says. For an adapter that is not yours, run the gate yourself.
    """
    from cybersecqwen.models.skills import ASKED

    made = _app().shelf.install_adapter(manifest)
    skills = shown(", ".join(made.skills))
    print(f"{made.name}  sha256 {made.sha256}")
    print(f"csq: it answers {skills} for {shown(made.base)} from now on", file=sys.stderr)
    if unasked := [one for one in made.skills if one not in ASKED]:
        print(f"csq: no command asks {shown(', '.join(unasked))}; a program of yours may", file=sys.stderr)
    return 0


@app.command(name="list")
def list_() -> int:
    """List the adapters of this machine, and what is wrong with damaged ones."""
    from cybersecqwen.models.adapters import SHIPPED, adapters_in, damaged_in

    folder = _app().shelf.directory / "adapters"
    for place, where in (("yours", folder), ("comes along", SHIPPED)):
        for one in adapters_in(where):
            skills = shown(", ".join(one.skills)) or "nothing"
            print(f"{one.name:<24} {place:<12} {shown(one.base):<32} {skills}")
    damaged = damaged_in(folder)
    for error in damaged:
        print(f"csq: {shown(error.message)}", file=sys.stderr)
    return 2 if damaged else 0


@app.command()
def remove(name: Annotated[str, typer.Argument(help="A name of `csq train list` that is yours.")]) -> int:
    """Take an adapter off the shelf."""
    print(f"csq: removed {_app().shelf.remove_adapter(name)}", file=sys.stderr)
    return 0


def _app() -> App:
    from cybersecqwen.bootstrap import App
    from cybersecqwen.settings import load_settings

    return App(load_settings())


def _base(recipe: Recipe, given: Path | None, *, needed: bool) -> Path | None:
    """The base of a recipe, see `_base_named`; None where it is not here and not needed."""
    from cybersecqwen.errors import WeightsError

    try:
        return _base_named(recipe.base.model, given)
    except WeightsError:
        if needed or given is not None:
            raise
        return None


def _base_named(name: str, given: Path | None) -> Path:
    """A base's file or folder: the one given, a model on the shelf, a path; raises WeightsError."""
    from cybersecqwen.errors import CsqError, WeightsError

    if given is not None:
        if not given.exists():
            raise WeightsError(f"There is no file or folder {given}.")
        return given
    shelf = _app().shelf
    try:
        return shelf.path(shelf.show(name))
    except CsqError:
        path = Path(name)
        if path.exists():
            return path
        raise WeightsError(
            f"The base {name} is not here.",
            hint="`csq model pull` or `csq model import` it, or give --base PATH.",
        ) from None


def _start(recipe: Recipe) -> Adapter | None:
    """What a recipe goes on from; raises WeightsError, UnknownNameError."""
    from cybersecqwen.models.adapters import SHIPPED, named

    if not recipe.lora.start:
        return None
    return named(recipe.lora.start, (_app().shelf.directory / "adapters", SHIPPED))


def _base_of_run(run: Path, given: Path | None) -> Path:
    from cybersecqwen.tuning.runs import recipe_of

    found = _base(recipe_of(run), given, needed=True)
    assert found is not None
    return found


_CHARS_PER_TOKEN = 3.6
_FRAME = 40
"""Tokens that a template puts around a record, half of them before it."""
_WORTH = 20
"""Tokens below which a shared beginning gets no pass of its own (`losses.shared`), which torch would load."""


class _Counted(TypedDict):
    """About how many tokens each record has: see `planning.plan`."""

    lengths: list[int]
    alike: list[int]
    answers: list[int]


def _counted(folders: list[Path], batch: int) -> _Counted:
    """Counted in characters, since no tokenizer is loaded for a plan."""
    from cybersecqwen.tuning.building import TRAIN
    from cybersecqwen.tuning.planning import HEAD, alike
    from cybersecqwen.tuning.records import Record, read_records

    heads: list[str] = []
    lengths: list[int] = []
    answers: list[int] = []
    for folder in folders:
        for one in read_records(folder / TRAIN):
            if isinstance(one, Record):
                heads.append(one.text[:HEAD])
                answers.append(round(len(one.answer) / _CHARS_PER_TOKEN) + 1)
                lengths.append(round(len(one.text) / _CHARS_PER_TOKEN) + answers[-1] + _FRAME)
    shared = (count / _CHARS_PER_TOKEN for count in alike(heads, batch))
    return {
        "lengths": lengths,
        "alike": [round(count) + _FRAME // 2 if count >= _WORTH else 0 for count in shared],
        "answers": answers,
    }


def _teller(status: Status) -> Callable[[Step], None]:
    """One line that is kept up to date on a terminal; a line every hundred steps where there is none."""
    terminal = sys.stderr.isatty()

    def tell(step: Step) -> None:
        said = (
            f"Step {step.step:,} of {step.of:,}, loss {step.loss:.3f}, {step.tokens_per_s:,.0f} tokens/s, "
            f"{_span(step.seconds_left)} left"
        )
        if terminal:
            status.update(said, 0, 0)
        elif step.step % 100 == 0 or step.held is not None:
            print(f"csq: {said}", file=sys.stderr, flush=True)

    return tell


class _interruptible:
    """A first Ctrl-C ends a run after its step, with a checkpoint; a second one ends it at once."""

    def __enter__(self) -> Callable[[], bool]:
        import signal

        self._asked = False
        self._before = signal.getsignal(signal.SIGINT)

        def ask(*_: object) -> None:
            self._asked = True
            signal.signal(signal.SIGINT, signal.default_int_handler)

        signal.signal(signal.SIGINT, ask)
        return lambda: self._asked

    def __exit__(self, *_: object) -> None:
        import signal

        signal.signal(signal.SIGINT, self._before)


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
