# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Hostile names, and links planted in the cache: rows C1 and C2."""

import json
import os
import shutil
import time

from cases_content import FILES, SMALL, with_hub
from harness import LIBC, MIB, check_sentence, expect, place, random_source, write_file
from tiny_hub import TinyHub

NAMES = [
    "../../../etc/passwd", "folder/../../../etc/passwd", "..\\..\\Windows\\evil", "folder\\..\\..\\evil", "/etc/passwd", "C:\\Windows\\System32\\evil",
    "C:/Windows/System32/evil", "D:relative\\evil", "\\\\attacker\\share\\evil", "\\evil", "folder/C:\\Windows\\evil", "folder/\\\\attacker\\share\\evil",
    "folder/\\evil", "folder/..\\..\\..\\file", "..", ".", "", "a//b", "a/./b", "a/", "nul\0inside", "x" * 256, "/".join("d" * 200), "\ud800",
    "../../blobs/evil", "../refs/main", "a\nb", "\u202egnp.exe", ".git/config", "CON", "name.", "caf\u00e9", "cafe\u0301", "A.TXT", "a.txt",
]
ETAGS = ["../../../../../evil", "../evil", "/tmp/evil", "a" * 129, "", ".", "..", "x/y", "a\0b", "W/", "%2e%2e", "a" * 64 + "/../../evil"]
COMMITS = ["../../../evil", "main", "", "A" * 40, "a" * 39, "a" * 41, "/" * 40, "." * 40, "a" * 38 + "\0b", 7, None]
REFS = ["../../evil", "refs/../../../evil", "/etc/passwd", "a//b", ".", "..", "a/", "-x", "x" * 300, "a\\..\\b", "a\nb", "main/../../evil", "%2e%2e/evil", "a/.lock", "~"]
IDS = ["../../evil", "a/../../b", "/etc", "a--b/c", "", ".", "a/b/c", "a" * 97, "x\0y"]


PIECES = ["..", ".", "", "/", "\\", "\0", ":", "%2f", "%2e%2e", "~", "$HOME", "a", "evil", "\u202e", "\ufeff", "\u2215", "\uff0e\uff0e", ".git", "CON", "NUL.txt", " ", "\n",
          "\x7f", "\x1b[2J", "x" * 255, "x" * 300, "d/" * 1000, "C:", "//host/share", "e\u0301", "\U0001f4a3", "blobs", "refs", "snapshots", "main", "a" * 40, "b" * 64, "W/", '"',
          "models--a--b", "--", ".incomplete", ".lock", ".tmp"]


def hostile_names(first, count):
    """FIRST, then made-up ones: a few pieces, one after the other or joined by slashes."""
    source = random_source()
    names = dict.fromkeys(first)
    while len(names) < count:
        pieces = source.choices(PIECES, k=source.randint(1, 5))
        names[source.choice(["", "/", "/", "../", "\\"]).join(pieces)] = None
    return list(names)[:count]


def hostile(row):
    def once(twists, *words, revision=""):
        hub = TinyHub(dict(FILES), **twists)
        try:
            with place(hub) as here:
                status, _out, err = here.run("download", *words, hub.repo + revision)
                expect(status in (0, 1, 2), f"status {status}: {err}")
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

    count = 500 if row.full else 8
    chosen = (lambda first: hostile_names(first, count)) if row.full else (lambda first: first[::len(first) // 6])
    for name in chosen(NAMES):
        row.attempt(f"file {name[:60]!r}", once, listed(path=name))
    for etag in chosen(ETAGS):
        row.attempt(f"etag {etag[:60]!r}", once, listed(path="other.gguf", oid=etag, lfs={"oid": etag, "size": 524288, "pointerSize": 130}))
    for commit in chosen([commit for commit in COMMITS if isinstance(commit, str)]) + [7, None]:
        row.attempt(f"commit {str(commit)[:60]!r}", once, told(sha=commit))
    for name in chosen(IDS):
        row.attempt(f"repo {name[:60]!r}", once, told(id=name, modelId=name))
    # A ref comes from whoever runs the command, where no name can hold a NUL.
    for ref in chosen(REFS):
        row.attempt(f"ref {ref[:60]!r}", once, {}, revision=f"@{ref.replace(chr(0), '')}")
    step = 1 if row.full else 3
    for size in (-1, 1 << 63, 1 << 64, 1.5, "x", None)[::step]:
        row.attempt(f"size {size}", once, listed(path="other.gguf", size=size, lfs={"oid": "e" * 64, "size": size, "pointerSize": 130}))


def crowded(row):
    """Trees that are larger than any honest one, or whose sizes add up to more than there are numbers for."""
    many = [{"type": "file", "path": f"part-{number // 1000}/{number}.bin", "size": 1 << 40, "oid": "b" * 40} for number in range(100000 if row.full else 20000)]

    def pages(handler, path):
        """As the Hub does, a thousand at a time."""
        hub = handler.server.hub
        entries = hub.tree() + many
        page = int(handler.path.partition("page=")[2] or 0)
        more = {"Link": f'<{hub.url}{path}?recursive=true&page={page + 1}>; rel="next"'} if len(entries) > (page + 1) * 1000 else {}
        handler.body(json.dumps(entries[page * 1000:(page + 1) * 1000]).encode(), "application/json", **more)

    def sizes(handler, _path):
        handler.reply([{"type": "file", "path": f"{number}.gguf", "size": (1 << 63) - 1, "oid": "b" * 40, "lfs": {"oid": f"{number:064x}", "size": (1 << 63) - 1}} for number in range(9)])

    def command(hub, *words, status=0, says="", seconds=20):
        with place(hub) as here:
            begin = time.monotonic()
            done, out, err = here.run(*words)
            expect(done == status, f"status {done}: {err.strip()[-300:]}")
            expect(says in out + err, f"no “{says}”: {(out + err)[-300:]}")
            expect(time.monotonic() - begin < seconds, f"it took {time.monotonic() - begin:.1f} s")
            here.check()

    def with_tree(twist, files, *words, **more):
        hub = TinyHub(dict(files), tree=twist) if twist else TinyHub(dict(files))
        try:
            command(hub, words[0], hub.repo, *words[1:], **more)
        finally:
            hub.close()

    row.attempt(f"{len(many)} files, one of them fetched", with_tree, pages, FILES, "download", "tiny.gguf", says="snapshots")
    row.attempt(f"{len(many)} files, listed", with_tree, pages, FILES, "files", "--json", says=many[-1]["path"])
    row.attempt(f"{len(many)} files, all asked for", with_tree, pages, FILES, "download", status=1, says="needed")
    row.attempt("2^63 - 1 bytes, nine times", with_tree, sizes, {}, "download", status=1, says="needed")
    names = {"x" * 255: b"long", "\u00e9" * 127: b"accents", "/".join("y" * 255 for _number in range(3)) + "/z.gguf": b"deep"}
    row.attempt("names of 255 bytes", with_tree, None, names, "download", says="snapshots")


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
    for where in ("blobs", "snapshots", "refs", "snapshots/{commit}", "snapshots/{commit}/onnx") if row.full else ("blobs",):
        for number in range(10 if row.full else 1):
            row.attempt(f"{where} is now a folder and now a link, {number}", with_hub, lambda hub, where=where: swapped(hub, where))


def swapped(hub, where):
    """Somebody exchanges a folder for a link to a folder of somebody else, and back, as fast as they can."""
    from invariants import difference, picture

    with place(hub) as here:
        hub.spoil({"host": "cdn", "rate": 16 * MIB, "times": 0})
        commit = hub.ask("GET", f"/api/models/{SMALL}")["sha"]
        folder = here.repo(SMALL) / where.format(commit=commit)
        folder.mkdir(parents=True)
        others = here.top / "home/others"
        write_file(others / "file", "theirs")
        link = folder.with_name(folder.name + "-link")
        link.symlink_to(others)
        before = picture(here.top, here.cache, here.state)
        process = here.start("download", SMALL)
        while process.poll() is None:
            exchange(folder, link)
        if folder.is_symlink():
            exchange(folder, link)
        link.unlink()
        _out, err = process.communicate()
        expect(process.returncode in (0, 1), f"status {process.returncode}: {err}")
        changed = difference(before, picture(here.top, here.cache, here.state))
        expect(not changed, "; ".join(changed))


AT_FDCWD, RENAME_EXCHANGE = -100, 2


def exchange(one, other):
    LIBC.renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)


CASES = [
    {"name": "C1", "title": "hostile names, hashes, commits, ids, refs, sizes", "target": "0 writes outside", "run": hostile},
    {"name": "C1b", "title": "100,000 files, 2^63 bytes, names of 255", "target": "a sentence, or the file; in time", "run": crowded},
    {"name": "C2", "title": "links planted in the cache, and swapped", "target": "0 outside reads or writes", "run": planted},
]
