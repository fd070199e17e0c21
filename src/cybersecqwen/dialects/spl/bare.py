"""Expressions and measures over a data model, with their fields without the names of data sets."""

from __future__ import annotations

from dataclasses import replace

from .models import UNPREFIXED, unprefixed
from .stages import Measure
from .tokens import Placed, place_of
from .tree import All, AnyOf, Compare, Found, OneOf, Without


def bare(found: Found) -> Found:
    """An expression of `search`."""
    if isinstance(found, All | AnyOf):
        return type(found)(tuple(map(bare, found.parts)))
    if isinstance(found, Without):
        return Without(bare(found.inner))
    if isinstance(found, Compare | OneOf) and found.field not in UNPREFIXED:
        return replace(found, field=Placed(unprefixed(found.field), place_of(found.field)))
    return found


def bare_measure(measure: Measure) -> Measure:
    """A measure, whose column keeps its name."""
    if not isinstance(measure.argument, str):
        return measure
    return replace(measure, argument=unprefixed(measure.argument), alias=measure.name)
