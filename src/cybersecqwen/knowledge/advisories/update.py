"""Fetches OSV's databases, one archive an ecosystem, by the rules of `knowledge.update`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from cybersecqwen.knowledge.update import Download, Fetch, fetch_https

from .writer import Document, Imported, write

# From: https://google.github.io/osv.dev/data/#data-dumps
_BUCKET = "https://osv-vulnerabilities.storage.googleapis.com"

ECOSYSTEMS = ("PyPI", "npm", "Go", "crates.io", "Maven", "RubyGems", "Packagist", "NuGet")
"""Those whose packages can be held against advisories; npm's archive has about 200 MB, the others a tenth."""

MAX_BYTES = 2 << 30
"""Largest archive, as it is sent."""

Open = Callable[[Sequence[Path]], Iterable[Document]]
"""Gives the documents in archives; archives are opened by a layer above facts."""


def download(ecosystem: str, bucket: str = _BUCKET) -> Download:
    """Where the archive of an ecosystem is."""
    return Download(
        name=f"{quote(ecosystem, safe='')}.zip",
        url=f"{bucket}/{quote(ecosystem)}/all.zip",
        max_bytes=MAX_BYTES,
    )


def update(
    to: Path,
    open_archives: Open,
    *,
    ecosystems: Sequence[str] = ECOSYSTEMS,
    bucket: str = _BUCKET,
    progress: Callable[[str], None] = lambda _: None,
    fetch: Fetch | None = None,
) -> Imported:
    """Fetch the archives of ecosystems and put what they say in the place of what was known of them.

    Args:
        to: The file of advisories; replaced in one step once every archive is there, or left as it was.
        open_archives: Reads archives.
        ecosystems: As OSV names them.
        bucket: Where the archives are; https, or http on this machine itself.
        progress: Gets a line for each archive and step.
        fetch: Another way to get a file.

    Raises:
        OfflineError: No connection can be made.
        KnowledgeError: An archive cannot be had, is too large, or holds nothing that can be used.
        OutputError: The file cannot be written.
    """
    get = fetch or fetch_https
    with tempfile.TemporaryDirectory(prefix="csq-osv-") as folder:
        archives = []
        for ecosystem in ecosystems:
            source = download(ecosystem, bucket)
            progress(f"fetching {source.url}")
            path = Path(folder) / source.name
            digest = get(source, path)
            progress(f"{ecosystem}: {path.stat().st_size:,} bytes, sha256 {digest}")
            archives.append(path)
        return write(
            to,
            open_archives(archives),
            anew=tuple(ecosystems),
            progress=lambda count: progress(f"{count:,} advisories read"),
        )
