"""Run by an interpreter that has pySigma: every rule of an archive through every backend.

Run as: PYTHON query_dialects_peer.py RULES_ZIP

Prints one line of JSON for each backend: name, rules, converted, reasons, seconds. Rules are parsed anew
for each backend, since pipelines change them; parsing is not counted.
"""

# mypy: ignore-errors

from __future__ import annotations

import json
import sys
import time
import zipfile
from collections import Counter


def backends():
    """(name, backend) pairs; those that are not installed are left out."""
    from sigma.backends.elasticsearch import EqlBackend, ESQLBackend, LuceneBackend
    from sigma.backends.kusto import KustoBackend
    from sigma.backends.splunk import SplunkBackend
    from sigma.pipelines.elasticsearch.windows import ecs_windows
    from sigma.pipelines.microsoftxdr import microsoft_xdr_pipeline
    from sigma.pipelines.sentinelasim import sentinel_asim_pipeline
    from sigma.pipelines.splunk import splunk_cim_data_model, splunk_windows_pipeline

    yield "splunk, no pipeline", lambda: SplunkBackend()
    yield "splunk, splunk_windows", lambda: SplunkBackend(splunk_windows_pipeline())
    yield "splunk, splunk_cim", lambda: SplunkBackend(splunk_cim_data_model())
    yield "kusto, microsoft_xdr", lambda: KustoBackend(microsoft_xdr_pipeline())
    yield "kusto, sentinel_asim", lambda: KustoBackend(sentinel_asim_pipeline())
    yield "eql, ecs_windows", lambda: EqlBackend(ecs_windows())
    yield "esql, ecs_windows", lambda: ESQLBackend(ecs_windows())
    yield "lucene, ecs_windows", lambda: LuceneBackend(ecs_windows())
    try:
        from sigma.backends.crowdstrike import LogScaleBackend
        from sigma.pipelines.crowdstrike import crowdstrike_falcon_pipeline

        yield "logscale, no pipeline", lambda: LogScaleBackend()
        yield "logscale, crowdstrike_falcon", lambda: LogScaleBackend(crowdstrike_falcon_pipeline())
    except ImportError:
        pass
    try:
        from sigma.backends.secops import SecOpsBackend
        from sigma.pipelines.secops import secops_udm_pipeline

        yield "secops, secops_udm", lambda: SecOpsBackend(secops_udm_pipeline())
    except ImportError:
        pass
    try:
        from sigma.backends.sqlite import sqliteBackend

        yield "sqlite, no pipeline", lambda: sqliteBackend()
    except ImportError:
        pass


def main() -> None:
    """Print a line for each backend."""
    import yaml
    from sigma.collection import SigmaCollection

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with zipfile.ZipFile(sys.argv[1]) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith((".yml", ".yaml")))
        texts = [archive.read(name) for name in names]
    for name, make in backends():
        reasons, converted, total, seconds = Counter(), 0, 0, 0.0
        for text in texts:
            documents = [one for one in yaml.load_all(text, Loader=loader) if isinstance(one, dict)]
            total += 1
            try:
                rules = SigmaCollection.from_dicts(documents)
            except Exception as error:
                reasons[type(error).__name__] += 1
                continue
            start = time.perf_counter()
            try:
                made = make().convert(rules)
                converted += bool(made)
                if not made:
                    reasons["nothing given"] += 1
            except Exception as error:
                reasons[type(error).__name__] += 1
            finally:
                seconds += time.perf_counter() - start
        made = {"name": name, "rules": total, "converted": converted, "seconds": round(seconds, 2)}
        print(json.dumps({**made, "reasons": dict(reasons.most_common(6))}), flush=True)


if __name__ == "__main__":
    main()
