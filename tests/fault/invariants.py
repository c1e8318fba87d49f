#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""What must hold of a shared cache at any time, also right after a crash, an error or a power loss.

    invariants.py CACHE      prints what is broken, one sentence a line; exit status 1 if anything is
"""

import hashlib
import os
import pathlib
import re
import stat
import sys

HASH = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
PARTIAL = re.compile(r"(?P<etag>[0-9A-Za-z_-]+)(?P<ours>\.maquette-[0-9a-f]{8})?.*\.incomplete")
DAMAGED = re.compile(r"[0-9A-Za-z_-]+\.maquette-[0-9a-f]{8}\.damaged")  # what a repair moved out of the way
REPO = re.compile("(models|datasets|spaces|kernels)--.+")
LOOSE = (".locks", "CACHEDIR.TAG")
STORE = "blobs"  # which repos share since huggingface_hub 1.32
MARKER = ".huggingface-shared-blobs"
TEMPORARY = re.compile(r"\.[0-9a-f]{64}\.[0-9a-f]{8}\.shared")


def hash_matches(path, name):
    """Whether a file's content has the hash it is named by."""
    size = path.stat().st_size
    digest = hashlib.sha1(b"blob %d\0" % size) if len(name) == 40 else hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest() == name


def payload_of(blob):
    """What of the store the blob is a link to, as Python writes such links; None if it is none."""
    if not blob.is_symlink():
        return None
    match = re.fullmatch("../../blobs/([0-9a-f]{2})/([0-9a-f]{64})", os.readlink(blob))
    payload = match and blob.parent.parent.parent / STORE / match[1] / match[2]
    return payload if payload and match[2].startswith(match[1]) and payload.is_file() and not payload.is_symlink() else None


def check_store(cache):
    """Nobody writes a payload, and its manifest names all who link to it."""
    store = cache / STORE
    if (store / MARKER).read_bytes() != b"1\n":
        yield f"{store / MARKER} was changed"
    for payload in store.glob("??/*"):
        if HASH.fullmatch(payload.name) and payload.stat().st_mode & 0o222:
            yield f"{payload} can be written"
    for blob in cache.glob("*--*/blobs/*"):
        payload = payload_of(blob)
        if payload is None or TEMPORARY.fullmatch(blob.name):
            continue
        manifest = payload.with_name(payload.name + ".refs")
        if str(blob.relative_to(cache)) not in manifest.read_text().split("\n"):
            yield f"{manifest} lacks {blob}"


def check_blobs(folder, known):
    """KNOWN: paths found right before, with the times they had, so that large files are read once."""
    partials = {}
    for blob in sorted(folder.glob("*")):
        info = blob.lstat()
        if HASH.fullmatch(blob.name):
            payload = payload_of(blob)
            if payload is not None:
                info = payload.lstat()
            mark = (info.st_ino, info.st_size, info.st_mtime_ns)
            if not stat.S_ISREG(info.st_mode):
                yield f"{blob} is not a file"
            elif known.get(str(blob)) != mark and not hash_matches(blob, blob.name):
                yield f"{blob} has a content of another hash than its name"
            else:
                known[str(blob)] = mark
        elif match := PARTIAL.fullmatch(blob.name):
            if match["ours"]:
                partials.setdefault(match["etag"], []).append(blob.name)
        elif not DAMAGED.fullmatch(blob.name) and not TEMPORARY.fullmatch(blob.name):
            yield f"{blob} is neither a blob nor a partial file"
    for etag, names in partials.items():
        if len(names) > 1:
            yield f"{folder / etag} has {len(names)} partial files"


def check_snapshots(repo):
    """Every entry leads to a whole file of this repo's folder."""
    inside = repo.resolve()
    for commit in sorted((repo / "snapshots").glob("*")):
        if not commit.is_dir() or not re.fullmatch("[0-9a-f]{40}", commit.name):
            yield f"{commit} is no folder of a commit"
            continue
        for root, folders, files in os.walk(commit):
            for name in [*folders, *files]:
                entry = pathlib.Path(root, name)
                if not entry.is_symlink():
                    continue
                if os.path.isabs(os.readlink(entry)):
                    yield f"{entry} is an absolute link"
                if not entry.exists():
                    yield f"{entry} leads nowhere"
                elif inside not in entry.resolve().parents and payload_of(pathlib.Path(os.path.normpath(entry.parent / os.readlink(entry)))) is None:
                    yield f"{entry} leads out of {repo}"


def check_refs(repo):
    for root, _folders, files in os.walk(repo / "refs"):
        for name in files:
            ref = pathlib.Path(root, name)
            text = ref.read_bytes()
            if not re.fullmatch(b"[0-9a-f]{40}", text):
                yield f"{ref} holds {text[:60]!r} instead of a commit"
            elif not (repo / "snapshots" / text.decode()).is_dir():
                yield f"{ref} names a commit that has no snapshot"


def check_python(cache):
    """Python's own look at the cache."""
    import huggingface_hub as hf

    try:
        scan = hf.scan_cache_dir(cache)
    except hf.CacheNotFound:
        return
    for warning in scan.warnings:
        if str(warning).endswith(f"/{STORE}") and (pathlib.Path(cache) / STORE / MARKER).exists():
            continue  # Python before 1.32 does not know the store
        yield f"Python warns: {warning}"


def check(cache, known=None):
    """The list of what is broken below CACHE."""
    cache = pathlib.Path(cache)
    if not cache.exists():
        return []
    broken = []
    for entry in sorted(cache.iterdir()):
        if REPO.fullmatch(entry.name):
            broken += check_blobs(entry / "blobs", {} if known is None else known)
            broken += check_snapshots(entry)
            broken += check_refs(entry)
        elif entry.name == STORE and (entry / MARKER).exists():
            broken += check_store(cache)
        elif entry.name not in LOOSE:
            broken.append(f"{entry} does not belong into a cache")
    return broken + list(check_python(cache))


def picture(folder, *without):
    """What lies below FOLDER, as something to compare: kind, mode, size, time and target of every entry outside WITHOUT."""
    entries = {}
    without = {str(path) for path in without}
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if os.path.join(root, name) not in without]
        for name in [*folders, *files]:
            path = os.path.join(root, name)
            if path in without:
                continue
            info = os.lstat(path)
            target = os.readlink(path) if stat.S_ISLNK(info.st_mode) else None
            is_folder = stat.S_ISDIR(info.st_mode)
            entries[path] = (stat.S_IFMT(info.st_mode), info.st_mode, 0 if is_folder else info.st_size,
                             0 if is_folder else info.st_mtime_ns, info.st_ino, target)
    return entries


def difference(before, after):
    return [f"{path} {'appeared' if path not in before else 'vanished' if path not in after else 'changed'}"
            for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]


def main():
    if len(sys.argv) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    broken = check(sys.argv[1])
    print("\n".join(broken), end="\n" if broken else "")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
