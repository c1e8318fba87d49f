# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Hostile names, planted links, several programs at once, deletions, full and read-only disks, damaged caches: rows C1 to C9."""

import ctypes
import json
import os
import shutil
import subprocess
import sys
import time

from cases_content import FILES, SMALL, with_hub
from harness import MIB, Hub, Skip, check_sentence, expect, made_up_hub, place, random_source, wait_for, write_file
from tiny_hub import TinyHub

NAMES = [
    "../../../etc/passwd", "folder/../../../etc/passwd", "..\\..\\Windows\\evil", "folder\\..\\..\\evil", "/etc/passwd", "C:\\Windows\\System32\\evil",
    "C:/Windows/System32/evil", "D:relative\\evil", "\\\\attacker\\share\\evil", "\\evil", "folder/C:\\Windows\\evil", "folder/\\\\attacker\\share\\evil",
    "folder/\\evil", "folder/..\\..\\..\\file", "..", ".", "", "a//b", "a/./b", "a/", "nul\0inside", "x" * 256, "/".join("d" * 200), "\ud800",
    "../../blobs/evil", "../refs/main", "a\nb", "\u202egnp.exe", ".git/config", "CON", "name.", "caf\u00e9", "cafe\u0301", "A.TXT", "a.txt",
]
ETAGS = ["../../../../../evil", "../evil", "/tmp/evil", "a" * 129, "", ".", "..", "x/y", "a\0b", "W/", "%2e%2e", "a" * 64 + "/../../evil"]
COMMITS = ["../../../evil", "main", "", "A" * 40, "a" * 39, "a" * 41, "/" * 40, "." * 40, "a" * 38 + "\0b", 7, None]
IDS = ["../../evil", "a/../../b", "/etc", "a--b/c", "", ".", "a/b/c", "a" * 97, "x\0y"]


def hostile(row):
    def once(twists, files=None):
        hub = TinyHub(dict(files or FILES), **twists)
        try:
            with place(hub) as here:
                status, _out, err = here.run("download", hub.repo)
                expect(status in (0, 1), f"status {status}: {err}")
                if status == 1:
                    check_sentence(err)
                here.check()
        finally:
            hub.close()

    def listed(**change):
        def tree(handler, _path):
            entries = handler.server.hub.tree()
            entries.append({**entries[-1], **change})
            handler.reply(entries)
        return {"tree": tree}

    def told(**change):
        return {"info": lambda handler, _path: handler.reply({**handler.server.hub.info(), **change})}

    step = 1 if row.full else 6
    for name in NAMES[::step]:
        row.attempt(f"file {name[:60]!r}", once, listed(path=name))
    for etag in ETAGS[::step]:
        row.attempt(f"etag {etag[:60]!r}", once, listed(path="other.gguf", oid=etag, lfs={"oid": etag, "size": 524288, "pointerSize": 130}))
    for commit in COMMITS[::step]:
        row.attempt(f"commit {str(commit)[:60]!r}", once, told(sha=commit))
    for name in IDS[::step]:
        row.attempt(f"repo {name[:60]!r}", once, told(id=name, modelId=name))
    for size in (-1, 1 << 63, 1 << 64, 1.5, "x", None)[::step]:
        row.attempt(f"size {size}", once, listed(path="other.gguf", size=size, lfs={"oid": "e" * 64, "size": size, "pointerSize": 130}))


def planted(row):
    """A link at each place of a repo's folder, to a folder and to a file of somebody else."""
    def once(where, target_kind, fresh):
        def run(hub):
            with place(hub) as here:
                hub.spoil()
                if not fresh:
                    here.download(SMALL)
                commit = hub.ask("GET", f"/api/models/{SMALL}")["sha"]
                etag = hub.tree(SMALL)["small.gguf"][0]
                path = here.cache / where.format(repo="models--acme--small", commit=commit, etag=etag)
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                elif path.exists() or path.is_symlink():
                    path.unlink()
                path.parent.mkdir(parents=True, exist_ok=True)
                others = here.top / "home/others"
                write_file(others / "file", "theirs")
                path.symlink_to(others if target_kind == "folder" else others / "file")
                from invariants import difference, picture
                before = picture(here.top, here.cache, here.state)
                status, _out, err = here.run("download", SMALL)
                expect(status in (0, 1), f"status {status}: {err}")
                if status == 1:
                    check_sentence(err)
                changed = difference(before, picture(here.top, here.cache, here.state))
                expect(not changed, "; ".join(changed))
                expect(here.run("cache", "ls")[0] in (0, 1), "“maq cache ls” ended badly")

        with_hub(run)

    places = ["{repo}/blobs", "{repo}/snapshots", "{repo}/refs", "{repo}/snapshots/{commit}", "{repo}/snapshots/{commit}/onnx", "{repo}/refs/main",
              "{repo}/snapshots/{commit}/small.gguf", "{repo}/snapshots/{commit}/README.md", "{repo}/blobs/{etag}", ".locks", ".locks/{repo}",
              ".locks/{repo}/{etag}.lock", "{repo}/trees", "{repo}/.no_exist", "CACHEDIR.TAG"]
    for number, where in enumerate(places):
        for kind in ("folder", "file"):
            for fresh in (True, False):
                if row.full or (number % 4 == 0 and kind == "folder" and fresh):
                    row.attempt(f"{where} to a {kind}{'' if fresh else ', in a cache in use'}", once, where, kind, fresh)


def together(row):
    """Maquettes and Pythons fetch the same at once, with locks that work, that lie, and that do not work."""
    script = "import sys, huggingface_hub as hf; hf.snapshot_download(sys.argv[1], cache_dir=sys.argv[2])"

    def once(hub, flock, ours, theirs):
        with place(hub) as here:
            hub.spoil({"host": "cdn", "rate": 6 * MIB, "times": 0})
            hub.forget()
            shim = here.shim(MAQ_FAULT_FLOCK=flock) if flock else {}
            programs = [here.start("download", SMALL, **{**shim, "MAQ_FAULT_COUNT": f"{here.top}.{number}", "XDG_STATE_HOME": here.state / str(number)})
                        for number in range(ours)]
            programs += [subprocess.Popen([sys.executable, "-c", script, SMALL, here.cache], env=here.environment(**{name: value for name, value in shim.items() if name != "MAQ_FAULT_COUNT"}),
                                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _number in range(theirs)]
            for program in programs:
                _out, err = program.communicate(timeout=60)
                expect(program.returncode == 0, f"one ended with {program.returncode}: {err.strip()[-300:]}")
            size = sum(size for _etag, size in hub.tree(SMALL).values())
            limit = (len(programs) if flock else 1 + theirs) * size
            expect(hub.sent() <= limit * 1.05, f"{hub.sent() / size:.1f} copies were sent")
            here.check_complete(SMALL)

    def run(hub):
        for number in range(20 if row.full else 1):
            row.attempt(f"round {number}, locks work", once, hub, None, 4 if row.full else 2, 4 if row.full else 1)
            row.attempt(f"round {number}, locks lie", once, hub, "lies", 4, 0)
            if row.full:
                row.attempt(f"round {number}, no locks", once, hub, "ENOLCK", 3, 2)

    with_hub(run)


def cleaned_up(row):
    """Somebody deletes partial files, blobs or the whole repo while a file comes."""
    source = random_source()

    def once(hub, what):
        with place(hub) as here:
            hub.spoil({"host": "cdn", "rate": 8 * MIB, "times": 0})
            hub.forget()
            process = here.start("download", "acme/big")
            expect(wait_for(lambda: hub.sent() > MIB, 20, process), "it did not get going")
            time.sleep(source.uniform(0, 0.4))
            if what == "repo":
                shutil.rmtree(here.repo("acme/big"), ignore_errors=True)
            else:
                for path in here.partials():
                    path.unlink(missing_ok=True)
            _out, err = process.communicate(timeout=60)
            if process.returncode != 0:
                expect(process.returncode == 1, f"status {process.returncode}: {err}")
                check_sentence(err)
                here.check()
            expect(process.returncode == 0 or what == "repo", f"status {process.returncode}: {err.strip()[-300:]}")
            here.finish("acme/big")

    hub = Hub(made_up_hub(big=6 * MIB))
    try:
        for number in range(25 if row.full else 1):
            row.attempt(f"partial files, {number}", once, hub, "partials")
            row.attempt(f"the repo, {number}", once, hub, "repo")
    finally:
        hub.close()


MS_NODEV = 4


def small_disk(row):
    """A file system with too little room, and one that another program fills while a file comes."""
    libc = ctypes.CDLL(None, use_errno=True)

    def mounted(here, size):
        here.cache.mkdir()
        if libc.mount(b"maq-fault", str(here.cache).encode(), b"tmpfs", MS_NODEV, f"size={size}".encode()) != 0:
            raise Skip(f"a file system of its own cannot be mounted here: {os.strerror(ctypes.get_errno())}")

    def too_small(hub):
        with place(hub) as here:
            mounted(here, 16 * MIB)
            try:
                hub.spoil()
                hub.forget()
                here.fails("acme/big", "needed")
                expect(hub.sent() < MIB, "it began all the same")
                here.check()
            finally:
                libc.umount2(str(here.cache).encode(), 2)

    def filled(hub):
        with place(hub) as here:
            mounted(here, 90 * MIB)
            try:
                hub.spoil({"host": "cdn", "rate": 8 * MIB, "times": 0})
                hub.forget()
                process = here.start("download", "acme/big")
                expect(wait_for(lambda: hub.sent() > MIB, 20, process), "it did not get going")
                hog = here.cache / ".locks/hog"
                with open(hog, "wb") as file:
                    room = os.statvfs(here.cache)
                    os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_frsize - 2 * MIB))
                _out, err = process.communicate(timeout=60)
                if process.returncode != 0:
                    sentence = check_sentence(err)
                    expect("space" in sentence, f"“{sentence}” does not tell of space")
                here.check()
                hog.unlink()
                here.finish("acme/big")
            finally:
                libc.umount2(str(here.cache).encode(), 2)

    hub = Hub(made_up_hub(big=16 * MIB))
    try:
        row.attempt("too small", too_small, hub)
        row.attempt("filled meanwhile", filled, hub)
    finally:
        hub.close()


def restricted(row):
    """A cache that may only be read, one without links, and both with a repo that is here and one that is not."""
    def read_only(hub):
        with place(hub) as here:
            hub.spoil()
            here.download(SMALL)
            before = picture_of(here)
            shim = here.shim(MAQ_FAULT_AT=1, MAQ_FAULT_DO="EROFS+", MAQ_FAULT_ROOTS=here.cache)
            here.download(SMALL, **shim)
            expect(here.run("cache", "ls", **shim)[0] == 0, "“maq cache ls” failed")
            here.fails("acme/other", "Read-only", **shim)
            expect(picture_of(here) == before, "something was written")
            here.check()

    def no_links(hub):
        with place(hub) as here:
            hub.spoil()
            here.download(SMALL, HF_HUB_DISABLE_SYMLINKS="1")
            here.check()
            links = [path for path in (here.repo(SMALL) / "snapshots").rglob("*") if path.is_symlink()]
            expect(not links, f"{len(links)} links were made")
            hub.forget()
            here.download(SMALL, HF_HUB_DISABLE_SYMLINKS="1")
            expect(hub.sent() == 0, "it was fetched twice")

    def no_flock(hub):
        with place(hub) as here:
            hub.spoil()
            here.download(SMALL, **here.shim(MAQ_FAULT_FLOCK="ENOLCK"))
            here.check_complete(SMALL)

    hub = Hub(made_up_hub(small=2 * MIB + 12345, other=MIB))
    try:
        for name, function in (("read-only", read_only), ("no links", no_links), ("no locks", no_flock)):
            row.attempt(name, function, hub)
    finally:
        hub.close()


def picture_of(here):
    from invariants import picture
    return picture(here.cache)


def damage(row):
    """What others leave behind: told of where it matters, never deleted, and sizes as Python counts them."""
    commit = "c" * 40
    kinds = {
        "dangling link": lambda repo: (repo / "snapshots" / commit / "x").symlink_to("../../blobs/" + "f" * 64),
        "ref with newline": lambda repo: (repo / "refs/main").write_text(commit + "\n"),
        "empty ref": lambda repo: (repo / "refs/main").write_text(""),
        "ref to nothing": lambda repo: write_file(repo / "refs/v1", "9" * 40),
        "file in snapshots": lambda repo: (repo / "snapshots/stray").write_text("x"),
        "real file in a snapshot": lambda repo: (repo / "snapshots" / commit / "own.txt").write_text("own"),
        "old partial": lambda repo: (repo / "blobs" / ("1" * 64 + ".incomplete")).write_bytes(b"part"),
        "Python's partial": lambda repo: (repo / "blobs" / ("1" * 64 + ".0123abcd.incomplete")).write_bytes(b"part"),
        "orphan blob": lambda repo: (repo / "blobs" / ("2" * 64)).write_bytes(b"orphan"),
        "no refs": lambda repo: shutil.rmtree(repo / "refs"),
        "no blobs": lambda repo: shutil.rmtree(repo / "blobs"),
        "no snapshots": lambda repo: shutil.rmtree(repo / "snapshots"),
        "repo is a file": lambda repo: (shutil.rmtree(repo), repo.write_text("x")),
        "file in the root": lambda repo: (repo.parent / "stray.txt").write_text("x"),
        "folder in the root": lambda repo: (repo.parent / "stray").mkdir(),
        "kernels": lambda repo: (repo.parent / "kernels--acme--k").mkdir(),
        "three parts": lambda repo: (repo.parent / "models--a--b--c").mkdir(),
        "a name in another encoding": lambda repo: os.mkdir(os.path.join(os.fsencode(repo), b"snapshots", b"\xff\xfe")),
        "a link to itself": lambda repo: (repo / "snapshots" / commit / "loop").symlink_to("loop"),
        "a pipe": lambda repo: os.mkfifo(repo / "blobs" / ("3" * 64)),
        "no permission": lambda repo: os.chmod(repo / "snapshots" / commit, 0),
        "tree that is no JSON": lambda repo: write_file(repo / "trees" / f"{commit}.json", "{"),
    }

    def once(hub, kind):
        with place(hub) as here:
            repo = here.cache / "models--acme--old"
            write_file(repo / "blobs" / ("e" * 64), b"weights" * 1000)
            (repo / "snapshots" / commit).mkdir(parents=True)
            (repo / "snapshots" / commit / "w.gguf").symlink_to("../../blobs/" + "e" * 64)
            write_file(repo / "refs/main", commit)
            kinds[kind](repo)
            before = picture_of(here)
            status, out, err = here.run("cache", "ls", "--json")
            expect(status == 0, f"status {status}: {err}")
            expect("CRITICAL" not in err and "WARNING" not in err, err)
            expect(picture_of(here) == before, "something was changed")
            compare(here, [json.loads(line) for line in out.splitlines()])
            os.chmod(repo / "snapshots" / commit, 0o755) if kind == "no permission" else None

    hub = Hub(made_up_hub(small=1000))
    try:
        for number, kind in enumerate(kinds):
            if row.full or number % 4 == 0:
                row.attempt(kind, once, hub, kind)
    finally:
        hub.close()


def compare(here, ours):
    import huggingface_hub as hf

    sizes = {(repo["kind"], repo["id"]): repo["size"] for repo in ours}
    for repo in hf.scan_cache_dir(here.cache).repos:
        expect(sizes.get((repo.repo_type, repo.repo_id)) == repo.size_on_disk, f"{repo.repo_id}: {sizes} instead of {repo.size_on_disk}")


def deletion(row):
    """A repo goes while another program fetches it, and while it is shared: what is used stays."""
    def once(hub):
        with place(hub) as here:
            hub.spoil()
            here.download("acme/small")
            status, _out, err = here.run("cache", "rm", "acme/small", "--yes")
            if status == 2:
                raise Skip("this build has no “maq cache rm”")
            expect(status == 0, f"status {status}: {err}")
            here.check()
            expect(not here.repo("acme/small").exists(), "the repo is still there")
            hub.spoil({"host": "cdn", "rate": 2 * MIB, "times": 0})
            hub.forget()
            process = here.start("download", "acme/small")
            expect(wait_for(lambda: hub.sent() > MIB // 2, 20, process), "it did not get going")
            status, _out, err = here.run("cache", "rm", "acme/small", "--yes")
            expect(status == 1, f"what is being fetched was deleted: status {status}")
            check_sentence(err)
            process.communicate(timeout=60)
            expect(process.returncode == 0, "the download did not survive")
            here.finish("acme/small")

    with_hub(lambda hub: [row.attempt(f"round {number}", once, hub) for number in range(20 if row.full else 1)])


def clocks(row):
    def once(hub, years):
        with place(hub) as here:
            hub.spoil({"host": "cdn", "cut": MIB})
            here.download(SMALL, **here.shim(MAQ_FAULT_CLOCK=years * 31536000))
            here.check_complete(SMALL)

    with_hub(lambda hub: [row.attempt(f"{years:+} years", once, hub, years) for years in (-10, -1, 1, 10)])


CASES = [
    {"name": "C1", "title": "hostile names, hashes, commits, ids, sizes", "target": "0 writes outside", "run": hostile},
    {"name": "C2", "title": "links planted in the cache", "target": "0 outside reads or writes", "run": planted},
    {"name": "C3", "title": "several programs at once", "target": "0 corrupt; ≤ 1 extra copy a loser", "run": together},
    {"name": "C4", "title": "others delete what is being written", "target": "the right file in the end", "run": cleaned_up},
    {"name": "C5b", "title": "a small disk, and one that fills", "target": "0 corrupt; goes on when there is room", "run": small_disk},
    {"name": "C6", "title": "read-only, without links, without locks", "target": "reads work; a sentence", "run": restricted},
    {"name": "C7", "title": "damage of others", "target": "0 crashes; sizes equal Python's", "run": damage},
    {"name": "C8", "title": "deletion while in use", "target": "0 dangling links", "run": deletion},
    {"name": "C9", "title": "the clock is wrong by years", "target": "0 stuck", "run": clocks},
]
