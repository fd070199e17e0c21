"""`csq audit` from end to end: reports made by other commands, held against controls."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

pytest.importorskip("ast_grep_py")  # one of the reports is of `csq review`

from cybersecqwen.interfaces.cli import main
from tests.render.test_oscal import check_references, schema

SAMPLES = Path(__file__).parents[2] / "samples"
SAVED = (
    ("triage", "intrusion.jsonl"),
    ("logs", "logs"),
    ("intel", "intel/quiet-lantern.md"),
    ("review", "shop"),
)
"""Commands with what they read."""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report of each command, and two files that are none."""
    home = tmp_path_factory.mktemp("audit")
    shutil.copytree(SAMPLES, home / "samples")
    folder = home / "reports"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:  # nothing that other tests left behind has a part in it
        patch.chdir(home)
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
            patch.setenv(name, str(home / name.lower()))
        for command, read in SAVED:
            more = ["--no-cache"] if command == "review" else []
            saved = ["--save", f"reports/{command}.json", "--format", "json"]
            asked = [command, f"samples/{read}", *saved, "--fail-on", "never", "--model", "none", *more]
            assert main(asked) == 0, command
        assert main(["ask", "What is T1059.001?", "--model", "none", "--save", "reports/ask.json"]) == 0
    (folder / "notes.txt").write_text("not a report")
    (folder / "cut.json").write_text('{"schema": "cybersecqwen/report/1", "ta')
    for number, path in enumerate(sorted(folder.iterdir())):
        os.utime(path, (1_772_500_000 + number, 1_772_500_000 + number))
    return folder


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["audit", *argv])
    out, err = capsys.readouterr()
    return code, out, err


def flat(text: str) -> str:
    """A page without its line breaks."""
    return " ".join(text.split())


def test_a_folder_of_reports(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, str(reports))
    assert code == 1
    assert "HIGH SI-10 Information Input Validation" in out
    assert "app.py:20" in out
    assert "CWE-89 → SI-10" in flat(out)
    assert "controls of the moderate baseline that no evidence speaks about" in flat(out)
    assert "It is damaged JSON." in flat(out)
    assert "not JSON" in flat(out)


def test_the_json_says_the_same(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, str(reports), "--format", "json", "--fail-on", "never")
    assert code == 0
    made = json.loads(out)
    assert made["task"] == "audit"
    assert made["counts"]["reports"] == 5
    assert made["counts"]["damaged"] == 2
    standing = {one["id"]: one["standing"] for one in made["extra"]["audit"]["controls"]}
    assert standing["SI-10"] == standing["AU-9"] == standing["AC-2"] == "other than satisfied"
    assert standing["SI-4"] == "satisfied"
    assert standing["CM-6"] == "needed"


@pytest.mark.parametrize("baseline", ["low", "high"])
def test_oscal_is_valid_and_the_same_each_time(
    reports: Path, capsys: pytest.CaptureFixture[str], baseline: str
) -> None:
    asked = (str(reports), "--format", "oscal", "--fail-on", "never", "--baseline", baseline)
    _, first, _ = run(capsys, *asked)
    _, second, _ = run(capsys, *asked)
    assert first == second
    document = json.loads(first)
    assert [error.message for error in schema().iter_errors(document)] == []
    check_references(document["assessment-results"])
    assert len(document["assessment-results"]["results"][0]["findings"]) >= 6


def test_saved_forms_and_other_frameworks(
    reports: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    saved = [tmp_path / name for name in ("a.oscal.json", "a.html", "a.md", "a.json")]
    options = [part for path in saved for part in ("--save", str(path))]
    code, out, err = run(capsys, str(reports / "review.json"), "--framework", "iso27001", *options)
    assert code == 1
    assert "ISO/IEC 27001:2022" in out
    assert err.count("csq: wrote") == 4
    assert "assessment-results" in json.loads(saved[0].read_text("utf-8"))
    assert "SI-10" in saved[1].read_text("utf-8")
    assert "# Not satisfied:" in saved[2].read_text("utf-8")


def test_an_audit_is_no_evidence(reports: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    run(capsys, str(reports / "review.json"), "--save", str(path))
    code, out, _ = run(capsys, str(path))
    assert code == 0
    assert "An audit is no evidence of its own" in flat(out)


@pytest.mark.parametrize(("floor", "code"), [("low", 1), ("high", 1), ("critical", 0), ("never", 0)])
def test_exit_codes(reports: Path, capsys: pytest.CaptureFixture[str], floor: str, code: int) -> None:
    assert run(capsys, str(reports / "review.json"), "--fail-on", floor)[0] == code


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["{}/notes.txt"], 3, "There is no report to look at. "),
        (["{}/none.json"], 2, "does not exist"),
        (["{}", "--framework", "pci"], 2, "Known are: 800-53, iso27001, cis."),
        (["{}", "--baseline", "huge"], 2, "Known are: low, moderate, high."),
        (["{}", "--format", "word"], 2, "word"),
    ],
)
def test_what_cannot_be_is_said(
    reports: Path, capsys: pytest.CaptureFixture[str], argv: list[str], code: int, said: str
) -> None:
    found, out, err = run(capsys, *(part.format(reports) for part in argv))
    assert (found, out) == (code, "")
    assert said in err


def test_hostile_text_of_a_report_moves_nothing(
    reports: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    made = json.loads((reports / "review.json").read_text("utf-8"))
    evil = "\x1b[2J\u202e[x](http://evil.example/)<script>alert(1)</script>"
    for finding in made["extra"]["review"]["findings"]:
        finding["title"] = finding["rule"] = finding["place"]["path"] = evil
    path = tmp_path / "evil.json"
    path.write_text(json.dumps(made))
    for form in ("terminal", "markdown", "html"):
        _, out, _ = run(capsys, str(path), "--format", form, "--detail", "full", "--fail-on", "never")
        assert "\x1b[2J" not in out
        assert "\u202e" not in out
        assert "http://evil" not in out
        assert form == "terminal" or "<script>alert" not in out
