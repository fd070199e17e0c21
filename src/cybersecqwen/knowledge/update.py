"""Fetches the official files and builds a full bundle from them: the one part that may go online.

Nothing is taken over from a download before the whole bundle is built; where any file cannot be
had, the old bundle stays.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from cybersecqwen import offline
from cybersecqwen.errors import KnowledgeError, OfflineError, OutputError

from .builder import build
from .interface import Manifest

_ATTACK = "https://raw.githubusercontent.com/mitre-attack/attack-stix-data/master"
_CTID = "https://raw.githubusercontent.com/center-for-threat-informed-defense/mappings-explorer/main/mappings"
_OSCAL = "https://raw.githubusercontent.com/usnistgov/oscal-content/main/nist.gov/SP800-53/rev5/json"
_REDIRECTS = 5
_CONNECT_S = 20.0
_READ_S = 60.0
_TOTAL_S = 1800.0  # for one file: a server must not be able to keep us waiting for ever

Fetch = Callable[["Download", Path], str]
"""Writes a download to a file and returns its SHA-256; raises KnowledgeError."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """One official file."""

    name: str
    """File name to store it under."""
    url: str
    """https only; http is accepted for this machine itself."""
    max_bytes: int
    """Largest size as it is sent; about four times that of 2025."""
    optional: bool = False
    """Whether a bundle is built without it: addresses that contain an edition move."""


OFFICIAL: tuple[Download, ...] = (
    # From: https://github.com/mitre-attack/attack-stix-data#repository-structure
    Download(
        name="enterprise-attack.json",
        url=f"{_ATTACK}/enterprise-attack/enterprise-attack.json",
        max_bytes=200 << 20,
    ),
    Download(
        name="mobile-attack.json", url=f"{_ATTACK}/mobile-attack/mobile-attack.json", max_bytes=40 << 20
    ),
    Download(name="ics-attack.json", url=f"{_ATTACK}/ics-attack/ics-attack.json", max_bytes=40 << 20),
    # From: https://github.com/mitre/cti
    Download(
        name="stix-capec.json",
        url="https://raw.githubusercontent.com/mitre/cti/master/capec/2.1/stix-capec.json",
        max_bytes=40 << 20,
    ),
    # From: https://cwe.mitre.org/data/downloads.html
    Download(
        name="cwec_latest.xml.zip",
        url="https://cwe.mitre.org/data/xml/cwec_latest.xml.zip",
        max_bytes=20 << 20,
    ),
    # From: https://www.cisa.gov/known-exploited-vulnerabilities-catalog
    Download(
        name="known_exploited_vulnerabilities.json",
        url="https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
        max_bytes=20 << 20,
    ),
    # From: https://d3fend.mitre.org/resources/ontology/
    Download(name="d3fend.ttl", url="https://d3fend.mitre.org/ontologies/d3fend.ttl", max_bytes=40 << 20),
    # From: https://github.com/usnistgov/oscal-content
    Download(
        name="nist_800_53_rev5.oscal.json",
        url=f"{_OSCAL}/NIST_SP-800-53_rev5_catalog.json",
        max_bytes=60 << 20,
    ),
    # From: https://github.com/center-for-threat-informed-defense/mappings-explorer
    Download(
        name="nist_800_53_to_attack.json",
        url=f"{_CTID}/nist_800_53/attack-16.1/nist_800_53-rev5/enterprise/nist_800_53-rev5_attack-16.1-enterprise.json",
        max_bytes=40 << 20,
        optional=True,
    ),
    Download(
        name="kev_to_attack.json",
        url=f"{_CTID}/kev/attack-16.1/kev-07.28.2025/enterprise/kev-07.28.2025_attack-16.1-enterprise.json",
        max_bytes=20 << 20,
        optional=True,
    ),
)
"""Every file of a full bundle, and where its publisher keeps it."""


def update(
    to: Path,
    *,
    sources: Sequence[Download] = OFFICIAL,
    progress: Callable[[str], None] = lambda _: None,
    fetch: Fetch | None = None,
) -> Manifest:
    """Download the official files, build a full bundle and put it in the place of `to`.

    Args:
        to: The user's bundle; replaced in one step, or left as it was.
        sources: What to download.
        progress: Gets one line per file and step.
        fetch: Another way to get a file.

    Raises:
        OfflineError: No connection can be made.
        KnowledgeError: A file cannot be had, is too large, or cannot be used.
        OutputError: The bundle cannot be written.
    """
    get = fetch or fetch_https
    with tempfile.TemporaryDirectory(prefix="csq-kb-") as folder:
        for source in sources:
            progress(f"fetching {source.url}")
            path = Path(folder) / source.name
            try:
                digest = get(source, path)
            except KnowledgeError as error:
                path.unlink(missing_ok=True)
                if not source.optional:
                    raise
                progress(f"{source.name}: left out: {error.message}")
            else:
                progress(f"{source.name}: {path.stat().st_size:,} bytes, sha256 {digest}")
        return build(Path(folder), to, progress=progress)


def fetch_https(source: Download, to: Path) -> str:
    """Download one file over https, following redirects to https alone; return its SHA-256.

    Raises:
        OfflineError: No connection can be made.
        KnowledgeError: The server refuses, sends too much, or leads to plain http.
    """
    import httpx2

    url = source.url
    timeout = httpx2.Timeout(_READ_S, connect=_CONNECT_S)
    # Hosts are checked in `_checked`; the audit hook sees addresses, which differ from host to host
    # of a content network, so that it cannot be told them by name.
    with offline.allowed("*"), httpx2.Client(timeout=timeout, follow_redirects=False) as client:
        try:
            for _ in range(_REDIRECTS + 1):
                with client.stream("GET", _checked(url)) as response:
                    if response.is_redirect:
                        url = urljoin(url, response.headers["location"])
                        continue
                    if response.status_code != 200:
                        raise KnowledgeError(
                            f"{_host(url)} answered {response.status_code} for {source.url}."
                        )
                    return _store(response.iter_bytes(1 << 16), source, to)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            raise OfflineError(
                f"No connection to {_host(url)} could be made ({error}).",
                hint="Without a network, bring a bundle from elsewhere with `csq kb export` and `import`.",
            ) from error
        except httpx2.HTTPError as error:
            raise KnowledgeError(
                f"The download of {source.url} failed ({error or type(error).__name__}).",
                hint="Try again; the bundle in use was not changed.",
            ) from error
    raise KnowledgeError(f"{source.url} redirects more than {_REDIRECTS} times.")


def _store(blocks: Iterable[bytes], source: Download, to: Path) -> str:
    digest = hashlib.sha256()
    size = 0
    end = time.monotonic() + _TOTAL_S
    try:
        with to.open("wb") as file:
            for block in blocks:
                if time.monotonic() > end:
                    raise KnowledgeError(f"{source.url} takes more than {_TOTAL_S / 60:.0f} minutes.")
                size += len(block)
                if size > source.max_bytes:
                    raise KnowledgeError(f"{source.url} sends more than {source.max_bytes >> 20} MiB.")
                digest.update(block)
                file.write(block)
    except OSError as error:
        raise OutputError(f"The download cannot be written to {str(to)!r} ({error.strerror}).") from error
    return digest.hexdigest()


def _checked(url: str) -> str:
    """The URL, if it may be fetched: https, or http on this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" and host:
        return url
    if parts.scheme == "http" and offline.is_loopback(host):
        return url
    raise KnowledgeError(f"{url!r} is not fetched: only https is.")


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
