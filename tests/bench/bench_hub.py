# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""A Hub of one large file, on a line as one has it: a limit for each connection, a limit for all of them, a round-trip time.

    bench_hub.py FILE SHA256 [RATE LINK RTT]      bytes a second (0: none), bytes a second (0: none), seconds

The first line printed is the address. A new connection is charged two round trips and a request one, as TCP and TLS would. The
file itself goes from the page cache to the socket by sendfile, so that this server costs little beside the programs compared. Ends
with its standard input.
"""

import http.server
import json
import os
import socket
import sys
import threading
import time

REPO = "bench/large"
COMMIT = "c" * 40
NAME = "large.gguf"
PIECE = 64 << 10


class Bucket:
    """Lets so many bytes a second through."""

    def __init__(self, rate):
        self.rate = rate
        self.lock = threading.Lock()
        self.free_at = 0.0

    def take(self, count):
        if not self.rate:
            return
        with self.lock:
            # What was not used for longer than a moment is lost, as on a line.
            self.free_at = max(self.free_at, time.monotonic() - 0.02) + count / self.rate
            wait = self.free_at - time.monotonic()
        if wait > 0:
            time.sleep(wait)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.bucket = Bucket(self.server.rate)
        time.sleep(2 * self.server.rtt)

    def do_GET(self):
        time.sleep(self.server.rtt)
        path = self.path.split("?")[0]
        if path.startswith(f"/{REPO}/resolve/"):
            self.redirect() if path.endswith(NAME) else self.head(404, {"X-Error-Code": "EntryNotFound"})
        elif path == f"/cdn/{NAME}":
            self.send_range()
        elif "/tree/" in path:
            self.json([{"type": "file", "path": NAME, "oid": "d" * 40, "size": self.server.size,
                        "lfs": {"oid": self.server.sha256, "size": self.server.size, "pointerSize": 134}}])
        elif path.startswith("/api/models/"):
            self.json({"_id": "1", "id": REPO, "modelId": REPO, "sha": COMMIT, "private": False, "gated": False, "disabled": False, "tags": [],
                       "downloads": 0, "likes": 0, "siblings": [self.sibling()], "createdAt": "2026-01-01T00:00:00.000Z",
                       "lastModified": "2026-01-01T00:00:00.000Z"})
        else:
            self.head(404, {})

    do_HEAD = do_GET

    def head(self, status, headers, length=0):
        self.send_response(status)
        for name, value in {"Content-Length": length, **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()

    def json(self, value):
        body = json.dumps(value).encode()
        self.head(200, {"Content-Type": "application/json", "X-Repo-Commit": COMMIT}, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)

    def sibling(self):
        """As the Hub: sizes and hashes only where they are asked for."""
        if "blobs=true" not in self.path.lower():
            return {"rfilename": NAME}
        return {"rfilename": NAME, "size": self.server.size, "blobId": "d" * 40,
                "lfs": {"sha256": self.server.sha256, "size": self.server.size, "pointerSize": 134}}

    def redirect(self):
        self.head(302, {"Location": f"{self.server.cdn}/cdn/{NAME}", "X-Repo-Commit": COMMIT, "X-Linked-Size": self.server.size,
                        "X-Linked-Etag": f'"{self.server.sha256}"', "ETag": f'"{self.server.sha256}"', "Accept-Ranges": "bytes"})

    def send_range(self):
        first, last = 0, self.server.size - 1
        asked = self.headers.get("Range", "")
        if asked.startswith("bytes="):
            start, _dash, end = asked.removeprefix("bytes=").partition("-")
            first, last = int(start), min(int(end), last) if end else last
        headers = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", "ETag": f'"{self.server.sha256}"'}
        if asked:
            headers["Content-Range"] = f"bytes {first}-{last}/{self.server.size}"
        self.head(206 if asked else 200, headers, last - first + 1)
        if self.command != "HEAD":
            self.send_bytes(first, last + 1)

    def send_bytes(self, at, end):
        self.wfile.flush()
        limited = self.server.rate or self.server.link.rate
        try:
            while at < end:
                count = min(end - at, PIECE if limited else 16 << 20)
                if limited:
                    self.bucket.take(count)
                    self.server.link.take(count)
                at += os.sendfile(self.connection.fileno(), self.server.file, at, count)
        except OSError:
            self.close_connection = True

    def log_message(self, *_words):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, _request, _address):
        """That a client goes away is no news."""


def make(path, sha256, rate, link, rtt, cdn=None):
    server = Server(("127.0.0.1", 0), Handler)
    server.file = os.open(path, os.O_RDONLY)
    server.size = os.fstat(server.file).st_size
    server.sha256, server.rate, server.link, server.rtt, server.cdn = sha256, rate, link, rtt, cdn
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


def main():
    path, sha256 = sys.argv[1:3]
    rate, link, rtt = (float(word) for word in sys.argv[3:6] or ("0", "0", "0"))
    shared = Bucket(link)
    _cdn, address = make(path, sha256, rate, shared, rtt)
    _hub, url = make(path, sha256, rate, shared, rtt, address)
    print(url, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
