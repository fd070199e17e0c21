"""CTI-Bench, task by task: files, answer extraction, grading.

Source: Alam, Bhusal, Nguyen, Rastogi, "CTIBench: A Benchmark for Evaluating LLMs in Cyber Threat
Intelligence", NeurIPS 2024 Datasets and Benchmarks. The files are not part of this project (CC BY-NC-SA).
"""
