"""One of several choices, by its letter or by its own words, as a family answers best.

Most models are asked for the letter of an option. The smallest do not learn to bind a letter to what stands
behind it (docs/training.md): they are asked for the words of the option, and held to them by a grammar.
https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from .interface import LETTERS, Prompt, lettered
from .profiles import Profile

LONGEST = 240
"""Characters of a choice that can be asked for by its words; longer ones are chosen by letter."""


def asking(prompt: Prompt, choices: Sequence[str], profile: Profile) -> tuple[Prompt, tuple[str, ...], bool]:
    """(The prompt that asks for one of the choices, what is answered for each, whether those are words).

    Letters as choices are taken as labels that the question already explains, for every family.

    Raises:
        UsageError: Fewer than 2 or more than 26 choices, or two that are the same.
    """
    by_letter, letters = lettered(prompt, choices)
    words = tuple(" ".join(choice.split()) for choice in choices)
    if (
        not profile.by_words
        or all(len(choice) == 1 and choice in LETTERS for choice in choices)
        or len(set(words)) != len(words)
        or not all(0 < len(one) <= LONGEST and one.isprintable() for one in words)
    ):
        return by_letter, letters, False
    lines = "\n".join(f"- {one}" for one in words)
    question = f"{prompt.question}\n{lines}\nAnswer with one of these, word for word."
    return replace(prompt, question=question), words, True


def one_of(words: Sequence[str]) -> str:
    """The grammar (GBNF) of an answer that is one of these."""
    quoted = (one.replace("\\", "\\\\").replace('"', '\\"') for one in words)
    return "root ::= " + " | ".join(f'"{one}"' for one in quoted)


Position = tuple[bytes, Sequence[tuple[bytes, float]]]
"""(The token that was taken, the likeliest tokens there with log-probabilities)."""


def followed(words: Sequence[str], taken: Sequence[Position]) -> tuple[float, ...]:
    """Probabilities of the choices from the tokens of an answer that was held to them; they sum to 1.

    At each position the mass of the tokens that go on with some choice is normalised. That of the token that
    was taken goes to the choices that it leaves, which the next position tells apart; that of any other to
    the choices that it would have left, evenly. A choice that another begins with keeps the mass of all
    tokens that do not go on with the other.
    """
    texts = [one.encode("utf-8", "replace") for one in words]
    found = [0.0] * len(texts)
    alive = list(range(len(texts)))
    said, weight = b"", 1.0
    for token, top in taken:
        if len(alive) == 1:
            break
        masses: dict[tuple[int, ...], float] = {}
        going = tuple(at for at in alive if token and texts[at].startswith(said + token))
        ended = tuple(at for at in alive if texts[at] == said)
        rest = 1.0
        for piece, logprob in top:
            left = tuple(at for at in alive if piece and texts[at].startswith(said + piece))
            if left:
                mass = math.exp(min(0.0, logprob))
                rest -= mass
                masses[left] = masses.get(left, 0.0) + mass
        if ended:
            masses[ended] = masses.get(ended, 0.0) + max(rest, 0.0)
        if going and going not in masses:  # the grammar took a token that is not among the likeliest
            masses[going] = min(masses.values(), default=1.0) / 2
        whole = sum(masses.values())
        if not going or whole <= 0.0:
            break
        for group, mass in masses.items():
            if group != going:
                for at in group:
                    found[at] += weight * mass / whole / len(group)
        weight *= masses[going] / whole
        alive, said = list(going), said + token
    ended = tuple(at for at in alive if texts[at] == said) or tuple(alive)
    for at in ended:
        found[at] += weight / len(ended)
    return tuple(found)
