"""What a scheduled task runs, read from its XML without an XML parser.

Task definitions in events come from whoever created the task, so they are hostile: bounded patterns
over bounded text take out what triage needs, entities cannot expand, and damaged XML still gives what
it holds. Element names: [MS-TSCH] 2.5, https://learn.microsoft.com/openspecs/windows_protocols/ms-tsch/.
"""

from __future__ import annotations

import html
import re

_CHARS = 65_536
_ACTION = re.compile(r"<(Command|Arguments|WorkingDirectory|ClassId|UserId|RunLevel|Hidden|Author|URI)>")
_NAMES = {
    "Command": "TaskCommand",
    "Arguments": "TaskArguments",
    "WorkingDirectory": "TaskDirectory",
    "ClassId": "TaskClassId",
    "UserId": "TaskUser",
    "RunLevel": "TaskRunLevel",
    "Hidden": "TaskHidden",
    "Author": "TaskAuthor",
    "URI": "TaskURI",
}
_TRIGGER = re.compile(
    r"<(BootTrigger|LogonTrigger|TimeTrigger|CalendarTrigger|IdleTrigger|RegistrationTrigger|EventTrigger"
    r"|SessionStateChangeTrigger)\b"
)


def task_fields(xml: str) -> dict[str, str]:
    """TaskCommand, TaskArguments, TaskUser, TaskTriggers … of a task definition.

    Several actions are joined by a newline, in order; elements that are absent give no field.
    """
    text = xml[:_CHARS]
    if "<" not in text[:200] and "&lt;" in text[:200]:  # collectors write it escaped once more
        text = html.unescape(text)
    found: dict[str, list[str]] = {}
    at = 0
    while (match := _ACTION.search(text, at)) is not None:
        end = text.find(f"</{match[1]}>", match.end())
        if end < 0:
            at = match.end()
            continue
        values = found.setdefault(_NAMES[match[1]], [])
        if len(values) < 32:
            values.append(html.unescape(text[match.end() : end]).strip())
        at = end
    fields = {name: "\n".join(filter(None, values)) for name, values in found.items()}
    triggers = list(dict.fromkeys(_TRIGGER.findall(text)))
    if triggers:
        fields["TaskTriggers"] = ", ".join(triggers)
    return {name: value for name, value in fields.items() if value}
