"""What an indicator is in the paragraph that names it: skill "indicator-role".

Paragraphs are our own templates around made-up values: what attacks use, what victims own, what is named as
legitimate, what is only read on. A model chooses among the roles, as `role_prompt` asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

from cybersecqwen.models.interface import Material, Prompt
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
        yield recorded(
            role_prompt(paragraph, value),
            role.value,
            choices=[one.value for one in ROLES],
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
    "mutex": lambda chance: f"{chance.choice(('Global', 'Local'))}\\{word(chance)}_{chance.randint(1, 99)}",
    "service": lambda chance: f"{word(chance)}{chance.choice(('svc', 'Svc', 'Service', 'Upd'))}",
    "pipe": lambda chance: rf"\\.\pipe\{word(chance)}",
    "task": lambda chance: rf"\{word(chance).title()}\{word(chance).title()}",
    "wallet": lambda chance: "0x" + digest(chance, 40),
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
        ("Command and control: {v} (port 8443).", "address"),
        ("Once started it resolves {v} and keeps a websocket to it open for tasking.", "domain"),
        ("{w} polls {v} every {n} seconds for new orders.", "url"),
        ("The beacon of the implant is answered by {v}, registered {n} days before.", "domain"),
        ("Both samples talk to the same controller, {v}.", "address"),
        ("Operators steer infected hosts through a panel at {v}.", "url"),
        ("Outbound sessions to {v}:4443 carried the encrypted orders of the operators.", "address"),
        ("If the first server is silent, the agent falls back to {v}.", "domain"),
        ("Instructions reach the bot through DNS TXT records of {v}.", "domain"),
        ("The check-in request goes to {v} with the host's name in a cookie.", "url"),
        ("The tunnel for remote control ended at {v}.", "address"),
        ("We sinkholed {v}, and {n} infected machines phoned in within a day.", "domain"),
        ("The keylogger registers with its server, {v}, and waits.", "domain"),
        ("{v} – C2 of the {w} backdoor, up since spring.", "address"),
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
        ("The link in the text message pointed to {v}.", "url"),
        ("An accountant opened {v}, which arrived as an attachment.", "file"),
        ("A single curl line pulled the installer from {v}.", "url"),
        ("The downloader gets its next stage from {v}.", "domain"),
        ("Search results for the program led to the cloned page {v}.", "domain"),
        ("Macro code in the workbook retrieved the loader from {v}.", "url"),
        ("Archives with the lure were staged on {v}.", "domain"),
        ("Recipients unpacked {v} and clicked on the shortcut in it.", "file"),
        ("The first-stage script downloads {w} from {v}.", "address"),
        ("A watering hole on {v} pushed the false browser update.", "domain"),
        ("The credential page behind the QR code stood at {v}.", "url"),
        ("{v} hosted the malicious package installer for {n} days.", "domain"),
        ("In the invoice message there was a button to {v}.", "url"),
        ("The disk image {v} was sent to {n} employees.", "file"),
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
        ("The file {v} is a build of {w}.", "hash"),
        ("{v} turned out to be the wiper.", "file"),
        ("The DLL ({v}) contains the stealer's code.", "hash"),
        ("Analysis of {v} shows a remote access trojan.", "file"),
        ("The sample with the digest {v} encrypts shares first.", "hash"),
        ("Loaded by rundll32, {v} injects the implant into a browser.", "file"),
        ("The miner, {v}, was packed with UPX.", "hash"),
        ("As final payload came {v}, a variant of {w}.", "file"),
        ("The unpacked loader has the SHA-1 {v}.", "hash"),
        ("Detonating {v} in a sandbox gave us the encryptor.", "hash"),
        ("A second binary, {v}, steals tokens of browsers.", "file"),
        ("The worm spreads a copy of itself named {v}.", "file"),
        ("Two backdoors were compiled on the same day; one is {v}.", "hash"),
    ),
    Role.EXFILTRATION: (
        ("Stolen archives were uploaded to {v}.", "url"),
        ("The data left the network for {v} by FTP.", "address"),
        ("Passwords are sent by mail to {v}.", "mail"),
        ("The stealer posts browser cookies to {v}.", "url"),
        ("Around {n} GB were copied with rclone to {v}.", "domain"),
        ("Documents were exfiltrated to a storage account at {v}.", "domain"),
        ("Collected files go to {v} in encrypted chunks.", "address"),
        ("The archive with the mailboxes was sent to {v}.", "url"),
        ("Screenshots are uploaded to {v} each {n} minutes.", "url"),
        ("About {n} GB went out to {v} overnight.", "address"),
        ("The collected wallets are posted to {v}.", "url"),
        ("Dumped tables were pushed to a bucket at {v}.", "domain"),
        ("Credentials that victims typed are forwarded to {v}.", "mail"),
        ("The script copies staged files to {v} over SFTP.", "address"),
        ("Exfiltration: {v}", "url"),
        ("Stolen contacts end up on {v}.", "domain"),
        ("Keystrokes leave as attachments to {v}.", "mail"),
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
        ("To run only once it creates the mutex {v}.", "mutex"),
        ("The service {v} was added on every host it reached.", "service"),
        ("Its parts exchange data over {v}.", "pipe"),
        ("Persistence: scheduled task {v}", "task"),
        ("It registers itself as the service {v}.", "service"),
        ("A mutex called {v} keeps a second copy from starting.", "mutex"),
        ("The named pipe {v} is opened for the injected thread.", "pipe"),
        ("An entry in {v} starts the loader again after a reboot.", "key"),
        ("The tool unpacks itself below {v}.", "path"),
        ("{v} is written first and holds the encrypted settings.", "path"),
        ("The malware disables recovery by changing {v}.", "key"),
        ("On Linux hosts a cron entry ran {v}.", "path"),
        ("Responders found leftovers of it in {v}.", "path"),
        ("A task named {v} runs it at each logon.", "task"),
        ("Before it ends, it deletes {v}.", "path"),
        ("The installer drops its library into {v}.", "path"),
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
        ("Payment was demanded to the wallet {v}.", "wallet"),
        ("The actor logged in from {v} with a stolen password.", "address"),
        ("Messages were sent from {v}, a mailbox of the gang.", "mail"),
        ("Exploit attempts reached our sensors from {v}.", "address"),
        ("The extortionists negotiate through {v}.", "mail"),
        ("{v} scanned port 3389 of the whole range for {n} hours.", "address"),
        ("The domains were bought by the registrant {v}.", "mail"),
        ("An intruder at {v} used the account of a former employee.", "address"),
        ("Spraying of passwords came from {v}.", "address"),
        ("From: {v} (the sender of the lure)", "mail"),
        ("The leak site of the gang is {v}.", "domain"),
        ("The group sells access on its own site {v}.", "domain"),
        ("Ransom goes to {v} within {n} hours.", "wallet"),
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
        ("Patient zero is the laptop {v}.", "host"),
        ("The intruders dumped credentials on {v}.", "host"),
        ("Our server {v} was scanned from inside afterwards.", "address"),
        ("The phish was opened by {v} of the accounts department.", "mail"),
        ("Workstation {v} then contacted the server of the attackers.", "host"),
        ("They tunnelled through our jump host {v}.", "host"),
        ("The agency's portal at {v} was defaced.", "domain"),
        ("Backups on {v} were deleted before the encryption.", "host"),
        ("To: {v}, one of {n} recipients in our company", "mail"),
        ("The exploited appliance, {v}, belongs to the customer.", "address"),
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
        ("The stealer asks {v} for the public address of its victim.", "domain"),
        ("It downloads a genuine Python runtime from {v}.", "url"),
        ("A copy of the notes service {v}, which is innocent itself, served as bait.", "domain"),
        ("Bait documents were shown from {v}, a well-known office portal.", "domain"),
        ("The loader imitates {v}, a component of the operating system.", "file"),
        ("To test for a connection it opens {v}, which everybody uses.", "url"),
        ("Hosting was abused at {v}; the provider took the account down.", "domain"),
        ("The system's own {v} is used to start it.", "file"),
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
        ("Technical details of the flaw: {v}", "url"),
        ("Our write-up of the earlier campaign is at {v}.", "url"),
        ("The fix is described under {v}.", "url"),
        ("Contact for incident reports: {v}", "mail"),
        ("As published by the national response team ({v})", "url"),
        ("See also {v}", "url"),
        ("[{n}] {v}", "url"),
        ("The rules can be downloaded from {v}.", "url"),
        ("Press enquiries: {v}", "mail"),
    ),
    Role.UNKNOWN: (
        ("{v} also appeared in the logs of that day; what it is, is not known.", "address"),
        ("We could not find out what {v} is for.", "file"),
        ("The list further holds {v}.", "hash"),
        ("{v}", "domain"),
        ("Its purpose remains unclear: {v}.", "url"),
        ("Another value in the file is {v}.", "address"),
        ("{v} was seen, too.", "address"),
        ("Also observed: {v}", "domain"),
        ("The host also connected to {v}.", "address"),
        ("- {v}", "hash"),
        ("- {v}", "domain"),
        ("Related values: {v}", "file"),
        ("In memory stood the text {v}.", "url"),
        ("Whether {v} has to do with it, we do not know.", "domain"),
    ),
}
"""Role → sentences with the kind of value that stands in them."""
