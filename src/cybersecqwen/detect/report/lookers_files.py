"""Lookers for paths, names of files, registry keys and named pipes."""

from __future__ import annotations

from cybersecqwen.detect.text import files

from .shaped import shaped

PIPE = shaped(files.find_pipes, lambda anchors: anchors.pipes)
REGISTRY = shaped(files.find_registry, lambda anchors: anchors.registry)
BARE_KEY = shaped(files.find_bare_keys, lambda anchors: anchors.bare_keys)
WINDOWS_PATH = shaped(files.find_windows, lambda anchors: anchors.windows)
UNIX_PATH = shaped(files.find_unix, lambda anchors: anchors.unix)
FORWARD_PATH = shaped(files.find_forward, lambda anchors: anchors.forward)
RELATIVE_PATH = shaped(files.find_relative, lambda anchors: anchors.relative)
NAME = shaped(files.find_names, lambda anchors: anchors.file_names)
