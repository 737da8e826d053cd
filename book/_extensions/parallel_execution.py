"""Run the chapters that have changed beside one another, before Sphinx reads them one by one.

myst-nb runs a chapter when it comes to it, so a build from nothing takes as long as all chapters
together. jupyter-cache, where myst-nb keeps what it has run, can run several at a time; done first,
myst-nb finds every chapter there. One that fails is not kept, so that myst-nb runs it once more and
reports the failure as it always does.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor
from myst_nb.core.read import is_myst_markdown_notebook
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

# How myst-nb has jupyter-cache read a chapter; what it keeps must be found again.
READER = {"type": "plugin", "name": "myst_nb_md"}


def execute_ahead(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Run those of the pages to be read that are notebooks and are not in the cache."""
    settings = env.mystnb_config  # type: ignore[attr-defined]
    if settings.execution_mode != "cache":
        return
    chapters = [
        path
        for path in (Path(env.doc2path(name)) for name in docnames)
        if path.suffix == ".md" and is_myst_markdown_notebook(path.read_text(encoding="utf-8"))
    ]
    cache = get_cache(settings.execution_cache_path)
    for path in chapters:
        cache.add_nb_to_project(str(path), read_data=READER)
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.CRITICAL)  # what fails is reported by myst-nb, with its traceback
    load_executor("local-parallel", cache, logger=logger).run_and_cache(
        filter_uris=[str(path) for path in chapters], timeout=settings.execution_timeout
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the step with Sphinx."""
    app.connect("env-before-read-docs", execute_ahead)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
