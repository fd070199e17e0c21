"""Runs another extractor over texts; started by the interpreter of the environment that has it.

    PYTHON evaluation/indicators_runner.py ioc-finder|iocsearcher|iocextract

Reads one JSON string a line, writes one line for each: the seconds that it took and a list of [type, value],
types as in `Observable.type`. Needs nothing of this project, so that both environments stay apart. Every
tool is set up in its own favour: all types on, values refanged, no host out of a URL or e-mail address
where there is a switch for that.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

Pairs = Iterator[tuple[str, str]]

FINDER = {
    "ipv4s": "ipv4",
    "ipv6s": "ipv6",
    "ipv4_cidrs": "cidr",
    "ipv6_cidrs": "cidr",
    "domains": "domain",
    "urls": "url",
    "email_addresses": "email",
    "md5s": "md5",
    "sha1s": "sha1",
    "sha256s": "sha256",
    "sha512s": "sha512",
    "ssdeeps": "ssdeep",
    "cves": "cve",
    "attack_techniques": "attack",
    "attack_tactics": "attack",
    "attack_mitigations": "attack",
    "asns": "asn",
    "mac_addresses": "mac",
    "registry_key_paths": "registry",
    "file_paths": "file",
    "user_agents": "user-agent",
    "bitcoin_addresses": "btc",
    "monero_addresses": "xmr",
}
"""ioc-finder's names to ours."""

SEARCHER = {
    "ip4": "ipv4",
    "ip6": "ipv6",
    "ip4Net": "cidr",
    "fqdn": "domain",
    "onionAddress": "domain",
    "url": "url",
    "email": "email",
    "md5": "md5",
    "sha1": "sha1",
    "sha256": "sha256",
    "cve": "cve",
    "ttp": "attack",
    "registry": "registry",
    "bitcoin": "btc",
    "ethereum": "eth",
    "monero": "xmr",
}
"""iocsearcher's names to ours. Its packageName is an Android application, which is no type of ours."""


def finder() -> Callable[[str], Pairs]:
    """The tool ioc-finder."""
    find = importlib.import_module("ioc_finder").find_iocs

    def pairs(text: str) -> Pairs:
        found = find(
            text,
            parse_domain_from_url=False,
            parse_from_url_path=False,
            parse_domain_from_email_address=False,
            parse_address_from_cidr=False,
            parse_unicode_iocs=True,
            included_ioc_types=[*FINDER, "imphashes", "authentihashes"],
        )
        for name, kind in FINDER.items():
            values = found.get(name, [])
            for group in values.values() if isinstance(values, dict) else [values]:
                for value in group:
                    yield kind, value

    return pairs


def searcher() -> Callable[[str], Pairs]:
    """The tool iocsearcher."""
    tool = importlib.import_module("iocsearcher.searcher").Searcher()

    def pairs(text: str) -> Pairs:
        for found in tool.search_data(text, targets=set(SEARCHER), no_overlaps=True):
            yield SEARCHER[found.name], found.value

    return pairs


def extract() -> Callable[[str], Pairs]:
    """The tool iocextract."""
    tool = importlib.import_module("iocextract")

    def pairs(text: str) -> Pairs:
        for value in tool.extract_urls(text, refang=True, strip=True):
            yield "url", value
        for value in tool.extract_ips(text, refang=True):
            yield ("ipv6" if ":" in value else "ipv4"), value
        for value in tool.extract_emails(text, refang=True):
            yield "email", value
        for value in tool.extract_hashes(text):
            yield {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}[len(value)], value
        for value in tool.extract_yara_rules(text):
            yield "yara", value

    return pairs


TOOLS: dict[str, Callable[[], Callable[[str], Pairs]]] = {
    "ioc-finder": finder,
    "iocsearcher": searcher,
    "iocextract": extract,
}
"""Name to what makes it ready."""


def main() -> None:
    """Answer line by line."""
    pairs = TOOLS[sys.argv[1]]()
    for line in sys.stdin:
        text: Any = json.loads(line)
        start = time.perf_counter()
        try:
            found = sorted(set(pairs(text)))
        except Exception as error:  # a tool that breaks on a text has found nothing in it
            print(f"{sys.argv[1]}: {error!r}"[:200], file=sys.stderr)
            found = []
        print(json.dumps([time.perf_counter() - start, found]), flush=True)


if __name__ == "__main__":
    main()
