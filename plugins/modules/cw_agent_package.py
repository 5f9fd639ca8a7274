#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_package
short_description: Install an exact, verified build of the Amazon CloudWatch agent
version_added: "0.1.0"
author: cloudwatch.agent contributors (@cloudwatch-agent)
description:
  - Downloads the package, its detached signature and the signing key from a mirror, and refuses everything
    without a good signature by the pinned key. Until then nothing on the host has changed.
  - The new build's own translator validates the O(sources) whose text is known, or else the active configurations, in a scratch directory
    before the package is installed.
  - Installs by C(dpkg) or C(rpm), older builds as well. Nothing is upgraded unless it is asked for.
  - >-
    A running agent is watched after the change. When it dies with the new build, the old one is installed again and the module fails with
    the agent's own log lines.
  - An installation that was interrupted is repaired, and the module says so.
  - Waits for another change of the agent on the same host.
options:
  build:
    description:
      - The exact build, as the agent's C(CWAGENT_VERSION) has it.
      - V(latest) is the build that the mirror calls so (C(info/latest/CWAGENT_VERSION)), which is asked for at every run.
      - Empty means that whatever is installed stays, and that a host without the agent gets the mirror's latest build.
    type: str
    default: ""
  mirror_url:
    description:
      - Where the packages are, in the directories of AWS's own buckets.
      - C(https://), C(http://), also with C(USER:PASSWORD@), and with a query such as a signature, which goes with every request.
      - C(s3://BUCKET/PREFIX) is read by the host through URLs that the controller signs with its own credentials, each good for an hour.
      - C(file:///DIRECTORY) is on the host.
    type: str
    default: https://amazoncloudwatch-agent.s3.amazonaws.com
  mirror_query:
    description:
      - A query that goes with every request to the mirror, such as a signature. The one in O(mirror_url) is moved here, and not logged.
    type: str
    default: ""
  directory:
    description:
      - A directory of the controller in which the packages are, in the directories of AWS's own buckets, instead of O(mirror_url).
      - What a host needs of it is copied there, and nothing where the build is installed already. Signatures are verified on the host.
    type: path
  file:
    description:
      - A package on the host, instead of O(mirror_url).
      - Its signature is beside it with C(.sig) appended, the key in the same directory as C(amazon-cloudwatch-agent.gpg).
    type: path
  files:
    description:
      - URLs of a mirror's files by their path below it. Set by the action from O(directory) or an C(s3://) mirror, not by playbooks.
    type: dict
  repository:
    description:
      - The package is that of the distribution's own repository, which C(dnf) or C(yum) asks and whose key verifies it. Amazon Linux has
        one, and other systems are refused, as is another source of the package beside it.
      - Its builds are older and named by version and release, as in V(1.300044.0-1.amzn2023). O(build) may leave the release out; V(latest)
        is the newest that the repository has. RV(package) names builds like that, too.
      - In check mode the repository is asked and the package is not downloaded, so the new build does not validate the configuration then.
    type: bool
    default: false
  signing_key_url:
    description: The public key. Empty means C(assets/amazon-cloudwatch-agent.gpg) of the mirror, or the one beside O(file).
    type: str
    default: ""
  signing_fingerprint:
    description: The fingerprint of the only key that is trusted, by default that of AWS.
    type: str
    default: 937616F3450B7D806CBD9725D58167303B789C72
  proxy:
    description:
      - The proxies of the downloads, C(http) and C(https), and C(no_proxy).
        O(cloudwatch.agent.cw_agent_settings#module:proxy) describes them. Without it the task's environment counts.
    type: dict
  ca_bundle:
    description: A file on the host with the certificate authorities that the mirror's certificate is checked by, instead of the system's.
    type: path
  distribution:
    description: The mirror's directory for this distribution. Empty means the one that suits C(/etc/os-release).
    type: str
    choices: ["", amazon_linux, centos, debian, oracle_linux, redhat, suse, ubuntu]
    default: ""
  architecture:
    description: The mirror's directory for this processor. Empty means the one that suits the machine.
    type: str
    choices: ["", amd64, arm64]
    default: ""
  mode:
    description: What the host is. Off EC2 a build validates only where there is a credential profile with a region already.
    type: str
    choices: [ec2, onPremise]
    default: ec2
  health_seconds:
    description: Seconds that an agent which is ready has to live on with the new build.
    type: int
    default: 10
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.host
  - cloudwatch.agent.sources
attributes:
  check_mode:
    support: full
    details:
      - Downloads, verifies and validates like the run itself, into a temporary directory, and installs nothing.
  diff_mode:
    support: full
    details:
      - Shows the package before and after.
notes:
  - Needs C(gpgv) or C(gpg), and Python 3.8 or later on the host.
seealso:
  - module: cloudwatch.agent.cw_agent_config
"""

EXAMPLES = r"""
- name: A host without a way out gets its package from the controller
  cloudwatch.agent.cw_agent_package:
    build: 1.300064.1b1344
    directory: /srv/cloudwatch-agent

- name: The newest build, from a bucket that only the controller may read
  cloudwatch.agent.cw_agent_package:
    build: latest
    mirror_url: s3://packages.example.com/cloudwatch-agent

- name: The agent is there, whatever its build
  cloudwatch.agent.cw_agent_package:

- name: The newest package of Amazon Linux's own repository
  cloudwatch.agent.cw_agent_package:
    repository: true
    build: latest

- name: Exactly this build, from the bucket of the region
  cloudwatch.agent.cw_agent_package:
    build: 1.300064.1b1344
    mirror_url: https://amazoncloudwatch-agent-eu-west-1.s3.eu-west-1.amazonaws.com
"""

RETURN = r"""
package:
  description: The package after the change.
  returned: success
  type: dict
  contains:
    installed:
      description: Whether it is installed.
      type: bool
      returned: success
    build:
      description: The exact build.
      type: str
      returned: success
      sample: 1.300064.1b1344
    format:
      description: C(deb) or C(rpm).
      type: str
      returned: success
wanted:
  description: Files of the mirror that the action has to provide; seen by the action alone.
  returned: never
  type: list
  elements: str
changed_at:
  description: Since when the new build is in force, in seconds since the epoch by the host's clock; null without a change.
  returned: success
  type: float
invocation_id:
  description: C(InvocationID) of the service afterwards, another one after every start.
  returned: success
  type: str
log:
  description: The lines of the agent or of the package manager that explain the failure.
  returned: failure
  type: list
  elements: str
"""

import os
import tempfile
from typing import Any
from urllib.error import HTTPError

from ansible.module_utils.api import retry_with_delays_and_condition
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import open_url
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import installation, mirror, repository
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import SOURCES, failure, sources
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.packages import DISTRIBUTIONS, Package
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host

ARGUMENTS: dict[str, Any] = {
    "build": {"type": "str", "default": ""},
    "mirror_url": {"type": "str", "default": "https://amazoncloudwatch-agent.s3.amazonaws.com"},
    "mirror_query": {"type": "str", "default": "", "no_log": True},
    "directory": {"type": "path"},
    "file": {"type": "path"},
    "repository": {"type": "bool", "default": False},
    "files": {"type": "dict", "no_log": True},
    "signing_key_url": {"type": "str", "default": "", "no_log": False},
    "signing_fingerprint": {"type": "str", "default": "937616F3450B7D806CBD9725D58167303B789C72"},
    "proxy": {"type": "dict"},
    "ca_bundle": {"type": "path"},
    "distribution": {"type": "str", "choices": ["", *sorted({*DISTRIBUTIONS.values()})], "default": ""},
    "architecture": {"type": "str", "choices": ["", "amd64", "arm64"], "default": ""},
    "sources": SOURCES,
    "mode": {"type": "str", "choices": ["ec2", "onPremise"], "default": "ec2"},
    "health_seconds": {"type": "int", "default": 10},
}
DELAYS = (2, 4)
"""Seconds before a download that failed is tried again."""


def _fetch(url: str, path: str) -> None:
    try:
        with open_url(url, timeout=60, http_agent="cloudwatch.agent") as answer:
            mirror.save(answer, path)
    except HTTPError as error:
        if error.code < 500:
            hint = "see cw_agent_mirror_url and cw_agent_build"
            raise HostError(f"{mirror.shown(url)}: HTTP status {error.code}; nothing was changed. Hint: {hint}") from error
        raise mirror.PassingFaultError(f"HTTP status {error.code}") from error
    except (HostError, mirror.PassingFaultError):
        raise
    except Exception as error:
        # open_url has no common type for what can go wrong on the way.
        raise mirror.PassingFaultError(str(error)) from error


def download(url: str, path: str) -> None:
    """Fetch a file; what may be a passing fault is tried again after ``DELAYS``.

    Raises:
        HostError: the mirror refused it, the disk is full, or the last attempt failed as well.
    """
    if url.startswith("file:"):
        mirror.copy(url, path)
        return
    fetch = retry_with_delays_and_condition(DELAYS, lambda error: isinstance(error, mirror.PassingFaultError))(_fetch)
    try:
        fetch(url, path)
    except mirror.PassingFaultError as error:
        hint = "check cw_agent_mirror_url and the host's way to it"
        raise HostError(f"{mirror.shown(url)}: {error}; nothing was changed. Hint: {hint}") from error


def request(params: dict[str, Any]) -> installation.Request:
    """The module's options as the installation takes them."""
    by_controller = params["directory"] or params["mirror_url"].startswith("s3://")
    query = f"?{params['mirror_query']}" if params["mirror_query"] else ""
    return installation.Request(
        build=params["build"],
        mirror_url=mirror.PROVIDED if by_controller else params["mirror_url"] + query,
        key_url=params["signing_key_url"],
        fingerprint=params["signing_fingerprint"],
        distribution=params["distribution"],
        architecture=params["architecture"],
        sources=[one for one in sources(params["sources"]) or [] if one.content],
        mode=params["mode"],
        health=float(params["health_seconds"]),
        file=params["file"] or "",
        repository=params["repository"],
    )


def described(package: Package) -> str:
    """One side of the diff."""
    broken_off = f"{package.build}, {package.interrupted}" if package.interrupted else "not installed"
    return f"amazon-cloudwatch-agent {package.build if package.installed else broken_off}\n"


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True, mutually_exclusive=[("directory", "file")])
    files, asked = module.params["files"], request(module.params)
    others = {"cw_agent_package_directory": module.params["directory"], "cw_agent_package_file": module.params["file"]}
    others["cw_agent_mirror_url"] = module.params["mirror_url"] != ARGUMENTS["mirror_url"]["default"]
    if asked.repository and repository.conflict(others):
        module.fail_json(msg=repository.conflict(others), log=[])
    os.environ.update(mirror.environment(module.params["proxy"], module.params["ca_bundle"]))
    module.no_log_values.update(mirror.passwords([module.params["mirror_url"], module.params["signing_key_url"], *(files or {}).values()]))
    try:
        wanted = installation.wanted(Host(), asked) if asked.mirror_url == mirror.PROVIDED and files is None else []
        if wanted:
            module.exit_json(changed=False, wanted=wanted)
        # Not the module's own directory: that would be made in root's home, in check mode too.
        with tempfile.TemporaryDirectory(prefix="cw-agent-") as scratch:
            fetch = mirror.provided(files or {}, download) if asked.mirror_url == mirror.PROVIDED else download
            outcome = installation.ensure_package(Host(), asked, fetch, scratch, module.check_mode)
    except (HostError, OSError) as error:
        module.fail_json(**failure(error))
    for text in outcome.warnings:
        module.warn(text)
    after = outcome.after
    module.exit_json(
        changed=outcome.changed,
        package={"installed": after.installed, "build": after.build, "format": after.format},
        changed_at=outcome.changed_at,
        invocation_id=outcome.invocation_id,
        diff={"before": described(outcome.before), "after": described(after)},
    )


if __name__ == "__main__":
    main()
