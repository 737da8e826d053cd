"""Timings of the library's training step, beside other ways to compute the same."""
