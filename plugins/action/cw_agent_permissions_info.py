# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts' principals may do beside what their configurations need: one controller task for all accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.words import listed
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import instances, permissions
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import Subject
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import ABSENT
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.files import write_json
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.identities import Identities
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.inventory import observations
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.simulation import decisions

ARGUMENTS: dict[str, dict[str, Any]] = {
    "plan": {"type": "dict", "required": True},
    "principals": {"type": "dict", "default": {}},
    "scope": {"type": "str", "choices": ["all", "changing"], "default": "all"},
    "create_groups": {"type": "bool", "default": True},
    "table": {"type": "bool", "default": False},
    "result_file": {"type": "path"},
    "policy_directory": {"type": "path"},
    "fail_on_missing": {"type": "bool", "default": True},
}

CHANGING = "changing"
WITHOUT = " cw_agent_permissions_check: never does without this question."


class ActionModule(AwsAction):
    """The controller's side of cw_agent_permissions_info; no host is contacted."""

    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return every principal with what it lacks; fail with one message where something is missing."""
        self._options = options
        plan, hostvars = options["plan"], self.variables.get("hostvars") or {}
        hosts = {name: entry for name, entry in plan["hosts"].items() if entry["state"] != ABSENT}
        callers: dict[str, str] = {}
        if options["scope"] == CHANGING:
            seen = {name: result for name, result in observations(hostvars, hosts).items() if permissions.is_changing(result)}
            hosts = {name: hosts[name] for name in hosts if name in seen}
            callers = {name: arn for name, result in seen.items() if (arn := result["agent"]["caller"]["arn"])}
        identities = Identities(self.client, hostvars, options["principals"], callers)
        subjects = permissions.subjects(plan, identities.of(hosts), options["create_groups"])
        entries = [self.mask(self._entry(subject)) for subject in subjects]
        self._warn(entries, identities.unread)
        return self._finish(entries, identities.instances())

    def _entry(self, subject: Subject) -> dict[str, Any]:
        if not subject.identity.arn:
            return permissions.entry(subject, None)
        try:
            found = decisions(self.client, subject.identity.arn, subject.needs, subject.profile, subject.region)
        except AwsError as error:
            return permissions.entry(subject, None, str(error))
        return permissions.entry(subject, found)

    def _finish(self, entries: list[dict[str, Any]], found: dict[str, dict[str, Any]]) -> dict[str, Any]:
        texts = (permissions.message(entries), instances.message(found, {item["reason"] for item in entries}))
        text, lines = "\n".join(filter(None, texts)), permissions.table(entries)
        states = {name: item["state"] for item in entries for name in item["hosts"]}
        states |= {name: permissions.MISSING for name, item in found.items() if item["problems"]}
        result = {"changed": False, "permissions": entries, "hosts": states, "instances": found, "table": lines}
        result |= {"refusals": permissions.refusals(entries, found), "blind": permissions.BLIND, "msg": text}
        if self._options["table"]:
            self._display.display("\n".join(lines))
        self._write(entries, result)
        return {**result, "failed": bool(text) and self._options["fail_on_missing"]}

    def _warn(self, entries: list[dict[str, Any]], unread: Mapping[str, str]) -> None:
        """Say what nobody knows: of principals, and of the instances of hosts whose principals are known."""
        unknown = [item for item in entries if item["state"] == permissions.UNKNOWN]
        more = WITHOUT if self._options["scope"] == CHANGING else ""
        for item in unknown:
            hosts = listed(item["hosts"])
            self._display.warning(f"{item['configuration']}: {item['reason'].rstrip('.')}. Nothing is known of {hosts}.{more}")
        covered = {host for item in unknown for host in item["hosts"]}
        reasons: dict[str, list[str]] = {}
        for host, reason in unread.items():
            if host not in covered:
                reasons.setdefault(reason, []).append(host)
        for reason, names in reasons.items():
            self._display.warning(f"{reason.rstrip('.')}. Nothing is known of the instances of {listed(names)}.")

    def _write(self, entries: list[dict[str, Any]], result: Mapping[str, Any]) -> None:
        if self._options["result_file"]:
            written = {key: result[key] for key in ("permissions", "hosts", "instances", "blind", "msg")}
            write_json("result_file", Path(self._options["result_file"]), written)
        if self._options["policy_directory"]:
            # With a principal the policy names its account, without one any.
            policies = {item["configuration"]: item["policy"] for item in sorted(entries, key=lambda one: bool(one["principal"]))}
            for key, policy in policies.items():
                write_json("policy_directory", Path(self._options["policy_directory"]) / f"{key.replace('/', '_')}.json", policy)
