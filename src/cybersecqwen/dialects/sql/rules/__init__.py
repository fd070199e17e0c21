"""What makes SQL cheaper: one line a rule, what it does in the module that it names.

The engines do some of this themselves where they can; what they can depends on their version and on what
stands around it (https://sqlite.org/optoverview.html, https://duckdb.org/2024/11/14/optimizers).
"""

from __future__ import annotations

from importlib import import_module

from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.sql.tree import Flavour, SqlTree

_LITE = "https://sqlite.org/optoverview.html"
_DUCK = "https://duckdb.org/2024/11/14/optimizers"
_Line = tuple[str, str, str, dict[str, str]]

_SAFE: tuple[_Line, ...] = (
    (
        "in-for-or",
        "conditions:in_for_or",
        "One IN looks a value up once, where a chain of OR compares it with each text.",
        {"sqlite": _LITE, "duckdb": _DUCK},
    ),
    (
        "no-condition-twice",
        "conditions:no_condition_twice",
        "A condition that stands twice is computed twice.",
        {"sqlite": _LITE, "duckdb": _DUCK},
    ),
    (
        "equals-for-like",
        "conditions:equals_for_like",
        "A pattern without wildcards is an equality, which statistics of a column can answer.",
        {"duckdb": "https://duckdb.org/docs/stable/sql/functions/pattern_matching"},
    ),
    (
        "no-cast-of-text",
        "columns:no_cast_of_text",
        "A column that the schema says is text need not be made text for each row.",
        {
            "sqlite": "https://sqlite.org/lang_expr.html",
            "duckdb": "https://duckdb.org/docs/stable/sql/data_types/typecasting",
        },
    ),
    (
        "no-function-on-column",
        "columns:no_function_on_column",
        "A column inside a function is computed for each row, and no index or statistic of it can be used.",
        {"sqlite": _LITE, "duckdb": "https://duckdb.org/docs/stable/guides/performance/indexing"},
    ),
    (
        "having-to-where",
        "clauses:having_to_where",
        "Rows that a condition on groups would drop need not be grouped first.",
        {"sqlite": _LITE, "duckdb": _DUCK},
    ),
    (
        "filter-in-subquery",
        "clauses:filter_in_subquery",
        "Rows that are dropped inside need not be handed to what stands around.",
        {"sqlite": _LITE, "duckdb": _DUCK},
    ),
    (
        "limit-in-subquery",
        "clauses:limit_in_subquery",
        "A subquery that stops at the limit makes no rows that nobody reads.",
        {
            "sqlite": "https://sqlite.org/lang_select.html",
            "duckdb": "https://duckdb.org/docs/stable/sql/query_syntax/limit",
        },
    ),
    (
        "no-order-in-subquery",
        "clauses:no_order_in_subquery",
        "The order of a subquery is lost to what counts or orders its rows.",
        {"sqlite": _LITE, "duckdb": "https://duckdb.org/docs/stable/sql/query_syntax/orderby"},
    ),
    (
        "no-distinct-of-groups",
        "clauses:no_distinct_of_groups",
        "Groups that come out with all of their keys differ already.",
        {
            "sqlite": "https://sqlite.org/lang_select.html",
            "duckdb": "https://duckdb.org/docs/stable/sql/query_syntax/groupby",
        },
    ),
)

_SUGGESTED: tuple[tuple[_Line, str], ...] = (
    (
        (
            "columns-for-star",
            "suggestions:columns_for_star",
            "Columns that nobody reads need not be fetched.",
            {
                "sqlite": "https://sqlite.org/queryplanner.html",
                "duckdb": "https://duckdb.org/docs/stable/guides/performance/how_to_tune_workloads",
            },
        ),
        "Only the columns that the conditions name come out then.",
    ),
    (
        (
            "union-all-for-union",
            "suggestions:union_all_for_union",
            "UNION compares every row with all others to drop those that stand twice.",
            {
                "sqlite": "https://sqlite.org/lang_select.html",
                "duckdb": "https://duckdb.org/docs/stable/sql/query_syntax/setops",
            },
        ),
        "A row that both parts give, or one gives twice, comes out twice then.",
    ),
    (
        (
            "no-leading-wildcard",
            "suggestions:no_leading_wildcard",
            "A pattern that begins with text can use an index; one that begins with % reads every row.",
            {"sqlite": _LITE, "duckdb": "https://duckdb.org/docs/stable/guides/performance/indexing"},
        ),
        "Text that does not stand at the beginning is no longer found.",
    ),
    (
        (
            "not-exists-for-not-in",
            "suggestions:not_exists_for_not_in",
            "NOT EXISTS stops at the first row that fits; NOT IN must look for NULL among all of them.",
            {
                "sqlite": "https://sqlite.org/lang_expr.html",
                "duckdb": "https://duckdb.org/docs/stable/sql/expressions/subqueries",
            },
        ),
        "Where the subquery gives a NULL, or the column is NULL, NOT IN finds nothing and NOT EXISTS does.",
    ),
)


def rules_for(flavour: Flavour) -> tuple[Rule[SqlTree], ...]:
    """The rules of one SQL, those that keep the rows first."""
    safe = [_rule(line, flavour) for line in _SAFE if flavour in line[3]]
    suggested = [_rule(line, flavour, caveat) for line, caveat in _SUGGESTED if flavour in line[3]]
    return (*safe, *suggested)


def _rule(line: _Line, flavour: Flavour, caveat: str = "") -> Rule[SqlTree]:
    name, place, reason, sources = line
    module, _, function = place.partition(":")

    def apply(tree: SqlTree, context: Context) -> SqlTree | None:
        # What the rules do needs sqlglot, which is imported on first use.
        found: SqlTree | None = getattr(import_module(f"{__name__}.{module}"), function)(tree, context)
        return found

    return Rule(
        name=name, reason=reason, source=sources[flavour], apply=apply, safe=not caveat, caveat=caveat
    )
