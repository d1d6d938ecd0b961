"""The coverage table counts what it should, alone and under pytest-xdist."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.requirements import InventoryError, load, nearest

pytest_plugins = ["pytester"]

ROWS = """
system: shop
rows:
  - {id: SHOP-01, level: MUST, stages: [prod], checks: [plan], title: "Network"}
  - {id: SHOP-02, level: MUST, stages: [prod], checks: [plan, app, ops], title: "Health"}
  - {id: SHOP-03, level: FUTURE, stages: [prod], checks: [doc], title: "Growth"}
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with three rows of a system that ships."""
    (pytester.path / "docs" / "requirements").mkdir(parents=True)
    (pytester.path / "docs" / "requirements" / "shop.yaml").write_text(ROWS)
    (pytester.path / "systems" / "shop").mkdir(parents=True)
    (pytester.path / "systems" / "shop" / "Pulumi.yaml").touch()
    pytester.makeini(
        "[pytest]\naddopts = -p tests.plugins.requirements --import-mode=importlib\nmarkers =\n    requirement(id)"
    )
    return pytester


def write(project: pytest.Pytester, files: Mapping[str, str]) -> None:
    """Write test files by path, each with pytest imported."""
    for name, body in files.items():
        path = project.path / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("import pytest\n" + body)


PASSING = """
@pytest.mark.requirement("SHOP-01")
@pytest.mark.requirement("SHOP-02")
def test_plan(): pass
"""


@pytest.mark.parametrize("arguments", [(), ("-n1",)], ids=["alone", "xdist"])
def test_a_whole_run_prints_the_table_and_what_is_open(project: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    write(
        project,
        {
            "systems/test_a.py": PASSING,
            "workloads/test_b.py": "@pytest.mark.requirement('SHOP-02')\ndef test_app(): pass",
        },
    )
    result = project.runpytest("tests", *arguments)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*requirements*",
            "system * level * rows * covered * partly * failed * open",
            "shop * MUST  *  2 *  1 * 1 * 0 * 0",
            "shop * FUTURE * 1 * 0 * 0 * 0 * 1",
            "open, shop MUST: SHOP-02 (ops)",
            "open, shop FUTURE: SHOP-03",
        ]
    )


def test_one_failed_test_fails_the_row_although_another_passed(project: pytest.Pytester) -> None:
    write(
        project,
        {
            "systems/test_a.py": PASSING,
            "systems/test_b.py": "@pytest.mark.requirement('SHOP-01')\ndef test_no(): assert 0",
        },
    )
    result = project.runpytest("tests")
    result.stdout.fnmatch_lines(["shop * MUST * 2 * 0 * 1 * 1 * 0", "failed SHOP-01 Network: *test_b.py::test_no"])


@pytest.mark.parametrize("body", ["pytest.skip('later')", "pytest.xfail('later')"])
def test_a_skipped_or_expectedly_failing_test_covers_nothing(project: pytest.Pytester, body: str) -> None:
    write(
        project,
        {
            "systems/test_a.py": f"@pytest.mark.requirement('SHOP-01')\ndef test_later(): {body}",
            "docs/test_b.py": "@pytest.mark.requirement('SHOP-03')\ndef test_doc(): pass",
        },
    )
    result = project.runpytest("tests")
    result.stdout.fnmatch_lines(["open, shop MUST: SHOP-01, SHOP-02"])


def test_a_failing_fixture_fails_the_row(project: pytest.Pytester) -> None:
    body = """
@pytest.fixture
def broken(): raise RuntimeError
@pytest.mark.requirement("SHOP-01")
def test_it(broken): pass
"""
    write(project, {"systems/test_a.py": body})
    project.runpytest("tests").stdout.fnmatch_lines(["failed SHOP-01*"])


def test_part_of_the_tests_says_nothing_about_open_rows(project: pytest.Pytester) -> None:
    write(project, {"systems/test_a.py": PASSING})
    result = project.runpytest("tests/systems")
    result.stdout.fnmatch_lines(["this part of the tests: 1 rows covered, 1 partly, 0 failed*"])
    result.stdout.no_fnmatch_line("open, *")


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("'SHOP-1'", "no requirement row SHOP-1; did you mean SHOP-01[?]"),
        ("'SHOP-02', check='doc'", "SHOP-02 is shown by plan, app, ops, not by doc*"),
        ("'SHOP-01', 'SHOP-02'", "*one marker a row"),
    ],
)
def test_a_marker_that_names_no_row_fails_collection(project: pytest.Pytester, marker: str, message: str) -> None:
    write(project, {"systems/test_a.py": f"@pytest.mark.requirement({marker})\ndef test_it(): pass"})
    result = project.runpytest("tests")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*test_a.py::test_it: {message}"])


def test_a_test_that_states_its_kind_counts_for_that_kind(project: pytest.Pytester) -> None:
    write(project, {"other/test_a.py": "@pytest.mark.requirement('SHOP-02', check='ops')\ndef test_it(): pass"})
    project.runpytest("tests").stdout.fnmatch_lines(["open, shop MUST: SHOP-01, SHOP-02 (plan, app)"])


def test_a_system_that_does_not_ship_has_no_open_list(project: pytest.Pytester) -> None:
    (project.path / "systems" / "shop" / "Pulumi.yaml").unlink()
    write(project, {"systems/test_a.py": PASSING})
    result = project.runpytest("tests")
    result.stdout.fnmatch_lines(["shop * MUST*"])
    result.stdout.no_fnmatch_line("open, *")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROWS.replace("FUTURE", "LATER"), "SHOP-03: level is .'LATER'."),
        (ROWS.replace("SHOP-03", "SHOP-01"), "SHOP-01 occurs twice"),
        (ROWS.replace("stages: [prod], checks: [doc]", "checks: [doc]"), "SHOP-03: 'stages' is missing"),
        (ROWS.replace("[doc]", "[]"), "SHOP-03: checks is empty"),
    ],
)
def test_a_wrong_inventory_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "shop.yaml").write_text(text)
    with pytest.raises(InventoryError, match=message):
        load(tmp_path)


def test_the_nearest_id_ignores_case() -> None:
    assert nearest("pika-32", ["PIKA-32", "PIKA-33"]) == "PIKA-32"
    assert nearest("nothing like it", ["PIKA-32"]) is None


@pytest.mark.parametrize(
    ("system", "must", "derived", "should", "future"),
    [
        ("askiam", 87, 15, 15, 2),
        ("ec2-manager", 97, 7, 19, 11),
        ("phoney", 57, 5, 10, 3),
        ("pika", 87, 13, 14, 9),
        ("pratikoai-mcp", 104, 18, 27, 11),
    ],
)
def test_no_row_was_lost(
    pytestconfig: pytest.Config, system: str, must: int, derived: int, should: int, future: int
) -> None:
    rows = [row for row in load(pytestconfig.rootpath / "docs" / "requirements").values() if row.system == system]
    count = {level: sum(row.level == level for row in rows) for level in ("MUST", "SHOULD", "FUTURE")}
    assert count == {"MUST": must, "SHOULD": should, "FUTURE": future}
    assert sum(row.derived for row in rows) == derived
