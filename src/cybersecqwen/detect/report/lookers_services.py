"""Services of Windows and systemd, by the commands that make them and the words that name them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match, words

from .interface import Looker
from .nearby import (
    FUNCTION_WORDS,
    Span,
    ahead,
    behind,
    is_name,
    is_odd,
    listed,
    named,
    quoted,
    quoted_before,
    token,
)
from .service_lists import plural

# Each begins with a literal, which is found ten times as fast as a choice of them
_SC = re.compile(
    r"sc(?:\.exe[\"']? {1,2}(?:\\{2,4}[\w.*-]{1,64} )?"
    r"(?:create|config|start|stop|delete|failure|description|sdset|qc|query)"
    r"| (?:\\{2,4}[\w.*-]{1,64} )?(?:create|config|start|stop|delete)) {1,2}"
)
_SC_WORDS = ("sc.exe", "sc \\\\", "sc create", "sc config", "sc start", "sc stop", "sc delete")
_NET = re.compile(r"net(?:1|\.exe[\"']?)? (?:start|stop) {1,2}")
_SYSTEMCTL = re.compile(
    r"systemctl (?:--[\w=-]{1,20} ){0,3}(?:enable|start|restart|disable|stop|mask|status) "
    r"(?:--[\w=-]{1,20} ){0,2}"
)
_CMDLET = re.compile(
    r"-service(?:(?<=new-service)|(?<=set-service)|(?<=start-service)|(?<=stop-service)|(?<=remove-service))"
    r" (?:-(?!name)\w{1,20} ){0,3}(?:-name {1,2})?"
)
_CALL = re.compile(r"createservice[aw]?\([^\n\"“]{0,80}(?=[\"“])")
_UNIT = re.compile(r"\.service(?![\w./\\(:-])")
_UNIT_NAME = re.compile(
    r"(?<![\w./\\@:-])(?!(?:system|windows|web|this|app|android)\Z)[A-Za-z0-9_][\w@-]{1,80}\Z"
)
_UNIT_CUE = re.compile(r"systemd|systemctl|unit|daemon|(?<!\.)(?<![a-z])services?(?![a-z])")
_WORD = re.compile(r"service(?<![\w.-]service)s?(?![\w-])")
_STRONG = re.compile(
    r"\s?,?\s?(?:which (?:is|was) |that (?:is|was) |is |was )?"
    r"(?:named|called|known as|titled|dubbed"
    r"|(?:with|under|by|using) (?:the |a )?(?:display |service |random |fake )?names?(?: of)?)"
    r"\s{0,2}:?\s{0,2}"
)
_LABEL = re.compile(
    r"(?:\s?(?:display)?\s?names?)\s{0,2}(?:is\s|was\s|are\s|of\s|such as\s|like\s"
    r"|[:=\t|]{1,2}|\s(?=[\"“`]))\s{0,3}"
)
_SHORT_LABEL = re.compile(r"[ \xa0]{0,2}[:=\t|][ \xa0]{0,2}")
_LABEL_BEFORE = re.compile(
    r"name(?:(?<=displayname)|(?<=display name)|(?<=servicename)|(?<=service name))\s{0,2}[:=\t|]{1,2}\s{0,3}"
)
# A source of Sigma: "    service: sysmon"
_YAML = re.compile(r"[ \t]{1,24}service:[ \t]+[a-z0-9_-]{1,60}[ \t\r]*")
_MADE = re.compile(
    r"[ \xa0]([A-Za-z][\w.-]{2,60})[ \xa0](?:is|was|gets|got|has been|had been)[ \xa0](?:then |also |newly )?"
    r"(?:created|installed|registered|started|stopped|deleted|added|disabled|killed|terminated|launched)\b"
)
_ENDS = re.compile(r"\b(?:(?:stop|kill|terminat|shut)\w*|disable[sd]?|disabling|delete[sd]?|deleting)\b")
# "enables the service net-tuned", "is loaded as the service RTCoreHlp"
_NAMED_AFTER = re.compile(
    r"(?:\b(?:enabl|start|stop|install|creat|register|disabl|delet|launch|kill|restart|mask)(?:e|es|ed|s|ing)?|\bas)"
    r"(?: and (?:enables?|starts?))?"
    r" (?:the|a|its|an?) (?:(?:new|windows|system|systemd|kernel|malicious|persistent) ){0,2}\Z"
)
_ARTICLES = words("the a its an")
_EXAMPLES = re.compile(r",? (?:such as|including|like|for example|e\.g\.,?) ")
_AND = re.compile(r"(?:, (?:and |or )?| and | or )")
_QUOTE = re.compile(r"\s?[(,]?\s?(?=[\"“'‘`„])")
# What says that the service is one of an operating system, and not one on the web
_HOST = re.compile(
    r"\b(?:windows|systemd?|nt|background|persist\w*|creat\w*|install\w*|register\w*|registration|start(?:s|ed|ing|up)?"
    r"|stop\w*|delete[sd]?|deleting|deletion"
    r"|disable[sd]?|disabling|terminat\w*|kill\w*|runs?(?: itself)? as|running as|itself"
    r"|masquerad\w*|disguis\w*"
    r"|launch\w*|daemon"
    r"|add(?:s|ed|ing)?|drops?|dll|driver|scm|control manager|kernel|admin\w*|boot\w*)\b"
)
_WEB = re.compile(
    r"\b(?:cloud|storage|hosting|shar\w+|e?mail|mail|vpn|proxy|web|online|stream\w*|messages?|messaging|chat|dns|rental|criminal"
    r"|underground|payment|subscription|file|shorten\w*|translation|paste|social|delivery|crypt\w*|obfuscation|loader"
    r"|botnet|ddos|ransomware|malware|phishing|mix\w*|cdn|tor|hidden|onion|api|search|postal|security|intelligence"
    r"|secret|ticketing"
    r"|authentication|health|federal|national|mobile|tracking|transfer|upload\w*"
    r"|tunnel\w*|monitoring|logging"
    r"|(?:software|\w*ware|phishing|platform|infrastructure|access|fraud|crime)[- ]as[- ]an?"
    r"|financial|android|news|internet|map\w*|drive|platform|google|amazon|aws"
    r"|azure|public|legitimate web|customer)\s{1,2}\Z"
)
_NOT_ONE = words("accounts account name names type types for and command control discovery execution")
_NEXT_LABEL = re.compile(r"\s?Service (?:File\s?[Nn]ame|Type|Start|Account|Path)")
_SITE = re.compile(r"\[\.\]|://|\w\.(?!service\Z)[a-z]{2,5}\Z")
_CLOSING = frozenset("\"“”»'‘’`")
_FLAG = re.compile(r"[-/]|\\\\|\$\(")


def find_services(text: str, low: str) -> Iterator[Match]:
    """Names of services; see `interface.Looker`."""
    spans = [*_commands(text, low), *_units(text, low), *_words(text, low)]
    reached = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        raw = text[start:end]
        if start >= reached and raw.lower() not in _NOT_ONE and not _SITE.search(raw):
            reached = end
            yield Match(type="service", value=raw, start=start, end=end)


def _commands(text: str, low: str) -> Iterator[Span]:
    for match in _command_heads(low):
        before = low[match.start() - 1 : match.start()]
        if (before.isalnum() or before in ("_", ".", "-")) and low[match.start()] != "-":
            continue
        at = match.end()
        end = ahead(text, at, 220, 0)
        span = _rest(text, match.start(), at, end) or quoted(text, at, end) or token(text, at, end)
        if span and not _FLAG.match(text, at) and is_name(text[slice(*span)]):
            yield span


def _command_heads(low: str) -> Iterator[re.Match[str]]:
    """Commands up to the name; a pattern is only asked where a literal of it stands, which is soon told."""
    if ("sc " in low or "sc.exe" in low) and any(word in low for word in _SC_WORDS):
        yield from _SC.finditer(low)
    if " start " in low or " stop " in low:
        yield from _NET.finditer(low)
    if "systemctl " in low:
        yield from _SYSTEMCTL.finditer(low)
    if "-service " in low:
        yield from _CMDLET.finditer(low)
    if "createservice" in low:
        yield from _CALL.finditer(low)


def _rest(text: str, start: int, at: int, end: int) -> Span | None:
    """The name in a command that is quoted itself: "net stop Some Agent"."""
    close = {'"': '"', "“": "”", "'": "'", "‘": "’", "`": "`"}.get(text[start - 1 : start])
    if not close or not text.startswith("net", start):
        return None
    reached = text.find(close, at, end)
    return (at, reached) if reached > at + 1 and "/" not in text[at:reached] else None


def _units(text: str, low: str) -> Iterator[Span]:
    if ".service" not in low:
        return
    for match in _UNIT.finditer(text):
        name = _UNIT_NAME.search(text, max(0, match.start() - 82), match.start())
        if name:
            start, end = name.start(), match.end()
            near = low[behind(low, start, 160) : start] + " " + low[end : ahead(low, end, 60, 0)]
            if _UNIT_CUE.search(near):
                yield start, end


def _words(text: str, low: str) -> Iterator[Span]:
    for word in _WORD.finditer(low):
        at = word.end()
        start, end = behind(text, word.start(), 120), ahead(text, at, 300)
        label = _LABEL.match(low, at, end)
        if label:
            span = named(text, label.end(), end)
            if span and "\n" not in low[label.start() : label.end()]:
                yield _cut(text, span)
                yield from listed(text, span, end)
            continue
        label = _SHORT_LABEL.match(low, at, end)
        if label:
            span = quoted(text, label.end(), end) or token(text, label.end(), end)
            if span and is_odd(text[slice(*span)]) and _label_cue(low, start, word.start()):
                yield span
            continue
        yield from _announced(text, low, word, low[start : word.start()], end)
    for match in _LABEL_BEFORE.finditer(low) if "name" in low else ():
        end = ahead(text, match.end(), 220, 0)
        span = named(text, match.end(), end)
        if span:
            yield _cut(text, span)


def _cut(text: str, span: Span) -> Span:
    """Without the label that follows where line breaks were lost: "Name: Updater Service Type: …"."""
    label = _NEXT_LABEL.search(text, *span)
    return (span[0], label.start()) if label and label.start() > span[0] else span


def _label_cue(low: str, start: int, at: int) -> bool:
    """Whether "service:" heads a cell or line, as in "Windows service: x", and not a source of Sigma."""
    if _YAML.fullmatch(low, start, ahead(low, at, 120, 0)):
        return False
    return not low[start:at].strip(" \t-*|\u2022") or bool(_HOST.search(low, start, at))


def _announced(text: str, low: str, word: re.Match[str], before: str, end: int) -> Iterator[Span]:
    """What "service named X", "service 'X'" and "'X' service" name, where the sentence is about a host."""
    at = word.end()
    if low.startswith((" account", " principal", " provider", " mesh", " pack"), at):
        return
    strong = _STRONG.match(low, at, end)
    if strong:
        span = named(text, strong.end(), end)
        if not span or _WEB.search(before[-48:]):
            return
        known = text[span[0] - 1] == "`" or _HOST.search(before)
        if known or _HOST.search(low, span[1], ahead(low, span[1], 80, 0)):
            yield span
            yield from listed(text, span, end)
        return
    bare = [*_bare(text, low, at, end, before, word.group())]
    if bare:
        if not _WEB.search(before[-48:]):
            yield from bare
        return
    quote = _QUOTE.match(text, at, end)
    span = quoted(text, quote.end(), end) if quote else None
    if not span:
        edge = before.rstrip(" ")
        if edge != before and edge[-1:] in _CLOSING:
            span = quoted_before(text, word.start() - len(before), word.start() - len(before) + len(edge))
    if not span or not _shows(text, span) or not _HOST.search(before) or _WEB.search(before[-48:]):
        return
    yield span
    if span[0] > at:
        yield from (more for more in listed(text, span, end) if _shows(text, more))


def _bare(text: str, low: str, at: int, end: int, before: str, word: str) -> Iterator[Span]:
    """Without quotation marks: "the service X was installed", "stops services including X, Y and Z"."""
    several = [*plural(text, low, at, end, before)] if word.endswith("s") else []
    if several:
        yield from several
        return
    made = _MADE.match(text, at, end)
    if made and is_name(made[1]) and (made[1] != made[1].lower() or is_odd(made[1])):
        yield made.span(1)
    elif text[at : at + 1] in (" ", "\xa0") and _is_named_after(before[-64:]):
        span = token(text, at + 1, end)
        if span and is_odd(text[slice(*span)]) and "/" not in text[slice(*span)]:
            yield span
    examples = _EXAMPLES.match(low, at, end)
    if examples and not _ENDS.search(before):
        return
    while examples:
        span = token(text, examples.end(), end)
        if not span or text[span[0] : span[1]].lower() in FUNCTION_WORDS:
            return
        raw = text[slice(*span)]
        if not (is_odd(raw) or (raw.isupper() and len(raw) > 2)):
            return
        yield span
        examples = _AND.match(low, span[1], end)


def _is_named_after(before: str) -> bool:
    """Whether a verb, an article and at most two words stand before "service"; the article is soon told."""
    return not _ARTICLES.isdisjoint(before.split(" ")[-4:-1]) and bool(_NAMED_AFTER.search(before))


def _shows(text: str, span: Span) -> bool:
    """Whether a quoted stretch is a name, and not a word that is quoted for its meaning."""
    raw = text[slice(*span)]
    if " " in raw:
        return raw[0].isupper() and len(raw.split()) <= 6 and not raw.endswith((".", "!", "?"))
    return text[span[0] - 1] == "`" or is_odd(raw) or raw[0].isupper() or raw.isalpha()


SERVICE = Looker(
    find=find_services,
    needles=(
        "service",
        "systemctl",
        "net stop",
        "net start",
        "net1 st",
        "net.exe",
        *_SC_WORDS,
    ),
    lines_after=1,
)
