# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of a dashboard, as SVG and PNG, in one controller task."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import dashboards as calls
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.picture import picture
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.questions import seconds_shown
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.shapes import Drawing, svg
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.files import replace_bytes
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.picture import png, read

ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "svg": {"type": "path", "default": ""},
    "png": {"type": "path", "default": ""},
    "seconds": {"type": "int", "default": 0},
}


class ActionModule(AwsAction):
    """The controller's side of cw_agent_dashboard_picture; no host is contacted, and nothing is written to AWS."""

    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Read the dashboard and what it shows, and write the files."""
        end = time.time() // 60 * 60
        client = self.client("cloudwatch", "", "")
        found = calls.read(client, options["name"])
        if found is None or not isinstance(found.body, dict):
            raise ConfigError(f"There is no dashboard {options['name']} that could be drawn. Hint: correct the name, or make it first.")
        start = end - (options["seconds"] or seconds_shown(found.body.get("start")))
        data = read(lambda service, region: self.client(service, "", region), client.meta.region_name, found.body, start, end)
        files = _files(options, picture(options["name"], found.body, data))
        changed = [option for option, content in files.items() if not _holds(Path(options[option]), content)]
        for option in changed if not self._task.check_mode else ():
            replace_bytes(option, Path(options[option]), files[option])
        return {"changed": bool(changed), "widgets": len(found.body.get("widgets") or []), "files": [options[option] for option in files]}


def _files(options: Mapping[str, Any], drawing: Drawing) -> dict[str, bytes]:
    files = {"svg": svg(drawing).encode()} if options["svg"] else {}
    return {**files, **({"png": png(drawing)} if options["png"] else {})}


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content
