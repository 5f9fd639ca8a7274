# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from dataclasses import replace

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import observation, state
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import AgentSection, Source, agent_section, digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys, keys_text, region_text
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.layout import file_name
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.observation import Wanted, WantedCredentials, observe
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import BUILD, FakeHost, configuration
from .test_identity import Service

TEXT = configuration()
SOURCES = [Source("ssm:web:3", digest(TEXT))]
EC2 = Wanted(SOURCES, mode="ec2", region="eu-west-1")
ONPREM = Wanted(SOURCES, mode="onPremise", region="eu-west-1")
NO_SERVICE = Service(failures=99)


def debian(fake: FakeHost) -> None:
    fake.write(fake.layout.at("/etc/os-release"), "ID=debian\n")


def told(fake: FakeHost, wanted: Wanted, service: Service) -> tuple[list[str], list[str]]:
    seen = observe(fake.host, wanted, service)
    return observation.differences(seen, wanted), [one["what"] for one in observation.problems(seen, wanted)]


def with_profile(fake: FakeHost, region: str = "eu-west-1", file: str = "/srv/credentials") -> None:
    fake.write(fake.layout.common_config, f'[credentials]\nshared_credential_profile = "p"\nshared_credential_file = "{file}"\n')
    fake.write(fake.layout.at(file), keys_text("p", Keys("A", "B")))
    if region:
        fake.write(fake.layout.at("/srv/config"), region_text("p", region))


def test_converged_instance(fake: FakeHost) -> None:
    debian(fake)
    fake.running_with("ssm_web_3", TEXT)
    assert told(fake, EC2, Service()) == ([], [])


def test_result_of_an_instance(fake: FakeHost) -> None:
    debian(fake)
    fake.running_with("ssm_web_3", TEXT)
    fake.log("E! [outputs.cloudwatchlogs] AccessDeniedException")
    result = observation.result(observe(fake.host, EC2, Service()), EC2)
    assert json.loads(json.dumps(result))["package"] == {"installed": True, "build": BUILD, "format": "deb"}
    assert result["configurations"] == [{"file": "ssm_web_3", "digest": digest(TEXT), "size": len(TEXT)}]
    assert result["service"]["active_state"] == "active" and result["service"]["enabled"] and result["ready"]
    assert result["mode"] == "ec2" and result["region"] == "eu-west-1" and result["log_stream_default"] == "i-0123"
    assert len(result["errors"]) == 1 and "AccessDenied" in result["errors"][0]


def test_fresh_instance(fake: FakeHost) -> None:
    debian(fake)
    differences, problems = told(fake, replace(EC2, build="1.2b3"), Service())
    assert problems == []
    assert differences == [
        "package: not installed → 1.2b3",
        "configuration: none → ssm:web:3",
        "service: inactive → active",
        "service: disabled → enabled",
    ]


def test_nothing_wanted_nothing_differs(fake: FakeHost) -> None:
    assert told(fake, Wanted(), NO_SERVICE) == ([], [])
    assert told(fake, Wanted(install=True), NO_SERVICE)[0] == ["package: not installed → the latest build of the mirror"]


def test_another_build(fake: FakeHost) -> None:
    debian(fake)
    fake.running_with("ssm_web_3", TEXT)
    assert told(fake, replace(EC2, build="1.2b3"), Service())[0] == [f"package: {BUILD} → 1.2b3"]


@pytest.mark.parametrize(
    ("wanted", "service", "what"),
    [
        (EC2, NO_SERVICE, "cw_agent_mode is ec2 and the host has no instance metadata"),
        (EC2, Service(security_credentials=(404, "")), "the instance has no role"),
        (replace(EC2, region="us-east-1"), Service(), "the region differs"),
        (replace(EC2, run_as_user="nobody-of-this-name"), Service(), "agent.run_as_user does not exist on the host"),
        (ONPREM, Service(), "cw_agent_mode is onPremise on an EC2 instance"),
    ],
)
def test_problems(fake: FakeHost, wanted: Wanted, service: Service, what: str) -> None:
    debian(fake)
    problems = observation.problems(observe(fake.host, wanted, service), wanted)
    assert what in [one["what"] for one in problems]
    assert all(one["value"] and one["mend"] for one in problems)


def test_user_of_the_package_may_come_with_it(fake: FakeHost) -> None:
    debian(fake)
    assert told(fake, replace(EC2, run_as_user="cwagent"), Service())[1] == []


def test_role_is_not_needed_beside_a_profile(fake: FakeHost) -> None:
    with_profile(fake)
    assert told(fake, EC2, Service(security_credentials=(404, "")))[1] == []


def test_profile_on_premises(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(fake, ONPREM, NO_SERVICE)[1] == ["the host has no credential profile"]
    with_profile(fake, region="")
    assert told(fake, ONPREM, NO_SERVICE)[1] == ["the credential profile has no region"]
    with_profile(fake, region="us-east-1")
    assert told(fake, ONPREM, NO_SERVICE)[1] == ["the region differs"]
    with_profile(fake)
    assert told(fake, ONPREM, NO_SERVICE)[1] == []
    monkeypatch.setattr(observation.access, "readable", lambda who, paths: [False for _path in paths])
    assert "can't read the credential profile" in told(fake, ONPREM, NO_SERVICE)[1][0]


def test_keys_of_the_run(fake: FakeHost) -> None:
    keys = Keys("A", "B")
    wanted = replace(ONPREM, credentials=WantedCredentials("p", "/srv/credentials", keys.digest))
    differences, problems = told(fake, wanted, NO_SERVICE)
    assert problems == [] and len([one for one in differences if one.startswith("credentials")]) == 3
    with_profile(fake)
    assert not [one for one in told(fake, wanted, NO_SERVICE)[0] if one.startswith("credentials")]
    other = replace(wanted, credentials=replace(wanted.credentials, digest=Keys("A", "C").digest))
    changed = [one for one in told(fake, other, NO_SERVICE)[0] if one.startswith("credentials")]
    assert len(changed) == 1 and "keys" in changed[0]


def test_without_systemd(fake: FakeHost) -> None:
    fake.overrides["systemctl show"] = Result(1)
    assert told(fake, EC2, Service())[1] == ["systemd does not answer"]


def test_mode_that_the_service_will_take(fake: FakeHost) -> None:
    assert observation.observed_mode(observe(fake.host, Wanted(), Service())) == "ec2"
    assert observation.observed_mode(observe(fake.host, Wanted(), NO_SERVICE)) == "onPremise"
    with_profile(fake)
    assert observation.observed_mode(observe(fake.host, Wanted(), Service())) == "onPremise"


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("ssm:AmazonCloudWatch-web:3", "ssm_AmazonCloudWatch-web_3"),
        ("ssm:/a/b", "ssm__a_b"),
        ("file:/x/cw agent.json", "file_cw_agent.json"),
        ("default", "default"),
    ],
)
def test_file_names(location: str, name: str) -> None:
    assert file_name(location) == name


def test_agent_section() -> None:
    texts = ['{"agent": {"run_as_user": "cwagent"}}', '{"agent": {"logfile": "", "quiet": true}}', "{", "[]", '{"agent": null}']
    assert agent_section(texts) == AgentSection("cwagent", "", True)
    assert agent_section(['{"agent": {"run_as_user": 1, "logfile": null}}']) == AgentSection()


def test_readiness_of_a_young_daemon(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", TEXT)
    fake.start()
    fake.sleep(0.5)
    assert not state.read(fake.host).ready
    fake.sleep(1)
    assert state.read(fake.host).ready


def test_silent_daemon_is_ready_with_age(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", configuration(quiet=True))
    fake.start()
    fake.sleep(15)
    assert not state.read(fake.host).ready
    fake.sleep(10)
    assert state.read(fake.host).ready


def test_errors_of_a_daemon_that_died(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", TEXT)
    fake.fate = lambda texts: (1.0, "dies")
    fake.start()
    fake.sleep(5)
    found = state.read(fake.host)
    assert not found.ready and not found.service.running and "no role" in found.errors[0]


def test_clock_that_was_set_back_restarts_nothing(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", TEXT)
    fake.stamp -= 86_400
    assert state.read(fake.host).newer == []
