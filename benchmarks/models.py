"""How fast installed language models are on this machine.

Run as: CSQ_MODELS_DIR=FOLDER python -m benchmarks.models [NAME …]

Prints Markdown: seconds to load, memory, prompt and answer tokens a second of a first question, and
how long the second question with the same beginning takes until its first word.
"""

from __future__ import annotations

import platform
import resource
import sys
import time

from cybersecqwen.bootstrap import App
from cybersecqwen.models.interface import Completion, LanguageModel, Material, Options, Prompt
from cybersecqwen.settings import load_settings

INSTRUCTIONS = "You describe recorded events for a security analyst. Keep to the facts that you are given."
FACTS = " ".join(f"Event {n}: winword.exe started cmd.exe on host WS-{n} as user{n}." for n in range(24))


def main() -> None:
    """Measure each model in a row of the table."""
    names = sys.argv[1:] or [model.name for model in App(load_settings()).shelf.list()]
    print(f"{platform.machine()}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}\n")
    print("| model | load, s | memory, MB | prompt tokens/s | answer tokens/s | first word, s | again, s |")
    print("|---|---|---|---|---|---|---|")
    for name in names:
        start = time.perf_counter()
        with App(load_settings()).models(name) as models:
            row(models[0], time.perf_counter() - start)


def row(model: LanguageModel, load_s: float) -> None:
    """Ask twice with the same beginning."""
    first, first_s = ask(model, "What did winword.exe start?")
    _, again_s = ask(model, "Which users are named?")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    prompt_rate = first.prompt_tokens / first_s
    answer_rate = (first.answer_tokens - 1) / max(first.seconds - first_s, 1e-9)
    print(
        f"| {model.name} | {load_s:.1f} | {memory:,.0f} | {prompt_rate:.0f} | {answer_rate:.1f}"
        f" | {first_s:.2f} | {again_s:.2f} |",
        flush=True,
    )


def ask(model: LanguageModel, question: str) -> tuple[Completion, float]:
    """The answer, and the seconds until its first piece came."""
    moments: list[float] = []
    start = time.perf_counter()
    prompt = Prompt(
        instructions=INSTRUCTIONS, material=(Material(label="events", text=FACTS),), question=question
    )
    answer = model.generate(
        prompt,
        Options(max_tokens=64, timeout_s=300),
        on_text=lambda _: moments.append(time.perf_counter() - start),
    )
    return answer, moments[0] if moments else answer.seconds


if __name__ == "__main__":
    main()
