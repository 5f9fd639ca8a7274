# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where packages come from. The tests run in the order in which they stand: a fresh installation, then a change of the build each time.

The agent runs from the first on, so each change is a transaction: verified, tried on the configuration, watched.
"""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from lab_site import Run, Site, memory

HOSTS = {"ec2-1": "debian/amd64/{}/amazon-cloudwatch-agent.deb", "amazon-1": "amazon_linux/amd64/{}/amazon-cloudwatch-agent.rpm"}
AWS_MIRROR = "https://amazoncloudwatch-agent.s3.amazonaws.com"
WORD = "lab-mirror-word"
BUCKET = "packages-of-the-test"
OWN = ["1.300044.0", "1.300045.0"]
VERSION = "info/latest/CWAGENT_VERSION"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An EC2 host with dpkg and one with rpm, the agent on neither; the controller reaches AWS's names through a proxy."""
    place = Site("e2e-sources", tmp_path_factory.mktemp("sources"))
    place.lab("down")
    try:
        place.up("--ec2", "1", "--amazon", "1")
        proxied = {"https_proxy": place.environment["LAB_PROXY_URL"], "no_proxy": "127.0.0.1"}
        place.environment.update(proxied, SSL_CERT_FILE=place.environment["AWS_CA_BUNDLE"])
        place.inventory = place.ec2_inventory({"cw_agent_fragment_base": memory(10), "cw_agent_service_health_seconds": 2})
        yield place
    finally:
        place.lab("down")


@pytest.fixture(scope="module")
def tree(site: Site) -> pathlib.Path:
    """A copy of the mirror on the controller, in which the newer build is the latest."""
    target = site.scratch / "mirror"
    shutil.copytree(pathlib.Path(site.environment["LAB_STATE_DIR"]) / "mirror", target)
    (target / VERSION).write_text(site.environment["LAB_BUILD_UPGRADE"] + "\n")
    return target


def rolled(site: Site, *arguments: str, **variables: Any) -> Run:
    """Run the roll-out; it has to pass, whatever it changes, as check mode has predicted."""
    run, said = site.foreseen(*arguments, **variables)
    assert (run.status, said["totals"]) == (0, {"verified": 2})
    return run


def unchanged(site: Site, **variables: Any) -> None:
    """Run the roll-out; it has to change nothing."""
    again = site.play(variables=variables)
    assert {host: counts["changed"] for host, counts in again.recap().items()} == dict.fromkeys(HOSTS, 0)


def builds(site: Site) -> set[str]:
    """What is installed, by the agent's own file."""
    return {site.on(host, "cat /opt/aws/amazon-cloudwatch-agent/bin/CWAGENT_VERSION").strip() for host in HOSTS}


def test_a_directory_of_the_controller(site: Site, tree: pathlib.Path) -> None:
    """Fresh hosts get their package from it, and nothing of it stays there."""
    run = rolled(site, cw_agent_package_directory=str(tree))
    unchanged(site, cw_agent_package_directory=str(tree))
    assert run.recap()["ec2-1"]["changed"] > 0
    assert builds(site) == {site.environment["LAB_BUILD_LATEST"]}
    assert "amazoncloudwatch-agent" not in site.proxied()
    assert site.on("ec2-1", "find /tmp /home/ansible /root -name '*.deb'") == ""


def test_a_tampered_file_of_the_directory(site: Site, tree: pathlib.Path) -> None:
    """The host verifies what the controller gives it; the agent runs on."""
    before = {host: site.invocation(host) for host in HOSTS}
    build = site.environment["LAB_BUILD_UPGRADE"]
    for path in HOSTS.values():
        file = tree / path.format(build)
        content = file.read_bytes()
        file.unlink()
        file.write_bytes(content[:-1] + b"?")
    try:
        run = site.play(variables={"cw_agent_package_directory": str(tree), "cw_agent_build": build})
    finally:
        for path in HOSTS.values():
            shutil.copy(pathlib.Path(site.environment["LAB_STATE_DIR"]) / "mirror" / path.format(build), tree / path.format(build))
    assert run.status == 2
    assert "has no good signature by " + site.environment["LAB_SIGNING_FINGERPRINT"] in " ".join(run.output.split())
    assert {host: site.invocation(host) for host in HOSTS} == before


def test_latest_is_a_newer_one(site: Site, tree: pathlib.Path) -> None:
    """The controller finds out which build that is."""
    rolled(site, cw_agent_package_directory=str(tree), cw_agent_build="latest")
    unchanged(site, cw_agent_package_directory=str(tree), cw_agent_build="latest")
    assert builds(site) == {site.environment["LAB_BUILD_UPGRADE"]}


def test_latest_of_a_web_server_with_a_password(site: Site) -> None:
    """Both ask it: the controller which build is the latest, the hosts for the package. The password is in no output."""
    mirror = f"https://mirror:{WORD}@{AWS_MIRROR.removeprefix('https://')}/private"
    run = rolled(site, "-vvvv", "--diff", cw_agent_mirror_url=mirror, cw_agent_build="latest")
    assert builds(site) == {site.environment["LAB_BUILD_LATEST"]}
    assert WORD not in run.output
    assert all(WORD not in site.on(host, "journalctl --no-pager") for host in HOSTS)
    refused = site.play("-vvvv", variables={"cw_agent_mirror_url": mirror.replace(WORD, "wrong-word"), "cw_agent_build": "latest"})
    assert refused.status != 0
    assert "cw_agent_build is latest, and the controller cannot find out which build that is" in " ".join(refused.output.split())
    assert "wrong-word" not in refused.output.split("PLAY [", 1)[1]


def test_a_bucket_that_only_the_controller_may_read(site: Site, tree: pathlib.Path) -> None:
    """Hosts get URLs that are signed for an hour, which no output shows."""
    s3 = site.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for file in tree.rglob("*"):
        if file.is_file() and "bad-signature" not in file.parts:
            s3.put_object(Bucket=BUCKET, Key=f"agent/{file.relative_to(tree)}", Body=file.read_bytes())
    site.environment["AWS_ENDPOINT_URL_S3"] = "https://s3.us-east-1.amazonaws.com"
    try:
        run = rolled(site, "-vvvv", cw_agent_mirror_url=f"s3://{BUCKET}/agent", cw_agent_build="latest")
    finally:
        del site.environment["AWS_ENDPOINT_URL_S3"]
    assert builds(site) == {site.environment["LAB_BUILD_UPGRADE"]}
    assert "Signature=" not in run.output.replace("X-Amz-SignedHeaders", "")
    assert all("X-Amz-Signature" not in site.on(host, "journalctl --no-pager") for host in HOSTS)
    denied = site.on("ec2-1", f"curl -s -o /dev/null -w '%{{http_code}}' https://s3.us-east-1.amazonaws.com/{BUCKET}/agent/{VERSION}")
    assert denied == "403"


def test_a_mirror_on_the_host(site: Site, tree: pathlib.Path) -> None:
    """A directory on its own disk, by file:."""
    build = site.environment["LAB_BUILD_LATEST"]
    for host, path in HOSTS.items():
        urls = [path.format(build), path.format(build) + ".sig", "assets/amazon-cloudwatch-agent.gpg"]
        site.on(host, "; ".join(f"curl -s --create-dirs -o /srv/agent/{url} {AWS_MIRROR}/{url}" for url in urls))
    rolled(site, cw_agent_mirror_url="file:///srv/agent", cw_agent_build=build)
    assert builds(site) == {build}


def test_a_file_on_the_host(site: Site) -> None:
    """A single package beside its signature and the key; without them it is refused by name."""
    build = site.environment["LAB_BUILD_UPGRADE"]
    for host, path in HOSTS.items():
        url = f"{AWS_MIRROR}/{path.format(build)}"
        site.on(host, f"mkdir -p /srv/one; cd /srv/one; curl -s -o agent.pkg {url}; curl -s -o agent.pkg.sig {url}.sig")
    asked = {"cw_agent_package_file": "/srv/one/agent.pkg", "cw_agent_build": build}
    refused = site.play(variables=asked)
    assert refused.status == 2
    assert "/srv/one/amazon-cloudwatch-agent.gpg: No such file or directory; nothing was changed" in " ".join(refused.output.split())
    for host in HOSTS:
        site.on(host, f"cd /srv/one; curl -s -O {AWS_MIRROR}/assets/amazon-cloudwatch-agent.gpg")
    rolled(site, **asked)
    assert builds(site) == {build}


def test_the_distributions_own_repository(site: Site) -> None:
    """By dnf and its key, up and down by version and release; refused where there is none, and beside another source."""
    state = pathlib.Path(site.environment["LAB_STATE_DIR"]) / "mirror"
    site.lab("repository", str(state / "own"), *OWN)
    site.lab("repository", str(state / "foreign"), "--signer", "bad", "1.300046.0")
    key = "/etc/pki/rpm-gpg/RPM-GPG-KEY-lab"
    entry = f"[amazonlinux]\nname=own\nbaseurl={AWS_MIRROR}/own\ngpgcheck=1\ngpgkey=file://{key}\nmetadata_expire=1\n"
    site.on("amazon-1", f"mkdir -p /etc/pki/rpm-gpg; curl -s -o {key} {AWS_MIRROR}/assets/amazon-cloudwatch-agent.gpg")
    site.on("amazon-1", f"cat > /etc/yum.repos.d/amazonlinux.repo << 'END'\n{entry}END")
    own = {"cw_agent_package_repository": True}
    both = site.play("--limit", "amazon-1", variables={**own, "cw_agent_package_file": "/srv/one/agent.pkg"})
    assert both.status != 0
    assert "cw_agent_package_repository and cw_agent_package_file are given together" in " ".join(both.output.split())
    debian = site.play("--limit", "ec2-1", variables=own)
    assert debian.status == 2
    assert "is not Amazon Linux" in " ".join(debian.output.split())
    for build, expected in (
        ("", site.environment["LAB_BUILD_UPGRADE"]),
        ("latest", OWN[1]),
        (f"{OWN[0]}-1.amzn2023", OWN[0]),
        (OWN[1], OWN[1]),
    ):
        predicted = build == "latest"
        run, said = (site.foreseen if predicted else site.account)("--limit", "amazon-1", **own, cw_agent_build=build)
        assert (run.status, said["totals"]) == (0, {"verified": 1})
        assert site.on("amazon-1", "cat /opt/aws/amazon-cloudwatch-agent/bin/CWAGENT_VERSION").strip() == expected
        if predicted:
            assert site.play("--limit", "amazon-1", variables={**own, "cw_agent_build": build}).recap()["amazon-1"]["changed"] == 0
    before = site.invocation("amazon-1")
    unknown = site.play("--limit", "amazon-1", variables={**own, "cw_agent_build": "1.300060.0"})
    assert f"Hint: name one of {OWN[0]}-1.amzn2023, {OWN[1]}-1.amzn2023" in " ".join(unknown.output.split())
    site.on("amazon-1", "sed -i s,/own$,/foreign, /etc/yum.repos.d/amazonlinux.repo; dnf -q clean all")
    foreign = site.play("--limit", "amazon-1", variables={**own, "cw_agent_build": "latest"})
    assert foreign.status == 2
    assert "dnf cannot fetch amazon-cloudwatch-agent-1.300046.0-1.amzn2023 with a good signature" in " ".join(foreign.output.split())
    assert site.invocation("amazon-1") == before
