#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_release_info
short_description: List the releases of the CloudWatch agent's configurations, who runs them, and what they change
version_added: "0.1.0"
description:
  - Lists the versions of each configuration of a plan that Parameter Store keeps (100 at most), with their labels, when and by whom they
    were published, their digests, the hosts that run them, and what they change of the live one.
  - Works for all accounts and regions of the plan in one task on the controller, and writes nothing to AWS.
  - A configuration over 8 KB is listed as one. Which versions of its parts belong together is said by their labels alone, so that of a
    version without labels only the first part is known.
  - No differences are shown of a SecureString, of a version that was published with values out of Ansible Vault, and of a configuration
    that now has such values; only their digests are.
options:
  names:
    description: Names of the configurations to list. When empty, those of all hosts of the plan.
    type: list
    elements: str
    default: []
  observed:
    description:
      - By host, the result of M(cloudwatch.agent.cw_agent_info). Empty leaves the hosts out.
      - Without it, what the hosts of the plan have registered as C(cw_agent_observed).
    type: dict
  versions:
    description: How many of the newest versions of each configuration are listed. Those with a label or a host always are.
    type: int
    default: 10
  fail_on_refusal:
    description:
      - Whether the task fails where Parameter Store cannot be read.
      - Else the configurations of that account and region say why (RV(configurations[].refused)), and their hosts are C(unknown).
    type: bool
    default: true
  table:
    description: Whether to show the table on the terminal.
    type: bool
    default: false
  result_file:
    description: Where to write RV(configurations) and RV(hosts) as JSON, on the controller.
    type: path
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.attributes.aws
  - cloudwatch.agent.attributes.info
  - cloudwatch.agent.plan
notes:
  - O(region) and O(profile) come from the plan, host by host; the options of the same names count where the plan names none.
  - Needs C(ssm:GetParameters) and C(ssm:GetParameterHistory), and C(kms:Decrypt) where a parameter is a SecureString.
  - One call for ten names finds the parameters; their history takes one or two calls each, 20 a second at most.
seealso:
  - module: cloudwatch.agent.cw_agent_release
  - module: cloudwatch.agent.ssm_parameter_info
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: List the releases of one configuration, without its hosts
  cloudwatch.agent.cw_agent_release_info:
    plan: "{{ cw_agent_plan }}"
    names: [AmazonCloudWatch-web]
    observed: {}
    table: true
  run_once: true
  register: cw_agent_releases
"""

RETURN = r"""
configurations:
  description: The configurations.
  returned: success
  type: list
  elements: dict
  contains:
    key:
      description: Its key in the plan.
      type: str
    name:
      description: Its name in Parameter Store.
      type: str
    profile:
      description: The controller's AWS profile; empty for its own credentials.
      type: str
    region:
      description: Region.
      type: str
    hosts:
      description: The hosts of the plan that are to have it.
      type: list
      elements: str
    live:
      description: The version that is live; V(0) for none.
      type: int
    planned:
      description: The version that holds what the plan has; V(0) where none does, because it was not published.
      type: int
    on_hold:
      description: Whether it was rolled back and the plan asks for another version than the live one, at which its hosts stay.
      type: bool
    refused:
      description: Why Parameter Store could not be read, with O(fail_on_refusal=false); empty where it could.
      type: str
    left_out:
      description: How many versions are not listed because of O(versions).
      type: int
    versions:
      description: The versions, newest first.
      type: list
      elements: dict
      contains:
        version:
          description: The version of the parameter with the configuration's own name.
          type: int
        labels:
          description: Its labels.
          type: list
          elements: str
        parts:
          description: Its parameters, each with C(name), C(version) and C(digest).
          type: list
          elements: dict
        complete:
          description: Whether RV(configurations[].versions[].parts) are all of its parts.
          type: bool
        published_at:
          description: When its newest part was written, in ISO 8601, UTC.
          type: str
          sample: "2026-11-26T20:02:45Z"
        published_by:
          description: The ARN of whoever wrote that, as Parameter Store has recorded it.
          type: str
          sample: arn:aws:sts::123456789012:assumed-role/deploy/ci
        digest:
          description: sha256 of the configuration, which RV(cloudwatch.agent.cw_agent_plan#module:configurations) have as well.
          type: str
        hosts:
          description: The hosts that run it.
          type: list
          elements: str
        differences:
          description: What it changes of the live version, lines of a unified diff of the indented JSON, 40 at most.
          type: list
          elements: str
        differences_left_out:
          description: How many further lines there are.
          type: int
        differences_hidden:
          description: Why there are no differences to show; empty otherwise.
          type: str
hosts:
  description: What each host runs, by its name.
  returned: success
  type: dict
  contains:
    state:
      description:
        - C(runs) - one of the versions, which RV(hosts.key) and RV(hosts.version) name.
        - C(other) - other files, which RV(hosts.reason) names.
        - C(none) - the agent has no configuration there.
        - C(unknown) - the versions of its account and region could not be read.
        - C(unreachable), C(failed), C(not_observed) - nothing is known; RV(hosts.reason) says why.
      type: str
    reason:
      description: What was found instead, or why nothing is known.
      type: str
    key:
      description: The key of the configuration that it runs.
      type: str
    version:
      description: The version that it runs; V(0) for none.
      type: int
table:
  description: The same as lines for people. Of versions with neither label nor host no differences are shown.
  returned: success
  type: list
  elements: str
"""
