"""What may be blocked or alerted on without a person looking at it first, and why the rest may not."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from cybersecqwen.records.intel import Observable, Role, Tier, Tlp

from .exported import Exported
from .ioc_values import is_deviant, is_registrable, well_formed

WORTHY = frozenset((Role.C2, Role.DELIVERY, Role.PAYLOAD, Role.EXFILTRATION, Role.ATTACKER))
"""Roles that belong to the attacker and nobody else."""
WIDEST = {4: 16, 6: 32}
"""Shortest prefix of a network that is listed, by version of IP."""

_PATTERNLESS = re.compile(r"[^ -~]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocklist:
    """Entries of a list, and what was left out of it."""

    entries: tuple[Observable, ...]
    left_out: tuple[tuple[str, int], ...]
    """Reason and how many, most frequent first."""


def blocklist(
    view: Exported,
    types: Collection[str],
    *,
    also: Collection[Role] = (),
    refuse: Callable[[Observable], str] = lambda one: "",
) -> Blocklist:
    """The indicators of these types that may stand in a list.

    Args:
        view: The report.
        types: Types that the format can hold; others are left out as such.
        also: Roles to take beside `WORTHY`: what is left in a host can be searched for, not blocked.
        refuse: Why the format cannot hold an indicator; "" where it can.
    """
    kept: list[Observable] = []
    reasons: Counter[str] = Counter()
    for one in view.indicators:
        reason = _reason(one, types, also) or refuse(one)
        if reason:
            reasons[reason] += 1
        else:
            kept.append(one)
    if view.apart:
        reasons["set apart in the report (private, reserved, well known, or a link of the publisher)"] += len(
            view.apart
        )
    return Blocklist(entries=tuple(kept), left_out=tuple(reasons.most_common()))


def heading(view: Exported, made: Blocklist, name: str) -> Iterator[str]:
    """Lines that each list begins with, in printable ASCII and without a mark of comment."""
    yield ascii_line(f"{name} of: {view.title}")
    for source in view.sources[:20]:
        yield ascii_line(f"Source: {source}")
    if len(view.sources) > 20:
        yield f"Source: and {len(view.sources) - 20:,} more"
    yield f"Marking: {view.marking.value}" if view.marking is not Tlp.NONE else "Marking: none in the report"
    yield f"Entries: {len(made.entries):,}"
    total = sum(number for _, number in made.left_out)
    yield f"Left out: {total:,}"
    for reason, number in made.left_out:
        yield f"  {number:,}: {reason}"
    if not made.entries:
        yield "This list is empty: the report has nothing that may be listed here."


def ascii_line(text: str, most: int = 300) -> str:
    r"""`text` as one line of printable ASCII: everything else as \u202e, a backslash at the end covered."""
    shown = _PATTERNLESS.sub(lambda match: _escape(match[0]), text[:most])
    return shown + "." if shown.endswith("\\") else shown


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _reason(one: Observable, types: Collection[str], also: Collection[Role]) -> str:
    """Why an indicator may not stand in a list; "" where it may."""
    if one.type not in types:
        return "of a type that this list cannot hold"
    if one.role is Role.UNKNOWN:
        if one.tier is Tier.LOW:
            return "its role is not known"
    elif one.role not in WORTHY and one.role not in also:
        return f"its role is {one.role.value}"
    if one.type == "domain" and is_deviant(one.value):
        return "a name with ß, ς or joiners, which DNS carries in two forms"
    if not well_formed(one):
        return "its value has not the form of its type"
    if one.type in ("ipv4", "ipv6"):
        return "" if _is_public(one.value) else "a private or reserved address"
    if one.type == "cidr":
        network = ipaddress.ip_network(one.value, strict=False)
        if network.prefixlen < WIDEST[network.version]:
            return "a network wider than /16 (/32 for IPv6)"
        public = _is_public(str(network[0])) and _is_public(str(network[-1]))
        return "" if public else "a private or reserved network"
    if one.type == "domain":
        return "" if is_registrable(one.value) else "a public suffix, or a name that nobody can register"
    return ""


def _is_public(value: str) -> bool:
    address = ipaddress.ip_address(value)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not address.is_multicast
