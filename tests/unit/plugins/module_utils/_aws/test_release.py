# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Publishing and releasing for several accounts and regions, on Parameter Stores in memory."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.rate_limiter import RateLimiter
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.release import Releases
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_parameter import Store
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.labels import PROMOTE, REJECT, ROLLBACK
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target, names_by_target, publications
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.selection import Selection
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.sources import own, sources_by_host
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.usage import Users, seen
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import (
    LARGE,
    NAME,
    observed_of,
    plan_of,
    version,
)

HERE, THERE = Target("", "us-east-1"), Target("", "eu-west-1")


@pytest.fixture
def cloud(make_ssm: Callable[[], Any]) -> dict[Target, Any]:
    return {HERE: make_ssm(), THERE: make_ssm()}


@pytest.fixture
def releases(cloud: dict[Target, Any]) -> Callable[[bool], Releases]:
    def make(check_mode: bool = False) -> Releases:
        limiter = RateLimiter(1000, clock=lambda: 0.0, sleep=lambda _seconds: None)
        return Releases(lambda target: Store(cloud[target], lambda: cloud[target], limiter, lambda _text: None), check_mode)

    return make


BOTH = plan_of(regions=("us-east-1", "eu-west-1"))


def publish(releases: Any, plan: dict[str, Any], origin: str = "", check_mode: bool = False, takeover: bool = False) -> Any:
    origins = {entry["key"]: origin for entry in plan["configurations"]}
    return releases(check_mode).publish(publications(plan), {}, origins, "keep", takeover)


def test_every_region_gets_its_own_and_a_second_run_writes_nothing(releases: Any, cloud: Any) -> None:
    outcome, published = publish(releases, BOTH)
    assert outcome.changed
    assert [entry["location"] for entry in sources_by_host(BOTH, published, "keep")["eu-west-1-1"]] == [f"ssm:{NAME}:1"]
    written = {target: list(ssm.writes) for target, ssm in cloud.items()}
    again, _published = publish(releases, BOTH)
    assert not again.changed
    assert {target: ssm.writes for target, ssm in cloud.items()} == written


def test_check_mode_predicts_and_writes_nothing(releases: Any, cloud: Any) -> None:
    outcome, published = publish(releases, BOTH, check_mode=True)
    assert outcome.changed
    assert len(outcome.diff()) == 2
    assert published[0].sources("keep")[0]["location"] == f"ssm:{NAME}:1"
    assert [ssm.writes for ssm in cloud.values()] == [[], []]


def test_nothing_is_written_anywhere_when_one_region_refuses(releases: Any, cloud: Any) -> None:
    publish(releases, plan_of(regions=("eu-west-1",)), "production")
    before = list(cloud[THERE].writes)
    with pytest.raises(
        AwsError, match="eu-west-1/AmazonCloudWatch-web: version 1 was published from the inventory production, this run is"
    ):
        publish(releases, plan_of({"agent": {"debug": True}}, regions=("us-east-1", "eu-west-1")), "staging")
    assert (cloud[HERE].writes, cloud[THERE].writes) == ([], before)


def test_another_inventory_with_the_same_content_is_no_trouble_and_costs_no_call(releases: Any, cloud: Any) -> None:
    publish(releases, BOTH, "production")
    described = cloud[HERE].count("describe_parameters")
    outcome, _published = publish(releases, BOTH, "staging")
    assert not outcome.changed
    assert cloud[HERE].count("describe_parameters") == described


def test_a_moved_inventory_takes_over(releases: Any, cloud: Any) -> None:
    publish(releases, BOTH, "old")
    outcome, _published = publish(releases, plan_of({"agent": {"debug": True}}), "new", takeover=True)
    assert outcome.changed
    assert (
        cloud[HERE]
        .describe_parameters(ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [NAME]}])["Parameters"][0]["Description"]
        .endswith("inventory new")
    )


def test_promote_then_roll_back(releases: Any) -> None:
    names, said = names_by_target(BOTH), []
    publish(releases, BOTH)
    assert releases().move(names, PROMOTE, "keep", said.append).changed
    assert said == [f"{region}/{NAME}: live none → version 1" for region in ("us-east-1", "eu-west-1")]
    first = releases().move(names, ROLLBACK, "keep", said.append)
    assert (first.changed, len(first.skipped)) == (False, 2)
    publish(releases, plan_of({"agent": {"debug": True}}))
    releases().move({HERE: [NAME]}, PROMOTE, "keep", said.append)
    back = releases().move(names, ROLLBACK, "keep", said.append)
    assert (back.changed, [item["region"] for item in back.skipped]) == (True, ["eu-west-1"])
    assert {"profile": "", "region": "us-east-1", "name": NAME, "label": "live", "before": 2, "after": 1} in back.moves
    with pytest.raises(AwsError, match="is on hold since its rollback from version 2"):
        releases().move({HERE: [NAME]}, PROMOTE, "keep", said.append)


def mine(releases: Any, plan: dict[str, Any]) -> dict[Any, Any]:
    """What a run has published of a plan, as the stages that follow know it."""
    _outcome, published = publish(releases, plan)
    return own([item.result("keep") for item in published])


OTHER = plan_of({"agent": {"debug": True}})


def test_a_run_releases_and_rejects_what_it_has_published_and_nothing_else(releases: Any, cloud: Any) -> None:
    first = mine(releases, plan_of())
    releases().move({HERE: [NAME]}, PROMOTE, "keep", lambda _line: None, first)
    ours = mine(releases, plan_of(LARGE))
    theirs = mine(releases, OTHER)
    before = list(cloud[HERE].writes)
    for action in (PROMOTE, REJECT):
        outcome = releases().move({HERE: [NAME]}, action, "keep", lambda _line: None, ours)
        assert (outcome.changed, [item["reason"][:33] for item in outcome.skipped]) == (False, ["candidate is version 3 by now, wh"])
    assert cloud[HERE].writes == before
    (item,) = releases().overtaken(ours)
    assert (item["region"], item["name"], item["reason"][:29]) == ("us-east-1", NAME, "candidate is version 3 by now")
    assert releases().overtaken(theirs) == []
    assert releases().move({HERE: [NAME]}, PROMOTE, "keep", lambda _line: None, theirs).changed
    assert len(releases().overtaken({place: each._replace(released=True) for place, each in first.items()})) == 1


def test_a_run_that_has_published_the_same_content_overtakes_nobody(releases: Any, cloud: Any) -> None:
    """Two runs that write at the same moment make two versions of it, and the label is on one of them."""
    mine(releases, plan_of())
    ours = mine(releases, OTHER)
    text = cloud[HERE].get_parameters(Names=[NAME])["Parameters"][0]["Value"]
    cloud[HERE].put_parameter(Name=NAME, Value=text, Type="String", Overwrite=True)
    cloud[HERE].label_parameter_version(Name=NAME, ParameterVersion=3, Labels=["candidate"])
    assert releases().overtaken(ours) == []
    cloud[HERE].put_parameter(Name=NAME, Value=text.replace("true", "false"), Type="String", Overwrite=True)
    cloud[HERE].label_parameter_version(Name=NAME, ParameterVersion=4, Labels=["candidate"])
    assert len(releases().overtaken(ours)) == 1


def test_hosts_on_hold_fetch_every_part_of_a_larger_live_release(releases: Any) -> None:
    publish(releases, plan_of(LARGE))
    releases().move({HERE: [NAME]}, PROMOTE, "keep", lambda _line: None)
    _outcome, large = publish(releases, plan_of(LARGE))
    publish(releases, plan_of())
    releases().move({HERE: [NAME]}, PROMOTE, "keep", lambda _line: None)
    releases().move({HERE: [NAME]}, ROLLBACK, "keep", lambda _line: None)
    _outcome, (held,) = publish(releases, plan_of())
    assert held.on_hold("keep")
    assert held.sources("keep") == large[0].sources("keep")


def shrunk(releases: Any) -> list[str]:
    """A configuration of several parts that has been one of one part for two releases: the names of its further parts."""
    _outcome, (large,) = publish(releases, plan_of(LARGE))
    for small in (LARGE, None, {"agent": {"debug": True}}):
        publish(releases, plan_of(small))
        releases().move({HERE: [NAME]}, PROMOTE, "keep", lambda _line: None)
    return [part["name"] for part in large.parts[1:-1]]


NOBODY = {HERE: Users({}, {})}


def test_prune_deletes_parts_without_labels(releases: Any, cloud: Any) -> None:
    parts = shrunk(releases)
    planned = releases(True).prune({HERE: [NAME]}, NOBODY)
    assert planned.changed
    assert "delete_parameters" not in cloud[HERE].writes
    assert releases().prune({HERE: [NAME]}, NOBODY).deleted == planned.deleted == parts
    assert not releases().prune({HERE: [NAME]}, NOBODY).changed


def test_prune_retains_what_a_label_is_on(releases: Any) -> None:
    publish(releases, plan_of(LARGE))
    releases().move({HERE: [NAME]}, PROMOTE, "keep", lambda _line: None)
    publish(releases, plan_of())
    outcome = releases().prune({HERE: [NAME]}, NOBODY)
    assert (outcome.changed, outcome.deleted, outcome.retained) == (False, [], [])
    # As previous, too.
    releases().move({HERE: [NAME]}, PROMOTE, "keep", lambda _line: None)
    assert releases().prune({HERE: [NAME]}, NOBODY).deleted == []


def test_prune_retains_what_hosts_run_or_may_run(releases: Any, cloud: Any) -> None:
    first, *others = shrunk(releases)
    runs = {HERE: Users({"h1": seen(observed_of((first, version(1))))}, {})}
    outcome = releases().prune({HERE: [NAME]}, runs)
    assert outcome.deleted == others
    assert outcome.retained == [{"profile": "", "region": "us-east-1", "name": first, "reason": "in use by h1"}]
    unknown = releases().prune({HERE: [NAME]}, {HERE: Users({}, {NAME: ["h2"]})})
    assert (unknown.changed, unknown.retained[0]["reason"]) == (False, "nobody knows what is in use by h2")
    assert first in cloud[HERE]._store.parameters


def test_back_to_a_version_that_is_named(releases: Any, cloud: Any) -> None:
    for interval in (10, 20, 30):
        publish(releases, plan_of({"agent": {"metrics_collection_interval": interval}}))
        releases().move({HERE: [NAME]}, PROMOTE, "keep", lambda _line: None)
    said: list[str] = []
    before = list(cloud[HERE].writes)
    predicted = releases(True).move_to(Selection(HERE, NAME, 1), said.append)
    assert cloud[HERE].writes == before
    assert said == [
        f"us-east-1/{NAME}: hold none → version 3",
        f"us-east-1/{NAME}: live version 3 → version 1",
        f"us-east-1/{NAME}: previous version 2 → version 1",
    ]
    outcome = releases().move_to(Selection(HERE, NAME, 1), lambda _line: None)
    assert (outcome.changed, outcome.moves) == (predicted.changed, predicted.moves) == (True, outcome.moves)
    before = list(cloud[HERE].writes)
    for number, words in ((1, "version 1 is live already"), (9, "there is no version 9")):
        with pytest.raises(ConfigError, match=words):
            releases().move_to(Selection(HERE, NAME, number), said.append)
    assert cloud[HERE].writes == before
    _outcome, (held,) = publish(releases, plan_of({"agent": {"metrics_collection_interval": 30}}))
    assert held.sources("keep")[0]["location"] == f"ssm:{NAME}:1"


def test_back_to_a_version_of_one_part_leaves_the_further_parts(releases: Any) -> None:
    publish(releases, plan_of())
    publish(releases, plan_of(LARGE))
    releases().move({HERE: [NAME]}, PROMOTE, "keep", lambda _line: None)
    releases().move_to(Selection(HERE, NAME, 1), lambda _line: None)
    _outcome, (held,) = publish(releases, plan_of(LARGE))
    assert [source["location"] for source in held.sources("keep")] == [f"ssm:{NAME}:1"]
