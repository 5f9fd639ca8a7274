# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM has to hold for the hosts of a plan, and what it holds: one controller task for all accounts, which changes nothing."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import iam_reading, principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.iam_reading import Found
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.words import listed
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import iam, iam_diff
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.iam import Options, Wanted
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import ABSENT
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.hosts import IAM_EXISTING as EXISTING
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.hosts import IAM_NAME as NAME
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.hosts import iam_variable, identity
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.inventory import configurations_beside

ARGUMENTS: dict[str, dict[str, Any]] = {
    "plan": {"type": "dict", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "path": {"type": "str", "default": "/"},
    "identity_tags": {"type": "dict", "default": {}},
    "managed_policies": {"type": "list", "elements": "str", "default": []},
    "generated": {"type": "bool", "default": True},
    "create_groups": {"type": "bool", "default": True},
    "associate": {"type": "bool", "default": True},
    "boundary": {"type": "str", "default": ""},
}


class ActionModule(AwsAction):
    """The controller's side of cw_agent_iam_info; no host is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the roles and users of the plan's hosts; fail with one message that names all that cannot be."""
        self._options = options
        self._hostvars = self.variables.get("hostvars") or {}
        inventory = self.variables.get("groups", {}).get("all", [])
        self._beside = configurations_beside(self._options["plan"], self._hostvars, inventory)
        self._problems: list[str] = []
        self._differences: list[dict[str, Any]] = []
        found = self._identities()
        if self._problems:
            return self.failed("\n".join(self._problems))
        users = [{key: one[key] for key in ("name", "account", "profile", "region")} for one in found if one["kind"] == iam.USER]
        instances = [instance for one in found for instance in one["instances"]]
        self._display_differences()
        result = {"changed": False, "identities": found, "users": users, "instances": instances, "differences": self._differences}
        # The policies name namespaces and log groups.
        return {**result, "_ansible_no_log": any(item.get("vaulted") for item in self._options["plan"]["configurations"])}

    def _display_differences(self) -> None:
        """Nobody else does: the modules of amazon.aws that make the changes say what they have become alone."""
        for item in map(self.mask, self._differences if not self._task.no_log else []):
            title = f"{item['kind']} {item['name']} of account {item['account']}"
            self._display.display("\n".join(iam_diff.lines(title, item["before"], item["after"])) + "\n")

    def _identities(self) -> list[dict[str, Any]]:
        task = self._options
        attach = tuple(task["managed_policies"])
        options = Options(task["path"], task["identity_tags"], attach, task["generated"], task["create_groups"])
        iam.check(options)
        plan = task["plan"]
        hosts = {name: entry for name, entry in plan["hosts"].items() if entry["state"] != ABSENT}
        instances = self._instances(hosts) if task["associate"] else {}
        wanted = {host: self._wanted(host, entry, instances.get(host, {}).get("before", "")) for host, entry in hosts.items()}
        accounts = {
            entry["profile"]: iam_reading.account_of(self.client("sts", entry["profile"], entry["region"])) for entry in hosts.values()
        }
        found = iam.principals(plan, wanted, accounts, options)
        self._problems += [line for one in found for line in self._shared(one)]
        return [self._entry(one, options, instances) for one in found]

    def _shared(self, principal: iam.Principal) -> list[str]:
        """Hosts that this run leaves out, and that would lose what they have by the same name."""
        here = {(item["name"], item["region"]) for item in self._options["plan"]["configurations"]}
        hosts = [
            host
            for host, (configuration, region) in self._beside.items()
            if (self._variable(host, NAME) or iam.default_name(configuration)) == principal.name
            and (self._options["state"] == ABSENT or (configuration, region) not in here)
        ]
        named = f"{listed(hosts)}: this run leaves them out, and they would lose what they have by the {principal.kind} {principal.name}."
        return [f"{named} Hint: run for them as well, or give them another {NAME}."] if hosts else []

    def _variable(self, host: str, name: str) -> str:
        return iam_variable(host, self._hostvars, name)

    def _instances(self, hosts: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """By host its instance, with the ARN of the instance profile that it has."""
        targets: dict[tuple[str, str], dict[str, str]] = {}
        for host, entry in hosts.items():
            instance = str(self._hostvars[host].get("instance_id") or "") if host in self._hostvars else ""
            if entry["mode"] == "ec2" and instance:
                targets.setdefault((entry["profile"], entry["region"]), {})[instance] = host
        found = {}
        for (profile, region), names in targets.items():
            for instance, one in principals.instances(self.client("ec2", profile, region), list(names)).items():
                found[names[instance]] = {
                    "instance_id": instance,
                    "profile": profile,
                    "region": region,
                    "before": one.profile,
                    "host": names[instance],
                }
        return found

    def _wanted(self, host: str, entry: Mapping[str, Any], before: str) -> Wanted:
        mine = identity(host, entry, self._hostvars)
        if mine.service != iam.EC2:
            return mine
        name, choice = mine.name, self._variable(host, EXISTING)
        if before.rpartition("/")[2] in ("", name) or choice == "replace":
            return mine
        if choice == "refuse":
            if self._options["state"] == "present":
                self._problems.append(
                    f"{host} has the instance profile {before}, and {name} is wanted. Hint: set {EXISTING} to extend, which adds the "
                    "policy to that profile's role, or to replace, which takes that role's permissions from the host."
                )
            return mine
        arn = principals.role_of_profile(self.client("iam", entry["profile"], entry["region"]), before).arn
        if not arn:
            self._problems.append(
                f"{host} has the instance profile {before}, which has no role to extend. Hint: set {EXISTING} to replace."
            )
        return Wanted(iam.ROLE, arn.rpartition("/")[2] or name, "", False)

    def _entry(self, principal: iam.Principal, options: Options, instances: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        client = self.client("iam", principal.profile, principal.region)
        item = iam.desired(principal, options)
        found = iam_reading.existing(iam_reading.principal, client, principal.kind, principal.name)
        self._problems += iam.refusals(item, found.path if found else None, found.tags if found else {}, options.path)
        profile = item["instance_profile"]
        if profile:
            roles = iam_reading.existing(iam_reading.roles_of, client, profile)
            if roles and roles != [principal.name]:
                self._problems.append(f"The instance profile {profile} has the role {roles[0]}. Hint: set {NAME} to another name.")
        inline, attached = (found.inline, found.attached) if found else ((), ())
        stale = iam.stale(principal, options.path, attached, item["attach"])
        if self._task.diff:
            self._compare(client, principal, item, found, options.path, stale)
        return {
            **item,
            "exists": found is not None,
            "stale_inline": not item["inline"] and iam.INLINE_NAME in inline,
            "stale_managed": stale,
            "made_policies": self._made(client, principal, options, [*(one["name"] for one in item["managed"]), *stale]),
            "instances": [self._instance(instances[host], item) for host in principal.hosts if host in instances and profile],
        }

    def _compare(
        self, client: Any, principal: iam.Principal, item: Mapping[str, Any], found: Found | None, path: str, stale: list[str]
    ) -> None:
        """Keep what the run is about to change of a role or user. *stale*: names of managed policies that go."""
        held: dict[str, Any] = {}
        arns = {name: principal.policy_arn(path, name) for name in (*(one["name"] for one in item["managed"]), *stale)}
        if found:
            managed = {name: iam_reading.managed_policy(client, arn) for name, arn in arns.items() if arn in found.attached}
            inline: dict[str, Any] = {name: {} for name in found.inline}  # those of others stay, or go with the role
            if iam.INLINE_NAME in inline:
                inline[iam.INLINE_NAME] = iam_reading.inline_policy(client, principal.kind, principal.name, iam.INLINE_NAME)
            held = {"trust": found.trust, "tags": found.tags, "boundary": found.boundary, "attached": sorted(found.attached)}
            held |= {"inline": inline, "managed": managed}
        gone = [arns[name] for name in stale]
        after = iam_diff.planned(held, item, self._options["state"] == "present", self._options["boundary"], gone)
        before, after = iam_diff.difference(held, after)
        if before or after:
            named = {"kind": principal.kind, "name": principal.name, "account": principal.account}
            self._differences.append({**named, "before": before, "after": after})

    def _made(self, client: Any, principal: iam.Principal, options: Options, names: list[str]) -> list[str]:
        """Which of the policies are there. amazon.aws finds a policy by its name alone, and would change AWS's own."""
        aws = iam_reading.names_of_aws(client) if names else set()
        arns = {name: principal.policy_arn(options.path, name) for name in names}
        tags = {name: iam_reading.existing(iam_reading.tags_of_policy, client, arn) for name, arn in arns.items()}
        wrong = [f"{name} is a policy of AWS's own" for name in names if name in aws]
        wrong += [f"The policy {name} was not made by this collection" for name, found in tags.items() if not iam.is_ours(found)]
        self._problems += [f"{one}. Hint: set {NAME} to another name." for one in wrong]
        return [name for name in names if tags[name] is not None]

    def _instance(self, instance: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
        """As cw_agent_instance_profile takes it."""
        known = {key: value for key, value in instance.items() if key != "before"}
        return {**known, "instance_profile": item["instance_profile"], "replace": self._variable(instance["host"], EXISTING) == "replace"}
