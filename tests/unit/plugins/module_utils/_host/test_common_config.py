# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.common_config import merge, parse
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError

SHIPPED = """# This common-config is used to configure items used for both ssm and cloudwatch access

# [credentials]
#    shared_credential_profile = "{profile_name}"
# [proxy]
#    http_proxy = "{http_url}"
"""
PROXY = "[proxy]\n   https_proxy = \"http://u:p@proxy:3128\"  # ours\n   no_proxy = '169.254.169.254'\n"


def test_commented_keys_are_none() -> None:
    assert parse(SHIPPED) == {}


def test_values_in_every_kind_of_quotes() -> None:
    assert parse(PROXY + '[imds]\nimds_retries = 3 # times\n[a]\nb = "c \\"d\\""\n') == {
        "proxy": {"https_proxy": "http://u:p@proxy:3128", "no_proxy": "169.254.169.254"},
        "imds": {"imds_retries": "3"},
        "a": {"b": 'c "d"'},
    }


def test_first_setting_is_appended_and_all_else_stays() -> None:
    merged = merge(SHIPPED + PROXY, "credentials", {"shared_credential_profile": "x", "shared_credential_file": "/y"})
    assert merged.startswith(SHIPPED + PROXY)
    assert parse(merged)["credentials"] == {"shared_credential_profile": "x", "shared_credential_file": "/y"}
    assert parse(merged)["proxy"] == parse(PROXY)["proxy"]


@pytest.mark.parametrize("values", [{"shared_credential_profile": "x"}, {"shared_credential_profile": 'a"\\b'}, {}])
def test_repeated_it_changes_nothing(values: dict[str, str]) -> None:
    once = merge(SHIPPED + PROXY, "credentials", values)
    assert merge(once, "credentials", values) == once
    assert parse(once).get("credentials", {}) == values


def test_replaced_in_its_section_alone() -> None:
    text = '[credentials]\n   shared_credential_profile = "old"\n[other]\n   shared_credential_profile = "theirs"\n'
    merged = merge(text, "credentials", {"shared_credential_profile": "new", "shared_credential_file": "/y"})
    assert parse(merged) == {
        "credentials": {"shared_credential_profile": "new", "shared_credential_file": "/y"},
        "other": {"shared_credential_profile": "theirs"},
    }


def test_taken_out() -> None:
    assert (
        merge('[credentials]\n   shared_credential_profile = "old"\n', "credentials", {"shared_credential_profile": ""})
        == "[credentials]\n"
    )


@pytest.mark.parametrize(
    "text", ["", PROXY, SHIPPED + PROXY, "[a]\r\nb = 1\r\n\r\n\n", 'x = "y"', "# only \x0c a comment \u2028 of two lines\n"]
)
def test_nothing_else_is_lost_or_changed(text: str) -> None:
    merged = merge(text, "credentials", {"shared_credential_profile": "x"})
    assert merged.startswith(text)
    taken_out = merge(merged, "credentials", {"shared_credential_profile": ""})
    assert taken_out == (text + "\n" if text and not text.endswith("\n") else text) + "[credentials]\n"


def test_taking_out_what_stands_above_every_section_keeps_the_rest() -> None:
    assert merge("a = 1\nb = 2\n[proxy]\nc = 3\n", "", {"a": ""}) == "b = 2\n[proxy]\nc = 3\n"


def test_key_that_stands_twice_stands_once_afterwards() -> None:
    assert merge('[s]\na = "1"\nb = "2"\na = "3"\n', "s", {"a": "4"}) == '[s]\n   a = "4"\nb = "2"\n'


def test_what_is_not_utf_8_is_refused() -> None:
    with pytest.raises(HostError, match=r"nothing was changed\. Hint: write it in UTF-8"):
        merge("[a]\nb = '\ufffd'\n", "credentials", {"shared_credential_profile": "x"})


@pytest.mark.parametrize(
    "text",
    [
        'credentials = {shared_credential_profile = "x"}\n',
        'credentials.shared_credential_profile = "x"\n',
        'credentials = "x"\n',
        '[proxy]\nno_proxy = """a\n[credentials]\n"""\n',
        "[proxy]\nno_proxy = [\n  1,\n]\n",
        '"credentials" = 1\n',
        "[[credentials]]\n",
    ],
)
def test_other_forms_of_toml_are_refused(text: str) -> None:
    """A second table of the name, or a key within a text, would make a file that the agent cannot read."""
    with pytest.raises(HostError, match=r"nothing was changed\. Hint: write it in UTF-8 and section \[credentials\] with a line a key"):
        merge(text, "credentials", {"shared_credential_profile": "y"})
