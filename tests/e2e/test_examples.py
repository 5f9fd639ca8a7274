# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tutorial and the worked examples, followed from their pages alone: every command as it stands there, and what it shows.

The tests run in the order in which they stand: they share a lab.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from awaiting import until
from lab_site import ROOT, UNIT, Site

GUIDES = ROOT / "docs" / "docsite" / "rst"
EXAMPLE, COMPANY, TUTORIAL = (GUIDES / f"{name}.rst" for name in ("example_web_server", "example_company", "tutorial"))
HOSTS = {"web-1": "ec2-1", "web-2": "ec2-2"}
NODES = {"shop-1": "ec2-1", "shop-2": "ec2-2", "office-1": "onprem-1"}
NAME, COMPANY_NAME = "AmazonCloudWatch-web-server", "AmazonCloudWatch-ExampleCorpConfig"
BLOCK = re.compile(r"^\.\. code-block:: (\w+)\n\n((?:   .*\n|\n)+)", re.MULTILINE)
LASTING = ("eval ", "export ")
"""Lines of the tutorial that count for what comes after them."""


class Step(NamedTuple):
    """The commands of one or more blocks of the controller (console) or of web-1 (shell), and the lines that they show."""

    kind: str
    commands: str
    shown: str


def steps(guide: Path) -> list[Step]:
    """A guide's blocks in their order; what is shown belongs to the commands before it."""
    found: list[Step] = []
    for kind, text in BLOCK.findall(guide.read_text(encoding="utf-8")):
        if kind == "text":
            found[-1] = found[-1]._replace(shown=textwrap.dedent(text).strip())
        elif kind != "yaml":
            found.append(Step(kind, in_lab(textwrap.dedent(text)), ""))
    return found


def in_lab(text: str) -> str:
    """The guide's names of hosts as the lab has them."""
    for name, host in {**HOSTS, **NODES}.items():
        text = text.replace(name, host)
    return text


def shows(output: str, line: str) -> bool:
    """Whether a line of the guide, in which … stands for anything, is in the output."""
    words = [re.escape(word) for word in " ".join(in_lab(line).split()).split("…")]
    return re.search(".*".join(words), "\n".join(" ".join(each.split()) for each in output.splitlines())) is not None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A lab that its first test makes, as the tutorial does."""
    place = Site("e2e-examples", tmp_path_factory.mktemp("examples"))
    place.lab("down")
    try:
        yield place
    finally:
        place.lab("down")


@pytest.fixture(scope="module")
def example(site: Site) -> Path:
    """Two web servers to be, without an instance profile; the example's directory with what the lab's inventory says of hosts."""
    site.up("--ec2", "2")
    ec2 = site.client("ec2")
    ec2.create_tags(
        Resources=[site.instance(host)["InstanceId"] for host in HOSTS.values()],
        Tags=[{"Key": "Role", "Value": "web"}, {"Key": "Distribution", "Value": "debian"}],
    )
    for association in ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"]:
        ec2.disassociate_iam_instance_profile(AssociationId=association["AssociationId"])
    folder = copied(site, "web_server")
    known = yaml.safe_load((ROOT / "demo" / "inventory" / "group_vars" / "all.yml").read_text())
    reached = {name: known[name] for name in known if name.startswith("ansible_") or name == "cw_agent_signing_fingerprint"}
    for host in HOSTS.values():
        (folder / "inventory" / "host_vars" / f"{host}.yml").write_text(yaml.safe_dump(reached))
    return folder


def copied(site: Site, name: str) -> Path:
    """A copy of an example, with a directory for what the lab's hosts have of their own."""
    folder = site.scratch / name
    shutil.copytree(ROOT / "examples" / name, folder)
    (folder / "inventory" / "host_vars").mkdir()
    return folder


@pytest.fixture(scope="module")
def company(site: Site) -> Path:
    """Two instances and an on-prem server, managed nodes with the company's tags; the example's directory with the id of that server."""
    site.up("--ec2", "2")
    ec2, ssm = site.client("ec2"), site.client("ssm")
    instances = [site.instance(host) for host in HOSTS.values()]
    for instance in instances:  # the other example has taken it away
        if "IamInstanceProfile" not in instance:
            ec2.associate_iam_instance_profile(IamInstanceProfile={"Name": "cw-agent-lab"}, InstanceId=instance["InstanceId"])
    site.up("--ec2", "2", "--onprem", "1", "--ssm")
    tag = {"Key": "Company", "Value": "ExampleCorp"}
    first, second = (instance["InstanceId"] for instance in instances)
    ec2.create_tags(Resources=[first, second], Tags=[tag])
    ec2.create_tags(Resources=[first], Tags=[{"Key": "Detail", "Value": "yes"}])
    (server,) = (node["InstanceId"] for node in nodes(site) if node["ResourceType"] == "ManagedInstance")
    ssm.add_tags_to_resource(ResourceType="ManagedInstance", ResourceId=server, Tags=[tag])
    folder = copied(site, "company")
    office = folder / "inventory" / "office.yml"
    office.write_text(in_lab(office.read_text()).replace("mi-0123456789abcdef0", server))
    soon = {"agent": {"metrics_collection_interval": 10}, "metrics": {"force_flush_interval": 5}}
    reason = {"high-resolution": "nobody waits a minute for the first value"}
    for host in NODES.values():
        own = {"cw_agent_fragment_soon": soon, "cw_agent_silenced_rules": reason}
        (folder / "inventory" / "host_vars" / f"{host}.yml").write_text(yaml.safe_dump(own))
    return folder


def nodes(site: Site) -> list[dict[str, Any]]:
    """What Systems Manager says of its nodes."""
    found: list[dict[str, Any]] = site.client("ssm").describe_instance_information()["InstanceInformationList"]
    return found


def run(site: Site, commands: str, folder: Path) -> str:
    """The output of commands that all succeed."""
    environment = {key: value for key, value in site.environment.items() if key != "ANSIBLE_CONFIG"}
    environment["COLUMNS"] = "400"
    done = subprocess.run(["bash", "-ec", commands], env=environment, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{commands}{done.stdout[-6000:]}{done.stderr[-3000:]}"
    return done.stdout


def follow(step: Step, output: str) -> None:
    """The output has every line that the guide shows."""
    missing = [line for line in step.shown.splitlines() if not shows(output, line)]
    assert not missing, f"{step.commands}\nshows not: {missing}\nbut:\n{output[-8000:]}"


def test_the_tutorial(site: Site) -> None:
    """Every command of it but the last one, which ends the lab; what one leaves in the shell, the next one has."""
    *all_steps, last = steps(TUTORIAL)
    assert last.commands.strip() == "tests/lab/lab down"
    lasting = ""
    for step in all_steps:
        follow(step, run(site, lasting + step.commands, ROOT))
        lasting += "".join(f"{line}\n" for line in step.commands.splitlines() if line.startswith(LASTING))


def test_the_examples_show_their_files() -> None:
    def shown(guide: Path) -> list[Any]:
        return [yaml.safe_load(textwrap.dedent(text)) for kind, text in BLOCK.findall(guide.read_text(encoding="utf-8")) if kind == "yaml"]

    def there(name: str) -> Any:
        return yaml.safe_load((ROOT / "examples" / name).read_text(encoding="utf-8"))

    assert shown(EXAMPLE) == [there("web_server/site.yml")]
    variables, play = shown(COMPANY)
    assert play == there("company/company.yml")
    of_all = there("company/inventory/group_vars/all.yml")
    assert of_all == {**of_all, **variables}


def test_the_example(site: Site, example: Path) -> None:
    """Every block; after the one play for all hosts, what is on the hosts and in AWS."""
    for step in steps(EXAMPLE):
        follow(step, site.on("ec2-1", f"set -e\n{step.commands}") if step.kind == "shell" else run(site, step.commands, example))
        if "site.yml" in step.commands:
            on_the_hosts(site)
            in_aws(site)
    for host in HOSTS.values():
        assert site.on(host, f"systemctl is-active {UNIT} || true").strip() == "inactive"
    assert NAME not in [role["RoleName"] for role in site.client("iam").list_roles()["Roles"]]


def on_the_hosts(site: Site) -> None:
    """Apache and the agent run, the agent as a user that may read the files."""
    for host in HOSTS.values():
        assert site.on(host, f"systemctl is-active apache2 rsyslog {UNIT}").split() == ["active"] * 3
        assert site.on(host, f"ps -o user= -p $(systemctl show -p MainPID --value {UNIT})").strip() == "cwagent"
        assert "adm" in site.on(host, "id -nG cwagent").split()


def in_aws(site: Site) -> None:
    """A log group for each file with a stream for each instance; the parameter is live; each instance has the profile."""
    logs = site.client("logs")
    instances = {site.instance(host)["InstanceId"] for host in HOSTS.values()}
    for group in ("/web/secure", "/web/access", "/web/error"):
        until(lambda at=group: streams(logs, at) == instances, 60, f"{group}: a stream for each instance with events")
        (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        assert found["retentionInDays"] == 30
    (parameter,) = site.client("ssm").get_parameters(Names=[f"{NAME}:live"])["Parameters"]
    assert "/web/secure" in parameter["Value"]
    for host in HOSTS.values():
        assert site.instance(host)["IamInstanceProfile"]["Arn"].endswith(f"/{NAME}")


def test_the_company(site: Site, company: Path) -> None:
    """Every block; after the first play for all hosts, what is on the hosts and in AWS. The second one changes nothing in either."""
    reached, process = False, ""
    for step in steps(COMPANY):
        follow(step, run(site, step.commands, company))
        if "company.yml" not in step.commands:
            continue
        if not reached:
            on_the_nodes(site)
            in_the_account(site)
            reached, process = True, site.invocation("onprem-1")
        assert site.invocation("onprem-1") == process
    assert reached
    for host in NODES.values():
        assert site.on(host, f"systemctl is-active {UNIT} || true").strip() == "inactive"


def on_the_nodes(site: Site) -> None:
    """Shop and agent run everywhere; on the server outside EC2 the agent has the keys of the SSM agent, and a region."""
    for host in NODES.values():
        assert site.on(host, f"systemctl is-active shop {UNIT}").split() == ["active"] * 2
    settings = site.on("onprem-1", "cat /opt/aws/amazon-cloudwatch-agent/etc/common-config.toml /root/.aws/config")
    assert 'shared_credential_profile = "default"' in settings and "region = us-east-1" in settings


def in_the_account(site: Site) -> None:
    """What the page promises: streams, retention, flow log, trail, alarms with a subscriber, detailed monitoring, dashboard, parameter."""
    logs, metrics = site.client("logs"), site.client("cloudwatch")
    first, second = (site.instance(host) for host in HOSTS.values())
    assert streams(logs, "/examplecorp/visits") == {first["InstanceId"], second["InstanceId"], "onprem-1"}
    groups = logs.describe_log_groups(logGroupNamePrefix="/examplecorp/")["logGroups"]
    assert {group["logGroupName"].rpartition("/")[2]: group.get("retentionInDays") for group in groups} == {
        "visits": 30,
        "network": 30,
        "trail": 365,
    }
    (flow,) = site.client("ec2").describe_flow_logs()["FlowLogs"]
    assert (flow["ResourceId"], flow["TrafficType"], flow["LogGroupName"]) == (first["VpcId"], "ALL", "/examplecorp/network")
    trails = site.client("cloudtrail")
    (trail,) = trails.describe_trails()["trailList"]
    assert ":log-group:/examplecorp/trail:" in trail["CloudWatchLogsLogGroupArn"] and trail["IsMultiRegionTrail"]
    assert trails.get_trail_status(Name="examplecorp")["IsLogging"]
    (topic,) = site.client("sns").list_topics()["Topics"]
    alarms = metrics.describe_alarms()["MetricAlarms"]
    assert {alarm["AlarmName"] for alarm in alarms} == {
        "examplecorp-shop-cpu",
        "cw-agent-CWAgent-memory-by-host",
        "cw-agent-CWAgent-disk-by-host",
    }
    assert [alarm["AlarmActions"] for alarm in alarms] == [[topic["TopicArn"]]] * 3
    (subscription,) = site.client("sns").list_subscriptions_by_topic(TopicArn=topic["TopicArn"])["Subscriptions"]
    assert subscription["Endpoint"] == "operations@example.com"
    assert [instance["Monitoring"]["State"] for instance in (first, second)] == ["enabled", "disabled"]
    assert "Visits by tag" in metrics.get_dashboard(DashboardName="ExampleCorp")["DashboardBody"]
    (parameter,) = site.client("ssm").get_parameters(Names=[f"{COMPANY_NAME}:live"])["Parameters"]
    assert "/examplecorp/visits" in parameter["Value"]


def streams(logs: object, group: str) -> set[str]:
    """The streams of a group that have events."""
    return {event["logStreamName"] for event in logs.filter_log_events(logGroupName=group)["events"]}  # type: ignore[attr-defined]
