"""Sigma: rules as people share them, evaluated over batches of records.

    rule files ─rulefiles→ mappings ─parse→ Rule (cache.py remembers) ─plan→ per kind of record
    records ─rows→ Row by kind ─batch→ hits ─correlation→ more hits

The specification followed is https://github.com/SigmaHQ/sigma-specification (2.0 and 2.1).
"""
