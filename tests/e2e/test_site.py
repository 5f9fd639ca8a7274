# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site.yml from inventory to telemetry. The tests run in the order in which they stand: fresh hosts first, then the roll-out."""

from __future__ import annotations

import copy
import json
import pathlib
import re
import time
from typing import Any

import jsonschema
import pytest
import yaml
from awaiting import until
from lab_site import HOSTS, ROOT, Site, untouched

GROUPS = {"ec2-1": "web", "ec2-2": "backend", "amazon-1": "backend", "onprem-1": "onprem"}
FILES = {"web": "/var/log/web/access.log", "backend": "/var/log/backend/app.log", "onprem": "/var/log/plant/machine.log"}


def group_vars(group: str) -> dict[str, Any]:
    """Return the demo's variables of a group."""
    return yaml.safe_load((ROOT / "demo" / "inventory" / "group_vars" / f"{group}.yml").read_text())


def events(site: Site, group: str, stream: str) -> list[str]:
    """Return the messages that stand in a log stream."""
    logs = site.client("logs")
    try:
        return [event["message"] for event in logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


class TestFreshHosts:
    """Nothing is installed yet; nothing may change."""

    def test_check_mode_predicts_and_changes_nothing(self, site: Site) -> None:
        """`-C --diff` passes on fresh hosts and shows the configuration that would become active."""
        with untouched(site):
            run = site.play("--check", "--diff")
        assert run.status == 0
        assert all(counts["changed"] > 0 and counts["failed"] == 0 for counts in run.recap().values())
        for group, path in FILES.items():
            assert f'"/demo/{group}"' in run.output
            # Of two hosts with one configuration as well.
            assert run.output.count(f'"{path}"') == 1

    def test_a_broken_value(self, site: Site) -> None:
        """A fragment with a broken value stops on the controller, naming variable, path, value and hosts."""
        broken = group_vars("web")
        broken["cw_agent_fragment_web"]["logs"]["logs_collected"]["files"]["collect_list"][0]["retention_in_days"] = 42
        site.inventory = site.overlay({"group_vars/web.yml": broken})
        with untouched(site):
            run = site.play()
        site.inventory = ROOT / "demo" / "inventory"
        assert run.status != 0
        for part in ("42", "retention_in_days", "cw_agent_fragment_web", "ec2-1"):
            assert part in run.output
        assert "cw_agent_info" not in run.output

    def test_a_configuration_that_collects_nothing(self, site: Site) -> None:
        """The daemon would die of it: refused on the controller."""
        site.inventory = site.overlay(
            {
                "group_vars/onprem.yml": {"cw_agent_fragment_base": {"agent": {"run_as_user": "cwagent"}}},
            }
        )
        with untouched(site):
            run = site.play("--limit", "onprem-1")
        site.inventory = ROOT / "demo" / "inventory"
        assert run.status != 0
        assert "onprem-1" in run.output
        assert "collects nothing" in run.output

    def test_a_package_with_a_wrong_signature(self, site: Site) -> None:
        """Signed by another key than the pinned one: stops before the host changes."""
        url = "https://amazoncloudwatch-agent.s3.amazonaws.com/bad-signature"
        with untouched(site, ("ec2-1", "amazon-1"), writes=True):
            run = site.play("--limit", "ec2-1,amazon-1", variables={"cw_agent_mirror_url": url})
        assert run.status != 0
        assert "has no good signature by " + site.environment["LAB_SIGNING_FINGERPRINT"] in run.output
        assert "nothing was changed; the mirror may hold" in run.output
        assert {host for host, counts in run.recap().items() if counts["failed"]} == {"ec2-1", "amazon-1"}

    def test_a_disk_without_space_for_the_package(self, site: Site) -> None:
        """The full directory is named, not the mirror that is well; of dpkg's host and of rpm's."""
        hosts = ("ec2-1", "amazon-1")
        for host in hosts:
            # A module finds space for itself there, and not for the package beside it.
            site.on(host, "mount -t tmpfs -o size=250k,mode=1777 small /tmp")
        try:
            with untouched(site, hosts, writes=True):
                run, account = site.account("--limit", ",".join(hosts))
        finally:
            for host in hosts:
                site.on(host, "umount /tmp")
        assert (run.status, account["totals"]) == (2, {"failed": 2})
        for entry in account["hosts"]:
            assert "cannot write the download to /tmp/" in str(entry)
            assert "No space left on device; nothing was changed. Hint: free space there" in str(entry)
        assert "cw_agent_mirror_url" not in run.output

    def test_latest_where_the_mirror_cannot_be_asked(self, site: Site) -> None:
        """The controller of the lab has no way to AWS's bucket: the message says what to do instead."""
        with untouched(site, ("ec2-1", "amazon-1")):
            run = site.play("--limit", "ec2-1,amazon-1", variables={"cw_agent_build": "latest"})
        assert run.status != 0
        said = " ".join(run.output.split())
        assert "cw_agent_build is latest, and the controller cannot find out which build that is: https://amazoncloudwatch" in said
        assert "Hint: name the build, or let the controller reach the mirror" in said

    def test_one_mistake_of_three_hundred_hosts(self, site: Site) -> None:
        """A mistake in a group's variables is said once for all of its hosts, in what fits a screen."""
        hosts = {f"web-{number:03}.example.com": None for number in range(300)}
        site.inventory = site.overlay(
            {
                "many.yml": {"onprem": {"children": {"many": {"hosts": hosts}}}},
                "group_vars/many.yml": {"cw_agent_fragment_many": {"metrics": {"metrics_collected": {"memm": {}}}}},
            }
        )
        run = site.play("--limit", "many")
        site.inventory = ROOT / "demo" / "inventory"
        assert run.status != 0
        assert "and 295 more):\\n* /metrics/metrics_collected/memm (from cw_agent_fragment_many)" in run.output
        message = run.output.partition("fatal:")[2].partition("PLAY RECAP")[0]
        assert 0 < len(message.encode()) <= 4096, message

    def test_an_onprem_host_without_a_profile(self, site: Site) -> None:
        """Neither a profile on the host nor credentials in the variables: stops in the observation."""
        none: dict[str, Any] = {"cw_agent_credentials_access_key_id": "", "cw_agent_credentials_secret_access_key": ""}
        with untouched(site, ("onprem-1",), writes=True):
            run = site.play("--limit", "onprem-1", variables=none)
        assert run.status != 0
        assert run.recap()["onprem-1"]["failed"] == 1
        assert "onprem-1: the host has no credential profile (no profile AmazonCloudWatchAgent in " in run.output
        assert "or give the keys (cw_agent_credentials_access_key_id" in run.output


class TestRollOut:
    """The agent comes to the hosts, one limited run first."""

    def test_limit(self, site: Site) -> None:
        """`--limit` publishes, checks, converges and verifies exactly that host."""
        changed = copy.deepcopy(group_vars("all"))
        changed["cw_agent_fragment_base"]["agent"]["metrics_collection_interval"] = 15
        site.inventory = site.overlay({"group_vars/all.yml": changed})
        mark = site.mark()
        with untouched(site, ("ec2-1", "amazon-1", "onprem-1"), writes=True):
            run = site.play("--limit", "ec2-2")
        site.inventory = ROOT / "demo" / "inventory"
        assert run.status == 0
        assert set(run.recap()) == {"ec2-2"}
        put = [call["request"]["Name"] for call in site.calls(mark, operation="PutParameter")]
        assert len(put) == 1 and "backend" in put[0]
        assert site.on("ec2-2", "systemctl is-active amazon-cloudwatch-agent").strip() == "active"

    def test_serial(self, site: Site) -> None:
        """In batches of one the others follow, to the same end state."""
        run, _said = site.foreseen(cw_agent_serial=1, cw_agent_service_health_seconds=2)
        assert run.status == 0
        assert all(counts["failed"] == counts["unreachable"] == 0 for counts in run.recap().values())
        for host in HOSTS:
            assert site.on(host, "systemctl is-active amazon-cloudwatch-agent; systemctl is-enabled amazon-cloudwatch-agent").split() == [
                "active",
                "enabled",
            ]
        # ec2-2 came in a run without batches, amazon-1 in a batch of its own: the same parameter, the same files.
        active = "cd /opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d && sha256sum *"
        assert site.on("ec2-2", active) == site.on("amazon-1", active)

    @pytest.mark.parametrize("host", HOSTS)
    def test_a_line_arrives(self, site: Site, host: str) -> None:
        """A line written after the roll-out stands in the configured group, in the stream of the instance's id or the hostname."""
        group = GROUPS[host]
        text = f"written on {host} at {time.time()}"
        site.on(host, f"mkdir -p $(dirname {FILES[group]}); echo '{text}' >> {FILES[group]}")
        stream = "onprem-1" if host == "onprem-1" else site.instance(host)["InstanceId"]
        until(lambda: text in events(site, f"/demo/{group}", stream), 60, f"{host}: {text}")

    @pytest.mark.parametrize("host", HOSTS)
    def test_a_metric_arrives(self, site: Site, host: str) -> None:
        """mem_used_percent stands in CloudWatch with the host's own dimension."""
        dimension = (
            {"Name": "host", "Value": "onprem-1"}
            if host == "onprem-1"
            else {"Name": "InstanceId", "Value": site.instance(host)["InstanceId"]}
        )

        def datapoints() -> Any:
            now = time.time()
            answer = site.client("cloudwatch").get_metric_statistics(
                Namespace="CWAgent",
                MetricName="mem_used_percent",
                Dimensions=[dimension],
                StartTime=now - 3600,
                EndTime=now + 60,
                Period=60,
                Statistics=["Average"],
            )
            return answer["Datapoints"]

        values = until(datapoints, 90, f"{host}: mem_used_percent")
        assert 0 < values[0]["Average"] < 100


class TestSecondRun:
    """What holds is left alone."""

    def test_nothing_changes(self, site: Site) -> None:
        """changed=0, the same InvocationID everywhere, no write to Parameter Store."""
        before = {host: site.invocation(host) for host in HOSTS}
        mark = site.mark()
        run = site.play()
        assert run.status == 0
        assert {host: counts["changed"] for host, counts in run.recap().items()} == dict.fromkeys(HOSTS, 0)
        assert {host: site.invocation(host) for host in HOSTS} == before
        assert [call["operation"] for call in site.calls(mark, host=None) if call["write"]] == []

    def test_hosts_have_asked_for_no_more_than_their_policy_allows(self, site: Site) -> None:
        """Every call until now, of downloaders and daemons, is in the policy made of the configuration, and IAM allows it."""
        file = site.scratch / "permissions.json"
        assert site.play(playbook="cloudwatch.agent.permissions", variables={"cw_agent_permissions_file": str(file)}).status == 0
        said = json.loads(file.read_text())
        assert said["hosts"] == dict.fromkeys(HOSTS, "allowed")
        for item in said["permissions"]:
            allowed = {action for statement in item["policy"]["Statement"] for action in statement["Action"]}
            calls = [call for host in item["hosts"] for call in site.calls(host=host) if call["service"] not in ("s3", "sts")]
            asked = {f"{call['service']}:{call['operation']}".replace("monitoring:", "cloudwatch:") for call in calls}
            assert asked <= allowed, (item["hosts"], asked - allowed)
            assert {"cloudwatch:PutMetricData", "logs:PutLogEvents", "ssm:GetParameter"} <= asked

    @pytest.mark.parametrize(
        "configured",
        [
            {
                "ANSIBLE_STRATEGY": "free",
                "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
                "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
                "ANSIBLE_PIPELINING": "false",
            },
            {
                "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
                "ANSIBLE_CACHE_PLUGIN": "jsonfile",
                "ANSIBLE_CACHE_PLUGIN_CONNECTION": "facts",
                "ANSIBLE_FORKS": "1",
            },
        ],
        ids=["strategy, result format, pipelining", "callback, fact cache, forks"],
    )
    def test_however_ansible_is_configured(self, site: Site, configured: dict[str, str]) -> None:
        """The same account, and nothing changes."""
        site.environment.update(configured)
        try:
            run, said = site.account()
        finally:
            for name in configured:
                del site.environment[name]
        assert (run.status, said["totals"]) == (0, {"verified": 4})
        assert [item["host"] for item in said["hosts"] if item["changed"]] == []
        assert "run_once" not in run.output

    @pytest.mark.parametrize("tag", ["check", "publish", "observe", "install", "credentials", "configure", "verify", "release"])
    def test_a_stage_alone_by_its_tag(self, site: Site, tag: str) -> None:
        """Each tag brings what it needs, and changes nothing where nothing differs."""
        run = site.play("--tags", tag, "--limit", "ec2-1,onprem-1")
        assert run.status == 0
        assert all(counts["changed"] == 0 for counts in run.recap().values())
        assert ("2 hosts: 2 verified" in run.output) == (tag in ("verify", "release"))

    def test_two_builds_in_the_package_database(self, site: Site) -> None:
        """An interrupted rpm leaves the old build recorded beside the new one: the run says so and repairs it."""
        latest, other = (site.environment[f"LAB_BUILD_{name}"] for name in ("LATEST", "UPGRADE"))
        url = f"https://amazoncloudwatch-agent.s3.amazonaws.com/amazon_linux/amd64/{other}/amazon-cloudwatch-agent.rpm"
        record = f"curl --silent --fail --output /root/a.rpm {url} && rpm --install --justdb --force --nosignature /root/a.rpm"
        site.on("amazon-1", record)
        assert len(site.on("amazon-1", "rpm --query amazon-cloudwatch-agent").splitlines()) == 2
        run, said = site.account("--limit", "amazon-1", cw_agent_build=latest)
        assert (run.status, said["totals"]) == (0, {"verified": 1})
        assert "an earlier installation was interrupted (installed twice); this run has repaired it first" in " ".join(run.output.split())
        assert site.on("amazon-1", "rpm --query --queryformat '%{VERSION}' amazon-cloudwatch-agent") == latest
        assert site.play("--limit", "amazon-1").recap()["amazon-1"]["changed"] == 0

    def test_a_log_that_is_rotated_while_it_is_read(self, site: Site) -> None:
        """Many times a second; the observation passes, and the service that writes it is left alone."""
        rotate = "while mv agent.log agent.log.1; do cp agent.log.1 agent.log; done".replace("agent", "amazon-cloudwatch-agent")
        before = site.invocation("ec2-1")
        site.on("ec2-1", f"cd /opt/aws/amazon-cloudwatch-agent/logs && systemd-run --quiet --unit=rotate --same-dir sh -c '{rotate}'")
        try:
            run = site.play("--limit", "ec2-1", "--tags", "observe")
        finally:
            site.on("ec2-1", "systemctl stop rotate")
        assert (run.status, run.recap()["ec2-1"]["changed"]) == (0, 0)
        assert site.invocation("ec2-1") == before

    def test_a_common_config_that_others_have_written(self, site: Site) -> None:
        """In TOML that has no line a key: refused before anything changes, and not a byte of it is lost."""
        path = "/opt/aws/amazon-cloudwatch-agent/etc/common-config.toml"
        site.on("onprem-1", f"cp -a {path} /root/common-config.toml; echo 'credentials.shared_credential_profile = \"theirs\"' > {path}")
        state = f"sha256sum {path}; systemctl show -P InvocationID amazon-cloudwatch-agent"
        before = site.on("onprem-1", state)
        try:
            run = site.play("--limit", "onprem-1")
            after = site.on("onprem-1", state)
        finally:
            site.on("onprem-1", f"mv /root/common-config.toml {path}")
        assert (run.status, after) == (2, before)
        assert "common-config.toml cannot be changed without losing other settings (line 1); nothing was changed" in " ".join(
            run.output.split()
        )

    def test_a_start_in_the_middle_says_what_is_missing(self, site: Site) -> None:
        """--start-at-task skips what makes the data."""
        run = site.play("--start-at-task", "cloudwatch.agent.verify : Ask CloudWatch what has arrived")
        assert run.status != 0
        assert "cw_agent_plan is missing. Hint: choose stages by tags, not by start-at-task" in " ".join(run.output.split())

    def test_one_changed_value(self, site: Site) -> None:
        """Only that group's parameter gets a version, only its hosts restart; one of them shows the change that both get."""
        changed = copy.deepcopy(group_vars("backend"))
        changed["cw_agent_fragment_backend"]["logs"]["logs_collected"]["files"]["collect_list"][0]["retention_in_days"] = 120
        before = {host: site.invocation(host) for host in HOSTS}
        mark = site.mark()
        site.inventory = site.overlay({"group_vars/backend.yml": changed})
        published = site.play("--diff", "--tags", "publish")
        early = site.play("--tags", "release", "--limit", "backend")
        run, _said = site.foreseen("--diff")
        assert (published.status, early.status, run.status) == (0, 0, 0)
        # Both have sent telemetry, of the version before.
        assert "2 hosts: 2 unverified" in early.output
        # The inventory's order is that of EC2's answer.
        assert re.search(r"not released: (amazon-1, ec2-2|ec2-2, amazon-1) are not verified", " ".join(early.output.split()))
        put = [call["request"]["Name"] for call in site.calls(mark, operation="PutParameter")]
        assert len(put) == 1 and "backend" in put[0]
        restarted = {host for host in HOSTS if site.invocation(host) != before[host]}
        assert restarted == {"ec2-2", "amazon-1"}
        for shown in (published, run):
            lines = [line for line in shown.output.splitlines() if '"retention_in_days"' in line and line[0] in "+-"]
            assert [line.split(":")[1].strip(" ,") for line in lines] == ["90", "120"]

    def test_two_releases_and_who_runs_them(self, site: Site) -> None:
        """A limited run leaves a host behind: releases and report say which, name a host that cannot be reached, and touch nothing."""
        file, ssm = site.scratch / "releases.json", site.client("ssm")
        changed = copy.deepcopy(group_vars("backend"))
        (entry,) = changed["cw_agent_fragment_backend"]["logs"]["logs_collected"]["files"]["collect_list"]
        entry["retention_in_days"] = 150
        name = "AmazonCloudWatch-backend-base-ec2"
        newest = ssm.get_parameter_history(Name=name)["Parameters"][-1]["Version"]
        site.inventory = site.overlay({"group_vars/backend.yml": changed})
        assert site.play("--limit", "ec2-2").status == 0
        site.on("ec2-1", "systemctl stop ssh; pkill -x sshd || true")
        try:
            started, mark = {host: site.invocation(host) for host in HOSTS}, site.mark()
            run = site.play(playbook="cloudwatch.agent.releases", variables={"cw_agent_releases_file": str(file)})
            self.reported(site, newest)
            assert {host: site.invocation(host) for host in HOSTS} == started
            assert [call["operation"] for call in site.calls(mark, host=None) if call["write"]] == []
        finally:
            site.on("ec2-1", "systemctl start ssh")
        assert run.status == 0
        assert all(counts["changed"] == counts["failed"] == 0 for counts in run.recap().values())
        (item,) = [one for one in json.loads(file.read_text())["configurations"] if one["name"] == name]
        found = {one["version"]: (one["labels"], one["hosts"]) for one in item["versions"]}
        assert found[newest + 1] == (["candidate"], ["ec2-2"])
        assert found[newest] == (["live"], ["amazon-1"])
        assert f"{item['key']}: live is version {newest}; 2 hosts: 1 on version {newest + 1}, 1 on version {newest}" in run.output
        assert "1 host unreachable: ec2-1" in run.output
        assert [line.strip() for line in run.output.splitlines() if '"retention_in_days"' in line and line.strip()[0] in "+-"][:2] == [
            '-            "retention_in_days": 120',
            '+            "retention_in_days": 150',
        ]
        # Back to what every host had.
        entry["retention_in_days"] = 120
        site.inventory = site.overlay({"group_vars/backend.yml": changed})
        assert site.play().status == 0

    def reported(self, site: Site, live: int) -> None:
        """The drift report of the hosts of two releases, one of which cannot be reached: all of it in one run, and nothing written."""
        files = {kind: site.scratch / f"report.{kind}" for kind in ("json", "html", "prometheus")}
        etc = "find /opt/aws/amazon-cloudwatch-agent/etc /etc/systemd/system -printf '%p %T@ %m\\n' | sort"
        before = {host: site.on(host, etc) for host in HOSTS}
        run = site.play(
            playbook="cloudwatch.agent.report", variables={f"cw_agent_report_{kind}": str(path) for kind, path in files.items()}
        )
        assert {host: site.on(host, etc) for host in HOSTS} == before
        assert run.status == 2
        said = " ".join(run.output.split())
        assert "3 of 4 hosts differ: ec2-1 (unreachable), amazon-1 (configuration), ec2-2 (configuration). Hint: " in said
        assert run.output.count("FAILED!") == 1
        found = json.loads(files["json"].read_text())
        jsonschema.validate(found, json.loads((ROOT / "docs" / "report.schema.json").read_text()))
        hosts = {entry["host"]: entry for entry in found["hosts"]}
        assert list(hosts) == ["ec2-1", "amazon-1", "ec2-2", "onprem-1"]
        assert hosts["amazon-1"]["differences"] == [f"configuration: live is version {live}, the inventory asks for version {live + 1}"]
        assert hosts["ec2-2"]["differences"][0] == f"configuration: version {live + 1}, live is version {live}"
        assert (hosts["onprem-1"]["state"], hosts["onprem-1"]["telemetry"]["state"]) == ("converged", "verified")
        assert hosts["onprem-1"]["telemetry"]["newest_at"] and hosts["ec2-2"]["credentials"]["expires_at"]
        assert "ec2-1: unreachable: " in run.output
        assert 'cloudwatch_agent_host_converged{host="onprem-1"} 1\n' in files["prometheus"].read_text()
        assert '<tr class="unreachable"><th scope="row">ec2-1</th>' in files["html"].read_text()

    def test_runner(self, site: Site, tmp_path: pathlib.Path) -> None:
        """ansible-runner runs it in a private_data_dir, credentials from the environment only, as AWX does."""
        import ansible_runner  # noqa: PLC0415 - slow to import, and only here

        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "LAB_SSH_CONFIG")
        lab = {key: value for key, value in site.environment.items() if key.startswith("LAB_") or key in names}
        for name in ("env", "project", "inventory"):
            (tmp_path / name).mkdir()
        (tmp_path / "env" / "envvars").write_text(json.dumps({**lab, "ANSIBLE_CONFIG": str(ROOT / "demo" / "ansible.cfg")}))
        result = ansible_runner.run(
            private_data_dir=str(tmp_path), playbook="cloudwatch.agent.site", inventory=str(site.inventory), quiet=True, rotate_artifacts=1
        )
        print(result.stdout.read()[-8000:])
        assert result.status == "successful"
        assert result.stats["changed"] == {}
        assert set(result.stats["ok"]) == set(HOSTS)


class TestUninstall:
    """The agent leaves the hosts that are named."""

    def test_from_no_host_unless_named(self, site: Site) -> None:
        before = {host: site.invocation(host) for host in HOSTS}
        run = site.play(playbook="cloudwatch.agent.uninstall")
        assert run.status != 0
        assert {host: site.invocation(host) for host in HOSTS} == before
        assert "-e cw_agent_hosts=PATTERN" in " ".join(run.output.split())

    def test_from_one_host(self, site: Site) -> None:
        """Nothing of it is left there, the others are untouched, and a second run changes nothing."""
        named = {"cw_agent_hosts": "onprem-1"}
        others = {host: site.invocation(host) for host in HOSTS if host != "onprem-1"}
        run = site.play(playbook="cloudwatch.agent.uninstall", variables=named)
        assert {host: site.invocation(host) for host in others} == others
        assert (run.status, run.recap()["onprem-1"]["changed"]) == (0, 1)
        left = site.on(
            "onprem-1", "ls -d /opt/aws/amazon-cloudwatch-agent/etc /etc/amazon-cloudwatch-agent-credentials 2> /dev/null || true"
        )
        assert left == ""
        assert "amazon-cloudwatch-agent" not in site.on("onprem-1", "dpkg-query --show; ps ax | grep -v grep")
        assert site.play(playbook="cloudwatch.agent.uninstall", variables=named).recap()["onprem-1"]["changed"] == 0

    def test_a_host_whose_inventory_says_absent(self, site: Site) -> None:
        """Among hosts that keep it: predicted by check mode, removed, accounted for, and installed again when it is wanted again."""
        limit = ("--limit", "!onprem-1")
        site.inventory = ROOT / "demo" / "inventory"
        assert site.play(*limit).status == 0
        site.inventory = site.overlay({"host_vars/amazon-1.yml": {"cw_agent_state": "absent"}})
        others = {host: site.invocation(host) for host in HOSTS if host not in ("amazon-1", "onprem-1")}
        with untouched(site, ("amazon-1",), writes=True):
            predicted, said = site.account("--check", *limit)
        assert (predicted.status, predicted.recap()["amazon-1"]["changed"]) == (0, 1)
        assert said["totals"] == {"pending": 1, "verified": 2}
        run, said = site.account(*limit)
        assert (run.status, run.recap()["amazon-1"]["changed"], said["totals"]) == (0, 1, {"verified": 2, "absent": 1})
        assert "amazon-cloudwatch-agent" not in site.on("amazon-1", "rpm --query --all; ps ax | grep -v grep")
        assert {host: site.invocation(host) for host in others} == others
        run, said = site.account(*limit)
        assert (run.recap()["amazon-1"]["changed"], said["totals"]) == (0, {"verified": 2, "absent": 1})
        site.inventory = ROOT / "demo" / "inventory"
        run, said = site.account(*limit)
        assert (run.status, said["totals"]) == (0, {"verified": 3})
