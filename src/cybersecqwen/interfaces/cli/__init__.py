"""The command line: `csq`. Results go to stdout, talk and progress to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cybersecqwen import offline
from cybersecqwen.errors import CsqError

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it (128 + SIGINT)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `csq`; returns the exit code and never shows a traceback for an error raised on purpose."""
    from .app import app

    # Threads of the matrix library wait by spinning: on a busy machine, or beside workers of our own, judging
    # a page costs three times the processor time with them. Read when numpy is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    offline.enforce()  # every command, also those that need no task
    try:
        result = app(args=_joined(sys.argv[1:] if argv is None else list(argv)), standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except CsqError as error:
        tell(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("csq: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`csq … | head`). Python would complain again while flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _usage(error)


_JOINED = {
    ("logs", "baseline"): "logs-baseline",
    ("intel", "match"): "intel-match",
    ("intel", "diff"): "intel-diff",
    ("query", "optimise"): "query-optimise",
    ("query", "optimize"): "query-optimise",
    ("query", "explain"): "query-explain",
    ("query", "translate"): "query-translate",
    ("query", "schema"): "query-schema",
    ("query", "fields"): "query-fields",
    ("query", "test"): "query-test",
    ("playbook", "check"): "playbook-check",
    ("playbook", "rehearse"): "playbook-rehearse",
}
"""Commands of their own below one that takes paths; a file of that name is ./baseline."""


def _joined(argv: list[str]) -> list[str]:
    command = _JOINED.get((argv[0], argv[1])) if len(argv) > 1 else None
    return [command, *argv[2:]] if command else argv


def tell(error: CsqError) -> None:
    """One sentence, and the hint under it."""
    print(f"csq: {shown(error.message)}", file=sys.stderr)
    if error.hint:
        print(f"     {shown(error.hint)}", file=sys.stderr)


def shown(text: str) -> str:
    """A text of others for a terminal: it may hold anything, and nothing of it may move the cursor."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _usage(error: Exception) -> int:
    """Usage errors and exits of the command-line library; anything else is a bug and is shown as one."""
    from typer.exceptions import Abort, Exit, TyperException

    if isinstance(error, Exit):
        return error.exit_code
    if isinstance(error, Abort):
        print("csq: interrupted", file=sys.stderr)
        return INTERRUPTED
    if not isinstance(error, TyperException):
        return _defect(error)
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message())
        return 2
    print(f"csq: {shown(error.format_message())}", file=sys.stderr)
    if context is not None:
        print(f"     See `{context.command_path} --help`.", file=sys.stderr)
    return 2


def _defect(error: Exception) -> int:
    """An error that nobody foresaw: named in one line, in full where CSQ_DEBUG is set."""
    if os.environ.get("CSQ_DEBUG"):
        raise error
    print(f"csq: internal error: {type(error).__name__}: {shown(str(error))[:300]}", file=sys.stderr)
    print("     This is a defect; CSQ_DEBUG=1 shows where it happened.", file=sys.stderr)
    return CsqError.exit_code
