"""Lookers for paths, names of files, registry keys and named pipes; what stands in a rule is left out."""

from __future__ import annotations

from cybersecqwen.detect.text import files

from .rule_spans import outside_rules
from .shaped import shaped

PIPE = shaped(outside_rules(files.find_pipes), lambda anchors: anchors.pipes)
REGISTRY = shaped(outside_rules(files.find_registry), lambda anchors: anchors.registry)
BARE_KEY = shaped(outside_rules(files.find_bare_keys), lambda anchors: anchors.bare_keys)
WINDOWS_PATH = shaped(outside_rules(files.find_windows), lambda anchors: anchors.windows)
UNIX_PATH = shaped(outside_rules(files.find_unix), lambda anchors: anchors.unix)
FORWARD_PATH = shaped(outside_rules(files.find_forward), lambda anchors: anchors.forward)
RELATIVE_PATH = shaped(outside_rules(files.find_relative), lambda anchors: anchors.relative)
NAME = shaped(outside_rules(files.find_names), lambda anchors: anchors.file_names)
