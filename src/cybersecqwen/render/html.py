"""One self-contained page for a browser: no request, nothing that data could start, no script of others.

Every expression in the templates passes through `Defanger.show` and then through autoescaping; the
policy in the page allows its own style sheet, by hash, and nothing else; that of a playbook, which is worked
with, its own script too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from cybersecqwen.records import Problem, Report

from . import wording
from .answer import answer_view, is_answer
from .defang import Defanger, safe_text
from .detail import first
from .diff_story import is_diff
from .draw_tree import BOX_HEIGHT, BOX_WIDTH
from .html_assets import TEMPLATES, asset, digest
from .html_intel import IntelPage, diff_page, intel_page
from .html_logs import logs_page
from .html_playbook import playbook_names
from .html_view import AMOUNTS, Quoter, findings_view, incident_view, indicator_views, paragraphs, stages
from .interface import Renderer, RenderOptions
from .logs import is_logs
from .logs_detail import BROWSER
from .logs_story import beside_logs, other_problems
from .page import fitted
from .sections import sections_of
from .story import outside_incidents, sides, tactic_name


class HtmlRenderer(Renderer):
    """See `Renderer`."""

    name = "html"
    media_type = "text/html"
    extension = "html"
    for_people = True

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        defang = Defanger.of(report)
        if report.playbook is not None:
            names = playbook_names(report, report.playbook, defang, options)
            return environment().get_template("playbook.html.j2").render(names)
        amounts = AMOUNTS[options.detail]
        told, more = first(() if is_logs(report) else report.incidents, amounts.incidents)
        logs = logs_page(report, defang, options) if is_logs(report) else None
        problems: Sequence[Problem] = report.problems
        problems_more = 0
        if logs:
            others = other_problems(report, logs.view, everything=amounts.everything)
            problems, problems_more = first(others, BROWSER[options.detail].problems)
        listed, unlisted = first(report.incidents, amounts.listed)
        return (
            environment()
            .get_template("page.html.j2")
            .render(
                defang=defang,
                report=report,
                answer=answer_view(report) if is_answer(report) else None,
                logs=logs,
                intel=_storied(report, defang, options),
                told=sections_of(report, options.detail),
                problems=problems,
                problems_more=problems_more,
                title=wording.headline(report, options.title),
                everything=amounts.everything,
                style=Markup(asset("style.css")),
                style_hash=digest(asset("style.css")),
                incidents=[incident_view(one, defang, amounts) for one in told],
                incidents_more=more,
                listed=listed,
                unlisted=unlisted,
                paragraphs=paragraphs(report),
                outside=_outside(
                    beside_logs(report, logs.view, techniques=False) if logs else report, defang, amounts
                ),
            )
        )


def _storied(report: Report, defang: Defanger, options: RenderOptions) -> IntelPage | None:
    """The view of threat reports and of their comparison; None for others."""
    if report.intel is not None:
        return intel_page(report, report.intel, defang, options)
    return diff_page(report, defang, options) if is_diff(report) else None


def _outside(report: Report, defang: Defanger, amounts: Any) -> dict[str, Any]:
    """What stands in the report and in none of its incidents."""
    findings, indicators, techniques = outside_incidents(report)
    quoter = Quoter(None, defang, amounts)
    notable, more, apart = indicator_views(indicators, defang, amounts, quoter)
    return {
        "sides": [findings_view(side, quoter, amounts) for side in sides(findings)],
        "stages": stages(techniques) if techniques else (),
        "indicators": notable,
        "indicators_more": more,
        "apart": apart,
    }


@cache
def environment() -> Environment:
    """The templates, compiled once; an undefined name in one is an error, never an empty place."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )
    made.filters.update(
        points=wording.points,
        percent=wording.percent,
        claim=wording.claim,
        clock=wording.clock,
        milliseconds=wording.milliseconds,
        clipped=wording.clipped,
        tactic=tactic_name,
        short_tactic=_short_tactic,
        fitted=_fitted,
        rounded=wording.rounded,
        verbatim=_verbatim,
        in_lines=_in_lines,
        word=wording.severity_word,
        short_place=wording.short_place,
    )
    made.globals.update(
        span=wording.span,
        counted=wording.counted,
        counts_line=wording.counts_line,
        short_host=wording.short_host,
        side_heading=wording.side_heading,
        box_width=BOX_WIDTH,
        box_height=BOX_HEIGHT,
    )
    return made


@pass_context
def _shown(context: Context, value: object) -> object:
    """Whatever a template prints: text of the input becomes visible and defanged."""
    if isinstance(value, str) and not isinstance(value, Markup):
        defang: Defanger = context["defang"]
        return defang.show(value)
    return value


def _verbatim(text: str) -> Markup:
    """What is to be copied as it stands: visible and escaped, not defanged."""
    return Markup.escape(safe_text(text, lines=True))


@pass_context
def _in_lines(context: Context, text: str) -> Markup:
    """Visible and defanged, with its line breaks."""
    defang: Defanger = context["defang"]
    return Markup.escape(defang.show(text, lines=True))


@pass_context
def _fitted(context: Context, text: str, cells: int) -> str:
    """At most `cells` wide, counted after it was made visible."""
    defang: Defanger = context["defang"]
    return fitted(defang.show(text), cells).rstrip()


def _short_tactic(tactic: str) -> str:
    """A name that fits under a fourteenth of the page."""
    short = {"reconnaissance": "Recon", "resource-development": "Resources", "command-and-control": "C2"}
    return short.get(tactic) or tactic_name(tactic)
