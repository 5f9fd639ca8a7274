# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action on a CloudWatch in memory: what it reads of a run, whom it asks, what it shows, writes and refuses."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_telemetry_info as plugin
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.instances import Instance
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._aws.cloud import Cloud, refused

FILES = {"collect_list": [{"file_path": "/a.log", "log_group_name": "/app"}]}
LOGS = {"logs": {"logs_collected": {"files": FILES}}}


class Hostvars(dict[str, Any]):
    """Variables by host, as Ansible gives them."""

    raw_get = dict.__getitem__


class Runner:
    """Runs the action. ``cloud``: of all accounts; ``hosts``: variables by host; ``shown``: what came to the terminal."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.shown: list[str] = []
        self.hosts: dict[str, dict[str, Any]] = {}
        self.clients: list[tuple[str, str, str]] = []
        self.threads: set[int] = set()

    def client(self, service: str, region: str, profile: str = "") -> Cloud:
        self.clients.append((service, region, profile))
        self.threads.add(threading.get_ident())
        return self.cloud

    def plan(self, **hosts: dict[str, Any]) -> dict[str, Any]:
        entries = {name: {"key": "k", "region": "us-east-1", "profile": "", "digest": "d", **entry} for name, entry in hosts.items()}
        return {"hosts": entries, "configurations": [{"key": "k", "configuration": LOGS}]}

    def observe(self, host: str, **more: Any) -> None:
        """The host has a file that has grown a while ago, and an agent that runs since long."""
        now = time.time()
        agent = {
            "mode": "ec2",
            "service": {"active_state": "active", "started_at": now - 900, "invocation_id": "1"},
            "identity": {"instance_id": f"i-{host}", "region": "us-east-1"},
            "log_stream_default": f"i-{host}",
            "files": [{"path": "/a.log", "file": "/a.log", "exists": True, "size": 9, "mtime": now - 100, "grown": True, "sent": 9}],
            "errors": [],
            "clock": now,
        }
        self.hosts[host] = {"cw_agent_observed": {"agent": agent}, **more}

    def run(self, check_mode: bool = False, no_log: bool = False, **arguments: Any) -> dict[str, Any]:
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        action._task = SimpleNamespace(action="t", args=arguments, environment=None, check_mode=check_mode, no_log=no_log, async_val=0)
        action._templar = SimpleNamespace(template=lambda value: value)
        action._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/tmp"))
        action._display = SimpleNamespace(display=self.shown.append, warning=self.shown.append)
        action._load_name = "t"
        return action.run(task_vars={"hostvars": Hostvars(self.hosts), "groups": {"all": list(self.hosts)}})

    def failure(self, **arguments: Any) -> tuple[str, dict[str, Any]]:
        """Message and result; what is wrong with options is raised, as of every action, what is missing returned, as of a module."""
        try:
            result = self.run(**arguments)
        except AnsibleActionFail as error:
            return str(error.message), {}
        assert result["failed"] is True
        return result["msg"], result


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Runner:
    made = Runner(Cloud(now=time.time()))
    monkeypatch.setattr(aws.AwsConnection, "retrying_client", made.client)
    return made


def arrive(runner: Runner, *hosts: str) -> None:
    for host in hosts:
        runner.cloud.log("/app", f"i-{host}", time.time() - 90)


def test_what_the_stages_have_left_is_read_from_the_hosts(runner: Runner) -> None:
    runner.observe("a")
    runner.observe("b", cw_agent_failure={"state": "failed", "reason": "no space left"})
    runner.hosts["c"] = {"cw_agent_observed": {"unreachable": True, "msg": "no route"}}
    arrive(runner, "a", "b")
    result = runner.run(hosts=["a", "b", "c", "d"], plan=runner.plan(a={}, b={}, c={}, d={}))
    assert [(item["host"], item["state"]) for item in result["hosts"]] == [
        ("a", "verified"),
        ("b", "failed"),
        ("c", "unreachable"),
        ("d", "not_reached"),
    ]
    assert result["totals"] == {"failed": 1, "unreachable": 1, "not_reached": 1, "verified": 1}
    assert result["verified"] == ["a"]
    assert (result["changed"], result["msg"]) == (False, "")


@pytest.mark.parametrize(("stream", "state"), [("main", "unverified"), ("other", "verified")])
def test_what_hosts_outside_the_run_may_have_sent_verifies_nobody(runner: Runner, stream: str, state: str) -> None:
    runner.observe("a")
    fixed = {"logs": {"logs_collected": {"files": {"collect_list": [{**FILES["collect_list"][0], "log_stream_name": "main"}]}}}}
    entry = {"file_path": "/other.log", "log_group_name": "/app", "log_stream_name": stream}
    fragment = {"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}
    runner.hosts["b"] = {"cw_agent_fragment_web": fragment, "cw_agent_region": "us-east-1"}
    runner.cloud.log("/app", "main", time.time() - 90)
    plan = runner.plan(a={})
    plan["configurations"][0].update(configuration=fixed, region="us-east-1", hosts=["a"])
    (found,) = runner.run(hosts=["a"], plan=plan)["hosts"]
    assert found["state"] == state


@pytest.mark.parametrize(
    "stage", ["cw_agent_installed", "cw_agent_settled", "cw_agent_accessed", "cw_agent_credentialed", "cw_agent_removed"]
)
def test_a_host_that_one_stage_has_lost_is_not_verified_by_the_next(runner: Runner, stage: str) -> None:
    """Its package, say, is not known to be installed, and its configuration is."""
    runner.observe(
        "a", **{stage: {"unreachable": True, "changed": False, "msg": "no route to host"}}, cw_agent_converged={"changed": False}
    )
    arrive(runner, "a")
    result = runner.run(hosts=["a"], plan=runner.plan(a={}))
    assert [(item["state"], item["cause"]) for item in result["hosts"]] == [("unreachable", "no route to host")]
    assert result["verified"] == []


def test_one_instance_under_two_names_is_said(runner: Runner) -> None:
    runner.observe("a")
    runner.hosts["b"] = runner.hosts["a"]
    arrive(runner, "a")
    assert runner.run(hosts=["a", "b"], plan=runner.plan(a={}, b={}))["totals"] == {"verified": 2}
    assert [text.partition(" (")[0] for text in runner.shown] == ["a, b are one machine"]


def test_new_keys_move_the_moment_from_which_data_counts(runner: Runner) -> None:
    runner.observe("a", cw_agent_credentialed={"changed": True, "changed_at": time.time() - 30})
    arrive(runner, "a")
    (host,) = runner.run(hosts=["a"], plan=runner.plan(a={}), timeout=0)["hosts"]
    assert (host["changed"], host["streams"][0]["events"], host["streams"][0]["state"]) == (True, 0, "no_data")


def test_every_account_and_region_has_its_own_client_and_thread(runner: Runner) -> None:
    for name in "abc":
        runner.observe(name)
    arrive(runner, "a", "b", "c")
    plan = runner.plan(a={}, b={"profile": "prod"}, c={"region": "eu-west-1"})
    result = runner.run(hosts=["c", "b", "a"], plan=plan)
    assert sorted(runner.clients) == [("logs", "eu-west-1", ""), ("logs", "us-east-1", ""), ("logs", "us-east-1", "prod")]
    assert [(item["host"], item["state"]) for item in result["hosts"]] == [("c", "verified"), ("b", "verified"), ("a", "verified")]
    assert threading.get_ident() not in runner.threads


def test_missing_telemetry_fails_with_the_account(runner: Runner) -> None:
    runner.observe("a")
    arguments = {"hosts": ["a"], "plan": runner.plan(a={})}
    message, result = runner.failure(**arguments)
    assert "a: /a.log → log group /app, stream i-a (us-east-1): the agent's log does not say why. Hint: check on the host" in message
    assert (result["missing"], result["verified"]) == (["a"], [])
    assert runner.run(**arguments, fail_on_missing=False)["msg"] == message


def test_a_changed_host_is_left_to_a_second_call_that_asks_nobody(runner: Runner) -> None:
    runner.observe("a")
    asked = runner.run(hosts=["a"], plan=runner.plan(a={}), wait="all", timeout=1, defer=True, table=True)
    assert asked["observe_again"] == {"a": ""}
    assert not [text for text in runner.shown if text.startswith("host")]
    calls = len(runner.cloud.calls)
    denied = "E! [outputs.cloudwatchlogs] Aws error received when sending logs to /app/i-a: ExpiredTokenException: x"
    message, result = runner.failure(evaluated=asked, observed={"a": {"agent": {"errors": [denied]}}}, table=True)
    assert "credentials have expired" in message
    assert result["hosts"][0]["streams"][0]["line"] == denied
    assert runner.shown[-1].endswith("1 host: 1 missing")
    assert len(runner.cloud.calls) == calls


def test_the_table_is_shown_unless_nothing_is_to_be_logged(runner: Runner) -> None:
    runner.observe("a")
    arrive(runner, "a")
    result = runner.run(hosts=["a"], plan=runner.plan(a={}), table=True)
    assert runner.shown == ["\n".join(result["table"])]
    runner.run(hosts=["a"], plan=runner.plan(a={}), table=True, no_log=True)
    assert len(runner.shown) == 1


def test_a_long_wait_says_what_is_awaited(runner: Runner) -> None:
    runner.observe("a")
    runner.run(hosts=["a"], plan=runner.plan(a={}), wait="all", timeout=1, fail_on_missing=False)
    assert runner.shown[0].startswith("Awaiting telemetry in us-east-1 until ")
    assert runner.shown[0].endswith(" at the latest: a /a.log")


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_account_is_written_as_a_file(runner: Runner, tmp_path: Path, check_mode: bool) -> None:
    runner.observe("a")
    arrive(runner, "a")
    target = tmp_path / "account.json"
    result = runner.run(hosts=["a"], plan=runner.plan(a={}), result_file=str(target), check_mode=check_mode)
    assert json.loads(target.read_text(encoding="utf-8"))["hosts"] == result["hosts"]
    assert target.stat().st_mode & 0o777 == 0o644


def test_a_file_that_cannot_be_written_is_named(runner: Runner, tmp_path: Path) -> None:
    message, _result = runner.failure(hosts=[], plan=runner.plan(), result_file=str(tmp_path / "none" / "x.json"))
    assert "none/x.json cannot be written: No such file or directory. Hint:" in message


def test_a_refusal_leaves_hosts_unverified_and_fails_with_its_hint(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_request: Any) -> None:
        raise refused("AccessDeniedException", "no", "FilterLogEvents")

    runner.observe("a")
    monkeypatch.setattr(runner.cloud, "filter_log_events", denied, raising=False)
    message, result = runner.failure(hosts=["a"], plan=runner.plan(a={}))
    assert "CloudWatch could not be asked: Failed to read the log events of /app: AccessDeniedException" in message
    assert "Hint: allow logs:FilterLogEvents" in message
    assert result["totals"] == {"unverified": 1}


def test_an_account_that_cannot_be_reached_keeps_no_other_from_its_answer(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def client(service: str, region: str, profile: str) -> Cloud:
        if profile:
            raise AnsibleActionFail("no profile prod")
        return runner.client(service, region)

    monkeypatch.setattr(aws.AwsConnection, "retrying_client", staticmethod(client))
    for name in "ab":
        runner.observe(name)
    arrive(runner, "a")
    message, result = runner.failure(hosts=["a", "b"], plan=runner.plan(a={}, b={"profile": "prod"}))
    assert message == "CloudWatch could not be asked: no profile prod"
    assert [item["state"] for item in result["hosts"]] == ["verified", "unverified"]


def test_expectations_need_no_plan(runner: Runner) -> None:
    arrive(runner, "x")
    streams = [{"log_group_name": "/app", "log_stream_name": "i-x"}]
    result = runner.run(expectations=[{"host": "x", "streams": streams}, {"host": "y", "region": "eu-west-1"}], region="us-east-1")
    assert [(item["host"], item["region"], item["state"]) for item in result["hosts"]] == [
        ("x", "us-east-1", "verified"),
        ("y", "eu-west-1", "no_data"),
    ]


def test_a_host_without_region_is_refused(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws.AwsConnection, "region", None)
    message, _result = runner.failure(expectations=[{"host": "x"}])
    assert message == "x has no region. Hint: set cw_agent_region of the host, or the option region."
    assert runner.cloud.calls == []


def test_what_is_to_be_verified_is_given_once(runner: Runner) -> None:
    assert "one of the following is required: plan, expectations, evaluated" in runner.failure()[0]
    assert "mutually exclusive" in runner.failure(plan=runner.plan(), expectations=[])[0]


def test_what_is_not_verified_is_one_warning(runner: Runner) -> None:
    plan = runner.plan(a={}, b={})
    role = "arn:aws:iam::999999999999:role/x"
    plan["configurations"][0]["configuration"] = {"logs": {**LOGS["logs"], "credentials": {"role_arn": role}}}
    for name in "ab":
        runner.observe(name)
    (warning,) = runner.run(hosts=["a", "b"], plan=plan)["warnings"]
    assert warning.startswith("Not verified of a, b: logs go to account 999999999999")


def test_what_stands_in_the_vault_is_shown_nowhere(runner: Runner, tmp_path: Path) -> None:
    """Neither at once nor when the account is completed, not even in a line of the agent's log."""
    runner.observe("a")
    plan = runner.plan(a={})
    (configuration,) = plan["configurations"]
    configuration["vaulted"] = ["/logs/logs_collected/files/collect_list/0/log_group_name"]
    arguments = {"table": True, "result_file": str(tmp_path / "result.json"), "fail_on_missing": False, "plan": plan}
    asked = runner.run(hosts=["a"], defer=True, **arguments)
    line = "E! [outputs.cloudwatchlogs] Aws error received when sending logs to /app/i-a: AccessDenied: x"
    result = runner.run(evaluated=asked, observed={"a": {"agent": {"errors": [line]}}}, **arguments)
    everything = f"{asked}{result}{runner.shown}{(tmp_path / 'result.json').read_text()}"
    assert "/app" not in everything
    assert "(hidden)" in everything


def test_a_vaulted_text_that_is_also_a_host_or_a_state_decides_nothing(runner: Runner) -> None:
    """What is hidden is what is shown; a host stays found by its name, and missing stays missing."""
    runner.observe("missing")
    plan = runner.plan(missing={})
    (configuration,) = plan["configurations"]
    configuration.update(configuration={"a": "missing", "b": "us-east-1"}, vaulted=["/a", "/b"])
    plan["configurations"] = [configuration, {"key": "other", "configuration": LOGS}]
    plan["hosts"]["missing"]["key"] = "other"
    result = runner.run(hosts=["missing"], plan=plan, fail_on_missing=False)
    assert (result["missing"], result["totals"], list(result["failing"])) == (["missing"], {"missing": 1}, ["missing"])
    assert (result["hosts"][0]["region"], result["hosts"][0]["state"]) == ("us-east-1", "missing")


def test_a_host_without_a_role_is_told_what_ec2_says(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those hosts alone are asked about, together; without any, nobody is asked."""
    asked: list[list[str]] = []

    def instances(_ec2: Any, ids: list[str]) -> dict[str, Instance]:
        asked.append(ids)
        if "i-3" in ids:
            raise AwsError("may not ask EC2. Hint: allow it", "UnauthorizedOperation")
        return {key: Instance(key, "", "enabled", "required", 2) for key in ids}

    monkeypatch.setattr(principals, "instances", instances)
    entry = {"mode": "ec2", "files": ["/a.log"]}
    hosts = {"a": entry, "b": entry, "c": {**entry, "region": "eu-west-1"}, "d": entry}
    for number, host in enumerate(hosts, 1):
        runner.observe(host, instance_id=f"i-{number}")
        if host != "d":
            observed = runner.hosts[host]["cw_agent_observed"]
            observed["refusal"] = "the instance has no role"
            observed["agent"]["identity"] |= {"role": "", "no_keys": ""}
            runner.hosts[host]["cw_agent_failure"] = {"state": "failed", "reason": f"{host}: the instance has no role. Hint: associate one"}
    result = runner.run(hosts=list(hosts), plan=runner.plan(**hosts), check_mode=True)
    causes = {item["host"]: item["cause"] for item in result["hosts"]}
    assert causes["a"].startswith(
        "a: the instance has no role. Hint: associate one. EC2 says of i-1: no instance profile; HttpEndpoint enabled,"
    )
    assert causes["c"] == "c: the instance has no role. Hint: associate one. may not ask EC2. Hint: allow it"
    assert asked == [["i-1", "i-2"], ["i-3"]]
    for known in runner.hosts.values():
        known.pop("cw_agent_failure", None)
        known["cw_agent_observed"].pop("refusal", None)
    runner.run(hosts=list(hosts), plan=runner.plan(**hosts), check_mode=True)
    assert len(asked) == 2
