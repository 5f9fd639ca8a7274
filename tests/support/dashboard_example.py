# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture in the documentation: a dashboard of three hosts in whose last hour one runs out of memory.

tests/tools/run python tests/support/dashboard_example.py writes it anew; with --png FILE as PNG as well.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.dashboards import generated, merged
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.graph import Curve
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.picture import Data, picture
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.questions import counts
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.shapes import Drawing, svg
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.picture import png
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import item

FILE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "images" / "dashboard.svg"
END = 1_767_268_800.0
HOURS = 3
HOSTS = ("i-0a1b2c3d4e5f60718", "i-0f9e8d7c6b5a43210", "i-00aa11bb22cc33dd4")
PLUGINS: dict[str, Any] = {
    "mem": {"measurement": ["used_percent"]},
    "disk": {"measurement": ["used_percent"], "resources": ["/"]},
    "swap": {"measurement": ["used_percent"]},
    "cpu": {"measurement": ["usage_idle"]},
    "net": {"measurement": ["bytes_recv", "bytes_sent"]},
}
STATES = {
    "CWAgent-disk": "OK",
    "CWAgent-memory": "ALARM",
    "errors-/web/app": "ALARM",
    "silent-AmazonCloudWatch-web": "OK",
    "CWAgent-cpu": "OK",
}
LINES = (
    "web[812]: ERROR 502 for GET /cart: upstream timed out",
    "web[812]: FATAL out of memory: worker 7 was killed",
    "web[812]: ERROR queue is full",
)


def drawn() -> Drawing:
    """The drawing, from what CloudWatch could have had."""
    arns = [f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cw-agent-{name}" for name in STATES]
    files = [{"file_path": "/var/log/app.log", "log_group_name": "/web/app"}]
    configuration = item(PLUGINS, hosts=("web-1", "web-2", "web-3"), region="eu-west-1", logs=files)
    note = {
        "type": "text",
        "width": 24,
        "height": 2,
        "properties": {"markdown": "### Written by hand\nRunbook: https://wiki.example.com/fleet"},
    }
    widgets = merged(generated([configuration], {"eu-west-1": arns}), [note])
    titles = {number: str(one["properties"].get("title", "")) for number, one in enumerate(widgets)}
    curves = {number: _curves(title) for number, title in titles.items() if widgets[number]["type"] == "metric"}
    counted = counts((at for at, _text in _lines()), 300, END - HOURS * 3600, END)
    curves |= {number: [Curve("lines", tuple(counted), period=300)] for number, title in titles.items() if title == "Lines with errors"}
    lines = {number: _lines() for number, title in titles.items() if title == "Latest errors"}
    states = {("eu-west-1", f"cw-agent-{name}"): state for name, state in STATES.items()}
    return picture("fleet", {"widgets": widgets}, Data(END - HOURS * 3600, END, curves, states, lines))


def _curves(title: str) -> list[Curve]:
    start = END - HOURS * 3600
    base, swing = {"CPU:": (70, 20), "Memo": (52, 6), "Disk": (61, 2), "Swap": (4, 3), "Netw": (2.4e6, 1.1e6)}[title[:4]]
    found = []
    for number, host in enumerate(HOSTS):
        points = []
        for step in range(HOURS * 60):
            value = base * (1 - 0.12 * number) + swing * math.sin(step / (11 + 5 * number)) + swing / 4 * math.sin(step * (1.7 + number))
            if title.startswith("Memory") and number == 2 and step > 110:
                value += (step - 110) * 0.75
            points.append((start + step * 60, round(min(value, 99.0) if base < 100 else value, 3)))
        found.append(Curve(host, tuple(points), period=60))
    return found


def _lines() -> list[tuple[float, str]]:
    return [(END - 40 - number * 97, LINES[number % len(LINES)]) for number in range(12)]


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(svg(drawn()), encoding="utf-8")
    if sys.argv[1:2] == ["--png"]:
        Path(sys.argv[2]).write_bytes(png(drawn()))
