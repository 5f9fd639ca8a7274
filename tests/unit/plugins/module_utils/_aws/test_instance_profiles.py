# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instance profiles of instances, call by call."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import instance_profiles
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.instance_profiles import Instance, ensure, problems

from .cloud import refused

EARLY = refused("InvalidParameterValue", "Value (web) is invalid. Invalid IAM Instance Profile name", "AssociateIamInstanceProfile")


class Ec2:
    """Records the calls; ``failures`` are raised one after the other by those that associate."""

    def __init__(self, *failures: Exception) -> None:
        self.calls: list[str] = []
        self.failures = list(failures)

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.failures and name != "disassociate":
            raise self.failures.pop(0)

    def associate_iam_instance_profile(self, **_given: Any) -> None:
        self._call("associate")

    def replace_iam_instance_profile_association(self, **_given: Any) -> None:
        self._call("replace")

    def disassociate_iam_instance_profile(self, **_given: Any) -> None:
        self._call("disassociate")


@pytest.mark.parametrize(
    ("found", "name", "calls"),
    [
        (Instance("running", "", ""), "web", ["associate"]),
        (Instance("stopped", "", ""), "web", ["associate"]),
        (Instance("running", "old", "a-1"), "web", ["replace"]),
        (Instance("stopped", "old", "a-1"), "web", ["disassociate", "associate"]),
        (Instance("running", "web", "a-1"), "", ["disassociate"]),
    ],
)
def test_each_state_has_its_calls(found: Instance, name: str, calls: list[str]) -> None:
    ec2 = Ec2()
    ensure(ec2, "i-1", found, name)
    assert ec2.calls == calls


def test_a_new_profile_and_an_association_that_ends_are_waited_for() -> None:
    slept: list[float] = []
    ec2 = Ec2(EARLY, refused("IncorrectState", "there is an association", "AssociateIamInstanceProfile"))
    ensure(ec2, "i-1", Instance("running", "", ""), "web", slept.append)
    assert (ec2.calls, len(slept)) == (["associate"] * 3, 2)


def test_waiting_ends_and_other_errors_are_not_waited_for() -> None:
    slept: list[float] = []
    with pytest.raises(AwsError, match="associate the instance profile web with i-1: InvalidParameterValue"):
        ensure(Ec2(*[EARLY] * 100), "i-1", Instance("running", "", ""), "web", slept.append)
    assert sum(slept) == instance_profiles.WAIT_SECONDS
    denied = refused("UnauthorizedOperation", "no", "AssociateIamInstanceProfile")
    with pytest.raises(AwsError, match="Hint: allow ec2:AssociateIamInstanceProfile"):
        ensure(Ec2(denied), "i-1", Instance("running", "", ""), "web", pytest.fail)


def test_problems_name_what_is_gone_and_what_belongs_to_others() -> None:
    found = {"i-1": Instance("running", "others", "a"), "i-2": Instance("running", "", ""), "i-3": Instance("running", "web", "a")}
    wanted = dict.fromkeys(["i-1", "i-2", "i-3", "i-4"], "web")
    assert [line.split(" ", 1)[0] for line in problems(found, wanted, False)] == ["i-4", "i-1"]
    assert [line.split(" ", 1)[0] for line in problems(found, wanted, True)] == ["i-4"]
