# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Systems Manager of the stand-in: nodes, documents, Run Command, hybrid activations, Distributor, State Manager.

`service.py` is where a call comes in; each other file has one subject. Moto's own is not used for these calls.
"""
