"""Secrets that stand in files: tokens of known formats, private keys, and values whose names say it."""
