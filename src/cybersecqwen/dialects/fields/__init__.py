"""Schemas: which tables and fields there are, what they are called, and what Sigma's names are there."""
