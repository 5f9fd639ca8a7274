# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log streams as the agent names them (contract: defaults, placeholders, publish_multi_logs)."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expectations import expectations
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expected_streams import Stream

NOW = 1_767_225_600.0
EC2: dict[str, Any] = {
    "mode": "ec2",
    "hostname": "ip-10-0-0-7",
    "clock": NOW,
    "log_stream_default": "i-0abc",
    "service": {"active_state": "active", "started_at": NOW - 100},
    "identity": {
        "instance_id": "i-0abc",
        "region": "eu-west-1",
        "account_id": "123456789012",
        "hostname": "ip-10-0-0-7.ec2.internal",
        "private_ip": "10.0.0.7",
    },
    "files": [],
}
ONPREM: dict[str, Any] = {
    "mode": "onPremise",
    "hostname": "plant-1",
    "clock": NOW,
    "log_stream_default": "plant-1",
    "identity": {},
    "files": [],
}


def streams(entry: dict[str, Any], agent: dict[str, Any], region: str = "", **logs: Any) -> list[Stream]:
    """The streams of a configuration with one entry."""
    configuration = {"logs": {"logs_collected": {"files": {"collect_list": [entry]}}, **logs}}
    return expectations(configuration, agent, region).streams


def location(*args: Any, **kwargs: Any) -> tuple[str, str]:
    """Group and stream of the only stream."""
    (only,) = streams(*args, **kwargs)
    return only.log_group_name, only.log_stream_name


def seen(path: str, **facts: Any) -> dict[str, Any]:
    """EC2 with one file observed."""
    known = {"path": path, "file": path, "exists": True, "readable": True, "size": 10, "mtime": NOW - 50, "grown": False, "sent": 10}
    return {**EC2, "files": [{**known, **facts}]}


@pytest.mark.parametrize(("agent", "name"), [(EC2, "i-0abc"), (ONPREM, "plant-1")])
def test_defaults(agent: dict[str, Any], name: str) -> None:
    assert location({"file_path": "/var/log/app.d/x.y.log"}, agent) == ("/var/log/app.d/x.y", name)


def test_a_path_without_extension_keeps_its_directories_dots() -> None:
    assert location({"file_path": "/var/log/app.d/messages"}, EC2)[0] == "/var/log/app.d/messages"


def test_the_sections_stream_name_holds_where_the_entry_has_none() -> None:
    assert location({"file_path": "/a", "log_group_name": "g"}, EC2, log_stream_name="s")[1] == "s"
    assert location({"file_path": "/a", "log_group_name": "g", "log_stream_name": "own"}, EC2, log_stream_name="s")[1] == "own"


@pytest.mark.parametrize(
    ("template", "ec2", "onprem"),
    [
        ("{instance_id}", "i-0abc", "i-UNKNOWN"),
        ("{hostname}", "ip-10-0-0-7.ec2.internal", "plant-1"),
        ("{local_hostname}/x", "ip-10-0-0-7/x", "plant-1/x"),
        ("{ip_address}", "10.0.0.7", None),
        ("{aws_region}", "eu-west-1", "eu-central-1"),
        ("{account_id}", "123456789012", "UNKNOWN-ACCOUNT"),
        ("{other}", "{other}", "{other}"),
    ],
)
def test_placeholders(template: str, ec2: str, onprem: str | None) -> None:
    entry = {"file_path": "/a", "log_group_name": "g", "log_stream_name": template}
    assert location(entry, EC2)[1] == ec2
    found = streams(entry, ONPREM, "eu-central-1")
    assert [item.log_stream_name for item in found] == ([onprem] if onprem else [])


def test_what_cannot_be_named_is_said() -> None:
    configuration = {"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/a.log", "log_stream_name": "{ip_address}"}]}}}}
    (sentence,) = expectations(configuration, ONPREM).unverified
    assert "/a.log" in sentence
    assert "{ip_address}" in sentence


def test_the_date_is_that_of_the_start_in_the_hosts_own_time() -> None:
    agent = {**EC2, "service": {"started_at": NOW}, "utc_offset": -60}
    assert location({"file_path": "/a", "log_group_name": "g/{date}"}, agent)[0] == "g/2025-12-31"


def test_publish_multi_logs_puts_the_files_name_into_the_stream_or_the_group() -> None:
    agent = seen("/var/log/*.log", file="/var/log/a b.log")
    entry = {"file_path": "/var/log/*.log", "publish_multi_logs": True}
    assert location(entry, agent) == ("/var/log/a_b.log", "i-0abc")
    assert location({**entry, "log_group_name": "g"}, agent) == ("g", "i-0abc__var_log_a_b.log")
    assert streams(entry, EC2) == []


def test_a_role_of_another_account_cannot_be_read_from_here() -> None:
    role = "arn:aws:iam::999999999999:role/telemetry"
    assert streams({"file_path": "/a"}, EC2, credentials={"role_arn": role}) == []
    assert len(streams({"file_path": "/a"}, EC2, credentials={"role_arn": role.replace("999999999999", "123456789012")})) == 1


@pytest.mark.parametrize(
    ("facts", "entry", "grown", "waiting"),
    [
        ({}, {}, False, False),
        ({"grown": True}, {}, True, False),
        ({"sent": 4}, {}, False, True),
        ({"sent": None}, {}, True, True),
        ({"sent": None, "size": 0}, {}, False, False),
        ({"sent": None, "mtime": NOW - 20 * 86400}, {}, True, True),
        ({"sent": None, "mtime": NOW - 20 * 86400}, {"timestamp_format": "%Y"}, False, True),
    ],
)
def test_what_a_file_has_to_send(facts: dict[str, Any], entry: dict[str, Any], grown: bool, waiting: bool) -> None:
    (stream,) = streams({"file_path": "/a.log", **entry}, seen("/a.log", **facts))
    assert (stream.grown, stream.waiting) == (grown, waiting)


def test_a_file_that_is_not_there_is_not_called_unreadable() -> None:
    assert streams({"file_path": "/a.log"}, seen("/a.log", exists=False, readable=False, size=0, sent=None))[0].readable is True
    (unreadable,) = streams({"file_path": "/a.log"}, seen("/a.log", readable=False))
    assert (unreadable.readable, unreadable.empty) == (False, False)
    assert streams({"file_path": "/a.log"}, seen("/a.log", readable=False, size=0))[0].empty is True


def test_of_the_journal_nobody_knows_whether_it_has_grown() -> None:
    configuration = {"logs": {"logs_collected": {"journald": {"collect_list": [{"log_group_name": "j"}]}}}}
    (stream,) = expectations(configuration, EC2).streams
    assert (stream.log_group_name, stream.log_stream_name, stream.grown) == ("j", "i-0abc", False)


def test_the_agents_own_region_decides_where_it_sends() -> None:
    assert expectations({"agent": {"region": "us-west-2"}}, EC2, "eu-west-1").region == "us-west-2"
    assert expectations({}, EC2, "eu-central-1").region == "eu-central-1"
    assert expectations({}, EC2).region == "eu-west-1"


@pytest.mark.parametrize(("agent", "absent"), [(seen("/a.log"), False), (seen("/a.log", file="", exists=False), True), (EC2, False)])
def test_whether_there_is_such_a_file_is_known_where_it_was_looked_at(agent: dict[str, Any], absent: bool) -> None:
    assert [item.absent for item in streams({"file_path": "/a.log"}, agent)] == [absent]
