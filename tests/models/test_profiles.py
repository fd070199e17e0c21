from __future__ import annotations

import pytest

from cybersecqwen.errors import UnknownNameError
from cybersecqwen.models.profiles import GENERIC, PROFILES, guess, profile


@pytest.mark.parametrize(
    ("architecture", "name", "expected"),
    [
        ("llama", "Smollm2 135M 8k Lc100K Mix1 Ep2", "smollm2"),
        ("llama", "Meta Llama 3.1 8B Instruct", "llama"),
        ("qwen2", "Qwen2.5 Coder 1.5B Instruct", "qwen2.5-coder"),
        ("qwen3", "CyberSecQwen 4B", "qwen3"),
        ("qwen3moe", "", "qwen3"),
        ("gemma3", "gemma-3-4b-it", "gemma"),
        ("granite", "granite-4", "granite"),
        ("phi3", "Phi-4", "phi"),
        ("newarch", "Something", "generic"),
        ("", "qwen3-4b-instruct", "qwen3"),
        ("", "llama3.2:1b", "llama"),
        ("", "unheard-of", "generic"),
        ("", "", "generic"),
    ],
)
def test_guessing(architecture: str, name: str, expected: str):
    assert guess(architecture, name).name == expected


@pytest.mark.parametrize("one", PROFILES, ids=lambda one: one.name)
def test_profiles_are_complete(one):
    assert profile(one.name) is one
    assert one.title
    assert one.licence
    assert one.context >= 4096
    assert one.control_tokens
    assert all(token and not any(char.isspace() for char in token) for token in one.control_tokens)
    assert len(set(one.control_tokens)) == len(one.control_tokens)
    if one.thinking:
        assert set(one.thinking) <= set(one.control_tokens)


def test_names_differ_and_generic_is_last():
    assert len({one.name for one in PROFILES}) == len(PROFILES)
    assert PROFILES[-1] is GENERIC


def test_an_unknown_profile_names_the_known():
    with pytest.raises(UnknownNameError) as caught:
        profile("nonsense")
    assert "qwen3" in caught.value.hint
