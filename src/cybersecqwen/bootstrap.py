"""The only place that builds things: settings in, tools and models out.

Each part is imported when it is first asked for, so that `csq model list` does not pay for detection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from cybersecqwen import offline
from cybersecqwen.errors import CsqError
from cybersecqwen.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from cybersecqwen.detect.events.rulebook import Rulebook
    from cybersecqwen.detect.sigma.model import Ruleset
    from cybersecqwen.knowledge.store import Store
    from cybersecqwen.models.interface import Cancel, LanguageModel
    from cybersecqwen.models.shelf import Shelf
    from cybersecqwen.models.skills import Choice
    from cybersecqwen.records import Report
    from cybersecqwen.tasks.interface import Progress, Request, Tools


@dataclass
class App:
    """The program, built from settings; what interfaces call."""

    settings: Settings = field(default_factory=Settings)
    """What the user set."""
    progress: Progress | None = None
    """Where to say what is going on; nowhere where None."""
    _rules_of_all: Ruleset | None = field(default=None, init=False, repr=False)
    """What `sigma` gives without paths, kept: reading it again costs more than a playbook."""

    @cached_property
    def store(self) -> Store:
        """The knowledge store."""
        from cybersecqwen.knowledge.store import Store

        return Store.open(self.settings.knowledge, user_bundle=self.settings.user_bundle)

    @cached_property
    def rules(self) -> Rulebook:
        """The signals, the user's own included."""
        from cybersecqwen.detect.events.rulebook import load_rulebook

        return load_rulebook(
            self.settings.signals, cache=self.settings.cache_dir, known_tasks=self.settings.known_tasks
        )

    def sigma(self, paths: Sequence[Path] = (), only: bool = False) -> Ruleset:
        """Sigma rules: the starter rules, those that `csq rules import` keeps, and those of `paths`.

        With `only` those of `paths` alone. Raises RuleError where a set cannot be read.
        """
        from cybersecqwen.detect.sigma.cache import load_rules
        from cybersecqwen.detect.sigma.collection import Collection
        from cybersecqwen.detect.sigma.rulefiles import SHIPPED

        if not paths and not only and self._rules_of_all is not None:
            return self._rules_of_all
        own = [] if only else [SHIPPED, *Collection(self.settings.rules_path).paths()]
        found = load_rules([*own, *paths], self.settings.cache_dir)
        if not paths and not only:
            self._rules_of_all = found
        return found

    @cached_property
    def shelf(self) -> Shelf:
        """The language models that are known and installed."""
        from cybersecqwen.models.shelf import Shelf

        return Shelf(self.settings.models_path)

    @cached_property
    def tools(self) -> Tools:
        """What a task works with."""
        from cybersecqwen.tasks.interface import Tools, no_progress

        return Tools(
            store=self.store,
            load_rules=lambda: self.rules,
            load_sigma=self.sigma,
            limits=self.settings.limits,
            workers=self.settings.workers,
            progress=self.progress or no_progress,
        )

    def run(
        self,
        task: str,
        request: Request,
        models: Sequence[LanguageModel] = (),
        *,
        cancel: Cancel | None = None,
    ) -> Iterator[Report]:
        """Run a task; see `pipeline.run`."""
        from cybersecqwen.pipeline import run
        from cybersecqwen.tasks import TASKS

        offline.enforce()
        timeout_s = self.settings.model_timeout_s
        return run(TASKS.get(task)(), request, self.tools, models, timeout_s=timeout_s, cancel=cancel)

    @cached_property
    def installed(self) -> frozenset[str]:
        """What this machine has, in words of the table of skills: "specialist:cwe", "model:NAME", "ask"."""
        from cybersecqwen.specialists import SPECIALISTS
        from cybersecqwen.tasks import TASKS

        found = {f"specialist:{name}" for name in SPECIALISTS.names()}
        found |= {f"model:{one.name}" for one in self.shelf.list()}
        answers = "ask" in TASKS.names() and self.store.passages is not None
        return frozenset(found | ({"ask"} if answers else set()))

    def pick(self, skill: str, budget_ms: float) -> Choice:
        """Who is best at a skill of those that this machine has, within a time; see `models.skills.pick`."""
        from cybersecqwen.models.skills import pick

        return pick(skill, budget_ms, self.installed)

    @contextmanager
    def models(self, name: str = "") -> Iterator[tuple[LanguageModel, ...]]:
        """The language models to ask, best first, open while the block lasts.

        `name` overrides the setting `model`. With "auto" there may be none; a name that is not
        installed raises WeightsError.
        """
        offline.enforce()
        with ExitStack() as stack:
            yield tuple(stack.enter_context(m) for m in self._open(name or self.settings.model))

    def _open(self, wanted: str) -> Iterator[LanguageModel]:
        if wanted == "none":
            return
        if wanted == "server" or (wanted == "auto" and self.settings.server_url):
            yield self._server()
        elif wanted != "auto":
            yield self.shelf.load(wanted, skilled=self.settings.adapters)
        else:
            try:
                if self.shelf.list():
                    yield self.shelf.load(self._automatic(), skilled=self.settings.adapters)
            except CsqError:
                return  # "auto" means: without one if need be; `csq doctor` says why

    def _automatic(self) -> str:
        """The user's choice, else the one measured best at narratives within the time, else the default."""
        best = self.pick("narrative", self.settings.model_timeout_s * 1000).candidate
        measured = [need.partition(":")[2] for need in best.needs] if best is not None else []
        return self.shelf.chosen() or next(iter(measured), "")

    def _server(self) -> LanguageModel:
        from cybersecqwen.models.endpoints import connect

        settings = self.settings
        return connect(
            settings.server_url,
            settings.server_model,
            settings.server_skills,
            key_variable=settings.server_key_env,
            allow_remote=settings.server_allow_remote,
            context=settings.server_context,
            at_once=settings.server_concurrency,
            failures=settings.server_failures,
            pause_s=settings.server_pause_s,
        )
