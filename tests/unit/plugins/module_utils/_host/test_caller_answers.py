# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What answers of STS mean."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import access, caller_answers, credentials, sts
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.caller_answers import Request, evaluate
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys, Profile

NOW = 1_700_000_000.0
ROOT = access.User("root", 0, 0, (0,))
ROLE = Request(ROOT, sts.Way("eu-west-1"))
GOOD = sts.Reply(200, "123456789012", "arn:aws:iam::123456789012:user/agent", date=NOW - 2)


def test_a_good_answer() -> None:
    found = evaluate(ROLE, GOOD, NOW)
    assert found == caller_answers.Caller("the role of the instance", GOOD.account, GOOD.arn, 2.0)
    assert evaluate(ROLE._replace(account=GOOD.account), GOOD, NOW).problem == {}


@pytest.mark.parametrize(
    ("reply", "what", "hint"),
    [
        (sts.Reply(403, code="InvalidClientTokenId"), "AWS does not know the access key", "instance profile"),
        (sts.Reply(403, code="SignatureDoesNotMatch", date=NOW - 299), "is not that of the access key", "instance profile"),
        (sts.Reply(403, code="SignatureDoesNotMatch", date=NOW - 3600), "the host's clock is 60 min ahead", "timedatectl"),
        (sts.Reply(403, code="SignatureDoesNotMatch", date=NOW + 3600), "the host's clock is 60 min behind", "timedatectl"),
        (sts.Reply(403, code="ExpiredToken", date=NOW), "credentials have expired", "instance profile"),
        (sts.Reply(403, code="RegionDisabledException"), "does not use region eu-west-1", "cw_agent_region"),
        (sts.Reply(untrusted="self-signed certificate"), "does not trust sts.eu-west-1.amazonaws.com", "cw_agent_ca_bundle"),
        (sts.Reply(unreachable="Tunnel connection failed: 407 Proxy Authentication Required"), "the proxy wants", "cw_agent_proxy"),
    ],
)
def test_problems(reply: sts.Reply, what: str, hint: str) -> None:
    found = evaluate(ROLE, reply, NOW)
    assert what in found.problem["what"] and hint in found.problem["hint"] and found.unproved == ""


def test_keys_of_the_ssm_agent_are_renewed_by_it() -> None:
    """Nobody is told to write them."""
    profile = Profile("default", credentials.roots_file(), True, "digest", "eu-west-1")
    found = evaluate(ROLE._replace(profile=profile), sts.Reply(403, code="ExpiredToken", date=NOW), NOW)
    assert found.problem["hint"].startswith("see that the SSM agent runs")


def test_another_account() -> None:
    problem = evaluate(ROLE._replace(account="999999999999"), GOOD, NOW).problem
    assert problem["what"] == "the account differs"
    assert problem["value"] == f"its configuration is in account 999999999999, the role of the instance belongs to {GOOD.arn}"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (sts.Reply(unreachable="timed out"), "timed out"),
        (sts.Reply(403, code="AccessDenied", message="an endpoint policy"), "an endpoint policy"),
        (sts.Reply(502), "HTTP status 502"),
    ],
)
def test_nobody_knows(reply: sts.Reply, why: str) -> None:
    asked = ROLE._replace(way=sts.Way("eu-west-1", {"https": "http://user:word@proxy:3128"}))
    found = evaluate(asked, reply, NOW)
    assert (found.problem, found.unproved) == ({}, f"sts.eu-west-1.amazonaws.com through http://proxy:3128: {why}")
    assert "STS cannot say" in evaluate(asked._replace(required=True), reply, NOW).problem["what"]


def test_where_the_credentials_come_from() -> None:
    profile = ROLE._replace(profile=Profile("web", "/etc/c", True))
    keys = ROLE._replace(keys=Keys("AKIAEXAMPLE", "secret"))
    assert (profile.source, keys.source) == ("profile web of /etc/c", "the keys of the inventory")
    assert "correct profile web of /etc/c, or give the keys" in profile.correction
    assert "secret" not in repr(keys)
