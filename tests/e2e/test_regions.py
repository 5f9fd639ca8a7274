# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two regions in one inventory: each host's configuration stands in its own region, is fetched from there, and reports to it."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest
from lab_site import Site

REGIONS = {"ec2-1": "us-east-1", "ec2-2": "eu-west-1"}
SOVEREIGN = "eusc-de-east-1"
"""In a partition of its own, whose host names end in amazonaws.eu."""
PLUGIN = {
    "plugin": "amazon.aws.aws_ec2",
    "regions": sorted(REGIONS.values()),
    "filters": {"instance-state-name": "running"},
    "hostnames": ["tag:Name"],
    "groups": {"ec2": True},
}


def inventory(place: Site, **options: str) -> pathlib.Path:
    """The demo's inventory of EC2 hosts, with options of the inventory plugin."""
    return place.overlay({"aws_ec2.yml": {**PLUGIN, **options}, "host_vars/onprem-1.yml": {"cw_agent_region": SOVEREIGN}})


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two EC2 hosts, the second in eu-west-1, and one on premises."""
    place = Site("e2e-regions", tmp_path_factory.mktemp("regions"))
    place.environment["LAB_REGIONS"] = f"ec2-2=eu-west-1 onprem-1={SOVEREIGN}"
    place.lab("down")
    try:
        place.up("--ec2", "2", "--onprem", "1")
        place.inventory = inventory(place)
        yield place
    finally:
        place.lab("down")


def test_each_host_keeps_to_its_region(regions: Site) -> None:
    """One name, two regions: two parameters, two readers, two places where the metrics arrive (verify looks there)."""
    run = regions.play("--limit", "ec2")
    assert run.status == 0
    calls = regions.calls()
    put = {(call["region"], call["request"]["Name"]) for call in calls if call["operation"] == "PutParameter"}
    assert put == {(region, "AmazonCloudWatch-base-ec2") for region in REGIONS.values()}
    for operation in ("GetParameter", "PutMetricData"):
        seen = {(call["host"], call["region"]) for call in calls if call["operation"] == operation and call["host"]}
        assert seen == set(REGIONS.items()), operation
    assert all(counts["changed"] == 0 for counts in regions.play("--limit", "ec2").recap().values())


def test_the_sovereign_cloud(regions: Site) -> None:
    """Its services are asked by their own names: Parameter Store, STS, and what the telemetry goes to."""
    mark = regions.mark()
    run, said = regions.account("--limit", "onprem-1")
    assert (run.status, said["totals"]) == (0, {"verified": 1})
    # The inventory asks EC2 for the instances of the other regions.
    calls = [call for call in regions.calls(mark) if call["host"] in (None, "onprem-1") and call["service"] != "ec2"]
    assert {call["region"] for call in calls} == {SOVEREIGN}
    of_the_host = {call["operation"] for call in calls if call["host"] == "onprem-1"}
    assert of_the_host >= {"GetParameter", "GetCallerIdentity", "PutMetricData"}


@pytest.mark.parametrize("option", [{"hostvars_prefix": "aws_"}, {"hostvars_suffix": "_of_ec2"}])
def test_an_inventory_that_renames_its_variables(regions: Site, option: dict[str, str]) -> None:
    """The inventory plugin calls placement otherwise: each host's region is still its own, and one that disagrees is refused."""
    regions.inventory = inventory(regions, **option)
    mark = regions.mark()
    run = regions.play("--limit", "ec2")
    assert run.status == 0
    assert all(counts["changed"] == 0 for counts in run.recap().values())
    wrong = regions.play("--limit", "ec2-2", variables={"cw_agent_region": "us-east-1"})
    assert wrong.status != 0
    assert "cw_agent_region is 'us-east-1', and the inventory's placement says 'eu-west-1'" in " ".join(wrong.output.split())
    assert [call for call in regions.calls(mark) if call["write"] and call["host"] is None] == []


def test_an_account_that_is_not_the_instances_own(regions: Site) -> None:
    """Its role could read nothing there: the host is refused before it is changed, with both accounts and the way out."""
    before = regions.invocation("ec2-1")
    with regions.profile("other", "LAB210987654321"):
        run = regions.play("--limit", "ec2-1", variables={"cw_agent_profile": "other"})
    assert run.status == 2
    words = (
        "the account differs (its configuration is in account 210987654321, the instance is in 123456789012). Hint: set cw_agent_profile"
    )
    assert words in " ".join(run.output.split())
    assert regions.invocation("ec2-1") == before
