"""Event fields whose name tells what they hold: addresses, hashes, paths, keys, pipes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from . import addresses, codes, files, known, urls
from .extraction import matches
from .matches import Match, words

Reader = Callable[[str], Iterator[Match]]


def read(name: str, text: str) -> tuple[Match, ...]:
    """The matches of one field: by the type that its name tells, else by extraction."""
    if not text or text == "-":
        return ()
    short = name.rpartition(".")[2].lower()
    reader = READERS.get(short)
    if reader:
        return tuple(reader(text))
    if short in _SILENT or short.endswith(_SILENT_ENDINGS):
        return ()
    return matches(text)


def _address(text: str) -> Iterator[Match]:
    read = addresses.read(text)
    if read:
        yield Match(type=read[0], value=read[1], start=0, end=len(text), note=addresses.note(read[1]))
    else:
        yield from addresses.find(text, text.lower())


def _host(text: str) -> Iterator[Match]:
    value = text.strip().rstrip(".").lower()
    if addresses.read(value):
        yield from _address(text)
    elif "." in value and re.fullmatch(r"[\w.-]{3,253}", value):
        yield Match(type="domain", value=value, start=0, end=len(text), note=known.domain(value))


_ANSWER = re.compile(r"(?:type:\s{1,2}[0-9]{1,5} )?([^;\s]++)")


def _answers(text: str) -> Iterator[Match]:
    """Sysmon's QueryResults: "type:  5 cdn.example.net;::ffff:192.0.2.7;"."""
    for match in _ANSWER.finditer(text):
        start = match.start(1)
        for inner in _host(match[1]):
            yield Match(
                type=inner.type, value=inner.value, start=start, end=start + len(match[1]), note=inner.note
            )


_HASHES = re.compile(r"(MD5|SHA1|SHA256|SHA512|IMPHASH)=([0-9A-Fa-f]{32,128})(?![0-9A-Za-z])", re.IGNORECASE)


def _hashes(text: str) -> Iterator[Match]:
    """Sysmon's Hashes: "SHA1=…,MD5=…,IMPHASH=…"; an import hash is no file hash."""
    found = False
    for match in _HASHES.finditer(text):
        found = True
        value, kind = match[2].lower(), match[1].lower()
        if kind != "imphash" and codes.TYPES.get(len(value)) != kind:
            continue
        note = known.hash_note(value) if value.strip("0") else "not computed"
        yield Match(
            type=kind,
            value=value,
            start=match.start(2),
            end=match.end(2),
            note=note,
        )
    if not found:
        yield from codes.find_hashes(text, text.lower())


def _path(text: str) -> Iterator[Match]:
    raw = text.strip().strip('"')
    if len(raw) > 2 and ("\\" in raw or "/" in raw or "." in raw) and "<" not in raw:
        start = text.index(raw)
        yield Match(type="file", value=raw, start=start, end=start + len(raw), note=known.file(raw))


def _registry(text: str) -> Iterator[Match]:
    yield Match(type="registry", value=files.registry(text), start=0, end=len(text))


def _pipe(text: str) -> Iterator[Match]:
    if "anonymous" not in text.lower():
        name = text.lower().rpartition("pipe\\")[2].lstrip("\\")
        yield Match(type="pipe", value="\\\\.\\pipe\\" + name, start=0, end=len(text))


def _url(text: str) -> Iterator[Match]:
    yield from urls.find_urls(text, text.lower())


# Names of Sysmon and Windows security events, and the last parts of ECS, CloudTrail and OCSF names.
READERS: dict[str, Reader] = {
    **dict.fromkeys(
        [
            "destinationip",
            "sourceip",
            "ipaddress",
            "sourceaddress",
            "destaddress",
            "destinationaddress",
            "clientaddress",
            "sourceipaddress",
            "ip",
            "src_ip",
            "dest_ip",
            "dst_ip",
            "remote_ip",
            "local_ip",
            "client_ip",
            "remoteip",
        ],
        _address,
    ),
    **dict.fromkeys(
        words(
            """
            queryname destinationhostname sourcehostname domain hostname workstationname
            """
        ),
        _host,
    ),
    "queryresults": _answers,
    **dict.fromkeys(
        words(
            """
            hashes hash md5 sha1 sha256 sha512 imphash filehash
            """
        ),
        _hashes,
    ),
    **dict.fromkeys(
        [
            "image",
            "parentimage",
            "targetfilename",
            "imageloaded",
            "sourceimage",
            "targetimage",
            "newprocessname",
            "parentprocessname",
            "processname",
            "currentdirectory",
            "executable",
            "originalpath",
        ],
        _path,
    ),
    **dict.fromkeys(
        words(
            """
            targetobject objectname_registry
            """
        ),
        _registry,
    ),
    "pipename": _pipe,
    **dict.fromkeys(
        words(
            """
            url requesturl
            """
        ),
        _url,
    ),
}

"""Readers by the last part of the field's name, in lower case."""

# Fields of which no part can be searched for elsewhere: numbers, times, ids, product texts.
_SILENT = words(
    """
        utctime processguid parentprocessguid logonguid sourceprocessguid targetprocessguid
        processid parentprocessid threadid logonid terminalsessionid integritylevel fileversion
        description product company originalfilename signature signaturestatus rulename calltrace
        granteaccess grantedaccess timestamp eventtime useragent user_agent version creationutctime
        previouscreationutctime eventversion contextinfo_version level task opcode keywords
        eventrecordid subjectusersid targetusersid subjectlogonid targetlogonid privilegelist
        """
)
_SILENT_ENDINGS = ("guid", "version", "time", "sid", "_id", "port")
