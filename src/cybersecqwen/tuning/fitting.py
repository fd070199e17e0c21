"""Training an adapter: LoRA on frozen weights, loss on the answer alone, with transformers, peft and trl.

The base is what the product runs: a GGUF file is read and its weights unpacked, so that the adapter is fitted
to the rounded weights that it will be served with. Prompts are framed and written by the model's own chat
template, as they are when the product asks.

    run.json            what was asked for, with hashes of data, recipe and base
    log.jsonl           loss, rate, tokens a second, after each few steps
    checkpoint-N/       adapter, optimiser, schedule, random state: a run that was killed goes on from the
    last adapter/            the result, in the form of peft
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import InputError, ModelError, UsageError, WeightsError
from cybersecqwen.models.framing import messages
from cybersecqwen.models.gguf import read_header
from cybersecqwen.models.profiles import Profile, guess
from cybersecqwen.writing import write_whole

from .building import HELD_FILE, TRAIN
from .recipe import Recipe
from .records import Broken, Record, read_records

if TYPE_CHECKING:
    from torch import Tensor

RUN, LOG, ADAPTER = "run.json", "log.jsonl", "adapter"
_IGNORED = -100
_MATERIAL = 24_000
_ALIKE = (64, 16)
"""Tokens that records of a batch begin with alike, the longest first."""
_WORTH = 20
"""Tokens of a shared beginning that are worth a pass of their own."""
Told = Callable[["Step"], None]


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
    tokens: int
    """Read in this run, padding not counted."""
    seconds: float
    left_out: int
    """Records longer than the recipe allows."""
    complete: bool
    """Whether all steps were made."""


def fit(
    recipe: Recipe,
    base: Path,
    data: Sequence[Path],
    out: Path,
    *,
    tell: Told | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Fitted:
    """Train an adapter, or go on with a run that was ended.

    Args:
        recipe: What is done.
        base: A GGUF file, or a folder with a model in the form of transformers.
        data: Folders with records to learn, and records that the loss is measured on.
        out: Folder of the run. One that holds a run of the same recipe, data and base is gone on with.
        tell: Called after each few steps.
        stop: Asked between steps; the run then writes a checkpoint and ends.

    Raises:
        ModelError: The packages of the extra `train` are not installed.
        WeightsError: The base is of another architecture, damaged, or its tokenizer has no chat template.
        InputError: Records cannot be read, or are too many of them broken.
        UsageError: The folder holds another run.
    """
    _packages()
    made = identity(recipe, base, data)
    _same_run(out, made)
    model, tokenizer, profile = load(recipe, base)
    longest = recipe.run.longest
    train = [one for folder in data for one in _records(folder / TRAIN)]
    held = [one for folder in data for one in _records(folder / HELD_FILE)]
    learned, left = tokenised(train, tokenizer, profile, longest)
    measured, _ = tokenised(held, tokenizer, profile, longest)
    if not learned:
        raise InputError(f"{data[0] / TRAIN} holds no record of at most {longest} tokens.")
    write_whole(out / RUN, (json.dumps(made, indent=1) + "\n").encode(), folder_mode=0o755)
    with _quiet():
        found = _trained(recipe, model, learned, measured, out, tell, stop)
    return replace(found, left_out=left)


def identity(recipe: Recipe, base: Path, data: Sequence[Path]) -> dict[str, Any]:
    """What makes a run the same run: recipe, hashes of the base and the data."""
    return {
        "recipe": asdict(recipe),
        "base": {"name": base.name, "sha256": digest(base)},
        "train": [digest(folder / TRAIN) for folder in data],
        "held": [digest(folder / HELD_FILE) for folder in data],
    }


def digest(path: Path) -> str:
    """The sha256 of a file, or of all files of a folder in order of their names. Raises InputError."""
    found = hashlib.sha256()
    try:
        for one in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if one.is_file():
                if path.is_dir():
                    found.update(str(one.relative_to(path)).encode())
                with one.open("rb") as stream:
                    while block := stream.read(1 << 20):
                        found.update(block)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    return found.hexdigest()


def load(recipe: Recipe, base: Path) -> tuple[Any, Any, Profile]:
    """(Model with a fresh adapter, tokenizer, profile); raises ModelError, WeightsError."""
    _packages()
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder, given, profile = _base(recipe, base)
    dtype = torch.bfloat16 if recipe.run.precision == "bf16" else torch.float32
    with _quiet():
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, **given)
            # Loaded in bfloat16 a GGUF file stays packed and training crawls: unpack first, round then.
            model = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=torch.float32 if given else dtype,
                attn_implementation=recipe.run.attention,
                local_files_only=True,
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
        torch.manual_seed(recipe.run.seed)
        model = get_peft_model(
            model.to(device=device(), dtype=dtype),
            LoraConfig(
                r=recipe.lora.rank,
                lora_alpha=recipe.lora.alpha,
                lora_dropout=recipe.lora.dropout,
                target_modules="all-linear"
                if recipe.lora.targets == ("all-linear",)
                else list(recipe.lora.targets),
                bias="none",
                task_type="CAUSAL_LM",
            ),
        )
        if device() == "cpu":
            from .fused import fuse

            fuse(model)
    if recipe.run.checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
        model.enable_input_require_grads()
    return model, tokenizer, profile


def _base(recipe: Recipe, base: Path) -> tuple[Path, dict[str, str], Profile]:
    if base.is_dir():
        try:
            config = json.loads((base / "config.json").read_text("utf-8"))
            kind = str(config["model_type"])
        except (OSError, ValueError, KeyError, TypeError) as error:
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


@dataclass(frozen=True, slots=True)
class Tokens:
    """A record as the model reads it."""

    ids: tuple[int, ...]
    answer: int
    """Where the answer begins."""


def tokenised(
    records: Sequence[Record], tokenizer: Any, profile: Profile, longest: int
) -> tuple[list[Tokens], int]:
    """(Records of at most `longest` tokens, how many were longer)."""
    found, left = [], 0
    for record in records:
        framed = messages(record.prompt, profile, budget=_MATERIAL)
        head = tokenizer.apply_chat_template(framed, tokenize=False, add_generation_prompt=True)
        before = tokenizer(head, add_special_tokens=False)["input_ids"]
        after = tokenizer(record.answer, add_special_tokens=False)["input_ids"]
        ids = (*before, *after, tokenizer.eos_token_id)
        if len(ids) > longest:
            left += 1
        else:
            found.append(Tokens(ids, len(before)))
    return found, left


def batches(some: Sequence[Tokens], size: int, seed: int, most: int = 0) -> list[list[int]]:
    """Numbers of the records of each batch, in any order.

    Those of a batch begin alike, so that their beginning is read once, and are alike in length, so that
    little is padding. A batch has at most `size` records and, where `most` is given, about so many tokens.
    """
    from random import Random

    chance = Random(seed)
    common = Counter(one.ids[:length] for one in some for length in _ALIKE)

    def beginning(at: int) -> tuple[int, ...]:
        """The longest that enough others share for a batch."""
        found = (some[at].ids[:length] for length in _ALIKE)
        return next((one for one in found if common[one] >= size), ())

    groups = [beginning(at) for at in range(len(some))]
    order = sorted(range(len(some)), key=lambda at: (groups[at], len(some[at].ids) + chance.uniform(-8, 8)))
    made: list[list[int]] = []
    for at in order:
        last = made[-1] if made else []
        full = len(last) == size or (most and (len(last) + 1) * len(some[at].ids) > most)
        if not last or full or groups[last[0]] != groups[at]:
            made.append([])
        made[-1].append(at)
    chance.shuffle(made)
    return made


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

    run = recipe.run
    plan = [
        batch
        for epoch in range(math.ceil(run.epochs))
        for batch in batches(learned, run.batch, run.seed + epoch, run.pass_tokens)
    ]
    plan = plan[: max(1, round(len(plan) * run.epochs / math.ceil(run.epochs)))]
    total = math.ceil(len(plan) / run.accumulate)
    if run.steps:
        total = min(total, run.steps)
    weights = [one for one in model.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=run.learning_rate, weight_decay=run.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: _rate(run.schedule, run.warmup, step, total)
    )
    done = _resumed(out, model, optimiser, schedule)
    begun, tokens, answers, loss_sum, last = time.monotonic(), 0, 0, 0.0, math.nan
    held = math.nan
    model.train()
    for step in range(done, total):
        for batch in plan[step * run.accumulate : (step + 1) * run.accumulate]:
            some = [learned[at] for at in batch]
            loss, count = _loss(model, some)
            (loss / (count * run.accumulate)).backward()
            loss_sum += float(loss.detach())
            answers += count
            tokens += sum(len(one.ids) for one in some)
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        at = step + 1
        ending = at == total or stop()
        measure = bool(measured) and (at % run.evaluate_every == 0 or ending)
        if measure:
            held = evaluated(model, measured, run.batch, run.pass_tokens)
        if at % 10 == 0 or ending:
            last = loss_sum / max(1, answers)
            spent = time.monotonic() - begun
            told = Step(
                step=at,
                of=total,
                loss=round(last, 4),
                held=round(held, 4) if measure else None,
                tokens_per_s=round(tokens / max(spent, 1e-9), 1),
                seconds_left=round(spent / (at - done) * (total - at), 1),
            )
            _log(out, told, schedule.get_last_lr()[0], tokens)
            if tell is not None:
                tell(told)
            loss_sum, answers = 0.0, 0
        if at % run.save_every == 0 or ending:
            _save(out, at, model, optimiser, schedule)
        if ending:
            done = at
            break
    if done == total:
        model.save_pretrained(out / ADAPTER)
    return Fitted(
        adapter=out / ADAPTER,
        steps=done,
        loss=last,
        held=held,
        tokens=tokens,
        seconds=time.monotonic() - begun,
        left_out=0,
        complete=done == total,
    )


def _loss(model: Any, some: Sequence[Tokens]) -> tuple[Tensor, int]:
    """(Sum of the losses of the answers' tokens, how many they are).

    Two things are left out that change nothing: the scores over the vocabulary of tokens that are not
    learned, and the beginning that all records of a batch share, which is read once. For short questions
    under long instructions that is half of all tokens.
    """
    import torch

    where = next(model.parameters()).device
    inner = model.get_base_model()
    shared = 0 if inner.is_gradient_checkpointing else _shared(some)  # which keeps no keys and values
    width = max(len(one.ids) for one in some)
    ids = torch.zeros((len(some), width), dtype=torch.long)
    mask = torch.zeros((len(some), width), dtype=torch.long)
    labels = torch.full((len(some), width), _IGNORED)
    for row, one in enumerate(some):
        length = len(one.ids)
        ids[row, :length] = torch.tensor(one.ids)
        mask[row, :length] = 1
        labels[row, one.answer : length] = ids[row, one.answer : length]
    ids, mask, labels = ids.to(where), mask.to(where), labels[:, shared + 1 :].to(where)
    given: dict[str, Any] = {"use_cache": False}
    if shared:
        first = inner.model(input_ids=ids[:1, :shared], use_cache=True).past_key_values
        first.batch_repeat_interleave(len(some))
        places = torch.arange(shared, width, device=where).expand(len(some), -1)
        given = {"past_key_values": first, "position_ids": places, "use_cache": True}
    hidden = inner.model(input_ids=ids[:, shared:], attention_mask=mask, **given)[0][:, :-1]
    wanted = labels != _IGNORED
    scores = inner.lm_head(hidden[wanted]).float()
    loss = torch.nn.functional.cross_entropy(scores, labels[wanted], reduction="sum")
    return loss, int(wanted.sum())


def _shared(some: Sequence[Tokens]) -> int:
    """How many tokens all begin with alike; 0 where that is too few to be worth a pass of its own."""
    first = some[0].ids
    most = min(one.answer for one in some) - 1
    for one in some[1:]:
        most = next((at for at in range(min(most, len(one.ids))) if one.ids[at] != first[at]), most)
    return most if len(some) > 1 and most >= _WORTH else 0


def evaluated(model: Any, some: Sequence[Tokens], size: int, most: int = 0) -> float:
    """The mean loss over the answers' tokens of records; the model is as it was afterwards."""
    import torch

    total, count = 0.0, 0
    was = model.training
    model.eval()
    with torch.no_grad():
        for batch in batches(some, size, 0, most):
            loss, answers = _loss(model, [some[at] for at in batch])
            total += float(loss)
            count += answers
    model.train(was)
    return total / max(1, count)


def _rate(schedule: str, warmup: float, step: int, total: int) -> float:
    """The share of the learning rate at a step."""
    first = max(1, round(total * warmup))
    if step < first:
        return (step + 1) / first
    along = (step - first) / max(1, total - first)
    if schedule == "cosine":
        return max(0.02, 0.5 * (1 + math.cos(math.pi * along)))
    return max(0.02, 1 - along) if schedule == "linear" else 1.0


def _save(out: Path, step: int, model: Any, optimiser: Any, schedule: Any) -> None:
    """Write a checkpoint whole: under another name first, then renamed; the one before it is removed."""
    import shutil

    import torch
    from safetensors.torch import save_file

    fresh = out / f".checkpoint-{step}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    save_file(_adapter(model), fresh / "adapter.safetensors")
    state = optimiser.state_dict()["state"]
    flat = {
        f"{number}.{key}": value.detach().to(torch.float32).contiguous()
        for number, values in state.items()
        for key, value in values.items()
    }
    save_file(flat, fresh / "optimiser.safetensors")
    save_file({"cpu": torch.get_rng_state()}, fresh / "random.safetensors")
    (fresh / "state.json").write_text(json.dumps({"step": step, "schedule": schedule.last_epoch}))
    final = out / f"checkpoint-{step}"
    shutil.rmtree(final, ignore_errors=True)
    fresh.replace(final)
    for old in checkpoints(out)[:-1]:
        shutil.rmtree(old, ignore_errors=True)


def _adapter(model: Any) -> dict[str, Any]:
    return {
        name: one.detach().to("cpu").contiguous()
        for name, one in model.named_parameters()
        if one.requires_grad
    }


def checkpoints(out: Path) -> list[Path]:
    """Folders of whole checkpoints, the oldest first."""
    found = [path for path in out.glob("checkpoint-*") if path.name.rpartition("-")[2].isdigit()]
    return sorted(found, key=lambda path: int(path.name.rpartition("-")[2]))


def _resumed(out: Path, model: Any, optimiser: Any, schedule: Any) -> int:
    """How many steps are done: the last checkpoint is taken up; a damaged one is passed over."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    for folder in reversed(checkpoints(out)):
        try:
            state = json.loads((folder / "state.json").read_text())
            weights = load_file(folder / "adapter.safetensors")
            flat = load_file(folder / "optimiser.safetensors")
            chance = load_file(folder / "random.safetensors")["cpu"]
            step, place = int(state["step"]), int(state["schedule"])
        except (OSError, ValueError, KeyError, TypeError, SafetensorError):
            continue
        named = dict(model.named_parameters())
        if any(name not in named or named[name].shape != one.shape for name, one in weights.items()):
            continue
        with torch.no_grad():
            for name, one in weights.items():
                named[name].copy_(one)
        kept: dict[int, dict[str, Any]] = {}
        for key, value in flat.items():
            number, _, part = key.partition(".")
            kept.setdefault(int(number), {})[part] = value
        whole = optimiser.state_dict()
        optimiser.load_state_dict({**whole, "state": kept})
        schedule.last_epoch = place - 1
        schedule.step()
        torch.set_rng_state(chance)
        return step
    return 0


def _log(out: Path, step: Step, rate: float, tokens: int) -> None:
    row = {**asdict(step), "rate": rate, "tokens": tokens, "time": round(time.time(), 1)}
    with (out / LOG).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(row) + "\n")


def read_log(out: Path) -> list[dict[str, Any]]:
    """The rows of a run's log, a step once: what was done again after a kill counts as it was last."""
    rows: dict[int, dict[str, Any]] = {}
    try:
        lines = (out / LOG).read_text("utf-8").splitlines()
    except OSError:
        return []
    for line in lines:
        try:
            row = json.loads(line)
            rows[int(row["step"])] = row
        except (ValueError, KeyError, TypeError):
            continue
    return [rows[step] for step in sorted(rows)]


def _records(path: Path) -> list[Record]:
    found, broken = [], []
    for one in read_records(path):
        if isinstance(one, Broken):
            broken.append(one)
        else:
            found.append(one)
    if broken and len(broken) * 20 > len(found):
        first = broken[0]
        raise InputError(
            f"{path}: {len(broken)} of {len(broken) + len(found)} lines are no records; line {first.line}: "
            f"{first.reason}.",
            hint="docs/training.md shows what a record holds.",
        )
    return found


def _same_run(out: Path, made: dict[str, Any]) -> None:
    path = out / RUN
    if not path.exists():
        return
    try:
        before = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read, so the run in this folder is unknown.") from error
    if before != json.loads(json.dumps(made)):
        parts = [key for key in made if before.get(key) != json.loads(json.dumps(made[key]))]
        raise UsageError(
            f"{out} holds a run of another {' and '.join(parts) or 'kind'}.",
            hint="Give another folder with --out.",
        )


def _packages() -> None:
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
def _quiet() -> Iterator[None]:
    """Without the progress bars and warnings of the libraries."""
    import warnings

    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(before)
