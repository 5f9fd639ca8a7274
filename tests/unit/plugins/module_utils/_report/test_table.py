# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in a terminal."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._report.table import table
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._report.examples import (
    BEHIND,
    LOST,
    STOPPED,
    association,
    evaluation,
    fleet,
    run,
)


def test_hosts_that_differ_first_then_what_differs_then_totals() -> None:
    lines = table(run({"web-1": {}, "web-2": BEHIND, "web-3": LOST, "web-4": BEHIND}))
    assert [line.split("  ")[0] for line in lines[2:6]] == ["web-3", "web-2", "web-4", "web-1"]
    assert lines[2].split()[1:] == ["UNREACHABLE", "-", "-", "-", "-", "-"]
    assert lines[3].split()[1:][:3] == ["DIFFERS", "1.300064.1b1344", "AmazonCloudWatch-web:2"]
    assert lines[6:] == [
        "web-3: unreachable: ssh: connect to host: Connection timed out",
        "web-2, web-4: configuration: version 2, live is version 3",
        "4 hosts: 1 converged, 1 unreachable, 2 differ",
    ]


def test_one_host_that_differs() -> None:
    assert table(run({"web-1": STOPPED}))[-1] == "1 host: 1 differs"


def test_many_hosts_that_are_alike_are_one_row() -> None:
    """Their moments do not count."""
    lines = table(fleet(1000))
    assert len(lines) < 20
    assert any(line.startswith("ip-10-0-0-0.eu-west-1.compute.internal and 499 like it  converged") for line in lines)
    assert lines[-1] == "1000 hosts: 500 converged, 125 unreachable, 375 differ"


def test_a_column_of_associations_where_there_are_any() -> None:
    assert not any("association" in line for line in table(run({"web-1": {}})))
    lines = table(run({"web-1": {"association": association()}, "web-2": {}, "web-3": {"unread": "may not read"}}))
    assert lines[0].endswith("association") and [line.rpartition("  ")[2] for line in lines[2:5]] == [
        "Success, AmazonCloudWatch-web:3",
        "-",
        "not known",
    ]
    assert lines[5:] == ["web-3: association: State Manager could not be read: may not read", "3 hosts: 3 converged"]


def test_why_telemetry_is_not_verified_is_said_once() -> None:
    def said(host: str, state: str = "unverified") -> dict[str, Any]:
        return {"telemetry": evaluation(host, state, unverified=["CloudWatch is not asked for what traces send"])}

    lines = table(run({"web-1": said("web-1"), "web-2": said("web-2"), "web-3": said("web-3", "verified")}))
    assert lines[5:] == ["web-1, web-2: telemetry: unverified: CloudWatch is not asked for what traces send", "3 hosts: 3 converged"]
