"""Facts about model families, as data. Nothing else in the program asks for a model's name.

A profile is found by the `general.architecture` and `general.name` that a GGUF header states, or
named by the portfolio or the user. Sources: the tokenizer configuration and model card that each
family publishes; control tokens are the ones its chat template uses.
"""

from __future__ import annotations

from dataclasses import dataclass

_CHATML = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
_FIM = ("<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>")
_TOOLS = ("<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<tools>", "</tools>")
_THINK = ("<think>", "</think>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What is known about a family of models."""

    name: str
    """"qwen3", "smollm2", …"""
    title: str
    """For people."""
    architectures: tuple[str, ...]
    """Values of `general.architecture` in GGUF headers of this family, best match first."""
    name_parts: tuple[str, ...] = ()
    """Parts of `general.name` that tell it from families of the same architecture, lower case."""
    control_tokens: tuple[str, ...]
    """Texts that its tokenizer turns into control tokens; they may never come from data."""
    context: int
    """Tokens that it was trained to read at once."""
    system_role: bool = True
    """Whether its template knows a system message; otherwise instructions open the user turn."""
    thinking: tuple[str, str] | None = None
    """Opening and closing tag of its thinking, removed from answers; None where it has none."""
    template_arguments: tuple[tuple[str, bool], ...] = ()
    """Switches handed to its chat template, such as enable_thinking."""
    chars_per_token: float = 3.0
    """A careful guess for technical text, for bounding material before it is tokenised."""
    licence: str
    """SPDX identifier or name of the licence that the weights usually come under."""
    languages: str = "English"
    """What it was mainly trained on."""
    by_words: bool = False
    """Whether it chooses among options by their words rather than by letters (`choosing.py`)."""
    reading: float = 1.0
    """How much its choice counts, after reading passages, beside their own support (docs/ask.md)."""


PROFILES: tuple[Profile, ...] = (
    Profile(
        name="smollm2",
        title="SmolLM2",
        architectures=("llama",),
        name_parts=("smollm2", "smollm"),
        control_tokens=(
            *_CHATML,
            "<repo_name>",
            "<reponame>",
            "<file_sep>",
            "<filename>",
            "<gh_stars>",
            "<issue_start>",
            "<issue_comment>",
            "<issue_closed>",
            "<jupyter_start>",
            "<jupyter_text>",
            "<jupyter_code>",
            "<jupyter_output>",
            "<jupyter_script>",
            "<empty_output>",
        ),
        context=8192,
        licence="Apache-2.0",
        by_words=True,
        reading=0.15,
    ),
    Profile(
        name="qwen2.5-coder",
        title="Qwen2.5 and Qwen2.5-Coder",
        architectures=("qwen2",),
        control_tokens=(
            *_CHATML,
            *_FIM,
            *_TOOLS,
            "<|object_ref_start|>",
            "<|object_ref_end|>",
            "<|box_start|>",
            "<|box_end|>",
            "<|quad_start|>",
            "<|quad_end|>",
            "<|vision_start|>",
            "<|vision_end|>",
            "<|vision_pad|>",
            "<|image_pad|>",
            "<|video_pad|>",
        ),
        context=32768,
        licence="Apache-2.0",
        languages="English, Chinese and 90 programming languages",
    ),
    Profile(
        # CyberSecQwen-4B is a fine-tune of Qwen3-4B-Instruct-2507, which does not think aloud;
        # the switch keeps the thinking members of the family quiet and is ignored by the others.
        name="qwen3",
        title="Qwen3",
        architectures=("qwen3", "qwen3moe", "qwen3next", "qwen35"),
        control_tokens=(
            *_CHATML,
            *_FIM,
            *_TOOLS,
            *_THINK,
            "<|vision_start|>",
            "<|vision_end|>",
            "<|image_pad|>",
        ),
        context=262144,
        thinking=_THINK,
        template_arguments=(("enable_thinking", False),),
        licence="Apache-2.0",
        languages="119 languages",
    ),
    Profile(
        name="llama",
        title="Llama 2 and 3, Mistral",
        architectures=("llama", "llama4", "mistral3"),
        control_tokens=(
            "<s>",
            "</s>",
            "<unk>",
            "[INST]",
            "[/INST]",
            "<<SYS>>",
            "<</SYS>>",
            "[AVAILABLE_TOOLS]",
            "[/AVAILABLE_TOOLS]",
            "[TOOL_CALLS]",
            "[TOOL_RESULTS]",
            "[/TOOL_RESULTS]",
            "[SYSTEM_PROMPT]",
            "[/SYSTEM_PROMPT]",
            "<|begin_of_text|>",
            "<|end_of_text|>",
            "<|start_header_id|>",
            "<|end_header_id|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|python_tag|>",
        ),
        context=8192,
        licence="Llama Community License or Apache-2.0, see the model's card",
    ),
    Profile(
        name="gemma",
        title="Gemma 2 and 3",
        architectures=("gemma3", "gemma2", "gemma", "gemma3n"),
        control_tokens=(
            "<start_of_turn>",
            "<end_of_turn>",
            "<start_of_image>",
            "<end_of_image>",
            "<image_soft_token>",
            "<bos>",
            "<eos>",
            "<pad>",
            "<unk>",
            "<mask>",
        ),
        context=32768,
        system_role=False,
        licence="Gemma Terms of Use",
        languages="140 languages",
    ),
    Profile(
        name="granite",
        title="IBM Granite",
        architectures=("granite", "granitemoe", "granitehybrid"),
        control_tokens=(
            "<|start_of_role|>",
            "<|end_of_role|>",
            "<|end_of_text|>",
            "<|tool_call|>",
            "<|start_of_cite|>",
            "<|end_of_cite|>",
            "<|start_of_plugin|>",
            "<|end_of_plugin|>",
            *_THINK,
        ),
        context=131072,
        thinking=_THINK,
        licence="Apache-2.0",
        languages="12 languages and code",
    ),
    Profile(
        name="phi",
        title="Phi 3 and 4",
        architectures=("phi3", "phi2", "phimoe"),
        control_tokens=(
            "<|system|>",
            "<|user|>",
            "<|assistant|>",
            "<|end|>",
            "<|endoftext|>",
            "<|im_start|>",
            "<|im_sep|>",
            "<|im_end|>",
        ),
        context=16384,
        licence="MIT",
    ),
    Profile(
        name="generic",
        title="Any other model",
        architectures=(),
        control_tokens=(*_CHATML, *_TOOLS, *_THINK, "<s>", "</s>", "[INST]", "[/INST]"),
        context=4096,
        thinking=_THINK,
        chars_per_token=2.5,
        licence="unknown",
    ),
)

GENERIC = PROFILES[-1]

ALL_CONTROL_TOKENS: frozenset[str] = frozenset(token for one in PROFILES for token in one.control_tokens)
"""Every family's tokens: data is cleaned of all of them, since a file may not be what it says."""


def profile(name: str) -> Profile:
    """The profile called `name`; raises UnknownNameError."""
    for one in PROFILES:
        if one.name == name:
            return one
    from cybersecqwen.errors import UnknownNameError

    raise UnknownNameError(
        f"There is no model profile called {name!r}.",
        hint=f"Known are: {', '.join(one.name for one in PROFILES)}.",
    )


def guess(architecture: str, model_name: str = "") -> Profile:
    """The profile that fits what a GGUF header or a server says about a model; `GENERIC` if none does."""
    lowered = model_name.lower()
    fitting = [one for one in PROFILES if architecture in one.architectures]
    for one in fitting:
        if any(part in lowered for part in one.name_parts):
            return one
    for one in fitting:
        if not one.name_parts:
            return one
    for one in PROFILES if not architecture else ():
        if any(part in lowered for part in (*one.name_parts, one.name)):
            return one
    return GENERIC
