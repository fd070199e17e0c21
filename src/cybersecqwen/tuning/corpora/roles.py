"""What an indicator is in the paragraph that names it: skill "indicator-role".

Paragraphs are our own templates around made-up values: what attacks use, what victims own, what is named as
legitimate, what is only read on. A model chooses among the roles by letter, as `role_prompt` asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

from cybersecqwen.models.interface import Material, Prompt, lettered
from cybersecqwen.records.intel import Role
from cybersecqwen.tuning.records import Record

from .interface import Sources, recorded
from .names import address, digest, domain, host, word

INSTRUCTIONS = (
    "Say what an indicator is in the paragraph that names it. The paragraph decides, not its looks."
)
ROLES = tuple(role for role in Role if role not in (Role.VULNERABILITY, Role.TECHNIQUE, Role.DETECTION))
"""Those that a paragraph decides; the others follow from the type."""


def role_prompt(paragraph: str, value: str) -> Prompt:
    """How a model is asked for the role of a value."""
    return Prompt(
        instructions=INSTRUCTIONS,
        material=(Material(label="paragraph", text=paragraph),),
        question=f"What is {value} in it?",
        skill="indicator-role",
    )


def roles(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """See `Corpus`."""
    del sources
    return paragraphs(chance, count)


def paragraphs(chance: Random, count: int) -> Iterator[Record]:
    """So many records; they need no facts from anywhere."""
    for _ in range(count):
        role = chance.choice(ROLES)
        sentence, value = _said(role, chance)
        others = [_said(chance.choice(ROLES), chance)[0] for _ in range(chance.choice((0, 0, 1, 1, 2)))]
        at = chance.randint(0, len(others))
        paragraph = " ".join([*others[:at], sentence, *others[at:]])
        asked, letters = lettered(role_prompt(paragraph, value), [one.value for one in ROLES])
        yield recorded(
            asked,
            letters[ROLES.index(role)],
            skill="indicator-role",
            source=f"template:roles/{role.name.lower()}",
        )


def _said(role: Role, chance: Random) -> tuple[str, str]:
    template, kind = chance.choice(TEMPLATES[role])
    value = _VALUES[kind](chance)
    shown = (
        value.replace(".", "[.]") if kind in ("address", "domain", "url") and chance.random() < 0.3 else value
    )
    return template.format(
        v=shown, w=word(chance).title(), other=domain(chance), n=chance.randint(2, 90)
    ), shown


def _path(chance: Random) -> str:
    folder = chance.choice((r"C:\ProgramData", r"C:\Users\Public", "/tmp", "/var/tmp", r"%APPDATA%"))
    slash = "/" if folder.startswith("/") else "\\"
    return f"{folder}{slash}{word(chance)}{chance.choice(('.exe', '.dll', '.dat', '.sh', ''))}"


def _key(chance: Random) -> str:
    hive = chance.choice((r"HKCU\Software", r"HKLM\SOFTWARE", r"HKLM\SYSTEM\CurrentControlSet\Services"))
    return f"{hive}\\{word(chance).title()}\\{word(chance)}"


def _url(chance: Random) -> str:
    scheme = chance.choice(("http", "https"))
    return (
        f"{scheme}://{domain(chance)}/{word(chance)}{chance.choice(('', '.php', '/gate', '.zip', '.html'))}"
    )


_VALUES: dict[str, Callable[[Random], str]] = {
    "address": address,
    "domain": domain,
    "url": _url,
    "hash": lambda chance: digest(chance, chance.choice((32, 40, 64))),
    "path": _path,
    "key": _key,
    "mail": lambda chance: f"{word(chance)}@{domain(chance)}",
    "host": host,
    "file": lambda chance: f"{word(chance)}{chance.choice(('.exe', '.docm', '.zip', '.lnk', '.js', '.iso'))}",
}

TEMPLATES: dict[Role, Sequence[tuple[str, str]]] = {
    Role.C2: (
        ("The implant reports to {v} every {n} minutes and waits for commands.", "address"),
        ("{w} beacons to {v} over HTTPS.", "domain"),
        ("Its configuration holds one server, {v}, with a fallback to {other}.", "address"),
        ("Once running, the backdoor calls home to {v} on port 443.", "domain"),
        ("Commands are fetched from {v}.", "url"),
        ("We saw the loader open a reverse shell to {v}.", "address"),
        ("The command-and-control server at {v} answered until last week.", "address"),
        ("Traffic of the trojan goes to {v}, disguised as telemetry.", "domain"),
        ("The bot registers itself with {v} and polls for tasks.", "url"),
    ),
    Role.DELIVERY: (
        ("Victims were sent to {v}, where a fake update waits.", "url"),
        ("The mail carried the attachment {v}.", "file"),
        ("A lure document named {v} was mailed to the finance team.", "file"),
        ("The dropper downloads the second stage from {v}.", "url"),
        ("The phishing page was hosted at {v}.", "domain"),
        ("Users who opened the message were led to {v} and asked for their password.", "url"),
        ("The script fetches its payload from {v} with curl.", "url"),
        ("Advertisements redirected to {v}, which offered the infected installer.", "domain"),
        ("{v} was compromised and served the exploit kit to visitors.", "domain"),
    ),
    Role.PAYLOAD: (
        ("The ransomware binary has the hash {v}.", "hash"),
        ("{v} is the backdoor itself, written in Go.", "hash"),
        ("The final stage, {v}, encrypts files on all drives.", "file"),
        ("It drops {v} and runs it as a service.", "file"),
        ("Sample of {w}: {v}", "hash"),
        ("The malicious library {v} is loaded by a signed program.", "file"),
        ("We analysed the stealer with SHA-256 {v}.", "hash"),
        ("The loader decrypts {v} in memory and starts it.", "file"),
    ),
    Role.EXFILTRATION: (
        ("Stolen archives were uploaded to {v}.", "url"),
        ("The data left the network for {v} by FTP.", "address"),
        ("Passwords are sent by mail to {v}.", "mail"),
        ("The stealer posts browser cookies to {v}.", "url"),
        ("Around {n} GB were copied with rclone to {v}.", "domain"),
        ("Documents were exfiltrated to a storage account at {v}.", "domain"),
        ("Collected files go to {v} in encrypted chunks.", "address"),
    ),
    Role.ARTEFACT: (
        ("It stays on the machine through the registry value {v}.", "key"),
        ("The malware copies itself to {v}.", "path"),
        ("A scheduled task starts {v} at each logon.", "path"),
        ("It writes its log to {v}.", "path"),
        ("Look for the key {v} on hosts of the domain.", "key"),
        ("The installer leaves {v} behind.", "path"),
        ("Settings are kept under {v}.", "key"),
        ("A web shell was found at {v}.", "path"),
    ),
    Role.ATTACKER: (
        ("The attackers registered it with the address {v}.", "mail"),
        ("The ransom note asks to write to {v}.", "mail"),
        ("Logons to the VPN came from {v}, which belongs to the group.", "address"),
        ("The actor scanned the range from {v} before the break-in.", "address"),
        ("Brute-force attempts against the gateway originated from {v}.", "address"),
        ("The sender {v} was used in all {n} messages.", "mail"),
        ("The operators connected by remote desktop from {v}.", "address"),
        ("The persona behind it used {v} on forums.", "mail"),
    ),
    Role.VICTIM: (
        ("The first infected machine was {v}.", "host"),
        ("The attackers moved on to the file server {v}.", "host"),
        ("The compromised mailbox {v} belonged to an employee of the victim.", "mail"),
        ("From there they reached the domain controller {v}.", "host"),
        ("The victim's own site, {v}, went offline for {n} hours.", "domain"),
        ("Files on {v} were encrypted overnight.", "host"),
        ("The target's internal host {v} was hit first.", "address"),
        ("Our customer's gateway at {v} had not been patched.", "address"),
    ),
    Role.LEGITIMATE: (
        ("The malware checks its connection by asking {v}, a harmless service.", "domain"),
        ("{v} is a legitimate site and should not be blocked.", "domain"),
        ("It looks up the public address of the victim with {v}, a well-known web service.", "url"),
        ("Traffic to {v} is ordinary update traffic and no sign of infection.", "domain"),
        ("The abused sharing service {v} is legitimate; only the folder was malicious.", "domain"),
        ("Do not block {v}: it is the vendor's own update server.", "domain"),
        ("The installer also contains the genuine program {v}, signed by its maker.", "file"),
        ("The resolver {v} is public and benign.", "address"),
    ),
    Role.REFERENCE: (
        ("For details see our earlier report at {v}.", "url"),
        ("The vendor has published an advisory: {v}", "url"),
        ("More indicators are on {v}.", "url"),
        ("This was first described by colleagues ({v}).", "url"),
        ("Read the whole analysis: {v}", "url"),
        ("Questions go to {v}.", "mail"),
        ("A patch is available from the vendor at {v}.", "url"),
        ("Source: {v}", "url"),
    ),
    Role.UNKNOWN: (
        ("{v} also appeared in the logs of that day; what it is, is not known.", "address"),
        ("We could not find out what {v} is for.", "file"),
        ("The list further holds {v}.", "hash"),
        ("{v}", "domain"),
        ("Its purpose remains unclear: {v}.", "url"),
        ("Another value in the file is {v}.", "address"),
    ),
}
"""Role → sentences with the kind of value that stands in them."""
