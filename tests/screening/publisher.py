"""A publisher's server on this machine, that answers as a test tells it to."""

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Publisher:
    """What the server says next, and what it was asked."""

    port: int = 0
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    cut_off_after: int | None = None  # bytes, of which more were promised
    chunked: bool = False
    pause: float = 0.0  # seconds before each piece
    pieces: int = 1
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/list.xml"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append(dict(request.headers))
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            request.send_response(304)
            request.end_headers()
            return
        request.send_response(self.status)
        marks = {"ETag": self.etag} if self.etag else {}
        size = {} if self.chunked else {"Content-Length": str(len(self.body))}
        for name, value in {**size, **marks, **self.headers}.items():
            request.send_header(name, value)
        if self.chunked:
            request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        self._send(request)

    def _send(self, request: BaseHTTPRequestHandler) -> None:
        body = self.body[: self.cut_off_after]
        step = -(-len(body) // self.pieces) or 1
        for start in range(0, len(body), step):
            time.sleep(self.pause)
            piece = body[start : start + step]
            request.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if self.chunked else piece)
            request.wfile.flush()
        if self.chunked and self.cut_off_after is None:
            request.wfile.write(b"0\r\n\r\n")


@contextmanager
def publishing():
    """Run a server within the block and give what tells it how to answer."""
    publisher = Publisher()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.close_connection = True
            try:
                publisher.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                return  # whoever asked has gone

        def log_message(self, *_args):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    publisher.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield publisher
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
