# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""A network that fails: rows B1 to B8."""

import gzip
import json
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

from cases_content import FILES, SMALL, recovers, with_hub
from harness import MAQ, MIB, TOP, Hub, Skip, check_sentence, expect, made_up_hub, place, wait_for, write_file
from tiny_hub import TinyHub

SECRET = "hf_faultsecret123"


def storm(row):
    """Every file is asked for once, and once more for each 429 that was under way when the gate fell."""
    def once(hub, refused):
        with place(hub) as here:
            hub.spoil({"host": "hub", "path": "*/resolve/*", "status": 429, "retry-after": 1, "times": refused})
            hub.forget()
            begin = time.monotonic()
            here.download("acme/many")
            took = time.monotonic() - begin
            here.check_complete("acme/many")
            asked = [request for request in hub.requests() if "/resolve/" in request["path"] and request["host"] == "hub"]
            closed = sum(request["status"] == 429 for request in asked)
            expect(closed == refused, f"{closed} of {refused} refusals were met")
            expect(len(asked) <= (len(hub.tree("acme/many")) + refused) * 1.1, f"{len(asked)} requests for {len(hub.tree('acme/many'))} files")
            expect(took >= 1, "it did not wait for the time the Hub asked for")

    folder = made_up_hub(many=1000)
    for number in range(40):
        write_file(folder / f"models/acme/many/part-{number}.txt", f"{number}")
    hub = Hub(folder)
    try:
        for refused in (1, 4, 12) if row.full else (4,):
            row.attempt(f"{refused} refusals", once, hub, refused)
    finally:
        hub.close()


def outages(row):
    def run(hub):
        hub.spoil()
        # The list of files is asked for only where the commit is known.
        at_commit = "@" + hub.ask("GET", f"/api/models/{SMALL}")["sha"]
        targets = {"record": "/api/models/acme/small", "list": "*/tree/*", "small file": "*/resolve-cache/*", "large file": "/xet-bridge*", "link": "*/resolve/*"}
        faults = [{"status": 500}, {"status": 502}, {"status": 503}, {"status": 504}, {"cut": 10}, {"body": "garbage"}, {"body": "empty"}]
        for number, (name, path) in enumerate(targets.items()):
            for rule in faults if row.full else faults[number:number + 1]:
                if "body" in rule and name in ("record", "list"):
                    continue  # wrong JSON is no outage: it is told, and not tried again
                row.attempt(f"{rule} for the {name}, twice", recovers, hub, {"path": path, "times": 2, **rule}, revision=at_commit if name == "list" else "")
        if row.full:
            row.attempt("a body that stops", recovers, hub, {"host": "cdn", "stall": 100000})
        row.attempt("nobody listens", unreachable, "http://127.0.0.1:1")
        row.attempt("no such name", unreachable, "http://no-such-host.invalid")

    with_hub(run)


def unreachable(url):
    with_hub(lambda hub: unreachable_from(hub, url))


def unreachable_from(hub, url):
    with place(hub) as here:
        begin = time.monotonic()
        here.fails(SMALL, HF_ENDPOINT=url)
        expect(time.monotonic() - begin < 25, "it took more than 25 seconds to say so")
        here.check()


def pause(row):
    """The server stands still for some seconds, or goes away and comes back, while a file comes."""
    def stand_still(hub, seconds):
        with place(hub) as here:
            hub.spoil({"host": "cdn", "rate": 4 * MIB, "times": 0})
            hub.forget()
            process = here.start("download", "acme/big")
            expect(wait_for(lambda: hub.sent() > MIB, 20, process), "it did not get going")
            hub.process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            hub.process.send_signal(signal.SIGCONT)
            _out, err = process.communicate(timeout=60)
            expect(process.returncode == 0, f"status {process.returncode}: {err.strip()[-300:]}")
            here.check_complete("acme/big")

    def go_away(seconds):
        folder = made_up_hub(big=8 * MIB)
        hub = Hub(folder)
        port = hub.url.rsplit(":", 1)[1]
        with place(hub) as here:
            hub.spoil({"host": "cdn", "rate": 4 * MIB, "times": 0})
            process = here.start("download", "acme/big")
            expect(wait_for(lambda: hub.sent() > MIB, 20, process), "it did not get going")
            tree = hub.tree("acme/big")
            hub.close()
            time.sleep(seconds)
            again = Hub(folder, "--port", port)
            back = time.monotonic()
            try:
                expect(wait_for(lambda: again.sent() > 0, 20, process), "it did not go on")
                waited = time.monotonic() - back
                _out, err = process.communicate(timeout=60)
                expect(process.returncode == 0, f"status {process.returncode}: {err.strip()[-300:]}")
                here.hub = again
                again.files["acme/big"] = tree
                here.check_complete("acme/big")
                row.note(f"away for {seconds} s: went on {waited:.1f} s after the server was back")
            finally:
                again.close()

    hub = Hub(made_up_hub(big=8 * MIB))
    try:
        for seconds in (1, 5) if row.full else (1,):
            row.attempt(f"stands still for {seconds} s", stand_still, hub, seconds)
    finally:
        hub.close()
    for seconds in (1, 3) if row.full else (1,):
        row.attempt(f"away for {seconds} s", go_away, seconds)
    if row.full:
        row.note("the network interface going down needs `ip` in a namespace of its own, which the toolbox does not have")


class TlsServer:
    """Accepts TLS with a bad certificate and keeps what a client says nevertheless."""

    def __init__(self, certificate, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self.socket.getsockname()[1]}"
        self.said = b""
        threading.Thread(target=self.serve, args=(context,), daemon=True).start()

    def serve(self, context):
        while True:
            try:
                peer, _address = self.socket.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(peer, server_side=True) as stream:
                    stream.settimeout(2)
                    self.said += stream.recv(10000)
            except OSError:
                peer.close()


def certificates(row):
    if shutil.which("openssl") is None:
        raise Skip("openssl is not here")

    def once(name, subject, *dates):
        folder = pathlib.Path(TOP, f"tls-{name}")
        folder.mkdir()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", folder / "key.pem",
                        "-out", folder / "cert.pem", "-subj", f"/CN={subject}", "-addext", f"subjectAltName=DNS:{subject}", *dates],
                       check=True, capture_output=True)
        server = TlsServer(folder / "cert.pem", folder / "key.pem")
        trust = {} if name == "self-signed" else {"SSL_CERT_FILE": folder / "cert.pem"}
        try:
            with_hub(lambda hub: refused_by_tls(hub, server, trust))
        finally:
            server.socket.close()

    row.attempt("self-signed", once, "self-signed", "localhost")
    row.attempt("another name", once, "name", "example.org")
    row.attempt("expired", once, "expired", "localhost", "-not_before", "20200101000000Z", "-not_after", "20200201000000Z")
    row.attempt("not yet valid", once, "future", "localhost", "-not_before", "20900101000000Z", "-not_after", "20910101000000Z")


def refused_by_tls(hub, server, trust):
    with place(hub) as here:
        here.fails(SMALL, HF_ENDPOINT=server.url, HF_TOKEN=SECRET, **trust)
        here.check()
        expect(not server.said, f"the server was told {server.said[:80]!r}")


def redirects(row):
    def once(hub, path, target, repo):
        with place(hub) as here:
            hub.spoil({"path": path, "redirect": target, "times": 0})
            hub.forget()
            here.fails(repo)
            here.check()
            # Eleven to find out that it is a loop, for each of the three files that are asked for at a time.
            expect(len(hub.requests()) <= 3 * 11 + 2, f"{len(hub.requests())} requests were made")

    targets = ["loop", "file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,x", "javascript:0", "gopher://127.0.0.1/", "//", "http://"]
    # The list of files is asked for only where the commit is known.
    paths = {"/api/models/acme/small": SMALL, "*/tree/*": f"{SMALL}@{{commit}}", "*/resolve/*": SMALL}

    def run(hub):
        hub.spoil()
        commit = hub.ask("GET", f"/api/models/{SMALL}")["sha"]
        for number, (path, repo) in enumerate(paths.items()):
            for target in targets if row.full else [targets[0], targets[number * 2 + 1]]:
                row.attempt(f"{target} for {path}", once, hub, path, target, repo.format(commit=commit))

    with_hub(run)


def tiny_refused(twists, *says, seconds=30, limit=None):
    """A download from a Hub with TWISTS fails in time with a sentence, with at most LIMIT MiB of memory."""
    hub = TinyHub(dict(FILES), **twists)
    try:
        with place(hub) as here:
            begin = time.monotonic()
            status, out, err, peak = measured(here, "download", hub.repo)
            took = time.monotonic() - begin
            expect(status == 1, f"status {status}: {out}{err}")
            sentence = check_sentence(err)
            expect(not says or any(word in sentence for word in says), f"“{sentence}” holds none of {says}")
            expect(took < seconds, f"it took {took:.1f} s")
            expect(limit is None or peak < limit, f"{peak:.0f} MiB at the most instead of {limit}")
            here.check()
    finally:
        hub.close()


def measured(here, *arguments):
    """Also the most memory it had, in MiB."""
    file = here.top.with_suffix(".rss")
    script = "import resource, subprocess, sys; code = subprocess.run(sys.argv[2:]).returncode; " \
             "open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)); sys.exit(code)"
    done = subprocess.run(["python3", "-c", script, file, MAQ, *arguments], env=here.environment(), capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr, int(file.read_text()) / 1024


def headers(row):
    def long_value(handler, _path):
        handler.raw(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * MIB + b"\r\nContent-Length: 2\r\n\r\n{}")

    def many(handler, _path):
        handler.raw(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(10000)) + b"Content-Length: 2\r\n\r\n{}")

    def slow(handler, _path):
        for _number in range(600):
            handler.raw(b"H" if _number else b"HTTP/1.1 200 OK\r\nX-Slow: ")
            if handler.close_connection:
                return
            time.sleep(0.1)

    row.attempt("10,000 lines", tiny_refused, {"info": many}, limit=100)
    if row.full:
        row.attempt("a line of 1 MiB", tiny_refused, {"info": long_value}, limit=100)
        row.attempt("one byte now and then", tiny_refused, {"info": slow}, seconds=50)


def bombs(row):
    packed = gzip.compress(b"[" + b" " * (256 * MIB), 9)

    def bomb(handler, _path):
        handler.body(packed, "application/json", Content_Encoding="gzip")

    def deep(handler, _path):
        handler.reply(b"[" * (8 * MIB))

    def endless(handler, _path):
        handler.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not handler.close_connection:
            handler.raw(b"10000\r\n" + b" " * 0x10000 + b"\r\n")

    for name, kind in (("the repo's record", "info"), ("the list of files", "tree")):
        row.attempt(f"256 MiB out of {len(packed) // 1024} KiB for {name}", tiny_refused, {kind: bomb}, limit=160, seconds=10)
    row.attempt("eight million brackets", tiny_refused, {"tree": deep}, limit=200, seconds=10)
    row.attempt("a list without end", tiny_refused, {"tree": endless}, limit=200, seconds=30)


def proxy(row):
    """What a proxy gets to see of an https Hub is the host's name."""
    def once():
        heads = []
        listener = socket.create_server(("127.0.0.1", 0))

        def serve():
            while True:
                try:
                    peer, _address = listener.accept()
                except OSError:
                    return
                with peer:
                    peer.settimeout(2)
                    heads.append(peer.recv(10000))
                    peer.sendall(b"HTTP/1.1 502 Bad Gateway\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with_hub(lambda hub: through(hub, address, heads))
        finally:
            listener.close()

    row.attempt("a proxy that looks", once)


def through(hub, address, heads):
    with place(hub) as here:
        here.fails(SMALL, HF_ENDPOINT="https://hub.invalid", https_proxy=address, HF_TOKEN=SECRET)
        here.check()
    seen = b"".join(heads).decode("latin1")
    expect(seen.startswith("CONNECT hub.invalid:443 "), f"the proxy was asked {seen[:80]!r}")
    expect(SECRET not in seen and not re.search("(?i)^(cookie|authorization|proxy-authorization):", seen, re.M), f"the proxy saw {json.dumps(seen[:300])}")


CASES = [
    {"name": "B1", "title": "429 storms", "target": "≤ 1.1 × the ideal number of requests", "run": storm},
    {"name": "B2", "title": "5xx, cuts, refused, no name", "target": "all recover or are told", "run": outages},
    {"name": "B3", "title": "the network stands still, goes and returns", "target": "goes on within 3 s", "run": pause},
    {"name": "B4", "title": "bad certificates", "target": "0 bytes of payload or token sent", "run": certificates},
    {"name": "B5", "title": "redirects to nowhere, in loops, elsewhere", "target": "0 followed", "run": redirects},
    {"name": "B6", "title": "headers long, many, slow", "target": "a sentence; bounded memory", "run": headers},
    {"name": "B7", "title": "compression bombs, deep and endless JSON", "target": "a sentence; bounded memory", "run": bombs},
    {"name": "B8", "title": "what a proxy sees", "target": "0 secrets", "run": proxy},
]
