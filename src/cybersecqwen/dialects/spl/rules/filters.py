"""Filters moved to where fewer rows have to be made before them."""

from __future__ import annotations

from .changing import BUILT_IN, DOCS, TIPS, of_pairs, rule
from .exact import where_to_search
from .groups import before_stats, known_groups
from .moving import (
    before,
    evals,
    expands,
    lookups,
    merge_searches,
    merge_wheres,
    past_columns,
    past_dedup,
    past_join,
    past_rename,
    sorts,
)

FILTERS = (
    rule(
        "merge-searches",
        "Conditions in the first search are met by the index, those behind a bar by reading every event.",
        TIPS,
        of_pairs(merge_searches),
    ),
    rule(
        "where-to-search",
        "What `search` can say in the first search is met by the index, `where` reads every event.",
        f"{DOCS}/SearchReference/Where",
        where_to_search,
    ),
    rule("merge-where", "One pass over the rows instead of two.", BUILT_IN, of_pairs(merge_wheres)),
    rule(
        "filter-before-eval",
        "Fields are not computed for rows that are dropped afterwards.",
        BUILT_IN,
        of_pairs(before(evals)),
    ),
    rule(
        "filter-before-rename",
        "A filter by the name that a field had can become a part of the first search.",
        BUILT_IN,
        of_pairs(past_rename),
    ),
    rule(
        "filter-before-lookup",
        "Nothing is looked up for rows that are dropped afterwards.",
        TIPS,
        of_pairs(before(lookups)),
    ),
    rule("filter-before-sort", "Fewer rows are sorted.", TIPS, of_pairs(before(sorts))),
    rule(
        "filter-before-mvexpand",
        "Rows that are dropped afterwards are not multiplied first.",
        TIPS,
        of_pairs(before(expands)),
    ),
    rule(
        "filter-before-fields",
        "A filter can become a part of the first search.",
        TIPS,
        of_pairs(past_columns),
    ),
    rule("filter-before-dedup", "Fewer rows are compared with each other.", TIPS, of_pairs(past_dedup)),
    rule("filter-before-join", "Fewer rows are joined.", f"{DOCS}/SearchReference/Join", of_pairs(past_join)),
    rule(
        "filter-before-stats",
        "Groups that are dropped afterwards are not counted.",
        TIPS,
        before_stats,
    ),
    rule(
        "drop-presence-of-groups",
        "What is counted by a field is counted only where it is there.",
        f"{DOCS}/SearchReference/Stats",
        known_groups,
    ),
)
"""Rules that move filters."""
