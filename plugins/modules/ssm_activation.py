#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_activation
short_description: Manage activations of AWS Systems Manager for nodes outside EC2
version_added: "0.1.0"
description:
  - Makes an activation, with which servers outside EC2 register as managed nodes (C(mi-)), and writes its id and code into a YAML file of
    mode C(0600) on the controller.
  - AWS shows a code once. It is in the file and nowhere else, in no result and no output.
  - As long as the file exists and another node can register with its activation, nothing is made. An activation that has expired, is used
    up or no longer exists is replaced by a new one.
  - A file that C(ansible-vault encrypt) has encrypted stays as it is.
options:
  path:
    description:
      - The file on the controller, with the variables C(ssm_activation_id), C(ssm_activation_code), C(ssm_activation_region) and
        C(ssm_activation_account).
      - A file without an activation in it, or with one of another region or account, is refused.
    type: path
    required: true
  state:
    description: V(absent) deletes the activation and the file. Nodes that are registered stay so.
    type: str
    choices: [present, absent]
    default: present
  iam_role:
    description:
      - Name of the role that the nodes get. Its trust policy has to allow C(ssm.amazonaws.com) to assume it. It needs
        C(AmazonSSMManagedInstanceCore) and, for the CloudWatch agent, C(CloudWatchAgentServerPolicy).
      - Required with O(state=present).
    type: str
  registration_limit:
    description: Nodes that may register, from 1 to 1000.
    type: int
    default: 1
  expires_in_hours:
    description: Hours from now after which no node can register any more, from 1 to 720.
    type: int
    default: 24
  default_instance_name:
    description: The name that the nodes get.
    type: str
  description:
    description: What the activation is for.
    type: str
  tags:
    description: Tags of the activation, which its nodes get as well.
    type: dict
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
      - Says whether an activation would be made, without making one.
  diff_mode:
    support: none
notes:
  - Needs C(ssm:CreateActivation), C(ssm:DescribeActivations), C(ssm:DeleteActivation), and C(iam:PassRole) on the role.
    C(sts:GetCallerIdentity), which it calls too, is allowed to everybody.
  - The options take effect when an activation is made. An existing one stays as it is, since AWS cannot change it.
seealso:
  - module: cloudwatch.agent.ssm_node_info
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Make an activation for the servers of the plant
  cloudwatch.agent.ssm_activation:
    path: ~/keys/plant.yml
    iam_role: plant-nodes
    registration_limit: 20
    default_instance_name: plant
    tags:
      Site: plant
    region: eu-west-1

- name: Delete the activation and its file
  cloudwatch.agent.ssm_activation:
    path: ~/keys/plant.yml
    state: absent
    region: eu-west-1
"""

RETURN = r"""
activation_id:
  description: The id of the activation; empty in check mode before there is one, and where Ansible Vault has encrypted the file.
  returned: success
  type: str
path:
  description: The file that has id and code.
  returned: success
  type: str
replaced:
  description: The id of an activation that no node can register with any more, and that the file had before; empty for none.
  returned: success
  type: str
registrations:
  description: How many nodes have registered, of an activation that was there.
  returned: success
  type: int
"""

from pathlib import Path
from typing import Any, NoReturn

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import activations
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.iam_reading import account_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.module import AwsModule

ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "path", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "iam_role": {"type": "str"},
    "registration_limit": {"type": "int", "default": 1},
    "expires_in_hours": {"type": "int", "default": 24},
    "default_instance_name": {"type": "str"},
    "description": {"type": "str"},
    "tags": {"type": "dict"},
}
BOUNDS = {"registration_limit": (1, 1000), "expires_in_hours": (1, 720)}


def present(module: AwsModule, path: Path, file: activations.File, account: str) -> dict[str, Any]:
    """What the module returns for an activation that shall exist."""
    for name, (least, most) in BOUNDS.items():
        if not least <= module.params[name] <= most:
            raise AwsError(f"{name} is {module.params[name]}. Hint: give a number from {least} to {most}.")
    if not module.params["iam_role"]:
        raise AwsError("iam_role is empty. Hint: name the role that the nodes get.")
    now = activations.utc_now()
    current = activations.find(module.retrying_client("ssm"), file.activation_id) if file.activation_id else {}
    if file.vaulted or activations.usable(current, now):
        count = int(current.get("RegistrationsCount") or 0)
        return {"changed": False, "activation_id": file.activation_id, "replaced": "", "registrations": count}
    made = ""
    if not module.check_mode:
        asked = activations.request(module.params, now)
        made = activations.make(module.single_client("ssm"), asked, path, str(module.region or ""), account)
    return {"changed": True, "activation_id": made, "replaced": file.activation_id, "registrations": 0}


def absent(module: AwsModule, path: Path, file: activations.File, _account: str) -> dict[str, Any]:
    """What the module returns for an activation that shall be gone."""
    if file.vaulted:
        raise AwsError(
            f"path: {path} is encrypted by Ansible Vault, so that nobody can see which activation it has. Hint: decrypt it first."
        )
    if file.exists and not module.check_mode:
        activations.delete(module.retrying_client("ssm"), file.activation_id, path)
    return {"changed": file.exists, "activation_id": file.activation_id, "replaced": "", "registrations": 0}


def main() -> NoReturn:
    module = AwsModule(argument_spec=ARGUMENTS, supports_check_mode=True, required_if=[("state", "present", ("iam_role",))])
    path = Path(module.params["path"])
    try:
        file = activations.read_file(path, str(module.region or ""))
        account = account_of(module.retrying_client("sts"))
        activations.refuse_other_account(path, file, account)
        answer = (present if module.params["state"] == "present" else absent)(module, path, file, account)
    except AwsError as error:
        module.fail_json(msg=str(error))
    module.exit_json(path=str(path), **answer)


if __name__ == "__main__":
    main()
