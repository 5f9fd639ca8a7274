# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What agents lack, which documents bring it, and what a wave goes back to."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import agent_fleet as fleet
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError

PLAN: dict[str, Any] = {
    "hosts": {
        "a": {"region": "us-east-1", "profile": "", "mode": "ec2", "build": "2"},
        "gone": {"state": "absent"},
    }
}
PUBLISHED: dict[str, Any] = {
    "sources": {"a": [{"location": "ssm:AmazonCloudWatch-a:3", "digest": "d3"}]},
    "configurations": [{"hosts": ["a"], "version": 3, "live": 2, "parts": ["AmazonCloudWatch-a"]}],
}


def target(host: str = "a", **more: Any) -> fleet.Target:
    return fleet.targets(PLAN, PUBLISHED, {"a": "i-1"})[0]._replace(host=host, **more)


def agent(build: str = "2", *digests: str, state: str = "active", **more: Any) -> dict[str, Any]:
    files = [{"digest": digest, "file": f"ssm_AmazonCloudWatch-a_{digest[1:]}"} for digest in digests]
    return {"package": {"build": build}, "service": {"active_state": state}, "configurations": files, **more}


def test_targets_are_the_hosts_that_are_to_have_the_agent() -> None:
    assert fleet.targets(PLAN, PUBLISHED, {"a": "i-1"}) == [
        ("a", "i-1", "", "us-east-1", "ec2", "2", ("AmazonCloudWatch-a:3",), ("d3",), False)
    ]
    for nodes in ({}, {"a": ""}, {"a": "web-1"}):
        with pytest.raises(CommandError, match=r"a: the id of the node is not known\. Hint: set cw_agent_node_id"):
            fleet.targets(PLAN, PUBLISHED, nodes)
    twice = {"hosts": {"a": PLAN["hosts"]["a"], "b": PLAN["hosts"]["a"]}}
    with pytest.raises(CommandError, match="a, b: they have the same node"):
        fleet.targets(twice, PUBLISHED, {"a": "i-1", "b": "i-1"})


@pytest.mark.parametrize(
    ("found", "needed", "said"),
    [
        (agent("2", "d3"), [], ""),
        (agent("1", "d3"), ["install"], "build 1 is installed instead of 2"),
        (agent("", "d3", state="inactive"), ["install", "configure"], "the agent is not installed"),
        (agent("2"), ["configure"], "its configuration is not the one that was published"),
        (agent("2", "d3", "d4"), ["configure"], "its configuration is not the one that was published"),
        (agent("2", "d3", state="failed", errors=["E! no"]), ["configure"], "the agent's service is failed: E! no"),
    ],
)
def test_needs_come_from_what_the_node_says(found: dict[str, Any], needed: list[str], said: str) -> None:
    assert fleet.needs(found, target()) == needed
    assert fleet.lacks(found, target()) == said


def test_any_build_will_do_where_none_is_named() -> None:
    assert fleet.needs(agent("7", "d3"), target(build="")) == []
    assert fleet.needs(agent("", "d3"), target(build="")) == ["install"]
    assert fleet.lacks({}, target()) == "the node gave no whole answer about its agent"


def test_hosts_that_need_the_same_share_a_command() -> None:
    some = [target("a"), target("b"), target("c", build="3"), target("d", build="")]
    orders = fleet.installation(some)
    assert [[one.host for one in order.targets] for order in orders] == [["a", "b"], ["c"], ["d"]]
    assert orders[0].parameters == {"action": "Install", "name": "AmazonCloudWatchAgent", "version": "2"}
    assert "version" not in orders[2].parameters
    (removal,) = fleet.installation(some, "Uninstall")
    assert removal.parameters == {"action": "Uninstall", "name": "AmazonCloudWatchAgent"}
    (first, second) = fleet.configuration([target("a"), target("b"), target("c", mode="onPremise")])
    assert first.document == "AmazonCloudWatch-ManageAgent"
    assert first.parameters == {
        "action": "configure",
        "mode": "ec2",
        "optionalConfigurationSource": "ssm",
        "optionalConfigurationLocation": "AmazonCloudWatch-a:3",
        "optionalRestart": "yes",
    }
    assert ([one.host for one in first.targets], second.parameters["mode"]) == (["a", "b"], "onPremise")
    assert fleet.forgetting([target()]).parameters["commands"][-1] == "exit 0"


def test_servers_outside_ec2_use_the_keys_of_the_ssm_agent_where_their_profile_says_so() -> None:
    office = {**PLAN["hosts"]["a"], "mode": "onPremise", "run_as_user": "root"}

    def of(entry: dict[str, Any], profile: str) -> fleet.Target:
        (found,) = fleet.targets({"hosts": {"a": entry}}, PUBLISHED, {"a": "mi-1"}, profiles={"a": profile})
        return found

    wanted = of(office, "default")
    assert [one.hybrid_keys for one in (wanted, of(office, ""), of(office, "other"), of(PLAN["hosts"]["a"], "default"))] == [True] + [
        False
    ] * 3
    with pytest.raises(CommandError, match=r"a: agent.run_as_user is cwagent, and root alone .* Hint: set agent.run_as_user"):
        of({**office, "run_as_user": "cwagent"}, "default")
    assert of({**office, "run_as_user": "cwagent"}, "other").hybrid_keys is False
    nothing, other, good = (agent("2", "d3", common_config={"profile": name}) for name in ("", "other", "default"))
    assert [fleet.needs(each, wanted) for each in (nothing, other, good)] == [["configure"], ["configure"], []]
    assert fleet.needs(nothing, of(office, "")) == []
    assert fleet.lacks(nothing, wanted).startswith("its settings do not name the credential profile default. Hint: remove")
    assert fleet.lacks(other, wanted).startswith("its settings name the credential profile other, not default. Hint: remove")
    west = wanted._replace(host="b", region="eu-west-1")
    keys, more, configured = fleet.configuration([wanted, west, target("c", mode="onPremise")])
    assert [[one.host for one in order.targets] for order in (keys, more, configured)] == [["a"], ["b"], ["a", "b", "c"]]
    assert (keys.document, configured.document) == ("AWS-RunShellScript", "AmazonCloudWatch-ManageAgent")
    assert any("eu-west-1" in line for line in more.parameters["commands"])


@pytest.mark.parametrize("installed", [True, False])
def test_only_the_package_that_is_gone_is_forgotten(tmp_path: Path, installed: bool) -> None:
    packages, control = tmp_path / "packages", tmp_path / "agent" / "bin" / "amazon-cloudwatch-agent-ctl"
    scripts = {
        "0123abcd": "dpkg --remove amazon-cloudwatch-agent",
        "_arnawsssmpackageamazoncloudwatchagent_2_X": 'rpm -e "$name"',
        "monitoring": "systemctl restart amazon-cloudwatch-agent",
    }
    for name, line in scripts.items():
        (packages / name / "1.0").mkdir(parents=True)
        (packages / name / "1.0" / "uninstall.sh").write_text(f"#!/bin/sh\n{line}\n")
    if installed:
        control.parent.mkdir(parents=True)
        control.write_text("#!/bin/sh\n")
        control.chmod(0o755)
    script = "\n".join(fleet.forgetting([target()]).parameters["commands"])
    script = script.replace("/var/lib/amazon/ssm/packages", str(packages)).replace(
        "/opt/aws/amazon-cloudwatch-agent", str(tmp_path / "agent")
    )
    subprocess.run(["/bin/sh"], input=script, check=True, text=True, timeout=120)
    assert {place.name for place in packages.iterdir()} == (set(scripts) if installed else {"monitoring"})


def test_several_parts_are_applied_together_or_not_at_all(tmp_path: Path) -> None:
    """The script runs with a control program that refuses what is called bad."""
    (order,) = fleet.configuration([target(locations=("AmazonCloudWatch-a:3", "bad:1"))])
    script = "\n".join(order.parameters["commands"]).replace("/opt/aws/amazon-cloudwatch-agent", str(tmp_path))
    control = tmp_path / "bin" / "amazon-cloudwatch-agent-ctl"
    control.parent.mkdir()
    active = tmp_path / "etc" / "amazon-cloudwatch-agent.d"
    active.mkdir(parents=True)
    (active / "ssm_before").write_text("before")
    cases = f'case "$*" in\n*bad*) exit 1 ;;\n*fetch*) rm {active}/*; touch {active}/new ;;\nesac\n'
    control.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n{cases}')
    control.chmod(0o755)
    refused = subprocess.run(["/bin/sh"], input=script, capture_output=True, text=True, timeout=120, check=False)
    assert refused.returncode == 1 and "ssm:bad:1 was refused" in refused.stderr
    assert [(file.name, file.read_text()) for file in active.iterdir()] == [("ssm_before", "before")]
    assert "stop" not in (tmp_path / "calls").read_text()
    good = subprocess.run(["/bin/sh"], input=script.replace("bad:1", "good:1"), capture_output=True, text=True, timeout=120, check=False)
    assert good.returncode == 0 and [file.name for file in active.iterdir()] == ["new"]
    assert re.findall("-a (\\S+)", (tmp_path / "calls").read_text())[2:] == ["fetch-config", "append-config", "stop", "start"]


def test_a_wave_goes_back_to_what_is_live_or_to_what_was_there() -> None:
    back = fleet.before(target(), agent("1", "d2"), PUBLISHED)
    assert back is not None and (back.build, back.locations) == ("1", ("AmazonCloudWatch-a:2",))
    released = {**PUBLISHED, "configurations": [{**PUBLISHED["configurations"][0], "live": 3}]}
    had = fleet.before(target(), agent("1", "d2"), released)
    assert had is not None and (had.locations, had.digests) == (("AmazonCloudWatch-a:2",), ("d2",))
    assert fleet.back_again(agent("1", "d2"), had) and not fleet.back_again(agent("1", "d3"), had)
    never = {**PUBLISHED, "configurations": [{**PUBLISHED["configurations"][0], "live": 0}]}
    others = {**agent("1"), "configurations": [{"digest": "d", "file": "amazon-cloudwatch-agent.json"}]}
    assert fleet.before(target(), others, never) is None
    assert fleet.before(target(), agent("", "d2"), PUBLISHED) is None
    assert fleet.back_again(agent("1", "d2"), back) and not fleet.back_again({}, back) and not fleet.back_again(agent("2"), back)


@pytest.mark.parametrize(
    ("file", "locations"),
    [("ssm__web_front_2", ("/web/front:2",)), ("ssm_other_name_2", None), ("ssm_other_2", ("other:2",)), ("file_other_2", None)],
)
def test_a_file_is_of_a_parameter_only_where_its_name_is_certain(file: str, locations: tuple[str, ...] | None) -> None:
    """The agent writes a slash as an underscore."""
    published = {"configurations": [{"hosts": ["a"], "version": 3, "live": 3, "parts": ["/web/front"]}]}
    had = fleet.before(target(), {**agent("1"), "configurations": [{"digest": "d2", "file": file}]}, published)
    assert (had.locations if had else None) == locations


def test_waves_have_their_sizes_and_the_last_one_holds_for_the_rest() -> None:
    some = [target(str(number)) for number in range(20)]
    assert [len(wave) for wave in fleet.waves(some, ["1", "10%", "50%"])] == [1, 2, 10, 7]
    assert [one.host for wave in fleet.waves(some, ["3"]) for one in wave] == [one.host for one in some]
    assert fleet.waves([], ["1"]) == [] and [len(wave) for wave in fleet.waves(some[:2], ["1%"])] == [1, 1]
    for sizes in ([], ["0"], ["many"], ["-1"]):
        with pytest.raises(CommandError, match="is no size"):
            fleet.waves(some, sizes)
