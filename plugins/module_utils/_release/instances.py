# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What EC2 and IAM say of an instance, and what of it keeps the agent from its role: pure."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, NamedTuple

from .._config.words import listed
from . import trust

NO_PROFILE = "EC2 says that the instance has no instance profile. Hint: associate one whose role has the policy below"


class Role(NamedTuple):
    """The role of an instance profile: its ARN, '' where the profile has none, and its trust policy, {} where nobody has said it."""

    arn: str
    trust: Mapping[str, Any] = {}


class Instance(NamedTuple):
    """An instance as DescribeInstances has it. ``profile``: the ARN of its instance profile, '' without one.

    ``endpoint``, ``tokens``, ``hops``: of its metadata options; '' and 0 where the answer does not have them.
    """

    instance_id: str
    profile: str = ""
    endpoint: str = ""
    tokens: str = ""
    hops: int = 0


def problems(instance: Instance, role: Role | None) -> list[str]:
    """What keeps an agent from its metadata service or its role, each with a hint.

    *role*: that of its instance profile, ``Role("")`` without a profile; None where the agent does not use it, or nobody knows.
    """
    named = f"the instance profile {instance.profile}"
    found = []
    if role and not instance.profile:
        found.append(NO_PROFILE)
    if instance.endpoint == "disabled":
        hint = f"run aws ec2 modify-instance-metadata-options --instance-id {instance.instance_id} --http-endpoint enabled"
        found.append(f"EC2 says that the metadata service of {instance.instance_id} is turned off (HttpEndpoint disabled). Hint: {hint}")
    if role and instance.profile and not role.arn:
        found.append(f"IAM says that {named} has no role. Hint: add one (iam:AddRoleToInstanceProfile), or run cloudwatch.agent.iam")
    if role and role.arn and trust.of_ec2(role.trust) == trust.DENIED:
        hint = "let its trust policy allow sts:AssumeRole to the service ec2.amazonaws.com, and no statement deny it"
        found.append(f"IAM says that EC2 may not assume {role.arn}, the role of {named}. Hint: {hint}")
    return found


def entry(instance: Instance, role: Role | None) -> dict[str, Any]:
    """What is said of a host's instance."""
    return {
        "instance_id": instance.instance_id,
        "instance_profile": instance.profile,
        "role": role.arn if role else "",
        "http_endpoint": instance.endpoint,
        "http_tokens": instance.tokens,
        "http_put_response_hop_limit": instance.hops,
        "problems": problems(instance, role),
        "remarks": _remarks(instance, role),
    }


def _remarks(instance: Instance, role: Role | None) -> list[str]:
    found = []
    if instance.endpoint == "enabled" and instance.hops == 1:
        found.append("containers on it get no token of its metadata service (a hop limit of 1). Hint: set http-put-response-hop-limit to 2")
    if role and role.trust and trust.of_ec2(role.trust) == trust.UNKNOWN:
        found.append(
            f"conditions of the trust policy of {role.arn} decide whether EC2 may assume it, and nobody evaluates them here. "
            "Hint: the host itself proves its role (cw_agent_identity_check)"
        )
    return found


def message(entries: Mapping[str, Mapping[str, Any]], said: Iterable[str] = ()) -> str:
    """One text with the problems of all hosts, those of the same kind together, but for what is *said* already; '' without any."""
    hosts: dict[str, list[str]] = {}
    for host, item in entries.items():
        for problem in set(item["problems"]) - set(said):
            hosts.setdefault(problem, []).append(host)
    lines = [f"{listed(names)}: {problem}." for problem, names in hosts.items()]
    return "\n".join(["Agents cannot use the role of their instance.", *lines]) if lines else ""


def is_without_role(observed: Any) -> bool:
    """Whether a host was refused, and finds no metadata service, or no role that gives keys. *observed*: result of ``cw_agent_info``."""
    if not isinstance(observed, Mapping) or not observed.get("refusal"):
        return False
    identity = observed["agent"]["identity"]
    return not identity["role"] or bool(identity["no_keys"])


def facts(item: Mapping[str, Any]) -> str:
    """An ``entry`` in one sentence, and what to do about it."""
    profile = f"the instance profile {item['instance_profile']}" if item["instance_profile"] else "no instance profile"
    role = f" with the role {item['role']}" if item["role"] else ""
    metadata = f"HttpEndpoint {item['http_endpoint']}, HttpTokens {item['http_tokens']}, hop limit {item['http_put_response_hop_limit']}"
    advice = [text for text in (*item["problems"], *item["remarks"]) if text != NO_PROFILE]
    return ". ".join([f"EC2 says of {item['instance_id']}: {profile}{role}; {metadata}", *advice])
