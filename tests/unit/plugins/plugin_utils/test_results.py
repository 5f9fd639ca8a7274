# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.results import left_text, of_region, summary, written

SAME = {"name": "/a", "profile": "", "region": "us-east-1", "changed": False, "before": {}, "after": {}}
OTHER = {"name": "/b", "profile": "shop", "region": "eu-west-1", "changed": True, "before": {"a": 1}, "after": {"a": 2}}


def test_the_diff_has_what_differs_by_account_region_and_name() -> None:
    assert summary("groups", [SAME], []) == {"changed": False, "groups": [SAME]}
    assert summary("groups", [SAME, OTHER], ["x", "y"]) == {
        "changed": True,
        "groups": [SAME, OTHER],
        "diff": {"before": {"shop/eu-west-1/b": {"a": 1}}, "after": {"shop/eu-west-1/b": {"a": 2}}},
        "failed": True,
        "msg": "x\ny",
    }
    sides = {"before": {"role/r": {}}, "after": {"role/r": {"trust": {}}}}
    assert summary("groups", [SAME], [], sides) == {"changed": True, "groups": [SAME], "diff": sides}


def test_sentences() -> None:
    assert of_region(Target("", "us-east-1"), "x") == "us-east-1: x"
    assert left_text("trail", ["a"]) == "1 trail was left as it was: a. Hint: run again; what is done is not done twice."
    assert left_text("trail", ["a", "b"]).startswith("2 trails were left as they were: a, b.")


def test_a_call_whose_answer_was_lost_may_have_written() -> None:
    refused, lost = AwsError("no", "AccessDenied"), AwsError("no", "InternalError", unsure=True)
    assert [written([], refused), written(["step"], refused), written(None, lost)] == [False, True, True]
