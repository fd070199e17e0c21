"""Messages to people: short, true at the time, and finished by a person before they leave."""

from __future__ import annotations

from cybersecqwen.records.playbook import Kind, Message, Role

from .environment import Environment
from .facts import Facts


def messages_of(facts: Facts, environment: Environment) -> tuple[Message, ...]:
    """What to tell management, staff, the help desk and, where duties apply, the authorities."""
    who = environment.organisation or "our organisation"
    what = facts.name[:1].lower() + facts.name[1:] if facts.trigger == "incident" else "a security incident"
    hosts, users = len(facts.of(Kind.HOST)), len(facts.of(Kind.USER))
    known = ", ".join(_count(n, word) for n, word in ((hosts, "computer"), (users, "account")) if n)
    extent = (
        f"So far {known} {'is' if hosts + users == 1 else 'are'} known to be affected." if known else _OPEN
    )
    found = [
        Message(
            audience="management",
            role=Role.LEAD,
            text=(
                f"At [TIME] we began to handle {what} at {who}. {extent} The response follows this"
                " playbook, led by"
                " [NAME]. Decisions that we need from you: [DECISIONS]. The next report comes at [TIME]."
                " Please do not"
                " forward this message, and do not use the affected systems to answer it."
            ),
        ),
        Message(
            audience="staff",
            role=Role.COMMUNICATIONS,
            text=(
                "We are working on a security incident. [SERVICES] may be slow or unavailable until"
                " [TIME]. Leave your"
                " computer switched on, do not delete anything, and report what seems odd to [CONTACT]."
                " Please leave"
                " questions from outside to [CONTACT]."
            ),
        ),
        Message(
            audience="help desk",
            role=Role.ANALYST,
            text=(
                "An incident is being handled. Note time, name and computer of everybody who reports"
                " [SIGNS], change"
                " nothing on their computers, reset no passwords without calling back on a known number,"
                " and send"
                " the notes to [CONTACT]."
            ),
        ),
    ]
    found += [
        Message(
            audience=f"{duty.to} ({duty.name})",
            role=Role.LEGAL,
            text=(
                f"First notice of an incident at {who}, known since [TIME]. Kind: {facts.name}. {extent}"
                " Affected data:"
                " [DATA], affected people: [NUMBER]. Measures taken: [MEASURES]. Contact: [NAME]. A"
                " further report"
                " follows."
            ),
        )
        for duty in environment.duties
    ]
    return tuple(found)


_OPEN = "How far it reaches is not known yet."


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
