"""Lucene's query string, as Elasticsearch and OpenSearch take it.

Source: https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query and
https://docs.opensearch.org/latest/query-dsl/full-text/query-string/.
"""

from __future__ import annotations

from .language import Lucene

__all__ = ["Lucene"]
