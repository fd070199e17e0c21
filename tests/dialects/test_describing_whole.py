"""What EQL, Lucene, LogScale and SecOps say of queries for which the middle has no words."""

from __future__ import annotations

import pytest

from cybersecqwen.dialects import DIALECTS
from cybersecqwen.errors import UnsayableError

from .described import HOSTILE, sound

CASES = [
    (
        "eql",
        'sequence by host.id with maxspan=5m [process where process.name : "cmd.exe" and '
        "length(process.args) > 10] ![network where true] by user.name [file where true] by user.id "
        'with runs=3 until [process where event.type : "end"] by user.id | head 5',
        (
            "Looks for 3 events that follow each other with the same host.id within 5 minutes.",
            "For the first event: looks at process events.",
            "For the first event: keeps those where process.name is cmd.exe and “length(process.args) > 10” "
            "holds.",
            "For the 2nd event, of which there must be none: looks at network events.",
            "For the 2nd event, of which there must be none: it shares its user.name with the other events.",
            "For the 3rd event: looks at file events.",
            "For the 3rd event: it shares its user.id with the other events.",
            "For the 3rd event: it is asked for 3 times in a row.",
            "For the event that ends a sequence which is not complete: looks at process events.",
            "For the event that ends a sequence which is not complete: keeps those where event.type is end.",
            "For the event that ends a sequence which is not complete: it shares its user.id with the other "
            "events.",
            "Gives the first 5 of them.",
        ),
        'process where process.name : "cmd.exe"',
    ),
    (
        "lucene",
        'a:"x y"~2 AND b:x AND NOT c:y AND (d:1 OR e:foo~1)',
        (
            'Keeps records where “a:"x y"~2” holds, b is x and “(d:1 OR e:foo~1)” holds.',
            "Leaves out records where c is y.",
        ),
        "",
    ),
    ("lucene", "a:foo~1 OR b:2", ("Keeps records where “a:foo~1” holds or b is 2.",), ""),
    (
        "lucene",
        "+a.*:x b:1",
        ("Keeps records where “a.*:x” holds.", "Puts first the records where b is 1."),
        "",
    ),
    (
        "logscale",
        "a=/x/i | b := c + 1 | b > 5 | groupBy([d], function=count()) | sort(_count) | head()",
        (
            "Keeps events where a contains x.",
            "Computes b as “c + 1”.",
            "Keeps events where b is greater than 5.",
            "Groups the events: “groupBy([d], function=count())”.",
            "Sorts the events: “sort(_count)”.",
            "Gives the first events.",
        ),
        "a=/x/i",
    ),
    (
        "logscale",
        'case { a > 1 | t:="x"; * | t:="y" } | join({b=1}, field=c) | own()',
        (
            "Sends each event down the first of 2 ways that keeps it.",
            "For the first way: keeps events where a is greater than 1.",
            'For the first way: computes t as “"x"”.',
            'For the 2nd way: computes t as “"y"”.',
            "Joins the events with those of another query: “join({ b=1 }, field=c)”.",
            "Calls the function own.",
        ),
        "",
    ),
    (
        "secops",
        'strings.concat(a.b, c.d) = "x" and a.c > 5\nmatch:\n  a.e over 5m\noutcome:\n  $n = count(a.b)\n'
        "condition:\n  $n > 5\norder:\n  $n desc\nlimit:\n  5",
        (
            'Keeps events where “strings.concat(a.b, c.d) = "x"” holds; and a.c is greater than 5.',
            "Groups them by a.e over 5m.",
            "Computes n as “count(a.b)”.",
            "Keeps groups where “$n > 5” holds.",
            "Sorts by n (greatest first).",
            "Gives the first 5.",
        ),
        "",
    ),
]


@pytest.mark.parametrize(("name", "text", "sentences", "first"), CASES)
def test_what_is_said(name: str, text: str, sentences: tuple[str, ...], first: str) -> None:
    dialect = DIALECTS.get(name)()
    tree = dialect.parse(text)
    with pytest.raises(UnsayableError):
        dialect.read(tree)
    assert dialect.describe(tree) == sentences and sound(dialect.describe(tree))
    leading = dialect.leading(tree)
    assert (dialect.render(leading) if leading is not None else "") == first


_WIDE = {
    "eql": ("any where {}", " and ", "length(a) > {}", '?{} : "x"'),
    "lucene": ("{}", " AND ", "a{}:x~1", "{}:x"),
    "logscale": ("{}", " | ", 'x{} := "y"', '"{}"=*x | y := z'),
    "secops": ("{}", " and ", 'strings.concat(a.b, c.d) = "{}"', 'a.b = "{}"'),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", _WIDE)
def test_long_queries_are_told_in_few_sentences(name: str) -> None:
    frame, joint, each, _ = _WIDE[name]
    dialect = DIALECTS.get(name)()
    tree = dialect.parse(frame.format(joint.join(each.format(number) for number in range(3_000))))
    assert sound(dialect.describe(tree))


@pytest.mark.parametrize("name", _WIDE)
def test_hostile_text_is_shown_on_one_line(name: str) -> None:
    frame, _, _, each = _WIDE[name]
    hostile = HOSTILE.replace("\n", " ").replace("#", "")
    dialect = DIALECTS.get(name)()
    quoted = {"eql": f"`{hostile}`", "lucene": "".join(f"\\{c}" for c in hostile)}.get(name, hostile)
    assert sound(dialect.describe(dialect.parse(frame.format(each.format(quoted)))))
