"""Macros that are used everywhere, by their effect.

Facts: names and effects of the macros of https://github.com/splunk/security_content (Apache-2.0), read
2026-11.
"""

from __future__ import annotations

IDLE = frozenset(
    (
        "security_content_summariesonly",  # summariesonly, allow_old_summaries and fillnull_value of tstats
        "security_content_ctime",  # a time as text, for reading
        "drop_dm_object_name",  # takes the name of the data set off the fields
        "ctime",
        "summariesonly",
        "prestats",
        "comment",
    )
)
"""What changes neither which rows there are nor, in the middle, what their fields are called."""


def is_idle(name: str) -> bool:
    """Whether a macro changes no rows: those above, and filters for exceptions, which are empty at first."""
    return name in IDLE or name.endswith("_filter")
