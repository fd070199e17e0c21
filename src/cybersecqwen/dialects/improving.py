"""Making a query cheaper by a dialect's rules, and proving that it finds the same.

Rules are applied until none changes anything. Then the query and what came of it are run on the same events.
Where the rows differ, the step that makes them differ is taken back. What cannot be run here, and what may
change the rows, is only suggested.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cybersecqwen.errors import EffectError, LimitError, QueryError

from .changing import Change, Work
from .improvement import Context
from .interface import Dialect
from .proving import NotRun, Proof, Prover, schema_for
from .spending import Allowance, OutOfTime

_LAST_S = 2.0
"""Seconds of processor time in which a query is read, and what was found written down, at least."""
_MOST_SUGGESTED = 1_000_000
"""Characters of all suggestions together; the first is always given."""
_TOO_LONG = "it takes too long."


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A change that was made."""

    rule: str
    reason: str
    """Why that is cheaper, one sentence."""
    source: str
    """Address of the documentation that says so."""
    gain: float
    """Share of the cost so far that it saves by the estimate, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A change that a person must decide upon."""

    rule: str
    reason: str
    source: str
    """Address of the documentation that says so."""
    caveat: str
    """What may differ then, or why nothing was proven."""
    text: str
    """The query with the change, and with those before it in the list that could not be run either."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Improvement:
    """What became of a query."""

    before: str
    after: str
    """The same text where nothing was changed."""
    cost_before: float = 0.0
    cost_after: float = 0.0
    """In work of reading one event once, over a million events; 0 where the dialect has no cost model."""
    steps: tuple[Step, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    withdrawn: tuple[str, ...] = ()
    """Changes that failed their proof and were taken back, a sentence each."""
    proof: Proof | None = None
    """None where nothing was changed, or no proof was asked for."""
    problems: tuple[str, ...] = ()
    """What went wrong in the rules themselves, a sentence each."""

    @property
    def gain(self) -> float:
        """Share of the cost that is saved by the estimate, 0 to 1."""
        return _gain(self.cost_before, self.cost_after)


def improve(
    dialect: Dialect[Any],
    text: str,
    *,
    context: Context | None = None,
    proof_events: int = 2_000,
    seed: int = 0,
    seconds: float = math.inf,
    tree: Any = None,
) -> Improvement:
    """A cheaper query that finds the same, with every change and what was proven.

    `proof_events` are the events of each draw that the two are run on; with 0 nothing is proven. At most
    `seconds` of processor time go into reading, changing and proving; what is not proven then is only
    suggested. `tree` is what `parse` gives for the text, where the caller has it. Raises EffectError for a
    query that would do more than read, QuerySyntaxError as `parse` does, and LimitError as that does or where
    reading takes all the time.
    """
    allowance = Allowance(seconds=seconds)
    tree = _read(dialect, text, tree, allowance)
    work = Work(dialect=dialect, context=context or Context(), original=tree)
    proof = _changed(work, proof_events, seed, allowance)
    try:
        with Allowance(seconds=max(_LAST_S, allowance.left)).held():
            return _told(work, text, proof)
    except OutOfTime:
        problems = (*work.problems, f"Nothing was changed: {_TOO_LONG}")
        return Improvement(before=text.strip(), after=text.strip(), problems=problems)


def _read(dialect: Dialect[Any], text: str, tree: Any, allowance: Allowance) -> Any:
    """The tree of a query that only reads; nothing is said of a text whose effects nobody had time to see."""
    try:
        with Allowance(seconds=max(_LAST_S, allowance.left)).held():
            tree = dialect.parse(text) if tree is None else tree
            _refuse_effects(dialect, tree)
            return tree
    except OutOfTime:
        raise LimitError(
            f"The query is not looked at: {_TOO_LONG}", hint="Shorten it, or leave parts of it out."
        ) from None


def _changed(work: Work[Any], count: int, seed: int, allowance: Allowance) -> Proof | None:
    """Change the query and prove the changes, in the time that there is."""
    try:
        with allowance.held():
            work.extend()
            return _prove(work, count, seed, allowance) if count else None
    except OutOfTime:
        work.problems.append(f"Not every change was looked for: {_TOO_LONG}")
    if not count or not work.chain:
        return None
    _only_suggest(work, _TOO_LONG)
    return Proof(not_run=_TOO_LONG)


def _told(work: Work[Any], text: str, proof: Proof | None) -> Improvement:
    """What became of the query."""
    tree, after = work.original, work.last
    if work.chain and not _faithful(work.dialect, after):
        work.problems.append(
            "What the rules made cannot be written so that it reads the same; it is left out."
        )
        work.chain.clear()
        proof, after = None, tree
    return Improvement(
        before=text.strip(),
        after=work.dialect.render(after) if work.chain else text.strip(),
        cost_before=work.cost(tree),
        cost_after=work.cost(after),
        steps=tuple(_step(work, change) for change in work.chain),
        suggestions=tuple(_suggestions(work)),
        withdrawn=tuple(work.withdrawn),
        proof=proof,
        problems=tuple(work.problems),
    )


def _refuse_effects(dialect: Dialect[Any], tree: Any) -> None:
    effects = dialect.effects(tree)
    if effects:
        first = effects[0]
        raise EffectError(
            f"The query would do more than read: {first.command} (line {first.line}) {first.what}.",
            hint="Take that part out; the rest can then be made cheaper.",
        )


def _faithful(dialect: Dialect[Any], tree: Any) -> bool:
    """Whether a tree that rules made can be given out as text."""
    try:
        return bool(dialect.parse(dialect.render(tree)) == tree) and not dialect.effects(tree)
    except QueryError:
        return False


def _prove(work: Work[Any], count: int, seed: int, allowance: Allowance) -> Proof | None:
    """The proof for what is left when every step that fails it is taken back; None where nothing is left."""
    while work.chain:
        trees = [work.original, *(change.after for change in work.chain)]
        prover = Prover(
            dialect=work.dialect,
            schema=schema_for(work.dialect, work.context.schema),
            trees=trees,
            count=count,
            seed=seed,
            allowance=allowance,
        )
        try:
            prover.rows(work.original, seed)
            prover.nothing(work.original)
        except NotRun as error:
            _only_suggest(work, str(error))
            return Proof(not_run=str(error))
        try:
            proof = prover.proof(work.original, work.last)
            if proof is not None:
                return proof
        except NotRun:
            pass
        _take_back(work, prover)
    return None


def _take_back(work: Work[Any], prover: Prover[Any]) -> None:
    """Take back the first step after which other rows come, or that cannot be run.

    One of them is: the last was found to be, and every tree is run once only on a draw.
    """
    for at, change in enumerate(work.chain):
        try:
            if not prover.differ(work.original, change.after):
                continue
            work.withdrawn.append(
                f"{change.rule.name} was taken back: the query then gives other rows on made events."
            )
        except NotRun as error:
            work.unproven.append((change, f"Not proven here: {error}"))
        work.without(at)
        return
    # No step shows it again. One goes all the same, so that this ends.
    work.unproven.append((work.chain[-1], "Not proven here: it does not always give the same rows."))
    work.without(len(work.chain) - 1)


def _only_suggest(work: Work[Any], why: str) -> None:
    """What cannot be run here changes nothing: its steps are suggestions."""
    for change in work.chain:
        work.unproven.append((change, f"Not proven here: {why}"))
    work.dropped |= {change.rule.name for change in work.chain}
    work.chain.clear()


def _suggestions(work: Work[Any]) -> Iterator[Suggestion]:
    """What was not proven, and what the rules would change that do not keep the rows."""
    length = 0
    for change, why in [*work.unproven, *_unsafe(work)]:
        made = _suggestion(work, change, why)
        length += len(made.text)
        if length > max(_MOST_SUGGESTED, len(made.text)):
            return
        yield made


def _unsafe(work: Work[Any]) -> Iterator[tuple[Change[Any], str]]:
    for rule in work.dialect.rules:
        made = None if rule.safe else work.applied(rule, work.last)
        if made is not None and _faithful(work.dialect, made):
            yield Change(rule, work.last, made), rule.caveat


def _suggestion(work: Work[Any], change: Change[Any], caveat: str) -> Suggestion:
    return Suggestion(
        rule=change.rule.name,
        reason=change.rule.reason,
        source=change.rule.source,
        caveat=caveat,
        text=work.dialect.render(change.after),
    )


def _step(work: Work[Any], change: Change[Any]) -> Step:
    return Step(
        rule=change.rule.name,
        reason=change.rule.reason,
        source=change.rule.source,
        gain=_gain(work.cost(change.before), work.cost(change.after)),
    )


def _gain(before: float, after: float) -> float:
    return max(0.0, 1 - after / before) if before > 0 else 0.0
