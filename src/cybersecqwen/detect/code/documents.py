"""Configuration as a document: YAML, Terraform and Dockerfiles by the paths of their keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .rule import DocumentMatch

if TYPE_CHECKING:
    from cybersecqwen.inputs.source.files import SourceFile


def parts_of(source: SourceFile, matches: Sequence[DocumentMatch]) -> Iterator[tuple[int, int]]:
    """(start, end) in characters of the parts that matches are about."""
    raise NotImplementedError
    yield
