"""Kubernetes audit events, also as Azure and Google wrap them.

Fields: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/. All three forms come out
with the names of the native one, so that one signal serves every cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.records import Limits

from .flat import dig, first, flatten, scalar
from .trail import Paths, Raw, Trail

_BOUND = Limits(fields=400, value_chars=4_096)


class KubernetesAudit(Trail):
    """One request to an API server: native, from Azure (`properties.log`) or Google (`protoPayload`)."""

    name = "kubernetes_audit"
    provider: ClassVar[str] = "kubernetes.audit"
    time: ClassVar[Paths] = ("requestReceivedTimestamp", "stageTimestamp", "timestamp", "time")
    user: ClassVar[Paths] = ("user.username",)
    host: ClassVar[Paths] = ("cluster", "objectRef.namespace")
    agent: ClassVar[Paths] = ("userAgent",)
    target: ClassVar[Paths] = ("objectRef.name",)
    result: ClassVar[Paths] = ("responseStatus.code", "annotations.authorization.k8s.io/decision")

    def recognise(self, raw: Raw) -> bool:
        """See `Shape.recognise`; each of the three forms has an unmistakable mark."""
        if "auditID" in raw or str(raw.get("apiVersion", "")).startswith("audit.k8s.io"):
            return True
        if "verb" in raw and ("objectRef" in raw or "requestURI" in raw):
            return True
        payload = raw.get("protoPayload")
        if isinstance(payload, Mapping):
            return payload.get("serviceName") == "k8s.io" or str(payload.get("methodName", "")).startswith(
                "io.k8s."
            )
        return str(raw.get("category", "")).startswith("kube-audit") and isinstance(
            raw.get("properties"), Mapping
        )

    def body(self, raw: Raw) -> Raw:
        """The event in native names."""
        payload = raw.get("protoPayload")
        if isinstance(payload, Mapping):
            return _from_google(raw, payload)
        log = dig(raw, "properties.log")
        if log is not None and "auditID" not in raw:
            inner = _parse(log) if isinstance(log, str) else log
            if isinstance(inner, Mapping):
                return {"time": raw.get("time"), "cluster": raw.get("resourceId"), **inner}
        return raw

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Verb, resource and namespace under short names, and the API name "create pods/exec"."""
        reference = dig(body, "objectRef")
        reference = reference if isinstance(reference, Mapping) else {}
        resource = scalar(reference.get("resource"))
        sub = scalar(reference.get("subresource"))
        fields["Resource"] = f"{resource}/{sub}" if sub else resource
        fields["Verb"] = first(body, ("verb",))
        fields["Namespace"] = scalar(reference.get("namespace"))
        fields["Action"] = f"{fields['Verb']} {fields['Resource']}".strip()
        fields["Words"] = fields["Action"].replace("/", " ")
        fields["IpAddress"] = first(body, ("sourceIPs",))
        if fields.get("Result") == "failure":
            fields["ErrorCode"] = first(body, ("responseStatus.reason", "responseStatus.code")) or "denied"
        fields.update(_pod(dig(body, "requestObject")))
        uri = first(body, ("requestURI",))
        fields["RequestURI"] = uri
        if sub in ("exec", "attach"):
            fields["ExecCommand"] = fields.get("requestObject.command", "") or _command(uri)
        fields["AllNamespaces"] = "true" if resource and not fields["Namespace"] else "false"


_POD_SPECS = ("spec.jobTemplate.spec.template.spec", "spec.template.spec", "spec")


def _pod(request: Any) -> dict[str, str]:
    """The pod that a request describes, as `Pod.…`, wherever the kind of object keeps its template."""
    if not isinstance(request, Mapping):
        return {}
    spec = next(
        (s for p in _POD_SPECS if isinstance(s := dig(request, p), Mapping) and "containers" in s), None
    )
    if spec is None:
        return {}
    return {f"Pod.{name}": value for name, value in flatten(spec, _BOUND).items()}


def _command(uri: str) -> str:
    """What is run, from the query of an exec request."""
    from urllib.parse import parse_qsl

    try:
        pairs = parse_qsl(uri.partition("?")[2][:20_000], max_num_fields=500)
    except ValueError:
        return ""
    return " ".join(value for name, value in pairs if name == "command")


def _parse(text: str) -> Any:
    import orjson

    try:
        return orjson.loads(text)
    except ValueError:
        return None


def _from_google(raw: Raw, payload: Mapping[str, Any]) -> dict[str, Any]:
    """GKE's Cloud Audit record in native names.

    The method is `io.k8s.core.v1.pods.exec.create`: group, version, resource, subresource, verb
    (https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging).
    """
    method = scalar(payload.get("methodName"))
    parts = method.split(".")
    verb = parts[-1] if parts else ""
    path = scalar(payload.get("resourceName")).split("/")
    namespace = path[path.index("namespaces") + 1] if "namespaces" in path[:-1] else ""
    at = next((i for i, p in enumerate(parts) if p[:1] == "v" and p[1:2].isdigit()), len(parts))
    resource, sub = (*parts[at + 1 : -1], "", "")[:2]
    known = path.index(resource) if resource in path else len(path)
    name = path[known + 1] if known + 1 < len(path) else ""
    status = payload.get("status")
    code = status.get("code") if isinstance(status, Mapping) else None
    granted = dig(payload, "authorizationInfo.granted")
    failed = code not in (None, 0) or granted is False
    return {
        "verb": verb,
        "user": {"username": dig(payload, "authenticationInfo.principalEmail")},
        "sourceIPs": [first(payload, ("requestMetadata.callerIp", "requestMetadata.callerIP"))],
        "userAgent": dig(payload, "requestMetadata.callerSuppliedUserAgent"),
        "objectRef": {"resource": resource, "subresource": sub, "namespace": namespace, "name": name},
        "responseStatus": {"code": 403 if failed else 200},
        "requestObject": payload.get("request"),
        "responseObject": payload.get("response"),
        "requestURI": payload.get("resourceName"),
        "timestamp": raw.get("timestamp"),
        "cluster": dig(raw, "resource.labels.cluster_name"),
        "methodName": method,
    }
