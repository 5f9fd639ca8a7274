# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the pictures of terminals in the documentation anew: tests/tools/run python tests/support/terminal_pictures.py

Three runs against a lab of three hosts: a check that finds a mistake, site.yml to its end, and a roll-out whose canary fails. Their output
becomes SVG. It takes about a minute.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.cloudwatch.agent.tests.support.lab_site import Site, memory
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "images"
COLUMNS = 116
NAME = "AmazonCloudWatch-web"
SETTINGS = {"ANSIBLE_FORCE_COLOR": "true", "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml", "COLUMNS": str(COLUMNS)}
# Dark by itself, so that it can be read on a light page and on a dark one; tests/unit/docs/test_pictures.py measures the contrast.
THEME = TerminalTheme(
    (22, 27, 34),
    (225, 228, 232),
    [(110, 118, 129), (255, 123, 114), (86, 211, 100), (227, 179, 65), (121, 192, 255), (210, 168, 255), (86, 212, 221), (225, 228, 232)],
    [(139, 148, 158), (255, 161, 152), (126, 231, 135), (242, 204, 96), (165, 214, 255), (226, 197, 255), (118, 227, 234), (255, 255, 255)],
)
# Rich's own template loads a font from the network.
TEMPLATE = """<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px ui-monospace, Menlo, "DejaVu Sans Mono", monospace; white-space: pre; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">
{matrix}
</g></g>
</svg>
"""


class Part(NamedTuple):
    """Lines of the output, from the first that begins with one text to the next that begins with the other ('' for the end)."""

    first: str
    last: str = ""


REPORT = Part("TASK [cloudwatch.agent.config : Report on the configurations", "1 configuration: ")
PLAN = Part("Roll-out: ", "  batch 2: ")
TABLE = Part("TASK [cloudwatch.agent.verify : Account for every host]", "3 hosts: ")
FAILURE = Part("fatal: ")
PARTS = {"check": (REPORT, FAILURE), "site": (TABLE, Part("PLAY RECAP")), "rollout": (PLAN, TABLE, FAILURE)}
"""By playbook, what its picture shows."""


def shown(output: str, parts: tuple[Part, ...]) -> str:
    """The parts of an output in their order, with … for what lies between."""
    lines = [line.rstrip() for line in output.splitlines()]
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    found: list[str] = []
    at = 0
    for part in parts:
        first = next(number for number in range(at, len(lines)) if plain[number].startswith(part.first))
        at = next((number + 1 for number in range(first, len(lines)) if part.last and plain[number].startswith(part.last)), len(lines))
        found += ["\x1b[90m…\x1b[0m", "", *lines[first:at], ""]
    return "\n".join(found).rstrip()


def picture(playbook: str, command: str, output: str) -> str:
    """A command and what it has printed, as SVG."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor", legacy_windows=False)
    console.print(Text.from_ansi(f"\x1b[1m$ {command}\x1b[0m\n{shown(output, PARTS[playbook])}"))
    drawn = console.export_svg(title=f"cloudwatch.agent.{playbook}", theme=THEME, code_format=TEMPLATE, unique_id=f"terminal-{playbook}")
    return re.sub(r"[ \t]+$", "", drawn, flags=re.MULTILINE)


def files(*paths: str, days: int = 30) -> dict[str, Any]:
    """A fragment that collects log files of a web server."""
    collected = [
        {"file_path": f"/var/log/web/{path}", "log_group_name": f"/web/{Path(path).stem}", "retention_in_days": days} for path in paths
    ]
    return {"logs": {"logs_collected": {"files": {"collect_list": collected}}}}


def run(site: Site, playbook: str, web: dict[str, Any], status: int) -> None:
    """Run a playbook on hosts with this fragment, and write its picture."""
    site.inventory = site.ec2_inventory(
        {
            "cw_agent_config_name": NAME,
            "cw_agent_fragment_base": memory(10),
            "cw_agent_fragment_web": web,
            "cw_agent_bake_seconds": 10,
            "cw_agent_verify_timeout": 30,
            "cw_agent_alarms": {},
        }
    )
    output, errors = site.start(playbook=f"cloudwatch.agent.{playbook}").communicate()
    assert "PLAY RECAP" in output and (status == 0) == ("failed=1" not in output), output + errors
    command = f"ansible-playbook -i inventory cloudwatch.agent.{playbook}"
    (IMAGES / f"terminal-{playbook}.svg").write_text(picture(playbook, command, output), encoding="utf-8")


def main() -> None:
    """Write every picture."""
    os.environ.update(SETTINGS)
    with tempfile.TemporaryDirectory() as scratch:
        site = Site("terminal-pictures", Path(scratch))
        try:
            site.up("--ec2", "3")
            for number in range(1, 4):
                site.on(
                    f"ec2-{number}",
                    "mkdir -p /var/log/web && cd /var/log/web && seq 3 > access.log && echo login > audit.log && chmod 600 audit.log",
                )
            run(site, "check", files("access.log", days=10), 2)
            run(site, "site", files("access.log"), 0)
            run(site, "rollout", files("access.log", "audit.log"), 2)
        finally:
            site.lab("down")


if __name__ == "__main__":
    main()
