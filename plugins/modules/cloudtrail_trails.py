#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudtrail_trails
short_description: Trails of CloudTrail, to S3 and CloudWatch Logs, with their event selectors
version_added: "0.1.0"
description:
  - Makes trails for all accounts and regions in one task, starts them, merges what they need into the policies of their buckets, and makes
    the role that delivers to log groups.
  - A new trail records management events of all regions and of global services, with log file validation, unless the entry says otherwise.
  - What is not named stays as it is, such as regions, event selectors and the log group.
  - Only O(trails[].state=absent) deletes a trail. O(trails[].logging=false) stops it, and keeps it.
  - Reads everything first, and writes nothing where something is refused.
options:
  trails:
    description: The trails.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the trail.
        type: str
        required: true
      state:
        description: V(absent) deletes the trail. Its files and log events stay, and so does the policy of the bucket.
        type: str
        choices: [present, absent]
        default: present
      region:
        description:
          - The home region of the trail.
          - Empty for the home region of the trail of this name that records in the region of the task, else for the region of the task.
        type: str
        default: ""
      profile:
        description: The controller's profile for the account; empty for the credentials of the task.
        type: str
        default: ""
      s3_bucket_name:
        description: The bucket that gets the files. It has to exist. Required for a new trail.
        type: str
      s3_key_prefix:
        description: The folder in the bucket; empty for none.
        type: str
      merge_bucket_policy:
        description:
          - Whether the policy of the bucket gets what the trail needs, where the entry names bucket, prefix or organisation.
          - Everything else in the policy stays.
          - V(false) where the bucket is another account's.
        type: bool
        default: true
      log_group_name:
        description: The log group that gets the events, of the same account and region. It has to exist. Empty ends the delivery.
        type: str
      role_arn:
        description: The ARN of the role that delivers to the log group. Without it, that of the trail that is there, else O(delivery_role).
        type: str
      multi_region:
        description: Whether all regions are recorded. Defaults to V(true) for a new trail.
        type: bool
      global_service_events:
        description: Whether events of global services, such as IAM, are recorded. Defaults to V(true) for a new trail.
        type: bool
      log_file_validation:
        description: Whether digest files make changes of the log files evident. Defaults to V(true) for a new trail.
        type: bool
      kms_key_id:
        description: The ARN of the KMS key of the files; empty for none.
        type: str
      organization:
        description: Whether all accounts of the organization are recorded. For its management account, or a delegated one.
        type: bool
      organization_id:
        description: The id of the organization, for the policies of the bucket and the role.
        type: str
        default: ""
      event_selectors:
        description:
          - Basic event selectors, as AWS documents them, such as C({"ReadWriteType":"All","IncludeManagementEvents":true}).
          - Existing advanced ones that certainly record the same stay.
          - A trail has one form of selectors. Those of the other form are replaced, with a warning.
        type: list
        elements: dict
      advanced_event_selectors:
        description: Advanced event selectors, as AWS documents them. Existing basic ones that certainly record the same stay.
        type: list
        elements: dict
      insight_selectors:
        description: The types of insights; empty for none.
        type: list
        elements: str
        choices: [ApiCallRateInsight, ApiErrorRateInsight]
      logging:
        description: Whether the trail records. Defaults to V(true) for a new trail. One that is stopped stays stopped, with a warning.
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
      - The name of the role that delivers to log groups, where nothing names another one; empty for none.
      - It is made where it is missing, and may write to the log streams of the trails alone.
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
      - Says what would be changed, without changing it. Warns of a bucket or a log group that is not there; without check mode these are
        refused.
  diff_mode:
    support: full
    details:
      - Shows the trails, the policies of buckets and the role that differ, as far as they are named, before and after.
notes:
  - Only the first copy of management events is free in a region. A warning says where a new trail is a further one.
seealso:
  - module: cloudwatch.agent.cw_agent_log_groups
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Record the management events of all regions
  cloudwatch.agent.cloudtrail_trails:
    region: eu-west-1
    delivery_role: cloudwatch-agent-trails
    trails:
      - name: audit
        s3_bucket_name: shop-audit
        log_group_name: /shop/audit
        insight_selectors: [ApiErrorRateInsight]
  run_once: true

- name: Record writes to the objects of one bucket as well
  cloudwatch.agent.cloudtrail_trails:
    region: eu-west-1
    trails:
      - name: audit
        advanced_event_selectors:
          - Name: management
            FieldSelectors:
              - {Field: eventCategory, Equals: [Management]}
          - Name: orders
            FieldSelectors:
              - {Field: eventCategory, Equals: [Data]}
              - {Field: resources.type, Equals: ["AWS::S3::Object"]}
              - {Field: readOnly, Equals: ["false"]}
              - {Field: resources.ARN, StartsWith: ["arn:aws:s3:::shop-orders/"]}
  run_once: true
"""

RETURN = r"""
trails:
  description: The trails, whether they differ or not.
  returned: when nothing was refused
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
    arn:
      description: The ARN.
      type: str
    profile:
      description: The controller's profile for the account; empty for the credentials of the task.
      type: str
    region:
      description: The home region.
      type: str
    changed:
      description: Whether it was changed, or would be in check mode. The policies of buckets and the role are in the diff.
      type: bool
    before:
      description: Its C(state), regions, whether it records, and whatever else is named, before the task.
      type: dict
    after:
      description: The same after the task; empty where a call failed.
      type: dict
    logging:
      description: Whether it recorded before the task.
      type: bool
    delivery_errors:
      description: The last errors of its deliveries, by what could not be delivered.
      type: dict
      sample: {"events to its log group": "Access denied"}
    msg:
      description: Why a call failed.
      returned: when a call failed
      type: str
"""
