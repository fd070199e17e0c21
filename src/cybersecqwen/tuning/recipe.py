"""Recipes: everything that decides what a training run does, in one TOML file, with nothing hidden.

A recipe names its base, what is learned, the adapter and the run. Those that ship stand in `recipes/`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from cybersecqwen.errors import UnknownNameError, UsageError

Part = TypeVar("Part")
FOLDER = Path(__file__).with_name("recipes")
_MOST_BYTES = 1 << 16
_TARGETS = frozenset(
    ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "all-linear")
)
SIZES = ("hidden", "layers", "intermediate", "heads", "key_heads", "head_size", "vocabulary")
"""What `Base` may state of a model's sizes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """What is trained."""

    model: str
    """A name on the shelf, a GGUF file, or a folder with a model in the form of transformers."""
    architecture: str = ""
    """`general.architecture` that it must have; empty for any."""
    hidden: int = 0
    """For planning without the weights: width; 0 where the base is read."""
    layers: int = 0
    """As all the following: from the published configuration."""
    intermediate: int = 0
    heads: int = 0
    key_heads: int = 0
    head_size: int = 0
    """Width of a head; 0 for hidden / heads."""
    vocabulary: int = 0
    tied: bool = True
    """Whether input and output share one embedding."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lora:
    """The adapter. From: Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models."""

    rank: int = 16
    alpha: float = 32.0
    dropout: float = 0.0
    targets: tuple[str, ...] = ("all-linear",)
    blocks: int = 0
    """The last so many blocks alone; 0 for all. Nothing is led back through the others or kept of them."""
    start: str = ""
    """An adapter of the same base that the run goes on from, in place of a fresh one: a name of
    `csq train list`, or its manifest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """How it is trained."""

    epochs: float = 1.0
    steps: int = 0
    """Steps at most; 0 for as many as the epochs have."""
    learning_rate: float = 5e-5
    schedule: str = "cosine"
    """"cosine", "linear" or "constant"; after `warmup`."""
    warmup: float = 0.03
    """Share of the steps."""
    weight_decay: float = 0.0
    batch: int = 8
    """Records in a forward pass, on one device."""
    pass_tokens: int = 0
    """Tokens in a forward pass at most, so that memory is bounded; 0 for no bound."""
    accumulate: int = 1
    """Passes before the weights are changed."""
    longest: int = 1024
    """Tokens of a record; longer ones are left out and counted."""
    precision: str = "bf16"
    """"bf16" or "f32", of the frozen weights."""
    checkpointing: bool = False
    """Gradient checkpointing: a third more time for much less memory."""
    attention: str = "eager"
    """"eager", "sdpa" or "flash_attention_2"."""
    seed: int = 20_261_127
    save_every: int = 200
    """Steps between checkpoints."""
    evaluate_every: int = 200
    """Steps between losses on what is held out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """One recipe."""

    name: str
    title: str
    base: Base
    lora: Lora = field(default_factory=Lora)
    run: Run = field(default_factory=Run)
    mix: Mapping[str, int] = field(default_factory=dict)
    """Corpus → records of it."""


def read_recipe(name: str) -> Recipe:
    """A recipe by the path of its file, or by the name of one that ships.

    Raises:
        UnknownNameError: There is no such file and no such recipe.
        UsageError: The file is no recipe; says what is wrong with it.
    """
    path = Path(name)
    if not path.suffix:
        path = FOLDER / f"{name}.toml"
        if name not in shipped():
            raise UnknownNameError(
                f"There is no recipe {name!r}.", hint=f"Known are: {', '.join(shipped())}; or give a file."
            )
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise UsageError(f"The recipe {path} is no file.")
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"The recipe {path} is larger than {_MOST_BYTES >> 10} KB.")
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UnknownNameError(f"The recipe {path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The recipe {path} is no TOML: {str(error)[:200]}.") from error
    return _recipe(path.stem, table)


def recipe_from(kept: Mapping[str, Any]) -> Recipe:
    """A recipe as `run.json` keeps it; raises UsageError."""
    name = str(kept.get("name", "run"))
    return _recipe(name, {key: value for key, value in kept.items() if key != "name"})


def shipped() -> tuple[str, ...]:
    """Names of the recipes that ship."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def _recipe(name: str, table: dict[str, Any]) -> Recipe:
    known = {"title", "base", "lora", "run", "mix"}
    if unknown := sorted(set(table) - known):
        raise UsageError(f"Recipe {name}: there is no part {unknown[0]!r}.", hint=_listed(known))
    made = Recipe(
        name=name,
        title=str(table.get("title", name)),
        base=_part(name, "base", Base, table.get("base", {})),
        lora=_part(name, "lora", Lora, table.get("lora", {})),
        run=_part(name, "run", Run, table.get("run", {})),
        mix=_mix(name, table.get("mix", {})),
    )
    _check(made)
    return made


def _part(name: str, part: str, kind: type[Part], given: Any) -> Part:
    if not isinstance(given, dict):
        raise UsageError(f"Recipe {name}: {part} is no table.")
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            raise UsageError(f"Recipe {name}: [{part}] has no {key!r}.", hint=_listed(known))
        values[key] = _value(f"Recipe {name}: {part}.{key}", str(known[key].type), value)
    try:
        return kind(**values)
    except TypeError as error:
        missing = [one.name for one in known.values() if one.name not in values and one.default is MISSING]
        raise UsageError(f"Recipe {name}: [{part}] lacks {' and '.join(missing)}.") from error


def _value(where: str, kind: str, value: Any) -> Any:
    if kind == "float" and isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:  # a whole number of some hundred digits
            return math.inf
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "str" and isinstance(value, str):
        return value
    if (
        kind.startswith("tuple")
        and isinstance(value, (list, tuple))
        and all(isinstance(one, str) for one in value)
    ):
        return tuple(value)
    raise UsageError(f"{where} must be of the kind {kind}, not {repr(value)[:80]}.")


def _mix(name: str, given: Any) -> dict[str, int]:
    from .corpora import CORPORA

    if not isinstance(given, dict):
        raise UsageError(f"Recipe {name}: mix is no table.")
    for key, value in given.items():
        if key not in CORPORA:
            raise UsageError(f"Recipe {name}: there is no corpus {key!r}.", hint=_listed(CORPORA))
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 1_000_000:
            raise UsageError(f"Recipe {name}: mix.{key} must be a number of records, not {value!r}.")
    return dict(given)


def _check(made: Recipe) -> None:
    run, lora = made.run, made.lora
    bounds = (
        ("lora.rank", lora.rank, 1, 1024), ("lora.alpha", lora.alpha, 1e-3, 4096),
        ("lora.dropout", lora.dropout, 0, 0.9), ("lora.blocks", lora.blocks, 0, 1024),
        ("run.epochs", run.epochs, 1e-3, 1000),
        ("run.steps", run.steps, 0, 10_000_000), ("run.learning_rate", run.learning_rate, 1e-8, 1),
        ("run.warmup", run.warmup, 0, 1), ("run.weight_decay", run.weight_decay, 0, 1),
        ("run.batch", run.batch, 1, 4096),
        ("run.accumulate", run.accumulate, 1, 4096), ("run.pass_tokens", run.pass_tokens, 0, 1 << 24),
        ("run.longest", run.longest, 16, 1_048_576), ("run.save_every", run.save_every, 1, 1_000_000),
        ("run.evaluate_every", run.evaluate_every, 1, 1_000_000), ("run.seed", run.seed, 0, 2**32 - 1),
        *((f"base.{name}", getattr(made.base, name), 0, 1 << 24) for name in SIZES),
    )  # fmt: skip
    for what, value, least, most in bounds:
        if not least <= value <= most:
            raise UsageError(f"Recipe {made.name}: {what} is {value}, not between {least} and {most}.")
    for what, given, known in (
        ("run.schedule", run.schedule, ("cosine", "linear", "constant")),
        ("run.precision", run.precision, ("bf16", "f32")),
        ("run.attention", run.attention, ("eager", "sdpa", "flash_attention_2")),
    ):
        if given not in known:
            raise UsageError(f"Recipe {made.name}: {what} is {given!r}.", hint=_listed(known))
    if not lora.targets:
        raise UsageError(f"Recipe {made.name}: lora.targets is empty.", hint=_listed(_TARGETS))
    if unknown := sorted(set(lora.targets) - _TARGETS):
        raise UsageError(f"Recipe {made.name}: lora.targets has {unknown[0]!r}.", hint=_listed(_TARGETS))


def _listed(known: Any) -> str:
    return f"Known are: {', '.join(sorted(known))}."
