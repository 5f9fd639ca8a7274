# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated policies, the stand-in's simulation and an evaluator that shares no code with either agree, request by request.

The stand-in refuses calls by the same evaluation that its simulation asks, so what holds here holds for its refusals.
"""

from __future__ import annotations

import json
import re
import subprocess
import uuid
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import permissions
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import Batch, Identity
from ansible_collections.cloudwatch.agent.tests.support.agent_configurations import CONFIGURATIONS, plan
from ansible_collections.cloudwatch.agent.tests.support.enforced import role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EVALUATOR = Path(__file__).with_name("iam_evaluator") / "run"
REGION, ACCOUNT = "us-east-1", "123456789012"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"
YES, NO, DENIED, BOUNDARY = "allowed", "implicitDeny", "explicitDeny", "boundary"
WORDS = ("i-0123456789abcdef0", "ip-10-0-0-7.ec2.internal")
"""What the agent puts where only the host knows: streams, parts of log groups' names."""

OTHER_ACTIONS = {
    "logs:log-stream": ("logs:DeleteLogStream", "logs:GetLogEvents"),
    "logs:log-group": ("logs:DeleteLogGroup", "logs:PutSubscriptionFilter", "logs:FilterLogEvents"),
    "logs:*": ("logs:DescribeQueryDefinitions", "logs:DescribeExportTasks"),
    "ssm:parameter": ("ssm:PutParameter", "ssm:DeleteParameter", "ssm:GetParameterHistory"),
    "cloudwatch:*": ("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
    "ec2:*": ("ec2:DescribeImages", "ec2:DescribeInstances"),
    "xray:*": ("xray:GetInsightSummaries", "xray:GetTraceSummaries"),
    "aps:workspace": ("aps:QueryMetrics", "aps:DeleteWorkspace"),
    "sts:role": ("iam:PassRole", "iam:PutRolePolicy"),
}
"""What no agent asks for, by service and kind of the resource."""


class Request(NamedTuple):
    """An action on a resource, with condition keys."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


class Case(NamedTuple):
    """A principal's policies, and requests with what is expected."""

    policies: list[dict[str, Any]]
    boundary: list[dict[str, Any]]
    expected: dict[Request, str]


def metrics_to(*namespaces: str) -> list[Request]:
    return [Request("cloudwatch:PutMetricData", "*", (("cloudwatch:namespace", name),)) for name in namespaces]


def logs_to(*groups: str) -> list[Request]:
    of_groups = [Request("logs:CreateLogGroup", f"{LOGS}{name}") for name in groups]
    of_streams = [
        Request(action, f"{LOGS}{name}:log-stream:*") for name in groups for action in ("logs:CreateLogStream", "logs:PutLogEvents")
    ]
    return of_groups + of_streams


def retained(*groups: str) -> list[Request]:
    return [Request("logs:DescribeLogGroups", "*"), *(Request("logs:PutRetentionPolicy", f"{LOGS}{name}") for name in groups)]


def assumed(*roles: str) -> list[Request]:
    return [Request("sts:AssumeRole", role) for role in roles]


def others(*actions: str) -> list[Request]:
    return [Request(action, "*") for action in actions]


TAGS, VOLUMES = others("ec2:DescribeTags"), others("ec2:DescribeVolumes")
SAMPLING = others("xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries")
TRACES = [*others("xray:PutTraceSegments", "xray:PutTelemetryRecords"), *SAMPLING]
SENT: dict[str, list[Request]] = {
    "metrics": metrics_to("CWAgent"),
    "namespace": metrics_to("Shop/Web"),
    "group": [*metrics_to("CWAgent"), *TAGS],
    "volumes": [*metrics_to("CWAgent"), *VOLUMES],
    "volumes-and-group": [*metrics_to("CWAgent"), *VOLUMES, *TAGS],
    "logs": logs_to("/web"),
    "many-logs": logs_to("/web", "/app", "audit", "/a/b/c"),
    "retention": [*logs_to("/web", "/app"), *retained("/web", "/app")],
    "placeholder": logs_to("/web/*", "*-log"),
    "default-group": logs_to("/var/log/nginx/access"),
    "journald": [*logs_to("/journal"), *retained("/journal")],
    "emf": logs_to("*"),
    "signals": [*logs_to("/aws/application-signals/data", "/aws/service-events/*"), *SAMPLING],
    "kubernetes": logs_to("/aws/containerinsights/shop/*"),
    "xray": TRACES,
    "spans": [*TRACES, *others("xray:PutSpans", "xray:PutSpansForIndexing")],
    "prometheus": [Request("aps:RemoteWrite", f"arn:aws:aps:{REGION}:{ACCOUNT}:workspace/ws-1")],
    "role": [*metrics_to("CWAgent"), *assumed("arn:aws:iam::210987654321:role/central")],
    "two-roles": [*metrics_to("CWAgent"), *logs_to("/web"), *assumed("arn:aws:iam::1:role/m", "arn:aws:iam::1:role/l")],
    "opentelemetry": [Request("cloudwatch:PutMetricData", "*"), *logs_to("*"), *TAGS],
    "everything": [*metrics_to("All"), *VOLUMES, *TAGS, *logs_to("/web", "/app"), *retained("/web", "/app"), *TRACES],
}
"""What an agent with each configuration sends beside the call for its configuration, written down without the code under test."""

FETCHED = Request("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/AmazonCloudWatch-web")


def covers(known: Request, other: Request) -> bool:
    """Whether another request is an instance of a known one, whose resource may be a pattern."""
    resource = re.compile(".*".join(map(re.escape, known.resource.split("*"))))
    same = known.action == other.action and resource.fullmatch(other.resource)
    return bool(same) and set(known.context) <= set(other.context)


def instances(known: Iterable[Request], words: Iterable[str] = WORDS) -> Iterator[Request]:
    """The requests with what only hosts know in their resources."""
    for one in known:
        for word in words:
            yield one if one.resource == "*" else one._replace(resource=one.resource.replace("*", word))


def neighbours(request: Request) -> Iterator[Request]:
    """What is like a request, and another one: in region, account, name, namespace, action."""
    action, resource, context = request
    if resource != "*":
        yield Request(action, resource.replace(f":{REGION}:", ":eu-west-1:"), context)
        yield Request(action, resource.replace(f":{ACCOUNT}:", ":210987654321:"), context)
        yield Request(action, resource.replace(":role/", ":role/other/"), context)
        for kind, name in re.findall(r":(log-group:|parameter/|workspace/|role/)([^:]+)", resource):
            for other in (f"{name}-2", f"other/{name}", name[1:] or "2", name.swapcase()):
                yield Request(action, resource.replace(f":{kind}{name}", f":{kind}{other}"), context)
    for key, value in context:
        for other in (f"{value}/x", value.swapcase(), f"x{value}"):
            yield Request(action, resource, ((key, other),))
        yield Request(action, resource)
    kind = re.search(r"log-stream|log-group|parameter|workspace|role|\*", resource)
    assert kind
    for other in OTHER_ACTIONS[f"{action.partition(':')[0]}:{kind[0]}"]:
        yield Request(other, resource, context)


def of_configuration(name: str) -> Case:
    """What the agent with a configuration sends is allowed; its neighbours, and what other configurations are for, are not."""
    identity = Identity(f"arn:aws:iam::{ACCOUNT}:role/x")
    (subject,) = permissions.subjects(plan(CONFIGURATIONS[name]), {"web": identity}, create_groups=True)
    known = [*SENT[name], FETCHED]
    asked = [*(near for request in instances(known, WORDS[:1]) for near in neighbours(request))]
    asked += [request for sent in SENT.values() for request in instances(sent, WORDS[1:])]
    expected = {one: NO for one in asked if not any(covers(each, one) for each in known)} | dict.fromkeys(instances(known), YES)
    return Case([dict(subject.policy)], [], expected)


def second(cases: Iterable[Case]) -> list[dict[Request, str]]:
    """What the other evaluator decides, in one process for all of them."""
    asked = [
        {
            "principal": f"arn:aws:iam::{ACCOUNT}:role/shop/web",
            "policies": case.policies,
            "boundary": case.boundary,
            "requests": [
                {"action": one.action, "resource": one.resource, "context": {"aws:RequestedRegion": REGION, **dict(one.context)}}
                for one in case.expected
            ],
        }
        for case in cases
    ]
    said = subprocess.run([str(EVALUATOR)], input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return [dict(zip(case.expected, decisions, strict=True)) for case, decisions in zip(cases, json.loads(said.stdout), strict=True)]


def simulated(iam: Any, case: Case) -> dict[Request, str]:
    """What the stand-in decides."""
    more = {}
    if case.boundary:
        (document,) = case.boundary
        created = iam.create_policy(PolicyName=f"b-{uuid.uuid4().hex[:8]}", PolicyDocument=json.dumps(document))
        more = {"PermissionsBoundary": created["Policy"]["Arn"]}
    first, *others = case.policies
    arn = role(iam, first, **more)
    for number, document in enumerate(others):
        iam.put_role_policy(RoleName=arn.rpartition("/")[2], PolicyName=f"more{number}", PolicyDocument=json.dumps(document))
    found = {}
    for (action, context), group in groupby(sorted(case.expected, key=lambda one: (one.action, one.context)), lambda one: (one[0], one[2])):
        batch = Batch((action,), tuple(one.resource for one in group), context)
        found.update({Request(*key): decision or "allowed" for key, decision in principals.simulate(iam, arn, batch, REGION).items()})
    return found


def differences(cases: dict[str, Case], decisions: Iterable[dict[Request, str]]) -> list[str]:
    return [
        f"{name}: {request}: expected {expected}, found {found.get(request)}"
        for (name, case), found in zip(cases.items(), decisions, strict=True)
        for request, expected in case.expected.items()
        if found.get(request) != expected
    ]


def test_generated_policies_allow_what_agents_send_and_nothing_beside(iam: Any) -> None:
    cases = {name: of_configuration(name) for name in CONFIGURATIONS}
    counted = Counter(expected for case in cases.values() for expected in case.expected.values())
    assert counted[YES] >= 150 and counted[NO] >= 1000 and len(counted) == 2, counted
    assert differences(cases, second(cases.values())) == []
    assert differences(cases, [simulated(iam, case) for case in cases.values()]) == []


GROUP = f"{LOGS}/web"
STREAM = f"{GROUP}:log-stream:i-1"
PARAMETER = FETCHED.resource
CREATE, SEND, FETCH = "logs:CreateLogGroup", "logs:PutLogEvents", "ssm:GetParameter"


def allow(action: str | list[str], resource: str | list[str], **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str], **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def metrics(*namespaces: str) -> dict[str, dict[str, list[str]]]:
    """The condition of a statement for some namespaces."""
    return {"Condition": {"StringEquals": {"cloudwatch:namespace": list(namespaces)}}}


def put_metrics(namespace: str | None) -> Request:
    return Request("cloudwatch:PutMetricData", "*", (("cloudwatch:namespace", namespace),) if namespace is not None else ())


def conditional(operator: str, values: Any, **decisions: str) -> Case:
    """A condition on the namespace, and what it says of namespaces; ``absent``: of a request without one."""
    statement = allow("cloudwatch:PutMetricData", "*", Condition={operator: {"cloudwatch:namespace": values}})
    named = {put_metrics(None if name == "absent" else name.replace("_", "/")): decision for name, decision in decisions.items()}
    return Case([document(statement)], [], named)


POLICIES = {
    "a group": Case([document(allow([CREATE, SEND], GROUP))], [], {Request(CREATE, GROUP): YES, Request(SEND, STREAM): NO}),
    "what is in a group": Case(
        [document(allow([CREATE, SEND], f"{GROUP}:*"))], [], {Request(CREATE, GROUP): NO, Request(SEND, STREAM): YES}
    ),
    "both": Case([document(allow([CREATE, SEND], [GROUP, f"{GROUP}:*"]))], [], {Request(CREATE, GROUP): YES, Request(SEND, STREAM): YES}),
    "a prefix": Case(
        [document(allow([CREATE, SEND], f"{GROUP}*"))],
        [],
        {
            Request(CREATE, GROUP): YES,
            Request(CREATE, f"{GROUP}-2"): YES,
            Request(CREATE, GROUP.replace("/web", "/we")): NO,
            Request(SEND, STREAM): YES,
        },
    ),
    "one character": Case([document(allow(CREATE, f"{GROUP}?"))], [], {Request(CREATE, GROUP): NO, Request(CREATE, f"{GROUP}1"): YES}),
    "actions in any case": Case([document(allow("LOGS:createloggroup", GROUP))], [], {Request(CREATE, GROUP): YES}),
    "resources in their own case": Case([document(allow(CREATE, GROUP.replace("/web", "/WEB")))], [], {Request(CREATE, GROUP): NO}),
    "actions by pattern": Case(
        [document(allow("logs:Create*", "*"))],
        [],
        {Request(CREATE, GROUP): YES, Request("logs:CreateLogStream", STREAM): YES, Request(SEND, STREAM): NO},
    ),
    "any region": Case(
        [document(allow(FETCH, PARAMETER.replace(REGION, "*").replace(ACCOUNT, "*")))],
        [],
        {Request(FETCH, PARAMETER): YES, Request(FETCH, PARAMETER.replace(REGION, "eu-west-1")): YES, Request(FETCH, f"{PARAMETER}-2"): NO},
    ),
    "a denial among grants": Case(
        [document(allow("*", "*"), deny("ssm:*", f"{PARAMETER}-secret*"))],
        [],
        {Request(FETCH, PARAMETER): YES, Request(FETCH, f"{PARAMETER}-secret-1"): DENIED, Request(SEND, STREAM): YES},
    ),
    "a denial in another policy": Case(
        [document(allow(FETCH, "*")), document(deny("*", "*", Condition={"StringNotEquals": {"aws:RequestedRegion": [REGION]}}))],
        [],
        {Request(FETCH, PARAMETER): YES, Request(SEND, STREAM): NO},
    ),
    "a denial of this region": Case(
        [document(allow(FETCH, "*")), document(deny("*", "*", Condition={"StringEquals": {"aws:RequestedRegion": [REGION]}}))],
        [],
        {Request(FETCH, PARAMETER): DENIED, Request(SEND, STREAM): DENIED},
    ),
    "a denial without a grant": Case([document(deny(FETCH, "*"))], [], {Request(FETCH, PARAMETER): DENIED, Request(SEND, STREAM): NO}),
    "all actions but some": Case(
        [document({"Effect": "Allow", "NotAction": ["iam:*", "ssm:*"], "Resource": "*"})],
        [],
        {Request(FETCH, PARAMETER): NO, Request(SEND, STREAM): YES},
    ),
    "all resources but some": Case(
        [document({"Effect": "Allow", "Action": FETCH, "NotResource": f"{PARAMETER}*"})],
        [],
        {Request(FETCH, PARAMETER): NO, Request(FETCH, PARAMETER.replace("-web", "-app")): YES},
    ),
    "denied but for some": Case(
        [document(allow("*", "*"), {"Effect": "Deny", "NotAction": "logs:*", "Resource": "*"})],
        [],
        {Request(FETCH, PARAMETER): DENIED, Request(SEND, STREAM): YES},
    ),
    "two policies": Case(
        [document(allow(FETCH, "*")), document(allow(SEND, "*"))], [], {Request(FETCH, PARAMETER): YES, Request(SEND, STREAM): YES}
    ),
    "a boundary": Case(
        [document(allow([FETCH, SEND], "*"))],
        [document(allow("ssm:*", "*"), allow(CREATE, "*"))],
        {Request(FETCH, PARAMETER): YES, Request(SEND, STREAM): BOUNDARY, Request("ssm:PutParameter", PARAMETER): NO},
    ),
    "a boundary of resources": Case(
        [document(allow(FETCH, "*"))],
        [document(allow("*", PARAMETER))],
        {Request(FETCH, PARAMETER): YES, Request(FETCH, f"{PARAMETER}-2"): BOUNDARY},
    ),
    "a boundary that denies": Case(
        [document(allow([FETCH, SEND], "*"))],
        [document(allow("*", "*"), deny("logs:*", "*"))],
        {Request(FETCH, PARAMETER): YES, Request(SEND, STREAM): BOUNDARY},
    ),
    "a boundary with a condition": Case(
        [document(allow("cloudwatch:*", "*"))],
        [document(allow("cloudwatch:*", "*", **metrics("CWAgent")))],
        {put_metrics("CWAgent"): YES, put_metrics("Other"): BOUNDARY, put_metrics(None): BOUNDARY},
    ),
    "several namespaces": Case(
        [document(allow("cloudwatch:PutMetricData", "*", **metrics("CWAgent", "Shop/Web")))],
        [],
        {put_metrics("CWAgent"): YES, put_metrics("Shop/Web"): YES, put_metrics("cwagent"): NO, put_metrics(None): NO},
    ),
    "equal": conditional("StringEquals", "Shop/*", Shop_Web=NO, absent=NO),
    "not equal": conditional("StringNotEquals", ["A", "B"], A=NO, B=NO, C=YES, absent=YES),
    "in any case": conditional("StringEqualsIgnoreCase", "cwagent", CWAgent=YES, CW=NO, absent=NO),
    "not in any case": conditional("StringNotEqualsIgnoreCase", "cwagent", CWAgent=NO, CW=YES),
    "like": conditional("StringLike", ["Shop/*", "CW?gent"], Shop_Web=YES, shop_Web=NO, CWAgent=YES, absent=NO),
    "not like": conditional("StringNotLike", "Shop/*", Shop_Web=NO, CWAgent=YES, absent=YES),
    "if it exists": conditional("StringEqualsIfExists", "CWAgent", CWAgent=YES, Other=NO, absent=YES),
    "must be there": conditional("Null", "false", CWAgent=YES, absent=NO),
    "must not be there": conditional("Null", "true", CWAgent=NO, absent=YES),
}


def test_the_stand_in_decides_as_the_other_evaluator_does(iam: Any) -> None:
    assert {decision for case in POLICIES.values() for decision in case.expected.values()} == {YES, NO, DENIED, BOUNDARY}
    assert differences(POLICIES, second(POLICIES.values())) == []
    assert differences(POLICIES, [simulated(iam, case) for case in POLICIES.values()]) == []
