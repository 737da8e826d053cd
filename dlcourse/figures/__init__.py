"""Pictures of the book: plots, graphs of a calculation, networks, sliders over prepared states.

Every picture is a piece of HTML with inline SVG: it takes the page's own colours in a light and in
a dark theme, needs no file and no other host, and is the same on the site and in JupyterLab.
"""

from dlcourse.figures.frames import Frames
from dlcourse.figures.graph import Graph
from dlcourse.figures.measurements import growth, ladder, measured, race, speed
from dlcourse.figures.network import NetworkPicture
from dlcourse.figures.palette import INK
from dlcourse.figures.picture import Picture
from dlcourse.figures.plots import axes, show
from dlcourse.figures.searches import (
    regret,
    search_history,
    search_importance,
    search_parallel,
    search_slices,
)

__all__ = [
    "INK",
    "Frames",
    "Graph",
    "NetworkPicture",
    "Picture",
    "axes",
    "growth",
    "ladder",
    "measured",
    "race",
    "regret",
    "search_history",
    "search_importance",
    "search_parallel",
    "search_slices",
    "show",
    "speed",
]
