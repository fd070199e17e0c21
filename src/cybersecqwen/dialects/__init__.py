"""Query languages as data: parsed, rendered, read into one middle and written from it, checked and run.

One line here per dialect; `interface.py` says what each must give, `query.py` what lies between them.
"""

from __future__ import annotations

from typing import Any

from cybersecqwen.registry import Registry

from .interface import Dialect

DIALECTS: Registry[type[Dialect[Any]]] = Registry(
    "query language",
    {
        "spl": "cybersecqwen.dialects.spl:Spl",
        "kql": "cybersecqwen.dialects.kql:Kql",
        "eql": "cybersecqwen.dialects.eql:Eql",
        "esql": "cybersecqwen.dialects.esql:Esql",
        "lucene": "cybersecqwen.dialects.lucene:Lucene",
        "logscale": "cybersecqwen.dialects.logscale:LogScale",
        "secops": "cybersecqwen.dialects.secops:SecOps",
        "sqlite": "cybersecqwen.dialects.sql:Sqlite",
        "duckdb": "cybersecqwen.dialects.sql:DuckDb",
        "sigma": "cybersecqwen.dialects.sigma:Sigma",
    },
    group="cybersecqwen.dialects",
)
