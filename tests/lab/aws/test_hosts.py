# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts' identities: IMDS per instance, live role credentials, who may call and until when."""

from __future__ import annotations

import json
import time
import uuid
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from aws.conftest import Standin

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
TTL = "X-aws-ec2-metadata-token-ttl-seconds"


class Machine:
    """A registered EC2 host with a role, as the lab makes them."""

    def __init__(self, standin: Standin, region: str = "us-east-1") -> None:
        self.standin = standin
        self.name = f"ec2-{uuid.uuid4().hex[:6]}"
        self.region = region
        self.ec2 = standin.client("ec2", region)
        self.profile(self.name)
        self.instance = self.ec2.run_instances(
            ImageId="ami-12c6146b",
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            MetadataOptions={"HttpTokens": "required"},
            IamInstanceProfile={"Name": self.name},
            TagSpecifications=[
                {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": self.name}, {"Key": "Role", "Value": "web"}]}
            ],
        )["Instances"][0]
        self.id = self.instance["InstanceId"]
        host = {"name": self.name, "instance_id": self.id, "region": region, "kind": "ec2"}
        assert standin.ask("POST", "/_lab/hosts", host)[0] == 200
        self.token = self.ask("PUT", "api/token", {TTL: "60"})[1]

    def profile(self, name: str) -> None:
        """A role and an instance profile of that name."""
        iam = self.standin.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy")
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)

    def ask(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
        """A request as the daemon of the lab passes it on."""
        return self.standin.ask(method, f"/_lab/imds/{self.name}/latest/{path}", headers=headers)

    def get(self, path: str) -> tuple[int, str]:
        """GET with the token."""
        return self.ask("GET", path, {"X-aws-ec2-metadata-token": self.token})

    def association(self) -> str:
        """The id of the association of its instance profile."""
        filters = [{"Name": "instance-id", "Values": [self.id]}]
        found = self.ec2.describe_iam_instance_profile_associations(Filters=filters)
        return str(found["IamInstanceProfileAssociations"][0]["AssociationId"])

    def credentials(self, role: str | None = None) -> dict[str, str]:
        """The role's credentials."""
        answer: dict[str, str] = json.loads(self.get(f"meta-data/iam/security-credentials/{role or self.name}")[1])
        return answer


@pytest.fixture
def machine(standin: Standin) -> Machine:
    return Machine(standin)


def test_a_token_is_required(machine: Machine) -> None:
    assert machine.ask("GET", "meta-data/instance-id", {})[0] == 401
    assert machine.ask("GET", "meta-data/instance-id", {"X-aws-ec2-metadata-token": "made-up"})[0] == 401
    assert machine.ask("PUT", "api/token", {})[0] == 400
    assert machine.ask("PUT", "api/token", {TTL: "21601"})[0] == 400
    assert machine.ask("PUT", "api/token", {TTL: "60", "X-Forwarded-For": "10.0.0.1"})[0] == 403
    short = machine.ask("PUT", "api/token", {TTL: "1"})[1]
    time.sleep(1.1)
    assert machine.ask("GET", "meta-data/instance-id", {"X-aws-ec2-metadata-token": short})[0] == 401


def test_metadata_options(machine: Machine) -> None:
    def modify(**options: str) -> None:
        machine.ec2.modify_instance_metadata_options(InstanceId=machine.id, **options)

    modify(HttpTokens="optional")
    assert machine.ask("GET", "meta-data/instance-id", {})[1] == machine.id
    assert machine.ask("GET", "meta-data/instance-id", {"X-aws-ec2-metadata-token": "made-up"})[0] == 401
    for hops in (0, 65):
        with pytest.raises(ClientError, match="HttpPutResponseHopLimit"):
            machine.ec2.modify_instance_metadata_options(InstanceId=machine.id, HttpPutResponseHopLimit=hops)
    machine.ec2.modify_instance_metadata_options(InstanceId=machine.id, HttpPutResponseHopLimit=64)
    modify(HttpEndpoint="disabled", HttpTokens="required")
    assert machine.ask("PUT", "api/token", {TTL: "60"})[0] == 403
    modify(HttpEndpoint="enabled", HttpTokens="required")
    assert machine.get("meta-data/instance-id")[1] == machine.id


def test_each_host_sees_its_own_instance(standin: Standin, machine: Machine) -> None:
    other = Machine(standin, "eu-west-1")
    assert other.ask("GET", "meta-data/instance-id", {"X-aws-ec2-metadata-token": machine.token})[0] == 401
    document = json.loads(other.get("dynamic/instance-identity/document")[1])
    wanted = {"instanceId": other.id, "region": "eu-west-1", "availabilityZone": "eu-west-1a", "imageId": "ami-12c6146b"}
    wanted |= {"instanceType": "t3.micro", "accountId": "123456789012", "privateIp": other.instance["PrivateIpAddress"]}
    assert {key: document[key] for key in wanted} == wanted
    assert other.get("meta-data/placement/region")[1] == "eu-west-1"
    assert machine.get("meta-data/placement/availability-zone")[1] == "us-east-1a"
    assert machine.get("meta-data/local-ipv4")[1] == machine.instance["PrivateIpAddress"]
    assert machine.get("meta-data/hostname")[1].endswith(".ec2.internal")
    assert machine.get("meta-data/tags/instance")[1].split() == ["Name", "Role"]
    assert machine.get("meta-data/tags/instance/Name")[1] == machine.name
    assert "iam/" in machine.get("meta-data/")[1].split()
    assert machine.get("meta-data/nothing")[0] == 404
    assert standin.ask("PUT", "/_lab/imds/nobody/latest/api/token", headers={TTL: "60"})[0] == 404


def client_of(standin: Standin, service: str, credentials: dict[str, str]) -> Any:
    """A client with a role's credentials."""
    return standin.client(service, key=credentials["AccessKeyId"], secret=credentials["SecretAccessKey"], token=credentials["Token"])


def test_role_credentials_are_the_roles(standin: Standin, machine: Machine) -> None:
    assert machine.get("meta-data/iam/security-credentials/")[1] == machine.name
    assert json.loads(machine.get("meta-data/iam/info")[1])["InstanceProfileArn"].endswith(f"instance-profile/{machine.name}")
    credentials = machine.credentials()
    assert credentials["Code"] == "Success" and credentials == machine.credentials()
    sts = client_of(standin, "sts", credentials)
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:sts::123456789012:assumed-role/{machine.name}/{machine.id}"


def test_the_profile_is_followed_live(machine: Machine) -> None:
    other = f"{machine.name}-new"
    machine.profile(other)
    machine.ec2.replace_iam_instance_profile_association(AssociationId=machine.association(), IamInstanceProfile={"Name": other})
    assert machine.get("meta-data/iam/security-credentials/")[1] == other
    shown = machine.ec2.describe_instances(InstanceIds=[machine.id])["Reservations"][0]["Instances"][0]
    assert shown["IamInstanceProfile"]["Arn"].endswith(f"/{other}")
    machine.ec2.disassociate_iam_instance_profile(AssociationId=machine.association())
    for path in ("meta-data/iam/info", "meta-data/iam/security-credentials/", f"meta-data/iam/security-credentials/{other}"):
        assert machine.get(path)[0] == 404
    shown = machine.ec2.describe_instances(InstanceIds=[machine.id])["Reservations"][0]["Instances"][0]
    assert "IamInstanceProfile" not in shown
    machine.ec2.associate_iam_instance_profile(InstanceId=machine.id, IamInstanceProfile={"Name": machine.name})
    assert machine.get("meta-data/iam/security-credentials/")[1] == machine.name


def test_sessions_end(standin: Standin) -> None:
    standin.ask("POST", "/_lab/settings", {"credential_seconds": 1})
    try:
        credentials = Machine(standin).credentials()
    finally:
        standin.ask("POST", "/_lab/settings", {"credential_seconds": 21600})
    time.sleep(1.2)
    for service, code in (("ssm", "ExpiredTokenException"), ("sts", "ExpiredToken"), ("ec2", "RequestExpired")):
        client = client_of(standin, service, credentials)
        call = {"ssm": "describe_parameters", "sts": "get_caller_identity", "ec2": "describe_tags"}[service]
        assert refusal(getattr(client, call)) == code


def refusal(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return str(caught.value.response["Error"]["Code"])


def test_unknown_keys_are_refused(standin: Standin) -> None:
    for service, call, code in (
        ("ssm", "describe_parameters", "UnrecognizedClientException"),
        ("logs", "describe_log_groups", "UnrecognizedClientException"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("ec2", "describe_instances", "AuthFailure"),
    ):
        assert refusal(getattr(standin.client(service, key="AKIAUNKNOWN000000000"), call)) == code


def test_keys_of_users_are_known_until_inactive(standin: Standin) -> None:
    iam = standin.client("iam")
    user = f"onprem-{uuid.uuid4().hex[:6]}"
    iam.create_user(UserName=user)
    made = iam.create_access_key(UserName=user)["AccessKey"]
    key = made["AccessKeyId"]
    sts = standin.client("sts", key=key, secret=made["SecretAccessKey"])
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::123456789012:user/{user}"
    iam.update_access_key(UserName=user, AccessKeyId=key, Status="Inactive")
    assert refusal(sts.get_caller_identity) == "InvalidClientTokenId"


# Calls of every protocol that hosts and controller use, and the code of a wrong signature there.
SIGNED = [
    ("ssm", "describe_parameters", {}, "InvalidSignatureException", 400),
    ("logs", "describe_log_groups", {"logGroupNamePrefix": "a b/ü"}, "InvalidSignatureException", 400),
    ("cloudwatch", "list_metrics", {}, "SignatureDoesNotMatch", None),
    ("sts", "get_caller_identity", {}, "SignatureDoesNotMatch", 403),
    ("ec2", "describe_instances", {}, "AuthFailure", 401),
]


@pytest.mark.parametrize(("service", "call", "params", "code", "status"), SIGNED)
def test_secrets_count(machine: Machine, service: str, call: str, params: dict[str, Any], code: str, status: int | None) -> None:
    credentials = machine.credentials()
    getattr(client_of(machine.standin, service, credentials), call)(**params)
    with pytest.raises(ClientError) as caught:
        getattr(client_of(machine.standin, service, {**credentials, "SecretAccessKey": "wrong"}), call)(**params)
    answer = caught.value.response
    assert answer["Error"]["Code"] == code
    assert status is None or answer["ResponseMetadata"]["HTTPStatusCode"] == status
    assert service == "ec2" or "signature we calculated does not match" in answer["Error"]["Message"]


def test_tokens_belong_to_their_session(machine: Machine) -> None:
    credentials = machine.credentials()
    for token in ("made-up", None):
        client = machine.standin.client("ssm", key=credentials["AccessKeyId"], secret=credentials["SecretAccessKey"], token=token)
        assert refusal(client.describe_parameters) == "UnrecognizedClientException"


def test_signature_is_of_this_very_body(machine: Machine) -> None:
    credentials = machine.credentials()
    client = client_of(machine.standin, "ssm", credentials)

    def forge(request: Any, **_more: Any) -> None:
        request.body = request.body.replace(b"one", b"two") if isinstance(request.body, bytes) else request.body.replace("one", "two")

    client.meta.events.register("before-send.ssm", forge)
    assert refusal(client.get_parameters, Names=["one"]) == "InvalidSignatureException"


@pytest.mark.parametrize(("minutes", "words"), [(-6, "is now earlier than"), (6, "is still later than")])
def test_a_wrong_clock_is_refused(standin: Standin, minutes: int, words: str) -> None:
    sent = (datetime.now(timezone.utc) + timedelta(minutes=minutes)).strftime("%Y%m%dT%H%M%SZ")
    scope = f"Credential=LABX/{sent[:8]}/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=00"
    headers = {"X-Amz-Date": sent, "X-Amz-Target": "AmazonSSM.DescribeParameters", "Authorization": f"AWS4-HMAC-SHA256 {scope}"}
    status, body = standin.ask("POST", "/", {}, headers)
    assert status == 400 and json.loads(body)["__type"] == "InvalidSignatureException"
    assert f"{sent} {words}" in json.loads(body)["message"]


def test_unsigned_calls_are_refused(standin: Standin) -> None:
    status, body = standin.ask("POST", "/", {}, {"X-Amz-Target": "AmazonSSM.DescribeParameters"})
    assert (status, json.loads(body)["__type"]) == (400, "MissingAuthenticationTokenException")
    headers = {"Host": "sts.eu-west-1.amazonaws.com", "Content-Type": "application/x-www-form-urlencoded"}
    assert standin.raw("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", headers)[0] == 403
    last = standin.calls()[-1]
    assert (last["service"], last["region"], last["operation"]) == ("sts", "eu-west-1", "GetCallerIdentity")


def test_a_signed_url_is_good_as_it_is_and_for_its_time(standin: Standin) -> None:
    """A URL that a user has signed: whoever has it may read, until it is changed or over; without one nobody may."""
    iam = standin.client("iam")
    iam.create_user(UserName="signer")
    key = iam.create_access_key(UserName="signer")["AccessKey"]
    s3 = standin.client(
        "s3", key=key["AccessKeyId"], secret=key["SecretAccessKey"], signature_version="s3v4", s3={"addressing_style": "path"}
    )
    standin.client("s3", s3={"addressing_style": "path"}).create_bucket(Bucket="signed")
    standin.client("s3", s3={"addressing_style": "path"}).put_object(Bucket="signed", Key="a b/c", Body=b"content")

    def path(seconds: int) -> str:
        url: str = s3.generate_presigned_url("get_object", Params={"Bucket": "signed", "Key": "a b/c"}, ExpiresIn=seconds)
        return url.removeprefix(standin.url)

    assert standin.ask("GET", path(60)) == (200, "content")
    for refused in (path(60).replace("a%20b", "other"), path(60).replace("Expires=60", "Expires=61"), path(-1)):
        assert standin.ask("GET", refused)[0] == 403
    assert standin.ask("GET", "/signed/a%20b/c", headers={"Host": "s3.us-east-1.amazonaws.com"})[0] == 403


def test_accounts_are_separate(standin: Standin) -> None:
    key = "LAB210987654321XXXXX"
    name = f"AmazonCloudWatch-{uuid.uuid4().hex[:8]}"
    standin.client("ssm", key=key).put_parameter(Name=name, Value="v", Type="String")
    assert ":210987654321:" in standin.client("ssm", key=key).get_parameter(Name=name)["Parameter"]["ARN"]
    assert refusal(standin.client("ssm").get_parameter, Name=name) == "ParameterNotFound"
    standin.client("logs", key=key).create_log_group(logGroupName=name)
    assert standin.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"] == []
    assert standin.client("sts", key=key).get_caller_identity()["Arn"] == "arn:aws:iam::210987654321:user/lab-controller"


def test_root_volumes_have_a_snapshot(machine: Machine) -> None:
    filters = [{"Name": "attachment.instance-id", "Values": [machine.id]}]
    volumes = machine.ec2.describe_volumes(Filters=filters)["Volumes"]
    assert volumes and all(volume["SnapshotId"].startswith("snap-") for volume in volumes)


def test_the_metadata_service_can_fail(standin: Standin, machine: Machine) -> None:
    standin.ask("POST", "/_lab/faults", {"kind": "5xx", "service": "imds", "host": machine.name, "count": 1})
    assert machine.get("meta-data/instance-id")[0] == 500
    assert machine.get("meta-data/instance-id") == (200, machine.id)


def test_detailed_monitoring_is_switched_of_all_or_none(standin: Standin) -> None:
    ec2 = standin.client("ec2")
    ids = [one["InstanceId"] for one in ec2.run_instances(ImageId="ami-12c6146b", MinCount=2, MaxCount=2)["Instances"]]

    def states() -> list[str]:
        found = ec2.describe_instances(InstanceIds=ids)["Reservations"][0]["Instances"]
        return [one["Monitoring"]["State"] for one in found]

    with pytest.raises(ClientError, match=r"InvalidInstanceID\.NotFound"):
        ec2.monitor_instances(InstanceIds=[*ids, "i-12345678"])
    assert states() == ["disabled", "disabled"]
    answer = ec2.monitor_instances(InstanceIds=ids)["InstanceMonitorings"]
    assert [one["Monitoring"]["State"] for one in answer] == ["pending", "pending"] and states() == ["enabled", "enabled"]
    ec2.unmonitor_instances(InstanceIds=ids[:1])
    assert sorted(states()) == ["disabled", "enabled"]
