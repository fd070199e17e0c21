"""Configuration as nested parts with their places: YAML, Terraform by its syntax tree, Dockerfiles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.inputs.yaml_bounds import BoundLoader

from .tree import Node, Tree

_MOST = 100_000
"""Parts of one file."""
_DEEPEST = 60


@dataclass(slots=True)
class Part:
    """A mapping, a list or a text; offsets in characters."""

    start: int
    """Of the key that it stands behind, if there is one."""
    end: int
    text: str | None = None
    """None for mappings and lists."""
    keys: list[tuple[str, Part]] = field(default_factory=list)
    """Of a mapping, as they stand; a key may stand twice."""
    items: list[Part] = field(default_factory=list)
    """Of a list."""


def document_of(text: str, language: str) -> list[Part]:
    """The documents of a file. Raises InputError for what cannot be read, LimitError for what is too much."""
    if language == "terraform":
        return [_Terraform(text).document()]
    if language == "dockerfile":
        return [dockerfile(text)]
    return list(_yaml(text))


def _yaml(text: str) -> Iterator[Part]:
    maker = _Yaml()
    try:
        for node in yaml.compose_all(text, Loader=BoundLoader):
            yield maker.part(node, node.start_mark.index, 0)
    except yaml.MarkedYAMLError as error:
        where = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError(f"It is no YAML: {error.problem}{where}.") from None
    except (yaml.YAMLError, RecursionError) as error:
        said = " ".join(str(error).split())[:200]
        raise InputError(f"It is no YAML: {said}.") from None


class _Yaml:
    def __init__(self) -> None:
        self._left = _MOST

    def part(self, node: yaml.Node, start: int, depth: int) -> Part:
        # An alias is the node that it stands for, so what is made grows with every use of it.
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise LimitError("It has too many parts, or they nest too deep.")
        made = Part(start, node.end_mark.index)
        if isinstance(node, yaml.ScalarNode):
            made.text = str(node.value)
        elif isinstance(node, yaml.SequenceNode):
            made.items = [self.part(one, one.start_mark.index, depth + 1) for one in node.value]
        elif isinstance(node, yaml.MappingNode):
            made.keys = [
                (str(key.value), self.part(value, key.start_mark.index, depth + 1))
                for key, value in node.value
                if isinstance(key, yaml.ScalarNode)
            ]
        return made


class _Terraform:
    """Blocks become lists of mappings below their type and labels: resource.aws_s3_bucket.NAME."""

    def __init__(self, text: str) -> None:
        self._tree = Tree(text, "terraform")
        self._left = _MOST

    def document(self) -> Part:
        root = self._tree.root
        body = next((one for one in root.named_children() if one.kind() == "body"), root)
        return self._body(body, 0)

    def _body(self, body: Node, depth: int) -> Part:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise LimitError("It has too many parts, or they nest too deep.")
        reach = body.range()
        made = Part(reach.start.index, reach.end.index)
        for one in body.named_children():
            if one.kind() == "attribute":
                children = one.named_children()
                if len(children) >= 2:
                    made.keys.append((children[0].text(), self._value(children[-1], one, depth + 1)))
            elif one.kind() == "block":
                self._block(one, made, depth)
        return made

    def _block(self, block: Node, into: Part, depth: int) -> None:
        names = [
            one.text().strip('"')
            for one in block.named_children()
            if one.kind() in ("identifier", "string_lit")
        ]
        body = next((one for one in block.named_children() if one.kind() == "body"), None)
        reach = block.range()
        inner = self._body(body, depth + 1) if body is not None else Part(reach.start.index, reach.end.index)
        inner.start, inner.end = reach.start.index, reach.end.index
        for name in reversed(names[1:]):
            inner = Part(inner.start, inner.end, keys=[(name, inner)])
        into.keys.append((names[0] if names else "", inner))

    def _value(self, node: Node, around: Node, depth: int) -> Part:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise LimitError("It has too many parts, or they nest too deep.")
        reach = around.range()
        made = Part(reach.start.index, reach.end.index)
        while len(node.named_children()) == 1 and node.kind() in (
            "expression",
            "literal_value",
            "collection_value",
        ):
            node = node.named_children()[0]
        kind = node.kind()
        if kind == "tuple":
            made.items = [
                self._value(one, one, depth + 1)
                for one in node.named_children()
                if one.kind() == "expression"
            ]
        elif kind == "object":
            for element in node.named_children():
                inner = element.named_children()
                if element.kind() == "object_elem" and len(inner) == 2:
                    made.keys.append((inner[0].text().strip('"'), self._value(inner[1], element, depth + 1)))
        else:
            text = node.text()
            made.text = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
        return made


_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]+)(?:[ \t]+|$)")
_HEREDOC = re.compile(r"(?:^|(?<=\s))\d{0,4}<<-?[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?")


def dockerfile(text: str) -> Part:
    """{"stage": [{"FROM": …, "RUN": …}, …]}, instructions in capital letters.

    Lines that end in a backslash go on, comments between them are left out; what stands before the first FROM
    is a stage of its own (https://docs.docker.com/reference/dockerfile/).
    """
    stages: list[Part] = []
    for start, end, name, value in _instructions(text):
        if name == "FROM" or not stages:
            stages.append(Part(start, end))
        stage = stages[-1]
        stage.end = end
        stage.keys.append((name, Part(start, end, text=value)))
        if len(stage.keys) > _MOST:
            raise LimitError("It has too many parts, or they nest too deep.")
    listed = Part(0, len(text), items=stages)
    return Part(0, len(text), keys=[("stage", listed)])


def _instructions(text: str) -> Iterator[tuple[int, int, str, str]]:
    """(start, end, name, what stands behind it)."""
    lines = text.split("\n")
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line) + 1)
    number = 0
    while number < len(lines):
        line = lines[number].rstrip("\r")
        found = _INSTRUCTION.match(line)
        if found is None or line.lstrip().startswith("#"):
            number += 1
            continue
        first = number
        parts = [line[found.end() :]]
        while parts[-1].rstrip().endswith("\\") and number + 1 < len(lines):
            parts[-1] = parts[-1].rstrip()[:-1]
            number += 1
            while number + 1 < len(lines) and lines[number].lstrip().startswith("#"):
                number += 1
            parts.append(lines[number].rstrip("\r"))
        for word in _HEREDOC.findall(" ".join(parts))[:4]:
            while number + 1 < len(lines) and lines[number].strip() != word:
                number += 1
                parts.append(lines[number].rstrip("\r"))
        end = offsets[number] + len(lines[number].rstrip("\r"))
        yield offsets[first] + found.start(1), end, found[1].upper(), " ".join(parts).strip()
        number += 1
