"""Report in, text out: one file per output format, listed here in the order that help shows."""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import Renderer, RenderOptions

FORMATS: Registry[type[Renderer]] = Registry(
    "output format",
    {
        "terminal": "cybersecqwen.render.terminal:TerminalRenderer",
        "json": "cybersecqwen.render.json:JsonRenderer",
        "markdown": "cybersecqwen.render.markdown:MarkdownRenderer",
        "html": "cybersecqwen.render.html:HtmlRenderer",
        "ndjson": "cybersecqwen.render.ndjson:NdjsonRenderer",
        "ocsf": "cybersecqwen.render.ocsf:OcsfRenderer",
        "stix": "cybersecqwen.render.stix:StixRenderer",
        "misp": "cybersecqwen.render.misp:MispRenderer",
        "navigator": "cybersecqwen.render.navigator:NavigatorRenderer",
        "csv": "cybersecqwen.render.csv_table:CsvRenderer",
        "hosts": "cybersecqwen.render.hosts:HostsRenderer",
        "rpz": "cybersecqwen.render.rpz:RpzRenderer",
        "suricata": "cybersecqwen.render.suricata:SuricataRenderer",
        "sigma": "cybersecqwen.render.sigma_rule:SigmaRenderer",
        "yara": "cybersecqwen.render.yara_rule:YaraRenderer",
        "query": "cybersecqwen.render.query_text:QueryRenderer",
        "sarif": "cybersecqwen.render.sarif:SarifRenderer",
        "gitlab": "cybersecqwen.render.gitlab:GitlabRenderer",
        "junit": "cybersecqwen.render.junit:JunitRenderer",
        "cyclonedx": "cybersecqwen.render.cyclonedx:CycloneDxRenderer",
        "openvex": "cybersecqwen.render.openvex:OpenVexRenderer",
        "oscal": "cybersecqwen.render.oscal:OscalRenderer",
        "cacao": "cybersecqwen.render.cacao:CacaoRenderer",
    },
    group="cybersecqwen.formats",
)

__all__ = ["FORMATS", "RenderOptions", "Renderer"]
