"""The model card of an adapter, written from the run: nothing in it is typed by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cybersecqwen.models.adapters import Adapter

_MARKS = re.compile(r"[\\`|<>\[\]#*_@!~]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def card(
    adapter: Adapter,
    run: Mapping[str, Any],
    data: Sequence[Mapping[str, Any]],
    gate: Mapping[str, Any],
    log: Sequence[Any],
) -> str:
    """Markdown: what it is, what it learned from, how good it is, what it is not for.

    Args:
        adapter: As its manifest has it.
        run: `run.json` of the run.
        data: `data.json` of each folder that was learned from.
        gate: The gate's decision.
        log: Rows of `log.jsonl`.
    """
    recipe = run["recipe"]
    lora, how = recipe["lora"], recipe["run"]
    lines = [
        f"# {_said(adapter.name)}: {_said(adapter.title)}",
        "",
        f"A LoRA adapter for `{_code(adapter.base)}` (sha256 `{_code(adapter.base_sha256)}`), "
        f"rank {lora['rank']}, {adapter.bytes / 1e6:.1f} MB. Licence of the weights: "
        f"{_said(adapter.licence)}. It is used only with that very file, and only for the "
        "skills that it was seen to be better at.",
        "",
        "## Used for",
        "",
        ", ".join(map(_said, adapter.skills)) or "nothing: the gate refused it",
        "",
        "## How good it is",
        "",
        "Asked by the gate before and after: records made as those that were learned, none of them learned "
        f"{_apart(run)}. Share of right answers with a 95 % interval; the gain is that of the same "
        "questions.",
        "",
        "| skill | n | before | after | gain | |",
        "|---|---|---|---|---|---|",
        *(_row(one) for one in gate.get("compared", ())),
        "",
        *(f"- {_said(why)}" for why in gate.get("why", ())),
        "",
        "## What it learned from",
        "",
        *(line for one in data for line in _learned(one)),
        "## How it was trained",
        "",
        f"Recipe `{_code(recipe['name'])}`: {how['epochs']} epochs, learning rate {how['learning_rate']}, "
        f"{_said(how['schedule'])} schedule, batches of {how['batch']}, {_said(how['precision'])}, loss on "
        f"the answer alone, seed {how['seed']}.",
        *_start(run),
        *_ended(log),
        "",
        "## What it is not for",
        "",
        "It answers short questions of the skills above in the product's own prompts. It knows nothing new "
        "about the world: facts come from the knowledge store, and what it writes is checked before anybody "
        "reads it. It was not made for conversation, for other languages than English, or for text that "
        "nobody checks.",
        "",
    ]
    return "\n".join(lines)


def _apart(run: Mapping[str, Any]) -> str:
    """What the questions are known to be apart from."""
    return "in this run or said to have been before it" if run.get("start") else "by it"


def _start(run: Mapping[str, Any]) -> list[str]:
    before = run.get("start")
    if not isinstance(before, Mapping):
        return []
    return [
        f"It went on from the adapter {_said(before.get('name', '?'))} (sha256 "
        f"`{_code(before.get('sha256', '?'))}`): what that one learned counts as learned here."
    ]


def _learned(data: Mapping[str, Any]) -> list[str]:
    train = data.get("train", {})
    made = [_said(data.get(name, "?")) for name in ("date", "seed", "knowledge")]
    return [
        f"{int(train.get('records', 0)):,} records (sha256 of the lines "
        f"`{_code(train.get('sha256', '?'))}`), made on {made[0]} with seed {made[1]} from knowledge "
        f"{made[2]}:",
        "",
        *(f"- {_said(skill)}: {int(count):,}" for skill, count in train.get("skills", {}).items()),
        "",
        *_sources(data),
        "",
    ]


def _row(one: Mapping[str, Any]) -> str:
    def share(value: float, interval: Sequence[float]) -> str:
        return f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"

    return (
        f"| {_said(one['skill'])} | {one['n']} | {share(one['before'], one['before_interval'])} | "
        f"{share(one['after'], one['after_interval'])} | {share(one['gain'], one['gain_interval'])} | "
        f"{one['verdict']} |"
    )


def _sources(data: Mapping[str, Any]) -> list[str]:
    lines = [f"- {_said(name)}: sha256 `{_code(digest)}`" for name, digest in data.get("files", {}).items()]
    lines += [
        f"- {int(count):,} records under: {_said(licence)}"
        for licence, count in data.get("licences", {}).items()
    ]
    apart = data.get("benchmarks")
    if apart is None:
        return [*lines, "- Nothing was held apart from benchmarks."]
    signs = [f"{int(count):,} by {_said(sign)}" for sign, count in apart.get("left out", {}).items()]
    return [
        *lines,
        f"- Held apart from {int(apart['items']):,} items of {len(apart['files'])} benchmark files; "
        f"left out: {', '.join(signs) or 'none'}.",
    ]


def _ended(log: Sequence[Any]) -> list[str]:
    if not log:
        return []
    last, held = log[-1], [one["held"] for one in log if one.get("held") is not None]
    if last.get("loss") is None:
        return [f"{last['step']} steps."]
    behind = f", on what was held out {held[-1]:.3f}" if held else ""
    return [f"Loss at the end {last['loss']:.3f}{behind}. {last['step']} steps."]


def _said(text: object) -> str:
    """A text of others on one line, its marks escaped, so that it stays in its cell and is no markup."""
    return _MARKS.sub(r"\\\g<0>", " ".join(_CONTROL.sub(" ", str(text)).split()))


def _code(text: object) -> str:
    """The same between backticks, where nothing can be escaped."""
    return " ".join(_CONTROL.sub(" ", str(text)).replace("`", "'").split())
