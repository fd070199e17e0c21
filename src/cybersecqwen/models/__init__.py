"""Language models: one interface, facts about families as data, weights that are checked, backends.

shelf (weights on disk) ──▶ backend (llama_cpp, openai_compatible, scripted) ──▶ LanguageModel
"""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import Cancel, Completion, LanguageModel, Material, Options, Prompt

BACKENDS: Registry[type[LanguageModel]] = Registry(
    "model backend",
    {
        "llama_cpp": "cybersecqwen.models.llama_cpp:LlamaCpp",
        "openai_compatible": "cybersecqwen.models.openai_compatible:OpenAICompatible",
        "scripted": "cybersecqwen.models.scripted:Scripted",
    },
    group="cybersecqwen.models",
)

__all__ = ["BACKENDS", "Cancel", "Completion", "LanguageModel", "Material", "Options", "Prompt"]
