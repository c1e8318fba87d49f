# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Servers that mean harm: bad certificates, redirects, headers, bombs, and proxies that look: rows B4 to B8."""

import base64
import gzip
import json
import pathlib
import re
import socket
import subprocess
import tempfile
import threading
import time

from cases_content import FILES, SMALL, with_hub
from harness import MAQ, MIB, TOP, check_sentence, expect, place
from tiny_hub import TinyHub
from tls_server import TlsServer, certificate, openssl

SECRET = "hf_faultsecret123"


def certificates(row):
    def once(name, subject, *options, trust=True, clock=None, says=()):
        cert, key = certificate(name, subject, *options)
        server = TlsServer(cert, key)
        try:
            with_hub(lambda hub: refused_by_tls(hub, server, {"SSL_CERT_FILE": cert} if trust else {}, clock, says))
        finally:
            server.close()

    def unknown_authority():
        folder = pathlib.Path(tempfile.mkdtemp(prefix="tls-", dir=TOP))
        authority, authority_key = certificate("authority", "Some authority", "-addext", "basicConstraints=critical,CA:TRUE")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", folder / "key.pem", "-out", folder / "req.pem",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
        openssl("x509", "-req", "-in", folder / "req.pem", "-CA", authority, "-CAkey", authority_key, "-copy_extensions", "copy", "-out", folder / "cert.pem")
        server = TlsServer(folder / "cert.pem", folder / "key.pem")
        try:
            with_hub(lambda hub: refused_by_tls(hub, server, {}, None, ("nobody",)))
        finally:
            server.close()

    row.attempt("self-signed", once, "self-signed", "localhost", trust=False, says=("nobody",))
    row.attempt("of an authority nobody knows", unknown_authority)
    row.attempt("another name", once, "name", "example.org", says=("another host",))
    row.attempt("for clients only", once, "clients", "localhost", "-addext", "extendedKeyUsage=clientAuth")
    row.attempt("expired", once, "expired", "localhost", "-not_before", "20200101000000Z", "-not_after", "20200201000000Z", says=("expired",))
    row.attempt("not yet valid", once, "future", "localhost", "-not_before", "20900101000000Z", "-not_after", "20910101000000Z", says=("not valid yet",))
    for years in (-10, 10):
        row.attempt(f"a good one, and the clock is wrong by {years:+} years", once, "clock", "localhost", clock=years * 31557600, says=("clock",))


def refused_by_tls(hub, server, trust, clock, says):
    with place(hub) as here:
        shim = here.shim(MAQ_FAULT_CLOCK=clock) if clock is not None else {}
        here.fails(SMALL, *says, HF_ENDPOINT=server.url, HF_TOKEN=SECRET, **trust, **shim)
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


# 256 MiB of spaces after a bracket.
BROTLI_BOMB = ("z///f/ilQLbiskAA9/4//v//wy8BEIcFALr3//z//4dfAiAOiwB07//5//8PvwRAHBYA6N7/8///H34JgDgsANC9/+f//z/8EgBxWACge//P//"
               "9/+CUA4rAAQPf+n/////BLAMRhAYDu/T/////hlwCIwwIA3ft//v//wy8BEIcFALr3//z//4dfAiAOCwB07//5//8PvwRAHBYA6N7/8///H34J"
               "gDgsANC9/+f//z/8EgBxWACge//P//9/+CUA4rAAQPf+n/////BLAMRhAYDu/T8AAAIgAw==")


def zstd_bomb(size):
    """SIZE MiB of spaces, made of blocks that say how often one byte comes."""
    blocks = size * 8
    block = [(n + 1 == blocks) | 1 << 1 | 1 << 17 + 3 for n in range(blocks)]
    return b"\x28\xb5\x2f\xfd\x00\x38" + b"".join(header.to_bytes(3, "little") + b" " for header in block)


def bombs(row):
    def bomb(body, encoding):
        return lambda handler, _path: handler.body(body, "application/json", Content_Encoding=encoding)

    def deep(handler, _path):
        handler.reply(b"[" * (8 * MIB))

    def endless(handler, _path):
        handler.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not handler.close_connection:
            handler.raw(b"10000\r\n" + b" " * 0x10000 + b"\r\n")

    size = 1024 if row.full else 256
    packed = {"gzip": gzip.compress(b"[" + b" " * (size * MIB), 9), "br": base64.b64decode(BROTLI_BOMB), "zstd": zstd_bomb(size)}
    for name, kind in (("the repo's record", "info"), ("the list of files", "tree")):
        for encoding, body in packed.items():
            row.attempt(f"{encoding}, {len(body) // 1024} KiB, for {name}", tiny_refused, {kind: bomb(body, encoding)}, limit=160, seconds=10)
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
    {"name": "B4", "title": "bad certificates", "target": "0 bytes of payload or token sent", "run": certificates},
    {"name": "B5", "title": "redirects to nowhere, in loops, elsewhere", "target": "0 followed", "run": redirects},
    {"name": "B6", "title": "headers long, many, slow", "target": "a sentence; bounded memory", "run": headers},
    {"name": "B7", "title": "compression bombs, deep and endless JSON", "target": "a sentence; bounded memory", "run": bombs},
    {"name": "B8", "title": "what a proxy sees", "target": "0 secrets", "run": proxy},
]
