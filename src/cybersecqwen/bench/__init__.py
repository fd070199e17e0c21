"""Benchmarks that users run on their own machine: how good answers are, with intervals and conditions."""
