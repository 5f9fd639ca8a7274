# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An association that gives hosts of a tag the agent and the release that is live, those to come included.

The version stands in the association, so that a release reaches hosts when somebody makes it, and not because a parameter has changed.
What an association runs again and again has to leave alone what is as it shall be: AmazonCloudWatch-ManageAgent would restart the agent.
Two associations would have no order on a host that has just been launched, so that one document installs and configures.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from typing import Any, Iterable, Iterator, Mapping, NamedTuple, Sequence

from .agent_fleet import ABSENT, APPLY, FORGET, PACKAGE
from .documents import checked, document_of
from .errors import CommandError
from .requests import targets_of

DOCUMENT = "CloudWatchAgent-Converge"
PREFIX, NAME_LENGTH = "cloudwatch-agent-", 128
CONTENT: dict[str, Any] = {
    "schemaVersion": "2.2",
    "description": "Installs the Amazon CloudWatch agent and configures it. Made by the Ansible collection cloudwatch.agent.",
    "parameters": {
        "version": {"type": "String", "default": "", "description": "The version of the package; empty for the latest."},
        "commands": {"type": "StringList", "description": "The lines of the script."},
    },
    "mainSteps": [
        {
            "action": "aws:configurePackage",
            "name": "install",
            "inputs": {"name": PACKAGE, "action": "Install", "version": "{{ version }}"},
        },
        {
            "action": "aws:runShellScript",
            "name": "configure",
            "precondition": {"StringEquals": ["platformType", "Linux"]},
            "inputs": {"runCommand": "{{ commands }}", "timeoutSeconds": "600"},
        },
    ],
}
"""The document that all associations of this kind run."""
LOOK = (
    r"""
base=/opt/aws/amazon-cloudwatch-agent
if [ ! -x $base/bin/amazon-cloudwatch-agent-ctl ]; then
  (
"""
    + FORGET.strip()
    + r"""
  )
  echo "the package is gone, and comes back with the next run" >&2
  exit 1
fi
found=$(cd $base/etc 2> /dev/null && find amazon-cloudwatch-agent.d amazon-cloudwatch-agent.json -type f ! -name '*.tmp' \
  -exec sha256sum {} + 2> /dev/null | cut -d ' ' -f 1 | sort | tr '\n' ' ')
if [ "$found" = @DIGESTS@ ] && systemctl is-active --quiet amazon-cloudwatch-agent; then echo unchanged; exit 0; fi
"""
)


_NAMES = re.compile("for name in (.+); do")
"""The line of APPLY that names the parts of a configuration."""


class Part(NamedTuple):
    """A part of a configuration at the version that is live; 0: the newest one."""

    name: str
    version: int
    digest: str


class Group(NamedTuple):
    """What the hosts of a configuration have in common."""

    mode: str
    build: str


def group_of(name: str, hosts: Sequence[str], plan: Mapping[str, Any]) -> Group:
    """Mode and build of the hosts of a configuration.

    Raises:
        CommandError: they differ, so that no association can be for all of them.
    """
    entries = [plan["hosts"][host] for host in hosts if plan["hosts"].get(host, {}).get("state") != ABSENT]
    found = []
    for key, variable in (("mode", "cw_agent_mode"), ("build", "cw_agent_build")):
        values = sorted({str(entry.get(key) or "") for entry in entries})
        if len(values) > 1:
            said = ", ".join(map(repr, values))
            raise CommandError(f"{name}: its hosts differ in {variable} ({said}), and an association is for all of them.")
        found.append(values[0] if values else "")
    return Group(found[0] or "ec2", found[1])


def name_of(configuration: str) -> str:
    """The name of the association of a configuration. No two configurations share one.

    Names of associations have no slash and 128 characters at most: a name that has to be changed ends in a digest of the original.
    """
    name = re.sub(r"[^\w.-]", "-", configuration).strip("-")
    if name != configuration or len(PREFIX + name) > NAME_LENGTH:
        mark = hashlib.sha256(configuration.encode()).hexdigest()[:8]
        name = f"{name[: NAME_LENGTH - len(PREFIX) - len(mark) - 1]}-{mark}"
    return PREFIX + name


def text() -> str:
    """The document as it is stored."""
    return json.dumps(CONTENT, indent=1)


def same(content: str) -> bool:
    """Whether a document's *content* is this one, however it is spelled."""
    try:
        return bool(json.loads(content) == CONTENT)
    except ValueError:
        return False


def values(parts: Sequence[Part], group: Group) -> dict[str, Any]:
    """The values of the document's parameters."""
    return {**({"version": group.build} if group.build else {}), "commands": script(parts, group.mode).splitlines()}


def fields(name: str, hosts: Sequence[str], parts: Sequence[Part], plan: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the association of a configuration, as the API has them. *options*: those of the module cw_agent_association.

    Raises:
        CommandError: the hosts differ, or a target is wrong.
    """
    document = document_of({"Name": DOCUMENT, "Content": text()})
    return {
        "AssociationName": name_of(name),
        "Name": DOCUMENT,
        "Targets": list(targets_of(options["targets"][name])),
        "Parameters": checked(document, values(parts, group_of(name, hosts, plan))),
        "ScheduleExpression": options["schedule"],
        "MaxConcurrency": options["max_concurrency"],
        "MaxErrors": options["max_errors"],
        "ComplianceSeverity": options["compliance_severity"],
    }


def unknown_targets(targets: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    """That targets are given to a configuration that the run does not have."""
    known = sorted(set(names))
    for one in sorted(set(targets) - set(known))[:1]:
        yield f"targets: no configuration of this run is called {one}. Hint: there are {', '.join(known) or 'none'}."


def given(parameters: Mapping[str, Any]) -> list[str]:
    """What an association of this kind gives to its nodes: NAME:VERSION of each part, NAME for the newest version."""
    lines = [str(line) for line in parameters.get("commands") or ()]
    found = next((_NAMES.fullmatch(line) for line in lines if _NAMES.fullmatch(line)), None)
    return shlex.split(found[1]) if found else []


def script(parts: Sequence[Part], mode: str) -> str:
    """Leaves alone what is as it shall be, and else applies all parts or none."""
    digests = "".join(f"{digest} " for digest in sorted(part.digest for part in parts))
    locations = " ".join(shlex.quote(f"{part.name}:{part.version}" if part.version else part.name) for part in parts)
    apply = APPLY.replace("@NAMES@", locations).replace("@MODE@", shlex.quote(mode))
    return (LOOK.replace("@DIGESTS@", shlex.quote(digests)) + apply).strip()


def after_release(problem: str, check: bool) -> str:
    """What is said where an association could not follow a release."""
    before = "In check mode nothing was changed; in a run live would have moved by now" if check else "live has moved already"
    return (
        f"{problem.rstrip('.')}. {before}, and the association still gives its nodes what it gave them before. Hint: correct the cause, "
        "then run ansible-playbook cloudwatch.agent.association; cw_agent_association_follow: false leaves associations alone."
    )
