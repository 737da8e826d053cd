"""What goes wrong when a model is exported."""


class ExportError(ValueError):
    """A model cannot be exported, or what was exported computes something else; it says which."""
