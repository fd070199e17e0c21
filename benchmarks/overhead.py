"""What this project's model layer costs, and how soon the triage's first word comes.

Run as: python -m benchmarks.overhead [NAME …] [--rounds N]

One loaded model answers the same questions in two ways, in turn, so that a busy machine is busy for both:
bare, by the runtime's own call with a body that was framed before; and through
`LanguageModel.generate`, which frames, cleans, streams, counts, watches the clock and cancellation. Every
round has a text that neither has seen, so that prompts are read anew. Printed are tokens a second of the
whole call (prompt and answer), the median of the rounds, and the ratio with a 95 % interval (bootstrap over
rounds).

The first word of the triage's question is timed three times: with nothing kept; about another report, so that
instructions are kept; and asked once more about the same report.
"""

from __future__ import annotations

import argparse
import statistics
import time
from random import Random
from typing import Any

from cybersecqwen.bench.conditions import conditions
from cybersecqwen.bench.intervals import bootstrap
from cybersecqwen.bootstrap import App
from cybersecqwen.models.chat import request
from cybersecqwen.models.framing import messages
from cybersecqwen.models.interface import Material, Options, Prompt
from cybersecqwen.models.llama_cpp import LlamaCpp
from cybersecqwen.settings import load_settings
from cybersecqwen.tuning.corpora import Sources
from cybersecqwen.tuning.corpora.narratives import narratives

SEED = 20_261_127
OPTIONS = Options(max_tokens=64, timeout_s=600)
BUDGET = 24_000
TEXT = "Event {n}: winword.exe started cmd.exe on host WS-{host} as user{user}. "


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", default=["smollm2-135m-instruct"])
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    where = conditions()
    print(f"{where['cores']} cores, {where['cpu']}, load {where['load']}, {time.strftime('%Y-%m-%d')}\n")
    app = App(load_settings())
    print("| model | bare, tokens/s | ours | ratio | 95 % | first word, s: cold | kept | again |")
    print("|---|---|---|---|---|---|---|---|")
    for name in options.models:
        with app.shelf.load(name, skilled=False) as model:
            if not isinstance(model, LlamaCpp):
                raise SystemExit(f"{name} does not run in this process.")
            rates = overhead(model, options.rounds)
            words = first_words(model, app)
        bare, ours = (statistics.median(some) for some in zip(*rates, strict=True))
        ratios = [b / a for a, b in rates]
        low, high = bootstrap(ratios, [1.0] * len(ratios), seed=0)
        ratio = f"{statistics.fmean(ratios):.3f} | [{low:.3f}, {high:.3f}]"
        seconds = " | ".join(f"{one:.2f}" for one in words)
        print(f"| {name} | {bare:,.1f} | {ours:,.1f} | {ratio} | {seconds} |", flush=True)


def overhead(model: LlamaCpp, rounds: int) -> list[tuple[float, float]]:
    """(Tokens a second bare, through the layer) of each round, of two texts of one form."""
    chance = Random(SEED)
    found = []
    for number in range(rounds + 1):
        both = {}
        # A kept prefix would serve the second of two: each starts with its own number.
        for way in ("bare", "ours") if number % 2 else ("ours", "bare"):
            prompt = _question(chance, f"{number}{way[0]}")
            both[way] = _bare(model, prompt) if way == "bare" else _ours(model, prompt)
        if number:  # the first of all warms up
            found.append((both["bare"], both["ours"]))
    return found


def first_words(model: LlamaCpp, app: App) -> tuple[float, float, float]:
    """Median seconds until the first piece of text: cold, instructions kept, all kept."""
    cold, kept, again = [], [], []
    records = list(narratives(Sources(store=app.store), Random(SEED), 10))
    for first, second in zip(records[::2], records[1::2], strict=True):
        _ours(model, Prompt(instructions="Say hello.", question="Hello?"))  # drops what is kept
        cold.append(_first(model, first.prompt))
        kept.append(_first(model, second.prompt))
        again.append(_first(model, second.prompt))
    return statistics.median(cold), statistics.median(kept), statistics.median(again)


def _question(chance: Random, mark: str) -> Prompt:
    text = "".join(
        TEXT.format(n=n, host=chance.randrange(1000), user=chance.randrange(1000)) for n in range(8)
    )
    return Prompt(
        instructions=f"Case {mark}. You retell recorded events in order, all of them, at length.",
        material=(Material(label="events", text=text),),
        question="What happened?",
    )


def _bare(model: LlamaCpp, prompt: Prompt) -> float:
    framed = messages(prompt, model.profile, budget=BUDGET)
    body: dict[str, Any] = request(framed, OPTIONS, model.profile)
    usage: dict[str, int] = {}

    def take(chunk: Any) -> bool:
        usage.update(chunk.get("usage") or {})
        return False

    begun = time.perf_counter()
    model._server.handle_chat_completions(body, take)
    spent = time.perf_counter() - begun
    return (usage["prompt_tokens"] + usage["completion_tokens"]) / spent


def _ours(model: LlamaCpp, prompt: Prompt) -> float:
    begun = time.perf_counter()
    done = model.generate(prompt, OPTIONS)
    return (done.prompt_tokens + done.answer_tokens) / (time.perf_counter() - begun)


def _first(model: LlamaCpp, prompt: Prompt) -> float:
    moments: list[float] = []
    begun = time.perf_counter()
    model.generate(prompt, OPTIONS, on_text=lambda _: moments.append(time.perf_counter()))
    return (moments[0] if moments else time.perf_counter()) - begun


if __name__ == "__main__":
    main()
