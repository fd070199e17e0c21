"""Names of columns whose type is the same wherever they stand, and of the tables of Defender.

Taken from the schemas of Defender XDR and of Sentinel as published with their hunting queries
(https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables,
https://learn.microsoft.com/azure/azure-monitor/reference/tables-category), November 2026. Where no schema is
at hand they say which columns are no text; a column that is not here is taken for text.
"""

from __future__ import annotations

NUMBERS = frozenset((
    "AppInstanceId", "AttachmentCount", "BytesReceived", "BytesSent", "ConfidenceScore",
    "ConfigurationImpact", "ContentLengthHeader", "CpuSpeed", "Cpus", "CvssScore", "DestinationPort",
    "DurationMs", "EmailClusterId", "EventCategory", "EventID", "EventLevel", "FileOffset", "FileSize",
    "FirstPid", "IncidentNumber", "InitiatingProcessFileSize", "InitiatingProcessId",
    "InitiatingProcessLogonId", "InitiatingProcessParentId", "InvestigationPriority",
    "InvestigationPriorityPercentile", "LinksEstablished", "LinksFailed", "LinksLive",
    "LinksTerminated", "LocalPort", "LogonId", "NetworkDestinationAsn", "NetworkDestinationPort",
    "NetworkPort", "NetworkProtocol", "NetworkSourceAsn", "NetworkSourcePort", "OSBuild",
    "OperationCount", "PhysicalMemoryMB", "Port", "ProcessID", "ProcessId", "RemoteIPLatitude",
    "RemoteIPLongitude", "RemoteLatitude", "RemoteLongitude", "RemotePort", "RequestBodySize",
    "RequestHeaderSize", "RequestSourcePort", "ResponseBodySize", "ResponseHeaderSize",
    "ResponseTimeMax", "ResponseTimeMin", "ResponseTimeSum", "Responses", "Score", "ServerLatencyMs",
    "SmbCommandMajor", "SmbCreditsConsumed", "ThreatSeverity", "TimeTaken", "UrlCount", "_BilledSize",
    "csBytes", "sPort", "scBytes",
))  # fmt: skip
"""Whole or decimal numbers."""

TRUTHS = frozenset((
    "Active", "IsAccountEnabled", "IsAdminOperation", "IsAnonymousProxy", "IsApplicable",
    "IsAzureADJoined", "IsAzureInfoProtectionApplied", "IsClickedThrough", "IsCompliant", "IsDeleted",
    "IsExpectedUserImpact", "IsGatewayInstalled", "IsImpersonated", "IsInteractive", "IsLocalAdmin",
    "IsMFARegistered", "IsManaged", "IsManagedIdentity", "IsProcessing", "IsRisky",
    "IsRootSignerMicrosoft", "IsServiceAccount", "IsSigned", "IsTrusted", "IsWildcardBind",
    "KillChainActions", "KillChainC2", "KillChainDelivery", "KillChainExploitation",
    "KillChainReconnaissance", "KillChainWeaponization", "ManagementEvent", "PassiveOnly", "ReadOnly",
    "SessionMfaAuthenticated",
))  # fmt: skip
"""true or false."""

TIMES = frozenset((
    "AccountCreationTime", "ActivityDateTime", "AgentStartTime", "BootTime",
    "CertificateCountersignatureTime", "CertificateCreationTime", "CertificateExpirationTime",
    "ClosedTime", "CreatedDateTime", "CreatedTime", "DeletedDateTime", "DetectedDateTime",
    "EndOfSupportDate", "EndTime", "EventTime", "ExpirationDateTime", "FileCompileDateTime",
    "FileCreatedDateTime", "FirstActivityTime", "FirstModifiedTime", "InitiatingProcessCreationTime",
    "InitiatingProcessParentCreationTime", "LastActivityTime", "LastModifiedTime", "LastSeenDate",
    "LastUpdatedDateTime", "ProcessCreationTime", "PublishedDate", "RiskLastUpdatedDateTime",
    "SessionCreationDate", "SqlInstanceStartTime", "StartTime", "TimeCreated", "TimeGenerated",
    "TimeProcessed", "TimeUploaded", "Timestamp", "UserStateChangedOn", "_TimeReceived",
))  # fmt: skip
"""Moments."""

DYNAMIC = frozenset((
    "ActivityInsights", "ActivityObjects", "AdditionalData", "AdditionalInfo",
    "AdditionalMailAddresses", "AlertIds", "AnomalyDetails", "AnomalyReasons", "AppliedEventListeners",
    "AssignedRoles", "AuthorizationDetails", "BookmarkIds", "Comments", "ComputerPrivateIPs",
    "ConditionalAccessPoliciesV2", "Context", "CveTags", "DestinationLocation", "DeviceInsights",
    "DevicesInsights", "DnsNames", "Entities", "EntityRiskScore", "ExtendedLinks", "ExtendedProperties",
    "ExtensionProperty", "GroupMembership", "IPTags", "Ipv4Addresses", "Ipv4DefaultGateways",
    "Ipv4SubnetMasks", "Ipv6Addresses", "Labels", "MacAddresses", "Owner", "RawEventData",
    "RelatedAccounts", "RelatedAnalyticRuleIds", "ResourceDetails", "ServiceDetails",
    "ServicePrincipals", "Services", "SourceLocation", "Tasks", "UserAccountControl", "UserAgentTags",
    "UserInsights", "UsersInsights",
))  # fmt: skip
"""Values with parts."""

DEFENDER_TABLES = frozenset((
    "AADSignInEventsBeta", "AADSpnSignInEventsBeta", "AlertEvidence", "AlertInfo", "CloudAppEvents",
    "DeviceEvents", "DeviceFileCertificateInfo", "DeviceFileEvents", "DeviceImageLoadEvents",
    "DeviceInfo", "DeviceLogonEvents", "DeviceNetworkEvents", "DeviceNetworkInfo",
    "DeviceProcessEvents", "DeviceRegistryEvents", "DeviceTvmHardwareFirmware",
    "DeviceTvmSecureConfigurationAssessment", "DeviceTvmSoftwareInventory",
    "DeviceTvmSoftwareVulnerabilities", "DeviceTvmSoftwareVulnerabilitiesKB", "EmailAttachmentInfo",
    "EmailEvents", "EmailPostDeliveryEvents", "EmailUrlInfo", "IdentityDirectoryEvents", "IdentityInfo",
    "IdentityLogonEvents", "IdentityQueryEvents", "UrlClickEvents",
))  # fmt: skip
"""Tables whose time is `Timestamp`; elsewhere it is `TimeGenerated`."""

DEFENDER_TIME, SENTINEL_TIME = "Timestamp", "TimeGenerated"


def time_column(tables: tuple[str, ...]) -> str:
    """The column that holds the time of a record in these tables."""
    return DEFENDER_TIME if tables and all(table in DEFENDER_TABLES for table in tables) else SENTINEL_TIME
