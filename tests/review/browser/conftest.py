"""The machine's own Chromium, and reports for it to open."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.review.browser.samples import HOSTILE, every_kind
from tests.support.stacks import reviewed
from tierwise.review.diagram import architecture
from tierwise.review.report import report
from tierwise.review.summary import Reviewed

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
Scheme = Literal["light", "dark"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of this folder need a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on PATH: apt-get install chromium"))


@dataclass
class Opened:
    """A page that watches itself.

    Attributes:
        page: Playwright's page.
        told: What was written to the console, and errors.
        asked: Addresses that were requested, the file itself left out.
        refused: Why the browser did not request others.
    """

    page: Any
    told: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])
    refused: list[str] = field(default_factory=list[str])


@pytest.fixture(scope="module")
def browser(shipped: Path, compared: Path) -> Iterator[Any]:
    """Started after the reports are made and stopped with the module: while it runs, no program can be planned."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Chromium's own sandbox needs rights that a container does not give.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of two shipped stacks."""
    reviews = [reviewed("pika", stage) for stage in ("dev", "prod")]
    pictures = {review.target.key: architecture(review.plan.view()) for review in reviews}
    text = report([Reviewed(review.target.key, review.to_json()) for review in reviews], pictures)
    return _written(tmp_path_factory, "shipped", text)


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of made-up stacks with all that a comparison can say, one stack that failed, and hostile names."""
    stacks, pictures = every_kind()
    text = report(stacks, pictures, notes=[HOSTILE], base=HOSTILE)
    return _written(tmp_path_factory, "compared", text)


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Opens a file in a fresh browser context; at the end nothing may have been asked for or complained about."""
    with ExitStack() as stack:
        visits: list[Opened] = []

        def go(
            file: Path, scheme: Scheme = "light", *, scripts: bool = True, at: str = "", width: int = 1280
        ) -> Opened:
            context = browser.new_context(
                color_scheme=scheme, java_script_enabled=scripts, viewport={"width": width, "height": 900}
            )
            stack.callback(context.close)
            opened = Opened(context.new_page())
            opened.page.on("console", lambda message: opened.told.append(message.text))
            opened.page.on("pageerror", lambda error: opened.told.append(str(error)))
            address = file.as_uri()
            opened.page.on(
                "request",
                lambda request: opened.asked.append(request.url) if not request.url.startswith(address) else None,
            )
            opened.page.on("requestfailed", lambda request: opened.refused.append(request.failure))
            opened.page.goto(f"{address}{at}")
            visits.append(opened)
            return opened

        yield go
        for opened in visits:
            assert opened.told == []
            assert opened.asked == []


def _written(factory: pytest.TempPathFactory, name: str, text: str) -> Path:
    file = factory.mktemp("report") / f"{name}.html"
    file.write_text(text, encoding="utf-8")
    return file
