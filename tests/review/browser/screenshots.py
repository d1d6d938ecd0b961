"""Takes the documentation's screenshots of the report: ``make screenshots``. Needs Chromium on PATH.

They are of the preview of Pika against what it would be with a larger database, so that there is a change to see. Their
pixels depend on the machine's fonts, so no test compares them.
"""

from __future__ import annotations

from typing import Any

from tests.review.browser.conftest import CHROMIUM, Scheme
from tests.support.stacks import ROOT, reviewed
from tierwise.review.diagram import architecture
from tierwise.review.diff import compare_stacks
from tierwise.review.report import report
from tierwise.review.summary import Reviewed

#: File, colours, part of the report.
SHOTS: tuple[tuple[str, Scheme, str], ...] = (
    ("report-light", "light", "Architecture"),
    ("report-dark", "dark", "Cost"),
)
_SIZE = {"width": 1280, "height": 860}


def main() -> None:
    """Write them to ``docs/pictures``."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        raise SystemExit("no Chromium on PATH: apt-get install chromium")
    text = _report()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, scheme, tab in SHOTS:
            page = browser.new_context(color_scheme=scheme, viewport=_SIZE).new_page()
            page.set_content(text)
            page.get_by_role("navigation").get_by_role("link", name="pika/prod").click()
            page.get_by_role("tab", name=tab).click()
            page.mouse.move(0, 0)
            page.evaluate("scrollTo(0, 0)")
            page.wait_for_timeout(300)
            page.screenshot(path=ROOT / "docs" / "pictures" / f"{name}.png")
        browser.close()


def _report() -> str:
    stacks: list[Reviewed] = []
    pictures: dict[str, Any] = {}
    for stage in ("dev", "staging", "prod"):
        review = reviewed("pika", stage)
        after = review.to_json()
        before = reviewed("pika", stage, database={"instanceClass": "db.t4g.small"}).to_json()
        diff = compare_stacks(before, after, {}, lambda token, path: False).to_json()
        entry = after | {"diff": {"base": "main", "compared": True, "message": "", **diff, "dataLoss": []}}
        stacks.append(Reviewed(f"pika/{stage}", entry))
        pictures[f"pika/{stage}"] = architecture(review.plan.view())
    return report(stacks, pictures, base="main (1a2b3c4)")


if __name__ == "__main__":
    main()
