# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles and users of a plan."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import iam
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.iam import EC2, ROLE, SSM, TAG, USER, Options, Principal, Wanted

from .examples import LARGE, SMALL, plan_of

ACCOUNT = "123456789012"


def plan(configuration: dict[str, Any] = SMALL, regions: tuple[str, ...] = ("us-east-1",)) -> dict[str, Any]:
    found = plan_of(configuration, regions=regions)
    for item in found["configurations"]:
        item |= {"configuration": configuration, "build": "", "platform": "linux", "mode": "ec2"}
    return found


def principals(found: dict[str, Any], wanted: Wanted | None = None, options: Options | None = None) -> list[Principal]:
    chosen = dict.fromkeys(found["hosts"], wanted or Wanted(ROLE, "web", EC2))
    return iam.principals(found, chosen, {"": ACCOUNT}, options or Options())


def test_hosts_of_two_regions_share_a_role_that_allows_what_both_need() -> None:
    (one,) = principals(plan(regions=("us-east-1", "eu-west-1")))
    assert (len(one.hosts), one.regions) == (4, ("eu-west-1", "us-east-1"))
    (fetch,) = (item for item in one.policy["Statement"] if item["Sid"] == "FetchConfiguration")
    assert [arn.split(":")[3] for arn in fetch["Resource"]] == ["eu-west-1", "us-east-1"]
    found = iam.desired(one, Options(path="/x/", tags={"n": 1}))  # type: ignore[dict-item]
    assert (found["arn"], found["instance_profile"]) == (f"arn:aws:iam::{ACCOUNT}:role/x/web", "web")
    assert found["tags"] == {"n": "1", TAG[0]: TAG[1]}
    assert found["trust"]["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_an_activation_is_trusted_for_its_own_account_and_regions() -> None:
    found = iam.desired(principals(plan(regions=("us-east-1", "eu-west-1")), Wanted(ROLE, "edge", SSM))[0], Options())
    (statement,) = found["trust"]["Statement"]
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    assert statement["Condition"]["ArnEquals"]["aws:SourceArn"] == [
        f"arn:aws:ssm:{name}:{ACCOUNT}:*" for name in ("eu-west-1", "us-east-1")
    ]
    assert (found["instance_profile"], found["attach"]) == ("", ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"])


def test_partitions() -> None:
    found = iam.desired(principals(plan(regions=("cn-north-1",)))[0], Options(attach=("CloudWatchAgentServerPolicy",)))
    assert found["trust"]["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com.cn"}
    assert found["attach"] == ["arn:aws-cn:iam::aws:policy/CloudWatchAgentServerPolicy"]


def test_a_user_takes_less_inline_than_a_role() -> None:
    logs = {
        "logs": {
            "logs_collected": {"files": {"collect_list": [{"file_path": f"/var/log/{n}", "log_group_name": f"/g/{n}"} for n in range(8)]}}
        }
    }
    role, user = (iam.desired(principals(plan(logs), wanted)[0], Options()) for wanted in (Wanted(ROLE, "a", EC2), Wanted(USER, "a")))
    assert role["inline"] and not role["managed"]
    assert not user["inline"] and [item["name"] for item in user["managed"]] == ["a-1"]
    assert user["attach"] == [f"arn:aws:iam::{ACCOUNT}:policy/a-1"] and user["trust"] == {}


def test_refusals_before_anything_is_made() -> None:
    with pytest.raises(ConfigError, match=r"no role or user of the name 'a b' \(us-east-1-1\), .*Hint: set cw_agent_iam_name"):
        principals(plan(), Wanted(ROLE, "a b", EC2))
    with pytest.raises(ConfigError, match="cw_agent_iam_path is 'x'"):
        iam.check(Options(path="x"))
    with pytest.raises(ConfigError, match="names none"):
        iam.check(Options(generated=False))
    full = Options(attach=tuple(f"P{number}" for number in range(10)))
    with pytest.raises(ConfigError, match=r"IAM attaches 10\. Hint"):
        iam.desired(principals(plan(LARGE))[0], full)
    with pytest.raises(ConfigError, match="Hint: set cw_agent_iam_existing_profile to replace"):
        iam.desired(principals(plan(LARGE), Wanted(ROLE, "others", "", False))[0], Options())


def test_what_others_made_is_not_ours() -> None:
    item = iam.desired(principals(plan())[0], Options())
    ours = {TAG[0]: TAG[1]}
    assert iam.refusals(item, None, {}, "/") == iam.refusals(item, "/", ours, "/") == []
    assert "was not made by this collection" in iam.refusals(item, "/", {"a": "b"}, "/")[0]
    assert "has the path /old/, which cannot change to /." in iam.refusals(item, "/old/", ours, "/")[0]
    assert iam.refusals({**item, "owned": False}, "/", {}, "/") == []


def test_stale_policies_are_those_of_this_name_and_account() -> None:
    (one,) = principals(plan())
    mine = f"arn:aws:iam::{ACCOUNT}:policy/web"
    attached = [f"{mine}-1", f"{mine}-2", f"{mine}-x", "arn:aws:iam::aws:policy/web-3", f"arn:aws:iam::{ACCOUNT}:policy/web-app-1"]
    assert iam.stale(one, "/", attached, [f"{mine}-1"]) == ["web-2"]


def test_names() -> None:
    assert iam.default_name("/shop/web") == "shop-web"
