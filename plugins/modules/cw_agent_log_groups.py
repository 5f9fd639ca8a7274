#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_log_groups
short_description: Make the log groups that configurations write to, and others, and set what belongs to them
version_added: "0.1.0"
description:
  - Takes the log groups of a plan of M(cloudwatch.agent.cw_agent_plan), with the retention and class that its configurations name, and
    those that O(groups) names. Sets retention, KMS key, tags, deletion protection, filters, index policy and data protection policy of
    all of them, for all accounts and regions in one task.
  - Reads everything first, and writes nothing where something is refused.
  - Never deletes events, except those of a log group that O(groups) names with O(groups[].state=absent), and, by AWS itself, those that are
    older than a shorter retention that a configuration or O(groups) gives to that very log group.
  - A retention has one owner. Where a configuration of the agent and O(groups) differ, or two configurations, the task fails and names
    both.
  - What is not named stays as it is.
  - Log groups whose names only a host can fill in, such as C(/web/{hostname}), are left to the agent, with a warning.
options:
  groups:
    description: Log groups by name; those that configurations write to, and others.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the log group.
        type: str
        required: true
      state:
        description:
          - V(absent) deletes the log group with all of its events.
          - A log group that a configuration of O(plan) writes to is not deleted, and one with deletion protection only with
            O(groups[].deletion_protection=false).
        type: str
        choices: [present, absent]
        default: present
      region:
        description:
          - The region of the log group.
          - Without it, the regions where configurations write to it; else the one region of the plan's hosts; else the region of the task.
            Where the hosts have several, it must be given.
        type: str
        default: ""
      profile:
        description: The controller's profile for the account, where the hosts have several.
        type: str
        default: ""
      retention_in_days:
        description:
          - How many days events stay; V(never) for no end.
          - One of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653.
          - AWS deletes events that are older.
        type: str
      log_group_class:
        description: The class. AWS cannot change that of a log group that is there; a difference is refused.
        type: str
        choices: [STANDARD, INFREQUENT_ACCESS, DELIVERY, ESSENTIALS]
      kms_key_id:
        description: The ARN of a KMS key of the same region; empty for none. Events that are there stay with the key that they have.
        type: str
      tags:
        description: Tags.
        type: dict
      purge_tags:
        description: Whether other tags are removed.
        type: bool
        default: false
      deletion_protection:
        description: Whether AWS refuses to delete the log group.
        type: bool
      metric_filters:
        description: Metric filters. One that is named becomes what its entry says; others stay.
        type: list
        elements: dict
        suboptions:
          name:
            description: The name of the filter.
            type: str
            required: true
          state:
            description: Whether the filter is there.
            type: str
            choices: [present, absent]
            default: present
          pattern:
            description: The filter pattern; empty for every event.
            type: str
          metric_name:
            description: The name of the metric.
            type: str
          metric_namespace:
            description: The namespace of the metric.
            type: str
          metric_value:
            description: What each event counts for; a number, or a field such as C($.bytes).
            type: str
            default: "1"
          default_value:
            description: The value in minutes in which no event matches. Not together with dimensions.
            type: float
          dimensions:
            description: Up to three dimensions, each with the field of its value. The pattern must be one in C({ }) or C([ ]).
            type: dict
          unit:
            description: The unit of the metric, such as V(Count) or V(Bytes).
            type: str
      subscription_filters:
        description: Subscription filters, of which AWS takes two. One that is named becomes what its entry says; others stay.
        type: list
        elements: dict
        suboptions:
          name:
            description: The name of the filter.
            type: str
            required: true
          state:
            description: Whether the filter is there.
            type: str
            choices: [present, absent]
            default: present
          pattern:
            description: The filter pattern; empty for every event.
            type: str
            default: ""
          destination_arn:
            description: The ARN of a Lambda function, of a stream of Kinesis or Firehose, or of a destination of CloudWatch Logs.
            type: str
          role_arn:
            description: The ARN of the role by which CloudWatch Logs writes to a stream.
            type: str
          distribution:
            description: How a Kinesis stream gets the events.
            type: str
            choices: [ByLogStream, Random]
            default: ByLogStream
      index_policy:
        description:
          - The policy of field indexes, as AWS documents it, such as C({"Fields":["requestId"]}); empty for none.
          - The policy of a log group takes the place of the account's.
        type: dict
      data_protection_policy:
        description:
          - The policy that masks sensitive data, as AWS documents it; empty for none. It adds to the account's.
          - Events that are there already are not masked.
        type: dict
  retention_in_days:
    description:
      - The retention of log groups for which neither a configuration nor O(groups) names one, V(never) for no end; empty leaves it as it
        is.
      - It lengthens the retention of a log group that is there, and never shortens it; name the log group in O(groups) for that.
    type: str
    default: ""
  kms_key_ids:
    description: ARNs of KMS keys, one for each region, for all log groups without O(groups[].kms_key_id).
    type: list
    elements: str
    default: []
  group_tags:
    description: Tags of all log groups; those in O(groups[].tags) win.
    type: dict
    default: {}
  deletion_protection:
    description: The deletion protection of all log groups without O(groups[].deletion_protection).
    type: bool
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.attributes.aws
  - cloudwatch.agent.plan.optional
attributes:
  check_mode:
    support: full
    details:
      - Says what would be changed, without changing it. Whether a KMS key can be used, AWS alone knows.
  diff_mode:
    support: full
    details:
      - Shows the log groups that change, as far as they are named, before and after.
notes:
  - O(region) and O(profile) come from the plan; the options of the same names count where the plan names none.
  - Where the policy of an account sets the retention, AWS keeps to that, and so does this module, with a warning.
  - Deletion protection needs a botocore that knows it; an older one is refused before anything is written.
seealso:
  - module: cloudwatch.agent.cw_agent_plan
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: The log groups of the run's configurations are there before the agents start
  cloudwatch.agent.cw_agent_log_groups:
    plan: "{{ cw_agent_plan }}"
    retention_in_days: 90
    group_tags:
      team: observability
  run_once: true

- name: One log group, by name
  cloudwatch.agent.cw_agent_log_groups:
    region: eu-west-1
    groups:
      - name: /shop/audit
        retention_in_days: never
        kms_key_id: arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
        deletion_protection: true
        metric_filters:
          - name: failed-logins
            pattern: '{ $.event = "login" && $.success IS FALSE }'
            metric_name: FailedLogins
            metric_namespace: Shop
  run_once: true

- name: A log group goes, with its events
  cloudwatch.agent.cw_agent_log_groups:
    region: eu-west-1
    groups:
      - name: /shop/old
        state: absent
  run_once: true
"""

RETURN = r"""
groups:
  description: The log groups, those that differ and others.
  returned: when nothing was refused
  type: list
  elements: dict
  contains:
    name:
      description: The name.
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
      description: Its C(state), class and retention, and whatever else is named, before the task.
      type: dict
    after:
      description: The same after the task; empty where a call failed.
      type: dict
    msg:
      description: Why a call failed.
      returned: when a call failed
      type: str
skipped:
  description: The log groups of configurations that are left to the agent.
  returned: when nothing was refused
  type: list
  elements: dict
  contains:
    name:
      description: The name, with its placeholders.
      type: str
    region:
      description: The region.
      type: str
    configuration:
      description: The name of the configuration.
      type: str
    reason:
      description: Why.
      type: str
"""
