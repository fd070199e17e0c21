"""Values that are known by their shape: file names, paths, options, addresses, hashes, keys, cmdlets."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from .mentions import Kind, Mention

_PROGRAM = "exe|scr|pif|cpl|msc"
_LIBRARY = "dll|sys|ocx|drv"
_FILE = (
    "ps1|psm1|psd1|bat|cmd|vbs|vbe|js|jse|wsf|wsh|hta|sct|lnk|url|iso|img|vhdx?|msi|msix|appx|zip|rar|7z|tar|gz|cab|"
    "docx?|docm|xlsx?|xlsm|xll|xlam|pptx?|pptm|ppam|rtf|one|pdf|txt|log|ini|inf|xml|json|ya?ml|conf|cfg|dat|dit|dmp|"
    "kdbx|ost|pst|pfx|pem|key|rdp|reg|theme|chm|hlp|jar|py|sh|php|asp|aspx|ashx|asmx|jsp|jspx|service|timer|desktop|"
    "plist|dmg|pkg|rpm|deb|so|elf|sqlite|db|evtx|etl|mof|manifest|library-ms|search-ms|settingcontent-ms|diagcab"
)
_TLD = (
    "com|net|org|io|dev|app|xyz|top|ru|cn|uk|de|fr|info|biz|me|co|us|cloud|online|site|live|onion|arpa|gov|edu|sh|is|"
    "link|club|to|it|nl|at|ch|in|tk|ml|ga|cf|gq|su|pw|cc|ws|ly|gl|st|ms|ai|tech|pro|zone|host|space|fun|icu|nz|ca|au"
)

_SHAPES: tuple[tuple[Kind, str], ...] = (
    (Kind.TECHNIQUE, r"\bT\d{4}(?:\.\d{3})?\b"),
    (Kind.VULNERABILITY, r"\bCVE-\d{4}-\d{4,7}\b"),
    (Kind.URL, r"\b(?:https?|hxxps?|ftp)://[^\s\"'<>]{1,2000}"),
    (Kind.HASH, r"\b(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})\b"),
    (Kind.ADDRESS, r"\b\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?\b"),
    (Kind.ADDRESS, r"(?<![\w:])(?=[0-9a-fA-F]*:[0-9a-fA-F]*:)[0-9a-fA-F:]{3,39}(?:/\d{1,3})?(?![\w:])"),
    (
        Kind.KEY,
        r"\b(?:HKLM|HKCU|HKCR|HKU|HKEY_[A-Z_]{5,20}|SOFTWARE|CurrentControlSet|SYSTEM\\CurrentControlSet)"
        r"(?:\\[\w.{}()-]+(?: [A-Z][\w.{}()-]*)*)+",
    ),
    (Kind.PIPE, r"\\\\?\.?\\?pipe\\[\w.-]{1,100}"),
    (
        Kind.PATH,
        r"(?:\b[a-zA-Z]:|%\w{3,30}%|"
        r"(?<![\w\\])\\\\?[\w.$-]+)(?:\\[\w.$%*()~-]+(?: [\w.$%*()~-]+){0,4}(?=\\))*\\[\w.$%*()~-]*",
    ),
    (
        Kind.PATH,
        r"(?<![\w/<])(?:~|/(?:etc|tmp|var|usr|bin|sbin|dev|proc|opt|home|root|lib|boot|"
        r"run|Users|Library|Applications|private|System))(?:/[\w.*@+-]+)+/?",
    ),
    (Kind.PROGRAM, rf"(?<![\w.+-])\w[\w+-]{{0,60}}(?:\.[\w-]{{1,40}}){{0,4}}\.(?:{_PROGRAM})\b(?!\.\w)"),
    (
        Kind.PROGRAM,
        r"\b(?:more|command|tree|mode|chcp|format|edit|loadfix|diskcomp|diskcopy|debug|"
        r"win|graftabl)\.com\b(?!\.\w)",
    ),
    (Kind.LIBRARY, rf"(?<![\w.+-])\w[\w+-]{{0,60}}(?:\.[\w-]{{1,40}}){{0,4}}\.(?:{_LIBRARY})\b(?!\.\w)"),
    (Kind.FILE, rf"(?<![\w@/.+-])\w[\w+-]{{0,60}}(?:\.[\w-]{{1,40}}){{0,4}}\.(?:{_FILE})\b(?!\.\w)"),
    (Kind.FILE, rf"(?<![\w.])\.(?:{_FILE}|{_PROGRAM}|{_LIBRARY})\b(?!\.\w)"),
    (Kind.USER, r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}\b"),
    (
        Kind.DOMAIN,
        r"(?<![\w.])\.(?:onion|top|xyz|ru|cn|tk|ml|ga|cf|gq|su|su|icu|club|zip|mov|bit|dev|app)\b(?!\.\w)",
    ),
    (Kind.PATH, r"(?<![\w/<])/(?:tmp|etc|var|dev|home|root|opt|usr|bin|boot|proc|lib)\b/?(?![\w/])"),
    (Kind.DOMAIN, rf"(?<![\w@.-])(?:\*?\.)?(?:[a-zA-Z0-9-]{{1,63}}\.){{1,10}}(?:{_TLD})\b(?![\w(])"),
    (
        Kind.API,
        r"(?<![\w.])[a-z]\w{0,40}(?:\.[a-zA-Z]\w{0,40}){2,8}\b|(?<![\w.])[A-Z]\w{1,40}\.[A-Z]\w{1,40}/[\w/]{1,200}\b",
    ),
    (
        Kind.CMDLET,
        r"\b(?:Get|Set|New|Add|Remove|Invoke|Start|Stop|Import|Export|Enable|Disable|Out|"
        r"ConvertTo|ConvertFrom|Find|"
        r"Copy|Move|Clear|Register|Unregister|Install|Uninstall|Test|Write|Read|Compress|"
        r"Expand|Enter|Mount|Save|"
        r"Update|Resolve|Rename|Send|Grant|Search|Select|Restore|Backup|Reset|Suspend|"
        r"Hide|Use|Wait)-[A-Z]\w{2,60}\b",
    ),
    (Kind.FLAG, r"(?<![\w-])--[a-zA-Z][\w-]{1,40}(?:=[\w.:/\\-]{1,100})?"),
    (Kind.FLAG, r"(?<![\w-])-[a-zA-Z][\w:]{0,30}\b(?!-)"),
    (Kind.FLAG, r"(?<![\w/<:.])/[a-zA-Z][\w:?]{0,30}(?![\w/])"),
    (
        Kind.EVENT,
        r"(?i)\b(?:event ?ids?|eventids?|event codes?|events?|eid) ?(?:of |is |= ?|"
        r": ?)?(?:\d{1,5}(?:,? (?:or|and) |, ?|/)){0,8}\d{1,5}\b",
    ),
    (
        Kind.PORT,
        r"(?i)\bports? ?(?:tcp/?|udp/?|= ?|: ?|number )?(?:\d{1,5}(?:,? (?:or|and) |, ?|/)){0,8}\d{1,5}\b",
    ),
    (
        Kind.USER,
        r"(?i)\b(?:by|from|of|for|as) (?:the )?(?:user|account)(?: named|"
        r" called)? (?!names?\b|accounts?\b|is\b|with\b|was\b|that\b|in\b|or\b|"
        r"and\b)[A-Za-z][\w.$\\-]{1,60}\b",
    ),
    (
        Kind.HOST,
        r"(?i)\b(?:on|from) (?:the )?(?:host|computer|machine|server|"
        r"workstation)(?: named| called)? (?!name|is\b|with\b|was\b|that\b|in\b|or\b|"
        r"and\b|to\b|the\b|for\b|of\b|by\b)[A-Za-z][\w.$-]{1,60}\b",
    ),
)
_ANY_CASE = frozenset((Kind.PROGRAM, Kind.LIBRARY, Kind.FILE, Kind.HASH, Kind.VULNERABILITY, Kind.PATH))
_SYSTEM = (
    Kind.USER,
    r"(?:\bNT AUTHORITY\\|\b(?:by|as|excluding|except|not|user|account|ignoring|"
    r"unless) (?:the )?)(?:SYSTEM|LOCAL SERVICE|NETWORK SERVICE)\b",
)
_SYSTEM_ALONE = (
    Kind.USER,
    r"(?i)\b(?:by|as|under|excluding|except|not|ignoring|unless) (?:the )?(?:system|local service|"
    r"network service|root|administrator)(?= account\b| user\b|\s*(?:$|[,.;)]|(?:and|or|but|in|on|from|with|"
    r"not|since|that|at|to|via|starting|running|between|during|within|outside)\b))",
)
_SYSTEM_TOO = (
    Kind.USER,
    r"(?i)\b(?:or|nor) (?:by |as )?system(?=\s*(?:$|[,.;)]|(?:and|or|from|on|in)\b))|"
    r"\b(?:or|nor|and) (?:by |as )?(?:local|network) service\b",
)
_CALLED = (
    Kind.HOST,
    r"(?i)\b(?:host|computer|machine|server|workstation)s? (?:(?:is )?named |"
    r"(?:is )?called |name is |= ?|: ?)+[A-Za-z][\w.$-]{1,60}\b",
)
_WHOSE = (
    Kind.USER,
    r"(?i)\b(?:user|account|username)s? (?:(?:is )?named |(?:is )?called |name is |= ?|"
    r": ?)+[A-Za-z][\w.$\\-]{1,60}\b",
)
_COMPILED = tuple(
    (kind, re.compile(pattern, re.IGNORECASE if kind in _ANY_CASE else 0))
    for kind, pattern in (*_SHAPES, _SYSTEM, _SYSTEM_ALONE, _SYSTEM_TOO, _CALLED, _WHOSE)
)
_QUOTED = re.compile(
    r"\"([^\"\n]{1,200})\"|(?<!\w)'([^'\n]{1,200})'(?!\w)|`([^`\n]{1,200})`|“([^”\n]{1,200})”"
)
_NUMBER = re.compile(r"\d{1,5}")
_LAST_WORD = re.compile(r"[\w.$\\-]+$")
_SERVICE = re.compile(r"\b(?:local|network) service$", re.IGNORECASE)
_ABBREVIATIONS = frozenset(("e.g", "i.e", "a.k.a", "etc"))


def shapes(text: str) -> Iterator[Mention]:
    """Every value that its shape gives away; those in quotes as what they look like, else as text."""
    for match in _QUOTED.finditer(text):
        inner = next(filter(None, match.groups()), "").strip()
        if inner:
            made = _quoted(match, inner)
            if made is not None:
                yield made
    for match in _NAMED_FLAG.finditer(text):
        yield Mention(
            kind=Kind.FLAG, start=match.start(1), end=match.end(1), words=match[1], values=(match[1].lower(),)
        )
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(text):
            values = _values(kind, match[0])
            if values:
                yield Mention(kind=kind, start=match.start(), end=match.end(), words=match[0], values=values)


_NAMED_FLAG = re.compile(
    r"(?<![\w/\"'-])([A-Z][a-z]+[A-Z]\w{2,30})(?= (?:command ?line )?(?:flag|option|"
    r"switch|parameter|argument)s?\b)"
)
_FLAG_AFTER = re.compile(
    r" (?:command ?line )?(?:flags?|options?|switch(?:es)?|arguments?|parameters?)\b", re.IGNORECASE
)


def _quoted(match: re.Match[str], inner: str) -> Mention | None:
    for kind, pattern in _COMPILED:
        if kind not in (Kind.EVENT, Kind.PORT, Kind.USER, Kind.HOST) and pattern.fullmatch(inner):
            break
    else:
        kind = Kind.FLAG if _FLAG_AFTER.match(match.string, match.end()) and " " not in inner else Kind.TEXT
    if kind is Kind.TEXT and (len(inner) < 2 or inner.isdigit()):
        return None  # too short to look for
    return Mention(
        kind=kind,
        start=match.start(),
        end=match.end(),
        words=match[0],
        values=_values(kind, inner) or (inner.lower(),),
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _values(kind: Kind, text: str) -> tuple[str, ...]:
    if kind in (Kind.EVENT, Kind.PORT):
        numbers = _NUMBER.findall(text)
        return tuple(n for n in numbers if int(n) < 65_536)
    if kind in (Kind.USER, Kind.HOST) and " " in text:
        if _SERVICE.search(text):
            return (" ".join(text.lower().split()[-2:]),)
        found = _LAST_WORD.search(text)
        return (found[0].lower(),) if found else ()
    if kind is Kind.URL:
        return (text.rstrip(".,;)").replace("hxxp", "http").lower(),)
    if kind is Kind.API and text.lower() in _ABBREVIATIONS:
        return ()
    if kind is Kind.ADDRESS and not _is_address(text):
        return ()
    return (text.lower().rstrip("."),)
