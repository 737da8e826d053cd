"""States prepared beforehand, behind a slider: they move without a kernel or a server."""

import html
from collections.abc import Sequence

from dlcourse.figures import palette
from dlcourse.figures.picture import Picture, wrap

_STYLE = (
    ".dl-stage{display:grid}"
    ".dl-frame{grid-area:1/1;visibility:hidden}"
    ".dl-frame.dl-now{visibility:visible}"
    ".dl-controls{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin-top:.6rem;"
    "font-size:.92em}"
    ".dl-controls label{flex:1 1 7rem;display:flex;gap:.6rem;align-items:center}"
    f".dl-controls input{{flex:1;min-width:3.5rem;accent-color:{palette.colour('forward')};"
    "width:3.5rem;height:1.75rem;margin:0}"
    ".dl-controls output{min-width:3.6rem;font-variant-numeric:tabular-nums;font-weight:600}"
    ".dl-controls button{font:inherit;color:inherit;background:none;min-height:1.75rem;"
    "border:1px solid currentColor;border-radius:.4rem;padding:.1rem .7rem;cursor:pointer}"
    ".dl-play::before{content:'▶ Play'}.dl-playing .dl-play::before{content:'❚❚ Pause'}"
    f".dl-controls :focus-visible{{outline:3px solid {palette.colour('forward')};"
    "outline-offset:2px}"
    ".dl-flow{stroke-dasharray:7 7}"
    "@media (prefers-reduced-motion:no-preference){"
    ".dl-playing .dl-now .dl-flow{animation:dl-flow .7s linear infinite}}"
    "@keyframes dl-flow{to{stroke-dashoffset:-14}}"
)

# Finds every picture on the page that has no life yet, so it does not matter how often or how early
# it runs: a page has many pictures, and a notebook's output may be put into the page later.
_SCRIPT = """
(() => {
  const start = (root) => {
    const frames = [...root.querySelectorAll(".dl-frame")];
    const range = root.querySelector("input");
    const output = root.querySelector("output");
    const play = root.querySelector(".dl-play");
    let timer = null;
    const go = (to) => {
      range.value = to;
      frames.forEach((frame, i) => {
        frame.classList.toggle("dl-now", i === to);
        frame.setAttribute("aria-hidden", i !== to);
      });
      output.textContent = frames[to].dataset.label;
      const caption = frames[to].querySelector(".dl-caption");
      range.setAttribute("aria-valuetext",
        frames[to].dataset.label + (caption ? ": " + caption.textContent : ""));
    };
    const stop = () => {
      clearInterval(timer);
      timer = null;
      root.classList.remove("dl-playing");
      if (play) play.setAttribute("aria-label", "Play");
    };
    range.addEventListener("input", () => { stop(); go(Number(range.value)); });
    if (play) play.addEventListener("click", () => {
      if (timer !== null) return stop();
      if (Number(range.value) === frames.length - 1) go(0);
      root.classList.add("dl-playing");
      play.setAttribute("aria-label", "Pause");
      timer = setInterval(() => {
        const next = Number(range.value) + 1;
        if (next >= frames.length || !root.isConnected) return stop();
        go(next);
      }, Number(root.dataset.interval));
    });
    go(Number(range.value));
  };
  document.querySelectorAll(".dl-frames:not([data-ready])").forEach((root) => {
    root.dataset.ready = "yes";
    start(root);
  });
})();
"""


class Frames:
    """Pictures behind a slider, one at a time, with a play button where they are a motion.

    Parameters
    ----------
    pictures
        At least two, of one size. Their captions change with them.
    name
        What the slider changes, written beside it: "step size".
    labels
        The slider's value for each picture, as text; counted from 1 if left out.
    start
        Which picture is seen first.
    seconds
        How long each picture stays while playing; no play button without it.
    """

    def __init__(
        self,
        pictures: Sequence[Picture],
        name: str,
        labels: Sequence[str] | None = None,
        start: int = 0,
        seconds: float | None = None,
    ) -> None:
        count = len(pictures)
        if count < 2:
            raise ValueError(f"pictures holds {count}: expected at least two")
        if labels is None:
            labels = [f"{number} of {count}" for number in range(1, count + 1)]
        if len(labels) != count:
            raise ValueError(f"labels holds {len(labels)} for {count} pictures: expected as many")
        if not 0 <= start < count:
            raise ValueError(f"start is {start}: expected 0 to {count - 1}")
        self.pictures, self.name, self.labels = tuple(pictures), name, tuple(labels)
        self.start, self.seconds = start, seconds

    def __repr__(self) -> str:
        return f"Frames: {len(self.pictures)} pictures by {self.name}"

    def _repr_html_(self) -> str:
        frames = "".join(
            f'<div class="dl-frame{" dl-now" if i == self.start else ""}"'
            f' data-label="{html.escape(label, quote=True)}">{picture.svg}'
            f'<div class="dl-caption">{picture.caption}</div></div>'
            for i, (picture, label) in enumerate(zip(self.pictures, self.labels, strict=True))
        )
        # JupyterLab takes the arrow keys and Enter for itself unless the element says no.
        ours = "data-lm-suppress-shortcuts"
        play = f'<button type="button" class="dl-play" aria-label="Play" {ours}></button>'
        last = len(self.pictures) - 1
        controls = (
            f'<div class="dl-controls">{play if self.seconds else ""}'
            f"<label>{html.escape(self.name)}"
            f'<input type="range" min="0" max="{last}" value="{self.start}" {ours}>'
            f"</label><output>{html.escape(self.labels[self.start])}</output></div>"
        )
        script = f"<script>{_SCRIPT}</script>"
        text = wrap(f'<div class="dl-stage">{frames}</div>{controls}{script}', "dl-frames", _STYLE)
        interval = round(1000 * (self.seconds or 0))
        return text.replace("<figure ", f'<figure data-interval="{interval}" ', 1)
