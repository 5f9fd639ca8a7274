# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls: access keys resolved to principals, and refusals for unknown, expired, wrongly dated or wrongly signed requests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from aws import signatures
from aws.answer import AwsError

if TYPE_CHECKING:
    from aws.call import Call

ACCOUNT = "123456789012"
SKEW = timedelta(minutes=5)
_ACCOUNT = re.compile(r"LAB(\d{12})")
# The second pair: a hybrid node before it has keys.
_UNSIGNED = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "RegisterManagedInstance", "RequestManagedInstanceRoleToken")
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Principal:
    """A caller: its ARN and account, the secret of its key ('' = any will do), and for a role's session its token and when it ends."""

    arn: str
    account: str
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    expiration: datetime | None = None


CONTROLLER = Principal(f"arn:aws:iam::{ACCOUNT}:user/lab-controller", ACCOUNT)


class Identities:
    """Access keys of the lab (prefix `LAB`; `LAB` and twelve digits: of that account), of IAM users and of assumed roles."""

    def __init__(self) -> None:
        self._sessions: dict[str, Any] = {}

    def find(self, access_key: str) -> Principal | None:
        """The principal behind an access key, None for an unknown or inactive one."""
        if access_key.startswith("LAB"):
            number = _ACCOUNT.match(access_key)
            return Principal(f"arn:aws:iam::{number[1]}:user/lab-controller", number[1]) if number else CONTROLLER
        for account, partitions in list(iam_backends.items()):
            key = partitions["aws"].access_keys.get(access_key)
            if key is None:
                continue
            if key.status != "Active":
                return None
            if key.role_arn:
                return self._session(account, access_key)
            return Principal(f"arn:aws:iam::{account}:user/{key.user_name}", account, key.secret_access_key)
        return None

    def _session(self, account: str, access_key: str) -> Principal | None:
        role = self._sessions.get(access_key)
        if role is None:
            role = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
            self._sessions[access_key] = role
        if role is None:
            return None
        return Principal(role.arn, account, role.secret_access_key, role.session_token, role.expiration.replace(tzinfo=timezone.utc))

    def check(self, call: Call) -> Principal:
        """The caller of a request, or AWS's refusal. Recordings pass as the controller, whenever they were made."""
        if call.recorded or call.operation in _UNSIGNED:
            return CONTROLLER
        if not call.access_key and call.service == "s3":
            raise AwsError("AccessDenied", "Access Denied", 403)
        if not call.access_key:
            status = 403 if call.protocol == "query" else 400
            raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", status, "MissingAuthenticationToken")
        principal = self.find(call.access_key)
        if principal is None or (principal.secret and principal.token != call.token):
            raise unknown_key(call)
        if principal.expiration and principal.expiration <= datetime.now(timezone.utc):
            raise expired_token(call)
        if not call.presigned:
            check_date(call)
        if principal.secret:
            signatures.check(call, principal.secret)
        return principal


def unknown_key(call: Call) -> AwsError:
    """The refusal of an access key that AWS does not know."""
    if call.service == "ec2":
        return AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    message = "The security token included in the request is invalid."
    status = 403 if call.protocol == "query" else 400
    return AwsError("UnrecognizedClientException", message, status, "InvalidClientTokenId")


def expired_token(call: Call) -> AwsError:
    """The refusal of a session that has ended."""
    if call.service == "ec2":
        return AwsError("RequestExpired", "Request has expired.", 400)
    status = 403 if call.protocol == "query" else 400
    return AwsError("ExpiredTokenException", "The security token included in the request is expired", status, "ExpiredToken")


def check_date(call: Call) -> None:
    """Refuses a request whose X-Amz-Date is more than five minutes away, in AWS's words."""
    try:
        sent = datetime.strptime(call.date, _STAMP).replace(tzinfo=timezone.utc)
    except ValueError:
        return
    now = datetime.now(timezone.utc)
    if abs(now - sent) <= SKEW:
        return
    if sent < now:
        bound, text = now - SKEW, "Signature expired: {0} is now earlier than {1} ({2} - 5 min.)"
    else:
        bound, text = now + SKEW, "Signature not yet current: {0} is still later than {1} ({2} + 5 min.)"
    message = text.format(sent.strftime(_STAMP), bound.strftime(_STAMP), now.strftime(_STAMP))
    if call.service == "ec2":
        raise AwsError("RequestExpired", "Request has expired.", 400)
    raise AwsError("InvalidSignatureException", message, 403 if call.protocol == "query" else 400, "SignatureDoesNotMatch")
