# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands for hosts of many accounts and regions, as hosts and not as nodes. Private to this collection."""

from __future__ import annotations

import functools
from typing import Any, Callable, Iterable, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import commands
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.managed_nodes import Nodes, by_ids
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import limits, probe, requests
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.agent_fleet import Order, Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.documents import Document, checked
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.nodes import unreachable
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.verdicts import DENIED, OK, UNDELIVERED, WRONG_PLATFORM, Node
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.words import counted
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsConnection

Place = tuple[str, str]
"""A profile and a region."""
PROBES = {"Windows": ("AWS-RunPowerShellScript", probe.WINDOWS), "": ("AWS-RunShellScript", probe.LINUX)}
COMMENT = "cloudwatch.agent"
ALL = "100%"
OUT_OF_REACH = (UNDELIVERED, DENIED, WRONG_PLATFORM)
NO_ANSWER = "the node gave no whole answer about its agent"


class FleetCommands:
    """Runs commands on hosts, and asks them about their agents.

    Args:
        connection: of the task.
        notify: is told of progress, as a line of text.
        sleep: waits, and raises where the run is interrupted.
        delivery_timeout: seconds in which a node has to take a command.
    """

    def __init__(
        self, connection: AwsConnection, notify: Callable[[str], None], sleep: Callable[[float], None], delivery_timeout: int
    ) -> None:
        self._connection, self._notify, self._sleep, self._timeout = connection, notify, sleep, delivery_timeout
        self._client = functools.lru_cache(maxsize=None)(self._made)
        self._document = functools.lru_cache(maxsize=None)(self._read)
        self._nodes: dict[Place, Nodes] = {}
        self._run: commands.Run | None = None
        self.command_ids: list[str] = []
        """Commands that were sent so far."""

    def _made(self, place: Place) -> Any:
        return self._connection.retrying_client("ssm", profile=place[0], region=place[1])

    def _read(self, place: Place, name: str) -> Document:
        return commands.read_document(self._client(place), name, "")

    def know(self, targets: Iterable[Target]) -> None:
        """Read what Systems Manager knows of the nodes, fifty a call."""
        for place, some in by_place(targets).items():
            self._nodes[place] = by_ids(self._client(place), [target.instance_id for target in some])

    def ask(self, targets: Iterable[Target]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
        """By host: its agent as its node describes it, and of the others why they did not answer.

        The question only reads, so that a node which got it and gave no answer is asked once more.
        """
        agents, silent = self._asked(targets)
        again = [target for target in targets if silent.get(target.host) and silent[target.host].verdict not in OUT_OF_REACH]
        if again:
            more, still = self._asked(again)
            agents.update(more)
            silent = {host: still.get(host, node) for host, node in silent.items() if host not in more}
        return agents, {host: node.message or NO_ANSWER for host, node in silent.items()}

    def _asked(self, targets: Iterable[Target]) -> tuple[dict[str, dict[str, Any]], dict[str, Node]]:
        groups: dict[str, list[Target]] = {}
        for target in targets:
            groups.setdefault(self._platform(target), []).append(target)
        agents, silent = {}, {}
        for platform, some in groups.items():
            document, script = PROBES[platform]
            said = self.run([Order(document, {"commands": script.strip().splitlines()}, tuple(some))])
            for target in some:
                node = said[target.host]
                text = node.steps[0].stdout if node.steps else ""
                agent = probe.agent_of(text, target.mode, target.instance_id) if node.verdict == OK else {}
                if agent:
                    agents[target.host] = agent
                else:
                    silent[target.host] = node
        return agents, silent

    def _platform(self, target: Target) -> str:
        node = self._nodes.get((target.profile, target.region), {}).get(target.instance_id, {})
        return "Windows" if node.get("platform_type") == "Windows" else ""

    def run(self, orders: Iterable[Order]) -> dict[str, Node]:
        """By host, what came of the *orders*, one after the other.

        Raises:
            AwsError: a call was refused.
            CommandError: a document does not allow what is asked of it.
        """
        found: dict[str, Node] = {}
        for order in orders:
            for place, some in by_place(order.targets).items():
                found.update(self._sent(place, order, some))
        return found

    def _sent(self, place: Place, order: Order, targets: list[Target]) -> dict[str, Node]:
        document = self._document(place, order.document)
        parameters = checked(document, order.parameters)
        hosts = {target.instance_id: target.host for target in targets}
        refused = unreachable(document, hosts, self._nodes[place])
        out = {node.instance_id for node in refused}
        wanted = requests.Wanted(order.document, document.version, parameters, comment=COMMENT, delivery_timeout=self._timeout)
        shares = limits.shares([one for one in hosts if one not in out], ALL, ALL)
        nodes = [*refused, *(self._followed(place, document, wanted, shares) if shares.chunks else [])]
        return {hosts[node.instance_id]: node for node in nodes}

    def _followed(self, place: Place, document: Document, wanted: requests.Wanted, shares: limits.Shares) -> list[Node]:
        once = self._connection.single_client("ssm", profile=place[0], region=place[1])
        settings = commands.Settings(requests.seconds_at_most(document, wanted.parameters, wanted.delivery_timeout), poll=3.0)

        def notify(now: Mapping[str, int], total: int) -> None:
            said = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in now.items()) or "none is visible yet"
            self._notify(f"{document.name} ({place[1]}): {counted(total, 'node')}: {said}")

        self._run = commands.Run(self._client(place), commands.Sender(once, self._client(place)), settings, notify, sleep=self._sleep)
        try:
            return self._run.follow(wanted, shares.chunks, shares.at_once, shares.budget).nodes
        finally:
            self.command_ids += self._run.command_ids

    def cancel(self) -> None:
        """Cancel what is under way."""
        if self._run:
            self._run.cancel(wait=0)


def by_place(targets: Iterable[Target]) -> dict[Place, list[Target]]:
    """*targets* by account and region."""
    found: dict[Place, list[Target]] = {}
    for target in targets:
        found.setdefault((target.profile, target.region), []).append(target)
    return found
