"""Functions of values: by name, with how many arguments they take.

Each: https://learn.microsoft.com/kusto/query/scalar-functions.
"""

from __future__ import annotations

from .function_kinds import Function
from .functions_of_lists import LISTS
from .functions_of_networks import NETWORKS
from .functions_of_numbers import NUMBERS
from .functions_of_texts import TEXTS
from .functions_of_times import TIMES

FUNCTIONS: dict[str, Function] = {**TEXTS, **NUMBERS, **TIMES, **LISTS, **NETWORKS}
"""Name of a function to what it does."""
