# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameters as desired: what is called, what results, and what is detected when others write at the same time."""

from __future__ import annotations

import json
import threading
from typing import Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.rate_limiter import RateLimiter
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_changes import Change, Desired, diff_of, result_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_parameter import Store, ensure_absent, ensure_present, read
from botocore.exceptions import ClientError, ReadTimeoutError

NAME = "AmazonCloudWatch-web"
KEY = "arn:aws:kms:us-east-1:123456789012:alias/aws/ssm"


def client_error(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as AWS says"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "PutParameter")


def lost() -> ReadTimeoutError:
    return ReadTimeoutError(endpoint_url="https://ssm.us-east-1.amazonaws.com/")


def ensure(store: Store, *desired: Desired, check: bool = False) -> list[Change]:
    """Read and ensure, as the module does."""
    changed, _before, after = ensure_present(store, list(desired), read(store.reader, list(desired)), check)
    assert changed is any(change.parts for change in after)
    return after


def state(ssm: Any, name: str = NAME) -> list[tuple[int, str, list[str]]]:
    """Version, value and labels of every version."""
    history = ssm.get_parameter_history(Name=name, WithDecryption=True)["Parameters"]
    return [(entry["Version"], entry["Value"], sorted(entry["Labels"])) for entry in history]


def quartet(store: Store, ssm: Any, desired: Desired, parts: list[str]) -> Change:
    """CHECK, apply, idempotent CHECK, idempotent: the prediction is what happens, and then nothing does."""
    calls = len(ssm.writes)
    (predicted,) = ensure(store, desired, check=True)
    assert predicted.parts == parts
    assert len(ssm.writes) == calls
    (applied,) = ensure(store, desired)
    assert {**result_of(applied), "arn": None} == {**result_of(predicted), "arn": None}
    assert diff_of(applied) == diff_of(predicted)
    calls = len(ssm.writes)
    for check in (True, False):
        (again,) = ensure(store, desired, check=check)
        assert again.parts == []
    assert len(ssm.writes) == calls
    return applied


@pytest.mark.parametrize(
    "desired",
    [
        Desired(NAME, "text"),
        Desired(NAME, {"a": 1}),
        Desired(NAME, ["a", "b"], string_type="StringList"),
        Desired(NAME, "secret", string_type="SecureString", key_id="alias/aws/ssm"),
        Desired(NAME, "x" * 5000, tier="auto"),
        Desired(NAME, "x" * 5000, tier="Advanced"),
        Desired(NAME, "x" * 5000, tier="Intelligent-Tiering"),
        Desired(NAME, "x", tier="Standard"),
        Desired(NAME, "x", description="what for"),
        Desired(NAME, "123", allowed_pattern="[0-9]+"),
        Desired(NAME, "x", data_type="text"),
        Desired(NAME, "x", tags={"a": "b"}),
        Desired(NAME, "x", labels=["candidate", "live"]),
        Desired(NAME, "x", expected_version=0),
        Desired(NAME, "x", overwrite_value="never"),
        Desired(
            NAME,
            "x",
            tier="auto",
            policies=[{"Type": "NoChangeNotification", "Version": "1.0", "Attributes": {"After": "1", "Unit": "Days"}}],
        ),
    ],
    ids=lambda desired: f"{desired.string_type}-{desired.tier}-{desired.selectors}-{len(str(desired.value))}",
)
def test_creation(store: Store, ssm: Any, desired: Desired) -> None:
    change = quartet(store, ssm, desired, ["created", "labels"] if desired.labels else ["created"])
    assert change.version == 1
    (request,) = [params for name, params in ssm.calls if name == "put_parameter"]
    assert request["Overwrite"] is False
    assert request["Type"] == (desired.string_type or "String")


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"value": "new"}, ["value"]),
        ({"description": "new"}, ["description"]),
        ({"description": ""}, ["description"]),
        ({"allowed_pattern": ".*x"}, ["allowed_pattern"]),
        ({"tier": "Advanced"}, ["tier"]),
        ({"value": "y" * 4097, "tier": "auto"}, ["value"]),
        ({"tags": {"a": "c"}}, ["tags"]),
        ({"tags": {"n": "1"}, "purge_tags": False}, ["tags"]),
        ({"tags": {}}, ["tags"]),
        ({"labels": ["live"]}, ["labels"]),
        ({"label_versions": {"live": 1, "other": 1}}, ["labels"]),
        ({"label_versions": {"first": 0}}, ["labels"]),
        ({"value": "new", "labels": ["first", "live"], "tags": {"a": "d"}}, ["value", "tags", "labels"]),
        ({"value": "new", "expected_version": 1}, ["value"]),
        ({"data_type": "aws:ssm:integration"}, ["data_type"]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_change_of_one_thing_keeps_the_others(store: Store, ssm: Any, changes: dict[str, Any], parts: list[str]) -> None:
    ensure(store, Desired(NAME, "x", description="kept", allowed_pattern="[a-z]*", tags={"a": "b"}, labels=["first"]))
    quartet(store, ssm, Desired(NAME, **changes), parts)
    (entry,) = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [NAME]}])["Parameters"]
    assert (entry["Description"] or "") == changes.get("description", "kept")
    assert entry["AllowedPattern"] == changes.get("allowed_pattern", "[a-z]*")
    assert entry["Type"] == "String"


def test_nothing_of_a_secure_advanced_parameter_is_lost(store: Store, ssm: Any) -> None:
    ensure(store, Desired(NAME, "secret", string_type="SecureString", tier="Advanced", key_id=KEY, description="d"))
    ensure(store, Desired(NAME, "other"))
    ensure(store, Desired(NAME, tags={"a": "b"}))
    (entry,) = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [NAME]}])["Parameters"]
    assert (entry["Type"], entry["Tier"], entry["KeyId"], entry["Description"], entry["Version"]) == (
        "SecureString",
        "Advanced",
        KEY,
        "d",
        2,
    )


def test_formatting_makes_no_version(store: Store, ssm: Any) -> None:
    ensure(store, Desired(NAME, '{\n  "b": 1,\n  "a": 2\n}'))
    (change,) = ensure(store, Desired(NAME, {"a": 2, "b": 1}))
    assert change.parts == []
    assert result_of(change)["stored_value"] == '{\n  "b": 1,\n  "a": 2\n}'


def test_overwrite_value(store: Store, ssm: Any) -> None:
    ensure(store, Desired(NAME, "a"))
    assert ensure(store, Desired(NAME, "b", overwrite_value="never"))[0].parts == []
    assert ensure(store, Desired(NAME, "a", overwrite_value="always"))[0].version == 2
    assert state(ssm) == [(1, "a", []), (2, "a", [])]


@pytest.mark.parametrize(
    ("existing", "desired", "said"),
    [
        (None, Desired(NAME, labels=["live"]), "does not exist, and no value"),
        (None, Desired(NAME, "x" * 4097), "4097 bytes, tier Standard allows 4096"),
        (None, Desired(NAME, "{{ x }}"), "forgotten template"),
        (None, Desired("a/b", "x"), "write /a/b"),
        (None, Desired(NAME, "x", labels=["1st"]), "label '1st'"),
        (None, Desired(NAME, "x", labels=["a"], label_versions={"a": 1}), "leave it out of one"),
        (None, Desired(NAME, label_versions={"a": -1}), "below 0"),
        (None, Desired(NAME, "x", key_id="alias/x"), "key_id is for a SecureString"),
        (None, Desired(NAME, "x", expected_version=4), "expected_version is 4, Parameter Store holds version 0"),
        (Desired(NAME, "x"), Desired(NAME, "y", string_type="SecureString"), "a type cannot change"),
        (Desired(NAME, "x", tier="Advanced"), Desired(NAME, "x", tier="Standard"), "never goes back to Standard"),
        (Desired(NAME, "x"), Desired(NAME, "y", expected_version=2), "expected_version is 2, Parameter Store holds version 1"),
        (Desired(NAME, "x"), Desired(NAME, "y" * 5000), "tier Standard allows 4096"),
        (Desired(NAME, "x"), Desired(NAME, ""), "the value is empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused_before_any_write(store: Store, ssm: Any, existing: Desired | None, desired: Desired, said: str) -> None:
    if existing:
        ensure(store, existing)
    calls = len(ssm.writes)
    for check in (True, False):
        with pytest.raises(AwsError, match=said):
            ensure(store, desired, check=check)
    assert len(ssm.writes) == calls


def test_all_refusals_in_one_message(store: Store) -> None:
    with pytest.raises(AwsError) as raised:
        ensure(store, Desired("aws-x", "x"), Desired("a/b", "x"), Desired("c", "x"), Desired("c", "y"))
    assert all(said in str(raised.value) for said in ("aws-x", "write /a/b", "c: named 2 times"))


@pytest.mark.parametrize("tier", ["Standard", "Advanced", "auto"])
def test_unchanged_cost(store: Store, ssm: Any, tier: str) -> None:
    desired = [Desired(f"{NAME}-{number}", {"n": number}, tier=tier, labels=["candidate"], report_labels=["live"]) for number in range(17)]
    ensure(store, *desired)
    ssm.calls.clear()
    ensure(store, *desired)
    assert ssm.count("get_parameters") == 6  # 17 names and 34 selectors
    assert ssm.count("describe_parameters") == (0 if tier == "auto" else 1)
    assert ssm.writes == []
    assert len(ssm.calls) == ssm.count("get_parameters") + ssm.count("describe_parameters")


def test_description_and_tag_reads_only_where_asked(store: Store, ssm: Any) -> None:
    desired = [Desired(f"{NAME}-{number}", "x", description="d", tags={"a": "b"} if number < 3 else None) for number in range(60)]
    ensure(store, *desired)
    ssm.calls.clear()
    ensure(store, *desired)
    assert (ssm.count("get_parameters"), ssm.count("describe_parameters"), ssm.count("list_tags_for_resource")) == (6, 2, 3)
    assert ssm.writes == []


def test_one_name_is_asked_once_a_call_from_ten_names_on(store: Store, ssm: Any) -> None:
    ensure(store, *[Desired(f"{NAME}-{number}", "x", labels=["live"]) for number in range(10)])
    for params in [params for name, params in ssm.calls if name == "get_parameters"]:
        names = [name.split(":")[0] for name in params["Names"]]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("operation", ["get_parameters", "describe_parameters", "list_tags_for_resource"])
@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "InternalServerError", "ExpiredTokenException"])
def test_a_refused_read_is_never_absent(store: Store, ssm: Any, operation: str, code: str) -> None:
    ensure(store, Desired(NAME, "x"))
    calls = len(ssm.writes)
    ssm.fail[operation] = [client_error(code)]
    with pytest.raises(AwsError) as raised:
        ensure(store, Desired(NAME, "y", description="d", tags={"a": "b"}))
    assert raised.value.code == code
    assert len(ssm.writes) == calls


@pytest.mark.parametrize("operation", ["put_parameter", "add_tags_to_resource", "remove_tags_from_resource", "label_parameter_version"])
def test_a_refused_write_names_what_was_written(store: Store, ssm: Any, operation: str) -> None:
    first, second = Desired(f"{NAME}-1", "x"), Desired(f"{NAME}-2", "x", tags={"a": "b", "c": "d"})
    ensure(store, first, second)
    ssm.before[operation] = [lambda: None, lambda: ssm.fail.update({operation: [client_error("AccessDeniedException")]})]
    if operation != "put_parameter":
        ssm.fail[operation] = [client_error("AccessDeniedException")]
    with pytest.raises(AwsError) as raised:
        ensure(store, Desired(f"{NAME}-1", "y"), Desired(f"{NAME}-2", "y", tags={"a": "z"}, labels=["live"]))
    written = [f"{NAME}-1:2", f"{NAME}-2:2"]
    assert raised.value.details == {"written": written[:1] if operation == "put_parameter" else written}


@pytest.mark.parametrize("failure", [lost(), client_error("InternalServerError", 500)], ids=["timeout", "500"])
@pytest.mark.parametrize("existing", [False, True])
def test_lost_answer_makes_no_second_version(store: Store, ssm: Any, warnings: list[str], failure: Exception, existing: bool) -> None:
    if existing:
        ensure(store, Desired(NAME, "x"))
    ssm.lose["put_parameter"] = [failure]
    (change,) = ensure(store, Desired(NAME, "y", labels=["live"]))
    assert change.version == 1 + existing
    assert state(ssm)[-1] == (1 + existing, "y", ["live"])
    assert warnings == []


@pytest.mark.parametrize("failure", [lost(), client_error("InternalServerError", 500)], ids=["timeout", "500"])
@pytest.mark.parametrize("existing", [False, True])
def test_a_write_that_never_arrived_is_repeated(store: Store, ssm: Any, failure: Exception, existing: bool) -> None:
    if existing:
        ensure(store, Desired(NAME, "x"))
    ssm.fail["put_parameter"] = [failure, failure]
    (change,) = ensure(store, Desired(NAME, "y"))
    assert change.version == 1 + existing
    assert len(state(ssm)) == 1 + existing


def test_a_write_that_never_arrives_fails(store: Store, ssm: Any) -> None:
    ssm.fail["put_parameter"] = [lost() for _attempt in range(20)]
    with pytest.raises(AwsError, match="ReadTimeoutError"):
        ensure(store, Desired(NAME, "y"))


@pytest.mark.parametrize(
    "operation", ["label_parameter_version", "add_tags_to_resource", "remove_tags_from_resource", "unlabel_parameter_version"]
)
def test_lost_answers_of_repeatable_writes_are_repeated(store: Store, ssm: Any, operation: str) -> None:
    ensure(store, Desired(NAME, "x", tags={"a": "b"}, labels=["gone"]))
    ssm.lose[operation] = [lost(), client_error("InternalServerError", 500)]
    ensure(store, Desired(NAME, tags={"c": "d"}, labels=["live"], label_versions={"gone": 0}))
    assert state(ssm) == [(1, "x", ["live"])]
    assert ssm.count(operation) >= 3


def test_throttled_writes_are_repeated(store: Store, ssm: Any) -> None:
    for operation in ("put_parameter", "label_parameter_version"):
        ssm.fail[operation] = [client_error("ThrottlingException") for _attempt in range(5)]
    ensure(store, Desired(NAME, "x", labels=["live"]))
    assert state(ssm) == [(1, "x", ["live"])]


def other(ssm: Any, value: str, overwrite: bool = True) -> Any:
    """A write of somebody else."""
    return lambda: ssm.put_parameter(Name=NAME, Value=value, Type="String", Overwrite=overwrite)


def test_lost_write_of_somebody_else_is_told_with_both_versions(store: Store, ssm: Any) -> None:
    ensure(store, Desired(NAME, "x", labels=["live"]))
    ssm.before["put_parameter"] = [other(ssm, "theirs")]
    with pytest.raises(
        AwsError, match=rf"wrote version 2 with other content after we read version 1; ours is version 3.*{NAME}:2 with {NAME}:3"
    ):
        ensure(store, Desired(NAME, "ours", labels=["live"]))
    assert state(ssm) == [(1, "x", ["live"]), (2, "theirs", []), (3, "ours", [])]


def test_doubled_write_is_warned_of(store: Store, ssm: Any, warnings: list[str]) -> None:
    ensure(store, Desired(NAME, "x"))
    ssm.before["put_parameter"] = [other(ssm, "ours")]
    ensure(store, Desired(NAME, "ours", labels=["live"]))
    assert state(ssm) == [(1, "x", []), (2, "ours", []), (3, "ours", ["live"])]
    assert len(warnings) == 1
    assert "(version 2); ours is version 3" in warnings[0]


def test_creation_by_somebody_else(store: Store, ssm: Any, warnings: list[str]) -> None:
    ssm.before["put_parameter"] = [other(ssm, "theirs", overwrite=False)]
    with pytest.raises(AwsError, match=r"was created by somebody else meanwhile .version 1. with other content"):
        ensure(store, Desired(NAME, "ours", labels=["live"]))
    assert state(ssm) == [(1, "theirs", [])]
    ensure_absent(store, [NAME], check_mode=False)
    ssm.before["put_parameter"] = [other(ssm, "ours", overwrite=False)]
    ensure(store, Desired(NAME, "ours", labels=["live"]))
    assert state(ssm) == [(1, "ours", ["live"])]
    assert len(warnings) == 1
    assert "with the desired content" in warnings[0]


def test_lost_answer_and_somebody_elses_write(store: Store, ssm: Any) -> None:
    ensure(store, Desired(NAME, "x"))
    ssm.fail["put_parameter"] = [lost()]
    ssm.before["get_parameters"] = [lambda: None, other(ssm, "theirs")]
    with pytest.raises(AwsError, match=r"answer to our write .version 2. was lost, and version 2 holds somebody else's"):
        ensure(store, Desired(NAME, "ours"))


def test_recreated_meanwhile(store: Store, ssm: Any) -> None:
    ensure(store, Desired(NAME, "x"))
    ensure(store, Desired(NAME, "y"))
    ssm.before["put_parameter"] = [lambda: ssm.delete_parameters(Names=[NAME])]
    with pytest.raises(AwsError, match="deleted and created anew"):
        ensure(store, Desired(NAME, "z"))


def test_no_label_moves_unless_every_write_was_clean(store: Store, ssm: Any) -> None:
    parts = [NAME, f"{NAME}.part2"]
    ensure(store, *[Desired(name, "x", labels=["live"]) for name in parts])

    def second() -> None:
        ssm.put_parameter(Name=parts[1], Value="theirs", Type="String", Overwrite=True)

    ssm.before["put_parameter"] = [lambda: None, second]
    with pytest.raises(AwsError, match="part2: somebody else wrote version 2"):
        ensure(store, *[Desired(name, "ours", labels=["live"]) for name in parts])
    assert [labels for name in parts for _version, _value, labels in state(ssm, name)] == [["live"], [], ["live"], [], []]


@pytest.mark.parametrize("equal", [False, True])
def test_hundred_races(make_ssm: Callable[[], Any], equal: bool) -> None:
    """Two publishers of two parts at once, on one store: every lost or doubled write is told by one of them, labels are one publisher's."""
    for number in range(50):
        race(make_ssm(), equal, existing=bool(number % 2))


def race(ssm: Any, equal: bool, existing: bool) -> None:
    names = [NAME, f"{NAME}.part2"]
    told: dict[str, list[str]] = {"a": [], "b": []}
    if existing:
        first = Store(ssm, lambda: ssm, RateLimiter(1000, sleep=lambda _seconds: None), told["a"].append)
        ensure(first, *[Desired(name, json.dumps({"by": "first", "part": name}), labels=["candidate"]) for name in names])
    start = threading.Barrier(2)

    def publish(who: str) -> None:
        values = {name: {"by": "both" if equal else who, "part": name} for name in names}
        store = Store(ssm, lambda: ssm, RateLimiter(1000, sleep=lambda _seconds: None), told[who].append)
        desired = [Desired(name, values[name], labels=["candidate"]) for name in names]
        current = read(store.reader, desired)
        start.wait()
        try:
            ensure_present(store, desired, current, False)
        except AwsError as error:
            told[who].append(str(error))

    threads = [threading.Thread(target=publish, args=(who,)) for who in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    publications = 1 + existing
    for name in names:
        assert len(state(ssm, name)) <= publications or any(name in text for texts in told.values() for text in texts)
    assert len(told["a"] + told["b"]) >= 1
    labelled = [json.loads(value)["by"] for name in names for _version, value, labels in state(ssm, name) if "candidate" in labels]
    assert len(labelled) == 2
    assert len(set(labelled)) == 1


def test_deletion(store: Store, ssm: Any) -> None:
    names = [f"{NAME}-{number}" for number in range(12)]
    ensure(store, *[Desired(name, "x") for name in names])
    ssm.calls.clear()
    assert ensure_absent(store, [*names, "gone"], check_mode=True) == (True, sorted(names), [])
    assert ssm.writes == []
    ssm.lose["delete_parameters"] = [lost()]
    assert ensure_absent(store, [*names, "gone"], check_mode=False)[0] is True
    assert ensure_absent(store, [*names, "gone"], check_mode=False) == (False, [], [])
    assert ssm.count("delete_parameters") == 3


def test_secure_values_are_in_no_result_and_no_diff(store: Store, ssm: Any) -> None:
    ensure(store, Desired(NAME, "hunter2", string_type="SecureString", labels=["live"]))
    for desired in (Desired(NAME, "hunter3", report_labels=["live"]), Desired(NAME, report_labels=["live"])):
        (change,) = ensure(store, desired, check=True)
        shown = json.dumps([result_of(change), diff_of(change)])
        assert "hunter" not in shown
        assert "SecureString, not shown" in shown


def test_refused_labels_are_told(store: Store, ssm: Any) -> None:
    ensure(store, Desired(NAME, "x"))
    ssm.label_parameter_version = lambda **_params: {"InvalidLabels": ["live"]}
    with pytest.raises(AwsError, match="refuses the labels live"):
        ensure(store, Desired(NAME, labels=["live"]))
