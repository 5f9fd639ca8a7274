# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests: options in, SendCommand's arguments out."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import requests
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.documents import Document, Parameter
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.limits import Chunk

SCRIPT = Document("AWS-RunShellScript", "1", {"commands": Parameter("commands"), "executionTimeout": Parameter("executionTimeout")}, ("a",))
NOTHING: dict[str, Any] = dict.fromkeys(
    ("parameters", "shell", "powershell", "chdir", "document", "cloudwatch_output", "cloudwatch_log_group", "output_s3_bucket")
)


def test_a_script_is_a_parameter_of_aws_s_document() -> None:
    given = {**NOTHING, "shell": "set -e\ndate\n", "chdir": "/tmp", "parameters": {"executionTimeout": 60}}
    assert requests.parameters_of(given) == (
        "AWS-RunShellScript",
        {"commands": ["set -e", "date"], "workingDirectory": "/tmp", "executionTimeout": 60},
    )
    assert requests.parameters_of({**NOTHING, "powershell": "exit 1"}) == ("AWS-RunPowerShellScript", {"commands": ["exit 1"]})
    assert requests.parameters_of({**NOTHING, "document": "Doc", "parameters": {"a": 1}}) == ("Doc", {"a": 1})


def test_the_time_out_of_a_script_is_a_parameter_where_there_is_one() -> None:
    assert requests.with_timeout(SCRIPT, {"a": 1}, 60) == {"a": 1, "executionTimeout": "60"}
    assert requests.with_timeout(SCRIPT, {}, None) == {}
    for document, given, seconds, said in (
        (Document("Doc", "1", {}, ()), {}, 60, "has no parameter executionTimeout"),
        (SCRIPT, {"executionTimeout": 5}, 60, "keep one of them"),
        (SCRIPT, {}, 4, "from 5 to 172800"),
    ):
        with pytest.raises(CommandError, match=said):
            requests.with_timeout(document, given, seconds)


def test_the_longest_wait_is_that_of_aws() -> None:
    assert requests.seconds_at_most(SCRIPT, {}, None) == 3600 + 3600 + 60
    assert requests.seconds_at_most(SCRIPT, {"executionTimeout": ["10"]}, 30) == 100


def test_targets_are_checked() -> None:
    assert requests.targets_of([{"key": "instanceids", "values": ["*"]}]) == ({"Key": "InstanceIds", "Values": ["*"]},)
    assert requests.targets_of(None) == ()
    for items, said in (
        ([{"key": "Role", "values": ["web"]}], "Hint: tag:NAME"),
        ([{"key": "tag:Role", "values": []}], "0 values"),
        ([{"key": f"tag:{number}", "values": ["a"]} for number in range(6)], "6 keys"),
    ):
        with pytest.raises(CommandError, match=said):
            requests.targets_of(items)


def test_a_request_has_what_was_asked_for_and_nothing_else() -> None:
    wanted = requests.Wanted(
        "Doc", "2", {"a": ["1"]}, ({"Key": "tag:A", "Values": ["b"]},), "why", "10%", "1", 60, {"OutputS3BucketName": "b"}
    )
    assert requests.request(wanted) == {
        "DocumentName": "Doc",
        "DocumentVersion": "2",
        "Parameters": {"a": ["1"]},
        "Targets": [{"Key": "tag:A", "Values": ["b"]}],
        "Comment": "why",
        "MaxConcurrency": "10%",
        "MaxErrors": "1",
        "TimeoutSeconds": 60,
        "OutputS3BucketName": "b",
    }
    assert requests.request(requests.Wanted("Doc"), Chunk(("i-1",), None, "0")) == {
        "DocumentName": "Doc",
        "InstanceIds": ["i-1"],
        "MaxErrors": "0",
    }


def test_output_goes_where_it_is_wanted() -> None:
    given = {**NOTHING, "cloudwatch_log_group": "/ops", "output_s3_bucket": "b", "output_s3_key_prefix": "p"}
    found = requests.output_of(given)
    assert found["CloudWatchOutputConfig"] == {"CloudWatchOutputEnabled": True, "CloudWatchLogGroupName": "/ops"}
    assert (found["OutputS3BucketName"], found["OutputS3KeyPrefix"]) == ("b", "p")
    assert requests.log_group_of("Doc", found) == "/ops"
    assert requests.log_group_of("arn:aws:ssm:::document/Doc", requests.output_of({**NOTHING, "cloudwatch_output": True})) == "/aws/ssm/Doc"
    assert requests.log_group_of("Doc", {}) == ""


def test_a_comment_has_space_for_its_mark() -> None:
    assert requests.with_mark("why", "0123456789") == "why [01234567]" and requests.with_mark("", "0123456789") == "[01234567]"
    assert (requests.comment_of(None), len(requests.with_mark(requests.comment_of("x" * 89), "0123456789"))) == ("", 100)
    with pytest.raises(CommandError, match="90 characters, and 89 are allowed"):
        requests.comment_of("x" * 90)


def test_no_match_names_what_was_looked_for() -> None:
    assert "no managed node matches tag:A = b or c" in requests.no_match(
        requests.Wanted("Doc", targets=({"Key": "tag:A", "Values": ["b", "c"]},))
    )
    assert "instance_ids is empty" in requests.no_match(requests.Wanted("Doc"))
