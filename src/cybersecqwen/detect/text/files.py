"""Windows and Unix paths, registry keys, named pipes and bare file names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from . import addresses, known
from .matches import Match, over, words

EXTENSIONS = words(
    """
        .exe .dll .sys .scr .cpl .ocx .drv .efi .msi .msp .mst .msu .cab .bat .cmd .ps1 .psm1 .psd1
        .vbs .vbe .js .jse .wsf .wsh .hta .sct .reg .inf .ini .lnk .url .chm .hlp .jar .class .war
        .py .pyc .pl .rb .sh .bash .php .asp .aspx .ashx .asmx .jsp .jspx .cgi .elf .so .ko .deb
        .rpm .apk .dmg .pkg .app .iso .img .vhd .vhdx .bin .dat .tmp .bak .log .txt .csv .xml .json
        .yml .yaml .conf .cfg .config .html .htm .mht .eml .msg .pdf .rtf .doc .docx .docm .dot
        .dotm .xls .xlsx .xlsm .xlsb .xlam .ppt .pptx .pptm .ppam .one .pub .zip .rar .7z .gz .tgz
        .tar .bz2 .xz .png .jpg .jpeg .gif .bmp .ico .svg .evtx .etl .dmp .kirbi .ccache .hive .ntds
        .dit .pfx .pem .key .crt .cer .kdbx .db .sqlite .c .cpp .cs .h .go .rs .java .ts .vb .csproj
        .sln .mof .xsl .mui .nls .pf .job .theme .ps1xml .md .odt .ods .hwp .swf .jnlp .iqy .slk
        .wbk .wim .vmdk .ova .msix .appx .gadget .ax .tlb .dylib .plist .scpt .kext .lua .sql .mdb
        .accdb .db3 .arm .arm5 .arm6 .arm7 .mips .mpsl .m68k .x86 .sh4 .ppc .spc .lz .lzma .lzh .ace
        .arj .alz .egg .uue .z .mp4 .mp3 .avi .wav .webp .mov .m4a .mkv .css .manifest .desktop
        .cron .old .orig .enc .crypt .locked .pcap .pcapng .yar .yara .jpe .jfif .rdp .ovpn .p12
        .asc .gpg .vsdm .dotx .xltm .xlt .potm .ppsx .ppsm .pps .oxps .xps .library-ms
        .settingcontent-ms .wsc .fon .cpio .vmx .nvram .raw .mem .ldb .edb .ost .pst .mobileconfig
        .ipa .aar .dex .smali .pyd .pyw .pyz .whl .vim
        """
) | {f".{kind}ll" for kind in "wx"}  # add-ins of Word and Excel
"""Endings that make a bare name a file."""

PRODUCTS = words(
    """
        node.js vue.js react.js next.js nuxt.js express.js angular.js d3.js three.js ember.js backbone.js
        nest.js asp.net vb.net ado.net ml.net console.log tensorflow.js brain.js chart.js moment.js socket.js
        discord.js electron.js p5.js alpine.js solid.js handlebars.js knockout.js mocha.js
        """
)
"""Names of products and of code that look like those of a file or a domain, in lower case."""

DETECTIONS = words(
    """
        trojan backdoor worm win32 win64 troj ransom virus adware riskware hacktool exploit heur downloader
        trojandownloader trojandropper trojanspy pua pup msil w32 w64 behavior
        """
)
"""First words of names that antivirus products give to malware."""

PACKAGES = words("com org net edu gov io androidx java javax kotlin")
"""First labels of names of packages, written from the top-level domain down."""

_SEGMENT = r"[^\\/:*?\"'<>|\r\n\t ,;()\u2018-\u201f]++"
_WORDS = r"[^\\/:*?\"'<>|\r\n\t ,;]++(?: [^\\/:*?\"'<>|\r\n\t ,;]++){0,4}+\\{1,2}"
_DRIVE = r"(?:[A-Za-z]:|%[A-Za-z][\w()]{1,24}%|\$env:\w{2,24})"
# A quoted path may hold blanks, but not those before an argument; in another one a part with blanks only
# counts where a backslash follows: "C:\Program Files\x"
_WINDOWS = re.compile(
    r"(?:(?<=\")((?:[A-Za-z]:|%[A-Za-z][\w()]{1,24}%|\\\\[\w.-]{1,255})\\(?:(?! [-/])"
    r"[^\"\r\n*?<>|]){1,1024})(?=\")"
    rf"|(?<![\w\\])(?:\\\\\?\\|\\\\\.\\|\\\?\?\\)?(?:{_DRIVE}"
    rf"|\\Device\\HarddiskVolume[0-9]{{1,3}}|\\\\[\w.$-]{{1,255}}\\[\w.$-]{{1,80}})\\\\?(?:{_WORDS})*+(?:{_SEGMENT})?)"
)
_FORWARD = re.compile(
    rf"(?<![\w/\\])(?:[A-Za-z]:|%[A-Za-z][\w()]{{1,24}}%)/(?:[^\\/:*?\"'<>|\r\n\t ,;()]++/)*+{_SEGMENT}"
)
_RELATIVE = re.compile(
    r"(?<![\w\\/:%$.~)}>-])(?:\.{1,2}\\|\\|[<{\[][A-Za-z_ ]{2,30}[>}\]]\\)?"
    r"(?:[\w.~$-]{1,80}+\\){1,12}+[\w.~$-]{1,120}"
)
# what follows a program and a blank are its arguments: "C:\a\x.exe run data\y"
_PROGRAM = re.compile(r"\.(?:exe|com|bat|cmd|ps1|vbs|js|hta|scr)(?= )", re.IGNORECASE)
_SHARE = re.compile(r"\\\\([\w.-]{3,255})\\")
_UNIX = re.compile(
    r"(?<![\w.:/\\~-])(?:~|/(?:applications|bin|boot|dev|etc|home|lib|lib64|library|media|mnt|opt|private|proc|root|run"
    r"|sbin|snap|srv|sys|tmp|usr|users|var|volumes))/[^\s\"'<>|;&,:*?()\[\]{}`$\u2018-\u201f]{1,1024}",
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
_KEY = (
    r"[^\\/\"'<>|\r\n\t ,;\u2018-\u201f]++"
    r"(?: (?![A-Za-z]:|[-\\]|HK)[^\\/\"'<>|\r\n\t ,;\u2018-\u201f]++){0,4}+\\"
)
_REGISTRY = re.compile(
    r"(?<![\w\\])(HKLM|HKCU|HKU|HKCR|HKCC|HKEY_LOCAL_MACHINE|HKEY_CURRENT_USER|HKEY_USERS|HKEY_CLASSES_ROOT"
    rf"|HKEY_CURRENT_CONFIG|\\REGISTRY\\(?:MACHINE"
    rf"|USER)):?\\+(?:{_KEY})*+[^\\/\"'<>|\r\n\t ,;\u2018-\u201f]*+",
    re.IGNORECASE,
)
# Keys as reports shorten them, without the hive
_BARE_KEY = re.compile(
    r"(?<![\w\\:%])\\?(?:SOFTWARE|SYSTEM)\\(?:Microsoft|Classes|Policies|Wow6432Node|CurrentControlSet|ControlSet00[0-9]"
    rf"|Setup)\\(?:{_KEY})*+[^\\/\"'<>|\r\n\t ,;\u2018-\u201f]*+",
    re.IGNORECASE,
)
_PIPE = re.compile(
    r"(?<![\w\\])(?:\\\\(?:\.|[\w.-]{1,255})|\\Device(?=\\NamedPipe))?\\(?:Named)?pipe\\[^\s\"'<>|,;]{1,256}"
    # as a string of a program has it: "\\\\.\\pipe\\name"
    r"|(?<![\w\\])\\{4}(?:\.|[\w.-]{1,255})\\\\pipe\\\\[^\s\"'<>|,;\\]{1,256}",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w~+.\\/@$%-])[\w~+.-]{3,160}+(?![\w@\\/:(-])")
_END = ".,;:!?)]}'\""
# Endings in capitals that are as likely to be code: System.Xml, Math.Log
_CODE_ENDINGS = words(
    ".xml .json .config .log .key .theme .job .pub .one .class .text .sql .old .enc .raw .css .manifest"
    " .yar .yara .md"
)


def find_pipes(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    r"""Named pipes, written \\.\pipe\name; see `matches.Extractor` and `matches.over`."""
    if starts is None and "pipe\\" not in low:
        return
    for match in over(_PIPE, text, starts):
        raw = match.group().rstrip(_END)
        name = raw.lower().partition("pipe\\")[2].lstrip("\\")
        if name:
            yield Match(
                type="pipe", value="\\\\.\\pipe\\" + name, start=match.start(), end=match.start() + len(raw)
            )


def find_registry(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Registry keys and values; see `matches.Extractor` and `matches.over`."""
    if starts is None and "hk" not in low and "\\registry\\" not in low:
        return
    for match in over(_REGISTRY, text, starts):
        raw = _ended(_whole_key(text, match.start(), match.group()))
        if len(raw) > len(match[1]) + 2 and "%s" not in raw:
            yield Match(
                type="registry", value=registry(raw), start=match.start(), end=match.start() + len(raw)
            )


# Last parts of keys that are two words. From: documentation of the Windows registry
_SECOND = re.compile(
    r"(?:\\Windows(?P<a> (?:Defender|NT|Script Host|Error Reporting|Search|Firewall))"
    r"|\\Terminal(?P<b> (?:Server|Services)(?: Client)?)|\\Internet(?P<c> (?:Settings|Explorer"
    r"|Account Manager))"
    r"|\\Session(?P<d> Manager)|\\User(?P<e> Shell Folders)|\\Shell(?P<f> (?:Folders|Extensions))"
    r"|\\Image(?P<g> File Execution Options)|\\Command(?P<h> Processor)|\\Remote(?P<i> Assistance)"
    r"|\\Event(?P<j> Log))(?![\w])",
    re.IGNORECASE,
)
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "`": "`"}


def _ended(raw: str) -> str:
    """A key without the punctuation of the sentence; the brace of a GUID stays."""
    kept = raw.rstrip(_END)
    return kept + "}" if raw[len(kept) :].startswith("}") and kept.rfind("{") > kept.rfind("}") else kept


def _whole_key(text: str, start: int, raw: str) -> str:
    """A key with the rest of its last part, where that has a blank: to a quotation mark, or by name."""
    close = _QUOTES.get(text[start - 1 : start])
    if close:
        end = text.find(close, start + len(raw), start + len(raw) + 60)
        more = text[start + len(raw) : end] if end >= 0 else ""
        if more.startswith(" ") and not re.search(r"[\n/\"'<>|:=]| -", more):
            return raw + more
    if text[start + len(raw) : start + len(raw) + 1] == " ":
        second = _SECOND.match(text, start + max(0, raw.rfind("\\")))
        if second:
            return text[start : second.end()]
    return raw


def find_bare_keys(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    r"""Keys without their hive: "Software\Microsoft\…\Run"; see `matches.Extractor`."""
    for match in over(_BARE_KEY, text, starts):
        raw = _ended(match.group())
        yield Match(type="registry", value=raw.strip("\\"), start=match.start(), end=match.start() + len(raw))


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
        yield from find_windows(text, low)
    if "/" in text:
        yield from find_unix(text, low)


def find_windows(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Paths with a drive, a share or a variable in front; see `matches.over`."""
    for match in over(_WINDOWS, text, starts):
        raw = match.group()
        if match[1]:
            yield from _located(raw.rstrip(" "), match.start())
            continue
        program = _PROGRAM.search(raw) if " " in raw else None
        whole = raw if program else raw + _more_of_name(text, match.end(), raw)
        raw = (raw[: program.end()] if program else whole).rstrip(_END + "\\ ")
        if "\\" in raw[2:]:
            yield from _located(raw, match.start())


_SECOND_WORD = re.compile(r" (?!and |or )[\w-]{1,40}(\.[a-z0-9]{2,4})(?![\w\\/:(-]|\.\w)")
_RUNS = words(
    "rundll32 regsvr32 cscript wscript mshta powershell pwsh cmd python python3 java javaw msbuild"
    " installutil regasm regsvcs certutil bitsadmin copy move xcopy type del start msiexec wmic"
)


def _more_of_name(text: str, end: int, raw: str) -> str:
    r"""The second word of a file's name at the end of a path: "C:\My Music\track" and " list.dat".

    Not where the first has an ending of its own, or names a folder or a program that runs files; both words
    begin with a capital letter or none does.
    """
    last = raw.rpartition("\\")[2]
    more = _SECOND_WORD.match(text, end) if last and "." not in last else None
    if not more or more[1].lower() not in EXTENSIONS or last.lower() in _RUNS:
        return ""
    folder = raw[: -len(last) - 1].rpartition("\\")[2].lower()
    if folder in ("system32", "syswow64") or more.group()[1:].lower().startswith(last.lower()):
        return ""  # a program without its ending, and its argument
    alike = last[:1].isupper() == text[end + 1].isupper()
    return more.group() if alike and last.lower() not in _FOLDERS else ""


_FOLDERS = words(
    "system32 syswow64 temp tmp windows users public downloads desktop documents appdata roaming local"
    " programdata startup system tasks drivers fonts perflogs music pictures videos inetpub wwwroot"
)


def find_unix(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Paths below the top folders of Unix and home folders; see `matches.over`."""
    for match in over(_UNIX, text, starts):
        raw = match.group().rstrip(_END + "/")
        if raw.count("/") > 1 or raw[0] == "~":
            yield _file(raw, match.start())


def find_forward(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Windows paths with slashes: "C:/Users/x.exe"; see `matches.over`."""
    for match in over(_FORWARD, text, starts):
        raw = match.group().rstrip(_END)
        yield _file(raw, match.start())


def find_relative(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    r"""Windows paths without a drive that end in a file: "System32\drivers\x.sys"; see `matches.over`."""
    for match in over(_RELATIVE, text, starts):
        raw = match.group().rstrip(_END)
        ending = raw.rpartition("\\")[2].rpartition(".")
        if ending[1] and ending[0] and "." + ending[2].lower() in EXTENSIONS:
            yield _file(raw, match.start())


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


_TITLED = re.compile(
    r"([(\"“'‘\[])((?:[A-Z0-9\u00c0-\u017f][\w&+-]{0,40}(?: (?:of|and|for|the|to|de|in|on|-))? ){1,6})\Z"
)
_CLOSING_OF = {"(": ")", '"': '"', "“": "”", "'": "'", "‘": "’", "[": "]"}


def _titled(text: str, start: int, end: int) -> int:
    """Where a name with blanks begins, alone in brackets or quotation marks: "(Chrome Update.js)"."""
    if not text[start].isupper() and not text[start].isdigit():
        return start
    before = _TITLED.search(text[max(0, start - 200) : start])
    if not before or text[end : end + 1] != _CLOSING_OF[before[1]]:
        return start
    return start - len(before[2])


def find_names(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Bare file names with a known ending; see `matches.Extractor` and `matches.over`."""
    if starts is None and "." not in text:
        return
    for match in over(_NAME, text, starts):
        raw = match.group()
        if raw[-1] in ".-+":
            raw = raw.rstrip(".-+")
        ending = raw[raw.rfind(".") :].lower()
        if ending not in EXTENSIONS and ending != ".com":
            continue  # the most frequent case
        kept = raw.lstrip("+-")
        start = match.start() + len(raw) - len(kept)
        if kept.startswith(".."):
            continue
        if _is_name(kept) and not (start > 1 and text[start - 1] == ":" and text[start - 2] in ":/"):
            first = _titled(text, start, start + len(kept)) if text[start - 1 : start] == " " else start
            yield _file(text[first:start] + kept, first)


@lru_cache(maxsize=16_384)
def _is_name(name: str) -> bool:
    """Whether a name has the ending of a file and is no code."""
    stem, _, last = name.rpartition(".")
    ending = "." + last.lower()
    if ending == ".com":
        return stem.lower() in known.COM_FILES
    if ending not in EXTENSIONS or stem.upper() == stem.lower() or name.lower() in PRODUCTS:
        return False
    if len(stem) == 1 and len(last) == 1:
        return False  # "d.h.", "z.c.": abbreviations
    first, rest, _ = stem.partition(".")
    if first.lower() in DETECTIONS or (
        rest and (first in PACKAGES or len(first) == 2) and ending in (".app", ".one", ".java")
    ):
        return False
    return not (last[:1].isupper() and stem != stem.upper() and ending in _CODE_ENDINGS)


def _file(raw: str, start: int) -> Match:
    value = raw
    if "\\\\" in raw[2:] and raw[0] != "\\":
        value = raw.replace("\\\\", "\\")  # as a string of a program has it
    return Match(type="file", value=value, start=start, end=start + len(raw), note=known.file(value))
