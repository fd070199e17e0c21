"""Identity products: Duo, OneLogin, Auth0, 1Password.

Fields: https://duo.com/docs/adminapi#logs, https://developers.onelogin.com/api-docs/1/events/event-types,
https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes,
https://developer.1password.com/docs/events-api/reference/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cybersecqwen.records import Category

from .flat import dig, first
from .trail import Paths, Raw, Trail
from .words import words


class DuoAdministrator(Trail):
    """An action of a Duo administrator."""

    name = "duo_admin"
    provider: ClassVar[str] = "duo.admin"
    needs: ClassVar[Paths] = ("action", "isotimestamp")
    code: ClassVar[Paths] = ("action",)
    time: ClassVar[Paths] = ("isotimestamp", "timestamp")
    user: ClassVar[Paths] = ("username",)
    address: ClassVar[Paths] = ("ip_address", "description.ip_address")
    target: ClassVar[Paths] = ("object",)
    says: ClassVar[Paths] = ("object",)


class DuoAuthentication(Trail):
    """A second factor asked for."""

    name = "duo_authentication"
    provider: ClassVar[str] = "duo.authentication"
    code: ClassVar[Paths] = ("event_type", "eventtype")
    time: ClassVar[Paths] = ("isotimestamp", "timestamp")
    user: ClassVar[Paths] = ("user.name", "email")
    host: ClassVar[Paths] = ("access_device.hostname",)
    address: ClassVar[Paths] = ("access_device.ip",)
    result: ClassVar[Paths] = ("result",)
    target: ClassVar[Paths] = ("application.name",)
    says: ClassVar[Paths] = ("factor", "reason", "result")

    def recognise(self, raw: Raw) -> bool:
        """A factor and a device."""
        return "factor" in raw and ("access_device" in raw or "auth_device" in raw)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """The reason is the error."""
        if fields.get("Result") == "failure":
            fields["ErrorCode"] = first(body, ("reason", "result"))

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """LOGON or LOGON_FAILED."""
        return Category.LOGON_FAILED if fields.get("Result") == "failure" else Category.LOGON


# Event types whose meaning the documentation of the events API gives; others keep their number.
_ONELOGIN = {
    "3": "user assumed by another user",
    "5": "user login",
    "6": "user login failed",
    "7": "user logout",
    "8": "application login",
    "11": "password changed",
    "13": "user created",
    "14": "user updated",
    "15": "user deactivated",
    "16": "user activated",
    "17": "user deleted",
    "19": "user suspended",
    "23": "otp device registered",
    "24": "otp device deregistered",
    "72": "privilege granted to user",
    "90": "unauthorized api access",
    "172": "authentication factor removed from user",
    "240": "app password revealed",
    "531": "account locked",
    "551": "account locked",
    "553": "account locked",
}


class OneLogin(Trail):
    """A OneLogin event; its numbers become words."""

    name = "onelogin"
    provider: ClassVar[str] = "onelogin.events"
    needs: ClassVar[Paths] = ("event_type_id",)
    code: ClassVar[Paths] = ("event_type_id",)
    time: ClassVar[Paths] = ("event_timestamp", "created_at")
    user: ClassVar[Paths] = ("actor_user_name", "user_name", "actor_user_id")
    address: ClassVar[Paths] = ("ipaddr",)
    target: ClassVar[Paths] = ("user_name",)
    error: ClassVar[Paths] = ("error_description",)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Words of the event type, and whether somebody acts on somebody else."""
        fields["Words"] = _ONELOGIN.get(code, "")
        actor, user = first(body, ("actor_user_id",)), first(body, ("user_id",))
        if actor and user:
            fields["ActsOnOther"] = "true" if actor != user else "false"
        if code in ("6", "90"):
            fields["Result"] = "failure"

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """5 is a login, 6 a failed one."""
        return {"5": Category.LOGON, "6": Category.LOGON_FAILED}.get(code, Category.CLOUD)


_AUTH0_LOGONS = {
    "s": Category.LOGON,
    "slo": Category.CLOUD,
    "f": Category.LOGON_FAILED,
    "fp": Category.LOGON_FAILED,
    "fu": Category.LOGON_FAILED,
    "fc": Category.LOGON_FAILED,
}


class Auth0(Trail):
    """An Auth0 tenant log event, bare or under `data`."""

    name = "auth0"
    provider: ClassVar[str] = "auth0.events"
    code: ClassVar[Paths] = ("type",)
    time: ClassVar[Paths] = ("date",)
    user: ClassVar[Paths] = ("details.request.auth.user.email", "user_name", "user_id", "client_id")
    host: ClassVar[Paths] = ("hostname", "tenant_name", "client_name")
    address: ClassVar[Paths] = ("ip",)
    agent: ClassVar[Paths] = ("user_agent",)
    target: ClassVar[Paths] = ("user_name", "details.request.body.email")
    says: ClassVar[Paths] = ("description", "details.request.path")
    result: ClassVar[Paths] = ("details.response.statusCode",)

    def recognise(self, raw: Raw) -> bool:
        """A log id beside a short type and a date."""
        body = self.body(raw)
        return "type" in body and "date" in body and ("log_id" in body or "client_id" in body)

    def body(self, raw: Raw) -> Raw:
        """What stands under `data`, where it does."""
        inner = raw.get("data")
        return inner if isinstance(inner, Mapping) else raw

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """An empty list of policies is a statement: nothing asks for a second factor any more."""
        if dig(body, "details.response.body") == [] or dig(body, "details.request.body") == []:
            fields["Changed"] = "empty list"

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """Types "s" and "f…" are logins."""
        return _AUTH0_LOGONS.get(code.lower(), Category.CLOUD)


class OnePasswordSignIn(Trail):
    """A sign-in attempt to 1Password."""

    name = "onepassword_signin"
    provider: ClassVar[str] = "onepassword.signin"
    needs: ClassVar[Paths] = ("session_uuid", "category", "type", "target_user")
    code: ClassVar[Paths] = ("type",)
    time: ClassVar[Paths] = ("timestamp",)
    user: ClassVar[Paths] = ("target_user.email", "target_user.name")
    address: ClassVar[Paths] = ("client.ip_address", "location.ip")
    agent: ClassVar[Paths] = ("client.app_name",)
    result: ClassVar[Paths] = ("category",)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Every category but success and modernisation of the firewall is a failed attempt."""
        category = first(body, ("category",)).lower()
        fields["Result"] = "success" if category in ("success", "firewall_reported_success") else "failure"
        fields["ErrorCode"] = "" if fields["Result"] == "success" else category
        fields["Country"] = first(body, ("country", "location.country"))

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """LOGON or LOGON_FAILED."""
        return Category.LOGON if fields.get("Result") == "success" else Category.LOGON_FAILED


class OnePasswordItem(Trail):
    """A use of an item in a shared vault."""

    name = "onepassword_item"
    provider: ClassVar[str] = "onepassword.item"
    needs: ClassVar[Paths] = ("item_uuid", "vault_uuid")
    code: ClassVar[Paths] = ("action",)
    time: ClassVar[Paths] = ("timestamp",)
    user: ClassVar[Paths] = ("user.email", "user.name")
    address: ClassVar[Paths] = ("client.ip_address",)
    agent: ClassVar[Paths] = ("client.app_name",)
    target: ClassVar[Paths] = ("item_uuid",)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """An item that is used is read."""
        fields["Words"] = f"item usage {words(code)}".strip()
