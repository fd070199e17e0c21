"""Splunk's Search Processing Language."""

from .dialect import Spl

__all__ = ["Spl"]
