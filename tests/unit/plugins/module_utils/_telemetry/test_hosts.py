# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is expected of hosts, from what the stages of a run have left."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.hosts import Host, Run, twins
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.sharing import Sender

LOGS = {"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/a.log", "log_group_name": "new"}]}}}}
LIVE = json.dumps(LOGS).replace("new", "live")


def plan(**hosts: dict[str, Any]) -> dict[str, Any]:
    planned = {host: {"key": "k", "region": "us-east-1", "profile": "", "digest": "d", **entry} for host, entry in hosts.items()}
    return {"hosts": planned, "configurations": [{"key": "k", "configuration": LOGS}]}


def seen(invocation: str = "1", **facts: Any) -> dict[str, Any]:
    service = {"active_state": "active", "started_at": 1000.0, "invocation_id": invocation}
    identity = {"instance_id": "i-1", "region": "us-east-1", "role": "r"}
    known = {
        "mode": "ec2",
        "hostname": "web-1",
        "service": service,
        "identity": identity,
        "clock": 2000.0,
        "errors": ["E! x"],
        "run_as_user": "cwagent",
    }
    return {"agent": {**known, **facts}}


def restarted(started_at: float = 1900.0, **facts: Any) -> dict[str, Any]:
    return seen("2", service={"active_state": "active", "started_at": started_at, "invocation_id": "2"}, **facts)


def one(observed: dict[str, Any], **stages: Any) -> Host:
    by_host = {name: value if name == "wait" else {"web": value} for name, value in stages.items()}
    (only,) = Run(plan(web={}), {"web": observed}, **by_host).hosts(["web"])
    return only


def test_a_host_with_what_is_expected_of_it() -> None:
    host = one(seen(files=[{"path": "/a.log", "grown": True, "mtime": 1500.0}]))
    assert (host.name, host.region, host.changed, host.since, host.clock) == ("web", "us-east-1", False, 1000.0, 2000.0)
    assert (host.evidence.active, host.evidence.errors, host.evidence.role) == (True, ("E! x",), "r")
    assert [(item.log_group_name, item.log_stream_name, item.grown) for item in host.streams] == [("new", "i-1", True)]


def test_the_account_of_each_host_is_named() -> None:
    run = Run(plan(a={}, b={"profile": "prod"}), {host: seen() for host in "ab"})
    assert [(host.name, host.profile) for host in run.hosts(["b", "a"])] == [("b", "prod"), ("a", "")]


def test_hosts_without_plan_or_observation_are_left_out() -> None:
    assert Run(plan(a={}, c={}), {"a": {}, "b": seen(), "c": None}).hosts(["a", "b", "c"]) == []


@pytest.mark.parametrize(
    ("wait", "change", "changed"),
    [
        ("changed", {}, False),
        ("changed", {"changed": False, **seen("1")}, False),
        ("changed", {"changed": True, **restarted()}, True),
        ("changed", {"changed": False, **restarted()}, True),
        ("none", {"changed": True, **restarted()}, False),
        ("all", {}, True),
    ],
)
def test_who_is_awaited(wait: str, change: dict[str, Any], changed: bool) -> None:
    assert one(seen(), converged=change, wait=wait).changed is changed


def test_after_a_change_the_new_process_counts_and_the_files_seen_before_it() -> None:
    before = seen(files=[{"path": "/a.log", "exists": True, "size": 5, "sent": None}])
    host = one(before, converged={"changed": True, "changed_at": 1850.0, **restarted(files=[], errors=["E! new"])})
    assert (host.since, host.evidence.errors, host.streams[0].grown) == (1900.0, ("E! new",), True)


@pytest.mark.parametrize(
    ("changes", "since"),
    [
        ([{"changed": True, "changed_at": 2100.0}, {"changed": False}], 2100.0),
        ([{"changed": True}, {"changed": True, "changed_at": 2200.0}], 2200.0),
        ([{"changed": True}], 2000.0),
        ([None, {}], None),
    ],
)
def test_new_keys_and_packages_count_as_changes_from_their_moment(changes: list[Any], since: float | None) -> None:
    host = one(seen(), changes=changes)
    assert (host.changed, host.since) == (since is not None, since or 1000.0)


@pytest.mark.parametrize(
    ("differing", "result", "outdated"),
    [
        (["configuration"], None, True),
        (["configuration"], {"changed": False, "skipped": True}, True),
        (["configuration"], {"changed": True, **restarted()}, False),
        (["package"], None, False),
        ([], None, False),
        (None, None, False),
    ],
)
def test_a_host_that_was_left_with_another_configuration(differing: Any, result: Any, outdated: bool) -> None:
    """With --tags, --skip-tags, or in a play of one's own."""
    assert one({**seen(), "differing": differing}, converged=result).outdated is outdated


def test_access_that_was_given_counts() -> None:
    """The files are as that module has seen them last; a module that has looked at none takes none away."""
    closed = {"path": "/a.log", "exists": True, "readable": False, "size": 5}
    given = {"changed": True, "agent": {"files": [{**closed, "readable": True}]}}
    host = one(seen(files=[closed]), changes=[given], converged={"changed": True, **restarted(files=[])})
    assert [item.readable for item in host.streams] == [True]
    assert [item.readable for item in one(seen(files=[closed]), converged={"changed": True, **restarted(files=[])}).streams] == [False]


@pytest.mark.parametrize(("started_at", "grown"), [(1000.0, True), (1900.0, False)])
def test_what_an_earlier_process_has_sent_is_not_expected_of_the_new_one(started_at: float, grown: bool) -> None:
    before = seen(files=[{"path": "/a.log", "exists": True, "size": 5, "sent": 5, "grown": True, "mtime": 1500.0}])
    assert one(before, converged={"changed": True, **restarted(started_at)}).streams[0].grown is grown


@pytest.mark.parametrize(
    ("group", "stream", "shared"),
    [
        ("new", None, False),
        ("new", "web", True),
        ("new", "{date}", True),
        ("new", "web-{ip_address}", False),
        ("new/{instance_id}", "web", False),
    ],
)
@pytest.mark.parametrize("hosts", [["web"], ["web", "db"]])
def test_a_stream_without_the_hosts_name_is_shared_by_hosts_of_one_configuration(
    group: str, stream: str | None, shared: bool, hosts: list[str]
) -> None:
    entry = {"file_path": "/a.log", "log_group_name": group, **({"log_stream_name": stream} if stream else {})}
    planned = plan(web={}, db={})
    planned["configurations"][0].update(configuration={"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}, hosts=hosts)
    (host,) = Run(planned, {"web": seen(utc_offset=0, ip_address="10.0.0.1")}).hosts(["web"])
    assert [item.shared for item in host.streams] == [shared and len(hosts) > 1]


def fixed(group: str = "/app", region: str = "", **more: Any) -> dict[str, Any]:
    entry = {"file_path": "/a.log", "log_group_name": group, "log_stream_name": "main", **more}
    return {"agent": {"region": region} if region else {}, "logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}


def two(web: dict[str, Any], db: dict[str, Any], **place: str) -> Run:
    """Two hosts with a configuration each; *place* is where db's is published."""
    planned = {"web": {"key": "w", "region": "us-east-1", "digest": "d"}, "db": {"key": "b", "region": "us-east-1", "digest": "e"}}
    own = {"region": "us-east-1", "profile": ""}
    configurations = [
        {**own, "key": "w", "configuration": web, "hosts": ["web"]},
        {**own, "key": "b", "configuration": db, "hosts": ["db"], **place},
    ]
    return Run({"hosts": planned, "configurations": configurations}, {"web": seen()})


@pytest.mark.parametrize(
    ("other", "place", "shared"),
    [
        (fixed(file_path="/other.log"), {}, True),
        (fixed(), {"region": "eu-west-1"}, False),
        (fixed(), {"profile": "prod"}, False),
        (fixed(region="us-east-1"), {"region": "eu-west-1"}, True),
        (fixed("/other"), {}, False),
        (fixed(log_stream_name="{instance_id}"), {}, False),
        ({"logs": {"logs_collected": {"journald": {"collect_list": [{"log_group_name": "/app", "log_stream_name": "main"}]}}}}, {}, True),
        ({"logs": {"logs_collected": {"files": "nothing"}}}, {}, False),
    ],
)
def test_a_stream_to_which_hosts_with_another_configuration_send(other: dict[str, Any], place: dict[str, str], shared: bool) -> None:
    """Also hosts that were not observed."""
    (host,) = two(fixed(), other, **place).hosts(["web"])
    assert [item.shared for item in host.streams] == [shared]


@pytest.mark.parametrize(
    ("beside", "shared"),
    [
        (Sender("", "us-east-1", frozenset({("new", "web")})), True),
        (Sender("", "", frozenset({("new", "web")})), True),
        (Sender("", "eu-west-1", frozenset({("new", "web")})), False),
        (Sender("prod", "us-east-1", frozenset({("new", "web")})), False),
        (Sender("", "us-east-1", frozenset({("new", "other")})), False),
    ],
)
def test_a_stream_to_which_hosts_outside_the_run_send(beside: Sender, shared: bool) -> None:
    planned = plan(web={})
    entry = {"file_path": "/a.log", "log_group_name": "new", "log_stream_name": "web"}
    configuration = {"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}
    planned["configurations"][0].update(configuration=configuration, hosts=["web"], region="us-east-1")
    (host,) = Run(planned, {"web": seen()}, beside=[beside]).hosts(["web"])
    assert [item.shared for item in host.streams] == [shared]


def test_a_metric_that_hosts_with_another_configuration_send() -> None:
    def metrics(server: str, namespace: str = "App") -> dict[str, Any]:
        mem = {"measurement": ["used"], "append_dimensions": {"Server": server}}
        return {"metrics": {"namespace": namespace, "append_dimensions": {}, "metrics_collected": {"mem": mem}}}

    others = [metrics("web"), metrics("db"), metrics("web", "Other")]
    assert [two(metrics("web"), other).hosts(["web"])[0].metrics[0].shared for other in others] == [True, False, False]


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        ({"identity": {}, "mode": "onPremise"}, True),
        ({"identity": {}, "mode": "onPremise", "hostname": "web-2"}, False),
        ({"mode": "ec2"}, False),
    ],
)
def test_two_machines_with_one_host_name(other: dict[str, Any], shared: bool) -> None:
    """Such as clones of one image; one instance under two names of the inventory is one machine."""
    planned = plan(a={}, b={})
    metrics = {"metrics_collected": {"mem": {"measurement": ["used"]}}}
    planned["configurations"][0].update(configuration={**LOGS, "metrics": metrics}, hosts=["a", "b"])
    facts = {"log_stream_default": "", **other}
    hosts = Run(planned, {"a": seen(**{**facts, "hostname": "web-1"}), "b": seen(**{"hostname": "web-1", **facts})}).hosts(["a", "b"])
    first, second = hosts
    assert [item.shared for item in (*first.streams, *second.metrics)] == [shared] * 2
    named = [text.partition(" under")[0] for text in twins(hosts)]
    assert named == (["a, b are one machine (i-1)"] if other["mode"] == "ec2" else [])


def test_the_name_of_one_host_in_a_configuration_of_two_is_that_of_both() -> None:
    planned = plan(web={}, db={})
    planned["configurations"][0].update(configuration=fixed(log_stream_name="i-1"), hosts=["web", "db"])
    (host,) = Run(planned, {"web": seen(log_stream_default="i-1")}).hosts(["web"])
    assert [(item.log_stream_name, item.shared) for item in host.streams] == [("i-1", True)]


METRICS = {"metrics_collected": {"mem": {"measurement": ["used"]}}}


@pytest.mark.parametrize(
    ("metrics", "shared"),
    [
        (METRICS, {1: False, 2: False}),
        ({**METRICS, "append_dimensions": {"InstanceId": "${aws:InstanceId}"}}, {1: False, 2: False}),
        ({**METRICS, "append_dimensions": {"ImageId": "${aws:ImageId}"}}, {1: True, 2: True}),
        (
            {"append_dimensions": {}, "metrics_collected": {"mem": {"measurement": ["used"], "append_dimensions": {"Server": "web"}}}},
            {1: False, 2: True},
        ),
    ],
)
@pytest.mark.parametrize("hosts", [["web"], ["web", "db"]])
def test_a_metric_without_the_hosts_name_is_shared(metrics: dict[str, Any], shared: dict[int, bool], hosts: list[str]) -> None:
    planned = plan(web={}, db={})
    planned["configurations"][0].update(configuration={"metrics": metrics}, hosts=hosts)
    (host,) = Run(planned, {"web": seen(identity={"instance_id": "i-0123456789abcdef0", "image_id": "ami-1"})}).hosts(["web"])
    assert [item.shared for item in host.metrics] == [shared[len(hosts)]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"logs": {"logs_collected": {"files": {"collect_list": ["x"]}}}}', "at /logs/logs_collected/files/collect_list/0: "),
        ('{"metrics": {"force_flush_interval": "soon", "metrics_collected": {"mem": {}}}}', "at /metrics/force_flush_interval: "),
        ("no JSON", "it is not JSON"),
        ('["a list"]', "it is not a mapping"),
    ],
)
def test_what_the_check_refuses_is_not_evaluated(content: str, reason: str) -> None:
    """Somebody has written it into Parameter Store by hand, or the rule is silenced."""
    host = one(seen(), sources=[{"location": "ssm:x:1", "digest": "other", "content": content}])
    assert (host.streams, host.metrics, host.region) == ((), (), "us-east-1")
    (said,) = host.unverified
    assert said.startswith("nobody knows what its agent sends, for the check refuses its configuration")
    assert reason in said
    planned = plan(web={})
    if content.startswith("{"):
        planned["configurations"][0]["configuration"] = json.loads(content)
        assert Run(planned, {"web": seen()}).hosts(["web"])[0].unverified == (said,)


def test_a_section_of_the_wrong_type_is_dropped_as_the_agent_does() -> None:
    planned = plan(web={})
    planned["configurations"][0]["configuration"] = {**LOGS, "metrics": ["x"]}
    (host,) = Run(planned, {"web": seen()}).hosts(["web"])
    assert ([item.file for item in host.streams], host.unverified) == (["/a.log"], ())


@pytest.mark.parametrize("shape", [lambda found: found, lambda found: {"sources": found}])
def test_a_host_on_hold_is_evaluated_by_what_it_has_fetched(shape: Any) -> None:
    held = shape([{"location": "ssm:x:1", "digest": "other", "content": LIVE}])
    current = shape([{"location": "ssm:x:2", "digest": "d", "content": "not read"}])
    assert one(seen(), sources=held).streams[0].log_group_name == "live"
    assert one(seen(), sources=current).streams[0].log_group_name == "new"


def test_the_parts_of_a_release_on_hold_are_merged_as_the_agent_does() -> None:
    texts = [LIVE, LIVE.replace("/a.log", "/b.log"), json.dumps({"metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}}})]
    parts = [{"location": f"ssm:x.part{number}:1", "digest": str(number), "content": text} for number, text in enumerate(texts)]
    host = one(seen(), sources=parts)
    assert [(item.log_group_name, item.file) for item in host.streams] == [("live", "/a.log"), ("live", "/b.log")]
    assert [item.name for item in host.metrics] == ["mem_used"]


def test_what_the_account_shows() -> None:
    package = {"build": "1.300060.0b1248"}
    fetched = [{"location": "ssm:/cw/web:4", "digest": "d", "content": "{}"}]
    active = seen(configurations=[{"file": "ssm__cw_web_4"}, {"file": "ssm_other_2"}, {"file": "file_x.json"}], package=package)
    assert one(active, sources=fetched).facts == {
        "mode": "ec2",
        "build": "1.300060.0b1248",
        "configurations": ["/cw/web:4", "other:2", "file_x.json"],
        "service": "running",
        "invocation_id": "",
    }
    none = seen(configurations=[], service={"active_state": "inactive"})
    expected = {"mode": "ec2", "build": "", "service": "inactive", "invocation_id": ""}
    assert one(none, sources=fetched).facts == {**expected, "configurations": []}
    assert one(none, sources=fetched, converged={"changed": True}).facts == {**expected, "configurations": ["/cw/web:4"]}
