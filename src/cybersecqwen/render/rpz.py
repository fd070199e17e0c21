"""A response policy zone: a DNS server that loads it answers NXDOMAIN for the domains of attackers.

Form: RFC 1035 (zone files) and https://www.ietf.org/archive/id/draft-vixie-dnsop-dns-rpz-00.txt (CNAME to the
root means NXDOMAIN). Names are relative, so that the zone may have any name.
"""

from __future__ import annotations

from cybersecqwen.records import Report
from cybersecqwen.records.intel import Observable

from .exported import exported
from .interface import Renderer, RenderOptions
from .ioc_blocklist import blocklist, heading
from .ioc_values import ascii_name

LONGEST_NAME = 200
"""Characters of a name: the name of the zone and "*." come on top, and 255 bytes are all that DNS has."""


class RpzRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "rpz"
    media_type = "text/dns"
    extension = "rpz"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        view = exported(report)
        made = blocklist(view, ("domain",), refuse=_too_long)
        names = sorted({ascii_name(one.value) for one in made.entries})
        serial = f"{view.published.replace('-', '')}01" if "1970" < view.published < "4200" else "1"
        lines = [f"; {line}" for line in heading(view, made, "Response policy zone")]
        lines += [
            "$TTL 300",
            f"@ IN SOA localhost. root.localhost. ( {serial} 3600 600 604800 300 )",
            "@ IN NS localhost.",
        ]
        for name in names:
            lines += [f"{name} IN CNAME .", f"*.{name} IN CNAME ."]
        return "\n".join(lines) + "\n"


def _too_long(one: Observable) -> str:
    return "a name too long for a zone" if len(ascii_name(one.value)) > LONGEST_NAME else ""
