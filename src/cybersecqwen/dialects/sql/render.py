"""From a tree to text."""

from __future__ import annotations

from sqlglot.errors import ErrorLevel, SqlglotError

from cybersecqwen.errors import LimitError, UnsayableError

from .languages import LANGUAGES
from .tree import Flavour, SqlTree


def render(tree: SqlTree) -> str:
    """The text of a tree: a clause a line, names of functions small, statements parted by semicolons."""
    return ";\n".join(text_of(statement, tree.flavour) for statement in tree.statements)


def text_of(expression: object, flavour: Flavour, *, pretty: bool = True) -> str:
    """The text of one expression. Raises LimitError where it nests too deep."""
    language = LANGUAGES[flavour]()
    try:
        return language.generate(
            expression,  # type: ignore[arg-type]
            copy=True,
            pretty=pretty,
            normalize_functions="lower",
            unsupported_level=ErrorLevel.IGNORE,
            comments=True,
        )
    except RecursionError:
        raise LimitError("The query nests too deep.") from None
    except (SqlglotError, ValueError, TypeError, AttributeError, LookupError, AssertionError) as error:
        raise UnsayableError(
            f"A part of the query cannot be written as SQL ({type(error).__name__}).", what="this SQL"
        ) from None
