# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module's edge: options, results, what is shown and what is not."""

from __future__ import annotations

import ast
import io
import json
import tokenize
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import module as aws_module
from ansible_collections.cloudwatch.agent.plugins.modules import ssm_parameter, ssm_parameter_info
from botocore.exceptions import ClientError

NAME = "AmazonCloudWatch-web"
SECRET = "correct horse battery staple"


class Refusing:
    """A client of which every call ends as told."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**_params: Any) -> Any:
            raise self._error

        return call


class Memory:
    """A client that knows one parameter."""

    def __init__(self, **existing: Any) -> None:
        self._existing = existing
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**params: Any) -> Any:
            self.calls.append(name)
            if name == "put_parameter":
                self._existing.update(Version=self._existing.get("Version", 0) + 1, **params)
                return {"Version": self._existing["Version"], "Tier": "Standard"}
            if name == "delete_parameters":
                return {"DeletedParameters": params["Names"]}
            entry = {
                "Name": NAME,
                "ARN": f"arn:aws:ssm:us-east-1:1:parameter/{NAME}",
                "DataType": "text",
                "Tier": "Standard",
                **self._existing,
            }
            return {"Parameters": [entry] if self._existing else []}

        return call


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _self, message, log_args=None: lines.append(str(message)))
    return lines


@pytest.fixture
def run(run_module: Any, monkeypatch: pytest.MonkeyPatch, logged: list[str]) -> Any:
    def ran(arguments: dict[str, Any], client: Any, module: Any = ssm_parameter, **internal: Any) -> dict[str, Any]:
        monkeypatch.setattr(aws_module.AwsModule, "client", lambda *_args, **_kwargs: client)
        keys = {"region": "us-east-1", "access_key": "LABKEY", "secret_key": "none of your business"}
        return run_module(module.main, {**keys, **arguments}, **internal)

    return ran


def client_error(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "PutParameter")


def test_one_parameter_is_returned_at_the_top_too(run: Any) -> None:
    answer = run({"name": NAME, "value": {"a": 1}}, Memory())
    assert answer["changed"] is True
    assert (answer["name"], answer["version"], answer["tier"], answer["type"]) == (NAME, 1, "Standard", "String")
    assert answer["changed_parts"] == ["created"]
    assert answer["parameters"][0]["name"] == NAME
    assert "diff" not in answer
    assert answer["arn"].endswith(NAME)


def test_diff_where_asked_and_something_differs(run: Any) -> None:
    client = Memory(Value='{"a":1}', Type="String", Version=3)
    answer = run({"name": NAME, "value": {"a": 2}}, client, diff=True, check_mode=True)
    assert answer["diff"] == [
        {
            "before_header": f"{NAME}:3",
            "after_header": f"{NAME}:4",
            "before": 'version: 3\ntier: Standard\ntype: String\n{\n  "a": 1\n}\n',
            "after": 'version: 4\ntier: Standard\ntype: String\n{\n  "a": 2\n}\n',
        }
    ]
    assert "put_parameter" not in client.calls
    assert run({"name": NAME, "value": {"a": 1}}, client, diff=True)["diff"] == []


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("existing", [{}, {"Value": "other", "Type": "SecureString", "Version": 1}])
def test_a_secret_is_shown_nowhere(run: Any, logged: list[str], existing: dict[str, Any], check: bool) -> None:
    desired = {"name": NAME, "value": SECRET, **({} if existing else {"string_type": "SecureString"})}
    for arguments in (desired, {"parameters": [desired, {"name": "/open", "label_versions": {"a": 1}}]}):
        answer = run(arguments, Memory(**existing), check_mode=check, diff=True, verbosity=4)
        assert answer["changed"] is True
        assert SECRET not in json.dumps(answer)
    assert logged
    assert SECRET not in "\n".join(logged)
    assert "none of your business" not in "\n".join(logged)


@pytest.mark.parametrize("value", [SECRET, "1"])
def test_a_secret_is_in_no_failure(run: Any, value: str) -> None:
    error = client_error("ParameterPatternMismatchException", f"the value {value} does not match")
    client = Memory()
    client.put_parameter = Refusing(error).put_parameter  # type: ignore[attr-defined]
    answer = run({"name": NAME, "value": value, "string_type": "SecureString"}, client, verbosity=4)
    assert answer["failed"] is True
    assert aws_module.HIDDEN in answer["msg"]
    assert answer["invocation"]["module_args"]["value"] == aws_module.HIDDEN
    assert value == "1" or SECRET not in json.dumps(answer)


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": NAME, "value": SECRET, "tier": "Huge"},
        {"value": SECRET},
        {"name": NAME, "value": SECRET, "parameters": [{"name": "b", "value": SECRET}]},
        {"parameters": [{"name": "b", "value": SECRET, "labels": {"not": "a list"}}]},
        {"parameters": [{"value": SECRET}]},
        {"name": NAME, "value": SECRET, "write_rate": 0},
        {"name": NAME, "value": SECRET, "label_versions": {"live": "x"}},
    ],
)
def test_a_secret_is_in_no_refusal_of_options(run: Any, logged: list[str], arguments: dict[str, Any]) -> None:
    answer = run({"string_type": "SecureString", **arguments}, Memory(), verbosity=4)
    assert answer["failed"] is True
    assert SECRET not in json.dumps(answer)
    assert SECRET not in "\n".join(logged)


def test_an_open_value_is_shown_to_who_asks(run: Any, logged: list[str]) -> None:
    answer = run({"name": NAME, "value": "open"}, Memory())
    assert answer["invocation"]["module_args"]["value"] == "open"
    assert "open" not in "\n".join(logged)


@pytest.mark.parametrize("module", [ssm_parameter, ssm_parameter_info])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "Failed to read the parameters AmazonCloudWatch-web: AccessDeniedException: no. Hint: allow"),
        ("ThrottlingException", "ThrottlingException: no"),
        ("ExpiredTokenException", "Hint: renew the credentials"),
    ],
)
def test_refused_reads_fail(run: Any, module: Any, code: str, said: str) -> None:
    arguments = {"name": [NAME]} if module is ssm_parameter_info else {"name": NAME, "value": "x"}
    for check in (False, True):
        answer = run(arguments, Refusing(client_error(code, "no.")), module, check_mode=check)
        assert answer["failed"] is True
        assert said in answer["msg"]


def test_deletion(run: Any) -> None:
    client = Memory(Value="x", Type="String", Version=3)
    answer = run({"name": NAME, "state": "absent"}, client, check_mode=True, diff=True)
    assert (answer["changed"], answer["deleted"], answer["diff"]) == (True, [NAME], {"before": f"{NAME}\n", "after": ""})
    assert "delete_parameters" not in client.calls
    assert run({"name": NAME, "state": "absent"}, client)["changed"] is True
    assert client.calls[-1] == "delete_parameters"
    assert run({"name": NAME, "state": "absent"}, Memory())["changed"] is False


def test_decryption_is_accepted_with_a_deprecation(run: Any) -> None:
    answer = run({"name": NAME, "value": "x", "decryption": True}, Memory())
    assert "decryption" in json.dumps(answer["deprecations"])


def test_warnings_are_told_once_and_without_a_deprecation(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssm_parameter, "ensure_present", lambda store, *_args: (store.warn("mind this"), (False, [], []))[1])
    answer = run({"parameters": [{"name": NAME, "value": "x"}]}, Memory())
    assert [warning for warning in answer["warnings"] if "mind this" in str(warning)]
    assert "exit_json" not in json.dumps(answer.get("deprecations", []))


def test_info(run: Any) -> None:
    client = Memory(Value="x", Type="String", Version=3)
    answer = run({"names": [NAME], "settings": True}, client, ssm_parameter_info)
    assert answer["changed"] is False
    (entry,) = answer["parameters"]
    assert (entry["name"], entry["value"], entry["version"], entry["settings"]["tier"]) == (NAME, "x", 3, "Standard")
    assert set(client.calls) == {"get_parameters", "describe_parameters"}


@pytest.mark.parametrize("module", [ssm_parameter, ssm_parameter_info])
def test_modules_stay_thin(module: Any) -> None:
    source = Path(module.__file__).read_text(encoding="utf-8")
    documentation = {
        line
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in ("DOCUMENTATION", "EXAMPLES", "RETURN")
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    kinds = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    code = {token.start[0] for token in tokens if token.type not in kinds} - documentation
    assert len(code) <= 120
