# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agents of a fleet lack, by what their nodes say, and the documents that bring it.

Nothing here takes a command's success for a change: AWS-ConfigureAWSPackage calls a package installed that is gone, and a list of
parameters that fails at its second name leaves the first one applied.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from typing import Any, Collection, Iterable, Mapping, NamedTuple, Sequence

from .._config.words import listed
from . import hybrid_keys
from .errors import CommandError

PACKAGE = "AmazonCloudWatchAgent"
CONFIGURE_PACKAGE, MANAGE_AGENT = "AWS-ConfigureAWSPackage", "AmazonCloudWatch-ManageAgent"
INSTALL, CONFIGURE = "install", "configure"
ABSENT = "absent"
_SIZE = re.compile(r"[1-9][0-9]*%?")

APPLY = r"""
base=/opt/aws/amazon-cloudwatch-agent
ctl=$base/bin/amazon-cloudwatch-agent-ctl
if [ ! -x $ctl ]; then echo "the agent is not installed" >&2; exit 1; fi
saved=$(mktemp -d) && cp -a $base/etc/. "$saved/" || exit 1
action=fetch-config
for name in @NAMES@; do
  if ! $ctl -a $action -m @MODE@ -c "ssm:$name"; then
    if find $base/etc -mindepth 1 -delete && cp -a "$saved/." $base/etc/; then
      rm -rf "$saved"
      echo "ssm:$name was refused, and the configuration is as it was before" >&2
    else
      echo "ssm:$name was refused, and the configuration could not be restored: $saved has the one of before" >&2
    fi
    exit 1
  fi
  action=append-config
done
rm -rf "$saved"
$ctl -a stop -m @MODE@
$ctl -a start -m @MODE@
"""
"""All parts of a configuration or none of them."""


FORGET = r"""
if [ -x /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl ]; then exit 0; fi
for script in /var/lib/amazon/ssm/packages/*/*/uninstall.sh; do
  package=$(dirname "$(dirname "$script")")
  case "$package" in
    *[Aa]mazon[Cc]loud[Ww]atch[Aa]gent*) rm -rf "$package" ;;
    *) grep -Eqs '(dpkg|rpm|apt-get|yum|dnf|zypper) .*amazon-cloudwatch-agent' "$script" && rm -rf "$package" ;;
  esac
done
exit 0
"""
"""Removes what the SSM agent remembers of the package, where it cannot uninstall it because it is gone.

A host that has the agent keeps it: nothing else can uninstall it. Packages of others stay, also those whose scripts restart the agent.
"""


class Target(NamedTuple):
    """A host and what its agent shall be.

    ``build``: '' for any; ``locations``: NAME:VERSION of Parameter Store, in their order; ``digests``: sha256 of their texts;
    ``hybrid_keys``: whether it uses the keys of the SSM agent.
    """

    host: str
    instance_id: str
    profile: str
    region: str
    mode: str
    build: str
    locations: tuple[str, ...]
    digests: tuple[str, ...]
    hybrid_keys: bool = False


class Order(NamedTuple):
    """A command for the hosts that need the same: the document, and the values of its parameters."""

    document: str
    parameters: Mapping[str, Any]
    targets: tuple[Target, ...]


def targets(
    plan: Mapping[str, Any],
    published: Mapping[str, Any],
    nodes: Mapping[str, Any],
    only: Collection[str] | None = None,
    profiles: Mapping[str, str] | None = None,
) -> list[Target]:
    """The hosts of *plan* that are to have the agent, or those of *only*.

    Args:
        published: without it, nothing is known of their configurations.
        nodes: host → its id in Systems Manager.
        profiles: host → the credential profile that it is to use.

    Raises:
        CommandError: a host has no id, or that of another one, or keys that its agent could not read.
    """
    hosts = {host: entry for host, entry in plan["hosts"].items() if entry.get("state") != ABSENT and (only is None or host in only)}
    lacking = [host for host in hosts if not str(nodes.get(host) or "").startswith(("i-", "mi-"))]
    if lacking:
        raise CommandError(
            f"{listed(lacking)}: the id of the node is not known. Hint: set cw_agent_node_id of the host (i-… or mi-…);"
            " the inventory plugin amazon.aws.aws_ec2 sets instance_id, which is taken where it is empty."
        )
    often = Counter(str(nodes[host]) for host in hosts)
    shared = [host for host in hosts if often[str(nodes[host])] > 1]
    if shared:
        raise CommandError(f"{listed(shared)}: they have the same node. Hint: correct their cw_agent_node_id or instance_id.")
    sources = published["sources"] if published else dict.fromkeys(hosts, ())
    keys = {host: hybrid_keys.wanted(entry, (profiles or {}).get(host, "")) for host, entry in hosts.items()}
    other = {host: str(entry["run_as_user"]) for host, entry in hosts.items() if keys[host] and entry["run_as_user"] != "root"}
    if other:
        users = listed(sorted(set(other.values())))
        raise CommandError(
            f"{listed(list(other))}: agent.run_as_user is {users}, and root alone can read the SSM agent's keys"
            " (cw_agent_credentials_profile: default). Hint: set agent.run_as_user of these hosts to root."
        )
    return [_target(host, entry, sources[host], str(nodes[host]), keys[host]) for host, entry in hosts.items()]


def _target(host: str, entry: Mapping[str, Any], sources: Iterable[Mapping[str, Any]], node: str, keys: bool) -> Target:
    found = list(sources)
    return Target(
        host=host,
        instance_id=node,
        profile=str(entry.get("profile") or ""),
        region=str(entry.get("region") or ""),
        mode=str(entry.get("mode") or "ec2"),
        build=str(entry.get("build") or ""),
        locations=tuple(str(item["location"]).partition(":")[2] for item in found),
        digests=tuple(str(item["digest"]) for item in found),
        hybrid_keys=keys,
    )


def needs(agent: Mapping[str, Any], target: Target) -> list[str]:
    """What *target* lacks of what it shall be; where its configuration is not known, that of the agent is left alone."""
    build = str(agent["package"]["build"])
    found = [INSTALL] if not build or (target.build and build != target.build) else []
    active = sorted(str(item["digest"]) for item in agent["configurations"])
    same = (not target.locations or active == sorted(target.digests)) and agent["service"]["active_state"] == "active"
    same = same and not _keys_differ(agent, target)
    return found if same else [*found, CONFIGURE]


def _keys_differ(agent: Mapping[str, Any], target: Target) -> str:
    return hybrid_keys.differs(agent) if target.hybrid_keys else ""


def lacks(agent: Mapping[str, Any], target: Target) -> str:
    """What is wrong with the agent in words; '' where nothing is."""
    open_needs = needs(agent, target) if agent else []
    if not agent:
        return "the node gave no whole answer about its agent"
    if INSTALL in open_needs:
        build = agent["package"]["build"]
        return f"build {build} is installed instead of {target.build}" if build else "the agent is not installed"
    if _keys_differ(agent, target):
        return _keys_differ(agent, target)
    if CONFIGURE in open_needs:
        state = agent["service"]["active_state"]
        what = f"the agent's service is {state}" if state != "active" else "its configuration is not the one that was published"
        return f"{what}: {agent['errors'][-1]}" if agent.get("errors") else what
    return ""


def installation(targets: Iterable[Target], action: str = "Install") -> list[Order]:
    """Commands that install (or uninstall) the package, one for each build."""
    by_build: dict[str, list[Target]] = {}
    for target in targets:
        by_build.setdefault(target.build if action == "Install" else "", []).append(target)
    return [
        Order(CONFIGURE_PACKAGE, {"action": action, "name": PACKAGE, **({"version": build} if build else {})}, tuple(group))
        for build, group in by_build.items()
    ]


def forgetting(targets: Iterable[Target]) -> Order:
    """The command after which the SSM agent knows nothing of the package."""
    return Order("AWS-RunShellScript", {"commands": FORGET.strip().splitlines()}, tuple(targets))


def configuration(targets: Iterable[Target]) -> list[Order]:
    """Commands that apply configurations and restart, one for each distinct configuration and mode; before them, what makes keys known."""
    groups: dict[tuple[str, tuple[str, ...]], list[Target]] = {}
    with_keys: dict[str, list[Target]] = {}
    for target in targets:
        groups.setdefault((target.mode, target.locations), []).append(target)
        if target.hybrid_keys:
            with_keys.setdefault(target.region, []).append(target)
    shared = [Order("AWS-RunShellScript", {"commands": hybrid_keys.script(region)}, tuple(group)) for region, group in with_keys.items()]
    return shared + [_applied(mode, locations, tuple(group)) for (mode, locations), group in groups.items()]


def _applied(mode: str, locations: tuple[str, ...], group: tuple[Target, ...]) -> Order:
    if len(locations) == 1:
        values = {"action": "configure", "mode": mode, "optionalConfigurationSource": "ssm", "optionalRestart": "yes"}
        return Order(MANAGE_AGENT, {**values, "optionalConfigurationLocation": locations[0]}, group)
    script = APPLY.replace("@NAMES@", " ".join(map(shlex.quote, locations))).replace("@MODE@", shlex.quote(mode))
    return Order("AWS-RunShellScript", {"commands": script.strip().splitlines()}, group)


def before(target: Target, agent: Mapping[str, Any], published: Mapping[str, Any]) -> Target | None:
    """What *target* goes back to: its build of before, and the release that is live, or what it had where none is; None for nothing."""
    build = str(agent["package"]["build"])
    live = _live(target, published)
    locations = live or _had(agent, published)
    if not build or not locations:
        return None
    digests = () if live else tuple(str(item["digest"]) for item in agent["configurations"])
    return target._replace(build=build, locations=locations, digests=digests)


def _live(target: Target, published: Mapping[str, Any]) -> tuple[str, ...]:
    for item in published["configurations"]:
        if target.host in item["hosts"] and item["live"] and item["live"] != item["version"]:
            # By its number: a roll-out has moved the label by now.
            return tuple(f"{name}:{item['live']}" for name in item["parts"]) if len(item["parts"]) == 1 else ()
    return ()


def _had(agent: Mapping[str, Any], published: Mapping[str, Any]) -> tuple[str, ...]:
    """NAME:VERSION of the files that the agent has named after parameters; () where one of them may be of several names."""
    known = {re.sub("[/: ]", "_", part): part for item in published["configurations"] for part in item["parts"]}
    found = []
    for item in agent["configurations"]:
        stem, _line, version = str(item["file"]).rpartition("_")
        name = stem.removeprefix("ssm_")
        if name == stem or not version.isdigit() or ("_" in name and name not in known):
            return ()
        found.append(f"{known.get(name, name)}:{version}")
    return tuple(found)


def back_again(agent: Mapping[str, Any], target: Target) -> bool:
    """Whether an agent that was taken back runs, with the build of before, and with its configuration where *target* has the digests."""
    if not agent or agent["package"]["build"] != target.build or agent["service"]["active_state"] != "active":
        return False
    active = sorted(str(item["digest"]) for item in agent["configurations"])
    return not target.digests or active == sorted(target.digests)


def waves(hosts: Sequence[Target], sizes: Sequence[str]) -> list[list[Target]]:
    """*hosts* in waves of *sizes*, numbers or per cent of all of them, as Ansible's serial takes them; the last size holds for the rest.

    Raises:
        CommandError: a size is none.
    """
    wrong = [size for size in sizes if not _SIZE.fullmatch(str(size))]
    if wrong or not sizes:
        raise CommandError(f"waves: {wrong[0] if wrong else sizes!r} is no size. Hint: give numbers of hosts, or per cent such as 10%.")
    numbers = [max(1, int(size[:-1]) * len(hosts) // 100) if size.endswith("%") else int(size) for size in map(str, sizes)]
    found: list[list[Target]] = []
    start = 0
    while start < len(hosts):
        size = numbers[min(len(found), len(numbers) - 1)]
        found.append(list(hosts[start : start + size]))
        start += size
    return found
