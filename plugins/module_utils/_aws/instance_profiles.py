# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instance profiles of running and stopped instances. Private to this collection. Controller only.

AssociateIamInstanceProfile refuses an instance that has one; ReplaceIamInstanceProfileAssociation works on running instances alone. IAM
tells EC2 about a new profile after seconds to minutes, which EC2 answers with InvalidParameterValue until then.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Iterable, NamedTuple

from .errors import AwsError, aws_call

IDS = 100
WAIT_SECONDS, STEP_SECONDS = 120.0, 3.0
NEW_PROFILE = "Invalid IAM Instance Profile"


class Instance(NamedTuple):
    """An instance: its state, and the name and association of its instance profile, '' for none."""

    state: str
    profile: str
    association: str


@aws_call("read the instances {ids}")
def instances(ec2: Any, ids: list[str]) -> dict[str, Instance]:
    """By id; those that are gone or going are left out."""
    found: dict[str, Instance] = {}
    for start in range(0, len(ids), IDS):
        some = ids[start : start + IDS]
        states: dict[str, str] = {}
        for page in ec2.get_paginator("describe_instances").paginate(Filters=[{"Name": "instance-id", "Values": some}]):
            for one in (item for reservation in page["Reservations"] for item in reservation["Instances"]):
                states[one["InstanceId"]] = one["State"]["Name"]
        filters = [{"Name": "instance-id", "Values": some}, {"Name": "state", "Values": ["associating", "associated"]}]
        associated: dict[str, tuple[str, str]] = {}
        for page in ec2.get_paginator("describe_iam_instance_profile_associations").paginate(Filters=filters):
            for one in page["IamInstanceProfileAssociations"]:
                associated[one["InstanceId"]] = (one["IamInstanceProfile"]["Arn"].rpartition("/")[2], one["AssociationId"])
        alive = {key: state for key, state in states.items() if state not in ("terminated", "shutting-down")}
        found.update({key: Instance(state, *associated.get(key, ("", ""))) for key, state in alive.items()})
    return found


def problems(found: dict[str, Instance], wanted: dict[str, str], replace: bool) -> list[str]:
    """Why instances cannot get the profiles that they shall have."""
    gone = [f"{key} is no instance of this account and region, or it is terminated" for key in wanted if key not in found]
    others = [
        f"{key} has the instance profile {found[key].profile}, which this run did not make"
        for key, name in wanted.items()
        if key in found and found[key].profile not in ("", name) and not replace
    ]
    return gone + others


def ensure(ec2: Any, instance: str, found: Instance, name: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Give an instance the profile *name* instead of what it has; '' takes it away."""
    if not name:
        disassociate(ec2, found.association)
    elif not found.association:
        _patient(associate, (ec2, instance, name), sleep)
    elif found.state == "running":
        _patient(replace_association, (ec2, found.association, name), sleep)
    else:
        disassociate(ec2, found.association)
        _patient(associate, (ec2, instance, name), sleep)


@aws_call("associate the instance profile {name} with {instance}")
def associate(ec2: Any, instance: str, name: str) -> None:
    """For an instance without one."""
    ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={"Name": name})


@aws_call("replace the association {association} by the instance profile {name}")
def replace_association(ec2: Any, association: str, name: str) -> None:
    """For a running instance."""
    ec2.replace_iam_instance_profile_association(AssociationId=association, IamInstanceProfile={"Name": name})


@aws_call("end the association {association}")
def disassociate(ec2: Any, association: str) -> None:
    """The instance has no profile from here on."""
    ec2.disassociate_iam_instance_profile(AssociationId=association)


def _patient(call: Callable[..., None], arguments: Iterable[Any], sleep: Callable[[float], None]) -> None:
    """Repeat a call while EC2 does not know a new profile, or still ends the association before."""
    waited = 0.0
    while True:
        try:
            call(*arguments)
            return
        except AwsError as error:
            early = NEW_PROFILE in str(error) or error.code == "IncorrectState"
            if not early or waited >= WAIT_SECONDS:
                raise
        sleep(STEP_SECONDS)
        waited += STEP_SECONDS
