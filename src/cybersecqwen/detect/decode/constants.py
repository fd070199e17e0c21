"""Constant folding: string expressions that are written so that no search finds them.

    ('{1}{0}' -f 'ex','i')  →  'iex'        $env:ComSpec[4,24,25]-join''  →  'iex'
    [char]73+[char]69       →  'IE'         "a" & Chr(98)                 →  'ab'

A shift-reduce parser over one pass of tokens. Operator precedence is PowerShell's
(about_Operator_Precedence); inside the arguments of calls and methods a comma separates arguments.
What cannot be folded is copied as it stands, so the result is the same script with fewer riddles.
"""

from __future__ import annotations

import re

from . import operations, tokens
from .interface import Cleaned, View
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

LONGEST = 1 << 17
"""Characters of a text that is folded; fields are bounded to half of that."""

# From: about_Operator_Precedence. Casts and unary operators bind tighter than all of these.
_PRECEDENCE = {",": 8, "..": 7, "-f": 6, "*": 5, "+": 4, "-": 4, "&": 4, "-bxor": 2}
_COMPARISON = 3  # -join, -split, -replace and their c and i forms
_CONVERSIONS = (
    "[char",
    "chr(",
    "chrw(",
    "fromcharcode",
    "revers",
    "righttoleft",
    "unescape(",
    "[-1..",
    "'][",
)
_INDEXED = ("$pshome[", "$shellid[", "$env:comspec[", "$env:public[", "preference.tostring()[")
# An operator between literals, or a variable that is run: what ordinary scripts hardly have. A full
# parse costs about 2 µs a character, this search a fiftieth of it.
_WORTH = re.compile(
    r"['\"]\)*+\s*+(?:\+|-f|&)\s*+\(*+\\?['\"]"
    r"|['\"]\)*+\s*+(?:\.\s*+['\"]?(?:replace|split|substr|tochar|concat|charat|join)|-[ci]?(?:replace|split|join))"
    r"|(?:-join|::join\(|::concat\(|::format\()\s*+\(*+['\"\[]"
    r"|[&.]\s*+\(\s*+\$|(?:iex|expression|string|eval|execute)[\s(]++\$?\w++\s*+(?:\+|[);]|\Z)|-e\w{0,13}\s++\(?\$"
    r"|\$\w++\s*+\+\s*+\$",
    re.IGNORECASE,
)

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


def clean(view: View) -> Cleaned | None:
    """Replace constant expressions by their value; see `interface.Cleaner`."""
    if len(view.text) > LONGEST or not _worth_it(view):
        return None
    folder = _Folder(view.text, view.room)
    text = folder.run()
    return Cleaned(text=text, how=", ".join(folder.names)) if folder.names and text != view.text else None


def _worth_it(view: View) -> bool:
    low = view.low
    if "$" in low and any(trigger in low for trigger in _INDEXED):
        return True
    if "'" not in low and '"' not in low:
        return "(" in low and any(word in low for word in _CONVERSIONS) or "[char" in low
    return any(word in low for word in _CONVERSIONS) or _WORTH.search(view.text) is not None


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
        known = _valued(value, token.start, token.end)
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
        self.stack[-count:] = [_valued(result.value, self.stack[-count].start, self.stack[-1].end)]
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
        value = _value(receiver)
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
                values.append(_value(token))
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
        return self._put(2, operations.mapped(_value(self.stack[-2]), top.name))

    def _property(self, top: Token) -> bool:
        receiver = self.stack[-2] if len(self.stack) > 1 else None
        if receiver is None or receiver.kind not in (STRING, LIST) or top.name == "value":
            return False
        value = _value(receiver)
        return self._put(2, Result(len(value)) if isinstance(value, str | list) else None)

    def _cast(self, cast: Token, top: Token) -> bool:
        value = _value(top)
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
        value = _value(top)
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
        result = _computed(_value(left), name, _value(right), self.room)
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
            self.variables[target.name] = _value(top)
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
            out.append(_shown(token) if token.changed else self.text[token.start : token.end])
            at = token.end
        out.append(self.text[at:])
        return _CALLED.sub(r"\1", "".join(out))


def _computed(left: Value, name: str, right: Value, room: int) -> Result | None:
    if name == "-f" and isinstance(left, str):
        return operations.formatted(left, right if isinstance(right, list) else [right], room)
    if name == "-join" and isinstance(right, str):
        return operations.joined(left, right, room)
    if name.endswith("split") and isinstance(right, str):
        return operations.split(left, right, regex=True)
    if name.endswith("replace") and isinstance(left, str):
        pair = [str(x) for x in right] if isinstance(right, list) else [str(right), ""]
        if len(pair) != 2:
            return None
        return operations.replaced_pattern(left, pair[0], pair[1], room, fold_case=name != "-creplace")
    if isinstance(left, list) and isinstance(right, list | str) and name == "+":
        return Result(left + (right if isinstance(right, list) else [right]))
    if isinstance(left, int) and isinstance(right, int):
        return _arithmetic(left, name, right)
    return None


def _arithmetic(left: int, name: str, right: int) -> Result | None:
    if name == "..":
        step = 1 if right >= left else -1
        return Result(list(range(left, right + step, step))) if abs(right - left) <= 4_096 else None
    if max(abs(left), abs(right)) > 1 << 32:
        return None
    table = {"+": left + right, "-": left - right, "*": left * right, "-bxor": left ^ right}
    return Result(table[name]) if name in table else None


def _value(token: Token) -> Value:
    if token.kind == STRING:
        return token.text()
    return token.value if token.kind == NUMBER else list(token.items or [])


def _valued(value: Value, start: int, end: int) -> Token:
    if isinstance(value, str):
        return Token(STRING, start, end, parts=[value], changed=True)
    if isinstance(value, int):
        return Token(NUMBER, start, end, value=value, changed=True)
    return Token(LIST, start, end, items=list(value), changed=True)


def _shown(token: Token) -> str:
    """The value as source text, in the quotes that need no doubling where there are such."""
    if token.kind == STRING:
        return _quoted(token.text())
    if token.kind == NUMBER:
        return str(token.value)
    return ",".join(_quoted(x) if isinstance(x, str) else str(x) for x in token.items or [])


def _quoted(text: str) -> str:
    if "'" in text and '"' not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def _bare(variable: str) -> str:
    return variable.replace("{", "").replace("}", "").lower()
