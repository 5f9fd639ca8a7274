# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two regions in one inventory: each host's configuration stands in its own region, is fetched from there, and reports to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_site import Site

REGIONS = {"ec2-1": "us-east-1", "ec2-2": "eu-west-1"}


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two EC2 hosts, the second in eu-west-1; the demo's inventory without its on-prem host."""
    place = Site("e2e-regions", tmp_path_factory.mktemp("regions"))
    place.environment["LAB_REGIONS"] = "ec2-2=eu-west-1"
    place.lab("down")
    try:
        place.up("--ec2", "2")
        plugin = {
            "plugin": "amazon.aws.aws_ec2",
            "regions": sorted(REGIONS.values()),
            "filters": {"instance-state-name": "running"},
            "hostnames": ["tag:Name"],
            "groups": {"ec2": True},
        }
        place.inventory = place.overlay({"aws_ec2.yml": plugin, "onprem.yml": None, "group_vars/onprem.yml": None})
        yield place
    finally:
        place.lab("down")


def test_each_host_keeps_to_its_region(regions: Site) -> None:
    """One name, two regions: two parameters, two readers, two places where the metrics arrive (verify looks there)."""
    run = regions.play()
    assert run.status == 0
    calls = regions.calls()
    put = {(call["region"], call["request"]["Name"]) for call in calls if call["operation"] == "PutParameter"}
    assert put == {(region, "AmazonCloudWatch-base-ec2") for region in REGIONS.values()}
    for operation in ("GetParameter", "PutMetricData"):
        seen = {(call["host"], call["region"]) for call in calls if call["operation"] == operation and call["host"]}
        assert seen == set(REGIONS.items()), operation
    assert all(counts["changed"] == 0 for counts in regions.play().recap().values())
