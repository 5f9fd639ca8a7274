#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_log_policies
short_description: Resource policies and account policies of CloudWatch Logs
version_added: "0.1.0"
description:
  - Writes the policies of CloudWatch Logs that hold for a whole account and region, and the resource policies of single log groups, for all
    accounts and regions in one task.
  - Documents are compared as data.
  - Reads everything first, and writes nothing where something is refused. Policies that are not named stay.
  - Retention policies of an account are not among the types, since they could delete events of log groups that nobody has named.
options:
  policies:
    description: The policies.
    type: list
    elements: dict
    default: []
    suboptions:
      type:
        description:
          - V(RESOURCE_POLICY) lets services of AWS write log events, to the account or to one log group.
          - AWS allows ten of them per account and region, and one more for each log group.
          - The others are the types of C(PutAccountPolicy). AWS allows one V(DATA_PROTECTION_POLICY) and one V(SUBSCRIPTION_FILTER_POLICY).
        type: str
        choices:
          - RESOURCE_POLICY
          - DATA_PROTECTION_POLICY
          - SUBSCRIPTION_FILTER_POLICY
          - FIELD_INDEX_POLICY
          - TRANSFORMER_POLICY
          - METRIC_EXTRACTION_POLICY
        required: true
      name:
        description: The name of the policy.
        type: str
        required: true
      state:
        description: Whether the policy is there.
        type: str
        choices: [present, absent]
        default: present
      region:
        description: The region; empty for the region of the task.
        type: str
        default: ""
      profile:
        description: The controller's profile for the account; empty for the credentials of the task.
        type: str
        default: ""
      document:
        description: The policy as AWS documents it, as data.
        type: raw
      log_group_name:
        description: The log group of a resource policy; empty for the account.
        type: str
        default: ""
      selection_criteria:
        description: The log groups that an account policy applies to, as AWS writes it; empty for all. By default it stays as it is.
        type: str
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
      - Says what would be changed, without changing it. It cannot tell whether AWS accepts a document.
  diff_mode:
    support: full
    details:
      - Shows the policies that change, before and after.
seealso:
  - module: cloudwatch.agent.cw_agent_log_groups
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Let Route 53 write DNS query logs, and index the log groups of the shop
  cloudwatch.agent.cw_agent_log_policies:
    region: us-east-1
    policies:
      - type: RESOURCE_POLICY
        name: route53-queries
        document:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Principal: {Service: route53.amazonaws.com}
              Action: [logs:CreateLogStream, logs:PutLogEvents]
              Resource: arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/*
      - type: FIELD_INDEX_POLICY
        name: shop
        selection_criteria: LogGroupNamePrefix = "/shop/"
        document: {Fields: [requestId]}
  run_once: true
"""

RETURN = r"""
policies:
  description: The policies, whether they differ or not.
  returned: when nothing was refused
  type: list
  elements: dict
  contains:
    name:
      description: Type and name, and the log group of a resource policy that has one.
      type: str
    profile:
      description: The controller's profile for the account; empty for the credentials of the task.
      type: str
    region:
      description: The region.
      type: str
    changed:
      description: Whether it was changed, or would be in check mode.
      type: bool
    before:
      description: Its C(state), document and selection criteria before the task.
      type: dict
    after:
      description: The same after the task; empty where a call failed.
      type: dict
    msg:
      description: Why a call failed.
      returned: when a call failed
      type: str
"""
