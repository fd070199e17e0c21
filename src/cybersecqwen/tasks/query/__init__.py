"""The task `query`: from words to a checked query, and from one query language to another."""
