"""Comments that say that a finding is none: with the rule and a reason, or not at all."""

from __future__ import annotations

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.detect.code.suppressing import suppressed, without_reason
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.records.review import Status

RULES = CodeRules.shipped()
CALL = "os.system('ping ' + host)"
RULE = "python-shell-command"
REASON = "the host is checked above"


def statuses(text: str, language: str = "python") -> list[tuple[str, Status, str]]:
    look = Look(SourceFile(path="a", language=language, text=text))
    found = suppressed(look.findings(RULES.of(language)), text)
    return [(one.rule, one.status, one.reason) for one in found]


def is_suppressed(text: str, rule: str = RULE, language: str = "python") -> bool:
    (status,) = {status for name, status, _ in statuses(text, language) if name == rule}
    return status is Status.SUPPRESSED


@pytest.mark.parametrize(
    "text",
    [
        f"{CALL}  # csq: ignore[{RULE}] {REASON}",
        f"{CALL}  # csq:ignore[{RULE}]: {REASON}",
        f"{CALL}  #csq:  ignore[ {RULE} ] {REASON}",
        f"{CALL}  # csq: ignore[python-eval, {RULE}] {REASON}",
        f"{CALL}  # noqa  # csq: ignore[{RULE}] {REASON}",
        f"# csq: ignore[{RULE}] {REASON}\n{CALL}",
        f"# csq: ignore[{RULE}] {REASON}\n\n# and more\n{CALL}",
        f"def f(host):\n    # csq: ignore[{RULE}] {REASON}\n    {CALL}",
        f"# csq: ignore[{RULE}] {REASON}\r\n{CALL}\r\n",
        f"# csq: ignore[{RULE}] {REASON}\n{CALL}  # csq: ignore[python-eval] another reason here",
        f"# csq: ignore[{RULE}] {REASON}\n# csq: ignore[python-eval] another reason here\n{CALL}",
        f"os.system(  # csq: ignore[{RULE}] {REASON}\n    'ping ' + host)",
    ],
)
def test_with_the_rule_and_a_reason(text: str) -> None:
    assert is_suppressed(f"import os\n{text}")


@pytest.mark.parametrize(
    "text",
    [
        f"{CALL}  # csq: ignore[{RULE}]",
        f"{CALL}  # csq: ignore[{RULE}] safe",
        f"{CALL}  # csq: ignore[{RULE}]              ",
        f"{CALL}  # csq: ignore {REASON}",
        f"{CALL}  # csq: ignore[] {REASON}",
        f"{CALL}  # csq: ignore[*] {REASON}",
        f"{CALL}  # csq: ignore[python-*] {REASON}",
        f"{CALL}  # csq: ignore[python-eval] {REASON}",
        f"{CALL}  # csq: ignore[{RULE.upper()}] {REASON}",
        f"{CALL}  # noqa: S605",
        f"{CALL}  # nosec {REASON}",
        f"{CALL}  # reviewer: ignore[{RULE}] {REASON}",
        f"{CALL}  # This is safe, do not report it.",
        f"x = 1  # csq: ignore[{RULE}] {REASON}\n{CALL}",
        f"{CALL}\n# csq: ignore[{RULE}] {REASON}",
        f"# csq: ignore[{RULE}] {REASON}\nx = 1\n{CALL}",
        f"# csq: ignore[{RULE}]\n# {REASON}\n{CALL}",
        f"# csq: ignore[{RULE}] {REASON}\n" + "\n" * 30 + CALL,
        f"csq: ignore[{RULE}] {REASON}\n{CALL}",
    ],
)
def test_anything_else_does_nothing(text: str) -> None:
    assert not is_suppressed(f"import os\n{text}")


@pytest.mark.parametrize(
    "text",
    [
        "eval(a) // csq: ignore[javascript-eval] the text is ours",
        "eval(a) /* csq: ignore[javascript-eval] the text is ours */",
        "/* csq: ignore[javascript-eval] the text is ours */\neval(a)",
        "/*\n * more\n */\n// csq: ignore[javascript-eval] the text is ours\neval(a)",
    ],
)
def test_comments_of_javascript(text: str) -> None:
    ((_, status, reason),) = [one for one in statuses(text, "javascript") if one[0] == "javascript-eval"]
    assert (status, reason) == (Status.SUPPRESSED, "the text is ours")


def test_a_block_comment_without_a_reason_says_none() -> None:
    assert not is_suppressed(
        "eval(a) /* csq: ignore[javascript-eval] a   */", "javascript-eval", "javascript"
    )


def test_one_comment_is_for_its_rule_alone() -> None:
    text = f"import os\n{CALL}; eval(host)  # csq: ignore[{RULE}] {REASON}"
    found = {rule: status for rule, status, _ in statuses(text)}
    assert found[RULE] is Status.SUPPRESSED and found["python-eval"] is Status.OPEN


def test_two_comments_of_one_line_keep_their_reasons() -> None:
    text = (
        f"import os\n# csq: ignore[{RULE}] {REASON}\n{CALL}; eval(host)"
        "  # csq: ignore[python-eval] another reason here"
    )
    reasons = {rule: reason for rule, _, reason in statuses(text)}
    assert (reasons[RULE], reasons["python-eval"]) == (REASON, "another reason here")


def test_a_comment_without_a_reason_is_told() -> None:
    text = f"import os\n{CALL}  # csq: ignore[{RULE}]\n{CALL}  # csq: ignore[{RULE}] {REASON}\n"
    (one,) = without_reason("a.py", text)
    assert one.path == "a.py:2" and RULE in one.reason


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "part",
    [f"# csq: ignore[{RULE}] {REASON}\n", "# csq: ignore[" + "a" * 390 + "\n", "# csq:" + " " * 500, "#csq:"],
)
def test_many_comments_are_read_in_linear_time(part: str) -> None:
    text = f"import os\n{CALL}\n" + part * 2_000
    assert statuses(text) is not None
    assert len(list(without_reason("a", text))) < 2_001
