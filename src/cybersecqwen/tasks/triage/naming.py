"""How names of the input are called in our own sentences: short, harmless, or not at all.

Whoever wrote the input chose its host names, accounts, file names and alert titles, and may have chosen
sentences. A name that is long, has many words or reads like a verdict or an order is not repeated; the
sentence says "an account" instead, and the evidence shows the name as what it is: data.
"""

from __future__ import annotations

import re
import unicodedata

from cybersecqwen.records import Claim, Event, Incident, ProcessNode
from cybersecqwen.verify.claims import orders, plants

_NAME_CHARS = 60
_RULE_CHARS = 90
_RULE_WORDS = 10

PRODUCTS = {
    "elastic": "Elastic Security",
    "splunk": "Splunk",
    "sentinel": "Microsoft Sentinel",
    "defender": "Microsoft Defender",
    "defender-antivirus": "Microsoft Defender Antivirus",
    "wazuh": "Wazuh",
    "suricata": "Suricata",
    "aminer": "AMiner",
}
"""Names of products as their makers write them, by the names that the readers give."""


def plain(text: str) -> str:
    """The text on one line, without control and invisible characters."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Zs") else c for c in text)
    return " ".join(
        "".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Co", "Cs", "Cn")).split()
    )


def name(text: str, instead: str, *, words: int = 2) -> str:
    """A name as it may stand in a sentence, in quotation marks if it has blanks; else `instead`."""
    shown = plain(text)
    if (
        not text.strip().isprintable()
        or not shown
        or shown == "-"
        or len(shown) > _NAME_CHARS
        or plants(shown)
    ):
        return instead
    count = len(shown.split())
    if count > words or re.search(r"[.!?:;,]\s|[<>|\"“”`{}]", shown):
        return instead
    return f"“{shown}”" if count > 1 and "\\" not in shown else shown


def process(node: ProcessNode) -> str:
    """A process by its file name."""
    return name(node.name or basename(node.image), "a program", words=3)


def basename(path: str) -> str:
    """The last part of a path."""
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1]


def host(text: str) -> str:
    """A computer, without its domain."""
    short = text if re.match(r"[\d.]+\Z|.*:", text) else text.partition(".")[0]
    return name(short, "a computer")


def user(text: str) -> str:
    """An account; of a cloud ARN only the end, which says who."""
    short = text.rpartition(":")[2] if text.startswith("arn:") else text
    return name(short, "an account", words=3 if "\\" in text else 2)


def rule(claim: Claim) -> str:
    """An alert's title in quotation marks, or "" where it reads like anything but a title."""
    shown = plain(claim.rule)
    bad = not shown or len(shown) > _RULE_CHARS or len(shown.split()) > _RULE_WORDS or orders(shown)
    if bad or re.search(r"[.!?;]\s|[.!?]\Z|[<>|\"“”`{}]", shown):
        return ""
    return f"“{shown}”"


def product(claim: Claim) -> str:
    """The product that raised an alert."""
    return PRODUCTS.get(claim.product) or name(claim.product, "another product", words=4)


def address(event: Event) -> str:
    """Where an event came from or went to, "" where it does not say."""
    for field in ("SourceIp", "IpAddress", "sourceIPAddress", "callerIpAddress", "ipAddress"):
        found = name(event.get(field), "")
        if found and found not in ("::1", "127.0.0.1"):
            return found
    return ""


def is_planted(step: str, incident: Incident) -> bool:
    """Whether a step repeats a name of the input that must not stand in a sentence."""
    names = {*incident.hosts, *incident.users, *(e.get("TargetUserName") for e in incident.events)}
    return any(n[:100] in step and not name(n, "", words=3) for n in names if n)
