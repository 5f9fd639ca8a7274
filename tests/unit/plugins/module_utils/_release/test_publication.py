# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From plan to parameters, from published parameters to sources, from labels to moves."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.canonical import canonical_text
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import publication
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.parts import part_name, split

NAME = "AmazonCloudWatch-web"
SMALL = {"metrics": {"metrics_collected": {"mem": {"measurement": ["mem_used_percent"]}}}}
LARGE = {
    "logs": {"logs_collected": {"files": {"collect_list": [{"file_path": f"/var/log/{number:03}/{'x' * 80}"} for number in range(150)]}}}
}


def plan(
    configuration: dict[str, Any] | None = None, name: str = NAME, regions: tuple[str, ...] = ("us-east-1",), profile: str = ""
) -> dict[str, Any]:
    """A plan with two hosts a region."""
    hosts, configurations = {}, []
    for region in regions:
        key, names = f"{region}/{name}", [f"{region}-1", f"{region}-2"]
        hosts.update({host: {"name": name, "region": region, "profile": profile, "mode": "ec2", "key": key} for host in names})
        entry = {
            "key": key,
            "name": name,
            "region": region,
            "profile": profile,
            "text": canonical_text(configuration or SMALL),
            "hosts": names,
        }
        configurations.append(entry)
    return {"hosts": hosts, "configurations": configurations}


def published(
    wish: dict[str, Any], versions: dict[str, int] | None = None, labels: dict[str, dict[str, int]] | None = None, **more: Any
) -> dict[str, Any]:
    """The registered result of the publishing loop: every part at version 5 unless said otherwise, labels by name."""
    results = []
    for item in publication.publications(wish):
        parameters = []
        for wanted in item["parameters"]:
            name = wanted["name"]
            version = 0 if "value" not in wanted else (versions or {}).get(name, 5)
            at = dict.fromkeys([*wanted.get("labels", []), *wanted.get("label_versions", {}), *wanted["report_labels"]], 0)
            at.update({"candidate": version} if version else {})
            at.update((labels or {}).get(name, {}))
            parameters.append(
                {"name": name, "version": version, "labels": at, "labelled_values": {}, "stored_value": None, **more.get(name, {})}
            )
        results.append({"item": item, "parameters": parameters})
    return {"results": results}


def test_each_configuration_once_a_place() -> None:
    answer = publication.publications(plan(regions=("us-east-1", "eu-west-1")))
    assert [(entry["profile"], entry["region"]) for entry in answer] == [("", "us-east-1"), ("", "eu-west-1")]
    assert answer[0]["parameters"] == [
        {"name": NAME, "value": canonical_text(SMALL), "tier": "auto", "labels": ["candidate"], "report_labels": ["live", "hold"]},
        {"name": f"{NAME}.part2", "label_versions": {"candidate": 0}, "report_labels": ["live"]},
    ]


def test_tags_only_where_given() -> None:
    (answer,) = publication.publications(plan(), {"team": "x"})
    assert [entry.get("tags") for entry in answer["parameters"]] == [{"team": "x"}, None]


def test_large_ones_in_parts() -> None:
    (answer,) = publication.publications(plan(LARGE))
    count = len(split(NAME, LARGE))
    assert count > 1
    assert [entry["name"] for entry in answer["parameters"]] == [part_name(NAME, number) for number in range(1, count + 2)]
    assert answer["configurations"] == [{"key": f"us-east-1/{NAME}", "name": NAME, "parts": count}]


def test_all_refusals_in_one_message() -> None:
    wish = plan({"a": {"b": ["{{ x }}"]}}, name="AmazonCloudWatch-a")
    wish["configurations"] += plan({"agent": {"x": "y" * 9000}}, name="AmazonCloudWatch-b")["configurations"]
    with pytest.raises(ConfigError) as raised:
        publication.publications(wish)
    assert "AmazonCloudWatch-a: /a/b/0: '{{ x }}' holds {{, which Parameter Store refuses" in str(raised.value)
    assert "AmazonCloudWatch-b: /agent/x alone is" in str(raised.value)


def test_names_that_the_managed_policy_does_not_cover() -> None:
    assert publication.unreadable_names(plan()) == []
    assert publication.unreadable_names(plan(name="web")) == ["web"]


def test_sources_are_exact_versions_with_the_digest_of_their_text() -> None:
    wish = plan(regions=("us-east-1", "eu-west-1"))
    answer = publication.sources(wish, published(wish, {NAME: 7}))
    text = canonical_text(SMALL)
    source = {"location": f"ssm:{NAME}:7", "digest": hashlib.sha256(text.encode()).hexdigest(), "content": text}
    assert answer["eu-west-1-2"] == {"sources": [source], "region": "eu-west-1", "mode": "ec2"}
    assert len(answer) == 4


def test_sources_of_parts() -> None:
    wish = plan(LARGE)
    (first, *others) = publication.sources(wish, published(wish))["us-east-1-1"]["sources"]
    assert first["location"] == f"ssm:{NAME}:5"
    assert [source["location"] for source in others] == [f"ssm:{NAME}.part{number}:5" for number in range(2, len(others) + 2)]


def test_what_parameter_store_spells_differently_counts_as_it_is_spelled() -> None:
    wish = plan()
    spelled = '{ "metrics": {"metrics_collected": {"mem": {"measurement": ["mem_used_percent"]}}}}'
    (source,) = publication.sources(wish, published(wish, **{NAME: {"stored_value": spelled}}))["us-east-1-1"]["sources"]
    assert source["content"] == spelled
    assert source["digest"] == hashlib.sha256(spelled.encode()).hexdigest()


def test_unpublished_is_refused_naming_the_host() -> None:
    with pytest.raises(ConfigError, match="us-east-1-1: its configuration us-east-1/AmazonCloudWatch-web was not published"):
        publication.sources(plan(), {"results": []})


def on_hold(wish: dict[str, Any]) -> dict[str, Any]:
    """Version 5 was rolled back to version 4."""
    labels = {NAME: {"live": 4, "hold": 5}}
    return published(wish, labels=labels, **{NAME: {"labelled_values": {"live": "four"}}})


def test_on_hold_hosts_get_the_live_version() -> None:
    wish = plan()
    (source,) = publication.sources(wish, on_hold(wish))["us-east-1-1"]["sources"]
    assert source == {"location": f"ssm:{NAME}:4", "digest": hashlib.sha256(b"four").hexdigest(), "content": "four"}
    assert publication.held(on_hold(wish), "keep") == [{"profile": "", "region": "us-east-1", "name": NAME, "live": 4, "wanted": 5}]
    assert publication.to_release(on_hold(wish), wish, ["us-east-1-1", "us-east-1-2"]) == []


def test_on_hold_every_part_of_the_live_release_is_fetched() -> None:
    wish = plan()
    labels = {NAME: {"live": 4, "hold": 5}, f"{NAME}.part2": {"live": 2}}
    values = {NAME: {"labelled_values": {"live": "one"}}, f"{NAME}.part2": {"labelled_values": {"live": "two"}}}
    result = published(wish, labels=labels, **values)
    (place,) = publication.held_in_parts(result)
    assert place == {"profile": "", "region": "us-east-1", "names": [NAME]}
    assert publication.held_in_parts(on_hold(wish)) == publication.held_in_parts(result, "lift") == []
    parts = [{"name": f"{NAME}.part{number}", "version": number, "value": str(number)} for number in (2, 3, 4, 6)]
    found = publication.sources(wish, result, "keep", {"results": [{"item": place, "parameters": parts}]})
    locations = [(source["location"], source["content"]) for source in found["us-east-1-1"]["sources"]]
    assert locations == [
        (f"ssm:{NAME}:4", "one"),
        (f"ssm:{NAME}.part2:2", "two"),
        (f"ssm:{NAME}.part3:3", "3"),
        (f"ssm:{NAME}.part4:4", "4"),
    ]


def test_lifted_hold_gives_the_new_version() -> None:
    wish = plan()
    (source,) = publication.sources(wish, on_hold(wish), "lift")["us-east-1-1"]["sources"]
    assert source["location"] == f"ssm:{NAME}:5"
    assert publication.held(on_hold(wish), "lift") == []
    assert publication.to_release(on_hold(wish), wish, ["us-east-1-1", "us-east-1-2"], "lift")[0]["names"] == [NAME]


def test_hold_means_nothing_for_what_is_live() -> None:
    wish = plan()
    result = published(wish, labels={NAME: {"live": 5, "hold": 6}})
    assert publication.held(result, "keep") == []
    assert publication.sources(wish, result)["us-east-1-1"]["sources"][0]["location"] == f"ssm:{NAME}:5"


def test_release_only_where_all_hosts_are_well_and_something_is_not_live() -> None:
    wish = plan(regions=("us-east-1", "eu-west-1"))
    result = published(wish)
    every = list(wish["hosts"])
    assert [place["region"] for place in publication.to_release(result, wish, every)] == ["us-east-1", "eu-west-1"]
    assert [place["region"] for place in publication.to_release(result, wish, every[:3])] == ["us-east-1"]
    assert publication.to_release(published(wish, labels={NAME: {"live": 5}}), wish, every) == []


def test_a_surplus_live_part_is_not_released_yet() -> None:
    wish = plan()
    result = published(wish, labels={NAME: {"live": 5}, f"{NAME}.part2": {"live": 2}})
    assert publication.to_release(result, wish, list(wish["hosts"]))[0]["names"] == [NAME]


def stored(**labels: dict[str, int]) -> dict[str, Any]:
    """The labels of the parts as read; argument p1 is the name itself, p2 its second part."""
    parameters = [
        {"name": part_name(NAME, int(key[1:])), "labels": dict.fromkeys(publication.LABELS, 0) | at} for key, at in labels.items()
    ]
    return {"results": [{"item": {"profile": "", "region": "us-east-1", "names": [NAME]}, "parameters": parameters}]}


def moved(found: dict[str, Any], action: str = "promote", hold: str = "keep") -> dict[str, dict[str, int]]:
    """Name → label → version of the moves."""
    return {entry["name"]: entry["label_versions"] for place in publication.moves(found, action, hold) for entry in place["parameters"]}


def test_first_release() -> None:
    assert moved(stored(p1={"candidate": 1}, p2={})) == {NAME: {"live": 1}}


def test_next_release() -> None:
    assert moved(stored(p1={"candidate": 5, "live": 4, "previous": 3}, p2={})) == {NAME: {"live": 5, "previous": 4}}


def test_released_moves_nothing() -> None:
    assert moved(stored(p1={"candidate": 5, "live": 5, "previous": 4}, p2={})) == {}


def test_growing_and_shrinking_releases() -> None:
    grows = stored(p1={"candidate": 5, "live": 4, "previous": 3}, p2={"candidate": 1}, p3={})
    assert moved(grows) == {NAME: {"live": 5, "previous": 4}, f"{NAME}.part2": {"live": 1}}
    shrinks = stored(p1={"candidate": 6, "live": 5, "previous": 4}, p2={"live": 1}, p3={"previous": 9}, p4={})
    assert moved(shrinks) == {
        NAME: {"live": 6, "previous": 5},
        f"{NAME}.part2": {"live": 0, "previous": 1},
        f"{NAME}.part3": {"previous": 0},
    }


def test_rollback_and_hold() -> None:
    assert moved(stored(p1={"candidate": 5, "live": 5, "previous": 4}, p2={}), "rollback") == {NAME: {"live": 4, "hold": 5}}
    back = stored(p1={"candidate": 5, "live": 4, "previous": 4, "hold": 5}, p2={})
    assert moved(back, "rollback") == {}
    with pytest.raises(
        ConfigError, match="us-east-1/AmazonCloudWatch-web: is on hold since its rollback from version 5: set cw_agent_release_hold"
    ):
        moved(back)
    assert moved(back, hold="lift") == {NAME: {"live": 5, "hold": 0}}


def test_rollback_of_parts() -> None:
    found = stored(p1={"candidate": 6, "live": 6, "previous": 5}, p2={"previous": 1}, p3={})
    assert moved(found, "rollback") == {NAME: {"live": 5, "hold": 6}, f"{NAME}.part2": {"live": 1}}


def test_refusals_name_place_and_mend() -> None:
    with pytest.raises(ConfigError, match="no previous release to go back to: correct the fragments"):
        moved(stored(p1={"live": 1}), "rollback")
    with pytest.raises(ConfigError, match="there is no candidate: publish one first"):
        moved(stored(p1={"live": 1}))


def test_places_and_unknown_names() -> None:
    wish = plan(regions=("us-east-1", "eu-west-1"))
    assert [place["names"] for place in publication.places(wish)] == [[NAME], [NAME]]
    with pytest.raises(
        ConfigError, match="cw_agent_release_names: other belongs to no host of this run; its configurations are: AmazonCloudWatch-web"
    ):
        publication.places(wish, ["other", NAME])


def test_unused_parts() -> None:
    found = stored(p1={"live": 1}, p2={}, p3={"previous": 2}, p4={})
    found["results"][0]["parameters"].append({"name": f"{NAME}.party", "labels": {"live": 0}})
    (place,) = publication.unused_parts(found)
    assert place["parameters"] == [{"name": f"{NAME}.part2"}, {"name": f"{NAME}.part4"}]
    assert publication.unused_parts(stored(p1={"live": 1}, p2={"live": 1})) == []
