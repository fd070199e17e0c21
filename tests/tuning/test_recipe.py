"""Recipes: those that ship read, the same comes back from what a run keeps, and a wrong one says where."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError, UnknownNameError, UsageError
from cybersecqwen.tuning.corpora import CORPORA
from cybersecqwen.tuning.recipe import FOLDER, read_recipe, recipe_from, shipped
from tests.amounts import draws

BASE = '[base]\nmodel = "some"\n'


def read(folder: Path, text: str | bytes) -> Any:
    path = folder / "mine.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_recipe(str(path))


@pytest.mark.parametrize("name", shipped())
def test_a_recipe_that_ships_reads_and_comes_back(name: str) -> None:
    made = read_recipe(name)
    assert made.name == name
    assert made.title != name
    assert made.base.model
    assert made.mix and set(made.mix) <= set(CORPORA)
    assert made == read_recipe(str(FOLDER / f"{name}.toml"))
    assert recipe_from(asdict(made)) == made
    assert recipe_from(json.loads(json.dumps(asdict(made)))) == made


def test_there_are_recipes_for_the_models_that_are_run() -> None:
    assert {"instant", "standard", "cybersecqwen-4b"} <= set(shipped())


def test_what_is_left_out_is_usual(tmp_path: Path) -> None:
    made = read(tmp_path, BASE)
    assert (made.name, made.title, made.mix) == ("mine", "mine", {})
    assert (made.lora.rank, made.lora.targets, made.run.batch) == (16, ("all-linear",), 8)


def test_whole_numbers_stand_for_others(tmp_path: Path) -> None:
    made = read(tmp_path, f"{BASE}[lora]\nalpha = 64\n[run]\nlearning_rate = 1\n")
    assert (made.lora.alpha, type(made.lora.alpha), made.run.learning_rate) == (64.0, float, 1.0)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"{BASE}[loar]\nrank = 1\n", "no part 'loar'"),
        ('modle = "x"\n', "no part 'modle'"),
        (f"{BASE}hihgt = 1\n", "[base] has no 'hihgt'"),
        (f"{BASE}[lora]\nrnak = 1\n", "[lora] has no 'rnak'"),
        (f"{BASE}[run]\nbatches = 1\n", "[run] has no 'batches'"),
        ("[lora]\nrank = 1\n", "[base] lacks model."),
        ("", "[base] lacks model."),
        ("base = 1\n", "base is no table"),
        (f'lora = "x"\n{BASE}', "lora is no table"),
        ("[base]\nmodel = 1\n", "base.model must be of the kind str"),
        (f"{BASE}hidden = 1.5\n", "base.hidden must be of the kind int"),
        (f"{BASE}tied = 1\n", "base.tied must be of the kind bool"),
        (f"{BASE}hidden = -1\n", "base.hidden is -1"),
        (f"{BASE}vocabulary = {10**15}\n", "base.vocabulary is"),
        (f"{BASE}[lora]\nrank = true\n", "lora.rank must be of the kind int"),
        (f"{BASE}[lora]\nalpha = true\n", "lora.alpha must be of the kind float"),
        (f'{BASE}[lora]\nrank = "16"\n', "lora.rank must be of the kind int"),
        (f'{BASE}[lora]\ntargets = "all-linear"\n', "lora.targets must be of the kind tuple"),
        (f"{BASE}[lora]\ntargets = [1]\n", "lora.targets must be of the kind tuple"),
        (f'{BASE}[lora]\ntargets = ["lm_head"]\n', "lora.targets has 'lm_head'"),
        (f"{BASE}[lora]\ntargets = []\n", "lora.targets is empty"),
        (f"{BASE}[lora]\nrank = 0\n", "lora.rank is 0"),
        (f"{BASE}[lora]\nrank = 1025\n", "lora.rank is 1025"),
        (f"{BASE}[lora]\nblocks = 1025\n", "lora.blocks is 1025"),
        (f"{BASE}[lora]\nblocks = -1\n", "lora.blocks is -1"),
        (f"{BASE}[lora]\nalpha = nan\n", "lora.alpha is nan"),
        (f"{BASE}[lora]\ndropout = 1.0\n", "lora.dropout is 1.0"),
        (f"{BASE}[run]\nlearning_rate = inf\n", "run.learning_rate is inf"),
        (f"{BASE}[run]\nlearning_rate = 1{'0' * 400}\n", "run.learning_rate is inf"),
        (f"{BASE}[run]\nlearning_rate = -1e-4\n", "run.learning_rate is"),
        (f"{BASE}[run]\nepochs = 0\n", "run.epochs is 0"),
        (f"{BASE}[run]\nsteps = -1\n", "run.steps is -1"),
        (f"{BASE}[run]\nwarmup = 2\n", "run.warmup is 2"),
        (f"{BASE}[run]\nbatch = 0\n", "run.batch is 0"),
        (f"{BASE}[run]\naccumulate = 0\n", "run.accumulate is 0"),
        (f"{BASE}[run]\nlongest = 8\n", "run.longest is 8"),
        (f"{BASE}[run]\nsave_every = 0\n", "run.save_every is 0"),
        (f"{BASE}[run]\nevaluate_every = 0\n", "run.evaluate_every is 0"),
        (f'{BASE}[run]\nschedule = "zigzag"\n', "run.schedule is 'zigzag'"),
        (f'{BASE}[run]\nprecision = "f16"\n', "run.precision is 'f16'"),
        (f"mix = 1\n{BASE}", "mix is no table"),
        (f"{BASE}[mix]\npoems = 1\n", "no corpus 'poems'"),
        (f"{BASE}[mix]\nroles = 0\n", "mix.roles must be"),
        (f"{BASE}[mix]\nroles = true\n", "mix.roles must be"),
        (f'{BASE}[mix]\nroles = "1"\n', "mix.roles must be"),
        (f"{BASE}[mix]\nroles = 1_000_001\n", "mix.roles must be"),
        (f'skills = ["cwe"]\n{BASE}', "no part 'skills'"),
        (f"{BASE}[run]\nseed = -1\n", "run.seed is -1"),
        (f"{BASE}[run]\nseed = {2**32}\n", f"run.seed is {2**32}, not between 0 and {2**32 - 1}"),
        (f'{BASE}[run]\nattention = "flash"\n', "run.attention is 'flash'"),
        (f'{BASE}[run]\nattention = ""\n', "run.attention is ''"),
        (f"{BASE}[run]\npass_tokens = -1\n", "run.pass_tokens is -1"),
        ("this is no TOML", "is no TOML"),
        (b"\xff\xfe", "is no TOML"),
        ("x = " + "[" * 5_000, "is no TOML"),
        (f"{BASE}# {'x' * (1 << 16)}\n", "larger than 64 KB"),
    ],
    ids=range(56),
)
def test_a_wrong_recipe_says_where(tmp_path: Path, text: str | bytes, named: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert named in caught.value.message
    assert "mine" in caught.value.message
    assert "\n" not in caught.value.message and len(caught.value.message) < 500


@pytest.mark.parametrize("name", ["", "nobody", "..", "nobody.toml", "../instant", "/"])
def test_a_recipe_that_nobody_has_is_an_unknown_name(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownNameError):
        read_recipe(name)


def test_a_folder_is_no_recipe(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(UsageError, match="is no file"):
        read_recipe(str(tmp_path / "folder.toml"))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(UsageError, match="is no file"):
        read_recipe(str(tmp_path / "pipe.toml"))


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
@pytest.mark.parametrize("attention", ["eager", "sdpa", "flash_attention_2"])
def test_seeds_and_kinds_of_attention_that_there_are(tmp_path: Path, seed: int, attention: str) -> None:
    made = read(tmp_path, f'{BASE}[run]\nseed = {seed}\nattention = "{attention}"\n')
    assert (made.run.seed, made.run.attention) == (seed, attention)


@given(raw=st.binary(max_size=200))
@draws(80)
def test_any_bytes_are_a_recipe_or_a_usage_error(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    for data in (raw, BASE.encode() + b"[run]\nbatch = " + raw):
        try:
            read(tmp_path_factory.mktemp("fuzz"), data)
        except CsqError as error:
            assert isinstance(error, UsageError)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    part=st.sampled_from(
        ("name", "title", "base", "lora", "run", "mix", "skills", "base.model", "run.epochs")
    ),
    value=VALUES,
)
@draws(150)
def test_whatever_a_run_kept_is_a_recipe_or_a_usage_error(part: str, value: Any) -> None:
    kept = asdict(read_recipe("instant"))
    outer, _, inner = part.partition(".")
    kept[outer] = {**kept[outer], inner: value} if inner else value
    try:
        made = recipe_from(kept)
    except UsageError:
        return
    assert recipe_from(asdict(made)) == made
