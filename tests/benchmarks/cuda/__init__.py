"""Timings on a GPU: products, kernels, training steps, launches, transfers."""
