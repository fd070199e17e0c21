"""Whole rules of Suricata and Snort inside a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match

from .interface import Looker
from .nearby import ahead

LONGEST_RULE = 8_192
"""Characters of a rule."""

MOST_LINES = 40
"""Lines of a rule."""

# From: Suricata 7 user guide, "Rules format"; Snort 3 rule writing guide, "Rule headers"
_HEADER = re.compile(
    r"(?<![\w-])(?:alert|drop|pass|reject(?:src|dst|both)?|log|sdrop|block|rewrite|react)\s{1,3}"
    r"(?:tcp(?:-pkt|-stream)?|udp|icmp|ip(?:v[46])?|http[12]?|tls|ssl|dns|smb|ftp(?:-data)?|ssh|smtp|imap|pop3|dcerpc"
    r"|dhcp|nfs|tftp|krb5|ikev?2?|snmp|sip|rdp|rfb|mqtt|quic|modbus|dnp3|enip|pkthdr|any|file)\s{1,3}"
    r"[^\s()\"]{1,400}\s{1,3}[^\s()\"]{1,200}\s{1,3}(?:->|<>|<-|=>|\u2192)\s{1,3}[^\s()\"]{1,400}\s{1,3}[^\s()\"]{1,200}\s{0,3}\("
)
_OPTIONS = re.compile(r"(?:[^()\"“”]|\"(?:[^\"\\]|\\.)*+\"|[“”](?:[^“”\\]|\\.)*+[“”])*+\)", re.DOTALL)
_MESSAGE = re.compile(
    r"(?:\A|;)\s{0,20}msg\s?:\s{0,3}[\"“”]((?:[^\"“”\\]|\\.){1,400})[\"“”]\s{0,3};", re.DOTALL
)
_NUMBER = re.compile(r";\s{0,20}sid\s?:\s{0,3}([0-9]{1,12})\s{0,3};")


def find_suricata(text: str, low: str) -> Iterator[Match]:
    """Rules from the action to the closing bracket, with a message and a number."""
    if "sid:" not in low and "sid :" not in low:
        return
    at = 0
    while header := _HEADER.search(text, at):
        at = header.end()
        options = _OPTIONS.match(text, at, ahead(text, at, LONGEST_RULE, MOST_LINES))
        if not options:
            continue
        at = options.end()
        body = options.group()[:-1]
        message, number = _MESSAGE.search(body), _NUMBER.search(body)
        if message and number:
            words = re.sub(r"\s+", " ", message[1]).strip()
            yield Match(
                type="suricata", value=f"{number[1]} {words}", start=header.start(), end=at, claims=False
            )


SURICATA = Looker(
    find=find_suricata, needles=("sid:", "sid :"), lines_before=MOST_LINES + 12, lines_after=MOST_LINES + 12
)
