"""Snowflake's account usage views: logins, queries, grants.

Columns: https://docs.snowflake.com/en/sql-reference/account-usage
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cybersecqwen.records import Category

from .flat import first
from .trail import Paths, Raw, Trail
from .words import words


class LoginHistory(Trail):
    """A row of LOGIN_HISTORY."""

    name = "snowflake_login"
    provider: ClassVar[str] = "snowflake.login"
    needs: ClassVar[Paths] = ("IS_SUCCESS", "USER_NAME")
    code: ClassVar[Paths] = ("EVENT_TYPE",)
    time: ClassVar[Paths] = ("EVENT_TIMESTAMP",)
    user: ClassVar[Paths] = ("USER_NAME",)
    address: ClassVar[Paths] = ("CLIENT_IP",)
    agent: ClassVar[Paths] = ("REPORTED_CLIENT_TYPE",)
    result: ClassVar[Paths] = ("IS_SUCCESS",)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """The factors, and the error of a failed login."""
        fields["FirstFactor"] = first(body, ("FIRST_AUTHENTICATION_FACTOR",))
        fields["SecondFactor"] = first(body, ("SECOND_AUTHENTICATION_FACTOR",))
        if fields.get("Result") == "failure":
            fields["ErrorCode"] = first(body, ("ERROR_MESSAGE", "ERROR_CODE"))

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """LOGON or LOGON_FAILED."""
        return Category.LOGON_FAILED if fields.get("Result") == "failure" else Category.LOGON


class QueryHistory(Trail):
    """A row of QUERY_HISTORY."""

    name = "snowflake_query"
    provider: ClassVar[str] = "snowflake.query"
    needs: ClassVar[Paths] = ("QUERY_TEXT", "QUERY_TYPE")
    code: ClassVar[Paths] = ("QUERY_TYPE",)
    time: ClassVar[Paths] = ("START_TIME", "END_TIME")
    user: ClassVar[Paths] = ("USER_NAME",)
    host: ClassVar[Paths] = ("DATABASE_NAME", "WAREHOUSE_NAME")
    result: ClassVar[Paths] = ("EXECUTION_STATUS",)
    target: ClassVar[Paths] = ("QUERY_TEXT",)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """The statement in Words, so that signals on words read it."""
        text = first(body, ("QUERY_TEXT",))
        fields["Query"] = text
        fields["Words"] = f"{words(code)} {words(text[:1500])}".strip()
        if fields.get("Result") == "failure":
            fields["ErrorCode"] = first(body, ("ERROR_CODE", "ERROR_MESSAGE", "EXECUTION_STATUS"))


class Grants(Trail):
    """A row of GRANTS_TO_USERS or GRANTS_TO_ROLES."""

    name = "snowflake_grant"
    provider: ClassVar[str] = "snowflake.grant"
    needs: ClassVar[Paths] = ("GRANTED_TO", "GRANTEE_NAME")
    code: ClassVar[Paths] = ("PRIVILEGE", "ROLE")
    time: ClassVar[Paths] = ("CREATED_ON",)
    user: ClassVar[Paths] = ("GRANTED_BY",)
    target: ClassVar[Paths] = ("GRANTEE_NAME",)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """As words: "grant select on table to role public"."""
        privilege = first(body, ("PRIVILEGE", "ROLE"))
        fields["Action"] = f"grant {privilege}".strip()
        fields["Words"] = words(
            f"grant {privilege} on {first(body, ('GRANTED_ON',))} {first(body, ('NAME',))} "
            f"to {first(body, ('GRANTED_TO',))} {first(body, ('GRANTEE_NAME',))}"
        )
