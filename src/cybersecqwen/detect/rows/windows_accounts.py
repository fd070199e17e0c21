r"""Accounts of Windows records as DOMAIN\name.

Well-known ids: https://learn.microsoft.com/windows/win32/secauthz/well-known-sids.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cybersecqwen.inputs.windows_fields import account

from .getters import first_of, joined, mapped
from .interface import Getter, Rows
from .kinds import Kind

if TYPE_CHECKING:
    from .windows_form import WindowsForm

WELL_KNOWN = {
    "S-1-5-18": "NT AUTHORITY\\SYSTEM",
    "S-1-5-19": "NT AUTHORITY\\LOCAL SERVICE",
    "S-1-5-20": "NT AUTHORITY\\NETWORK SERVICE",
}
_TARGETS = "4624 4625 4627 4634 4647 4688 4768 4769 4770 4771 4776 4778 4779 4800 4801 4802 4803"
_ABOUT_TARGET = frozenset(_TARGETS.split())


def account_of(name: Any, domain: Any, sid: Any) -> str | None:
    r"""DOMAIN\name; the system's own accounts by the name that Sysmon gives them; None where unknown."""
    known = WELL_KNOWN.get(sid) if isinstance(sid, str) else None
    if known is not None:
        return known
    if not isinstance(name, str):
        return None
    return account(domain if isinstance(domain, str) else "", name) or None


def user_getter(form: WindowsForm, kind: Kind) -> Getter:
    """The acting account of each record: text, "" where none is recorded.

    Who a logon is about is its target. A new process runs as the target subject where one is named, else
    as the subject.
    """
    special = _elsewhere(form, kind)
    direct = first_of(form.named("User"), form.named("SourceUser"), *special)
    subject = tuple(form.named(f"Subject{part}") for part in ("UserName", "DomainName"))
    target = tuple(form.named(f"Target{part}") for part in ("UserName", "DomainName"))
    about_target = kind.service == "security" and kind.code in _ABOUT_TARGET
    acting = joined((*subject, *target), _target_first if about_target else _subject_first)

    def get(rows: Rows) -> list[Any]:
        found = direct(rows)
        if all(value.__class__ is str and value not in ("", "-") for value in found):
            return found
        return [
            value if isinstance(value, str) and value not in ("", "-") else other
            for value, other in zip(found, acting(rows), strict=True)
        ]

    return get


def _elsewhere(form: WindowsForm, kind: Kind) -> list[Getter]:
    """Where the events of a provider name the account, if not in a field "User"."""
    provider = kind.provider.lower()
    if provider == "microsoft-windows-powershell":
        named = form.named("ContextInfo") if kind.code == "4103" else form.message()
        return [mapped(first_of(named, form.message()), partial(_after, "User = "))]
    if provider == "powershell":
        return [mapped(first_of(form.named("Data"), form.message()), partial(_after, "UserId="))]
    if provider.endswith("remoteconnectionmanager") and kind.code == "1149":
        return [
            joined((form.named("Param1"), form.named("Param2")), lambda name, of: account_of(name, of, None))
        ]
    return [form.named(name) for name in _USER_FIELDS.get(provider, ())]


_USER_FIELDS = {
    "microsoft-windows-taskscheduler": ("UserContext", "UserName"),
    "microsoft-windows-windows defender": ("Detection User",),
}


def _after(mark: str, value: Any) -> str | None:
    """The rest of the line behind a mark that begins it, in a text or the last text of a list."""
    text = value[-1] if isinstance(value, list) and value else value
    at = text.find(mark) if isinstance(text, str) else -1
    if at < 0 or (at and text[at - 1] not in " \t\n"):
        return None
    return text[at + len(mark) : at + 1_024].partition("\n")[0].strip() or None


def _target_first(name: Any, domain: Any, target: Any, target_domain: Any) -> str:
    return account_of(target, target_domain, None) or account_of(name, domain, None) or ""


def _subject_first(name: Any, domain: Any, target: Any, target_domain: Any) -> str:
    return account_of(name, domain, None) or account_of(target, target_domain, None) or ""
