# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own process: it stands where hosts look for AWS.

For every host it listens inside that host's network namespace, on AWS's names over TLS and (EC2 hosts) on the metadata
address, and passes requests on to the AWS stand-in with the asking host's name. For the controller it listens on TLS and
on the package mirror's port. Beside these, hosts and controller have a proxy that writes down what passes through it.
Orders come as JSON lines over a control socket: {"do": "add"|"remove"|"ping", …}.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import dataclasses
import json
import logging
import os
import pathlib
import signal
import socket
import ssl
import struct
import sys
import threading

from . import http11, mirror, names, proxy

CLONE_NEWNET = 0x40000000
IP_FREEBIND = 15
LOST = (ConnectionError, asyncio.IncompleteReadError, http11.ProtocolError, ssl.SSLError, TimeoutError, ValueError)
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a connection comes from (host "" = the controller) and what it reaches: aws, imds, mirror or proxy."""

    host: str
    service: str


def listen_in(namespace: str, address: str, port: int) -> socket.socket:
    """Return a socket that listens in another network namespace; a thread of its own keeps setns() away from the rest."""
    result: list[socket.socket] = []
    failure: list[Exception] = []

    def work() -> None:
        library = ctypes.CDLL(None, use_errno=True)
        try:
            handle = os.open(namespace, os.O_RDONLY)
            try:
                if library.setns(handle, CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), f"setns {namespace}")
            finally:
                os.close(handle)
            result.append(_listener(address, port))
        except OSError as error:
            failure.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return result[0]


def _listener(address: str, port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
    listener.bind((address, port))
    listener.listen(128)
    listener.setblocking(False)
    return listener


def _break(writer: asyncio.StreamWriter) -> None:
    """End a connection as a lost one ends: with a reset, nothing half answered."""
    peer = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Gateway:
    """All listeners of one lab."""

    def __init__(self, aws_port: int, tree: pathlib.Path, certificate: pathlib.Path, proxy_log: pathlib.Path) -> None:
        """Take the AWS stand-in's port, the mirror's files, the PEM file of the server certificate and the proxy's log."""
        self.aws_port = aws_port
        self.proxy_log = proxy_log
        self.tree = tree
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self.servers: dict[str, list[asyncio.Server]] = {}

    async def open(self, owner: str, listener: socket.socket, origin: Origin, *, tls: bool) -> None:
        """Answer on a listening socket."""

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self.converse(reader, writer, origin)

        server = await asyncio.start_server(connected, sock=listener, ssl=self.tls if tls else None)
        self.servers.setdefault(owner, []).append(server)

    async def add_host(self, host: str, kind: str, namespace: str) -> None:
        """Listen inside a host's network namespace (once more after it was made anew)."""
        await self.remove_host(host)
        await self.open(host, listen_in(namespace, names.SERVICE_ADDRESS, 443), Origin(host, "aws"), tls=True)
        await self.open(host, listen_in(namespace, names.SERVICE_ADDRESS, proxy.PORT), Origin(host, "proxy"), tls=False)
        if kind != "onprem":
            await self.open(host, listen_in(namespace, names.IMDS_ADDRESS, 80), Origin(host, "imds"), tls=False)

    async def remove_host(self, host: str) -> None:
        """Stop listening for a host."""
        for server in self.servers.pop(host, []):
            server.close()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, origin: Origin) -> None:
        """Answer the requests of one connection, one after the other."""
        try:
            if origin.service == "proxy":
                passage = await proxy.enter(reader, writer, origin.host, self.tls, self.proxy_log)
                origin = Origin(origin.host, "aws")
                if passage is None or (passage.head and not await self.answer(passage.head, reader, writer, origin)):
                    return
            while (head := await http11.read_head(reader)) and await self.answer(head, reader, writer, origin):
                pass
        except LOST as error:
            logging.info("%s %s: %r", origin.host or "controller", origin.service, error)
            _break(writer)
        finally:
            writer.close()

    async def answer(self, head: http11.Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, origin: Origin) -> bool:
        """Answer one request; return whether the connection may carry another."""
        if head.get("expect").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await http11.read_body(reader, head)
        method, target, version = head.first
        path = target if origin.service == "mirror" else None if origin.service == "imds" else names.mirror_path(head.get("host"), target)
        if path is not None:
            answer = mirror.answer(self.tree, method, path, head)
        else:
            answer = await self.forward(head, body, origin)
        writer.write(answer)
        await writer.drain()
        return version == "HTTP/1.1" and head.get("connection").lower() != "close"

    async def forward(self, head: http11.Head, body: bytes, origin: Origin) -> bytes:
        """Pass a request on to the AWS stand-in and return its whole answer."""
        method, target = head.first[:2]
        headers = [(key, value) for key, value in head.passed_on() if not key.lower().startswith("x-lab-") and key.lower() != "expect"]
        if origin.host:
            headers.append(("X-Lab-Host", origin.host))
        if origin.service == "imds":
            target = f"/_lab/imds/{origin.host}{target}"
        try:
            upstream, sender = await asyncio.open_connection("127.0.0.1", self.aws_port)
        except OSError as error:
            logging.warning("AWS stand-in does not answer: %s", error)
            return http11.message(("HTTP/1.1", "503", "Service Unavailable"), [], b"the lab's AWS stand-in does not run\n")
        try:
            sender.write(http11.message((method, target, "HTTP/1.1"), [*headers, ("Connection", "close")], body))
            await sender.drain()
            return await self._response(upstream, method)
        finally:
            sender.close()

    async def _response(self, upstream: asyncio.StreamReader, method: str) -> bytes:
        while True:
            head = await http11.read_head(upstream)
            if head is None:
                raise ConnectionResetError("the AWS stand-in ended the connection without an answer")
            status = int(head.first[1])
            if status >= 200:
                break
        if http11.bodiless(method, status):
            return http11.message(("HTTP/1.1", *head.first[1:]), head.passed_on(), b"", length=False)
        body = await http11.read_body(upstream, head, to_end=True)
        return http11.message(("HTTP/1.1", *head.first[1:]), head.passed_on(), body)

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry out one order."""
        try:
            order = json.loads(await reader.readline())
            if order["do"] == "add":
                await self.add_host(order["host"], order["kind"], order["namespace"])
            elif order["do"] == "remove":
                await self.remove_host(order["host"])
            reply: dict[str, object] = {"ok": True, "hosts": sorted(name for name in self.servers if name)}
        except (OSError, KeyError, ValueError) as error:
            logging.exception("order failed")
            reply = {"ok": False, "error": repr(error)}
        writer.write(json.dumps(reply).encode() + b"\n")
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()


async def serve(settings: dict[str, str]) -> None:
    """Serve until SIGTERM. Settings: ports (aws, tls, mirror, proxy) and places (mirror, certificate, control, proxy_log)."""
    places = (pathlib.Path(settings[name]) for name in ("mirror", "certificate", "proxy_log"))
    gateway = Gateway(int(settings["aws_port"]), *places)
    await gateway.open("", _listener("127.0.0.1", int(settings["tls_port"])), Origin("", "aws"), tls=True)
    await gateway.open("", _listener("127.0.0.1", int(settings["mirror_port"])), Origin("", "mirror"), tls=False)
    await gateway.open("", _listener("127.0.0.1", int(settings["proxy_port"])), Origin("", "proxy"), tls=False)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(settings["control"])
    await asyncio.start_unix_server(gateway.control, settings["control"])
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    logging.info("ready")
    await stop.wait()


def main() -> None:
    """Run with the settings (JSON) given as the only argument."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    asyncio.run(serve(json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
