# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks STS, with what and when."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import access, caller, sts
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys, Profile
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.identity import Connection
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.observation import Desired, DesiredCredentials, observe

from .conftest import FakeHost
from .reader import as_root
from .test_identity import Service
from .test_observation import EC2, NO_SERVICE, ONPREM, debian, with_profile

GOOD = sts.Reply(200, "123456789012", "arn:aws:iam::123456789012:user/agent")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Keys, sts.Way]]:
    """The questions that STS got."""
    found: list[tuple[Keys, sts.Way]] = []

    def ask(host: Any, keys: Keys, way: sts.Way) -> sts.Reply:
        found.append((keys, way))
        return GOOD

    monkeypatch.setattr(sts, "ask", ask)
    return found


def request(fake: FakeHost, desired: Desired, service: Service = NO_SERVICE, changes: bool = True) -> caller.Request | None:
    return caller.request(fake.host, observe(fake.host, desired, service), desired, changes)


def test_of_an_instance(fake: FakeHost, asked: list[tuple[Keys, sts.Way]]) -> None:
    debian(fake)
    service = Service()
    question = request(fake, EC2, service)
    assert question and question.profile is None and question.way.region == "eu-west-1"
    found = caller.prove(fake.host, question, service)
    assert (found.account, found.problem, asked[0][0]) == ("123456789012", {}, Keys("ASIAEXAMPLE", "of-the-role", "token"))


def test_of_a_profile(fake: FakeHost, asked: list[tuple[Keys, sts.Way]]) -> None:
    debian(fake)
    with_profile(fake)
    question = request(fake, ONPREM)
    assert question and question.profile
    assert caller.prove(fake.host, question).source.startswith("profile ")
    assert asked[0][0].digest == question.profile.digest


def test_when(fake: FakeHost) -> None:
    debian(fake)
    with_profile(fake)
    assert request(fake, ONPREM, changes=False) is None
    always = request(fake, replace(ONPREM, identity_check="always"), changes=False)
    assert always and always.required
    assert request(fake, replace(ONPREM, identity_check="never")) is None
    assert request(fake, replace(ONPREM, credentials=DesiredCredentials("", "", "0" * 64))) is None
    assert request(fake, replace(ONPREM, purge=[])) is None


def test_the_way_of_the_settings_to_come(fake: FakeHost) -> None:
    debian(fake)
    with_profile(fake)
    proxied = {"proxy": {"https": "http://proxy:3128", "no_proxy": [".example.com"]}, "ca_bundle": "/etc/ca.pem"}
    question = request(fake, replace(ONPREM, settings=replace_settings(proxied)))
    assert question and question.way.proxies == {"https": "http://proxy:3128"} and question.way.ca_bundle == "/etc/ca.pem"
    assert question.way.no_proxy.endswith(",.example.com")


def replace_settings(given: dict[str, Any]) -> Any:
    return Desired().settings._replace(**given)


def test_without_keys(fake: FakeHost) -> None:
    nothing = caller.Request(access.user("root"), sts.Way("eu-west-1"), profile=Profile("web", "/none/of/this/name"))
    problem = caller.prove(fake.host, nothing).problem
    assert problem["what"] == "root (agent.run_as_user) gets no credentials from profile web of /none/of/this/name"
    silent = caller.prove(fake.host, nothing._replace(profile=None), Service(failures=9)).problem
    assert "gets no credentials from the role of the instance" in silent["what"] and "refused" in silent["value"]


@as_root
def test_the_agents_user_asks(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sts, "ask", lambda host, keys, way: sts.Reply(200, "123456789012", f"uid/{os.geteuid()}"))
    user = access.user("nobody")
    found = caller.prove(fake.host, caller.Request(user, sts.Way("eu-west-1"), keys=Keys("A", "B")))
    assert found.arn == f"uid/{pwd.getpwnam('nobody').pw_uid}"


class TestAlone:
    """On a host that was not observed."""

    def test_keys(self, fake: FakeHost) -> None:
        question = caller.request_alone(fake.host, Desired(region="eu-west-1"), Keys("A", "B"))
        assert question.source == "the keys of the inventory" and question.way.region == "eu-west-1"
        with pytest.raises(HostError, match="set cw_agent_region"):
            caller.request_alone(fake.host, Desired(), Keys("A", "B"))

    def test_profile(self, fake: FakeHost) -> None:
        with_profile(fake)
        question = caller.request_alone(fake.host, Desired(), None)
        assert question.profile and question.profile.exists and question.way.region == question.profile.region

    def test_role(self, fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
        service = Service()
        monkeypatch.setattr(Connection, "__call__", lambda self, *asked: service(*asked))
        question = caller.request_alone(fake.host, Desired(), None)
        assert question.profile is None and question.way.region == "eu-west-1"
