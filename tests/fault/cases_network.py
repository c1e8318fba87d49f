# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""A network that fails: rows B1 to B3."""

import array
import fcntl
import json
import pathlib
import re
import signal
import socket
import struct
import threading
import time

from cases_content import SMALL, recovers, with_hub
from harness import MIB, NEW_MOUNTS, NEW_NETWORK, TOP, MS_BIND, Hub, apart, check_sentence, expect, made_up_hub, mount, place, wait_for, write_file
from tiny_hub import TinyHub


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

    if row.full:
        row.attempt("two files each half minute, for ten minutes", quota, row, 40, 2, 30)
    else:
        row.attempt("four files a second", quota, row, 16, 4, 1)
    folder = made_up_hub(many=1000)
    for number in range(40):
        write_file(folder / f"models/acme/many/part-{number}.txt", f"{number}")
    hub = Hub(folder)
    try:
        for refused in (1, 4, 12) if row.full else (4,):
            row.attempt(f"{refused} refusals", once, hub, refused)
    finally:
        hub.close()


class Window:
    """So many requests for files pass in each window of some seconds; the rest is told when the next one begins."""

    def __init__(self, size, seconds):
        self.size, self.seconds = size, seconds
        self.lock = threading.Lock()
        self.ends, self.left, self.told_at = 0.0, 0, None
        self.passed, self.refused, self.early = 0, 0, 0

    def answer(self, handler, path):
        now = time.monotonic()
        with self.lock:
            if now >= self.ends:
                self.ends, self.left, self.told_at = now + self.seconds, self.size, None
            if self.left > 0:
                self.left -= 1
                self.passed += 1
                self.send(handler, path.rsplit("/", 1)[1])
                return True
            # What was under way when the first was told is nobody's fault; on a busy machine that is longer.
            self.told_at = self.told_at or now
            self.refused += 1
            self.early += now > self.told_at + 0.3 + self.seconds / 20
            wait = self.ends - now
        handler.raw(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: %d\r\n\r\n" % (wait + 1))
        return True


    def send(self, handler, path):
        """As the Hub does it says how many more it takes."""
        hub = handler.server.hub
        handler.body(hub.files[path], ETag=f'"{hub.etag(path)}"', RateLimit=f'"resolvers";r={self.left};t={self.ends - time.monotonic() + 1:.0f}')


def quota(row, files, size, seconds):
    window = Window(size, seconds)
    hub = TinyHub({f"part-{number}.txt": b"%d" % number for number in range(files)}, file=window.answer)
    try:
        with place(hub) as here:
            status, _out, err = here.run("download", hub.repo, timeout=files / size * seconds * 2 + 60)
            expect(status == 0, f"status {status}: {err}")
            here.check()
            windows = files // size
            row.note(f"{files} files, {size} in each window of {seconds} s: {window.passed} requests passed, {window.refused} were refused, {window.early} of them late")
            expect(window.early == 0, f"{window.early} requests were made in a closed window")
            expect(window.passed == files, f"{window.passed} requests for {files} files")
            # One may learn of the end of each window from its refusal; in few windows the two that run beside it weigh more.
            limit = 1.1 * (files + windows) if windows > 10 else files + 3 * windows
            expect(window.passed + window.refused <= limit, f"{window.refused} refusals in {windows} windows")
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
                if "body" in rule and name in ("record", "list", "link"):
                    continue  # a wrong answer is no outage: it is told, and not tried again
                row.attempt(f"{rule} for the {name}, twice", recovers, hub, {"path": path, "times": 2, **rule}, revision=at_commit if name == "list" else "")
            # Nothing more comes, and the connection stays.
            if row.full or name == "large file":
                row.attempt(f"the {name} stops", recovers if name.endswith("file") else told_and_then_right, hub, {"path": path, "stall": 20}, revision=at_commit if name == "list" else "")
        for rule in faults[:5] + [{"stall": 20}] if row.full else faults[1:2]:
            row.attempt(f"{rule} for a search, twice", search, hub, {"path": "/api/models*", "times": 1 if "stall" in rule else 2, **rule})
        row.attempt("nobody listens", unreachable, "http://127.0.0.1:1")
        row.attempt("no such name", unreachable, "http://no-such-host.invalid")
        for words in (("search", "small"), ("download", SMALL)):
            row.attempt(f"nobody listens at first: maq {words[0]}", late_hub, words)
            row.attempt_if_possible(f"no such name at first: maq {words[0]}", apart, NEW_MOUNTS, late_name, hub, words)

    with_hub(run)


def told_and_then_right(hub, rule, revision=""):
    """What stands still is told after its time, and the next try is right."""
    with place(hub) as here:
        hub.spoil(rule)
        status, _out, err = here.run("download", SMALL + revision)
        if status != 0:
            check_sentence(err)
            here.download(SMALL + revision)
        here.check_complete(SMALL)


def search(hub, rule):
    with place(hub) as here:
        hub.spoil(rule)
        status, out, err = here.run("search", "small", "--json")
        if status != 0 and "stall" in rule:
            check_sentence(err)
            status, out, err = here.run("search", "small", "--json")
        expect(status == 0, f"status {status}: {err}")
        expect(SMALL in out, f"not found: {out[:200]}")


def late_hub(words):
    """The command begins before the Hub does, and either waits for it or says so in time."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    hub = Hub(made_up_hub(small=MIB), "--port", port)
    hub.close()
    with place(hub) as here:
        process = here.start(*words)
        time.sleep(0.15)
        again = Hub(made_up_hub(small=MIB), "--port", port)
        try:
            finish_late(here, process, words)
        finally:
            again.close()


def finish_late(here, process, words):
    _out, err = process.communicate(timeout=40)
    if process.returncode != 0:
        check_sentence(err)
        status, _out, err = here.run(*words)
        expect(status == 0, f"still status {status}: {err}")
    here.check()


def late_name(hub, words):
    """The name of the Hub's host becomes known while the command asks for it."""
    hosts = TOP / f"hosts-{words[0]}"
    hosts.write_text("127.0.0.1 localhost\n")
    mount(str(hosts), "/etc/hosts", flags=MS_BIND)
    hub.spoil()
    with place(hub) as here:
        process = here.start(*words, HF_ENDPOINT=hub.url.replace("127.0.0.1", "late.invalid"))
        time.sleep(0.15)
        hosts.write_text("127.0.0.1 localhost late.invalid\n")
        _out, err = process.communicate(timeout=40)
        if process.returncode != 0:
            check_sentence(err)
            status, _out, err = here.run(*words, HF_ENDPOINT=hub.url.replace("127.0.0.1", "late.invalid"))
            expect(status == 0, f"still status {status}: {err}")
        here.check()


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
    for seconds in (1, 3, 20) if row.full else (1,):
        row.attempt_if_possible(f"the interface is down for {seconds} s", apart, NEW_NETWORK, interface_down, row, seconds)


SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def set_interface(up):
    """Of the network of this thread."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = array.array("B", struct.pack("16sh14x", b"lo", 0))
        fcntl.ioctl(control, SIOCGIFFLAGS, request)
        flags = struct.unpack("16sh14x", request)[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, array.array("B", struct.pack("16sh14x", b"lo", flags | IFF_UP if up else flags & ~IFF_UP)))


def count_written(pid):
    """How many bytes the process PID has handed to write() by now."""
    try:
        text = pathlib.Path(f"/proc/{pid}/io").read_text()
    except OSError:
        return 0
    return int(re.search(r"^wchar: (\d+)", text, re.M)[1])


def interface_down(row, seconds):
    """As when a cable is pulled: everything stands still; afterwards it goes on without a word."""
    set_interface(True)
    hub = Hub(made_up_hub(big=8 * MIB))
    try:
        with place(hub) as here:
            hub.spoil({"host": "cdn", "rate": 2 * MIB, "times": 0})
            hub.forget()
            process = here.start("download", "acme/big")
            expect(wait_for(lambda: hub.sent() > MIB, 20, process), "it did not get going")
            set_interface(False)
            time.sleep(seconds)
            set_interface(True)
            back = time.monotonic()
            # What lies in the buffers of the connection is handed over while nothing goes through; blocks are set aside before.
            written = lambda: count_written(process.pid)
            before = written()
            expect(wait_for(lambda: written() > before, 30, process), "it did not go on")
            waited = time.monotonic() - back
            _out, err = process.communicate(timeout=90)
            expect(process.returncode == 0, f"status {process.returncode}: {err.strip()[-300:]}")
            here.check_complete("acme/big")
            row.note(f"down for {seconds} s: went on {waited:.1f} s after it was up")
            expect(seconds > 3 or waited <= 3, f"it took {waited:.1f} s to go on")
    finally:
        set_interface(True)
        hub.close()


CASES = [
    {"name": "B1", "title": "429 storms", "target": "≤ 1.1 × the ideal number of requests", "run": storm},
    {"name": "B2", "title": "5xx, cuts, refused, no name", "target": "all recover or are told", "run": outages},
    {"name": "B3", "title": "the network stands still, goes and returns", "target": "goes on within 3 s", "run": pause},
]
