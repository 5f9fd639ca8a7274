# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table that people read."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.account import account
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.table import FOLD_ABOVE, table
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._telemetry.examples import evaluation, metric, stream


def test_bad_hosts_come_first_and_totals_last() -> None:
    entries = [
        evaluation("web-1", [stream("/a", events=2), stream("/a", events=2), stream("/b", "no_data")], [metric()]),
        evaluation("a-longer-name", [stream("/a", "missing")], [metric("missing", None)]),
    ]
    assert table(entries) == [
        "host           state     mode     build            configuration                service  log groups (events)  metrics",
        "-------------  --------  -------  ---------------  ---------------------------  -------  -------------------  "
        "------------------------",
        "a-longer-name  MISSING   on-prem  1.300060.0b1248  AmazonCloudWatch-base-web:3  running  /a (MISSING)         "
        "mem_used_percent MISSING",
        "web-1          verified  on-prem  1.300060.0b1248  AmazonCloudWatch-base-web:3  running  /a (2)               "
        "mem_used_percent 12.35",
        "                                                                                         /b (no data)",
        "2 hosts: 1 verified, 1 missing",
    ]


def test_hosts_that_did_not_get_as_far_have_their_reason() -> None:
    failures = {"web-2": {"state": "failed", "reason": "no space left"}, "web-3": {"state": "failed", "reason": "no space left"}}
    lines = table(account(["web-1", "web-2", "web-3", "web-4"], [evaluation("web-1", [stream("/a", events=1)], [])], failures, ["web-4"]))
    assert [line.split()[:2] for line in lines[2:6]] == [["web-2", "FAILED"], ["web-3", "FAILED"], ["web-4", "NOT"], ["web-1", "verified"]]
    assert lines[6:] == [
        "web-2, web-3: failed: no space left",
        "web-4: not reached: the run ended before it was observed",
        "4 hosts: 1 verified, 2 failed, 1 not reached",
    ]


def test_many_hosts_that_are_alike_are_one_row() -> None:
    entries = [
        evaluation(f"web-{number}", [stream("/a", events=number + 1)], [metric(value=float(number))]) for number in range(FOLD_ABOVE)
    ]
    assert len(table(entries)) == FOLD_ABOVE + 3
    entries += [evaluation("other", [stream("/b", events=1)], []), evaluation("bad", [stream("/a", "missing")], [])]
    lines = table(entries)
    assert [line.split("  ")[0] for line in lines[2:]] == ["bad", "web-0 and 19 like it", "other", "22 hosts: 21 verified, 1 missing"]


def test_an_unreadable_file_is_called_so() -> None:
    unreadable = {"readable": False, "cause": "/a.log is not readable for cwagent"}
    lines = table([evaluation("web-1", [stream("/a", "missing", **unreadable), stream("/b", "no_data", **unreadable)], [])])
    assert "/a (UNREADABLE)" in lines[2]
    assert "/b (unreadable)" in lines[3]
    assert "web-1: no data: /a.log is not readable for cwagent" in lines


def test_what_is_not_verified_is_explained_once() -> None:
    unknown = stream("/a", "unverified", cause="the class of the log group does not let events be read")
    lines = table([evaluation(name, [unknown], [], state="unverified", unverified=["logs go elsewhere"]) for name in ("one", "two")])
    assert "one, two: unverified: logs go elsewhere" in lines
    assert "one, two: unverified: the class of the log group does not let events be read" in lines


def test_a_host_without_agent() -> None:
    lines = table([evaluation("new", [], [], mode="ec2", build="", configurations=[], service="inactive", state="no_data")])
    assert lines[2].split() == ["new", "no", "data", "EC2", "none", "-", "inactive"]


def test_files_that_are_not_there_are_named_below_the_table() -> None:
    absent = stream("/web", "no_data", exists=False, cause="there is no file /var/log/ngnix.log")
    lines = table([evaluation(host, [absent, stream("/b", "no_data", cause="no matter")], [metric()]) for host in ("web-1", "web-2")])
    assert "web-1, web-2: no data: there is no file /var/log/ngnix.log" in lines
    assert not any("no matter" in line for line in lines)
