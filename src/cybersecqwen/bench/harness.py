"""One subject, one task: ask, extract, grade, sum up."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from .interface import Answer, CtiTask, Extracted, Item, Measure, Question
from .intervals import Figure, figure
from .journal import Journal, key_of
from .subjects.interface import Sampling, Subject

Progress = Callable[[str, int, int], None]

UNPARSABLE = Measure(name="unparsable", title="unparsable answers", over={"unparsable": 1.0}, better="lower")
COVERAGE = Measure(name="coverage", title="answered without abstaining", over={"sure": 1.0})
SURE = Measure(
    name="accuracy_sure",
    title="accuracy where it did not abstain",
    over={"sure_correct": 1.0},
    under={"sure": 1.0},
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How a task is run."""

    limit: int = 0
    """Items asked, drawn with `seed`; 0 asks all."""
    seed: int = 0
    """Of the subset, of sampling and of bootstrap intervals."""
    trials: int = 1
    """Times each item is asked, each time with another seed."""
    temperature: float = 0.0
    """Of a language model."""
    max_tokens: int = 0
    """Longest answer of a language model; the task's own where 0."""
    timeout_s: float = 600.0
    """Seconds for one answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What came out of one task with one subject."""

    figures: tuple[Figure, ...]
    """The task's measures, the headline first; none where the file has no answers."""
    unparsable: Figure
    """Share of answers that nothing could be taken from; they count as wrong."""
    found: dict[str, int]
    """Where answers stood: "last line", "elsewhere", "given", "nowhere", or why there was none."""
    items: int
    """How many were asked."""
    trials: int
    """How often each."""
    per_trial: tuple[float, ...]
    """The headline of each trial, where there was more than one."""
    cut: int
    """Answers that ended at the bound on their length."""
    seconds: tuple[float, ...]
    """Of each answer."""
    predictions: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    """The extracted values of the first trial, in the order asked."""


def subset(items: Sequence[Item], limit: int, seed: int) -> list[Item]:
    """`limit` items drawn without replacement, in the file's order; all where 0 or more than there are."""
    if not limit or limit >= len(items):
        return list(items)
    chosen = sorted(random.Random(seed).sample(range(len(items)), limit))
    return [items[at] for at in chosen]


def shown(item: Item, subject: Subject) -> Question:
    """What this subject may see: the item's own identifier in look-up mode alone."""
    if subject.mode == "look-up":
        return replace(item.question, own_id=item.own_id)
    return replace(item.question, own_id="")


def run(
    task: CtiTask,
    subject: Subject,
    items: Sequence[Item],
    plan: Plan,
    journal: Journal,
    progress: Progress,
) -> Result:
    """Ask a subject all items, reusing the answers that the journal holds.

    Raises:
        CsqError: The subject cannot answer.
        KeyboardInterrupt: As it came; the journal holds every answer given before.
    """
    trials = plan.trials if subject.samples else 1
    answers: list[list[Answer]] = []
    for trial in range(trials):
        row: list[Answer] = []
        for number, item in enumerate(items):
            progress(f"{task.name}, {subject.name}", trial * len(items) + number, trials * len(items))
            row.append(_ask(task, subject, item, plan, trial, journal))
        answers.append(row)
    return _summed(task, items, answers, plan)


def _ask(task: CtiTask, subject: Subject, item: Item, plan: Plan, trial: int, journal: Journal) -> Answer:
    sampling = Sampling(
        temperature=plan.temperature,
        seed=plan.seed + trial,
        max_tokens=plan.max_tokens or task.max_tokens,
        timeout_s=plan.timeout_s,
    )
    how: dict[str, object] = {"mode": subject.mode}
    if subject.samples:
        how |= {"temperature": sampling.temperature, "seed": sampling.seed, "max": sampling.max_tokens}
    key = key_of(item.key, subject.identity(), how)
    known = journal.get(key) if subject.slow else None
    if known is not None:
        return known
    start = time.perf_counter()
    answer = subject.answer(shown(item, subject), sampling)
    answer = replace(answer, seconds=time.perf_counter() - start)
    if subject.slow:
        journal.put(key, answer)
    return answer


def _summed(task: CtiTask, items: Sequence[Item], answers: Sequence[Sequence[Answer]], plan: Plan) -> Result:
    trials = len(answers)
    per_item: list[dict[str, float]] = [{} for _ in items]
    per_trial: list[list[dict[str, float]]] = []
    found: Counter[str] = Counter()
    predictions: list[tuple[str, ...]] = []
    graded = all(item.truth for item in items)
    for number, row in enumerate(answers):
        counts: list[dict[str, float]] = []
        for item, answer in zip(items, row, strict=True):
            taken = task.extract(answer.text) if answer.ranked is None else task.given(answer.ranked)
            found[taken.how or answer.failed or "nowhere"] += 1
            counts.append(_counts(task, item, answer, taken, graded=graded))
            if number == 0:
                predictions.append(taken.values)
        for whole, one in zip(per_item, counts, strict=True):
            for name, count in one.items():
                whole[name] = whole.get(name, 0.0) + count
        per_trial.append(counts)
    form = "ranked" if any(answer.ranked is not None for row in answers for answer in row) else "text"
    fitting = [one for one in task.measures if one.only in ("", form)]
    measures = (*fitting, *_abstaining(task, per_item)) if graded else ()
    figures = [figure(one, per_item, trials=trials, seed=plan.seed) for one in measures]
    unparsable = figure(UNPARSABLE, per_item, trials=trials, seed=plan.seed)
    assert unparsable is not None  # every item counts one
    heads = [figure(task.measures[0], one, trials=1, seed=plan.seed) for one in per_trial if graded]
    flat = [answer for row in answers for answer in row]
    return Result(
        figures=tuple(one for one in figures if one is not None),
        unparsable=unparsable,
        found=dict(found),
        items=len(items),
        trials=trials,
        per_trial=tuple(one.value for one in heads if one is not None) if trials > 1 else (),
        cut=sum(answer.cut for answer in flat),
        seconds=tuple(answer.seconds for answer in flat),
        predictions=tuple(predictions),
    )


def _counts(task: CtiTask, item: Item, answer: Answer, taken: Extracted, *, graded: bool) -> dict[str, float]:
    counts = {"items": 1.0, "unparsable": float(not taken.how)}
    if graded:
        counts |= task.grade(item.truth, taken.values)
    if answer.ranked is not None and not answer.abstained:
        counts |= {"sure": 1.0, "sure_correct": counts.get("correct", 0.0)}
    elif answer.abstained:
        counts["abstained"] = 1.0
    return counts


def _abstaining(task: CtiTask, counts: Sequence[dict[str, float]]) -> tuple[Measure, ...]:
    """What abstaining buys, where the subject did so at all and the task has one right answer."""
    single = "correct" in task.measures[0].over
    return (COVERAGE, SURE) if single and any(one.get("abstained") for one in counts) else ()
