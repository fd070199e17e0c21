"""Training an adapter: LoRA on frozen weights, loss on the answer alone, with transformers and peft.

The base is what the product runs: a GGUF file is read and its weights unpacked, so that the adapter is fitted
to the rounded weights that it will be served with. Prompts are framed and written by the model's own chat
template, as they are when the product asks.

    run.json, log.jsonl      see `runs`
    checkpoint-N/            a run that was killed goes on from the last one
    adapter/                 the result, in the form of peft
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cybersecqwen.errors import InputError, ModelError, UsageError, WeightsError
from cybersecqwen.models.adapters import Adapter
from cybersecqwen.models.gguf import read_header
from cybersecqwen.models.profiles import Profile, guess

from .batching import Tokens, batches, tokenised
from .building import HELD_FILE, TRAIN
from .recipe import Recipe
from .records import Broken, Record, read_records
from .runs import ADAPTER, LOG, begin, identity, read_log

Told = Callable[["Step"], None]
CLIP = 1.0
"""Longest gradient, over all weights of the adapter."""
LEAST_RATE = 0.02
"""Share of the learning rate that a schedule does not fall below."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """How far a run is."""

    step: int
    of: int
    loss: float
    """Mean over the answers' tokens since the last one told."""
    held: float | None
    """The same on what is held out, where it was measured at this step."""
    tokens_per_s: float
    """Read, padding not counted."""
    seconds_left: float
    """At the speed so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """What a run made."""

    adapter: Path
    """Folder with the adapter in the form of peft."""
    steps: int
    loss: float
    held: float
    """NaN where nothing was held out."""
    tokens: int
    """Read in this call, padding not counted."""
    seconds: float
    complete: bool
    """Whether all steps were made."""
    left_out: int = 0
    """Records longer than the recipe allows."""
    broken: tuple[str, ...] = ()
    """Lines that are no records, with the reason."""
    damaged: tuple[Path, ...] = ()
    """Checkpoints that could not be taken up, where they were put."""


def fit(
    recipe: Recipe,
    base: Path,
    data: Sequence[Path],
    out: Path,
    *,
    start: Adapter | None = None,
    tell: Told | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Fitted:
    """Train an adapter, or go on with a run that was ended.

    Args:
        recipe: What is done.
        base: A GGUF file, or a folder with a model in the form of transformers.
        data: Folders with records to learn, and records that the loss is measured on.
        out: Folder of the run. One that holds a run of the same recipe, data and base is gone on with.
        start: The adapter that is gone on from, in place of a fresh one.
        tell: Called after each few steps.
        stop: Asked between steps; the run then writes a checkpoint and ends.

    Raises:
        ModelError: The packages of the extra `train` are not installed, or the loss is no number any more.
        WeightsError: The base is of another architecture, damaged, or its tokenizer has no chat template; or
            what is gone on from is for another base, or damaged.
        InputError: Records cannot be read, or too many of them are broken.
        UsageError: The folder holds another run, or what is gone on from is not as the recipe has it.
        OutputError: The disk does not take a checkpoint.
    """
    packages()
    made = identity(recipe, base, data, start)
    if (out / ADAPTER / "adapter_model.safetensors").is_file():
        begin(out, made)
        return _done(out)
    model, tokenizer, profile = load(recipe, base)
    if start is not None:
        from .continuing import take_up

        take_up(model, start, base, recipe.lora)
    more = () if base.is_dir() else read_header(base).control_tokens
    longest = recipe.run.longest
    train, broken = _records(data, TRAIN)
    held, _ = _records(data, HELD_FILE)
    known = {one.key for one in train}
    learned, left = tokenised(train, tokenizer, profile, longest, more)
    unknown = [one for one in held if one.key not in known]  # of one folder, learned from another
    measured, _ = tokenised(unknown, tokenizer, profile, longest, more)
    if not learned:
        raise InputError(f"{data[0] / TRAIN} holds no record of at most {longest} tokens.")
    rows, most = model.get_input_embeddings().weight.shape[0], max(max(one.ids) for one in learned)
    if most >= rows:
        raise WeightsError(
            f"The tokenizer of {base} makes token {most:,}, and the model has {rows:,}: it is another's.",
            hint="Fetch the model again, with its own tokenizer.",
        )
    with quiet():
        from .losses import check

        check(model, learned[0])
        begin(out, made)
        found = _trained(recipe, model, learned, measured, out, tell, stop)
    return replace(found, left_out=left, broken=broken)


def load(recipe: Recipe, base: Path, *, fused: bool = True) -> tuple[Any, Any, Profile]:
    """(Model with a fresh adapter, tokenizer, profile); raises ModelError, WeightsError.

    With `fused`, layers compute as `fused` has it, else as peft does.
    """
    packages()
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder, given, profile = _base(recipe, base)
    dtype = torch.bfloat16 if recipe.run.precision == "bf16" else torch.float32
    safe = {"local_files_only": True, "trust_remote_code": False}
    with quiet():
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, **safe, **given)
            # Loaded in bfloat16 a GGUF file stays packed and training crawls: unpack first, round then.
            model = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=torch.float32 if given else dtype,
                attn_implementation=recipe.run.attention,
                use_safetensors=None if given else True,  # never a pickle
                **safe,
                **given,
            )
        except Exception as error:  # whatever a damaged file makes the libraries raise
            raise WeightsError(
                f"transformers cannot read {base}.", hint=f"It says: {' '.join(str(error).split())[:200]}"
            ) from error
        if not tokenizer.chat_template:
            raise WeightsError(
                f"The tokenizer of {base} has no chat template.", hint="Take an instruct model."
            )
        if tokenizer.eos_token_id is None:
            raise WeightsError(
                f"The tokenizer of {base} has no token that ends an answer.", hint="Take an instruct model."
            )
        torch.manual_seed(recipe.run.seed)
        targets, blocks = _fitted(recipe, model)
        model = get_peft_model(
            model.to(device=device(), dtype=dtype),
            LoraConfig(
                r=recipe.lora.rank,
                lora_alpha=recipe.lora.alpha,
                lora_dropout=recipe.lora.dropout,
                target_modules=targets,
                layers_to_transform=blocks,
                bias="none",
                task_type="CAUSAL_LM",
            ),
        )
        if fused:
            from .fused import fuse

            fuse(model)
    if recipe.run.checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
        if recipe.lora.blocks:  # transformers switches it on by itself, for every block to have a way back
            model.disable_input_require_grads()
        else:
            model.enable_input_require_grads()
    return model, tokenizer, profile


def _fitted(recipe: Recipe, model: Any) -> tuple[str | list[str], list[int] | None]:
    """(Names of the linear layers that are fitted, numbers of their blocks: None for all); see `Lora`."""
    from torch.nn import Linear

    lora, count = recipe.lora, int(model.config.num_hidden_layers)
    every = lora.targets == ("all-linear",)
    if not lora.blocks:
        return ("all-linear" if every else list(lora.targets)), None
    if lora.blocks > count:
        raise UsageError(
            f"Recipe {recipe.name}: lora.blocks is {lora.blocks}, and the base has {count} blocks.",
            hint="0 fits all of them.",
        )
    names = {name.rpartition(".")[2] for name, one in model.model.named_modules() if isinstance(one, Linear)}
    return sorted(names) if every else list(lora.targets), list(range(count - lora.blocks, count))


def _base(recipe: Recipe, base: Path) -> tuple[Path, dict[str, str], Profile]:
    if base.is_dir():
        try:
            config = json.loads((base / "config.json").read_text("utf-8"))
            kind = str(config["model_type"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise WeightsError(f"{base} holds no config.json with a model_type.") from error
        profile = guess(kind, base.name)
        found, given = kind, dict[str, str]()
    else:
        header = read_header(base)
        profile = guess(header.architecture, f"{header.name} {base.stem}")
        found, given = header.architecture, {"gguf_file": base.name}
    wanted = recipe.base.architecture
    if wanted and found != wanted:
        raise WeightsError(
            f"{base} has the architecture {found!r}, the recipe {recipe.name} is for {wanted!r}.",
            hint="Give the model that the recipe names, or another recipe.",
        )
    return (base if base.is_dir() else base.parent), given, profile


def device() -> str:
    """Where training happens: "cuda" for NVIDIA's and AMD's cards, else "cpu"."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _trained(
    recipe: Recipe,
    model: Any,
    learned: Sequence[Tokens],
    measured: Sequence[Tokens],
    out: Path,
    tell: Told | None,
    stop: Callable[[], bool],
) -> Fitted:
    import torch

    from . import checkpoints
    from .losses import evaluated, loss_of

    run = recipe.run
    plan = planned(learned, recipe)
    total = steps_of(len(plan), recipe)
    weights = [one for one in model.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=run.learning_rate, weight_decay=run.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: rate(run.schedule, run.warmup, step, total)
    )
    done, damaged = checkpoints.resume(out, model, optimiser, schedule, total)
    first = done
    before = sum(len(learned[at].ids) for batch in plan[: done * run.accumulate] for at in batch)
    begun, tokens, answers, loss_sum, last = time.monotonic(), 0, 0, 0.0, math.nan
    held = math.nan
    model.train()
    for step in range(done, total):
        group = plan[step * run.accumulate : (step + 1) * run.accumulate]
        some = [[learned[at] for at in batch] for batch in group]
        count = sum(len(one.ids) - one.answer for batch in some for one in batch)
        for batch in some:
            loss, _ = loss_of(model, batch)
            (loss / count).backward()
            loss_sum += float(loss.detach())
            tokens += sum(len(one.ids) for one in batch)
        answers += count
        norm = float(torch.nn.utils.clip_grad_norm_(weights, CLIP))
        if not (math.isfinite(norm) and math.isfinite(loss_sum)):
            raise ModelError(
                f"The loss is no number any more at step {step + 1}.",
                hint="Take a smaller learning rate; the last checkpoint is as it was.",
            )
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        done = step + 1
        ending = done == total or stop()
        measure = bool(measured) and (done % run.evaluate_every == 0 or ending)
        if measure:
            held = evaluated(model, measured, run.batch, run.pass_tokens)
        if done % 10 == 0 or ending:
            last = loss_sum / max(1, answers)
            spent = time.monotonic() - begun
            told = Step(
                step=done,
                of=total,
                loss=round(last, 4),
                held=round(held, 4) if measure else None,
                tokens_per_s=round(tokens / max(spent, 1e-9), 1),
                seconds_left=round(spent / (done - first) * (total - done), 1),
            )
            _log(out, told, schedule.get_last_lr()[0], before + tokens)
            if tell is not None:
                tell(told)
            loss_sum, answers = 0.0, 0
        if done % run.save_every == 0 or ending:
            checkpoints.save(out, done, model, optimiser, schedule)
        if ending:
            break
    if done == total:
        _keep(model, out)
    return Fitted(
        adapter=out / ADAPTER,
        steps=done,
        loss=last,
        held=held,
        tokens=tokens,
        seconds=time.monotonic() - begun,
        complete=done == total,
        damaged=tuple(damaged),
    )


def planned(learned: Sequence[Tokens], recipe: Recipe) -> list[list[int]]:
    """The batches of all epochs, in the order in which they are learned."""
    run = recipe.run
    plan = [
        batch
        for epoch in range(math.ceil(run.epochs))
        for batch in batches(learned, run.batch, run.seed + epoch, run.pass_tokens)
    ]
    return plan[: max(1, round(len(plan) * run.epochs / math.ceil(run.epochs)))]


def steps_of(count: int, recipe: Recipe) -> int:
    """How many steps so many batches are."""
    total = math.ceil(count / recipe.run.accumulate)
    return min(total, recipe.run.steps) if recipe.run.steps else total


def rate(schedule: str, warmup: float, step: int, total: int) -> float:
    """The share of the learning rate at a step."""
    first = max(1, round(total * warmup))
    if step < first:
        return (step + 1) / first
    along = (step - first) / max(1, total - first)
    if schedule == "cosine":
        return max(LEAST_RATE, 0.5 * (1 + math.cos(math.pi * along)))
    return max(LEAST_RATE, 1 - along) if schedule == "linear" else 1.0


def _keep(model: Any, out: Path) -> None:
    """The adapter, whole or not there."""
    import shutil

    from safetensors import SafetensorError

    from .checkpoints import fresh_folder, unwritten

    fresh = fresh_folder(out)
    try:
        model.save_pretrained(fresh)
        shutil.rmtree(out / ADAPTER, ignore_errors=True)
        fresh.replace(out / ADAPTER)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise unwritten(f"The adapter in {out}", error) from error


def _done(out: Path) -> Fitted:
    """A run that was finished before."""
    log = read_log(out)
    held = [row["held"] for row in log if row.get("held") is not None]
    return Fitted(
        adapter=out / ADAPTER,
        steps=int(log[-1]["step"]) if log else 0,
        loss=float(log[-1]["loss"]) if log else math.nan,
        held=float(held[-1]) if held else math.nan,
        tokens=0,
        seconds=0.0,
        complete=True,
    )


def _log(out: Path, step: Step, learning_rate: float, tokens: int) -> None:
    row = {**asdict(step), "rate": learning_rate, "tokens": tokens, "time": round(time.time(), 1)}
    try:
        with (out / LOG).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
    except OSError as error:
        from .checkpoints import unwritten

        raise unwritten(str(out / LOG), error) from error


def _records(data: Sequence[Path], name: str) -> tuple[list[Record], tuple[str, ...]]:
    """(Records of all folders, each question once; what is none). Raises InputError for too many of these."""
    found: dict[str, Record] = {}
    broken: list[str] = []
    count = 0
    for folder in data:
        for one in read_records(folder / name):
            if isinstance(one, Broken):
                broken.append(f"{folder / name}:{one.line}: {one.reason}")
            else:
                count += 1
                found.setdefault(one.key, one)
    if broken and len(broken) * 20 > count:
        raise InputError(
            f"{len(broken)} of {len(broken) + count} lines are no records, the first at {broken[0]}.",
            hint="docs/training.md shows what a record holds.",
        )
    return list(found.values()), tuple(broken)


def packages() -> None:
    """Raise ModelError where the packages of the extra `train` are not installed."""
    try:
        import peft  # noqa: F401
        import torch  # noqa: F401
        import transformers  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModelError(
            f"Training needs the package {error.name}, which is not installed.",
            hint="Install cybersecqwen[train]; for a processor, torch from its index for CPUs.",
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Without the progress bars and warnings of the libraries."""
    import warnings

    from transformers import modeling_gguf_pytorch_utils as unpacking
    from transformers.utils import logging

    before, bar = logging.get_verbosity(), getattr(unpacking, "tqdm", None)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if bar is not None:  # it has a bar of its own there, and does not ask its own switch
        unpacking.tqdm = lambda some, **_: some
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(before)
        if bar is not None:
            unpacking.tqdm = bar
