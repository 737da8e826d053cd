"""Models for other programs: ONNX files, which run where neither Python nor dlcourse is."""

from dlcourse.export.errors import ExportError
from dlcourse.export.exporting import to_onnx

__all__ = ["ExportError", "to_onnx"]
