"""Signals over events: matching, the process tree, stories."""
