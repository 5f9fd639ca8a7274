# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check as a playbook runs it: real ansible-playbook processes, no host contacted."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

BASE = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}
ROLE = {"name": "Check", "ansible.builtin.import_role": {"name": "cloudwatch.agent.config"}}
INVENTORY = {
    "all": {
        "hosts": {"a": {}, "b": {}},
        "vars": {"ansible_host": "192.0.2.1", "cw_agent_region": "us-east-1", "cw_agent_fragment_base": BASE, "env": "prod"},
    }
}


class Runner:
    """Runs a play over an inventory of two hosts that cannot be reached."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.inventory: dict[str, Any] = json.loads(json.dumps(INVENTORY))

    @property
    def shared(self) -> dict[str, Any]:
        found: dict[str, Any] = self.inventory["all"]["vars"]
        return found

    def play(self, *arguments: str, playbook: str = "", **play: Any) -> tuple[int, str]:
        """Exit status and output."""
        (self.place / "inventory.yml").write_text(yaml.safe_dump(self.inventory), encoding="utf-8")
        book = self.place / "play.yml"
        tasks = [
            ROLE,
            {"name": "Show", "ansible.builtin.copy": {"content": "{{ __cw_agent_plan | to_json }}", "dest": str(self.plan_file)}},
        ]
        tasks[1] = {
            **tasks[1],
            "delegate_to": "localhost",
            "run_once": True,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        }
        book.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks, **play}]), encoding="utf-8")
        environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_DEPRECATION_WARNINGS": "0", "COLUMNS": "10000"}
        command = ["ansible-playbook", "-i", str(self.place / "inventory.yml"), playbook or str(book), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout + done.stderr

    @property
    def plan_file(self) -> Path:
        return self.place / "plan.json"

    def plan(self, *arguments: str, **play: Any) -> dict[str, Any]:
        status, output = self.play(*arguments, **play)
        assert status == 0, output
        found: dict[str, Any] = json.loads(self.plan_file.read_text(encoding="utf-8"))
        return found


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_templates_are_filled_in_per_host(runner: Runner) -> None:
    runner.shared["cw_agent_fragment_base"] = {"metrics": {**BASE["metrics"], "namespace": "{{ env }}"}}
    runner.shared["cw_agent_config_name"] = "AmazonCloudWatch-{{ inventory_hostname }}"
    runner.inventory["all"]["hosts"]["b"] = {"env": "test"}
    plan = runner.plan()
    assert [item["configuration"]["metrics"]["namespace"] for item in plan["configurations"]] == ["prod", "test"]
    assert plan["hosts"]["b"]["key"] == "us-east-1/AmazonCloudWatch-b"


def test_extra_variables_count_and_placement_gives_the_region(runner: Runner) -> None:
    del runner.shared["cw_agent_region"]
    runner.shared["placement"] = {"region": "eu-west-1", "availability_zone": "eu-west-1a"}
    plan = runner.plan("--check", "-e", json.dumps({"cw_agent_fragment_extra": {"agent": {"debug": True}}}), tasks=[ROLE, *_write(runner)])
    assert list({item["key"]: 0 for item in plan["configurations"]}) == ["eu-west-1/AmazonCloudWatch-base-extra"]
    assert plan["configurations"][0]["hosts"] == ["a", "b"]


def _write(runner: Runner) -> list[dict[str, Any]]:
    copy = {"content": "{{ __cw_agent_plan | to_json }}", "dest": str(runner.plan_file)}
    return [{"ansible.builtin.copy": copy, "delegate_to": "localhost", "run_once": True, "check_mode": False}]


@pytest.mark.parametrize("name", ["cw_agent_fragment_lost", "cw_agent_preset"])
def test_a_play_variable_is_refused_by_name(runner: Runner, name: str) -> None:
    status, output = runner.play(vars={name: {"agent": {"debug": True}} if "fragment" in name else "basic"})
    assert status
    assert f"{name} is set in the play, a role or vars_files" in output


def test_one_message_for_all(runner: Runner) -> None:
    runner.inventory["all"]["hosts"]["a"] = {"cw_agent_fragment_bad": {"metric": {}, "agent": {"debug": "yes"}}}
    runner.inventory["all"]["hosts"]["b"] = {"cw_agent_region": ""}
    status, output = runner.play()
    assert status
    assert "2 errors in the configurations of the agent; no host and nothing in AWS was touched." in output
    assert "b: no region is known" in output
    assert "/agent/debug (from cw_agent_fragment_bad): debug is " in output
    assert "UNREACHABLE" not in output


def test_a_template_that_fails_is_named_with_its_variable_and_host(runner: Runner) -> None:
    runner.inventory["all"]["hosts"]["b"] = {"cw_agent_fragment_app": {"agent": {"region": "{{ nowhere }}"}}}
    status, output = runner.play()
    assert status
    assert "b: cw_agent_fragment_app cannot be filled in: " in output
    assert "'nowhere' is undefined" in output


def test_dates_are_refused_with_their_variable(runner: Runner) -> None:
    runner.shared["cw_agent_fragment_base"] = {"agent": {"since": __import__("datetime").date(2026, 1, 1)}}
    status, output = runner.play()
    assert status
    assert (
        'cw_agent_fragment_base: /agent/since is the date 2026-01-01, which JSON does not have. Hint: write it in quotes: "2026-01-01".'
        in output
    )


def test_the_report_contacts_no_host_and_fails_on_errors(runner: Runner, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    status, output = runner.play("-e", f"cw_agent_report_file={target}", playbook="cloudwatch.agent.check")
    assert status == 0, output
    assert "us-east-1/AmazonCloudWatch-base: hosts a, b (linux, ec2)" in output
    assert json.loads(target.read_text(encoding="utf-8"))["counts"] == {"error": 0, "warning": 0, "requirement": 0}
    runner.shared["cw_agent_fragment_slow"] = {"metric": {}}
    strict, output = runner.play("-e", "cw_agent_report_strict=true", playbook="cloudwatch.agent.check")
    assert strict
    assert "[unknown-section]" in output
    runner.shared["cw_agent_fragment_bad"] = {"metrics": {"wrong": 1}}
    failed, output = runner.play(playbook="cloudwatch.agent.check")
    assert failed
    assert "[schema-unknown-key]" in output
