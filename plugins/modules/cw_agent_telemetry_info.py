#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_telemetry_info
short_description: Tell whether the telemetry of hosts has arrived in CloudWatch
version_added: "0.1.0"
description:
  - Asks CloudWatch Logs and CloudWatch for the log streams and metrics of many hosts together, and judges each of them.
  - Hosts that were changed are awaited; all others are read once.
  - Only calls are used whose answers are not late (FilterLogEvents, GetLogEvents, GetMetricData). They need the permissions
    C(logs:FilterLogEvents), C(logs:GetLogEvents) and C(cloudwatch:GetMetricData).
  - What is missing is explained from the log lines of the agent, which keeps running when it may not send.
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.aws
  - cloudwatch.agent.attributes.info
options:
  hosts:
    description:
      - The hosts and what they must deliver, as the filter P(cloudwatch.agent.telemetry_requests#filter) makes it.
    type: list
    elements: dict
    required: true
    suboptions:
      host:
        description: Name of the host.
        type: str
        required: true
      region:
        description: Region to which the agent sends. The module's own O(region) when it is not set.
        type: str
      changed:
        description:
          - Whether the agent was changed, so that its telemetry is awaited and counts from O(hosts[].since).
          - In check mode nothing was changed; what such a host lacks is V(pending).
        type: bool
        default: false
      since:
        description: When the agent was started, in seconds since the epoch.
        type: float
      clock:
        description: The host's clock when its files were looked at, in seconds since the epoch.
        type: float
      streams:
        description: Log streams of the host.
        type: list
        elements: dict
        default: []
        suboptions:
          log_group_name:
            description: Log group.
            type: str
            required: true
          log_stream_name:
            description: Log stream.
            type: str
            required: true
          file:
            description: File on the host that the agent sends there.
            type: str
            default: ""
          grown:
            description: Whether the file has grown since the agent's start, or the agent has not begun with it.
            type: bool
            default: false
          waiting:
            description: Whether not all of the file was sent.
            type: bool
            default: false
          readable:
            description: Whether the agent's user can read the file.
            type: bool
            default: true
          written:
            description: Last change of the file, in seconds since the epoch.
            type: float
            default: 0
          filtered:
            description: Whether not every line is sent. A stream of that kind is missing only when the agent's log says so.
            type: bool
            default: false
          timestamped:
            description: Whether events carry the time that stands in their line.
            type: bool
            default: false
          flush:
            description: Seconds between two sendings of the agent.
            type: int
            default: 5
      metrics:
        description: Metrics of the host.
        type: list
        elements: dict
        default: []
        suboptions:
          namespace:
            description: Namespace.
            type: str
            default: CWAgent
          name:
            description: Name of the metric.
            type: str
            required: true
          dimensions:
            description: The exact set of dimensions.
            type: dict
            default: {}
          due:
            description: Seconds after its start in which the agent sends the first value.
            type: int
            default: 120
          resolution:
            description: Seconds to which CloudWatch keeps the values, less than 60 for metrics of shorter intervals.
            type: int
            choices: [1, 5, 10, 30, 60]
            default: 60
      agent:
        description: What is known of the agent.
        type: dict
        default: {}
        suboptions:
          active:
            description: Whether its service runs.
            type: bool
            default: true
          errors:
            description: Error lines of its log since its start, newest last.
            type: list
            elements: str
            default: []
          run_as_user:
            description: User that it runs as.
            type: str
            default: root
          region:
            description: Region in which the host is.
            type: str
            default: ""
          role:
            description: Role of the host's instance profile.
            type: str
            default: ""
      unverified:
        description: What cannot be judged from here; shown as warnings.
        type: list
        elements: str
        default: []
  timeout:
    description:
      - Seconds for which the logs of changed hosts are awaited. Their metrics are awaited longer where they are due later
        (interval and flush interval of the agent, and 30 seconds), ten minutes at most.
      - With V(0) nothing is awaited.
    type: int
    default: 90
  window:
    description: Seconds before now that count for hosts that were not changed.
    type: int
    default: 900
  fail_on_missing:
    description: Whether the module fails when telemetry is missing.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: Wait for the first telemetry of a host
  cloudwatch.agent.cw_agent_telemetry_info:
    region: us-east-1
    hosts:
      - host: web-1
        changed: true
        since: 1767225600
        streams:
          - log_group_name: /app/web
            log_stream_name: i-0123456789abcdef0
            file: /var/log/app.log
            grown: true
        metrics:
          - name: mem_used_percent
            dimensions:
              InstanceId: i-0123456789abcdef0
  delegate_to: localhost
  become: false
  run_once: true
"""

RETURN = r"""
hosts:
  description: The verdict on every host, in the order of the question.
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: Name of the host.
      type: str
    region:
      description: Region that was asked.
      type: str
    changed:
      description: Whether the host was said to be changed.
      type: bool
    state:
      description:
        - V(missing) when anything is missing; else V(pending) in check mode when a change would bring something; else V(arrived) when
          anything has arrived; else V(quiet).
      type: str
    streams:
      description: The log streams.
      type: list
      elements: dict
      contains:
        log_group_name:
          description: Log group.
          type: str
        log_stream_name:
          description: Log stream.
          type: str
        file:
          description: File on the host.
          type: str
        state:
          description:
            - V(arrived), V(quiet) (the file has not grown, there is nothing to send), V(missing) (it has grown and nothing came),
              V(unverified) (the log group's class INFREQUENT_ACCESS does not let events be read), or V(pending).
          type: str
        events:
          description: Number of events that arrived; at least that many where a stream is very busy.
          type: int
        cause:
          description: Why nothing arrived, empty where that is not known or not asked.
          type: str
        mend:
          description: What to do about it.
          type: str
        line:
          description: Line of the agent's log that tells.
          type: str
    metrics:
      description: The metrics, with RV(hosts[].metrics[].state), cause, mend and line as those of streams.
      type: list
      elements: dict
      contains:
        namespace:
          description: Namespace.
          type: str
        name:
          description: Name of the metric.
          type: str
        dimensions:
          description: Its dimensions.
          type: dict
        state:
          description: V(arrived), V(quiet) (not due yet), V(missing) or V(pending).
          type: str
        value:
          description: The newest value, none where none arrived.
          type: float
        cause:
          description: Why nothing arrived.
          type: str
        mend:
          description: What to do about it.
          type: str
        line:
          description: Line of the agent's log that tells.
          type: str
    cause:
      description: All causes of what is missing.
      type: str
    mend:
      description: What to do about them.
      type: str
missing:
  description: Names of the hosts of which something is missing.
  returned: always
  type: list
  elements: str
waited:
  description: Seconds spent waiting.
  returned: always
  type: float
msg:
  description: Every missing stream and metric with cause and mend; empty when nothing is missing.
  returned: always
  type: str
"""

import functools
import time
from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.module import AwsModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.telemetry import Watch
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.message import telemetry_message
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.verdicts import Terms

STREAM = {
    "log_group_name": {"type": "str", "required": True},
    "log_stream_name": {"type": "str", "required": True},
    "file": {"type": "str", "default": ""},
    "grown": {"type": "bool", "default": False},
    "waiting": {"type": "bool", "default": False},
    "readable": {"type": "bool", "default": True},
    "written": {"type": "float", "default": 0},
    "filtered": {"type": "bool", "default": False},
    "timestamped": {"type": "bool", "default": False},
    "flush": {"type": "int", "default": 5},
}
METRIC = {
    "namespace": {"type": "str", "default": "CWAgent"},
    "name": {"type": "str", "required": True},
    "dimensions": {"type": "dict", "default": {}},
    "due": {"type": "int", "default": 120},
    "resolution": {"type": "int", "choices": [1, 5, 10, 30, 60], "default": 60},
}
AGENT = {
    "active": {"type": "bool", "default": True},
    "errors": {"type": "list", "elements": "str", "default": []},
    "run_as_user": {"type": "str", "default": "root"},
    "region": {"type": "str", "default": ""},
    "role": {"type": "str", "default": ""},
}
HOST = {
    "host": {"type": "str", "required": True},
    "region": {"type": "str"},
    "changed": {"type": "bool", "default": False},
    "since": {"type": "float"},
    "clock": {"type": "float"},
    "streams": {"type": "list", "elements": "dict", "default": [], "options": STREAM},
    "metrics": {"type": "list", "elements": "dict", "default": [], "options": METRIC},
    "agent": {"type": "dict", "default": {}, "options": AGENT},
    "unverified": {"type": "list", "elements": "str", "default": []},
}
ARGUMENTS = {
    "hosts": {"type": "list", "elements": "dict", "required": True, "options": HOST},
    "timeout": {"type": "int", "default": 90},
    "window": {"type": "int", "default": 900},
    "fail_on_missing": {"type": "bool", "default": True},
}


def main() -> None:
    # The hosts' facts are long, and of no use in syslog.
    module = AwsModule(argument_spec=ARGUMENTS, secret_options=("hosts",), supports_check_mode=True)
    module.reveal()
    hosts: list[dict[str, Any]] = [{**host, "region": host["region"] or module.region or ""} for host in module.params["hosts"]]
    for host in hosts:
        if not host["region"]:
            module.fail_json(msg=f"hosts: {host['host']} has no region. Mend: set its region, or the option region.")
        for sentence in host["unverified"]:
            module.warn(f"{host['host']}: not verified: {sentence}")

    @functools.lru_cache(maxsize=None)
    def client(service: str, region: str) -> Any:
        return module.retrying_client(service, region=region)

    terms = Terms(time.time(), module.params["window"], module.params["timeout"], module.check_mode)
    try:
        result = Watch(client, terms).run(hosts)
    except AwsError as error:
        module.fail_json(msg=str(error), **error.details)
    text = telemetry_message(result["hosts"])
    if text and module.params["fail_on_missing"]:
        module.fail_json(msg=text, **result)
    module.exit_json(changed=False, msg=text, **result)


if __name__ == "__main__":
    main()
