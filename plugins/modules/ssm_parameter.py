#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_parameter
short_description: Manage parameters of AWS Systems Manager Parameter Store
version_added: "0.1.0"
description:
  - Creates, changes and deletes parameters, one or many in a call, with their labels and tags.
  - Reads before it writes, ten names a call. A read that is denied or throttled is an error, never taken for "absent".
  - Only what is set is changed; type, tier, key, description, pattern, policies and data type of an existing parameter stay.
  - JSON objects and lists are compared as data, so that their formatting never makes a new version.
  - Parameter Store has no conditional overwrite. A write of somebody else between the read and the write of this module is detected by
    the version that AWS answers with. If its content was the same, a warning says so; if not, the module fails naming both versions and
    moves no label.
  - A write whose answer got lost is looked for in Parameter Store before it is repeated.
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
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
    details:
      - The version, the tier and the label moves are predicted.
  diff_mode:
    support: full
    details:
      - JSON values are shown indented. The value of a V(SecureString) is never shown.
options:
  state:
    description: Whether the parameters shall exist.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the parameter. Exactly one of O(name) and O(parameters) is required.
      - The managed policy of the CloudWatch agent reads names that start with C(AmazonCloudWatch-) only.
    type: str
  value: &value
    description:
      - The value. Text is written as it is; a list in a V(StringList) is joined by commas; other data become minified JSON.
      - Required when the parameter does not exist yet.
      - Kept out of syslog, and out of every output when the desired or the existing type is V(SecureString).
    type: raw
  string_type: &string_type
    description: Type of the parameter; V(String) when it is created without one. The type of an existing parameter cannot change.
    type: str
    choices: [String, StringList, SecureString]
    aliases: [type]
  tier: &tier
    description:
      - V(auto) takes Standard up to 4,096 bytes and Advanced above, and never asks to lower the tier.
      - When it is not set, Standard on creation, and the existing tier afterwards.
      - V(Standard) fails for a parameter that is Advanced, because Parameter Store does not lower tiers.
    type: str
    choices: [Standard, Advanced, Intelligent-Tiering, auto]
  key_id: &key_id
    description: KMS key of a V(SecureString). When it is not set, C(alias/aws/ssm) on creation, and the existing key afterwards.
    type: str
  description: &description
    description: What the parameter is for.
    type: str
  allowed_pattern: &allowed_pattern
    description: Regular expression that values have to match.
    type: str
  policies: &policies
    description:
      - Parameter policies (expiration and notifications) as the SSM API has them, of the tier Advanced only.
      - An empty list removes them.
    type: list
    elements: dict
  data_type: &data_type
    description: Data type of the value.
    type: str
    choices: ["text", "aws:ec2:image", "aws:ssm:integration"]
  tags: &tags
    description: Tags of the parameter. When not set, tags are neither read nor changed.
    type: dict
    aliases: [resource_tags]
  purge_tags: &purge_tags
    description: Whether tags that O(tags) does not name are removed, when it is set. Tags of AWS are left alone.
    type: bool
    default: true
  labels: &labels
    description:
      - Labels that the current version (the new one, if one is written) shall carry. A label is moved from where it is.
      - Other labels stay where they are.
    type: list
    elements: str
    default: []
  label_versions: &label_versions
    description: Labels that shall be on stated versions, as label and version number; V(0) removes the label.
    type: dict
    default: {}
  report_labels: &report_labels
    description: Labels whose versions are read and returned beside the others, and not moved.
    type: list
    elements: str
    default: []
  expected_version: &expected_version
    description: A new version is written only if the existing version is this one; V(0) means that the parameter must not exist yet.
    type: int
  overwrite_value: &overwrite_value
    description:
      - V(changed) writes a new version if something differs, V(never) leaves the value and settings of an existing parameter alone,
        V(always) writes a new version on every run.
    type: str
    choices: [never, changed, always]
    default: changed
  decryption:
    description: Accepted for playbooks written for M(community.aws.ssm_parameter), and ignored.
    type: bool
  parameters:
    description: The parameters, when there are many. Exactly one of O(name) and O(parameters) is required.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the parameter.
        type: str
        required: true
      value: *value
      string_type: *string_type
      tier: *tier
      key_id: *key_id
      description: *description
      allowed_pattern: *allowed_pattern
      policies: *policies
      data_type: *data_type
      tags: *tags
      purge_tags: *purge_tags
      labels: *labels
      label_versions: *label_versions
      report_labels: *report_labels
      expected_version: *expected_version
      overwrite_value: *overwrite_value
  write_rate:
    description: Writes, label moves included, a second at most; slower while AWS throttles. AWS allows about three by default.
    type: float
    default: 3
seealso:
  - module: cloudwatch.agent.ssm_parameter_info
  - module: community.aws.ssm_parameter
notes:
  - "Cost of a run that changes nothing: one GetParameters call for ten names and selectors (C(name:label)) asked for. DescribeParameters
    calls (50 names each) are added only where O(tier) is V(Standard) or V(Advanced), or where O(key_id), O(description),
    O(allowed_pattern) or O(policies) is set, and one ListTagsForResource call a name where O(tags) is set."
"""

EXAMPLES = r"""
- name: A configuration of the CloudWatch agent, as data
  cloudwatch.agent.ssm_parameter:
    name: AmazonCloudWatch-web
    tier: auto
    labels: [candidate]
    value:
      metrics:
        metrics_collected:
          mem:
            measurement: [mem_used_percent]

- name: Release it, if it is still the version that was tested
  cloudwatch.agent.ssm_parameter:
    name: AmazonCloudWatch-web
    label_versions:
      live: 7
      previous: 6

- name: Many parameters in one call, each written only if it differs
  cloudwatch.agent.ssm_parameter:
    parameters:
      - name: /shop/database/host
        value: db.internal
        tags: {team: shop}
      - name: /shop/database/password
        string_type: SecureString
        value: "{{ vaulted_password }}"

- name: Gone
  cloudwatch.agent.ssm_parameter:
    name: AmazonCloudWatch-web
    state: absent
"""

RETURN = r"""
name: &name
  description: Name of the parameter.
  type: str
  returned: success and O(name) is used
  sample: AmazonCloudWatch-web
arn: &arn
  description: Its ARN; null before it exists, and when only labels of stated versions were asked for.
  type: str
  returned: success and O(name) is used
  sample: arn:aws:ssm:us-east-1:123456789012:parameter/AmazonCloudWatch-web
version: &version
  description: Its version, in check mode the one that would be written. V(0) when it was not asked for or does not exist.
  type: int
  returned: success and O(name) is used
  sample: 7
type: &type
  description: Its type.
  type: str
  returned: success and O(name) is used
  sample: String
data_type: &data_type
  description: Its data type.
  type: str
  returned: success and O(name) is used
  sample: text
tier: &tier
  description: Its tier; null when nothing needed to know it.
  type: str
  returned: success and O(name) is used
  sample: Standard
labels: &labels
  description: The labels asked for, with the version that carries them; V(0) for none.
  type: dict
  returned: success and O(name) is used
  sample: {candidate: 7, live: 6}
labelled_values: &labelled_values
  description:
    - The values of versions that carry a label of O(report_labels), by label, where it is not the current version.
    - Null for a V(SecureString).
  type: dict
  returned: success and O(name) is used
  sample: {}
stored_value: &stored_value
  description: The value as Parameter Store holds it, when it is equal to the desired one but spelled in another way; else null.
  type: str
  returned: success and O(name) is used
  sample: null
changed_parts: &changed_parts
  description:
    - What was changed, V(created), V(value), V(tier), V(key_id), V(description), V(allowed_pattern), V(policies), V(data_type),
      V(tags), V(labels).
  type: list
  elements: str
  returned: success and O(name) is used
  sample: [value, labels]
parameters:
  description: The parameters in the order of the call, without the values written.
  returned: success and O(state=present)
  type: list
  elements: dict
  contains:
    name: *name
    arn: *arn
    version: *version
    type: *type
    data_type: *data_type
    tier: *tier
    labels: *labels
    labelled_values: *labelled_values
    stored_value: *stored_value
    changed:
      description: Whether something about it was changed.
      type: bool
      returned: success
    changed_parts: *changed_parts
deleted:
  description: Names of the parameters that existed.
  returned: success and O(state=absent)
  type: list
  elements: str
written:
  description: The versions that were written before the failure, as C(name:version).
  returned: failure after the first write was tried
  type: list
  elements: str
"""

from typing import Any, NoReturn

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.module import HIDDEN, AwsModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.rate_limiter import RateLimiter
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_changes import SECURE, Desired, diff_of, result_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_parameter import Store, ensure_absent, ensure_present, read
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_values import text_of

SETTINGS: dict[str, dict[str, Any]] = {
    "value": {"type": "raw"},
    "string_type": {"type": "str", "choices": ["String", "StringList", "SecureString"], "aliases": ["type"]},
    "tier": {"type": "str", "choices": ["Standard", "Advanced", "Intelligent-Tiering", "auto"]},
    "key_id": {"type": "str", "no_log": False},
    "description": {"type": "str"},
    "allowed_pattern": {"type": "str"},
    "policies": {"type": "list", "elements": "dict"},
    "data_type": {"type": "str", "choices": ["text", "aws:ec2:image", "aws:ssm:integration"]},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    "labels": {"type": "list", "elements": "str", "default": []},
    "label_versions": {"type": "dict", "default": {}},
    "report_labels": {"type": "list", "elements": "str", "default": []},
    "expected_version": {"type": "int"},
    "overwrite_value": {"type": "str", "choices": ["never", "changed", "always"], "default": "changed"},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    **SETTINGS,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str"},
    "decryption": {"type": "bool", "removed_in_version": "2.0.0", "removed_from_collection": "cloudwatch.agent"},
    "parameters": {"type": "list", "elements": "dict", "options": {"name": {"type": "str", "required": True}, **SETTINGS}},
    "write_rate": {"type": "float", "default": 3},
}


def desired_of(options: dict[str, Any]) -> Desired:
    """The entry of one parameter's *options*."""
    try:
        versions = {label: int(version) for label, version in options["label_versions"].items()}
    except (TypeError, ValueError):
        raise AwsError(f"{options['name']}: label_versions takes version numbers, given: {options['label_versions']}") from None
    tags = options["tags"]
    changed = {"label_versions": versions, "tags": None if tags is None else {key: str(value) for key, value in tags.items()}}
    return Desired(name=options["name"], **{**{key: options[key] for key in SETTINGS}, **changed})


def present(module: AwsModule, store: Store, desired: list[Desired]) -> dict[str, Any]:
    """What the module returns for *desired*."""
    current = read(store.reader, desired)
    secure = [entry for entry in desired if SECURE in (entry.string_type, current[entry.name].kind)]
    if not secure:
        module.reveal()
    try:
        changed, _before, after = ensure_present(store, desired, current, module.check_mode)
    except AwsError as error:
        raise without_values(error, secure) from None
    results = [result_of(change) for change in after]
    answer: dict[str, Any] = {**(results[0] if module.params["name"] else {}), "changed": changed, "parameters": results}
    if module._diff:
        answer["diff"] = [diff_of(change) for change in after if change.parts]
    return answer


def without_values(error: AwsError, secure: list[Desired]) -> AwsError:
    """*error* without the values of *secure*: AWS may repeat a value that it refuses."""
    message = str(error)
    for value in {text_of(entry.value, entry.string_type or "") for entry in secure if entry.value is not None} - {""}:
        message = message.replace(value, HIDDEN)
    return AwsError(message, error.code, error.unsure, error.details)


def absent(module: AwsModule, store: Store, names: list[str]) -> dict[str, Any]:
    """What the module returns for the deletion of *names*."""
    changed, existing, left = ensure_absent(store, names, module.check_mode)
    answer: dict[str, Any] = {"changed": changed, "deleted": existing}
    if module._diff:
        answer["diff"] = {"before": "".join(f"{name}\n" for name in existing), "after": "".join(f"{name}\n" for name in left)}
    return answer


def main() -> NoReturn:
    module = AwsModule(
        secret_options=("value",),
        argument_spec=ARGUMENTS,
        mutually_exclusive=[("name", "parameters")],
        required_one_of=[("name", "parameters")],
        supports_check_mode=True,
    )
    try:
        if module.params["write_rate"] <= 0:
            raise AwsError(f"write_rate is {module.params['write_rate']}: give a number above 0")
        desired = [desired_of(options) for options in module.params["parameters"] or [module.params]]
        store = Store(
            module.retrying_client("ssm"), lambda: module.single_client("ssm"), RateLimiter(module.params["write_rate"]), module.warn
        )
        if module.params["state"] == "absent":
            answer = absent(module, store, [entry.name for entry in desired])
        else:
            answer = present(module, store, desired)
    except AwsError as error:
        hidden = {} if module.revealed else {"exception": "not shown: a value may be secret"}
        module.fail_json(msg=str(error), **error.details, **hidden)
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
