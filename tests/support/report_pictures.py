# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the pictures of the drift report in the guide anew: tests/tools/run python tests/support/report_pictures.py

A small fleet that is well but for a few hosts, on a large screen, in the dark, and on a telephone.
"""

from __future__ import annotations

import pathlib
import tempfile
from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._report import page as report_page
from ansible_collections.cloudwatch.agent.tests.support.browser import browser
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._report.examples import (
    BEHIND,
    LOST,
    STOPPED,
    evaluation,
    observed,
    run,
)

IMAGES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "images"
PICTURES = {"report": (1400, 700, "light"), "report-dark": (1400, 700, "dark"), "report-telephone": (360, 700, "light")}
"""By name, width and height of the screen in CSS pixels, and its scheme."""
LICENSE = "SPDX-License-Identifier: GPL-3.0-or-later\n"


def fleet() -> dict[str, Any]:
    """The report that is shown."""
    denied = "the agent may not call logs:PutLogEvents"
    hosts: dict[str, dict[str, Any]] = {f"web-{number}": {} for number in range(1, 6)}
    hosts |= {"db-1": {}, "db-2": BEHIND, "batch-1": LOST, "plant-1": STOPPED}
    hosts["web-4"] = {"telemetry": evaluation("", "missing", cause=denied, hint="allow it to the role web-role")}
    hosts["plant-2"] = {
        "observed": observed(
            common_config={"profile": "AmazonCloudWatchAgent", "file": "", "keys_expire_at": None},
            identity={"role": "", "no_keys": "", "keys_expire_at": None},
        )
    }
    return run({name: {**said, "telemetry": {**said.get("telemetry", evaluation("")), "host": name}} for name, said in hosts.items()})


def main() -> None:
    """Write every picture, with its licence beside it."""
    template = pathlib.Path(report_page.__file__).with_name("page.html").read_text(encoding="utf-8")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, browser() as page:
        file = pathlib.Path(directory) / "report.html"
        file.write_text(report_page.page(template, fleet()), encoding="utf-8")
        for name, (width, height, scheme) in PICTURES.items():
            page.show(width, height, scheme)
            page.open(file)
            (IMAGES / f"{name}.png").write_bytes(page.screenshot())
            (IMAGES / f"{name}.png.license").write_text(LICENSE)


if __name__ == "__main__":
    main()
