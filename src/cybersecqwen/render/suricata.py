"""Suricata rules: one or more for each network indicator, over the buffer in which it is seen.

Keywords: https://docs.suricata.io/en/suricata-7.0.0/rules/ (dns.query, tls.sni, http.host, http.uri.raw,
http.user_agent, ja3.hash, tls.cert_fingerprint). JA4 needs Suricata 8 and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from cybersecqwen.records import Report
from cybersecqwen.records.intel import Observable

from .exported import Exported, exported, where
from .interface import Renderer, RenderOptions
from .ioc_blocklist import ascii_line, blocklist, heading
from .ioc_values import ascii_name, certificate_algorithm, url_parts

FIRST_SID, SIDS = 1_100_000, 900_000
"""Identifiers from 1,100,000: the upper part of the range for local rules, which ends at 1,999,999."""
LONGEST_CONTENT = 6_000
"""Characters of a value as `content` has it: a line of a rule file holds 8,191 and breaks behind them."""
# From: https://github.com/OISF/suricata/blob/master/src/detect.h (DETECT_MAX_RULE_SIZE)

_TYPES = ("ipv4", "ipv6", "cidr", "domain", "url", "user-agent", "ja3", "certificate")


class SuricataRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "suricata"
    media_type = "text/plain"
    extension = "rules"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        view = exported(report)
        made = blocklist(view, _TYPES, refuse=_unseen)
        rules = dict(rule for one in made.entries for rule in _rules(view, one))
        lines = [f"# {line}" for line in heading(view, made, "Suricata rules")]
        return "\n".join([*lines, *_numbered(rules)]) + "\n"


def content(value: str) -> str:
    """A value inside the quotation marks of `content`: all but letters, digits and `-_/.=` in hexadecimal."""
    out: list[str] = []
    for byte in value.encode("utf-8", "replace"):
        char = chr(byte)
        if char.isascii() and (char.isalnum() or char in "-_/.="):
            out.append(char)
        elif out and out[-1].endswith("|"):
            out[-1] = f"{out[-1][:-1]} {byte:02X}|"
        else:
            out.append(f"|{byte:02X}|")
    return "".join(out)


def _rules(view: Exported, one: Observable) -> Iterator[tuple[str, str]]:
    """Key and rule, with `SID` for its number; keys are unique."""
    for kind, head, body in _parts(one):
        told = f"{one.type} {one.value[:80]} ({one.role.value})"
        message = _message(f"csq {kind}: {told}")
        at = _word(f"{view.title[:60]} {where(one)}".strip())
        key = f"{kind}:{one.type}:{one.value}:{one.port}"
        meta = f"metadata: role {_word(one.role.value)}, confidence {one.tier.value}, report {at}"
        middle = f"{body} " if body else ""
        yield (
            key,
            f'alert {head} (msg:"{message}"; {middle}{meta}; sid:SID; rev:1;)',
        )


def _parts(one: Observable) -> Iterator[tuple[str, str, str]]:
    """Kind, header and options of each rule for an indicator."""
    client = "$HOME_NET any -> $EXTERNAL_NET any"
    if one.type in ("ipv4", "ipv6", "cidr"):
        port = str(one.port) if one.port and one.type != "cidr" else "any"
        protocol = "tcp" if port != "any" else "ip"
        yield "address", f"{protocol} $HOME_NET any -> [{one.value}] {port}", ""
    elif one.type == "domain":
        name = content(f".{ascii_name(one.value)}")  # `dotprefix` puts a dot before what is looked at
        yield (
            "dns",
            "dns $HOME_NET any -> any any",
            f'dns.query; dotprefix; content:"{name}"; nocase; endswith;',
        )
        yield "tls", f"tls {client}", f'tls.sni; dotprefix; content:"{name}"; nocase; endswith;'
        yield "http", f"http {client}", f'http.host; dotprefix; content:"{name}"; endswith;'
    elif one.type == "url":
        host, path = url_parts(one.value)
        at = f'http.host; content:"{content(host)}"; bsize:{len(host)};'
        how = "startswith" if len(path) > 1 else "bsize:1"  # the root of a host would fit all its pages
        yield "url", f"http {client}", f'{at} http.uri.raw; content:"{content(path)}"; {how};'
    elif one.type == "user-agent":
        size = len(one.value.encode())
        yield "agent", f"http {client}", f'http.user_agent; content:"{content(one.value)}"; bsize:{size};'
    elif one.type == "ja3":
        yield "ja3", f"tls {client}", f'ja3.hash; content:"{one.value}";'
    else:
        pairs = "|3A|".join(one.value[at : at + 2] for at in range(0, len(one.value), 2))
        yield "certificate", f"tls {client}", f'tls.cert_fingerprint; content:"{pairs}";'


def _unseen(one: Observable) -> str:
    if one.type == "certificate" and certificate_algorithm(one) != "SHA-1":
        return "a fingerprint that is no SHA-1"
    return "too long for a rule" if len(content(one.value)) > LONGEST_CONTENT else ""


def _numbered(rules: dict[str, str]) -> Iterator[str]:
    """The rules with their identifiers: each from a hash of its key, the next free one where two meet."""
    taken: set[int] = set()
    for key in sorted(rules):
        sid = int.from_bytes(sha256(key.encode("utf-8", "replace")).digest()[:8], "big") % SIDS
        while sid in taken:
            sid = (sid + 1) % SIDS
        taken.add(sid)
        yield rules[key].replace("sid:SID;", f"sid:{FIRST_SID + sid};")


def _message(text: str) -> str:
    """Text inside the quotation marks of `msg`: one line of ASCII without what ends it."""
    return "".join(char if char not in '";\\' else " " for char in ascii_line(text, 200)).strip()


def _word(text: str) -> str:
    """A value of `metadata`: letters, digits, dots and hyphens."""
    kept = "".join(char if char.isascii() and (char.isalnum() or char in ".-_") else "-" for char in text)
    return kept.strip("-") or "none"
