#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Runs the real `maq cache` on caches in every state of damage and compares what it prints with tests/cli/golden.

    MAQ_UPDATE_GOLDEN=1 build-aux/toolbox meson test -C _build cli-cache     writes the golden files anew
"""

import fcntl
import hashlib
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(os.environ["MAQ_SOURCE_DIR"])
MAQ = pathlib.Path(os.environ["MAQ_BUILD_DIR"]) / "src/cli/maq"
GOLDEN = SOURCE / "tests/cli/golden"
UPDATE = bool(os.environ.get("MAQ_UPDATE_GOLDEN"))
A, B, C = "a" * 40, "b" * 40, "c" * 40
OLD = 1_600_000_000
WEIGHTS = b"w" * 200_000
checks = []


def check(func):
    checks.append(func)
    return func


def equal(got, wanted, what=""):
    assert got == wanted, f"{what}\n  got    {got!r}\n  wanted {wanted!r}"


def contains(text, part):
    assert part in text, f"{part!r} is not in {text!r}"


def write(path, content, old=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if old:
        os.utime(path, (OLD, OLD))
    return path


def git_hash(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def add_file(repo, commit, path, content, sha256=False):
    blob = write(repo / "blobs" / (hashlib.sha256(content).hexdigest() if sha256 else git_hash(content)), content)
    link = repo / "snapshots" / commit / path
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(blob, link.parent))
    return blob


def make_cache(root):
    """Two models that share their weights, each with two revisions."""
    for name in ("one", "two"):
        repo = root / f"models--acme--{name}"
        for commit in (A, B):
            add_file(repo, commit, "tiny-Q8_0.gguf", WEIGHTS, sha256=True)
        add_file(repo, B, "onnx/config.json", b'{"a": 1}')
        add_file(repo, A, "old.txt", b"old")
        write(repo / "refs/main", B.encode())
        write(repo / "refs/v1", A.encode())
    return root / "models--acme--one", root / "models--acme--two"


def damage(root):
    one, two = make_cache(root)
    write(one / "blobs" / git_hash(b'{"a": 1}'), b'{"a": 2}')
    (one / "snapshots" / A / "gone.bin").symlink_to("../../blobs/" + "e" * 64)
    (one / "snapshots" / A / "out.txt").symlink_to("../../../../outside.txt")
    write(root.parent / "outside.txt", b"outside")
    write(one / "refs/gone", C.encode())
    write(two / "refs/main", B.encode() + b"\n")
    (two / "refs/v1").unlink()
    write(two / "blobs" / git_hash(b"orphan"), b"orphan", old=True)
    write(two / "blobs" / ("d" * 64 + ".incomplete"), b"12345", old=True)
    write(two / "blobs" / ("d" * 64 + ".0123abcd.incomplete"), b"12345", old=True)
    write(two / "blobs" / ("d" * 64 + ".maquette-0123abcd.incomplete"), b"1234567", old=True)
    write(root / "poem.txt", b"I am a poem.")
    write(root / "gadgets--acme--fast/blobs/x", b"x")
    return one, two


def environment(root, **extra):
    values = {name: value for name, value in os.environ.items() if name != "G_MESSAGES_DEBUG"}
    values.update(LC_ALL="C.UTF-8", NO_COLOR="1", HF_HUB_CACHE=str(root))
    values.update(extra)
    return values


def run(root, *arguments):
    done = subprocess.run([MAQ, "cache", *arguments], input=b"", capture_output=True, timeout=60, env=environment(root))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def ok(root, *arguments):
    status, out, err = run(root, *arguments)
    equal(status, 0, err)
    return out


def fails(root, *arguments, says, status=1):
    got, out, err = run(root, *arguments)
    equal(got, status, err)
    last = err.strip().splitlines()[-1]
    contains(last, says)
    assert re.fullmatch(r"maq: .+[.!?]", last), f"not a sentence: {last!r}"
    return out


def golden(name, text):
    masked = re.sub(r"maquette-[0-9a-f]{8}\.damaged", "maquette-TAG.damaged", text)
    path = GOLDEN / name
    if UPDATE:
        path.write_text(masked)
    equal(masked, path.read_text() if path.exists() else None, f"{name} differs")


def listing(root):
    return sorted((str(p), p.lstat().st_mtime_ns, p.lstat().st_size) for p in root.rglob("*"))


def used(root):
    """Bytes of contents on the disk, each file once; the few bytes of refs do not count."""
    return sum({p.lstat().st_ino: p.lstat().st_size for p in root.rglob("*") if p.is_file() and not p.is_symlink() and p.parent.name != "refs"}.values())


@check
def scan_and_verify_say_what_is_damaged(root):
    damage(root)
    before = listing(root)
    golden("cache-scan.txt", ok(root, "scan"))
    text = ok(root, "scan", "--json")
    json.loads(text)
    golden("cache-scan.json", text)
    golden("cache-verify.txt", fails(root, "verify", says="2 files are damaged"))
    result = json.loads(fails(root, "verify", "--json", says="--repair"))
    states = {(file["id"], file["path"]): file["state"] for file in result["files"]}
    equal(states["acme/one", "onnx/config.json"], "wrong-hash")
    equal(states["acme/one", "gone.bin"], "missing")
    equal(states["acme/one", "out.txt"], "not-judged")
    equal(states["acme/two", "tiny-Q8_0.gguf"], "ok")
    equal(listing(root), before, "looking changes nothing")


@check
def a_healthy_cache_is_said_to_be(root):
    make_cache(root)
    golden("cache-verify-right.txt", ok(root, "verify"))
    contains(ok(root, "scan"), "Nothing to do")
    equal(json.loads(ok(root, "verify", "acme/one@v1", "--json"))["bad"], 0)
    equal(len(json.loads(ok(root, "verify", "acme/one", "old.txt", "--json"))["files"]), 1)
    fails(root, "verify", "acme/none", says="not in the cache")
    fails(root, "verify", "acme/one@v9", says="no revision v9")
    equal(ok(root.parent / "absent", "verify"), "0 files: 0 right, 0 not checked, 0 wrong; 0 bytes read\n")


@check
def repair_mends_all_and_frees_nothing_unasked(root):
    one, _ = damage(root)
    before = listing(root)
    text = fails(root, "verify", "--repair", "--dry-run", says="--repair")
    golden("cache-repair.txt", text)
    equal(listing(root), before, "--dry-run does not apply")
    fails(root, "verify", "--repair", says="--yes", status=2)
    equal(listing(root), before, "unasked nothing changes")
    result = json.loads(ok(root, "verify", "--repair", "--yes", "--json"))
    equal((result["done"], result["freed"], result["skipped"], result["dry_run"]), (4, 0, [], False))
    equal(len(list(one.glob("blobs/*.damaged"))), 1)
    equal(ok(root, "scan", "--json").count('"action":"report"'), 3)
    equal(json.loads(ok(root, "verify", "--json"))["bad"], 0)
    equal((root.parent / "outside.txt").read_bytes(), b"outside")


@check
def prune_frees_what_it_says(root):
    one, two = damage(root)
    ok(root, "verify", "--repair", "--yes")
    options = ["--orphans", "--revisions", "--partials", "--paused", "--damaged"]
    golden("cache-prune.txt", ok(root, "prune", *options, "--dry-run"))
    for option in options:
        said = json.loads(ok(root, "prune", option, "--dry-run", "--json"))
        before = used(root)
        result = json.loads(ok(root, "prune", option, "--yes", "--json"))
        equal(result["freed"], said["frees"], option)
        equal(result["skipped"], [], option)
        equal(before - used(root), result["freed"], option)
        equal(result["freed"] > 0, True, option)
    equal(json.loads(ok(root, "prune", *options, "-n", "--json"))["steps"], [])
    equal({p.name for p in (two / "snapshots").iterdir()}, {B})


@check
def young_files_and_locked_ones_stay(root):
    _, two = make_cache(root)
    partial = write(two / "blobs" / ("d" * 64 + ".incomplete"), b"12345")
    equal(json.loads(ok(root, "prune", "--partials", "-n", "--json"))["frees"], 0)
    lock = write(root / ".locks/models--acme--two" / ("d" * 64 + ".lock"), b"")
    with open(lock) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        out = fails(root, "prune", "--partials", "--older-than", "0", "--yes", "--json", says="1 change was not made")
        contains(json.loads(out)["skipped"][0], "Another program is downloading")
        fails(root, "rm", "acme/two", "--yes", says="1 change was not made")
    equal(partial.exists() and (two / "refs/main").exists(), True)
    ok(root, "prune", "--partials", "--older-than", "0", "--yes")
    equal(partial.exists(), False)


@check
def rm_removes_what_it_says(root):
    one, two = make_cache(root)
    golden("cache-rm.txt", ok(root, "rm", "acme/one", "--quant", "q8_0", "-n"))
    for arguments, freed in ((["acme/one@v1"], 3), (["acme/one", "--quant", "Q8_0"], len(WEIGHTS)), (["acme/two", "onnx/config.json", "old.txt"], 11), (["acme/two"], None)):
        said = json.loads(ok(root, "rm", *arguments, "-n", "--json"))["frees"]
        before = used(root)
        result = json.loads(ok(root, "rm", *arguments, "-y", "--json"))
        equal(result["freed"], said, str(arguments))
        # With a repo its refs go as well.
        equal(said - (before - used(root)), 80 if len(arguments) == 1 and "@" not in arguments[0] else 0, str(arguments))
        equal(freed in (None, said), True, f"{arguments}: {said}")
    equal(two.exists(), False)
    equal([str(p.relative_to(one)) for p in one.glob("snapshots/*/**/*") if p.is_symlink()], [f"snapshots/{B}/onnx/config.json"])
    fails(root, "rm", "acme/two", "-y", says="not in the cache")
    fails(root, "rm", "acme/one", "none.txt", "-y", says="no file none.txt")
    fails(root, "rm", "acme/one", "../../refs/main", "-y", says="no file")
    fails(root, "rm", "acme/one", "--quant", "Q2_K", "-y", says="no variant")
    fails(root, "rm", "../../etc", "-y", says="Invalid repo name", status=2)


@check
def old_repos_without_an_owner(root):
    add_file(root / "models--gpt2", A, "config.json", b"{}")
    write(root / "models--gpt2/refs/main", A.encode())
    equal(json.loads(ok(root, "verify", "gpt2@main", "--json"))["bad"], 0)
    ok(root, "rm", "gpt2", "-y")
    equal((root / "models--gpt2").exists(), False)


@check
def duplicates_become_one(root):
    one, two = make_cache(root)
    before = used(root)
    result = json.loads(ok(root, "prune", "--duplicates", "--yes", "--json"))
    equal((result["done"], result["freed"]), (1, len(WEIGHTS)))
    name = hashlib.sha256(WEIGHTS).hexdigest()
    equal((one / "blobs" / name).read_bytes(), (two / "blobs" / name).read_bytes())
    if (one / "blobs" / name).stat().st_nlink == 2:
        equal(before - used(root), len(WEIGHTS))
        # The first of two names gives nothing back, and that is what is said.
        equal(json.loads(ok(root, "rm", "acme/one", "--quant", "Q8_0", "-y", "--json"))["freed"], 0)
        equal(json.loads(ok(root, "rm", "acme/two", "--quant", "Q8_0", "-y", "--json"))["freed"], len(WEIGHTS))
    contains(ok(root, "prune", "--duplicates", "--yes"), "Nothing to do")


XET = "cf" + "ab" * 31


def share(root, *repos):
    """What huggingface_hub 1.32 makes of weights that came by Xet: one payload in the cache and a link to it in each repo."""
    name = hashlib.sha256(WEIGHTS).hexdigest()
    payload = write(root / "blobs" / XET[:2] / XET, WEIGHTS, old=True)
    write(root / "blobs/.huggingface-shared-blobs", b"1\n")
    for repo in repos:
        (repo / "blobs" / name).unlink()
        (repo / "blobs" / name).symlink_to(f"../../blobs/{XET[:2]}/{XET}")
    write(payload.with_name(XET + ".refs"), "".join(f"{repo.name}/blobs/{name}\n" for repo in repos).encode())
    payload.chmod(0o444)
    return payload


@check
def what_repos_share_counts_once_and_goes_with_the_last(root):
    one, two = make_cache(root)
    payload = share(root, one, two)
    rest = len(b'{"a": 1}') + len(b"old")
    sizes = [json.loads(line)["size"] for line in ok(root, "ls", "--json").splitlines()]
    equal(sizes, [len(WEIGHTS) + rest] * 2, "by itself each repo takes all of it")
    contains(ok(root, "ls").replace("\xa0", " "), "2 repos, 200.0 kB")
    equal(json.loads(ok(root, "scan", "--json"))["size"], len(WEIGHTS) + 2 * rest)
    equal(json.loads(ok(root, "verify", "--json"))["bad"], 0)
    equal(json.loads(ok(root, "rm", "acme/one", "-y", "--json"))["freed"] < len(WEIGHTS), True)
    equal(payload.exists(), True)
    equal(json.loads(ok(root, "verify", "--json"))["bad"], 0)
    equal(json.loads(ok(root, "rm", "acme/two", "--quant", "Q8_0", "-y", "--json"))["freed"], len(WEIGHTS))
    equal(payload.exists(), False)


@check
def what_no_repo_shares_any_more_is_pruned(root):
    one, _two = make_cache(root)
    payload = share(root, one)
    shutil.rmtree(one)
    result = json.loads(ok(root, "prune", "--orphans", "--dry-run", "--json"))
    equal([(step["action"], step["path"], step["frees"]) for step in result["steps"]], [("remove-payload", f"blobs/{XET[:2]}/{XET}", len(WEIGHTS))])
    contains(ok(root, "prune", "--orphans", "--yes"), "cfababababab…")
    equal(payload.exists(), False)


@check
def kernels_are_repos_too(root):
    repo = root / "kernels--acme--fast"
    add_file(repo, A, "build/torch/kernel.so", b"code" * 100)
    write(repo / "refs/main", A.encode())
    listed = json.loads(ok(root, "ls", "--json"))
    equal((listed["kind"], listed["id"], listed["size"], listed["warning"]), ("kernel", "acme/fast", 400, None))
    equal(json.loads(ok(root, "verify", "--json"))["bad"], 0)
    fails(root, "rm", "acme/fast", "-y", says="not in the cache")
    equal(json.loads(ok(root, "rm", "kernels/acme/fast", "build/torch/kernel.so", "-n", "--json"))["frees"], 440)
    ok(root, "rm", "acme/fast", "--kind", "kernel", "-y")
    equal(repo.exists(), False)


@check
def one_file_by_its_address(root):
    one, _two = make_cache(root)
    ok(root, "rm", "hf://models/acme/one/old.txt", "-y")
    equal([str(path.relative_to(one)) for path in one.glob("snapshots/*/old.txt")], [])
    equal((one / "refs/v1").exists() and (one / "snapshots" / A).exists(), True)


@check
def interrupted(root):
    one, _ = make_cache(root)
    big = write(one / "blobs" / ("e" * 64), b"")
    os.truncate(big, 1 << 38)
    process = subprocess.Popen([MAQ, "cache", "verify"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(root))
    time.sleep(0.7)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    equal((process.returncode, out), (130, b""))
    equal(time.monotonic() - start < 2, True, "at once")


@check
def asks_on_a_terminal(root):
    _, two = make_cache(root)
    for answer, status, stays in (("n\n", 1, True), ("y\n", 0, False)):
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(MAQ, ["maq", "cache", "rm", "acme/two"], environment(root, TERM="xterm"))
        text = ""
        while "[y/N]" not in text:
            assert select.select([fd], [], [], 20)[0], text
            text += os.read(fd, 4096).decode()
        contains(text, "frees 200")
        equal(two.exists(), True, "before the answer")
        os.write(fd, answer.encode())
        try:
            while chunk := os.read(fd, 4096):
                text += chunk.decode()
        except OSError:  # it ended
            pass
        equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), status, text)
        os.close(fd)
        equal(two.exists(), stays, text)


@check
def what_is_unfinished_is_listed(root):
    """As a download that was killed leaves it: small files, a list of all, and most of the weights in a partial file."""
    repo = root / "models--acme--huge"
    add_file(repo, A, "README.md", b"r" * 1900)
    weights = b"w" * 100_000
    write(repo / "blobs" / (hashlib.sha256(weights).hexdigest() + ".maquette-0123abcd.incomplete"), weights[:71_000])
    listed = {
        "README.md": {"size": 1900, "blob_id": git_hash(b"r" * 1900)},
        "model.safetensors": {"size": 100_000, "blob_id": "0" * 40, "lfs_sha256": hashlib.sha256(weights).hexdigest(), "lfs_size": 100_000},
    }
    write(repo / "trees" / (A + ".json"), json.dumps({"format_version": 1, "files": listed}).encode())
    out = ok(root, "ls")
    contains(out, "Incomplete · 72.9 of 101.9\u00a0kB")
    contains(out, "1 repo, 72.9")
    row = json.loads(ok(root, "ls", "--json"))
    equal((row["state"], row["size"], row["have"], row["want"]), ("incomplete", 72_900, 72_900, 101_900))
    # Beside an older version that has a name, it is still none that is over.
    add_file(repo, B, "README.md", b"older")
    write(repo / "refs/main", B.encode())
    contains(ok(root, "prune", "--revisions", "--dry-run"), "Nothing to do")
    shutil.rmtree(repo / "snapshots" / B)
    write(repo / "refs/main", A.encode())
    # Whole, it is called complete.
    (repo / "blobs" / (hashlib.sha256(weights).hexdigest() + ".maquette-0123abcd.incomplete")).unlink()
    add_file(repo, A, "model.safetensors", weights, sha256=True)
    equal(json.loads(ok(root, "ls", "--json"))["state"], "complete")


def main():
    failed = 0
    print(f"1..{len(checks)}", flush=True)
    for n, func in enumerate(checks, 1):
        name = func.__name__.replace("_", " ")
        top = pathlib.Path(tempfile.mkdtemp())
        try:
            (top / "hub").mkdir()
            func(top / "hub")
            print(f"ok {n} - {name}", flush=True)
        except Exception as error:  # every failure is one line of TAP and its story
            failed += 1
            print(f"not ok {n} - {name}", flush=True)
            for line in f"{type(error).__name__} in line {error.__traceback__.tb_next.tb_lineno}: {error}".splitlines():
                print(f"# {line}", flush=True)
        shutil.rmtree(top, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
