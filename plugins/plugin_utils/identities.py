# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which user or role a host is to IAM, found out without asking the host."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import NO_PROFILE, Identity
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import Clients

PRINCIPAL, KEY = "cw_agent_principal", "cw_agent_credentials_access_key_id"
UNKNOWN = Identity("", f"its principal is not known. Hint: set {PRINCIPAL} to the ARN of its user or role", False)
TEMPORARY = Identity(
    "", f"{KEY} is a temporary key, of which IAM does not say whose it is. Hint: set {PRINCIPAL} to the ARN of its role", False
)
TEMPORARY_PREFIX = "ASIA"


class Identities:
    """By what is given, by the access key of its credential profile, or by its instance profile, in this order.

    Args:
        client: for a service, a profile and a region.
        hostvars: the variables of all hosts.
        given: host → ARN.
    """

    def __init__(self, client: Clients, hostvars: Mapping[str, Any], given: Mapping[str, str]) -> None:
        self._client = client
        self._hostvars = hostvars
        self._given = given
        self._asked: dict[tuple[str, str], Identity] = {}

    def of(self, hosts: Mapping[str, Mapping[str, Any]]) -> dict[str, Identity]:
        """The identity of each host of the plan."""
        profiles = self._instance_profiles(hosts)
        return {name: self._identity(name, entry, profiles) for name, entry in hosts.items()}

    def _variable(self, host: str, name: str) -> str:
        return str(self._hostvars[host].get(name) or "") if host in self._hostvars else ""

    def _identity(self, host: str, entry: Mapping[str, Any], profiles: Mapping[str, Identity | str]) -> Identity:
        given = self._given.get(host) or self._variable(host, PRINCIPAL)
        if given:
            return Identity(given)
        key = self._variable(host, KEY)
        if key.startswith(TEMPORARY_PREFIX):
            return TEMPORARY
        if key:
            return self._resolved(entry, key, principals.user_of_key)
        found = profiles.get(host, UNKNOWN)
        return self._resolved(entry, found, principals.role_of_profile) if isinstance(found, str) else found

    def _resolved(self, entry: Mapping[str, Any], known: str, ask: Callable[[Any, str], str]) -> Identity:
        """Ask once for each key or instance profile."""
        asked = (entry["profile"], known)
        if asked not in self._asked:
            try:
                arn = ask(self._client("iam", entry["profile"], entry["region"]), known)
                self._asked[asked] = Identity(arn) if arn else Identity("", NO_PROFILE)
            except AwsError as error:
                # An access key is shown nowhere, an instance profile is not secret.
                reason = str(error).replace(known, KEY) if ask is principals.user_of_key else str(error)
                self._asked[asked] = Identity("", reason, error.code == "NoSuchEntity")
        return self._asked[asked]

    def _instance_profiles(self, hosts: Mapping[str, Mapping[str, Any]]) -> dict[str, Identity | str]:
        """By host the ARN of its instance profile, or that it has none; hosts that are no instances are left out."""
        targets: dict[tuple[str, str], dict[str, str]] = {}
        for name, entry in hosts.items():
            instance = self._variable(name, "instance_id")
            if entry["mode"] == "ec2" and instance:
                targets.setdefault((entry["profile"], entry["region"]), {})[instance] = name
        found: dict[str, Identity | str] = {}
        for target, names in targets.items():
            found.update(self._of_instances(target, names))
        return found

    def _of_instances(self, target: tuple[str, str], names: Mapping[str, str]) -> dict[str, Identity | str]:
        try:
            answers = principals.instance_profiles(self._client("ec2", *target), list(names))
        except AwsError as error:
            return dict.fromkeys(names.values(), Identity("", str(error), False))
        return {names[instance]: arn or Identity("", NO_PROFILE) for instance, arn in answers.items() if instance in names}
