"""dlcourse: how deep-learning models are trained, from the formula to the fast kernel."""

__version__ = "0.1.0"
