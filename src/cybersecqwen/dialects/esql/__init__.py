"""ES|QL, the piped query language of Elasticsearch."""

from .dialect import Esql

__all__ = ["Esql"]
