"""What `--to` may name: a query language, and the schemas that are tried for it in this order."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from cybersecqwen.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Target:
    """A language, and whose names of fields it is to be written with."""

    dialect: str
    """Name in `DIALECTS`."""
    schemas: tuple[str, ...]
    """Names of schemas, the first that has a home for what is asked is taken."""


TARGETS: dict[str, Target] = {
    "splunk": Target("spl", ("windows", "cim")),
    "spl": Target("spl", ("windows", "cim")),
    "splunk-cim": Target("spl", ("cim",)),
    "kql": Target("kql", ("defender", "sentinel", "asim")),
    "defender": Target("kql", ("defender",)),
    "sentinel": Target("kql", ("sentinel", "asim")),
    "asim": Target("kql", ("asim",)),
    "eql": Target("eql", ("ecs",)),
    "esql": Target("esql", ("ecs",)),
    "lucene": Target("lucene", ("ecs",)),
    "elastic": Target("esql", ("ecs",)),
    "opensearch": Target("lucene", ("ecs",)),
    "logscale": Target("logscale", ("falcon",)),
    "crowdstrike": Target("logscale", ("falcon",)),
    "secops": Target("secops", ("udm",)),
    "chronicle": Target("secops", ("udm",)),
    "sqlite": Target("sqlite", ("sigma",)),
    "duckdb": Target("duckdb", ("sigma",)),
    "sql": Target("duckdb", ("sigma",)),
    "sigma": Target("sigma", ("sigma",)),
}
"""By the names that people use."""


def target_of(name: str, schema: str = "") -> Target:
    """The target of that name, with one schema alone where one is named.

    Raises UnknownNameError with the nearest names.
    """
    found = TARGETS.get(name.lower())
    if found is None:
        near = get_close_matches(name.lower(), TARGETS, n=3)
        raise UnknownNameError(
            f"There is no query language called {name[:40]!r}.",
            hint=f"{'Did you mean' if near else 'Known are'}: {', '.join(near or TARGETS)}.",
        )
    return Target(found.dialect, (schema,)) if schema else found
