# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: what moto forgets. Instances, volumes and profiles stay moto's own objects."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from moto.ec2.models import ec2_backends

from aws.answer import Answer, AwsError

if TYPE_CHECKING:
    from aws.call import Call

HOPS = 64
MONITORING = {"MonitorInstances": ("enabled", "pending"), "UnmonitorInstances": ("disabled", "disabling")}
"""By operation the state of an instance afterwards, and what the answer says."""


def correct(account: str, region: str, operation: str) -> None:
    """Sets right what an EC2 operation that moto just carried out left wrong."""
    backend = ec2_backends[account][region]
    if operation == "ReplaceIamInstanceProfileAssociation":
        for association in backend.iam_instance_profile_associations.values():
            profile = {"Arn": association.iam_instance_profile.arn, "Id": association.association_id}
            association.instance.iam_instance_profile = profile
    if operation == "RunInstances":
        # Root volumes come from the image's snapshot.
        for volume in backend.volumes.values():
            if volume.attachment and not volume.snapshot_id:
                volume.snapshot_id = f"snap-{volume.id.split('-', 1)[1]}"


def check_hops(params: dict[str, Any]) -> None:
    """What ModifyInstanceMetadataOptions refuses beyond moto: a hop limit outside 1 to 64."""
    hops = params.get("HttpPutResponseHopLimit")
    if hops is not None and not 1 <= int(hops) <= HOPS:
        raise AwsError(
            "InvalidParameterValue", f"Value ({hops}) for parameter HttpPutResponseHopLimit is invalid. It must be from 1 to {HOPS}."
        )


def monitor(call: Call, account: str) -> Answer:
    """MonitorInstances and UnmonitorInstances: of all instances that are named, or of none."""
    state, said = MONITORING[call.operation]
    ids = [str(value) for key, value in sorted(call.params.items()) if key.startswith("InstanceId.")]
    known = {one.id: one for reservation in ec2_backends[account][call.region].reservations.values() for one in reservation.instances}
    missing = [one for one in ids if one not in known]
    if missing:
        raise AwsError("InvalidInstanceID.NotFound", f"The instance ID '{missing[0]}' does not exist")
    for one in ids:
        known[one].monitoring_state = state
    items = "".join(f"<item><instanceId>{escape(one)}</instanceId><monitoring><state>{said}</state></monitoring></item>" for one in ids)
    body = (
        f'<{call.operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>{uuid.uuid4()}</requestId>'
        f"<instancesSet>{items}</instancesSet></{call.operation}Response>"
    )
    return Answer(200, [("Content-Type", "text/xml")], body.encode())
