# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that have nothing of a host, and who else sends under them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.sharing import Sender, Senders, names_of_no_host

OWN = {"InstanceId": "${aws:InstanceId}"}


def logs(*entries: dict[str, str], kind: str = "files", **more: Any) -> dict[str, Any]:
    return {"logs": {"logs_collected": {kind: {"collect_list": list(entries)}}, **more}}


def mem(more: dict[str, Any], agent: dict[str, Any] | None = None, **added: str) -> dict[str, Any]:
    section = {"measurement": ["used"], **({"append_dimensions": added} if added else {})}
    return {"agent": agent or {}, "metrics": {"metrics_collected": {"mem": section}, **more}}


@pytest.mark.parametrize(
    ("configuration", "names"),
    [
        (logs({"file_path": "/var/a.log", "log_stream_name": "x"}), [("/var/a", "x")]),
        (logs({"log_group_name": "/j"}, kind="journald", log_stream_name="{date}"), [("/j", "{date}")]),
        (logs({"file_path": "/a.log"}), []),
        (logs({"log_group_name": "/{hostname}", "log_stream_name": "x"}), []),
        (logs({"log_group_name": "/a", "log_stream_name": "{instance_id}/x"}), []),
        (mem({}), []),
        (mem({}, {"omit_hostname": True}), [("CWAgent", "mem")]),
        (mem({"append_dimensions": {}, "namespace": "N"}, None, B="2", A="1"), [("N", "mem", "A=1", "B=2")]),
        (mem({"append_dimensions": OWN}), []),
        (mem({"append_dimensions": {}}, None, Id="${aws:InstanceId}"), []),
        (mem({"append_dimensions": {}}, None, host="web"), []),
    ],
)
def test_names(configuration: dict[str, Any], names: list[Any]) -> None:
    assert sorted(names_of_no_host(configuration)) == names


@pytest.mark.parametrize("wrong", [None, "x", 1, [], ["x"], {"x": 1}])
def test_what_is_not_of_its_type_is_passed_over(wrong: Any) -> None:
    files = [wrong, {"logs_collected": wrong}, {"logs_collected": {"files": wrong}}, {"logs_collected": {"files": {"collect_list": wrong}}}]
    metrics = [wrong, {"metrics_collected": wrong}, {"metrics_collected": {"mem": wrong}, "append_dimensions": OWN}]
    for given in [*({"logs": value} for value in files), *({"metrics": value, "agent": wrong} for value in metrics)]:
        assert names_of_no_host(given) == frozenset()


def test_others_are_those_of_the_same_account_and_region() -> None:
    name = ("/a", "x")
    own = Sender("", "us-east-1", frozenset({name}))
    for other, shared in [
        (own, True),
        (own._replace(region=""), True),
        (own._replace(region="eu-west-1"), False),
        (own._replace(profile="prod"), False),
        (own._replace(names=frozenset()), False),
    ]:
        assert Senders([own, other]).others(own, [name]) == (frozenset({name}) if shared else frozenset())
    assert Senders([own]).others(own, [name]) == frozenset()
    assert Senders([own._replace(hosts=2)]).others(own, [name]) == frozenset({name})
