# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results: data for playbooks."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.documents import Document
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.results import WOULD_RUN, command_shown, result_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.verdicts import Node, Step
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import MOMENT

DOCUMENT = Document("Doc", "1", {}, ())


def test_a_result_is_data_and_a_command_is_a_change() -> None:
    found = result_of(DOCUMENT, [Node("i-1", "ok", steps=(Step("a", "Success", 0, "out"),)), Node("i-2", "failed", "why")], ["c-1"], ["ok"])
    assert (found["changed"], found["counts"], found["document_version"]) == (True, {"ok": 1, "failed": 1}, "1")
    assert found["nodes"][0]["steps"][0] == {
        "name": "a",
        "status": "Success",
        "exit_code": 0,
        "stdout": "out",
        "stderr": "",
        "truncated": False,
        "stdout_url": "",
        "stderr_url": "",
    }
    assert found["msg"].startswith("Doc: 2 nodes: 1 ok, 1 failed.")


def test_check_mode_would_change_what_would_run() -> None:
    found = result_of(DOCUMENT, [Node("i-1", WOULD_RUN)], [], ["ok"])
    assert (found["changed"], found["counts"], found["msg"]) == (True, {"would_run": 1}, "")
    assert not result_of(DOCUMENT, [Node("i-1", "undelivered")], [], ["ok"])["changed"]


def test_a_command_is_shown_without_its_parameters() -> None:
    shown = command_shown({"CommandId": "c", "RequestedDateTime": MOMENT, "Parameters": {"secret": ["x"]}, "Status": "Success"})
    assert shown == {"command_id": "c", "document": "", "comment": "", "status": "Success", "requested": "2026-01-02T03:04:05+00:00"}
