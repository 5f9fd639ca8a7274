# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameter Store as AWS has it: sizes, tiers, names, versions, labels, selectors. Moto's own is not used for these calls."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from typing import Any

from moto.kms.models import kms_backends

from aws.answer import AwsError
from aws.answer import constraint as aws_constraint

STANDARD, ADVANCED, TIERING = "Standard", "Advanced", "Intelligent-Tiering"
SIZES = {STANDARD: 4096, ADVANCED: 8192}
COUNTS = {STANDARD: 10_000, ADVANCED: 100_000}
TYPES = ("String", "StringList", "SecureString")
DATA_TYPES = ("text", "aws:ec2:image", "aws:ssm:integration")
VERSIONS = 100
LABELS = 10
DEFAULT_KEY = "alias/aws/ssm"
_DOCS = "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
_LABEL = re.compile(r"^(?!aws|ssm)[A-Za-z_.-][A-Za-z0-9_.-]*$", re.I)
_POLICIES = {"Expiration": {"Timestamp"}, "ExpirationNotification": {"Before", "Unit"}, "NoChangeNotification": {"After", "Unit"}}


@dataclass
class Version:
    """One version of a parameter, as PutParameter left it."""

    number: int
    value: str
    type: str
    tier: str
    modified: datetime
    user: str
    data_type: str = "text"
    description: str | None = None
    pattern: str | None = None
    key: str | None = None
    policies: str | None = None
    labels: list[str] = field(default_factory=list)

    def shown(self, decrypt: bool) -> str:
        """The value as the API gives it: of a SecureString without decryption only a ciphertext."""
        if self.type != "SecureString" or decrypt:
            return self.value
        return "AQICAHh" + base64.b64encode(hashlib.sha512(f"{self.key}{self.number}{self.value}".encode()).digest()).decode()


@dataclass
class Parameter:
    """A parameter: its versions, oldest first, and its tags."""

    name: str
    versions: list[Version] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def latest(self) -> Version:
        """The newest version."""
        return self.versions[-1]


def invalid(message: str) -> AwsError:
    """AWS's ValidationException."""
    return AwsError("ValidationException", message)


constraint = partial(aws_constraint, "ValidationException")


def check_name(name: str, arn_prefix: str) -> None:
    """Refuses names that AWS refuses, in its words."""
    lowered = name.lower()
    first = lowered.lstrip("/").split("/")[0]
    if first.startswith(("aws", "ssm")):
        if lowered.startswith("/aws") and name.count("/") > 1:
            raise AwsError("AccessDeniedException", f"No access to reserved parameter name: {name}.")
        if "/" not in name.lstrip("/"):
            raise invalid('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).')
        raise invalid(_NAME_RULE)
    if "/" in name and not name.startswith("/"):
        raise invalid("Parameter name must be a fully qualified name.")
    if not re.fullmatch(r"(/?[A-Za-z0-9_.-]+)(/[A-Za-z0-9_.-]+)*", name):
        raise invalid(_NAME_RULE)
    if len(name.strip("/").split("/")) > 15:
        raise AwsError(
            "HierarchyLevelLimitExceededException",
            "A hierarchy can have a maximum of 15 levels. For more information, see Requirements and constraints for parameter "
            "names in the AWS Systems Manager User Guide.",
        )
    if len(name) > 1011 or len(arn_prefix) + len(name) > 2048:
        raise constraint(name, "name", "Member must have length less than or equal to 1011")


_NAME_RULE = (
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by '
    "slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_"
)


def choose_tier(asked: str | None, size: int, policies: bool, old: str | None) -> str:
    """The tier that results from what was asked, the size in bytes, and the tier that exists. Raises AWS's refusals."""
    if asked not in (None, STANDARD, ADVANCED, TIERING):
        raise constraint(asked, "tier", f"Member must satisfy enum value set: [{STANDARD}, {ADVANCED}, {TIERING}]")
    if asked == STANDARD and old == ADVANCED:
        raise invalid(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the "
            "standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter. "
            f"For more information, see {_DOCS}"
        )
    tier = ADVANCED if ADVANCED in (asked, old) else STANDARD
    if asked == TIERING and (size > SIZES[STANDARD] or policies):
        tier = ADVANCED
    if size > SIZES[tier]:
        if tier == ADVANCED:
            raise invalid(
                f"Advanced tier parameters support a maximum parameter value of {SIZES[tier]} characters. For more information, see {_DOCS}"
            )
        raise invalid(
            f"Standard tier parameters support a maximum parameter value of {SIZES[tier]} characters. To create a larger parameter value, "
            f"upgrade the parameter to use the advanced-parameter tier. For more information, see {_DOCS}"
        )
    if policies and tier != ADVANCED:
        raise invalid(f"You must use the advanced-parameter tier to assign policies to a parameter. For more information, see {_DOCS}")
    return tier


def check_policies(text: str | None) -> bool:
    """Whether policies are set; malformed ones are refused."""
    if not text:
        return False
    try:
        policies = json.loads(text)
    except ValueError:
        raise AwsError("InvalidPolicyAttributeException", "The policies are not valid JSON.") from None
    if not isinstance(policies, list):
        raise AwsError("InvalidPolicyAttributeException", "The policies must be a JSON array.")
    if len(policies) > 10:
        raise AwsError(
            "PoliciesLimitExceededException",
            "You specified more than the maximum number of allowed policies for the parameter. The maximum is 10.",
        )
    for policy in policies:
        kind = policy.get("Type") if isinstance(policy, dict) else None
        if kind not in _POLICIES:
            raise AwsError(
                "InvalidPolicyTypeException", f"The policy type isn't supported: {kind}. Parameter Store supports: {', '.join(_POLICIES)}."
            )
        if not _POLICIES[kind] <= set(policy.get("Attributes") or {}):
            raise AwsError("InvalidPolicyAttributeException", f"A policy attribute or its value is invalid: {kind}.")
    return bool(policies)


def check_value(value: Any, pattern: str | None) -> str:
    """The value, if AWS takes it."""
    if not isinstance(value, str) or not value:
        raise constraint(value or "", "value", "Member must have length greater than or equal to 1.")
    if re.search(r"\{\{.*?\}\}", value, re.S):
        raise invalid('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.')
    if pattern:
        try:
            matches = re.fullmatch(pattern, value, re.S)
        except re.error:
            raise AwsError("InvalidAllowedPatternException", "The request doesn't meet the regular expression requirement.") from None
        if not matches:
            raise AwsError("ParameterPatternMismatchException", f"Parameter value, cannot be validated against allowedPattern: {pattern}")
    return value


def check_key(key: str | None, kind: str, account: str, region: str) -> str | None:
    """The KMS key of a SecureString; other types take none."""
    if kind != "SecureString":
        if key:
            raise invalid("KeyId is required for SecureString type parameter only.")
        return None
    if not key or key.split(":")[-1].startswith("alias/aws/"):
        return key or DEFAULT_KEY
    backend = kms_backends[account][region]
    alias = backend.get_alias_name(key)
    known = backend.get_key_id_from_alias(alias) if alias.startswith("alias/") else backend.get_key_id(key) in backend.keys
    if not known:
        raise AwsError("InvalidKeyId", f"Invalid keyId {key}")
    return key


class Store:
    """The parameters of one account and region. Every public method is one API operation: parameters in, result out."""

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.parameters: dict[str, Parameter] = {}

    def arn(self, name: str) -> str:
        """The ARN of a parameter: its name's leading slash merges with the separator."""
        return f"arn:aws:ssm:{self.region}:{self.account}:parameter/{name.lstrip('/')}"

    def put(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """PutParameter."""
        name = str(params.get("Name") or "")
        check_name(name, self.arn(""))
        existing = self.parameters.get(name)
        overwrite = bool(params.get("Overwrite"))
        if overwrite and params.get("Tags"):
            raise invalid(
                "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite "
                "flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource."
            )
        version = self._version(params, existing.latest if existing else None, user)
        if existing and not overwrite:
            raise AwsError(
                "ParameterAlreadyExists",
                "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
            )
        if existing is None:
            self._count(version.tier)
            existing = self.parameters[name] = Parameter(name, tags={tag["Key"]: tag["Value"] for tag in params.get("Tags") or []})
        elif len(existing.versions) >= VERSIONS:
            self._drop_oldest(existing)
        existing.versions.append(version)
        return {"Version": version.number, "Tier": version.tier}

    def _version(self, params: dict[str, Any], old: Version | None, user: str) -> Version:
        kind = params.get("Type") or (old.type if old else None)
        if kind is None:
            raise invalid("A parameter type is required when you create a parameter.")
        if kind not in TYPES:
            raise constraint(kind, "type", "Member must satisfy enum value set: [SecureString, StringList, String]")
        if old and kind != old.type and params.get("Overwrite"):
            raise AwsError(
                "HierarchyTypeMismatchException",
                "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a parameter "
                "from a String type to a SecureString type. You must create a new, unique parameter.",
            )
        data_type = params.get("DataType") or "text"
        if data_type not in DATA_TYPES:
            raise invalid(f"The following data type is not supported: {data_type} (Data type names are all lowercase.)")
        kept: dict[str, Any] = {
            name: params.get(option) if params.get(option) is not None else getattr(old, name, None) for name, option in _KEPT.items()
        }
        value = check_value(params.get("Value"), kept["pattern"])
        tier = choose_tier(params.get("Tier"), len(value.encode()), check_policies(kept["policies"]), old.tier if old else None)
        return Version(
            number=old.number + 1 if old else 1,
            value=value,
            type=kind,
            tier=tier,
            modified=datetime.now(timezone.utc),
            user=user,
            data_type=data_type,
            key=check_key(params.get("KeyId"), kind, self.account, self.region),
            **kept,
        )

    def _count(self, tier: str) -> None:
        if sum(parameter.latest.tier == tier for parameter in self.parameters.values()) >= COUNTS[tier]:
            raise AwsError(
                "ParameterLimitExceeded",
                f"You have reached the maximum number of {tier.lower()} parameters for this AWS account and Region ({COUNTS[tier]}). "
                "To add more parameters, either delete existing parameters or upgrade to the advanced-parameter tier (charges apply).",
            )

    @staticmethod
    def _drop_oldest(parameter: Parameter) -> None:
        oldest = parameter.versions[0]
        if oldest.labels:
            raise AwsError(
                "ParameterMaxVersionLimitExceeded",
                f"You attempted to create a new version of {parameter.name} by calling the PutParameter API with the overwrite flag. "
                f"Version {oldest.number}, the oldest version, can't be deleted because it has a label associated with it. "
                "Move the label to another version of the parameter, and try again.",
            )
        parameter.versions.pop(0)

    def _find(self, asked: str) -> tuple[Parameter, Version, str | None]:
        """The parameter, version and selector (":3", ":label") that a name, name:version, name:label or ARN means."""
        prefix = self.arn("")
        bare = asked[len(prefix) :] if asked.startswith(prefix) else asked
        name, colon, selector = bare.partition(":")
        parameter = self.parameters.get(name) or (self.parameters.get("/" + name) if bare is not asked else None)
        if parameter is None:
            raise AwsError("ParameterNotFound")
        if not colon:
            return parameter, parameter.latest, None
        for version in parameter.versions:
            if selector == str(version.number) or selector in version.labels:
                return parameter, version, ":" + selector
        raise AwsError(
            "ParameterVersionNotFound",
            f"Systems Manager could not find version {selector} of {parameter.name}. Verify the version and try again.",
        )

    def _found(self, asked: str) -> tuple[Parameter, Version, str | None] | None:
        try:
            return self._find(asked)
        except AwsError:
            return None

    def _shown(self, parameter: Parameter, version: Version, selector: str | None, decrypt: bool) -> dict[str, Any]:
        return {
            "Name": parameter.name,
            "Type": version.type,
            "Value": version.shown(decrypt),
            "Version": version.number,
            "Selector": selector,
            "LastModifiedDate": version.modified,
            "ARN": self.arn(parameter.name),
            "DataType": version.data_type,
        }

    def get(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """GetParameter."""
        return {"Parameter": self._shown(*self._find(str(params.get("Name") or "")), bool(params.get("WithDecryption")))}

    def get_many(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """GetParameters: at most ten names; what is not found is listed, not refused."""
        names = params.get("Names") or []
        if not 1 <= len(names) <= 10:
            raise constraint(
                f"[{', '.join(names)}]",
                "names",
                f"Member must have length {'less' if names else 'greater'} than or equal to {10 if names else 1}",
            )
        decrypt = bool(params.get("WithDecryption"))
        results = {name: self._found(name) for name in names}
        return {
            "Parameters": [self._shown(*result, decrypt) for result in results.values() if result],
            "InvalidParameters": [name for name, result in results.items() if not result],
        }

    def by_path(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """GetParametersByPath."""
        path = str(params.get("Path") or "")
        if not path.startswith("/"):
            raise invalid(
                'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/".'
            )
        root = path.rstrip("/") + "/"
        chosen = []
        for name in sorted(self.parameters):
            rest = ("/" + name if root == "/" and not name.startswith("/") else name).partition(root)
            if rest[0] == "" and rest[1] and rest[2] and (params.get("Recursive") or "/" not in rest[2]):
                chosen.append(self.parameters[name])
        shown: list[tuple[Parameter, Version]] = []
        for parameter in chosen:
            shown += [(parameter, version) for version in _selected(parameter, params.get("ParameterFilters") or [])]
        page, token = _page(shown, params, 10, 10)
        decrypt = bool(params.get("WithDecryption"))
        return {"Parameters": [self._shown(parameter, version, None, decrypt) for parameter, version in page], "NextToken": token}

    def describe(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """DescribeParameters."""
        filters = params.get("ParameterFilters") or [{**item, "Option": "BeginsWith"} for item in params.get("Filters") or []]
        for item in filters:
            _check_filter(item)
        chosen = [parameter for parameter in self.parameters.values() if all(_matches(parameter, item) for item in filters)]
        page, token = _page(sorted(chosen, key=lambda parameter: parameter.name), params, 10, 50)
        return {"Parameters": [self._described(parameter, parameter.latest) for parameter in page], "NextToken": token}

    def _described(self, parameter: Parameter, version: Version) -> dict[str, Any]:
        policies = json.loads(version.policies) if version.policies else []
        return {
            "Name": parameter.name,
            "ARN": self.arn(parameter.name),
            "Type": version.type,
            "KeyId": version.key,
            "LastModifiedDate": version.modified,
            "LastModifiedUser": version.user,
            "Description": version.description or None,
            "AllowedPattern": version.pattern or None,
            "Version": version.number,
            "Tier": version.tier,
            "Policies": [
                {"PolicyText": json.dumps(policy), "PolicyType": policy["Type"], "PolicyStatus": "Pending"} for policy in policies
            ],
            "DataType": version.data_type,
        }

    def _known(self, name: Any) -> Parameter:
        prefix = self.arn("")
        text = str(name or "")
        bare = text[len(prefix) :] if text.startswith(prefix) else text
        parameter = self.parameters.get(bare) or (self.parameters.get("/" + bare) if text != bare else None)
        if parameter is None:
            raise AwsError("ParameterNotFound")
        return parameter

    def history(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """GetParameterHistory."""
        parameter = self._known(params.get("Name"))
        page, token = _page(parameter.versions, params, 50, 50)
        decrypt = bool(params.get("WithDecryption"))
        shown = []
        for version in page:
            entry = {**self._described(parameter, version), "Value": version.shown(decrypt), "Labels": list(version.labels)}
            entry.pop("ARN")
            shown.append(entry)
        return {"Parameters": shown, "NextToken": token}

    def delete(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """DeleteParameter."""
        del self.parameters[self._known(params.get("Name")).name]
        return {}

    def delete_many(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """DeleteParameters: at most ten names."""
        names = params.get("Names") or []
        if not 1 <= len(names) <= 10:
            raise constraint(f"[{', '.join(names)}]", "names", "Member must have length less than or equal to 10")
        deleted = [name for name in names if self.parameters.pop(name, None)]
        return {"DeletedParameters": deleted, "InvalidParameters": [name for name in names if name not in deleted]}

    def _numbered(self, parameter: Parameter, number: Any) -> Version:
        for version in parameter.versions:
            if version.number == number:
                return version
        raise AwsError(
            "ParameterVersionNotFound",
            f"Systems Manager could not find version {number} of {parameter.name}. Verify the version and try again.",
        )

    def label(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """LabelParameterVersion: a label stands at one version; naming it at another moves it."""
        parameter = self._known(params.get("Name"))
        number = params.get("ParameterVersion") or parameter.latest.number
        target = self._numbered(parameter, number)
        labels = list(dict.fromkeys(params.get("Labels") or []))
        if not 1 <= len(labels) <= LABELS:
            raise constraint(labels, "labels", "Member must have length less than or equal to 10")
        if any(not 1 <= len(label) <= 100 for label in labels):
            raise constraint(labels, "labels", "Member must satisfy constraint: [Member must have length less than or equal to 100]")
        good = [label for label in labels if _LABEL.match(label)]
        if len(set(target.labels) | set(good)) > LABELS:
            raise AwsError(
                "ParameterVersionLabelLimitExceeded",
                "A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.",
            )
        for version in parameter.versions:
            version.labels = [label for label in version.labels if label not in good]
        target.labels += good
        return {"InvalidLabels": [label for label in labels if label not in good], "ParameterVersion": number}

    def unlabel(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """UnlabelParameterVersion."""
        parameter = self._known(params.get("Name"))
        target = self._numbered(parameter, params.get("ParameterVersion"))
        labels = params.get("Labels") or []
        removed = [label for label in labels if label in target.labels]
        target.labels = [label for label in target.labels if label not in removed]
        return {"RemovedLabels": removed, "InvalidLabels": [label for label in labels if label not in removed]}

    def _tagged(self, params: dict[str, Any]) -> Parameter:
        try:
            return self._known(params.get("ResourceId"))
        except AwsError:
            raise AwsError("InvalidResourceId", "Invalid Resource Id") from None

    def tag(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """AddTagsToResource."""
        parameter = self._tagged(params)
        tags = {**parameter.tags, **{tag["Key"]: tag["Value"] for tag in params.get("Tags") or []}}
        if len(tags) > 50:
            raise AwsError("TooManyTagsError", "The number of tags can't exceed 50.")
        parameter.tags = tags
        return {}

    def untag(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """RemoveTagsFromResource."""
        for key in params.get("TagKeys") or []:
            self._tagged(params).tags.pop(key, None)
        return {}

    def tags(self, params: dict[str, Any], user: str) -> dict[str, Any]:
        """ListTagsForResource."""
        return {"TagList": [{"Key": key, "Value": value} for key, value in self._tagged(params).tags.items()]}


_KEPT = {"description": "Description", "pattern": "AllowedPattern", "policies": "Policies"}
OPERATIONS = {
    "PutParameter": Store.put,
    "GetParameter": Store.get,
    "GetParameters": Store.get_many,
    "GetParametersByPath": Store.by_path,
    "GetParameterHistory": Store.history,
    "DescribeParameters": Store.describe,
    "DeleteParameter": Store.delete,
    "DeleteParameters": Store.delete_many,
    "LabelParameterVersion": Store.label,
    "UnlabelParameterVersion": Store.unlabel,
    "AddTagsToResource": Store.tag,
    "RemoveTagsFromResource": Store.untag,
    "ListTagsForResource": Store.tags,
}


def _page(items: list[Any], params: dict[str, Any], default: int, most: int) -> tuple[list[Any], str | None]:
    size = params.get("MaxResults") or default
    if not 1 <= size <= most:
        raise constraint(size, "maxResults", f"Member must have value less than or equal to {most}")
    token = params.get("NextToken") or "0"
    if not str(token).isdigit():
        raise AwsError("InvalidNextToken", "The specified token isn't valid.")
    start = int(token)
    return items[start : start + size], str(start + size) if start + size < len(items) else None


def _check_filter(item: dict[str, Any]) -> None:
    key = item.get("Key", "")
    if key not in ("Name", "Type", "KeyId", "Path", "Tier", "DataType") and not key.startswith("tag:"):
        raise AwsError(
            "InvalidFilterKey",
            f"The following filter key is not valid: {key}. Valid filter keys include: [Path, Name, Type, KeyId, Tier, DataType].",
        )
    if len(item.get("Values") or []) > 50:
        raise constraint(item["Values"], "parameterFilters.1.member.values", "Member must have length less than or equal to 50")
    option = item.get("Option")
    allowed = ("OneLevel", "Recursive") if key == "Path" else ("Equals", "BeginsWith", "Contains")
    if option and option not in allowed:
        raise AwsError(
            "InvalidFilterOption", f"The following filter option is not valid: {option}. Valid options include: [BeginsWith, Equals]."
        )


def _matches(parameter: Parameter, item: dict[str, Any]) -> bool:
    key, values, version = item["Key"], item.get("Values") or [], parameter.latest
    if key.startswith("tag:"):
        value = parameter.tags.get(key[4:])
        return value is not None and (not values or value in values)
    if key == "Path":
        roots = [root.rstrip("/") + "/" for root in values]
        deep = item.get("Option") == "Recursive"
        return any(parameter.name.startswith(root) and (deep or "/" not in parameter.name[len(root) :]) for root in roots)
    have = {"Name": parameter.name, "Type": version.type, "KeyId": version.key or "", "Tier": version.tier, "DataType": version.data_type}[
        key
    ]
    option = item.get("Option") or "Equals"
    if option == "BeginsWith":
        return any(have.startswith(value) for value in values)
    if option == "Contains":
        return any(value in have for value in values)
    return have in values


def _selected(parameter: Parameter, filters: list[dict[str, Any]]) -> list[Version]:
    labels = [item for item in filters if item.get("Key") == "Label"]
    others = [item for item in filters if item.get("Key") != "Label"]
    if any(item.get("Key") in ("Name", "Path", "Tier") for item in others):
        raise AwsError("InvalidFilterKey", "The following filter key is not valid. Valid filter keys include: [Type, KeyId, Label].")
    if not all(_matches(parameter, item) for item in others):
        return []
    if not labels:
        return [parameter.latest]
    return [version for version in parameter.versions if all(set(item.get("Values") or []) & set(version.labels) for item in labels)]
