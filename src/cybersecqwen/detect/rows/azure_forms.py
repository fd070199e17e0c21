"""Azure's activity log and Entra's logs, as Azure Monitor, Log Analytics and Graph write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .cloud_forms import TrailForm
from .getters import first_of, mapped, path
from .interface import Getter, Raw
from .kinds import Kind
from .plain_form import Names, Told


class AzureForm(TrailForm):
    """Azure's and Entra's logs: each exporter begins names with small or with capital letters."""

    product = "azure"
    names: ClassVar[Names] = {
        "ActivityType": ("activityDisplayName", "operationName"),
        "ActivityDetails": ("activityDisplayName", "operationName"),
        "Target": ("targetResources.displayName", "targetResources.userPrincipalName"),
        "properties.message": ("activityDisplayName", "operationName"),
        "properties.result": ("result",),
        "Initiatedby": ("initiatedBy",),
        "TargetResources.ModifiedProperties.DisplayName": ("targetResources.modifiedProperties.displayName",),
        "TargetResources.ModifiedProperties.NewValue": ("targetResources.modifiedProperties.newValue",),
        "ResourceId": ("resourceId",),
        "ResourceProviderValue": ("resourceProviderValue", "resourceProviderName.value"),
        "OperationNameValue": ("operationNameValue", "operationName.value", "operationName"),
        "CategoryValue": ("categoryValue", "category.value", "category"),
        "operationName": ("operationName.value",),
        "Status": ("status.value", "result", "resultType"),
        "ResultType": ("status.errorCode",),
        "ResultDescription": ("status.failureReason",),
        "Resultdescription": ("resultDescription", "status.failureReason"),
        "Username": ("userPrincipalName",),
        "ClientApp": ("clientAppUsed",),
        "DeviceDetail.trusttype": ("deviceDetail.trustType",),
        "riskEventType": ("riskEventType", "riskType"),
    }

    def find_getter(self, kind: Kind, field: str) -> Getter:
        """See `Form.find_getter`."""
        return mapped(super().find_getter(kind, field), _unlocalised)

    def spellings(self, field: str) -> list[str]:
        """See `PlainForm.spellings`."""
        return azure_spellings(field)


def azure_spellings(field: str) -> list[str]:
    """Every way in which an exporter may write a field, in order."""
    found: list[str] = []
    for name in (field, *AzureForm.names.get(field, ())):
        small = ".".join(part[:1].lower() + part[1:] for part in name.split("."))
        great = ".".join(part[:1].upper() + part[1:] for part in name.split("."))
        found += [name, small, great, small[:1].upper() + small[1:]]  # tables: DeviceDetail.trustType
        if not small.startswith("properties."):
            found += [f"properties.{small}", f"properties.{great}"]
    return list(dict.fromkeys(found))


def azure_table(raw: Raw) -> str:
    """The service of a row of a Log Analytics table, "" for anything else.

    https://learn.microsoft.com/azure/azure-monitor/reference/tables-index
    """
    table = raw.get("Type")
    found = _TABLES.get(table) if isinstance(table, str) else None
    if found is None and "OperationName" in raw and isinstance(raw.get("Category"), str):
        found = _TABLES.get(raw["Category"])
    if found is None and "OperationNameValue" in raw and "CategoryValue" in raw:
        found = "activitylogs"
    return found or ""


def azure_row_getter(service: str, field: str) -> Getter:
    """The column of a field of such rows."""
    codes = first_of(*map(path, azure_spellings("ResultType")))
    if service == "signinlogs" and field == "Status":
        return mapped(codes, _status)
    return mapped(first_of(*map(path, azure_spellings(field))), _unlocalised)


_TABLES = {
    "SigninLogs": "signinlogs",
    "SignInLogs": "signinlogs",
    "AADNonInteractiveUserSignInLogs": "signinlogs",
    "NonInteractiveUserSignInLogs": "signinlogs",
    "AADServicePrincipalSignInLogs": "signinlogs",
    "ServicePrincipalSignInLogs": "signinlogs",
    "AADManagedIdentitySignInLogs": "signinlogs",
    "ManagedIdentitySignInLogs": "signinlogs",
    "AuditLogs": "auditlogs",
    "AzureActivity": "activitylogs",
    "AADUserRiskEvents": "riskdetection",
}


def _unlocalised(value: Any) -> Any:
    """The value of {"value": …, "localizedValue": …}, as the REST interface writes names."""
    whole = isinstance(value, dict) and "value" in value and value.keys() <= _LOCALISED
    return value["value"] if whole else value


_LOCALISED = {"value", "localizedValue"}


class ActivityForm(AzureForm):
    """Azure's activity log."""

    service = "activitylogs"


class SignInForm(AzureForm):
    """Entra's sign-ins. Their status is that of the error code: 0 is success."""

    service = "signinlogs"

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`."""
        if field != "Status":
            return None
        codes = [path(name) for name in self.spellings("ResultType")]
        inside = [path(name, inside=True) for name in self.spellings("ResultType")]
        return mapped(first_of(*codes, *inside), _status)


def _status(code: Any) -> Any:
    return "Success" if code in (0, "0") else "Failure"


class EntraForm(AzureForm):
    """Entra's audit log, and the risks and alerts that stand beside it."""

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        return "azure", risk_service(raw) or "auditlogs", ""


def risk_service(raw: Raw) -> str:
    """The service of a detected risk: an alert of Privileged Identity Management, else a risk; "" if none."""
    inner = raw.get("properties")
    risk = raw.get("riskEventType") or (inner.get("riskEventType") if isinstance(inner, Mapping) else None)
    if not isinstance(risk, str):
        return ""
    return "pim" if risk.endswith("AlertIncident") else "riskdetection"
