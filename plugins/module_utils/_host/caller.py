# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As whom the agent calls AWS: asked of STS on the host, by the agent's user, with the agent's credentials, proxies and authorities."""

from __future__ import annotations

from typing import Any

from . import access, common_config, credentials, identity, settings, sts
from .caller_answers import Caller, Request, evaluate, problem
from .credentials import Keys
from .errors import HostError
from .observation import Desired, Observation, observed_mode
from .system import Host


def way(text: str, region: str) -> sts.Way:
    """How the agent reaches AWS with this ``common-config.toml``."""
    found = common_config.parse(text)
    proxy = found.get("proxy", {})
    proxies = {name: proxy[f"{name}_proxy"] for name in ("http", "https") if proxy.get(f"{name}_proxy")}
    return sts.Way(region, proxies, proxy.get("no_proxy", ""), found.get("ssl", {}).get("ca_bundle_path", ""))


def request(host: Host, seen: Observation, desired: Desired, changes: bool) -> Request | None:
    """What to ask of an observed host; None for nothing. ``changes``: whether the run is about to change it.

    Keys that the run itself brings are not there yet: whoever has them asks (``cw_agent_caller_info``).
    """
    when = desired.identity_check
    to_come = bool(desired.credentials.digest) and desired.credentials.digest != seen.profile.digest
    if when == "never" or desired.purge is not None or to_come or not (changes or when == "always"):
        return None
    with_profile = desired.credentials.named or observed_mode(seen) == "onPremise"
    region = desired.region or (seen.identity.region if seen.identity else seen.profile.region)
    asked = _request(host, desired, region, seen.profile if with_profile else None)
    return asked._replace(user=seen.user) if region else None


def request_alone(host: Host, desired: Desired, keys: Keys | None) -> Request:
    """What to ask of a host that was not observed. ``keys``: those that the agent is to get.

    Raises:
        HostError: nobody says in which region.
    """
    settled, profile, region = credentials.named(host), None, desired.region
    try:
        on_ec2 = not (keys or desired.credentials.named or settled.name or settled.file) and identity.read(
            host, False, identity.Connection()
        )
    except identity.NoMetadataError:
        on_ec2 = False
    if on_ec2:
        region = region or on_ec2.region
    elif not keys:
        profile = credentials.used(host, desired.credentials.profile, desired.credentials.file)
        region = region or profile.region
    if not region:
        raise HostError("nothing says in which region STS is to be asked. Hint: set cw_agent_region")
    return _request(host, desired, region, profile)._replace(keys=keys)


def _request(host: Host, desired: Desired, region: str, profile: credentials.Profile | None) -> Request:
    return Request(
        user=access.user(desired.run_as_user or "root"),
        way=way(settings.common_config_text(host, desired.settings), region),
        account=desired.account,
        profile=profile,
        required=desired.identity_check == "always",
    )


def _keys(request: Request, using: identity.Ask) -> Keys | None:
    if request.keys:
        return request.keys
    return credentials.keys(request.profile) if request.profile else identity.role_keys(using)


def _asked(host: Host, request: Request, using: identity.Ask) -> dict[str, Any]:
    try:
        keys = _keys(request, using)
    except identity.NoMetadataError as error:
        return {"without_keys": str(error)}
    return sts.ask(host, keys, request.way)._asdict() if keys else {"without_keys": "there is no access key"}


def prove(host: Host, request: Request, using: identity.Ask | None = None) -> Caller:
    """Ask STS, and say what its answer means."""
    who = request.user if request.user.exists else access.user("root")
    answer = access.as_user(who, lambda: _asked(host, request, using or identity.Connection())) or {"without_keys": "the question failed"}
    if "without_keys" in answer:
        what = f"{who.name} (agent.run_as_user) gets no credentials from {request.source}"
        return Caller(request.source, problem=problem(what, answer["without_keys"], request.correction))
    return evaluate(request, sts.Reply(**answer), host.now())
