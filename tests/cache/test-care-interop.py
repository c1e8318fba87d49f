#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""After each kind of care that `maq cache` takes, Python's huggingface_hub finds nothing to warn of, and nothing missing.

    test-care-interop.py HUB-SERVER MAQ

TAP on standard output.
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

import huggingface_hub as hf  # noqa: E402  reads the endpoint when imported


def check(func):
    checks.append(func)
    return func


def control(method, what, body=None):
    request = urllib.request.Request(f"{URL}/.maq/{what}", method=method, data=json.dumps(body).encode() if body is not None else None)
    return json.load(urllib.request.urlopen(request))


def environment(cache):
    return {**os.environ, "HF_HUB_CACHE": str(cache), "XDG_STATE_HOME": f"{cache}-state"}


def care(cache, *arguments, status=0):
    done = subprocess.run([MAQ, "cache", *arguments, "--json"], env=environment(cache), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, f"maq cache {' '.join(arguments)}: status {done.returncode}: {done.stderr}"
    return json.loads(done.stdout) if done.stdout else None


def check_python(cache, *repos):
    """Nothing to warn of, and what is there is what the Hub has."""
    scan = hf.scan_cache_dir(cache)
    assert scan.warnings == [], scan.warnings
    for repo in repos:
        done = subprocess.run(["hf", "cache", "verify", repo, "--cache-dir", str(cache)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
    return {repo.repo_id: repo for repo in scan.repos}


def fetch(cache, repo="acme/tiny", **more):
    return pathlib.Path(hf.snapshot_download(repo, cache_dir=cache, **more))


def requests_for_files():
    """Python asks once for each file that is not here."""
    return [request["path"] for request in control("GET", "requests") if request["method"] == "HEAD" and "/resolve/" in request["path"]]


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
    check_python(cache, "acme/tiny")
    assert hf.try_to_load_from_cache("acme/none", "config.json", cache_dir=cache) is hf._CACHED_NO_EXIST
    control("DELETE", "requests")
    assert fetch(cache) == snapshot and (snapshot / "onnx/deep/x.json").read_bytes() == b'{"x": [1, 2]}'
    assert len(requests_for_files()) == 1, requests_for_files()
    check_python(cache, "acme/tiny")


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
    check_python(cache, "acme/tiny")
    control("DELETE", "requests")
    fetch(cache), fetch(cache, revision="v1")
    # In the second revision the blob is found; of both only the weights were not there.
    assert len(requests_for_files()) == 2 and all(path.endswith(WEIGHTS) for path in requests_for_files()), requests_for_files()
    assert (snapshot / WEIGHTS).read_bytes() == (old / WEIGHTS).read_bytes() == (HUB / "models/acme/tiny" / WEIGHTS).read_bytes()
    check_python(cache, "acme/tiny")
    assert care(cache, "prune", "--damaged", "--yes")["freed"] == 2 << 20
    check_python(cache, "acme/tiny")


@check
def pruning_leaves_what_is_used(cache):
    snapshot = fetch(cache)
    fetch(cache, revision="v1")
    repo = cache / "models--acme--tiny"
    (repo / "refs/v1").unlink()
    for name in ("e" * 40 + ".incomplete", "e" * 64 + ".0123abcd.incomplete", "f" * 40):
        os.utime(write(repo / "blobs" / name, b"left behind"), (OLD, OLD))
    assert len(hf.scan_cache_dir(cache).incomplete_files) == 2
    control("DELETE", "requests")
    for option in ("--orphans", "--revisions", "--partials"):
        said = care(cache, "prune", option, "--dry-run")
        result = care(cache, "prune", option, "--yes")
        assert result["freed"] == said["frees"] > 0 and result["skipped"] == [], (said, result)
        check_python(cache, "acme/tiny")
    assert not hf.scan_cache_dir(cache).incomplete_files
    assert len(check_python(cache)["acme/tiny"].revisions) == 1
    assert fetch(cache) == snapshot and not requests_for_files()


@check
def removing_leaves_the_rest(cache):
    snapshot = fetch(cache)
    fetch(cache, revision="v1")
    before = check_python(cache)["acme/tiny"]
    assert care(cache, "rm", "acme/tiny@v1", "--yes")["freed"] == len('{"a": 1}')
    after = check_python(cache, "acme/tiny")["acme/tiny"]
    assert before.size_on_disk - after.size_on_disk == len('{"a": 1}') and len(after.revisions) == 1
    assert care(cache, "rm", "acme/tiny", "--quant", "Q8_0", "--yes")["freed"] == 2 << 20
    assert check_python(cache, "acme/tiny")["acme/tiny"].size_on_disk == after.size_on_disk - (2 << 20)
    control("DELETE", "requests")
    assert fetch(cache) == snapshot
    assert len(requests_for_files()) == 1
    check_python(cache, "acme/tiny")
    care(cache, "rm", "acme/tiny", "--yes")
    assert check_python(cache) == {}
    fetch(cache)
    check_python(cache, "acme/tiny")


@check
def twins_share_their_weights(cache):
    fetch(cache), fetch(cache, "acme/twin")
    before = check_python(cache)
    assert care(cache, "prune", "--duplicates", "--yes")["freed"] == 2 << 20
    after = check_python(cache, "acme/tiny", "acme/twin")
    assert {name: repo.size_on_disk for name, repo in before.items()} == {name: repo.size_on_disk for name, repo in after.items()}
    # Python takes one away; the other stays whole.
    hf.scan_cache_dir(cache).delete_revisions(*[revision.commit_hash for revision in after["acme/tiny"].revisions]).execute()
    check_python(cache, "acme/twin")
    assert care(cache, "verify")["bad"] == 0


@check
def a_download_shares_what_python_fetched(cache):
    fetch(cache, "acme/twin")
    control("DELETE", "requests")
    subprocess.run([MAQ, "download", "acme/tiny", "--quiet"], env=environment(cache), stdout=subprocess.DEVNULL, check=True, timeout=60)
    assert [request["path"] for request in control("GET", "requests") if request["host"] == "cdn"] == []
    check_python(cache, "acme/tiny", "acme/twin")
    control("DELETE", "requests")
    fetch(cache)
    assert requests_for_files() == [], requests_for_files()
    hf.scan_cache_dir(cache).delete_revisions(*[revision.commit_hash for revision in check_python(cache)["acme/twin"].revisions]).execute()
    check_python(cache, "acme/tiny")


@check
def what_was_imported_python_finds(cache):
    source = write(cache.with_name("own") / "any name.gguf", (HUB / "models/acme/tiny" / WEIGHTS).read_bytes())
    subprocess.run([MAQ, "cache", "import", "acme/tiny", source], env=environment(cache), stdout=subprocess.DEVNULL, check=True, timeout=60)
    check_python(cache, "acme/tiny")
    found = hf.hf_hub_download("acme/tiny", WEIGHTS, cache_dir=cache, local_files_only=True)
    assert pathlib.Path(found).read_bytes() == source.read_bytes()
    control("DELETE", "requests")
    fetch(cache)
    assert not [path for path in requests_for_files() if path.endswith(WEIGHTS)], requests_for_files()
    check_python(cache, "acme/tiny")


@check
def what_python_is_fetching_is_left_alone(cache):
    fetch(cache, allow_patterns=["*.json"])
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
    check_python(cache, "acme/tiny")
    assert care(cache, "verify")["bad"] == 0


def main():
    failed = 0
    print(f"1..{len(checks)}", flush=True)
    for n, func in enumerate(checks, 1):
        name = func.__name__.replace("_", " ")
        control("DELETE", "faults")
        try:
            func(TOP / f"cache-{n}")
            print(f"ok {n} - {name}", flush=True)
        except Exception as error:  # every failure is one line of the report
            failed += 1
            text = f"{type(error).__name__} in line {error.__traceback__.tb_next.tb_lineno}: {error}"
            print(f"not ok {n} - {name}\n# " + text.strip().replace("\n", "\n# "), flush=True)
    server.stdin.close()
    server.wait(timeout=10)
    shutil.rmtree(TOP, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
