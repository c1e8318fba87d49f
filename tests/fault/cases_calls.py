# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Every call of a download on the cache and the state folder fails, or is the last one before SIGKILL; and SIGKILL at any time."""

import signal
import time

from harness import MIB, Broken, Hub, check_sentence, expect, kill, made_up_hub, place, random_source, wait_for

FAILURES = ("ENOSPC", "EIO", "EDQUOT", "EROFS", "EINTR", "short", "ENOSPC+")
KILLS = ("kill-before", "kill-after", "tear")
SMALL = "acme/small"
BIG = "acme/big"
# What may be told of a failed call, by what failed.
WORDS = {
    "ENOSPC": ("No space left", "full", "space"),
    "EDQUOT": ("quota", "space", "full"),
    "EIO": ("Input/output error",),
    "EROFS": ("Read-only",),
}


def half_done(here):
    """A download that was killed in the middle of its large file: the rest is to be fetched by another run."""
    here.hub.spoil({"host": "cdn", "stall": MIB * 3 // 2, "times": 0})
    here.hub.forget()
    process = here.start("download", SMALL)
    expect(wait_for(lambda: here.hub.sent() >= MIB * 3 // 2, 20, process), "the download did not get going")
    time.sleep(0.05)
    kill(process)
    here.hub.spoil()


def spoil_call(hub, prepare, number, what):
    """One download whose call NUMBER goes wrong, what must hold then, and a clean run."""
    with place(hub) as here:
        if prepare is not None:
            prepare(here)
        status, _out, err = here.run("download", SMALL, **here.shim(MAQ_FAULT_AT=number, MAQ_FAULT_DO=what))
        _count, name = here.counted()
        if name == "-":
            # The call cannot fail so, or the threads took another course and there is no such call.
            expect(status == 0, f"untouched, and yet status {status}: {err}")
        try:
            here.check()
            check_end(here, status, err, what)
            here.finish(SMALL)
            expect(not here.remembered(), f"the state folder still remembers {[path.name for path in here.remembered()]}")
        except Broken as broken:
            raise Broken(f"{name}: {broken}") from None


def count_calls(hub, prepare):
    with place(hub) as here:
        if prepare is not None:
            prepare(here)
        here.run("download", SMALL, **here.shim())
        return here.counted()[0]


def check_end(here, status, err, what):
    if what in KILLS and status != 0:
        expect(status == -signal.SIGKILL, f"status {status} instead of a kill: {err}")
    elif status == 0:
        here.check_complete(SMALL)
    else:
        expect(status == 1, f"status {status}: {err}")
        sentence = check_sentence(err)
        words = WORDS.get(what.rstrip("+"))
        expect(words is None or any(word in sentence for word in words), f"“{sentence}” does not tell of {what}")


def sweep(row, kinds, step):
    """All calls, or every STEPth with another kind each time, of a fresh download and of one that goes on."""
    source = random_source()
    hub = Hub(made_up_hub(small=2 * MIB + 12345))
    try:
        for title, prepare in (("fresh", None), ("going on", half_done)):
            count = count_calls(hub, prepare)
            for number in range(1 + source.randrange(step), count + 1, step):
                for what in kinds if step == 1 else [source.choice(kinds)]:
                    row.attempt(f"{title}, call {number}, {what}", spoil_call, hub, prepare, number, what)
            row.note(f"{title}: {count} calls")
    finally:
        hub.close()


def fail_calls(row):
    sweep(row, FAILURES, 1 if row.full else 9)


def kill_calls(row):
    sweep(row, KILLS, 1 if row.full else 9)


def kill_once(here, source):
    """Starts a download and kills it after some time; the bytes sent to it, and over how many connections at the end."""
    here.hub.forget()
    process = here.start("download", BIG)
    time.sleep(source.uniform(0.02, 0.7))
    kill(process)
    here.check()
    return here.hub.sent(), len([body for body in here.hub.bodies() if body["sent"] < asked_for(body, here.hub.tree(BIG))])


def asked_for(body, tree):
    """How many bytes the answer to this request has."""
    size = next((size for etag, size in tree.values() if etag in body["path"]), 0)
    first, _dash, last = (body["range"] or "bytes=0-").removeprefix("bytes=").partition("-")
    return (int(last) + 1 if last else size) - int(first)


def kill_anywhen(row):
    """The server counts what it sent: what goes beyond the size of the files was fetched twice. What a connection had under way when
    the kill came may be, for each connection that was open."""
    source = random_source()
    hub = Hub(made_up_hub(big=24 * MIB))
    excess, share = [], []
    try:
        for _round in range(60 if row.full else 2):
            with place(hub) as here:
                hub.spoil({"host": "cdn", "rate": 16 * MIB, "times": 0})
                kills = [row.attempt(f"kill {number + 1}", kill_once, here, source) or (0, 0) for number in range(5)]
                begin = time.monotonic()
                sent = sum(sent for sent, _open in kills) + (row.attempt("the run after it", here.finish, BIG) or 0)
                size = sum(size for _etag, size in hub.tree(BIG).values())
                excess.append((sent - size) / MIB)
                share.append(excess[-1] / max(1, sum(connections for _sent, connections in kills)))
                if time.monotonic() - begin > 60:
                    row.broken.append("the last run took more than a minute")
    finally:
        hub.close()
    row.note(f"fetched again after five kills: {sum(excess) / len(excess):.2f} MiB on average; {max(share):.2f} MiB a connection at worst (hf: all of it)")
    if max(share) > 8:
        row.broken.append(f"{max(share):.1f} MiB a connection were fetched again after a kill")


def interrupt(row):
    """Ctrl+C, or the end of the session, in the middle: at once, status 130, and going on later costs nothing."""
    hub = Hub(made_up_hub(big=24 * MIB))

    def once(how):
        with place(hub) as here:
            hub.spoil({"host": "cdn", "rate": 16 * MIB, "times": 0})
            hub.forget()
            process = here.start("download", BIG)
            expect(wait_for(lambda: hub.sent() > MIB, 20, process), "it did not get going")
            begin = time.monotonic()
            process.send_signal(how)
            _out, err = process.communicate(timeout=20)
            expect(process.returncode == 130, f"status {process.returncode}: {err}")
            expect(time.monotonic() - begin < 2, "it took more than two seconds to end")
            here.check()
            # What lies in the buffers of each connection is lost, too.
            connections = len(hub.bodies())
            sent = hub.sent() + here.finish(BIG)
            size = sum(size for _etag, size in hub.tree(BIG).values())
            expect(sent - size <= 8 * MIB * connections, f"{(sent - size) / MIB:.1f} MiB were fetched again, by {connections} connections")

    try:
        for how in (signal.SIGINT, signal.SIGTERM) * (10 if row.full else 1):
            row.attempt(how.name, once, how)
    finally:
        hub.close()


CASES = [
    {"name": "A1", "title": "SIGKILL before, in and after every call", "target": "0 broken of 1,000 with A1b", "run": kill_calls},
    {"name": "A1b", "title": "SIGKILL at random times of a large file", "target": "0 broken; ≤ 8 MiB fetched again a connection", "run": kill_anywhen},
    {"name": "A1c", "title": "SIGINT and SIGTERM in the middle", "target": "0 broken; status 130", "run": interrupt},
    {"name": "C5", "title": "every call fails: full, quota, I/O, read-only", "target": "0 corrupt; a sentence; goes on afterwards", "run": fail_calls},
]
