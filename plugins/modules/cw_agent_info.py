#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_info
short_description: Observe a host with the Amazon CloudWatch agent, in one call
version_added: "0.1.0"
author: cloudwatch.agent contributors (@cloudwatch-agent)
description:
  - Answers in one call what is installed, configured and running, who the host is, and what its configured log files look like.
  - Says what converging the host to the desired state will change (RV(differences)) and what forbids it (RV(problems)).
  - The desired O(sources) are compared by digest with the active configurations, whatever their names and versions are.
    Without them, or with an empty list, neither the configuration nor the service is compared.
  - On a host that converging will change, asks AWS Security Token Service (C(GetCallerIdentity)) as whom the agent calls AWS, as the
    agent's user and with its credentials, proxies and certificate authorities. What AWS refuses is a problem.
  - Changes nothing and asks nobody else but EC2's instance metadata service (version 2).
options:
  build:
    description: The desired exact build. Empty means that any installed build will do.
    type: str
    default: ""
  install:
    description: Whether an agent is desired even where no O(sources) are given.
    type: bool
    default: false
  mode:
    description: What the host is said to be. Without it nothing is said about metadata, role and credential profile.
    type: str
    choices: [ec2, onPremise]
  region:
    description: The region in which the host is said to be. Empty means that it is not compared.
    type: str
    default: ""
  account:
    description: The account that holds the host's configuration. Empty means that it is not compared with that of the instance.
    type: str
    default: ""
  credentials:
    description: The credential profile that the agent is to use. Without it C(common-config.toml) is not compared.
    type: dict
    suboptions:
      profile:
        description: Name of the profile. Empty means what the host has, or C(AmazonCloudWatchAgent).
        type: str
        default: ""
      file:
        description:
          - The credentials file.
          - Empty means what the host has, or C(/etc/amazon-cloudwatch-agent-credentials/credentials) when O(credentials.digest) is given.
        type: str
        default: ""
      digest:
        description:
          - sha256 of C(ID:SECRET:TOKEN) of the keys that the run brings itself, in hexadecimal digits.
          - Given, the profile need not exist yet, and is compared with it.
        type: str
        default: ""
  files:
    description: Paths and globs of the configured log files, whose readability for O(run_as_user) is found out.
    type: list
    elements: str
    default: []
  run_as_user:
    description: The user as whom the agent is to run. Empty means that of the active configuration.
    type: str
    default: ""
  invocation_id:
    description: The C(InvocationID) that the service had when it was last seen well, to find out whether it has died since.
    type: str
    default: ""
  settings:
    description:
      - The desired settings beside the configuration, by the options of M(cloudwatch.agent.cw_agent_settings). Others are not compared.
    type: dict
  planned:
    description:
      - The host's entry in RV(cloudwatch.agent.cw_agent_plan#module:hosts), from which the options of the same names are taken that are
        not given themselves, and C(log_access), C(journald), C(create_user), C(requirements), C(identity_check) and
        C(credential_sources); its C(purge) counts where its C(state) is C(absent).
    type: dict
    default: {}
  from_run:
    description:
      - Whether to take O(sources), O(account), O(credentials) and O(planned), as far as they are not given, from the data of the run
        (C(cw_agent_plan), C(cw_agent_published)) and the variables of the roles, which costs the controller less than templates do.
      - A host with C(cw_agent_transport=ssm) is skipped. One whose configuration takes a value out of Ansible Vault has C(no_log).
    type: bool
    default: false
    version_added: "0.1.0"
  purge:
    description:
      - Given, the agent is desired to be absent, with these of its files.
        O(cloudwatch.agent.cw_agent_uninstall#module:purge) describes them.
      - RV(differences) then is what of it is there, and nothing else is compared.
    type: list
    elements: str
    choices: [configuration, state, logs, credentials, overrides]
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.host
  - cloudwatch.agent.sources
  - cloudwatch.agent.attributes.info
notes:
  - Needs Python 3.8 or later on the host, and root to find out what another user can read.
seealso:
  - module: cloudwatch.agent.cw_agent_config
"""

EXAMPLES = r"""
- name: Observe the host
  cloudwatch.agent.cw_agent_info:
  register: observed

- name: Ask what it takes to bring the host to an exact build and configuration
  cloudwatch.agent.cw_agent_info:
    build: 1.300064.1b1344
    mode: ec2
    region: eu-west-1
    sources:
      - location: ssm:AmazonCloudWatch-web:3
        digest: 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
    files:
      - /var/log/nginx/*.log
  register: observed
"""

RETURN = r"""
agent:
  description: What was seen.
  returned: success
  type: dict
  contains:
    package:
      description: The package.
      type: dict
      returned: success
      contains:
        installed:
          description: Whether the package manager has it.
          type: bool
          returned: success
        build:
          description: The exact build.
          type: str
          returned: success
          sample: 1.300064.1b1344
        format:
          description: C(deb) or C(rpm), the host's format.
          type: str
          returned: success
        interrupted:
          description:
            - The state in which an installation that was broken off has left the package, such as C(half-installed) or C(unpacked).
            - Empty when it is installed or not there.
          type: str
          returned: success
    service:
      description: The unit as systemd sees it.
      type: dict
      returned: success
      contains:
        active_state:
          description: C(ActiveState); C(unknown) when systemd does not answer.
          type: str
          returned: success
        sub_state:
          description: C(SubState).
          type: str
          returned: success
        enabled:
          description: Whether it starts at boot.
          type: bool
          returned: success
        invocation_id:
          description: C(InvocationID), another one after every start.
          type: str
          returned: success
        started_at:
          description: When it was started, in seconds since the epoch; 0 while it does not run.
          type: float
          returned: success
        main_pid:
          description: Process number of the daemon.
          type: int
          returned: success
        restarts:
          description: How often systemd has started the service again by itself since it was started on request (C(NRestarts)).
          type: int
          returned: success
        died:
          description:
            - Whether the service is no longer active in the run that O(invocation_id) names, even if systemd has started another one.
            - Always V(false) without O(invocation_id).
          type: bool
          returned: success
        masked:
          description: Whether the unit is masked, so that nothing can start it.
          type: bool
          returned: success
    configurations:
      description: The active configurations.
      type: list
      elements: dict
      returned: success
      contains:
        file:
          description: File name.
          type: str
          returned: success
        digest:
          description: sha256 of the content.
          type: str
          returned: success
        size:
          description: Size in bytes.
          type: int
          returned: success
    unmanaged:
      description:
        - Files and directories among the active configurations that this collection has not written; a directory ends with a slash.
      type: list
      elements: str
      returned: success
    stale_files:
      description: Files that failed attempts have left.
      type: list
      elements: str
      returned: success
    common_config:
      description: The credential profile that C(common-config.toml) names.
      type: dict
      returned: success
      contains:
        profile:
          description: Name of the profile.
          type: str
          returned: success
        file:
          description: The credentials file.
          type: str
          returned: success
        keys_expire_at:
          description:
            - Until when the keys of the profile are valid, in seconds since the epoch. Null where its file does not say it.
            - Programs that write temporary keys say it in C(x_security_token_expires), C(aws_expiration) or C(expiration).
          type: float
          returned: success
    mode:
      description: The mode in which the service starts, C(ec2) or C(onPremise).
      type: str
      returned: success
    identity:
      description: The instance according to its metadata service; empty values elsewhere.
      type: dict
      returned: success
      contains:
        instance_id:
          description: Instance id.
          type: str
          returned: success
        region:
          description: Region.
          type: str
          returned: success
        account_id:
          description: Account id.
          type: str
          returned: success
        availability_zone:
          description: Availability zone.
          type: str
          returned: success
        image_id:
          description: Image id.
          type: str
          returned: success
        instance_type:
          description: Instance type.
          type: str
          returned: success
        role:
          description: The role of the instance profile.
          type: str
          returned: success
        no_keys:
          description: Why the role gives no credentials; empty where it does, and without a role.
          type: str
          returned: success
        keys_expire_at:
          description:
            - Until when the role's present keys are valid, in seconds since the epoch. EC2 renews them before.
            - Null where the metadata service does not say it.
          type: float
          returned: success
        hostname:
          description: Host name that the metadata service gives.
          type: str
          returned: success
        private_ip:
          description: Private IPv4 address.
          type: str
          returned: success
        autoscaling_group:
          description:
            - The Auto Scaling group, read from the instance's tags; empty when it belongs to none.
            - Null means not known, because the instance's metadata does not show tags.
          type: str
          returned: success
    region:
      description: The region of the instance, or else of the credential profile.
      type: str
      returned: success
    hostname:
      description: The host's own name.
      type: str
      returned: success
    ip_address:
      description: What the agent replaces C({ip_address}) with, C(UNKNOWN-IP) where it finds no address.
      type: str
      returned: success
    run_as_user:
      description: The user for whom it was found out which files are readable.
      type: str
      returned: success
    files:
      description: The configured log files.
      type: list
      elements: dict
      returned: success
      contains:
        path:
          description: The path or glob as given.
          type: str
          returned: success
        file:
          description: The newest file that it matches, which is the one the agent reads.
          type: str
          returned: success
        exists:
          description: Whether there is one.
          type: bool
          returned: success
        readable:
          description: Whether the user can read it.
          type: bool
          returned: success
        size:
          description: Size in bytes.
          type: int
          returned: success
        mtime:
          description: Time of the last write, in seconds since the epoch.
          type: float
          returned: success
        grown:
          description: Whether it was written to since the start of the service.
          type: bool
          returned: success
        sent:
          description: How many bytes the agent has read of it; null where it has not begun.
          type: int
          returned: success
        hint:
          description:
            - For a file that is not readable, what that means and how to make it readable; else empty.
            - Lines are lost only where RV(agent.files[].size) is not 0.
          type: str
          returned: success
    requirements:
      description: Files and programs that the configuration needs, from O(planned).
      type: list
      elements: dict
      returned: success
      contains:
        name:
          description: The path of a file, or the name of a program.
          type: str
          returned: success
        rule:
          description: The rule that names it.
          type: str
          returned: success
        why:
          description: What happens without it.
          type: str
          returned: success
        hint:
          description: How to get it.
          type: str
          returned: success
        met:
          description: Whether the host has it, and the user can read it.
          type: bool
          returned: success
    mounts:
      description: Mounted file systems that hold data.
      type: list
      elements: dict
      returned: success
      contains:
        device:
          description: Device, without C(/dev/).
          type: str
          returned: success
        path:
          description: Mount point.
          type: str
          returned: success
        fstype:
          description: Type.
          type: str
          returned: success
    log_stream_default:
      description: The name of the log stream where the configuration names none.
      type: str
      returned: success
    errors:
      description: The agent's error lines since its start, newest last, twenty at most.
      type: list
      elements: str
      returned: success
    ready:
      description: Whether the daemon has said that it works, or has run too long for that to be in doubt.
      type: bool
      returned: success
    clock:
      description: The host's clock, in seconds since the epoch.
      type: float
      returned: success
    utc_offset:
      description: Seconds by which the local time of the agent is ahead of UTC. It is what the agent takes for C({date}).
      type: int
      returned: success
    caller:
      description: As whom the agent calls AWS. Empty where STS was not asked or did not answer.
      type: dict
      returned: success
      contains:
        source:
          description: Where the agent's credentials come from, in words.
          type: str
          returned: success
        account:
          description: The account.
          type: str
          returned: success
        arn:
          description: The user, or the session of a role.
          type: str
          returned: success
        clock_skew:
          description: Seconds by which the host's clock is ahead of AWS's; null where AWS has not said what time it is.
          type: float
          returned: success
differences:
  description: What converging will change, in words.
  returned: success
  type: list
  elements: str
differing:
  description:
    - The parts that RV(differences) are about, of V(package), V(credentials), V(settings), V(user), V(log_access) and V(configuration);
      V(removal) where the agent is to be absent.
  returned: success
  type: list
  elements: str
converged:
  description: Whether there are no differences.
  returned: success
  type: bool
refusal:
  description: The problems in one text, empty without any.
  returned: success
  type: str
conflict:
  description:
    - Why the host is not converged before somebody has decided who reads its log files; empty for no reason.
    - C(awslogs), the old agent, runs and reads some of them.
  returned: success
  type: str
problems:
  description: What forbids converging.
  returned: success
  type: list
  elements: dict
  contains:
    what:
      description: What is wrong.
      type: str
      returned: success
    value:
      description: What was found.
      type: str
      returned: success
    hint:
      description: How to correct it.
      type: str
      returned: success
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import comparison, leftovers, observation
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import SOURCES, failure, settings, sources
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host

ARGUMENTS: dict[str, Any] = {
    "sources": SOURCES,
    "build": {"type": "str", "default": ""},
    "install": {"type": "bool", "default": False},
    "mode": {"type": "str", "choices": ["ec2", "onPremise"]},
    "region": {"type": "str", "default": ""},
    "account": {"type": "str", "default": ""},
    "credentials": {
        "type": "dict",
        "options": {
            "profile": {"type": "str", "default": ""},
            "file": {"type": "str", "default": ""},
            "digest": {"type": "str", "default": ""},
        },
    },
    "files": {"type": "list", "elements": "str", "default": []},
    "run_as_user": {"type": "str", "default": ""},
    "invocation_id": {"type": "str", "default": ""},
    # Not to be logged, which happens before anybody can say what in them is secret; results show the rest of them.
    "settings": {"type": "dict", "no_log": True},
    "planned": {"type": "dict", "default": {}, "no_log": True},
    # The action takes it.
    "from_run": {"type": "bool", "default": False},
    "purge": {"type": "list", "elements": "str", "choices": list(leftovers.PURGES)},
}
CALLER = {"source": "", "account": "", "arn": "", "clock_skew": None}


def desired(params: dict[str, Any]) -> observation.Desired:
    """The module's options as the observation takes them."""
    planned = params["planned"]
    names = ["build", "mode", "region", "files", "run_as_user", "settings", "log_access", "journald", "create_user", "requirements"]
    names += ["identity_check", "credential_sources"]
    given = {name: params.get(name) or planned.get(name) for name in names}
    purge = params["purge"]
    if purge is None and planned.get("state") == "absent":
        purge = planned["purge"]
    return observation.Desired(
        sources=sources(params["sources"]) or None,
        build=given["build"] or "",
        mode=given["mode"] or "",
        region=given["region"] or "",
        account=params["account"],
        credentials=observation.DesiredCredentials(**(params["credentials"] or {})),
        files=given["files"] or [],
        run_as_user=given["run_as_user"] or "",
        install=params["install"],
        invocation_id=params["invocation_id"],
        purge=purge,
        settings=settings({} if purge is not None else given["settings"] or {}),
        log_access=given["log_access"] or "check",
        journald=bool(given["journald"]),
        create_user=bool(given["create_user"]),
        requirements=given["requirements"] or [],
        credential_sources=given["credential_sources"] or [],
        identity_check=given["identity_check"] or "changed",
        repository=bool(planned.get("repository")),
    )


def proved(module: AnsibleModule, host: Host, seen: observation.Observation, asked: observation.Desired, changes: bool) -> dict[str, Any]:
    """What STS answers, {} where it is not asked."""
    # Unchanged hosts do not pay for what asks over TLS.
    from ansible_collections.cloudwatch.agent.plugins.module_utils._host import caller  # noqa: PLC0415

    question = caller.request(host, seen, asked, changes)
    answer = caller.prove(host, question) if question else None
    if answer and answer.warning:
        module.warn(answer.warning)
    return answer._asdict() if answer else {}


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    asked = desired(module.params)
    module.no_log_values = asked.settings.secrets
    host, answer = Host(), dict[str, Any]()
    try:
        seen = observation.observe(host, asked)
        parts, problems = comparison.by_part(seen, asked), comparison.problems(seen, asked)
        if not problems and (parts or asked.identity_check == "always"):
            answer = proved(module, host, seen, asked, bool(parts))
    except (HostError, OSError) as error:
        module.fail_json(**failure(error))
    conflict = comparison.conflict(seen)
    for warning in [*seen.log_access.warnings, *([conflict] if conflict else [])]:
        module.warn(warning)
    problems += [answer["problem"]] if answer.get("problem") else []
    module.exit_json(
        changed=False,
        agent={**observation.result(seen, asked), "caller": {name: answer.get(name, empty) for name, empty in CALLER.items()}},
        differences=[text for texts in parts.values() for text in texts],
        differing=list(parts),
        converged=not parts,
        problems=problems,
        conflict=conflict,
        refusal="; ".join(f"{one['what']} ({one['value']}). Hint: {one['hint']}" for one in problems),
    )


if __name__ == "__main__":
    main()
