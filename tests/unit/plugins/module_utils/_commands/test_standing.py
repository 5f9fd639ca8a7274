# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is associated: versions that are live, and a script that leaves alone what is as it shall be."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import standing
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError

PARTS = [standing.Part("AmazonCloudWatch-web", 3, "d3"), standing.Part("AmazonCloudWatch-web.2", 1, "a1")]


def test_the_values_name_versions_and_digests() -> None:
    found = standing.values(PARTS, standing.Group("ec2", "1.2"))
    text = "\n".join(found["commands"])
    assert found["version"] == "1.2" and "version" not in standing.values(PARTS, standing.Group("ec2", ""))
    assert "AmazonCloudWatch-web:3 AmazonCloudWatch-web.2:1" in text and "'a1 d3 '" in text and "@" not in text
    assert standing.same(standing.text()) and not standing.same("{}") and not standing.same("---")


def test_no_two_configurations_share_an_association() -> None:
    names = ["a-b", "/a/b", "a/b", "/a-b", "-a-b", "a-b-", "n" * 200, "n" * 199 + "m"]
    found = [standing.name_of(name) for name in names]
    assert len(set(found)) == len(names) and found[0] == "cloudwatch-agent-a-b" and found[1].startswith("cloudwatch-agent-a-b-")
    assert all(re.fullmatch(r"[a-zA-Z0-9_.-]{3,128}", name) for name in found)


def test_hosts_of_a_configuration_have_to_agree() -> None:
    plan: dict[str, Any] = {"hosts": {"a": {"mode": "ec2", "build": "1"}, "b": {"mode": "ec2", "build": "2"}, "c": {"state": "absent"}}}
    assert standing.group_of("web", ["a", "c"], plan) == ("ec2", "1")
    assert standing.group_of("web", [], plan) == ("ec2", "")
    with pytest.raises(CommandError, match="web: its hosts differ in cw_agent_build"):
        standing.group_of("web", ["a", "b"], plan)


def test_a_host_that_has_it_is_left_alone(tmp_path: Path) -> None:
    """The script runs with a control program and a systemctl that write down that they were called."""
    active = tmp_path / "etc" / "amazon-cloudwatch-agent.d"
    active.mkdir(parents=True)
    (active / "ssm_AmazonCloudWatch-web_3").write_text("three")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("amazon-cloudwatch-agent-ctl", "systemctl"):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/calls\n')
        (programs / name).chmod(0o755)
    part = standing.Part("AmazonCloudWatch-web", 3, hashlib.sha256(b"three").hexdigest())

    def run(*parts: standing.Part) -> tuple[str, str]:
        (tmp_path / "calls").write_text("")
        script = standing.script(parts, "ec2").replace("/opt/aws/amazon-cloudwatch-agent", str(tmp_path))
        path = {"PATH": f"{programs}:/usr/bin:/bin"}
        done = subprocess.run(["/bin/sh"], input=script, capture_output=True, text=True, timeout=120, env=path, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout, (tmp_path / "calls").read_text()

    assert run(part) == ("unchanged\n", "systemctl is-active --quiet amazon-cloudwatch-agent\n")
    assert "fetch-config -m ec2 -c ssm:AmazonCloudWatch-web:4" in run(part._replace(version=4, digest="other"))[1]
    (programs / "amazon-cloudwatch-agent-ctl").unlink()
    script = standing.script([part], "ec2").replace("/opt/aws/amazon-cloudwatch-agent", str(tmp_path))
    gone = subprocess.run(["/bin/sh"], input=script, capture_output=True, text=True, timeout=120, check=False)
    assert gone.returncode == 1 and "comes back with the next run" in gone.stderr


def test_what_an_association_gives_is_read_from_it() -> None:
    parts = [standing.Part("/team web/base", 3, "a"), standing.Part("/team web/base.part2", 2, "b"), standing.Part("new", 0, "c")]
    values = standing.values(parts, standing.Group("ec2", ""))
    assert standing.given(values) == ["/team web/base:3", "/team web/base.part2:2", "new"]
    assert standing.given({}) == standing.given({"commands": ["echo for name in x; do"]}) == []
