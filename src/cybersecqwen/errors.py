"""Every error that this project raises on purpose.

    CsqError
    ├── UsageError             the caller asked for something that cannot be
    │   ├── SettingsError      a settings file or CSQ_* variable is wrong
    │   └── UnknownNameError   a name that no registry holds
    ├── InputError             evidence that cannot be read
    │   ├── NothingAnalysedError   there was nothing in it to analyse
    │   └── LimitError         it is larger or deeper than the bounds allow
    ├── KnowledgeError         the knowledge bundle is missing, damaged or too old
    ├── RuleError              a signal or rule file is invalid
    ├── QueryError             a query cannot be used
    │   ├── QuerySyntaxError       it does not parse; says where
    │   ├── UnsayableError         a query language has no words for it
    │   ├── FieldError             it names a table or field that the schema has not
    │   └── EffectError            it would do more than read
    ├── ModelError             a language model cannot be used
    │   ├── WeightsError       a weights file is missing, damaged or not the one that was asked for
    │   ├── ModelTimeoutError  it did not answer in time (retryable)
    │   ├── ModelServerError   a server answered with an error or with nonsense (retryable)
    │   └── SchemaError        what it wrote does not follow the schema (retryable)
    ├── OfflineError           something tried to open a connection without being asked to
    └── OutputError            a result cannot be written

A message is one clear sentence; `hint` says what the reader can do about it. Exit codes are the
contract of the command line: 0 clean, 1 findings, 2 usage or internal error, 3 nothing analysed.
"""

from __future__ import annotations


class CsqError(Exception):
    """Base of every error raised on purpose; other exceptions are bugs."""

    exit_code: int = 2
    retryable: bool = False
    default_hint: str = ""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        """One sentence: what is wrong, with the name or path it is about."""
        self.hint = hint or self.default_hint
        """One sentence: what to do next; empty where there is nothing to add."""


class UsageError(CsqError):
    """The caller asked for something that cannot be."""

    default_hint = "See `csq --help`."


class SettingsError(UsageError):
    """A settings file or a CSQ_* variable is wrong."""

    default_hint = "See docs/settings.md for every setting."


class UnknownNameError(UsageError):
    """A name that no registry holds."""


class InputError(CsqError):
    """Evidence that cannot be read."""


class NothingAnalysedError(InputError):
    """There was nothing in the input to analyse."""

    exit_code = 3


class LimitError(InputError):
    """The input is larger or deeper than the bounds allow."""

    default_hint = "The bounds are settings (CSQ_LIMIT_*); raise them only for input that you trust."


class KnowledgeError(CsqError):
    """The knowledge bundle is missing, damaged or too old."""

    default_hint = "`csq kb status` shows the bundle in use, `csq kb build --from DIR` makes a new one."


class RuleError(CsqError):
    """A signal or rule file is invalid."""


class QueryError(CsqError):
    """A query cannot be used."""


class QuerySyntaxError(QueryError):
    """A query does not parse."""

    def __init__(self, message: str, *, line: int, column: int, hint: str = "") -> None:
        super().__init__(f"Line {line}, column {column}: {message}", hint=hint)
        self.line = line
        """From 1."""
        self.column = column
        """From 1, in characters."""


class UnsayableError(QueryError):
    """A query language has no words for a part of a query, or that part cannot be run here."""

    def __init__(self, message: str, *, what: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.what = what
        """The part in two or three words, the same for all of its kind: "regular expressions"."""


class FieldError(QueryError):
    """A query names a table or a field that the schema has not."""


class EffectError(QueryError):
    """A query would do more than read: such a one is neither run nor given out."""


class ModelError(CsqError):
    """A language model cannot be used."""

    default_hint = "`csq model list` shows what is installed; results without a model are complete."


class WeightsError(ModelError):
    """A weights file is missing, damaged or not the one that was asked for."""


class ModelTimeoutError(ModelError):
    """The model did not answer in time."""

    retryable = True


class ModelServerError(ModelError):
    """A model server answered with an error or with nonsense."""

    retryable = True


class SchemaError(ModelError):
    """What the model wrote does not follow the schema it was given."""

    retryable = True


class OfflineError(CsqError):
    """Something tried to open a connection without being asked to."""

    default_hint = "Only `csq model pull` and `csq kb update` may go online."


class OutputError(CsqError):
    """A result cannot be written."""
