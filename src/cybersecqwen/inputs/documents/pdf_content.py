"""The content of a PDF page, gone through for its text and where that stands (ISO 32000-2, 8.4 and 9.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import hypot
from time import monotonic
from typing import Any, NamedTuple

from .pdf_fonts import Font, value_of
from .pdf_rules import Rules
from .pdf_state import ONE, Matrix, State, times
from .pdf_tokens import END_OF_IMAGE, TOKEN, end_of_string, hexadecimal, number, string

_SPACE = 0.17
"""Ems between two pieces from which on there is a space."""
_APART = 0.9
"""Ems from which on they are pieces of their own: cells, columns."""
_MOST_RUNS = 200_000
_MOST_FORMS = 2_000
_DEEPEST = 12
_STACK = 256

_PAINTS = frozenset((b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"n"))


class Run(NamedTuple):
    """A piece of text on a page; points from the lower left corner."""

    x0: float
    x1: float
    y: float
    """Of the base line."""
    size: float
    text: str
    mono: bool
    bold: bool
    turn: int
    """Quarter turns of its direction, counter-clockwise: 0 to 3."""


class Content:
    """Reads content streams, forms included; `runs` has the text when it is through."""

    def __init__(self, fonts: dict[Any, Font], deadline: float) -> None:
        self._fonts = fonts
        self._deadline = deadline
        self._forms = 0
        self.runs: list[Run] = []
        self.rules = Rules()
        """Lines that were drawn."""
        self.images = 0
        """Pictures that were drawn."""
        self.invisible: list[Run] = []
        """Text in rendering mode 3: the layer that OCR puts over a picture, or hidden."""
        self.unknown = 0
        """Characters whose font does not say what they are."""
        self.cut = ""
        """Why reading ended before the end, or ""."""
        self.unended = False
        """A string never ended: what stands behind its beginning was not read."""

    def read(self, data: bytes, resources: Mapping[str, Any], ctm: Matrix = ONE, depth: int = 0) -> None:
        """One stream; whatever stands in it, this ends."""
        state = State(ctm)
        stack: list[State] = []
        fonts = _below(resources, "/Font")
        operands: list[Any] = []
        array: list[Any] | None = None
        actual: list[str | None] = []
        at, count = 0, 0
        while at < len(data):
            for match in TOKEN.finditer(data, at):
                kind = match.lastindex
                if kind == 1:
                    (operands if array is None else array).append(number(match[1]))
                elif kind == 2:
                    (operands if array is None else array).append(string(match[2]))
                elif kind == 3:
                    (operands if array is None else array).append(hexadecimal(match[3]))
                elif kind == 4:
                    operands.append(match[4])
                elif kind == 6:
                    if match[6] == b"[":
                        array = []
                    elif match[6] == b"]" and array is not None:
                        operands.append(array)
                        array = None
                elif kind == 5:
                    array = None
                    count += 1
                    if not count & 0x3FF and monotonic() > self._deadline:
                        self.cut = "it took too long"
                    if self.cut:
                        return
                    word = match[5]
                    if word == b"ID":
                        self.images += 1
                        end = END_OF_IMAGE.search(data, match.end())
                        at = end.end() if end else len(data)
                        operands = []
                        break
                    self._operator(word, operands, state, stack, fonts, resources, depth, actual)
                    operands = []
                elif kind == 7:
                    at = end_of_string(data, match.start(7))
                    if at < 0:
                        self.unended = True
                        return
                    (operands if array is None else array).append(string(data[match.start(7) : at]))
                    break
                if len(operands) > 10_000 or (array is not None and len(array) > 100_000):
                    operands, array = [], None
            else:
                return

    def _operator(
        self,
        word: bytes,
        operands: list[Any],
        state: State,
        stack: list[State],
        fonts: Mapping[str, Any],
        resources: Mapping[str, Any],
        depth: int,
        actual: list[str | None],
    ) -> None:
        try:
            if word == b"TJ":
                self._show(operands[-1], state, actual)
            elif word == b"Tj":
                self._show(operands[-1:], state, actual)
            elif word == b"'":
                state.move(0.0, -state.leading)
                self._show(operands[-1:], state, actual)
            elif word == b'"':
                state.word, state.char = operands[-3], operands[-2]
                state.move(0.0, -state.leading)
                self._show(operands[-1:], state, actual)
            elif word == b"Tf":
                state.size = operands[-1]
                state.font = self._font(operands[-2], fonts)
            elif word == b"q":
                if len(stack) < _STACK:
                    stack.append(state.copy())
            elif word == b"Q":
                if stack:
                    state.become(stack.pop())
            elif word == b"Do":
                self._draw(operands[-1], resources, state.ctm, depth)
            elif word in (b"BDC", b"BMC"):
                if len(actual) < _STACK:
                    actual.append(_actual_text(operands))
            elif word == b"EMC":
                if actual:
                    actual.pop()
            elif not state.operate(word, operands):
                self._path(word, operands, state)
        except (AttributeError, IndexError, TypeError, ValueError, OverflowError):
            return  # operands that the operator does not take: it does nothing

    def _path(self, word: bytes, operands: list[Any], state: State) -> None:
        """Operators that build and paint paths (ISO 32000-2, 8.5)."""
        if word == b"re":
            x, y, width, height = operands[-4:]
            self.rules.box(*state.at(x, y), *state.at(x + width, y + height))
        elif word == b"m":
            state.point = (operands[-2], operands[-1])
        elif word == b"l":
            self.rules.line(*state.at(*state.point), *state.at(operands[-2], operands[-1]))
            state.point = (operands[-2], operands[-1])
        elif word in _PAINTS:
            self.rules.end(word != b"n")

    def _font(self, name: Any, fonts: Mapping[str, Any]) -> Font | None:
        key = name.decode("latin-1")
        found = value_of(fonts, key)
        if not isinstance(found, dict):
            return None
        reference = getattr(found, "indirect_reference", None)
        ident = (reference.idnum, reference.generation) if reference is not None else id(found)
        if ident not in self._fonts:
            if len(self._fonts) > 2_000:
                return None
            self._fonts[ident] = Font(found)
        return self._fonts[ident]

    def _draw(self, name: Any, resources: Mapping[str, Any], ctm: Matrix, depth: int) -> None:
        one = value_of(_below(resources, "/XObject"), name.decode("latin-1"))
        if not isinstance(one, dict):
            return
        if value_of(one, "/Subtype") == "/Image":
            self.images += 1
        elif value_of(one, "/Subtype") == "/Form":
            self._forms += 1
            if depth >= _DEEPEST or self._forms > _MOST_FORMS:
                return
            matrix = value_of(one, "/Matrix")
            if isinstance(matrix, list) and len(matrix) == 6:
                ctm = times(tuple(float(value) for value in matrix), ctm)  # type: ignore[arg-type]
            inner = _below(one, "/Resources") or resources
            self.read(one.get_data(), inner, ctm, depth + 1)  # type: ignore[attr-defined]

    def _show(self, items: list[Any], state: State, actual: list[str | None]) -> None:
        font, size = state.font, state.size
        if font is None:
            font = self._fonts.setdefault("", Font({}))
        matrix = times(state.text, state.ctm)
        across = hypot(matrix[0], matrix[1])
        tall = abs(size) * hypot(matrix[2], matrix[3]) or 1.0
        said = next((text for text in actual if text is not None), None)
        if said is not None:
            actual[:] = ["" if text is not None else None for text in actual]
        stretch, char, word = state.stretch, state.char, state.word
        begun = at = 0.0
        text: list[str] = []
        for item in items:
            if isinstance(item, float | int):
                gap = -item * 0.001 * size * stretch
                if gap > _APART * abs(size) and text:
                    self._emit(text, begun, at, state, matrix, across, tall, font)
                    text = []
                    begun = at + gap
                elif gap > _SPACE * abs(size) and text and text[-1][-1:] != " ":
                    text.append(" ")
                at += gap
                if not text:
                    begun = at
            elif isinstance(item, bytes):
                shown, width, codes = font.decode(item)
                if said is not None:
                    shown, said = said, ""
                self.unknown += shown.count("\ufffd")
                at += (
                    width * size + char * codes + (word * item.count(32) if not font.wide else 0.0)
                ) * stretch
                if shown:
                    text.append(shown)
                elif not text:
                    begun = at
        if text:
            self._emit(text, begun, at, state, matrix, across, tall, font)
        state.text = times((1.0, 0.0, 0.0, 1.0, at, 0.0), state.text)

    def _emit(
        self,
        text: list[str],
        begun: float,
        at: float,
        state: State,
        matrix: Matrix,
        across: float,
        tall: float,
        font: Font,
    ) -> None:
        shown = "".join(text)
        if not shown.strip():
            return
        rise = state.rise
        x = matrix[0] * begun + matrix[2] * rise + matrix[4]
        y = matrix[1] * begun + matrix[3] * rise + matrix[5]
        length = (at - begun) * across
        if not (abs(x) < 1e6 and abs(y) < 1e6 and abs(length) < 1e6):
            return
        turn = (0 if matrix[0] >= 0 else 2) if abs(matrix[0]) >= abs(matrix[1]) else 1 if matrix[1] > 0 else 3
        runs = self.invisible if state.mode in (3, 7) else self.runs
        if len(runs) >= _MOST_RUNS:
            self.cut = f"it has more than {_MOST_RUNS:,} pieces of text"
            return
        runs.append(Run(x, x + max(length, 0.0), y, tall, shown, font.mono, font.bold, turn))


def _below(resources: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value_of(resources, name)
    return found if isinstance(found, dict) else {}


def _actual_text(operands: list[Any]) -> str | None:
    """Text that stands for what is shown, where the marked content has one."""
    for at, one in enumerate(operands):
        if one == b"/ActualText" and at + 1 < len(operands) and isinstance(operands[at + 1], bytes):
            raw: bytes = operands[at + 1][:10_000]
            if raw.startswith(b"\xfe\xff"):
                return raw[2:].decode("utf-16-be", "replace")
            return raw.decode("latin-1")
    return None


def visible(runs: list[Run], box: tuple[float, float, float, float]) -> Iterator[Run]:
    """Runs within the page that are large enough to be seen."""
    x0, y0, x1, y1 = box
    for run in runs:
        if run.size >= 1.0 and x0 - 1 <= run.x0 <= x1 + 1 and y0 - 1 <= run.y <= y1 + 1:
            yield run
