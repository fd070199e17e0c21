"""What a query would do besides reading its tables.

Control commands: https://learn.microsoft.com/kusto/management/. Plugins that run code:
https://learn.microsoft.com/kusto/query/python-plugin, .../r-plugin. Plugins and operators that reach out of
the cluster: https://learn.microsoft.com/kusto/query/http-request-plugin, .../externaldata-operator. Queries
over other clusters, databases and workspaces only read; they are no effects, and `elsewhere` names them.
"""

from __future__ import annotations

from cybersecqwen.dialects.interface import Effect

from .steps import Evaluate, ExternalData, Other
from .tree import Call, KqlQuery, Member
from .walk import walk

_CODE = {"python": "Python", "r": "R", "csharp": "C#"}
_FETCHING = {
    "http_request": "fetches from an address",
    "http_request_post": "sends to an address",
    "sql_request": "queries another server",
    "mysql_request": "queries another server",
    "postgresql_request": "queries another server",
    "cosmosdb_sql_request": "queries another server",
    "azure_digital_twins_query_request": "queries another service",
    "ai_embed_text": "sends text to a model",
    "ai_embeddings": "sends text to a model",
    "ai_chat_completion": "sends text to a model",
    "ai_chat_completion_prompt": "sends text to a model",
}
_ELSEWHERE = ("cluster", "database", "workspace", "app", "resource", "adx", "arg")
_WORDS_OF_A_COMMAND = 3


def effects(tree: KqlQuery) -> tuple[Effect, ...]:
    """What it would write, send, fetch or start; () for a query that only reads."""
    if tree.command:
        name = " ".join(tree.command.split()[:_WORDS_OF_A_COMMAND])
        return (Effect(command=name[:60], what=_command(name)),)
    found: list[Effect] = []
    for node in walk((tree.statements, tree.body)):
        if isinstance(node, ExternalData):
            line, column = node.place
            found.append(
                Effect(command="externaldata", what="fetches from an address", line=line, column=column)
            )
        elif isinstance(node, Evaluate) and isinstance(node.call, Call):
            found += _plugin(node, node.call.name)
        elif isinstance(node, Other) and node.text:
            found += _kept(node)
    return tuple(found)


def _command(name: str) -> str:
    if name.startswith(".show"):
        return "is a control command, which asks about the cluster itself"
    return "is a control command, which may write, delete or change settings"


def _plugin(step: Evaluate, name: str) -> list[Effect]:
    line, column = step.place
    if name in _CODE:
        return [Effect(command=f"evaluate {name}", what=f"runs {_CODE[name]}", line=line, column=column)]
    if name in _FETCHING:
        return [Effect(command=f"evaluate {name}", what=_FETCHING[name], line=line, column=column)]
    return []


def _kept(step: Other) -> list[Effect]:
    """Operators that are kept as text are read again for what they hold."""
    words = step.text.replace("(", " ").replace(")", " ").split()
    line, column = step.place
    found = []
    for before, word in zip(["", *words], words, strict=False):
        if word == "externaldata":
            found.append(
                Effect(command="externaldata", what="fetches from an address", line=line, column=column)
            )
        elif before == "evaluate" and (word in _CODE or word in _FETCHING):
            what = f"runs {_CODE[word]}" if word in _CODE else _FETCHING[word]
            found.append(Effect(command=f"evaluate {word}", what=what, line=line, column=column))
    return found


def elsewhere(tree: KqlQuery) -> tuple[str, ...]:
    """The clusters, databases and workspaces that it names, as written: cluster("a").database("b")."""
    from .render import expression

    found: dict[str, None] = {}
    for node in walk((tree.statements, tree.body)):
        if isinstance(node, Call | Member) and node.name in _ELSEWHERE and node.arguments:
            found[expression(node)] = None
    return tuple(found)
