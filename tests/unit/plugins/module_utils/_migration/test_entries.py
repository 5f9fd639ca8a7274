# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One section becomes one entry: every key, with the values that awslogs passes over."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._awslogs.agent import Log
from ansible_collections.cloudwatch.agent.plugins.module_utils._migration.entries import format_in_force, translate

PLAIN = {"file": "/var/log/app.log", "log_group_name": "app", "log_stream_name": "{instance_id}"}
FORMAT = "%Y-%m-%d %H:%M:%S"


def entry(mode: str = "ec2", **values: str) -> dict[str, Any]:
    """The entry without what PLAIN gives it."""
    result = translate(Log("awslogs.conf", "app", {**PLAIN, **values}), mode)
    assert result.refusals == []
    plain = {"file_path": "/var/log/app.log", "log_group_name": "app", "log_stream_name": "{instance_id}"}
    return {key: value for key, value in result.entry.items() if plain.get(key) != value}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {}),
        ({"file": "/srv/**/x.log"}, {"file_path": "/srv/*/x.log"}),
        ({"log_stream_name": "{hostname}-{ip_address}"}, {"log_stream_name": "{local_hostname}-{ip_address}"}),
        ({"log_stream_name": "{container}"}, {"log_stream_name": "{container}"}),
        ({"datetime_format": f"[{FORMAT},%f]"}, {"timestamp_format": f"[{FORMAT},%f]"}),
        ({"datetime_format": "%Y-%m-%dT%H:%M:%S.%6N"}, {}),
        ({"datetime_format": "%(stamp)s"}, {}),
        ({"datetime_format": "100%"}, {}),
        ({"datetime_format": FORMAT, "time_zone": "UTC"}, {"timestamp_format": FORMAT, "timezone": "UTC"}),
        ({"datetime_format": FORMAT, "time_zone": "LOCAL"}, {"timestamp_format": FORMAT, "timezone": "LOCAL"}),
        ({"datetime_format": FORMAT, "time_zone": "UTC-5"}, {"timestamp_format": FORMAT}),
        ({"time_zone": "UTC"}, {}),
        (
            {"datetime_format": FORMAT, "multi_line_start_pattern": "{datetime_format}"},
            {"timestamp_format": FORMAT, "multi_line_start_pattern": "{timestamp_format}"},
        ),
        ({"multi_line_start_pattern": "{datetime_format}"}, {}),
        ({"multi_line_start_pattern": r"^[^\s]"}, {}),
        ({"multi_line_start_pattern": ""}, {}),
        ({"multi_line_start_pattern": "^([0-9"}, {}),
        ({"multi_line_start_pattern": r"^\["}, {"multi_line_start_pattern": r"^\["}),
        ({"encoding": "utf_8"}, {}),
        ({"encoding": "utf-8-sig"}, {}),
        ({"encoding": "[ascii]"}, {"encoding": "ascii"}),
        ({"encoding": "euc_jp"}, {"encoding": "euc-jp"}),
        ({"encoding": "latin_1"}, {"encoding": "iso8859-1"}),
        ({"encoding": "utf_16"}, {"encoding": "utf-16le"}),
        ({"encoding": "klingon"}, {}),
        ({"encoding": ""}, {}),
        ({"initial_position": "end_of_file", "batch_count": "1", "batch_size": "x", "file_fingerprint_lines": "1-3"}, {}),
        ({"retention_in_days": "30"}, {"retention_in_days": 30}),
        ({"log_group_class": "infrequent_access"}, {"log_group_class": "INFREQUENT_ACCESS"}),
    ],
    ids=str,
)
def test_an_entry_does_what_awslogs_did(values: dict[str, str], expected: dict[str, Any]) -> None:
    assert entry(**values) == expected


def test_off_ec2_the_instance_is_the_host() -> None:
    assert entry("onPremise", log_stream_name="{instance_id}/x") == {"log_stream_name": "{local_hostname}/x"}


@pytest.mark.parametrize(("text", "seconds"), [("5000", 5), ("500", 5), ("60000", 60), ("5s", 5), ("61500", 61)])
def test_buffers_become_seconds(text: str, seconds: int) -> None:
    assert translate(Log("f", "a", {**PLAIN, "buffer_duration": text}), "ec2").flush == seconds


@pytest.mark.parametrize(
    ("values", "key", "said"),
    [
        ({"file": ""}, "file", "name the log file"),
        ({"log_stream_name": ""}, "log_stream_name", "such as {instance_id}"),
        ({"file": "${LOG}"}, "file", "template that nobody has filled in"),
        ({"log_group_name": "{{ group }}"}, "log_group_name", "template that nobody has filled in"),
        ({"log_group_name": "{environment}-x"}, "log_group_name", "{instance_id} or {hostname} or {ip_address}"),
        ({"log_stream_name": "{aws_region}"}, "log_stream_name", "awslogs takes {aws_region} as it stands"),
        ({"log_stream_name": "{hostname} # both"}, "log_stream_name", "a line of its own"),
        ({"time_zone": "UTC ; really"}, "time_zone", "a line of its own"),
        ({"multi_line_start_pattern": "^a\n|^b"}, "multi_line_start_pattern", "write it in one line"),
        ({"datetime_format": "%Y %j"}, "datetime_format", "does not know %j"),
        ({"encoding": "rot13"}, "encoding", "does not know this encoding"),
        ({"retention_in_days": "a month"}, "retention_in_days", "no number of days"),
        ({"log_group_class": "CHEAP"}, "log_group_class", "STANDARD or INFREQUENT_ACCESS"),
    ],
    ids=str,
)
def test_what_has_two_meanings_or_none_is_refused(values: dict[str, str], key: str, said: str) -> None:
    (refusal,) = translate(Log("awslogs.conf", "app", {**PLAIN, **values}), "ec2").refusals
    assert (refusal.file, refusal.section, refusal.key) == ("awslogs.conf", "app", key)
    assert said in refusal.text


@pytest.mark.parametrize(
    ("values", "key", "outcome", "said"),
    [
        ({"initial_position": "end_of_file"}, "initial_position", "dropped", "is sent again"),
        ({"initial_position": "beginning"}, "initial_position", "changed", "does not know this position"),
        ({"file_fingerprint_lines": "1-4"}, "file_fingerprint_lines", "dropped", "inode"),
        ({"batch_size": "1"}, "batch_size", "dropped", "by itself"),
        ({"log_stream_name": "{hostname}"}, "log_stream_name", "changed", "{local_hostname}"),
        ({"retention_in_days": "7"}, "retention_in_days", "changed", "sets the retention"),
        ({"buffer_duration": "5s"}, "buffer_duration", "changed", "no number"),
        ({"datetime_format": "%6N"}, "datetime_format", "dropped", "time of reading"),
        ({"file": "/x"}, "file", "mapped", "file_path"),
    ],
    ids=str,
)
def test_the_report_says_what_became_of_a_key(values: dict[str, str], key: str, outcome: str, said: str) -> None:
    (note,) = [one for one in translate(Log("f", "app", {**PLAIN, **values}), "ec2").notes if one.key == key]
    assert (note.outcome, note.value) == (outcome, values[key])
    assert said in note.message


def test_a_key_that_awslogs_does_not_know_is_named_without_its_value() -> None:
    (note,) = [one for one in translate(Log("f", "app", PLAIN, ("datetime_fromat",)), "ec2").notes if one.key == "datetime_fromat"]
    assert (note.value, note.outcome) == ("", "dropped")
    assert note.message.endswith("Did you mean datetime_format?")


@pytest.mark.parametrize(("text", "taken"), [(FORMAT, True), ("%%", True), ("%Q", False), ("%", False), ("", False), ("%-d", False)])
def test_a_format_that_python_does_not_know_does_not_count(text: str, taken: bool) -> None:
    assert format_in_force(text) is taken
