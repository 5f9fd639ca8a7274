# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which user or role a host is to IAM, found out without asking the host."""

from __future__ import annotations

import re
from typing import Any, Callable, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import instances
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.instances import Instance, Role
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import Identity
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import Clients

PRINCIPAL, KEY = "cw_agent_principal", "cw_agent_credentials_access_key_id"
PROFILE, FILE = "cw_agent_credentials_profile", "cw_agent_credentials_file"
UNKNOWN = Identity("", f"its principal is not known. Hint: set {PRINCIPAL} to the ARN of its user or role", False)
TEMPORARY = Identity(
    "", f"{KEY} is a temporary key, of which IAM does not say whose it is. Hint: set {PRINCIPAL} to the ARN of its role", False
)
ON_THE_HOST = Identity(
    "", f"the keys of its credential profile are on the host alone. Hint: set {PRINCIPAL} to the ARN of their user", False
)
TEMPORARY_PREFIX = "ASIA"
_SESSION = re.compile(r"arn:([^:]+):sts::(\d+):assumed-role/([^/]+)/")


class Identities:
    """By what is given, what STS has said, the access key of its credential profile, or its instance profile, in this order.

    Args:
        client: for a service, a profile and a region.
        hostvars: the variables of all hosts.
        given: host → ARN.
        callers: host → the ARN that STS has said on the host; of these the instances are not read.
    """

    def __init__(
        self, client: Clients, hostvars: Mapping[str, Any], given: Mapping[str, str], callers: Mapping[str, str] | None = None
    ) -> None:
        self._client = client
        self._hostvars = hostvars
        self._given = given
        self._callers = callers or {}
        self._variables: dict[str, Mapping[str, Any]] = {}
        self._asked: dict[tuple[str, str], Any] = {}
        self._roles: dict[str, Role] = {}
        self._found: dict[str, Instance] = {}
        self.unread: dict[str, str] = {}
        """Hosts whose instance could not be read, and why."""

    def of(self, hosts: Mapping[str, Mapping[str, Any]]) -> dict[str, Identity]:
        """The identity of each host of the plan."""
        self._read(hosts)
        return {name: self._identity(name, entry) for name, entry in hosts.items()}

    def instances(self) -> dict[str, dict[str, Any]]:
        """By host what EC2 and IAM say of its instance, after ``of``; hosts that are no instances are left out."""
        return {name: instances.entry(found, self._roles.get(name)) for name, found in self._found.items()}

    def _variable(self, host: str, name: str) -> str:
        # Each access puts all variables of a host together.
        if host not in self._variables and host in self._hostvars:
            self._variables[host] = self._hostvars[host]
        return str(self._variables.get(host, {}).get(name) or "")

    def _identity(self, host: str, entry: Mapping[str, Any]) -> Identity:
        given = self._given.get(host) or self._variable(host, PRINCIPAL)
        key = self._variable(host, KEY)
        if given:
            return Identity(given)
        if host in self._callers:
            return self._of_caller(entry, self._callers[host])
        if key:
            return self._of_key(entry, key)
        if self._names_keys(host):  # they win over the role of an instance
            return ON_THE_HOST
        if host in self.unread:
            return Identity("", self.unread[host], False)
        return self._of_instance(host, entry) if host in self._found else UNKNOWN

    def _names_keys(self, host: str) -> bool:
        return bool(self._variable(host, PROFILE) or self._variable(host, FILE))

    def _of_caller(self, entry: Mapping[str, Any], arn: str) -> Identity:
        return of_caller(arn, lambda name: str(self._ask(entry, name, principals.role_named)))

    def _of_key(self, entry: Mapping[str, Any], key: str) -> Identity:
        if key.startswith(TEMPORARY_PREFIX):
            return TEMPORARY
        try:
            return Identity(self._ask(entry, key, principals.user_of_key))
        except AwsError as error:  # an access key is shown nowhere
            return Identity("", str(error).replace(key, KEY), error.code == "NoSuchEntity")

    def _of_instance(self, host: str, entry: Mapping[str, Any]) -> Identity:
        found = self._found[host]
        try:
            role = self._ask(entry, found.profile, principals.role_of_profile) if found.profile else Role("")
        except AwsError as error:
            return Identity("", str(error), error.code == "NoSuchEntity")
        self._roles[host] = role
        return Identity(role.arn) if role.arn else Identity("", instances.problems(found, role)[-1])

    def _ask(self, entry: Mapping[str, Any], known: str, question: Callable[[Any, str], Any]) -> Any:
        """Ask once for each key, role or instance profile; its error is raised for every host that has it."""
        asked = (entry["profile"], known)
        if asked not in self._asked:
            try:
                self._asked[asked] = question(self._client("iam", entry["profile"], entry["region"]), known)
            except AwsError as error:
                self._asked[asked] = error
        if isinstance(self._asked[asked], AwsError):
            raise self._asked[asked]
        return self._asked[asked]

    def _read(self, hosts: Mapping[str, Mapping[str, Any]]) -> None:
        """Ask EC2 for the instances of all hosts, once for each account and region."""
        targets: dict[tuple[str, str], dict[str, str]] = {}
        for name, entry in hosts.items():
            instance = self._variable(name, "instance_id")
            if entry["mode"] == "ec2" and instance and name not in self._callers:
                targets.setdefault((entry["profile"], entry["region"]), {})[instance] = name
        for target, names in targets.items():
            self._read_in(target, names)

    def _read_in(self, target: tuple[str, str], names: Mapping[str, str]) -> None:
        try:
            found = principals.instances(self._client("ec2", *target), list(names))
        except AwsError as error:
            self.unread.update(dict.fromkeys(names.values(), str(error)))
        else:
            self._found.update({names[instance]: one for instance, one in found.items() if instance in names})


def of_caller(arn: str, role_named: Callable[[str], str]) -> Identity:
    """The user that STS has named, or the role of its session; nobody but IAM (*role_named*) knows the path of a role."""
    session = _SESSION.match(arn)
    if not session:
        return Identity(arn)
    partition, account, name = session.groups()
    own = f"arn:{partition}:iam::{account}:role/"
    try:
        found = role_named(name)
    except AwsError:  # most roles have no path
        found = ""
    # The controller may be in another account, with a role of the same name.
    return Identity(found if found.startswith(own) else f"{own}{name}")


def said_of_instances(client: Clients, hostvars: Mapping[str, Any], hosts: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What EC2 and IAM say of hosts that cannot use their role, or that they could not be asked; *hosts*: entries of a plan."""
    identities = Identities(client, hostvars, {})
    identities.of(hosts)
    return {**identities.unread, **{name: instances.facts(item) for name, item in identities.instances().items()}}
