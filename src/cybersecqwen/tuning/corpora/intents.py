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
from .names import account, address, domain, host, program, word


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
        ),
        "word",
    ),
    "action": Meaning(
        ("eventName", "event.action", "ActionType", "operationName", "Operation", "action", "EventType"),
        ("action", "event", "operation", "op", "activity", "verb"),
        (("calls of {v}", "equals"), ("events of type {v}", "equals"), ("every {v}", "equals")),
        "action",
    ),
    "service": Meaning(
        ("ServiceName", "service.name", "Service", "service_name"),
        ("service", "svc", "daemon", "unit"),
        (
            ("the service {v}", "equals"),
            ("installs of service {v}", "equals"),
            ("services like {v}", "contains"),
        ),
        "word",
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
    return chance.sample(rest, chance.randint(3, 8))


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
