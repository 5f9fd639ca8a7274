# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from dataclasses import replace

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import access, comparison, credentials
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.observation import Desired, DesiredCredentials, SharedFiles, observe
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import BUILD, FakeHost
from .test_identity import Service
from .test_observation import EC2, NO_SERVICE, ONPREM, TEXT, debian, with_profile


def compared(fake: FakeHost, desired: Desired, service: Service) -> tuple[list[str], list[str]]:
    seen = observe(fake.host, desired, service)
    return comparison.differences(seen, desired), [one["what"] for one in comparison.problems(seen, desired)]


def test_converged_instance(fake: FakeHost) -> None:
    debian(fake)
    fake.running_with("ssm_web_3", TEXT)
    assert compared(fake, EC2, Service()) == ([], [])


def test_fresh_instance(fake: FakeHost) -> None:
    debian(fake)
    differences, problems = compared(fake, replace(EC2, build="1.2b3"), Service())
    assert problems == []
    assert differences == [
        "package: not installed → 1.2b3",
        "configuration: none → ssm:web:3",
        "service: inactive → active",
        "service: disabled → enabled",
    ]


def test_nothing_desired_nothing_differs(fake: FakeHost) -> None:
    assert compared(fake, Desired(), NO_SERVICE) == ([], [])
    assert compared(fake, Desired(install=True), NO_SERVICE)[0] == ["package: not installed → the latest build of the mirror"]


def test_another_build(fake: FakeHost) -> None:
    debian(fake)
    fake.running_with("ssm_web_3", TEXT)
    assert compared(fake, replace(EC2, build="1.2b3"), Service())[0] == [f"package: {BUILD} → 1.2b3"]


@pytest.mark.parametrize(
    ("desired", "service", "what"),
    [
        (EC2, NO_SERVICE, "cw_agent_mode is ec2 and the host has no instance metadata"),
        (EC2, Service(security_credentials=(404, "")), "the instance has no role"),
        (replace(EC2, region="us-east-1"), Service(), "the region differs"),
        (replace(EC2, run_as_user="nobody-of-this-name"), Service(), "agent.run_as_user does not exist on the host"),
        (ONPREM, Service(), "cw_agent_mode is onPremise on an EC2 instance"),
    ],
)
def test_problems(fake: FakeHost, desired: Desired, service: Service, what: str) -> None:
    debian(fake)
    problems = comparison.problems(observe(fake.host, desired, service), desired)
    assert what in [one["what"] for one in problems]
    assert all(one["value"] and one["hint"] for one in problems)


def test_user_of_the_package_may_come_with_it(fake: FakeHost) -> None:
    debian(fake)
    assert compared(fake, replace(EC2, run_as_user="cwagent"), Service())[1] == []


def test_role_is_not_needed_beside_a_profile(fake: FakeHost) -> None:
    with_profile(fake)
    assert compared(fake, EC2, Service(security_credentials=(404, "")))[1] == []


@pytest.mark.parametrize("desired", [EC2, ONPREM])
def test_a_profile_that_derives_its_keys(fake: FakeHost, desired: Desired) -> None:
    """The agent would start and send nothing."""
    with_profile(fake)
    file = credentials.used(fake.host).file
    fake.write(file, "[p]\ncredential_process = /usr/bin/helper\n")
    service = Service() if desired is EC2 else NO_SERVICE
    problem = comparison.problems(observe(fake.host, desired, service), desired)[0]
    assert problem["what"] == "the agent cannot use credential_process: of a profile it takes static keys alone"
    assert problem["value"] == f"profile p in {file}"


def test_a_profile_without_keys_hides_the_role(fake: FakeHost) -> None:
    with_profile(fake)
    fake.write(credentials.used(fake.host).file, "")
    assert compared(fake, EC2, Service())[1][0] == "the host has no credential profile"


def test_profile_on_premises(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compared(fake, ONPREM, NO_SERVICE)[1] == ["the host has no credential profile"]
    with_profile(fake, region="")
    assert compared(fake, ONPREM, NO_SERVICE)[1] == ["the credential profile has no region"]
    with_profile(fake, region="us-east-1")
    assert compared(fake, ONPREM, NO_SERVICE)[1] == ["the region differs"]
    with_profile(fake)
    assert compared(fake, ONPREM, NO_SERVICE)[1] == []
    monkeypatch.setattr(access, "readable", lambda who, paths: [False for _path in paths])
    assert "can't read the credential profile" in compared(fake, ONPREM, NO_SERVICE)[1][0]


def test_keys_of_a_hybrid_activation(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root's file and the region are named; whoever else runs the agent is refused with what to do, and so is a host without keys."""
    desired = replace(ONPREM, credentials=DesiredCredentials("default"))
    file = credentials.roots_file()
    (missing,) = comparison.problems(observe(fake.host, desired, NO_SERVICE), desired)
    assert missing["what"] == "the SSM agent has written no keys of a hybrid activation" and file in missing["value"]
    fake.write(fake.layout.at(file), "[default]\naws_access_key_id = ASIA\naws_secret_access_key = B\naws_session_token = C\n")
    differences, problems = compared(fake, desired, NO_SERVICE)
    assert problems == []
    assert [one for one in differences if one.startswith("credentials")] == [
        f"credentials: profile none → profile default {file}",
        f"credentials: region none → {ONPREM.region}",
    ]
    monkeypatch.setattr(access, "readable", lambda who, paths: [False for _path in paths])
    (refused,) = comparison.problems(observe(fake.host, desired, NO_SERVICE), desired)
    assert refused["what"].endswith("(agent.run_as_user) can't read the credential profile")
    assert refused["hint"].startswith("set agent.run_as_user to root: the SSM agent writes the file for root alone")


def test_keys_of_the_run(fake: FakeHost) -> None:
    keys = Keys("A", "B")
    desired = replace(ONPREM, credentials=DesiredCredentials("p", "/srv/credentials", keys.digest))
    differences, problems = compared(fake, desired, NO_SERVICE)
    assert problems == [] and len([one for one in differences if one.startswith("credentials")]) == 3
    with_profile(fake)
    file = fake.layout.at("/srv/credentials")
    seen = observe(fake.host, desired, NO_SERVICE)
    others = seen._replace(profile=seen.profile._replace(owner=access.NOBODY))
    assert comparison.by_part(others, desired)["credentials"] == [
        f"credentials: owner of {file}: {access.owner(access.NOBODY)} → root",
        f"credentials: mode of {file}: 0644 → 0600",
    ]
    os.chmod(file, 0o600)
    assert not [one for one in compared(fake, desired, NO_SERVICE)[0] if one.startswith("credentials")]
    other = replace(desired, credentials=desired.credentials._replace(digest=Keys("A", "C").digest))
    changed = [one for one in compared(fake, other, NO_SERVICE)[0] if one.startswith("credentials")]
    assert len(changed) == 1 and "keys" in changed[0]


def test_without_systemd(fake: FakeHost) -> None:
    fake.overrides["systemctl show"] = Result(1)
    assert compared(fake, EC2, Service())[1] == ["systemd does not answer"]


def test_installation_that_was_broken_off_is_repaired_first(fake: FakeHost) -> None:
    debian(fake)
    fake.overrides["dpkg-query"] = Result(0, f"half-installed {BUILD}-1")
    differences, problems = compared(fake, Desired(), Service())
    assert problems == []
    assert differences == [f"package: an earlier installation was interrupted (half-installed), this run repairs it first → {BUILD}"]


def test_masked_unit(fake: FakeHost) -> None:
    debian(fake)
    fake.running_with("ssm_web_3", TEXT)
    fake.overrides["systemctl show"] = Result(0, "LoadState=masked\nActiveState=inactive\n")
    seen = observe(fake.host, EC2, Service())
    assert [(one["what"], one["value"]) for one in comparison.problems(seen, EC2)] == [
        ("the service is masked, so nothing can start it", "amazon-cloudwatch-agent.service")
    ]
    assert "systemctl unmask" in comparison.problems(seen, EC2)[0]["hint"]
    assert comparison.problems(seen, Desired()) == []


def test_read_only_file_system_matters_where_something_is_to_be_written(fake: FakeHost) -> None:
    debian(fake)
    fake.running_with("ssm_web_3", TEXT)
    seen = observe(fake.host, EC2, Service())._replace(read_only=["/etc"])
    assert comparison.problems(seen, EC2) == []
    found = comparison.problems(seen, replace(EC2, build="1.2b3"))
    assert [(one["what"], one["value"]) for one in found] == [("the file system is read-only", "/etc")]


def test_agent_that_is_to_be_absent(fake: FakeHost) -> None:
    """Only what of it is there counts: the rest of what the inventory says of the host does not matter any more."""
    debian(fake)
    desired = replace(ONPREM, build="1.2b3", purge=["configuration", "credentials"])
    assert compared(fake, desired, NO_SERVICE) == ([], [])
    fake.running_with("ssm_web_3", TEXT)
    differences, problems = compared(fake, desired, NO_SERVICE)
    assert differences == [f"package amazon-cloudwatch-agent {BUILD} → absent", f"{fake.layout.etc} → absent"]
    assert problems == []


def test_what_the_configuration_needs(fake: FakeHost) -> None:
    """Missing, it stops a change; a host that has nothing to change is left alone, and the fact is there."""
    debian(fake)
    fake.running_with("ssm_web_3", TEXT)
    needs = {"name": "/usr/share/collectd/types.db", "rule": "collectd-types-db", "why": "The agent does not start.", "hint": "Install it."}
    desired = replace(EC2, requirements=[needs, {**needs, "name": "sh"}])
    seen = observe(fake.host, desired, Service())
    assert [one["met"] for one in seen.requirements] == [False, True]
    assert comparison.problems(seen, desired) == []
    changed = replace(desired, build="1.2b3")
    (problem,) = comparison.problems(observe(fake.host, changed, Service()), changed)
    assert problem["value"] == "/usr/share/collectd/types.db: The agent does not start"
    assert problem["hint"] == "Install it; cw_agent_silenced_rules with collectd-types-db goes on without"


def test_a_user_that_is_to_be_created(fake: FakeHost) -> None:
    debian(fake)
    fake.running_with("ssm_web_3", TEXT)
    desired = replace(EC2, run_as_user="nobody-of-this-name", create_user=True)
    assert compared(fake, desired, Service()) == (["user: nobody-of-this-name → created"], [])


def test_an_instance_of_another_account(fake: FakeHost) -> None:
    """Its role could not read the configuration; with a credential profile, the instance's own account says nothing."""
    debian(fake)
    fake.running_with("ssm_web_3", TEXT)
    desired = replace(EC2, account="210987654321")
    (problem,) = comparison.problems(observe(fake.host, desired, Service()), desired)
    assert (problem["what"], "set cw_agent_profile" in problem["hint"]) == ("the account differs", True)
    assert problem["value"].startswith("its configuration is in account 210987654321, the instance is in ")
    same = replace(EC2, account=observe(fake.host, EC2, Service()).identity.account_id)
    assert comparison.problems(observe(fake.host, same, Service()), same) == []


def test_a_profile_that_the_inventory_does_not_name(fake: FakeHost) -> None:
    with_profile(fake)
    what = "a profile in common-config.toml that the inventory does not name wins over the role of the instance"
    assert compared(fake, EC2, Service())[1] == [what]
    assert compared(fake, replace(EC2, credential_sources=["common_config"]), Service())[1] == []
    assert compared(fake, replace(EC2, credentials=DesiredCredentials("p")), Service())[1] == []


def test_other_credentials_than_those_of_the_role(fake: FakeHost) -> None:
    debian(fake)
    fake.write(f"{fake.layout.etc}/env-config.json", '{"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE"}')
    assert compared(fake, EC2, Service())[1] == ["other credentials win over the role of the instance (environment)"]
    assert compared(fake, replace(EC2, credential_sources=["environment"]), Service())[1] == []
    fake.running_with("ssm_web_3", TEXT)
    fake.write(f"{fake.layout.etc}/env-config.json", '{"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE"}')
    assert compared(fake, EC2, Service()) == ([], [])


def test_a_role_without_keys(fake: FakeHost) -> None:
    debian(fake)
    service = Service()
    service.answers["/latest/meta-data/iam/security-credentials/web-role"] = (200, '{"Code": "AssumeRoleUnauthorizedAccess"}')
    assert compared(fake, EC2, service)[1] == ["the role web-role of the instance gives no keys"]


def test_log_files_that_awslogs_reads_as_well(fake: FakeHost) -> None:
    seen = observe(fake.host, EC2, Service())
    assert (seen.shared_files, comparison.conflict(seen)) == (SharedFiles(), "")
    said = comparison.conflict(seen._replace(shared_files=SharedFiles(("/a", "/b", "/c", "/d"))))
    assert said.startswith("awslogs runs on the host and reads /a, /b, /c and 1 more, so that the lines would arrive twice. Hint: ")


def test_what_awslogs_reads_is_asked_where_log_files_are_configured(fake: FakeHost) -> None:
    fake.overrides["systemctl show awslogsd"] = Result(0, "LoadState=loaded\nActiveState=active\n")
    fake.write(fake.layout.at("/srv/awslogs.conf"), "[general]\n")
    fake.write(fake.layout.at("/etc/awslogs/proxy.conf"), "")
    os.symlink(fake.layout.at("/srv/awslogs.conf"), fake.layout.at("/etc/awslogs/awslogs.conf"))
    asked = replace(EC2, files=["/var/log/app.log"])
    said = comparison.conflict(observe(fake.host, asked, Service()))
    assert said.startswith("awslogs runs on the host, and what it reads cannot be said: ") and "Hint: " in said
    for other in (EC2, replace(asked, purge=[])):
        assert comparison.conflict(observe(fake.host, other, Service())) == ""
