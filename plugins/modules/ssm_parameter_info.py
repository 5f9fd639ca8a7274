#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_parameter_info
short_description: Read parameters of AWS Systems Manager Parameter Store
version_added: "0.1.0"
description:
  - Reads parameters by name, path, label or version, with their labels, settings and history where asked for.
  - A name that does not exist is left out. A read that is denied or throttled is an error, never taken for "absent".
  - Values of the type V(SecureString) are neither decrypted nor returned.
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.controller
  - cloudwatch.agent.attributes.aws
  - cloudwatch.agent.attributes.info
options:
  names:
    description: Names of parameters. Exactly one of O(names), O(prefixes) and O(path) is required.
    type: list
    elements: str
    aliases: [name]
  path:
    description: Read the parameters below this path. Exactly one of O(names), O(prefixes) and O(path) is required.
    type: str
  prefixes:
    description:
      - Read the parameters whose names begin with one of these. Exactly one of O(names), O(prefixes) and O(path) is required.
      - AWS lists a new parameter some seconds late.
    type: list
    elements: str
  recursive:
    description: Whether O(path) includes deeper levels.
    type: bool
    default: true
  label:
    description: Read the version that carries this label instead of the current one.
    type: str
  version:
    description: Read this version instead of the current one.
    type: int
  labels:
    description:
      - Tell which versions carry these labels; a GetParameters call for ten names and a label each.
    type: list
    elements: str
    default: []
  settings:
    description: Whether to return tier, key, description, pattern and policies, at the cost of DescribeParameters calls.
    type: bool
    default: false
  history:
    description: Whether to return all versions, at the cost of at least one GetParameterHistory call a name.
    type: bool
    default: false
seealso:
  - module: cloudwatch.agent.ssm_parameter
  - ref: amazon.aws.ssm_parameter lookup <ansible_collections.amazon.aws.ssm_parameter_lookup>
    description: Reads values of the type SecureString.
"""

EXAMPLES = r"""
- name: The released configuration and where the labels are
  cloudwatch.agent.ssm_parameter_info:
    names: [AmazonCloudWatch-web]
    label: live
    labels: [candidate, live, previous, hold]
  register: released

- name: Everything below a path, with its history
  cloudwatch.agent.ssm_parameter_info:
    path: /shop/
    history: true
"""

RETURN = r"""
parameters:
  description: The parameters that exist, in the order of O(names), else sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the parameter.
      type: str
      returned: success
      sample: AmazonCloudWatch-web
    arn:
      description: Its ARN.
      type: str
      returned: success
    version:
      description: The version read.
      type: int
      returned: success
      sample: 7
    type:
      description: Its type.
      type: str
      returned: success
      sample: String
    data_type:
      description: Its data type.
      type: str
      returned: success
      sample: text
    value:
      description: Its value; null for a V(SecureString).
      type: str
      returned: success
    last_modified:
      description: When this version was written, in ISO 8601.
      type: str
      returned: success
    labels:
      description: Label to version for O(labels); V(0) for a label that no version carries.
      type: dict
      returned: success
      sample: {candidate: 7, live: 6}
    settings:
      description: Tier (C(tier)), key (C(key_id)), C(description), C(allowed_pattern) and C(policies).
      type: dict
      returned: success and O(settings=true)
    history:
      description: All versions, oldest first, with the fields above, C(tier), C(description), and C(labels) as a list.
      type: list
      elements: dict
      returned: success and O(history=true)
"""

from typing import Any, NoReturn

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.module import AwsModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_reading import (
    by_path,
    by_selector,
    histories,
    labels_of,
    names_beginning,
    settings_of,
)

ARGUMENTS: dict[str, dict[str, Any]] = {
    "names": {"type": "list", "elements": "str", "aliases": ["name"]},
    "path": {"type": "str"},
    "prefixes": {"type": "list", "elements": "str"},
    "recursive": {"type": "bool", "default": True},
    "label": {"type": "str"},
    "version": {"type": "int"},
    "labels": {"type": "list", "elements": "str", "default": []},
    "settings": {"type": "bool", "default": False},
    "history": {"type": "bool", "default": False},
}


def parameters(reader: Any, params: dict[str, Any]) -> list[dict[str, Any]]:
    """What the module returns for its *params*.

    Raises:
        AwsError: a read failed.
    """
    if params["path"] is not None:
        found = by_path(reader, params["path"], params["recursive"])
    else:
        names = params["names"] if params["prefixes"] is None else names_beginning(reader, params["prefixes"])
        found = by_selector(reader, names, params["label"] or str(params["version"] or ""))
    names = [entry["name"] for entry in found]
    labels = labels_of(reader, names, params["labels"]) if params["labels"] else {}
    settings = settings_of(reader, names) if params["settings"] else {}
    history = histories(reader, names) if params["history"] else {}
    for entry in found:
        entry["labels"] = labels.get(entry["name"], {})
        entry.update({"settings": settings.get(entry["name"], {})} if params["settings"] else {})
        entry.update({"history": history.get(entry["name"], [])} if params["history"] else {})
    return found


def main() -> NoReturn:
    module = AwsModule(
        argument_spec=ARGUMENTS,
        mutually_exclusive=[("names", "path", "prefixes"), ("label", "version"), ("path", "label"), ("path", "version")],
        required_one_of=[("names", "path", "prefixes")],
        supports_check_mode=True,
    )
    try:
        found = parameters(module.retrying_client("ssm"), module.params)
    except AwsError as error:
        module.fail_json(msg=str(error), **error.details)
    module.exit_json(changed=False, parameters=found)


if __name__ == "__main__":
    main()
