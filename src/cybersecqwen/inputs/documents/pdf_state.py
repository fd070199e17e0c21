"""The graphics and text state of a PDF page (ISO 32000-2, 8.4 and 9.3)."""

from __future__ import annotations

from typing import Any

from .pdf_fonts import Font

Matrix = tuple[float, float, float, float, float, float]
ONE: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def times(m: Matrix, n: Matrix) -> Matrix:
    """First m, then n."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


class State:
    """Graphics and text state."""

    __slots__ = (
        *("char", "ctm", "font", "leading", "line", "mode"),
        *("point", "rise", "size", "stretch", "text", "word"),
    )

    def __init__(self, ctm: Matrix) -> None:
        self.ctm = ctm
        self.text: Matrix = ONE
        self.line: Matrix = ONE
        self.font: Font | None = None
        self.size = 1.0
        self.char = self.word = self.leading = self.rise = 0.0
        self.stretch = 1.0
        self.mode = 0
        self.point = (0.0, 0.0)

    def copy(self) -> State:
        """Another one with the same values."""
        other = State(self.ctm)
        other.become(self)
        return other

    def become(self, other: State) -> None:
        """Take over the values of another."""
        for name in self.__slots__:
            setattr(self, name, getattr(other, name))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the content stands on the page."""
        ctm = self.ctm
        return ctm[0] * x + ctm[2] * y + ctm[4], ctm[1] * x + ctm[3] * y + ctm[5]

    def move(self, x: float, y: float) -> None:
        """Go on with a new line of text, this far from the beginning of the last."""
        self.line = self.text = times((1.0, 0.0, 0.0, 1.0, x, y), self.line)

    def operate(self, word: bytes, operands: list[Any]) -> bool:
        """Apply an operator that changes the state and shows nothing; whether it was one.

        Raises IndexError, TypeError or ValueError for operands that it does not take.
        From: ISO 32000-2, 8.4.4, 9.3 and 9.4.2.
        """
        if word == b"Td":
            self.move(operands[-2], operands[-1])
        elif word == b"TD":
            self.leading = -operands[-1]
            self.move(operands[-2], operands[-1])
        elif word == b"Tm":
            self.line = self.text = tuple(map(float, operands[-6:]))  # type: ignore[assignment]
            if len(self.text) != 6:
                self.line = self.text = ONE
        elif word == b"T*":
            self.move(0.0, -self.leading)
        elif word == b"BT":
            self.line = self.text = ONE
        elif word == b"cm":
            if len(operands) >= 6:
                self.ctm = times(tuple(map(float, operands[-6:])), self.ctm)  # type: ignore[arg-type]
        elif word == b"Tc":
            self.char = operands[-1]
        elif word == b"Tw":
            self.word = operands[-1]
        elif word == b"TL":
            self.leading = operands[-1]
        elif word == b"Tz":
            self.stretch = operands[-1] / 100
        elif word == b"Ts":
            self.rise = operands[-1]
        elif word == b"Tr":
            self.mode = int(operands[-1])
        else:
            return False
        return True
