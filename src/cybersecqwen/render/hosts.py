"""A hosts file that sends the domains of attackers nowhere (0.0.0.0), for machines and for DNS sinkholes."""

from __future__ import annotations

from cybersecqwen.records import Report

from .exported import exported
from .interface import Renderer, RenderOptions
from .ioc_blocklist import blocklist, heading
from .ioc_values import ascii_name


class HostsRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "hosts"
    media_type = "text/plain"
    extension = "hosts.txt"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        view = exported(report)
        made = blocklist(view, ("domain",))
        names = sorted({ascii_name(one.value) for one in made.entries})
        lines = [f"# {line}" for line in heading(view, made, "Hosts file")]
        return "\n".join([*lines, *(f"0.0.0.0 {name}" for name in names)]) + "\n"
