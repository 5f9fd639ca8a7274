# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An observed host beside what the inventory says of it: what converging will change, and what forbids it."""

from __future__ import annotations

from typing import Mapping

from . import access, credentials, packages, state
from .layout import UNIT
from .observation import Desired, Observation

CREATED_BY_PACKAGE = "cwagent"
SHOWN = 3


def by_part(seen: Observation, desired: Desired) -> dict[str, list[str]]:
    """What converging will change, in words, by the part of the host that it concerns; parts without any are left out."""
    if desired.purge is not None:
        found = {"removal": [f"{item} → absent" for item in seen.leftovers]}
    else:
        created = desired.create_user and _is_missing(seen, desired)
        found = {
            "package": _package_differences(seen, desired),
            "credentials": _credential_differences(seen, desired),
            "settings": seen.settings,
            "user": [f"user: {desired.run_as_user} → created"] * created,
            "log_access": seen.log_access.differences,
            "configuration": state.differences(seen.state, desired.sources) if desired.sources else [],
        }
    return {part: texts for part, texts in found.items() if texts}


def differences(seen: Observation, desired: Desired) -> list[str]:
    """What converging will change, in words."""
    return [text for texts in by_part(seen, desired).values() for text in texts]


def _package_differences(seen: Observation, desired: Desired) -> list[str]:
    package, source = seen.package, "distribution's repository" if desired.repository else "mirror"
    if package.interrupted:
        build = desired.build or package.build or f"the latest build of the {source}"
        return [f"package: an earlier installation was interrupted ({package.interrupted}), this run repairs it first → {build}"]
    if not package.installed and (desired.install or desired.sources):
        named = "" if desired.build == packages.LATEST else desired.build
        return [f"package: not installed → {named or f'the latest build of the {source}'}"]
    if desired.repository:
        return [f"package: {seen.repository.present} → {seen.repository.build}"] if seen.repository.build else []
    if desired.build and package.build != desired.build:
        return [f"package: {package.build or 'not installed'} → {desired.build}"]
    return []


def _credential_differences(seen: Observation, desired: Desired) -> list[str]:
    asked = desired.credentials
    found = []
    if asked.named:
        name = seen.profile.name
        file = credentials.file_of(name, asked.file, bool(asked.digest))
        if name != seen.common.name or (file and file != seen.common.file):
            found.append(f"credentials: profile {seen.common.name or 'none'} → profile {name} {file}".rstrip())
    if asked.digest and seen.profile.digest != asked.digest:
        found.append(f"credentials: the keys in {seen.profile.file} → those of the inventory")
    writes = asked.digest or (asked.named and seen.profile.of_ssm_agent and not seen.profile.region)
    if writes and desired.region and seen.profile.region != desired.region:
        found.append(f"credentials: region {seen.profile.region or 'none'} → {desired.region}")
    if asked.digest:
        found += _access_differences(seen.profile, seen.user)
    return found


def _access_differences(profile: credentials.Profile, user: access.User) -> list[str]:
    """Who may read the keys of the inventory: the agent's user alone."""
    found = []
    if profile.owner is not None and not (user.exists and profile.owner == user.uid):
        found.append(f"credentials: owner of {profile.file}: {access.owner(profile.owner)} → {user.name}")
    if profile.mode is not None and profile.mode != credentials.MODE:
        found.append(f"credentials: mode of {profile.file}: {profile.mode:04o} → {credentials.MODE:04o}")
    return found


def _is_missing(seen: Observation, desired: Desired) -> bool:
    """Whether the agent's user is not there, and no package will bring it."""
    return bool(desired.run_as_user) and not seen.user.exists and (seen.package.installed or desired.run_as_user != CREATED_BY_PACKAGE)


def conflict(seen: Observation) -> str:
    """Why the host cannot be changed before somebody has decided who reads its log files; '' for no reason."""
    paths, unknown = seen.shared_files
    if unknown:
        return f"awslogs runs on the host, and what it reads cannot be said: {unknown}"
    if not paths:
        return ""
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return (
        f"awslogs runs on the host and reads {', '.join(paths[:SHOWN])}{more}, so that the lines would arrive twice. Hint: "
        "move the host by cloudwatch.agent.migrate_awslogs with cw_agent_migration_state: replaced, or stop and disable awslogs"
    )


def _problem(what: str, value: str, hint: str) -> dict[str, str]:
    return {"what": what, "value": value, "hint": hint}


def _ec2_problems(seen: Observation, desired: Desired) -> list[dict[str, str]]:
    if seen.identity is None:
        what = "cw_agent_mode is ec2 and the host has no instance metadata"
        return [_problem(what, seen.no_metadata.reason, seen.no_metadata.hint)]
    found = []
    if desired.region and seen.identity.region != desired.region:
        found.append(
            _problem(
                "the region differs",
                f"cw_agent_region {desired.region}, the instance is in {seen.identity.region}",
                f"set cw_agent_region: {seen.identity.region} for this host",
            )
        )
    named = bool(seen.common.name or seen.common.file or desired.credentials.named)
    if desired.account and seen.identity.account_id and desired.account != seen.identity.account_id and not named:
        found.append(
            _problem(
                "the account differs",
                f"its configuration is in account {desired.account}, the instance is in {seen.identity.account_id}",
                f"set cw_agent_profile of this host to a profile of the controller for account {seen.identity.account_id}",
            )
        )
    if named and not desired.credentials.digest and not seen.profile.exists:
        found.append(_no_keys(seen.profile))
    elif not seen.identity.role and not desired.credentials.digest and not named:
        hint = "associate an instance profile whose role has the policy CloudWatchAgentServerPolicy"
        found.append(_problem("the instance has no role", f"{seen.identity.instance_id} has no instance profile", hint))
    return found + _role_problems(seen, desired) if differences(seen, desired) else found


def _role_problems(seen: Observation, desired: Desired) -> list[dict[str, str]]:
    """What keeps an agent that is to use the role of its instance from using it."""
    if desired.credentials.named:
        return []
    if seen.common.name or seen.common.file:
        if not (seen.identity and seen.identity.role) or "common_config" in desired.credential_sources:
            return []
        where = f"{seen.common.name or credentials.DEFAULT_PROFILE} {seen.common.file}".rstrip()
        hint = "name it in cw_agent_credentials_profile and cw_agent_credentials_file, take [credentials] out of common-config.toml, "
        hint += "or allow it: cw_agent_credential_sources: [common_config]"
        what = "a profile in common-config.toml that the inventory does not name wins over the role of the instance"
        return [_problem(what, where, hint)]
    found = [
        _problem(f"other credentials win over the role of the instance ({one.name})", one.where, one.hint)
        for one in seen.credential_sources
        if one.name not in desired.credential_sources
    ]
    if seen.identity and seen.identity.no_keys:
        hint = "see that the role exists and its trust policy names ec2.amazonaws.com; for a role that was replaced a moment ago, try later"
        found.append(_problem(f"the role {seen.identity.role} of the instance gives no keys", seen.identity.no_keys, hint))
    return found


def _no_keys(profile: credentials.Profile) -> dict[str, str]:
    where = f"profile {profile.name} in {profile.file}"
    if profile.derived:
        what = f"the agent cannot use {profile.derived}: of a profile it takes static keys alone"
        hint = "let a program write the keys into the credentials file and renew them there, "
        hint += "or give the host a role (an instance profile, a hybrid activation of Systems Manager)"
        return _problem(what, where, hint)
    if profile.of_ssm_agent:
        hint = "register the SSM agent by its activation, and let it share its keys (ShareCreds in amazon-ssm-agent.json); "
        hint += "or name another profile (cw_agent_credentials_profile, cw_agent_credentials_file)"
        return _problem("the SSM agent has written no keys of a hybrid activation", f"no {where}", hint)
    hint = "write the profile there, or name another (cw_agent_credentials_profile, cw_agent_credentials_file), "
    hint += "or give the keys (cw_agent_credentials_access_key_id, cw_agent_credentials_secret_access_key)"
    return _problem("the host has no credential profile", f"no {where}", hint)


def _onprem_problems(seen: Observation, desired: Desired) -> list[dict[str, str]]:
    found = []
    if seen.identity is not None and not (desired.credentials.named or seen.common.name or seen.common.file):
        found.append(
            _problem(
                "cw_agent_mode is onPremise on an EC2 instance",
                f"{seen.identity.instance_id}: the agent would go back to ec2 at the start of its service",
                "set cw_agent_mode: ec2, or name a profile (cw_agent_credentials_profile, cw_agent_credentials_file)",
            )
        )
    if desired.credentials.digest:
        return found
    profile = seen.profile
    if not profile.exists:
        return [*found, _no_keys(profile)]
    if not seen.profile_readable:
        hint = f"give it to {seen.user.name} (mode 0600) in a directory outside /root, and name it in cw_agent_credentials_file"
        if profile.of_ssm_agent:
            hint = (
                "set agent.run_as_user to root: the SSM agent writes the file for root alone, and a copy of its keys is good for an hour; "
            )
            hint += "or give the agent keys of its own (cw_agent_credentials_access_key_id, cw_agent_credentials_secret_access_key)"
        found.append(_problem(f"{seen.user.name} (agent.run_as_user) can't read the credential profile", profile.file, hint))
    writes_region = profile.of_ssm_agent and desired.credentials.named and desired.region
    if not profile.region and not writes_region:
        hint = f"write region = {desired.region or 'REGION'} into [{credentials.section(profile.name)}] of {profile.beside}"
        found.append(_problem("the credential profile has no region", f"profile {profile.name} of {profile.file}", hint))
    if profile.region and desired.region and profile.region != desired.region:
        value = f"cw_agent_region {desired.region}, profile {profile.name} in {profile.beside} has {profile.region}"
        found.append(_problem("the region differs", value, f"set cw_agent_region: {profile.region}, or correct the region of the profile"))
    return found


def problems(seen: Observation, desired: Desired) -> list[dict[str, str]]:
    """What forbids converging, each with what, value and hint."""
    found = []
    if seen.state.service.active_state == "unknown":
        found.append(_problem("systemd does not answer", "systemctl show", "run the host with systemd as its init"))
    if differences(seen, desired):
        found += [_problem("the file system is read-only", path, packages.READ_WRITE) for path in seen.read_only]
        found += [_requirement_problem(one, seen) for one in seen.requirements if not one["met"]]
    return found if desired.purge is not None else found + _desired_problems(seen, desired)


def _requirement_problem(requirement: Mapping[str, str], seen: Observation) -> dict[str, str]:
    hint = f"{requirement['hint'].rstrip('.')}; cw_agent_silenced_rules with {requirement['rule']} goes on without"
    value = f"{requirement['name']}: {requirement['why'].rstrip('.')}"
    return _problem(f"the host lacks what the configuration needs, or {seen.user.name} can't read it", value, hint)


def _desired_problems(seen: Observation, desired: Desired) -> list[dict[str, str]]:
    found = []
    if seen.state.service.masked and desired.sources:
        hint = "run systemctl unmask amazon-cloudwatch-agent on the host; where its unit file is gone with that, install the package again"
        found.append(_problem("the service is masked, so nothing can start it", UNIT, hint))
    if seen.ca_bundle:
        hint = "copy it there, mode 0644, in a task before; or correct cw_agent_ca_bundle"
        found.append(_problem("the CA bundle cannot be used", f"{desired.settings.ca_bundle}: {seen.ca_bundle}", hint))
    if seen.repository.problem:
        hint = "take cw_agent_package_repository out for this host, whose packages come from the mirror then"
        found.append(_problem("the distribution's repository cannot give the package", seen.repository.problem, hint))
    wrong = None if desired.repository else packages.build_problem(desired.build)
    if wrong:
        found.append(_problem(f"cw_agent_build: {wrong[0]}", desired.build, wrong[1]))
    found += seen.log_access.problems
    if not desired.create_user and _is_missing(seen, desired):
        hint = "create the user before, set cw_agent_create_user: true, or choose root or cwagent"
        found.append(_problem("agent.run_as_user does not exist on the host", desired.run_as_user, hint))
    if desired.mode == "ec2":
        found += _ec2_problems(seen, desired)
    elif desired.mode == "onPremise":
        found += _onprem_problems(seen, desired)
    return found
