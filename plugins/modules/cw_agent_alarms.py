#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_alarms
short_description: Make CloudWatch alarms on what the hosts' configurations collect, and others
version_added: "0.1.0"
description:
  - Makes the alarms that the variable C(cw_agent_alarms) of each host asks for, on what its configuration really collects, and those that
    O(alarms) and O(log_patterns) name, for all accounts and regions in one task.
  - One alarm watches all hosts of a namespace by a query of Metrics Insights, with a contributor for each host. New hosts join by
    themselves. C(per_host=true) makes one for each host.
  - An alarm of the kind C(silent) counts the values of a host and treats missing ones as breaching. A composite alarm for each
    configuration notifies.
  - Alarms on log lines come with the metric filters that they need.
  - Reads everything first, and writes nothing where something is refused.
  - AWS replaces an alarm as a whole when it is written. So what is not named here is sent again as it is, including whether its actions are
    enabled.
  - Alarms that nothing names stay as they are, and so do existing topics, with their subscribers.
options:
  plan:
    description: The result of M(cloudwatch.agent.cw_agent_plan). The variable C(cw_agent_alarms) of its hosts says which alarms they get.
    type: dict
    default: {}
  alarms:
    description:
      - Alarms by name. What an entry names wins over what is made of the configurations. For an existing alarm, the properties to change
        are enough.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the alarm.
        type: str
        required: true
      state:
        description: Whether the alarm is there.
        type: str
        choices: [present, absent]
        default: present
      region:
        description:
          - The region of the alarm.
          - Without it, where an alarm of this name is made of a configuration; else the one region of the plan's hosts; else that of
            the task.
        type: str
        default: ""
      profile:
        description: The controller's profile for the account, where the hosts have several.
        type: str
        default: ""
      description:
        description: The description; empty for none.
        type: str
      actions_enabled:
        description: Whether the actions are carried out. V(false) mutes the alarm, and it stays so.
        type: bool
      alarm_actions:
        description: ARNs of what is notified when the alarm goes to C(ALARM), five at most.
        type: list
        elements: str
      ok_actions:
        description: ARNs of what is notified when it goes to C(OK).
        type: list
        elements: str
      insufficient_data_actions:
        description: ARNs of what is notified when it goes to C(INSUFFICIENT_DATA).
        type: list
        elements: str
      notify:
        description:
          - Whether the alarm notifies O(topics) when it goes to C(ALARM) and to C(OK), as those of configurations do.
            O(alarms[].alarm_actions) and O(alarms[].ok_actions) take precedence.
          - Without it, an alarm that is made of a configuration or pattern notifies them. What another alarm notifies stays as it is; so it
            does with V(false).
        type: bool
      namespace:
        description: The namespace of the metric.
        type: str
      metric_name:
        description: The name of the metric.
        type: str
      dimensions:
        description: The dimensions of the metric, all of them.
        type: dict
      statistic:
        description: The statistic.
        type: str
        choices: [SampleCount, Average, Sum, Minimum, Maximum]
      extended_statistic:
        description: A percentile or another statistic, such as V(p99).
        type: str
      period:
        description: Seconds; V(10), V(20), V(30) or a multiple of 60.
        type: int
      unit:
        description: The unit of the metric; values of other units do not count.
        type: str
      metrics:
        description: Metrics, metric math and queries as C(Metrics) of AWS's PutMetricAlarm has them, instead of one metric.
        type: list
        elements: dict
      evaluation_periods:
        description: How many of the latest periods are evaluated.
        type: int
      datapoints_to_alarm:
        description: How many of them must breach the threshold.
        type: int
      threshold:
        description: The threshold.
        type: float
      comparison:
        description: How values are compared with the threshold.
        type: str
        choices:
          - GreaterThanOrEqualToThreshold
          - GreaterThanThreshold
          - LessThanThreshold
          - LessThanOrEqualToThreshold
          - LessThanLowerOrGreaterThanUpperThreshold
          - LessThanLowerThreshold
          - GreaterThanUpperThreshold
      treat_missing_data:
        description: How missing values are treated.
        type: str
        choices: [breaching, notBreaching, ignore, missing]
      rule:
        description: The rule of a composite alarm, such as C(ALARM("a") AND NOT ALARM("b")).
        type: str
      suppressor:
        description: Name or ARN of the alarm that keeps a composite alarm from its actions.
        type: str
      suppressor_wait_seconds:
        description: How long a composite alarm waits for its suppressor.
        type: int
      suppressor_extension_seconds:
        description: How long it waits after its suppressor.
        type: int
      tags:
        description: Tags.
        type: dict
      purge_tags:
        description: Whether other tags are removed.
        type: bool
        default: false
  log_patterns:
    description: Well-known patterns of the log groups of trails and flow logs; each gets a metric filter and an alarm.
    type: list
    elements: dict
    default: []
    suboptions:
      log_group:
        description: The name of an existing log group. In check mode a missing one is a warning; an earlier task may make it.
        type: str
        required: true
      patterns:
        description: The patterns. V(rejected_traffic) is for flow logs in the default format, the others are for trails.
        type: list
        elements: str
        required: true
        choices:
          - root_login
          - unauthorized_calls
          - login_without_mfa
          - failed_logins
          - trail_changes
          - iam_changes
          - key_deletion
          - security_group_changes
          - rejected_traffic
      region:
        description: The region of the log group, where the hosts have several.
        type: str
        default: ""
      profile:
        description: The controller's profile for the account, where the hosts have several.
        type: str
        default: ""
      threshold:
        description: The number of events in a period from which the alarms go off; by default a number for each pattern.
        type: float
      period:
        description: The period in which events are counted, in seconds; by default 300.
        type: int
  topics:
    description:
      - SNS topics that the alarms of configurations and patterns notify, and those of O(alarms) with O(alarms[].notify).
      - Names, which are made in every region where they are missing, or ARNs, of which each region uses its own.
      - An existing topic is not changed.
    type: list
    elements: str
    default: []
  prefix:
    description: What the names of alarms and metric filters begin with, except those of O(alarms).
    type: str
    default: cw-agent-
  alarm_tags:
    description: Tags of all alarms; those in O(alarms[].tags) win.
    type: dict
    default: {}
  prices:
    description:
      - Prices for a month, C(alarm) and C(high_resolution_alarm) for each metric that an alarm watches, C(composite_alarm), and
        C(currency); others are ignored.
    type: dict
    default: {}
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
      - Says what would be changed, without changing it.
  diff_mode:
    support: full
    details:
      - Shows alarms, metric filters and topics that change, before and after, with AWS's names of their properties.
notes:
  - Properties that the controller's botocore does not know cannot be sent again. Where others set them, keep boto3 and botocore up to date.
  - A query of Metrics Insights costs as much as all the metrics that it reads, and an account has 200 such alarms in a region.
seealso:
  - module: cloudwatch.agent.cw_agent_plan
  - module: cloudwatch.agent.cw_agent_alarm_info
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: The alarms that the hosts' variables ask for
  cloudwatch.agent.cw_agent_alarms:
    plan: "{{ cw_agent_plan }}"
    topics: [operations]
  run_once: true

- name: An alarm by name, and one that is muted and otherwise stays as it is
  cloudwatch.agent.cw_agent_alarms:
    region: eu-west-1
    alarms:
      - name: shop-5xx
        namespace: Shop
        metric_name: ServerErrors
        statistic: Sum
        period: 300
        evaluation_periods: 1
        threshold: 10
        comparison: GreaterThanThreshold
        treat_missing_data: notBreaching
      - name: shop-nightly
        actions_enabled: false
  run_once: true

- name: Alarms on what a trail records
  cloudwatch.agent.cw_agent_alarms:
    region: eu-west-1
    log_patterns:
      - log_group: /account/trail
        patterns: [root_login, unauthorized_calls, trail_changes]
    topics: ['arn:aws:sns:eu-west-1:123456789012:security']
  run_once: true
"""

RETURN = r"""
alarms:
  description: The alarms, whether they differ or not.
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
      description: Its C(state), and its properties as AWS calls them, before the task.
      type: dict
    after:
      description: The same after the task; empty where a call failed.
      type: dict
    msg:
      description: Why a call failed.
      returned: when a call failed
      type: str
log_groups:
  description: The log groups with metric filters of alarms, with the same fields.
  returned: when nothing was refused
  type: list
  elements: dict
topics:
  description: The topics that O(topics) gives the names of, with the same fields.
  returned: when nothing was refused
  type: list
  elements: dict
forecast:
  description: What the alarms cost.
  returned: when nothing was refused
  type: dict
  contains:
    standard:
      description: The metrics that alarms with periods of a minute or more watch.
      type: int
    high_resolution:
      description: The metrics that alarms with shorter periods watch.
      type: int
    composite:
      description: The number of composite alarms.
      type: int
    queries:
      description:
        - The number of alarms on queries of Metrics Insights, each counted as one standard metric.
        - They cost as much as the metrics that they read, whose number only CloudWatch knows.
      type: int
    cost:
      description: For a month.
      type: float
    currency:
      description: The currency.
      type: str
"""
