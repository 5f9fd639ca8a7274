# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the drift report as a browser has it: a thousand hosts, sorted, filtered, dark, on paper, on a telephone, by keyboard."""

from __future__ import annotations

import base64
import collections
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._report import page as report_page
from ansible_collections.cloudwatch.agent.tests.support.browser import Page, browser
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._report.examples import fleet, observed, run

TEMPLATE = Path(report_page.__file__).with_name("page.html").read_text(encoding="utf-8")
FIRST, LAST = "ip-10-0-0-0.eu-west-1.compute.internal", "ip-10-0-3-249.eu-west-1.compute.internal"
SHOWN = "Array.from(document.querySelectorAll('#hosts tbody tr')).filter((row) => row.checkVisibility())"


@pytest.fixture(scope="module")
def opened() -> Iterator[Page]:
    with browser() as page:
        yield page


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a thousand hosts."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report_page.page(TEMPLATE, fleet(1000)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a few hosts, for what their number does not change."""
    path = tmp_path_factory.mktemp("page") / "small.html"
    path.write_text(report_page.page(TEMPLATE, fleet(16)), encoding="utf-8")
    return path


def just_opened(browser_page: Page, path: Path) -> Page:
    """A file on a large screen."""
    browser_page.show(1300)
    browser_page.requests.clear()
    browser_page.errors.clear()
    browser_page.open(path)
    return browser_page


@pytest.fixture
def page(opened: Page, file: Path) -> Page:
    return just_opened(opened, file)


@pytest.fixture
def small(opened: Page, small_file: Path) -> Page:
    return just_opened(opened, small_file)


def names(page: Page) -> list[str]:
    """The hosts that are shown, in their order."""
    found: list[str] = page.evaluate(f"{SHOWN}.map((row) => row.cells[0].textContent)")
    return found


def write(page: Page, text: str) -> None:
    """Write into the filter, as a person does."""
    page.evaluate("document.getElementById('filter').focus(); document.getElementById('filter').select()")
    page.call("Input.insertText", text=text)


def style(page: Page, selector: str, name: str) -> str:
    found: str = page.evaluate(f"getComputedStyle(document.querySelector({selector!r})).{name}")
    return found


def headings(page: Page) -> dict[str, str]:
    cells = "Array.from(document.querySelectorAll('#hosts thead th'))"
    found = page.evaluate(f"{cells}.map((th) => [th.textContent, th.getAttribute('aria-sort')])")
    return dict(found)


def luminance(color: str) -> float:
    """Of a color as computed styles have it, by WCAG."""
    parts = [int(part) / 255 for part in color[color.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(page: Page, selector: str) -> float:
    dark, light = sorted(luminance(style(page, *which)) for which in ((selector, "color"), ("body", "backgroundColor")))
    return (light + 0.05) / (dark + 0.05)


def test_it_asks_nobody_for_anything(page: Page, file: Path) -> None:
    page.evaluate("new Promise((done) => setTimeout(done, 0))")
    assert (page.requests, page.errors) == ([file.as_uri()], [])
    assert file.stat().st_size <= 1_000_000


REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
"""Attributes that name other elements by their ids."""
HOSTILE = "</td></table><p id='hosts' id=x>&nope; & \x1b[31m\x00 \ufdd0 <![CDATA[ <!-- \""
"""What a host could put into a message."""


def valid(text: str) -> None:
    """No error of the parser that the HTML standard defines; ids once, and only those referred to that there are."""
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    ids = collections.Counter(element.get("id") for element in document.iter() if element.get("id"))
    assert [name for name, times in ids.items() if times > 1] == []
    named = {name for element in document.iter() for key in REFERENCES for name in element.get(key, "").split()}
    assert named <= set(ids)


@pytest.mark.parametrize("hosts", [0, 1, 1000])
def test_it_is_valid_html(hosts: int) -> None:
    valid(report_page.page(TEMPLATE, fleet(hosts)))


def test_it_is_valid_html_whatever_hosts_say() -> None:
    valid(report_page.page(TEMPLATE, run({f"web-1 {HOSTILE}": {"observed": observed(unmanaged=[HOSTILE])}})))


def test_it_is_there_within_a_second(page: Page, file: Path) -> None:
    """Of the processor, so that what else this machine does makes no difference: parsing, layout, scripts."""
    page.call("Performance.enable", timeDomain="threadTicks")
    page.open(file)
    taken = {item["name"]: item["value"] for item in page.call("Performance.getMetrics")["metrics"]}
    page.call("Performance.disable")
    assert 0 < taken["TaskDuration"] <= 1


def test_another_script_does_not_run(opened: Page, tmp_path: Path) -> None:
    """Were a text not escaped, the policy would still not let it do anything."""
    text = report_page.page(TEMPLATE, run({"web-1": {"observed": observed(unmanaged=["MARK"])}}))
    bad = tmp_path / "bad.html"
    bad.write_text(text.replace("MARK", "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"))
    opened.open(bad)
    opened.evaluate("new Promise((done) => setTimeout(done, 0))")
    assert opened.evaluate("document.title") == report_page.TITLE
    assert [text for text in opened.errors if "Content Security Policy" in text]


def test_sorting(page: Page) -> None:
    """By a heading, up and then down; numbers as numbers, and the heading says how."""
    assert (names(page)[0], len(names(page))) == ("ip-10-0-0-5.eu-west-1.compute.internal", 1000)
    assert set(headings(page).values()) == {"none"}
    page.evaluate("document.querySelector('#hosts thead th:nth-of-type(1) button').click()")
    up = names(page)
    assert (up[0], up[2], up[-1]) == (FIRST, "ip-10-0-0-2.eu-west-1.compute.internal", LAST)
    assert headings(page)["Host"] == "ascending"
    page.evaluate("document.querySelector('#hosts thead th:nth-of-type(1) button').click()")
    assert (names(page), headings(page)["Host"]) == (up[::-1], "descending")
    page.evaluate("document.querySelector('#hosts thead th:nth-of-type(2) button').click()")
    states = page.evaluate(f"{SHOWN}.map((row) => row.cells[1].textContent)")
    assert (states[0], states[125], states[-1]) == ("unreachable", "differs", "converged")
    assert [said for said in headings(page).values() if said != "none"] == ["ascending"]
    # What is not known comes last, whichever way the rest goes.
    for _way in ("ascending", "descending"):
        page.evaluate("document.querySelector('#hosts thead th:nth-of-type(4) button').click()")
        assert page.evaluate(f"{SHOWN}.map((row) => row.cells[3].textContent)")[-125:] == [""] * 125


def test_filtering(page: Page) -> None:
    """By words, of which each has to be there, and by state; how many are left is announced."""
    write(page, "10-0-2- ACCESSdenied")
    found = names(page)
    assert (len(found), {name[:9] for name in found}) == (31, {"ip-10-0-2"})
    assert page.evaluate("document.getElementById('shown').textContent") == "31 of 1000 hosts shown"
    page.evaluate(
        "document.getElementById('state').value = 'unreachable'; document.getElementById('state').dispatchEvent(new Event('change'))"
    )
    assert names(page) == []
    write(page, "10-0-2-")
    assert len(names(page)) == 32
    page.evaluate("document.querySelector('#hosts thead th:nth-of-type(1) button').click()")
    assert len(names(page)) == 32


def test_the_keyboard(small: Page) -> None:
    """Filter, state and headings are reached one after the other, each is seen to be, and works."""
    reached: list[Any] = []
    for _press in range(10):
        small.key("Tab")
        reached.append(small.evaluate("document.activeElement.id || document.activeElement.textContent"))
        assert small.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert reached == ["filter", "state", *headings(small)]
    small.key("Enter", "\r")
    assert headings(small)["Telemetry"] == "ascending"


@pytest.mark.parametrize("width", [1300, 360])
def test_what_a_screen_reader_is_given(small: Page, width: int) -> None:
    """A table with its name, headings and cells, on a telephone as well; controls with their names."""
    small.show(width)
    write(small, f"{FIRST} running")
    nodes = [node for node in small.call("Accessibility.getFullAXTree")["nodes"] if not node.get("ignored")]
    found = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes]
    assert [name for role, name in found if role == "table"] == ["Hosts", "Configurations"]
    assert ("columnheader", "Differences") in [(role, name.strip(" ↕")) for role, name in found]
    assert ("rowheader", FIRST) in found
    # Of the one host that is shown, and of the one configuration.
    assert len([role for role, _name in found if role in ("cell", "gridcell")]) == 7 + 3
    assert ("searchbox", "Filter hosts") in found
    assert ("combobox", "State") in found
    (status,) = [node for node in nodes if node["role"]["value"] == "status"]
    assert {item["name"]: item["value"]["value"] for item in status["properties"]}["live"] == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_are_both_readable(small: Page, scheme: str) -> None:
    small.show(1300, scheme=scheme)
    assert (luminance(style(small, "body", "backgroundColor")) > 0.5) == (scheme == "light")
    for selector in ("body", "caption", ".faint", "#hosts .differs td", "#hosts .converged td", "#hosts td:nth-of-type(3)", "input"):
        assert contrast(small, selector) >= 4.5, selector


def test_a_telephone(small: Page) -> None:
    """Nothing is beside the screen, every cell says what it is, and headings still sort."""
    small.show(360)
    assert small.evaluate("document.documentElement.scrollWidth") <= 360
    assert (
        small.evaluate("Math.max(...Array.from(document.querySelectorAll('td, th')).map((cell) => cell.getBoundingClientRect().right))")
        <= 360
    )
    labels = "Array.from(document.querySelector('#hosts .differs').cells).slice(1).map((td) => getComputedStyle(td, '::before').content)"
    assert small.evaluate(labels) == [f'"{name}:"' for name in list(headings(small))[1:]]
    small.evaluate("document.querySelector('#hosts thead th:nth-of-type(1) button').click()")
    assert names(small)[0] == FIRST


def test_paper(page: Page) -> None:
    """The rows that are chosen, black on white, with the heading on every page and without the controls."""
    write(page, "10-0-2-")
    page.show(1000, scheme="dark", media="print")
    assert (style(page, "#controls", "display"), style(page, "thead", "display")) == ("none", "table-header-group")
    assert (style(page, "body", "backgroundColor"), style(page, "#hosts .differs td", "color")) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
    assert len(names(page)) == 250
    page.show(1000, media="")
    pdf = base64.b64decode(page.call("Page.printToPDF", preferCSSPageSize=True)["data"])
    assert pdf.startswith(b"%PDF-")
    # Not a page of a thousand cards, nor one that is cut off.
    assert 10 <= pdf.count(b"/Type /Page\n") <= 60


def test_without_scripts(opened: Page, small_file: Path) -> None:
    """All there is, in the order of the report, and no control that would do nothing."""
    opened.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        opened.open(small_file)
        nodes = opened.call("Accessibility.getFullAXTree")["nodes"]
    finally:
        opened.call("Emulation.setScriptExecutionDisabled", value=False)
    roles = [node["role"]["value"] for node in nodes if not node.get("ignored")]
    assert roles.count("rowheader") == 16 + 1
    assert not {"searchbox", "button"} & set(roles)
