"""What language a file is in: by its name, by its first line, and for YAML by what it says of itself."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_BY_SUFFIX = {
    ".py": "python",
    ".pyw": "python",
    ".pyi": "python",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".java": "java",
    ".go": "go",
    ".c": "c",
    ".h": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".cxx": "cpp",
    ".hh": "cpp",
    ".hpp": "cpp",
    ".cs": "csharp",
    ".php": "php",
    ".phtml": "php",
    ".rb": "ruby",
    ".rake": "ruby",
    ".sh": "shell",
    ".bash": "shell",
    ".tf": "terraform",
    ".dockerfile": "dockerfile",
}
_BY_NAME = {
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "rakefile": "ruby",
    "gemfile": "ruby",
}
TEXT = "text"
"""The language of configuration and keys: only secrets are looked for in them."""
_TEXT_SUFFIXES = {
    ".env",
    ".ini",
    ".cfg",
    ".conf",
    ".config",
    ".cnf",
    ".properties",
    ".json",
    ".toml",
    ".xml",
    ".plist",
    ".tfvars",
    ".tfstate",
    ".pem",
    ".key",
    ".ppk",
    ".ovpn",
    ".netrc",
    ".htpasswd",
    ".ps1",
    ".gradle",
    ".sql",
}
_TEXT_NAMES = {
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".npmrc",
    ".yarnrc",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".htpasswd",
    ".dockercfg",
    ".git-credentials",
    ".s3cfg",
    ".boto",
    ".vault-token",
    ".env",
    ".envrc",
    "credentials",
    "kubeconfig",
}
_BY_PROGRAM = {
    "python": "python",
    "python2": "python",
    "python3": "python",
    "node": "javascript",
    "sh": "shell",
    "bash": "shell",
    "dash": "shell",
    "ksh": "shell",
    "zsh": "shell",
    "ruby": "ruby",
    "php": "php",
}
_PROGRAM = re.compile(r"#!\s*(?:\S*/)?(?:env\s+(?:-S\s+)?)?(?:\S*/)?([A-Za-z]+[0-9]?)")
_KUBERNETES = re.compile(r"^apiVersion:[^\n]*$", re.MULTILINE)
_KIND = re.compile(r"^kind:[ \t]*[\"']?[A-Z]", re.MULTILINE)

LANGUAGES = tuple(
    dict.fromkeys(
        (*_BY_SUFFIX.values(), *_BY_NAME.values(), *_BY_PROGRAM.values(), "kubernetes", "github", TEXT)
    )
)
"""All that are told apart."""


def language_of(path: str, head: str) -> str:
    """The language of a file, or "" for none that is reviewed.

    Args:
        path: Its name, with / between folders.
        head: The beginning of its text, some thousand characters.
    """
    name = PurePosixPath(path.replace("\\", "/"))
    lower = name.name.lower()
    if name.suffix.lower() in (".yml", ".yaml"):
        return _of_yaml(str(name).lower(), head)
    found = _BY_SUFFIX.get(name.suffix.lower()) or _BY_NAME.get(lower)
    if found is None and lower.partition(".")[0] in ("dockerfile", "containerfile"):
        found = "dockerfile"
    if found is None and not name.suffix and head.startswith("#!"):
        program = _PROGRAM.match(head[:200])
        found = _BY_PROGRAM.get(program[1]) if program else None
    return found or (TEXT if _is_text(lower) else "")


def suffix_of(language: str) -> str:
    """How files of a language end, with the dot: the first way of several; "" where there is none."""
    return next((suffix for suffix, known in _BY_SUFFIX.items() if known == language), "")


def _is_text(name: str) -> bool:
    """Whether a file is configuration or a key, by its name in small letters: .env.local, id_rsa."""
    if name in _TEXT_NAMES or name.startswith((".env.", ".env-")):
        return True
    if name.endswith(".txt"):
        return name.startswith(("requirements", "constraints"))
    return PurePosixPath(name).suffix in _TEXT_SUFFIXES


def _of_yaml(path: str, head: str) -> str:
    parts = PurePosixPath(path).parts
    if ".github" in parts and "workflows" in parts:
        return "github"
    if path.endswith(("/action.yml", "/action.yaml")) or path in ("action.yml", "action.yaml"):
        return "github"
    return "kubernetes" if _KUBERNETES.search(head) and _KIND.search(head) else TEXT
