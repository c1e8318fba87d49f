# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Wrong bytes, wrong lengths, wrong ranges, wrong pages, and a repo that moves: rows A3 to A11."""

import gzip
import time

from harness import MIB, Hub, Skip, expect, made_up_hub, place, random_source
from tiny_hub import COMMIT, TinyHub
from tls_server import TlsServer, certificate

SMALL = "acme/small"
SIZE = 2 * MIB + 12345
WEIGHTS = "small.gguf"


def with_hub(function, *arguments, **sizes):
    hub = Hub(made_up_hub(**(sizes or {"small": SIZE})), *arguments)
    try:
        function(hub)
    finally:
        hub.close()


def recovers(hub, *rules, sends=None, revision="", timeout=60):
    """A download under RULES ends well; SENDS: at most so many bytes are sent for it."""
    with place(hub) as here:
        hub.spoil(*rules)
        hub.forget()
        here.download(SMALL + revision, timeout=timeout)
        sent = hub.sent()
        here.check_complete(SMALL)
        expect(sends is None or sent <= sends, f"{sent} bytes were sent instead of {sends}")


def refused(hub, rules, *says, seconds=60.0, sends=None):
    """A download under RULES ends with a sentence and nothing wrong under a final name; a clean one then succeeds."""
    with place(hub) as here:
        hub.spoil(*rules)
        hub.forget()
        begin = time.monotonic()
        here.fails(SMALL, *says)
        took = time.monotonic() - begin
        sent = hub.sent()
        expect(sends is None or sent <= sends, f"{sent} bytes were sent instead of {sends}")
        here.check()
        here.finish(SMALL)
        expect(took <= seconds, f"it took {took:.1f} s to say so, {seconds:g} are allowed")


def flips(row):
    def run(hub):
        source = random_source()
        offsets = [0, SIZE - 1] + [source.randrange(SIZE) for _ in range(98 if row.full else 3)]
        # Once more by itself, and no more than that.
        twice = 2 * sum(size for _etag, size in hub.tree(SMALL).values())
        for number, offset in enumerate(offsets):
            row.attempt(f"byte {offset}, once", recovers, hub, {"host": "cdn", "flip": offset}, sends=twice)
            if number % 10 == 1:
                row.attempt(f"byte {offset}, always", refused, hub, [{"host": "cdn", "flip": offset, "times": 0}], "hash", "content", sends=twice)
        # README.md, which git names by SHA-1.
        row.attempt("a small file, once", recovers, hub, {"path": "*/resolve-cache/*", "flip": 3})
        row.attempt("a small file, always", refused, hub, [{"path": "*/resolve-cache/*", "flip": 1, "times": 0}], "hash", "content")

    with_hub(run)


def rot(row):
    with_hub(lambda hub: rot_blobs(row, hub))


def rot_blobs(row, hub):
    source = random_source()

    def once(number):
        with place(hub) as here:
            hub.spoil()
            here.download(SMALL)
            etag = hub.tree(SMALL)[WEIGHTS][0]
            blob = here.repo(SMALL) / "blobs" / etag
            with open(blob, "r+b") as file:
                at = source.randrange(SIZE)
                file.seek(at)
                byte = file.read(1)[0]
                file.seek(at)
                file.write(bytes([byte ^ 1 << number % 8]))
            status, out, err = here.run("cache", "verify")
            if status == 2:
                raise Skip("this build has no “maq cache verify”")
            expect(status == 1, f"“maq cache verify” ended with {status}: {err}")
            expect(WEIGHTS in out + err or etag in out + err, f"the damaged file is not named: {out}{err}")
            status, out, err = here.run("cache", "verify", "--repair", "--yes")
            expect(status == 0, f"the repair ended with {status}: {err}")
            here.finish(SMALL)

    for number in range(50 if row.full else 2):
        row.attempt(f"flip {number}", once, number)


def cuts(row):
    def run(hub):
        source = random_source()
        for number in range(200 if row.full else 4):
            cut = source.choice([0, 1, SIZE // 2, SIZE - 1, source.randrange(SIZE)])
            row.attempt(f"cut after {cut}", recovers, hub, {"host": "cdn", "cut": cut, "times": 1 + number % 2}, sends=SIZE * 3)
        for number in range(20 if row.full else 2):
            extra = source.randrange(1, 5000)
            row.attempt(f"{extra} bytes more are promised, once", recovers, hub, {"host": "cdn", "length": extra})
            row.attempt(f"{extra} bytes fewer are promised, once", recovers, hub, {"host": "cdn", "length": -extra})
            row.attempt(f"{extra} bytes more come, {'in chunks' if number % 2 else 'until the end'}", tiny_download, None, {"file": over_long(extra, number % 2)})
        if row.full:
            row.attempt("always cut at once", refused, hub, [{"host": "cdn", "cut": 0, "times": 0}])
            row.attempt("always a wrong length", refused, hub, [{"host": "cdn", "length": 7, "times": 0}])

    with_hub(run)


HEAD = f"HTTP/1.1 200 OK\r\nX-Repo-Commit: {COMMIT}\r\n".encode()
FILES = {"README.md": b"# Tiny\n", "tiny.gguf": bytes(range(256)) * 2048}


def over_long(extra, chunked):
    """The first answer has more bytes than the file."""
    answers = []

    def twist(handler, path):
        if not path.endswith(".gguf") or handler.command == "HEAD" or answers:
            return False
        answers.append(path)
        content = FILES["tiny.gguf"] + bytes(extra)
        if chunked:
            handler.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(content), content))
        else:
            handler.raw(HEAD + b"Connection: close\r\n\r\n" + content, close=True)
        return True

    return twist


def no_length(row):
    """Chunked, until the end of the connection, and compressed although nobody asked."""
    content = FILES["tiny.gguf"]

    def chunked(handler, path):
        if not path.endswith(".gguf") or handler.command == "HEAD" or "Range" in handler.headers:
            return False
        parts = b"".join(b"%x\r\n%s\r\n" % (len(content[at:at + 50000]), content[at:at + 50000]) for at in range(0, len(content), 50000))
        handler.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + parts + b"0\r\n\r\n")
        return True

    def until_end(handler, path):
        if not path.endswith(".gguf") or handler.command == "HEAD" or "Range" in handler.headers:
            return False
        handler.raw(HEAD + b"Connection: close\r\n\r\n" + content, close=True)
        return True

    def zipped(handler, path):
        if not path.endswith(".gguf"):
            return False
        handler.body(gzip.compress(content), Content_Encoding="gzip")
        return True

    for name, twist, works in (("chunked", chunked, True), ("until the end", until_end, True), ("compressed unasked", zipped, None)):
        row.attempt(name, tiny_download, works, {"file": twist})


def tiny_download(works, twists, files=None, says=()):
    """WORKS: True, False, or None where either will do as long as nothing is wrong."""
    hub = TinyHub(dict(files or FILES), **twists)
    try:
        with place(hub) as here:
            status, _out, err = here.run("download", hub.repo)
            here.check()
            expect(status in ((0,) if works else (1,) if works is False else (0, 1)), f"status {status}: {err.strip()[-300:]}")
            expect(not says or any(word in err for word in says), f"none of {says} in: {err}")
            snapshot = here.repo(hub.repo) / "snapshots" / hub.commit
            for path, content in hub.files.items():
                file = snapshot / path
                if status == 0:
                    expect(file.read_bytes() == content, f"{path} is not what it should be")
                else:
                    expect(not file.exists() or file.read_bytes() == content, f"{path} has wrong content")
    finally:
        hub.close()


def portal(row):
    def run(hub):
        hub.spoil()
        commit = hub.ask("GET", f"/api/models/{SMALL}")["sha"]
        for name, path, repo in (("the repo's record", "/api/models/acme/small", SMALL), ("the list of files", "*/tree/*", f"{SMALL}@{commit}"),
                                 ("a small file", "*/resolve/*", SMALL), ("a large file", "/xet-bridge*", SMALL)):
            row.attempt(name, portal_once, hub, path, repo)
        row.attempt("an https Hub whose place the portal takes", portal_by_tls, hub)

    with_hub(run)


def portal_by_tls(hub):
    server = TlsServer(*certificate("portal", "login.portal.example"))
    try:
        with place(hub) as here:
            begin = time.monotonic()
            sentence = here.fails(SMALL, HF_ENDPOINT=server.url)
            took = time.monotonic() - begin
            expect("certificate" in sentence, f"“{sentence}” does not tell of the certificate")
            expect(took <= 2, f"it took {took:.1f} s to say so, 2 are allowed")
            here.check()
            expect(not here.whole(SMALL), "something was cached")
    finally:
        server.close()


def portal_once(hub, path, repo):
    with place(hub) as here:
        hub.spoil({"path": path, "body": "html", "times": 0})
        begin = time.monotonic()
        sentence = here.fails(repo)
        took = time.monotonic() - begin
        expect("login" in sentence or "sign-in" in sentence, f"“{sentence}” does not tell of a login page")
        expect(took <= 2, f"it took {took:.1f} s to say so, 2 are allowed")
        here.check()


def expired(row):
    def run(hub):
        for number in range(1, 4):
            row.attempt(f"expired after {number} pieces", recovers, hub, *[{"host": "cdn", "cut": 400000}] * number, {"host": "cdn", "expired": True}, sends=sum(size for _etag, size in hub.tree(SMALL).values()) + 4096)

    with_hub(run)
    # Links are good for one second here, and the file takes three.
    with_hub(lambda hub: row.attempt("short-lived links", recovers, hub, {"host": "cdn", "rate": 700000, "cut": 900000, "times": 0}), "--link-lifetime", "1")
    if row.full:
        # And for two seconds of sixty; several connections come at this rate each.
        size = 32 * MIB
        begin = time.monotonic()
        with_hub(lambda hub: row.attempt("links of two seconds for a minute", recovers, hub, {"host": "cdn", "rate": size // 240, "cut": size // 60, "times": 0},
                                         sends=size + 3 * MIB, timeout=180), "--link-lifetime", "2", small=size)
        row.note(f"links of two seconds, for {time.monotonic() - begin:.0f} s")


def huge(row):
    """What is over 50 GB, or larger than the disk, is said before anything is fetched."""
    size = 1 << 50

    def tree(handler, _path):
        handler.reply([{"type": "file", "path": "huge.gguf", "size": size, "oid": "b" * 40, "lfs": {"oid": "c" * 64, "size": size, "pointerSize": 130}}])

    def once():
        hub = TinyHub({}, tree=tree)
        try:
            with place(hub) as here:
                begin = time.monotonic()
                here.fails(hub.repo, "needed")
                expect(time.monotonic() - begin < 5, "it took more than five seconds")
                expect(not any("/resolve/" in head for head in hub.heads), "the file was asked for")
                here.check()
        finally:
            hub.close()

    row.attempt("a file of 2^50 bytes", once)


def moved_branch(row):
    """main gets another commit while the files of the one before come."""
    new = "d" * 40

    def once():
        def twist(handler, path):
            hub = handler.server.hub
            hub.commit = new
            if f"/resolve/{'a' * 40}/" in path:
                return False
            handler.body(b"of another commit")
            return True

        hub = TinyHub({**FILES, **{f"part-{n}.txt": b"%d" % n for n in range(12)}}, file=twist)
        try:
            with place(hub) as here:
                here.download(hub.repo)
                here.check()
                expect([path.name for path in (here.repo(hub.repo) / "snapshots").iterdir()] == ["a" * 40], "files of more than one commit")
                expect((here.repo(hub.repo) / "refs/main").read_text() == "a" * 40, "the ref is that of another commit")
        finally:
            hub.close()

    row.attempt("the head moves after the list", once)


CASES = [
    {"name": "A3", "title": "flipped bits", "target": "100 of 100 found", "run": flips},
    {"name": "A4", "title": "bit rot in the cache", "target": "50 of 50 found", "run": rot},
    {"name": "A5", "title": "cut, short and over-long bodies", "target": "0 short finals", "run": cuts},
    {"name": "A6", "title": "no length, compressed", "target": "the right file", "run": no_length},
    {"name": "A8", "title": "a login page instead of an answer", "target": "said in 2 s, nothing cached", "run": portal},
    {"name": "A9", "title": "signed links that expire", "target": "0 errors, 0 bytes twice", "run": expired},
    {"name": "A10", "title": "larger than the disk", "target": "said before starting", "run": huge},
    {"name": "A11", "title": "the branch moves meanwhile", "target": "one commit", "run": moved_branch},
]
