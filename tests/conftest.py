"""What all tests share."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest

pytest_plugins = ["tests.plugins.engine", "tests.plugins.requirements"]

_SYSTEMS = [folder.name for folder in (Path(__file__).parents[1] / "systems").iterdir()]
#: What a file that is about one system names it by, in full or by its beginning.
_ABOUT = re.compile(r"tests/(?:systems/(\w+)/|docs/test_(\w+)_docs\.py)")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a system on one worker, and else those of a file, so that what they share is made once.

    A test's own ``xdist_group`` counts instead.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    """The system that a test's parameters or its file name, or the file."""
    parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    system = parameters.get("system", getattr(parameters.get("target"), "system", None))
    if system in ("", *_SYSTEMS):
        return system or "reference"
    file = item.nodeid.partition("::")[0]
    found = _ABOUT.match(file)
    about = (found[1] or found[2]).replace("_", "-") if found else ""
    return next((system for system in _SYSTEMS if about and system.startswith(about)), file)


def pytest_collection_finish() -> None:
    """Collect garbage seldom: modules and plans stay for the whole run, and each collection walks through them."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_unconfigure() -> None:
    """Collect once and leave the rest: pytest collects five times, and execnet interrupts who takes long."""
    gc.collect()
    gc.freeze()
