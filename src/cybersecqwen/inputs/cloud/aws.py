"""AWS CloudTrail records.

Fields: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from .flat import dig, first, respell
from .trail import Paths, Raw, Trail

_VERSIONED = re.compile(r"20\d{6}(?:v\d+)?$")
_NAMES = (
    "eventName",
    "eventSource",
    "eventTime",
    "userIdentity",
    "sourceIPAddress",
    "userAgent",
    "requestParameters",
    "responseElements",
    "errorCode",
    "errorMessage",
    "recipientAccountId",
    "awsRegion",
    "additionalEventData",
    "eventType",
    "readOnly",
    "eventCategory",
    "vpcEndpointId",
    "sessionCredentialFromConsole",
    "serviceEventDetails",
)
_NO_ERROR = frozenset({"", "success"})


class CloudTrail(Trail):
    """One call of an AWS API, as CloudTrail, its lake and its S3 files write it."""

    name = "cloudtrail"
    provider: ClassVar[str] = "aws.cloudtrail"
    needs: ClassVar[Paths] = ("eventSource", "eventName")
    code: ClassVar[Paths] = ("eventName",)
    time: ClassVar[Paths] = ("eventTime",)
    user: ClassVar[Paths] = (
        "userIdentity.arn",
        "userIdentity.userName",
        "userIdentity.invokedBy",
        "userIdentity.accountId",
        "userIdentity.type",
    )
    host: ClassVar[Paths] = ("recipientAccountId", "userIdentity.accountId")
    address: ClassVar[Paths] = ("sourceIPAddress",)
    agent: ClassVar[Paths] = ("userAgent",)
    channel: ClassVar[Paths] = ("eventSource",)
    target: ClassVar[Paths] = (
        "requestParameters.userName",
        "requestParameters.roleName",
        "requestParameters.bucketName",
        "requestParameters.instanceId",
        "requestParameters.functionName",
        "requestParameters.name",
    )
    logons: ClassVar[frozenset[str]] = frozenset({"consolelogin"})

    def recognise(self, raw: Raw) -> bool:
        """CloudTrail alone has `eventSource` and `eventName` side by side with an identity or a version."""
        if "eventName" in raw:
            return (
                "eventSource" in raw
                or "userIdentity" in raw
                or "awsRegion" in raw
                or "responseElements" in raw
            )
        return "eventname" in raw and "eventsource" in raw

    def body(self, raw: Raw) -> Raw:
        """The record, with names as AWS spells them."""
        return raw if "eventName" in raw else respell(raw, _NAMES)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Error, result of console sign-ins, the kind of identity, and policies as one text."""
        error = first(body, ("errorCode",)) or ("Error" if first(body, ("errorMessage",)) else "")
        answer = dig(body, f"responseElements.{code}")
        if error.lower() in _NO_ERROR and answer != "Failure":
            fields["Result"] = "success"
        else:
            fields["Result"] = "failure"
            fields["ErrorCode"] = error or "Failure"
        # UpdateFunctionCode20150331v2 is the same call as UpdateFunctionCode: Lambda writes API versions
        fields["Action"] = _VERSIONED.sub("", code)
        fields["Service"] = first(body, ("eventSource",)).removesuffix(".amazonaws.com")
        fields["IdentityType"] = first(body, ("userIdentity.type",))
        if fields["IdentityType"].lower() == "root" or fields.get("User", "").endswith(":root"):
            fields["IdentityType"] = "Root"
        fields["MfaUsed"] = first(
            body,
            (
                "additionalEventData.MFAUsed",
                "userIdentity.sessionContext.attributes.mfaAuthenticated",
            ),
        ).lower()
        actor = first(body, ("userIdentity.userName",)) or fields.get("User", "").rpartition("/")[2]
        target = first(body, ("requestParameters.userName",))
        if target and (actor or fields["IdentityType"]):
            fields["ActsOnOther"] = "false" if target == actor else "true"
        fields["PolicyText"] = policy_text(dig(body, "requestParameters"))


def policy_text(value: Any, depth: int = 0) -> str:
    """All policy documents in request parameters as compact JSON without blanks, "" where there is none.

    Depth and length are bounded; text that already is JSON only loses its blanks.
    """
    if not isinstance(value, Mapping) or depth > 4:
        return ""
    parts = []
    for key, inner in value.items():
        low = str(key).lower()
        if "policy" in low and isinstance(inner, str) and inner.lstrip().startswith("{"):
            parts.append(re.sub(r"\s", "", inner[:20_000]))
        elif ("policy" in low or low == "document") and isinstance(inner, Mapping):
            parts.append(_compact(inner))
        else:
            parts.append(policy_text(inner, depth + 1))
    return "; ".join(part for part in parts if part)[:20_000]


def _compact(value: Any) -> str:
    import orjson

    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except (orjson.JSONEncodeError, ValueError, RecursionError):
        return ""
