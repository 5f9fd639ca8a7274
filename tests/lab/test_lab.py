# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's command line: what other checks rely on."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request
from typing import TYPE_CHECKING

import boto3
import pytest
import yaml

if TYPE_CHECKING:
    from conftest import Lab

LAB = pathlib.Path(__file__).resolve().parent / "lab"
RUN = pathlib.Path("/run/cw-agent-lab")
TOKEN = "T=$(curl -sS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token) && "


def test_status_has_a_line_per_host(lab: Lab) -> None:
    done = lab.run("status")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ec2-1", "amazon-1", "onprem-1"]


def test_exec_is_root_and_passes_stdin_and_status_on(lab: Lab) -> None:
    assert lab.exec("ec2-1", "id -u; hostname") == "0\nec2-1"
    assert lab.run("exec", "ec2-1", "cat", stdin="a line\n").stdout == "a line\n"
    assert lab.run("exec", "onprem-1", "sh", "-c", "echo bad >&2; exit 7", check=False).returncode == 7
    assert lab.run("exec", "ec2-1", "ls", "--all", "/root").stdout.splitlines()[0] == "."
    assert "no host 'ec2-9'" in lab.run("exec", "ec2-9", "true", check=False).stderr


def test_inventory_has_the_groups(lab: Lab) -> None:
    inventory = yaml.safe_load(lab.run("inventory").stdout)
    ec2 = inventory["all"]["children"]["ec2"]
    assert list(ec2["hosts"]) == ["ec2-1"]
    assert list(ec2["children"]["amazon"]["hosts"]) == ["amazon-1"]
    assert inventory["all"]["children"]["onprem"]["hosts"] == {"onprem-1": {"cw_agent_region": "us-east-1"}}


def test_ansible_reaches_every_host(lab: Lab, tmp_path: pathlib.Path) -> None:
    command = ["ansible", "-i", lab.env()["LAB_INVENTORY"], "all", "--tree", tmp_path]
    # Nothing but the inventory says how: no variable of the lab.
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LAB_", "ANSIBLE_SSH"))}
    arguments = ["-m", "ansible.builtin.setup", "-a", "gather_subset=!all,min,pkg_mgr"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, env=environment, cwd="/", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "reserved name" not in done.stderr
    facts = {path.name: json.loads(path.read_text())["ansible_facts"] for path in tmp_path.iterdir()}
    assert {host: fact["ansible_distribution"] for host, fact in facts.items()} == {
        "ec2-1": "Debian",
        "onprem-1": "Debian",
        "amazon-1": "Amazon",
    }
    assert facts["amazon-1"]["ansible_pkg_mgr"] == "dnf"
    assert facts["amazon-1"]["ansible_os_family"] == "RedHat"
    assert all(fact["ansible_user_id"] == "root" for fact in facts.values())


@pytest.mark.parametrize("host", ["ec2-1", "amazon-1", "onprem-1"])
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_hosts_reach_aws_by_its_own_names(lab: Lab, host: str, region: str) -> None:
    for service in ("ssm", "logs", "monitoring", "sts", "ec2"):
        address = f"https://{service}.{region}.amazonaws.com/"
        assert lab.exec(host, f"curl -sS -o /dev/null -w '%{{ssl_verify_result}} %{{http_code}}' {address}").split()[0] == "0"


@pytest.mark.parametrize("host", ["ec2-1", "amazon-1"])
def test_metadata_is_the_instance_s_own(lab: Lab, host: str) -> None:
    header = '-H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest'
    document = json.loads(lab.exec(host, f"{TOKEN}curl -sS {header}/dynamic/instance-identity/document"))
    reservations = lab.client("ec2").describe_instances(Filters=[{"Name": "tag:Name", "Values": [host]}])["Reservations"]
    instance = reservations[0]["Instances"][0]
    assert document["instanceId"] == instance["InstanceId"]
    assert document["privateIp"] == instance["PrivateIpAddress"]
    assert document["privateIp"] in lab.exec(host, "ip -4 address show dev eth0")
    assert lab.exec(host, f"{TOKEN}curl -sS {header}/meta-data/iam/security-credentials/") == "cw-agent-lab"
    assert lab.exec(host, "curl -sS -o /dev/null -w '%{http_code}' http://169.254.169.254/latest/meta-data/") == "401"


def test_outside_ec2_metadata_is_unreachable_at_once(lab: Lab) -> None:
    done = lab.run("exec", "onprem-1", "curl", "-sS", "--max-time", "2", "http://169.254.169.254/", check=False)
    assert done.returncode == 7


def test_instances_carry_tags_and_profile(lab: Lab) -> None:
    pages = lab.client("ec2").describe_instances(Filters=[{"Name": "tag:Lab", "Values": [lab.name]}])["Reservations"]
    instances = [instance for page in pages for instance in page["Instances"]]
    tags = [{tag["Key"]: tag["Value"] for tag in instance["Tags"]} for instance in instances]
    assert sorted((tag["Name"], tag["Role"]) for tag in tags) == [("amazon-1", "batch"), ("ec2-1", "web")]
    assert all(instance["IamInstanceProfile"]["Arn"].endswith("/cw-agent-lab") for instance in instances)


def test_mirror_serves_signed_packages(lab: Lab, tmp_path: pathlib.Path) -> None:
    env = lab.env()
    for name, path in (("key", "assets/amazon-cloudwatch-agent.gpg"), ("version", "info/latest/CWAGENT_VERSION")):
        urllib.request.urlretrieve(f"{env['LAB_MIRROR_URL']}/{path}", tmp_path / name)
    build = (tmp_path / "version").read_text().strip()
    assert build == env["LAB_BUILD_LATEST"] != env["LAB_BUILD_UPGRADE"]
    subprocess.run(["gpg", "--dearmor", "--output", tmp_path / "key.gpg", tmp_path / "key"], check=True, capture_output=True)
    verdicts = {}
    for prefix in ("", "bad-signature/"):
        for path in (f"debian/amd64/{build}/amazon-cloudwatch-agent.deb", "amazon_linux/amd64/latest/amazon-cloudwatch-agent.rpm"):
            for suffix in ("", ".sig"):
                urllib.request.urlretrieve(f"{env['LAB_MIRROR_URL']}/{prefix}{path}{suffix}", tmp_path / f"package{suffix}")
            command = ["gpgv", "--keyring", tmp_path / "key.gpg", tmp_path / "package.sig", tmp_path / "package"]
            verdicts[prefix + path] = subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert [good for path, good in verdicts.items() if not path.startswith("bad")] == [True, True]
    assert [good for path, good in verdicts.items() if path.startswith("bad")] == [False, False]


def test_mirror_stands_under_aws_names(lab: Lab) -> None:
    build = lab.env()["LAB_BUILD_UPGRADE"]
    for address in (
        "amazoncloudwatch-agent.s3.amazonaws.com",
        "amazoncloudwatch-agent-eu-west-1.s3.eu-west-1.amazonaws.com",
        "s3.amazonaws.com/amazoncloudwatch-agent",
        "s3.us-east-1.amazonaws.com/amazoncloudwatch-agent-us-east-1",
    ):
        url = f"https://{address}/debian/amd64/{build}/amazon-cloudwatch-agent.deb"
        assert lab.exec("ec2-1", f"curl -sSf -o /tmp/x.deb {url} && dpkg-deb --field /tmp/x.deb Version") == f"{build}-1"
    assert lab.exec("ec2-1", f"curl -sS -o /dev/null -w '%{{http_code}}' {url}x") == "403"


def test_package_is_a_file(lab: Lab) -> None:
    for kind in ("deb", "rpm"):
        path = pathlib.Path(lab.run("package", kind).stdout.strip())
        assert path.suffix == f".{kind}"
        assert path.is_file()


def test_faults_reach_controller_and_hosts(lab: Lab) -> None:
    lab.run("fault", "add", "throttle", "--service", "ssm", "--count", "1")
    assert "throttle" in lab.run("fault", "list").stdout
    with pytest.raises(Exception, match="Throttling"):
        boto_once(lab).get_parameter(Name="x")
    lab.run("fault", "clear")
    assert lab.run("fault", "list").stdout == ""
    assert lab.run("fault", "add", "nonsense", check=False).returncode != 0


def boto_once(lab: Lab) -> object:
    """Return a client that does not try again."""
    env = {**lab.env(), "AWS_MAX_ATTEMPTS": "1"}
    before = dict(os.environ)
    os.environ.update(env)
    try:
        return boto3.session.Session().client("ssm")
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_a_lost_answer_is_a_broken_connection(lab: Lab) -> None:
    lab.run("fault", "add", "reset", "--host", "ec2-1", "--count", "1")
    done = lab.run(
        "exec", "ec2-1", "curl", "-sS", "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", check=False
    )
    assert done.returncode in (35, 52, 56), done.stderr
    lab.run("fault", "clear")


def test_request_log_names_the_host(lab: Lab) -> None:
    lab.exec(
        "onprem-1", "curl -sS -H 'X-Lab-Host: liar' https://sts.eu-west-1.amazonaws.com/ -d 'Action=GetCallerIdentity&Version=2011-06-15'"
    )
    last = json.loads(pathlib.Path(lab.env()["LAB_REQUEST_LOG"]).read_text().splitlines()[-1])
    assert (last["host"], last["operation"]) == ("onprem-1", "GetCallerIdentity")


def test_the_proxy_writes_down_what_passes(lab: Lab) -> None:
    """From a host that can resolve none of AWS's names, by CONNECT and by a whole URL; other names are refused."""
    proxy = "http://somebody:word@127.0.0.2:3128"
    hidden = "sed -i.hidden s/amazonaws/hidden/ /etc/hosts"
    curl = f"curl -sS -o /dev/null -w '%{{http_code}} ' --proxy {proxy}"
    urls = ("https://sts.us-east-1.amazonaws.com/", "http://amazoncloudwatch-agent.s3.amazonaws.com/info/latest/CWAGENT_VERSION")
    asked = "; ".join(f"{curl} '{url}'" for url in (*urls, "http://example.com/"))
    said = lab.exec("ec2-1", f"{hidden}; {asked}; cat /etc/hosts.hidden > /etc/hosts")
    assert said.split()[1:] == ["200", "403"]
    seen = [json.loads(line) for line in pathlib.Path(lab.env()["LAB_PROXY_LOG"]).read_text().splitlines()]
    assert [(item["host"], item["method"], item["target"], item["user"]) for item in seen] == [
        ("ec2-1", "CONNECT", "sts.us-east-1.amazonaws.com:443", "somebody"),
        ("ec2-1", "GET", urls[1], "somebody"),
        ("ec2-1", "GET", "http://example.com/", "somebody"),
    ]


def test_a_stopped_host_comes_back(lab: Lab) -> None:
    lab.exec("ec2-1", "echo kept > /root/kept; systemctl reboot")
    end = time.monotonic() + 60
    # Not merely on its way down: nobody starts a host that is about to stop.
    while "not running" not in lab.run("status", check=False).stdout:
        assert time.monotonic() < end
    lab.run("up")
    assert "not" not in lab.run("status").stdout
    assert lab.exec("ec2-1", "cat /root/kept; curl -sS -o /dev/null -w '%{http_code}' http://169.254.169.254/") == "kept\n401"


def test_two_labs_side_by_side_grow_and_shrink(lab: Lab, other: Lab) -> None:
    other.environment["LAB_REGIONS"] = "ec2-2=eu-west-1"
    other.run("up", "--ec2", "3")
    hosts = yaml.safe_load(other.run("inventory").stdout)["all"]["children"]["ec2"]["hosts"]
    assert [hosts[f"ec2-{number}"]["placement"]["region"] for number in (1, 2, 3)] == ["us-east-1", "eu-west-1", "us-east-1"]
    header = '-H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest'
    document = json.loads(other.exec("ec2-2", f"{TOKEN}curl -sS {header}/dynamic/instance-identity/document"))
    assert (document["region"], document["instanceId"]) == ("eu-west-1", hosts["ec2-2"]["instance_id"])
    assert other.exec("ec2-1", "cat /etc/machine-id") != lab.exec("ec2-1", "cat /etc/machine-id")
    assert other.env()["AWS_ENDPOINT_URL"] != lab.env()["AWS_ENDPOINT_URL"]
    other.run("up", "--ec2", "1", "--onprem", "1")
    assert [line.split()[0] for line in other.run("status").stdout.splitlines()] == ["ec2-1", "onprem-1"]
    running = [{"Name": "instance-state-name", "Values": ["running"]}]
    reservations = other.client("ec2").describe_instances(Filters=running)["Reservations"]
    assert len([instance for page in reservations for instance in page["Instances"]]) == 1
    other.run("down")
    assert other.traces() == []
    lab.run("status")


def test_down_after_a_crash(other: Lab) -> None:
    other.run("up", "--ec2", "1")
    state = json.loads((other.state / "lab.json").read_text())
    for process in ("gateway", "aws"):
        os.kill(state["processes"][process], signal.SIGKILL)
    assert other.run("status", check=False).returncode == 1
    other.run("up")
    other.run("status")
    # A connection that Ansible keeps open must not outlive the lab either.
    subprocess.run(["ssh", "-F", other.env()["LAB_SSH_CONFIG"], "ec2-1", "true"], check=True)
    (other.state / "lab.json").unlink()
    subprocess.run(["rm", "-r", RUN / other.name / "control.sock", RUN / other.name / "pids"], check=True)
    other.run("down")
    assert other.traces() == []
    assert "there was no lab" in other.run("down").stderr


def test_down_of_a_lab_that_is_half_up(other: Lab) -> None:
    with subprocess.Popen(
        [LAB, "up", "--ec2", "3"], env=other.environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr
        while b"stand-in" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGKILL)
    other.run("down")
    assert other.traces() == []
