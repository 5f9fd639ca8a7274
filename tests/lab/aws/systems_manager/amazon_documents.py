# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents of AWS's own that the collection uses: their parameters and steps, described in our words."""

from __future__ import annotations

from typing import Any

_SECONDS = "([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[01][0-9]{3})|(172[0-7][0-9]{2})|(172800)"
_LOCATION = '^[a-zA-Z0-9-"~:_@./^(*)!<>?=+,]*$'


def _script(plugin: str, description: str) -> dict[str, Any]:
    """A document of schema 1.2 that runs the lines it is given."""
    step = {
        "id": f"0.{plugin}",
        "runCommand": "{{ commands }}",
        "workingDirectory": "{{ workingDirectory }}",
        "timeoutSeconds": "{{ executionTimeout }}",
    }
    return {
        "schemaVersion": "1.2",
        "description": description,
        "parameters": {
            "commands": {"type": "StringList", "description": "(Required) Lines of the script.", "minItems": 1},
            "workingDirectory": {"type": "String", "default": "", "description": "(Optional) Where it runs.", "maxChars": 4096},
            "executionTimeout": {
                "type": "String",
                "default": "3600",
                "description": "(Optional) Seconds until it is ended.",
                "allowedPattern": _SECONDS,
            },
        },
        "runtimeConfig": {plugin: {"properties": [step]}},
    }


CONFIGURE_PACKAGE = {
    "schemaVersion": "2.2",
    "description": "Install or uninstall a package of Distributor.",
    "parameters": {
        "action": {"type": "String", "description": "(Required) What to do.", "allowedValues": ["Install", "Uninstall"]},
        "installationType": {
            "type": "String",
            "description": "(Optional) How a newer version takes the place of an older one.",
            "default": "Uninstall and reinstall",
            "allowedValues": ["Uninstall and reinstall", "In-place update"],
        },
        "name": {"type": "String", "description": "(Required) The package.", "allowedPattern": r"^[a-zA-Z0-9\-._:/]{3,200}$"},
        "version": {"type": "String", "description": "(Optional) Its version; empty: the latest.", "default": ""},
        "additionalArguments": {
            "type": "StringMap",
            "description": "(Optional) Variables of the package's scripts, named SSM_…",
            "default": {},
        },
    },
    "mainSteps": [
        {
            "action": "aws:configurePackage",
            "name": "configurePackage",
            "inputs": {name: f"{{{{ {name} }}}}" for name in ("name", "action", "installationType", "version", "additionalArguments")},
        }
    ],
}

_MANAGE = r"""#!/bin/sh
ctl=/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl
action='{{ action }}'
source='{{ optionalConfigurationSource }}'
location='{{ optionalConfigurationLocation }}'
if [ ! -x "$ctl" ]; then
  echo 'CloudWatch Agent not installed.  Please install it using the AWS-ConfigureAWSPackage SSM Document.' >&2
  exit 1
fi
run() { "$ctl" -m '{{ mode }}' "$@" || exit 1; }
case $action in
  'configure (append)') first=append-config rest=append-config ;;
  'configure (remove)') first=remove-config rest=remove-config ;;
  configure) first=fetch-config rest=append-config ;;
  *) run -a "$action"; exit 0 ;;
esac
case $source in
  ssm)
    if [ -z "$location" ]; then
      echo 'AmazonCloudWatchAgent config should be specified' >&2
      exit 1
    fi
    ;;
  all) [ "$action" = 'configure (remove)' ] || exit 1 ;;
esac
step=$first
if [ "$source" = ssm ]; then
  while [ -n "$location" ]; do
    run -a "$step" -c "ssm:${location%%,*}"
    step=$rest
    case $location in
      *,*) location=${location#*,} ;;
      *) location= ;;
    esac
  done
else
  run -a "$step" -c "$source"
fi
if [ '{{ optionalRestart }}' = yes ]; then
  run -a stop
  run -a start
fi
"""


def _for(platform: str, step: str, plugin: str, lines: list[str]) -> dict[str, Any]:
    condition = {"StringEquals": ["platformType", platform]}
    return {"action": plugin, "name": step, "precondition": condition, "inputs": {"runCommand": lines}}


_UNIX = _MANAGE.splitlines()
MANAGE_AGENT = {
    "schemaVersion": "2.2",
    "description": "Configure, start and stop the Amazon CloudWatch agent.",
    "parameters": {
        "action": {
            "type": "String",
            "description": "What to do with the agent.",
            "default": "configure",
            "allowedValues": [
                "configure",
                "configure (append)",
                "configure (remove)",
                "start",
                "status",
                "status-with-workloads",
                "stop",
            ],
        },
        "mode": {"type": "String", "description": "Where the agent runs.", "default": "ec2", "allowedValues": ["ec2", "onPremise", "auto"]},
        "optionalConfigurationSource": {
            "type": "String",
            "description": "Where the configuration comes from; all: of configure (remove) only.",
            "default": "ssm",
            "allowedValues": ["ssm", "default", "all"],
        },
        "optionalConfigurationLocation": {
            "type": "String",
            "description": "Names of parameters, with commas between them.",
            "default": "",
            "allowedPattern": _LOCATION,
        },
        "optionalRestart": {
            "type": "String",
            "description": "Whether the agent is started anew afterwards.",
            "default": "yes",
            "allowedValues": ["yes", "no"],
        },
    },
    "mainSteps": [
        _for("Windows", "ControlCloudWatchAgentWindows", "aws:runPowerShellScript", ["exit 0"]),
        _for("Linux", "ControlCloudWatchAgentLinux", "aws:runShellScript", _UNIX),
        _for("MacOS", "ControlCloudWatchAgentMacOS", "aws:runShellScript", _UNIX),
    ],
}

REFRESH = {
    "schemaVersion": "2.0",
    "description": "Apply associations now.",
    "parameters": {"associationIds": {"type": "StringList", "description": "(Optional) Which; none: all.", "default": []}},
    "mainSteps": [{"action": "aws:refreshAssociation", "name": "refreshAssociation", "inputs": {"associationIds": "{{ associationIds }}"}}],
}

MIGRATE = {
    "schemaVersion": "2.2",
    "description": "Take the configuration of the plugin aws:cloudWatch over to the Amazon CloudWatch agent.",
    "parameters": {},
    "mainSteps": [_for("Windows", "MigrateCloudWatchAgent", "aws:runPowerShellScript", ["exit 0"])],
}

DOCUMENTS: dict[str, dict[str, Any]] = {
    "AWS-RunShellScript": _script("aws:runShellScript", "Run a shell script or specify the commands to run."),
    "AWS-RunPowerShellScript": _script("aws:runPowerShellScript", "Run a PowerShell script or specify the paths to scripts to run."),
    "AWS-ConfigureAWSPackage": CONFIGURE_PACKAGE,
    "AWS-RefreshAssociation": REFRESH,
    "AmazonCloudWatch-ManageAgent": MANAGE_AGENT,
    "AmazonCloudWatch-MigrateCloudWatchAgent": MIGRATE,
}
