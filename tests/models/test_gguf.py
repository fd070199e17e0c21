from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import WeightsError
from cybersecqwen.models.gguf import read_header

from .tiny_gguf import Typed, gguf_bytes, model_header, small_model

FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(folder: Path, data: bytes):
    path = folder / "x.gguf"
    path.write_bytes(data)
    return read_header(path)


def test_the_tiny_model_is_read(tiny_path: Path):
    header = read_header(tiny_path)
    assert (header.architecture, header.kind, header.context) == ("qwen3", "model", 2048)
    assert header.control_tokens == ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    assert header.has_chat_template
    assert header.parameters > 100_000
    assert "tokenizer.ggml.tokens" not in header.metadata


def test_user_defined_tokens_count_as_control_only_where_they_look_like_markup(tmp_path: Path):
    tokens = ["a", "<tool_call>", "\n\n", "    ", "word", "<|im_end|>"]
    values = {"tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": [1, 4, 4, 4, 4, 3]}
    assert read(tmp_path, gguf_bytes(model_header(**values))).control_tokens == ("<tool_call>", "<|im_end|>")


def test_known_facts_are_named(tmp_path: Path):
    values = {"general.file_type": 15, "general.license": "apache-2.0"}
    header = read(tmp_path, gguf_bytes(model_header(**values)))
    assert (header.quantisation, header.licence, header.version) == ("Q4_K_M", "apache-2.0", 3)


@pytest.mark.parametrize("data", [b"", b"GGUF", b"PK\x03\x04" + bytes(40), b"GGML" + bytes(40)])
def test_what_is_no_gguf_is_one_sentence_with_a_hint(tmp_path: Path, data: bytes):
    with pytest.raises(WeightsError) as caught:
        read(tmp_path, data)
    assert caught.value.message.endswith("is no GGUF file.")
    assert caught.value.hint


def test_a_missing_file_and_a_folder(tmp_path: Path):
    for path in (tmp_path / "none.gguf", tmp_path):
        with pytest.raises(WeightsError, match="cannot be read"):
            read_header(path)


def test_a_file_that_is_cut_off_is_noticed(tmp_path: Path, tiny_path: Path):
    whole = tiny_path.read_bytes()
    with pytest.raises(WeightsError, match="cut off"):
        read(tmp_path, whole[:-1000])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (gguf_bytes(model_header(), version=1), "version"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1), "impossible number"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60), "impossible number"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 62) + bytes(64), "long text"),
        (gguf_bytes({"a": Typed(99, bytes(8))}), "unknown type"),
        (gguf_bytes({"a": Typed(9, struct.pack("<IQ", 4, 1 << 40))}), "long list"),
        (gguf_bytes({"a": Typed(9, struct.pack("<IQ", 8, 3_000_000))}), "cut off"),
        (gguf_bytes({"a": Typed(9, struct.pack("<IQ", 9, 1) + bytes(64))}), "list of lists"),
        (gguf_bytes(model_header(**{"general.alignment": 0})), "alignment"),
        (gguf_bytes(model_header(), [("w", (1 << 40, 1 << 40), b"")]), "cut off"),
        (gguf_bytes(model_header(), [("w", (2, 2, 2, 2, 2), bytes(128))]), "dimensions"),
    ],
)
def test_impossible_headers_are_refused_before_memory_is_taken(tmp_path: Path, data: bytes, why: str):
    with pytest.raises(WeightsError, match=why):
        read(tmp_path, data)


def test_a_key_that_stands_twice_is_refused(tmp_path: Path):
    entry = struct.pack("<Q", 1) + b"a" + struct.pack("<II", 4, 1)
    with pytest.raises(WeightsError, match="twice"):
        read(tmp_path, b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + entry * 2)


@FUZZ
@given(data=st.binary(max_size=400))
def test_any_bytes_behind_the_magic_give_a_header_or_a_weights_error(tmp_path: Path, data: bytes):
    survive(tmp_path, b"GGUF" + data)


@FUZZ
@given(data=st.data())
def test_any_damage_to_a_real_header_gives_a_header_or_a_weights_error(tmp_path: Path, data: st.DataObject):
    tokens = {"tokenizer.ggml.tokens": ["a", "<s>"], "tokenizer.ggml.token_type": [1, 3], "x.f": 1.5}
    whole = bytearray(gguf_bytes(model_header(**tokens), [("w", (4, 4), bytes(64))]))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    survive(tmp_path, bytes(whole[: data.draw(st.integers(0, len(whole)))]))


def survive(folder: Path, data: bytes) -> None:
    try:
        header = read(folder, data)
    except WeightsError as error:
        assert error.message
        return
    assert header.tensors >= 0


def test_the_small_model_passes(tmp_path: Path):
    assert read(tmp_path, small_model()).tensors == 1
