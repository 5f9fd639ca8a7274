# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading what arrived: right counts, few calls, and the cases in which CloudWatch's first answer misleads."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import telemetry_api as api
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.telemetry_reading import (
    ATTEMPTS,
    read_metrics,
    read_newest,
    read_streams,
)
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.measured import (
    NO_VALUE,
    NOTHING,
    MetricKey,
    MetricSeen,
    StreamKey,
    StreamSeen,
)
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._aws.cloud import NOW, Cloud, refused

SINCE = NOW - 100


def stream(name: str, group: str = "g", since: float = SINCE) -> StreamKey:
    return StreamKey(group, name, since)


def metric(instance: str, since: float = SINCE) -> MetricKey:
    return MetricKey("CWAgent", "mem_used_percent", (("InstanceId", instance),), since)


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def test_many_streams_of_a_group_take_one_call(cloud: Cloud) -> None:
    for number in range(250):
        cloud.log("g", f"i-{number}", *[NOW - 10] * (number % 3))
    counts = read_streams(cloud, [stream(f"i-{number}") for number in range(250)])
    assert [counts[stream(f"i-{number}")].events for number in range(5)] == [0, 1, 2, 0, 1]
    assert cloud.count("filter_log_events") == 3
    assert all(len(request["logStreamNames"]) <= 100 for _operation, _region, request in cloud.calls)


def test_every_host_has_its_own_moment(cloud: Cloud) -> None:
    cloud.log("g", "a", NOW - 90, NOW - 10)
    cloud.log("g", "b", NOW - 90, NOW - 10)
    found = read_streams(cloud, [stream("a"), stream("b", since=NOW - 50)])
    assert found == {stream("a"): StreamSeen(2, NOW - 10), stream("b", since=NOW - 50): StreamSeen(1, NOW - 10)}


def test_a_group_that_does_not_exist_is_asked_for_once(cloud: Cloud) -> None:
    assert set(read_streams(cloud, [stream("a", "none"), stream("b", "none")]).values()) == {NOTHING}
    assert len(cloud.calls) == 1


def test_a_stream_that_does_not_exist_does_not_hide_the_others(cloud: Cloud) -> None:
    cloud.log("g", "there", NOW - 10)
    assert read_streams(cloud, [stream("there"), stream("not")]) == {stream("there"): StreamSeen(1, NOW - 10), stream("not"): NOTHING}


def test_a_busy_stream_does_not_hide_another(cloud: Cloud) -> None:
    cloud.page = 10
    cloud.log("g", "busy", *[NOW - 20] * 1000)
    cloud.log("g", "calm", NOW - 10)
    counts = read_streams(cloud, [stream("busy"), stream("calm")])
    assert counts[stream("calm")] == StreamSeen(1, NOW - 10)
    assert counts[stream("busy")].events >= 50
    assert len(cloud.calls) == 7


def test_a_busy_stream_says_nothing_of_the_newest_event_of_another(cloud: Cloud) -> None:
    cloud.page = 10
    cloud.log("g", "a", NOW - 90)
    cloud.log("g", "b", *[NOW - 20] * 1000)
    assert read_streams(cloud, [stream("a"), stream("b")])[stream("a")] == StreamSeen(1, NOW - 90)


def test_empty_pages_are_not_the_end(cloud: Cloud) -> None:
    cloud.empty_pages = 12
    cloud.log("g", "a", NOW - 10)
    assert read_streams(cloud, [stream("a")])[stream("a")] == StreamSeen(1, NOW - 10)
    assert (cloud.count("filter_log_events"), cloud.count("get_log_events")) == (13, 0)
    assert read_newest(cloud, stream("a")) == StreamSeen(1, NOW - 10)


def test_a_stream_without_events_ends_with_the_token_it_began_with(cloud: Cloud) -> None:
    cloud.events[("g", "a")] = []
    assert read_newest(cloud, stream("a")) == NOTHING
    assert len(cloud.calls) == 2


@pytest.mark.parametrize("status", ["InternalError", "PartialData", "Forbidden"])
def test_an_answer_that_is_not_complete_is_asked_for_again_and_never_absence(cloud: Cloud, status: str) -> None:
    cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, NOW - 5, 42.0)
    cloud.status = [status]
    assert read_metrics(cloud, [metric("i-1")], NOW)[metric("i-1")] == MetricSeen(42.0, at=NOW - NOW % 60)
    cloud.status = [status] * ATTEMPTS
    found = read_metrics(cloud, [metric("i-1")], NOW)[metric("i-1")]
    assert (found.value, bool(found.doubt)) == (None, True)


def test_an_old_line_of_a_host_whose_clock_is_ahead_counts_by_when_it_came(cloud: Cloud) -> None:
    cloud.log("g", "a", NOW - 86400, came=NOW - 20)
    changed = NOW + 240 - 30  # by its clock, which is 240 seconds ahead
    assert read_newest(cloud, StreamKey("g", "a", changed)) == NOTHING
    assert read_newest(cloud, StreamKey("g", "a", changed, 240)) == StreamSeen(1, NOW + 220)
    assert read_newest(cloud, StreamKey("g", "a", changed + 20, 240)) == NOTHING


@pytest.mark.parametrize("ahead", [0, 120, 299])
def test_a_host_whose_clock_is_ahead(cloud: Cloud, ahead: int) -> None:
    cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, NOW + ahead, 42.0)
    assert read_metrics(cloud, [metric("i-1")], NOW)[metric("i-1")].value == 42.0


def test_denied_is_an_error_and_never_absence(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_request: object) -> None:
        raise refused("AccessDeniedException", "no", "FilterLogEvents")

    monkeypatch.setattr(cloud, "filter_log_events", denied, raising=False)
    with pytest.raises(AwsError, match=r"read the log events of g.*allow logs:FilterLogEvents"):
        read_streams(cloud, [stream("a")])


def test_metrics_of_all_hosts_take_one_call_for_500(cloud: Cloud) -> None:
    cloud.measure("mem_used_percent", {"InstanceId": "i-7"}, NOW - 5, 42.0)
    found = read_metrics(cloud, [metric(f"i-{number}") for number in range(501)], NOW)
    assert found[metric("i-7")].value == 42.0
    assert found[metric("i-8")] == NO_VALUE
    assert [len(request["MetricDataQueries"]) for _operation, _region, request in cloud.calls] == [api.QUERIES, 1]


@pytest.mark.parametrize(("lacking", "newest"), [(0, 0), (1, 100)])
def test_what_a_thousand_hosts_cost(cloud: Cloud, lacking: int, newest: int) -> None:
    """Two streams and three metrics each, as docs/docsite/rst/guide_verify.rst says; of one stream that is not there too."""
    hosts = [f"i-{number}" for number in range(1000)]
    for group in ("g", "h"):
        for host in hosts[lacking if group == "g" else 0 :]:
            cloud.log(group, host, NOW - 10)
    read_streams(cloud, [stream(host, group) for host in hosts for group in ("g", "h")])
    names = ("mem_used_percent", "swap_used_percent", "cpu_usage_idle")
    read_metrics(cloud, [metric(host)._replace(name=name) for host in hosts for name in names], NOW)
    counts = [cloud.count(operation) for operation in ("filter_log_events", "get_log_events", "get_metric_data")]
    assert counts == [20, newest, 6]


def test_only_the_exact_dimensions_count(cloud: Cloud) -> None:
    cloud.measure("mem_used_percent", {"InstanceId": "i-1", "ImageId": "ami"}, NOW - 5)
    assert read_metrics(cloud, [metric("i-1")], NOW) == {metric("i-1"): NO_VALUE}


def test_the_newest_value_is_told(cloud: Cloud) -> None:
    for value in (3.0, 2.0, 1.0):
        cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, NOW - value * 60 + 60, value)
    since = NOW - 300
    assert read_metrics(cloud, [metric("i-1", since)], NOW)[metric("i-1", since)].value == 1.0


@pytest.mark.parametrize(("before", "arrived"), [(True, False), (False, True)])
def test_the_minute_of_a_restart_counts_only_without_earlier_values(cloud: Cloud, before: bool, arrived: bool) -> None:
    # The agent was restarted in the middle of this minute: its value may come from before.
    since = NOW - NOW % 60 + 20
    cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, since, 9.0)
    if before:
        cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, since - 60, 8.0)
    assert (read_metrics(cloud, [metric("i-1", since)], NOW)[metric("i-1", since)].value == 9.0) is arrived
    cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, since + 60, 10.0)
    assert read_metrics(cloud, [metric("i-1", since)], NOW + 60)[metric("i-1", since)].value == 10.0


def test_values_from_before_do_not_count(cloud: Cloud) -> None:
    cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, SINCE - 120)
    assert read_metrics(cloud, [metric("i-1")], NOW) == {metric("i-1"): NO_VALUE}


def test_a_finer_resolution_tells_the_values_before_a_restart_apart(cloud: Cloud) -> None:
    since = NOW - NOW % 60 + 20
    key = metric("i-1", since)._replace(resolution=5)
    for moment in (since - 65, since - 5):
        cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, moment, 8.0)
    assert read_metrics(cloud, [key], NOW)[key].value is None
    cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, since + 7, 9.0)
    assert read_metrics(cloud, [key], NOW)[key].value == 9.0
