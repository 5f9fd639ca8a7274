# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
from types import SimpleNamespace

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import identity, observation, state
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import AgentSection, Source, agent_section, digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys, keys_text, region_text
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.layout import file_name
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.observation import Desired, observe
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import BUILD, FakeHost, configuration
from .test_identity import Service

TEXT = configuration()
SOURCES = [Source("ssm:web:3", digest(TEXT))]
EC2 = Desired(SOURCES, mode="ec2", region="eu-west-1")
ONPREM = Desired(SOURCES, mode="onPremise", region="eu-west-1")
NO_SERVICE = Service(failures=99)


def debian(fake: FakeHost) -> None:
    fake.write(fake.layout.at("/etc/os-release"), "ID=debian\n")


def with_profile(fake: FakeHost, region: str = "eu-west-1", file: str = "/srv/credentials") -> None:
    fake.write(fake.layout.common_config, f'[credentials]\nshared_credential_profile = "p"\nshared_credential_file = "{file}"\n')
    fake.write(fake.layout.at(file), keys_text("p", Keys("A", "B")))
    if region:
        fake.write(fake.layout.at("/srv/config"), region_text("p", region))


def test_result_of_an_instance(fake: FakeHost) -> None:
    debian(fake)
    fake.running_with("ssm_web_3", TEXT)
    fake.log("E! [outputs.cloudwatchlogs] AccessDeniedException")
    result = observation.result(observe(fake.host, EC2, Service()), EC2)
    assert json.loads(json.dumps(result))["package"] == {"installed": True, "build": BUILD, "format": "deb", "interrupted": ""}
    assert result["configurations"] == [{"file": "ssm_web_3", "digest": digest(TEXT), "size": len(TEXT)}]
    assert result["service"]["active_state"] == "active" and result["service"]["enabled"] and result["ready"]
    assert result["mode"] == "ec2" and result["region"] == "eu-west-1" and result["log_stream_default"] == "i-0123"
    assert result["ip_address"] == "10.0.0.9" and result["identity"]["autoscaling_group"] is None
    assert len(result["errors"]) == 1 and "AccessDenied" in result["errors"][0]


def test_mode_that_the_service_will_take(fake: FakeHost) -> None:
    assert observation.observed_mode(observe(fake.host, Desired(), Service())) == "ec2"
    assert observation.observed_mode(observe(fake.host, Desired(), NO_SERVICE)) == "onPremise"
    with_profile(fake)
    assert observation.observed_mode(observe(fake.host, Desired(), Service())) == "onPremise"


def test_result_without_metadata(fake: FakeHost) -> None:
    result = observation.result(observe(fake.host, Desired(), NO_SERVICE), Desired())
    assert result["identity"]["instance_id"] == "" and result["identity"]["autoscaling_group"] is None
    assert result["ip_address"] == identity.local_address()


def test_unit_as_systemd_has_it(fake: FakeHost) -> None:
    fake.overrides["systemctl show"] = Result(0, "NRestarts=3\nLoadState=masked\n")
    shown = observation.result(observe(fake.host, Desired(), NO_SERVICE), Desired())["service"]
    assert (shown["restarts"], shown["masked"]) == (3, True)


def test_read_only_file_systems(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.install()
    os.makedirs(fake.layout.at("/etc"))
    locked = fake.layout.at("/etc")
    flags = {locked: os.ST_RDONLY}
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_flag=flags.get(path, 0), f_blocks=1))
    assert observe(fake.host, Desired(), NO_SERVICE).read_only == [locked]


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
