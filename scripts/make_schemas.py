"""Make the built-in schemas from the makers' documentation: `python scripts/make_schemas.py DATA_DIR DOCS`.

DATA_DIR is the development data (queries/{Defender,Sentinel}_Schema.json.gz, MIT). DOCS holds what was taken
from documentation, only names and types of which are read:

    tables/{sentinel,defender}.json   tables in the form of these two files
    asim/*.yaml, cim/*.yaml           the fields of each schema and data model
    udm/*.yaml                        the records of UDM
    ecs/fields.csv                    https://github.com/elastic/ecs/blob/main/generated/csv/fields.csv

The addresses of the documentation stand in the files that are made.
The schemas `windows`, `falcon` and `sigma` are lists written by hand beside these, with their sources.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import yaml

HERE = Path(__file__).parent.parent / "src" / "cybersecqwen" / "dialects" / "fields" / "schemas"
Fields = dict[str, str]

_MICROSOFT = {
    "datetime": "time",
    "date/time": "time",
    "timestamp": "time",
    "boolean": "bool",
    "bool": "bool",
    "sbyte": "bool",
    "object": "dynamic",
    "dynamic": "dynamic",
    "int": "number",
    "int32": "number",
    "int64": "number",
    "bigint": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "real": "number",
    "decimal": "number",
    "number": "number",
}
_ELASTIC = {
    "date": "time",
    "boolean": "bool",
    "object": "dynamic",
    "flattened": "dynamic",
    "nested": "dynamic",
    "geo_point": "dynamic",
    **dict.fromkeys(("long", "integer", "float", "double", "scaled_float"), "number"),
}
_PROTO = {
    **dict.fromkeys(("uint32", "uint64", "int32", "int64", "float", "double", "int"), "number"),
    "bool": "bool",
    "timestamp": "time",
    "struct": "dynamic",
}


def main() -> None:
    """Write the schemas that the sources are there for."""
    data, docs = Path(sys.argv[1]) / "queries", Path(sys.argv[2])
    origin = "Names of public documentation, {}, read 2026-11-26"
    for name, title in (("defender", "Microsoft Defender XDR"), ("sentinel", "Microsoft Sentinel")):
        tables = _tables(orjson.loads((docs / "tables" / f"{name}.json").read_bytes()))
        given = orjson.loads(gzip.decompress((data / f"{name.title()}_Schema.json.gz").read_bytes()))
        for table, fields in _tables(given).items():
            tables[table] = {**tables.get(table, {}), **fields}
        for fields in tables.values():
            fields.update(dict.fromkeys(_JSON_TEXT.intersection(fields), "dynamic"))
        address = "learn.microsoft.com/azure/azure-monitor/reference/tables-index"
        if name == "defender":
            address = "learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables"
        time = "Timestamp" if name == "defender" else "TimeGenerated"
        _write(name, title, time, origin.format(address) + "; table lists under the MIT licence", tables)
    _write(
        "asim",
        "Microsoft Sentinel ASIM",
        "TimeGenerated",
        origin.format("learn.microsoft.com/azure/sentinel/normalization-about-schemas"),
        _asim(docs / "asim"),
    )
    _write(
        "cim",
        "Splunk Common Information Model",
        "_time",
        origin.format("help.splunk.com/data-management/common-information-model"),
        _cim(docs / "cim"),
    )
    _write(
        "udm",
        "Google SecOps UDM",
        "metadata.event_timestamp",
        origin.format("docs.cloud.google.com/chronicle/docs/reference/udm-field-list"),
        {"": _udm(docs / "udm")},
    )
    _write(
        "ecs",
        "Elastic Common Schema",
        "@timestamp",
        origin.format("github.com/elastic/ecs (Apache-2.0) and elastic.co/docs/reference/beats"),
        {"": _ecs(docs / "ecs" / "fields.csv", HERE / "beats.txt")},
    )


def _write(name: str, title: str, time: str, origin: str, tables: dict[str, Fields]) -> None:
    ordered = {table: dict(sorted(fields.items())) for table, fields in sorted(tables.items())}
    made = {"name": name, "title": title, "time": time, "origin": origin, "tables": ordered}
    (HERE / f"{name}.json").write_bytes(orjson.dumps(made) + b"\n")
    print(f"{name}: {len(tables):,} tables, {sum(map(len, tables.values())):,} fields")


_JSON_TEXT = frozenset(
    ("AdditionalFields", "RawEventData", "RequestParameters", "ResponseElements", "AdditionalEventData")
)
"""Text in some tables, but JSON that queries take parts from."""


def _tables(raw: Any) -> dict[str, Fields]:
    return {
        table["Table"]: {one["Name"].strip(): _microsoft(one["Type"]) for one in table["Columns"]}
        for database in raw
        for table in database["Tables"]
    }


def _microsoft(type_: str) -> str:
    return _MICROSOFT.get(type_.removeprefix("System.").lower(), "text")


_PARSERS = {
    "ProcessEvent": ("imProcessCreate", "imProcessTerminate", "imProcess"),
    "FileEvent": ("imFileEvent",),
    "NetworkSession": ("imNetworkSession",),
    "Dns": ("imDns",),
    "WebSession": ("imWebSession",),
    "Authentication": ("imAuthentication",),
    "RegistryEvent": ("imRegistry",),
    "AuditEvent": ("imAuditEvent",),
    "UserManagement": ("imUserManagement",),
    "DhcpEvent": ("imDhcpEvent",),
    "AlertEvent": ("imAlertEvent",),
}
"""Schemas and the functions that give their events: names without `im` are those of _Im_*."""


def _asim(folder: Path) -> dict[str, Fields]:
    made: dict[str, Fields] = {}
    for path in sorted(folder.glob("*.yaml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        fields = {one["name"]: _microsoft(str(one.get("type") or "").split(" ")[0]) for one in raw["fields"]}
        fields = {name: type_ for name, type_ in fields.items() if name.isidentifier()}
        fields["TimeGenerated"] = "time"
        if "AdditionalFields" in fields:
            fields["AdditionalFields"] = "dynamic"
        for name in _PARSERS.get(raw["name"], ()):
            made[name] = fields
        if raw["name"] in _PARSERS:
            made[f"_Im_{raw['name']}"] = fields
    for before in ("im", "_Im_"):  # a web session has the fields of a network session as well
        made[f"{before}WebSession"] = {**made[f"{before}NetworkSession"], **made[f"{before}WebSession"]}
    return made


def _cim(folder: Path) -> dict[str, Fields]:
    made: dict[str, Fields] = {}
    for path in sorted(folder.glob("*.yaml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        if raw["name"] in ("Splunk_CIM_Validation", "JVM", "Change_Analysis", "Application_State"):
            continue
        for name, dataset in raw["datasets"].items():
            fields = {
                field: _microsoft(str((about or {}).get("type") or "string"))
                for field, about in dataset.get("fields", {}).items()
            }
            fields["_time"] = "time"
            made[f"{raw['name']}.{name}"] = fields
            if len(raw["root_datasets"]) == 1 and name == raw["root_datasets"][0]:
                made[raw["name"]] = fields
    return made


_NOUNS = ("principal", "src", "target", "intermediary", "observer", "about")
_UDM_LEFT = frozenset(
    (
        *("entity", "graph", "relations", "metric", "finding", "verdict_info", "artifact", "vulnerabilities"),
        *(
            "process_ancestors",
            "pdf_info",
            "pe_file",
            "admin",
            "billing",
            "registrant",
            "tech",
            "zone",
            "vulns",
        ),
        *("ip_geo_artifact", "managers", "user_management_chain", "wmi_persistence_item", "hardware", "ntfs"),
        *("scheduled_cron_task", "last_https_certificate", "last_dns_records", "software", "srum", "browser"),
        *("resource_ancestors", "entity_risk", "network_user", "scheduled_task", "user_assist"),
    )
)
"""What only entities have, and branches that repeat others or that detections do not ask about."""
_UDM_DEEPEST = 5


def _udm(folder: Path) -> Fields:
    records = {
        path.stem.replace("_", ""): yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in folder.glob("*.yaml")
    }
    made: Fields = {}
    for root in ("metadata", *_NOUNS, "network", "security_result", "extensions"):
        key = "noun" if root in _NOUNS else root.replace("_", "")
        made.update(_udm_fields(records, key, f"{root}.", 1))
    made["additional.fields"] = "dynamic"
    return made


def _udm_fields(records: dict[str, Any], key: str, before: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, about in records[key]["fields"].items():
        nested = depth > 1 and name in ("security_result", "about", "network", "asset", "domain")
        if about.get("deprecated") or name in _UDM_LEFT or (nested and "asset" not in name):
            continue
        type_ = str(about["type"]).removeprefix("list<").removesuffix(">").lower().replace("_", "")
        known = type_.replace(".", "")
        known = known if known in records else key + known  # types within a record: Question of Dns
        inner = records.get(known)
        if inner is None or not inner.get("fields"):
            yield before + name, _PROTO.get(type_.rpartition(".")[2], "text")
        elif type_ == "label":
            yield before + name, "dynamic"
        elif depth < _UDM_DEEPEST and before.count(f"{name}.") < 1 and before.split(".")[0] != name:
            yield from _udm_fields(records, known, f"{before}{name}.", depth + 1)


def _ecs(path: Path, beats: Path) -> Fields:
    """Fields of ECS without those of threat intelligence and of distant leaders, and those of Beats."""
    made: Fields = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["Field"]
            if name.startswith(("threat.enrichments", "threat.indicator", "gen_ai", "orchestrator")):
                continue
            if name.count("leader") > 1 or ("leader." in name and name.count(".") > 2):
                continue
            made[name] = _ELASTIC.get(row["Type"], "text")
    for line in beats.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, type_ = line.partition(" ")
            made[name] = type_ or "text"
    return made


if __name__ == "__main__":
    main()
