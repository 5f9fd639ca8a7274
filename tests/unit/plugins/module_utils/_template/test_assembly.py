# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are made, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.cloudwatch.agent.tests.support.templates import act, plan, properties, web


def test_every_account_and_region_has_a_template_of_its_own(tmp_path: Path) -> None:
    given = plan(web(profile="a", name="one", hosts=("a1",)), web(profile="b", region="eu-west-1", name="two", hosts=("b1",)))
    boards = {"dashboards": [{"name": "fleet", "profile": "a"}, {"name": "fleet", "profile": "b"}]}
    found = act(plan=given, directory=str(tmp_path), dashboards=boards)
    by_path = {Path(one["path"]).name: one["template"] for one in found["templates"]}
    assert sorted(by_path) == ["a-us-east-1.json", "b-eu-west-1.json"]
    for name, role in (("a-us-east-1.json", "one"), ("b-eu-west-1.json", "two")):
        assert [one["RoleName"] for one in properties(by_path[name], "IAM::Role")] == [role]
        assert [one["DashboardName"] for one in properties(by_path[name], "CloudWatch::Dashboard")] == ["fleet"]


def test_what_belongs_to_an_account_is_made_once(tmp_path: Path) -> None:
    given = plan(web(hosts=("a",)), web(hosts=("b",), region="eu-west-1"))
    found = act(plan=given, directory=str(tmp_path), dashboards={"dashboards": [{"name": "fleet"}]})
    made = [
        one
        for template in found["templates"]
        for kind in ("IAM::Role", "CloudWatch::Dashboard")
        for one in properties(template["template"], kind)
    ]
    assert len(found["templates"]) == 2 and len(made) == 2


def test_a_region_is_said_or_refused(tmp_path: Path) -> None:
    groups: dict[str, Any] = {"log_groups": {"groups": [{"name": "/a"}]}, "directory": str(tmp_path)}
    assert "Hint: give region." in act(**groups)["msg"]
    assert act(region="eu-west-1", **groups)["templates"][0]["region"] == "eu-west-1"
    trail = {"trails": [{"name": "main", "s3_bucket_name": "trails"}]}
    assert act(plan=plan(web()), parts=["trails"], directory=str(tmp_path), trails=trail)["templates"][0]["region"] == "us-east-1"
    two = plan(web(hosts=("a",)), web(hosts=("b",), region="eu-west-1"))
    assert "Nothing says in which region" in act(plan=two, parts=["trails"], directory=str(tmp_path), trails=trail)["msg"]


def test_values_out_of_the_vault_are_in_no_template(tmp_path: Path) -> None:
    found = act(plan=plan(web(vaulted=["secret"])), directory=str(tmp_path))
    assert found["failed"] and "AmazonCloudWatch-web: its configuration holds values out of Ansible Vault" in found["msg"]
    assert not list(tmp_path.iterdir())


def test_one_name_for_two_things_is_refused(tmp_path: Path) -> None:
    """The delivery role of trails and that of flow logs."""
    flow_logs = {"flow_logs": [{"resource_ids": ["vpc-0123456789abcdef0"], "log_group_name": "/vpc"}], "delivery_role": "one"}
    trails = {"trails": [{"name": "main", "s3_bucket_name": "trails", "log_group_name": "/t"}], "delivery_role": "one"}
    found = act(directory=str(tmp_path), region="us-east-1", flow_logs=flow_logs, trails=trails)
    assert "is wanted in two ways. Hint: give one of them another name." in found["msg"]


def test_names_that_only_a_host_knows_are_a_warning(tmp_path: Path) -> None:
    one = web()
    one["configuration"]["logs"]["logs_collected"]["files"]["collect_list"][0]["log_group_name"] = "/web/{hostname}"
    found = act(plan=plan(one), directory=str(tmp_path), parts=["log_groups"])
    assert found["templates"] == [] and found["warnings"] == [
        "/web/{hostname}: in no template, since only the host knows the name; the agent makes it."
    ]
