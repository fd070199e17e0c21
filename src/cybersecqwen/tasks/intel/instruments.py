"""What reports are read with: loaded once, when the first report needs it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cybersecqwen.detect.report.warning_lists import WarningLists
    from cybersecqwen.knowledge.store import Store
    from cybersecqwen.specialists.actor import ActorSpecialist
    from cybersecqwen.specialists.technique import TechniqueSpecialist


class Instruments:
    """The store, the specialists and the warning lists."""

    def __init__(self, store: Store, domain: str = "") -> None:
        self.store = store
        """Facts."""
        self.domain = domain
        """Matrix of ATT&CK; "" to tell by the words of each report."""

    @cached_property
    def technique(self) -> TechniqueSpecialist:
        """Techniques that sentences describe."""
        from cybersecqwen.specialists.technique import TechniqueSpecialist

        return TechniqueSpecialist(store=self.store)

    @cached_property
    def actor(self) -> ActorSpecialist:
        """Groups that may stand behind a text."""
        from cybersecqwen.specialists.actor import ActorSpecialist

        return ActorSpecialist(store=self.store)

    @cached_property
    def lists(self) -> WarningLists:
        """Hosts and addresses that are known to be harmless."""
        from cybersecqwen.detect.report.warning_lists import WarningLists

        return WarningLists.load()
