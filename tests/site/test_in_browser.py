"""The site in a real browser, from the file system: quiet, fitting, and alive."""

from pathlib import Path

import axe_playwright_python
import pytest

from tests.chromium import chromium

pytestmark = pytest.mark.browser

OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"
#: What fades in has too little contrast until it is there.
AT_ONCE = "*, *::before, *::after { transition: none !important; animation: none !important }"
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def view(browser, built_site):
    """Open a page and watch what it says and asks for."""
    contexts = []

    def open_page(name, width=1280, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints, page.asked = [], []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "console",
            lambda line: page.complaints.append(line.text) if line.type == "error" else None,
        )
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto((built_site.folder / name).as_uri())
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_quiet_ask_no_other_host_and_have_no_serious_barrier(view, built_site, scheme):
    """axe-core looks at each page with every answer and every piece of hidden code opened."""
    barriers = {}
    for name in built_site.pages:
        page = view(name, color_scheme=scheme)
        assert not page.complaints, f"{name}: {page.complaints}"
        outside = [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))]
        assert not outside, f"{name} asked for {outside}"
        assert page.evaluate("document.documentElement.dataset.theme") == scheme
        page.add_style_tag(content=AT_ONCE)
        page.evaluate(OPEN_ALL)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        barriers |= {
            f"{name}: {one['id']}": [node["html"][:200] for node in one["nodes"][:3]]
            for one in result["violations"]
            if one["impact"] in ("serious", "critical")
        }
        page.context.close()
    assert not barriers


def test_no_page_scrolls_sideways_on_a_phone(view, built_site):
    for name in built_site.pages:
        page = view(name, 360, 740)
        page.evaluate(OPEN_ALL)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, f"{name} is {width} pixels wide"
        cut = page.evaluate(
            "[...document.querySelectorAll('.prev-next-area a')]"
            ".filter(link => link.scrollWidth > link.clientWidth).map(link => link.innerText)"
        )
        assert not cut, f"{name} cuts off {cut}"
        # What scrolls by itself, such as a wide formula, can be reached by the keyboard.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        rule = "axe.run(document, {runOnly: ['scrollable-region-focusable']})"
        unreachable = [
            node["html"] for v in page.evaluate(rule)["violations"] for node in v["nodes"]
        ]
        assert not unreachable, f"{name}: {unreachable[:3]}"
        page.context.close()


def test_formulas_are_set(view):
    page = view("04-backpropagation.html")
    page.wait_for_selector("mjx-container")
    assert page.locator("mjx-container").count() > 50
    assert page.locator("mjx-merror").count() == 0


def test_the_slider_moves_by_keyboard(view):
    page = view("04-backpropagation.html")
    figure = page.locator(".dl-frames").last
    slider = figure.locator("input[type=range]")
    before = figure.locator("output").inner_text()
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert figure.locator("output").inner_text() != before
    assert figure.locator(".dl-frame:visible svg").count() >= 1
    shown = figure.locator(".dl-now")
    assert shown.count() == 1
    assert shown.get_attribute("data-label") == figure.locator("output").inner_text()
    assert figure.locator("output").inner_text() in slider.get_attribute("aria-valuetext")


def test_the_moving_picture_plays_and_pauses(view):
    page = view("04-backpropagation.html")
    figure = page.locator(".dl-frames", has=page.locator(".dl-play")).first
    button = figure.locator(".dl-play")
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-label") == "Pause"
    page.wait_for_function(
        "picture => picture.querySelector('input').value >= 1", arg=figure.element_handle()
    )
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-label") == "Play"
    stopped = figure.locator("output").inner_text()
    page.wait_for_timeout(2500)  # longer than one picture stays
    assert figure.locator("output").inner_text() == stopped


def test_quiz_answers_open_by_keyboard(view):
    page = view("04-backpropagation.html")
    answer = page.locator("details.option").first
    assert not answer.locator("p").last.is_visible()
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    assert answer.locator("p").last.is_visible()


def test_the_theme_can_be_switched(view):
    page = view("index.html", color_scheme="light")
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        if page.evaluate("document.documentElement.dataset.theme") == "dark":
            break
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(18, 18, 18)", dark


def test_search_finds_a_word_of_a_chapter(view):
    page = view("search.html")
    page.goto(page.url + "?q=softmax")
    page.wait_for_selector("#search-results li a")
    links = page.locator("#search-results li a").all_inner_texts()
    assert any("Backpropagation" in link for link in links), links
