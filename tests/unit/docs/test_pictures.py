# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the pages: each is described and small, and terminals show what the product says today."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from agent_guides import answer
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.canaries import Waves, lines
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.gates import Failure, stopped_message
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.table import table

RST = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst"
IMAGES = RST / "images"
TERMINALS = sorted(IMAGES.glob("terminal-*.svg"))
SHOWN = re.compile(r"^( *)\.\. image:: (\S+)\n((?:\1 +.*\n)*)", re.MULTILINE)
AGAIN = "run: tests/tools/run python tests/support/terminal_pictures.py"
MISTAKE = """
cw_agent_fragment_web:
  logs:
    logs_collected:
      files:
        collect_list:
          - {file_path: /var/log/web/access.log, log_group_name: /web/access, retention_in_days: 10}
"""
UNREADABLE = "/var/log/web/audit.log is not readable for cwagent"


def words(name: str) -> str:
    """What a terminal shows, one space between words: where a line is broken depends on its length."""
    drawn = ElementTree.parse(IMAGES / f"terminal-{name}.svg")
    return " ".join(" ".join(drawn.getroot().itertext()).replace("\xa0", " ").split())


def luminance(color: str) -> float:
    """Of a color as #rrggbb, by WCAG."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_picture_is_on_a_page_and_described() -> None:
    found = {}
    for page in RST.glob("*.rst"):
        for _indent, image, options in SHOWN.findall(page.read_text(encoding="utf-8")):
            found[image] = " ".join(options.partition(":alt:")[2].partition(":width:")[0].split())
    assert set(found) == {f"images/{file.name}" for file in IMAGES.iterdir() if file.suffix != ".license"}
    assert [image for image, alternative in found.items() if len(alternative) < 20] == []


@pytest.mark.parametrize("file", TERMINALS, ids=lambda file: file.stem)
def test_a_terminal_is_small_and_asks_for_nothing(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text) < 40_000
    assert re.findall(r"url\((?!#)|href|@import|<script|@font-face", text) == []


@pytest.mark.parametrize("file", TERMINALS, ids=lambda file: file.stem)
def test_a_terminal_can_be_read(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    (background,) = re.findall(r'<rect fill="(#\w{6})"', text)
    colors = re.findall(r"\.[\w-]+-r\d+ \{ fill: (#\w{6})", text)
    assert len(colors) > 2
    for color in colors:
        dark, light = sorted((luminance(color), luminance(background)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, color


@pytest.mark.parametrize("file", TERMINALS, ids=lambda file: file.stem)
def test_a_terminal_shows_nothing_of_the_machine(file: Path) -> None:
    shown = words(file.stem.removeprefix("terminal-"))
    assert re.findall(r"/(?:root|home|tmp|work|usr|opt|srv|var/(?!log/web/))\S*|\bView-\S*|ansible_collections", shown) == []


def test_the_check_says_this_today() -> None:
    problem = answer(MISTAKE).splitlines()[2]
    assert problem.startswith("* /logs/") and problem in words("check"), AGAIN


def test_site_ends_like_this_today() -> None:
    shown = words("site")
    rows = re.findall(r"(ec2-\d) verified EC2 (\S+) (AmazonCloudWatch-web:1) running /web/access \(3\) mem_used_percent (\S+)", shown)
    assert sorted(host for host, *_cells in rows) == ["ec2-1", "ec2-2", "ec2-3"]
    entries = [
        {
            "host": host,
            "state": "verified",
            "cause": "",
            "mode": "ec2",
            "build": build,
            "service": "running",
            "configurations": [name],
            "streams": [{"log_group_name": "/web/access", "log_stream_name": host, "state": "arrived", "events": 3, "cause": ""}],
            "metrics": [{"name": "mem_used_percent", "state": "arrived", "value": float(value), "cause": ""}],
            "unverified": [],
        }
        for host, build, name, value in rows
    ]
    assert " ".join(" ".join(table(entries)).split()) in shown, AGAIN


def test_a_roll_out_says_this_today() -> None:
    shown = words("rollout")
    (canary,) = re.findall(r"canaries: 1 host: (ec2-\d)", shown)
    (first,), (second,) = re.findall(r"batch 1: 1 host: (ec2-\d)", shown), re.findall(r"batch 2: 1 host: (ec2-\d)", shown)
    order = Waves(canaries=[canary], changing=[canary], rest=[first, second], candidates=["one"])
    assert " ".join(" ".join(lines(order, [[first], [second]], 3)).split()) in shown, AGAIN
    (reason,) = set(
        re.findall(rf"gate telemetry: ([^*]*?{re.escape(UNREADABLE)}.*?)(?= ec2-\d: the configuration)", shown.partition("fatal:")[2])
    )
    message = stopped_message(
        [Failure(canary, "telemetry", reason)], {canary: "the configuration before is active again"}, ["AmazonCloudWatch-web"], [], {}
    )
    assert " ".join(message.split()) in shown, AGAIN
