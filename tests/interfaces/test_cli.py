"""Commands around the tasks: knowledge, models, doctor, help."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cybersecqwen.interfaces.cli import main
from cybersecqwen.knowledge.interface import Entity, Manifest, Relation, Resolution, SourceInfo
from cybersecqwen.models.shelf import Shelf
from tests.models.tiny_gguf import gguf_bytes, model_header


def say(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "--help")
    assert code == 0
    assert all(name in out for name in ("triage", "kb", "model", "doctor"))


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert say(capsys, "--version")[1].startswith("csq 0.")


@pytest.mark.parametrize("words", [["nonsense"], ["triage"], ["kb"], ["model", "pull"], ["kb", "show"]])
def test_wrong_usage_is_code_two(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    code, out, err = say(capsys, *words)
    assert code == 2 and (out or err) and "Traceback" not in err


def test_doctor_shows_that_nothing_can_leave(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "doctor")
    assert code == 0
    assert "connections are refused" in out and "starter bundle" in out


def test_ask_answers_from_the_starter(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "ask", "Which groups use Mimikatz?", "--model", "none")
    assert code == 0
    assert (
        out.startswith(" ANSWER ")
        and "is used by the groups" in out
        and "(G00" in out
        and "attack-enterprise" in out
    )


def test_ask_says_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "ask", "What is the capital of France?", "--model", "none")
    assert code == 0 and "Not in my sources." in out


def test_ask_chooses_among_options(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["ask", "Which group uses SUNBURST?", "-O", "APT28", "-O", "APT29", "--format", "json"]
    code, out, _ = say(capsys, *words)
    extra = json.loads(out)["extra"]
    assert code == 0 and [option["chosen"] for option in extra["options"]] == [False, True]
    assert extra["passages"][0]["url"].startswith("https://attack.mitre.org/")


@pytest.mark.parametrize(
    ("words", "code"), [(["ask", ""], 3), (["ask", "x" * 9000], 2), (["ask", "a?", "-O", "b"], 2)]
)
def test_ask_refuses_in_one_sentence(capsys: pytest.CaptureFixture[str], words: list[str], code: int) -> None:
    found, out, err = say(capsys, *words)
    assert found == code and out == "" and err.startswith("csq: ") and len(err.splitlines()) <= 2


def test_kb_show_maps_a_revoked_technique(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "kb", "show", "T1086")
    assert code == 0 and "T1059.001" in out and "revoked" in out


def test_kb_show_takes_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert "S0002" in say(capsys, "kb", "show", "mimikatz")[1]


def test_kb_show_of_nothing_offers_what_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = say(capsys, "kb", "show", "powershell profile thing")
    assert code == 2 and out == "" and err.startswith("csq: ")


def test_kb_goes_round(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Export here, import there, and the imported one is used and whole."""
    assert say(capsys, "kb", "export", str(tmp_path / "k.sqlite"))[0] == 0
    assert say(capsys, "kb", "import", str(tmp_path / "k.sqlite"))[0] == 0
    code, out, _ = say(capsys, "kb", "status")
    assert code == 0 and str(Path.home()) in out
    assert "whole" in say(capsys, "kb", "verify")[1]


def test_kb_build_from_an_empty_folder_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    target = tmp_path / "k.sqlite"
    code, _, err = say(capsys, "kb", "build", "--from", str(tmp_path), "--to", str(target))
    assert code == 2 and not target.exists() and err.startswith("csq: ")


def test_model_list_of_an_empty_shelf(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "model", "list")
    assert code == 0
    assert all(size in out for size in ("instant", "standard", "reference"))


def test_model_portfolio_says_what_each_is_good_for(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "model", "portfolio")
    assert code == 0 and out.count("Apache-2.0") >= 3


@pytest.mark.parametrize("verb", ["show", "use", "verify", "remove"])
def test_a_model_that_is_not_installed(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    code, out, err = say(capsys, "model", verb, "instant")
    assert code == 2 and out == "" and "csq model pull" in err


def test_an_unknown_model_to_pull(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = say(capsys, "model", "pull", "gigantic")
    assert code == 2 and "instant" in err


def test_a_defect_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object) -> None:
        raise ZeroDivisionError("seven")

    monkeypatch.setattr("cybersecqwen.bootstrap.App.store", property(broken))
    code, _, err = say(capsys, "kb", "status")
    assert code == 2 and "internal error: ZeroDivisionError: seven" in err and "CSQ_DEBUG" in err


HOSTILE = "MIT\x1b]0;owned\x07\u202etxt"


def test_what_files_say_of_themselves_does_not_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(tmp_path / "models")
    file = tmp_path / "hostile.gguf"
    header = {**model_header(), "general.license": HOSTILE}
    file.write_bytes(gguf_bytes(header, [("token_embd.weight", (4, 4), bytes(64))]))
    monkeypatch.setattr("cybersecqwen.interfaces.cli.model._shelf", lambda: shelf)
    for words in (["model", "import", str(file)], ["model", "list"], ["model", "show", "hostile"]):
        code, out, err = say(capsys, *words)
        assert code == 0
        assert _plain(out) and _plain(err)
    assert "MIT\\x1b]0;owned\\x07\\u202etxt" in out


class _Store:
    """Knows one entity, from a bundle that somebody else made."""

    path = Path(f"/tmp/{HOSTILE}")
    source = SourceInfo(
        name=HOSTILE, version=HOSTILE, date=HOSTILE, sha256="", licence=HOSTILE, url="", entities=1
    )
    manifest = Manifest(
        schema=1, version=HOSTILE, created=HOSTILE, kind="full", sources=(source,), content_sha256=HOSTILE
    )
    entity = Entity(
        id="T1059",
        type="technique",
        name=HOSTILE,
        source=HOSTILE,
        successor=HOSTILE,
        url=HOSTILE,
        attributes={HOSTILE: HOSTILE, "tactics": [HOSTILE]},
        text=f"{HOSTILE}\nnext\ttab",
    )

    def resolve(self, id: str) -> Resolution:
        return Resolution(id=id, state="active", entity=self.entity, successor=HOSTILE)

    def related(self, id: str, *, direction: str) -> list[Relation]:
        return [Relation(source=HOSTILE, kind=HOSTILE, target=HOSTILE)]


def test_bundles_of_others_do_not_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cybersecqwen.interfaces.cli.kb._store", _Store)
    for words in (["kb", "show", "T1059"], ["kb", "status"]):
        code, out, err = say(capsys, *words)
        assert code == 0 and "\\x1b" in out
        assert _plain(out) and _plain(err)
        assert "next    tab" in out or words[1] == "status"


def _plain(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n"))
