"""The only place that builds things: settings in, tools and models out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from . import offline
from .detect.events.rulebook import Rulebook, load_rulebook
from .errors import ModelError
from .knowledge.store import Store
from .pipeline import run
from .records import Report
from .settings import Settings
from .tasks import TASKS
from .tasks.interface import Progress, Request, Tools, no_progress

if TYPE_CHECKING:
    from .models.interface import Cancel, LanguageModel
    from .models.shelf import Shelf


@dataclass
class App:
    """The program, built from settings; what interfaces call."""

    settings: Settings = field(default_factory=Settings)
    progress: Progress = no_progress

    @cached_property
    def store(self) -> Store:
        """The knowledge store."""
        return Store.open(self.settings.knowledge, user_bundle=self.settings.user_bundle)

    @cached_property
    def rules(self) -> Rulebook:
        """The signals, the user's own included."""
        return load_rulebook(
            self.settings.signals, cache=self.settings.cache_dir, known_tasks=self.settings.known_tasks
        )

    @cached_property
    def shelf(self) -> Shelf:
        """The language models that are known and installed."""
        from .models.shelf import Shelf

        return Shelf(self.settings.models_path)

    @property
    def tools(self) -> Tools:
        """What a task works with."""
        return Tools(
            store=self.store,
            rules=self.rules,
            limits=self.settings.limits,
            workers=self.settings.workers,
            progress=self.progress,
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
        offline.enforce()
        timeout_s = self.settings.model_timeout_s
        return run(TASKS.get(task)(), request, self.tools, models, timeout_s=timeout_s, cancel=cancel)

    @contextmanager
    def models(self, name: str = "") -> Iterator[tuple[LanguageModel, ...]]:
        """The language models to ask, best first, open while the block lasts.

        `name` overrides the setting `model`. With "auto" there may be none; a name that is not
        installed raises WeightsError.
        """
        wanted = name or self.settings.model
        with ExitStack() as stack:
            yield tuple(stack.enter_context(model) for model in self._open(wanted))

    def _open(self, wanted: str) -> Iterator[LanguageModel]:
        if wanted == "none":
            return
        if self.settings.server_url and wanted in ("auto", "server"):
            yield self._server()
            if wanted == "server":
                return
        if wanted != "auto":
            yield self.shelf.open(wanted)
            return
        try:
            chosen = self.shelf.default()
            if chosen:
                yield self.shelf.open(chosen)
        except ModelError:
            return  # "auto" means: without one if need be; `csq doctor` says why

    def _server(self) -> LanguageModel:
        import os

        from .models.openai_compatible import OpenAICompatible

        return OpenAICompatible(
            self.settings.server_url,
            model=self.settings.server_model,
            api_key=os.environ.get(self.settings.server_key_env, ""),
            allow_remote=self.settings.server_allow_remote,
        )
