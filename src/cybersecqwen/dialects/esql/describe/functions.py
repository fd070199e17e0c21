"""Functions in words: what each gives, with its arguments already in words.

Meanings: https://www.elastic.co/docs/reference/query-languages/esql/esql-functions-operators
"""

from __future__ import annotations

SAME = frozenset((
    "TO_STRING", "TO_STR", "TO_INTEGER", "TO_INT", "TO_LONG", "TO_DOUBLE", "TO_DBL", "TO_BOOLEAN", "TO_BOOL",
    "TO_DATETIME", "TO_DT", "TO_IP", "TO_UNSIGNED_LONG", "TO_UL", "TO_VERSION", "TO_VER",
))  # fmt: skip
"""Functions that give a value in another type: nothing that a reader needs to be told."""

PHRASES: dict[tuple[str, int], str] = {
    ("NOW", 0): "now",
    ("TO_LOWER", 1): "{0} in small letters",
    ("TO_UPPER", 1): "{0} in capital letters",
    ("TRIM", 1): "{0} without spaces around it",
    ("LTRIM", 1): "{0} without spaces before it",
    ("RTRIM", 1): "{0} without spaces behind it",
    ("REVERSE", 1): "{0} backwards",
    ("LENGTH", 1): "the length of {0}",
    ("BYTE_LENGTH", 1): "the length of {0} in bytes",
    ("SUBSTRING", 2): "{0} from character {1} on",
    ("SUBSTRING", 3): "{2} characters of {0} from character {1} on",
    ("LEFT", 2): "the first {1} characters of {0}",
    ("RIGHT", 2): "the last {1} characters of {0}",
    ("LOCATE", 2): "the place of {1} in {0}",
    ("REPLACE", 3): "{0} with {2} in place of what matches {1}",
    ("SPLIT", 2): "the parts of {0} between {1}",
    ("REPEAT", 2): "{0} repeated {1} times",
    ("ABS", 1): "{0} without its sign",
    ("CEIL", 1): "{0} rounded up",
    ("FLOOR", 1): "{0} rounded down",
    ("ROUND", 1): "{0} rounded",
    ("ROUND", 2): "{0} rounded to {1} places",
    ("SQRT", 1): "the square root of {0}",
    ("POW", 2): "{0} to the power of {1}",
    ("LOG", 1): "the natural logarithm of {0}",
    ("LOG10", 1): "the logarithm of {0} to the base 10",
    ("DATE_TRUNC", 2): "{0} of {1}",
    ("BUCKET", 2): "{1} of {0}",
    ("BUCKET", 4): "{0} in {1} stretches from {2} to {3}",
    ("DATE_EXTRACT", 2): "the {0} of {1}",
    ("DATE_DIFF", 3): "the {0} from {1} to {2}",
    ("DATE_FORMAT", 1): "{0} as text",
    ("DATE_FORMAT", 2): "{1} in the form {0}",
    ("DATE_PARSE", 2): "the time that {1} says in the form {0}",
    ("MV_COUNT", 1): "the number of values of {0}",
    ("MV_FIRST", 1): "the first value of {0}",
    ("MV_LAST", 1): "the last value of {0}",
    ("MV_MIN", 1): "the least value of {0}",
    ("MV_MAX", 1): "the greatest value of {0}",
    ("MV_SUM", 1): "the sum of the values of {0}",
    ("MV_AVG", 1): "the mean of the values of {0}",
    ("MV_SORT", 1): "the values of {0} in order",
    ("MV_DEDUPE", 1): "the different values of {0}",
    ("MV_CONCAT", 2): "the values of {0} joined by {1}",
    ("MV_SLICE", 3): "the values {1} to {2} of {0}",
    ("TO_BASE64", 1): "{0} in Base64",
    ("FROM_BASE64", 1): "{0} decoded from Base64",
    ("URL_DECODE", 1): "{0} with %-codes decoded",
    ("MD5", 1): "the MD5 hash of {0}",
    ("SHA1", 1): "the SHA-1 hash of {0}",
    ("SHA256", 1): "the SHA-256 hash of {0}",
    ("HASH", 2): "the {0} hash of {1}",
    ("IP_PREFIX", 3): "the network of {0}",
}
"""(function, number of arguments) to a phrase."""

SEVERAL: dict[str, str] = {
    "CONCAT": "{} together",
    "COALESCE": "the first there is of {}",
    "GREATEST": "the greatest of {}",
    "LEAST": "the least of {}",
    "MV_APPEND": "the values of {} together",
}
"""Functions of any number of arguments."""

MEASURES: dict[str, str] = {
    "COUNT": "how many have {}",
    "COUNT_DISTINCT": "how many different values of {}",
    "SUM": "the sum of {}",
    "AVG": "the mean of {}",
    "MEDIAN": "the median of {}",
    "MIN": "the least {}",
    "MAX": "the greatest {}",
    "VALUES": "the values of {}",
    "TOP": "the first values of {}",
    "FIRST": "the first {}",
    "LAST": "the last {}",
    "SAMPLE": "some values of {}",
    "STD_DEV": "the standard deviation of {}",
    "VARIANCE": "the variance of {}",
    "MEDIAN_ABSOLUTE_DEVIATION": "the median distance of {} from its median",
    "ABSENT": "whether there is no {}",
    "PRESENT": "whether there is any {}",
}
"""Aggregates."""
