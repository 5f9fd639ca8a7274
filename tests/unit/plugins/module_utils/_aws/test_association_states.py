# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What associations give to nodes, in bulk. Over the wire: tests/integration/test_releases.py."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import association_states
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import standing
from ansible_collections.cloudwatch.agent.tests.support.fake_associations import FakeStateManager, association

NAME = "AmazonCloudWatch-web"
LINES = standing.script([standing.Part(NAME, 3, "d")], "ec2").splitlines()


class Runs(FakeStateManager):
    """State Manager with one association of ours, one of another configuration and one of somebody else, and runs: (when, states)."""

    def __init__(self, *runs: tuple[str, dict[str, str]]) -> None:
        ours = association(AssociationName=standing.name_of(NAME), Name=standing.DOCUMENT, Parameters={"commands": LINES})
        other = association(AssociationId="a-2", AssociationName=standing.name_of("other"), Name=standing.DOCUMENT)
        super().__init__(ours, other, association(AssociationId="a-3"))
        self.of = {f"e-{number}": run for number, run in enumerate(runs)}

    def describe_association_executions(self, **request: Any) -> dict[str, Any]:
        self._ask("executions", request)
        return {"AssociationExecutions": [{"ExecutionId": name, "CreatedTime": run[0]} for name, run in self.of.items()]}

    def describe_association_execution_targets(self, **request: Any) -> dict[str, Any]:
        self._ask("targets", request)
        states = self.of[request["ExecutionId"]][1]
        return {"AssociationExecutionTargets": [{"ResourceId": node, "Status": state} for node, state in states.items()]}


def read(client: Runs, *nodes: str) -> dict[str, str]:
    (found,) = association_states.read(client, {NAME: nodes})
    assert (found.name, found.configuration, found.gives) == (f"cloudwatch-agent-{NAME}", NAME, [f"{NAME}:3"])
    return found.nodes


def test_the_newest_run_of_each_node_counts_and_no_more_is_read_than_that() -> None:
    client = Runs(("1", {"i-1": "Success", "i-2": "Success"}), ("3", {"i-2": "Pending"}), ("2", {"i-1": "Failed", "i-9": "Success"}))
    assert read(client, "i-1", "i-2") == {"i-1": "Failed", "i-2": "Pending"}
    assert client.names() == ["list_associations", "describe_association", "executions", "targets", "targets"]
    assert read(client, "i-7") == {} and client.names().count("targets") == 5


def test_nodes_in_no_run_do_not_cost_every_page(monkeypatch: Any) -> None:
    client = Runs(*((f"{number:03}", {"i-1": "Success"}) for number in range(200)))
    assert read(client, "i-7") == {} and client.names().count("targets") == association_states.PAGES
    large = Runs(*((f"{number:03}", {f"i-{node}": "Success" for node in range(1000)}) for number in range(50)))
    assert read(large, "i-none") == {} and large.names().count("targets") == 3


def test_nothing_is_read_of_what_is_not_there() -> None:
    client = Runs()
    assert association_states.read(client, {"AmazonCloudWatch-db": ["i-1"]}) == [] and client.names() == ["list_associations"]
