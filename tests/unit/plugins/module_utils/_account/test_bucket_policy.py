# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.bucket_policy import Delivery, merged, statements

ARN = "arn:aws-cn:cloudtrail:cn-north-1:123456789012:trail/audit"
TRAIL = Delivery(ARN, "123456789012", "bucket")
OTHERS = {"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws-cn:s3:::bucket/*"}


def test_what_a_trail_needs() -> None:
    read, write = statements(TRAIL._replace(prefix="logs", organization="o-a1b2c3d4e5"))
    assert (read["Action"], read["Resource"]) == ("s3:GetBucketAcl", "arn:aws-cn:s3:::bucket")
    assert read["Condition"] == {"StringEquals": {"aws:SourceArn": ARN}}
    assert write["Resource"] == [
        "arn:aws-cn:s3:::bucket/logs/AWSLogs/123456789012/*",
        "arn:aws-cn:s3:::bucket/logs/AWSLogs/o-a1b2c3d4e5/*",
    ]
    assert write["Condition"]["StringEquals"] == {"aws:SourceArn": ARN, "s3:x-amz-acl": "bucket-owner-full-control"}
    assert statements(TRAIL)[1]["Resource"] == "arn:aws-cn:s3:::bucket/AWSLogs/123456789012/*"


def test_it_is_merged_into_what_is_there_and_once() -> None:
    there = {"Version": "2008-10-17", "Id": "mine", "Statement": [OTHERS]}
    once = merged(there, TRAIL)
    assert once == {**there, "Statement": [OTHERS, *statements(TRAIL)]}
    assert merged(once, TRAIL) == once
    assert merged({}, TRAIL) == {"Version": "2012-10-17", "Statement": statements(TRAIL)}
    other = TRAIL._replace(trail=ARN.replace("audit", "other"))
    both = merged(once, other)
    assert both["Statement"] == [OTHERS, *statements(TRAIL), *statements(other)]
    moved = merged(both, TRAIL._replace(prefix="logs"))
    assert moved["Statement"] == [OTHERS, statements(TRAIL)[0], *statements(other), statements(TRAIL._replace(prefix="logs"))[1]]


def test_what_others_have_allowed_already_is_enough() -> None:
    """As AWS's console writes it, with lists and without a source; and not with a narrower condition or for somebody else."""
    read, write = statements(TRAIL)
    common = {"Effect": "Allow", "Principal": {"Service": ["cloudtrail.amazonaws.com"]}}
    acl = {"Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}
    console = [
        {"Sid": "AWSCloudTrailAclCheck20150319", **common, "Action": ["s3:GetBucketAcl"], "Resource": [read["Resource"]]},
        {"Sid": "AWSCloudTrailWrite20150319", **common, "Action": "s3:PutObject", "Resource": [write["Resource"]], **acl},
    ]
    assert merged({"Statement": console}, TRAIL) == {"Statement": console}
    for wrong in (
        {**console[0], "Effect": "Deny"},
        {**console[0], "Principal": {"AWS": "*"}},
        {**console[0], "Condition": {"StringEquals": {"aws:SourceArn": "arn:other"}}},
        {**console[0], "Resource": "arn:aws-cn:s3:::other"},
    ):
        assert merged({"Statement": [wrong, console[1]]}, TRAIL)["Statement"] == [wrong, console[1], read]
    assert merged({"Statement": console[0]}, TRAIL)["Statement"] == [console[0], write]
