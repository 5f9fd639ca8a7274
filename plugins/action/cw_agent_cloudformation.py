# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of CloudFormation for what an inventory asks of its accounts: written on the controller, without a call of AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.cloudwatch.agent.plugins.action import (
    cloudtrail_trails,
    cw_agent_alarms,
    cw_agent_association,
    cw_agent_dashboards,
    cw_agent_iam_info,
    cw_agent_log_groups,
    ec2_flow_logs,
)
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import ABSENT
from ansible_collections.cloudwatch.agent.plugins.module_utils._template import stack
from ansible_collections.cloudwatch.agent.plugins.module_utils._template.assembly import Hosts, Parts, assembled
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.actions import ControllerAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.files import replace_text
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.hosts import alarm_hosts, identity

_DASHBOARDS = {**cw_agent_dashboards.ARGUMENTS["dashboards"], "required": False, "default": []}
OF_MODULES: dict[str, Mapping[str, Any]] = {
    "log_groups": cw_agent_log_groups.ARGUMENTS,
    "flow_logs": ec2_flow_logs.ARGUMENTS,
    "trails": {**cloudtrail_trails.ARGUMENTS, "make_buckets": {"type": "bool", "default": False}},
    "alarms": cw_agent_alarms.ARGUMENTS,
    "dashboards": {**cw_agent_dashboards.ARGUMENTS, "dashboards": _DASHBOARDS},
    "iam": cw_agent_iam_info.ARGUMENTS,
    "parameters": {"parameter_tags": {"type": "dict", "default": {}}},
    "association": {**cw_agent_association.ARGUMENTS, "targets": {"type": "dict", "default": {}}},
}
"""By part the options of the module that makes it by calls of the API; the plan and what is published are this module's own."""
OWN = ("plan", "published", "state")
ARGUMENTS: dict[str, dict[str, Any]] = {
    "plan": {"type": "dict", "default": {}},
    "directory": {"type": "path", "required": True},
    "parts": {"type": "list", "elements": "str", "choices": list(OF_MODULES), "default": list(OF_MODULES)},
    "region": {"type": "str", "default": ""},
    "limit": {"type": "str", "choices": list(stack.LIMITS), "default": "inline"},
    "description": {"type": "str", "default": "What hosts of the Amazon CloudWatch agent need"},
    **{part: {"type": "dict", "default": {}} for part in OF_MODULES},
}
LIMITED = (
    "The run has the limit {limit}, and so knows a part of its hosts alone: a stack that gets its template would lose what the others have."
    " Hint: run without --limit; -e cw_agent_hosts=PATTERN chooses hosts that have stacks, and cw_agent_template_dir, of their own."
)


class ActionModule(ControllerAction):
    """The controller's side of cw_agent_cloudformation; neither a host nor AWS is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Write the templates that differ from the files that are there."""
        limit = self.variables.get("ansible_limit")
        if limit:
            return self.failed(LIMITED.format(limit=limit))
        parts = Parts(**{part: _validated(part, options[part]) for part in options["parts"]})
        hosts = _hosts(options["plan"], self.variables)
        found = assembled(options["plan"], hosts, parts, options["region"])
        made = [
            _entry(Path(options["directory"]), target, number, template)
            for target, resources in found.resources.items()
            for number, template in enumerate(stack.templates(resources, options["description"], options["limit"]), 1)
        ]
        for line in found.notes:
            self._display.warning(line)
        return self._written(Path(options["directory"]), made)

    def _written(self, directory: Path, made: list[dict[str, Any]]) -> dict[str, Any]:
        others = sorted({str(path) for path in directory.glob("*.json")} - {one["path"] for one in made})
        if others:
            self._display.warning(f"{', '.join(others)}: not of this run. Hint: delete what no stack uses any more.")
        diff = []
        for one in made:
            path, text = Path(one["path"]), stack.text(one["template"])
            before = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            one["changed"] = before != text
            if one["changed"]:
                diff.append({"before": before, "after": text, "before_header": one["path"], "after_header": one["path"]})
        if diff and not self._task.check_mode:
            _make(directory)
            for item in diff:
                replace_text("directory", Path(item["after_header"]), item["after"])
        return {"changed": bool(diff), "templates": made, **({"diff": diff} if diff else {})}


def _hosts(plan: Mapping[str, Any], variables: Mapping[str, Any]) -> Hosts:
    hostvars = variables.get("hostvars") or {}
    entries = {host: entry for host, entry in plan.get("hosts", {}).items() if entry.get("state") != ABSENT}
    of_iam = {host: identity(host, entry, hostvars) for host, entry in entries.items()}
    return Hosts(alarm_hosts(plan, variables), of_iam)


def _validated(part: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a part, as its module would take them.

    Raises:
        AnsibleActionFail: it would refuse one.
    """
    result = ArgumentSpecValidator({key: one for key, one in OF_MODULES[part].items() if key not in OWN}).validate(dict(options))
    if result.error_messages:
        raise AnsibleActionFail(f"{part}: {'; '.join(result.error_messages)}. Hint: see the options of the module that makes this part.")
    return dict(result.validated_parameters)


def _entry(directory: Path, target: Target, number: int, template: Mapping[str, Any]) -> dict[str, Any]:
    """A template with its file; the first of a series has no number, so that its name stays when there are more."""
    name = "-".join([*filter(None, target), *([str(number)] if number > 1 else [])])
    resources = template["Resources"]
    capabilities = [stack.NAMED_IAM] if any(one["Type"].startswith("AWS::IAM::") for one in resources.values()) else []
    size = {"bytes": len(stack.text(template).encode()), "resources": len(resources)}
    return {"path": str(directory / f"{name}.json"), **target._asdict(), **size, "capabilities": capabilities, "template": template}


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AnsibleActionFail(
            f"directory: {directory} cannot be made: {error.strerror}. Hint: name a directory on the controller that can be written."
        ) from error
