# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of the inventory that are not part of a run, by the name of their configuration; what was observed of those that are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleUndefinedVariable
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.inventory import (
    configurations_beside,
    hosts_beside,
    node_ids,
    observations,
    placement_of,
    senders_beside,
    variables_of,
    zone_of,
)

PLAN = {"hosts": {"a": {}}, "configurations": [{"name": "AmazonCloudWatch-base"}, {"name": "AmazonCloudWatch-staging-basic-base"}]}


class HostVars(dict[str, Any]):
    """As Ansible's: values before templating."""

    def raw_get(self, host: str) -> Any:
        return self[host]


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({"cw_agent_fragment_base": {}}, ["AmazonCloudWatch-base"]),
        ({"cw_agent_fragment_base": {}, "cw_agent_fragment_web": {}}, []),
        (
            {"cw_agent_fragment_base": {}, "cw_agent_environment": "staging", "cw_agent_preset": "basic"},
            ["AmazonCloudWatch-staging-basic-base"],
        ),
        ({"cw_agent_config_name": "AmazonCloudWatch-base"}, []),
        ({"cw_agent_config_name": "AmazonCloudWatch-base", "cw_agent_preset": "basic"}, ["AmazonCloudWatch-base"]),
        ({"cw_agent_config_name": "{{ name }}", "cw_agent_preset": "basic"}, sorted(entry["name"] for entry in PLAN["configurations"])),
        ({}, []),
    ],
)
def test_hosts_by_configuration(variables: dict[str, Any], names: list[str]) -> None:
    found = hosts_beside(PLAN, HostVars(a={"cw_agent_fragment_base": {}}, b=variables), ["a", "b"])
    assert found == {name: ["b"] for name in names}


def test_observations_as_far_as_there_are_any() -> None:
    assert observations(HostVars(a={"cw_agent_observed": {"agent": {}}}, b={}), ["a", "b"]) == {"a": {"agent": {}}}


def test_a_host_that_ssh_does_not_reach_has_what_run_command_has_found_out() -> None:
    before, after, why = {"agent": {"build": "1"}}, {"changed": True, "agent": {"build": "2"}}, {"state": "failed", "reason": "died"}
    shared = {
        "cw_agent_nodes_observed": {"observed": {"b": before, "c": before}},
        "cw_agent_commanded": {"converged": {"b": after}, "failures": {"c": why}},
    }
    skipped = {"cw_agent_observed": {"skipped": True}}
    hosts = HostVars(a={**shared, "cw_agent_observed": {"agent": {}}}, b={**shared, **skipped, "x": 1}, c={**shared, **skipped})
    assert observations(hosts, hosts) == {"a": {"agent": {}}, "b": before, "c": before}
    assert variables_of("a", hosts["a"]) is hosts["a"]
    found = variables_of("b", hosts["b"])
    assert (found["cw_agent_converged"], found["x"], "cw_agent_failure" in found) == (after, 1, False)
    assert variables_of("c", hosts["c"])["cw_agent_failure"] == why
    assert variables_of("b", {"cw_agent_nodes_observed": {"skipped": True}}) == {"cw_agent_nodes_observed": {"skipped": True}}


def test_configurations_beside_have_name_and_region() -> None:
    hosts = HostVars(
        a={"cw_agent_preset": "basic"},
        b={"cw_agent_preset": "basic", "placement": {"region": "eu-west-1"}},
        local={"cw_agent_preset": "basic", "placement": {"region": "us-west-2-lax-1"}},
        renamed={"cw_agent_preset": "basic", "aws_placement": PLACE},
        c={"cw_agent_fragment_base": {}, "cw_agent_region": "us-east-1"},
        gone={"cw_agent_preset": "basic", "cw_agent_state": "absent"},
        bare={},
    )
    found = configurations_beside(PLAN, hosts, list(hosts))
    assert found == {
        "b": ("AmazonCloudWatch-basic", "eu-west-1"),
        "local": ("AmazonCloudWatch-basic", "us-west-2"),
        "renamed": ("AmazonCloudWatch-basic", "eu-west-1"),
        "c": ("AmazonCloudWatch-base", "us-east-1"),
    }


PLACE = {"region": "eu-west-1", "availability_zone": "eu-west-1a"}


@pytest.mark.parametrize(
    ("variables", "zone"), [({"placement": PLACE}, "eu-west-1a"), ({"aws_placement": PLACE}, "eu-west-1a"), ({}, ""), (None, "")]
)
def test_the_zone_of_a_host(variables: Any, zone: str) -> None:
    assert zone_of(variables) == zone


def test_placement_under_the_name_that_an_inventory_plugin_gives_it() -> None:
    assert placement_of({"aws_placement": PLACE, "placement_of_ours": {"region": "x"}}) == PLACE
    assert placement_of({"placement": {}, "aws_placement": PLACE}) == {}


def test_the_id_of_a_node_is_its_own_or_that_of_its_instance() -> None:
    hostvars = {"a": {"instance_id": "i-1"}, "b": {"instance_id": "i-2", "cw_agent_node_id": "mi-2"}, "c": {"cw_agent_node_id": ""}}
    assert node_ids(hostvars, ["a", "b", "c", "gone"]) == {"a": "i-1", "b": "mi-2"}


def entry(group: str, **more: str) -> dict[str, Any]:
    return {"file_path": "/a.log", "log_group_name": group, **more}


def files(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"logs": {"logs_collected": {"files": {"collect_list": list(entries)}}, **more}}


class Filled(HostVars):
    """Gives what a template is filled in with."""

    def __getitem__(self, host: str) -> Any:
        given = super().__getitem__(host)
        return {name: json.loads(value[2:-2]) if str(value).startswith("{{") else value for name, value in given.items()}

    def raw_get(self, host: str) -> Any:
        return super().__getitem__(host)


class Broken(str):
    """What fails when it is read."""

    def __format__(self, _spec: str) -> str:
        raise AnsibleUndefinedVariable(str(self))


FIXED = {"hosts": {"a": {}}, "configurations": [{"key": "k", "configuration": files(entry("/own", log_stream_name="x"))}]}
OURS = {"cw_agent_profile": "prod", "placement": {"region": "eu-west-1"}}


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({**OURS, "cw_agent_fragment_a": files(entry("/a", log_stream_name="main"))}, [("prod", "eu-west-1", [("/a", "main")])]),
        (
            {**OURS, "cw_agent_fragment_a": files(entry("/a")), "cw_agent_fragment_b": {"logs": {"log_stream_name": "main"}}},
            [("prod", "eu-west-1", [("/a", "main")])],
        ),
        (
            {
                **OURS,
                "cw_agent_region": "us-east-1",
                "cw_agent_fragment_a": "{{" + json.dumps(files(entry("/t", log_stream_name="x"))) + "}}",
            },
            [("prod", "us-east-1", [("/t", "x")])],
        ),
        (
            {"cw_agent_fragment_a": {"agent": {"region": "us-west-2"}, **files(entry("/a", log_stream_name="x"))}},
            [("", "us-west-2", [("/a", "x")])],
        ),
        (
            {"cw_agent_preset": "basic", "cw_agent_mode": "onPremise", "cw_agent_fragment_a": {"agent": {"omit_hostname": True}}},
            [("", "", [("CWAgent", name) for name in ("cpu", "disk", "diskio", "mem", "net", "swap")])],
        ),
        ({**OURS, "cw_agent_fragment_a": files(entry("/a"))}, []),
        ({**OURS, "cw_agent_state": "absent", "cw_agent_fragment_a": files(entry("/a", log_stream_name="main"))}, []),
        ({**OURS, "cw_agent_fragment_a": ["no mapping"]}, []),
        ({}, []),
    ],
)
def test_what_hosts_outside_the_run_send_to(variables: dict[str, Any], found: list[Any]) -> None:
    senders = senders_beside(FIXED, Filled(a={"cw_agent_fragment_a": files(entry("/own", log_stream_name="x"))}, b=variables), ["a", "b"])
    assert [(one.profile, one.region, sorted(one.names)) for one in senders] == found


def test_a_fragment_that_cannot_be_filled_in_leaves_the_others() -> None:
    class Failing(HostVars):
        def __getitem__(self, host: str) -> Any:
            raise AnsibleUndefinedVariable(host)

        def raw_get(self, host: str) -> Any:
            return super().__getitem__(host)

    variables = {"cw_agent_fragment_a": "{{ nothing }}", "cw_agent_fragment_b": files(entry("/a", log_stream_name="main"))}
    assert [sorted(one.names) for one in senders_beside(FIXED, Failing(b=variables), ["b"])] == [[("/a", "main")]]


def test_nobody_is_looked_at_where_every_name_has_something_of_its_host() -> None:
    plan = {"hosts": {"a": {}}, "configurations": [{"key": "k", "configuration": files(entry("/own"))}]}
    assert senders_beside(plan, None, ["a", "b"]) == []
