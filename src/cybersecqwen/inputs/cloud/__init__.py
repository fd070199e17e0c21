"""Audit trails of clouds, identity providers and services, one module per vendor family."""

from __future__ import annotations

from collections.abc import Mapping

_HERE = __name__

# Order: trails with names that no other has stand first. "audit_event" asks for an actor inside
# `event`, which ECS never has there. "audit" takes whatever looks like an audit record (an action and
# an actor or an address) and stands last.
ENTRIES: Mapping[str, str] = {
    "cloudtrail": f"{_HERE}.aws:CloudTrail",
    "vpc_flow": f"{_HERE}.aws_network:VpcFlow",
    "aws_dns": f"{_HERE}.aws_network:ResolverQuery",
    "s3_access": f"{_HERE}.aws_network:S3Access",
    "kubernetes_audit": f"{_HERE}.kubernetes:KubernetesAudit",
    "entra_signin": f"{_HERE}.entra:EntraSignIn",
    "entra_audit": f"{_HERE}.entra:EntraAudit",
    "azure_activity": f"{_HERE}.azure:AzureActivity",
    "m365_audit": f"{_HERE}.m365:UnifiedAudit",
    "gcp_audit": f"{_HERE}.google:GcpAudit",
    "google_workspace": f"{_HERE}.google:Workspace",
    "okta": f"{_HERE}.okta:OktaSystemLog",
    "github": f"{_HERE}.code_hosts:GitHubAudit",
    "gitlab": f"{_HERE}.code_hosts:GitLabAudit",
    "duo_admin": f"{_HERE}.sign_in:DuoAdministrator",
    "duo_authentication": f"{_HERE}.sign_in:DuoAuthentication",
    "onelogin": f"{_HERE}.sign_in:OneLogin",
    "auth0": f"{_HERE}.sign_in:Auth0",
    "onepassword_signin": f"{_HERE}.sign_in:OnePasswordSignIn",
    "onepassword_item": f"{_HERE}.sign_in:OnePasswordItem",
    "slack": f"{_HERE}.saas:Slack",
    "zoom": f"{_HERE}.saas:Zoom",
    "zendesk": f"{_HERE}.saas:Zendesk",
    "atlassian": f"{_HERE}.saas:Atlassian",
    "dropbox": f"{_HERE}.saas:Dropbox",
    "box": f"{_HERE}.saas:Box",
    "salesforce": f"{_HERE}.saas:Salesforce",
    "databricks": f"{_HERE}.saas:Databricks",
    "teleport": f"{_HERE}.saas:Teleport",
    "snowflake_login": f"{_HERE}.snowflake:LoginHistory",
    "snowflake_query": f"{_HERE}.snowflake:QueryHistory",
    "snowflake_grant": f"{_HERE}.snowflake:Grants",
    "cloudflare": f"{_HERE}.web_edge:Cloudflare",
    "aws_waf": f"{_HERE}.web_edge:AwsWaf",
    "umbrella_dns": f"{_HERE}.web_edge:UmbrellaDns",
    "audit_event": f"{_HERE}.audit:WrappedAudit",
    "audit": f"{_HERE}.audit:GenericAudit",
}
"""Registered names to classes, spliced into `inputs.SHAPES`."""
