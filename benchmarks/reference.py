"""A recipe on weights of its base's size, drawn at random: speed, memory, and how near the arithmetic is.

Run as: python -m benchmarks.reference RECIPE TOKENIZER [--steps N] [--narrow N] [--data DIR] [--folder DIR]

TOKENIZER is a folder in the form of transformers, or a GGUF file, with a tokenizer whose vocabulary is not
larger than the base's. --narrow divides widths and layers, for machines that the whole size does not fit.
Without --data, records are made up: short ones, as CVE → CWE has them. Three ways are run: the recipe as it
is, the same with records of the recipe's full length, and these without checkpointing, one at a time.
Prints Markdown. Speed is of the steps after the second; the floor is the arithmetic of
`cybersecqwen.tuning.planning` at the speed at which this machine multiplies large matrices. What such a model
learns means nothing.
"""

from __future__ import annotations

import argparse
import gc
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from cybersecqwen.bench.conditions import conditions
from cybersecqwen.errors import CsqError
from cybersecqwen.tuning.building import HELD_FILE, TRAIN
from cybersecqwen.tuning.fitting import device, fit, quiet
from cybersecqwen.tuning.planning import Shape, multiplying, plan, shape_of
from cybersecqwen.tuning.recipe import Recipe, read_recipe
from cybersecqwen.tuning.records import write_records

from .fitting import described

SEED = 4
LONG_STEPS = 6
_WARM = 2
_NEVER = 1_000_000
_TOKENS = 27
"""Of a made-up sentence, a little more than it has (24 to 26)."""
_KINDS = {"llama": "Llama", "qwen2": "Qwen2", "qwen3": "Qwen3"}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe")
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--narrow", type=int, default=1)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--folder", type=Path, help="where the weights are put for the time being")
    options = parser.parse_args()
    if options.steps <= _WARM + 1 or options.narrow < 1:
        parser.error(f"--steps must be more than {_WARM + 1}, and --narrow at least 1")
    recipe = read_recipe(options.recipe)
    shape = narrowed(shape_of(None, recipe.base), options.narrow)
    where = conditions()
    print(f"{_card()}, {where['cores']} cores, {where['cpu']}, {time.strftime('%Y-%m-%d')}\n")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        write_base(shape, recipe.base.architecture, options.tokenizer, folder / "base")
        rate = multiplying()
        print(
            f"{shape.parameters / 1e9:.2f} billion weights; products of matrices {rate / 1e12:,.1f} TFLOP/s\n"
        )
        print(
            "| way | steps | tokens a step | tokens/s | of the floor's speed | largest memory so far | loss |"
        )
        print("|---|---|---|---|---|---|---|")
        for way, made, data in _ways(recipe, options.steps, options.data, folder):
            try:
                print(_row(way, made, shape, rate, data, folder), flush=True)
            except (CsqError, RuntimeError) as error:  # such as too little memory on the card
                print(f"| {way} | | | {' '.join(str(error).split())[:160]} | | | |", flush=True)
            gc.collect()


def _ways(recipe: Recipe, steps: int, data: Path | None, folder: Path) -> Iterator[tuple[str, Recipe, Path]]:
    def with_(**run: Any) -> Recipe:
        return replace(
            recipe, run=replace(recipe.run, **{"save_every": _NEVER, "evaluate_every": _NEVER, **run})
        )

    if data is None:
        data = written(folder / "short", 3, recipe.run.batch * recipe.run.accumulate * steps)
    yield "as it is", with_(epochs=1.0, steps=steps), data
    long = written(
        folder / "long", recipe.run.longest // _TOKENS, recipe.run.batch * recipe.run.accumulate * 2
    )
    yield "full length", with_(epochs=float(LONG_STEPS), steps=LONG_STEPS), long
    alone = with_(epochs=float(LONG_STEPS), steps=LONG_STEPS, batch=1, accumulate=1, checkpointing=False)
    yield "full length, one by one, no checkpointing", alone, long


def _row(way: str, recipe: Recipe, shape: Shape, rate: float, data: Path, folder: Path) -> str:
    out = folder / "run"
    shutil.rmtree(out, ignore_errors=True)
    marks: list[float] = []
    _forget_peak()

    def mark() -> bool:
        _wait()
        marks.append(time.perf_counter())
        return False

    done = fit(recipe, folder / "base", [data], out, stop=mark)
    per_step = (marks[-1] - marks[_WARM - 1]) / max(1, len(marks) - _WARM)
    tokens = done.tokens / done.steps
    records = recipe.run.batch * recipe.run.accumulate
    work = plan(recipe, shape, lengths=[round(tokens / records)], measure=False).flops
    share = f"{work * tokens / per_step / rate:.2f}" if rate else "unknown"
    return (
        f"| {way} | {done.steps} | {tokens:,.0f} | {tokens / per_step:,.0f} | {share} |"
        f" {_peak():.1f} GB | {done.loss:.2f} |"
    )


def narrowed(shape: Shape, by: int) -> Shape:
    """A shape with widths and layers divided; heads keep their size."""
    return replace(
        shape,
        hidden=shape.hidden // by,
        layers=max(1, shape.layers // by),
        intermediate=shape.intermediate // by,
        heads=max(1, shape.heads // by),
        key_heads=max(1, shape.key_heads // by),
    )


def write_base(shape: Shape, architecture: str, tokenizer: Path, out: Path) -> None:
    """A folder in the form of transformers, with weights drawn at random in bfloat16."""
    import torch
    import transformers

    kind = _KINDS[architecture]
    config = getattr(transformers, f"{kind}Config")(
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        intermediate_size=shape.intermediate,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_heads,
        head_dim=shape.head_size,
        vocab_size=shape.vocabulary,
        tie_word_embeddings=shape.tied,
        max_position_embeddings=32_768,
    )
    torch.manual_seed(SEED)
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device()), quiet():
            getattr(transformers, f"{kind}ForCausalLM")(config).save_pretrained(out)
    finally:
        torch.set_default_dtype(usual)
    given = {} if tokenizer.is_dir() else {"gguf_file": tokenizer.name}
    folder = tokenizer if tokenizer.is_dir() else tokenizer.parent
    with quiet():
        transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, **given).save_pretrained(
            out
        )


def written(folder: Path, sentences: int, count: int) -> Path:
    """A folder with so many records of so many sentences, and some to measure the loss on."""
    folder.mkdir()
    some = [described(number, sentences) for number in range(count + 8)]
    for name, part in ((TRAIN, some[8:]), (HELD_FILE, some[:8])):
        write_records(folder / name, part)
    return folder


def _card() -> str:
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "no graphics card"


def _wait() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _forget_peak() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def _peak() -> float:
    """Gigabytes: of the card, or of this process so far."""
    import torch

    if torch.cuda.is_available():
        return float(torch.cuda.max_memory_allocated()) / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    main()
