"""The functions of `eval` by their names: what each makes of its arguments.

Meanings: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/CommonEvalFunctions.
"""

from __future__ import annotations

from .functions_choosing import CHOOSING
from .functions_numbers import NUMBERS
from .functions_several import SEVERAL
from .functions_text import TEXT
from .making import Asking, Make

__all__ = ["FUNCTIONS", "Asking"]

FUNCTIONS: dict[str, Make] = {**CHOOSING, **TEXT, **NUMBERS, **SEVERAL}
"""How the value of a call is got, by the function's name."""
