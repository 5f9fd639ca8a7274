# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State Manager on the node: lists its associations, runs what is due, reports how it went."""

from __future__ import annotations

import json
import pathlib
import time
import uuid
from typing import Any

from standin.awshttp import AwsError

from . import log, places, processes
from .identity import Service
from .schedule import due

EMPTY, REGULAR, LOOK = 30.0, 600.0, 0.5
SUMMARY = 510


def refresh(node_id: str, inputs: dict[str, Any]) -> None:
    """Ask the agent to apply associations now: those named, else all."""
    ids = inputs.get("associationIds") or []
    places.write(places.state(node_id, "associations") / f"refresh-{uuid.uuid4()}.json", ids if isinstance(ids, list) else [ids])


def flat(content: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """An association's parameters, which are lists, as the document declares them."""
    declared = content.get("parameters") or {}
    found = {}
    for name, values in given.items():
        kind = declared.get(name, {}).get("type")
        found[name] = values if kind == "StringList" else json.loads(values[0]) if kind == "StringMap" else values[0]
    return found


class Associations:
    """The associations of a node."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.node_id = service.identity.node_id
        self.place = places.state(self.node_id, "associations")
        self.known: dict[str, Any] = places.read(self.place / "known.json") or {}

    def run(self) -> None:
        """Serve for ever."""
        listed: list[dict[str, Any]] = []
        looked, pause = 0.0, 0.0
        while True:
            asked = self._asked()
            if asked is not None or time.monotonic() - looked > pause:
                listed = self._list()
                looked, pause = time.monotonic(), REGULAR if listed else EMPTY
            for association in listed:
                if self._due(association, asked):
                    self._apply(association)
            time.sleep(LOOK)

    def _asked(self) -> set[str] | None:
        """What the service wants to have applied now: ids, an empty set for all, None for nothing."""
        files = list(self.place.glob("refresh-*.json"))
        if not files:
            return None
        wanted = [places.read(file) for file in files]
        for file in files:
            file.unlink()
        return set() if [] in wanted else {name for ids in wanted for name in ids or []}

    def _list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        try:
            while True:
                page = self.service.call("ssm", "ListInstanceAssociations", InstanceId=self.node_id, MaxResults=20, **token)
                found += page.get("Associations") or []
                if not page.get("NextToken"):
                    return found
                token = {"NextToken": page["NextToken"]}
        except AwsError as error:
            log.say("ERROR", f"associations could not be listed: {error}")
            return found

    def _due(self, association: dict[str, Any], asked: set[str] | None) -> bool:
        name = association["AssociationId"]
        if asked is not None and (not asked or name in asked):
            return True
        before = self.known.get(name)
        schedule = association.get("ScheduleExpression") or ""
        if before is None or before["checksum"] != association.get("Checksum"):
            if not association.get("ApplyOnlyAtCronInterval"):
                return True
            self._remember(association, time.time())
            return False
        return due(schedule, before["ran"], time.time())

    def _remember(self, association: dict[str, Any], ran: float) -> None:
        self.known[association["AssociationId"]] = {"checksum": association.get("Checksum"), "ran": ran}
        places.write(self.place / "known.json", self.known)

    def _apply(self, association: dict[str, Any]) -> None:
        """Run the document and report."""
        self._remember(association, time.time())
        self._report(association, "Pending", "Pending")
        try:
            version = association.get("DocumentVersion") or "$DEFAULT"
            content = json.loads(self.service.call("ssm", "GetDocument", Name=association["Name"], DocumentVersion=version)["Content"])
        except (AwsError, ValueError) as error:
            self._report(association, "Failed", f"the document could not be read: {error}", "ExecutionError")
            return
        self._report(association, "InProgress", "Executing association")
        place = self.place / f"run-{association['AssociationId']}"
        status, summary = self._document(place, association, content)
        self._report(association, status, summary, "" if status == "Success" else "ExecutionError")
        self._comply(association, status)

    def _document(self, place: pathlib.Path, association: dict[str, Any], content: dict[str, Any]) -> tuple[str, str]:
        message = {"CommandId": association["AssociationId"], "DocumentName": association["Name"], "DocumentContent": content}
        processes.remove(place)
        place.mkdir()
        places.write(place / "message.json", {**message, "Parameters": flat(content, association.get("Parameters") or {})})
        processes.start(place)
        while processes.alive(place):
            time.sleep(LOOK)
        end = places.read(place / "end.json") or {"status": "Failed", "trace": "the worker ended"}
        steps = [places.read(file)["status"] for file in place.glob("step-*.json")]
        counts = [steps.count(name) for name in ("Success", "Failed", "TimedOut", "Skipped")]
        word = "plugin" if len(steps) == 1 else "plugins"
        text = "{0} out of {0} {1} processed, {2} success, {3} failed, {4} timedout, {5} skipped.".format(len(steps), word, *counts)
        processes.remove(place)
        return ("Success" if end["status"] == "Success" else "Failed"), f"{text} {end['trace']}"

    def _report(self, association: dict[str, Any], status: str, summary: str, code: str = "") -> None:
        result = {"Status": status, "ExecutionDate": time.time(), "ExecutionSummary": summary[:SUMMARY], "ErrorCode": code}
        asked = {"AssociationId": association["AssociationId"], "InstanceId": self.node_id, "ExecutionResult": result}
        try:
            self.service.call("ssm", "UpdateInstanceAssociationStatus", **asked)
        except AwsError as error:
            log.say("ERROR", f"the status of an association could not be reported: {error}")

    def _comply(self, association: dict[str, Any], status: str) -> None:
        details = {"DocumentName": association["Name"], "DocumentVersion": str(association.get("DocumentVersion") or "$DEFAULT")}
        item = {"Id": association["AssociationId"], "Title": association["Name"], "Severity": "UNSPECIFIED", "Details": details}
        item["Status"] = "COMPLIANT" if status == "Success" else "NON_COMPLIANT"
        asked = {"ResourceId": self.node_id, "ResourceType": "ManagedInstance", "ComplianceType": "Association", "Items": [item]}
        summary = {"ExecutionTime": time.time(), "ExecutionId": str(uuid.uuid4()), "ExecutionType": "Command"}
        try:
            self.service.call("ssm", "PutComplianceItems", ExecutionSummary=summary, **asked)
        except AwsError as error:
            log.say("ERROR", f"compliance could not be reported: {error}")
