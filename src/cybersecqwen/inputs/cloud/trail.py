"""What all audit trails share: who did what, from where, to what, and whether it worked.

A vendor is a `Trail` with paths as data; only what paths cannot say is code (`Trail.refine`). Every
event keeps the vendor's own dotted names and gets these canonical ones:

  Action      the API or event name as recorded
  Words       action, object and description as lower-case words (words.words)
  Result      "success" or "failure", where the record says so
  ErrorCode   the vendor's error, where the call failed
  Changed     what the record's two states differ in ("mfa enabled true to false")
  IpAddress   UserAgent   TargetName
  IpScope     "public" or "private", for an address that is one
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Category, Claim, Event, Limits, Source

from .changes import changed
from .flat import dig, first, flatten
from .words import outcome, words

Paths = tuple[str, ...]
Raw = Mapping[str, Any]

_TAIL = 400  # characters that one description adds to Words


_PRIVATE = (
    "10.",
    "192.168.",
    "127.",
    "169.254.",
    "fd",
    "fc",
    "fe80:",
    "::1",
    *(f"172.{n}." for n in range(16, 32)),
)


def scope(address: str) -> str:
    """Gives "private" (RFC 1918, loopback, link-local, RFC 4193), "public", or "" for names."""
    low = address.lower()
    plain = low.split(":")[0] if low.count(":") == 1 else low
    if plain.replace(".", "").isdigit() and plain.count(".") == 3:
        return "private" if plain.startswith(_PRIVATE[:4] + _PRIVATE[8:]) else "public"
    if low.count(":") >= 2 and not set(low) - set("0123456789abcdef:.%"):
        return "private" if low.startswith(_PRIVATE[4:8]) else "public"
    return ""


def _bare(address: str) -> str:
    """An IPv4 address without the port that some services add."""
    host, colon, port = address.partition(":")
    return host if colon and port.isdigit() and host.count(".") == 3 else address


class Trail(Shape):
    """An audit trail described by paths; subclasses set them and override `refine` where needed."""

    name: ClassVar[str] = ""
    provider: ClassVar[str] = ""
    """`Event.provider`: "aws.cloudtrail", "okta.system", …"""
    needs: ClassVar[Paths] = ()
    """Dotted paths that must all be there for the record to be of this trail."""
    lacks: ClassVar[Paths] = ()
    """Top-level keys that must not be there."""
    inside: ClassVar[str] = ""
    """Key of the mapping that holds the event, where the vendor wraps it; its names are kept without it."""
    code: ClassVar[Paths] = ()
    time: ClassVar[Paths] = ()
    user: ClassVar[Paths] = ()
    host: ClassVar[Paths] = ()
    address: ClassVar[Paths] = ()
    agent: ClassVar[Paths] = ()
    result: ClassVar[Paths] = ()
    error: ClassVar[Paths] = ()
    target: ClassVar[Paths] = ()
    says: ClassVar[Paths] = ()
    """Paths whose text is added to Words after the code: category, object, description."""
    channel: ClassVar[Paths] = ()
    hosted: ClassVar[bool] = False
    """Whether `host` names a machine. Otherwise it is the account, tenant or project, kept as the
    field Tenant: events of a whole tenant are not one story."""
    logons: ClassVar[frozenset[str]] = frozenset()
    """Lower-case codes that are sign-ins."""

    def recognise(self, raw: Raw) -> bool:
        """See `Shape.recognise`."""
        body = self.body(raw)
        return (
            body is not None
            and all(dig(body, path) is not None for path in self.needs)
            and not any(key in body for key in self.lacks)
        )

    def body(self, raw: Raw) -> Raw | None:
        """The mapping that holds the event: the record, or what is wrapped in it."""
        if not self.inside:
            return raw
        inner = raw.get(self.inside)
        return inner if isinstance(inner, Mapping) else None

    def head(self, raw: Raw) -> tuple[str, str]:
        """See `Shape.head`; the category of an audit record needs the whole record."""
        return "", ""

    def normalise(self, raw: Raw, *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        body = self.body(raw) or raw
        found = flatten(body, limits)
        if self.inside and body is not raw:
            outer = {key: value for key, value in raw.items() if key != self.inside}
            found = {**flatten(outer, limits), **found}
        code = first(body, self.code)[:300]
        fields = {**found, **self._canonical(body, code, limits)}
        place = first(body, self.host)[:300]
        fields["Tenant"] = "" if self.hosted else place
        self.refine(body, fields, code)
        fields["IpScope"] = scope(fields.get("IpAddress", ""))
        for name in [name for name, value in fields.items() if not value]:
            del fields[name]
        category = self.categorise(body, fields, code)
        return Event(
            id=id,
            category=category,
            time=next((t for path in self.time if (t := parse_time(dig(body, path))) is not None), None),
            provider=self.provider_of(body),
            channel=first(body, self.channel)[:300],
            code=fields.get("Action", code),
            host=place if self.hosted else "",
            user=fields.get("User", ""),
            fields=fields,
            claim=self.claim(body, fields),
            source=source,
        )

    def _canonical(self, body: Raw, code: str, limits: Limits) -> dict[str, str]:
        texts = [code, *(first(body, (path,))[:_TAIL] for path in self.says)]
        error = first(body, self.error)
        result = "failure" if error and outcome(error) != "success" else outcome(first(body, self.result))
        bound = limits.value_chars
        return {
            "Action": code,
            "Words": " ".join(w for text in texts if (w := words(text))),
            "Changed": changed(body),
            "Result": result,
            "ErrorCode": error[:bound] if result == "failure" else "",
            "IpAddress": _bare(first(body, self.address)[:300]),
            "UserAgent": first(body, self.agent)[:bound],
            "TargetName": first(body, self.target)[:bound],
            "User": first(body, self.user)[:300],
        }

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Correct or add canonical fields in place; empty ones are dropped afterwards."""

    def provider_of(self, body: Raw) -> str:
        """The provider of a record; one for all records, unless a subclass tells them apart."""
        return self.provider

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """LOGON or LOGON_FAILED for sign-ins, CLOUD for everything else."""
        if fields.get("Action", code).lower() not in self.logons:
            return Category.CLOUD
        return Category.LOGON_FAILED if fields.get("Result") == "failure" else Category.LOGON

    def claim(self, body: Raw, fields: Mapping[str, str]) -> Claim | None:
        """What the product claims, for trails that carry findings."""
        return None
