"""`csq model`: language models on this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cybersecqwen.interfaces.cli.progress import Status
from cybersecqwen.interfaces.cli.saying import say

if TYPE_CHECKING:
    from cybersecqwen.bootstrap import App
    from cybersecqwen.models.shelf import Installed, Shelf

app = typer.Typer(
    help="Language models: fetch, import, choose. Results are complete without one.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="instant, standard, reference, or a name of `csq model list`.")]


@app.command(name="list")
def list_() -> int:
    """List known and installed models."""
    shelf = _shelf()
    default = shelf.default()
    known = shelf.portfolio()
    for entry, here in known:
        mark = "*" if here and entry.name == default else " "
        state = "installed" if here else "not installed"
        say(_row(mark, entry.size, entry.name, entry.bytes, state, entry.licence))
    names = {entry.name for entry, _ in known}
    for model in shelf.list():
        if model.name not in names:
            mark = "*" if model.name == default else " "
            say(_row(mark, "-", model.name, model.bytes, "imported", model.licence or "-"))
    print(file=sys.stderr)
    say(f"* is used by default. Weights are in {shelf.directory}.", error=True)
    return 0


@app.command()
def portfolio(
    budget: Annotated[str, typer.Option(help="Time for one answer: 500ms, 1s, 2m.")] = "1s",
) -> int:
    """Show the known models, what each was measured to be good at, and who is picked within a time."""
    from cybersecqwen.models.skills import budget_ms

    from .skills import draw

    milliseconds = budget_ms(budget)
    application = _app()
    for entry, here in application.shelf.portfolio():
        state = "installed" if here else "not installed"
        say(f"{entry.size}: {entry.title} ({entry.name}, {state})")
        say(f"  {entry.good_for}")
        places = ", ".join(dict.fromkeys(source.kind for source in entry.sources))
        say(f"  {entry.bytes / 1e6:,.0f} MB, {entry.ram_mb:,} MB of memory, {entry.licence}, from {places}")
    print()
    sys.stdout.write(draw(milliseconds, application))
    return 0


@app.command()
def pull(name: Name) -> int:
    """Fetch a model. Goes online, checks the hash, goes on where an earlier try stopped."""
    with Status() as line:
        model = _shelf().pull(name, progress=lambda done, of: line.update(f"Fetching {name}", done, of))
    return _say(model, "is here")


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="A GGUF file.")],
    name: Annotated[str, typer.Option(help="What to call it.")] = "",
    profile: Annotated[str, typer.Option(help="Its family; guessed from its header where left out.")] = "",
    link: Annotated[bool, typer.Option("--link", help="Link instead of copying, on the same disk.")] = False,
) -> int:
    """Put a GGUF file of your own on the shelf."""
    with Status() as line:
        model = _shelf().import_file(
            file,
            name,
            profile_name=profile,
            link=link,
            progress=lambda done, of: line.update(f"Importing {file.name}", done, of),
        )
    return _say(model, "is imported")


@app.command()
def use(name: Name) -> int:
    """Choose the model that is used by default."""
    return _say(_shelf().use(name), "is used from now on")


@app.command()
def show(name: Annotated[str, typer.Argument(help="Left out: the default one.")] = "") -> int:
    """Show what is known about an installed model."""
    shelf = _shelf()
    model = shelf.show(name)
    rows = {
        "name": model.name,
        "file": str(shelf.path(model)),
        "size": f"{model.bytes:,} bytes",
        "sha256": model.sha256,
        "family": model.profile,
        "weights": f"{model.parameters:,} ({model.architecture}, {model.quantisation or '?'})",
        "context": f"{model.context:,} tokens" if model.context else "unknown",
        "licence": model.licence or "unknown",
        "origin": model.origin,
    }
    for key, value in rows.items():
        say(f"{key:<9}{value}")
    for one in shelf.adapters(model):
        say(f"adapter  {one.name}, {one.bytes / 1e6:.1f} MB, answers {', '.join(one.skills)}: {one.path}")
    return 0


@app.command()
def verify(name: Annotated[str, typer.Argument(help="Left out: the default one.")] = "") -> int:
    """Read a model's file again and compare it with its recorded hash."""
    return _say(_shelf().verify(name), "is as it was recorded")


@app.command()
def remove(name: Name) -> int:
    """Delete a model's file."""
    return _say(_shelf().remove(name), "is removed")


def _row(mark: str, size: str, name: str, bytes_: int, state: str, licence: str) -> str:
    return f"{mark} {size:<10} {name:<32} {bytes_ / 1e6:>7,.0f} MB  {state:<14} {licence}"


def _shelf() -> Shelf:
    return _app().shelf


def _app() -> App:
    from cybersecqwen.bootstrap import App
    from cybersecqwen.settings import load_settings

    return App(load_settings())


def _say(model: Installed, what: str) -> int:
    say(f"{model.name} {what} (sha256 {model.sha256[:16]}…)")
    return 0
