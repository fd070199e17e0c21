"""Long runs of comments and blank lines as one line each.

The scanners of some grammars look over the rest of such a run at every line of it: a file of nothing but `#`
would keep them for half an hour.
"""

from __future__ import annotations

_MARKS = {"python": ("#",), "php": ("#", "//"), "terraform": ("#", "//")}
"""Languages with such a scanner, and how their comments begin."""
_LONGEST = 100
"""Lines of a run that stay as they are."""


def runs_joined(text: str, language: str) -> str:
    """The text with as many characters, in which no run is long: the rest of it is one comment."""
    marks = _MARKS.get(language)
    if marks is None or text.count("\n") <= _LONGEST:
        return text
    run, parts = 0, []
    for line in text.split("\n"):
        bare = line.strip()
        quiet = not bare or (
            bare.startswith(marks) and not bare.startswith("#[")
        )  # which PHP means otherwise
        run = run + 1 if quiet else 0
        parts += ["#" if run > _LONGEST else "\n", line]
    return "".join(parts[1:])
