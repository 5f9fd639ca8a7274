# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page as text: escaping, structure, size. What a browser makes of it: tests/integration/test_report_page.py."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._report import page
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._report.examples import (
    BEHIND,
    LOST,
    association,
    configuration,
    evaluation,
    fleet,
    observed,
    run,
)

TEMPLATE = Path(page.__file__).with_name("page.html").read_text(encoding="utf-8")
HOSTILE = "</td></table></script><script>alert(1)</script><img src=x onerror=alert(2)> & \"quoted\" 'name' $title ${x}"


class Reader(HTMLParser):
    """Elements with their attributes, and the texts of cells by row."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self._open = self._open or tag in ("td", "th")

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][-1] += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def read(found: dict[str, Any]) -> tuple[Reader, str]:
    text = page.page(TEMPLATE, found)
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader, text


def test_rows_in_the_order_of_the_report() -> None:
    reader, _text = read(run({"web-1": {}, "web-2": BEHIND, "web-3": LOST}))
    heading, first, second, third = reader.rows[:4]
    assert heading == ["Host", "State", "Differences", "Build", "Configuration", "Service", "Credentials", "Telemetry"]
    assert first == ["web-3", "unreachable", "ssh: connect to host: Connection timed out", "", "", "", "", ""]
    assert second[:3] == ["web-2", "differs", "configuration: version 2, live is version 3"]
    assert third == [
        "web-1",
        "converged",
        "",
        "1.300064.1b1344",
        "AmazonCloudWatch-web:3",
        "running",
        "role web-role until 2026-01-01 02:00Z",
        "verified, 2025-12-31 23:59Z",
    ]
    assert reader.rows[4:] == [
        ["Configuration", "Live", "Inventory", "Hosts"],
        ["us-east-1/AmazonCloudWatch-web", "version 3", "version 3", "3"],
    ]


def test_the_text_of_others_stays_text() -> None:
    """A host's name, a message and a reason may hold anything: the elements are those of a harmless report."""
    lost = {"observed": {"unreachable": True, "msg": HOSTILE}, "use": {}}
    bad = {"observed": observed(unmanaged=[HOSTILE]), "telemetry": evaluation(HOSTILE, "missing", cause=HOSTILE)}
    reader, text = read(run({HOSTILE: bad, "lost": lost}, configurations=[configuration(name=HOSTILE)]))
    harmless = {"observed": observed(unmanaged=["a"]), "telemetry": evaluation("a", "missing", cause="b")}
    same, _text = read(run({"a": harmless, "lost": LOST}))
    # All but the policy's attributes, which are the template's: no text of others stands in an attribute.
    assert reader.elements == same.elements
    assert [row[0] for row in reader.rows[1:3]] == ["lost", HOSTILE]
    assert reader.rows[1][2] == HOSTILE
    assert "<img" not in text
    assert len(re.findall("<script", text)) == 1


def test_what_is_long_is_cut_and_what_is_much_is_counted() -> None:
    names = [f"file_{number}_{'x' * 300}.json" for number in range(9)]
    reader, _text = read(run({"web-1": {"observed": observed(unmanaged=names)}}, configurations=[configuration(1, 4)]))
    assert reader.rows[1][2].endswith("and 8 more")
    assert max(map(len, reader.rows[1])) < page.LONGEST * page.MOST + 20
    assert reader.named("ul")


def test_states_and_configurations_that_are_there() -> None:
    reader, _text = read(run({"web-1": {}, "web-2": LOST}, configurations=[configuration(0, 0), configuration(1, 4, on_hold=True)]))
    assert [option["value"] for option in reader.named("option")] == ["", "unreachable", "differs"]
    assert [row[1:3] for row in reader.rows[4:]] == [["none", "not published"], ["version 1", "version 4, on hold"]]


def test_tables_labels_and_language() -> None:
    reader, text = read(run({"web-1": {"association": association()}}))
    assert reader.named("html") == [{"lang": "en"}]
    assert len(reader.named("caption")) == len(reader.named("table")) == 2
    assert {heading["scope"] for heading in reader.named("th")} == {"col", "row"}
    labels = re.findall(r"<label>[^<]+<(?:input|select)", text)
    assert len(labels) == len(reader.named("input")) + len(reader.named("select")) == 2
    # On small screens the headings stand before the cells.
    for name in ("hosts", "configurations"):
        (headings,) = re.findall(rf'<table id="{name}">.*?<thead>(.*?)</thead>', text, re.DOTALL)
        count = len(re.findall("<th", headings)) - 1
        shown = re.findall(rf'#{name} td:nth-of-type\((\d)\)::before {{ content: "\w+:"', text)
        assert shown == [str(number + 1) for number in range(count)]


def test_nobody_is_asked_for_anything_and_only_the_template_runs() -> None:
    reader, text = read(fleet(3))
    addresses = [value for _tag, attributes in reader.elements for key, value in attributes.items() if key in ("href", "src", "action")]
    assert addresses == ["data:,"]
    (style,), (script,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL), re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert not re.search(r"url\(|@import", style)
    (policy,) = [str(meta["content"]) for meta in reader.named("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    for name, part in (("style", style), ("script", script)):
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_a_thousand_hosts_are_less_than_a_megabyte() -> None:
    assert len(page.page(TEMPLATE, fleet(1000)).encode()) < 400_000
    names = [f"{number}-{'x' * 300}" for number in range(9)]
    worst = {f"ip-10-0-0-{number}.eu-west-1.compute.internal": {"observed": observed(unmanaged=names)} for number in range(1000)}
    assert len(page.page(TEMPLATE, run(worst)).encode()) <= 1_000_000


def test_a_column_of_associations_where_there_are_any() -> None:
    reader, _text = read(run({"web-1": {"association": association(2)}, "web-2": {}, "web-3": {"unread": "<may> not read"}}))
    assert [row[8] for row in reader.rows[:4]] == [
        "Association",
        "Success, AmazonCloudWatch-web:2 (live is 3)",
        "",
        "not known: <may> not read",
    ]
    assert len(read(run({"web-1": {}}))[0].rows[0]) == 8
