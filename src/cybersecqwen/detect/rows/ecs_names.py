"""Sysmon's names in documents of the Elastic Common Schema, column by column.

`inputs.ecs_fields` says which names of the schema they are, and works out what is put together from several.
"""

from __future__ import annotations

from typing import Any

from cybersecqwen.inputs.ecs_fields import NAMES, ecs_fields
from cybersecqwen.records import Limits

from .getters import first_of, joined, path
from .interface import Getter, Raw, Rows

_LIMITS = Limits()
_USERS = ("user.name", "user.effective.name", "user.id", "process.user.name")
_OWNERS = ("dll", "driver", "file", "process")
# Fields that are put together, with the keys without which no record has them.
_MADE = {
    "Hashes": _OWNERS,
    "Signed": _OWNERS,
    "Signature": _OWNERS,
    "SignatureStatus": _OWNERS,
    "Initiated": ("network", "event"),
}


def ecs_getter(field: str) -> Getter | None:
    """The getter of a canonical field; None where the schema has nothing for it."""
    if field in ("CommandLine", "ParentCommandLine"):
        return first_of(*map(path, NAMES[field]), _made(field, ("process",)))
    if field == "User":
        return joined((first_of(*map(path, _USERS)), path("user.domain")), _account)
    if field in _MADE:
        return _made(field, _MADE[field])
    return first_of(*map(path, NAMES[field])) if field in NAMES else None


def _account(user: Any, domain: Any) -> Any:
    if not isinstance(user, str) or not isinstance(domain, str) or not domain or "\\" in user or "@" in user:
        return user
    return f"{domain}\\{user}"


def _made(field: str, keys: tuple[str, ...]) -> Getter:
    def get(rows: Rows) -> list[Any]:
        beginnings = {name.partition(".")[0] for name in rows.top_names}
        if beginnings.isdisjoint(keys):
            return [None] * len(rows.raws)
        found = rows.once("ecs", lambda: [fields_of(raw) for raw in rows.raws])
        return [fields.get(field) for fields in found]

    return get


def fields_of(raw: Raw) -> dict[str, str]:
    """All canonical fields of one document."""
    return ecs_fields(raw, _LIMITS)
