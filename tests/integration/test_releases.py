# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of releases by its playbook, going back to a version, and what prune leaves: check mode, the run, and both once more."""

from __future__ import annotations

import json
import re
import subprocess
import textwrap
from typing import Any

import pytest
import yaml

from .fleet import FAST, ROOT, Fleet, changed, desired, fragment

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_publish.rst"

# No host of these tests is there: what they run is said.
PRUNE = """
- name: Prune with what hosts are said to run
  hosts: all
  gather_facts: false
  tasks:
    - name: Plan
      ansible.builtin.import_role:
        name: cloudwatch.agent.config
      run_once: true
    - name: Prune
      cloudwatch.agent.cw_agent_release:
        state: pruned
        plan: "{{ cw_agent_plan }}"
        observed: "{{ seen }}"
        write_rate: 50
      run_once: true
      register: pruned
    - name: What was retained
      ansible.builtin.debug:
        msg: "RETAINED {{ pruned.retained | map(attribute='reason') | join('; ') }}"
      run_once: true
"""
# A host that is this machine, which has no agent.
LOCAL = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
LEFT_OUT = ("-e", "cw_agent_releases_observe=false")


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What was printed, without line breaks, of which some versions of ansible-core make more than others."""
    return "".join((done.stdout + done.stderr).split())


def released(fleet: Fleet, *files: str) -> dict[str, Any]:
    """An inventory whose configuration collects *files*, published and released."""
    inventory = desired(fleet, *files)
    fleet.run("release", inventory)
    return inventory


def listing(fleet: Fleet, inventory: dict[str, Any], *options: str) -> tuple[str, dict[str, Any]]:
    """The output of the playbook and its file."""
    file = fleet._path / "releases.json"
    file.unlink(missing_ok=True)
    since = fleet.lab.mark()
    done = fleet.run("releases", inventory, "-e", f"cw_agent_releases_file={file}", *options)
    assert changed(done) == 0
    assert fleet.lab.writes(since) == []
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return done.stdout, found


def test_history(fleet: Fleet) -> None:
    released(fleet, "/var/log/one.log")
    inventory = released(fleet, "/var/log/two.log")
    fleet.run("publish", desired(fleet, "/var/log/three.log"))
    output, found = listing(fleet, inventory, *LEFT_OUT)
    (item,) = found["configurations"]
    assert [(one["version"], one["labels"]) for one in item["versions"]] == [(3, ["candidate"]), (2, ["live"]), (1, ["previous"])]
    assert {one["published_by"] for one in item["versions"]} == {"arn:aws:iam::123456789012:user/lab-controller"}
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", one["published_at"]) for one in item["versions"])
    assert re.search(rf"3 +candidate +\S+Z +user/lab-controller +{item['versions'][0]['digest'][:12]} +not observed", output)
    assert "2 hosts not observed: h1, h2" in output
    for line in ('-            "file_path": "/var/log/two.log",', '+            "file_path": "/var/log/three.log",'):
        assert line in output
    # The second time as the first, and in check mode.
    assert listing(fleet, inventory, *LEFT_OUT)[1] == listing(fleet, inventory, "--check", *LEFT_OUT)[1] == found


def test_calls_of_a_long_history(fleet: Fleet) -> None:
    inventory = released(fleet, "/var/log/one.log")
    client = fleet.lab.client()
    value = client.get_parameter(Name=fleet.name)["Parameter"]["Value"]
    for number in range(60):
        client.put_parameter(Name=fleet.name, Value=value.replace("one", f"n{number}"), Type="String", Overwrite=True)
    since = fleet.lab.mark()
    output, found = listing(fleet, inventory, *LEFT_OUT)
    # One call finds the parameter, one that it has no parts; two pages of its history.
    assert [entry["operation"] for entry in fleet.lab.calls(since)] == ["GetParameters"] * 2 + ["GetParameterHistory"] * 2
    (item,) = found["configurations"]
    assert ([one["version"] for one in item["versions"]], item["left_out"]) == ([*range(61, 51, -1), 1], 50)
    assert "50 older versions not listed" in output


def test_unreachable_hosts_are_named(fleet: Fleet) -> None:
    inventory = desired(fleet, "/a")
    inventory["all"]["vars"] |= {"ansible_host": "127.0.0.1", "ansible_port": 1}
    inventory["all"]["hosts"]["h3"] = LOCAL
    fleet.run("publish", inventory)
    output, found = listing(fleet, inventory)
    assert "2 hosts unreachable: h1, h2" in output
    assert {host: use["state"] for host, use in found["hosts"].items()} == {"h1": "unreachable", "h2": "unreachable", "h3": "none"}
    assert "Connection refused" in found["hosts"]["h1"]["reason"]


def test_the_report_where_parameter_store_cannot_be_read(fleet: Fleet) -> None:
    """Every host says so beside what else is known of it, and all that was to be written is."""
    inventory = desired(fleet, "/a", cw_agent_mode="onPremise", **LOCAL)
    fleet.run("publish", inventory)
    fleet.lab.fault("denied", operation="GetParameter*")
    file = fleet._path / "report.json"
    options = ("-e", f"cw_agent_report_json={file}", "-e", "cw_agent_report_telemetry=false")
    done = fleet.run("report", inventory, *options, check=False)
    found = json.loads(file.read_text(encoding="utf-8"))
    assert done.returncode == 2
    assert "2of2hostsdiffer:h1(package,configuration,problems),h2(package,configuration,problems)." in said(done)
    why = "configuration: Parameter Store could not be read: Failed to read the parameters"
    assert {host["host"]: [text.startswith(why) for text in host["differences"]] for host in found["hosts"]} == {
        "h1": [False, True, False],
        "h2": [False, True, False],
    }
    assert "Hint: allow ssm:GetParameters to the controller's credentials" in found["configurations"][0]["refused"]


@pytest.mark.parametrize("kind", ["SecureString", "vaulted"])
def test_no_secret_is_shown(fleet: Fleet, kind: str) -> None:
    inventory = desired(fleet, "/var/log/swordfish.log")
    options = [*LEFT_OUT, "-vvvv"]
    if kind == "SecureString":
        fleet.lab.client().put_parameter(Name=fleet.name, Value='{"agent": {}}', Type="SecureString")
        fleet.run("release", inventory)
    else:
        (fleet._path / "password").write_text("p")
        secret = fleet._path / "secret.yml"
        secret.write_text(yaml.safe_dump({"secret_path": "/var/log/swordfish.log"}))
        options += ["--vault-password-file", str(fleet._path / "password"), "-e", f"@{secret}"]
        subprocess.run(
            ["ansible-vault", "encrypt", "--vault-password-file", str(fleet._path / "password"), str(secret)],
            check=True,
            capture_output=True,
        )
        inventory = desired(fleet, "{{ secret_path }}", cw_agent_allow_vaulted=["secret_path"])
        fleet.run("release", inventory, *options)
        output, found = listing(fleet, inventory, *options)
        assert "swordfish" not in output + json.dumps(found)
    # The next inventory knows of no secret any more: only the type of the parameter does, or the description of the version.
    inventory = desired(fleet, "/var/log/other.log")
    fleet.run("publish", inventory)
    output, found = listing(fleet, inventory, *options)
    assert "swordfish" not in output + json.dumps(found)
    versions = found["configurations"][0]["versions"]
    assert all(one["digest"] and not one["differences"] for one in versions)
    assert "not shown, one of them holds values that must stay secret" in output


def test_parts(fleet: Fleet) -> None:
    large = [f"/var/log/{number:03}/{'x' * 80}.log" for number in range(150)]
    released(fleet, *large)
    inventory = desired(fleet, *large[:-1])
    fleet.run("publish", inventory)
    output, found = listing(fleet, inventory, *LEFT_OUT)
    new, live = found["configurations"][0]["versions"]
    assert len(live["parts"]) > 2
    assert [new["labels"], live["labels"]] == [["candidate"], ["live"]]
    assert {line[0] for line in new["differences"][2:]} == {"@", " ", "-"}
    assert f"beside live (version {live['version']})" in output

    # Every version of a part has its label, until another release has taken it.
    for files in (["/a"], ["/b"]):
        inventory = released(fleet, *files)
    (first,) = [one for one in listing(fleet, inventory, *LEFT_OUT)[1]["configurations"][0]["versions"] if one["version"] == 1]
    assert not first["complete"]
    since = fleet.lab.mark()
    refused = fleet.run("rollback", inventory, "-e", f"cw_agent_release_version={fleet.name}:1", check=False)
    assert "wasoneofseveralparts,andnolabelsaysanylonger" in said(refused)
    assert fleet.lab.writes(since) == []


def test_back_to_a_version(fleet: Fleet) -> None:
    for number in range(3):
        inventory = released(fleet, f"/var/log/{number}.log")
    assert fleet.labels() == {"candidate": 3, "live": 3, "previous": 2}
    back = ("-e", f"cw_agent_release_version={fleet.name}:1")

    since = fleet.lab.mark()
    check = fleet.run("rollback", inventory, *back, "--check")
    assert (changed(check), fleet.lab.writes(since)) == (1, [])
    done = fleet.run("rollback", inventory, *back)
    assert changed(done) == 1
    assert fleet.labels() == {"candidate": 3, "live": 1, "previous": 1, "hold": 3}
    moves = [f"{fleet.name}:{move}" for move in ("holdnone→version3", "liveversion3→version1", "previousversion2→version1")]
    for run in (check, done):
        text = said(run)
        assert all(move in text for move in moves)
        # Before anything moves, and so before the task has ended.
        assert text.index(moves[0]) < text.index("changed:[h1]")

    since = fleet.lab.mark()
    for options in (["--check"], []):
        refused = fleet.run("rollback", inventory, *back, *options, check=False)
        assert f"{fleet.name}:version1islivealready.Hint:therearetheversions3(candidate,hold),2,1(live,previous)." in said(refused)
    # Going back once more has nothing to do, and hosts stay where they are.
    assert changed(fleet.run("rollback", inventory)) == 0
    held = fleet.run("release", inventory)
    assert f"ssm:{fleet.name}:1" in said(held)
    assert fleet.lab.writes(since) == []

    fleet.run("release", desired(fleet, "/var/log/corrected.log"), "-e", "cw_agent_release_hold=lift")
    assert fleet.labels() == {"candidate": 4, "live": 4, "previous": 1}


def test_versions_that_cannot_be_gone_back_to(fleet: Fleet) -> None:
    inventory = desired(fleet, "/a")
    inventory["all"]["hosts"]["h2"]["cw_agent_config_name"] = f"{fleet.name}-two"
    fleet.run("release", inventory)
    inventory["all"]["hosts"]["h1"]["cw_agent_fragment_logs"] = fragment("/b")
    fleet.run("release", inventory)
    since = fleet.lab.mark()
    for version, more, words in (
        (f"{fleet.name}:9", [], "thereisnoversion9.Hint:therearetheversions2(candidate,live),1(previous)."),
        (f"{fleet.name}:2", [], "version2islivealready"),
        ("1", [], "which2configurationsmayhave"),
        (
            f"{fleet.name}:1",
            ["-e", json.dumps({"cw_agent_release_names": [f"{fleet.name}-two"]})],
            "ofanotherconfigurationthanthoseofthisrun",
        ),
        (f"{fleet.name}:1", ["--limit", "h2"], "ofanotherconfigurationthanthoseofthisrun"),
    ):
        refused = fleet.run("rollback", inventory, "-e", f"cw_agent_release_version={version}", *more, check=False)
        assert refused.returncode != 0
        assert words in said(refused)
    assert fleet.lab.writes(since) == []
    fleet.run("rollback", inventory, "-e", "cw_agent_release_version=1", "-e", json.dumps({"cw_agent_release_names": [fleet.name]}))
    assert fleet.labels() == {"candidate": 2, "live": 1, "previous": 1, "hold": 2}
    assert fleet.labels(f"{fleet.name}-two") == {"candidate": 1, "live": 1}


def shrunk(fleet: Fleet) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The inventory of a configuration that is of one part for two releases now, and the further parts that it had."""
    released(fleet, *[f"/var/log/{number:03}/{'x' * 80}.log" for number in range(150)])
    for files in (["/a"], ["/b"]):
        inventory = released(fleet, *files)
    return inventory, [fleet.lab.client().get_parameter_history(Name=name)["Parameters"][0] for name in fleet.names()[1:]]


def test_prune_leaves_what_labels_and_hosts_use(fleet: Fleet) -> None:
    inventory, parts = shrunk(fleet)
    first, *others = [part["Name"] for part in parts]
    play = fleet._path / "prune.yml"
    play.write_text(PRUNE)
    fleet._play = play
    nothing: dict[str, Any] = {"agent": {"configurations": []}}
    running = {"agent": {"configurations": [{"file": f"ssm_{first}_1", "digest": "0" * 64}]}}

    def prune(seen: dict[str, Any], *options: str) -> subprocess.CompletedProcess[str]:
        return fleet.run("release", inventory, "-e", json.dumps({"seen": seen}), *options)

    since = fleet.lab.mark()
    unknown = prune({"h1": nothing})
    assert (changed(unknown), fleet.lab.writes(since)) == (0, [])
    assert "nobodyknowswhatisinusebyh2" in said(unknown)
    limited = prune({"h1": nothing}, "--limit", "h1")
    assert "nobodyknowswhatisinusebyh2" in said(limited)

    seen = {"h1": nothing, "h2": running}
    check = prune(seen, "--check")
    assert (changed(check), fleet.lab.writes(since)) == (1, [])
    done = prune(seen)
    assert changed(done) == 1
    assert fleet.names() == [fleet.name, first]
    assert f"{first}:retained:inusebyh2" in said(done)
    for options in (["--check"], []):
        assert changed(prune(seen, *options)) == 0

    # A label keeps a part as well, whatever hosts run.
    fleet.lab.client().label_parameter_version(Name=first, Labels=["previous"])
    assert changed(prune({"h1": nothing, "h2": nothing})) == 0
    fleet.lab.client().unlabel_parameter_version(Name=first, ParameterVersion=1, Labels=["previous"])
    assert changed(prune({"h1": nothing, "h2": nothing})) == 1
    assert fleet.names() == [fleet.name]
    assert others


def test_the_role_prunes_what_observed_hosts_do_not_run(fleet: Fleet) -> None:
    inventory, _parts = shrunk(fleet)
    play = fleet._path / "prune.yml"
    (shown,) = re.findall(r"code-block:: yaml\n\n((?:   .*\n|\n)+)", GUIDE.read_text(encoding="utf-8"))
    assert "name: cloudwatch.agent.parameter_store\n" in shown
    play.write_text(textwrap.dedent(shown))
    fleet._play = play
    inventory["all"]["vars"] |= {"ansible_host": "127.0.0.1", "ansible_port": 1}
    since = fleet.lab.mark()
    unreachable = fleet.run("release", inventory)
    assert "nobodyknowswhatisinusebyh1,h2" in said(unreachable)
    assert fleet.lab.writes(since) == []
    inventory["all"]["vars"] |= LOCAL
    assert changed(fleet.run("release", inventory)) == 1
    assert fleet.names() == [fleet.name]


def test_the_example_of_the_documentation(fleet: Fleet) -> None:
    inventory = released(fleet, "/a")
    shown = fleet.lab.process()
    command = ["ansible-doc", "--json", "-t", "module", "cloudwatch.agent.cw_agent_release_info", "cloudwatch.agent.cw_agent_release"]
    documented = json.loads(subprocess.run(command, env=shown, check=True, capture_output=True, text=True).stdout)
    (task,) = yaml.safe_load(documented["cloudwatch.agent.cw_agent_release_info"]["examples"])
    plan = {"name": "Plan", "ansible.builtin.import_role": {"name": "cloudwatch.agent.config"}, "run_once": True}
    play = fleet._path / "example.yml"
    task["cloudwatch.agent.cw_agent_release_info"]["names"] = [fleet.name]
    play.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": [plan, task]}]))
    fleet._play = play
    assert f"us-east-1/{fleet.name}: live is version 1; 2 hosts" in fleet.run("release", inventory).stdout
    # The example of a rollback names a version that is live here.
    *_others, back = yaml.safe_load(documented["cloudwatch.agent.cw_agent_release"]["examples"])
    back["cloudwatch.agent.cw_agent_release"]["version"] = f"{fleet.name}:1"
    play.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": [plan, back]}]))
    assert "version1islivealready" in said(fleet.run("release", inventory, *FAST, check=False))


def given(fleet: Fleet) -> list[str]:
    """The versions that the association of the fleet gives, or those that there are not."""
    client, name = fleet.lab.client(), f"cloudwatch-agent-{fleet.name}"
    found = client.list_associations(AssociationFilterList=[{"key": "AssociationName", "value": name}])["Associations"]
    commands = [client.describe_association(AssociationId=one["AssociationId"])["AssociationDescription"]["Parameters"] for one in found]
    return [version for one in commands for version in re.findall(rf"{fleet.name}:(\d+)", "\n".join(one["commands"]))]


def shown_diff(done: subprocess.CompletedProcess[str]) -> str:
    """What a run has shown as the change of an association."""
    found = re.search(r"TASK \[cloudwatch.agent.association.*?(--- before.*?)\n(?:changed|\[WARN)", done.stdout, re.DOTALL)
    assert found, done.stdout
    return found[1]


def test_associations_follow_what_is_live(fleet: Fleet) -> None:
    """Promote, rollback, and the release of a run: check mode foresees the change, the run makes it, and a second one none."""
    targets = {fleet.name: [{"key": "tag:Fleet", "values": [fleet.name]}], "AmazonCloudWatch-elsewhere": []}

    def inventory(file: str, **more: Any) -> dict[str, Any]:
        return desired(fleet, file, cw_agent_association_targets=targets, **more)

    def follows(playbook: str, content: dict[str, Any], version: str, *options: str) -> None:
        since, before = fleet.lab.mark(), given(fleet)
        check = fleet.run(playbook, content, "--check", "--diff", *options)
        assert fleet.lab.writes(since) == [] and given(fleet) == before
        run = fleet.run(playbook, content, "--diff", *options)
        assert (given(fleet), shown_diff(check)) == ([version], shown_diff(run))
        assert changed(check) == changed(run) and fleet.lab.writes(since).count("UpdateAssociation") == 1

    def again(playbook: str, content: dict[str, Any]) -> None:
        since = fleet.lab.mark()
        assert [changed(fleet.run(playbook, content, *options)) for options in ((), ("--check",))] == [0, 0]
        assert fleet.lab.writes(since) == []

    fleet.run("publish", inventory("/a"))
    assert f"us-east-1/{fleet.name}:ithasnoassociationyet" in said(fleet.run("promote", inventory("/a")))
    assert given(fleet) == []
    fleet.run("association", desired(fleet, "/a", cw_agent_association_targets={fleet.name: targets[fleet.name]}))
    assert given(fleet) == ["1"]
    fleet.run("publish", inventory("/b"))
    follows("promote", inventory("/b"), "2")
    again("promote", inventory("/b"))
    follows("rollback", inventory("/b"), "1")
    follows("rollback", inventory("/b"), "2", "-e", f"cw_agent_release_version={fleet.name}:2")
    # A release whose version does not exist yet in check mode.
    follows("release", inventory("/c"), "3", "-e", "cw_agent_release_hold=lift")
    again("release", inventory("/c"))
    fleet.run("publish", inventory("/d"))
    fleet.run("promote", inventory("/d", cw_agent_association_follow=False))
    assert (fleet.labels()["live"], given(fleet)) == (4, ["3"])


def test_an_association_that_cannot_follow_is_said_once_live_has_moved(fleet: Fleet) -> None:
    targets = {fleet.name: [{"key": "tag:Fleet", "values": [fleet.name]}]}
    inventory = desired(fleet, "/a", cw_agent_association_targets=targets)
    fleet.run("release", inventory)
    fleet.run("association", inventory)
    inventory = desired(fleet, "/b", cw_agent_association_targets=targets)
    fleet.run("publish", inventory)
    fleet.lab.fault("denied", service="ssm", operation="UpdateAssociation")
    done = fleet.run("promote", inventory, check=False)
    assert done.returncode == 2 and fleet.labels()["live"] == 2 and given(fleet) == ["1"]
    for text in ("allow ssm:UpdateAssociation", "live has moved already", "run ansible-playbook cloudwatch.agent.association"):
        assert text.replace(" ", "") in said(done)
    fleet.lab.clear()
    # Whoever promotes again gets it as well.
    assert (changed(fleet.run("promote", inventory)), given(fleet)) == (1, ["2"])


def test_the_report_says_what_associations_give_and_what_came_of_it(fleet: Fleet) -> None:
    """In bulk: a node that is well, one where it has failed, a host that none reaches. Where nobody may read it, that is said."""
    nodes = [
        fleet.lab.control("nodes", count=1, tags={"Fleet": fleet.name}, answers=rows)["nodes"][0] for rows in ([], [{"status": "Failed"}])
    ]
    targets = {fleet.name: [{"key": "tag:Fleet", "values": [fleet.name]}]}
    inventory = desired(fleet, "/a", count=3, cw_agent_mode="onPremise", cw_agent_association_targets=targets, **LOCAL)
    inventory["all"]["hosts"] |= {host: {"cw_agent_node_id": node} for host, node in zip(("h1", "h2"), nodes)}
    fleet.run("publish", inventory)
    fleet.run("promote", inventory)
    fleet.run("association", inventory)
    fleet.run("publish", desired(fleet, "/b", count=3, cw_agent_mode="onPremise"))
    fleet.run("promote", desired(fleet, "/b", count=3, cw_agent_mode="onPremise"))  # from an inventory that knows no associations
    file = fleet._path / "report.json"
    options = ("-e", f"cw_agent_report_json={file}", "-e", "cw_agent_report_telemetry=false", "-e", "cw_agent_report_permissions=false")

    def report() -> tuple[str, dict[str, Any]]:
        done = fleet.run("report", inventory, *options, check=False)
        return said(done), {host["host"]: host for host in json.loads(file.read_text(encoding="utf-8"))["hosts"]}

    since = fleet.lab.mark()
    output, found = report()
    given = {"name": f"cloudwatch-agent-{fleet.name}", "gives": [f"{fleet.name}:1"], "is_live": False, "reason": ""}
    assert {host: entry["association"] for host, entry in found.items()} == {
        "h1": {**given, "status": "Success"},
        "h2": {**given, "status": "Failed"},
        "h3": None,
    }
    assert [("association" in found[host]["differing"]) for host in ("h1", "h2", "h3")] == [True, True, False]
    assert f"h1,h2:association:{given['name']}gives{fleet.name}:1,liveis{fleet.name}:2" in output
    asked = [call["operation"] for call in fleet.lab.calls(since) if "Association" in call["operation"]]
    # A run for both nodes at the creation: h2's tag was there.
    assert asked[:3] == ["ListAssociations", "DescribeAssociation", "DescribeAssociationExecutions"] and len(asked) == 4
    assert fleet.lab.writes(since) == []
    fleet.lab.fault("denied", service="ssm", operation="ListAssociations")
    output, found = report()
    assert "h1,h2:association:StateManagercouldnotberead:" in output and "allowssm:ListAssociations" in output
    assert {host: "association" in entry["differing"] for host, entry in found.items()} == dict.fromkeys(found, False)
    fleet.lab.control("nodes", method="DELETE")
