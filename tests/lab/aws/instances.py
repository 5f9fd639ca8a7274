# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: what moto forgets. Instances, volumes and profiles stay moto's own objects."""

from __future__ import annotations

from moto.ec2.models import ec2_backends


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
