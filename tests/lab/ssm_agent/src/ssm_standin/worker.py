# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of its own runs a document, step by step, so that a restart of the agent ends no command.

It reads `message.json` in the command's directory and leaves a file for each step that has ended, and at last `end.json`.
"""

from __future__ import annotations

import datetime
import pathlib
import subprocess
from typing import Any, Callable

from standin.awshttp import AwsError

from . import associations, log, outputs, packages, places, shell
from .document import DocumentError, Step, steps
from .identity import Service
from .shell import Outcome

EXIT_SUCCESS, EXIT_FAILURE = 168, 169
ORDER = ("Failed", "TimedOut", "Cancelled", "Success")


def stamp() -> str:
    """Now, as replies have it."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Worker:
    """One command: its directory, its message, and how it may be cancelled."""

    def __init__(self, service: Service, place: pathlib.Path) -> None:
        self.service = service
        self.place = place
        self.message: dict[str, Any] = places.read(place / "message.json")
        self.command = str(self.message["CommandId"])
        self.plugins: dict[str, Callable[[Step], Outcome]] = {
            "aws:runShellScript": self._shell,
            "aws:configurePackage": lambda step: packages.run(step.inputs, service),
            "aws:refreshAssociation": self._refresh,
        }

    def _cancelled(self) -> bool:
        return (self.place / "cancel").exists()

    def resolve(self, names: list[str]) -> dict[str, str]:
        """Values out of Parameter Store, by the node's own right."""
        try:
            found = self.service.call("ssm", "GetParameters", Names=names, WithDecryption=False)["Parameters"]
        except AwsError as error:
            raise DocumentError(f"Parameters could not be resolved: {error}") from error
        return {parameter["Name"]: parameter["Value"] for parameter in found if parameter["Type"] != "SecureString"}

    def _refresh(self, step: Step) -> Outcome:
        associations.refresh(self.service.identity.node_id, step.inputs)
        return Outcome("Success", 0, "Successfully initiated the refresh of associations.\n", "")

    def _shell(self, step: Step) -> Outcome:
        identity = self.service.identity
        variables = {
            "SSM_COMMAND_ID": self.command,
            "AWS_SSM_INSTANCE_ID": identity.node_id,
            "AWS_SSM_REGION_NAME": identity.region,
        }
        if identity.hybrid:
            variables["AWS_SHARED_CREDENTIALS_FILE"] = "/root/.aws/credentials"
        room = places.orchestration(identity.node_id, self.command) / step.name.replace(":", "")
        return shell.run(step.inputs, room, variables, self._cancelled)

    def run(self) -> None:
        """Run the document to its end or to a reboot."""
        if (self.place / "end.json").exists():
            return
        try:
            plan = steps(self.message["DocumentContent"], self.message.get("Parameters") or {}, self.resolve)
        except DocumentError as error:
            self._end("Failed", str(error))
            return
        statuses, stopped = [], ""
        for number, step in enumerate(plan):
            file = self.place / f"step-{number}.json"
            before = places.read(file)
            if before and before["status"] != "SuccessAndReboot":
                statuses.append(before["status"])
                stopped = stopped or _stops(step, before["status"], before["code"])
                continue
            began = (before or {}).get("startDateTime") or stamp()
            outcome = self._one(step, stopped, last=number == len(plan) - 1)
            places.write(file, self._result(step, outcome, began))
            if outcome.status == "SuccessAndReboot":
                self._reboot()
                return
            statuses.append(outcome.status)
            stopped = stopped or _stops(step, outcome.status, outcome.code)
        self._end(_overall(statuses), "")

    def _one(self, step: Step, stopped: str, last: bool) -> Outcome:
        if stopped and not (last and str(step.inputs.get("finallyStep")).lower() == "true"):
            return Outcome("Skipped", 0, f"Step execution skipped: {stopped}. Step name: {step.name}", "")
        if step.skip:
            return Outcome("Skipped", 0, step.skip, "")
        plugin = self.plugins.get(step.plugin)
        if plugin is None:
            return Outcome("Failed", 1, f"Plugin with name {step.plugin} is not supported by this agent. Step name: {step.name}", "")
        if self._cancelled():
            return Outcome("Cancelled", shell.KILLED, "", "")
        outcome = plugin(step)
        if step.plugin == "aws:runShellScript":
            outputs.publish(self.service, self.message, step, outcome)
        if outcome.code == EXIT_SUCCESS:
            return outcome._replace(status="Success", stderr="")
        return outcome

    def _result(self, step: Step, outcome: Outcome, began: str) -> dict[str, Any]:
        times = {"startDateTime": began, "endDateTime": stamp()}
        return {"step": step.name, "name": step.plugin, "status": outcome.status, "code": outcome.code, **times, **shell.reported(outcome)}

    def _reboot(self) -> None:
        log.say("INFO", f"command {self.command} asks for a reboot")
        subprocess.run(["shutdown", "-r", "+1"], check=False, capture_output=True)

    def _end(self, status: str, trace: str) -> None:
        places.write(self.place / "end.json", {"status": status, "trace": trace})


def _stops(step: Step, status: str, code: int) -> str:
    """Why the steps after this one are skipped, '' if they are not."""
    if code in (EXIT_SUCCESS, EXIT_FAILURE):
        return f"step {step.name} exited with {code}"
    if status in ("Failed", "TimedOut") and step.inputs.get("onFailure") == "exit":
        return f"step {step.name} failed"
    return f"step {step.name} was cancelled" if status == "Cancelled" else ""


def _overall(statuses: list[str]) -> str:
    """The status of the document; steps that were skipped are a success."""
    return next((status for status in ORDER if status in statuses), "Success")
