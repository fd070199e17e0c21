"""Insecure code, found by rules: one YAML file a rule below `rules/`, its own examples its tests."""
