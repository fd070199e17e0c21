"""How fast an adapter is trained on this machine, and what each way to leave work out is worth.

Run as: python -m benchmarks.fitting MODEL.gguf [--threads N …] [--rounds N]

The same records (CVE → CWE, made up, under the wording of `csq train data`) are learned in four ways, in
turn, so that a busy machine is busy for all of them: with peft's layers and the loss of transformers, with
scores of the answers alone, with a shared beginning read once, and with fused layers. Prints Markdown:
tokens a second, all tokens of the records counted, the median of the rounds; and the ratio to the first.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cybersecqwen.bench.conditions import conditions
from cybersecqwen.tuning import losses
from cybersecqwen.tuning.batching import Tokens, tokenised
from cybersecqwen.tuning.corpora.weaknesses import PLAIN
from cybersecqwen.tuning.fitting import load
from cybersecqwen.tuning.recipe import read_recipe
from cybersecqwen.tuning.records import Record

BATCH = 16
WORDS = "A flaw in the handling of {thing} in version {number} of the server lets remote users {act}. "
THINGS = ("archives", "long names", "signed cookies", "uploaded pictures", "nested lists", "file paths")
ACTS = (
    "read memory beyond a buffer",
    "run commands",
    "see other people's files",
    "log in without a password",
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    import torch

    where = conditions()
    print(f"{where['cores']} cores, {where['cpu']}, load {where['load']}, {time.strftime('%Y-%m-%d')}\n")
    print("| way | threads | tokens/s | ratio |\n|---|---|---|---|")
    for threads in options.threads:
        torch.set_num_threads(threads)
        ways = _ways(options.model)
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(options.rounds):
            for name, step in ways.items():
                begun = time.perf_counter()
                tokens = step()
                found[name].append(tokens / (time.perf_counter() - begun))
        first = statistics.median(next(iter(found.values())))
        for name, rates in found.items():
            rate = statistics.median(rates)
            print(f"| {name} | {threads} | {rate:,.0f} | {rate / first:.2f} |", flush=True)


def _ways(model: Path) -> dict[str, Callable[[], int]]:
    """Name → one pass forward and back over a batch; gives its tokens."""
    recipe = read_recipe("instant")
    recipe = replace(recipe, run=replace(recipe.run, attention="eager"))
    plain, tokenizer, profile = load(recipe, model, fused=False)
    fast, _, _ = load(recipe, model)
    some, _ = tokenised(
        [described(number, 3) for number in range(BATCH)], tokenizer, profile, recipe.run.longest
    )
    count = sum(len(one.ids) for one in some)

    def alone(of: Any, *, share: bool) -> int:
        loss, answers = losses.loss_of(of, some, share=share)
        (loss / answers).backward()
        return count

    return {
        "peft and transformers": lambda: _whole(plain, some),
        "scores of the answers alone": lambda: alone(plain, share=False),
        "and the shared beginning once": lambda: alone(plain, share=True),
        "and fused layers": lambda: alone(fast, share=True),
    }


def _whole(model: Any, some: Sequence[Tokens]) -> int:
    """The loss as transformers computes it: scores of every token."""
    import torch

    width = max(len(one.ids) for one in some)
    ids = torch.zeros((len(some), width), dtype=torch.long)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, losses.IGNORED)
    for row, one in enumerate(some):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = 1
        labels[row, one.answer : len(one.ids)] = ids[row, one.answer : len(one.ids)]
    model(input_ids=ids, attention_mask=mask, labels=labels, use_cache=False).loss.backward()
    return sum(len(one.ids) for one in some)


def described(number: int, sentences: int) -> Record:
    """A made-up vulnerability in so many sentences, another for each number."""
    text = "".join(
        WORDS.format(thing=THINGS[(number + at) % 6], number=number + at, act=ACTS[(number * at) % 4])
        for at in range(sentences)
    )
    return Record(skill="cwe", question=f"{PLAIN}{text}", answer="CWE-22", source="benchmark")


if __name__ == "__main__":
    main()
