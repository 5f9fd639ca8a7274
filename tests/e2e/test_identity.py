# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As whom the agent will call AWS, proved on the host before it is changed. The tests run in the order in which they stand."""

from __future__ import annotations

import contextlib
import json
import pathlib
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
import traces
from agent_configurations import CONFIGURATIONS, plan
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import Identity, subjects
from awaiting import until
from lab_site import UNIT, Run, Site, untouched

DROP_IN = f"/etc/systemd/system/{UNIT}.d/keys.conf"
ROOTS = "/root/.aws/credentials"
POLICY = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An instance and an on-prem host, both without an agent."""
    place = Site("e2e-identity", tmp_path_factory.mktemp("identity"))
    place.lab("down")
    try:
        place.up("--ec2", "1", "--onprem", "1")
        yield place
    finally:
        place.lab("down")


def refused(site: Site, host: str, **variables: Any) -> tuple[Run, str]:
    """Run site.yml on a host that has to stay as it is; return how it ended, with its output as words."""
    with untouched(site, (host,), writes=True):
        run, said = site.account("--limit", host, **variables)
    assert run.status == 2 and said["totals"] == {"failed": 1}
    return run, " ".join(run.output.split())


def in_unit(variable: str) -> str:
    """A script that puts a variable into the environment of the agent's unit."""
    return f"install -D /dev/null {DROP_IN}; printf '[Service]\\nEnvironment={variable}\\n' > {DROP_IN}; systemctl daemon-reload"


@contextlib.contextmanager
def fault(site: Site, *arguments: str) -> Iterator[None]:
    """A fault of the lab, as long as the test needs it."""
    site.lab("fault", "add", *arguments)
    try:
        yield
    finally:
        site.lab("fault", "clear")


class TestOnPremises:
    """Keys of the inventory, before they are written."""

    def test_a_wrong_secret(self, site: Site) -> None:
        secret = "w" * 40
        run, said = refused(site, "onprem-1", cw_agent_credentials_secret_access_key=secret)
        assert "the secret access key of the agent's credentials is not that of the access key (the keys of the inventory" in said
        assert "Hint: correct cw_agent_credentials_access_key_id and cw_agent_credentials_secret_access_key" in said
        assert secret not in run.output

    def test_an_unknown_key(self, site: Site) -> None:
        _run, said = refused(site, "onprem-1", cw_agent_credentials_access_key_id="AKIAUNKNOWN000000000")
        assert "AWS does not know the access key of the agent's credentials" in said
        assert "sts.us-east-1.amazonaws.com: InvalidClientTokenId" in said

    def test_a_permission_that_is_missing(self, site: Site) -> None:
        """IAM says so of the user whose keys the run brings."""
        iam, user = site.client("iam"), "cw-agent-onprem"
        iam.detach_user_policy(UserName=user, PolicyArn=POLICY)
        try:
            _run, said = refused(site, "onprem-1", cw_agent_permissions_check="changed")
        finally:
            iam.attach_user_policy(UserName=user, PolicyArn=POLICY)
        assert f"onprem-1: permissions are missing (arn:aws:iam::123456789012:user/{user}): " in said
        assert "cloudwatch:PutMetricData on *: no statement allows it; needed by /metrics" in said

    def test_a_clock_an_hour_ahead(self, site: Site) -> None:
        site.set_ahead("onprem-1", 3600)
        try:
            _run, said = refused(site, "onprem-1", ansible_python_interpreter="/usr/local/bin/python3-ahead")
        finally:
            site.on("onprem-1", f"rm -r /etc/systemd/system/{UNIT}.d")
        assert "the host's clock is 60 min ahead, and AWS refuses what it signs" in said
        assert "SignatureDoesNotMatch). Hint: let the host take its time from a server" in said

    def test_expired(self, site: Site) -> None:
        with fault(site, "expired", "--service", "sts", "--host", "onprem-1"):
            assert "the agent's credentials have expired (the keys of the inventory" in refused(site, "onprem-1")[1]

    def test_another_account(self, site: Site) -> None:
        """The controller publishes into an account that the keys do not belong to."""
        with site.profile("other", "LAB210987654321"):
            _run, said = refused(site, "onprem-1", cw_agent_profile="other")
        assert "the account differs (its configuration is in account 210987654321, the keys of the inventory belong to arn:aws" in said

    def test_nobody_answers(self, site: Site) -> None:
        """A host that cannot reach STS is refused where the inventory wants the proof, and warned about where it does not."""
        with fault(site, "reset", "--service", "sts", "--host", "onprem-1"):
            _run, said = refused(site, "onprem-1", cw_agent_identity_check="always")
            assert "STS cannot say as whom the agent calls AWS (sts.us-east-1.amazonaws.com: " in said
            run, account = site.account("--limit", "onprem-1")
        assert run.status == 0 and account["totals"] == {"verified": 1}
        assert "it is not proved as whom the agent calls AWS: sts.us-east-1.amazonaws.com: " in " ".join(run.output.split())

    def test_good_keys_are_asked_for_once(self, site: Site) -> None:
        """The host has them now: an unchanged one is not asked, a changed one asks as the agent's user, with the profile."""
        mark = site.mark()
        assert site.play("--limit", "onprem-1").status == 0
        assert site.calls(mark, service="sts", host="onprem-1") == []
        assert site.account("--limit", "onprem-1", cw_agent_identity_check="always")[0].status == 0
        calls = site.calls(mark, service="sts", host="onprem-1")
        assert [(call["operation"], call["status"]) for call in calls] == [("GetCallerIdentity", 200)]

    def test_a_profile_of_somebody_else(self, site: Site) -> None:
        """The agent's user cannot read it."""
        file = "/etc/elsewhere/credentials"
        site.on("onprem-1", f"install -D -m 600 /etc/amazon-cloudwatch-agent-credentials/credentials {file}")
        site.on("onprem-1", "cp /etc/amazon-cloudwatch-agent-credentials/config /etc/elsewhere/")
        none = {"cw_agent_credentials_access_key_id": "", "cw_agent_credentials_secret_access_key": ""}
        _run, said = refused(site, "onprem-1", cw_agent_credentials_file=file, **none)
        assert f"cwagent (agent.run_as_user) can't read the credential profile ({file})" in said

    def test_a_profile_of_another_region(self, site: Site) -> None:
        """The configuration lies in the inventory's region, the agent would look for it and send to the profile's."""
        file = "/etc/elsewhere/credentials"
        site.on("onprem-1", "install -d /etc/elsewhere; cp /etc/amazon-cloudwatch-agent-credentials/* /etc/elsewhere/")
        site.on("onprem-1", "chmod 644 /etc/elsewhere/*; sed -i 's/us-east-1/eu-west-1/' /etc/elsewhere/config")
        none = {"cw_agent_credentials_access_key_id": "", "cw_agent_credentials_secret_access_key": ""}
        _run, said = refused(site, "onprem-1", cw_agent_credentials_file=file, **none)
        assert (
            "the region differs (cw_agent_region us-east-1, profile AmazonCloudWatchAgent in /etc/elsewhere/config has eu-west-1)" in said
        )
        assert "Hint: set cw_agent_region: eu-west-1, or correct the region of the profile" in said

    def test_the_keys_of_a_hybrid_activation(self, site: Site) -> None:
        """The SSM agent writes them for root alone, without a region, and new ones every half hour, which changes nothing here."""
        role = site.client("iam").get_role(RoleName="cw-agent-lab")["Role"]["Arn"]

        def renew(name: str) -> None:
            keys = site.client("sts").assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
            words = {"aws_access_key_id": "AccessKeyId", "aws_secret_access_key": "SecretAccessKey", "aws_session_token": "SessionToken"}
            lines = "".join(f"{word} = {keys[key]}\n" for word, key in words.items())
            site.on("onprem-1", f"install -D -m 600 /dev/null {ROOTS}; cat > {ROOTS} << 'END'\n[default]\n{lines}END")

        renew("mi-0123456789abcdef0")
        none = {"cw_agent_credentials_access_key_id": "", "cw_agent_credentials_secret_access_key": ""}
        hybrid = {**none, "cw_agent_credentials_profile": "default"}
        _run, said = refused(site, "onprem-1", **hybrid)
        assert f"cwagent (agent.run_as_user) can't read the credential profile ({ROOTS}). Hint: set agent.run_as_user to root" in said
        mark = site.mark()
        as_root = {**hybrid, "cw_agent_fragment_root": {"agent": {"run_as_user": "root"}}}
        try:
            run, account = site.foreseen("--limit", "onprem-1", **as_root)
            assert (run.status, account["totals"]) == (0, {"verified": 1})
            calls = site.calls(mark, host="onprem-1", operation="GetCallerIdentity")
            assert calls and {call["status"] for call in calls} == {200}
            assert {call["access_key"][:4] for call in site.calls(mark, host="onprem-1", operation="PutMetricData")} >= {"ASIA"}
            renew("mi-0123456789abcdef0")
            again, account = site.account("--limit", "onprem-1", **as_root)
            assert (again.recap()["onprem-1"]["changed"], account["totals"]) == (0, {"verified": 1})
        finally:
            site.on("onprem-1", "rm -r /root/.aws")


class TestMetadata:
    """An instance whose metadata service does not give what the agent needs."""

    def options(self, site: Site, **options: Any) -> None:
        site.client("ec2").modify_instance_metadata_options(InstanceId=site.instance("ec2-1")["InstanceId"], **options)

    def test_turned_off(self, site: Site) -> None:
        self.options(site, HttpEndpoint="disabled", HttpTokens="required")
        try:
            _run, said = refused(site, "ec2-1")
        finally:
            self.options(site, HttpEndpoint="enabled", HttpTokens="required")
        assert "answers the request for a token with HTTP status 403: it is turned off, or a proxy stands before it" in said
        assert "Hint: enable the instance metadata service of the instance (http-endpoint enabled)" in said
        assert "HttpEndpoint disabled, HttpTokens required" in said

    def test_version_1_only(self, site: Site) -> None:
        self.options(site, HttpEndpoint="enabled", HttpTokens="optional")
        try:
            with fault(site, "incomplete", "--service", "imds", "--operation", "PUT *", "--host", "ec2-1"):
                _run, said = refused(site, "ec2-1")
        finally:
            self.options(site, HttpEndpoint="enabled", HttpTokens="required")
        assert "169.254.169.254 knows no tokens (HTTP status 404)). Hint: let the metadata service speak version 2" in said

    def test_too_few_hops(self, site: Site) -> None:
        with fault(site, "timeout", "--service", "imds", "--operation", "PUT *", "--host", "ec2-1", "--seconds", "3"):
            _run, said = refused(site, "ec2-1")
        assert "169.254.169.254 answers (HTTP status 401), but no token arrives within 1 s). Hint: raise the hop limit" in said

    def test_no_profile(self, site: Site) -> None:
        ec2 = site.client("ec2")
        instance = site.instance("ec2-1")["InstanceId"]
        found = ec2.describe_iam_instance_profile_associations(Filters=[{"Name": "instance-id", "Values": [instance]}])
        association = found["IamInstanceProfileAssociations"][0]
        ec2.disassociate_iam_instance_profile(AssociationId=association["AssociationId"])
        try:
            _run, said = refused(site, "ec2-1")
        finally:
            ec2.associate_iam_instance_profile(IamInstanceProfile={"Arn": association["IamInstanceProfile"]["Arn"]}, InstanceId=instance)
        assert f"ec2-1: the instance has no role ({instance} has no instance profile). Hint: associate" in said
        assert f"EC2 says of {instance}: no instance profile; HttpEndpoint enabled, HttpTokens required, hop limit" in said

    def test_another_region(self, site: Site) -> None:
        """The inventory says so before anything is published; where it does not know, the host does before it is changed."""
        with untouched(site, ("ec2-1",), writes=True):
            run = site.play("--limit", "ec2-1", variables={"cw_agent_region": "eu-west-1"})
        assert run.status == 2
        assert "cw_agent_region is 'eu-west-1', and the inventory's placement says 'us-east-1'" in run.output
        _run, said = refused(site, "ec2-1", cw_agent_region="eu-west-1", placement={})
        assert "ec2-1: the region differs (cw_agent_region eu-west-1, the instance is in us-east-1)" in said
        assert "Hint: set cw_agent_region: us-east-1 for this host" in said

    @pytest.mark.parametrize(
        ("name", "make", "where"),
        [
            (
                "environment",
                in_unit("AWS_ACCESS_KEY_ID=AKIAOFTHEUNIT"),
                "AWS_ACCESS_KEY_ID in the environment of the service",
            ),
            (
                "container",
                in_unit("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials"),
                "AWS_CONTAINER_CREDENTIALS_FULL_URI in the environment of the service",
            ),
            (
                "web_identity",
                in_unit("AWS_WEB_IDENTITY_TOKEN_FILE=/x"),
                "AWS_WEB_IDENTITY_TOKEN_FILE in the environment of the service",
            ),
            (
                "shared_file",
                f"install -D /dev/null {ROOTS}; printf '[default]\\naws_access_key_id=AKIAOFROOT\\naws_secret_access_key=x\\n' > {ROOTS}",
                f"profile default in {ROOTS}, which the agent's downloader reads",
            ),
        ],
    )
    def test_other_credentials_win(self, site: Site, name: str, make: str, where: str) -> None:
        site.on("ec2-1", make)
        try:
            run, said = refused(site, "ec2-1")
        finally:
            site.on("ec2-1", f"rm -f {DROP_IN} {ROOTS}; systemctl daemon-reload")
        assert f"other credentials win over the role of the instance ({name}) ({where})" in said
        assert f"or allow it: cw_agent_credential_sources: [{name}]" in said
        assert "AKIAOF" not in run.output

    def test_late(self, site: Site) -> None:
        """Not there at the first question; then the role is proved, and the agent rolled out with it."""
        mark = site.mark()
        with fault(site, "reset", "--service", "imds", "--operation", "PUT *", "--host", "ec2-1", "--count", "2"):
            run, said = site.account("--limit", "ec2-1")
        assert run.status == 0 and said["totals"] == {"verified": 1}
        calls = site.calls(mark, service="sts", host="ec2-1")
        assert [(call["operation"], call["status"]) for call in calls] == [("GetCallerIdentity", 200)]

    def test_a_profile_that_the_inventory_no_longer_names(self, site: Site) -> None:
        """It would win over the role, silently."""
        common = "/opt/aws/amazon-cloudwatch-agent/etc/common-config.toml"
        before = site.on("ec2-1", f"cat {common}")
        site.on("ec2-1", f"printf '[credentials]\\n   shared_credential_profile = \"old\"\\n' >> {common}")
        changed = {"cw_agent_service_overrides": {"Unit": {"Description": "other"}}}
        _run, said = refused(site, "ec2-1", **changed)
        site.on("ec2-1", f"cat > {common} << 'END'\n{before}END")
        assert "a profile in common-config.toml that the inventory does not name wins over the role of the instance (old)" in said


BASE = "/opt/aws/amazon-cloudwatch-agent"
AGENT_LOG = f"{BASE}/logs/amazon-cloudwatch-agent.log"
MIRROR = "https://mirror:lab-mirror-word@amazoncloudwatch-agent.s3.amazonaws.com/private?X-Amz-Signature=marked-signature"
PROXY = "http://agent:lab-proxy-word@127.0.0.2:3128"
CREDENTIALS = "/etc/amazon-cloudwatch-agent-credentials/credentials"
VARIABLES = f"/etc/systemd/system/{UNIT}.d/60-cloudwatch-agent-ansible.env"
DIES = (
    f"/bin/sh -c 'echo \"$(date -u +%%FT%%TZ) E! no such namespace: $(cat {BASE}/etc/amazon-cloudwatch-agent.d/*)\" >> {AGENT_LOG}; false'"
)
"""An agent that dies of its configuration, and says so with all of it."""
SEALED = "ssm_AmazonCloudWatch-base-onprem-sealed"
HOLDERS = {
    *{(name, CREDENTIALS) for name in ("key", "secret", "token")},
    *{("proxy", f"{BASE}/etc/{name}") for name in ("common-config.toml", "env-config.json")},
    *{("fragment", f"{BASE}/etc/{name}") for name in (f"amazon-cloudwatch-agent.d/{SEALED}_1", "amazon-cloudwatch-agent.yaml")},
    ("fragment", AGENT_LOG),
    ("fragment", VARIABLES),
    ("environment", VARIABLES),
}
"""The files of a host that are there to hold a secret, by its name. What the agent writes into its own log is the agent's."""


class TestSecrets:
    """Every secret that the collection knows, in one inventory; nothing but what has to hold it does, however a run ends."""

    def secrets(self, site: Site) -> dict[str, str]:
        """The secrets by what they are for."""
        role = site.client("iam").get_role(RoleName="cw-agent-lab")["Role"]["Arn"]
        keys = site.client("sts").assume_role(RoleArn=role, RoleSessionName="marked")["Credentials"]
        return {
            "key": keys["AccessKeyId"],
            "secret": keys["SecretAccessKey"],
            "token": keys["SessionToken"],
            "fragment": "marked-namespace",
            "mirror": "lab-mirror-word",
            "query": "marked-signature",
            "proxy": "lab-proxy-word",
            "environment": "marked-variable",
            "wrong": "w" * 40,
        }

    def variables(self, site: Site, secrets: dict[str, str]) -> dict[str, Any]:
        """An inventory that has all of them but the wrong one."""
        return {
            "cw_agent_credentials_access_key_id": secrets["key"],
            "cw_agent_credentials_secret_access_key": secrets["secret"],
            "cw_agent_credentials_session_token": secrets["token"],
            "cw_agent_fragment_sealed": {"metrics": {"namespace": "{{ sealed }}"}},
            "cw_agent_allow_vaulted": ["sealed"],
            "cw_agent_environment_variables": {"LAB_MARKED": "{{ 'marked-variable' if sealed }}", "LAB_SEALED": "{{ sealed }}"},
            "cw_agent_mirror_url": MIRROR,
            "cw_agent_build": site.environment["LAB_BUILD_LATEST"],
            "cw_agent_proxy": {"https": PROXY},
            "cw_agent_service_health_seconds": 2,
        }

    def test_they_stand_nowhere_else(self, site: Site, tmp_path: pathlib.Path) -> None:
        """Check mode, a refusal, a roll-out, one that is taken back, the reports, the removal: all at the highest verbosity."""
        host, controller, secrets = "onprem-1", traces.Controller(site, tmp_path / "controller"), self.secrets(site)
        named = {"cw_agent_hosts": host}
        assert site.play(playbook="cloudwatch.agent.uninstall", variables=named).status == 0
        site.inventory = site.overlay({})
        arguments = ("--limit", host, *site.seal("sealed", secrets["fragment"]))
        good = {**self.variables(site, secrets), "cw_agent_result_file": str(controller.directory / "account.json")}
        wrong = {**good, "cw_agent_credentials_secret_access_key": secrets["wrong"]}
        newer = {**good, "cw_agent_build": site.environment["LAB_BUILD_UPGRADE"]}
        dying = {**newer, "cw_agent_service_overrides": {"Service": {"ExecStartPre": DIES}}}
        written = {f"cw_agent_report_{kind}": str(controller.directory / f"report.{kind}") for kind in ("json", "html", "prometheus")}
        written["cw_agent_permissions_file"] = str(controller.directory / "permissions.json")
        since = time.time()
        with traces.sampled(site, host):
            ends = {
                "not allowed": controller.play(*arguments, variables={**good, "cw_agent_allow_vaulted": []}),
                "check": controller.play("--check", *arguments, variables=good),
                "refused": controller.play(*arguments, variables=wrong),
                "applied": controller.play(*arguments, variables=good),
                "taken back": controller.play(*arguments, variables=dying),
                "report": controller.play(*arguments, playbook="cloudwatch.agent.report", variables={**newer, **written}),
                "permissions": controller.play(*arguments, playbook="cloudwatch.agent.permissions", variables={**newer, **written}),
            }
        assert ends == {"not allowed": 2, "check": 0, "refused": 2, "applied": 0, "taken back": 2, "report": 0, "permissions": 0}
        said = controller.output()
        assert "cw_agent_fragment_sealed uses sealed: a value out of Ansible Vault" in said
        assert "the secret access key of the agent's credentials is not that of the access key" in said
        assert "the agent died with these settings" in said
        # What arrived is named after it: that is what was asked for, and no output says so.
        assert site.client("cloudwatch").get_metric_statistics(
            Namespace=secrets["fragment"],
            MetricName="mem_used_percent",
            Dimensions=[{"Name": "host", "Value": host}],
            StartTime=since - 60,
            EndTime=time.time() + 60,
            Period=60,
            Statistics=["Average"],
        )["Datapoints"]
        holders = traces.files(site, host, since, secrets)
        assert holders == HOLDERS
        processes = traces.processes(site, host)
        assert any("amazon-cloudwatch-agent" in one["command"] for one in processes)
        in_commands = {name for one in processes for name, secret in secrets.items() if secret in one["command"]}
        in_environments = {name for one in processes for name, secret in secrets.items() if secret in one["environment"]}
        # The agent's own, and the proxy of what installs it.
        assert (in_commands, in_environments) == (set(), {"fragment", "environment", "proxy"})

        assert controller.play(playbook="cloudwatch.agent.uninstall", variables=named) == 0
        assert {path for _name, path in traces.files(site, host, since, secrets)} == {AGENT_LOG}
        assert traces.journal(site, host, secrets) == []
        assert controller.traces(secrets) == []


CTL = f"{BASE}/bin/amazon-cloudwatch-agent-ctl"
AT_ONCE = {
    "agent": {"metrics_collection_interval": 1},
    "metrics": {"force_flush_interval": 1},
    "logs": {"force_flush_interval": 1},
}


class TestGeneratedPolicies:
    """What the downloader and the daemon call with a configuration is allowed by the policy that is made of it.

    Where nobody sends anything to the agent (traces, embedded metrics), or it refuses the configuration, it fetches it and calls no more.
    """

    def resource(self, call: dict[str, Any]) -> str:
        """The resource of a recorded call, as IAM has it; '*' where the action has none."""
        request, here = call["request"], f"{call['region']}:123456789012"
        if call["operation"] == "GetParameter":
            return f"arn:aws:ssm:{here}:parameter/{request['Name']}"
        if call["operation"] == "AssumeRole":
            return str(request["RoleArn"])
        if "logGroupName" not in request:
            return "*"
        stream = f":log-stream:{request['logStreamName']}" if "logStreamName" in request else ""
        return f"arn:aws:logs:{here}:log-group:{request['logGroupName']}{stream}"

    def called(self, site: Site, mark: int) -> set[tuple[str, str]]:
        """Action and resource of every call of the host since then."""
        calls = [call for call in site.calls(mark, host="ec2-1") if call["service"] != "imds"]
        return {(f"{call['service'].replace('monitoring', 'cloudwatch')}:{call['operation']}", self.resource(call)) for call in calls}

    def run(self, site: Site, name: str, configuration: dict[str, Any]) -> set[tuple[str, str]]:
        """Have the host's agent run a configuration until it has sent; return what it called, the stop included."""
        quick = {**AT_ONCE, **{key: {**AT_ONCE.get(key, {}), **value} for key, value in configuration.items()}}
        quick = {key: value for key, value in quick.items() if key in ("agent", *configuration)}
        site.client("ssm").put_parameter(Name=f"AmazonCloudWatch-{name}", Value=json.dumps(quick), Type="String")
        files = [
            entry["file_path"] for entry in configuration.get("logs", {}).get("logs_collected", {}).get("files", {}).get("collect_list", [])
        ]
        lines = "".join(f"mkdir -p {pathlib.Path(file).parent}; echo line >> {file}; " for file in files)
        wanted = {"logs:PutLogEvents"} if files else set()
        wanted |= (
            {"cloudwatch:PutMetricData"}
            if set(configuration.get("metrics", {}).get("metrics_collected", {})) & {"mem", "diskio"}
            else set()
        )
        mark = site.mark()
        # Some of them the agent refuses to run, after it has fetched them.
        site.on("ec2-1", f"{lines} {CTL} -a fetch-config -m ec2 -s -c ssm:AmazonCloudWatch-{name} || test $? = 1")
        until(lambda: wanted <= {action for action, _resource in self.called(site, mark)}, seconds=30, what=f"{name}: {wanted}", pause=1)
        site.on("ec2-1", f"{CTL} -a stop -m ec2")
        return self.called(site, mark)

    def test_each_is_enough_for_what_is_called(self, site: Site) -> None:
        site.on("ec2-1", f"{CTL} -a stop -m ec2")
        seen, beyond = set(), []
        for name, configuration in CONFIGURATIONS.items():
            (subject,) = subjects(plan(configuration, name), {name: Identity("arn:aws:iam::123456789012:role/x")}, create_groups=True)
            allowed = [(action, pattern) for one in subject.policy["Statement"] for action in one["Action"] for pattern in one["Resource"]]
            called = self.run(site, name, configuration)
            assert ("ssm:GetParameter", f"arn:aws:ssm:us-east-1:123456789012:parameter/AmazonCloudWatch-{name}") in called
            seen |= {action for action, _resource in called}
            beyond += [
                (name, *one) for one in called if not any(one[0] == action and fnmatchcase(one[1], pattern) for action, pattern in allowed)
            ]
        assert beyond == []
        assert seen >= {"cloudwatch:PutMetricData", "logs:PutLogEvents", "logs:CreateLogStream", "ec2:DescribeTags", "sts:AssumeRole"}
