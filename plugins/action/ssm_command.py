# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a document of Systems Manager on many nodes, follow it to its end, and say what came of it on each."""

from __future__ import annotations

import time
from typing import Any, Mapping, NamedTuple

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import commands
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.managed_nodes import Nodes, by_ids, by_targets
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import limits, requests, verdicts
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.documents import Document, checked
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.nodes import unreachable
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.outputs import warning
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.results import WOULD_RUN, result_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.verdicts import OK, VERDICTS, Node
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.words import counted
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.interruption import Interruption, InterruptionError

TARGET: dict[str, dict[str, Any]] = {
    "key": {"type": "str", "required": True, "no_log": False},
    "values": {"type": "list", "elements": "str", "required": True},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "document": {"type": "str"},
    "document_version": {"type": "str"},
    "shell": {"type": "str"},
    "powershell": {"type": "str"},
    "chdir": {"type": "str"},
    "parameters": {"type": "dict"},
    "instance_ids": {"type": "list", "elements": "str"},
    "targets": {"type": "list", "elements": "dict", "options": TARGET},
    "no_match": {"type": "str", "choices": ["fail", "ok"], "default": "fail"},
    "comment": {"type": "str"},
    "max_concurrency": {"type": "str"},
    "max_errors": {"type": "str"},
    "delivery_timeout": {"type": "int"},
    "execution_timeout": {"type": "int"},
    "cloudwatch_output": {"type": "bool", "default": False},
    "cloudwatch_log_group": {"type": "str"},
    "output_s3_bucket": {"type": "str"},
    "output_s3_key_prefix": {"type": "str"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int"},
    "poll_seconds": {"type": "float", "default": 5},
    "full_output": {"type": "bool", "default": True},
    "accept": {"type": "list", "elements": "str", "choices": list(VERDICTS), "default": [OK]},
}
ONE_OF = [("document", "shell", "powershell"), ("instance_ids", "targets")]
ALONE = [*ONE_OF, ("document_version", "shell", "powershell")]
NEEDS = {"output_s3_key_prefix": ("output_s3_bucket",), "document_version": ("document",)}


class Prepared(NamedTuple):
    """A command that is ready to be sent: to the nodes of ``shares``, or to targets. ``refused``: nodes that it cannot be sent to."""

    document: Document
    wanted: requests.Wanted
    shares: limits.Shares
    refused: list[Node]
    known: Nodes


class ActionModule(AwsAction):
    """The controller's side of ssm_command; no host is contacted by Ansible."""

    arguments = ARGUMENTS
    rules = {"required_one_of": ONE_OF, "mutually_exclusive": ALONE, "required_by": NEEDS}

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Send, follow, and say what came of it; fail with one message about all nodes."""
        try:
            prepared = self._prepare(options)
            if self._task.check_mode:
                return self._foreseen(options, prepared)
            if not (prepared.wanted.targets or prepared.shares.chunks):
                return self._ended(options, prepared, commands.Outcome(prepared.refused, [], no_match=not prepared.refused))
            return self._send(options, prepared)
        except (AwsError, CommandError) as error:
            details = error.details if isinstance(error, AwsError) else {}
            return self.failed(str(error), **{"changed": bool(details.get("command_ids")), **details})

    def _prepare(self, options: Mapping[str, Any]) -> Prepared:
        """Everything is checked before anything is sent."""
        limits.check(options["max_concurrency"], options["max_errors"])
        name, values = requests.parameters_of(options)
        targets, ids = requests.targets_of(options["targets"]), list(dict.fromkeys(options["instance_ids"] or []))
        ssm = self.aws.retrying_client("ssm")
        document = commands.read_document(ssm, name, options["document_version"] or "")
        parameters = checked(document, requests.with_timeout(document, values, options["execution_timeout"]))
        known = by_ids(ssm, ids)
        refused = unreachable(document, ids, known)
        out = {node.instance_id for node in refused}
        wanted = requests.Wanted(
            document=name,
            version=document.version,  # what was checked is what runs
            parameters=parameters,
            targets=targets,
            comment=requests.comment_of(options["comment"]),
            max_concurrency=options["max_concurrency"],
            max_errors=options["max_errors"],
            delivery_timeout=options["delivery_timeout"],
            output=requests.output_of(options),
        )
        nodes = [one for one in ids if one not in out]
        return Prepared(document, wanted, limits.shares(nodes, options["max_concurrency"], options["max_errors"]), refused, known)

    def _foreseen(self, options: Mapping[str, Any], prepared: Prepared) -> dict[str, Any]:
        """What would run where, by the nodes that there are now."""
        known, refused = prepared.known, prepared.refused
        if prepared.wanted.targets:
            known = by_targets(self.aws.retrying_client, prepared.wanted.targets)
            refused = unreachable(prepared.document, known, known)
        out = {node.instance_id for node in refused}
        nodes = [*(Node(one, WOULD_RUN, name=item["name"]) for one, item in known.items() if one not in out), *refused]
        return self._ended(options, prepared, commands.Outcome(nodes, [], no_match=not nodes))

    def _send(self, options: Mapping[str, Any], prepared: Prepared) -> dict[str, Any]:
        wait = options["wait_timeout"]
        if wait is None:
            wait = requests.seconds_at_most(prepared.document, prepared.wanted.parameters, prepared.wanted.delivery_timeout)
        ssm = self.aws.retrying_client("ssm")
        with Interruption() as interruption:
            settings = commands.Settings(wait, options["poll_seconds"], options["full_output"])
            sender = commands.Sender(self.aws.single_client("ssm"), ssm)
            run = commands.Run(ssm, sender, settings, lambda *now: self._progress(prepared, *now), sleep=interruption.sleep)
            try:
                outcome = self._followed(run, prepared, options["wait"])
            except InterruptionError:
                self._display.warning(f"Interrupted: {prepared.document.name} is being cancelled ({', '.join(run.command_ids)}).")
                run.cancel(wait=0)
                outcome = commands.Outcome([], run.command_ids)
        return self._ended(options, prepared, outcome._replace(nodes=[*outcome.nodes, *prepared.refused]))

    def _followed(self, run: commands.Run, prepared: Prepared, wait: bool) -> commands.Outcome:
        wanted, shares = prepared.wanted, prepared.shares
        if wait and not wanted.targets:
            return run.follow(wanted, shares.chunks, shares.at_once, shares.budget)
        begun = run.start(wanted, [None] if wanted.targets else shares.chunks)
        return run.follow() if wait else begun

    def _ended(self, options: Mapping[str, Any], prepared: Prepared, outcome: commands.Outcome) -> dict[str, Any]:
        result = result_of(prepared.document, outcome.nodes, outcome.command_ids, options["accept"])
        cut = sum(any(step.truncated for step in node.steps) for node in outcome.nodes)
        group = requests.log_group_of(prepared.document.name, prepared.wanted.output)
        warnings = [warning(cut, group, options["output_s3_bucket"] or "")] if cut else []
        empty = outcome.no_match or (options["wait"] and not outcome.nodes)
        text = requests.no_match(prepared.wanted) if empty else result["msg"]
        if outcome.timed_out:
            text = f"The wait was over before the end, and what had not ended was cancelled.\n{text}"
        failed = options["no_match"] == "fail" if empty else bool(text)
        return {**result, "msg": text, "warnings": warnings, "failed": failed}

    def _progress(self, prepared: Prepared, now: dict[str, int], total: int) -> None:
        if not self._task.no_log:
            said = ", ".join(f"{count} {verdicts.in_words(verdict)}" for verdict, count in now.items()) or "none is visible yet"
            nodes = counted(total, "node") if total else "nodes"
            self._display.display(f"{time.strftime('%H:%M:%S')} {prepared.document.name}: {nodes}: {said}")
