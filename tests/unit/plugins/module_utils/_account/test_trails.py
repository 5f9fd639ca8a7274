# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.event_selectors import Selectors
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.trails import Wanted, desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.tests.support.fake_trails import ROLE, entry


def test_what_is_not_named_is_not_wanted() -> None:
    assert desired([entry()]) == [Wanted("audit", "cw_agent_trails[0]")]
    (one,) = desired([entry(event_selectors=[{}], insight_selectors=[], tags={"a": 1}, log_group_name="", kms_key_id="")])
    assert (one.selectors, one.insights, one.tags, one.log_group, one.key) == (Selectors(({},)), (), {"a": "1"}, "", "")


@pytest.mark.parametrize("name", ["ab", "a" * 129, "a..b", "a._b", "-abc", "abc-", "192.168.5.4", "a b", "ä-trail"])
def test_names_that_no_trail_can_have(name: str) -> None:
    with pytest.raises(ConfigError, match=r"cw_agent_trails\[0\].name is .*, which no trail can have. Hint: 3 to 128"):
        desired([entry(name)])


@pytest.mark.parametrize("name", ["abc", "a" * 128, "a.b-c_d", "192.168.5.x", "0a0"])
def test_names_that_trails_can_have(name: str) -> None:
    assert desired([entry(name)])[0].name == name


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"s3_bucket_name": "s3://bucket"}, "without s3://"),
        ({"s3_bucket_name": ""}, "every trail has a bucket"),
        ({"s3_key_prefix": "/logs/"}, "no / at its ends"),
        ({"s3_key_prefix": "x" * 201}, "200 characters at most"),
        ({"log_group_name": "arn:aws:logs:us-east-1:123456789012:log-group:/x:*"}, "not its ARN"),
        ({"role_arn": "delivery"}, "the ARN of a role"),
        ({"kms_key_id": "alias/x"}, "an alias or an id alone is not taken"),
        ({"organization_id": "shop"}, "the id of the organisation"),
        ({"tags": {"aws:x": "1"}}, "which AWS does not take"),
        ({"event_selectors": []}, "leave it out"),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        desired([entry("other", role_arn=ROLE), entry(**given)])
    assert str(refused.value).startswith("cw_agent_trails[1]") and words in str(refused.value) and "Hint: " in str(refused.value)


def test_one_trail_is_named_once() -> None:
    with pytest.raises(ConfigError, match=r"cw_agent_trails\[1\]: cw_agent_trails\[0\] names the same trail"):
        desired([entry(), entry(state="absent")])
    assert len(desired([entry(), entry(region="eu-west-1"), entry(profile="shop")])) == 3
