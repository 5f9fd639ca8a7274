# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the releases of the configurations of a run, for all accounts and regions in one controller task."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.release_history import read_histories
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.listing import listing, table
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import names_by_target
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.files import write_json
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.inventory import observations

ARGUMENTS: dict[str, dict[str, Any]] = {
    "plan": {"type": "dict", "required": True},
    "names": {"type": "list", "elements": "str", "default": []},
    "observed": {"type": "dict"},
    "versions": {"type": "int", "default": 10},
    "fail_on_refusal": {"type": "bool", "default": True},
    "table": {"type": "bool", "default": False},
    "result_file": {"type": "path"},
}


class ActionModule(AwsAction):
    """The controller's side of cw_agent_release_info; no host is contacted, and nothing is written to AWS."""

    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return every configuration's versions and what each host runs; fail with one message."""
        if options["versions"] < 0:
            raise AnsibleActionFail(f"versions is {options['versions']}. Hint: give 0 for those with a label or a host alone, or a number.")
        plan = options["plan"]
        observed = options["observed"]
        if observed is None:
            observed = observations(self.variables["hostvars"], plan["hosts"])
        histories, errors = read_histories(lambda target: self.client("ssm", *target), names_by_target(plan, options["names"]))
        if errors and options["fail_on_refusal"]:
            raise next(iter(errors.values()))
        refused = {target: str(error) for target, error in errors.items()}
        found = listing(plan, options["names"], histories, observed, options["versions"], refused)
        return self._finish(options, found)

    def _finish(self, options: Mapping[str, Any], found: dict[str, Any]) -> dict[str, Any]:
        lines = table(found)
        if options["table"]:
            self._display.display("\n".join(lines))
        if options["result_file"]:
            write_json("result_file", Path(options["result_file"]), found)
        return {"changed": False, **found, "table": lines}
