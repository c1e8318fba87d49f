# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""What `maq hub` keeps of many requests, and the client of many searches. See tests/bench/memory."""

import argparse
import os
import pathlib
import socket
import subprocess
import sys

BUILD = pathlib.Path(os.environ["MAQ_BUILD_DIR"])
MOST = 10e6  # bytes that may be kept
ROUNDS = 1000  # requests on one connection
MODEL = "maquette/pebble-chat"
REQUESTS = [
    ("GET", "/api/models?search=chat&limit=20", ""),
    ("GET", "/api/models?limit=50&full=true", "Accept-Encoding: gzip\r\n"),
    ("GET", f"/api/models/{MODEL}?blobs=true", ""),
    ("GET", f"/api/models/{MODEL}/tree/main?recursive=true", "Authorization: Bearer hf_demo_read\r\n"),
    ("HEAD", f"/{MODEL}/resolve/main/README.md", ""),
    ("GET", f"/{MODEL}/resolve/main/README.md", "Range: bytes=0-99\r\n"),
    ("GET", f"/{MODEL}/resolve/main/model.safetensors", ""),
    ("GET", "/api/models/nobody/nothing", ""),
    ("GET", f"/{MODEL}", ""),
    ("POST", "/api/repos/create", "Content-Length: 2\r\n"),
]


class Connection:
    """One kept-alive connection; http.client is several times slower than the server."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def ask(self, method, path, headers):
        body = "{}" if method == "POST" else ""
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n{body}".encode())
        status = int(self.file.readline().split()[1])
        length, chunked = 0, False
        while (line := self.file.readline().strip().lower()):
            name, _colon, value = line.partition(b":")
            if name == b"content-length":
                length = int(value)
            chunked = chunked or (name == b"transfer-encoding" and b"chunked" in value)
        if method != "HEAD":
            self.skip_chunks() if chunked else self.file.read(length)
        return status

    def skip_chunks(self):
        while (length := int(self.file.readline(), 16)):
            self.file.read(length + 2)
        self.file.readline()

    def close(self):
        self.file.close()
        self.socket.close()


def memory_of(pid):
    """Bytes that are the process's own."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no RssAnon")


def ask_often(port, count):
    statuses = {}
    done = 0
    while done < count:
        connection = Connection(port)
        for i in range(done, min(done + ROUNDS, count)):
            status = connection.ask(*REQUESTS[i % len(REQUESTS)])
            statuses[status] = statuses.get(status, 0) + 1
        connection.close()
        done += ROUNDS
    return statuses


def say(what, count, before, after):
    print(f"{what:<10}{count:>10,}{before / 1e6:>12.1f}{after / 1e6:>12.1f}{(after - before) / 1e6:>+12.1f}", flush=True)
    return after - before <= MOST


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--searches", type=int, default=10_000)
    options = parser.parse_args()

    hub = subprocess.Popen([BUILD / "src/cli/maq", "hub", "--demo", "--quiet"], stdout=subprocess.PIPE, text=True)
    url = hub.stdout.readline().strip()
    port = int(url.rpartition(":")[2])
    print(f"{'':<10}{'requests':>10}{'before MB':>12}{'after MB':>12}{'growth MB':>12}")
    before = memory_of(hub.pid)
    statuses = ask_often(port, options.requests)
    good = say("maq hub", options.requests, before, memory_of(hub.pid))
    print("          answers: " + ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items())))

    done = subprocess.run([BUILD / "tests/bench/bench-hub-client", url, str(options.searches)], capture_output=True, text=True, check=True)
    first, last, answered = (int(word) for word in done.stdout.split())
    good = say("client", options.searches, first * 1024, last * 1024) and good
    print(f"          searches answered: {answered}")
    hub.terminate()
    hub.wait()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
