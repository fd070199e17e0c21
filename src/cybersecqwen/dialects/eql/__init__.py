"""EQL, the Event Query Language of Elasticsearch and Elastic Security."""

from .dialect import Eql

__all__ = ["Eql"]
