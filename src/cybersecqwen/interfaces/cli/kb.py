"""`csq kb`: the knowledge bundle, and the advisories about packages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from cybersecqwen.interfaces.cli.progress import Status
from cybersecqwen.interfaces.cli.saying import say

if TYPE_CHECKING:
    from cybersecqwen.knowledge.interface import Manifest
    from cybersecqwen.knowledge.store import Store
    from cybersecqwen.settings import Settings

app = typer.Typer(help="The knowledge bundle: ATT&CK, CWE, CAPEC, KEV, D3FEND, 800-53.", no_args_is_help=True)

Osv = Annotated[
    bool, typer.Option("--osv", help="Fetch OSV's advisories about packages instead; about 400 MB.")
]
Ecosystems = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads this at run time on 3.11
    typer.Option("--ecosystem", help="With --osv: only this one (PyPI, npm, Go, …), named again for more."),
]

To = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads this at run time on 3.11
    typer.Option("--to", help="Where the bundle goes; your own bundle where left out."),
]


@app.command()
def status() -> int:
    """Show which bundle is in use and what it is made of."""
    store = _store()
    manifest = store.manifest
    say(f"{manifest.kind} bundle {manifest.version}")
    say(f"  file     {store.path}")
    say(f"  made     {manifest.created}")
    say(f"  content  sha256 {manifest.content_sha256}")
    for source in manifest.sources:
        edition = f"{source.version or '-'} of {source.date or '-'}"
        say(f"  {source.name:<20} {edition:<28} {source.entities:>7,} entities  {source.licence}")
    from cybersecqwen.interfaces.cli.advisories import status as advisories
    from cybersecqwen.interfaces.cli.advisories import status_of_scores

    advisories(_settings().advisories_path)
    status_of_scores(_settings().epss_path)
    return 0


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="T1059.001, CWE-79, CVE-…, AC-2, a name …")],
) -> int:
    """Show what the bundle knows about an identifier or a name."""
    from cybersecqwen.errors import KnowledgeError

    store = _store()
    entity = store.resolve(id).entity or next(iter(store.by_name(id)), None)
    if entity is None:
        near = ", ".join(f"{hit.entity.id} ({hit.entity.name})" for hit in store.search(id, limit=3))
        raise KnowledgeError(
            f"The bundle does not know {id!r}.",
            hint=f"Near are: {near}." if near else "`csq kb status` shows the bundle.",
        )
    say(f"{entity.id}  {entity.name}")
    successor = store.resolve(entity.id).successor
    say(f"  {entity.type}, {entity.status}" + (f", use {successor} instead" if successor else ""))
    say(f"  source   {entity.source}" + (f", {entity.url}" if entity.url else ""))
    for key, value in entity.attributes.items():
        say(f"  {key:<8} {', '.join(map(str, value)) if isinstance(value, (list, tuple)) else value}")
    _show_relations(store, entity.id)
    if entity.text:
        print()
        say(entity.text, lines=True)
    return 0


def _show_relations(store: Store, id: str) -> None:
    for direction, arrow in (("out", "→"), ("in", "←")):
        grouped: dict[str, list[str]] = {}
        for relation in store.related(id, direction=direction):  # type: ignore[arg-type]
            grouped.setdefault(relation.kind, []).append(
                relation.target if direction == "out" else relation.source
            )
        for kind, others in grouped.items():
            more = f" and {len(others) - 12} more" if len(others) > 12 else ""
            say(f"  {arrow} {kind}: {', '.join(others[:12])}{more}")


@app.command()
def build(
    from_dir: Annotated[Path, typer.Option("--from", help="Folder with the official files.")],
    to: To = None,
    starter: Annotated[bool, typer.Option("--starter", help="Facts alone, no texts.")] = False,
    created: Annotated[str, typer.Option(help="ISO time to note instead of now.")] = "",
) -> int:
    """Build a bundle from the official files in a folder."""
    from cybersecqwen.knowledge.builder import build as make

    with Status() as line:
        manifest = make(
            from_dir,
            to or _target(),
            starter=starter,
            created=created or None,
            progress=lambda text: line.update(text, 0, 0),
        )
    return _say(manifest, to or _target())


@app.command()
def update(to: To = None, osv: Osv = False, ecosystem: Ecosystems = None) -> int:
    """Fetch the official files and build a bundle. Goes online, and is the only one here that does."""
    if osv or ecosystem:
        from cybersecqwen.interfaces.cli.advisories import update as fetch_advisories

        return fetch_advisories(to or _settings().advisories_path, ecosystem or [])
    from cybersecqwen.knowledge.update import update as fetch

    with Status() as line:
        manifest = fetch(to or _target(), progress=lambda text: line.update(text, 0, 0))
    return _say(manifest, to or _target())


@app.command()
def export(file: Annotated[Path, typer.Argument(help="File to write, for another machine.")]) -> int:
    """Write the bundle in use into one file and print its sha256."""
    from cybersecqwen.knowledge.bundle import export as copy

    say(f"sha256 {copy(_store().path, file)}  {file}")
    return 0


@app.command(name="import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="A file of `csq kb export`, advisories (a zip, folder or JSON), or EPSS scores (CSV)."
        ),
    ],
    sha256: Annotated[str, typer.Option(help="The hash that it must have.")] = "",
) -> int:
    """Check a bundle and put it into use, add advisories in the form of OSV, or take in FIRST's EPSS scores.

    What a file is, is told by what it holds.
    """
    from cybersecqwen.interfaces.cli.advisories import are_advisories, import_scores
    from cybersecqwen.interfaces.cli.advisories import import_ as import_advisories
    from cybersecqwen.knowledge.advisories.epss import is_scores

    if is_scores(file):
        return import_scores(_settings().epss_path, file, sha256)
    if are_advisories(file):
        return import_advisories(_settings().advisories_path, file, sha256)
    from cybersecqwen.knowledge.bundle import import_bundle

    return _say(import_bundle(file, _target(), expect_sha256=sha256), _target())


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="A bundle; the one in use where left out.")] = None,
) -> int:
    """Check that a bundle is whole and holds what its manifest says."""
    from cybersecqwen.knowledge.bundle import verify as check

    path = file or _store().path
    manifest = check(path)
    say(f"{path}: whole, {manifest.kind} bundle {manifest.version}, sha256 {manifest.content_sha256}")
    return 0


def _settings() -> Settings:
    from cybersecqwen.settings import load_settings

    return load_settings()


def _target() -> Path:
    target = _settings().user_bundle
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _store() -> Store:
    from cybersecqwen.bootstrap import App

    return App(_settings()).store


def _say(manifest: Manifest, path: Path) -> int:
    entities = sum(source.entities for source in manifest.sources)
    say(
        f"{manifest.kind} bundle {manifest.version}: {entities:,} entities of {len(manifest.sources)} sources"
    )
    say(f"csq: wrote {path}", error=True)
    return 0
