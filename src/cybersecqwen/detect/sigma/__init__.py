"""Sigma: rules as people share them, evaluated over batches of records.

    rule files ─rulefiles→ mappings ─parse→ Rule, Correlation ─linking→ Ruleset (cache.py remembers)
    Ruleset ─plan→ per kind of record; records ─rows→ columns ─batch→ hits ─correlation, windows→ more hits

The specification followed is https://github.com/SigmaHQ/sigma-specification (2.0 and 2.1).
"""
