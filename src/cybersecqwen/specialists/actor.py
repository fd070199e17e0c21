"""Who may stand behind what a text reports: named groups, their software, their techniques; or nobody known.

Every group of the store gets a score from what speaks for it, and "unknown" has a score of its own;
the shares of a soft maximum over all of them are the probabilities. The four weights are fitted on
cases made of public reports (docs/specialists-actor.md).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from .interface import Judgement, Manifest, Ranked, Specialist
from .linear import read_manifest
from .mentions import Mention, Names

REPORT_CHARS = 200_000
"""Of a report, how much is read: about 60 pages."""
PAGE = 3_000
"""Characters of one page."""
MOST_SPANS = 5
"""Places that are named for one group."""
_TECHNIQUE = re.compile(r"\bT[01]\d{3}(?:\.\d{3})?\b")


@dataclass(kw_only=True)
class Support:
    """What a text has that speaks for one group."""

    named: int = 0
    """How often its names stand there, its campaigns' included."""
    density: float = 0.0
    """The same per page; a text below a third of a page counts as a third."""
    software: dict[str, float] = field(default_factory=dict)
    """Software that it uses and the text names: what few use and is named often weighs most."""
    techniques: dict[str, float] = field(default_factory=dict)
    """Techniques that both have, with their share in the likeness."""
    likeness: float = 0.0
    """Cosine of the text's techniques and the group's, rare ones counting more."""

    @property
    def features(self) -> tuple[float, float, float]:
        """The three numbers that the fitted weights multiply."""
        return math.log1p(self.density), min(sum(self.software.values()), 4.0), self.likeness


class Ties:
    """Which group uses what, and how telling that is; read from a store once."""

    def __init__(self, groups: Mapping[str, Iterable[str]], campaigns: Mapping[str, str]) -> None:
        self.campaigns = dict(campaigns)
        """Campaign to the group it is attributed to."""
        self.uses: dict[str, dict[str, float]] = {}
        """Group to what it uses, with how telling each is."""
        users: Counter[str] = Counter(used for all_used in groups.values() for used in set(all_used))
        total = math.log(max(len(groups), 2))
        for group, used in groups.items():
            self.uses[group] = {one: math.log(len(groups) / users[one]) / total for one in set(used)}
        self._by_used: dict[str, list[str]] = defaultdict(list)
        for group, weights in self.uses.items():
            for used in weights:
                self._by_used[used].append(group)
        self._norm = {
            group: math.sqrt(sum(w * w for one, w in weights.items() if one[0] == "T")) or 1.0
            for group, weights in self.uses.items()
        }

    def weigh(
        self, mentions: Iterable[Mention], techniques: Mapping[str, float], size: int = 0
    ) -> dict[str, Support]:
        """What speaks for each group for which anything does, in a text of `size` characters."""
        pages = max(size / PAGE, 1 / 3)
        found: dict[str, Support] = defaultdict(Support)
        software: Counter[str] = Counter()
        for mention in mentions:
            if mention.type == "software":
                software[mention.id] += 1
                continue
            group = mention.id if mention.type == "group" else self.campaigns.get(mention.id, "")
            if group in self.uses:
                found[group].named += 1
                found[group].density = found[group].named / pages
        for one, times in software.items():
            for group in self._by_used.get(one, ()):
                found[group].software[one] = self.uses[group][one] ** 2 * math.log1p(times / pages)
        self._compare(found, techniques)
        return dict(found)

    def _compare(self, found: dict[str, Support], techniques: Mapping[str, float]) -> None:
        telling = {
            one: chance * self.uses[self._by_used[one][0]][one]
            for one, chance in techniques.items()
            if self._by_used.get(one)
        }
        size = math.sqrt(sum(weight * weight for weight in telling.values()))
        if not size:
            return
        for one, weight in telling.items():
            for group in self._by_used[one]:
                part = weight * self.uses[group][one] / (size * self._norm[group])
                found[group].techniques[one] = part
                found[group].likeness += part


class ActorSpecialist(Specialist):
    """Groups that may stand behind a text."""

    name: ClassVar[str] = "actor"
    help: ClassVar[str] = (
        "Groups and software that a report names, and which group it may be about, with reasons."
    )

    @cached_property
    def manifest(self) -> Manifest:
        """How the weights and the threshold were chosen; there is no file of weights beside it."""
        return read_manifest(self.name, self._folder)

    @property
    def labels(self) -> tuple[str, ...]:
        """Identifiers of all groups of the store."""
        return tuple(self._ties.uses)

    @cached_property
    def _names(self) -> Names:
        return Names(self.store, self.manifest.settings["guarded"])

    @cached_property
    def _ties(self) -> Ties:
        groups: dict[str, list[str]] = {}
        for id in self.store.names("group"):
            entity = self.store.get(id)
            if entity is not None and entity.status == "active":
                groups[id] = [relation.target for relation in self.store.related(id, "uses")]
        campaigns = {
            id: relations[0].target
            for id in self.store.names("campaign")
            if (relations := self.store.related(id, "attributed-to"))
        }
        return Ties(groups, campaigns)

    def mentions(self, text: str) -> list[Mention]:
        """Groups, software and campaigns that a text names, in order."""
        return self._names.find(text[:REPORT_CHARS])

    def judge(self, texts: Sequence[str], *, top: int = 5) -> list[Judgement]:
        """Likely groups of each text, by the names and the technique identifiers in it."""
        return [self.attribute(text, top=top) for text in texts]

    def attribute(self, text: str, *, techniques: Sequence[Ranked] | None = None, top: int = 5) -> Judgement:
        """Likely groups, with what speaks for each.

        Args:
            text: The report; 200,000 characters of it are read.
            techniques: What the technique specialist found in it; None to take the identifiers
                that are written there.
            top: Groups given at most.

        Returns:
            Groups by probability. It abstains where "unknown" or a tie is likelier than the first.
        """
        text = text[:REPORT_CHARS]
        mentions = self.mentions(text)
        if techniques is None:
            chances = dict.fromkeys(_TECHNIQUE.findall(text), 1.0)
        else:
            chances = {one.label: one.probability for one in techniques}
        supports = self._ties.weigh(mentions, chances, len(text))
        shares, unknown = shared(supports, len(self._ties.uses), self.manifest.settings["weights"])
        order = sorted(shares, key=lambda group: (-shares[group], group))[:top]
        ranked = tuple(self._explained(group, shares[group], supports[group], mentions) for group in order)
        first = ranked[0].probability if ranked else 0.0
        if not supports:
            return Judgement(abstained=True, because="it names no group, software or technique of the store")
        if first < self.manifest.threshold:
            why = "no group of the store is likely enough" if unknown < 0.5 else "the actor is unknown"
            return Judgement(ranked=ranked, abstained=True, because=why)
        return Judgement(ranked=ranked)

    def _explained(self, group: str, share: float, support: Support, mentions: Sequence[Mention]) -> Ranked:
        ours = {group} | {one for one, owner in self._ties.campaigns.items() if owner == group}
        places = [one for one in mentions if one.id in ours or one.id in support.software]
        places.sort(key=lambda one: (one.id not in ours, one.start))
        reasons = []
        if support.named:
            times = "once" if support.named == 1 else f"{support.named} times"
            spelled = dict.fromkeys(one.text for one in places if one.id in ours)
            reasons.append(f"named {times} ({', '.join(list(spelled)[:3])})")
        telling = sorted(support.software, key=lambda one: (-support.software[one], one))[:3]
        reasons += [f"uses {self._name(one)} ({one}), which the text names" for one in telling]
        if support.techniques:
            best = sorted(support.techniques, key=lambda one: (-support.techniques[one], one))[:3]
            reasons.append(f"{len(support.techniques)} techniques in common, rarest {', '.join(best)}")
        return Ranked(
            label=group,
            probability=round(share, 4),
            reasons=tuple(reasons),
            spans=tuple(sorted({(one.start, one.end) for one in places[:MOST_SPANS]})),
        )

    def _name(self, id: str) -> str:
        entity = self.store.get(id)
        return entity.name if entity else id


def shared(
    supports: Mapping[str, Support], groups: int, weights: Mapping[str, float]
) -> tuple[dict[str, float], float]:
    """Probability of each group that something speaks for, and of "unknown"."""
    factors = (weights["named"], weights["software"], weights["techniques"])
    scores = {
        group: sum(f * x for f, x in zip(factors, support.features, strict=True))
        for group, support in supports.items()
    }
    top = max([weights["unknown"], 0.0, *scores.values()])
    powers = {group: math.exp(score - top) for group, score in scores.items()}
    nobody = math.exp(weights["unknown"] - top)
    rest = (groups - len(scores)) * math.exp(-top)
    total = sum(powers.values()) + nobody + rest
    return {group: power / total for group, power in powers.items()}, (nobody + rest) / total
