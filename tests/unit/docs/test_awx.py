# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects for AWX are what the modules of awx.awx take, and name playbooks, variables and templates that there are."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from dateutil.rrule import rrulestr

ROOT = Path(__file__).resolve().parents[3]
OBJECTS = ROOT / "playbooks" / "vars" / "awx.yml"
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_awx.rst").read_text(encoding="utf-8")
MODULES = {
    "controller_credential_types": "credential_type",
    "controller_execution_environments": "execution_environment",
    "controller_notifications": "notification_template",
    "controller_projects": "project",
    "controller_inventories": "inventory",
    "controller_inventory_sources": "inventory_source",
    "controller_templates": "job_template",
    "controller_workflows": "workflow_job_template",
    "controller_schedules": "schedule",
}
"""The lists as the role dispatch of infra.aap_configuration reads them, and the module that takes an item."""
GIVEN = {
    "cw_agent_awx_image": "registry.example.com/cloudwatch-agent-ee:1",
    "cw_agent_awx_webhook": "https://chat.example.com/hook",
    "cw_agent_awx_keys_credential": "Keys of the data centre",
    "cw_agent_awx_organization": "Operations",
}
LOCAL = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
# What a role of infra.aap_configuration does with texts that the controller is to fill in: braces apart are joined.
AS_A_ROLE = r"| default(omit, true) | regex_replace('{  {', '{_~~remove~~_{') | regex_replace('_~~remove~~_', '')"
RENDER = f"""
- hosts: localhost
  connection: local
  gather_facts: false
  vars_files: [{OBJECTS}]
  tasks:
    - ansible.builtin.copy:
        content: "{{{{ {{{", ".join(f"'{name}': {name}" for name in MODULES)}}} | to_json }}}}"
        dest: "{{{{ target }}}}/objects.json"
        mode: "0600"
    - ansible.builtin.copy:
        content: "{{{{ {{'injectors': injectors, 'messages': messages}} | to_json }}}}"
        dest: "{{{{ target }}}}/as_a_role.json"
        mode: "0600"
      vars:
        injectors: "{{{{ controller_credential_types[0].injectors {AS_A_ROLE} }}}}"
        messages: "{{{{ controller_notifications[0].messages {AS_A_ROLE} }}}}"
"""
SECRET_VARIABLE = re.compile(r"\{\{ (\w+)")


def render(place: Path, given: dict[str, str]) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]:
    """The lists with their templates filled in by ansible-playbook, and two fields as a role of infra.aap_configuration hands them on."""
    play = place / "render.yml"
    play.write_text(RENDER, encoding="utf-8")
    command = ["ansible-playbook", "-i", "localhost,", str(play), "-e", json.dumps({**given, **LOCAL, "target": str(place)})]
    environment = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "false"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((place / "objects.json").read_text()), json.loads((place / "as_a_role.json").read_text())


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]:
    return render(tmp_path_factory.mktemp("awx"), GIVEN)


@pytest.fixture(scope="module")
def objects(rendered: tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return rendered[0]


@pytest.fixture(scope="module")
def templates(objects: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """The job templates by name."""
    return {item["name"]: item for item in objects["controller_templates"]}


@lru_cache(maxsize=None)
def module_options(name: str) -> dict[str, Any]:
    """The argument specification that a module of awx.awx documents."""
    if "CW_AGENT_VIEW" not in os.environ:
        pytest.skip("awx.awx is not at hand: tests/tools/run installs it and says where in CW_AGENT_VIEW")
    modules = Path(os.environ["CW_AGENT_VIEW"]) / "ansible_collections" / "awx" / "awx" / "plugins" / "modules"
    for node in ast.parse((modules / f"{name}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and [target.id for target in node.targets if isinstance(target, ast.Name)] == ["DOCUMENTATION"]:
            assert isinstance(node.value, ast.Constant)
            return specification(yaml.safe_load(str(node.value.value))["options"])
    raise AssertionError(f"{name} has no documentation")


def specification(options: dict[str, Any]) -> dict[str, Any]:
    """Documented options as an argument specification."""
    keys = ("type", "elements", "choices", "required", "aliases")
    found = {}
    for name, option in options.items():
        found[name] = {key: option[key] for key in keys if key in option}
        if "suboptions" in option:
            found[name]["options"] = specification(option["suboptions"])
    return found


@lru_cache(maxsize=1)
def role_options() -> dict[str, dict[str, dict[str, Any]]]:
    """Role → variable → option, of all entry points."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for file in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"].values():
            found.setdefault(file.parts[-3], {}).update(entry.get("options", {}))
    return found


def playbook_text(template: dict[str, Any]) -> str:
    return (ROOT / template["playbook"]).read_text(encoding="utf-8")


def variables_of(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The variables of the roles that a template's playbook imports, and of the roles that these import."""
    found: dict[str, dict[str, Any]] = {}
    pending, seen = re.findall(r"name: cloudwatch\.agent\.(\w+)", playbook_text(template)), set()
    while pending:
        role = pending.pop()
        if role not in seen:
            seen.add(role)
            found.update(role_options()[role])
            tasks = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "roles" / role / "tasks").glob("*.yml"))
            pending += [name for name in re.findall(r"name: cloudwatch\.agent\.(\w+)$", tasks, re.MULTILINE) if name in role_options()]
    return found


def option_of(name: str, template: dict[str, Any]) -> dict[str, Any]:
    """What a variable is: that of a role which the playbook runs, or one that the playbook itself uses or hands on to a role's."""
    text, known = playbook_text(template), variables_of(template)
    if name in known:
        found: dict[str, Any] = known[name]
    elif name == "cw_agent_hosts":
        found = {"type": "str"}
    else:
        assert re.search(rf"\b{name}\b", text), f"{template['name']} has no use for {name}"
        handed_on = re.search(rf'(cw_agent_\w+): "\{{\{{ {name} \| default', text)
        found = known[handed_on[1]] if handed_on else {key: value for role in role_options().values() for key, value in role.items()}[name]
    return found


def questions(*items: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(template or workflow, question) of every survey."""
    for item in items:
        for question in item.get("survey_spec", {}).get("spec", []):
            yield item, question


@pytest.mark.parametrize(("listed", "module"), MODULES.items())
def test_every_object_is_what_the_module_takes(objects: dict[str, list[dict[str, Any]]], listed: str, module: str) -> None:
    assert objects[listed]
    for item in objects[listed]:
        result = ArgumentSpecValidator(module_options(module)).validate(item)
        assert result.error_messages == [], item["name"]
        assert item["description"]
        assert listed == "controller_credential_types" or item.get("organization") == "Operations" or "image" in item


def test_a_wrong_key_a_wrong_type_and_a_wrong_choice_are_found() -> None:
    for wrong in ({"slices": 2}, {"job_slice_count": "many"}, {"job_type": "dry"}):
        assert ArgumentSpecValidator(module_options("job_template")).validate({"name": "x", **wrong}).error_messages
    node = {"identifier": "a", "related": {"next_nodes": []}}
    assert ArgumentSpecValidator(module_options("workflow_job_template")).validate({"name": "x", "workflow_nodes": [node]}).error_messages


def test_names_are_unique_and_what_is_not_given_is_absent(tmp_path: Path, objects: dict[str, list[dict[str, Any]]]) -> None:
    for items in objects.values():
        assert len({item["name"] for item in items}) == len(items)
        assert {item.get("state", "present") for item in items} == {"present"}
    plain, _unused = render(tmp_path, {"cw_agent_awx_image": GIVEN["cw_agent_awx_image"]})
    absent = [item["name"] for items in plain.values() for item in items if item.get("state") == "absent"]
    assert absent == ["CloudWatch agent", "CloudWatch agent site on premises"]
    assert {str(item.get("notification_templates_error", [])) for item in plain["controller_templates"]} == {"[]"}
    assert {str(item.get("notification_templates_error")) for item in objects["controller_templates"]} == {"['CloudWatch agent']"}


def test_every_playbook_has_a_template_and_the_other_way_round(templates: dict[str, dict[str, Any]]) -> None:
    assert {item["playbook"] for item in templates.values()} == {
        f"playbooks/{file.name}" for file in (ROOT / "playbooks").glob("*.yml") if file.name != "awx.yml"
    }


def test_templates_name_objects_that_there_are(objects: dict[str, list[dict[str, Any]]], templates: dict[str, dict[str, Any]]) -> None:
    names = {listed: {item["name"] for item in items} for listed, items in objects.items()}
    for item in templates.values():
        assert item["project"] in names["controller_projects"]
        assert item["inventory"] in names["controller_inventories"]
        assert item["execution_environment"] in names["controller_execution_environments"]
        assert set(item["notification_templates_error"]) <= names["controller_notifications"]
    assert {item["inventory"] for item in objects["controller_inventory_sources"]} <= names["controller_inventories"]


def test_only_what_contacts_hosts_has_their_credential(templates: dict[str, dict[str, Any]]) -> None:
    hosts = {name for name, item in templates.items() if "CloudWatch agent hosts" in item.get("credentials", [])}
    contacting = {"site", "rollout", "report", "releases", "uninstall", "migrate_awslogs"}
    assert hosts == {name for name, item in templates.items() if Path(item["playbook"]).stem in contacting}
    assert [name for name, item in templates.items() if not item.get("credentials")] == ["CloudWatch agent check"]


def test_the_keys_of_a_credential_reach_hosts_on_premises_alone(templates: dict[str, dict[str, Any]]) -> None:
    (item,) = (item for item in templates.values() if GIVEN["cw_agent_awx_keys_credential"] in item.get("credentials", []))
    assert item["limit"] == "onprem"
    assert not item["ask_limit_on_launch"]


def test_slices_release_nothing(objects: dict[str, list[dict[str, Any]]], templates: dict[str, dict[str, Any]]) -> None:
    sliced = {name: item for name, item in templates.items() if int(item["job_slice_count"]) > 1}
    assert set(sliced) == {"CloudWatch agent site in slices"}
    assert {str(item["extra_vars"]) for item in sliced.values()} == {"{'cw_agent_release': 'never'}"}
    assert "never" in role_options()["parameter_store"]["cw_agent_release"]["choices"]
    for workflow in objects["controller_workflows"]:
        nodes = {node["identifier"]: node for node in workflow["workflow_nodes"]}
        for node in nodes.values():
            if node["unified_job_template"]["name"] in sliced:
                after = [nodes[link["identifier"]] for link in node["related"]["success_nodes"]]
                assert [following["unified_job_template"]["name"] for following in after] == ["CloudWatch agent promote"]
                assert not node["related"].get("always_nodes")


def test_surveys_ask_for_scalars_of_the_playbook(templates: dict[str, dict[str, Any]]) -> None:
    asked = set()
    for template, question in questions(*templates.values()):
        name = question["variable"]
        asked.add(name)
        assert question["type"] in ("text", "integer", "multiplechoice"), name
        assert set(question) <= {
            "question_name", "question_description", "variable", "type", "required", "default", "choices", "min", "max",
        }  # fmt: skip
        text = playbook_text(template)
        option = option_of(name, template)
        assert question["type"] == {"int": "integer", "float": "integer", "bool": "multiplechoice"}.get(
            option["type"], "multiplechoice" if "choices" in option else "text"
        ), name
        assert question.get("choices") == option.get("choices", ["true", "false"] if option["type"] == "bool" else None), name
        # What the playbook says goes before what the role says.
        said = re.search(rf"\b{name} \| default\('?([^')]+)'?\)", text)
        # Whom to take the agent from is asked for, whatever the playbook's pattern of hosts falls back to.
        named = template["name"] == "CloudWatch agent uninstall" and name == "cw_agent_hosts"
        default = said[1] if said and not named else option.get("default", "")
        assert str(question["default"]).lower() == str(default).lower(), f"{template['name']}: {name}"
        assert isinstance(question["default"], int if question["type"] == "integer" else str)
    assert {"cw_agent_hosts", "cw_agent_canary", "cw_agent_serial", "cw_agent_bake_seconds", "cw_agent_max_fail_percentage"} <= asked


def test_surveys_ask_for_nothing_that_the_inventory_says_of_a_host(templates: dict[str, dict[str, Any]]) -> None:
    """An answer is an extra variable: it would win over the variables of every host."""
    by_host = set(role_options()["config"]) | set(role_options()["install"]) | set(role_options()["credentials"])
    asked = {question["variable"] for _template, question in questions(*templates.values())}
    assert asked & by_host == {"cw_agent_report_strict"}


def test_an_answer_that_may_be_left_empty_means_the_default(templates: dict[str, dict[str, Any]]) -> None:
    optional = {question["variable"] for _template, question in questions(*templates.values()) if not question["required"]}
    assert optional == {"cw_agent_release_version"}  # which the role takes empty and null: see the integration test of ansible-runner


def test_workflows_lead_through_templates_that_there_are(
    objects: dict[str, list[dict[str, Any]]], templates: dict[str, dict[str, Any]]
) -> None:
    for workflow in objects["controller_workflows"]:
        nodes = {node["identifier"]: node for node in workflow["workflow_nodes"]}
        assert len(nodes) == len(workflow["workflow_nodes"])
        linked = set()
        for node in nodes.values():
            started = node["unified_job_template"]
            if started["type"] == "workflow_approval":
                assert started["timeout"] and started["description"]
            else:
                assert started["type"] == "job_template"
                assert templates[started["name"]]["ask_limit_on_launch"], "the workflow's limit would not reach it"
            linked |= {link["identifier"] for links in node.get("related", {}).values() for link in links}
        # One way through all of them.
        assert linked == set(nodes) - {workflow["workflow_nodes"][0]["identifier"]}
        used = [templates[node["unified_job_template"]["name"]] for node in nodes.values() if node["identifier"] != "approval"]
        taken = {question["variable"]: question for _template, question in questions(*used)}
        for _workflow, question in questions(workflow):
            assert taken[question["variable"]] == question


def test_a_person_decides_before_a_host_is_changed(objects: dict[str, list[dict[str, Any]]]) -> None:
    (workflow,) = (item for item in objects["controller_workflows"] if item["name"] == "CloudWatch agent change")
    order = [node["identifier"] for node in workflow["workflow_nodes"]]
    assert order == ["check", "publish", "approval", "rollout", "report"]
    for node, following in zip(workflow["workflow_nodes"][:3], order[1:]):
        assert node["related"] == {"success_nodes": [{"identifier": following}]}


def test_schedules_are_such_as_awx_takes(objects: dict[str, list[dict[str, Any]]], templates: dict[str, dict[str, Any]]) -> None:
    for schedule in objects["controller_schedules"]:
        assert re.fullmatch(r"DTSTART:\d{8}T\d{6}Z RRULE:FREQ=\w+;INTERVAL=\d+", schedule["rrule"])
        first = rrulestr(schedule["rrule"].replace(" RRULE", "\nRRULE"))[:2]
        assert (first[1] - first[0]).total_seconds() in (300, 86400)
        asked = {question["variable"]: question for _template, question in questions(templates[schedule["unified_job_template"]])}
        for name, value in schedule.get("extra_data", {}).items():
            assert value in asked[name]["choices"]


def test_the_credential_type_hides_its_fields_and_sets_variables_of_the_role(objects: dict[str, list[dict[str, Any]]]) -> None:
    (kind,) = objects["controller_credential_types"]
    fields = {field["id"]: field for field in kind["inputs"]["fields"]}
    assert set(kind["inputs"]["required"]) < set(fields)
    injected = kind["injectors"]["extra_vars"]
    assert {SECRET_VARIABLE.match(text)[1] for text in injected.values()} == set(fields)  # type: ignore[index]
    for variable, text in injected.items():
        assert role_options()["credentials"][variable]["no_log"]
        assert fields[SECRET_VARIABLE.match(text)[1]]["secret"] is True  # type: ignore[index]
        assert variable == f"cw_agent_credentials_{SECRET_VARIABLE.match(text)[1]}"  # type: ignore[index]


def test_texts_that_the_controller_fills_in_come_through(rendered: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """By the modules of awx.awx, and by the roles of infra.aap_configuration, which hand mappings on as text."""
    objects, handed_on = rendered
    injectors = objects["controller_credential_types"][0]["injectors"]
    messages = objects["controller_notifications"][0]["messages"]
    assert injectors["extra_vars"]["cw_agent_credentials_access_key_id"] == "{{ access_key_id }}"
    for name, value in (("injectors", injectors), ("messages", messages)):
        assert (handed_on[name] if isinstance(handed_on[name], dict) else ast.literal_eval(handed_on[name])) == value


def test_messages_are_text_for_people_and_json_for_a_webhook(objects: dict[str, list[dict[str, Any]]]) -> None:
    messages = objects["controller_notifications"][0]["messages"]
    approvals = messages["workflow_approval"]
    assert set(messages) <= {"started", "success", "error", "workflow_approval"}
    assert set(approvals) == {"running", "approved", "denied", "timed_out"}
    for message in (messages["success"], messages["error"], *approvals.values()):
        assert set(message) == {"message", "body"}
        assert set(json.loads(message["body"])) >= {"text", "url"}
        assert "url }}" in message["message"]


def test_the_guide_names_every_template_variable_and_question(objects: dict[str, list[dict[str, Any]]]) -> None:
    named = set(re.findall(r"cw_agent_awx_\w+", OBJECTS.read_text(encoding="utf-8"))) - {"cw_agent_awx_shared"}
    asked = {question["variable"] for _item, question in questions(*objects["controller_templates"], *objects["controller_workflows"])}
    assert [name for name in sorted(named | asked) if f"``{name}``" not in GUIDE] == []
    names = {
        item["name"] for listed in ("controller_templates", "controller_workflows", "controller_schedules") for item in objects[listed]
    }
    assert [name for name in sorted(names) if name.removeprefix("CloudWatch agent ") not in GUIDE] == []
