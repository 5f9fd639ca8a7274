# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of regions are judged by their form, and agree with all that boto3 knows."""

from __future__ import annotations

import boto3
import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.regions import is_likely, is_region, meant_region


def test_every_region_that_boto3_knows_is_a_likely_one() -> None:
    session = boto3.session.Session()
    known = [region for partition in session.get_available_partitions() for region in session.get_available_regions("ec2", partition)]
    assert len(known) > 30
    assert [region for region in known if not (is_region(region) and is_likely(region))] == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("us_east_1", "us-east-1"),
        ("us-east-1a", "us-east-1"),
        ("eu-west1", "eu-west-1"),
        ("us-gov-wset-1", "us-gov-west-1"),
        ("cn-nothwest-1", "cn-northwest-1"),
        ("us-east", ""),
        ("", ""),
        ("1", ""),
        ("somewhere-else-7", ""),
    ],
)
def test_what_is_meant(text: str, meant: str) -> None:
    assert meant_region(text) == meant
