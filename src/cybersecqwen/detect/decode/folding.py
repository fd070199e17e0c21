"""Constant folding: a shift-reduce parser over one pass of tokens.

Operator precedence is PowerShell's (about_Operator_Precedence); inside the arguments of calls and
methods a comma separates arguments. What cannot be folded is copied as it stands, so the result is the
same script with fewer riddles.
"""

from __future__ import annotations

import re

from . import operations, tokens
from .operations import CALLS, METHODS, Result, Value
from .tokens import (
    ASSIGN,
    BRACKET,
    CALL,
    CAST,
    CLOSE,
    END,
    LIST,
    MAP,
    METHOD,
    NUMBER,
    OPEN,
    OPERATOR,
    PROPERTY,
    STRING,
    UNBRACKET,
    VALUES,
    VARIABLE,
    Token,
)
from .values import shown, token_of, value_of

# From: about_Operator_Precedence. Casts and unary operators bind tighter than all of these.
_PRECEDENCE = {",": 8, "..": 7, "-f": 6, "*": 5, "+": 4, "-": 4, "&": 4, "-bxor": 2}
_COMPARISON = 3  # -join, -split, -replace and their c and i forms
# Automatic variables whose value is the same on every computer: their characters spell commands.
_KNOWN: dict[str, str] = {
    "$pshome": "C:\\Windows\\System32\\WindowsPowerShell\\v1.0",
    "$shellid": "Microsoft.PowerShell",
    "$env:comspec": "C:\\Windows\\system32\\cmd.exe",
    "$env:public": "C:\\Users\\Public",
    "$env:systemroot": "C:\\Windows",
    "$env:windir": "C:\\Windows",
    "$env:programfiles": "C:\\Program Files",
    "$env:programdata": "C:\\ProgramData",
    "$verbosepreference": "SilentlyContinue",
    "$debugpreference": "SilentlyContinue",
    "$informationpreference": "SilentlyContinue",
    "$erroractionpreference": "Continue",
}

_VBSCRIPT = ("chr(", "chrw(", "vbs", "createobject", "execute", "strreverse", "wscript", "dim ")
_RUNNERS = frozenset(
    {"&", "iex", "expression", "eval", "execute", "executeglobal", "e", "ec", "enc", "encodedcommand"}
)
_CALLED = re.compile(r"(?<![\w'\"&.])[&.]\s{0,4}'([A-Za-z][\w.-]{1,60})'")  # & 'iex' is iex
_IN_STRING = re.compile(r"\$\{?[A-Za-z_][\w:]{0,60}\}?")


def fold(text: str, room: int) -> tuple[str, tuple[str, ...]]:
    """The text with its constant expressions replaced by their values.

    Args:
        text: A script or command.
        room: Characters that folding may produce; it stops there.

    Returns:
        The text and the techniques undone, () where there was nothing to fold.
    """
    folder = _Folder(text, room)
    folded = folder.run()
    return folded, tuple(folder.names)


class _Folder:
    """The parser's stack, the variables seen so far and what was undone."""

    def __init__(self, text: str, room: int) -> None:
        self.text = text
        self.room = room
        self.stack: list[Token] = []
        self.openers: list[int] = []
        self.variables: dict[str, Value] = {}
        self.names: dict[str, None] = {}
        low = text[:4_096].lower()
        self.joins_with_and = any(word in low for word in _VBSCRIPT)  # elsewhere "&" chains commands

    def run(self) -> str:
        queue = tokens.tokens(self.text)
        nothing = Token(END, len(self.text), len(self.text))
        for index, token in enumerate(queue):
            following = queue[index + 1] if index + 1 < len(queue) else nothing
            self._shift(token, following)
            while self.room > 0 and self._reduce(following):
                pass
        return self._rendered()

    # -- shifting ---------------------------------------------------------------------------------

    def _shift(self, token: Token, following: Token) -> None:
        if token.kind == VARIABLE and following.kind != ASSIGN:
            token = self._known(token, following)
        elif token.kind == STRING and self.variables and "$" in token.text():
            self._expand(token, following)
        elif token.kind == BRACKET:
            top = self.stack[-1] if self.stack else None
            token.name = "index" if top and top.kind in VALUES and top.end == token.start else "array"
        if token.kind in (OPEN, CALL, METHOD, BRACKET):
            self.openers.append(len(self.stack))
        self.stack.append(token)

    def _known(self, token: Token, following: Token) -> Token:
        """A variable's value, shown as such only where it is executed or handed to a function."""
        value: Value | None = self.variables.get(token.name)
        if value is None and following.kind == BRACKET:
            value = _KNOWN.get(token.name)
        if value is None or (isinstance(value, str | list) and len(value) > self.room):
            return token
        before = self.stack[-1] if self.stack else None
        if isinstance(value, int) and (before is None or before.name != "-bxor"):
            return token  # a loop counter has no constant value
        self._charge(value)
        known = token_of(value, token.start, token.end)
        known.changed = isinstance(value, int) or self._executed(before, following)
        if known.changed:
            self.names.setdefault("variables")
        return known

    def _executed(self, before: Token | None, following: Token) -> bool:
        if self.openers and self.stack[self.openers[-1]].kind in (CALL, METHOD):
            return True
        if self.text[following.start : following.end] == "|":
            return True
        return before is not None and before.name in _RUNNERS

    def _expand(self, token: Token, following: Token) -> None:
        """Known variables inside a double-quoted string."""
        if self.text[token.start] == "'":
            return
        room = self.room

        def value(match: re.Match[str]) -> str:
            nonlocal room
            known = self.variables.get(_bare(match.group()))
            if not isinstance(known, str) or len(known) > room:
                return match.group()
            room -= len(known)
            return known

        text = _IN_STRING.sub(value, token.text())
        if room != self.room:
            self.room = room
            token.parts = [text]
            token.changed = self._executed(self.stack[-1] if self.stack else None, following)
            if token.changed:
                self.names.setdefault("variables")

    # -- reducing ---------------------------------------------------------------------------------

    def _reduce(self, following: Token) -> bool:
        """Fold the top of the stack once; False where nothing more can be done before `following`."""
        top = self.stack[-1]
        if top.kind in (CLOSE, UNBRACKET):
            return self._close(top)
        if top.kind == MAP:
            return self._map(top)
        if top.kind == PROPERTY:
            return self._property(top)
        if top.kind not in VALUES or following.kind in (METHOD, PROPERTY):
            return False
        if following.kind == BRACKET and following.start == top.end:
            return False
        return self._operate(top, following)

    def _operate(self, top: Token, following: Token) -> bool:
        below = self.stack[-2] if len(self.stack) > 1 else None
        if below is None:
            return False
        if below.kind == CAST:
            return self._cast(below, top)
        if below.kind == ASSIGN:
            return self._assign(top, following)
        if below.kind != OPERATOR:
            return False
        left = self.stack[-3] if len(self.stack) > 2 else None
        if left is None or left.kind not in VALUES:
            return self._unary(below, top)
        precedence = self._precedence(below)
        if not precedence or precedence < self._precedence(following):
            return False
        return self._binary(left, below, top)

    def _precedence(self, token: Token) -> int:
        if token.kind == MAP:
            return 1
        if token.kind != OPERATOR:
            return 0
        if token.name == "," and self.openers:
            opener = self.stack[self.openers[-1]]
            # `iex ('a','b' -join '')`: the parenthesis of an unknown command is an ordinary one
            if opener.kind in (METHOD, BRACKET) or (opener.kind == CALL and opener.name in CALLS):
                return 0
        return _PRECEDENCE.get(token.name, _COMPARISON)

    def _put(self, count: int, result: Result | None) -> bool:
        """Replace the `count` topmost tokens by a value."""
        if result is None:
            return False
        self._charge(result.value)
        if result.how:
            self.names.setdefault(result.how)
        self.stack[-count:] = [token_of(result.value, self.stack[-count].start, self.stack[-1].end)]
        return True

    def _charge(self, value: Value) -> None:
        self.room -= len(value) if isinstance(value, str | list) else 1

    def _close(self, top: Token) -> bool:
        if not self.openers:
            return False
        at = self.openers.pop()
        opener = self.stack[at]
        values = self._between(at + 1, len(self.stack) - 1)
        if values is None or (opener.kind == BRACKET) != (top.kind == UNBRACKET):
            return False
        count = len(self.stack) - at
        if opener.kind == OPEN:
            return self._parenthesis(at, count)
        if opener.kind == CALL:
            call = CALLS.get(opener.name)
            return bool(call) and self._put(count, call("", values, self.room) if call else None)
        if opener.kind == BRACKET and opener.name == "array":
            flat = [v for v in values if isinstance(v, str | int)]
            return bool(values) and len(flat) == len(values) and self._put(count, Result(flat))
        return self._applied(at, count, opener, values)

    def _applied(self, at: int, count: int, opener: Token, values: list[Value]) -> bool:
        """An index or a method, applied to the value before it."""
        receiver = self.stack[at - 1] if at else None
        if receiver is None or receiver.kind not in VALUES:
            call = CALLS.get(opener.name) if opener.kind == METHOD else None
            return bool(call) and self._put(count, call("", values, self.room) if call else None)
        value = value_of(receiver)
        if opener.kind == BRACKET:
            flat = [x for v in values for x in (v if isinstance(v, list) else [v])]
            positions = [x for x in flat if isinstance(x, int)]
            return len(positions) == len(flat) and self._put(count + 1, operations.indexed(value, positions))
        method = METHODS.get(opener.name)
        return bool(method) and self._put(count + 1, method(value, values, self.room) if method else None)

    def _between(self, start: int, end: int) -> list[Value] | None:
        """Values separated by commas, or None at the first token that is neither: never a second look."""
        values: list[Value] = []
        for index in range(start, end):
            token = self.stack[index]
            if (index - start) % 2:
                if token.kind != OPERATOR or token.name != ",":
                    return None
            elif token.kind not in VALUES:
                return None
            else:
                values.append(value_of(token))
        return values

    def _parenthesis(self, at: int, count: int) -> bool:
        if count != 3:
            return False
        inner = self.stack[at + 1]
        inner.start, inner.end = self.stack[at].start, self.stack[-1].end
        inner.name = "("
        self.stack[at:] = [inner]
        return True

    def _map(self, top: Token) -> bool:
        if len(self.stack) < 2 or self.stack[-2].kind not in VALUES:
            return False
        return self._put(2, operations.mapped(value_of(self.stack[-2]), top.name))

    def _property(self, top: Token) -> bool:
        receiver = self.stack[-2] if len(self.stack) > 1 else None
        if receiver is None or receiver.kind not in (STRING, LIST) or top.name == "value":
            return False
        value = value_of(receiver)
        return self._put(2, Result(len(value)) if isinstance(value, str | list) else None)

    def _cast(self, cast: Token, top: Token) -> bool:
        value = value_of(top)
        if "char" in cast.name:
            if isinstance(value, str):
                kept = Result(list(value) if len(value) != 1 else value)
                return self._put(2, kept)
            codes = [x for x in (value if isinstance(value, list) else [value]) if isinstance(x, int)]
            text = operations.characters(codes)
            if not text:
                return False
            return self._put(2, Result(list(text) if isinstance(value, list) else text, "char codes"))
        if "string" in cast.name and isinstance(value, list):
            return self._put(2, operations.joined(value, " ", self.room))
        if "int" in cast.name and isinstance(value, str):
            return self._put(2, CALLS["cint"]("", [value], self.room))
        return self._put(2, Result(value))

    def _unary(self, operator: Token, top: Token) -> bool:
        value = value_of(top)
        if operator.name == "-join":
            return self._put(2, operations.joined(value, "", self.room))
        if operator.name.endswith("split"):
            return self._put(2, operations.split(value, " ", regex=False))
        if operator.name == "-" and isinstance(value, int):
            return self._put(2, Result(-value))
        return False

    def _binary(self, left: Token, operator: Token, right: Token) -> bool:
        name = operator.name
        if (
            (name == "+" or (name == "&" and self.joins_with_and))
            and left.kind == STRING
            and right.kind in (STRING, NUMBER)
        ):
            return self._concatenate(left, right)
        if name == ",":
            return self._listed(left, right)
        result = operations.computed(value_of(left), name, value_of(right), self.room)
        return self._put(3, result)

    def _concatenate(self, left: Token, right: Token) -> bool:
        """Only a piece is added: joining at each step would be quadratic."""
        (left.parts or []).append(right.text() if right.kind == STRING else str(right.value))
        left.end, left.changed, left.name = right.end, True, ""
        self.stack[-3:] = [left]
        self.names.setdefault("concatenation")
        return True

    def _listed(self, left: Token, right: Token) -> bool:
        if right.kind == LIST or (left.kind == LIST and left.name == "("):
            return False
        item = right.text() if right.kind == STRING else right.value
        if left.kind == LIST:
            (left.items or []).append(item)
        else:
            first = left.text() if left.kind == STRING else left.value
            left = Token(LIST, left.start, left.end, items=[first, item], changed=left.changed)
        left.end, left.changed = right.end, left.changed or right.changed
        self.stack[-3:] = [left]
        return True

    def _assign(self, top: Token, following: Token) -> bool:
        """Remember `name = constant` once the statement ends; the text keeps the assignment."""
        ended = following.kind in (END, CLOSE) or self.text[following.start : following.end] in ("}", "|")
        target = self.stack[-3] if len(self.stack) > 2 else None
        if not ended or target is None or target.kind != VARIABLE:
            return False
        if target.name[0] == "$" or self._declared():
            self.variables[target.name] = value_of(top)
        return False

    def _declared(self) -> bool:
        """Whether a name without "$" starts a statement: not so in --option="x" or set a="x"."""
        before = self.stack[-4] if len(self.stack) > 3 else None
        return before is None or before.kind == END or before.name in ("var", "let", "const")

    # -- writing ----------------------------------------------------------------------------------

    def _rendered(self) -> str:
        out: list[str] = []
        at = 0
        for token in self.stack:
            out.append(self.text[at : token.start])
            out.append(shown(token) if token.changed else self.text[token.start : token.end])
            at = token.end
        out.append(self.text[at:])
        return _CALLED.sub(r"\1", "".join(out))


def _bare(variable: str) -> str:
    return variable.replace("{", "").replace("}", "").lower()
