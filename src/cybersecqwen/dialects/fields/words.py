"""Names and phrases as words that can be compared: split, folded, one word for one thing."""

from __future__ import annotations

import re
from functools import lru_cache

_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_LONGEST = 400

_ONE_WORD: dict[str, tuple[str, ...]] = {
    "src": ("source",),
    "origin": ("source",),
    "client": ("source",),
    "sender": ("sender",),
    "came": ("source",),
    "dst": ("destination",),
    "dest": ("destination",),
    "remote": ("destination",),
    "server": ("destination",),
    "target": ("target",),
    "connected": ("destination",),
    "proc": ("process",),
    "program": ("process",),
    "executable": ("process",),
    "binary": ("process",),
    "exe": ("process",),
    "application": ("process",),
    "app": ("process",),
    "pid": ("process", "id"),
    "ppid": ("parent", "process", "id"),
    "cmd": ("command",),
    "cmdline": ("command", "line"),
    "commandline": ("command", "line"),
    "args": ("argument",),
    "arg": ("argument",),
    "parameter": ("argument",),
    "switch": ("argument",),
    "ip": ("address",),
    "addr": ("address",),
    "ipaddr": ("address",),
    "ipaddress": ("address",),
    "host": ("host",),
    "hostname": ("host",),
    "computer": ("host",),
    "machine": ("host",),
    "device": ("host",),
    "dvc": ("host",),
    "endpoint": ("host",),
    "workstation": ("host",),
    "username": ("user", "name"),
    "account": ("user",),
    "login": ("logon",),
    "signin": ("logon",),
    "sign": ("sign",),
    "authentication": ("logon",),
    "auth": ("logon",),
    "directory": ("folder",),
    "dir": ("folder",),
    "cwd": ("working", "folder"),
    "location": ("path",),
    "filename": ("file", "name"),
    "filepath": ("file", "path"),
    "identifier": ("id",),
    "code": ("code",),
    "number": ("number",),
    "uri": ("url",),
    "link": ("url",),
    "web": ("url",),
    "mail": ("email",),
    "checksum": ("hash",),
    "digest": ("hash",),
    "hashe": ("hash",),
    "library": ("dll",),
    "module": ("dll",),
    "useragent": ("user", "agent"),
    "referer": ("referrer",),
    "outcome": ("result",),
    "status": ("status",),
    "succeed": ("success",),
    "succeeded": ("success",),
    "successful": ("success",),
    "spawned": ("start",),
    "launched": ("start",),
    "launching": ("start",),
    "started": ("start",),
    "starting": ("start",),
    "created": ("create",),
    "creator": ("create",),
    "creating": ("create",),
    "executed": ("run",),
    "ran": ("run",),
    "running": ("run",),
    "invoked": ("call",),
    "called": ("call",),
    "calling": ("call",),
    "caller": ("call",),
    "lookup": ("look",),
    "looked": ("look",),
    "resolved": ("resolve",),
    "queried": ("query",),
    "reg": ("registry",),
    "svc": ("service",),
    "msg": ("message",),
    "ts": ("time",),
    "timestamp": ("time",),
    "grandparent": ("grandparent",),
    "outgoing": ("outbound",),
    "incoming": ("inbound",),
    "uploaded": ("upload",),
    "sent": ("sent",),
    "out": ("sent",),
    "threat": ("threat",),
    "virus": ("malware",),
    "verb": ("method",),
    "publisher": ("signer",),
    "signed": ("signer",),
    "changed": ("change",),
    "modified": ("change",),
    "loaded": ("load",),
    "dropped": ("write",),
    "written": ("write",),
    "wrote": ("write",),
    "data": ("data",),
    "content": ("data",),
    "os": ("operating", "system"),
}
"""Word to the words that stand for it."""

_SAID_WITHOUT = frozenset(
    (
        *("a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with", "and", "or", "it"),
        *("its", "is", "was", "were", "be", "been", "which", "that", "this", "one", "did", "do"),
        *("where", "into", "under", "as", "there", "has", "had", "have", "any", "all"),
        *("during", "his", "her", "their", "s"),
    )
)


@lru_cache(maxsize=50_000)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a name or a phrase, in order, without those that say nothing."""
    made: list[str] = []
    for part in _PARTS.findall(text[:_LONGEST].replace("'s", "")):
        word = part.lower()
        if word in _SAID_WITHOUT:
            continue
        if word not in _ONE_WORD and len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
            word = word[:-1]
        made.extend(_ONE_WORD.get(word, (word,)))
    return tuple(made)


@lru_cache(maxsize=50_000)
def bag(text: str) -> frozenset[str]:
    """The words as a set, in which a word that stands twice stands as itself and doubled."""
    words = tokens(text)
    return frozenset((*words, *(f"{word}+{word}" for word in words if words.count(word) > 1)))


def trigrams(text: str) -> frozenset[str]:
    """Runs of three characters, with the ends marked."""
    padded = f"  {text.lower()} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))
