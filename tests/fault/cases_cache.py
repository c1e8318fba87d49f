# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Full, read-only and lacking file systems, caches damaged by others, and a clock that is wrong: rows C5b, C6, C7 and C9."""

import contextlib
import errno
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from cases_content import SMALL, with_hub
from harness import (MAQ, MIB, MS_BIND, MS_NODEV, MS_READ_ONLY, MS_REMOUNT, NEW_MOUNTS, TOP, Hub, Skip, apart, check_sentence, expect, made_up_hub, mount,
                     place, random_source, unmount, wait_for, write_file)


def small_disk(row):
    """A file system with too little room, and one that another program fills while a file comes."""
    def mounted(here, size):
        here.cache.mkdir()
        mount("maq-fault", here.cache, "tmpfs", MS_NODEV, f"size={size}")

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
                unmount(here.cache)

    def filled(hub):
        with place(hub) as here:
            mounted(here, 90 * MIB)
            try:
                hub.spoil({"host": "cdn", "rate": 8 * MIB, "times": 0})
                hub.forget()
                process = here.start("download", "acme/big")
                expect(wait_for(lambda: hub.sent() > MIB, 20, process), "it did not get going")
                hog = here.cache / ".locks/hog"
                fill(hog, 2 * MIB)
                _out, err = process.communicate(timeout=60)
                if process.returncode != 0:
                    sentence = check_sentence(err)
                    expect("space" in sentence, f"“{sentence}” does not tell of space")
                here.check()
                hog.unlink()
                here.finish("acme/big")
            finally:
                unmount(here.cache)

    hub = Hub(made_up_hub(big=16 * MIB))
    try:
        row.attempt("too small", too_small, hub)
        row.attempt("filled meanwhile", filled, hub)
    finally:
        hub.close()


def fill(hog, leave):
    """Makes the file HOG so long that LEAVE bytes of its disk are free, while another program takes room there as well."""
    with open(hog, "wb") as file:
        length = 0
        while True:
            room = os.statvfs(hog)
            more = room.f_bavail * room.f_frsize - leave
            if more <= 0:
                return
            try:
                os.posix_fallocate(file.fileno(), length, more)
                length += more
            except OSError as error:
                # The other program was faster: there is less room by now.
                if error.errno != errno.ENOSPC:
                    raise


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
        # As FAT and exFAT have it, network file systems, and those that cannot reserve room.
        for name, calls, failure in (("a file system without links", "symlink,link", "EPERM"), ("without hard links", "link", "EOPNOTSUPP"),
                                     ("without room that can be reserved", "fallocate", "EOPNOTSUPP"), ("without maps", "mmap", "EACCES")):
            row.attempt(name, lacking, hub, calls, failure)
        for name, function in (("mounted read-only", mounted_read_only), ("of another user", of_another_user)):
            row.attempt_if_possible(name, apart, NEW_MOUNTS, function, hub)
    finally:
        hub.close()


def lacking(hub, calls, failure):
    """A download where CALLS fail at all times, another of what is here, and what Python makes of it."""
    with place(hub) as here:
        hub.spoil()
        shim = here.shim(MAQ_FAULT_AT=1, MAQ_FAULT_DO=failure + "+", MAQ_FAULT_ONLY=calls, MAQ_FAULT_ROOTS=here.cache)
        here.download(SMALL, **shim)
        here.check()
        hub.forget()
        here.download(SMALL, **shim)
        expect(hub.sent() == 0, "it was fetched twice")
        status, _out, err = here.run("cache", "verify", **shim)
        expect(status == 0, f"“maq cache verify” ended with {status}: {err}")


def mounted_read_only(hub):
    with place(hub) as here:
        hub.spoil()
        here.download(SMALL)
        mount(str(here.cache), here.cache, flags=MS_BIND)
        try:
            mount(str(here.cache), here.cache, flags=MS_BIND | MS_REMOUNT | MS_READ_ONLY)
            before = picture_of(here)
            here.download(SMALL)
            expect(here.run("cache", "ls")[0] == 0, "“maq cache ls” failed")
            here.fails("acme/other", "Read-only")
            status, _out, err = here.run("cache", "rm", SMALL, "--yes")
            expect(status == 1, f"status {status}: {err}")
            check_sentence(err)
            expect(picture_of(here) == before, "something was written")
            here.check()
        finally:
            unmount(here.cache)


NOBODY = 65534


def of_another_user(hub):
    """A cache that belongs to somebody else and may be read: by a user who is not root, whom nothing could keep out."""
    if os.getuid() != 0:
        raise Skip("only root can become somebody else")
    with place(hub) as here:
        hub.spoil()
        here.download(SMALL)
        before = picture_of(here)
        # The program and its settings as well must lie where that user may read.
        home = pathlib.Path(tempfile.mkdtemp(prefix="nobody-", dir=TOP))
        schemas = shutil.copytree(os.environ["GSETTINGS_SCHEMA_DIR"], home / "schemas")
        maq = shutil.copy(MAQ, home / "maq")
        shutil.chown(home, NOBODY, NOBODY)
        for folder in (TOP, here.top):
            os.chmod(folder, 0o755)
        environment = here.environment(HOME=home, XDG_STATE_HOME=home / "state", XDG_CACHE_HOME=home / "cache", XDG_CONFIG_HOME=home, XDG_DATA_HOME=home,
                                       XDG_RUNTIME_DIR=home, TMPDIR=home, GSETTINGS_SCHEMA_DIR=schemas)
        for repo, works in ((SMALL, True), ("acme/other", False)):
            done = subprocess.run([maq, "download", repo], env=environment, user=NOBODY, group=NOBODY, extra_groups=[],
                                  capture_output=True, text=True, timeout=60, cwd=home)
            expect((done.returncode == 0) == works, f"status {done.returncode} for {repo}: {done.stderr}")
            expect(works or "ermission" in check_sentence(done.stderr), f"no word of permission: {done.stderr}")
        expect(picture_of(here) == before, "something was written")


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
        "tree of another version": lambda repo: write_file(repo / "trees" / f"{commit}.json", '{"format_version": 9, "files": {}}'),
        "commit with upper-case letters": lambda repo: (repo / "snapshots" / ("C" * 40)).mkdir(),
        "short commit": lambda repo: (repo / "snapshots" / "abc").mkdir(),
        "empty snapshot": lambda repo: (repo / "snapshots" / ("d" * 40)).mkdir(),
        "empty folders in a snapshot": lambda repo: (repo / "snapshots" / commit / "a/b/c").mkdir(parents=True),
        "absolute link": lambda repo: (repo / "snapshots" / commit / "absolute").symlink_to(repo / "blobs" / ("e" * 64)),
        "link to another repo": lambda repo: (repo / "snapshots" / commit / "other").symlink_to("../../../models--acme--other/blobs/x"),
        "folder among the blobs": lambda repo: (repo / "blobs" / "folder").mkdir(),
        "blob with a name of 2022": lambda repo: (repo / "blobs" / "0123456789abcdef0123456789abcdef-5").write_bytes(b"old"),
        "empty blob": lambda repo: (repo / "blobs" / ("4" * 64)).write_bytes(b""),
        "nested refs": lambda repo: write_file(repo / "refs/refs/pr/1", commit),
        "half-written ref": lambda repo: (repo / "refs/main").write_text(commit[:17]),
        "ref that is a folder": lambda repo: (repo / "refs/v2").mkdir(),
        "temporary ref": lambda repo: write_file(repo / "refs/main.0123abcd.tmp", commit),
        "binary ref": lambda repo: (repo / "refs/main").write_bytes(b"\xff\0\x01" * 20),
        "marks of what is not there": lambda repo: write_file(repo / ".no_exist" / commit / "config.json", ""),
        "nothing but marks": lambda repo: (shutil.rmtree(repo), write_file(repo / ".no_exist" / commit / "config.json", "")),
        "nothing at all": lambda repo: (shutil.rmtree(repo), repo.mkdir()),
        "locks of others": lambda repo: write_file(repo.parent / ".locks/models--acme--old/blobs" / ("e" * 64 + ".lock"), ""),
        "files of the desktop": lambda repo: [(repo.parent / name).write_text("x") for name in (".DS_Store", "Thumbs.db", "desktop.ini")],
        "version.txt of old": lambda repo: (repo.parent / "version.txt").write_text("1"),
    }

    def once(hub, *chosen):
        with place(hub) as here:
            repo = here.cache / "models--acme--old"
            write_file(repo / "blobs" / ("e" * 64), b"weights" * 1000)
            (repo / "snapshots" / commit).mkdir(parents=True)
            (repo / "snapshots" / commit / "w.gguf").symlink_to("../../blobs/" + "e" * 64)
            write_file(repo / "refs/main", commit)
            for kind in chosen:
                with contextlib.suppress(OSError):  # the one before took away what this one needs
                    kinds[kind](repo)
            before = picture_of(here)
            status, out, err = here.run("cache", "ls", "--json")
            expect(status == 0, f"status {status}: {err}")
            expect("CRITICAL" not in err and "WARNING" not in err, err)
            expect(picture_of(here) == before, "something was changed")
            compare(here, [json.loads(line) for line in out.splitlines()])
            os.chmod(repo / "snapshots" / commit, 0o755) if "no permission" in chosen else None

    source = random_source()
    hub = Hub(made_up_hub(small=1000))
    try:
        for number, kind in enumerate(kinds):
            if row.full or number % 6 == 0:
                row.attempt(kind, once, hub, kind)
        for _number in range(60 if row.full else 2):
            several = source.sample(list(kinds), source.randint(2, 4))
            row.attempt(", ".join(several), once, hub, *several)
        if row.full:
            row.attempt("10,000 repos", crowd, hub)
    finally:
        hub.close()


def crowd(hub):
    commit = "c" * 40
    with place(hub) as here:
        for number in range(10000):
            repo = here.cache / f"models--acme--m{number}"
            write_file(repo / "blobs" / ("e" * 64), f"{number}")
            (repo / "snapshots" / commit).mkdir(parents=True)
            (repo / "snapshots" / commit / "w.gguf").symlink_to("../../blobs/" + "e" * 64)
            write_file(repo / "refs/main", commit)
        status, out, err = here.run("cache", "ls", "--json")
        expect(status == 0, f"status {status}: {err}")
        expect(len(out.splitlines()) == 10000, f"{len(out.splitlines())} repos were listed")
        compare(here, [json.loads(line) for line in out.splitlines()])


def compare(here, ours):
    import huggingface_hub as hf

    sizes = {(repo["kind"], repo["id"]): repo["size"] - repo["unfinished"] for repo in ours}
    try:
        scan = hf.scan_cache_dir(here.cache)
    except UnicodeDecodeError:  # which ends Python's own look at the cache
        return
    for repo in scan.repos:
        expect(sizes.get((repo.repo_type, repo.repo_id)) == repo.size_on_disk, f"{repo.repo_id}: {sizes} instead of {repo.size_on_disk}")


def clocks(row):
    def once(hub, years):
        with place(hub) as here:
            hub.spoil({"host": "cdn", "cut": MIB})
            here.download(SMALL, **here.shim(MAQ_FAULT_CLOCK=years * 31536000))
            here.check_complete(SMALL)

    def jump(hub, years):
        with place(hub) as here:
            hub.spoil({"host": "cdn", "cut": MIB, "rate": 2 * MIB, "times": 0})
            here.download(SMALL, **here.shim(MAQ_FAULT_CLOCK=f"{years * 31536000}@0.5"))
            here.check_complete(SMALL)

    with_hub(lambda hub: [row.attempt(f"{years:+} years", once, hub, years) for years in (-10, -1, 1, 10)])
    # Links are good for two seconds by the Hub's clock, whatever this one says.
    with_hub(lambda hub: [row.attempt(f"{years:+} years in the middle", jump, hub, years) for years in (-1, 1)], "--link-lifetime", "2")


CASES = [
    {"name": "C5b", "title": "a small disk, and one that fills", "target": "0 corrupt; goes on when there is room", "run": small_disk},
    {"name": "C6", "title": "read-only, others', without links or locks", "target": "reads work; a sentence", "run": restricted},
    {"name": "C7", "title": "damage of others", "target": "0 crashes; sizes equal Python's", "run": damage},
    {"name": "C9", "title": "the clock is wrong by years, or jumps", "target": "0 stuck", "run": clocks},
]
