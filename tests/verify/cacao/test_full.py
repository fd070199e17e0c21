from __future__ import annotations

from cybersecqwen.records.rule_tests import Weight
from cybersecqwen.verify.cacao.checking import checked
from cybersecqwen.verify.cacao.description import description

from .full import full
from .playbooks import places


def test_a_playbook_with_every_property_has_no_problem() -> None:
    result = checked(full())
    shown = [(one.rule, one.path, one.message) for one in result.problems]
    # Logins that no target uses are the only thing to be told of.
    assert [one for one in shown if one[0] != "unused"] == []
    assert result.errors == result.warnings == 0


def test_every_property_of_the_description_is_in_it() -> None:
    there = {(path[-1]) for path, _ in places(full()) if path and isinstance(path[-1], str)}
    named = {name for shape in description().objects.values() for name in shape.properties}
    iep = set(description().objects["marking-iep"].properties) - set(
        description().objects["marking-tlp"].properties
    )
    assert named - there <= iep


def test_an_unknown_property_is_told_of_everywhere() -> None:
    for path, value in places(full()):
        if not isinstance(value, dict) or any("extensions" in str(part) for part in path):
            continue
        if path and path[-1] in ("headers", "email", "phone", "cases"):
            continue
        value = full()
        at = value
        for key in path:
            at = at[key]  # type: ignore[index]
        at["unheard_of"] = {}  # type: ignore[index]
        told = [one for one in checked(value).problems if one.path.endswith("unheard_of")]
        assert told, path
        assert told[0].severity in (Weight.ERROR, Weight.WARNING)
