# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Associations and activations over the wire: quartets, updates that lose nothing, runs that are waited for, codes in files alone."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.modules import ssm_activation, ssm_association

if TYPE_CHECKING:
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab

REGION = "us-east-1"
GUIDE = (Path(__file__).resolve().parents[2] / "docs/docsite/rst/guide_run_command.rst").read_text(encoding="utf-8")
DOCUMENTED = {*re.findall(r'"([a-z0-9-]+:\w+)"', GUIDE)}
WRITES = {"CreateAssociation", "UpdateAssociation", "DeleteAssociation", "CreateActivation", "DeleteActivation"}
EVERYTHING = {
    "document_version": "1",
    "parameters": {"action": "configure", "mode": "ec2", "optionalRestart": "no"},
    "schedule": "cron(0 2 ? * SUN *)",
    "schedule_offset": 2,
    "apply_only_at_cron_interval": True,
    "max_concurrency": "10%",
    "max_errors": "5%",
    "compliance_severity": "HIGH",
    "sync_compliance": "MANUAL",
    "output_s3_bucket": "outputs",
    "output_s3_key_prefix": "agent",
}


class Associated:
    """An association of a name of its own, on nodes of a tag of its own."""

    def __init__(self, lab: Lab, module: Any) -> None:
        self.lab, self.module = lab, module
        self.name = f"agent-{uuid.uuid4().hex[:8]}"
        self.targets = [{"key": "tag:Fleet", "values": [self.name]}]

    def node(self, **fields: Any) -> str:
        return str(self.lab.control("nodes", count=1, tags={"Fleet": self.name}, region=REGION, **fields)["nodes"][0])

    def run(self, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """The module, with ``writes``, the writing operations that AWS has seen."""
        since = self.lab.mark()
        found = self.module(ssm_association, {"region": REGION, "name": self.name, **arguments}, check_mode=check, diff=True)
        asked = [f"{call['service']}:{call['operation']}" for call in self.lab.calls(since)]
        assert set(asked) <= DOCUMENTED, set(asked) - DOCUMENTED
        return {**found, "writes": [one[4:] for one in asked if one[4:] in WRITES]}

    def quartet(self, **arguments: Any) -> dict[str, Any]:
        """CHECK, run, CHECK, run."""
        check, made = self.run(check=True, **arguments), self.run(**arguments)
        again, last = self.run(check=True, **arguments), self.run(**arguments)
        assert not made.get("failed"), made["msg"]
        assert (check["changed"], check["writes"], len(made["writes"])) == (True, [], 1)
        assert (check["diff"], check.get("differences")) == (made["diff"], made.get("differences"))
        assert [(one["changed"], one["writes"]) for one in (again, last)] == [(False, [])] * 2
        return made


@pytest.fixture
def associated(lab: Lab, module: Any) -> Iterator[Associated]:
    made = Associated(lab, module)
    yield made
    made.run(state="absent")
    lab.control("nodes", method="DELETE")


def test_made_changed_field_by_field_and_gone(associated: Associated) -> None:
    """Every change is named alone, and everything that was there before is there afterwards."""
    basic = {"document": "AmazonCloudWatch-ManageAgent", "parameters": {"action": "status"}, "targets": associated.targets}
    assert associated.quartet(**basic)["diff"]["before"] == {}
    before = associated.quartet(**EVERYTHING)["association"]
    assert before["Targets"] == [{"Key": "tag:Fleet", "Values": [associated.name]}]
    changes: dict[str, Any] = {
        "document_version": "$DEFAULT",
        "parameters": {"mode": "onPremise"},
        "targets": [{"key": "tag:Fleet", "values": [associated.name, "more"]}],
        "schedule": "cron(0 3 ? * SUN *)",
        "schedule_offset": 3,
        "max_concurrency": "20%",
        "max_errors": "6%",
        "compliance_severity": "LOW",
        "sync_compliance": "AUTO",
        "output_s3_bucket": "others",
    }
    for option, value in changes.items():
        made = associated.quartet(**{option: value})
        assert len(made["differences"]) == 1
        (field,) = made["differences"]
        after = made["association"]
        kept = {key: item for key, item in before.items() if key != field}
        assert {key: item for key, item in after.items() if key != field} == kept, option
        before = after
    assert before["Parameters"] == {"action": ["configure"], "mode": ["onPremise"], "optionalRestart": ["no"]}
    assert associated.quartet(state="absent")["diff"]["after"] == {}


def test_run_now_with_a_verdict_on_every_node(associated: Associated) -> None:
    good, bad = associated.node(), associated.node(answers=[{"status": "Failed"}])
    basic = {"document": "AmazonCloudWatch-ManageAgent", "parameters": {"action": "status"}, "targets": associated.targets}
    made = associated.run(**basic, wait=True, wait_timeout=120)
    assert made["failed"] and made["changed"] and made["counts"] == {"ok": 1, "failed": 1}
    again = associated.run(run=True, wait=True, wait_timeout=120, accept=["ok", "failed"])
    assert not again.get("failed") and again["execution"]["execution_id"] != made["execution"]["execution_id"]
    assert {node["instance_id"]: node["verdict"] for node in again["nodes"]} == {good: "ok", bad: "failed"}
    assert associated.run(wait=True)["nodes"] == []


def test_lost_answers_and_throttles_make_one_association(associated: Associated, lab: Lab) -> None:
    basic = {"document": "AmazonCloudWatch-ManageAgent", "parameters": {"action": "status"}, "targets": associated.targets}
    lab.fault("throttle", service="ssm", operation="ListAssociations", count=1)
    lab.fault("lost", service="ssm", operation="CreateAssociation", count=1)
    assert associated.run(**basic)["writes"] == ["CreateAssociation"]
    lab.fault("lost", service="ssm", operation="UpdateAssociation", count=1)
    assert associated.run(max_errors="1")["writes"] == ["UpdateAssociation"]
    lab.fault("denied", service="ssm", operation="UpdateAssociation", count=1)
    assert "allow ssm:UpdateAssociation" in associated.run(max_errors="2")["msg"]
    lab.clear()
    filters = [{"key": "AssociationName", "value": associated.name}]
    assert len(lab.client().list_associations(AssociationFilterList=filters)["Associations"]) == 1
    assert not associated.run(max_errors="1")["changed"]


def test_an_activation_whose_code_is_in_its_file_alone(lab: Lab, module: Any, tmp_path: Path) -> None:
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role, path = f"plant-{uuid.uuid4().hex[:8]}", tmp_path / "plant.yml"
    lab.client(service="iam").create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    given = {
        "region": REGION,
        "path": str(path),
        "iam_role": role,
        "registration_limit": 2,
        "expires_in_hours": 720,
        "tags": {"Site": "plant"},
    }

    def run(check: bool = False, **more: Any) -> dict[str, Any]:
        since = lab.mark()
        found = module(ssm_activation, {**given, **more}, check_mode=check, diff=True)
        asked = {f"{call['service']}:{call['operation']}" for call in lab.calls(since)}
        assert asked <= {*DOCUMENTED, "sts:GetCallerIdentity"}, asked - DOCUMENTED  # which AWS allows to everybody
        return dict(found)

    check, made = run(check=True), run()
    assert check["changed"] and made["changed"] and [run(check=True)["changed"], run()["changed"]] == [False, False]
    file = yaml.safe_load(path.read_text())
    assert file["ssm_activation_id"] == made["activation_id"] and file["ssm_activation_region"] == REGION
    assert path.stat().st_mode & 0o777 == 0o600
    assert file["ssm_activation_code"] not in json.dumps(made) + Path(lab.environment["LAB_REQUEST_LOG"]).read_text()
    (shown,) = lab.client().describe_activations(Filters=[{"FilterKey": "ActivationIds", "FilterValues": [made["activation_id"]]}])[
        "ActivationList"
    ]
    assert (shown["IamRole"], shown["RegistrationLimit"], shown["Tags"]) == (role, 2, [{"Key": "Site", "Value": "plant"}])
    lab.client().delete_activation(ActivationId=made["activation_id"])
    assert run()["replaced"] == made["activation_id"]
    assert run(state="absent")["changed"] and not path.exists() and not run(state="absent")["changed"]
    assert "trust policy" in run(iam_role="nobody")["msg"] and not path.exists()
