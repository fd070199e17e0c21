"""Functions of `eval` in words: what each gives, with its arguments already in words.

Meanings: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/CommonEvalFunctions.
"""

from __future__ import annotations

PHRASES: dict[tuple[str, int], str] = {
    ("abs", 1): "{0} without its sign",
    ("exact", 1): "{0}",
    ("ceiling", 1): "{0} rounded up",
    ("ceil", 1): "{0} rounded up",
    ("floor", 1): "{0} rounded down",
    ("round", 1): "{0} rounded",
    ("round", 2): "{0} rounded to {1} places",
    ("sqrt", 1): "the square root of {0}",
    ("pow", 2): "{0} to the power of {1}",
    ("ln", 1): "the natural logarithm of {0}",
    ("log", 1): "the logarithm of {0}",
    ("log", 2): "the logarithm of {0} to the base {1}",
    ("len", 1): "the length of {0}",
    ("lower", 1): "{0} in small letters",
    ("upper", 1): "{0} in capital letters",
    ("trim", 1): "{0} without spaces around it",
    ("ltrim", 1): "{0} without spaces before it",
    ("rtrim", 1): "{0} without spaces behind it",
    ("trim", 2): "{0} without {1} around it",
    ("ltrim", 2): "{0} without {1} before it",
    ("rtrim", 2): "{0} without {1} behind it",
    ("replace", 3): "{0} with {2} in place of what matches {1}",
    ("substr", 2): "{0} from character {1} on",
    ("substr", 3): "{2} characters of {0} from character {1} on",
    ("tostring", 1): "{0}",
    ("tonumber", 1): "{0} as a number",
    ("tonumber", 2): "{0} as a number of base {1}",
    ("urldecode", 1): "{0} with %-codes decoded",
    ("split", 2): "the parts of {0} between {1}",
    ("mvcount", 1): "the number of values of {0}",
    ("mvdedup", 1): "the different values of {0}",
    ("mvsort", 1): "the values of {0} in order",
    ("mvjoin", 2): "the values of {0} joined by {1}",
    ("mvfind", 2): "the place of the value of {0} that matches {1}",
    ("mvzip", 2): "the values of {0} and {1} in pairs",
    ("mvzip", 3): "the values of {0} and {1} in pairs with {2} between",
    ("mvmap", 2): "for each value of {0}, {1}",
    ("mvindex", 2): "the value of {0} at the place {1}",
    ("mvindex", 3): "the values {1} to {2} of {0}",
    ("now", 0): "now",
    ("time", 0): "the time of day now",
    ("null", 0): "nothing",
    ("true", 0): "true",
    ("false", 0): "false",
    ("random", 0): "a random number",
    ("pi", 0): "pi",
    ("strftime", 2): "{0} as a date in the form {1}",
    ("strptime", 2): "the time that {0} says in the form {1}",
    ("relative_time", 2): "{0} shifted by {1}",
    ("md5", 1): "the MD5 hash of {0}",
    ("sha1", 1): "the SHA-1 hash of {0}",
    ("sha256", 1): "the SHA-256 hash of {0}",
    ("typeof", 1): "the type of {0}",
    ("spath", 2): "what stands at {1} in {0}",
    ("json_extract", 2): "what stands at {1} in {0}",
    ("nullif", 2): "{0}, but nothing where it is {1}",
}
"""(function, number of arguments) to a phrase."""

SEVERAL: dict[str, str] = {
    "min": "the least of {}",
    "max": "the greatest of {}",
    "coalesce": "the first there is of {}",
    "mvappend": "the values of {} together",
}
"""Functions of any number of arguments."""
