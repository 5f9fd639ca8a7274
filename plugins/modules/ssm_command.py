#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_command
short_description: Run a command on nodes of AWS Systems Manager, and report the result of each
version_added: "0.1.0"
description:
  - Runs a document or an inline script on many nodes by Run Command, without SSH, and waits for the end. Meanwhile it shows the number of
    nodes in each state on the terminal.
  - Gives a verdict on every node. AWS reports C(Success) for a command that most of its nodes never got, and for a step that was skipped.
    Here neither is a success.
  - Checks parameters against the document before anything is sent (required ones, allowed values, patterns, lists). A node checks little
    of that.
  - Sends to any number of nodes, fifty in a command, with limits that hold for all of them together.
  - A command whose answer got lost is looked for and never sent again, because it would run twice.
  - Cancels what has not ended when the wait is over or the run is interrupted.
options:
  document:
    description: Name or ARN of a document of type Command. Exactly one of O(document), O(shell) and O(powershell) is required.
    type: str
  document_version:
    description: A version, C($DEFAULT) or C($LATEST). The version that was checked is the one that runs.
    type: str
  shell:
    description:
      - A script for C(AWS-RunShellScript). It runs by C(/bin/sh) as root, unless its first line begins with C(#!).
      - Its exit code is that of its last command. Begin with C(set -e) where every command counts.
      - A node replaces C({{ssm:NAME}}) by the value from Parameter Store, which it reads with its own permissions.
    type: str
  powershell:
    description: A script for C(AWS-RunPowerShellScript). It needs an explicit C(exit) to fail.
    type: str
  chdir:
    description: The working directory of O(shell) or O(powershell).
    type: str
  parameters:
    description:
      - Values of the document's parameters, by their names. Numbers and booleans are passed on as text, a single value as a list of one
        where the document takes a list, dictionaries as JSON.
      - Systems Manager stores them, and shows them to whoever may read commands. Secrets belong to Parameter Store, as C({{ssm:NAME}}).
    type: dict
  instance_ids:
    description:
      - Nodes by their ids, any number of them, of EC2 (C(i-)) and others (C(mi-)).
      - Those that Systems Manager does not know, that are not online, or that are of another platform than the document get their verdict
        and do not keep the others from running.
      - Exactly one of O(instance_ids) and O(targets) is required.
    type: list
    elements: str
  targets:
    description: Nodes by at most five keys. A node has to match all keys, each by one of its values.
    type: list
    elements: dict
    suboptions:
      key:
        description: C(tag:NAME), C(InstanceIds) (with the value C(*) for all nodes), or C(resource-groups:Name).
        type: str
        required: true
      values:
        description: The values, at most 50.
        type: list
        elements: str
        required: true
  no_match:
    description: Whether the task fails when no node matches. AWS reports success then.
    type: str
    choices: [fail, ok]
    default: fail
  comment:
    description:
      - A comment that Systems Manager shows beside the command, at most 89 characters. The module appends a mark of eight characters, by
        which it finds a command whose answer got lost.
    type: str
  max_concurrency:
    description: The nodes that run it at a time, in all commands together, as a number or a percentage (C(10%)). AWS's default is 50.
    type: str
  max_errors:
    description:
      - The number or percentage of errors after which no further node starts it. AWS's default is 0.
      - Failures and execution time-outs count. Nodes that were not reached do not.
    type: str
  delivery_timeout:
    description: Seconds, from 30, in which a node has to take the command. AWS's default is 3600.
    type: int
  execution_timeout:
    description: Seconds, from 5, that a script may take; for documents with the parameter C(executionTimeout). Their default is 3600.
    type: int
  cloudwatch_output:
    description: Whether nodes write the whole output to CloudWatch Logs. Their role needs permissions for that.
    type: bool
    default: false
  cloudwatch_log_group:
    description: The log group for it; by default C(/aws/ssm/DOCUMENT). Implies O(cloudwatch_output=true).
    type: str
  output_s3_bucket:
    description: A bucket that nodes write the whole output to. Their role needs permissions for that.
    type: str
  output_s3_key_prefix:
    description: The beginning of the keys in O(output_s3_bucket).
    type: str
  wait:
    description:
      - Whether to wait for the end. Without it, M(cloudwatch.agent.ssm_command_info) reads the verdicts later.
      - Without it, all commands are sent at once, and each stops by its own errors alone. O(max_concurrency) and O(max_errors) then hold
        for all nodes together only with O(targets), and where at most fifty nodes are named.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds after which what has not ended is cancelled.
      - By default as long as AWS lets the command run, which is O(delivery_timeout) and the execution time-out together.
    type: int
  poll_seconds:
    description: The longest time between two reads of the state, in seconds.
    type: float
    default: 5
  full_output:
    description:
      - Whether output that is cut in a listing (2,500 characters a step) is read up to what AWS keeps of it, 24,000 characters of stdout
        and 8,000 of stderr, by one more call a step.
      - Where even that is cut, RV(nodes[].steps[].truncated) and a warning say so.
    type: bool
    default: true
  accept:
    description: Verdicts with which the task does not fail.
    type: list
    elements: str
    choices: [ok, failed, timed_out, undelivered, wrong_platform, denied, skipped, cancelled, terminated, running, unknown]
    default: [ok]
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
      - Checks the parameters, resolves the targets, and says which nodes would run it and which could not.
  diff_mode:
    support: none
notes:
  - Needs C(ssm:SendCommand) on the document and on the nodes, C(ssm:GetDocument), C(ssm:DescribeDocument), C(ssm:ListCommands),
    C(ssm:ListCommandInvocations), C(ssm:GetCommandInvocation), C(ssm:CancelCommand) and C(ssm:DescribeInstanceInformation); check mode of a
    resource group C(resource-groups:ListGroupResources), too.
  - Two calls for fifty nodes each time the state is read, and three at the end, whatever the number of nodes.
  - Every command that is sent is a change. Where a script only reads, set C(changed_when=false).
seealso:
  - module: cloudwatch.agent.ssm_command_info
  - module: cloudwatch.agent.ssm_node_info
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Restart the agent on all web servers, ten per cent of them at a time
  cloudwatch.agent.ssm_command:
    shell: |
      set -e
      systemctl restart amazon-cloudwatch-agent
    targets:
      - key: tag:Role
        values: [web]
    max_concurrency: 10%
    max_errors: "3"
    region: us-east-1

- name: Ask the hosts of the inventory which build they run
  cloudwatch.agent.ssm_command:
    shell: cat /opt/aws/amazon-cloudwatch-agent/bin/CWAGENT_VERSION
    instance_ids: "{{ groups.web | map('extract', hostvars, 'instance_id') | list }}"
    delivery_timeout: 60
    accept: [ok, undelivered]
  changed_when: false
  register: builds

- name: Install the agent's package
  cloudwatch.agent.ssm_command:
    document: AWS-ConfigureAWSPackage
    parameters:
      action: Install
      name: AmazonCloudWatchAgent
    instance_ids: [i-0123456789abcdef0, mi-0123456789abcdef0]
"""

RETURN = r"""
document:
  description: The document that runs.
  returned: success
  type: str
  sample: AWS-RunShellScript
document_version:
  description: Its version.
  returned: success
  type: str
  sample: "1"
command_ids:
  description: The commands that were sent, one for fifty nodes; empty in check mode.
  returned: success
  type: list
  elements: str
counts:
  description: The number of nodes for each verdict; in check mode C(would_run), too.
  returned: success
  type: dict
  sample: {ok: 3, undelivered: 1}
nodes:
  description: The nodes, each with its result.
  returned: success
  type: list
  elements: dict
  contains:
    instance_id:
      description: Its id.
      type: str
    name:
      description: Its name, where Systems Manager knows one.
      type: str
    verdict:
      description:
        - V(ok), every step that applies to it succeeded; V(failed); V(timed_out), the node ran it for too long; V(undelivered), the node
          did not get it, or said nothing of its end; V(wrong_platform); V(denied), the controller's credentials may not use this node;
          V(skipped), none of the steps is for it; V(cancelled); V(terminated), not begun because of O(max_errors); V(running); V(unknown).
        - In check mode V(would_run) instead of V(ok).
      type: str
    message:
      description: The reason for a verdict other than V(ok).
      type: str
    details:
      description: AWS's own state of the invocation.
      type: str
      sample: Success
    command_id:
      description: The command that it belongs to.
      type: str
    steps:
      description: The steps in their order.
      type: list
      elements: dict
      contains:
        name:
          description: The name of the step.
          type: str
        status:
          description: AWS's state of it.
          type: str
        exit_code:
          description: Its exit code; null where it did not start.
          type: int
        stdout:
          description: What it wrote to stdout.
          type: str
        stderr:
          description: What it wrote to stderr.
          type: str
        truncated:
          description: Whether a part of its output is missing here.
          type: bool
        stdout_url:
          description: Where the bucket has the whole of stdout.
          type: str
        stderr_url:
          description: Where the bucket has the whole of stderr.
          type: str
msg:
  description: The nodes whose verdict is not in O(accept), with reasons and hints; empty where there are none.
  returned: success
  type: str
"""
