# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drift report of a run in one controller task: shown, written as JSON, HTML and Prometheus' text, and failed where hosts differ."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._report import page
from ansible_collections.cloudwatch.agent.plugins.module_utils._report.document import message, report
from ansible_collections.cloudwatch.agent.plugins.module_utils._report.prometheus import exposition
from ansible_collections.cloudwatch.agent.plugins.module_utils._report.table import table
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.actions import ControllerAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.files import json_text, replace_text
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.inventory import observations

ARGUMENTS: dict[str, dict[str, Any]] = {
    "plan": {"type": "dict", "required": True},
    "releases": {"type": "dict", "required": True},
    "observed": {"type": "dict"},
    "telemetry": {"type": "dict", "default": {}},
    "permissions": {"type": "dict", "default": {}},
    "associations": {"type": "dict", "default": {}},
    "table": {"type": "bool", "default": False},
    "json_file": {"type": "path"},
    "html_file": {"type": "path"},
    "prometheus_file": {"type": "path"},
    "fail_on_difference": {"type": "bool", "default": True},
}
TEMPLATE = Path(page.__file__).with_name("page.html")


class ActionModule(ControllerAction):
    """The controller's side of cw_agent_report; neither a host nor AWS is contacted."""

    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the report; fail with one message where a host differs."""
        plan, observed = options["plan"], options["observed"]
        if observed is None:
            observed = observations(self.variables["hostvars"], plan["hosts"])
        releases, telemetry, permissions = options["releases"], options["telemetry"], options["permissions"]
        found = report(plan, observed, releases, telemetry, permissions, time.time(), options["associations"])
        lines = table(found)
        if options["table"] and not self._task.no_log:
            self._display.display("\n".join(lines))
        if not self._task.check_mode:
            self._write(options, found)
        text = message(found)
        if text and options["fail_on_difference"]:
            # Not the whole report: a failed task prints its result.
            return self.failed(text, totals=found["totals"])
        return {"changed": False, **found, "table": lines, "msg": text}

    @staticmethod
    def _write(options: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        if options["json_file"]:
            replace_text("json_file", Path(options["json_file"]), json_text(found))
        if options["html_file"]:
            text = page.page(TEMPLATE.read_text(encoding="utf-8"), found)
            replace_text("html_file", Path(options["html_file"]), text)
        if options["prometheus_file"]:
            replace_text("prometheus_file", Path(options["prometheus_file"]), exposition(found))
