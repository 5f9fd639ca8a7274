#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_access_key
short_description: Access keys of IAM users in files of the controller
version_added: "0.1.0"
description:
  - Makes an access key for each user that has no file yet, and writes it into a YAML file of mode C(0600), C(ACCOUNT-NAME.yml), with the
    variables C(cw_agent_credentials_access_key_id) and C(cw_agent_credentials_secret_access_key).
  - A secret key is in the file and nowhere else, in no result and no output.
  - A file that C(ansible-vault encrypt) has encrypted stays as it is.
options:
  users:
    description: The users.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name of the user.
        type: str
        required: true
      account:
        description: The account, for the name of the file.
        type: str
        default: ""
      region:
        description: A region of the account's partition; empty for the one of the task.
        type: str
        default: ""
      profile:
        description: The controller's profile for the account; empty for the one of the task.
        type: str
        default: ""
  directory:
    description: The directory of the files, on the controller.
    type: path
    required: true
  state:
    description: V(absent) removes the files. The keys go with their users.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.attributes.aws
attributes:
  check_mode:
    support: full
    details:
      - Says which files would be written, without making a key.
  diff_mode:
    support: full
    details:
      - Shows which files are there, and never what is in them.
seealso:
  - module: cloudwatch.agent.cw_agent_iam_info
  - module: amazon.aws.iam_access_key
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: The plant's hosts have an access key, which a vault may take over
  cloudwatch.agent.cw_agent_access_key:
    users:
      - name: AmazonCloudWatch-plant
        account: "123456789012"
    directory: ~/keys
  run_once: true
"""

RETURN = r"""
access_keys:
  description: The key of each user, with C(user), C(path), C(access_key_id) (empty where it is not known) and C(present).
  returned: success
  type: list
  elements: dict
"""
