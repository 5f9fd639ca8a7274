# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host gets which configuration, and every refusal with its sentence."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.inventory import NotPlainError, Reader, is_template, plain
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.plan import HostInput, Plan, Planner, failure, warnings
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.report import config_report

BASE = {"agent": {"run_as_user": "cwagent"}, "metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}
WEB = {"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/a", "log_group_name": "/web", "retention_in_days": 7}]}}}}


def host(name: str, fragments: dict[str, Any] | None = None, placement: str = "us-east-1", **settings: Any) -> HostInput:
    variables = {f"cw_agent_fragment_{key}": value for key, value in (fragments if fragments is not None else {"base": BASE}).items()}
    return HostInput(name, variables, {f"cw_agent_{key}": value for key, value in settings.items()}, placement)


def plan(*hosts: HostInput) -> Plan:
    planner = Planner()
    for item in hosts:
        planner.add(item)
    return planner.plan


def test_hosts_with_the_same_variables_share_a_configuration() -> None:
    found = plan(host("a", {"web": WEB, "base": BASE}), host("b", {"base": BASE, "web": WEB}), host("c"))
    assert sorted(found.configurations) == ["us-east-1/AmazonCloudWatch-base", "us-east-1/AmazonCloudWatch-base-web"]
    configuration = found.configurations["us-east-1/AmazonCloudWatch-base-web"]
    assert configuration["hosts"] == ["a", "b"]
    assert configuration["digest"] == hashlib.sha256(configuration["text"].encode()).hexdigest()
    assert json.loads(configuration["text"]) == configuration["configuration"] == {**BASE, **WEB}
    assert found.hosts["a"] == {
        "settings": {},
        "build": "",
        "state": "present",
        "transport": "ssh",
        "name": "AmazonCloudWatch-base-web",
        "region": "us-east-1",
        "profile": "",
        "digest": configuration["digest"],
        "mode": "ec2",
        "platform": "linux",
        "key": "us-east-1/AmazonCloudWatch-base-web",
        "run_as_user": "cwagent",
        "files": ["/a"],
        "journald": False,
        "log_access": "check",
        "create_user": False,
        "identity_check": "changed",
        "credential_sources": [],
        "requirements": [],
        "repository": False,
        "vaulted": False,
    }
    assert configuration["collects"]["files"] == ["/a"]
    assert configuration["collects"]["streams"] == [{"log_group_name": "/web", "log_stream_name": "", "file_path": "/a"}]
    assert not failure(found)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"preset": "basic"}, "AmazonCloudWatch-basic-base"),
        ({"preset": "basic", "mode": "onPremise"}, "AmazonCloudWatch-basic-onprem-base"),
        ({"config_name": "/own/name"}, "/own/name"),
        ({}, "AmazonCloudWatch-base"),
        ({"environment": "staging", "preset": "basic"}, "AmazonCloudWatch-staging-basic-base"),
    ],
)
def test_names(settings: dict[str, Any], name: str) -> None:
    assert plan(host("a", **settings)).hosts["a"]["name"] == name


def test_a_region_that_is_probably_misspelt_is_said_of_its_hosts() -> None:
    found = plan(host("a", placement="", region="eu-wset-1"), host("b"))
    said = "the region is 'eu-wset-1', and AWS is not known to have such a region. Did you mean eu-west-1? Hint: correct cw_agent_region."
    assert found.notes == [f"a: {said}"]


def test_regions_and_accounts_are_apart() -> None:
    found = plan(host("a"), host("b", placement="eu-west-1"), host("c", placement="", region="eu-west-1"), host("d", profile="other"))
    keys = [found.hosts[name]["key"] for name in "abcd"]
    name = "AmazonCloudWatch-base"
    assert keys == [f"us-east-1/{name}", f"eu-west-1/{name}", f"eu-west-1/{name}", f"other/us-east-1/{name}"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"placement": ""}, "set cw_agent_region"),
        ({"region": "eu-west-1"}, "cw_agent_region is 'eu-west-1', and the inventory's placement says 'us-east-1'"),
        ({"environment": "a/b"}, "cw_agent_environment is 'a/b'"),
        ({"region": "us-east"}, "'us-east', which is not the name of an AWS region"),
        ({"mode": "onprem"}, "cw_agent_mode is 'onprem': expected one of ec2, onPremise"),
        ({"platform": "aix"}, "cw_agent_platform is 'aix'"),
        ({"preset": "huge"}, "cw_agent_preset is 'huge'"),
        ({"build": []}, "cw_agent_build is [], which is no text"),
        ({"build": "1.300064"}, "cw_agent_build is '1.300064', a release without its build"),
        ({"build": "latest"}, "cw_agent_build is 'latest'. Hint: "),
        ({"config_name": "x.part2"}, "names ending in .part and a number"),
        ({"config_name": "a b"}, "cw_agent_config_name is 'a b'"),
        ({"silenced_rules": {"nope": "x"}}, "names the rule 'nope'"),
        ({"silenced_rules": ["nope"]}, "must be a mapping"),
        ({"fragments": {}}, "nothing to compose"),
        ({"fragments": {"My-App": BASE}}, "cw_agent_fragment_My-App has a name"),
        ({"fragments": {"base": ["x"]}}, "cw_agent_fragment_base is a list"),
    ],
)
def test_a_refusal_names_host_variable_and_hint(settings: dict[str, Any], words: str) -> None:
    message = failure(plan(host("web-7", **settings)))
    assert "* web-7: " in message
    assert words in message


def test_one_name_with_two_contents_names_both_hosts_and_the_paths() -> None:
    other = {**BASE, "agent": {"run_as_user": "root"}}
    message = failure(plan(host("a"), host("b", {"base": other}), host("c", {"base": other}, placement="eu-west-1")))
    assert "b: its configuration AmazonCloudWatch-base in us-east-1 differs from that of a" in message
    assert "/agent/run_as_user (set by cw_agent_fragment_base)" in message
    assert message.count("*") == 1


def test_one_message_lists_all_errors_by_configuration() -> None:
    bad = {"metrics": {"metrics_collected": {"mem": {"measurement": ["usd"]}}}}
    found = plan(host("a", {"bad": bad}), host("b", {"bad": bad}), host("c", {"base": {"agent": {}}}), host("d", placement=""))
    message = failure(found)
    assert message.startswith("3 errors")
    assert "us-east-1/AmazonCloudWatch-bad (hosts a, b):" in message
    assert "/metrics/metrics_collected/mem/measurement/0 (from cw_agent_fragment_bad): mem has no measurement" in message
    assert "[unknown-measurement]" in message
    assert "us-east-1/AmazonCloudWatch-base (host c):" in message
    assert "[collects-nothing]" in message
    assert "d: no region is known" in message


def test_silenced_rules_count_for_the_host_that_silences() -> None:
    fast = {"fast": {**BASE, "agent": {"metrics_collection_interval": 1}}}
    loud, quiet = host("a", fast), host("b", fast, config_name="quiet", silenced_rules={"high-resolution": "a test"})
    assert [line.split(":")[0] for line in warnings(plan(loud, quiet))] == ["us-east-1/AmazonCloudWatch-fast"]


def test_off_ec2_append_dimensions_is_an_error() -> None:
    tagged = {"ec2": {"metrics": {**BASE["metrics"], "append_dimensions": {"InstanceId": "${aws:InstanceId}"}}}}
    assert not failure(plan(host("a", tagged)))
    assert "[append-dimensions-off-ec2]" in failure(plan(host("a", tagged, mode="onPremise")))


def test_double_braces_are_an_error_for_parameter_store() -> None:
    braces = {"base": {"metrics": {**BASE["metrics"], "namespace": "{{ env }}"}}}
    assert "[parameter-template]" in failure(plan(host("a", braces)))


def test_the_build_of_the_host_judges() -> None:
    new = {"new": {**BASE, "opentelemetry": {"collect": {"host_metrics": {}}}}}
    assert not failure(plan(host("a", new)))
    assert "opentelemetry came with agent 1.300070; 1.300060.0b1248 ignores it" in failure(plan(host("a", new, build="1.300060.0b1248")))


def test_the_reader_gives_equal_values_as_one_object() -> None:
    reader = Reader()
    shared = {"a": [1, "x"]}
    rendered: list[Any] = []

    def template(value: Any) -> Any:
        rendered.append(value)
        return {"a": [1, "x"]}

    first = reader.value("v", shared, template, {})
    assert reader.value("v", {"a": [1, "x"]}, template, {}) is first
    assert rendered == []
    assert reader.value("v", {"a": "{{ b }}"}, template, {}) is first
    assert len(rendered) == 1


@pytest.mark.parametrize(
    ("text", "variables", "times"),
    [
        ("{{ env }}", [{"env": "a", "other": 1}, {"env": "a", "other": 2}], 1),
        ("{{ env }}", [{"env": "a"}, {"env": "b"}], 2),
        ("{{ env }}", [{"env": 1}, {"env": True}], 2),
        ("{{ env }}", [{"env": "a"}, {}], 2),
        ("{{ env.name }}", [{"env": {"name": "a"}}, {"env": {"name": "b"}}], 2),
        ("{{ env }}", [{"env": "{{ deeper }}", "deeper": "a"}, {"env": "{{ deeper }}", "deeper": "b"}], 2),
        ("{{ lookup('env', 'HOME') }}", [{}, {}], 2),
        ("{% if hostvars['a'].x %}1{% endif %}", [{}, {}], 2),
    ],
)
def test_a_shared_template_is_filled_in_once_for_equal_variables(text: str, variables: list[dict[str, Any]], times: int) -> None:
    reader, raw = Reader(), {"a": [text]}
    rendered: list[Any] = []
    for each in variables:
        reader.value("v", raw, lambda value, each=each: rendered.append(each) or {"a": [str(each)]}, each)
    assert len(rendered) == times


@pytest.mark.parametrize("value", ["{{ a }}", ["{% if x %}"], {"a": {"b": "{# c #}"}}, object()])
def test_what_must_be_templated(value: Any) -> None:
    assert is_template(value)


@pytest.mark.parametrize("value", [{"day": __import__("datetime").date(2026, 1, 1)}, {True: 1}, {"a": b"x"}])
def test_what_json_cannot_say_is_refused_by_name(value: Any) -> None:
    with pytest.raises(NotPlainError, match="cw_agent_fragment_x"):
        plain(value, "cw_agent_fragment_x")


def test_the_report_counts_and_costs() -> None:
    found = plan(host("a"), host("b"), host("c", {"bad": {"agent": {}}}), host("d", placement=""))
    data = {"configurations": list(found.configurations.values()), "errors": found.errors}
    report = config_report(data, {}, {"metric": 0.5})
    assert report["counts"] == {"error": 2, "warning": 0, "requirement": 0}
    assert (report["metrics"], report["cost"]) == (2, 1.0)
    text = "\n".join(report["lines"])
    assert "us-east-1/AmazonCloudWatch-base: hosts a, b (linux, ec2)" in text
    data["hosts"] = {**found.hosts, "b": {**found.hosts["b"], "mode": "onPremise"}}
    assert "hosts a, b (linux, ec2 and onPremise)" in "\n".join(config_report(data, {}, {})["lines"])
    assert "not counted while there are errors" in text
    assert "d: no region is known" in text
    json.dumps(report)


def test_a_host_without_the_agent_has_no_configuration() -> None:
    """Nothing of it is looked at: what would be wrong with a configuration is none of its business."""
    found = plan(host("a"), host("b", {"base": {"agent": {"region": 7}}}, placement="", state="absent"))
    assert (found.errors, [item["hosts"] for item in found.configurations.values()]) == ([], [["a"]])
    assert (found.hosts["b"]["state"], found.hosts["b"]["key"], found.hosts["b"]["files"]) == ("absent", "", [])


def test_a_state_that_there_is_not() -> None:
    assert "a: cw_agent_state is 'removed': expected one of present, absent." in failure(plan(host("a", state="removed")))


def test_what_the_host_must_have() -> None:
    """Files and programs of the rules that are not silenced; whether the journal is read."""
    section = {"collectd": {"collectd_typesdb": ["/x/types.db"]}, "nvidia_gpu": {"measurement": ["utilization_gpu"]}}
    journal = {"logs_collected": {"journald": {"collect_list": [{"log_group_name": "/j", "retention_in_days": 7}]}}}
    fragment = {"metrics": {"metrics_collected": section}, "logs": journal}
    entry = plan(host("a", {"base": fragment}, silenced_rules={"collectd-auth-file": "none is used"})).hosts["a"]
    assert [(one["name"], one["rule"]) for one in entry["requirements"]] == [
        ("/x/types.db", "collectd-types-db"),
        ("nvidia-smi", "nvidia-smi-binary"),
        ("journalctl", "journalctl"),
    ]
    assert entry["journald"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"log_access": "groups"}, "cw_agent_log_access is 'groups': expected one of check, group, acl, none."),
        ({"identity_check": "sometimes"}, "cw_agent_identity_check is 'sometimes': expected one of changed, always, never."),
        (
            {"credential_sources": ["env"]},
            "cw_agent_credential_sources is ['env']. Hint: write a list of common_config, container, environment, shared_file, "
            "web_identity.",
        ),
        ({"create_user": "yes"}, "cw_agent_create_user is 'yes'. Hint: write true or false."),
    ],
)
def test_values_of_access_that_there_are_not(settings: dict[str, Any], words: str) -> None:
    assert f"a: {words}" in failure(plan(host("a", **settings)))


def test_a_level_of_the_log_beside_agent_debug() -> None:
    """Refused where the agent would go by its configuration at each start."""
    debug = {"debug": {"agent": {"debug": True}}, "base": BASE}
    assert "a: cw_agent_log_level is WARN, and agent.debug of its configuration is true" in failure(
        plan(host("a", debug, log_level="WARN"))
    )
    assert plan(host("a", log_level="WARN")).hosts["a"]["settings"] == {"log_level": "WARN"}


@pytest.mark.parametrize(("value", "words"), [(None, "has no value"), ("", "is empty text"), (False, "is false")])
def test_a_fragment_that_was_switched_off_is_written_as_an_empty_mapping(value: Any, words: str) -> None:
    (error,) = plan(host("a", {"off": value})).errors
    assert error == f"a: cw_agent_fragment_off {words}. Hint: write {{}} for an empty fragment, or remove the variable."


@pytest.mark.parametrize(
    ("fragment", "path"),
    [
        ({"metrics": {"metrics_collected": {"mem": None}}}, "/metrics/metrics_collected/mem"),
        ({"metrics": {"metrics_collected": {"mem": {"measurement": None}}}}, "/metrics/metrics_collected/mem/measurement"),
        ({"logs": {"logs_collected": {"files": {"collect_list": None}}}}, "/logs/logs_collected/files/collect_list"),
        ({"logs": {"logs_collected": None}}, "/logs/logs_collected"),
    ],
)
def test_a_key_without_a_value_is_the_error_and_not_what_its_section_lacks(fragment: dict[str, Any], path: str) -> None:
    """``mem:`` and nothing behind it is null in YAML."""
    found = plan(host("a", {"x": fragment}))
    (problem,) = [item for configuration in found.configurations.values() for item in configuration["problems"]]
    assert (problem["path"], problem["severity"], problem["variables"]) == (path, "error", ["cw_agent_fragment_x"])
    assert "has no value" in problem["message"]


def test_a_null_beside_what_is_wrong_is_no_cause_of_it() -> None:
    fragment = {"metrics": {"metrics_collected": {"mem": {}, "swap": None}}}
    problems = [item for configuration in plan(host("a", {"x": fragment})).configurations.values() for item in configuration["problems"]]
    assert [(item["path"], item["severity"]) for item in problems] == [
        ("/metrics/metrics_collected/mem", "error"),
        ("/metrics/metrics_collected/swap", "warning"),
    ]
