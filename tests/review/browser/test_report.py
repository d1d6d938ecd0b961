"""The report as people use it: with a mouse, with a keyboard, with a screen reader, without scripts, in the dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.review.browser.conftest import Opened, Scheme
from tests.review.browser.samples import HOSTILE
from tierwise.review.diff_text import clean

Visit = Callable[..., Opened]

#: Pairs of text and background that are too alike (https://www.w3.org/TR/WCAG22/#contrast-minimum).
FAINT = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const known = new Map([[null, [255, 255, 255]]]);
  const behind = (node) => {
    if (!known.has(node)) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      known.set(node, colour.length === 3 || colour[3] === 1 ? colour : behind(node.parentElement));
    }
    return known.get(node);
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("svg, script, style")) continue;
    if (!element.checkVisibility()) continue;
    const [a, b] = [parse(getComputedStyle(element).color), behind(element)].map(luminance).sort();
    if ((b + 0.05) / (a + 0.05) < 4.5) found.add(walker.currentNode.data.trim().slice(0, 40));
  }
  return [...found];
}"""

#: What a screen reader would stumble over.
STUMBLES = """() => {
  const found = [];
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  ids.filter((id, index) => ids.indexOf(id) !== index).forEach((id) => found.push("two elements are " + id));
  for (const name of ["aria-controls", "aria-labelledby", "aria-describedby"])
    for (const node of document.querySelectorAll("[" + name + "]"))
      for (const id of node.getAttribute(name).split(" "))
        if (!document.getElementById(id)) found.push(name + " " + id);
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) found.push("heading jumps: " + heading.textContent);
    level = next;
  }
  for (const table of document.querySelectorAll("table")) {
    if (!table.caption || !table.caption.textContent.trim()) found.push("table without caption");
    for (const head of table.querySelectorAll("th"))
      if (!head.scope) found.push("th without scope " + head.textContent);
  }
  for (const control of document.querySelectorAll("input, select"))
    if (!control.labels.length) found.push("unlabelled " + control.outerHTML);
  for (const named of document.querySelectorAll("button, a, summary"))
    if (!named.textContent.trim()) found.push("nameless " + named.outerHTML);
  for (const area of document.querySelectorAll(".scroll"))
    if (area.tabIndex !== 0 || !area.getAttribute("aria-label")) found.push("scrolls by mouse only");
  for (const picture of document.querySelectorAll("svg:not([aria-hidden])"))
    if (picture.getAttribute("role") !== "img") found.push("picture without role");
  return found;
}"""


def open_tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_one_stack_at_a_time_by_link(visit: Visit, shipped: Path) -> None:
    page = visit(shipped).page
    assert page.locator("main > section:visible").count() == 1
    assert page.get_by_role("heading", level=2, name="Overview").is_visible()
    page.get_by_role("navigation", name="Stacks").get_by_role("link", name="pika/prod").click()
    page.get_by_role("heading", level=2, name="pika/prod").wait_for()
    assert page.locator("main > section:visible").count() == 1
    assert page.evaluate("document.activeElement.tagName") == "H2"
    assert page.locator("nav [aria-current=page]").inner_text().startswith("pika/prod")
    page.go_back()
    page.get_by_role("heading", level=2, name="Overview").wait_for()


def test_tabs_by_keyboard(visit: Visit, shipped: Path) -> None:
    page = visit(shipped, at="#stack-2").page
    tabs = page.get_by_role("tablist", name="Parts of the review of pika/prod").get_by_role("tab")
    assert tabs.all_inner_texts() == ["Architecture", "Resources", "Cost", "Policies"]
    tabs.first.focus()
    moves = {"ArrowRight": "Resources", "End": "Policies", "Home": "Architecture", "ArrowLeft": "Policies"}
    for key, chosen in [*moves.items(), ("ArrowRight", "Architecture")]:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == chosen
        assert page.locator("section.stack:visible [role=tab][aria-selected=true]").all_inner_texts() == [chosen]
        assert page.locator("section.stack:visible .panel:visible").count() == 1
        assert page.get_by_role("tabpanel", name=chosen).is_visible()
    # One tab stop for all tabs, then the panel.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "tabpanel"


def test_search_shows_a_resource_with_what_it_is_part_of(visit: Visit, shipped: Path) -> None:
    page = visit(shipped, at="#stack-2").page
    open_tab(page, "Resources")
    box = page.get_by_role("searchbox", name="Find a resource by name, type or file")
    everything = page.locator("section.stack:visible .tree li:visible").count()
    box.fill("rds:Instance database")
    status = page.locator("section.stack:visible [role=status]")
    assert status.inner_text() == "1 resource matches"
    shown = page.locator("section.stack:visible .tree code:visible").all_inner_texts()
    assert shown[0] == "pika-prod"
    assert shown[-1] == "database"
    assert len(shown) < 6
    box.fill("no such thing")
    assert status.inner_text() == "0 resources match"
    assert page.locator("section.stack:visible .tree li:visible").count() == 0
    box.fill("")
    assert page.locator("section.stack:visible .tree li:visible").count() == everything
    page.get_by_role("button", name="Unfold all").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("section.stack:visible .tree li:visible").count() == 1
    page.get_by_role("button", name="Unfold all").press("Enter")
    assert page.locator("section.stack:visible .tree li:visible").count() == everything


def test_the_keyboard_alone_reaches_everything_and_shows_where_it_is(visit: Visit, shipped: Path) -> None:
    page = visit(shipped).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the review"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break  # at the end
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert "theme" in reached
    assert any("pika/dev" in text for text in reached)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["shipped", "compared"])
def test_every_text_stands_out(visit: Visit, scheme: Scheme, name: str, request: pytest.FixtureRequest) -> None:
    page = visit(request.getfixturevalue(name), scheme).page
    page.emulate_media(reduced_motion="reduce")  # or the colours of a tab take a moment
    for anchor in ("#overview", "#stack-1", "#stack-2"):
        page.goto(f"{page.url.partition('#')[0]}{anchor}")
        tabs = page.locator("section.stack:visible [role=tab]")
        for index in range(max(1, tabs.count())):
            if tabs.count():
                tabs.nth(index).click()
            page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
            page.mouse.move(0, 0)
            assert page.evaluate(FAINT) == [], (scheme, anchor, index)


def test_light_and_dark_follow_the_system_and_the_reader(visit: Visit, shipped: Path) -> None:
    def paper(page: Any) -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light, dark = visit(shipped, "light").page, visit(shipped, "dark").page
    white, black = paper(light), paper(dark)
    assert white != black
    light.get_by_label("Colours").select_option("Dark")
    dark.get_by_label("Colours").select_option("Light")
    assert (paper(light), paper(dark)) == (black, white)
    assert light.evaluate("getComputedStyle(document.querySelector('.d-paper')).fill") == black
    light.reload()
    assert paper(light) == black
    light.get_by_label("Colours").select_option("As the system")
    assert paper(light) == white


@pytest.mark.parametrize("name", ["shipped", "compared"])
def test_a_screen_reader_finds_its_way(visit: Visit, name: str, request: pytest.FixtureRequest) -> None:
    page = visit(request.getfixturevalue(name)).page
    assert page.evaluate(STUMBLES) == []
    assert page.evaluate("document.documentElement.lang") == "en"
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1
    assert page.get_by_role("navigation", name="Stacks").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    page.goto(f"{page.url.partition('#')[0]}#stack-1")
    assert page.get_by_role("img", name="Architecture of").count() == 1


def test_without_scripts_it_is_all_there(visit: Visit, shipped: Path) -> None:
    page = visit(shipped, scripts=False).page
    assert page.locator("main > section:visible").count() == 3
    for heading in ("Architecture", "Resources", "Cost", "Policies"):
        assert page.get_by_role("heading", level=3, name=heading, exact=True).count() == 2
    assert page.locator(".panel:visible").count() == 8
    # What would do nothing is not shown.
    assert page.locator("input:visible, select:visible, button:visible").count() == 0


def test_hostile_names_are_text(visit: Visit, compared: Path) -> None:
    page = visit(compared).page
    for anchor in ("#overview", "#stack-1", "#stack-2", "#stack-3"):
        page.goto(f"{page.url.partition('#')[0]}{anchor}")
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
        assert page.evaluate("window.pwned") is None
        assert page.locator("main img, main script, main a[href^='javascript']").count() == 0
    assert page.locator("body > script").count() == 1
    assert clean(HOSTILE) in page.locator("#stack-3").inner_text()
    assert "\x1b" not in page.content()
    assert "\u202e" not in page.content()


def test_what_is_put_into_the_page_does_not_run(visit: Visit, shipped: Path, tmp_path: Path) -> None:
    """The content security policy stands behind the escaping."""
    file = tmp_path / "altered.html"
    altered = "<script>window.pwned=1</script><img src='https://example.com/x' onerror='window.pwned=1'>"
    file.write_text(shipped.read_text().replace("<main>", f"<main>{altered}"))
    opened = visit(file)
    assert opened.page.evaluate("window.pwned") is None
    assert len(opened.told) >= 2  # the browser says what it refused
    # Chromium tells of a request that the policy stops before it is made.
    assert opened.refused == ["csp"] * len(opened.asked)
    opened.told.clear()
    opened.asked.clear()


def test_a_comparison_says_what_changes(visit: Visit, compared: Path) -> None:
    page = visit(compared, at="#stack-1").page
    open_tab(page, "Changes")
    changes = page.get_by_role("tabpanel", name="Changes")
    text = changes.inner_text()
    said = ("Data would be lost", "replace db", "forced by dbName", "create new", "delete old", "forces replacement")
    assert [words for words in said if words not in text] == []
    assert changes.get_by_role("row", name="db $20.00 $30.00 +$10.00").count() == 1
    assert "[secret]" not in text


def test_a_telephone_shows_it_without_scrolling_sideways(visit: Visit, shipped: Path) -> None:
    page = visit(shipped, at="#stack-2", width=390).page
    for name in ("Architecture", "Resources", "Cost", "Policies"):
        open_tab(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name


def test_motion_is_reduced_on_request(visit: Visit, shipped: Path) -> None:
    page = visit(shipped).page
    moving = "getComputedStyle(document.querySelector('nav a')).transitionDuration"
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) != "0s"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == "0s"
