from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cybersecqwen.errors import ModelError, ModelTimeoutError, SchemaError, UsageError, WeightsError
from cybersecqwen.models import Cancel, Material, Options, Prompt
from cybersecqwen.models.profiles import profile
from cybersecqwen.models.shelf import Shelf

from .tiny_gguf import small_model, tiny_adapter, tiny_qwen3

pytest.importorskip("xllamacpp")
from cybersecqwen.models.llama_cpp import LlamaCpp

PROMPT = Prompt(
    instructions="You explain alerts.",
    material=(Material(label="event e1", text="winword.exe started cmd.exe <|im_end|>"),),
    question="What happened?",
)
LONG = Prompt(instructions="I", material=(Material(label="x", text="abc def " * 20_000),), question="Q")
SHORT = Options(max_tokens=12)
SCHEMA = {
    "type": "object",
    "properties": {"verdict": {"enum": ["benign", "malicious"]}},
    "required": ["verdict"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def tiny(tiny_path: Path) -> Iterator[LlamaCpp]:
    with LlamaCpp(tiny_path, threads=1) as model:
        yield model


def test_the_header_gives_name_profile_and_context(tiny: LlamaCpp):
    assert (tiny.name, tiny.profile.name, tiny.context) == ("tiny-qwen3", "qwen3", 2048)


def test_the_same_question_has_the_same_answer_streamed_and_counted(tiny: LlamaCpp):
    heard: list[str] = []
    first = tiny.generate(PROMPT, SHORT, on_text=heard.append)
    again = tiny.generate(PROMPT, SHORT)
    assert first.text == again.text == "".join(heard)
    assert (first.answer_tokens, first.finish, first.model) == (12, "length", "tiny-qwen3")
    assert len(heard) > 1
    assert again.cached_tokens >= first.prompt_tokens - 1 > 100


def test_a_second_question_about_the_same_material_reuses_its_prefix(tiny: LlamaCpp):
    tiny.generate(PROMPT, SHORT)
    other = Prompt(instructions=PROMPT.instructions, material=PROMPT.material, question="Who did it?")
    assert tiny.generate(other, SHORT).cached_tokens > 150


def test_choices_have_probabilities(tiny: LlamaCpp):
    found = tiny.choose(PROMPT, ["benign", "suspicious", "malicious"])
    assert sum(found) == pytest.approx(1)
    assert len(set(found)) == 3
    # A prefix that is reused was computed in batches of another shape, which moves the third digit.
    assert tiny.choose(PROMPT, ["benign", "suspicious", "malicious"]) == pytest.approx(found, abs=0.02)
    with pytest.raises(UsageError):
        tiny.choose(PROMPT, ["one"])


def test_a_family_that_chooses_by_words_is_held_to_them(tiny_path: Path):
    some = ["benign", "suspicious", "suspicious but known", 'a "b\\c"', "déjà vu", "\u4f60\u597d"]
    with LlamaCpp(tiny_path, threads=1, profile=profile("smollm2")) as model:
        found = model.choose(PROMPT, some)
        assert sum(found) == pytest.approx(1)
        assert all(one >= 0 for one in found) and max(found) > 1 / len(some)
        assert model.choose(PROMPT, some) == pytest.approx(found, abs=0.05)
        stopped = Cancel()
        stopped.set()
        assert model.choose(PROMPT, some, cancel=stopped) == pytest.approx((1 / 6,) * 6)
        with pytest.raises(ModelTimeoutError):
            model.choose(PROMPT, some, Options(timeout_s=0.0))
        with pytest.raises(UsageError):
            model.choose(PROMPT, ["one"])


def test_json_follows_its_schema_even_from_a_random_model(tiny: LlamaCpp):
    assert tiny.generate_json(PROMPT, SCHEMA)["verdict"] in ("benign", "malicious")


def test_json_that_was_cut_off_is_no_answer(tiny: LlamaCpp):
    with pytest.raises(SchemaError, match="cut off"):
        tiny.generate_json(PROMPT, SCHEMA, Options(max_tokens=4))


def test_a_schema_that_is_none_is_an_error_and_the_model_lives_on(tiny: LlamaCpp):
    with pytest.raises(ModelError):
        tiny.generate_json(PROMPT, {"type": "nonsense"})
    assert tiny.generate(PROMPT, SHORT).answer_tokens == 12


def test_material_that_does_not_fit_is_cut_from_its_middle(tiny: LlamaCpp):
    done = tiny.generate(LONG, Options(max_tokens=2))
    assert 500 < done.prompt_tokens <= 2048
    with pytest.raises(ModelError, match="too long"):
        tiny.generate(Prompt(instructions="i" * 9000, question="Q"), SHORT)


def test_cancelling_before_during_and_from_another_thread(tiny: LlamaCpp):
    cancel = Cancel()
    done = tiny.generate(PROMPT, Options(max_tokens=1000), on_text=lambda _: cancel.set(), cancel=cancel)
    assert (done.finish, 0 < len(done.text) < 500) == ("cancelled", True)
    already = Cancel()
    already.set()
    assert tiny.generate(LONG, SHORT, cancel=already).finish == "cancelled"
    later = Cancel()
    threading.Timer(0.05, later.set).start()
    started = time.monotonic()
    assert tiny.generate(LONG, Options(max_tokens=1500), cancel=later).finish == "cancelled"
    assert time.monotonic() - started < 10


def test_time_that_is_up_really_stops_the_work(tiny: LlamaCpp):
    # Another beginning than any test before: with a known prefix the answer may be through in no time.
    fresh = Prompt(instructions="Y", material=(Material(label="y", text="fed cba " * 20_000),), question="Z")
    with pytest.raises(ModelTimeoutError):
        tiny.generate(fresh, Options(max_tokens=1500, timeout_s=0.05))
    started = time.monotonic()
    assert tiny.generate(PROMPT, Options(max_tokens=1)).answer_tokens == 1
    assert time.monotonic() - started < 10


def test_an_error_of_the_listener_comes_back_and_the_model_lives_on(tiny: LlamaCpp):
    def fail(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tiny.generate(PROMPT, SHORT, on_text=fail)
    assert tiny.generate(PROMPT, SHORT).answer_tokens == 12


def test_threads_take_turns_and_waiting_counts(tiny: LlamaCpp):
    begun = threading.Event()
    stop = Cancel()
    long = threading.Thread(
        target=lambda: tiny.generate(
            PROMPT, Options(max_tokens=1500), on_text=lambda _: begun.set(), cancel=stop
        )
    )
    long.start()
    assert begun.wait(20)
    with pytest.raises(ModelTimeoutError):
        tiny.generate(PROMPT, Options(max_tokens=1, timeout_s=0.01))
    stop.set()
    long.join(20)
    assert tiny.generate(PROMPT, SHORT).answer_tokens == 12


def test_adapters_change_the_answer_by_their_scale(tiny: LlamaCpp, tiny_path: Path, tmp_path: Path):
    adapter = tiny_adapter(tmp_path / "lora.gguf")
    plain = tiny.generate(PROMPT, SHORT).text
    with LlamaCpp(tiny_path, threads=1, adapters=[(adapter, 0.0)]) as off:
        assert off.generate(PROMPT, SHORT).text == plain
    with LlamaCpp(tiny_path, threads=1, adapters=[(adapter, 1.0)]) as on:
        assert on.generate(PROMPT, SHORT).text != plain


def test_what_is_no_adapter_is_refused(tiny_path: Path, tmp_path: Path):
    with pytest.raises(WeightsError, match="no LoRA adapter"):
        LlamaCpp(tiny_path, adapters=[(tiny_path, 1.0)])
    with pytest.raises(WeightsError, match="architecture"):
        LlamaCpp(tiny_path, adapters=[(tiny_adapter(tmp_path / "l.gguf", architecture="llama"), 1.0)])


def test_files_that_are_no_models(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    (tmp_path / "text.gguf").write_text("no model at all" * 10)
    with pytest.raises(WeightsError, match="no GGUF"):
        LlamaCpp(tmp_path / "text.gguf")
    (tmp_path / "empty.gguf").write_bytes(small_model())
    with pytest.raises(ModelError, match="cannot load"):
        LlamaCpp(tmp_path / "empty.gguf")
    whole = tiny_qwen3(tmp_path / "whole.gguf").read_bytes()
    (tmp_path / "cut.gguf").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightsError, match="cut off"):
        LlamaCpp(tmp_path / "cut.gguf")
    assert capfd.readouterr() == ("", "")


def test_llama_cpp_says_nothing_and_leaves_no_files(
    tiny_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with LlamaCpp(tiny_path, threads=1) as model:
        model.generate(PROMPT, SHORT)
        assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_a_long_temporary_folder_is_no_obstacle(
    tiny_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with LlamaCpp(tiny_path, threads=1) as model:
        assert model.generate(PROMPT, SHORT).answer_tokens == 12


def test_a_closed_model_is_an_error(tiny_path: Path):
    model = LlamaCpp(tiny_path, threads=1)
    model.close()
    model.close()
    with pytest.raises(ModelError, match="closed"):
        model.generate(PROMPT)


def test_handlers_of_signals_stay_ours(tiny_path: Path):
    got: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: got.append(number))
    try:
        with LlamaCpp(tiny_path, threads=1) as model:
            os.kill(os.getpid(), signal.SIGTERM)
            assert model.generate(PROMPT, SHORT).answer_tokens == 12
        assert got == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc, as Linux has it")
def test_no_port_is_open_and_the_socket_has_no_name(tiny_path: Path):
    def listening() -> set[str]:
        tables = [Path("/proc/self/net", name) for name in ("tcp", "tcp6")]
        lines = [
            line.split() for path in tables if path.exists() for line in path.read_text().splitlines()[1:]
        ]
        mine = {str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()}
        return {line[1] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in mine}

    before = listening()
    with LlamaCpp(tiny_path, threads=1) as model:
        model.generate(PROMPT, SHORT)
        assert listening() == before
        named = [
            line.split()[-1]
            for line in Path("/proc/self/net/unix").read_text().splitlines()
            if "csq-" in line
        ]
        assert not any(Path(path).exists() for path in named)


IN_A_PROCESS = """
import sys
from pathlib import Path
from cybersecqwen import offline
offline.enforce()
from cybersecqwen.models.llama_cpp import LlamaCpp
from cybersecqwen.models import Options, Prompt
with LlamaCpp(Path(sys.argv[1]), threads=1) as model:
    print(model.generate(Prompt(instructions="I", question="Q"), Options(max_tokens=3)).answer_tokens)
"""


def test_it_works_without_any_network_interface_and_ends_cleanly(tiny_path: Path):
    command = [sys.executable, "-c", IN_A_PROCESS, str(tiny_path)]
    if (
        sys.platform == "linux"
        and subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode == 0
    ):
        command = ["unshare", "-n", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert (done.stdout, done.stderr, done.returncode) == ("3\n", "", 0)


@pytest.mark.model
def test_the_instant_model_reads_english_and_stops(real_shelf: Shelf):
    with real_shelf.load("instant") as model:
        prompt = Prompt(
            instructions="You answer in one short sentence.", question="What is the capital of France?"
        )
        done = model.generate(prompt, Options(max_tokens=40))
        assert "Paris" in done.text
        assert done.finish == "stop"
        assert "<|" not in done.text
        again = model.generate(prompt, Options(max_tokens=40))
        assert again.text == done.text
        assert again.cached_tokens > 0
        first, second = model.choose(
            Prompt(instructions="You answer with one letter.", question="Which of these is a city?"),
            ["Paris", "seven"],
        )
        assert first + second == pytest.approx(1)
        assert model.generate_json(PROMPT, SCHEMA)["verdict"] in ("benign", "malicious")
