"""The parts of a web request under the names that rules of the categories proxy and webserver use.

Rules write `c-uri` with scheme and host as often as without, and path and query into `cs-uri-query` as
often as the query alone; such fields have both values, so a test on either holds.
Names: https://www.w3.org/TR/WD-logfile.html and Sigma's taxonomy.
"""

from __future__ import annotations

from typing import Any

from .getters import first_of, joined, mapped
from .interface import Getter


def request_getter(field: str, host: Getter, uri: Getter) -> Getter | None:
    """The getter of a part of a request; None for other fields.

    `uri` gives the target of the request or the whole URL, `host` the host where it stands by itself.
    """
    if field in ("c-uri", "cs-uri"):
        return joined((host, uri), _addresses)
    if field == "cs-uri-query":
        return mapped(uri, _query_and_target)
    if field in ("cs-host", "r-dns"):
        return first_of(host, mapped(uri, _host))
    change = {
        "c-uri-stem": stem_of,
        "cs-uri-stem": stem_of,
        "c-uri-query": _query,
        "c-uri-extension": _extension,
    }.get(field)
    return None if change is None else mapped(uri, change)


def _split(uri: Any) -> tuple[str, str]:
    """(host, path and query) of a URL, or of a target without a host."""
    if not isinstance(uri, str):
        return "", ""
    scheme, found, rest = uri.partition("://")
    if not found or len(scheme) > 12 or "/" in scheme or "?" in scheme:
        return "", uri
    host, slash, target = rest.partition("/")
    return host, slash + target


def _addresses(host: Any, uri: Any) -> Any:
    if not isinstance(uri, str):
        return uri
    inside, target = _split(uri)
    if inside:
        return [uri, target] if target else uri
    return [f"http://{host}{uri}", uri] if isinstance(host, str) and host and uri[:1] == "/" else uri


def _query_and_target(uri: Any) -> Any:
    target = _split(uri)[1]
    query = target.partition("?")[2]
    return [query, target] if query else target or None


def _host(uri: Any) -> str | None:
    return _split(uri)[0].rpartition("@")[2].partition(":")[0] or None


def stem_of(uri: Any) -> str | None:
    """The path of a URL or target, without its query."""
    return _split(uri)[1].partition("?")[0] or None


def _query(uri: Any) -> str | None:
    return _split(uri)[1].partition("?")[2] or None


def _extension(uri: Any) -> str | None:
    name = (stem_of(uri) or "").rpartition("/")[2]
    return name.rpartition(".")[2] or None if "." in name else None
