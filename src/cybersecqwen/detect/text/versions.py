"""Numbers of four parts that are no addresses: versions, sections, object identifiers, rooms.

What tells them stands on the same line and in the same cell, and is no part of another indicator: a list of
one indicator a line has no words, so nothing in it is a version.
"""

from __future__ import annotations

import re

from .columns import heading, heads_versions

REACH = 160
"""Characters of the line that are looked at before and after the number."""

_BORDER = re.compile(r"[\n\r\t|;\x0b\x0c\u2028\u2029]")
# Whatever number follows one of these is a version or the number of a part of a document
_STRONG = re.compile(
    r"(?:(?:\b(?:version|ver|build|revision|rev|firmware|section|chapter|clause|appendix|oid|requirement|paragraph"
    r"|abschnitt|kapitel|ziffer|artikel|sektion|secci[o\xf3]n|cap[i\xed]tulo|chapitre|versi[o\xf3]n|versione"
    r"|sezione|se[c\xe7][a\xe7][o\xe3]o|\u0440\u0430\u0437\u0434\u0435\u043b|\u0433\u043b\u0430\u0432\u0430"
    r"|\u0432\u0435\u0440\u0441\u0438\u044f"
    r"|player|acrobat|reader|chrome|firefox|safari|opera|mozilla|gecko|webkit|trident|msie|kernel|sdk|jdk|jre|java|flash"
    r"|openssl|apache|nginx|php|plugin|framework|fortios|pan-os|ios xe|jira|gitlab|winrar|confluence"
    r"|teamviewer|versionen|fassung(?:en)?|softwarestand|kap\.|point|punkt|punto|eqs?\.|equation|lemma|theorem"
    r"|known issue|upgrade path|\u0432\u0435\u0440\u0441\u0438[\u0438\u044e\u0439]"
    r"|\u043f\u0443\u043d\u043a\u0442\u0435?|\u0440\u0430\u0437\u0434\u0435\u043b[\u0430\u0435]"
    r"|android|ios|macos)s?|(?:\u7248\u672c|\u30d0\u30fc\u30b8\u30e7\u30f3|\u7b2c|\u7ae0|\u7bc0|\u8282)"
    r"|(?<![\w.-])(?!(?:ip|tcp|udp|host|server|src|dst|addr|address|domain|dns|ttl|port|cc|c2|icmp|http|https)/)"
    r"[a-z][a-z_-]{1,40}/|(?<![\w.])\.net(?: framework)?"
    r"|\b(?:upgrad(?:e|es|ed|ing)|updat(?:e|es|ed|ing)|downgrad(?:e|ed|ing)) to|\b(?:fixed|patched"
    r"|resolved) in"
    r"|\b(?:earlier|older|later|newer) than|\bprior to)"
    r"[\s\"'=:(]{0,5}"
    r"|\b(?:contract|order|invoice|ticket|case|docket|part|article|item|policy|customer|catalogue|drawing|vertrags?|bestell"
    r"|rechnungs?|artikel|kunden)[ -]?(?:no|nr|number|nummer|num)\b[.:]{0,2} {0,2}#?|\bv\.? ?|(?<=\w )#)\Z"
)
# The same for a number that looks like one: words that also stand before addresses
_WEAK = re.compile(
    r"\b(?:(?:release|update|agent|control|figure|table|room|level|floor|call|phone|patch|office|edge|exchange"
    r"|installer|client|product|package|tool|rule|item|step|lib[a-z]{2,20})s?|(?P<order>through|up to"
    r"|before|since))"
    r"[\s\"'=:(]{0,5}\Z"
)
# "update the agent to", "upgraded Acme Gate from", "roll back to": what has another version then is software
_THING = (
    r"(?:agent|software|product|client|app|application|appliance|plug-?in|add-?on|driver|library|package|module"
    r"|kernel|sensor|installation|extension|theme|engine|component|framework|runtime|device|suite|tool|system"
    r"|platform|release|version|build|browser|installer)s?"
)
_NO_PRODUCT = (
    r"(?!(?:DNS|IPs?|C2|C&C|NS|MX|AAAA|A|URLs?|Hosts?|Servers?|Address(?:es)?|Domains?|The|Our|All)\b)"
)
_BROUGHT = re.compile(
    r"\b(?:(?i:upgrad(?:e|es|ed|ing)|downgrad(?:e|es|ed|ing)) from"
    r"|(?i:(?:upgrad|updat|downgrad)(?:e|es|ed|ing)|bump(?:s|ed|ing)?|revert(?:s|ed|ing)?"
    r"|roll(?:s|ed|ing)?(?: back)?)"
    r" (?:(?:the|our|your|their|its|all|every|an?|this|these|any|affected) ){0,2}"
    rf"(?:(?:[\w.-]{{1,24}} )?{_THING} (?:(?:on|in|of|for|across) (?:[\w-]{{1,24}} ){{1,3}})?"
    rf"|(?:{_NO_PRODUCT}[A-Z][\w.-]{{1,24}} ){{1,3}})(?:back )?(?:from|to)"
    r"|(?i:roll(?:s|ed|ing)?[ -]back) to)[\s\"'=:(]{0,5}\Z"
)
_BRINGS = ("grad", "updat", "bump", "revert", "roll")
"""What its verbs hold: a search for these costs nothing."""
_OF_OBJECT = 112
"""Characters in which such an object is looked for."""
_NUMBER = r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"
_FROM_TO = re.compile(rf"\bfrom v?({_NUMBER}) (?:up )?to v?({_NUMBER})(?![\w.-]*[\w-])")
# What users are told to do; attackers are told of, and move in another tense
_ADVISED = re.compile(
    r"(?:\A|[.:!] |\b(?:should|must|may|can|could|please|to|we|you|users|customers|not|also|then|and|or) )"
    r"(?:move|migrate|go|switch|change|step|jump|transition)(?: up)? \Z"
)
# "Start time: 12.30.45.10", but not "at that time"
_CLOCK = re.compile(
    r"(?:\A|[^\w ]|\b(?:start|end|local|system|boot|up|run|elapsed|server|utc|log|file)) ?"
    r"(?:times?(?: of day)?|timestamps?|clock|duration|uptime|uhrzeit|zeit|dauer)(?: is| was)?"
    r"[\s\"'=:(]{0,5}\Z"
)
_LATER = re.compile(
    r",? (?:and|or) (?:earlier|later|below|above|prior|older|newer|up)\b|(?: |-)?(?:beta|alpha|rc[0-9])\b"
)
_ABOUT_VERSIONS = re.compile(
    r"\b(?:versions?|releases?|upgrad\w{1,4}|firmware|installer|sections?|chapters?|abschnitt|kapitel|rooms?|"
    r"changelog|hotfix)\b"
)
_ABOUT_NETWORKS = re.compile(
    r"\b(?:ips?|ipv4|address\w{0,2}|c2|c&c|cnc|servers?|connect\w{0,4}|hosts?|hosted|ports?|traffic|prox\w{1,4}|beacon\w{0,4}"
    r"|dns|resol\w{1,4}|domains?|tcp|udp|https?|from|contact\w{0,3}|network|scann?\w{0,4}|block\w{0,3})\b"
)
_ABOUT_OBJECTS = re.compile(r"\boids?\b|object identifier|x\.509|\basn\.1|1\.3\.6\.1\.|1\.2\.840\.")
# What a sentence about software says where every part is small, and what one about hosts says
_ABOUT_SOFTWARE = re.compile(
    r"\b(?:versions?|releas\w{1,4}|upgrad\w{1,4}|updat\w{1,4}|firmware|builds?|patch\w{0,4}|hotfix\w{0,2}|fix(?:ed|es)?|bugs?"
    r"|regressions?|changelog|compatible|vulnerable|(?:faster|slower|smaller|older|newer|earlier|later) than"
    r"|fassung|behoben|corrig\w{2,5}|plant(?:e|ait)|actuali[sz]\w{1,6}|mise [a\xe0] jour)\b"
    r"|\u0432\u0435\u0440\u0441\u0438|\u0438\u0441\u043f\u0440\u0430\u0432\u043b\u0435\u043d"
)
_ABOUT_HOSTS = re.compile(
    r"\b(?:log(?:in|on|ged|s)|ssh|rdp|vpn|subnet|ranges?|attackers?|actors?|infrastructure|exfiltrat\w{1,4}|download\w{0,3}"
    r"|callbacks?|fetch\w{0,3}|iocs?|indicators?|malicious|implants?|machines?|gateways?|routers?|nodes?|peers?"
    r"|sinkhol\w{1,4}|ping\w{0,4}|listen\w{0,3}|adress\w{0,2}|adresse\w{0,2}|direcci[o\xf3]n\w{0,2}|servidor\w{0,2}"
    r"|serveurs?|verbind\w{1,4}|via|c2s?|cn?c|gate"
    r"|at|reach\w{0,3}|sends?|sent|calls?|called|talks?|quer\w{1,4}|visit\w{0,3})\b|\u0430\u0434\u0440\u0435\u0441|\u0441\u0435\u0440\u0432\u0435\u0440"
)
# "Product 7.0.3 and", "la 5.6.0.2" of romance languages, where "version" is left out
_JOINED = re.compile(
    r"\b[A-Z][A-Za-z]{2,20} v?[0-9]{1,2}\.[0-9]{1,3}(?:\.[0-9]{1,3})?(?: and | or | to |, | through )\Z"
)
_ELLIPTIC = re.compile(r"\b(?:la|der)[ \xa0]\Z")
_THREE_PARTS = re.compile(r"(?<![\w.-])[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,3}(?![\w-]|\.[0-9])")
_SMALL = 64
"""Versions have parts below this; of random addresses, one in 256 has four such."""
_SECTION = re.compile(r"[ \t#]{0,8}\Z")
_NEXT = re.compile(
    r"(?:,|;|/|-| ?\u2013 ?| ?\u2192 ?| -> |,? (?:and|und|et|y|\u0438) | to | bis | or | oder | ou "
    r"| through )? ?(?:v\.? ?)?\Z"
)


def line_before(text: str, start: int) -> str:
    """What stands on the same line and in the same cell before an offset, at most `REACH` characters."""
    piece = text[max(0, start - REACH) : start].lower()
    if "&nbsp;" in piece:  # its semicolon is no border
        piece = piece.replace("&nbsp;", " ")
    return _BORDER.split(piece)[-1]


def line_after(text: str, end: int) -> str:
    """What stands on the same line and in the same cell after an offset, at most `REACH` characters."""
    piece = text[end : end + REACH].lower()
    border = _BORDER.search(piece)
    return piece[: border.start()] if border else piece


def goes_on(text: str, version_end: int, start: int) -> bool:
    """Whether a number is the next of a list of versions: "1.2.3.4, 1.2.3.5 and 1.2.4.0"."""
    return 0 <= version_end <= start <= version_end + 12 and bool(_NEXT.fullmatch(text, version_end, start))


def is_version(text: str, start: int, end: int, value: str) -> bool:
    """Whether the words around a number of four parts say that it is no address.

    Args:
        text: The whole text.
        start: Offset of the number.
        end: Offset after it.
        value: The number with plain dots.
    """
    if value == "1.3.6.1":
        return True  # the beginning of object identifiers (RFC 1155)
    octets = value.split(".")
    small = int(octets[0]) < 31 and octets[0] not in ("0", "10")
    if small and value.endswith(".0.0.0"):
        return True
    before = line_before(text, start)
    if before:
        near = before[-48:]
        if _STRONG.search(near):
            return True
        if any(verb in before for verb in _BRINGS) and _BROUGHT.search(
            text, max(0, start - _OF_OBJECT), start
        ):
            return True
        if _is_time(octets) and _CLOCK.search(near):
            return True
        if _is_advised(text, start, octets, before):
            return True
        weak = _WEAK.search(near) if int(octets[0]) < 31 and _looks(octets) else None
        # "from 10.0.0.5 through 10.0.0.9" are addresses
        if weak and (small or not weak["order"] or _LATER.search(line_after(text, end))):
            return True
    if _LATER.match(text[end : end + 24].lower()):
        return True
    if all(0 < len(octet) < 3 and int(octet) < _SMALL for octet in octets) and _is_of_software(
        text, start, end, octets
    ):
        return True
    if not small:
        return False
    if (
        _ahead_is_title(text, end)
        and _numbered(octets)
        and _SECTION.fullmatch(before)
        and _begins(text, start)
    ):
        return True  # "4.2.1.1 Scope" at the start of a line is the number of a section
    return bool(before) and _told_by_the_line(octets, before, line_after(text, end))


def _is_time(octets: list[str]) -> bool:
    """Whether a number may be hours, minutes, seconds and hundredths."""
    return int(octets[0]) < 24 and int(octets[1]) < 60 and int(octets[2]) < 60 and int(octets[3]) < 100


def _is_advised(text: str, start: int, octets: list[str], before: str) -> bool:
    """Whether it is the first of "users should move from 22.1.0.4 to 22.1.0.5", and no host is spoken of."""
    if not before.endswith("from ") or not _ADVISED.search(before[-48:-5]):
        return False
    pair = _FROM_TO.match(text[max(0, start - 5) : start + 40].lower())
    if pair is None or not _are_releases(pair[1], pair[2]) or not _looks(octets):
        return False
    line = f"{before[:-5]} {line_after(text, start)}"
    return not (_ABOUT_NETWORKS.search(line) or _ABOUT_HOSTS.search(line))


def _without_from(pair: re.Match[str]) -> str:
    """What is left of "from 22.1.0.4 to 22.1.0.5", whose "from" is that of no traffic."""
    return "" if _are_releases(pair[1], pair[2]) else pair[0]


def _are_releases(one: str, other: str) -> bool:
    """Whether two numbers of four parts may be releases of one product: the first two parts are the same."""
    return one != other and one.split(".")[:2] == other.split(".")[:2]


def _is_of_software(text: str, start: int, end: int, octets: list[str]) -> bool:
    """Whether a number of small parts is a version by its sentence, its relatives or its column."""
    if octets[0] in ("0", "10"):  # private networks have small parts, too
        return heads_versions(heading(text, start))
    before, after = line_before(text, start), line_after(text, end)
    line = _FROM_TO.sub(_without_from, f"{before}{'.'.join(octets)}{after}")
    if _ABOUT_NETWORKS.search(line) or _ABOUT_HOSTS.search(line):
        return False
    if before.strip() and (after.strip() or before.count(" ") > 1):
        sentence = f"{before[-120:].rpartition('. ')[2]} {after[:80].partition('. ')[0]}"
        if _ABOUT_SOFTWARE.search(sentence) or _ELLIPTIC.search(before):
            return True
    if _JOINED.search(text, max(0, start - 48), start):
        return True
    return _has_relative(text, start, end, octets) or heads_versions(heading(text, start))


def _has_relative(text: str, start: int, end: int, octets: list[str]) -> bool:
    """Whether a number of three parts with the same first two is near: "8.0.36", then "8.0.36.1"."""
    relative = f"{octets[0]}.{octets[1]}."
    for piece in (text[max(0, start - REACH) : start], text[end : end + REACH]):
        at = piece.find(relative)
        while at >= 0:
            if _THREE_PARTS.match(piece, at):
                return True
            at = piece.find(relative, at + 1)
    return False


def _told_by_the_line(octets: list[str], before: str, after: str) -> bool:
    """Whether a sentence about versions, sections or object identifiers has it, and none about hosts."""
    if octets[0] in ("1", "2") and _ABOUT_OBJECTS.search(before + " " + after):
        return True
    if not _looks(octets) or " " not in before.strip():
        return False
    near = before[-120:] + " " + after[:40]
    return bool(_ABOUT_VERSIONS.search(near)) and not _ABOUT_NETWORKS.search(near)


def _looks(octets: list[str]) -> bool:
    """Whether two parts behind a small first one have a single digit: few addresses, most versions."""
    return sum(len(octet) == 1 for octet in octets[1:]) >= 2


def _numbered(octets: list[str]) -> bool:
    return all(len(octet) < 3 and int(octet) < 21 for octet in octets)


def _ahead_is_title(text: str, end: int) -> bool:
    return text[end : end + 1] == " " and text[end + 1 : end + 3].isalpha()


def _begins(text: str, start: int) -> bool:
    """Whether a line, not a cell, begins before the number, blanks and signs of headings aside."""
    at = start
    while at > max(0, start - 9) and text[at - 1] in " \t#":
        at -= 1
    return at == 0 or text[at - 1] == "\n"
