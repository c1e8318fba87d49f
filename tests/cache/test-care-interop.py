#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""After each kind of care that `maq cache` takes, Python's huggingface_hub and npm's @huggingface/hub find nothing to warn of, and nothing
missing: in caches that Python wrote, that npm wrote, and that Maquette wrote.

    test-care-interop.py HUB-SERVER MAQ

TAP on standard output. Where the npm package cannot be had (support/maq_npm.py) its part is skipped.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

TOP = pathlib.Path(tempfile.mkdtemp(prefix="maq-care-"))
HUB = TOP / "hub"
MAQ = sys.argv[2]
WEIGHTS = "tiny-Q8_0.gguf"
OLD = 1_600_000_000
checks = []


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def make_hub():
    """A model with two commits and a tag, and another one with the same weights."""
    weights = random.Random(7).randbytes(2 << 20)
    for name in ("tiny", "twin"):
        repo = HUB / "models/acme" / name
        write(repo / "README.md", b"---\nlicense: mit\n---\n# Tiny\n")
        write(repo / "config.json", b'{"a": 1}')
        write(repo / "onnx/deep/x.json", b'{"x": [1, 2]}')
        write(repo / WEIGHTS, weights)
    commits = [{"title": "first", "date": "2026-01-01T00:00:00.000Z", "authors": ["acme"], "files": {"config.json": {"file": "config.json"}}},
               {"title": "second", "date": "2026-02-01T00:00:00.000Z", "authors": ["acme"], "files": {"config.json": {"text": '{"a": 2}'}}}]
    write(HUB / "models/acme/tiny/.maquette/repo.json", json.dumps({"commits": commits, "git_tags": {"v1": 0}}).encode())


make_hub()
server = subprocess.Popen([sys.argv[1], str(HUB)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
URL = server.stdout.readline().strip()
os.environ.update(HF_ENDPOINT=URL, HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_SYMLINKS_WARNING="1")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import huggingface_hub as hf  # noqa: E402  reads the endpoint when imported
import maq_npm  # noqa: E402

try:
    npm, npm_missing = maq_npm.Npm(URL), None
except maq_npm.Missing as reason:
    npm, npm_missing = None, reason


class Skip(Exception):
    pass


def check(func):
    """Run once for each program that can have written the cache."""
    checks.extend((func, writer) for writer in WRITERS)
    return func


def check_once(func):
    checks.append((func, "Python"))
    return func


def write_by_python(repo, cache, revision):
    hf.snapshot_download(repo, cache_dir=cache, revision=revision)


def write_by_npm(repo, cache, revision):
    if npm is None:
        raise Skip(npm_missing)
    npm.snapshot(repo, cache, revision)


def write_by_maquette(repo, cache, revision):
    subprocess.run([MAQ, "download", f"{repo}@{revision}", "--quiet"], env=environment(cache), stdout=subprocess.DEVNULL, check=True, timeout=60)


WRITERS = {"Python": write_by_python, "npm": write_by_npm, "Maquette": write_by_maquette}
writer = "Python"


def control(method, what, body=None):
    request = urllib.request.Request(f"{URL}/.maq/{what}", method=method, data=json.dumps(body).encode() if body is not None else None)
    return json.load(urllib.request.urlopen(request))


def environment(cache):
    return {**os.environ, "HF_HUB_CACHE": str(cache), "XDG_STATE_HOME": f"{cache}-state"}


def care(cache, *arguments, status=0):
    done = subprocess.run([MAQ, "cache", *arguments, "--json"], env=environment(cache), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, f"maq cache {' '.join(arguments)}: status {done.returncode}: {done.stderr}"
    return json.loads(done.stdout) if done.stdout else None


def check_clients(cache, *repos):
    """Nothing to warn of, and what is there is what the Hub has."""
    scan = hf.scan_cache_dir(cache)
    assert scan.warnings == [], scan.warnings
    if npm is not None:
        npm.check_scan(cache, scan)
    for repo in repos:
        done = subprocess.run(["hf", "cache", "verify", repo, "--cache-dir", str(cache)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
    return {repo.repo_id: repo for repo in scan.repos}


def fetch(cache, repo="acme/tiny", revision="main"):
    """By the program whose turn it is."""
    WRITERS[writer](repo, cache, revision)
    return pathlib.Path(hf.snapshot_download(repo, cache_dir=cache, revision=revision, local_files_only=True))


def read(cache, repo="acme/tiny", revision="main"):
    """Both clients read the whole, and Python fetches what is not here. Returns the folder and the files that Python asked for."""
    control("DELETE", "requests")
    snapshot = pathlib.Path(hf.snapshot_download(repo, cache_dir=cache, revision=revision))
    asked = [request["path"] for request in control("GET", "requests") if request["method"] == "HEAD" and "/resolve/" in request["path"]]
    if npm is not None:
        control("DELETE", "requests")
        npm.snapshot(repo, cache, revision)
        assert not [request for request in control("GET", "requests") if "/resolve/" in request["path"]], "npm asked for files"
    return snapshot, asked


@check
def damage_of_every_kind_is_mended(cache):
    snapshot = fetch(cache)
    fetch(cache, revision="v1")
    repo = cache / "models--acme--tiny"
    (snapshot / "onnx/deep/x.json").resolve().unlink()
    write(repo / "refs/gone", b"c" * 40)
    write(repo / "refs/cut", b"")
    write(repo / "refs/main", (repo / "refs/main").read_bytes() + b"\n")
    # As Python leaves it after a 404 on the only file asked for.
    write(cache / "models--acme--none/refs/main", b"d" * 40)
    write(cache / "models--acme--none/.no_exist" / ("d" * 40) / "config.json", b"")
    assert len(hf.scan_cache_dir(cache).warnings) == 2
    result = care(cache, "scan", "--repair", "--yes")
    assert result["skipped"] == [] and result["freed"] == 0, result
    check_clients(cache, "acme/tiny")
    assert hf.try_to_load_from_cache("acme/none", "config.json", cache_dir=cache) is hf._CACHED_NO_EXIST
    again, asked = read(cache)
    assert again == snapshot and (snapshot / "onnx/deep/x.json").read_bytes() == b'{"x": [1, 2]}'
    assert len(asked) == 1, asked
    check_clients(cache, "acme/tiny")


@check
def wrong_content_is_fetched_again(cache):
    snapshot = fetch(cache)
    old = fetch(cache, revision="v1")
    blob = (snapshot / WEIGHTS).resolve()
    content = bytearray(blob.read_bytes())
    content[1000] ^= 1
    blob.write_bytes(content)
    done = subprocess.run(["hf", "cache", "verify", "acme/tiny", "--cache-dir", str(cache)], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0  # Python sees it as well
    assert care(cache, "verify", status=1)["bad"] == 1
    assert care(cache, "verify", "--repair", "--yes")["done"] == 1
    check_clients(cache, "acme/tiny")
    # In the second revision the blob is found; of both only the weights were not there.
    for revision in ("main", "v1"):
        _snapshot, asked = read(cache, revision=revision)
        assert len(asked) == 1 and asked[0].endswith(WEIGHTS), asked
    assert (snapshot / WEIGHTS).read_bytes() == (old / WEIGHTS).read_bytes() == (HUB / "models/acme/tiny" / WEIGHTS).read_bytes()
    check_clients(cache, "acme/tiny")
    assert care(cache, "prune", "--damaged", "--yes")["freed"] == 2 << 20
    check_clients(cache, "acme/tiny")


@check
def pruning_leaves_what_is_used(cache):
    snapshot = fetch(cache)
    fetch(cache, revision="v1")
    repo = cache / "models--acme--tiny"
    (repo / "refs/v1").unlink()
    for name in ("e" * 40 + ".incomplete", "e" * 64 + ".0123abcd.incomplete", "f" * 40):
        os.utime(write(repo / "blobs" / name, b"left behind"), (OLD, OLD))
    assert len(hf.scan_cache_dir(cache).incomplete_files) == 2
    # A partial file that belongs to no list of files makes the newest revision without one unfinished, which is not pruned.
    for option in ("--orphans", "--partials", "--revisions"):
        said = care(cache, "prune", option, "--dry-run")
        result = care(cache, "prune", option, "--yes")
        assert result["freed"] == said["frees"] > 0 and result["skipped"] == [], (said, result)
        check_clients(cache, "acme/tiny")
        assert read(cache) == (snapshot, [])
    assert not hf.scan_cache_dir(cache).incomplete_files
    assert len(check_clients(cache)["acme/tiny"].revisions) == 1


@check
def removing_leaves_the_rest(cache):
    snapshot = fetch(cache)
    fetch(cache, revision="v1")
    before = check_clients(cache)["acme/tiny"]
    assert care(cache, "rm", "acme/tiny@v1", "--yes")["freed"] == len('{"a": 1}')
    after = check_clients(cache, "acme/tiny")["acme/tiny"]
    assert read(cache) == (snapshot, [])
    assert before.size_on_disk - after.size_on_disk == len('{"a": 1}') and len(after.revisions) == 1
    assert care(cache, "rm", "acme/tiny", "--quant", "Q8_0", "--yes")["freed"] == 2 << 20
    assert check_clients(cache, "acme/tiny")["acme/tiny"].size_on_disk == after.size_on_disk - (2 << 20)
    again, asked = read(cache)
    assert again == snapshot and len(asked) == 1, asked
    check_clients(cache, "acme/tiny")
    care(cache, "rm", "acme/tiny", "--yes")
    assert check_clients(cache) == {}
    fetch(cache)
    check_clients(cache, "acme/tiny")


@check
def twins_share_their_weights(cache):
    fetch(cache), fetch(cache, "acme/twin")
    before = check_clients(cache)
    # Maquette does not store twice what it fetches.
    assert care(cache, "prune", "--duplicates", "--yes")["freed"] == (0 if writer == "Maquette" else 2 << 20)
    after = check_clients(cache, "acme/tiny", "acme/twin")
    assert {name: repo.size_on_disk for name, repo in before.items()} == {name: repo.size_on_disk for name, repo in after.items()}
    assert read(cache)[1] == read(cache, "acme/twin")[1] == []
    # Python takes one away; the other stays whole.
    hf.scan_cache_dir(cache).delete_revisions(*[revision.commit_hash for revision in after["acme/tiny"].revisions]).execute()
    check_clients(cache, "acme/twin")
    assert read(cache, "acme/twin")[1] == []
    assert care(cache, "verify")["bad"] == 0


@check
def a_download_shares_what_is_here(cache):
    fetch(cache, "acme/twin")
    control("DELETE", "requests")
    subprocess.run([MAQ, "download", "acme/tiny", "--quiet"], env=environment(cache), stdout=subprocess.DEVNULL, check=True, timeout=60)
    assert [request["path"] for request in control("GET", "requests") if request["host"] == "cdn"] == []
    check_clients(cache, "acme/tiny", "acme/twin")
    assert read(cache)[1] == read(cache, "acme/twin")[1] == []
    hf.scan_cache_dir(cache).delete_revisions(*[revision.commit_hash for revision in check_clients(cache)["acme/twin"].revisions]).execute()
    check_clients(cache, "acme/tiny")


def share(cache, *repos):
    """Moves the weights of REPOS, which are the same, to where Python keeps those that came by Xet since 1.32."""
    version = tuple(int(part) for part in hf.__version__.split(".")[:2])
    if version < (1, 32):
        raise Skip(f"huggingface_hub {hf.__version__} does not know the store that repos share")
    xet = "cf" + "ab" * 31
    payload = write(cache / "blobs" / xet[:2] / xet, (HUB / "models/acme/tiny" / WEIGHTS).read_bytes())
    write(cache / "blobs/.huggingface-shared-blobs", b"1\n")
    lines = []
    for repo in repos:
        blob = next(path for path in (cache / repo / "blobs").iterdir() if path.stat().st_size == 2 << 20)
        blob.unlink()
        blob.symlink_to(f"../../blobs/{xet[:2]}/{xet}")
        lines.append(f"{repo}/blobs/{blob.name}\n")
    write(payload.with_name(xet + ".refs"), "".join(lines).encode())
    payload.chmod(0o444)
    return payload


@check
def what_repos_share_stays_right(cache):
    fetch(cache), fetch(cache, "acme/twin")
    payload = share(cache, "models--acme--tiny", "models--acme--twin")
    before = check_clients(cache, "acme/tiny", "acme/twin")
    listed = {repo["id"]: repo["size"] for repo in map(json.loads, subprocess.run([MAQ, "cache", "ls", "--json"], env=environment(cache), capture_output=True, text=True, check=True).stdout.splitlines())}
    assert listed == {name: repo.size_on_disk for name, repo in before.items()}, listed
    assert care(cache, "verify")["bad"] == 0
    assert read(cache)[1] == read(cache, "acme/twin")[1] == []
    care(cache, "rm", "acme/twin", "--yes")
    assert payload.exists()
    check_clients(cache, "acme/tiny")
    # Python takes the last away, and the payload with it.
    hf.scan_cache_dir(cache).delete_revisions(*[revision.commit_hash for revision in check_clients(cache)["acme/tiny"].revisions]).execute()
    assert not payload.exists()


@check_once
def what_was_imported_is_found(cache):
    source = write(cache.with_name("own") / "any name.gguf", (HUB / "models/acme/tiny" / WEIGHTS).read_bytes())
    subprocess.run([MAQ, "cache", "import", "acme/tiny", source], env=environment(cache), stdout=subprocess.DEVNULL, check=True, timeout=60)
    check_clients(cache, "acme/tiny")
    found = hf.hf_hub_download("acme/tiny", WEIGHTS, cache_dir=cache, local_files_only=True)
    assert pathlib.Path(found).read_bytes() == source.read_bytes()
    _snapshot, asked = read(cache)
    assert asked and not [path for path in asked if path.endswith(WEIGHTS)], asked
    check_clients(cache, "acme/tiny")


@check_once
def what_python_is_fetching_is_left_alone(cache):
    hf.snapshot_download("acme/tiny", cache_dir=cache, allow_patterns=["*.json"])
    control("POST", "faults", {"host": "cdn", "rate": 700000, "times": 0})
    script = "import huggingface_hub as hf, sys; hf.snapshot_download('acme/tiny', cache_dir=sys.argv[1])"
    process = subprocess.Popen([sys.executable, "-c", script, str(cache)], env=environment(cache), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    blobs = cache / "models--acme--tiny/blobs"
    end = time.monotonic() + 30
    while not list(blobs.glob("*.incomplete")) and time.monotonic() < end:
        time.sleep(0.05)
    result = care(cache, "prune", "--partials", "--older-than", "0", "--yes", status=1)
    assert "Another program" in result["skipped"][0], result
    result = care(cache, "rm", "acme/tiny", "--yes", status=1)
    assert "Another program" in result["skipped"][0], result
    care(cache, "scan", "--repair", "--yes")
    assert process.poll() is None, "it was still fetching all the while"
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    check_clients(cache, "acme/tiny")
    assert care(cache, "verify")["bad"] == 0


def main():
    global writer
    failed = 0
    print(f"1..{len(checks)}", flush=True)
    for n, (func, writer) in enumerate(checks, 1):
        name = f"{func.__name__.replace('_', ' ')} (written by {writer})"
        control("DELETE", "faults")
        try:
            func(TOP / f"cache-{n}")
            print(f"ok {n} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {n} - {name} # SKIP {reason}", flush=True)
        except Exception as error:  # every failure is one line of the report
            failed += 1
            text = f"{type(error).__name__} in line {error.__traceback__.tb_next.tb_lineno}: {error}"
            print(f"not ok {n} - {name}\n# " + text.strip().replace("\n", "\n# "), flush=True)
    if npm is not None:
        npm.close()
    server.stdin.close()
    server.wait(timeout=10)
    shutil.rmtree(TOP, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
