"""Addresses: which of two is the source, and which ones are of the internet or of one's own network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import Expression, Not, Op, Or, Test

from .asked import Sure
from .mentions import Kind, Mention
from .places import Place, Placed

# From: https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry: loopback,
# link-local, private use and unique local.
PRIVATE = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "::1/128", "fc00::/7",
    "fe80::/10",
)  # fmt: skip
PUBLIC_WORD, PRIVATE_WORD = "public", "private"

_NOUN = r"(?:ip )?(?:address(?:es)?|ips?|networks?|ranges?|hosts?)\b"
_SIDE = r"\b(?P<side>from|to|with|towards?|against|over|on|reach(?:es|ing)?|into) (?:(?:the|an?|any|some) )?"
_KINDS = (
    (
        PUBLIC_WORD,
        re.compile(
            rf"{_SIDE}(?P<said>(?:public )?internet\b(?! (?:explorer|information|zones?|settings?|connection|"
            r"protocol|security|options|shortcut))|"
            rf"(?:public|external|internet|routable|non-private) {_NOUN})",
            re.IGNORECASE,
        ),
    ),
    (PRIVATE_WORD, re.compile(rf"{_SIDE}(?P<said>(?:private|internal|rfc ?1918) {_NOUN})", re.IGNORECASE)),
)

_FROM = re.compile(
    r"(?:\b(?:from|by|of|source|src|client|originating (?:at|in)|between)(?: (?:the|an?|ip|host|address|is|="
    r"|internal|external|public|private|source|client))*|^)\W*$",
    re.IGNORECASE,
)
_TO = re.compile(
    r"\b(?:to|with|against|towards?|into|at|reach\w*|contact\w*|target\w*|destination|dst|dest)"
    r"(?: (?:the|an?|ip|host|address|is|=|internal|external|public|private|destination|remote))*\W*$",
    re.IGNORECASE,
)
_DOES = re.compile(
    r"\W*(?:(?:is|was|are|were) )?(?:talk|connect|communicat|send|sent|speak|beacon|reach|scan|upload|"
    r"download|contact|initiat|making|made|attempt|trying|tried|access|query|queri|log(?:s|ged|ging)? "
    r"(?:on|in))",
    re.IGNORECASE,
)
_ADDRESS = r"[0-9a-fA-F:.]{3,39}(?:/\d{1,3})?"
_BETWEEN = re.compile(rf"\bbetween (?:\w+ ){{0,2}}{_ADDRESS} and (?:\w+ ){{0,2}}$", re.IGNORECASE)
_LISTED = re.compile(rf"(?:{_ADDRESS}(?:, ?(?:and |or )?| and | or ))+$", re.IGNORECASE)
_LOOK = 60


def networks(text: str) -> Iterator[Mention]:
    """The internet and one's own network, as the side that a connection comes from or goes to."""
    for name, pattern in _KINDS:
        for match in pattern.finditer(text):
            side = "from" if match["side"].lower() == "from" else "to"
            yield Mention(
                kind=Kind.NETWORK,
                start=match.start("said"),
                end=match.end("said"),
                words=match["said"],
                values=(name, side),
                sure=Sure.KNOWN,
            )


def network(one: Mention, place: Place) -> Iterator[Placed]:
    """The test for a kind of network; nothing where the records have no address on that side."""
    name, side = one.values
    field = _side(side, place)
    if not field:
        return
    private = Test(field, Op.CIDR, PRIVATE)
    made: Expression = private
    if name == PUBLIC_WORD:
        # The security log of Windows has a hyphen where a logon comes from the computer itself.
        made = Not(Or((private, Test(field, Op.EQUALS, ("-",)))) if field == "IpAddress" else private)
    yield Placed(mention=one, expression=made, slot=f"{field} network", sure=one.sure, single=False)


def _side(side: str, place: Place) -> str:
    """The field of the records that holds the address of a side; "" for none, or where it is text of many."""
    address, origin = place.role("address"), place.role("origin")
    role = origin if side == "from" else address if origin != address else None
    field, _, how = (role or "").partition("|")
    return "" if how else field


def is_source(text: str, one: Mention) -> bool:
    """Whether the words around an address say that something comes from it."""
    before = text[max(0, one.start - _LOOK) : one.start]
    if _BETWEEN.search(before):
        return False
    listed = _LISTED.search(before)
    before = before[: listed.start()] if listed else before
    if _TO.search(before):
        return False
    return bool(_FROM.search(before)) or bool(_DOES.match(text, one.end))
