"""What all forms of Windows records share: how their kind is told, and the names that rules use."""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache
from typing import Any

from . import windows_services as tables
from .getters import constant, first_of, nothing, own
from .interface import Branch, Form, Getter, Rows
from .kinds import Kind, kind
from .windows_accounts import user_getter
from .windows_names import special_getter


class WindowsForm(Form):
    """A form of Windows records; the subclasses say where names, system fields and message stand."""

    @abstractmethod
    def system(self, field: str) -> Getter | None:
        """The column of a system field under its Sigma name, or None where it is not one."""

    @abstractmethod
    def message(self) -> Getter:
        """The rendered message."""

    def named(self, name: str) -> Getter:
        """The column of one of the event's own fields, by the name that the event gives it."""
        return own(name)

    def kind_from(self, provider: str, channel: str, code: str) -> Kind | Branch:
        """The kind of records with this provider, channel and event id."""
        provider, channel, code = provider[:256], channel[:256], code[:32]
        if channel.lower() in tables.FORWARDED:
            channel = tables.home_of(provider, code) or channel
        provider = provider or tables.writer_of(channel, code)
        service = tables.service_of(provider, channel, code)
        category = tables.category_of(provider, service, code)
        product = "windows"
        if provider == "Linux-Sysmon":
            product, service, category = "linux", "sysmon", tables.SYSMON.get(code, "")
        elif provider.upper() == "RPCFW" or channel.upper() == "RPCFW":
            product, service, category = "rpc_firewall", "", "application"

        def made(category: str) -> Kind:
            label = f"{provider or channel or 'Windows'} {code}"
            return kind(self.shape, product, service, category, provider, channel, code, label)

        name = "microsoft-windows-sysmon" if product == "linux" else provider.lower()
        branch = tables.BRANCHES.get((name, code)) if category else None
        if branch is None:
            return made(category)
        field, by_value = branch
        return Branch(self, field, {value: made(of) for value, of in by_value.items()}, made(category))

    def find_getter(self, kind: Kind, field: str) -> Getter:
        """See `Form.find_getter`."""
        fixed = {"EventID": kind.code, "Provider_Name": kind.provider, "Channel": kind.channel}.get(field)
        found = special_getter(self, kind, field)
        if found is not None:
            return found
        if fixed:
            return constant(fixed)
        system = self.system(field)
        if field in _SYSTEM_ONLY:
            return system or nothing
        return first_of(self.named(field), system) if system is not None else self.named(field)

    def users(self, rows: Rows) -> list[str]:
        """See `Form.users`."""
        return self._users(rows.kind)(rows)

    @lru_cache(maxsize=16_384)  # noqa: B019 - forms live as long as the program
    def _users(self, kind: Kind) -> Getter:
        return user_getter(self, kind)

    def messages(self, rows: Rows) -> list[str] | None:
        """See `Form.messages`: for the channels whose providers write sentences, not fields."""
        if rows.kind.service not in _TEXT_SERVICES:
            return None
        values = self.message()(rows)
        return [_line(value) for value in values] if any(values) else None


_SYSTEM_ONLY = frozenset(("EventID", "Provider_Name"))
_TEXT_SERVICES = frozenset(("application", "system", "msexchange-management"))


def _line(value: Any) -> str:
    return " ".join(value[:4_096].split()) if isinstance(value, str) else ""
