# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM has to hold for the hosts of a plan: roles of instances and of hybrid activations, and users. Pure."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping, NamedTuple

from .._config.errors import ConfigError
from .._config.policy import config_policy, partition_of
from .._config.policy_documents import ATTACHED, INLINE, MANAGED, merged, parts, size
from .._config.subject import Subject
from .publications import publications

ROLE, USER = "role", "user"
EC2, SSM = "ec2", "ssm"
"""Services that assume a role: instances, and hybrid activations."""
INLINE_NAME = "cloudwatch-agent"
TAG = ("cloudwatch.agent:managed-by", "cloudwatch.agent.iam")
"""What marks roles, users and policies as made by this collection."""
ACTIVATION_POLICY = "AmazonSSMManagedInstanceCore"

_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_PATH = re.compile(r"/(?:[!-~]+/)?")


class Wanted(NamedTuple):
    """What a host shall be to IAM. ``service``: who assumes the role, '' for a user; ``owned``: False for a role that others made."""

    kind: str
    name: str
    service: str = ""
    owned: bool = True


class Options(NamedTuple):
    """``attach``: names or ARNs of managed policies; ``generated``: whether a policy is made of the configurations."""

    path: str = "/"
    tags: Mapping[str, str] = {}
    attach: tuple[str, ...] = ()
    generated: bool = True
    create_groups: bool = True


class Principal(NamedTuple):
    """A role or user of an account, with the hosts that share it. ``profile``, ``region``: by which the controller reaches the account."""

    kind: str
    name: str
    owned: bool
    account: str
    profile: str
    region: str
    services: tuple[str, ...]
    regions: tuple[str, ...]
    hosts: tuple[str, ...]
    policy: Mapping[str, Any]

    def arn(self, path: str) -> str:
        """The ARN below a path."""
        return f"arn:{partition_of(self.region)}:iam::{self.account}:{self.kind}{path}{self.name}"

    def policy_arn(self, path: str, name: str) -> str:
        """The ARN of a managed policy of the account."""
        return f"arn:{partition_of(self.region)}:iam::{self.account}:policy{path}{name}"


def check(options: Options) -> None:
    """Refuse options that IAM would.

    Raises:
        ConfigError: the variable, its value, and what to write instead.
    """
    if not _PATH.fullmatch(options.path):
        raise ConfigError(f"cw_agent_iam_path is {options.path!r}. Hint: write a path that begins and ends with /, such as /cloudwatch/.")
    if not options.generated and not options.attach:
        raise ConfigError(
            "cw_agent_iam_generated is false and cw_agent_iam_managed_policies names none, so that hosts could do nothing. "
            "Hint: name a policy, such as CloudWatchAgentServerPolicy."
        )


def default_name(configuration: str) -> str:
    """The name of a role or user for hosts with a configuration."""
    return configuration.strip("/").replace("/", "-")


def principals(plan: Mapping[str, Any], wanted: Mapping[str, Wanted], accounts: Mapping[str, str], options: Options) -> list[Principal]:
    """The roles and users of the hosts in *wanted*. *accounts*: by the controller's profile.

    Raises:
        ConfigError: a name that IAM does not take, or a configuration that Parameter Store cannot hold.
    """
    wrong = sorted({f"{one.name!r} ({host})" for host, one in wanted.items() if not _NAME.fullmatch(one.name)})
    if wrong:
        hint = "Hint: set cw_agent_iam_name to 64 characters at most, letters, digits and +=,.@_- only."
        raise ConfigError(f"IAM has no role or user of the name {', '.join(wrong)}. {hint}")
    items = {item["key"]: item for item in plan["configurations"]}
    names = {item.key: item.names[:-1] for item in publications(plan)}
    groups: dict[tuple[str, str, str, bool], list[str]] = {}
    for host, one in wanted.items():
        account = accounts[plan["hosts"][host]["profile"]]
        groups.setdefault((account, one.kind, one.name, one.owned), []).append(host)
    found = []
    for (account, kind, name, owned), hosts in groups.items():
        used = [items[key] for key in dict.fromkeys(plan["hosts"][host]["key"] for host in hosts)]
        policy = merged(_policy(item, names[item["key"]], account, options) for item in used)
        services = tuple(sorted({wanted[host].service for host in hosts} - {""}))
        regions = tuple(sorted({item["region"] for item in used}))
        found.append(Principal(kind, name, owned, account, used[0]["profile"], used[0]["region"], services, regions, tuple(hosts), policy))
    return found


def _policy(item: Mapping[str, Any], parameters: list[str], account: str, options: Options) -> dict[str, Any]:
    subject = Subject(item["configuration"], item["build"], item["platform"], item["mode"])
    return config_policy(subject, parameters, item["region"], account, options.create_groups)


def desired(principal: Principal, options: Options) -> dict[str, Any]:
    """What IAM has to hold of a principal: trust, inline policy ({} for none), managed policies to make, ARNs to attach.

    Raises:
        ConfigError: its policies are more than IAM takes.
    """
    path, partition = options.path, partition_of(principal.region)
    inline = dict(principal.policy) if options.generated and principal.policy["Statement"] else {}
    managed: list[dict[str, Any]] = []
    if inline and size(inline) > INLINE[principal.kind]:
        documents = parts(inline, MANAGED)
        managed = [{"name": f"{principal.name}-{number}", "document": one} for number, one in enumerate(documents, 1)]
        inline = {}
    own = [principal.policy_arn(path, item["name"]) for item in managed]
    if managed and not principal.owned:
        raise ConfigError(
            f"role {principal.name}: its configurations need a policy of {size(principal.policy):,} characters, and a role takes "
            f"{INLINE[ROLE]:,}. Hint: set cw_agent_iam_existing_profile to replace, which makes a role with several policies."
        )
    chosen = [*options.attach, *([ACTIVATION_POLICY] if SSM in principal.services else [])] if principal.owned else []
    attach = [name if name.startswith("arn:") else f"arn:{partition}:iam::aws:policy/{name}" for name in chosen]
    if len(own) + len(attach) > ATTACHED:
        raise ConfigError(
            f"{principal.kind} {principal.name}: its configurations need {len(own)} policies of {MANAGED:,} characters beside "
            f"{len(attach)} others, and IAM attaches {ATTACHED}. Hint: give its hosts several names by cw_agent_iam_name, or set "
            "cw_agent_iam_generated to false with CloudWatchAgentServerPolicy in cw_agent_iam_managed_policies."
        )
    return {
        "kind": principal.kind,
        "name": principal.name,
        "owned": principal.owned,
        "account": principal.account,
        "profile": principal.profile,
        "region": principal.region,
        "hosts": list(principal.hosts),
        "arn": principal.arn(path),
        "trust": _trust(principal, partition) if principal.kind == ROLE else {},
        "instance_profile": principal.name if EC2 in principal.services and principal.owned else "",
        "inline": inline,
        "managed": managed,
        "attach": [*attach, *own],
        "tags": {**{key: str(value) for key, value in options.tags.items()}, TAG[0]: TAG[1]},
    }


def _trust(principal: Principal, partition: str) -> dict[str, Any]:
    suffix = ".cn" if partition == "aws-cn" else ""
    services = {EC2: f"ec2.amazonaws.com{suffix}", SSM: "ssm.amazonaws.com"}
    statements = []
    for service in principal.services:
        statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": services[service]}, "Action": "sts:AssumeRole"}
        if service == SSM:
            sources = [f"arn:{partition}:ssm:{region}:{principal.account}:*" for region in principal.regions]
            statement["Condition"] = {
                "StringEquals": {"aws:SourceAccount": principal.account},
                "ArnEquals": {"aws:SourceArn": sources[0] if len(sources) == 1 else sources},
            }
        statements.append(statement)
    return {"Version": "2012-10-17", "Statement": statements}


def stale(principal: Principal, path: str, attached: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The names of *attached* policies that were made for a principal, and that it needs no more."""
    ours = re.compile(rf".*:{principal.account}:policy{re.escape(path)}({re.escape(principal.name)}-\d+)")
    return sorted(match[1] for arn in set(attached) - set(wanted) if (match := ours.fullmatch(arn)))


def is_ours(tags: Mapping[str, str] | None) -> bool:
    """Whether this collection made what has these tags, or may make it (None: it is not there)."""
    return tags is None or tags.get(TAG[0]) == TAG[1]


def refusals(item: Mapping[str, Any], path: str | None, tags: Mapping[str, str], wanted_path: str) -> list[str]:
    """Why what IAM has under a principal's name is not for this collection to change. *path*: None where there is none."""
    if path is None or not item["owned"]:
        return []
    named = f"The {item['kind']} {item['name']} of account {item['account']}"
    if not is_ours(tags):
        return [f"{named} was not made by this collection. Hint: set cw_agent_iam_name to another name, or tag it {TAG[0]}={TAG[1]}."]
    if path != wanted_path:
        return [f"{named} has the path {path}, which cannot change to {wanted_path}. Hint: set cw_agent_iam_path to {path}."]
    return []
