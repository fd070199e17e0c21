"""Which records are attempts to sign in, by whom, from where, and whether they succeeded.

Field names and meanings:
Windows 4624, 4625, 4768, 4771, 4776: https://learn.microsoft.com/windows/security/threat-protection/auditing/;
CloudTrail ConsoleLogin: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/;
Entra: https://learn.microsoft.com/graph/api/resources/signin; Okta: https://developer.okta.com/docs/api/;
ECS: https://www.elastic.co/guide/en/ecs/current/ecs-allowed-values-event-category.html;
OpenSSH messages: auth.c and auth2.c of OpenSSH; PAM: pam_unix(8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from .batch import Batch, short

Pick = tuple[str, ...]
"""Names of a field, the first that a kind has counts."""


class Attempt(NamedTuple):
    """One attempt. A plain tuple, because some logs hold little else."""

    at: int
    """In its batch."""
    user: str
    source: str
    """Address or workstation; "" where unknown."""
    success: bool


@dataclass(frozen=True, slots=True)
class Form:
    """How one sort of record tells an attempt."""

    here: Callable[[Batch], bool]
    """Whether a kind of record is of this sort."""
    user: Pick
    source: Pick
    outcome: Pick
    """Fields that decide; none where the kind alone does."""
    success: Callable[[list[Any]], bool | None]
    """From their values; None for what is no attempt."""


def _windows(*codes: str) -> Callable[[Batch], bool]:
    ends = tuple(f" {code}" for code in codes)
    return lambda batch: "Security" in batch.kind and batch.kind.endswith(ends)


def _has(*names: str) -> Callable[[Batch], bool]:
    return lambda batch: all(batch.column(name) is not None for name in names)


def _by_logon_type(values: list[Any]) -> bool | None:
    """Interactive, network, unlock, remote …; services (5) and scheduled tasks (4) are no people."""
    return None if str(values[0]) in ("0", "4", "5") else True


def _zero(values: list[Any]) -> bool | None:
    value = str(values[0]).lower() if values[0] is not None else ""
    return None if not value else value.removeprefix("0x").strip("0") == ""


def _word(values: list[Any]) -> bool | None:
    value = str(values[0]).lower() if values[0] is not None else ""
    if value in ("success", "succeeded", "allow", "true"):
        return True
    return False if value in ("failure", "failed", "fail", "deny", "false") else None


def _okta(values: list[Any]) -> bool | None:
    signs = str(values[1]) in (
        "user.session.start",
        "user.authentication.auth_via_mfa",
        "user.authentication.sso",
    )
    return _word(values) if signs else None


def _console(values: list[Any]) -> bool | None:
    return _word(values) if str(values[1]) == "ConsoleLogin" else None


def _ecs(values: list[Any]) -> bool | None:
    return _word(values) if "authentication" in str(values[1]) else None


_LOGON = ("TargetUserName",), ("IpAddress", "WorkstationName")
_ENTRA = "properties.userPrincipalName"
FORMS = (
    Form(_windows("4624"), *_LOGON, ("LogonType",), _by_logon_type),
    Form(_windows("4625"), *_LOGON, (), lambda _: False),
    Form(_windows("4771"), *_LOGON, (), lambda _: False),
    Form(_windows("4768", "4776"), ("TargetUserName",), ("IpAddress", "Workstation"), ("Status",), _zero),
    Form(
        _has("eventName", "responseElements.ConsoleLogin"),
        ("userIdentity.userName", "userIdentity.arn"),
        ("sourceIPAddress",),
        ("responseElements.ConsoleLogin", "eventName"),
        _console,
    ),
    Form(
        _has("userPrincipalName", "status.errorCode"),
        ("userPrincipalName",),
        ("ipAddress",),
        ("status.errorCode",),
        _zero,
    ),
    Form(_has(_ENTRA, "resultType"), (_ENTRA,), ("callerIpAddress",), ("resultType",), _zero),
    Form(
        _has("outcome.result", "eventType"),
        ("actor.alternateId",),
        ("client.ipAddress",),
        ("outcome.result", "eventType"),
        _okta,
    ),
    Form(
        _has("event.outcome", "event.category"),
        ("user.name",),
        ("source.ip",),
        ("event.outcome", "event.category"),
        _ecs,
    ),
)
COLUMNS = (
    *("TargetUserName", "IpAddress", "WorkstationName", "Workstation", "LogonType", "Status"),
    *("eventName", "responseElements.ConsoleLogin", "userIdentity.userName", "userIdentity.arn"),
    *("sourceIPAddress", "userPrincipalName", "ipAddress", "status.errorCode", "resultType"),
    *("properties.userPrincipalName", "callerIpAddress"),
    *("outcome.result", "eventType", "actor.alternateId", "client.ipAddress"),
    *("event.outcome", "event.category", "user.name", "source.ip"),
)
"""All fields that the forms name."""
NOWHERE = frozenset({"", "-", "127.0.0.1", "::1", "localhost", "LOCAL", "::ffff:127.0.0.1"})
"""Sources that are this machine, or none."""


def attempts(batch: Batch) -> list[Attempt]:
    """The attempts of a batch, in order; worked out once."""
    found: list[Attempt] | None = batch.shared.get("attempts")
    if found is None:
        found = batch.shared["attempts"] = list(_attempts(batch))
    return found


def _attempts(batch: Batch) -> Iterator[Attempt]:
    if batch.observed.texts is not None:
        return _in_texts(batch)
    form = next((form for form in FORMS if form.here(batch)), None)
    return _in_columns(batch, form) if form is not None else iter(())


def _in_columns(batch: Batch, form: Form) -> Iterator[Attempt]:
    users = _first(batch, form.user)
    if users is None:
        return
    sources = [column for name in form.source if (column := batch.column(name)) is not None]
    nothing: list[Any] = [None] * batch.size
    outcomes = list(zip(*(batch.column(name) or nothing for name in form.outcome), strict=True))
    known: dict[Any, bool | None] = {}
    for index, user in enumerate(users):
        values = outcomes[index] if outcomes else ()
        if values not in known:
            known[values] = form.success(list(values))
        success = known[values]
        name = short(user).lower()
        if success is None or name in ("", "-") or name.endswith("$") or name == "anonymous logon":
            continue
        source = next((s for column in sources if (s := short(column[index])) not in ("", "-")), "")
        yield Attempt(index, name, source.removeprefix("::ffff:"), success)


def _first(batch: Batch, names: Pick) -> list[Any] | None:
    return next((column for name in names if (column := batch.column(name)) is not None), None)


def _in_texts(batch: Batch) -> Iterator[Attempt]:
    """Messages of sshd and PAM."""
    for index, said in enumerate(batch.observed.texts or ()):
        if not isinstance(said, str):
            continue
        if " for " in said:
            if "Accepted " in said or "Failed " in said:
                found = _sshd(said)
                if found is not None:
                    yield Attempt(index, *found)
        elif "authentication failure" in said:
            if "(sshd:" in said[:200] and " user=" in said:
                continue  # sshd tells each failure of a user that exists itself
            fields = dict(w.partition("=")[::2] for w in said[:2_000].replace(";", " ").split() if "=" in w)
            user, source = fields.get("user", ""), fields.get("rhost", "")
            yield Attempt(index, short(user).lower(), short(source), False)


def _sshd(said: str) -> tuple[str, str, bool] | None:
    """User, source and success of "Failed password for invalid user NAME from ADDRESS port N".

    The last " from " counts, and the first " for ": a user may be called by either word.
    """
    head, _, tail = said[:2_000].rpartition(" from ")
    how, _, user = head.partition(" for ")
    words = how.split()
    if len(words) < 2 or words[-2] not in ("Accepted", "Failed"):
        return None
    source = tail.partition(" ")[0]
    return short(user.removeprefix("invalid user ")).lower(), short(source), words[-2] == "Accepted"
