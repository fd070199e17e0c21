"""How much of what a language model writes about playbooks stands, and which.

Run as: python -m evaluation.playbook_wording MODEL [--limit N] [--show] [--save FILE]

MODEL is a name on the shelf (`csq model list`). Twelve playbooks: eleven types of incidents in words, and the
triage of samples/intrusion.jsonl. Of each the sentences on the situation are asked for at temperature 0. A
message that is the same in several playbooks is asked about once. As every shipped action has criteria, those
of the first step that waits for a decision are taken away before criteria are asked for. Two passes: what the
task asks for by default, and messages.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cybersecqwen.bootstrap import App
from cybersecqwen.errors import ModelError
from cybersecqwen.models.interface import LanguageModel, Material, Options, Prompt
from cybersecqwen.records import Report
from cybersecqwen.records.playbook import Playbook
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.settings import load_settings
from cybersecqwen.tasks.interface import Request
from cybersecqwen.tasks.playbook.wording import ask_about, worded
from cybersecqwen.tasks.triage.prompt import split
from cybersecqwen.verify import check_draft
from cybersecqwen.verify.draft import TOLD

ROOT = Path(__file__).resolve().parent.parent
INCIDENTS = (
    *("ransomware on a file server", "phishing mail with a malicious attachment", "leaked AWS access key"),
    *("stolen laptop", "DDoS against the web shop", "web shell on an Exchange server"),
    *(
        "golden ticket in the domain",
        "invoice fraud by a fake supplier",
        "malicious npm package in the build",
    ),
    *("cryptominer in a Kubernetes cluster", "Log4Shell exploited on a web application (CVE-2021-44228)"),
)
PATIENCE_S = 600.0


@dataclass
class Part:
    """What became of the sentences, messages or criteria."""

    kept: list[str] = field(default_factory=list)
    told: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """For the results."""
        reasons = Counter(why.partition("'")[0].partition(":")[0].strip(" (") for _, why in self.refused)
        seconds = sorted(self.seconds)
        return {
            "written": len(self.kept) + self.told + len(self.refused),
            "kept": len(self.kept),
            "told already": self.told,
            "refused": dict(reasons.most_common()),
            "seconds p50": round(seconds[len(seconds) // 2], 1) if seconds else 0,
            "seconds most": round(seconds[-1], 1) if seconds else 0,
            "texts kept": self.kept,
            "texts refused": self.refused,
        }


def main() -> None:
    """Run it and print the table."""
    arguments = _arguments()
    app = App(load_settings())
    sentences, messages, criteria = Part(), Part(), Part()
    playbooks = with_sentence = 0
    seen: set[str] = set()
    with app.models(arguments.model) as (model, *_), tempfile.TemporaryDirectory() as folder:
        for report in _reports(app, Path(folder), arguments.limit):
            playbooks += 1
            before = len(sentences.kept)
            _sentences(report, app, model, sentences)
            with_sentence += len(sentences.kept) > before
            _beside(report, model, messages, criteria, seen)
            print(f"{report.title}: {len(sentences.kept) - before} sentences kept", flush=True)
        result = {
            "model": model.name,
            "playbooks": playbooks,
            "playbooks with a sentence": with_sentence,
            "sentences": sentences.summary(),
            "messages": messages.summary(),
            "criteria": criteria.summary(),
            "knowledge": app.store.version,
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "command": f"python -m evaluation.playbook_wording {arguments.model}",
        }
    _print(result, show=arguments.show)
    if arguments.save:
        arguments.save.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", help="name of a model on the shelf")
    parser.add_argument("--limit", type=int, default=len(INCIDENTS) + 1, help="playbooks, the triage first")
    parser.add_argument("--show", action="store_true", help="print every text with its fate")
    parser.add_argument("--save", type=Path)
    return parser.parse_args()


def _reports(app: App, folder: Path, limit: int) -> Iterator[Report]:
    path = folder / "intrusion.json"
    triage = next(app.run("triage", Request(paths=(str(ROOT / "samples" / "intrusion.jsonl"),))))
    path.write_text(FORMATS.get("json")().render(triage, RenderOptions()), encoding="utf-8")
    requests = [Request(paths=(str(path),)), *(Request(paths=(), question=one) for one in INCIDENTS)]
    for request in requests[:limit]:
        yield next(app.run("playbook", request))


def _sentences(report: Report, app: App, model: LanguageModel, part: Part) -> None:
    ask = ask_about(report)
    if ask is None:
        return
    material = tuple(Material(label=label, text=text) for label, text in ask.material)
    prompt = Prompt(instructions=ask.instructions, material=material, question=ask.question)
    begun = time.perf_counter()
    try:
        draft = model.generate(prompt, Options(max_tokens=ask.max_tokens, timeout_s=PATIENCE_S))
    except ModelError as error:
        part.refused.append(("", error.message))
        return
    part.seconds.append(time.perf_counter() - begun)
    checked = check_draft(split(draft.text), report, app.store, writer=model.name)
    part.kept += [one.text for one in checked.kept]
    part.told += sum(why == TOLD for _, why in checked.rejected)
    part.refused += [(text, why) for text, why in checked.rejected if why != TOLD]


def _beside(report: Report, model: LanguageModel, messages: Part, criteria: Part, seen: set[str]) -> None:
    playbook = report.playbook
    assert playbook is not None
    fresh = tuple(one for one in playbook.messages if one.text not in seen)
    seen.update(one.text for one in fresh)
    begun = time.perf_counter()
    _, said = worded(_bare(playbook), model, PATIENCE_S, messages=False)
    if said.criteria:
        criteria.seconds.append(time.perf_counter() - begun)
    _take(criteria, said.criteria)
    criteria.refused += [("", one.message) for one in said.problems]
    begun = time.perf_counter()
    _, said = worded(replace(playbook, messages=fresh), model, PATIENCE_S, messages=True)
    if said.messages:
        messages.seconds.append((time.perf_counter() - begun) / len(said.messages))
    _take(messages, said.messages)


def _bare(playbook: Playbook) -> Playbook:
    """The playbook without the criteria of its first decision."""
    first = next((one.id for one in playbook.steps if one.approval), "")
    steps = tuple(replace(one, decides=()) if one.id == first else one for one in playbook.steps)
    return replace(playbook, steps=steps)


def _take(part: Part, said: list[tuple[str, str]]) -> None:
    part.kept += [text for text, why in said if not why]
    part.refused += [(text, why) for text, why in said if why]


def _print(result: dict[str, Any], *, show: bool) -> None:
    print(
        f"{result['model']}: {result['playbooks']} playbooks, {result['playbooks with a sentence']} with one"
    )
    for name in ("sentences", "messages", "criteria"):
        part = result[name]
        print(
            f"{name}: {part['kept']} of {part['written']} kept, {part['told already']} told already; ", end=""
        )
        print(f"{part['seconds p50']} s at the median; refused: {part['refused']}")
        for text in part["texts kept"] if show else ():
            print("  kept", text)
        for text, why in part["texts refused"] if show else ():
            print("  out ", text, f"[{why}]")


if __name__ == "__main__":
    main()
