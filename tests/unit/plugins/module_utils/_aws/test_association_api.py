# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls: errors name the action and the guide."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import association_api as api
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.support.fake_associations import FakeStateManager, association
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import client_error


def test_a_refusal_names_the_association_action_and_guide() -> None:
    client = FakeStateManager(association())
    client.fail = {"update_association": [client_error("AccessDeniedException", "UpdateAssociation")]}
    with pytest.raises(AwsError, match=r"update the association agent: AccessDenied.*ssm:UpdateAssociation.*guide on hosts without SSH"):
        api.update_association(client, "agent", {"AssociationId": "a-1"})


def test_pages_are_asked_for_by_their_token() -> None:
    client = FakeStateManager()
    api.list_associations(client, "agent", None)
    api.list_associations(client, "agent", "more")
    assert ["NextToken" in request for request in client.called("list_associations")] == [False, True]
