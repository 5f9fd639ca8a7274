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
            {"name": "Show", "ansible.builtin.copy": {"content": "{{ cw_agent_plan | to_json }}", "dest": str(self.plan_file)}},
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
        return done.returncode, " ".join((done.stdout + done.stderr).split())  # warnings are wrapped

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
    copy = {"content": "{{ cw_agent_plan | to_json }}", "dest": str(runner.plan_file)}
    return [{"ansible.builtin.copy": copy, "delegate_to": "localhost", "run_once": True, "check_mode": False}]


def test_a_warning_about_two_configurations_with_one_log_group(runner: Runner) -> None:
    runner.shared["cw_agent_config_name"] = "AmazonCloudWatch-{{ inventory_hostname }}"
    for host, days in (("a", 30), ("b", 60)):
        entry = {"file_path": "/x.log", "log_group_name": "/x", "retention_in_days": days}
        logs = {"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}
        runner.inventory["all"]["hosts"][host] = {**(runner.inventory["all"]["hosts"].get(host) or {}), "cw_agent_fragment_logs": logs}
    status, output = runner.play()
    assert status == 0
    assert "[WARNING]: The log group /x in us-east-1 gets 30 days (AmazonCloudWatch-a) and 60 days (AmazonCloudWatch-b)" in " ".join(
        output.split()
    )


@pytest.mark.parametrize("name", ["cw_agent_fragment_lost", "cw_agent_preset"])
def test_a_play_variable_is_refused_by_name(runner: Runner, name: str) -> None:
    status, output = runner.play(vars={name: {"agent": {"debug": True}} if "fragment" in name else "basic"})
    assert status
    assert f"{name} is set in the play, a role or vars_files" in output


@pytest.mark.parametrize("name", ["cw_agent_fragment_base", "cw_agent_preset"])
def test_it_is_refused_as_well_where_the_inventory_has_another_value(runner: Runner, name: str) -> None:
    runner.shared["cw_agent_preset"] = "standard"
    status, output = runner.play(vars={name: {"agent": {"debug": True}} if "fragment" in name else "basic"})
    assert status
    assert f"{name} is set in the play, a role or vars_files" in output


def test_a_play_variable_that_says_the_same_is_no_trouble(runner: Runner) -> None:
    runner.shared["cw_agent_preset"] = "basic"
    assert runner.plan(vars={"cw_agent_preset": "basic"})


def test_an_inventory_plugins_prefix_does_not_hide_the_region(runner: Runner) -> None:
    del runner.shared["cw_agent_region"]
    runner.shared["aws_placement"] = {"region": "eu-west-1", "availability_zone": "eu-west-1a"}
    assert runner.plan()["hosts"]["a"]["region"] == "eu-west-1"


@pytest.mark.parametrize(
    ("serial", "refused"), [("abc", True), (0, True), ("101%", True), ([1, "10%", "x"], True), ([1, "10%"], False), (5, False)]
)
def test_the_size_of_a_batch_is_checked_before_anything_is_published(runner: Runner, serial: Any, refused: bool) -> None:
    status, output = runner.play("-e", json.dumps({"cw_agent_serial": serial}))
    assert bool(status) == refused
    assert ("Hint: give a number of hosts, a percentage" in output) == refused


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("cw_agent_max_fail_percentage", "10%", True),
        ("cw_agent_max_fail_percentage", 101, True),
        ("cw_agent_max_fail_percentage", 12.5, False),
        ("cw_agent_canary", 0, True),
        ("cw_agent_canary", "a", False),
    ],
)
def test_so_are_canaries_and_the_error_budget(runner: Runner, name: str, value: Any, refused: bool) -> None:
    status, output = runner.play("-e", json.dumps({name: value}))
    assert (bool(status), f"{name} is " in output) == (refused, refused)


def test_the_origin_of_a_configuration_is_its_inventory(runner: Runner) -> None:
    (own,) = runner.plan()["configurations"][0]["origins"]
    assert own.endswith("/inventory.yml")
    assert runner.plan("-e", "awx_inventory_name=production")["configurations"][0]["origins"] == ["production"]


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
    assert "hosts a, b: cw_agent_fragment_base: /agent/since is the date 2026-01-01" in output
    assert "Hint: write it in quotes" in output


def test_the_report_contacts_no_host_and_fails_on_errors(runner: Runner, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    runner.shared["cw_agent_alarms"] = {"silent": {}}
    status, output = runner.play("-e", f"cw_agent_report_file={target}", playbook="cloudwatch.agent.check")
    assert status == 0, output
    assert "alarms: 2 metrics and 1 composite alarm, 0.70 USD a month" in output
    assert "us-east-1/AmazonCloudWatch-base: hosts a, b (linux, ec2)" in output
    assert json.loads(target.read_text(encoding="utf-8"))["counts"] == {"error": 0, "warning": 0, "requirement": 0}
    runner.shared["cw_agent_fragment_slow"] = {"metric": {}}
    strict, output = runner.play("-e", "cw_agent_report_strict=true", playbook="cloudwatch.agent.check")
    assert strict
    assert "[unknown-section]" in output
    runner.shared["cw_agent_fragment_bad"] = {"metrics": {"wrong": 1}}
    runner.shared["cw_agent_alarms"] = {"memry": {}}
    failed, output = runner.play(playbook="cloudwatch.agent.check")
    assert failed
    assert "a: cw_agent_alarms: there is no kind 'memry'" in output
    assert "[schema-unknown-key]" in output


SECRET = 'pa55-wörd "quoted" /x'
PASSWORD = "vault-password"


def encrypted(text: str) -> str:
    """*text* as ansible-vault writes it."""
    from ansible.parsing.vault import VaultLib, VaultSecret  # noqa: PLC0415 - only these tests need it

    return VaultLib([("default", VaultSecret(PASSWORD.encode()))]).encrypt(text).decode()


class VaultRunner(Runner):
    """A Runner whose inventory has host_vars and group_vars, some of them encrypted."""

    def write(self, name: str, text: str) -> None:
        """A file of variables."""
        target = self.place / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def run(self, *arguments: str, **play: Any) -> tuple[int, str]:
        """Exit status and output, at the highest verbosity."""
        self.write("password", PASSWORD)
        return self.play("-vvvv", "--vault-password-file", str(self.place / "password"), *arguments, **play)


def inline(text: str) -> str:
    """A line ``name: !vault |`` with its block."""
    lines = "\n".join(f"  {line}" for line in encrypted(text).splitlines())
    return f"!vault |\n{lines}\n"


@pytest.fixture
def vault(tmp_path: Path) -> VaultRunner:
    return VaultRunner(tmp_path)


GROUP = 'cw_agent_fragment_app: {agent: {region: us-east-1}, metrics: {namespace: "%s", metrics_collected: {mem: {measurement: [used]}}}}\n'


def _vaulted_value(vault: VaultRunner) -> str:
    vault.write("group_vars/all.yml", f"secret: {inline(SECRET)}\n" + GROUP % "{{ secret }}")
    return "secret"


def _vaulted_through_another(vault: VaultRunner) -> str:
    vault.write("group_vars/all.yml", f"secret: {inline(SECRET)}\nshown: 'x-{{{{ secret | upper }}}}'\n" + GROUP % "{{ shown }}")
    return "secret"


def _vaulted_file(vault: VaultRunner) -> str:
    vault.write("group_vars/all/secret.yml", encrypted(yaml.safe_dump({"deep": {"secret": SECRET}})))
    vault.write("group_vars/all/open.yml", GROUP % "{{ deep.secret }}")
    return "deep"


def _vaulted_in_the_fragment(vault: VaultRunner) -> str:
    block = "\n".join(f"      {line}" for line in inline(SECRET).splitlines())
    text = f"cw_agent_fragment_app:\n  metrics:\n    namespace: {block.strip()}\n    metrics_collected: {{mem: {{measurement: [used]}}}}\n"
    vault.write("group_vars/all.yml", text)
    return "cw_agent_fragment_app"


KINDS = [_vaulted_value, _vaulted_through_another, _vaulted_file, _vaulted_in_the_fragment]
SHOWN = [SECRET[:9], SECRET.upper()[:9], json.dumps(SECRET)[1:10]]


@pytest.mark.parametrize("prepare", KINDS)
def test_a_value_out_of_the_vault_is_refused_by_name_and_never_shown(vault: VaultRunner, prepare: Any) -> None:
    (vault.place / "group_vars").mkdir()
    if prepare is _vaulted_file:
        (vault.place / "group_vars" / "all").mkdir()
    name = prepare(vault)
    status, output = vault.run()
    assert status
    assert f"cw_agent_allow_vaulted: [{name}]" in output
    assert "hosts a, b: cw_agent_fragment_app " in output
    assert not [text for text in SHOWN if text in output]


@pytest.mark.parametrize("prepare", KINDS)
def test_an_allowed_value_is_hidden_in_every_output_and_in_the_plan(vault: VaultRunner, prepare: Any) -> None:
    (vault.place / "group_vars").mkdir()
    if prepare is _vaulted_file:
        (vault.place / "group_vars" / "all").mkdir()
    name = prepare(vault)
    vault.shared["cw_agent_allow_vaulted"] = [name]
    vault.shared["cw_agent_fragment_zz"] = {"metrics": {"namespace": "other", "metrics_collected": {"cpu": {"measurement": ["nope"]}}}}
    vault.shared["cw_agent_fragment_a"] = {"metrics": {"namespace": "before"}}
    status, output = vault.run(tasks=[ROLE])
    assert status
    assert "cpu has no measurement" in output
    assert not [text for text in SHOWN if text in output]
    del vault.shared["cw_agent_fragment_zz"]
    status, output = vault.run(tasks=[ROLE, *_write(vault)])
    assert status == 0, output
    assert not [text for text in SHOWN if text in output]
    (configuration,) = json.loads(vault.plan_file.read_text(encoding="utf-8"))["configurations"]
    assert configuration["vaulted"] == ["/metrics/namespace"]
    assert configuration["configuration"]["metrics"]["namespace"].lower().endswith(SECRET.lower())
    assert not [text for text in SHOWN if text in json.dumps([configuration["overrides"], configuration["problems"]], ensure_ascii=False)]


def test_the_report_hides_an_allowed_value(vault: VaultRunner, tmp_path: Path) -> None:
    (vault.place / "group_vars").mkdir()
    entry = '{file_path: "/var/log/{{ secret }}/*.log", log_group_name: "{{ secret }}"}'
    fragment = f"cw_agent_fragment_base: {{logs: {{logs_collected: {{files: {{collect_list: [{entry}]}}}}}}}}\n"
    vault.write("group_vars/all.yml", f"secret: {inline('hidden-name')}\n{fragment}")
    del vault.shared["cw_agent_fragment_base"]
    vault.shared["cw_agent_allow_vaulted"] = ["secret"]
    target = tmp_path / "report.json"
    status, output = vault.run("-e", f"cw_agent_report_file={target}", playbook="cloudwatch.agent.check")
    assert status == 0, output
    assert "retention-missing" in output
    assert "hidden-name" not in output
    assert "hidden-name" not in target.read_text(encoding="utf-8")


def test_a_variable_of_the_agent_may_be_secret(vault: VaultRunner) -> None:
    """It needs no permission, for it goes to the host alone; the plan has it apart, and no output shows it."""
    (vault.place / "group_vars").mkdir()
    variables = 'cw_agent_environment_variables: {PLAIN: "x", TOKEN: "{{ secret }}"}\n'
    vault.write("group_vars/all.yml", f"secret: {inline(SECRET)}\n{variables}")
    status, output = vault.run(tasks=[ROLE, *_write(vault)])
    assert status == 0, output
    assert not [text for text in SHOWN if text in output]
    hosts = json.loads(vault.plan_file.read_text(encoding="utf-8"))["hosts"]
    assert hosts["a"]["settings"] == {"environment": {"PLAIN": "x"}, "secret_environment": {"TOKEN": SECRET}}


def test_a_value_that_contains_itself_is_named_with_host_and_variable(runner: Runner) -> None:
    (runner.place / "host_vars").mkdir()
    (runner.place / "host_vars" / "b.yml").write_text("cw_agent_fragment_app: &a\n  logs:\n    logs_collected: *a\n", encoding="utf-8")
    status, output = runner.play()
    assert status
    assert "1 error in the configurations" in output
    assert "b: cw_agent_fragment_app contains itself." in output
    (runner.place / "host_vars" / "b.yml").write_text('own: &a [*a, *a]\ncw_agent_fragment_app: "{{ own }}"\n', encoding="utf-8")
    status, output = runner.play()
    assert status
    assert "contains itself." in output
    assert "b: " in output


def test_misspelt_variables_are_warned_of_once_and_those_in_use_are_not(runner: Runner) -> None:
    runner.shared["cw_agent_fragmant_web"] = {"agent": {"debug": True}}
    runner.shared["cw_agent_buld"] = "1.300064.1b1344"
    runner.shared["cw_agent_team"] = "green"
    runner.shared["cw_agent_fragment_team"] = {"metrics": {"namespace": "{{ cw_agent_team }}"}}
    runner.shared["cw_agent_report_file"] = ""
    status, output = runner.play()
    assert status == 0, output
    assert (
        output.count("cw_agent_fragmant_web is no variable of this collection, and nothing uses it. Did you mean cw_agent_fragment_web?")
        == 1
    )
    assert "hosts a, b: cw_agent_buld is no variable of this collection, and nothing uses it. Did you mean cw_agent_build?" in output
    assert "cw_agent_team" not in output
    assert "cw_agent_report_file is no" not in output


def test_text_of_a_file_is_no_mapping(runner: Runner) -> None:
    (runner.place / "agent.json").write_text(json.dumps({"agent": {"debug": True}}), encoding="utf-8")
    lookup = "{{ lookup('ansible.builtin.file', '" + str(runner.place / "agent.json") + "')"
    runner.shared["cw_agent_fragment_file"] = lookup + " }}"
    status, output = runner.play()
    if status:
        assert "cw_agent_fragment_file is text" in output
        assert "| from_json" in output
    runner.shared["cw_agent_fragment_file"] = lookup + " | from_json }}"
    assert runner.plan()["configurations"][0]["configuration"]["agent"] == {"debug": True}


def test_an_unquoted_build_is_refused(runner: Runner) -> None:
    runner.shared["cw_agent_build"] = 1.30006
    status, output = runner.play()
    assert status
    assert "hosts a, b: cw_agent_build is the number 1.30006" in output
    assert runner.plan("-e", "cw_agent_build=1.300060.0b1248")["configurations"]


def test_the_distributions_repository_stands_alone(runner: Runner) -> None:
    """Its latest build is found out by the hosts, and no other source may be given beside it; AWS's own mirror is none."""
    runner.shared["cw_agent_package_repository"] = True
    runner.shared["cw_agent_build"] = "latest"
    runner.shared["cw_agent_mirror_url"] = "https://amazoncloudwatch-agent.s3.amazonaws.com"
    status, output = runner.play()
    assert status == 0, output
    runner.shared["cw_agent_package_file"] = "/srv/agent.rpm"
    status, output = runner.play()
    assert status
    assert "cw_agent_package_repository and cw_agent_package_file are given together" in output


def test_a_value_that_only_a_later_role_would_refuse_is_refused_at_once(runner: Runner) -> None:
    runner.shared["cw_agent_service_health_seconds"] = "{{ 'so' + 'on' }}"
    status, output = runner.play()
    assert status != 0
    assert "2 errors in the configurations of the agent; no host and nothing in AWS was touched." in output
    assert "* hosts a, b: Argument 'cw_agent_service_health_seconds' is of type str and we were unable to convert to int" in output
