#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_dashboard_picture
short_description: Draw a CloudWatch dashboard with the data in CloudWatch
version_added: "0.1.0"
description:
  - Reads a dashboard, the metrics of its graphs, the states of its alarms and the log lines that it looks for, and draws it on the
    controller as SVG or PNG.
  - CloudWatch itself renders single graphs only.
  - Of each log group at most the first 10,000 fitting events are read. Where there may be more, the title of the widget says so.
  - Widgets that only CloudWatch can show, such as custom ones, are drawn as empty frames.
options:
  name:
    description: The name of the dashboard.
    type: str
    required: true
  svg:
    description: The path of the picture as SVG, on the controller; empty for none.
    type: path
    default: ""
  png:
    description: The path of the picture as PNG, on the controller; empty for none. It needs Pillow 10.1 or newer there.
    type: path
    default: ""
  seconds:
    description:
      - How much time before now the graphs show.
      - By default the time that the dashboard shows, such as C(-PT6H), or else three hours.
    type: int
    default: 0
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
      - Says whether a file would be written, and writes none.
  diff_mode:
    support: none
notes:
  - Needs C(cloudwatch:GetDashboard), C(cloudwatch:GetMetricData), C(cloudwatch:DescribeAlarms) and C(logs:FilterLogEvents).
  - Writes nothing to AWS. CloudWatch charges for the metrics that GetMetricData reads.
seealso:
  - module: cloudwatch.agent.cw_agent_dashboards
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Draw the dashboard of the fleet
  cloudwatch.agent.cw_agent_dashboard_picture:
    name: fleet
    svg: "{{ playbook_dir }}/fleet.svg"
    region: us-east-1
  run_once: true
"""

RETURN = r"""
widgets:
  description: The number of widgets of the dashboard.
  returned: success
  type: int
files:
  description: The paths of the pictures.
  returned: success
  type: list
  elements: str
"""
