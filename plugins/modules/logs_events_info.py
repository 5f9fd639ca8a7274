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
  - Reads the log events of log groups, by log stream, filter pattern and time.
  - Follows log groups while a play waits, until a number of events, or an event with a certain text, has arrived.
  - With O(query), runs a query of CloudWatch Logs Insights, and returns how many bytes it has scanned.
  - Reads several log groups and regions in one task. Changes nothing, and does not wait in check mode.
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
        for the others. With O(query), each has to exist in every region.
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
      - A query in the language of CloudWatch Logs Insights. Its result is in RV(rows).
      - AWS charges for the bytes that a query scans. Log groups of the class C(INFREQUENT_ACCESS) can only be read by a query.
    type: str
  regions:
    description: The regions to read; by default that of the task.
    type: list
    elements: str
    default: []
  since:
    description:
      - The beginning of the period to read.
      - A time ago (V(90s), V(15m), V(2h), V(7d), V(1w)), ISO 8601 with a time zone (V(2026-11-27T10:00:00Z)), or seconds since the epoch.
    type: str
    default: 15m
  until:
    description:
      - The end of the period to read, in the same forms as O(since); by default now.
      - Mutually exclusive with O(wait_events) and O(wait_message).
    type: str
  limit:
    description:
      - How many events to return at most, the oldest first; with O(wait_events) and O(wait_message) the newest. Up to 100000.
      - With O(query), how many rows of each region, where the query has no C(limit) of its own. Up to 10000.
    type: int
    default: 1000
  wait_events:
    description:
      - Wait until this many events since O(since) have arrived; with O(wait_message), this many whose messages match. Events that arrived
        before the task started count, too. The task fails when it has not seen them within O(timeout).
      - A log group or log stream that does not exist yet is waited for. In check mode the task does not wait.
      - Mutually exclusive with O(query).
    type: int
  wait_message:
    description:
      - Wait until the messages of O(wait_events) events (by default one) match this regular expression, at any position.
      - Mutually exclusive with O(query).
    type: str
  timeout:
    description:
      - Seconds after which the task stops. Reading returns what was read by then (RV(truncated)). A query is stopped, and the task
        fails. A task that waits fails, too.
    type: int
    default: 60
  max_scanned:
    description:
      - Bytes that the queries of all regions may scan together, such as V(500MB). A query that has scanned more is stopped, and the task
        fails.
      - AWS reports the bytes with a delay, and charges for all that was scanned.
    type: bytes
    default: 10GB
  table:
    description:
      - Whether the events or rows are shown on the terminal as text, independently of the callback plugin. While the task waits, each event
        is shown when it arrives. Nothing is shown with C(no_log).
      - Control characters in messages are shown as escapes.
    type: bool
    default: false
notes:
  - Needs C(logs:FilterLogEvents); with O(query) C(logs:StartQuery), C(logs:GetQueryResults) and C(logs:StopQuery).
  - AWS charges nothing by the byte for reading without O(query). A query costs 0.005 USD per GB scanned (us-east-1, 2026).
  - When the run is interrupted, or the task's C(timeout) is over, a query is stopped.
  - While the task waits, it also sees events that arrive late, as long as their time is at most five minutes before the newest event of
    their log group. Later ones are read by the next task.
seealso:
  - module: cloudwatch.agent.cw_agent_telemetry_info
    description: Says for each host whether its telemetry has arrived, and if not, why.
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
      description: When CloudWatch Logs received it, in seconds since the epoch.
      type: float
    message:
      description: Its text.
      type: str
rows:
  description: With O(query), the rows of the result.
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
  description: The number of events that the task waited for; with O(query), the number of records that matched.
  returned: always
  type: int
truncated:
  description: Whether there may be more than was returned.
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
  description: With O(query), the bytes that were scanned, for which AWS charges.
  returned: always
  type: int
  sample: 1048576
records_scanned:
  description: With O(query), the log events that were scanned.
  returned: always
  type: int
calls:
  description: The number of calls of FilterLogEvents.
  returned: always
  type: int
table:
  description: The events or rows as text; the last line says how many there are, and how much was read.
  returned: always
  type: list
  elements: str
"""
