"""The user's environment: one YAML file that says what there is, who decides, and whom to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.yaml_bounds import read_yaml
from cybersecqwen.records.playbook import Duty, Role

from .action import PLATFORMS, TOOLS

LARGEST = 1 << 20
"""Bytes of the file."""
MOST = 5_000
"""Assets, contacts or duties."""
CRITICALITIES = ("low", "medium", "high", "critical")
_SEVERE = ("high", "critical")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asset:
    """Something that the organisation has."""

    name: str
    platform: str = ""
    criticality: str = ""
    role: str = ""
    """What it is for: "file server"."""
    owner: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """Something that steps are done with."""

    name: str
    language: str = ""
    """Of a SIEM: a name that `csq query --to` takes."""
    schema: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """Somebody with a role."""

    role: Role
    name: str
    phone: str = ""
    mail: str = ""
    hours: str = ""

    @property
    def shown(self) -> str:
        """Name, number and hours on one line."""
        said = ", ".join(one for one in (self.phone, self.mail, self.hours) if one)
        return f"{self.name} ({said})" if said else self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """What is known of the organisation; empty where no file was given."""

    given: bool = False
    organisation: str = ""
    hours: str = ""
    """When people are at work: "Mon to Fri, 08:00 to 18:00 CET"."""
    out_of_hours: str = ""
    """Whom to reach then."""
    domains: tuple[str, ...] = ()
    """Of the organisation itself, in lower case: no step blocks them."""
    assets: Mapping[str, Asset] = field(default_factory=dict)
    """By name in lower case."""
    tools: Mapping[str, Tool] = field(default_factory=dict)
    """By kind."""
    contacts: tuple[Contact, ...] = ()
    duties: tuple[Duty, ...] = ()
    """Those that the file names, as chosen."""

    def asset(self, name: str) -> Asset | None:
        """By its name, or by the first part of it: FS01 is fs01.example.com."""
        low = name.casefold()
        return self.assets.get(low) or self.assets.get(low.partition(".")[0])

    def is_ours(self, domain: str) -> bool:
        """Whether a domain is one of ours, or below one."""
        low = domain.casefold().rstrip(".")
        return any(low == one or low.endswith(f".{one}") for one in self.domains)

    def who(self, role: Role) -> str:
        """Everybody with the role; "" for nobody."""
        return "; ".join(one.shown for one in self.contacts if one.role is role)

    def is_critical(self, name: str) -> bool:
        """Whether something of that name is of high criticality."""
        asset = self.asset(name)
        return asset is not None and asset.criticality in _SEVERE


@lru_cache(maxsize=1)
def known_duties() -> Mapping[str, Duty]:
    """Duties that the package knows, by id."""
    text = Path(__file__).with_name("duties.yaml").read_text(encoding="utf-8")
    return {one["id"]: Duty(**one) for one in read_yaml(text)}


def read_environment(path: Path) -> Environment:
    """The environment of a file.

    Raises InputError, which names the key, for what cannot be read, is no key, or has a wrong value.
    """
    try:
        with path.open("rb") as stream:  # devices and pipes do not say how much they hold
            raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise InputError(f"The environment {path} is larger than {LARGEST:,} bytes.")
        text = raw.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The environment {path} cannot be read: {_plain(error)}.") from None
    return environment_of(text, path.name)


def environment_of(text: str, name: str) -> Environment:
    """The environment of a file's text; see `read_environment`."""
    try:
        given = read_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{name} is no YAML: {_plain(error)}.") from None
    return _Reader(name).environment(given)


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name

    def _wrong(self, what: str, hint: str = "") -> InputError:
        return InputError(f"{self._name}: {what}.", hint=hint)

    def environment(self, given: Any) -> Environment:
        top = self._mapping(
            given,
            "the file",
            ("organisation", "hours", "out_of_hours", "domains", "assets", "tools", "contacts", "legal"),
        )
        assets = [self._asset(one, n) for n, one in enumerate(self._list(top, "assets"), 1)]
        contacts = [self._contact(one, n) for n, one in enumerate(self._list(top, "contacts"), 1)]
        return Environment(
            given=True,
            organisation=self._text(top, "organisation", "the file"),
            hours=self._text(top, "hours", "the file"),
            out_of_hours=self._text(top, "out_of_hours", "the file"),
            domains=tuple(self._domain(one) for one in self._list(top, "domains")),
            assets={one.name.casefold(): one for one in assets},
            tools=self._tools(top.get("tools")),
            contacts=tuple(contacts),
            duties=tuple(self._duty(one) for one in self._list(top, "legal")),
        )

    def _domain(self, given: Any) -> str:
        name = self._text({"domain": given}, "domain", "domains").casefold().strip(".")
        if "." not in name or " " in name:
            raise self._wrong(f"{name[:60]!r} is no domain", "One is example.com.")
        return name

    def _asset(self, given: Any, number: int) -> Asset:
        where = f"asset {number}"
        one = self._mapping(given, where, ("name", "platform", "criticality", "role", "owner"))
        return Asset(
            name=self._needed(one, "name", where),
            platform=self._word(one, "platform", where, PLATFORMS),
            criticality=self._word(one, "criticality", where, CRITICALITIES),
            role=self._text(one, "role", where),
            owner=self._text(one, "owner", where),
        )

    def _tools(self, given: Any) -> dict[str, Tool]:
        tools = self._mapping({} if given is None else given, "tools", TOOLS)
        found: dict[str, Tool] = {}
        for kind, said in tools.items():
            where = f"the tool {kind}"
            one = (
                {"name": said}
                if isinstance(said, str)
                else self._mapping(said, where, ("name", "language", "schema"))
            )
            found[kind] = Tool(
                name=self._needed(one, "name", where),
                language=self._text(one, "language", where),
                schema=self._text(one, "schema", where),
            )
        return found

    def _contact(self, given: Any, number: int) -> Contact:
        where = f"contact {number}"
        one = self._mapping(given, where, ("role", "name", "phone", "mail", "hours"))
        role = self._word(
            {"role": self._needed(one, "role", where)}, "role", where, [str(r.value) for r in Role]
        )
        return Contact(
            role=Role(role),
            name=self._needed(one, "name", where),
            phone=self._text(one, "phone", where),
            mail=self._text(one, "mail", where),
            hours=self._text(one, "hours", where),
        )

    def _duty(self, given: Any) -> Duty:
        known = known_duties()
        if isinstance(given, str):
            if given not in known:
                raise self._wrong(f"there is no duty {given[:60]!r}", _hint(given, known))
            return replace(known[given], chosen=True)
        one = self._mapping(given, "a duty", ("name", "hours", "to", "condition", "source"))
        hours = one.get("hours")
        if isinstance(hours, bool) or not isinstance(hours, int) or not 0 < hours <= 8_760:
            raise self._wrong("the hours of a duty are no whole number from 1 to 8,760")
        name = self._needed(one, "name", "a duty")
        return Duty(
            id=name.casefold().replace(" ", "-"),
            name=name,
            hours=hours,
            to=self._text(one, "to", "a duty"),
            condition=self._text(one, "condition", "a duty"),
            source=self._text(one, "source", "a duty") or self._name,
            chosen=True,
        )

    def _mapping(self, given: Any, where: str, keys: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise self._wrong(f"{where} is no mapping", f"Its keys are: {', '.join(keys)}.")
        for key in given:
            if key not in keys:
                raise self._wrong(
                    f"{where} has the key {str(key)[:60]!r}, which is none", _hint(str(key), keys)
                )
        return given

    def _list(self, given: Mapping[str, Any], key: str) -> list[Any]:
        value = given.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > MOST:
            raise self._wrong(f"{key!r} is no list of at most {MOST:,}")
        return value

    def _text(self, given: Mapping[str, Any], key: str, where: str) -> str:
        value = given.get(key)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > 500:
            raise self._wrong(
                f"{key!r} of {where} is no text of at most 500 characters", "Put numbers into quotes."
            )
        return " ".join(value.split())

    def _needed(self, given: Mapping[str, Any], key: str, where: str) -> str:
        value = self._text(given, key, where)
        if not value:
            raise self._wrong(f"{where} has no {key!r}")
        return value

    def _word(self, given: Mapping[str, Any], key: str, where: str, known: Any) -> str:
        value = self._text(given, key, where)
        if value and value not in known:
            raise self._wrong(f"{value[:60]!r} is no {key} of {where}", _hint(value, known))
        return value


def _hint(word: str, known: Any) -> str:
    near = get_close_matches(word, list(known), n=2)
    return f"{'Did you mean' if near else 'Known are'}: {', '.join(near or known)}."


def _plain(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) else str(error)
    return " ".join(str(said).split())[:200].rstrip(".")
