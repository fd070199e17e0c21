"""A reader for Turtle, as far as ontologies use it.

From: https://www.w3.org/TR/turtle/

D3FEND's 2.6 MB take 0.8 s; rdflib takes 2.7 s, finds the same triples (bar collections, whose order is
not kept here), and would be one more dependency. @base is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cybersecqwen.errors import KnowledgeError

_DEPTH = 32  # blank nodes in blank nodes; D3FEND has 4
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

# Possessive quantifiers: no pattern can be made to backtrack.
_TOKEN = re.compile(
    r"""(?P<skip>(?:\s++|\#[^\n]*+)++)
    |(?P<iri><[^<>"{}|^`\\\s]*+>)
    |(?P<long>\"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*+'{3})
    |(?P<string>"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')
    |(?P<directive>@prefix\b|@base\b|(?:PREFIX|BASE)\b(?=\s))
    |(?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
    |(?P<blank>_:[\w\-]++)
    |(?P<number>[+\-]?(?:\d++(?:\.\d++)?+|\.\d++)(?:[eE][+\-]?\d++)?+(?![\w:]))
    |(?P<name>(?:[^\W\d_][\w\-]*+)?+:(?:[\w:\-%]|\\.|\.(?=[\w:\-.%\\]))*+)
    |(?P<word>true\b|false\b|a\b)
    |(?P<mark>\^\^|[.;,\[\]()])""",
    re.X | re.S,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.S)
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


class Triple(NamedTuple):
    """Subject, predicate, object."""

    subject: str
    """IRI, or "_:" and a name for a blank node."""
    predicate: str
    """IRI."""
    object: str
    """IRI, blank node, or the text of a literal."""
    literal: bool
    """Whether the object is a literal."""


class _Token(NamedTuple):
    kind: str
    text: str


def triples(data: bytes, name: str) -> Iterator[Triple]:
    """All triples of a document, in order.

    Raises:
        KnowledgeError: It is no Turtle that can be read here; `name` is what the message calls it.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"The file {name!r} is not UTF-8.") from error
    yield from _Reader(text, name).document()


class _Reader:
    """Recursive descent over the tokens, one statement at a time."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.at = 0
        self.prefixes: dict[str, str] = {}
        self.blanks = 0
        self.found: list[Triple] = []
        self.token = self._scan()

    def document(self) -> Iterator[Triple]:
        """Statements until the end."""
        while self.token.kind != "end":
            if self.token.kind == "directive":
                self._directive()
            else:
                subject = self._subject()
                if self.token.text != ".":
                    self._predicates(subject, 0)
                self._expect(".")
            yield from self.found
            self.found.clear()

    def _scan(self) -> _Token:
        while self.at < len(self.text):
            match = _TOKEN.match(self.text, self.at)
            if match is None or match.lastgroup is None:
                raise self._error()
            self.at = match.end()
            if match.lastgroup != "skip":
                return _Token(match.lastgroup, match.group())
        return _Token("end", "")

    def _next(self) -> _Token:
        token, self.token = self.token, self._scan()
        return token

    def _expect(self, mark: str) -> None:
        if self._next().text != mark:
            raise self._error()

    def _error(self) -> KnowledgeError:
        line = self.text.count("\n", 0, self.at) + 1
        return KnowledgeError(f"The file {self.name!r} is no readable Turtle near line {line}.")

    def _directive(self) -> None:
        directive = self._next().text.lower()
        if "base" in directive:
            raise self._error()
        prefix, iri = self._next(), self._next()
        if prefix.kind != "name" or iri.kind != "iri":
            raise self._error()
        self.prefixes[prefix.text.partition(":")[0]] = iri.text[1:-1]
        if directive.startswith("@"):
            self._expect(".")

    def _subject(self) -> str:
        if self.token.kind in ("iri", "name", "blank") or self.token.text == "[":
            return self._object(0)[0]
        raise self._error()

    def _predicates(self, subject: str, depth: int) -> None:
        while True:
            token = self._next()
            if token.text == "a":
                predicate = _TYPE
            elif token.kind in ("iri", "name"):
                predicate = self._iri(token)
            else:
                raise self._error()
            self._objects(subject, predicate, depth)
            while self.token.text == ";":
                self._next()
                if self.token.text in (".", "]"):
                    return
            if self.token.text in (".", "]"):
                return

    def _objects(self, subject: str, predicate: str, depth: int) -> None:
        while True:
            value, literal = self._object(depth)
            self.found.append(Triple(subject, predicate, value, literal))
            if self.token.text == ";" or self.token.text in (".", "]"):
                return
            self._expect(",")

    def _object(self, depth: int) -> tuple[str, bool]:
        if depth > _DEPTH:
            raise self._error()
        token = self._next()
        if token.kind in ("iri", "name"):
            return self._iri(token), False
        if token.kind == "blank":
            return token.text, False
        if token.kind in ("long", "string"):
            return self._literal(token), True
        if token.kind in ("number", "word") and token.text != "a":
            return token.text, True
        if token.text == "[":
            return self._blank_node(depth), False
        if token.text == "(":
            return self._collection(depth), False
        raise self._error()

    def _literal(self, token: _Token) -> str:
        if self.token.kind == "language":
            self._next()
        elif self.token.text == "^^":
            self._next()
            self._iri(self._next())
        quotes = 3 if token.kind == "long" else 1
        return _ESCAPE.sub(_unescaped, token.text[quotes:-quotes])

    def _blank_node(self, depth: int) -> str:
        node = self._fresh()
        if self.token.text != "]":
            self._predicates(node, depth + 1)
        self._expect("]")
        return node

    def _collection(self, depth: int) -> str:
        """The items become objects of the collection's node; their order is of no use here."""
        node = self._fresh()
        while self.token.text != ")":
            value, literal = self._object(depth + 1)
            self.found.append(Triple(node, "item", value, literal))
        self._expect(")")
        return node

    def _fresh(self) -> str:
        self.blanks += 1
        return f"_:#{self.blanks}"

    def _iri(self, token: _Token) -> str:
        if token.kind == "iri":
            return token.text[1:-1]
        prefix, colon, local = token.text.partition(":")
        if token.kind != "name" or not colon or prefix not in self.prefixes:
            raise self._error()
        return self.prefixes[prefix] + local.replace("\\", "")


def _unescaped(match: re.Match[str]) -> str:
    code = match.group(1)
    if code[0] not in "uU" or len(code) == 1:
        return _ESCAPES.get(code, code)
    point = int(code[1:], 16)
    return chr(point) if point < 0xD800 or 0xDFFF < point <= 0x10FFFF else "\ufffd"
