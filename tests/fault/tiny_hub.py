# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""A Hub of one repo whose every answer a case may replace, down to the bytes of its header: for what a decent server cannot say."""

import hashlib
import http.server
import json
import re
import threading
import urllib.parse

COMMIT = "a" * 40


def git_hash(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        hub = self.server.hub
        hub.heads.append(f"{self.requestline}\n{self.headers}")
        path = self.path.split("?")[0]
        kind = ("tree" if "/tree/" in path else "file" if "/resolve/" in path else "info" if path.startswith("/api/") else "other")
        twist = hub.twists.get(kind)
        if twist is not None and twist(self, path) is not False:
            return
        if kind == "info":
            self.reply(hub.info())
        elif kind == "tree":
            self.reply(hub.tree())
        elif kind == "file":
            self.send_file(urllib.parse.unquote(re.sub(".*/resolve/[^/]*/", "", path)))
        else:
            self.raw(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    do_HEAD = do_GET

    def reply(self, value):
        self.body(value if isinstance(value, bytes) else json.dumps(value).encode(), "application/json")

    def body(self, content, kind="application/octet-stream", status="200 OK", **headers):
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(content)}", f"X-Repo-Commit: {self.server.hub.commit}",
                 *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
        self.raw("\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if self.command == "HEAD" else content))

    def raw(self, data, close=False):
        self.close_connection = self.close_connection or close
        try:
            self.wfile.write(data)
        except OSError:
            self.close_connection = True

    def offset(self):
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        return (int(match[1]), int(match[2]) if match[2] else None) if match else (0, None)

    def send_file(self, path):
        content = self.server.hub.files.get(path)
        if content is None:
            self.raw(b"HTTP/1.1 404 Not Found\r\nX-Error-Code: EntryNotFound\r\nContent-Length: 0\r\n\r\n")
            return
        start, end = self.offset()
        etag = f'"{self.server.hub.etag(path)}"'
        if "Range" not in self.headers:
            self.body(content, ETag=etag)
            return
        end = len(content) - 1 if end is None else end
        self.body(content[start:end + 1], status="206 Partial Content", ETag=etag, Content_Range=f"bytes {start}-{end}/{len(content)}")

    def log_message(self, *_words):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request, _address):
        """That a client goes away is what happens here."""


class TinyHub:
    """FILES: {path: content}. TWISTS: by kind of request, a function (handler, path) that answers, or returns False for the usual."""

    def __init__(self, files, repo="acme/tiny", **twists):
        self.repo, self.files, self.twists = repo, files, twists
        self.commit = COMMIT
        self.heads = []
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.hub = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def etag(self, path):
        content = self.files[path]
        return hashlib.sha256(content).hexdigest() if path.endswith(".gguf") else git_hash(content)

    def info(self):
        return {"id": self.repo, "modelId": self.repo, "sha": self.commit, "siblings": [{"rfilename": path} for path in self.files], "tags": []}

    def tree(self):
        return [self.entry(path) for path in self.files]

    def entry(self, path):
        content = self.files[path]
        entry = {"type": "file", "path": path, "size": len(content), "oid": git_hash(content)}
        if path.endswith(".gguf"):
            entry["lfs"] = {"oid": self.etag(path), "size": len(content), "pointerSize": 130}
        return entry
