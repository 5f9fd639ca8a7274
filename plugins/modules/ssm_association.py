#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_association
short_description: Manage associations of AWS Systems Manager State Manager
version_added: "0.1.0"
description:
  - Creates, changes and deletes associations by their names. State Manager applies them to existing nodes and to those that come later.
  - Keeps what the task does not name. AWS's own call for an update clears every field that is not sent.
  - Checks parameters against the document, as M(cloudwatch.agent.ssm_command) does.
  - Runs an association now, waits for the end of a run, and gives a verdict on every node.
  - An update is refused where somebody else has changed the association in the meantime.
options:
  name:
    description: Name of the association. Where several have it, O(document) chooses among them.
    type: str
    required: true
  state:
    description: Whether the association exists.
    type: str
    choices: [present, absent]
    default: present
  document:
    description: Name or ARN of a document of type Command or Policy. Required when the association does not exist yet.
    type: str
  document_version:
    description: A version of it, C($DEFAULT) or C($LATEST). Empty for C($DEFAULT).
    type: str
  parameters:
    description:
      - Values of the document's parameters. Other parameters of the association stay; C(null) removes one.
      - With another O(document) than before, only these are sent.
    type: dict
  targets:
    description: The nodes, by at most five keys. Required when the association does not exist yet.
    type: list
    elements: dict
    suboptions:
      key:
        description: C(tag:NAME), C(InstanceIds) (with the value C(*) for all nodes), or C(resource-groups:Name).
        type: str
        required: true
      values:
        description: The values.
        type: list
        elements: str
        required: true
  schedule:
    description: When it runs, C(rate(30 minutes)) to C(rate(31 days)), C(cron(…)) or C(at(…)). Empty for no schedule.
    type: str
  schedule_offset:
    description: The number of days to wait after the day of a C(cron) schedule.
    type: int
  apply_only_at_cron_interval:
    description: Whether it waits for its C(cron) schedule instead of running at once when it is created or changed.
    type: bool
  max_concurrency:
    description: The nodes that run it at a time, as a number or a percentage.
    type: str
  max_errors:
    description: The number or percentage of errors after which a run stops.
    type: str
  compliance_severity:
    description: How severe it is that a node is not compliant.
    type: str
    choices: [CRITICAL, HIGH, MEDIUM, LOW, UNSPECIFIED]
  sync_compliance:
    description: Whether compliance follows from its runs (V(AUTO)) or from C(PutComplianceItems) (V(MANUAL)).
    type: str
    choices: [AUTO, MANUAL]
  calendar_names:
    description: Change calendars that have to be open. Empty for none.
    type: list
    elements: str
  output_s3_bucket:
    description: A bucket for the output. Empty for none.
    type: str
  output_s3_key_prefix:
    description: The beginning of the keys in it.
    type: str
  output_s3_region:
    description: The region of the bucket.
    type: str
  tags:
    description: Tags of a new association. Those of an existing one stay as they are.
    type: dict
    default: {}
  run:
    description: Whether to run it now. An association that the task creates or changes runs anyway.
    type: bool
    default: false
  wait:
    description: Whether to wait for the run that the task has started.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait.
    type: int
    default: 900
  accept:
    description: Verdicts on nodes with which a task that waits does not fail.
    type: list
    elements: str
    choices: [ok, failed, timed_out, undelivered, wrong_platform, denied, skipped, cancelled, terminated, running, unknown]
    default: [ok]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.controller
  - cloudwatch.agent.attributes.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
notes:
  - Needs C(ssm:ListAssociations), C(ssm:DescribeAssociation), C(ssm:CreateAssociation), C(ssm:UpdateAssociation), C(ssm:DeleteAssociation),
    C(ssm:GetDocument), C(ssm:DescribeDocument); to run and wait C(ssm:StartAssociationsOnce), C(ssm:DescribeAssociationExecutions),
    C(ssm:DescribeAssociationExecutionTargets), C(ssm:ListCommands), C(ssm:ListCommandInvocations) and C(ssm:GetCommandInvocation).
  - Whoever may write associations for a group of nodes is root on all of them.
  - A new value of a parameter of Parameter Store that the association refers to, and a new default version of its document, start runs as
    well. Name exact versions to avoid that.
  - Fields that the controller's botocore does not know are cleared by an update. Keep it up to date.
  - A run that changes nothing costs two calls, and two more for the document where O(parameters) are named.
seealso:
  - module: cloudwatch.agent.ssm_command
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Install the agent on all web servers, those that are launched later included
  cloudwatch.agent.ssm_association:
    name: cloudwatch-agent-install
    document: AWS-ConfigureAWSPackage
    parameters:
      action: Install
      name: AmazonCloudWatchAgent
    targets:
      - key: tag:Role
        values: [web]
    schedule: rate(1 day)
    compliance_severity: HIGH
    region: us-east-1

- name: Change only how many nodes run it at a time
  cloudwatch.agent.ssm_association:
    name: cloudwatch-agent-install
    max_concurrency: 5%

- name: Run it now, and wait for the result of each node
  cloudwatch.agent.ssm_association:
    name: cloudwatch-agent-install
    run: true
    wait: true
"""

RETURN = r"""
association_id:
  description: Its id; empty before it exists.
  returned: success
  type: str
association_version:
  description: Its version.
  returned: success
  type: str
association:
  description: The fields that can be set, as the API names them; in check mode as they would be.
  returned: success and O(state=present)
  type: dict
differences:
  description: The fields that were changed.
  returned: success and O(state=present)
  type: list
  elements: str
execution:
  description: The run that was waited for, with C(execution_id) and C(state); empty where there was none.
  returned: success and O(state=present)
  type: dict
counts:
  description: The number of nodes of that run for each verdict.
  returned: success and O(state=present)
  type: dict
nodes:
  description: The nodes of that run, as M(cloudwatch.agent.ssm_command) returns them.
  returned: success and O(state=present)
  type: list
  elements: dict
"""

from typing import Any, NoReturn

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import associations as aws
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.commands import read_document
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.module import AwsModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import associations, limits
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.documents import ASSOCIATED, checked
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.requests import targets_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.results import shown
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.verdicts import OK, VERDICTS, counts, message

TARGET: dict[str, dict[str, Any]] = {
    "key": {"type": "str", "required": True, "no_log": False},
    "values": {"type": "list", "elements": "str", "required": True},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "document": {"type": "str"},
    "document_version": {"type": "str"},
    "parameters": {"type": "dict"},
    "targets": {"type": "list", "elements": "dict", "options": TARGET},
    "schedule": {"type": "str"},
    "schedule_offset": {"type": "int"},
    "apply_only_at_cron_interval": {"type": "bool"},
    "max_concurrency": {"type": "str"},
    "max_errors": {"type": "str"},
    "compliance_severity": {"type": "str", "choices": ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNSPECIFIED"]},
    "sync_compliance": {"type": "str", "choices": ["AUTO", "MANUAL"]},
    "calendar_names": {"type": "list", "elements": "str"},
    "output_s3_bucket": {"type": "str"},
    "output_s3_key_prefix": {"type": "str", "no_log": False},
    "output_s3_region": {"type": "str"},
    "tags": {"type": "dict", "default": {}},
    "run": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 900},
    "accept": {"type": "list", "elements": "str", "choices": list(VERDICTS), "default": [OK]},
}


def wanted_of(store: aws.Store, params: dict[str, Any], current: dict[str, Any]) -> dict[str, Any]:
    """The fields that the task names, checked against the document."""
    limits.check(params["max_concurrency"] or None, params["max_errors"] or None)
    wanted = associations.named(params, targets_of(params["targets"]))
    lacking = [name for name in ("document", "targets") if not current and not params[name]]
    if lacking:
        raise CommandError(f"{' and '.join(lacking)}: the association {params['name']} does not exist, and is not made without.")
    if params["parameters"] is not None or params["document"] not in (None, current.get("Name")):
        version = wanted.get("DocumentVersion", current.get("DocumentVersion")) or ""
        document = read_document(store.reader, params["document"] or current["Name"], version, ASSOCIATED)
        wanted["Parameters"] = checked(document, associations.parameters(params["parameters"], current, params["document"]))
    return wanted


def present(module: AwsModule, store: aws.Store, current: dict[str, Any]) -> dict[str, Any]:
    """What the module returns for an association that shall exist."""
    params, members = module.params, store.members
    wanted = wanted_of(store, params, current)
    known = [item["ExecutionId"] for item in aws.executions(store, current["AssociationId"])] if current and params["wait"] else []
    changed, before, after = aws.ensure_present(store, current, wanted, params["tags"], module.check_mode)
    shown_before, shown_after = associations.shown(before, members), associations.shown(after, members)
    started = changed and associations.runs_by_itself(after)
    waits = params["wait"] and (started or params["run"]) and not module.check_mode
    run = aws.Awaited("", "", [])
    try:
        if params["run"] and not started and not module.check_mode:
            aws.start(store, after["AssociationId"])
        if waits:
            run = aws.wait(store, after["AssociationId"], known, params["wait_timeout"])
    except AwsError as error:  # the association itself was written before
        raise AwsError(str(error), error.code, error.unsure, {"changed": changed, "association_id": after["AssociationId"]}) from error
    text = message(params["name"], run.nodes, params["accept"])
    if waits and run.state not in aws.ENDED:
        text = (
            f"{params['name']}: the run has not ended within {params['wait_timeout']} seconds ({run.state or 'none is visible'}).\n{text}"
        )
    elif waits and not run.nodes and run.state not in ("Success", "Skipped"):
        text = f"{params['name']}: AWS calls the run {run.state}, and shows none of its nodes."
    return {
        "changed": changed or params["run"],
        "association_id": after.get("AssociationId", ""),
        "association_version": after.get("AssociationVersion", ""),
        "association": shown_after,
        "differences": associations.differences(shown_before, shown_after),
        "execution": {"execution_id": run.execution_id, "state": run.state} if run.execution_id else {},
        "counts": counts(run.nodes),
        "nodes": [shown(node) for node in run.nodes],
        "msg": text,
        "failed": bool(text),
        **({"diff": {"before": shown_before, "after": shown_after}} if module._diff and changed else {}),
    }


def main() -> NoReturn:
    module = AwsModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    store = aws.Store(module.retrying_client("ssm"), lambda: module.single_client("ssm"))
    try:
        current = aws.find(store, module.params["name"], module.params["document"])
        if module.params["state"] == "present":
            answer = present(module, store, current)
        else:
            changed = aws.ensure_absent(store, current, module.check_mode)
            answer = {"changed": changed, "association_id": current.get("AssociationId", "")}
            answer["diff"] = {"before": associations.shown(current, store.members), "after": {}}
    except (AwsError, CommandError) as error:
        module.fail_json(msg=str(error), **getattr(error, "details", {}))
    if answer.pop("failed", False):
        module.fail_json(**answer)
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
