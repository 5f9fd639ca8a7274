# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as data: every host, the worst first, and what its schema says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._report import differences
from ansible_collections.cloudwatch.agent.plugins.module_utils._report.document import WORST_FIRST, message
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._report.examples import (
    BEHIND,
    DENIED,
    LOST,
    NOT_KNOWN,
    NOW,
    STOPPED,
    UNREAD,
    association,
    configuration,
    evaluation,
    fleet,
    observed,
    planned,
    run,
    use,
)

SCHEMA = json.loads((Path(__file__).resolve().parents[5] / "docs/report.schema.json").read_text(encoding="utf-8"))


def validate(found: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(json.loads(json.dumps(found)))


def test_the_schema_is_one_and_knows_all_states_and_parts() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    host = SCHEMA["properties"]["hosts"]["items"]["properties"]
    assert host["state"]["enum"] == list(WORST_FIRST) == SCHEMA["properties"]["totals"]["required"]
    assert host["differing"]["items"]["enum"] == list(differences.PARTS)


def test_reports_are_what_the_schema_says() -> None:
    gone = {
        "planned": planned(state="absent", key="", region=""),
        "use": {},
        "observed": observed(package={"installed": False, "build": ""}),
    }
    onprem = observed(
        common_config={"profile": "mine", "file": "", "keys_expire_at": None}, identity={"role": "", "no_keys": "", "keys_expire_at": None}
    )
    failed = {"observed": {"failed": True, "msg": "no python"}, "use": {}}
    unread = run({"a": NOT_KNOWN, "b": LOST}, configurations=[UNREAD])
    given = run({"a": {"association": association()}, "b": {**LOST, "unread": "no"}, "c": {"association": association(2, "Failed")}})
    for found in (
        fleet(20),
        unread,
        given,
        run({"a": gone, "b": {"observed": onprem}, "c": failed, "d": {"observed": None, "use": {}}}),
        run({}),
    ):
        validate(found)


def test_a_report_that_is_not_what_the_schema_says_is_found() -> None:
    for wrong in ({"state": "well"}, {"build": 3}, {"differing": ["colour"]}, {"more": ""}):
        found = fleet(1)
        found["hosts"][0] |= wrong
        with pytest.raises(jsonschema.ValidationError):
            validate(found)


def test_hosts_that_differ_come_first_and_numbers_in_names_count() -> None:
    found = run(
        {"web-10": {}, "web-2": {}, "db-1": BEHIND, "a-1": LOST, "web-9": {"observed": {"failed": True, "msg": "no python"}, "use": {}}}
    )
    assert [(entry["host"], entry["state"]) for entry in found["hosts"]] == [
        ("web-9", "failed"),
        ("a-1", "unreachable"),
        ("db-1", "differs"),
        ("web-2", "converged"),
        ("web-10", "converged"),
    ]
    assert found["totals"] == {"failed": 1, "unreachable": 1, "not_observed": 0, "differs": 1, "converged": 2}
    assert run({"1": {}, "a": {}, "": {}, "1a": {}})["totals"]["converged"] == 4


def test_a_host_that_is_well() -> None:
    (entry,) = run({"web-1": {}})["hosts"]
    assert entry == {
        "host": "web-1",
        "state": "converged",
        "reason": "",
        "differing": [],
        "differences": [],
        "desired": "present",
        "desired_build": "",
        "mode": "ec2",
        "transport": "ssh",
        "region": "us-east-1",
        "profile": "",
        "configuration": {
            "key": "us-east-1/AmazonCloudWatch-web",
            "live": 3,
            "planned": 3,
            "on_hold": False,
            "state": "runs",
            "runs_key": "us-east-1/AmazonCloudWatch-web",
            "runs": 3,
            "is_live": True,
        },
        "build": "1.300064.1b1344",
        "service": {"active_state": "active", "enabled": True, "restarts": 0, "started_at": "2025-12-31T23:00:00Z"},
        "credentials": {"role": "web-role", "profile": "", "expires_at": "2026-01-01T02:00:00Z"},
        "unmanaged": [],
        "permissions": "allowed",
        "association": None,
        "telemetry": {"state": "verified", "newest_at": "2025-12-31T23:59:30Z", "reason": ""},
    }


def test_a_host_that_did_not_answer_has_its_reason_and_no_facts() -> None:
    (entry,) = run({"web-1": LOST})["hosts"]
    assert (entry["state"], entry["reason"]) == ("unreachable", "ssh: connect to host: Connection timed out")
    assert (entry["build"], entry["service"]["active_state"], entry["configuration"]["state"]) == (None, None, "unreachable")


def test_a_parameter_store_that_cannot_be_read_is_said_of_each_host() -> None:
    """All else that is known of them is there."""
    found = run({"web-1": NOT_KNOWN, "web-2": LOST}, configurations=[UNREAD])
    lost, entry = found["hosts"]
    assert (entry["state"], entry["differing"], entry["build"]) == ("differs", ["configuration"], "1.300064.1b1344")
    assert entry["differences"] == [f"configuration: Parameter Store could not be read: {DENIED}"]
    assert (entry["configuration"]["state"], entry["telemetry"]["state"]) == ("unknown", "unverified")
    assert "nobody knows whether the host runs it" in entry["telemetry"]["reason"]
    assert (lost["state"], found["configurations"][0]["refused"]) == ("unreachable", DENIED)


def test_a_permission_that_is_missing_is_a_difference() -> None:
    text = "permissions are missing (arn:aws:iam::123456789012:role/web): logs:PutLogEvents on *"
    found = run({"web-1": {"refusal": text}, "web-2": {**LOST, "refusal": text}})
    validate(found)
    lost, entry = found["hosts"]
    assert (entry["permissions"], entry["differing"], entry["differences"]) == ("missing", ["permissions"], [f"permissions: {text}"])
    assert (lost["permissions"], lost["differences"]) == ("missing", [])


def test_when_the_keys_of_a_profile_expire_is_shown() -> None:
    named = observed(common_config={"profile": "mine", "file": "", "keys_expire_at": NOW + 7200})
    (entry,) = run({"web-1": {"observed": named}})["hosts"]
    assert (entry["credentials"]["expires_at"], entry["state"]) == ("2026-01-01T02:00:00Z", "converged")


def test_credentials_of_a_profile_are_not_those_of_the_role() -> None:
    named = observed(common_config={"profile": "mine", "file": "", "keys_expire_at": None})
    (entry,) = run({"web-1": {"observed": named}})["hosts"]
    assert entry["credentials"] == {"role": "", "profile": "mine", "expires_at": None}


def test_telemetry_by_another_configuration_is_not_evaluated() -> None:
    missing = {"telemetry": evaluation("web-1", "missing", cause="denied"), "use": use(2)}
    (entry,) = run({"web-1": missing})["hosts"]
    assert (entry["telemetry"]["state"], entry["telemetry"]["newest_at"]) == ("unverified", "2025-12-31T23:59:30Z")
    assert "does not run the inventory's configuration" in entry["telemetry"]["reason"]
    found = run({"web-1": {"telemetry": evaluation("web-1", "missing", cause="denied", unverified=["b"])}})["hosts"][0]["telemetry"]
    assert (found["state"], found["reason"]) == ("missing", "denied; b")


def test_the_reason_names_what_keeps_single_items_from_being_verified() -> None:
    shared = {"state": "unverified", "cause": "other hosts send to it", "newest": NOW - 30}
    said = evaluation("web-1", streams=[shared, shared], metrics=[{**shared, "state": "arrived", "cause": "no matter"}], unverified=["b"])
    found = run({"web-1": {"telemetry": said}})
    validate(found)
    assert found["hosts"][0]["telemetry"] == {
        "state": "verified",
        "newest_at": "2025-12-31T23:59:30Z",
        "reason": "b; other hosts send to it",
    }


def test_configurations_have_their_versions() -> None:
    (item,) = run({"web-1": {}, "web-2": {}}, configurations=[configuration(2, 4, on_hold=True)])["configurations"]
    assert (item["live"], item["planned"], item["on_hold"], item["hosts"]) == (2, 4, True, 2)


def test_one_message_for_all_hosts() -> None:
    assert message(run({"web-1": {}})) == ""
    text = message(run({"web-1": {}, "web-2": LOST, "web-3": STOPPED}))
    assert text.startswith("2 of 3 hosts differ: web-2 (unreachable), web-3 (service, unmanaged). Hint: cloudwatch.agent.site --check")
    assert message(run({"web-3": BEHIND})).startswith("1 of 1 host differs: web-3 (configuration).")
    assert len(message(fleet(1000))) < 700


def test_texts_are_shown_and_not_obeyed() -> None:
    """Neither a terminal nor a page does what a host's name or a message says; values out of Ansible Vault are not shown."""
    name, said = "web\x1b[2J\u202e1", {"unreachable": True, "msg": "no\x07 swordfish \ud83d\ude00 here"}
    found = run({name: {"observed": said, "use": {}}}, plan={"configuration": {"agent": {"x": "swordfish"}}, "vaulted": ["/agent/x"]})
    assert found["hosts"][0]["host"] == "web\ufffd[2J\ufffd1"
    assert "swordfish" not in json.dumps(found)
    assert "(hidden)" in found["hosts"][0]["reason"]


def test_a_value_out_of_ansible_vault_hides_no_data() -> None:
    """A secret 3 is no reason not to say which version is live, nor one that is a host's name not to name the host."""
    hidden = {"configuration": {"agent": {"x": "3", "y": "web-server-1"}}, "vaulted": ["/agent/x", "/agent/y"]}
    found = run({"web-server-1": {"telemetry": evaluation("web-server-1", "missing", cause="web-server-1 is denied")}}, plan=hidden)
    validate(found)
    (entry,) = found["hosts"]
    assert (entry["host"], entry["configuration"]["live"]) == ("web-server-1", 3)
    assert entry["differences"] == ["telemetry: (hidden) is denied"]


def test_moments_are_those_of_the_run() -> None:
    assert run({})["generated_at"] == "2026-01-01T00:00:00Z"
    assert NOW == 1767225600


def test_what_an_association_gives_to_a_host_that_does_not_answer_stands_in_the_report() -> None:
    lost, behind, unread = run(
        {"web-1": {**LOST, "association": association()}, "web-2": {"association": association(2)}, "web-3": {"unread": "may not read"}}
    )["hosts"]
    given = {"name": "cloudwatch-agent-AmazonCloudWatch-web", "status": "Success", "reason": ""}
    assert (lost["association"], lost["differing"]) == ({**given, "gives": ["AmazonCloudWatch-web:3"], "is_live": True}, [])
    assert behind["association"] == {**given, "gives": ["AmazonCloudWatch-web:2"], "is_live": False}
    assert (behind["state"], behind["differing"]) == ("differs", ["association"])
    # What may not be read is no difference.
    nothing = {"name": "", "status": None, "gives": [], "is_live": False, "reason": "may not read"}
    assert (unread["association"], unread["state"]) == (nothing, "converged")
