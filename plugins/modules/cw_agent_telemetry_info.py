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
  - Works out which log streams and metrics the hosts of a run must deliver, asks CloudWatch Logs and CloudWatch for all of them together,
    and accounts for every host.
  - All accounts (AWS profiles of the plan) and regions of the run are asked in one task, side by side.
  - Hosts that were changed are awaited; all others are read once. Telemetry of a changed host counts from its last change on, be it one of
    the configuration, the credentials or the package.
  - What is missing is explained from the log lines of the agent, which keeps running when it may not send.
  - Works on the controller alone, in Ansible's own process, and contacts no host.
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
  hosts:
    description:
      - Names of the hosts of the run, in the order of the summary.
      - Those of the plan that were not observed are accounted for as V(not_reached).
      - With O(expectations) or O(evaluated) the default is the hosts named there.
    type: list
    elements: str
    default: []
  plan:
    description:
      - Result of M(cloudwatch.agent.cw_agent_plan).
      - One of O(plan), O(expectations) and O(evaluated) is required.
      - What its configurations have out of Ansible Vault is shown nowhere; give it with O(evaluated) for that as well.
    type: dict
  observed:
    description:
      - By host, the result of M(cloudwatch.agent.cw_agent_info).
      - The default is the variable C(cw_agent_observed) of each host.
    type: dict
  converged:
    description:
      - By host, the result of M(cloudwatch.agent.cw_agent_config), where a host was changed.
      - The default is the variable C(cw_agent_converged) of each host.
    type: dict
  changes:
    description:
      - By host, a list of other results that moved the moment from which data counts, the oldest first. Their C(changed_at), in seconds
        since the epoch, says when.
      - The default is the variables C(cw_agent_installed) and C(cw_agent_credentialed) of each host.
    type: dict
  sources:
    description:
      - By host, a list of what it has fetched (or a dictionary with that list as C(sources)), each with C(location), C(digest) and
        C(content), such as C(sources) of the result of M(cloudwatch.agent.cw_agent_release).
      - A host on hold is evaluated by the configuration that it has, not by the plan's.
    type: dict
  failures:
    description:
      - By host, why it did not get as far. Such a host is accounted for and not asked about.
      - Each value is a dictionary with C(state) (V(failed), V(unreachable) or V(not_reached)) and C(reason).
      - The default is the variable C(cw_agent_failure) of each host, or why it could not be observed.
    type: dict
  expectations:
    description: What must arrive, where that is not to be worked out from a plan.
    type: list
    elements: dict
    suboptions:
      host:
        description: Name of the host.
        type: str
        required: true
      region:
        description: Region to which it sends. The option O(region) when it is empty.
        type: str
        default: ""
      profile:
        description: AWS profile of its account. The option O(profile) when it is empty.
        type: str
        default: ""
      changed:
        description: Whether it was changed, so that its telemetry is awaited and counts from O(expectations[].since).
        type: bool
        default: false
      since:
        description: When it was changed, in seconds since the epoch.
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
            description: File on the host that is sent there.
            type: str
            default: ""
          grown:
            description: Whether there is something to send, so that a stream without events is missing.
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
          empty:
            description: Whether nothing is in the file.
            type: bool
            default: false
          written:
            description: Last change of the file, in seconds since the epoch. Only a change in the time in question makes a stream missing.
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
            description: Seconds between two sendings.
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
            description: Seconds after the change in which the first value is sent.
            type: int
            default: 120
          resolution:
            description: Seconds to which CloudWatch keeps the values, less than 60 for metrics of shorter intervals.
            type: int
            choices: [1, 5, 10, 30, 60]
            default: 60
  evaluated:
    description:
      - Result of an earlier call with O(defer), which is completed with what newer observations (O(observed)) of the hosts in
        RV(observe_again) say. One whose agent has died since is V(failed). CloudWatch is not asked again.
    type: dict
  restored:
    description: With O(evaluated), by host, results of M(cloudwatch.agent.cw_agent_config) with C(state=restored), for the summary.
    type: dict
  wait:
    description:
      - With O(plan), whose telemetry is awaited. V(changed) are the hosts that the run has changed.
      - V(all) are all hosts; whatever they have to send since the agent's start counts. With V(none) nobody is awaited.
      - In check mode nobody is.
    type: str
    choices: [changed, all, none]
    default: changed
  timeout:
    description:
      - Seconds for which the logs of changed hosts are awaited. Their metrics are awaited longer where they are due later
        (interval and flush interval of the agent, and 30 seconds), ten minutes at most.
      - With V(0) nothing is awaited.
    type: int
    default: 90
  window:
    description:
      - Seconds before now that count for hosts that were not changed; what came before the start of the agent's present process does not.
    type: int
    default: 900
  defer:
    description:
      - Whether table, file, warnings and failure are left to a second call with O(evaluated).
    type: bool
    default: false
  table:
    description:
      - Whether RV(table) is shown on the terminal, as text, whatever the callback plugin shows of results. Not with C(no_log).
    type: bool
    default: false
  result_file:
    description:
      - Path on the controller of a JSON file with the summary (RV(totals), RV(missing), RV(waited), RV(hosts), RV(msg)), of mode 0644.
      - It is written in check mode, too.
    type: path
  fail_on_missing:
    description:
      - Whether the task fails when telemetry is missing or CloudWatch could not be asked.
    type: bool
    default: true
notes:
  - Of hosts that were refused because they find no role or no metadata service, EC2 and IAM are asked as well, which needs
    C(ec2:DescribeInstances) and C(iam:GetInstanceProfile); without these, the cause says so.
  - Only calls are used whose answers are not late. They need the permissions C(logs:FilterLogEvents), C(logs:GetLogEvents) and
    C(cloudwatch:GetMetricData).
  - GetMetricData costs about 0.01 USD for 1,000 metrics (us-east-1); a host asks for two to five.
  - Environment variables and AWS configuration files are those of the controller; C(environment) of the task counts.
seealso:
  - module: cloudwatch.agent.cw_agent_info
  - module: cloudwatch.agent.cw_agent_config
"""

EXAMPLES = r"""
- name: Verify what the hosts of the play deliver
  cloudwatch.agent.cw_agent_telemetry_info:
    hosts: "{{ ansible_play_hosts_all }}"
    plan: "{{ cw_agent_plan }}"
    sources: "{{ cw_agent_published.sources }}"
    table: true
    result_file: telemetry.json
  run_once: true
  register: telemetry

- name: Await a log stream and a metric that no plan knows
  cloudwatch.agent.cw_agent_telemetry_info:
    region: eu-west-1
    expectations:
      - host: importer
        changed: true
        since: "{{ now().timestamp() }}"
        streams:
          - log_group_name: /import/nightly
            log_stream_name: importer
            grown: true
            waiting: true
            written: "{{ now().timestamp() }}"
        metrics:
          - namespace: Import
            name: rows
            due: 60
"""

RETURN = r"""
hosts:
  description: The summary, an entry for every host.
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: Name of the host.
      type: str
      returned: always
    state:
      description:
        - V(verified) when something has arrived and nothing is missing, V(missing) when anything is missing.
        - V(no_data) when there is nothing to send, V(unverified) when that cannot be known from here.
        - V(pending) in check mode when a change would bring something.
        - V(failed), V(unreachable) and V(not_reached) as in O(failures).
      type: str
      returned: always
    region:
      description: The region that was asked.
      type: str
      returned: always
    profile:
      description: The AWS profile that was used, empty for the default.
      type: str
      returned: always
    changed:
      description: Whether the host was changed, or was to be awaited.
      type: bool
      returned: always
    outdated:
      description:
        - Whether the host runs another configuration than the plan's, because the run has not configured it. It is not among RV(verified),
          so that nothing is released for it.
      type: bool
      returned: always
    mode:
      description: Mode in which the agent starts.
      type: str
      returned: with O(plan)
    build:
      description: Build of the agent, empty without one.
      type: str
      returned: with O(plan)
    configurations:
      description: Active configurations by the names and versions of their parameters; those that were to be, where none is.
      type: list
      elements: str
      returned: with O(plan)
    service:
      description: State of the service, C(running) when it is active.
      type: str
      returned: with O(plan)
    streams:
      description: The log streams.
      type: list
      elements: dict
      returned: always
      contains:
        log_group_name:
          description: Log group.
          type: str
          returned: always
        log_stream_name:
          description: Log stream.
          type: str
          returned: always
        file:
          description: File on the host.
          type: str
          returned: always
        readable:
          description: Whether the agent's user can read the file.
          type: bool
          returned: always
        exists:
          description: Whether there was such a file, of a pattern one that it matches, when the host was observed.
          type: bool
          returned: always
        state:
          description:
            - V(arrived), V(no_data) (the file has not grown, there is nothing to send), V(missing) (it has grown and nothing came, or it
              cannot be read and is not empty).
            - V(unverified) (the log group's class INFREQUENT_ACCESS does not let events be read, CloudWatch Logs could not be asked, or
              other hosts of the plan send to the same stream).
            - V(pending) in check mode.
          type: str
          returned: always
        events:
          description: Number of events that arrived; at least that many where a stream is very busy.
          type: int
          returned: always
        newest:
          description: When the newest of them came, in seconds since the epoch, by the host's clock; none where none arrived.
          type: float
          returned: always
        cause:
          description: Why nothing arrived, empty where that is not known or not in question.
          type: str
          returned: always
        hint:
          description: What to do about it.
          type: str
          returned: always
        line:
          description: Line of the agent's log that says so.
          type: str
          returned: always
    metrics:
      description: The metrics.
      type: list
      elements: dict
      returned: always
      contains:
        namespace:
          description: Namespace.
          type: str
          returned: always
        name:
          description: Name of the metric.
          type: str
          returned: always
        dimensions:
          description: Its dimensions.
          type: dict
          returned: always
        state:
          description:
            - V(arrived), V(no_data) (not due yet), V(missing), V(pending).
            - V(unverified) (CloudWatch could not be asked, the dimensions are not certain, or other hosts send values with the same ones).
          type: str
          returned: always
        value:
          description: The newest value, none where none arrived.
          type: float
          returned: always
        newest:
          description: The minute (or finer resolution) that the value is of, in seconds since the epoch; none without one.
          type: float
          returned: always
        cause:
          description: Why nothing arrived.
          type: str
          returned: always
        hint:
          description: What to do about it.
          type: str
          returned: always
        line:
          description: Line of the agent's log that says so.
          type: str
          returned: always
    unverified:
      description: What cannot be verified of the host from here, as sentences.
      type: list
      elements: str
      returned: always
    refused:
      description: Why CloudWatch could not be asked about the host, as sentences.
      type: list
      elements: str
      returned: always
    cause:
      description: All causes of what is missing, or why the host did not get as far.
      type: str
      returned: always
    hint:
      description: What to do about them.
      type: str
      returned: always
missing:
  description: Names of the hosts of which telemetry is missing.
  returned: always
  type: list
  elements: str
verified:
  description: Names of the hosts that count as verified for a release, which are those in none of the states V(missing), V(failed),
    V(unreachable) and V(not_reached), and about which CloudWatch could be asked.
  returned: always
  type: list
  elements: str
totals:
  description: How many hosts are in each state.
  returned: always
  type: dict
  sample: {missing: 1, verified: 11}
table:
  description: The summary as a table; bad hosts first, equal ones folded above 20 hosts, totals last.
  returned: always
  type: list
  elements: str
refused:
  description: Why CloudWatch could not be asked, a sentence for each reason.
  returned: always
  type: list
  elements: str
observe_again:
  description:
    - For each host that this run has changed, the C(InvocationID) that its service had. Its agent may have died, or said more, since it was
      observed; O(cloudwatch.agent.cw_agent_info#module:invocation_id) finds it out.
    - Empty in check mode, and for a host that was only awaited.
  returned: always
  type: dict
failing:
  description: For each host of which something is missing or that has failed, what to say of it.
  returned: always
  type: dict
waited:
  description: Seconds spent waiting.
  returned: always
  type: float
msg:
  description: Every missing stream and metric with cause and hint; empty when nothing is missing.
  returned: always
  type: str
"""
