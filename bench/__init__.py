"""Measurements: each module prints ``name: value unit`` lines."""
