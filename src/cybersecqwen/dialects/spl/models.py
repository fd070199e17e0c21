"""Data models of the Common Information Model: which names of tables mean one, and how its fields are called.

Names: https://docs.splunk.com/Documentation/CIM/latest/User/Overview. In `tstats` the fields of a data set
stand behind the name of the data set at its root: Processes.process_name, All_Traffic.dest.
"""

from __future__ import annotations

import re

ROOTS: dict[str, tuple[str, ...]] = {
    "Alerts": ("Alerts",),
    "Authentication": ("Authentication",),
    "Certificates": ("All_Certificates",),
    "Change": ("All_Changes",),
    "Compute_Inventory": ("All_Inventory",),
    "DLP": ("DLP_Incidents",),
    "Data_Access": ("Data_Access",),
    "Databases": ("All_Databases",),
    "Email": ("All_Email",),
    "Endpoint": ("Ports", "Processes", "Services", "Filesystem", "Registry"),
    "Event_Signatures": ("Signatures",),
    "Interprocess_Messaging": ("All_Messaging",),
    "Intrusion_Detection": ("IDS_Attacks",),
    "Malware": ("Malware_Attacks", "Malware_Operations"),
    "Network_Resolution": ("DNS",),
    "Network_Sessions": ("All_Sessions",),
    "Network_Traffic": ("All_Traffic",),
    "Performance": ("All_Performance",),
    "Risk": ("All_Risk",),
    "Splunk_Audit": (),
    "Ticket_Management": ("All_Ticket_Management",),
    "Updates": ("Updates", "Update_Errors"),
    "Vulnerabilities": ("Vulnerabilities",),
    "Web": ("Web",),
}
"""Data model to the data sets at its root."""

UNPREFIXED = frozenset(("_time", "host", "source", "sourcetype", "index", "splunk_server", "_indextime"))
"""Fields that stand without the name of a data set."""

_PREFIX = re.compile(r"(?:[A-Z][A-Za-z_]*\.)+")


def is_model(table: str) -> bool:
    """Whether a table is a data model or a data set of one."""
    return table.partition(".")[0] in ROOTS


def prefix_of(table: str) -> str:
    """What stands before the fields of a table in `tstats`; "" where it is no data set at a root."""
    model, _, dataset = table.partition(".")
    roots = ROOTS.get(model, ())
    if dataset in roots:
        return f"{dataset}."
    return f"{roots[0]}." if not dataset and len(roots) == 1 else ""


def unprefixed(name: str) -> str:
    """A field without the names of its data sets."""
    return _PREFIX.sub("", name, count=1) if _PREFIX.match(name) else name


def model_of(source: str) -> str:
    """The table that stands behind `from`: "datamodel=Endpoint.Processes" is "Endpoint.Processes"."""
    key, equals, name = source.partition("=")
    if not equals:
        key, equals, name = source.partition(":")
    return name.strip('"').replace('"."', ".") if key.strip().lower() == "datamodel" else ""
