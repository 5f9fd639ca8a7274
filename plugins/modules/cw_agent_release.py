#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_release
short_description: Publish and release the CloudWatch agent's configurations of many hosts in Parameter Store
version_added: "0.1.0"
description:
  - Writes every distinct configuration of a plan once per account and region to Parameter Store, and returns the exact versions that each
    host fetches.
  - Says by labels what is released. C(candidate) was published, C(live) is released, C(previous) was live before, C(hold) keeps a
    configuration that was rolled back or rejected where it is.
  - Works for all accounts and regions of the plan in one task on the controller. Everything is read and checked before anything is written.
  - A configuration over 8 KB is published in parts (C(NAME), C(NAME.part2) and so on), which the agent appends.
options:
  state:
    description:
      - V(published) - what differs is written, with the label C(candidate).
      - V(confirmed) - nothing is written. RV(overtaken) says of which of the configurations in O(published) somebody else has published,
        released or put on hold another version since.
      - V(released) - C(live) moves to what O(published) has published, for configurations all of whose hosts are O(verified). Costs no call
        when everything published is live already. Fails where one was overtaken, as V(confirmed) says it; the others are released.
      - V(promoted) - C(live) moves to the candidate, whoever has verified it. One configuration that cannot be promoted stops all of them.
      - V(rolled_back) - C(live) moves back to C(previous), or to O(version), with the label C(hold). A configuration without a previous
        release is skipped.
      - V(rejected) - the candidate gets the label C(hold), and C(live) stays where it is. A configuration of which nothing is live is
        skipped, and with O(published) one that was overtaken.
      - V(pruned) - parts of large configurations that carry none of the labels are deleted, unless a host runs one of their versions or may
        do so.
    type: str
    required: true
    choices: [published, confirmed, released, promoted, rolled_back, rejected, pruned]
  published:
    description: The result of this module with O(state=published), for O(state=confirmed), O(state=released) and O(state=rejected).
    type: dict
  released:
    description: What this run has released since, RV(released), for O(state=confirmed).
    type: list
    elements: dict
    default: []
  verified:
    description: The hosts whose telemetry is well, for O(state=released).
    type: list
    elements: str
  policy:
    description:
      - What O(state=released) does where hosts of the inventory have the same configuration and are not part of the run, as with a limit.
      - V(auto) releases only what all of them have shown, V(always) what the hosts of the run have shown, V(never) nothing.
    type: str
    choices: [auto, always, never]
    default: auto
  names:
    description: Names of the configurations to promote, roll back, reject or prune. When empty, those of all hosts of the plan.
    type: list
    elements: str
    default: []
  version:
    description:
      - The version to go back to, for O(state=rolled_back), as V(NAME:VERSION), with a key of the plan V(KEY:VERSION), or V(VERSION) alone
        where only one configuration is chosen. No other configuration is touched then. Empty means the previous release.
      - Refused when it does not exist, is live already, or is that of a configuration which is not among the chosen ones; and when it was
        one of several parts and no label says any longer which others belong to it.
    type: str
    default: ""
  observed:
    description:
      - By host, the result of M(cloudwatch.agent.cw_agent_info), for O(state=pruned).
      - Without it, what the hosts of the plan have registered as C(cw_agent_observed).
      - The parts of a configuration one of whose hosts was not observed, or is not part of the run, are retained.
    type: dict
  hold:
    description:
      - What happens to a configuration that was rolled back or rejected. V(keep) leaves its hosts and the label C(live) where they are.
        V(lift) releases what the plan asks for, and removes the label C(hold).
    type: str
    choices: [keep, lift]
    default: keep
  parameter_tags:
    description: Tags of every published parameter. When empty, tags are neither read nor changed.
    type: dict
    default: {}
  takeover:
    description: Whether to publish over a configuration that another inventory has published. Otherwise that is refused.
    type: bool
    default: false
  write_rate:
    description: Writes a second to Parameter Store of an account and region, label moves included. AWS allows about three by default.
    type: float
    default: 3
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.attributes.aws
  - cloudwatch.agent.plan
attributes:
  check_mode:
    support: full
    details:
      - Versions and label moves are predicted.
  diff_mode:
    support: full
    details:
      - The configurations are shown as indented JSON, once each.
notes:
  - O(region) and O(profile) come from the plan, host by host; the options of the same names count where the plan names none.
seealso:
  - module: cloudwatch.agent.cw_agent_plan
  - module: cloudwatch.agent.cw_agent_release_info
  - module: cloudwatch.agent.ssm_parameter
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Publish what the inventory asks for
  cloudwatch.agent.cw_agent_release:
    state: published
    plan: "{{ cw_agent_plan }}"
  run_once: true
  register: cw_agent_published

- name: Go back to the previous release of one configuration
  cloudwatch.agent.cw_agent_release:
    state: rolled_back
    plan: "{{ cw_agent_plan }}"
    names: [AmazonCloudWatch-web]
  run_once: true

- name: Go back to a release that is older than that
  cloudwatch.agent.cw_agent_release:
    state: rolled_back
    plan: "{{ cw_agent_plan }}"
    version: AmazonCloudWatch-web:3
  run_once: true
"""

RETURN = r"""
configurations:
  description: The published configurations.
  type: list
  elements: dict
  returned: success and O(state=published)
  contains:
    key:
      description: Its key in the plan.
      type: str
    name:
      description: Its name in Parameter Store.
      type: str
    profile:
      description: The controller's AWS profile; empty for its own credentials.
      type: str
    region:
      description: Region.
      type: str
    hosts:
      description: The hosts that get it.
      type: list
      elements: str
    version:
      description: The version that was published.
      type: int
    live:
      description: The version that was live before; V(0) for none.
      type: int
    same_as_live:
      description: Whether the live version holds what was published, be it under another number.
      type: bool
    on_hold:
      description: Whether its hosts stay at the live version.
      type: bool
    released:
      description: Whether a release has nothing to move.
      type: bool
    changed:
      description: Whether this task has written a new version of it, or would in check mode.
      type: bool
    hold:
      description: The version that carries the label C(hold); V(0) for none.
      type: int
    parts:
      description: The names of its parameters.
      type: list
      elements: str
    versions:
      description: The version of each of its parameters, by name.
      type: dict
overtaken:
  description:
    - The configurations of which somebody else has published, released or put on hold another version, each with C(profile), C(region),
      C(name) and C(reason). One with the same content is no other one.
  type: list
  elements: dict
  returned: success and O(state=confirmed)
msg:
  description: RV(overtaken) in one text; empty where there is none.
  type: str
  returned: success and O(state=confirmed)
sources:
  description: For each host, what it fetches, in the shape of O(cloudwatch.agent.cw_agent_config#module:sources).
  type: dict
  returned: success and O(state=published)
accounts:
  description: For each host, the account that holds its configuration; empty where that is not known, as in check mode before the
    configuration is created.
  type: dict
  returned: success and O(state=published)
moves:
  description: The label moves of configurations, each with C(profile), C(region), C(name), C(label), C(before) and C(after) (versions).
  type: list
  elements: dict
  returned: success
released:
  description: The configurations that were released, each with C(profile), C(region) and C(name).
  type: list
  elements: dict
  returned: success and O(state=released)
withheld:
  description: The configurations that were not released although they are not live, each with C(profile), C(region), C(name) and C(reason).
  type: list
  elements: dict
  returned: success and O(state=released)
live:
  description:
    - The configurations that are live afterwards in the versions that are meant, whether or not anything had to move, each with C(profile),
      C(region), C(name) and C(parts) (C(name) and C(version) of each parameter). What was skipped or withheld is not among them.
    - In check mode what would be live.
  type: list
  elements: dict
  returned: success and O(state=released), O(state=promoted) or O(state=rolled_back)
skipped:
  description: The configurations that were not rolled back or rejected, each with C(profile), C(region), C(name) and C(reason).
  type: list
  elements: dict
  returned: success and O(state=rolled_back) or O(state=rejected)
deleted:
  description: The names of the parameters that were deleted.
  type: list
  elements: str
  returned: success and O(state=pruned)
retained:
  description: The parts that no label uses and that were not deleted, each with C(profile), C(region), C(name) and C(reason).
  type: list
  elements: dict
  returned: success and O(state=pruned)
"""
