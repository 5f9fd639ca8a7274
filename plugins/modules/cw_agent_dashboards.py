#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_dashboards
short_description: Make CloudWatch dashboards of what the hosts' configurations collect, and of your own widgets
version_added: "0.1.0"
description:
  - Makes widgets of what the configurations of a plan collect, which are the states of the hosts' alarms, CPU, memory, disks, swap,
    network, the number of log lines with errors and the latest of them. Puts O(dashboards[].widgets) below.
  - Checks every body before anything is written, and names what is wrong by the paths that CloudWatch uses itself.
  - Compares bodies as data. The formatting of JSON makes no difference, and a dashboard that holds the same widgets is not written.
options:
  dashboards:
    description: The dashboards. They belong to a whole account, whatever the region.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name; letters, digits, C(-) and C(_).
        type: str
        required: true
      state:
        description: Whether the dashboard is there.
        type: str
        choices: [present, absent]
        default: present
      profile:
        description: The controller's profile for the account, where the hosts have several.
        type: str
        default: ""
      configurations:
        description:
          - Names of the configurations of O(plan) that widgets are made of; by default all. An empty list makes none.
        type: list
        elements: str
      widgets:
        description:
          - Widgets in CloudWatch's own vocabulary.
          - C(x) and C(y) count from below the widgets that are made of configurations. Widgets without both are arranged in rows.
        type: list
        elements: dict
        default: []
      start:
        description: The time that is shown, such as V(-PT3H) or V(2026-11-01T00:00:00Z).
        type: str
      period_override:
        description: Whether the periods of graphs follow the time that is shown.
        type: str
        choices: [auto, inherit]
      tags:
        description: Tags.
        type: dict
      purge_tags:
        description: Whether other tags are removed.
        type: bool
        default: false
  alarm_prefix:
    description: What the names of the alarms of M(cloudwatch.agent.cw_agent_alarms) begin with, as its option O(ignore:prefix) says.
    type: str
    default: cw-agent-
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
      - Says what would be changed, without changing it.
  diff_mode:
    support: full
    details:
      - Shows the dashboards that change, before and after.
notes:
  - An existing dashboard of the same name is replaced, whoever made it.
seealso:
  - module: cloudwatch.agent.cw_agent_dashboard_picture
  - module: cloudwatch.agent.cw_agent_alarms
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Make a dashboard of all hosts, with a note below
  cloudwatch.agent.cw_agent_dashboards:
    plan: "{{ cw_agent_plan }}"
    dashboards:
      - name: fleet
        widgets:
          - type: text
            width: 24
            height: 2
            properties:
              markdown: Runbook at https://wiki.example.com/fleet
  run_once: true

- name: Make a dashboard of your own widgets, and delete another one
  cloudwatch.agent.cw_agent_dashboards:
    region: eu-west-1
    dashboards:
      - name: shop
        widgets:
          - type: metric
            width: 12
            properties:
              title: Errors
              region: eu-west-1
              metrics: [[Shop, ServerErrors, {stat: Sum}]]
      - name: shop-old
        state: absent
  run_once: true
"""

RETURN = r"""
dashboards:
  description: The dashboards, whether they differ or not.
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
    changed:
      description: Whether it was changed, or would be in check mode.
      type: bool
    before:
      description: Its C(state), C(body) as data, and C(tags) where they are named, before the task.
      type: dict
    after:
      description: The same after the task; empty where a call failed.
      type: dict
    msg:
      description: Why a call failed.
      returned: when a call failed
      type: str
"""
