"""Servers for a customs system's client: the border's application, and a line that loses answers."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.db import connection

from portal.border.application import Border
from portal.border.lookup import Lookup
from portal.border.shares import Shares

MANY = 1e9  # questions a second


@contextmanager
def served(server: BaseServer) -> Iterator[str]:
    """Let a server answer in a thread of its own, and return its address."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def border_alone() -> Iterator[str]:
    """Serve the border's application on the tests' database."""
    lookup = Lookup(connection.settings_dict)
    border = Border(lookup, Shares(MANY, MANY), Shares(MANY, MANY), trusts_proxy=False)

    def application(environ, start_response):
        try:
            return border(environ, start_response)
        finally:  # asked from another thread than that which ends the test
            lookup.own.statements.own.close()
            lookup.own.statements = None

    with served(make_server("127.0.0.1", 0, application, handler_class=Quiet)) as address:
        yield address


class Line(ThreadingHTTPServer):
    """Passes everything on to `address`; the answers to the paths in `loses` get lost, each once."""

    def __init__(self, address: str) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.to = urlsplit(address).netloc
        self.loses: list[str] = []
        self.passed: list[tuple[str, bytes]] = []  # path and body of each request


class Passing(BaseHTTPRequestHandler):
    server: Line

    def pass_on(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.passed.append((self.path, sent))
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        with closing(HTTPConnection(self.server.to, timeout=30)) as there:
            there.request(self.command, self.path, sent or None, headers)
            answer = there.getresponse()
            content = answer.read()
        if self.path in self.server.loses:
            self.server.loses.remove(self.path)
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = pass_on

    def log_message(self, *_args: object) -> None:
        pass
