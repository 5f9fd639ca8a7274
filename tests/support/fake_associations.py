# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State Manager on memory, with AWS's rule that an update clears every optional field that is not sent."""

from __future__ import annotations

from typing import Any

import botocore.session
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import FakeRunCommand, client_error
from botocore.exceptions import EndpointConnectionError

MODEL = botocore.session.get_session().get_service_model("ssm")
UPDATE = frozenset(MODEL.operation_model("UpdateAssociation").input_shape.members)
ADDRESS = {"AssociationId", "AssociationVersion"}


class FakeStateManager(FakeRunCommand):
    """A client of SSM with associations. ``losing``: operations whose next answer gets lost; ``late``: how many reads do
    not show yet what it has done. ``runs``: states that each run goes through."""

    def __init__(self, *associations: dict[str, Any]) -> None:
        super().__init__()
        self.meta = type("Meta", (), {"service_model": MODEL})()
        self.associations = {one["AssociationId"]: one for one in associations}
        self.losing: list[str] = []
        self.late = 0
        self._hidden: tuple[str, dict[str, Any]] = ("", {})
        self._left = 0
        self.runs: list[str] = ["Pending", "Success"]
        self.results: list[dict[str, Any]] = [{"ResourceId": "i-1", "Status": "Success", "DetailedStatus": "Success"}]
        self.executed: dict[str, list[dict[str, Any]]] = {}

    def _write(self, name: str, request: dict[str, Any], association: dict[str, Any]) -> dict[str, Any]:
        before = self.associations.get(association["AssociationId"], {})
        self.associations[association["AssociationId"]] = association
        if not (association.get("ApplyOnlyAtCronInterval") and association.get("ScheduleExpression")):
            self._execute(association["AssociationId"])
        if name in self.losing:
            self.losing.remove(name)
            self._hidden, self._left = (association["AssociationId"], before), self.late
            raise EndpointConnectionError(endpoint_url="https://ssm")
        return {"AssociationDescription": dict(association)}

    def _execute(self, association_id: str) -> None:
        runs = self.executed.setdefault(association_id, [])
        runs.insert(0, {"ExecutionId": f"e-{len(runs) + 1}", "States": list(self.runs)})

    def list_associations(self, **request: Any) -> dict[str, Any]:
        self._ask("list_associations", request)
        (one,) = request["AssociationFilterList"]
        shown = [self._seen(name) for name in self.associations]
        return {"Associations": [item for item in shown if item.get(one["key"]) == one["value"]]}

    def describe_association(self, **request: Any) -> dict[str, Any]:
        self._ask("describe_association", request)
        return {"AssociationDescription": dict(self._seen(request["AssociationId"]))}

    def _seen(self, name: str) -> dict[str, Any]:
        hidden, before = self._hidden
        if name != hidden or self._left <= 0:
            return self.associations[name]
        self._left -= 1
        return before

    def create_association(self, **request: Any) -> dict[str, Any]:
        self._ask("create_association", request)
        fields = {key: value for key, value in request.items() if key != "Tags"}
        made = {**fields, "AssociationId": f"a-{len(self.associations) + 1}", "AssociationVersion": "1"}
        return self._write("create_association", request, made)

    def update_association(self, **request: Any) -> dict[str, Any]:
        self._ask("update_association", request)
        before = self.associations[request["AssociationId"]]
        if request.get("AssociationVersion", before["AssociationVersion"]) != before["AssociationVersion"]:
            raise client_error("InvalidAssociationVersion", "UpdateAssociation")
        kept = {key: value for key, value in before.items() if key not in UPDATE}
        after = {**kept, **request, "AssociationVersion": str(int(before["AssociationVersion"]) + 1)}
        return self._write("update_association", request, after)

    def delete_association(self, **request: Any) -> None:
        self._ask("delete_association", request)
        if self.associations.pop(request["AssociationId"], None) is None:
            raise client_error("AssociationDoesNotExist", "DeleteAssociation")

    def start_associations_once(self, **request: Any) -> None:
        self._ask("start_associations_once", request)
        for one in request["AssociationIds"]:
            self._execute(one)

    def describe_association_executions(self, **request: Any) -> dict[str, Any]:
        self._ask("describe_association_executions", request)
        runs = self.executed.get(request["AssociationId"], [])
        found = [{"ExecutionId": run["ExecutionId"], "Status": run["States"][0]} for run in runs]
        for run in runs:
            run["States"] = run["States"][1:] or run["States"]
        return {"AssociationExecutions": found}

    def describe_association_execution_targets(self, **request: Any) -> dict[str, Any]:
        self._ask("describe_association_execution_targets", request)
        return {"AssociationExecutionTargets": self.results}


def association(**fields: Any) -> dict[str, Any]:
    """An association that is there."""
    return {
        "AssociationId": "a-1",
        "AssociationVersion": "1",
        "AssociationName": "agent",
        "Name": "Two",
        "Targets": [{"Key": "tag:Role", "Values": ["web"]}],
        "Parameters": {"action": ["Install"], "word": ["abc"]},
        **fields,
    }
