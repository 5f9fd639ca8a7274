# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer of STS, or none, says of the agent's credentials."""

from __future__ import annotations

from typing import NamedTuple

from . import access, credentials, mirror, sts
from .credentials import Keys

SKEW_SECONDS = 300.0
"""How far a clock may be off before AWS refuses what it has signed."""
_KEYS = "cw_agent_credentials_access_key_id and cw_agent_credentials_secret_access_key"
_UNKNOWN = "AWS does not know the access key of the agent's credentials: deleted, inactive or of another partition"
_WRONG = "the secret access key of the agent's credentials is not that of the access key"
_EXPIRED = "the agent's credentials have expired"
_REFUSALS = {
    "InvalidClientTokenId": _UNKNOWN,
    "UnrecognizedClientException": _UNKNOWN,
    "SignatureDoesNotMatch": _WRONG,
    "InvalidSignatureException": _WRONG,
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
}


class Request(NamedTuple):
    """``keys``: those that the run brings; ``profile``: the one that the agent uses; without both it uses the role of the instance.

    ``account``: the one that the agent's configuration is in, '' = not compared; ``required``: no answer is a problem too.
    """

    user: access.User
    way: sts.Way
    account: str = ""
    keys: Keys | None = None
    profile: credentials.Profile | None = None
    required: bool = False

    @property
    def source(self) -> str:
        """Where the credentials come from, in words."""
        if self.keys:
            return "the keys of the inventory"
        return f"profile {self.profile.name} of {self.profile.file}" if self.profile else "the role of the instance"

    @property
    def correction(self) -> str:
        """How to give the agent other credentials."""
        if self.keys:
            return f"correct {_KEYS}"
        if self.profile and self.profile.of_ssm_agent:
            return f"see that the SSM agent runs, and that its node is registered: it renews {self.source}"
        if self.profile:
            return f"correct {self.source}, or give the keys ({_KEYS})"
        return "see that the role of the instance profile exists and trusts ec2.amazonaws.com"


class Caller(NamedTuple):
    """``clock_skew``: seconds by which the host's clock is ahead of AWS's; None where AWS has not said what time it is.

    ``problem``: what, value and hint, {} for none; ``unproved``: why nobody knows, '' where AWS has answered.
    """

    source: str
    account: str = ""
    arn: str = ""
    clock_skew: float | None = None
    problem: dict[str, str] = {}
    unproved: str = ""

    @property
    def warning(self) -> str:
        """That nobody knows, '' where AWS has answered or the problem says it."""
        hint = "cw_agent_identity_check: never does without this question"
        return "" if self.problem or not self.unproved else f"it is not proved as whom the agent calls AWS: {self.unproved}. Hint: {hint}"


def problem(what: str, value: str, hint: str) -> dict[str, str]:
    return {"what": what, "value": value, "hint": hint}


def _refused(request: Request, reply: sts.Reply, skew: float | None) -> dict[str, str]:
    """What is wrong where AWS has refused, {} where it has not."""
    value = f"{request.source}, {sts.endpoint(request.way.region)}: {reply.code}"
    if reply.code in ("SignatureDoesNotMatch", "InvalidSignatureException") and skew is not None and abs(skew) > SKEW_SECONDS:
        off = f"the host's clock is {abs(skew) / 60:.0f} min {'ahead' if skew > 0 else 'behind'}, and AWS refuses what it signs"
        return problem(off, value, "let the host take its time from a server (timedatectl set-ntp true, or chrony)")
    if reply.code == "RegionDisabledException":
        return problem(
            f"the account does not use region {request.way.region}", value, "enable the region in the account, or correct cw_agent_region"
        )
    what = _REFUSALS.get(reply.code)
    return problem(what, value, request.correction) if what else {}


def _of_other_account(request: Request, reply: sts.Reply) -> dict[str, str]:
    if request.account in ("", reply.account):
        return {}
    value = f"its configuration is in account {request.account}, {request.source} {'belong' if request.keys else 'belongs'} to {reply.arn}"
    hint = (
        f"set cw_agent_profile of this host to a profile of the controller for account {reply.account}, or give the agent other credentials"
    )
    return problem("the account differs", value, hint)


def _barred(request: Request, reply: sts.Reply) -> dict[str, str]:
    """What keeps the agent from AWS altogether, {} for nothing of that kind."""
    if reply.untrusted:
        hint = "name a bundle with the authority that signs it in cw_agent_ca_bundle, and see that the host's clock is right"
        return problem(f"the host does not trust {sts.endpoint(request.way.region)}", reply.untrusted, hint)
    if "407" in reply.unreachable:
        proxy = mirror.shown(request.way.proxies.get("https", ""))
        return problem(
            "the proxy wants a user and a password that it knows", f"{proxy}: {reply.unreachable}", "correct https in cw_agent_proxy"
        )
    return {}


def evaluate(request: Request, reply: sts.Reply, now: float) -> Caller:
    """What an answer of STS means. ``now``: the host's clock when it came."""
    skew = round(now - reply.date, 1) if reply.date else None
    found = Caller(request.source, reply.account, reply.arn, skew)
    wrong = _barred(request, reply) or _refused(request, reply, skew)
    if wrong or reply.account:
        return found._replace(problem=wrong or _of_other_account(request, reply))
    why = reply.unreachable or reply.message or f"HTTP status {reply.status}"
    proxy = request.way.proxies.get("https")
    through = f" through {mirror.shown(proxy)}" if proxy else ""
    unproved = f"{sts.endpoint(request.way.region)}{through}: {why}"
    if not request.required:
        return found._replace(unproved=unproved)
    hint = "let the host reach it (an endpoint of the VPC for STS where there is no other way), or set cw_agent_identity_check: changed"
    return found._replace(unproved=unproved, problem=problem("STS cannot say as whom the agent calls AWS", unproved, hint))
