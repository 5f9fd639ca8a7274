# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role parameter_store by its playbooks: publish, release, promote, rollback, hold, parts, regions, slices."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from pathlib import Path
from typing import Any, Callable

import pytest

from .fleet import Fleet, changed, desired, fragment, hosts


def sources(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Host → locations, as the run says."""
    found = re.search(r'SOURCES (\{.*\})"', done.stdout)
    assert found, done.stdout
    return {
        host: [source["location"] for source in entry] for host, entry in json.loads(found[1].encode().decode("unicode_escape")).items()
    }


def test_publish_release_rollback_hold_and_lift(fleet: Fleet) -> None:
    one, two, three = (desired(fleet, f"/var/log/{number}.log") for number in range(3))
    since = fleet.lab.mark()
    check = fleet.run("release", one, "--check", "--diff")
    assert fleet.lab.writes(since) == []
    assert sources(check)["h1"] == [f"ssm:{fleet.name}:1"]
    assert "/var/log/0.log" in check.stdout

    first = fleet.run("release", one)
    assert sources(first) == {"h1": [f"ssm:{fleet.name}:1"], "h2": [f"ssm:{fleet.name}:1"]}
    assert fleet.labels() == {"candidate": 1, "live": 1}

    since = fleet.lab.mark()
    again = fleet.run("release", one)
    assert changed(again) == 0
    # one call for each selector of the name: the latest version, candidate, live and hold
    assert [entry["operation"] for entry in fleet.lab.calls(since)] == ["GetParameters"] * 4

    fleet.run("release", two)
    assert fleet.labels() == {"candidate": 2, "live": 2, "previous": 1}
    fleet.run("rollback", two)
    assert fleet.labels() == {"candidate": 2, "live": 1, "previous": 1, "hold": 2}
    assert changed(fleet.run("rollback", two)) == 0

    since = fleet.lab.mark()
    held = fleet.run("release", two)
    assert sources(held)["h1"] == [f"ssm:{fleet.name}:1"]
    assert "on hold since its rollback: hosts stay at version 1, the inventory asks for version 2" in " ".join(
        (held.stdout + held.stderr).split()
    )
    assert (changed(held), fleet.lab.writes(since)) == (0, [])

    corrected = fleet.run("release", three)
    assert sources(corrected)["h1"] == [f"ssm:{fleet.name}:1"]
    assert fleet.labels() == {"candidate": 3, "live": 1, "previous": 1, "hold": 2}
    refused = fleet.run("promote", three, check=False)
    assert refused.returncode != 0
    assert f"{fleet.name}: is on hold since its rollback from version 2: set cw_agent_release_hold to lift" in " ".join(
        refused.stdout.split()
    )

    lifted = fleet.run("release", three, "-e", "cw_agent_release_hold=lift")
    assert sources(lifted)["h1"] == [f"ssm:{fleet.name}:3"]
    assert fleet.labels() == {"candidate": 3, "live": 3, "previous": 1}
    assert changed(fleet.run("release", three)) == 0


def test_promote_releases_what_was_published(fleet: Fleet) -> None:
    fleet.run("publish", desired(fleet, "/a"))
    assert fleet.labels() == {"candidate": 1}
    fleet.run("promote", desired(fleet, "/a"))
    fleet.run("publish", desired(fleet, "/b"))
    assert fleet.labels() == {"candidate": 2, "live": 1}
    fleet.run("promote", desired(fleet, "/b"), "-e", json.dumps({"cw_agent_release_names": [fleet.name]}))
    assert fleet.labels() == {"candidate": 2, "live": 2, "previous": 1}
    done = fleet.run("promote", desired(fleet, "/b"), "-e", json.dumps({"cw_agent_release_names": ["other"]}), check=False)
    assert "other belongs to no host of this run" in " ".join(done.stdout.split())


def test_an_unwell_host_keeps_its_configuration_from_release(fleet: Fleet) -> None:
    done = fleet.run("release", desired(fleet, "/a"), "-e", json.dumps({"unwell": ["h2"]}), check=False)
    assert done.returncode != 0
    assert fleet.labels() == {"candidate": 1}
    assert "h2 is not verified" in " ".join((done.stdout + done.stderr).split())


def test_a_limited_run_releases_only_what_every_host_has_shown(fleet: Fleet) -> None:
    limited = fleet.run("release", desired(fleet, "/a"), "--limit", "h1")
    assert fleet.labels() == {"candidate": 1}
    assert "h2 is not part of this run" in " ".join((limited.stdout + limited.stderr).split())
    never = fleet.run("release", desired(fleet, "/a"), "-e", "cw_agent_release=never")
    assert fleet.labels() == {"candidate": 1}
    assert "cw_agent_release is never" in " ".join((never.stdout + never.stderr).split())
    assert changed(fleet.run("release", desired(fleet, "/a"), "--limit", "h1", "-e", "cw_agent_release=always")) == 1
    assert fleet.labels() == {"candidate": 1, "live": 1}


def test_a_limited_run_may_release_what_no_other_host_has(fleet: Fleet) -> None:
    inventory = desired(fleet, "/a")
    inventory["all"]["hosts"]["h2"]["cw_agent_config_name"] = f"{fleet.name}-two"
    fleet.run("release", inventory, "--limit", "h1")
    assert fleet.labels() == {"candidate": 1, "live": 1}


def test_rollback_skips_what_has_no_previous_release(fleet: Fleet) -> None:
    inventory = desired(fleet, "/a")
    inventory["all"]["hosts"]["h2"]["cw_agent_config_name"] = f"{fleet.name}-two"
    fleet.run("release", inventory)
    inventory["all"]["hosts"]["h1"]["cw_agent_fragment_logs"] = fragment("/b")
    fleet.run("release", inventory)
    done = fleet.run("rollback", inventory)
    # Some versions of ansible-core break lines, at hyphens as well.
    said = "".join((done.stdout + done.stderr).split())
    assert f"us-east-1/{fleet.name}:liveversion2→version1" in said
    assert f"us-east-1/{fleet.name}-two:skipped:thereisnopreviousreleasetogobackto" in said
    assert fleet.labels() == {"candidate": 2, "live": 1, "previous": 1, "hold": 2}


def test_two_inventories_do_not_overwrite_each_other(fleet: Fleet, tmp_path: Path) -> None:
    staging, production = desired(fleet, "/a"), desired(fleet, "/b")
    fleet.run("publish", staging, "-e", "awx_inventory_name=staging")
    refused = fleet.run("publish", production, "-e", "awx_inventory_name=production", check=False)
    said = " ".join(refused.stdout.split())
    assert refused.returncode != 0
    assert f"{fleet.name}: version 1 was published from the inventory staging, this run is from production" in said
    assert "set cw_agent_environment" in said
    assert fleet.labels() == {"candidate": 1}
    fleet.run("publish", production, "-e", "awx_inventory_name=production", "-e", "cw_agent_takeover=true")
    assert fleet.labels() == {"candidate": 2}


def test_the_environment_is_part_of_the_name(fleet: Fleet) -> None:
    fleet.run("publish", hosts(1, cw_agent_environment="staging", cw_agent_fragment_environ=fragment("/a")))
    assert fleet.labels("AmazonCloudWatch-staging-environ") == {"candidate": 1}


def test_large_configurations_grow_and_shrink_in_parts(fleet: Fleet) -> None:
    large = [f"/var/log/{number:03}/{'x' * 80}.log" for number in range(150)]
    done = fleet.run("release", desired(fleet, *large))
    parts = sources(done)["h1"]
    assert parts == [f"ssm:{fleet.name}:1", *(f"ssm:{fleet.name}.part{number}:1" for number in range(2, len(parts) + 1))]
    assert len(parts) > 2
    assert fleet.names() == sorted(part.split(":")[1] for part in parts)
    assert all(fleet.labels(name) == {"candidate": 1, "live": 1} for name in fleet.names())
    assert changed(fleet.run("release", desired(fleet, *large))) == 0

    small = fleet.run("release", desired(fleet, "/a"))
    assert sources(small)["h1"] == [f"ssm:{fleet.name}:2"]
    assert fleet.labels() == {"candidate": 2, "live": 2, "previous": 1}
    assert [fleet.labels(name) for name in fleet.names()[1:]] == [{"previous": 1}] * (len(parts) - 1)
    assert changed(fleet.run("release", desired(fleet, "/a"))) == 0

    fleet.run("rollback", desired(fleet, "/a"))
    held = fleet.run("release", desired(fleet, "/a"), check=False)
    assert held.returncode == 0, held.stdout
    assert sources(held)["h1"] == parts

    fleet.run("release", desired(fleet, "/b"), "-e", "cw_agent_release_hold=lift")
    fleet.run("release", desired(fleet, "/c"))
    assert all(fleet.labels(name) == {} for name in fleet.names()[1:])


def test_two_regions_each_its_own(fleet: Fleet) -> None:
    inventory = desired(fleet, "/a")
    inventory["all"]["hosts"] = {"here": {}, "there": {"cw_agent_region": "eu-west-1"}, "placed": {"placement": {"region": "eu-central-1"}}}
    del inventory["all"]["vars"]["cw_agent_region"]
    inventory["all"]["hosts"]["here"]["cw_agent_region"] = "us-east-1"
    fleet.run("release", inventory)
    for region in ("us-east-1", "eu-west-1", "eu-central-1"):
        assert fleet.labels(region=region) == {"candidate": 1, "live": 1}
    inventory["all"]["hosts"]["nowhere"] = {}
    done = fleet.run("publish", inventory, check=False)
    assert done.returncode != 0
    assert "nowhere" in done.stdout


def test_one_name_with_two_contents_is_refused_naming_both(fleet: Fleet) -> None:
    inventory = desired(fleet, "/a")
    inventory["all"]["hosts"]["h2"]["cw_agent_fragment_logs"] = fragment("/b")
    since = fleet.lab.mark()
    done = fleet.run("publish", inventory, check=False)
    words = " ".join(done.stdout.split())
    assert done.returncode != 0
    assert all(word in words for word in ("h1", "h2", fleet.name))
    assert fleet.lab.calls(since) == []


@pytest.mark.parametrize("option", [["--limit", "h2"], ["-e", "cw_agent_hosts=h2"]])
def test_limit_publishes_what_is_needed(fleet: Fleet, option: list[str]) -> None:
    inventory = desired(fleet, "/a")
    inventory["all"]["hosts"]["h2"]["cw_agent_config_name"] = f"{fleet.name}-two"
    fleet.run("publish", inventory, *option)
    assert fleet.names() == [f"{fleet.name}-two"]


def test_slices_that_run_at_once(fleet: Fleet) -> None:
    slices = [hosts(2, first, cw_agent_config_name=fleet.name, cw_agent_fragment_logs=fragment("/a")) for first in (1, 3)]
    ended: list[subprocess.CompletedProcess[str]] = []
    threads = [threading.Thread(target=lambda part=part: ended.append(fleet.run("release", part))) for part in slices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 2
    assert fleet.labels()["live"] == fleet.labels()["candidate"]


@pytest.mark.parametrize(("name", "said"), [("AmazonCloudWatch-x.part2", ".part"), ("aws-x", "reserved by AWS")])
def test_impossible_names_are_refused(fleet: Fleet, name: str, said: str) -> None:
    done = fleet.run("publish", hosts(1, cw_agent_config_name=name, cw_agent_fragment_logs=fragment("/a")), check=False)
    assert done.returncode != 0
    assert said in " ".join(done.stdout.split())


def test_names_outside_the_managed_policy_are_warned_of(fleet: Fleet) -> None:
    done = fleet.run("publish", hosts(1, cw_agent_config_name="elsewhere", cw_agent_fragment_logs=fragment("/a")))
    assert "elsewhere: the managed policy CloudWatchAgentServerPolicy lets hosts read AmazonCloudWatch-* only" in " ".join(
        done.stderr.split() + done.stdout.split()
    )


NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}


@pytest.mark.parametrize(
    ("environment", "options", "said"),
    [
        (NO_KEYS, [], "NoCredentialsError: Unable to locate credentials. Hint: give the controller credentials"),
        ({}, ["cw_agent_profile=nope"], "Two AWS identities are given: profile nope (cw_agent_profile of the hosts) and access_key"),
        (NO_KEYS, ["cw_agent_profile=nope"], "The config profile (nope) could not be found. Hint: correct cw_agent_profile"),
        ({"AWS_CA_BUNDLE": ""}, [], "certificate verify failed: self-signed certificate in certificate chain"),
        (
            {"AWS_ENDPOINT_URL": "https://127.0.0.1:1"},
            [],
            'Could not connect to the endpoint URL: "https://127.0.0.1:1/". Hint: check the region',
        ),
        (
            {"AWS_ENDPOINT_URL": "nonsense"},
            [],
            "Invalid endpoint: nonsense. Hint: give endpoint_url or AWS_ENDPOINT_URL as a whole address",
        ),
    ],
    ids=["no credentials", "two identities", "unknown profile", "not trusted", "out of reach", "no endpoint"],
)
def test_a_connection_that_fails_says_what_to_do(fleet: Fleet, environment: dict[str, str], options: list[str], said: str) -> None:
    extra = [word for option in options for word in ("-e", option)]
    done = fleet.run("publish", desired(fleet, "/a"), *extra, check=False, **environment)
    assert done.returncode != 0
    assert said in " ".join(done.stdout.replace("\\", "").split())
    assert done.stdout.count(fleet.name) < 12  # the plan is not printed with it


def test_batches_publish_once(fleet: Fleet) -> None:
    since = fleet.lab.mark()
    done = fleet.run("release", desired(fleet, "/a", count=3), "-e", "batch=1")
    assert done.stdout.count("SOURCES") == 3
    assert sources(done)["h3"] == [f"ssm:{fleet.name}:1"]
    assert fleet.lab.writes(since).count("PutParameter") == 1
    assert fleet.labels() == {"candidate": 1, "live": 1}


def test_tags(fleet: Fleet, inventory: Callable[[dict[str, Any]], Path]) -> None:
    tagged = desired(fleet, "/a", cw_agent_parameter_tags={"team": "web"})
    fleet.run("publish", tagged)
    since = fleet.lab.mark()
    assert changed(fleet.run("publish", tagged)) == 0
    assert len(fleet.lab.calls(since, "ListTagsForResource")) == 1
    tags = fleet.lab.client().list_tags_for_resource(ResourceType="Parameter", ResourceId=fleet.name)["TagList"]
    assert tags == [{"Key": "team", "Value": "web"}]
