# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of AWS calls: one exception type, whose text says what failed, why, and a hint.

Private to this collection. Controller only; needs botocore when a call is made, not to be imported.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable, NamedTuple, TypeVar

try:
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as BotoConnectionError
    from botocore.parsers import ResponseParserError
except ImportError:  # AnsibleAWSModule says so in its own words before any call is made
    BotoCoreError = ClientError = HTTPClientError = BotoConnectionError = ResponseParserError = ()  # type: ignore[assignment,misc]

Function = TypeVar("Function", bound=Callable[..., Any])

THROTTLES = frozenset(
    (
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "TooManyUpdates",
        "SlowDown",
    )
)
SHOWN = 4
CREDENTIALS = "renew the credentials of the controller and run again; what is already written is recognised and not repeated"
ACCESS = "allow {action} to the controller's credentials (the minimal policy stands in the collection's guide on {guide})"
OF_VERIFICATION = {
    "FilterLogEvents": "logs",
    "GetLogEvents": "logs",
    "GetMetricData": "cloudwatch",
    "DescribeAlarms": "cloudwatch",
    "DescribeAlarmHistory": "cloudwatch",
}
OF_PERMISSIONS = {
    "SimulatePrincipalPolicy": "iam",
    "GetInstanceProfile": "iam",
    "GetAccessKeyLastUsed": "iam",
    "GetUser": "iam",
    "GetRole": "iam",
    "GetPolicy": "iam",
    "ListPolicies": "iam",
    "ListRolePolicies": "iam",
    "ListUserPolicies": "iam",
    "ListAttachedRolePolicies": "iam",
    "ListAttachedUserPolicies": "iam",
    "ListAccessKeys": "iam",
    "CreateAccessKey": "iam",
    "DeleteAccessKey": "iam",
    "DescribeInstances": "ec2",
    "DescribeIamInstanceProfileAssociations": "ec2",
    "AssociateIamInstanceProfile": "ec2",
    "ReplaceIamInstanceProfileAssociation": "ec2",
    "DisassociateIamInstanceProfile": "ec2",
}
"""Operations by guide, and the service of each; all others are Parameter Store's."""
HINTS = {
    "AccessDenied": ACCESS,
    "AccessDeniedException": ACCESS,
    "UnauthorizedOperation": ACCESS,
    "ExpiredToken": CREDENTIALS,
    "ExpiredTokenException": CREDENTIALS,
    "RequestExpired": CREDENTIALS,
    "InvalidClientTokenId": "check the access key of the controller: AWS does not know it",
    "UnrecognizedClientException": "check the access key of the controller: AWS does not know it",
    "SignatureDoesNotMatch": "check the secret key and the clock of the controller",
    "NoCredentialsError": "give the controller credentials: environment, cw_agent_profile, module_defaults, or AWX's AWS credential",
    "NoRegionError": "set cw_agent_region of the hosts, the task's region, or AWS_REGION",
    "PartialCredentialsError": "give both parts of the access key",
    "ProfileNotFound": "correct cw_agent_profile, or add the profile to the controller's AWS configuration",
    "TokenRetrievalError": CREDENTIALS,
    "SSOTokenLoadError": CREDENTIALS,
    "UnauthorizedSSOTokenError": CREDENTIALS,
    "SSLError": "let the controller trust the endpoint's certificate: AWS_CA_BUNDLE, aws_ca_bundle, or the system's store",
    "EndpointConnectionError": "check the region, the endpoint (endpoint_url, AWS_ENDPOINT_URL), DNS, route and proxy of the controller",
    "ConnectTimeoutError": "check route, proxy and VPC endpoint of the controller",
    "ProxyConnectionError": "check the controller's proxy (https_proxy, no_proxy)",
    "ValueError": "give endpoint_url or AWS_ENDPOINT_URL as a whole address, with https://",
    "InvalidEndpointURLError": "correct endpoint_url or AWS_ENDPOINT_URL",
    "ParameterMaxVersionLimitExceeded": "the oldest of 100 versions carries a label: move or remove that label",
    "ParameterLimitExceeded": "the account holds as many parameters as it may: delete unused ones, or ask for tier Advanced",
    "ParameterVersionLabelLimitExceeded": "a version carries 10 labels at most: remove one of them",
    "HierarchyTypeMismatchException": "the type of a parameter cannot change: delete it and create it again",
    "InvalidDocument": "check the name of the document, and the region: it is neither in this account nor shared with it",
    "InvalidDocumentVersion": "give a version that the document has, $DEFAULT or $LATEST",
    "ParameterPatternMismatchException": "give a value that matches allowed_pattern, or change the pattern",
}


class Source(NamedTuple):
    """The service of a call, and the guide that has the controller's policy for it."""

    service: str
    guide: str


DERIVED = Source("", "")
"""Found out from the operation."""
LOG_GROUPS = Source("logs", "log groups")
FLOW_LOGS = Source("ec2", "flow logs and trails")
TRAILS = FLOW_LOGS._replace(service="cloudtrail")
IAM_OF_DELIVERY = FLOW_LOGS._replace(service="iam")
ALARMS = Source("cloudwatch", "alarms")
DASHBOARDS = Source("cloudwatch", "dashboards")
MONITORING = Source("ec2", "alarms")
TOPICS = Source("sns", "alarms")
LOG_EVENTS = Source("logs", "log events")
FLEET = Source("ssm", "hosts without SSH")


class AwsError(Exception):
    """A refused request or a failed call.

    Args:
        message: what failed, with names, cause and hint; never a parameter's value.
        code: AWS's error code, ``""`` where there is none.
        unsure: whether the call may have had its effect although it failed (lost answer, 5xx).
        details: more fields for ``fail_json``.
    """

    def __init__(self, message: str, code: str = "", unsure: bool = False, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.unsure = unsure
        self.details = details or {}

    @property
    def throttled(self) -> bool:
        """Whether AWS refused the call for its rate alone."""
        return self.code in THROTTLES


def from_botocore(exception: Exception, verb: str, source: Source = DERIVED) -> AwsError:
    """The :class:`AwsError` for an exception of botocore that ended the attempt to *verb*."""
    if isinstance(exception, ClientError):
        error = exception.response.get("Error", {})
        code = str(error.get("Code", ""))
        status = int(exception.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        operation = exception.operation_name
        service, guide = source if source.service else _source(operation)
        hint = HINTS.get(code, "").format(action=f"{service}:{operation}", guide=guide)
        message = f"Failed to {verb}: {code}: {str(error.get('Message') or 'no further text').rstrip('.')}"
        return AwsError(f"{message}. Hint: {hint}." if hint else message, code, status >= 500 and code not in THROTTLES)
    unsure = isinstance(exception, (HTTPClientError, BotoConnectionError, ResponseParserError))
    code = type(exception).__name__
    message = f"Failed to {verb}: {code}: {exception}"
    return AwsError(f"{message.rstrip('.')}. Hint: {HINTS[code]}." if code in HINTS else message, code, unsure)


def _source(operation: str) -> Source:
    guide = "verification" if operation in OF_VERIFICATION else "permissions" if operation in OF_PERMISSIONS else "publishing"
    return Source({**OF_VERIFICATION, **OF_PERMISSIONS}.get(operation, "ssm"), guide)


def _listed(items: list[Any] | tuple[Any, ...]) -> str:
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return ", ".join(map(str, items[:SHOWN])) + more


def aws_call(verb: str, source: Source = DERIVED) -> Callable[[Function], Function]:
    """Decorator of a function that makes one API call: exceptions of botocore leave it as :class:`AwsError`.

    Args:
        verb: what the call does, e.g. ``"read the parameters {names}"``; fields are the function's own arguments.
        source: of the call, where its operation does not say so alone.
    """

    def wrap(function: Function) -> Function:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except (ClientError, BotoCoreError, ResponseParserError) as exception:
                given = signature.bind(*args, **kwargs).arguments
                words = {key: _listed(value) if isinstance(value, (list, tuple)) else value for key, value in given.items()}
                raise from_botocore(exception, verb.format(**words), source) from exception

        return called  # type: ignore[return-value]

    return wrap
