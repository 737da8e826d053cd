"""The book's sources: how a citation reads, and the list of what was cited."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pybtex.backends import markdown
from pybtex.database import BibliographyData, BibliographyDataError, Entry, Person, parse_file
from pybtex.scanner import PybtexSyntaxError
from pybtex.style.formatting.plain import Style

from dlcourse.workspace.errors import WorkspaceError


class Bibliography:
    """The entries of the book's BibTeX files.

    Parameters
    ----------
    files : iterable of Path
        The files, as ``_config.yml`` names them.

    Raises
    ------
    WorkspaceError
        When one is missing or cannot be read.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self.entries: dict[str, Entry] = {}
        for file in files:
            if not file.is_file():
                raise WorkspaceError(
                    f"book/_config.yml names the sources {file}, which is not there."
                )
            try:
                data = parse_file(str(file), bib_format="bibtex")
            except (PybtexSyntaxError, BibliographyDataError) as error:
                raise WorkspaceError(f"{file} cannot be read as BibTeX: {error}") from error
            self.entries.update(data.entries)

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def authors(self, key: str) -> str:
        """Return 'Kingma and Ba', or 'Rumelhart et al.' when there are more than two."""
        entry = self.entries[key]
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        if not people:
            return entry.fields.get("organization") or entry.fields.get("title", key)
        names = [_family_name(person) for person in people]
        if len(names) == 1:
            return names[0]
        if len(names) == 2:
            return f"{names[0]} and {names[1]}"
        return f"{names[0]} et al."

    def year(self, key: str) -> str:
        """Return the year as the entry writes it."""
        return self.entries[key].fields.get("year", "no year")

    def listed(self, keys: Iterable[str]) -> list[str]:
        """Return the full reference of each entry in Markdown, sorted by author, year and title."""
        chosen = BibliographyData({key: self.entries[key] for key in keys})
        backend = _Backend(encoding="utf-8")
        formatted = Style().format_bibliography(chosen)
        return [
            " ".join(entry.text.render(backend).split())
            for entry in sorted(formatted.entries, key=lambda entry: int(entry.label))
        ]


class _Backend(markdown.Backend):
    """Markdown without a backslash before every full stop, which learners see when they edit."""

    def format_str(self, text: str) -> str:
        return re.sub(r"([\\`*_\[\]<>$])", r"\\\1", text)


def _family_name(person: Person) -> str:
    return " ".join(str(part) for part in (*person.rich_prelast_names, *person.rich_last_names))
