#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_flow_logs
short_description: Flow logs of VPCs, subnets, network interfaces and transit gateways
version_added: "0.1.0"
description:
  - Makes flow logs that write to CloudWatch Logs, to S3 or to Firehose, for all accounts and regions in one task, and the role that
    delivers them to CloudWatch Logs.
  - A flow log is identified by its resource, its traffic type and its destination, whether it was made with the name of its log group or
    with the ARN. An existing one that is equal is left alone, whoever made it.
  - AWS can change only the tags of a flow log. Where something else differs, a new one is made and then the old one is deleted. A warning
    says so beforehand, also in check mode. Where AWS refuses two at a time, the old one is deleted first.
  - Reads everything first, and writes nothing where something is refused.
  - What is not named stays as it is. A flow log that replaces another one takes it over.
options:
  flow_logs:
    description: The flow logs.
    type: list
    elements: dict
    default: []
    suboptions:
      state:
        description: V(absent) deletes the flow log. Its records stay.
        type: str
        choices: [present, absent]
        default: present
      resource_ids:
        description: Ids of VPCs, subnets, network interfaces, transit gateways or their attachments, each of which gets a flow log.
        type: list
        elements: str
        required: true
      region:
        description: The region of the resources; empty for the region of the task.
        type: str
        default: ""
      profile:
        description: The controller's profile for the account; empty for the credentials of the task.
        type: str
        default: ""
      traffic_type:
        description:
          - The traffic that is recorded. Defaults to V(ALL), except for transit gateways.
          - Flow logs of several traffic types to one destination are several flow logs. Name the one that is no longer needed with
            O(flow_logs[].state=absent).
          - Not allowed for transit gateways.
        type: str
        choices: [ALL, ACCEPT, REJECT]
      log_group_name:
        description: The log group that gets the records, of the same account and region. AWS makes it where it is missing.
        type: str
      destination_arn:
        description:
          - Instead of O(flow_logs[].log_group_name), the ARN of a log group, of a bucket (with a folder, where wanted) or of a Firehose
            stream.
          - The policy of the bucket has to let C(delivery.logs.amazonaws.com) write.
        type: str
      role_arn:
        description:
          - The ARN of the role that delivers to CloudWatch Logs.
          - Without it, that of the flow log that is there, else O(delivery_role).
        type: str
      log_format:
        description: The fields of a record as AWS writes them, such as C(${srcaddr} ${dstaddr} ${action}); V(default) for AWS's own.
        type: str
      max_aggregation_interval:
        description: The longest time in seconds that a record covers. Defaults to 600 for a new flow log, and to 60 for a transit gateway.
        type: int
        choices: [60, 600]
      file_format:
        description: The format of files in a bucket.
        type: str
        choices: [plain-text, parquet]
      hive_compatible_partitions:
        description: Whether the folders in the bucket have names that are compatible with Hive.
        type: bool
      per_hour_partition:
        description: Whether the bucket has a folder for each hour.
        type: bool
      tags:
        description: Tags.
        type: dict
      purge_tags:
        description: Whether other tags are removed.
        type: bool
        default: false
  delivery_role:
    description:
      - The name of the role that delivers to CloudWatch Logs, where nothing names another one; empty for none.
      - It is made where it is missing. Only flow logs of this account may assume it, and it may only write to log groups.
      - C(/PATH/NAME) makes it with a path. An account has one role of a name, so one with another path is used where no path is given here,
        and else refused.
      - A role of this name that others have made, and that differs, is refused.
    type: str
    default: ""
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
      - Says what would be changed, without changing it. The ids of new flow logs are empty.
  diff_mode:
    support: full
    details:
      - Shows the flow logs and the role that differ, as far as they are named, before and after.
notes:
  - AWS says only minutes later that records cannot be delivered. A later run warns of it, with the reason.
seealso:
  - module: cloudwatch.agent.cw_agent_log_groups
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Rejected traffic of two VPCs
  cloudwatch.agent.ec2_flow_logs:
    region: eu-west-1
    delivery_role: cloudwatch-agent-flow-logs
    flow_logs:
      - resource_ids: [vpc-0a1b2c3d4e5f67890, vpc-0a1b2c3d4e5f67891]
        traffic_type: REJECT
        log_group_name: /vpc/rejected
        max_aggregation_interval: 60
  run_once: true

- name: All traffic of a subnet, in a bucket
  cloudwatch.agent.ec2_flow_logs:
    region: eu-west-1
    flow_logs:
      - resource_ids: [subnet-0a1b2c3d4e5f67890]
        destination_arn: arn:aws:s3:::shop-flow-logs
        log_format: ${version} ${vpc-id} ${srcaddr} ${dstaddr} ${action}
        file_format: parquet
  run_once: true

- name: Delete a flow log
  cloudwatch.agent.ec2_flow_logs:
    region: eu-west-1
    flow_logs:
      - resource_ids: [vpc-0a1b2c3d4e5f67890]
        traffic_type: REJECT
        log_group_name: /vpc/rejected
        state: absent
  run_once: true
"""

RETURN = r"""
flow_logs:
  description: The flow logs, whether they differ or not.
  returned: when nothing was refused
  type: list
  elements: dict
  contains:
    name:
      description: Resource, traffic type and destination.
      type: str
    resource_id:
      description: The id of the resource.
      type: str
    traffic_type:
      description: The traffic type; empty for transit gateways.
      type: str
    destination:
      description: The name of the log group, or the ARN of the destination.
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
      description: Its C(state), and whatever else is named, before the task.
      type: dict
    after:
      description: The same after the task; empty where a call failed on the way, and nobody has read what it is now.
      type: dict
    flow_log_id:
      description: The id; empty where there is none, and for a new one in check mode.
      type: str
    deliver_logs_status:
      description: C(SUCCESS) or C(FAILED), as AWS reports the delivery.
      type: str
    deliver_logs_error_message:
      description: Why AWS cannot deliver records.
      type: str
    msg:
      description: Why a call failed.
      returned: when a call failed
      type: str
"""
