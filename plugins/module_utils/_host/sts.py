# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``GetCallerIdentity`` of AWS Security Token Service: asked with given keys, over given proxies and authorities."""

from __future__ import annotations

import email.utils
import http.client
import re
import ssl
import urllib.error
import urllib.request
from typing import Mapping, NamedTuple

from . import sigv4
from .credentials import Keys
from .system import Host

SECONDS = 5.0
ATTEMPTS = 3
_BODY = "Action=GetCallerIdentity&Version=2011-06-15"
_SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
}


class Way(NamedTuple):
    """How a host's requests reach AWS.

    ``proxies``: URL by scheme; ``no_proxy``: as in the variable of that name; ``ca_bundle``: path, '' = the system's.
    """

    region: str
    proxies: Mapping[str, str] = {}
    no_proxy: str = ""
    ca_bundle: str = ""


class Reply(NamedTuple):
    """``status`` of the answer and its fields; ``date``: AWS's clock in seconds since the epoch, 0.0 where the answer does not say it.

    ``unreachable``, ``untrusted``: why there is no answer.
    """

    status: int = 0
    account: str = ""
    arn: str = ""
    code: str = ""
    message: str = ""
    date: float = 0.0
    unreachable: str = ""
    untrusted: str = ""


def endpoint(region: str) -> str:
    """The host name of the region's endpoint."""
    suffix = next((found for prefix, found in _SUFFIXES.items() if region.startswith(prefix)), "amazonaws.com")
    return f"sts.{region}.{suffix}"


def _field(name: str, text: str) -> str:
    found = re.search(f"<{name}>([^<]*)</{name}>", text)
    return found.group(1) if found else ""


def _reply(status: int, date: str, text: str) -> Reply:
    names = {"account": "Account", "arn": "Arn", "code": "Code", "message": "Message"}
    fields = {field: _field(name, text) for field, name in names.items()}
    parsed = email.utils.parsedate_tz(date)
    return Reply(status=status, date=float(email.utils.mktime_tz(parsed)) if parsed else 0.0, **fields)


def _opener(way: Way, context: ssl.SSLContext) -> urllib.request.OpenerDirector:
    name = endpoint(way.region)
    bypassed = bool(way.no_proxy) and urllib.request.proxy_bypass_environment(name, {"no": way.no_proxy})  # type: ignore[attr-defined]
    proxy = urllib.request.ProxyHandler({} if bypassed else dict(way.proxies))
    return urllib.request.build_opener(proxy, urllib.request.HTTPSHandler(context=context))


def _once(opener: urllib.request.OpenerDirector, name: str, headers: dict[str, str]) -> Reply:
    request = urllib.request.Request(f"https://{name}/", _BODY.encode(), headers, method="POST")
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            return _reply(answer.status, answer.headers.get("Date") or "", answer.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as error:
        return _reply(error.code, error.headers.get("Date") or "", error.read().decode("utf-8", "replace"))
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            return Reply(untrusted=error.reason.verify_message)
        return Reply(unreachable=str(getattr(error.reason, "strerror", None) or error.reason))
    except (OSError, http.client.HTTPException) as error:
        return Reply(unreachable=str(error) or type(error).__name__)


def ask(host: Host, keys: Keys, way: Way) -> Reply:
    """Ask once more, twice at most, where the answer may be another one then."""
    try:
        context = ssl.create_default_context(cafile=way.ca_bundle or None)
    except (OSError, ssl.SSLError) as error:
        return Reply(untrusted=f"{way.ca_bundle} cannot be used: {error.strerror or error}")
    name, opener = endpoint(way.region), _opener(way, context)
    reply = Reply()
    for attempt in range(ATTEMPTS):
        if attempt:
            host.sleep(0.5 * 2**attempt)
        reply = _once(opener, name, sigv4.signed(keys, "sts", way.region, name, _BODY, host.now()))
        if reply.status < 500 and reply.code not in ("Throttling", "ThrottlingException") and not reply.unreachable:
            break
    return reply
