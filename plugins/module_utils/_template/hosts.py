# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts of a plan need as resources of a template: roles, instance profiles, users, parameters, associations. Pure."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping

from .._account.steps import aws_tags, texts
from .._commands import standing
from .._config.canonical import digest
from .._release import iam
from .._release.parts import STANDARD_BYTES
from .._release.publications import Publication, Target
from .stack import Resource, resource_id

PARAMETER = "Parameter"


def of_principal(principal: iam.Principal, options: iam.Options, boundary: str) -> Iterator[Resource]:
    """A role or user, its managed policies, and the instance profile of a role of instances.

    Raises:
        ConfigError: its policies are more than IAM takes.
    """
    item = iam.desired(principal, options)
    tags = aws_tags(item["tags"])
    for one in item["managed"]:
        properties = {"ManagedPolicyName": one["name"], "Path": options.path, "PolicyDocument": one["document"], "Tags": tags}
        yield Resource(resource_id("Policy", one["name"]), "AWS::IAM::ManagedPolicy", properties)
    inline = [{"PolicyName": iam.INLINE_NAME, "PolicyDocument": item["inline"]}] if item["inline"] else []
    common = {
        "Path": options.path,
        "Policies": inline,
        "ManagedPolicyArns": item["attach"],
        "PermissionsBoundary": boundary or None,
        "Tags": tags,
    }
    after = tuple(resource_id("Policy", one["name"]) for one in item["managed"])
    if principal.kind == iam.USER:
        yield Resource(resource_id("User", item["name"]), "AWS::IAM::User", {"UserName": item["name"], **common}, after)
        return
    role = resource_id("Role", item["name"])
    properties = {"RoleName": item["name"], "AssumeRolePolicyDocument": item["trust"], **common}
    yield Resource(role, "AWS::IAM::Role", properties, after)
    if item["instance_profile"]:
        profile = {"InstanceProfileName": item["instance_profile"], "Path": options.path, "Roles": [item["name"]]}
        yield Resource(resource_id("InstanceProfile", item["instance_profile"]), "AWS::IAM::InstanceProfile", profile, (role,))


def of_publication(publication: Publication, tags: Mapping[str, Any]) -> Iterator[Resource]:
    """The parameters of a configuration, one for each part."""
    for name, text in zip(publication.names, publication.texts):
        tier = "Advanced" if len(text.encode()) > STANDARD_BYTES else "Standard"
        properties = {"Name": name, "Type": "String", "Value": text, "Tier": tier, "Tags": texts(tags)}
        yield Resource(resource_id(PARAMETER, name), "AWS::SSM::Parameter", properties)


def of_associations(plan: Mapping[str, Any], known: Iterable[Publication], options: Mapping[str, Any]) -> Iterator[tuple[Target, Resource]]:
    """The associations of the configurations that have targets, and the document that they run.

    Raises:
        CommandError: the hosts of a configuration differ, or a target is wrong.
    """
    document = resource_id("Document", standing.DOCUMENT)
    for one in known:
        if one.name not in options["targets"]:
            continue
        properties = {"Name": standing.DOCUMENT, "DocumentType": "Command", "DocumentFormat": "JSON", "Content": standing.CONTENT}
        yield one.target, Resource(document, "AWS::SSM::Document", {**properties, "UpdateMethod": "NewVersion"})
        parts = [standing.Part(name, 0, digest(text)) for name, text in zip(one.names, one.texts)]
        fields = standing.fields(one.name, list(one.hosts), parts, plan, options)
        after = (document, *(resource_id(PARAMETER, part.name) for part in parts))
        yield one.target, Resource(resource_id("Association", one.name), "AWS::SSM::Association", fields, after)
