# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Files over four and over fifty gigabytes, of which the server makes up the bytes as they are asked for: row A10."""

import contextlib
import hashlib
import os
import signal
import threading
import time

from harness import MIB, Skip, expect, place, wait_for
from tiny_hub import TinyHub

HUGE = 60 * 10**9
PATH = "huge.gguf"
LIMIT = 50 * 10**9  # beyond it the Hub promises nothing to who speaks HTTP alone
ROOM = 1 << 50
PIECE = 4 * MIB  # as much each connection brings before it stands still


def block(number):
    """Mebibyte NUMBER of every file here: eight bytes that say where they belong, over and over."""
    return (number + 1).to_bytes(8, "big") * (MIB // 8)


def pattern(start, end):
    first = start // MIB
    text = b"".join(block(number) for number in range(first, (end - 1) // MIB + 1))
    return text[start - first * MIB:end - first * MIB]


class LargeHub(TinyHub):
    """One file of SIZE made-up bytes, for which ANSWER (handler, start, end) speaks."""

    def __init__(self, size, sha256, answer):
        super().__init__({}, tree=self.list, file=self.serve)
        self.size, self.sha256, self.answer = size, sha256, answer
        self.starts = []
        self.written = 0
        self.over = threading.Event()

    def list(self, handler, _path):
        handler.reply([{"type": "file", "path": PATH, "size": self.size, "oid": "b" * 40, "lfs": {"oid": self.sha256, "size": self.size, "pointerSize": 130}}])

    def serve(self, handler, _path):
        start, end = handler.offset()
        self.starts.append(start)
        self.answer(handler, start, self.size if end is None else end + 1)

    def send(self, handler, start, end, most):
        """The header of all that was asked for, and the first MOST bytes of it."""
        handler.raw(f"HTTP/1.1 206 Partial Content\r\nContent-Length: {end - start}\r\nContent-Range: bytes {start}-{end - 1}/{self.size}\r\n"
                    f"X-Repo-Commit: {self.commit}\r\n\r\n".encode())
        end = min(end, start + most)
        while start < end and not handler.close_connection:
            piece_end = min(end, (start // MIB + 1) * MIB)
            handler.raw(pattern(start, piece_end))
            self.written += piece_end - start
            start = piece_end

    def close(self):
        self.over.set()
        super().close()


@contextlib.contextmanager
def large(size, answer, sha256="c" * 64):
    hub = LargeHub(size, sha256, answer)
    try:
        with place(hub) as here:
            yield hub, here
    finally:
        hub.close()


def roomy(here):
    """Room is believed to be there, and none is set aside."""
    return here.shim(MAQ_FAULT_AT=1, MAQ_FAULT_DO="EOPNOTSUPP+", MAQ_FAULT_ONLY="fallocate", MAQ_FAULT_ROOM=ROOM)


def check_places(path, size):
    """What of the SIZE bytes is in the file at PATH is where it belongs; how many there are, and how many of them beyond 2^32."""
    there = beyond = at = 0
    with open(path, "rb") as file:
        while True:
            try:
                at = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:
                return there, beyond
            if at >= size:  # the notes
                return there, beyond
            end = min(os.lseek(file.fileno(), at, os.SEEK_HOLE), size)
            while at < end:
                length = min(end, (at // MIB + 1) * MIB) - at
                found, right = os.pread(file.fileno(), length, at), pattern(at, at + length)
                # Pages are zero before the first byte that came and after the last.
                expect(found == right or all(a in (0, b) for a, b in zip(found, right)), f"wrong bytes after {at} of {path.name}")
                count = length - found.count(0) + right.count(0) if found == right else length - found.count(0)
                there += count
                beyond += count if at >= 1 << 32 else 0
                at += length


def stop_midway(row):
    """Sixteen connections write all over a file of 60 GB, and go on from where they were."""

    def once():
        def answer(handler, start, end):
            hub.send(handler, start, end, PIECE)
            hub.over.wait(60)
            handler.close_connection = True

        with large(HUGE, answer) as (hub, here):
            for run in range(2):
                before, hub.starts = hub.starts, []
                hub.written = 0
                process = here.start("download", hub.repo, **roomy(here))
                wait_for(lambda: len(hub.starts) >= 8 and hub.written >= 8 * PIECE, 30, process)
                time.sleep(0.5)
                process.send_signal(signal.SIGINT)
                _out, err = process.communicate(timeout=30)
                expect(process.returncode == 130, f"status {process.returncode}: {err.strip()[-300:]}")
                expect("50 GB" in err, f"nothing is said of its size before: {err.strip()[-300:]}")
                expect(sum(start > 1 << 32 for start in hub.starts) >= 5, f"the ranges begin at {sorted(hub.starts)}")
                expect(not set(before) & set(hub.starts), f"what was there is asked for again: {sorted(set(before) & set(hub.starts))}")
                partials = here.partials()
                expect(len(partials) == 1, f"partial files: {partials}")
                there, beyond = check_places(partials[0], HUGE)
                expect(beyond >= (run + 1) * 6 * PIECE // 2, f"{there} bytes are there, {beyond} of them beyond 2^32")

    row.attempt("a file of 60 GB, stopped and taken up", once)


def refused(row):
    """The host that stores such a file may not send it at all: that ends with a sentence."""

    def once(status):
        def refuse(handler, _path):
            handler.raw(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

        def answer(handler, _start, _end):
            handler.raw(f"HTTP/1.1 302 Found\r\nX-Repo-Commit: {hub.commit}\r\nLocation: {store.url}/store\r\nContent-Length: 0\r\n\r\n".encode())

        store = TinyHub({}, other=refuse)
        try:
            with large(HUGE, answer) as (hub, here):
                begin = time.monotonic()
                sentence = here.fails(hub.repo, timeout=90, **roomy(here))
                took = time.monotonic() - begin
                n_asked = len(hub.starts) + len(store.heads)
                expect(n_asked <= 200, f"{n_asked} requests")
                expect(took <= 60, f"it took {took:.0f} s")
                here.check()
                row.note(f"{status}: “{sentence}”, {n_asked} requests, {took:.0f} s")
        finally:
            store.close()

    for status in ("403 Forbidden", "400 Bad Request", "404 Not Found", "501 Not Implemented")[:None if row.full else 1]:
        row.attempt(f"over 50 GB, and always {status}", once, status)


def complete(row):
    """4 GiB and a little, from the first byte to the hash."""
    size = (4 << 30) + 12 * MIB + 345

    def once():
        digest = hashlib.sha256()
        for at in range(0, size, MIB):
            digest.update(pattern(at, min(at + MIB, size)))

        def answer(handler, start, end):
            hub.send(handler, start, end, end - start)

        with large(size, answer, digest.hexdigest()) as (hub, here):
            said = here.download(hub.repo, timeout=300)
            expect(said["fetched"] == size, f"{said['fetched']} bytes were fetched for {size}")
            here.check()
            blob = here.repo(hub.repo) / "blobs" / digest.hexdigest()
            expect(blob.stat().st_size == size, f"{blob.stat().st_size} bytes are there")

    if not row.full:
        return
    room = os.statvfs("/dev/shm")
    if room.f_bavail * room.f_frsize < 3 * size:
        raise Skip("there is no room for a file of 4 GiB")
    row.attempt("a file of 4 GiB and a little", once)


def over_limits(row):
    stop_midway(row)
    refused(row)
    complete(row)


CASES = [
    {"name": "A10b", "title": "over 4 and over 50 GB", "target": "the right places, no endless retry", "run": over_limits},
]
