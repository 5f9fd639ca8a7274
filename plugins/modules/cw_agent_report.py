#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_report
short_description: Report what differs of the hosts from the inventory and from what is live
version_added: "0.1.0"
description:
  - Puts together what a run has found out about its hosts, those that differ first, as a table, as JSON, as one page of HTML and as text
    for the textfile collector of Prometheus' node_exporter.
  - Neither hosts nor AWS are contacted. Hosts that could not be observed are reported as well.
  - Fails with one message where a host differs or could not be observed.
options:
  releases:
    description: The result of M(cloudwatch.agent.cw_agent_release_info), with the hosts' observations.
    type: dict
    required: true
  observed:
    description:
      - By host, the result of M(cloudwatch.agent.cw_agent_info).
      - Without it, what the hosts of the plan have registered as C(cw_agent_observed).
    type: dict
  telemetry:
    description:
      - The result of M(cloudwatch.agent.cw_agent_telemetry_info). Empty where CloudWatch was not asked.
      - Telemetry that is missing is a difference of a host that runs the inventory's configuration, by which it was evaluated.
    type: dict
    default: {}
  permissions:
    description:
      - The result of M(cloudwatch.agent.cw_agent_permissions_info). Empty where IAM was not asked.
      - A permission that is missing is a difference.
    type: dict
    default: {}
  associations:
    description:
      - The result of M(cloudwatch.agent.cw_agent_association_info). Empty where State Manager was not asked.
      - An association that has failed on a host, or gives it another version than the one that is live, is a difference.
    type: dict
    default: {}
  table:
    description: Whether to show the table on the terminal.
    type: bool
    default: false
  json_file:
    description:
      - Path on the controller of a JSON file with the report, which C(docs/report.schema.json) of the collection describes as JSON Schema.
      - All three files are of mode 0644 and replaced whole, so that nobody reads half of one. In check mode none is written.
    type: path
  html_file:
    description: Path on the controller of the page.
    type: path
  prometheus_file:
    description: Path on the controller of the file for the textfile collector, which reads those whose names end in C(.prom).
    type: path
  fail_on_difference:
    description: Whether the task fails when a host differs or could not be observed. The files are written before.
    type: bool
    default: true
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.plan
attributes:
  check_mode:
    support: full
    details:
      - The files are not written.
  diff_mode:
    support: N/A
    details:
      - No host is changed.
seealso:
  - module: cloudwatch.agent.cw_agent_info
  - module: cloudwatch.agent.cw_agent_release_info
  - module: cloudwatch.agent.cw_agent_telemetry_info
  - module: cloudwatch.agent.cw_agent_permissions_info
  - module: cloudwatch.agent.cw_agent_association_info
"""

EXAMPLES = r"""
- name: Report on the hosts that were observed
  cloudwatch.agent.cw_agent_report:
    plan: "{{ cw_agent_plan }}"
    releases: "{{ cw_agent_releases }}"
    telemetry: "{{ cw_agent_verified }}"
    table: true
    html_file: /var/www/html/cloudwatch-agent.html
    prometheus_file: /var/lib/prometheus/node-exporter/cloudwatch_agent.prom
    fail_on_difference: false
  run_once: true
"""

RETURN = r"""
version:
  description: The form of the report; another number where a program that reads it would have to be changed.
  returned: unless it failed
  type: int
generated_at:
  description: When the report was made, in ISO 8601, UTC.
  returned: unless it failed
  type: str
  sample: "2026-11-26T20:02:45Z"
totals:
  description: How many hosts are in each state.
  returned: always
  type: dict
  sample: {converged: 11, differs: 1, failed: 0, not_observed: 0, unreachable: 0}
configurations:
  description: Every configuration with its live version, the version that the inventory asks for, and the number of its hosts.
  returned: unless it failed
  type: list
  elements: dict
hosts:
  description: Every host, those that differ first. The schema describes all keys.
  returned: unless it failed
  type: list
  elements: dict
  contains:
    host:
      description: Name of the host.
      type: str
      returned: always
    state:
      description: V(converged), V(differs), V(failed) (its observation failed), V(unreachable) or V(not_observed).
      type: str
      returned: always
    reason:
      description: Why it could not be observed.
      type: str
      returned: always
    differing:
      description:
        - The parts that differ, of V(package), V(credentials), V(settings), V(user), V(log_access), V(configuration), V(removal),
          V(service), V(unmanaged), V(permissions), V(telemetry) and V(problems).
      type: list
      elements: str
      returned: always
    differences:
      description: What differs, in words.
      type: list
      elements: str
      returned: always
table:
  description: The report as a table for people.
  returned: unless it failed
  type: list
  elements: str
msg:
  description: Which hosts differ or could not be observed; empty without any.
  returned: always
  type: str
"""
