#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: logs_events_info
short_description: Read, follow and query log events of CloudWatch Logs
version_added: "0.1.0"
description:
  - Reads the log events of log groups, by log stream, filter pattern and time. Events are read at once when they have arrived.
  - Follows log groups while a play waits, until so many events, or events with a certain text, have arrived.
  - With O(query), asks CloudWatch Logs Insights, and says how many bytes the answer has cost.
  - Asks several log groups and regions in one task. Only reads, in check mode as well; in check mode it does not wait.
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.attributes.aws
  - cloudwatch.agent.attributes.info
options:
  log_groups:
    description:
      - Names of log groups; with O(query) 50 at most.
      - One that exists in none of the regions fails the task, unless it is waited for. One that exists in some of them is in RV(missing)
        for the others.
    type: list
    elements: str
    required: true
  log_streams:
    description:
      - Names of log streams; all without them. Those that do not exist are in RV(missing).
      - Mutually exclusive with O(log_stream_prefix) and O(query).
    type: list
    elements: str
  log_stream_prefix:
    description: What the names of log streams begin with, such as the identifier of an instance. Mutually exclusive with O(query).
    type: str
  pattern:
    description:
      - Filter pattern of CloudWatch Logs, such as V(ERROR), V({ $.level = "error" }) or
        V([ip, id, user, time, request, status = 5*, bytes]).
      - Mutually exclusive with O(query).
    type: str
  query:
    description:
      - A query in the language of CloudWatch Logs Insights. The answer is in RV(rows).
      - AWS charges for the bytes that a query scans. It has to be the way for log groups of the class C(INFREQUENT_ACCESS).
    type: str
  regions:
    description: Regions to ask; that of the task without them.
    type: list
    elements: str
    default: []
  since:
    description:
      - The beginning of the time in question.
      - A time ago (V(90s), V(15m), V(2h), V(7d), V(1w)), ISO 8601 with a time zone (V(2026-11-27T10:00:00Z)), or seconds since the epoch.
    type: str
    default: 15m
  until:
    description: The end of the time in question, in the forms of O(since); now without it. Not with O(wait_events) and O(wait_message).
    type: str
  limit:
    description:
      - How many events to return at most, the oldest first; with O(wait_events) and O(wait_message) the newest. Up to 100000.
      - With O(query), how many rows of each region, where the query has no C(limit) of its own. Up to 10000.
    type: int
    default: 1000
  wait_events:
    description:
      - Wait until so many events have arrived since O(since); with O(wait_message), so many whose messages match. The task fails when
        O(timeout) is over before.
      - A log group or log stream that does not exist yet is waited for. In check mode nothing is.
    type: int
  wait_message:
    description: Wait until the message of O(wait_events) events (one without it) matches this regular expression, at any position.
    type: str
  timeout:
    description:
      - Seconds for the task. Reading ends with what was read by then (RV(truncated)), a query is stopped and fails, waiting fails.
    type: int
    default: 60
  max_scanned:
    description:
      - Bytes that a query may scan, of all regions together, such as V(500MB). It is stopped, and the task fails, soon after it has
        scanned more.
      - What was scanned until then is charged.
    type: bytes
    default: 10GB
  table:
    description:
      - Whether the events are shown on the terminal, as text, whatever the callback plugin shows of results. While the task waits, each is
        shown when it has arrived. Not with C(no_log).
      - Control characters in messages are shown as escapes.
    type: bool
    default: false
notes:
  - Needs C(logs:FilterLogEvents); with O(query) C(logs:StartQuery), C(logs:GetQueryResults) and C(logs:StopQuery).
  - Reading without O(query) costs nothing by the byte, at AWS's prices of 2026. A query cost 0.005 USD for a GB in us-east-1.
  - While the task waits, an event may carry a time up to five minutes before the newest of its log group. Older ones that come late are
    read by the next task.
seealso:
  - module: cloudwatch.agent.cw_agent_telemetry_info
    description: Says of whole hosts whether what they have to deliver has arrived, and why not.
"""

EXAMPLES = r"""
- name: The errors of one instance in the last two hours
  cloudwatch.agent.logs_events_info:
    log_groups: [/web/error]
    log_stream_prefix: i-0abcd1234
    pattern: '?ERROR ?error'
    since: 2h
    table: true

- name: Wait until the application has said that it is ready
  cloudwatch.agent.logs_events_info:
    log_groups: [/shop/app]
    wait_message: 'ready to serve \d+ shops'
    since: "{{ deployed_at }}"
    timeout: 120

- name: Count the requests of two regions by status
  cloudwatch.agent.logs_events_info:
    log_groups: [/web/access]
    regions: [us-east-1, eu-west-1]
    query: |
      parse @message '"* * *" * *' as method, path, protocol, status, bytes
      | stats count(*) as requests by status
    since: 1d
    max_scanned: 2GB
    table: true
"""

RETURN = r"""
events:
  description: The events, oldest first.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: Region.
      type: str
    log_group_name:
      description: Log group.
      type: str
    log_stream_name:
      description: Log stream.
      type: str
    time:
      description: The event's own time, in ISO 8601 and UTC.
      type: str
      sample: "2026-11-27T10:00:01.250Z"
    timestamp:
      description: The same in seconds since the epoch.
      type: float
    ingested:
      description: When CloudWatch Logs has taken it, in seconds since the epoch.
      type: float
    message:
      description: Its text.
      type: str
rows:
  description: With O(query), the rows of the answer.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: Region.
      type: str
    fields:
      description: The fields of the row, by name. All values are text.
      type: dict
      sample: {requests: "812", status: "200"}
missing:
  description: The log groups and log streams that do not exist.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: Region.
      type: str
    log_group_name:
      description: Log group.
      type: str
    log_stream_name:
      description: Log stream; empty where the log group does not exist.
      type: str
matched:
  description: How many of the events are such as were waited for; with O(query), how many records it has matched.
  returned: always
  type: int
truncated:
  description: Whether there is or may be more than was returned.
  returned: always
  type: bool
waited:
  description: Seconds spent waiting.
  returned: always
  type: float
bytes_read:
  description: Bytes of the messages that were read; events that were read twice while waiting count twice.
  returned: always
  type: int
bytes_scanned:
  description: With O(query), the bytes that it has scanned, for which AWS charges.
  returned: always
  type: int
  sample: 1048576
records_scanned:
  description: With O(query), the log events that it has scanned.
  returned: always
  type: int
calls:
  description: How many calls FilterLogEvents were made.
  returned: always
  type: int
table:
  description: Events or rows as lines for people; the last one says how many, and what was read.
  returned: always
  type: list
  elements: str
"""
