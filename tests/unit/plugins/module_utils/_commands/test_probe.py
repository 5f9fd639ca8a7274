# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question to a node: the script runs here, and answers are read as cw_agent_info would have them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.probe import LINUX, WINDOWS, agent_of

ANSWER = """clock\t1000
utc_offset\t+0130
uptime\t500.25
hostname\tweb-1
package\tii
build\t1.300060.0b1248
unit\tActiveState=active
unit\tInvocationID=abc
unit\tExecMainStartTimestampMonotonic=400000000
unit\tUnitFileState=enabled
unit\tNRestarts=2
configuration\t1f3c  amazon-cloudwatch-agent.d/ssm_AmazonCloudWatch-web_3
credential_profile\tdefault
error\t2026-01-01 E! denied
document\t{"instanceId": "i-9", "region": "eu-west-1", "accountId": "1", "imageId": "ami-1", "privateIp": null}
metadata_hostname\tip-10-0-0-1
autoscaling_group\t
end\t.
"""


def test_an_answer_is_an_agent() -> None:
    agent = agent_of(ANSWER, "ec2", "i-1")
    assert agent["package"] == {"installed": True, "build": "1.300060.0b1248"}
    assert agent["service"] == {"active_state": "active", "invocation_id": "abc", "started_at": 899.75, "enabled": True, "restarts": 2}
    assert agent["configurations"] == [{"digest": "1f3c", "file": "ssm_AmazonCloudWatch-web_3"}]
    assert (agent["identity"]["instance_id"], agent["identity"]["image_id"], agent["identity"]["autoscaling_group"]) == (
        "i-1",
        "ami-1",
        None,
    )
    assert (agent["region"], agent["hostname"], agent["log_stream_default"]) == ("eu-west-1", "web-1", "i-1")
    assert agent["common_config"] == {"profile": "default"}
    assert (agent["clock"], agent["utc_offset"], agent["errors"]) == (1000.0, 5400.0, ["2026-01-01 E! denied"])


def test_a_host_outside_ec2_has_its_host_name() -> None:
    agent = agent_of(ANSWER, "onPremise", "mi-1")
    assert (agent["identity"]["instance_id"], agent["log_stream_default"], agent["mode"]) == ("", "web-1", "onPremise")


@pytest.mark.parametrize("text", ["", "clock\t1", ANSWER.replace("end\t.", ""), "no such shell"])
def test_an_answer_without_its_end_is_none(text: str) -> None:
    assert agent_of(text, "ec2", "i-1") == {}


def test_a_package_that_is_gone_is_not_installed_whatever_is_left() -> None:
    assert agent_of(ANSWER.replace("package\tii", "package\tun"), "ec2", "i-1")["package"] == {"installed": False, "build": ""}
    assert not agent_of(ANSWER.replace("build\t1.300060.0b1248", "build\t"), "ec2", "i-1")["package"]["installed"]
    stopped = agent_of(ANSWER.replace("ActiveState=active", "ActiveState=failed"), "ec2", "i-1")
    assert (stopped["service"]["active_state"], stopped["service"]["started_at"]) == ("failed", 0.0)


def test_an_answer_of_windows() -> None:
    """As PowerShell writes it; recorded, since there is no host that runs it here."""
    text = (
        "clock\t1000\r\nutc_offset\t-0500\r\nhostname\tWIN-1\r\npackage\tii\r\nbuild\t1.300060.0b1248\r\n"
        "unit\tActiveState=active\r\nunit\tUnitFileState=disabled\r\n"
        "started\t900\r\nunit\tInvocationID=7-123\r\n"
        "configuration\t1f3c  amazon-cloudwatch-agent.d/ssm_AmazonCloudWatch-web_3\r\nend\t.\r\n"
    )
    agent = agent_of(text, "ec2", "i-1")
    service = {"active_state": "active", "invocation_id": "7-123", "started_at": 900.0, "enabled": False, "restarts": None}
    assert agent["service"] == service
    assert agent["configurations"] == [{"digest": "1f3c", "file": "ssm_AmazonCloudWatch-web_3"}]
    assert (agent["utc_offset"], agent["package"]["installed"]) == (-18000.0, True)
    assert "Say end .\nexit 0" in WINDOWS


def test_the_script_answers_on_a_host_without_agent() -> None:
    done = subprocess.run(["/bin/sh"], input=LINUX, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    agent = agent_of(done.stdout, "ec2", "i-1")
    assert agent["clock"] > 1e9 and agent["hostname"] and agent["utc_offset"] is not None
    assert agent["package"] == {"installed": False, "build": ""} and agent["configurations"] == []


@pytest.mark.parametrize(
    ("settings", "profile"),
    [
        ('[credentials]\n   shared_credential_profile = "default" # of the SSM agent\n', "default"),
        ('# [credentials]\n#    shared_credential_profile = "{profile_name}"\n', ""),
        (None, ""),
    ],
)
def test_the_script_reads_the_credential_profile(tmp_path: Path, settings: str | None, profile: str) -> None:
    if settings is not None:
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc" / "common-config.toml").write_text(settings)
    script = LINUX.replace("base=/opt/aws/amazon-cloudwatch-agent", f"base={tmp_path}")
    done = subprocess.run(["/bin/sh"], input=script, capture_output=True, text=True, timeout=120, check=True)
    assert agent_of(done.stdout, "onPremise", "mi-1")["common_config"] == {"profile": profile}
