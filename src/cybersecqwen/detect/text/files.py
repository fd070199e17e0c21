"""Windows and Unix paths, registry keys, named pipes and bare file names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import addresses, known
from .matches import Match, words

EXTENSIONS = words(
    """
        .exe .dll .sys .scr .cpl .ocx .drv .efi .msi .msp .mst .msu .cab .bat .cmd .ps1 .psm1 .psd1
        .vbs .vbe .js .jse .wsf .wsh .hta .sct .reg .inf .ini .lnk .url .chm .hlp .jar .class .war
        .py .pyc .pl .rb .sh .bash .php .asp .aspx .ashx .asmx .jsp .jspx .cgi .elf .so .ko .deb
        .rpm .apk .dmg .pkg .app .iso .img .vhd .vhdx .bin .dat .tmp .bak .log .txt .csv .xml .json
        .yml .yaml .conf .cfg .config .html .htm .mht .eml .msg .pdf .rtf .doc .docx .docm .dot
        .dotm .xls .xlsx .xlsm .xlsb .xlam .ppt .pptx .pptm .ppam .one .pub .zip .rar .7z .gz
        .tgz .tar .bz2 .xz .png .jpg .jpeg .gif .bmp .ico .svg .evtx .etl .dmp .kirbi .ccache .hive
        .ntds .dit .pfx .pem .key .crt .cer .kdbx .db .sqlite .c .cpp .cs .h .go .rs .java .ts .vb
        .csproj .sln .mof .xsl .mui .nls .pf .job .theme .ps1xml
        """
) | {f".{kind}ll" for kind in "wx"}  # add-ins of Word and Excel
"""Endings that make a bare name a file."""

_SEGMENT = r"[^\\/:*?\"'<>|\r\n\t ,;()]++"
_WORDS = r"[^\\/:*?\"'<>|\r\n\t ,;]++(?: [^\\/:*?\"'<>|\r\n\t ,;]++){0,4}+\\"
# "C:\Program Files\x": a part with blanks only counts as one where a backslash follows
_WINDOWS = re.compile(
    rf"(?<![\w\\])(?:\\\\\?\\|\\\\\.\\|\\\?\?\\)?(?:[A-Za-z]:|%[A-Za-z][\w()]{{1,24}}%|\$env:\w{{2,24}}"
    rf"|\\Device\\HarddiskVolume[0-9]{{1,3}}|\\\\[\w.$-]{{1,255}}\\[\w.$-]{{1,80}})\\(?:{_WORDS})*+(?:{_SEGMENT})?"
)
# what follows a program and a blank are its arguments: "C:\a\x.exe run data\y"
_PROGRAM = re.compile(r"\.(?:exe|com|bat|cmd|ps1|vbs|js|hta|scr)(?= )", re.IGNORECASE)
_QUOTED = re.compile(r"\"((?:[A-Za-z]:|%[A-Za-z][\w()]{1,24}%|\\\\[\w.-]{1,255})\\[^\"\r\n*?<>|]{1,1024})\"")
_SHARE = re.compile(r"\\\\([\w.-]{3,255})\\")
_UNIX = re.compile(
    r"(?<![\w.:/\\~-])(?:~|/(?:applications|bin|boot|dev|etc|home|lib|lib64|library|media|mnt|opt|private|proc|root|run"
    r"|sbin|snap|srv|sys|tmp|usr|users|var|volumes))/[^\s\"'<>|;&,:*?()\[\]{}`$]{1,1024}",
    re.IGNORECASE,
)
_HIVES = {
    "hklm": "HKLM",
    "hkey_local_machine": "HKLM",
    "\\registry\\machine": "HKLM",
    "hkcu": "HKCU",
    "hkey_current_user": "HKCU",
    "hku": "HKU",
    "hkey_users": "HKU",
    "\\registry\\user": "HKU",
    "hkcr": "HKCR",
    "hkey_classes_root": "HKCR",
    "hkcc": "HKCC",
    "hkey_current_config": "HKCC",
}
_KEY = r"[^\\/\"'<>|\r\n\t ,;]++(?: (?![A-Za-z]:|[-\\])[^\\/\"'<>|\r\n\t ,;]++){0,4}+\\"
_REGISTRY = re.compile(
    r"(?<![\w\\])(HKLM|HKCU|HKU|HKCR|HKCC|HKEY_LOCAL_MACHINE|HKEY_CURRENT_USER|HKEY_USERS|HKEY_CLASSES_ROOT"
    rf"|HKEY_CURRENT_CONFIG|\\REGISTRY\\(?:MACHINE|USER)):?\\+(?:{_KEY})*+[^\\/\"'<>|\r\n\t ,;]*+",
    re.IGNORECASE,
)
_PIPE = re.compile(r"(?<!\w)\\\\(?:\.|[\w.-]{1,255})\\pipe\\[^\s\"'<>|,;]{1,256}", re.IGNORECASE)
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})(?![\w@\\/:-]|\.\w|\()")
_STEM = re.compile(r"[\w~+.-]{1,120}\Z")
_END = ".,;:!?)]}'\""


def find_pipes(text: str, low: str) -> Iterator[Match]:
    r"""Named pipes, written \\.\pipe\name; see `matches.Extractor`."""
    if "pipe\\" in low:
        for match in _PIPE.finditer(text):
            raw = match.group().rstrip(_END)
            name = raw.lower().partition("pipe\\")[2]
            yield Match(
                type="pipe", value="\\\\.\\pipe\\" + name, start=match.start(), end=match.start() + len(raw)
            )


def find_registry(text: str, low: str) -> Iterator[Match]:
    """Registry keys and values; see `matches.Extractor`."""
    if "hk" not in low and "\\registry\\" not in low:
        return
    for match in _REGISTRY.finditer(text):
        raw = match.group().rstrip(_END)
        if len(raw) > len(match[1]) + 2:
            yield Match(
                type="registry", value=registry(raw), start=match.start(), end=match.start() + len(raw)
            )


def registry(raw: str) -> str:
    """The key with its hive's short name, one backslash between parts; case as recorded."""
    low = raw.lower()
    for long, short in _HIVES.items():
        if low.startswith(long) and raw[len(long) : len(long) + 1] in (":", "\\", ""):
            return short + re.sub(r"\\{2,}", r"\\", "\\" + raw[len(long) :].lstrip(":\\"))
    return raw


def find_paths(text: str, low: str) -> Iterator[Match]:
    """Windows and Unix paths; see `matches.Extractor`."""
    if "\\" in text:
        yield from _windows(text)
    if "/" in text:
        for match in _UNIX.finditer(text):
            raw = match.group().rstrip(_END + "/")
            if raw.count("/") > 1 or raw[0] == "~":
                yield _file(raw, match.start())


def _windows(text: str) -> Iterator[Match]:
    reached = 0
    quoted = [m.span(1) for m in _QUOTED.finditer(text)] if '"' in text else []
    for start, end in quoted:
        raw = text[start:end].rstrip(" ")
        if " -" not in raw and " /" not in raw:
            yield from _unquoted(text, reached, start - 1)
            yield from _located(raw, start)
            reached = end
    yield from _unquoted(text, reached, len(text))


def _unquoted(text: str, start: int, end: int) -> Iterator[Match]:
    for match in _WINDOWS.finditer(text, start, end):
        raw = match.group()
        program = _PROGRAM.search(raw) if " " in raw else None
        raw = (raw[: program.end()] if program else raw).rstrip(_END + "\\ ")
        if "\\" in raw[2:]:
            yield from _located(raw, match.start())


def _located(raw: str, start: int) -> Iterator[Match]:
    """A Windows path, and the host of a share as an indicator of its own."""
    yield _file(raw, start)
    host = _SHARE.match(raw)
    if not host:
        return
    address = addresses.read(host[1])
    kind, value = address or ("domain", host[1].lower())
    if address or "." in value.strip("."):
        note = addresses.note(value) if address else known.domain(value)
        yield Match(type=kind, value=value, start=start + 2, end=start + host.end(1), note=note)


def find_names(text: str, low: str) -> Iterator[Match]:
    """Bare file names with a known ending; see `matches.Extractor`."""
    if "." not in text:
        return
    for match in _ENDING.finditer(text):
        ending = match.group().lower()
        if ending not in EXTENSIONS and ending != ".com":
            continue
        stem = _STEM.search(text[max(0, match.start() - 120) : match.start()])
        if stem is None or not any(c.isalpha() for c in stem.group()):
            continue
        if ending == ".com" and stem.group().lower() not in known.COM_FILES:
            continue
        start = match.start() - len(stem.group())
        if text[max(0, start - 1) : start] not in ("\\", "/", "@", "$", "%", ":"):
            yield _file(text[start : match.end()], start)


def _file(raw: str, start: int) -> Match:
    return Match(type="file", value=raw, start=start, end=start + len(raw), note=known.file(raw))
