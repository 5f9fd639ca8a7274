# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller has to be allowed in order to change hosts by Run Command and to release, and what is said where it is not. Pure.

What its run has done already by then (publishing, asking the nodes) and what only an interruption needs is not asked for.
"""

from __future__ import annotations

from typing import Collection, Iterable, Mapping, NamedTuple, Sequence

from .._config.policy import Need, partition_of
from .._config.words import listed
from .agent_fleet import CONFIGURE, CONFIGURE_PACKAGE, INSTALL, MANAGE_AGENT, Target
from .errors import CommandError
from .standing import DOCUMENT

SHELL = "AWS-RunShellScript"
READING = ("ssm:ListCommands", "ssm:ListCommandInvocations", "ssm:GetCommandInvocation")
RELEASING = ("ssm:GetParameters", "ssm:LabelParameterVersion", "ssm:UnlabelParameterVersion")
ANY = "*"


class Denied(NamedTuple):
    """An action that IAM does not allow on a resource, and why."""

    action: str
    resource: str
    because: str


def needs(targets: Sequence[Target], lacking: Mapping[str, Collection[str]], account: str, associated: Collection[str]) -> list[Need]:
    """What the controller will ask for.

    Args:
        targets: the hosts that differ, of one account and region.
        lacking: by host, what it lacks: install, configure.
        account: that account.
        associated: configurations whose associations follow a release.
    """
    region = targets[0].region
    arns = _Arns(partition_of(region), region, account)
    documents = [arns.document(name) for name in _documents(targets, lacking)]
    found = [("ssm:GetDocument", one) for one in documents]
    found += [("ssm:SendCommand", one) for one in [*documents, *(arns.node(target.instance_id) for target in targets)]]
    names = sorted({location.rpartition(":")[0] for target in targets for location in target.locations})
    found += [(action, arns.of("ssm", f"parameter/{name.lstrip('/')}")) for name in names for action in RELEASING]
    # IAM knows no resources of these actions; policies name all of a region as well as all that there is.
    everything = (arns.of("ssm", ANY),)
    plain = [*READING, *(["ssm:ListAssociations"] if any(name in associated for name in names) else [])]
    wanted = [Need(action, resource, (), (), "") for action, resource in found]
    wanted += [Need(action, ANY, (), (), "", everything) for action in plain]
    if len(plain) > len(READING):
        association, document = arns.of("ssm", "association/*"), arns.of("ssm", f"document/{DOCUMENT}")
        any_of = (document, ANY)
        wanted += [Need("ssm:GetDocument", document, (), (), "")]
        wanted += [Need(f"ssm:{verb}Association", association, (), (), "", any_of) for verb in ("Describe", "Update")]
    return wanted


class _Arns(NamedTuple):
    partition: str
    region: str
    account: str

    def of(self, service: str, rest: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"

    def document(self, name: str) -> str:
        """A document of Amazon's, which belongs to no account."""
        return f"arn:{self.partition}:ssm:{self.region}::document/{name}"

    def node(self, node: str) -> str:
        return self.of("ssm", f"managed-instance/{node}") if node.startswith("mi-") else self.of("ec2", f"instance/{node}")


def _documents(targets: Iterable[Target], lacking: Mapping[str, Collection[str]]) -> list[str]:
    found = set()
    for target in targets:
        found |= {CONFIGURE_PACKAGE} if INSTALL in lacking[target.host] else set()
        found |= {MANAGE_AGENT if len(target.locations) == 1 else SHELL} if CONFIGURE in lacking[target.host] else set()
    return sorted(found)


def require_none(denied: Mapping[str, Sequence[Denied]]) -> None:
    """Refuse a run of which something is *denied*, by principal.

    Raises:
        CommandError: something is; it names every action with its resource.
    """
    lines = []
    for principal, some in denied.items():
        together: dict[tuple[str, str], list[str]] = {}
        for one in some:
            together.setdefault((one.action, one.because), []).append(one.resource)
        lines += [f"{principal}: {action} on {listed(resources)}: {why}" for (action, why), resources in together.items()]
    if lines:
        raise CommandError(
            f"The controller may not do what this run needs, and no host was changed: {'; '.join(lines)}. Hint: allow it to the "
            "controller's credentials, as the guide on hosts without SSH says; cw_agent_permissions_check: never runs without this "
            "question, cw_agent_association_follow: false without the associations."
        )
