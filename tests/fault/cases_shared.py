# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""A cache in which repos share their weights, as huggingface_hub has them since 1.32: every call of what Maquette does there goes wrong."""

import os
import signal

from harness import Broken, Hub, MIB, check_sentence, expect, made_up_hub, place, random_source

FAULTS = ("ENOSPC", "EIO", "EROFS", "ENOSPC+", "kill-before", "kill-after")
# Names of the same length have the same weights on a Hub that is made up.
ONE, TWO = "acme/small", "acme/other"
XET = "cf" + "ab" * 31
SHARING = {"HF_HUB_DISABLE_XET": "0"}  # which the harness turns off


def share(here, repo):
    """Moves the weights of REPO into the store, as Python does with what came by Xet."""
    blobs = here.repo(repo) / "blobs"
    weights = max(blobs.iterdir(), key=lambda path: path.stat().st_size)
    payload = here.cache / "blobs" / XET[:2] / XET
    payload.parent.mkdir(parents=True)
    (here.cache / "blobs/.huggingface-shared-blobs").write_text("1\n")
    payload.with_name(XET + ".refs").write_text(f"{weights.relative_to(here.cache)}\n")
    weights.rename(payload)
    os.chmod(payload, 0o444)
    weights.symlink_to(f"../../blobs/{XET[:2]}/{XET}")
    return payload


def mark(payload):
    info = payload.lstat()
    return info.st_ino, info.st_size, info.st_mtime_ns, info.st_mode


def fault(here, number, what):
    shim = here.shim(MAQ_FAULT_AT=number, MAQ_FAULT_DO=what) if what != "none" else here.shim()
    return {**shim, **SHARING}


def check_end(here, status, err, what):
    if what.startswith("kill") and status != 0:
        expect(status == -signal.SIGKILL, f"status {status} instead of a kill: {err}")
    elif status != 0:
        expect(status == 1, f"status {status}: {err}")
        check_sentence(err)


def take(hub, number, what):
    """Another repo with the same weights comes."""
    with place(hub) as here:
        hub.spoil()
        here.download(ONE)
        payload = share(here, ONE)
        before = mark(payload)
        hub.forget()
        status, _out, err = here.run("download", TWO, **fault(here, number, what))
        count = here.counted()[0]
        here.check()
        check_end(here, status, err, what)
        if status == 0 and what == "none":
            expect(hub.sent() < MIB, "the weights were fetched again")
            expect((here.repo(TWO) / "blobs" / weights_of(hub, TWO)).is_symlink(), "they do not share their weights")
        here.finish(TWO)
        here.check_complete(ONE)
        expect(mark(payload) == before, "what repos share was changed")
        return count


def weights_of(hub, repo):
    return max(hub.tree(repo).values(), key=lambda entry: entry[1])[0]


def remove(hub, number, what):
    """One of two goes, then the other: the weights go with the last, and never before."""
    with place(hub) as here:
        hub.spoil()
        here.download(ONE)
        payload = share(here, ONE)
        here.download(TWO, **SHARING)
        before = mark(payload)
        status, _out, err = here.run("cache", "rm", ONE, "--yes", **fault(here, number, what))
        count = here.counted()[0]
        here.check()
        check_end(here, status, err, what)
        expect(mark(payload) == before, "what the other repo uses was changed")
        here.check_complete(TWO)
        status, _out, err = here.run("cache", "rm", TWO, "--yes", **fault(here, number, what))
        here.counted()
        here.check()
        check_end(here, status, err, what)
        for repo in (ONE, TWO):
            if here.repo(repo).exists():
                expect(here.run("cache", "rm", repo, "--yes")[0] == 0, f"{repo} cannot be removed afterwards")
        expect(here.run("cache", "prune", "--orphans", "--older-than", "0", "--yes")[0] == 0, "the cache cannot be pruned afterwards")
        expect(not payload.exists(), "the weights are still there")
        here.check()
        return count


def spoil(row):
    source = random_source()
    hub = Hub(made_up_hub(small=2 * MIB + 12345, other=2 * MIB + 12345))
    try:
        for title, function in (("taking", take), ("removing", remove)):
            count = row.attempt(f"{title}, nothing goes wrong", function, hub, 0, "none") or 0
            step = 1 if row.full else max(1, count // 6)
            for number in range(1 + source.randrange(step), count + 1, step):
                for what in FAULTS if row.full else [source.choice(FAULTS)]:
                    row.attempt(f"{title}, call {number}, {what}", function, hub, number, what)
            row.note(f"{title}: {count} calls")
    finally:
        hub.close()


CASES = [
    {"name": "C10", "title": "weights that repos share: every call fails", "target": "0 changed, 0 lost, 0 left", "run": spoil},
]
