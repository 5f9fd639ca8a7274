# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in's daemon really collects and sends, and fails the way the agent was seen to fail."""

from __future__ import annotations

import collections
import datetime
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from agent_bench import BASE, Bench

CTL = f"{BASE}/bin/amazon-cloudwatch-agent-ctl"
LOG = f"{BASE}/logs/amazon-cloudwatch-agent.log"
UNIT = "amazon-cloudwatch-agent"
READY = "Everything is ready. Begin running and processing data."
WRITER = """
import time
with open("/var/log/many.log", "a") as handle:
    start = time.time()
    for number in range(2400):
        handle.write(f"line {number}\\n"); handle.flush()
        time.sleep(max(0, start + number / 200 - time.time()))
"""


def _files(*entries: dict[str, Any], **section: Any) -> dict[str, Any]:
    """Return a configuration that follows files and sends every second."""
    return {"logs": {"force_flush_interval": 1, "logs_collected": {"files": {"collect_list": list(entries)}}, **section}}


def _configure(bench: Bench, host: str, configuration: dict[str, Any], start: bool = True) -> None:
    """Give a host one configuration, with nothing left of earlier ones."""
    mode = "onPremise" if host.startswith("onprem") else "ec2"
    bench.on(
        host,
        f"systemctl kill --signal=KILL {UNIT}; systemctl stop {UNIT}; systemctl reset-failed {UNIT}; rm -rf {BASE}/logs/* /var/log/*.log\n"
        f"cat > /tmp/c.json <<'END'\n{json.dumps(configuration)}\nEND\n"
        f"chown -R root: {BASE}/etc {BASE}/logs {BASE}/var; {CTL} -a fetch-config -m {mode} -c file:/tmp/c.json {'-s' if start else ''}",
    )


def _await(what: Callable[[], Any], seconds: float = 30) -> Any:
    """Ask until the answer is true; return it, or the last one when the time is over."""
    end = time.monotonic() + seconds
    while not (answer := what()) and time.monotonic() < end:
        time.sleep(0.5)
    return answer


def _messages(bench: Bench, group: str, stream: str = "") -> list[str]:
    """Return the messages of a group, in the service's order."""
    client = bench.client("logs")
    found: list[str] = []
    extra = {"logStreamNames": [stream]} if stream else {}
    try:
        for page in client.get_paginator("filter_log_events").paginate(logGroupName=group, **extra):
            found += [event["message"] for event in page["events"]]
    except client.exceptions.ResourceNotFoundException:
        return []
    return found


def _instance(bench: Bench, host: str) -> str:
    """Return the host's instance id, as its own metadata gives it."""
    ask = 'curl -s -H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest/meta-data/instance-id'
    token = "curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token"
    return bench.on(host, f"T=$({token}); {ask}").strip()


@pytest.fixture
def faults(bench: Bench) -> Iterator[Bench]:
    """Return the bench; whatever faults a test adds go away after it."""
    yield bench
    bench.lab("fault", "clear")


def test_no_line_is_lost_or_doubled(bench: Bench) -> None:
    """A steady writer over restarts and a kill: every line arrives once."""
    _configure(bench, "ec2-1", _files({"file_path": "/var/log/many.log", "log_group_name": "many", "log_stream_name": "{instance_id}"}))
    bench.on(
        "ec2-1",
        f"python3 - <<'END' & \n{WRITER}\nEND\n"
        f"sleep 3; systemctl restart {UNIT}; sleep 3; systemctl restart {UNIT}; sleep 3\n"
        f"systemctl kill --signal=KILL {UNIT}; sleep 1; systemctl restart {UNIT}; wait",
    )
    stream = _instance(bench, "ec2-1")
    found: list[str] = []

    def arrived() -> bool:
        found[:] = _messages(bench, "many", stream)
        return len(found) >= 2400

    _await(arrived)
    assert collections.Counter(found) == collections.Counter(f"line {number}" for number in range(2400))


def test_rotation_globs_events_filters(bench: Bench) -> None:
    """Rotated, globbed, multi-line, filtered and dated lines come out as the agent sends them."""
    _configure(
        bench,
        "amazon-1",
        _files(
            {"file_path": "/var/log/rotated.log", "log_group_name": "rotated"},
            {"file_path": "/var/log/part-*.log", "log_group_name": "newest"},
            {"file_path": "/var/log/all-*.log", "log_group_name": "all", "publish_multi_logs": True},
            {
                "file_path": "/var/log/dated.log",
                "log_group_name": "dated",
                "timestamp_format": "%Y-%m-%d %H:%M:%S",
                "timezone": "UTC",
                "multi_line_start_pattern": "{timestamp_format}",
                "filters": [{"type": "exclude", "expression": "DEBUG"}],
            },
            log_stream_name="{local_hostname}",
        ),
    )
    stamp = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    bench.on(
        "amazon-1",
        "cd /var/log; echo one > rotated.log; echo old > part-1.log; touch -d '1 hour ago' part-1.log; echo new > part-2.log\n"
        "echo a > all-1.log; echo b > all-2.log\n"
        f"printf '%s first\\n  more\\n%s DEBUG no\\n%s last\\n' '{stamp}' '{stamp}' '{stamp}' > dated.log",
    )
    # Only a file that is read already is followed through its rotation.
    assert _await(lambda: _messages(bench, "rotated") == ["one"]), _messages(bench, "rotated")
    bench.on("amazon-1", "cd /var/log; echo two >> rotated.log; mv rotated.log rotated.log.1; echo three > rotated.log")
    assert _await(lambda: _messages(bench, "rotated") == ["one", "two", "three"]), _messages(bench, "rotated")
    assert _messages(bench, "newest") == ["new"]
    assert sorted(_messages(bench, "all")) == ["a", "b"]
    assert _await(lambda: len(_messages(bench, "dated")) > 1)  # its last event waits for a line that would go on with it
    assert _messages(bench, "dated") == [f"{stamp} first\n  more", f"{stamp} last"]
    streams = bench.client("logs").describe_log_streams(logGroupName="rotated")["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["amazon-1"]


def test_group_is_made_with_retention(bench: Bench) -> None:
    """A new group gets its retention; one that exists is brought to it."""
    client = bench.client("logs")
    client.create_log_group(logGroupName="kept-old")
    entries = [{"file_path": f"/var/log/{name}.log", "log_group_name": name, "retention_in_days": 7} for name in ("kept-new", "kept-old")]
    _configure(bench, "onprem-1", _files(*entries))
    bench.on("onprem-1", "echo x > /var/log/kept-new.log; echo y > /var/log/kept-old.log")

    def days() -> list[Any]:
        groups = client.describe_log_groups(logGroupNamePrefix="kept-")["logGroups"]
        return [group.get("retentionInDays") for group in groups]

    assert _await(lambda: days() == [7, 7]), days()
    assert _messages(bench, "kept-new", "onprem-1") == ["x"]


def _samples(bench: Bench, name: str, dimensions: dict[str, str]) -> list[float]:
    """Return the values of one series within the last minutes."""
    now = datetime.datetime.now(datetime.timezone.utc)
    metric = {"Namespace": "Bench", "MetricName": name, "Dimensions": [{"Name": key, "Value": dimensions[key]} for key in dimensions]}
    query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}}
    minutes = datetime.timedelta(minutes=5)
    answer = bench.client("cloudwatch").get_metric_data(MetricDataQueries=[query], StartTime=now - minutes, EndTime=now + minutes)
    values: list[float] = answer["MetricDataResults"][0]["Values"]
    return values


def test_metrics_arrive_with_their_dimensions(bench: Bench) -> None:
    """Host metrics of every usual plugin arrive, with the tagger's dimensions and the roll-ups asked for."""
    plain = {
        name: {"measurement": [field]} for name, field in {"mem": "used_percent", "swap": "used_percent", "processes": "total"}.items()
    }
    collected = {
        **plain,
        "cpu": {"measurement": ["usage_idle"], "resources": ["*"], "totalcpu": True},
        "disk": {
            "measurement": [{"name": "used_percent", "rename": "full"}],
            "resources": ["/"],
            "drop_original_metrics": ["used_percent"],
        },
        "netstat": {"measurement": ["tcp_listen"], "append_dimensions": {"team": "web"}},
        "procstat": [{"pattern": "systemd", "measurement": ["pid_count"]}],
    }
    dimensions = {name: f"${{aws:{name}}}" for name in ("InstanceId", "InstanceType")}
    metrics = {"namespace": "Bench", "force_flush_interval": 2, "metrics_collected": collected, "append_dimensions": dimensions}
    _configure(
        bench, "ec2-2", {"agent": {"metrics_collection_interval": 2}, "metrics": {**metrics, "aggregation_dimensions": [["InstanceId"]]}}
    )
    own = {"InstanceId": _instance(bench, "ec2-2"), "InstanceType": "t3.small"}
    rolled = {"InstanceId": own["InstanceId"]}
    wanted = [("mem_used_percent", own), ("mem_used_percent", rolled), ("swap_used_percent", own), ("processes_total", own)]
    wanted += [("cpu_usage_idle", {**own, "cpu": "cpu-total"}), ("cpu_usage_idle", {**own, "cpu": "cpu0"}), ("full", rolled)]
    wanted += [
        ("netstat_tcp_listen", {**own, "team": "web"}),
        ("procstat_lookup_pid_count", {**own, "pattern": "systemd", "pid_finder": "native"}),
    ]
    missing = _await(lambda: not [item for item in wanted if not _samples(bench, *item)])
    assert missing, [item for item in wanted if not _samples(bench, *item)]
    assert not _samples(bench, "full", own)


@pytest.mark.parametrize(
    ("kind", "service", "line"),
    [
        ("denied", "logs", r"E! \[outputs.cloudwatchlogs\] Aws error received when sending logs to faulty/.*: AccessDeniedException: "),
        ("throttle", "logs", r"E! \[outputs.cloudwatchlogs\] Aws error received when sending logs to faulty/.*: Throttling"),
        ("denied", "cloudwatch", "E! cloudwatch: code: AccessDenied, message: .*, original error: <nil>"),
        ("denied", "cloudwatch", "E! cloudwatch: WriteToCloudWatch failure, err:  AccessDenied: "),
    ],
)
def test_failures_stand_in_the_log(faults: Bench, kind: str, service: str, line: str) -> None:
    """What the service refuses is told in the agent's words while the daemon runs on; logs arrive once it no longer refuses."""
    faults.lab("fault", "add", kind, "--service", service, "--host", "ec2-3")
    configuration = _files({"file_path": "/var/log/faulty.log", "log_group_name": "faulty"})
    metrics = {"force_flush_interval": 1, "metrics_collected": {"mem": {"measurement": ["used_percent"]}}}
    _configure(faults, "ec2-3", {"agent": {"metrics_collection_interval": 1}, "metrics": metrics, **configuration})
    faults.on("ec2-3", f"echo {kind}-{service} > /var/log/faulty.log")
    assert _await(lambda: faults.on("ec2-3", f"grep -E '{line}' {LOG}", check=False), 40)
    assert faults.on("ec2-3", f"systemctl is-active {UNIT}").strip() == "active"


def test_unreadable_file(bench: Bench) -> None:
    """A file its user may not read is told about, again and again."""
    _configure(
        bench, "amazon-2", {"agent": {"run_as_user": "cwagent"}, **_files({"file_path": "/var/log/secret.log", "log_group_name": "s"})}
    )
    bench.on("amazon-2", "echo x > /var/log/secret.log; chmod 600 /var/log/secret.log")
    line = "Failed to tail file /var/log/secret.log with error: open /var/log/secret.log: permission denied"
    told = f"grep -c 'E! \\[inputs.logfile\\] {line}' {LOG}"
    assert _await(lambda: int(bench.on("amazon-2", told, check=False) or 0) >= 3)
    assert bench.on("amazon-2", f"ps -o user= -p $(systemctl show -p MainPID --value {UNIT})").strip() == "cwagent"


def test_late_death_without_metadata(bench: Bench) -> None:
    """append_dimensions off EC2: active for some seconds, never ready, then dead."""
    metrics = {"append_dimensions": {"InstanceId": "${aws:InstanceId}"}, "metrics_collected": {"mem": {"measurement": ["used_percent"]}}}
    _configure(bench, "onprem-2", {"metrics": metrics})
    time.sleep(1)
    assert bench.on("onprem-2", f"systemctl is-active {UNIT}", check=False).strip() == "active"
    assert _await(lambda: bench.on("onprem-2", f"systemctl is-active {UNIT}", check=False).strip() == "activating", 20)
    assert READY not in bench.on("onprem-2", f"cat {LOG}")


@pytest.mark.parametrize(
    ("agent", "where"),
    [({}, LOG), ({"logfile": "/var/log/other.log"}, "/var/log/other.log"), ({"logfile": ""}, "journal"), ({"quiet": True}, "")],
)
def test_readiness_line(bench: Bench, agent: dict[str, Any], where: str) -> None:
    """The line that says ready stands where agent.logfile says, and nowhere with agent.quiet."""
    bench.on("onprem-3", "journalctl --rotate --vacuum-time=1s -q || true")
    _configure(bench, "onprem-3", {"agent": agent, "metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}})
    look = {"journal": f"journalctl -u {UNIT} -o cat", LOG: f"cat {LOG}", "/var/log/other.log": "cat /var/log/other.log"}
    if where:
        assert _await(lambda: READY in bench.on("onprem-3", look[where], check=False), 10)
    else:
        time.sleep(4)
    for place, command in look.items():
        assert (READY in bench.on("onprem-3", command, check=False)) == (place == where), place
