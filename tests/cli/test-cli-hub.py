#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""`maq hub` as a program: its first line, what it serves, how it ends, and what it refuses. TAP."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request

MAQ = pathlib.Path(os.environ["MAQ_BUILD_DIR"]) / "src/cli/maq"
checks = []


def check(func):
    checks.append(func)
    return func


class Hub:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([MAQ, "hub", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.first = self.process.stdout.readline()
        self.url = json.loads(self.first)["url"] if "--json" in arguments else self.first.strip()

    def get(self, path):
        return json.load(urllib.request.urlopen(self.url + path, timeout=20))

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        out, self.notes = self.process.communicate(timeout=20)
        assert out == "", out
        return self.process.returncode


def refused(status, says, *arguments, environment=None):
    done = subprocess.run([MAQ, "hub", *arguments], capture_output=True, text=True, timeout=20, env={**os.environ, **(environment or {})})
    assert done.returncode == status and done.stdout == "" and says in done.stderr, (done.returncode, done.stdout, done.stderr)


@check
def serves_the_demo_until_interrupted():
    hub = Hub("--demo")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", hub.first), hub.first
    assert len(hub.get("/api/models")) >= 40
    assert hub.end() == 0
    assert hub.url in hub.notes


@check
def links_out_of_the_folder_are_named_and_served_on_request():
    with tempfile.TemporaryDirectory() as top:
        root, out = pathlib.Path(top, "hub"), pathlib.Path(top, "out")
        repo = root / "models/ada/one"
        repo.mkdir(parents=True)
        out.mkdir()
        (repo / "config.json").write_text("{}")
        (out / "x.txt").write_text("outside")
        (repo / "x.txt").symlink_to(out / "x.txt")
        (root / "models/bob").symlink_to(out)
        hub = Hub(str(root))
        assert [f["path"] for f in hub.get("/api/models/ada/one/tree/main")] == ["config.json"]
        assert hub.end() == 0
        assert "models/ada/one/x.txt" in hub.notes and "models/bob" in hub.notes and "--follow-links" in hub.notes, hub.notes
        hub = Hub(str(root), "--follow-links", "--json")
        assert json.loads(hub.first)["left_out"] == []
        assert [f["path"] for f in hub.get("/api/models/ada/one/tree/main")] == ["config.json", "x.txt"]
        assert hub.end() == 0
        hub = Hub(str(root), "--json")
        assert json.loads(hub.first)["left_out"] == [{"path": "models/ada/one/x.txt", "reason": "leads-out"}, {"path": "models/bob", "reason": "leads-out"}], hub.first
        assert hub.end() == 0


@check
def tells_what_it_still_reads():
    with tempfile.TemporaryDirectory() as top:
        weights = pathlib.Path(top, "models/ada/one/w.bin")
        weights.parent.mkdir(parents=True)
        with open(weights, "wb") as file:
            file.truncate(500_000_000)  # a hole: it takes no room
        hub = Hub(top)
        told = hub.process.stderr.readline() + hub.process.stderr.readline()
        assert "500.0 MB" in told.replace("\xa0", " "), told
        assert len(hub.get("/api/models/ada/one/tree/main")) == 1  # answered when all is read
        assert hub.end() == 0
        assert "All files are ready." in hub.notes, hub.notes


@check
def ends_when_terminated():
    hub = Hub("--synthetic", "30", "--quiet")
    assert len(hub.get("/api/models")) == 24
    assert hub.end(signal.SIGTERM) == 0
    assert hub.notes == "", hub.notes


@check
def serves_a_folder():
    with tempfile.TemporaryDirectory() as folder:
        repo = pathlib.Path(folder, "models", "ada", "one")
        repo.mkdir(parents=True)
        (repo / "README.md").write_text("# One\n")
        hub = Hub(folder)
        assert [model["id"] for model in hub.get("/api/models")] == ["ada/one"]
        assert hub.end() == 0


@check
def serves_the_cache():
    commit = "0123456789abcdef0123456789abcdef01234567"
    cache = pathlib.Path(os.environ["HF_HOME"], "hub", "models--ada--two")
    (cache / "snapshots" / commit).mkdir(parents=True)
    (cache / "snapshots" / commit / "x.txt").write_text("x")
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text(commit)
    hub = Hub("--cache")
    assert hub.get("/api/models/ada/two")["sha"] == commit
    assert hub.end() == 0


@check
def json_and_port():
    first = Hub("--synthetic", "3")
    port = first.url.rsplit(":")[-1]
    refused(1, f"Port {port} is in use", "--synthetic", "3", "--port", port)
    assert first.end() == 0
    second = Hub("--synthetic", "3", "--port", port, "--json")
    told = json.loads(second.first)
    assert told == {"url": f"http://127.0.0.1:{port}", "repos": 3, "left_out": []}, told
    assert second.end() == 0


@check
def misbehaves_only_when_allowed():
    for arguments, status in ((["--faults"], 503), ([], 200)):
        hub = Hub("--synthetic", "3", *arguments)
        request = urllib.request.Request(hub.url + "/api/models", headers={"X-Maq-Fault": "status=503"})
        try:
            got = urllib.request.urlopen(request, timeout=20).status
        except urllib.error.HTTPError as error:
            got = error.code
        assert got == status, got
        assert hub.end() == 0


@check
def ends_while_an_answer_is_delayed():
    hub = Hub("--synthetic", "3", "--faults")
    with socket.create_connection(("127.0.0.1", int(hub.url.rsplit(":")[-1]))) as waiting:
        waiting.sendall(b"GET /api/models HTTP/1.1\r\nHost: x\r\nX-Maq-Fault: delay=3000000\r\n\r\n")
        while not any("/api/models" in request["path"] for request in hub.get("/.maq/requests")):
            pass
        assert hub.end() == 0


@check
def refuses_what_it_cannot_serve():
    refused(2, "Choose what to serve")
    refused(2, "Choose what to serve", "--demo", "--cache")
    refused(2, "Invalid port 99999", "--demo", "--port", "99999")
    refused(2, "Invalid IP address “foo”", "--demo", "--address", "foo")
    refused(2, "--synthetic must be 1 or more", "--synthetic", "-3")
    refused(1, "Cannot listen on 192.0.2.1: ", "--demo", "--address", "192.0.2.1")
    refused(1, "there is no such folder", "/nonexistent")
    refused(1, "There is no shared cache at /nonexistent/hub", "--cache", environment={"HF_HUB_CACHE": "/nonexistent/hub"})
    with tempfile.TemporaryDirectory() as folder:
        refused(1, "holds none of the folders", folder)


def main():
    failed = 0
    print(f"TAP version 14\n1..{len(checks)}")
    for number, func in enumerate(checks, 1):
        name = func.__name__.replace("_", " ")
        try:
            func()
            print(f"ok {number} {name}", flush=True)
        except Exception as error:  # every check is told about, whatever went wrong
            failed += 1
            print(f"not ok {number} {name}")
            print("\n".join(f"# {line}" for line in f"{type(error).__name__}: {error}".split("\n")), flush=True)
    sys.exit(1 if failed else 0)


main()
