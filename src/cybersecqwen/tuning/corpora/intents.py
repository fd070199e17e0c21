"""Words → conditions on fields: skill "intent".

A condition is made first (a meaning, a value, an operator), then words for it, then fields as some product
names them: usual names and names that nobody knows, with what they mean in their parts. The answer is the
JSON that `tasks.query.asking.filling` reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.tuning.conditions import Condition, intent
from cybersecqwen.tuning.records import Record

from .interface import Sources
from .names import account, address, digest, domain, host, program, word


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a field may mean."""

    names: Sequence[str]
    """Fields of products that mean it."""
    parts: Sequence[str]
    """Parts of names that tell of it."""
    asked: Sequence[tuple[str, str]]
    """Words for a condition on it, with the operator that they say."""
    value: str
    """Kind of its values."""


MEANINGS: dict[str, Meaning] = {
    "program": Meaning(
        ("Image", "process.executable", "NewProcessName", "FileName", "FolderPath", "process_path", "exe"),
        ("proc", "process", "image", "img", "exe", "prog", "binary"),
        (
            ("hosts that ran {v}", "endswith"),
            ("starts of {v}", "endswith"),
            ("{v} being executed", "endswith"),
            ("where was {v} launched", "endswith"),
            ("programs whose path contains {v}", "contains"),
            ("processes running from {v}", "startswith"),
            ("every run of {v}", "endswith"),
            ("machines where {v} was seen running", "endswith"),
            ("use of {v}", "endswith"),
            ("processes named {v}", "endswith"),
            ("{v} starting up", "endswith"),
            ("who is using {v}", "endswith"),
            ("programs with {v} in their name", "contains"),
            ("executables below {v}", "startswith"),
        ),
        "program",
    ),
    "parent": Meaning(
        ("ParentImage", "process.parent.executable", "ParentProcessName", "InitiatingProcessFileName"),
        ("parent", "ppid_img", "prnt", "spawner", "initiating"),
        (
            ("anything started by {v}", "endswith"),
            ("children of {v}", "endswith"),
            ("what did {v} spawn", "endswith"),
            ("processes whose parent is {v}", "endswith"),
            ("programs launched out of {v}", "endswith"),
            ("processes that {v} created", "endswith"),
            ("everything running under {v}", "endswith"),
            ("{v} as the parent process", "endswith"),
            ("shells that {v} brought up", "endswith"),
            ("descendants of {v}", "endswith"),
            ("parents whose path contains {v}", "contains"),
        ),
        "program",
    ),
    "command": Meaning(
        ("CommandLine", "process.command_line", "ProcessCommandLine", "cmdline", "process"),
        ("cmd", "command", "args", "cmdline", "line"),
        (
            ("command lines with {v}", "contains"),
            ("commands that contain {v}", "contains"),
            ("someone typing {v}", "contains"),
            ("use of the switch {v}", "contains"),
            ("command lines that mention {v}", "contains"),
            ("invocations with {v}", "contains"),
            ("{v} among the arguments", "contains"),
            ("anything called with {v}", "contains"),
            ("commands starting with {v}", "startswith"),
            ("command lines ending in {v}", "endswith"),
        ),
        "word",
    ),
    "user": Meaning(
        (
            "User",
            "user.name",
            "AccountName",
            "SubjectUserName",
            "TargetUserName",
            "src_user",
            "userIdentity.arn",
        ),
        ("user", "usr", "account", "acct", "identity", "login", "who"),
        (
            ("what did {v} do", "contains"),
            ("activity of the account {v}", "contains"),
            ("logons of {v}", "contains"),
            ("events by user {v}", "contains"),
            ("everything {v} was up to", "contains"),
            ("actions of {v}", "contains"),
            ("events of the user {v}", "contains"),
            ("sessions opened by {v}", "contains"),
            ("accounts that begin with {v}", "startswith"),
            ("users whose name ends in {v}", "endswith"),
        ),
        "account",
    ),
    "target": Meaning(
        ("DestinationIp", "destination.ip", "DestinationIP", "RemoteIP", "dest_ip", "dst", "id.resp_h"),
        ("dst", "dest", "remote", "peer", "target_ip", "to_addr"),
        (
            ("connections to {v}", "equals"),
            ("traffic towards {v}", "equals"),
            ("who talked to {v}", "equals"),
            ("anything that reached {v}", "equals"),
            ("hosts contacting {v}", "equals"),
            ("flows whose destination is {v}", "equals"),
            ("data sent to {v}", "equals"),
            ("sessions that ended at {v}", "equals"),
            ("machines reaching out to {v}", "equals"),
            ("destinations that start with {v}", "startswith"),
        ),
        "address",
    ),
    "source": Meaning(
        ("SourceIp", "source.ip", "IpAddress", "SrcIpAddr", "src_ip", "sourceIPAddress", "id.orig_h", "c-ip"),
        ("src", "source", "client", "origin", "from_addr", "caller"),
        (
            ("requests from {v}", "equals"),
            ("sign-ins coming from {v}", "equals"),
            ("traffic from {v}", "equals"),
            ("what came from {v}", "equals"),
            ("activity of the client {v}", "equals"),
            ("flows whose source is {v}", "equals"),
            ("logins out of {v}", "equals"),
            ("anything {v} sent", "equals"),
            ("attempts made from {v}", "equals"),
            ("sources that start with {v}", "startswith"),
        ),
        "address",
    ),
    "host": Meaning(
        ("Computer", "host.name", "DeviceName", "Hostname", "dvc", "ComputerName", "host"),
        ("host", "device", "machine", "computer", "endpoint", "node", "asset"),
        (
            ("events on {v}", "equals"),
            ("everything from the machine {v}", "equals"),
            ("what happened on {v}", "equals"),
            ("hosts whose name starts with {v}", "startswith"),
            ("alerts from host {v}", "equals"),
            ("logs of {v}", "equals"),
            ("activity on the computer {v}", "equals"),
            ("records that {v} wrote", "equals"),
            ("machines whose name contains {v}", "contains"),
            ("devices with names ending in {v}", "endswith"),
        ),
        "host",
    ),
    "domain": Meaning(
        (
            "QueryName",
            "dns.question.name",
            "query",
            "RemoteUrl",
            "DestinationHostname",
            "cs-host",
            "url.domain",
        ),
        ("dns", "query", "domain", "fqdn", "qname", "hostname_req"),
        (
            ("lookups of {v}", "contains"),
            ("DNS queries for {v}", "contains"),
            ("who resolved {v}", "contains"),
            ("names ending in {v}", "endswith"),
            ("machines asking for {v}", "contains"),
            ("name resolution of {v}", "contains"),
            ("hosts that looked {v} up", "contains"),
            ("requests to the site {v}", "contains"),
            ("the exact name {v} being resolved", "equals"),
            ("names below {v}", "endswith"),
        ),
        "domain",
    ),
    "file": Meaning(
        ("TargetFilename", "file.path", "FileName", "TargetObject", "file_path", "ObjectName"),
        ("file", "path", "fname", "object", "target_file"),
        (
            ("files named {v}", "endswith"),
            ("{v} written to disk", "endswith"),
            ("creation of {v}", "endswith"),
            ("files below {v}", "startswith"),
            ("paths with {v} in them", "contains"),
            ("a file called {v} appearing", "endswith"),
            ("downloads of {v}", "endswith"),
            ("where {v} was dropped", "endswith"),
            ("deletion of {v}", "endswith"),
            ("anything saved under {v}", "startswith"),
            ("file names containing {v}", "contains"),
        ),
        "file",
    ),
    "agent": Meaning(
        ("c-useragent", "user_agent.original", "userAgent", "HttpUserAgent", "http_user_agent"),
        ("agent", "ua", "browser", "useragent", "client_app"),
        (
            ("requests by {v}", "contains"),
            ("user agents with {v}", "contains"),
            ("clients called {v}", "contains"),
            ("browsers that identify as {v}", "contains"),
            ("traffic made by the tool {v}", "contains"),
            ("user agents starting with {v}", "startswith"),
            ("visits with {v} as the client software", "contains"),
        ),
        "word",
    ),
    "action": Meaning(
        ("eventName", "event.action", "ActionType", "operationName", "Operation", "action", "EventType"),
        ("action", "event", "operation", "op", "activity", "verb"),
        (
            ("calls of {v}", "equals"),
            ("events of type {v}", "equals"),
            ("every {v}", "equals"),
            ("who performed {v}", "equals"),
            ("uses of the operation {v}", "equals"),
            ("occurrences of {v}", "equals"),
            ("actions that begin with {v}", "startswith"),
            ("operations containing {v}", "contains"),
        ),
        "action",
    ),
    "service": Meaning(
        ("ServiceName", "service.name", "Service", "service_name"),
        ("service", "svc", "daemon", "unit"),
        (
            ("the service {v}", "equals"),
            ("installs of service {v}", "equals"),
            ("services like {v}", "contains"),
            ("a new service called {v}", "equals"),
            ("the daemon {v} stopping", "equals"),
            ("services whose name starts with {v}", "startswith"),
            ("anything about the service {v}", "equals"),
        ),
        "word",
    ),
    "port": Meaning(
        (
            "DestinationPort",
            "destination.port",
            "RemotePort",
            "dst_port",
            "dest_port",
            "id.resp_p",
            "DstPortNumber",
        ),
        ("dport", "dst_port", "to_port", "rport"),
        (
            ("connections to port {v}", "equals"),
            ("traffic on destination port {v}", "equals"),
            ("who used port {v}", "equals"),
            ("sessions that go to {v}", "equals"),
            ("services contacted on {v}", "equals"),
        ),
        "port",
    ),
    "hash": Meaning(
        (
            "Hashes",
            "file.hash.sha256",
            "SHA256",
            "process.hash.sha256",
            "InitiatingProcessSHA256",
            "sha256",
            "hash",
        ),
        ("hash", "sha", "digest", "checksum"),
        (
            ("files with the hash {v}", "contains"),
            ("where was {v} seen", "contains"),
            ("sightings of SHA-256 {v}", "contains"),
            ("anything whose checksum is {v}", "equals"),
        ),
        "digest",
    ),
    "registry": Meaning(
        ("TargetObject", "registry.path", "RegistryKey", "ObjectName", "registry_path"),
        ("reg", "registry", "regkey", "hive"),
        (
            ("registry keys with {v}", "contains"),
            ("changes below the key {v}", "contains"),
            ("values written under {v} in the registry", "contains"),
            ("registry paths ending in {v}", "endswith"),
        ),
        "key",
    ),
    "page": Meaning(
        ("cs-uri-stem", "url.path", "uri_path", "c-uri", "RequestURI", "request"),
        ("uri", "url", "page", "request_path"),
        (
            ("requests for {v}", "contains"),
            ("who opened the page {v}", "contains"),
            ("visits to {v}", "contains"),
            ("addresses that end in {v}", "endswith"),
            ("requests whose path starts with {v}", "startswith"),
        ),
        "page",
    ),
}
_HEADS = ("", "show ", "find ", "list ", "give me ", "look for ", "are there ")
_TAILS = ("", "", " in the last day", " since yesterday", " this week", ", newest first", " please")
_SOURCES = (
    ("process_creation", "windows", ""), ("network_connection", "windows", ""), ("dns_query", "windows", ""),
    ("", "windows", "security"), ("file_event", "windows", ""), ("process_creation", "linux", ""),
    ("", "aws", "cloudtrail"), ("proxy", "", ""), ("", "azure", "signinlogs"), ("", "own", "events"),
    ("webserver", "", ""), ("", "okta", "okta"),
)  # fmt: skip
_LEFT = 0.3
"""Share of the other words that are left over."""
_ACTIONS = ("Delete", "Create", "Update", "Login", "Attach", "Stop", "Add", "Disable")
_PORTS = (21, 22, 23, 25, 53, 80, 88, 135, 389, 443, 445, 636, 1433, 3306, 3389, 4444, 5985, 8080, 8443)
_KEYS = (
    "CurrentVersion\\Run",
    "Image",
    "Winlogon",
    "RunOnce",
    "Services",
    "Lsa",
    "Policies",
    "Shell",
    "Userinit",
)
_OBJECTS = ("User", "Bucket", "Policy", "Key", "Trail", "Role", "Device", "Rule")


def intents(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """See `Corpus`."""
    del sources
    for _ in range(count):
        wanted = chance.sample(sorted(MEANINGS), 2 if chance.random() < 0.2 else 1)
        fields = {key: _field(key, chance) for key in (*wanted, *_others(wanted, chance))}
        words, conditions = [], []
        for key in wanted:
            form, operator = chance.choice(MEANINGS[key].asked)
            value = _value(MEANINGS[key].value, chance)
            words.append(form.format(v=value))
            conditions.append(Condition(fields[key], operator, value))
        text = f"{chance.choice(_HEADS)}{' and '.join(words)}{chance.choice(_TAILS)}"
        offered = list(dict.fromkeys(fields.values()))
        chance.shuffle(offered)
        category, product, service = chance.choice(_SOURCES)
        made = intent(
            text,
            Logsource(category=category, product=product, service=service),
            offered,
            conditions,
            unplaced=_left_over(text, conditions, chance),
            origin="template:intents",
            licence="Apache-2.0",
        )
        if made is not None:
            yield made


def _left_over(text: str, conditions: Sequence[Condition], chance: Random) -> list[str]:
    """Words that reading leaves over: names that nobody knows, and others now and then."""
    asked_for = {one.value for one in conditions}
    words = (one.strip(".,;:!?()\"'") for one in text.split())
    return [one for one in words if one and (one in asked_for or chance.random() < _LEFT)]


def _others(wanted: Sequence[str], chance: Random) -> list[str]:
    rest = [key for key in MEANINGS if key not in wanted]
    return chance.sample(rest, chance.randint(3, 9))


def _field(key: str, chance: Random) -> str:
    meaning = MEANINGS[key]
    if chance.random() < 0.6:
        return chance.choice(meaning.names)
    part = chance.choice(meaning.parts)
    odd = word(chance, 1, 3).strip("0123456789") or "x"
    form = chance.choice(
        ("{odd}_{part}", "{part}_{odd}", "{odd}_{part}_{n:02}", "{odd}.{part}", "{part}{n}", "f_{part}")
    )
    named = form.format(odd=odd, part=part, n=chance.randint(1, 40))
    return named.upper() if chance.random() < 0.15 else named


def _value(kind: str, chance: Random) -> str:
    if kind == "program":
        return program(chance)
    if kind == "account":
        return account(chance)
    if kind == "address":
        return address(chance)
    if kind == "host":
        return host(chance)
    if kind == "domain":
        return domain(chance)
    if kind == "file":
        return f"{word(chance)}{chance.choice(('.exe', '.dll', '.docm', '.ps1', '.zip', '.sh', '.lnk'))}"
    if kind == "action":
        return f"{chance.choice(_ACTIONS)}{chance.choice(_OBJECTS)}"
    if kind == "port":
        return str(chance.choice((chance.choice(_PORTS), chance.randint(1025, 65_535))))
    if kind == "digest":
        return digest(chance, chance.choice((64, 64, 40, 32)))
    if kind == "key":
        return chance.choice((*_KEYS, word(chance)))
    if kind == "page":
        return f"/{word(chance)}{chance.choice(('', '.php', '.aspx', '.jsp', '/login', '/admin'))}"
    switches = (
        "-enc",
        "-nop",
        "/transfer",
        "--hidden",
        "mimikatz",
        "sqlmap",
        "python-requests",
        "nmap",
        "curl",
    )
    return word(chance) if chance.random() < 0.5 else chance.choice(switches)
