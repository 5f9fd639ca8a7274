# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify the telemetry of all hosts of a run in one controller task: every account and region, side by side."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Iterable, Mapping, NamedTuple, Sequence

from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.telemetry import Watch
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.words import listed
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.instances import is_without_role
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.account import (
    account,
    failure_of,
    masked,
    passed,
    removals,
    totals,
)
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.evaluation import Settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.evidence import Evidence
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expected_metrics import Metric
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expected_streams import Stream
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.explanation import explained
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.hosts import WAITS, Host, Run, twins
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.message import awaiting, missing_message
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.recheck import failing, rechecked, to_observe
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.states import MISSING
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.table import table
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.files import write_json
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.identities import said_of_instances
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.inventory import CONVERGED, FAILURE, OBSERVED, senders_beside, variables_of

STREAM = {
    "log_group_name": {"type": "str", "required": True},
    "log_stream_name": {"type": "str", "required": True},
    "file": {"type": "str", "default": ""},
    "grown": {"type": "bool", "default": False},
    "waiting": {"type": "bool", "default": False},
    "readable": {"type": "bool", "default": True},
    "empty": {"type": "bool", "default": False},
    "written": {"type": "float", "default": 0},
    "filtered": {"type": "bool", "default": False},
    "timestamped": {"type": "bool", "default": False},
    "flush": {"type": "int", "default": 5},
}
METRIC = {
    "namespace": {"type": "str", "default": "CWAgent"},
    "name": {"type": "str", "required": True},
    "dimensions": {"type": "dict", "default": {}},
    "due": {"type": "int", "default": 120},
    "resolution": {"type": "int", "choices": [1, 5, 10, 30, 60], "default": 60},
}
EXPECTATION = {
    "host": {"type": "str", "required": True},
    "region": {"type": "str", "default": ""},
    "profile": {"type": "str", "default": ""},
    "changed": {"type": "bool", "default": False},
    "since": {"type": "float"},
    "streams": {"type": "list", "elements": "dict", "default": [], "options": STREAM},
    "metrics": {"type": "list", "elements": "dict", "default": [], "options": METRIC},
}
ARGUMENTS = {
    "hosts": {"type": "list", "elements": "str", "default": []},
    "plan": {"type": "dict"},
    "observed": {"type": "dict"},
    "converged": {"type": "dict"},
    "changes": {"type": "dict"},
    "sources": {"type": "dict"},
    "failures": {"type": "dict"},
    "expectations": {"type": "list", "elements": "dict", "options": EXPECTATION},
    "evaluated": {"type": "dict"},
    "restored": {"type": "dict"},
    "wait": {"type": "str", "choices": list(WAITS), "default": "changed"},
    "timeout": {"type": "int", "default": 90},
    "window": {"type": "int", "default": 900},
    "defer": {"type": "bool", "default": False},
    "table": {"type": "bool", "default": False},
    "result_file": {"type": "path"},
    "fail_on_missing": {"type": "bool", "default": True},
}
EXCLUSIVE = [["plan", "expectations"], ["expectations", "evaluated"]]
SOURCES_OF_HOSTS = [["plan", "expectations", "evaluated"]]
REMOVED = "cw_agent_removed"
CHANGES = ("cw_agent_installed", "cw_agent_credentialed", "cw_agent_settled", "cw_agent_accessed")
TARGETS_AT_ONCE = 8


class Outcome(NamedTuple):
    """What CloudWatch said of the hosts: ``refused``: why it could not be asked."""

    evaluations: list[dict[str, Any]]
    waited: float = 0.0
    refused: tuple[str, ...] = ()


class ActionModule(AwsAction):
    """The controller's side of cw_agent_telemetry_info; no host is contacted."""

    arguments = ARGUMENTS
    rules = {"mutually_exclusive": EXCLUSIVE, "required_one_of": SOURCES_OF_HOSTS}

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the account of the run; fail with one message if telemetry is missing or could not be asked for."""
        plan = options["plan"]
        asked = plan is not None and options["evaluated"] is None
        self._host_variables = {name: self._read(name) for name in options["hosts"]} if asked else {}
        failures = options["failures"] or self._failures(options)
        outcome = self._outcome(options, failures)
        names = options["hosts"] or [item["host"] for item in outcome.evaluations]
        planned = (plan or {}).get("hosts") or {}
        entries = account(names, outcome.evaluations, failures, planned, self._removals(options, planned) if asked else {})
        return self._finish(options, entries, outcome)

    def _read(self, host: str) -> Mapping[str, Any]:
        hostvars = self.variables["hostvars"]
        return variables_of(host, hostvars.raw_get(host)) if host in hostvars else {}

    def _failures(self, options: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        observed = self._by_host(options, "observed", OBSERVED)
        stages = (REMOVED, *CHANGES, CONVERGED)
        found = {
            name: failure_of(known.get(FAILURE), observed.get(name), map(known.get, stages)) for name, known in self._host_variables.items()
        }
        failures = {name: failure for name, failure in found.items() if failure}
        planned = (options["plan"] or {}).get("hosts") or {}
        # A host cannot say why it has no role; nobody is asked for hosts that have one.
        asked = {name: planned[name] for name in failures if name in planned and is_without_role(observed.get(name))}
        said = said_of_instances(self.client, self.variables["hostvars"], asked) if asked else {}
        for name, text in said.items():
            failures[name]["reason"] = f"{failures[name]['reason'].rstrip('.')}. {text}"
        return dict(failures)

    def _removals(self, options: Mapping[str, Any], planned: Mapping[str, Any]) -> dict[str, str]:
        removed = {name: known.get(REMOVED) for name, known in self._host_variables.items()}
        return removals(planned, self._by_host(options, "observed", OBSERVED), removed)

    def _by_host(self, options: Mapping[str, Any], option: str, variable: str) -> Mapping[str, Any]:
        given: Mapping[str, Any] | None = options[option]
        return given if given is not None else {name: known.get(variable) for name, known in self._host_variables.items()}

    def _outcome(self, options: Mapping[str, Any], failures: Mapping[str, Any]) -> Outcome:
        if options["evaluated"] is not None:
            earlier = options["evaluated"]
            observed = options["observed"] or {}
            found = rechecked(explained(earlier["hosts"], observed), observed, options["restored"] or {})
            return Outcome(found, float(earlier["waited"]), tuple(earlier["refused"]))
        if options["plan"] is not None:
            hosts = self._run_of(options).hosts(name for name in options["hosts"] if name not in failures)
            for text in twins(hosts):
                self._display.warning(text)
        else:
            hosts = [_expected(item, self.aws.region) for item in options["expectations"]]
        for host in hosts:
            if not host.region:
                raise AnsibleActionFail(f"{host.name} has no region. Hint: set cw_agent_region of the host, or the option region.")
        settings = Settings(time.time(), options["window"], options["timeout"], bool(self._task.check_mode))
        return self._ask(hosts, settings)

    def _run_of(self, options: Mapping[str, Any]) -> Run:
        changes = {name: [known.get(change) for change in CHANGES] for name, known in self._host_variables.items()}
        return Run(
            plan=options["plan"],
            observed=self._by_host(options, "observed", OBSERVED),
            converged=self._by_host(options, "converged", CONVERGED),
            changes=changes if options["changes"] is None else options["changes"],
            sources=options["sources"] or {},
            wait=options["wait"],
            beside=senders_beside(options["plan"], self.variables["hostvars"], self.variables.get("groups", {}).get("all", ())),
        )

    def _ask(self, hosts: Sequence[Host], settings: Settings) -> Outcome:
        """Every account and region in a thread of its own, because each waits for itself."""
        targets: dict[tuple[str, str], list[Host]] = {}
        for host in hosts:
            targets.setdefault((host.profile, host.region), []).append(host)
        if not targets:
            return Outcome([])
        with ThreadPoolExecutor(min(len(targets), TARGETS_AT_ONCE)) as threads:
            answers = list(threads.map(lambda target: self._watch(target, targets[target], settings), targets))
        order = {host.name: index for index, host in enumerate(hosts)}
        evaluations = sorted((item for answer in answers for item in answer.evaluations), key=lambda item: order[item["host"]])
        refused = tuple(dict.fromkeys(text for answer in answers for text in answer.refused))
        return Outcome(evaluations, max(answer.waited for answer in answers), refused)

    def _watch(self, target: tuple[str, str], hosts: Sequence[Host], settings: Settings) -> Outcome:
        profile, region = target

        def client(service: str) -> Any:
            return self.client(service, profile, region)

        def notify(items: Sequence[tuple[str, Stream | Metric]], until: float) -> None:
            self._show(self.mask(awaiting(items, region, time.strftime("%H:%M:%S", time.localtime(until)))))

        watch = Watch(client, settings, notify)
        evaluations, waited = watch.run(hosts)
        return Outcome(evaluations, waited, tuple(watch.measured.refused.values()))

    def _finish(self, options: Mapping[str, Any], entries: list[dict[str, Any]], outcome: Outcome) -> dict[str, Any]:
        entries, refused = masked(entries, self.mask), [str(self.mask(reason)) for reason in outcome.refused]
        missing = [item["host"] for item in entries if item["state"] == MISSING]
        ssm_hosts = set((options["plan"] or {}).get("ssm_hosts") or ())
        again = to_observe(entries, ssm_hosts) if options["evaluated"] is None and not self._task.check_mode else {}
        text = "\n".join([*_refusals(refused), *filter(None, [missing_message(entries)])])
        result: dict[str, Any] = {
            "changed": False,
            "hosts": entries,
            "missing": missing,
            "verified": passed(entries),
            "failing": failing(entries),
            "waited": round(outcome.waited, 1),
            "refused": refused,
            "totals": totals(entries),
            "table": table(entries),
            "observe_again": again,
            "msg": text,
        }
        if options["defer"]:
            return result
        if options["table"]:
            self._show("\n".join(result["table"]))
        if options["result_file"]:
            _write(Path(options["result_file"]), result)
        result["warnings"] = _warnings(entries)
        # Returned and not raised, so that failed_when and until see it.
        return {**result, "failed": bool(refused or missing) and options["fail_on_missing"]}

    def _show(self, text: str) -> None:
        """On the terminal whatever the callback shows of results, unless the task is not to be logged."""
        if not self._task.no_log:
            self._display.display(text)


def _expected(item: Mapping[str, Any], region_of_task: str | None) -> Host:
    region = str(item["region"] or region_of_task or "")
    return Host(
        name=item["host"],
        region=region,
        profile=item["profile"],
        changed=item["changed"],
        since=item["since"],
        streams=tuple(Stream(**stream) for stream in item["streams"]),
        metrics=tuple(Metric(**metric) for metric in item["metrics"]),
        evidence=Evidence(sends_to=region),
    )


def _refusals(refused: Sequence[str]) -> list[str]:
    return [f"CloudWatch could not be asked: {text}" for text in refused]


def _warnings(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is not verified, once for all hosts."""
    hosts: dict[str, list[str]] = {}
    for entry in entries:
        for text in entry["unverified"]:
            hosts.setdefault(text, []).append(entry["host"])
    return [f"Not verified of {listed(names)}: {text}." for text, names in hosts.items()]


def _write(path: Path, result: Mapping[str, Any]) -> None:
    write_json("result_file", path, {key: result[key] for key in ("totals", "missing", "waited", "hosts", "msg")})
    path.chmod(0o644)
