# SPDX-License-Identifier: GPL-3.0-or-later
"""The shop: answers each visitor, and writes a line of JSON with the tag of the link that the visitor has come by."""

from __future__ import annotations

import http.server
import json
import time
import urllib.parse

LOG = "/var/log/shop/visits.log"


class Shop(http.server.BaseHTTPRequestHandler):
    """A page of the shop, as http://localhost:8000/shoes?tag=spring."""

    def do_GET(self) -> None:
        """Write the line, then answer."""
        url = urllib.parse.urlsplit(self.path)
        tag = urllib.parse.parse_qs(url.query).get("tag", ["none"])[0]
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(json.dumps({"time": now, "page": url.path, "tag": tag}) + "\n")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Welcome to ExampleCorp\n")


http.server.ThreadingHTTPServer(("localhost", 8000), Shop).serve_forever()
