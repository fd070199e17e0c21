"""parse_xml: XML as mappings.

An attribute stands under @name, the text beside other things under #text, and what stands several times is a
list (https://learn.microsoft.com/kusto/query/parse-xml-function). Entities and external parts are refused.
"""

from __future__ import annotations

from typing import Any

from .values import text

_LONGEST = 128 * 1024
"""Characters of a text that is read, as Kusto has it."""
_DEEPEST = 50


def parse_xml(value: Any) -> Any:
    """The value of a text that is XML; null for any other."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    given = text(value)
    if not given or len(given) > _LONGEST:
        return None
    try:
        root = fromstring(given, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return {_name(root): _element(root, 0)}


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _element(element: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return None
    made: dict[str, Any] = {f"@{name.rpartition('}')[2]}": value for name, value in element.attrib.items()}
    for child in element:
        name, value = _name(child), _element(child, depth + 1)
        if name not in made:
            made[name] = value
        elif isinstance(made[name], list):
            made[name].append(value)
        else:
            made[name] = [made[name], value]
    said = (element.text or "").strip()
    if not made:
        return said or None
    return {**made, "#text": said} if said else made
