"""The report's text: its size, its colours, and what it is when a preview fails. Its looks are tested in a browser."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.review.browser.samples import HOSTILE, every_kind
from tests.review.build import BUCKET, entry, state, urn
from tests.support.stacks import ROOT, reviewed
from tierwise.preview.errors import ConfigError
from tierwise.review.diagram import architecture
from tierwise.review.diagram_svg import COLOURS, FAMILIES
from tierwise.review.report import failed_report, report
from tierwise.review.run import run
from tierwise.review.summary import Reviewed
from tierwise.targets import all_targets

#: What one report of everything may take, in bytes.
LIMIT = 2_000_000


def test_all_stacks_fit_into_one_small_file() -> None:
    reviews = [reviewed(target.system, target.stage) for target in all_targets(ROOT)]
    pictures = {review.target.key: architecture(review.plan.view()) for review in reviews}
    text = report([Reviewed(review.target.key, review.to_json()) for review in reviews], pictures)
    assert len(text.encode()) < LIMIT
    assert [target.key for target in all_targets(ROOT)] == re.findall(r'<th scope="row"><a href="#[^"]*">([^<]*)', text)


def test_it_loads_nothing_and_says_so_to_the_browser() -> None:
    stacks, pictures = every_kind()
    text = report(stacks, pictures)
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1))  # type: ignore[union-attr]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    page = Elements(text)
    loading = {"link", "iframe", "object", "embed", "img", "image", "base", "form", "audio", "video", "source"}
    assert not loading & {tag for tag, _ in page.found}
    assert not {"src", "srcset", "style", "onload", "onerror", "onclick"} & {
        name for _, attrs in page.found for name in attrs
    }
    assert not re.search(r"url\((?!#)|@import", text[text.index("<style>") : text.index("</style>")])
    # Links lead to the pages that decide, and to the report's own parts.
    links = [attrs["href"] for _, attrs in page.found if "href" in attrs]
    assert all(link.startswith(("#", "https://docs.aws.amazon.com/")) for link in links)


def test_each_line_of_the_cost_has_its_quantity_and_price() -> None:
    review = reviewed("pika", "prod")
    cost = review.to_json()["cost"]
    text = report([Reviewed("pika/prod", review.to_json())], {})
    line = next(line for line in cost["lines"] if line["quantity"] == 730 and line["resource"] == "database")
    price = f"{line['price']:.10f}".rstrip("0")
    assert (
        f'<td class="n">730</td><td>{line["unit"]}</td><td class="n">${price}</td>'
        f'<td class="n">${line["expected"]:.2f}</td>'
    ) in text
    assert "dataOutGb" in text  # the load that the configuration declares
    doubted = sum(1 for line in cost["lines"] if line["unconfirmed"])
    told = re.search(r"may be out of date: (.*?)\. <code>", text)
    assert sum(map(int, re.findall(r"(\d+) lines? ", told.group(1) if told else ""))) == doubted


def test_findings_come_with_reason_fix_and_page() -> None:
    finding = {
        "policy": "S3.9",
        "level": "mandatory",
        "severity": "medium",
        "urn": urn(BUCKET, "files"),
        "resource": "files",
        "type": BUCKET,
        "message": "files: keeps no access log. Fix: BucketLogging(…)",
    }
    refused = entry(state(BUCKET, "files")) | {"policies": [finding], "ok": False}
    text = report([Reviewed("prod", refused)], {})
    assert "<dt>files</dt>\n<dd>keeps no access log.<br><b>Fix</b> <code>BucketLogging(…)</code></dd>" in text
    assert "S3 general purpose buckets should have server access logging enabled" in text
    assert 'href="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-9"' in text
    assert text.count("1 finding<") == 1  # in the tree, at the resource


def test_the_same_stacks_give_the_same_report() -> None:
    assert report(*every_kind()) == report(*every_kind())


def test_a_preview_that_failed_is_a_report_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "report.html"
    with pytest.raises(ConfigError):
        run(["nowhere"], everything=False, json_file=None, judge=True, verbose=False, html_file=file)
    assert "The preview failed" in file.read_text()
    assert "nowhere  no such stack" in file.read_text()
    assert "<script>window" not in failed_report([HOSTILE])


def test_the_command_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    html, data = tmp_path / "report.html", tmp_path / "preview.json"
    assert run(["phoney/dev"], everything=False, json_file=data, judge=True, verbose=False, html_file=html) == 0
    assert "Previewing create" in capsys.readouterr().out
    assert "<h1>Review of phoney/dev</h1>" in html.read_text()
    assert json.loads(data.read_text())["stacks"]["phoney/dev"]["cost"]["total"] in html.read_text()
    assert run(["phoney/dev"], everything=False, json_file=None, judge=True, verbose=False, html_file=Path("-")) == 0
    assert capsys.readouterr().out == html.read_text()
    with pytest.raises(ConfigError, match="only one of them can have standard output"):
        run(["dev"], everything=False, json_file=Path("-"), judge=True, verbose=False, html_file=Path("-"))


@pytest.mark.parametrize("dark", [False, True])
def test_the_pictures_colours_stand_out(dark: bool) -> None:
    colours = {name: pair[dark] for name, pair in COLOURS.items()}
    for text in ("ink", "soft", "network"):
        for behind in ("paper", "layer") if text == "network" else ("paper", "layer", "group", "node", "chip"):
            assert contrast(colours[text], colours[behind]) >= 4.5, (text, behind)
    # Graphics need less (https://www.w3.org/TR/WCAG22/#non-text-contrast).
    for behind in ("paper", "layer", "group"):
        assert contrast(colours["link"], colours[behind]) >= 3, behind
    for family in FAMILIES.values():
        assert contrast("#ffffff", family) >= 3


class Elements(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def contrast(one: str, other: str) -> float:
    """As WCAG has it, from 1 to 21."""
    light, faint = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (faint + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
