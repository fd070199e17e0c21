"""Options that every task has; each command file adds its own."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

Format = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        help="For people: terminal, markdown, html; for programs: json, ndjson, ocsf, stix, misp, navigator,"
        " csv; lists to block or find: hosts, rpz, suricata, sigma, yara; query for a query alone;"
        " of reviews: sarif, gitlab, junit, cyclonedx, openvex; of audits: oscal.",
    ),
]
Save = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads this at run time on 3.11
    typer.Option(
        "--save", "-o", metavar="PATH", help="Also write the report there; the suffix gives the format."
    ),
]
Model = Annotated[
    str,
    typer.Option(
        help="Language model that reads and writes: a name of `csq model list`, server, auto or none."
        " Left out: auto for people (terminal, markdown, html), none for machines (json)."
    ),
]
FailOn = Annotated[
    str, typer.Option(help="Exit with 1 from this severity on: low, medium, high, critical or never.")
]
Detail = Annotated[str, typer.Option(help="brief, normal or full.")]
AllowTlp = Annotated[
    str,
    typer.Option(
        "--allow-tlp", metavar="LEVEL", help="red lets what is marked TLP:RED be saved and exported."
    ),
]
