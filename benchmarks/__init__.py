"""Benchmarks: each prints its figure against a floor measured in the same run."""
