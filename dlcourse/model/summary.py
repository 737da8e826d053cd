"""The table of a model's layers."""

import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    """Layers with their output shapes and numbers of parameters; prints as a table.

    ``rows`` holds (name, layer, output shape of one example, number of parameters).
    """

    input_shape: tuple[int, ...]
    rows: tuple[tuple[str, str, tuple[int, ...], int], ...]

    @property
    def parameters(self) -> int:
        """The number of parameters in all."""
        return sum(size for *_, size in self.rows)

    def _table(self) -> list[tuple[str, str, str, str]]:
        def batched(shape: tuple[int, ...]) -> str:
            return f"({', '.join(['n', *map(str, shape)])})"

        return [
            ("name", "layer", "output", "parameters"),
            ("", "input", batched(self.input_shape), ""),
            *((name, layer, batched(shape), f"{size:,}") for name, layer, shape, size in self.rows),
            ("", "", "in all", f"{self.parameters:,}"),
        ]

    def __repr__(self) -> str:
        table = self._table()
        widths = [max(len(row[column]) for row in table) for column in range(4)]
        lines = [
            f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}  "
            f"{row[3]:>{widths[3]}}"
            for row in table
        ]
        rule = "─" * len(lines[0])
        table_lines = [lines[0], rule, *lines[1:-1], rule, lines[-1]]
        return "\n".join(line.rstrip() for line in table_lines)

    def _repr_html_(self) -> str:
        head, *body = self._table()
        cells = "".join(f"<th>{html.escape(text)}</th>" for text in head)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>"
            for row in body
        )
        return f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"
