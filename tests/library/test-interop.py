#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""The shared cache, used by Maquette, Python's huggingface_hub and npm's @huggingface/hub in turn and at the same time.

    test-interop.py HUB-SERVER MAQ

TAP on standard output. Where the npm package cannot be had (support/maq_npm.py) its part is left out.
"""
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

TOP = pathlib.Path(tempfile.mkdtemp(prefix="maq-interop-"))
HUB = TOP / "hub"
MAQ = sys.argv[2]
WEIGHTS = "tiny-Q8_0.gguf"
checks = []


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def make_hub():
    """Two models with two commits, a tag and a pull request, a dataset and a Space. npm cannot fetch empty files: "plain" has none."""
    rng = random.Random(7)
    commits = [{"title": "first", "date": "2026-01-01T00:00:00.000Z", "authors": ["acme"], "files": {"config.json": {"file": "config.json"}}},
               {"title": "proposed", "date": "2026-01-15T00:00:00.000Z", "authors": ["acme"], "branch": "refs/pr/1",
                "files": {"config.json": {"text": '{"a": 3}'}}},
               {"title": "second", "date": "2026-02-01T00:00:00.000Z", "authors": ["acme"], "files": {"config.json": {"text": '{"a": 2}'}}}]
    for name in ("tiny", "plain"):
        repo = HUB / "models/acme" / name
        write(repo / "README.md", b"---\nlicense: mit\n---\n# Tiny\n")
        write(repo / "config.json", b'{"a": 1}')
        write(repo / "copy.json", b'{"a": 1}')
        if name == "tiny":
            write(repo / "empty.txt", b"")
        write(repo / "weird but valid/name (1).txt", b"spaces")
        write(repo / "onnx/deep/er/x.json", b'{"x": [1, 2]}')
        write(repo / WEIGHTS, rng.randbytes(3 << 20))
        write(repo / "part-00001-of-00001.safetensors", rng.randbytes(1 << 20))
        write(repo / ".maquette/repo.json", json.dumps({"commits": commits, "git_tags": {"v1": 0}}).encode())
    write(HUB / "datasets/acme/rows/data/train.csv", b"a,b\n1,2\n")
    write(HUB / "spaces/acme/page/index.html", b"<p>hello</p>\n")


make_hub()
server = subprocess.Popen([sys.argv[1], str(HUB)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
URL = server.stdout.readline().strip()
os.environ.update(HF_ENDPOINT=URL, HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_SYMLINKS_WARNING="1")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import huggingface_hub as hf  # noqa: E402  reads the endpoint when imported
import maq_npm  # noqa: E402

api = hf.HfApi()
try:
    npm, npm_missing = maq_npm.Npm(URL), None
except maq_npm.Missing as reason:
    npm, npm_missing = None, reason


class Skip(Exception):
    pass


def need_npm():
    if npm is None:
        raise Skip(npm_missing)


def files_asked_for():
    """The requests for files since they were forgotten last: Python makes one for each that is not here, npm several."""
    return [request["path"] for request in control("GET", "requests") if "/resolve/" in request["path"] or "/resolve-cache/" in request["path"]]


def check_npm_is_content(cache, repo, revision="main"):
    """npm takes the revision for whole, too, and fetches nothing."""
    if npm is not None:
        control("DELETE", "requests")
        npm.snapshot(repo, cache, revision)
        assert files_asked_for() == [], files_asked_for()


def check(func):
    checks.append(func)
    return func


def control(method, what, body=None):
    request = urllib.request.Request(f"{URL}/.maq/{what}", method=method, data=json.dumps(body).encode() if body is not None else None)
    return json.load(urllib.request.urlopen(request))


def environment(cache, **more):
    return {**os.environ, "HF_HUB_CACHE": str(cache), "XDG_STATE_HOME": f"{cache}-state", **more}


def maq(cache, *arguments, status=0, **more):
    done = subprocess.run([MAQ, *arguments], env=environment(cache, **more), capture_output=True, text=True, timeout=60)
    assert done.returncode == status, f"maq {' '.join(arguments)}: status {done.returncode}: {done.stderr}"
    return done.stdout


def download(cache, *arguments, **more):
    return json.loads(maq(cache, "download", "--json", *arguments, **more))


def list_cache(cache):
    return [json.loads(line) for line in maq(cache, "cache", "ls", "--json").splitlines()]


def verify(cache, repo, *arguments):
    done = subprocess.run(["hf", "cache", "verify", repo, "--cache-dir", str(cache), *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def check_scans(cache):
    """All see the same, and nothing to warn of. Returns Python's view."""
    scan = hf.scan_cache_dir(cache)
    assert scan.warnings == [], scan.warnings
    theirs = {(repo.repo_type, repo.repo_id): repo for repo in scan.repos}
    ours = {(repo["kind"], repo["id"]): repo for repo in list_cache(cache)}
    assert theirs.keys() == ours.keys(), (theirs.keys(), ours.keys())
    for key, repo in theirs.items():
        assert ours[key]["size"] == repo.size_on_disk and ours[key]["files"] == repo.nb_files, key
        assert not ours[key].get("warning"), ours[key]
        revisions = {revision["commit"]: revision for revision in ours[key]["revisions"]}
        assert revisions.keys() == {revision.commit_hash for revision in repo.revisions}
        for revision in repo.revisions:
            mine = revisions[revision.commit_hash]
            assert mine["size"] == revision.size_on_disk and set(mine["refs"]) == set(revision.refs), (mine, revision)
    if npm is not None:
        npm.check_scan(cache, scan)
    return scan


def check_invariants(cache):
    """What has a final name is whole and right, links stay inside, and nothing else is there."""
    for repo in pathlib.Path(cache).glob("*--*"):
        for blob in (repo / "blobs").glob("*"):
            if not re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", blob.name):
                continue  # partial files, and what Python tries the umask with
            content = blob.read_bytes()
            sha1 = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            assert blob.name in (sha1, hashlib.sha256(content).hexdigest()), blob
        for link in (repo / "snapshots").rglob("*"):
            if link.is_symlink():
                assert not os.path.isabs(os.readlink(link)), link
                assert link.resolve().parent == (repo / "blobs").resolve() and link.exists(), link
    known = ("models--", "datasets--", "spaces--", ".locks", "CACHEDIR.TAG")
    assert all(entry.name.startswith(known) for entry in pathlib.Path(cache).iterdir()), os.listdir(cache)


def expected(path, kind="models", repo="acme/tiny"):
    return (HUB / kind / repo / path).read_bytes()


# What Maquette fetched


@check
def python_finds_what_maquette_fetched(cache):
    result = download(cache, "acme/tiny")
    assert result["path"].startswith(str(cache)) and result["fetched"] > 4 << 20
    commit = api.model_info("acme/tiny").sha
    assert result["commit"] == commit
    snapshot = hf.snapshot_download("acme/tiny", cache_dir=cache, local_files_only=True)
    assert snapshot == result["path"]
    for entry in api.list_repo_tree("acme/tiny", recursive=True):
        if not isinstance(entry, hf.hf_api.RepoFile):
            continue
        path = hf.hf_hub_download("acme/tiny", entry.path, cache_dir=cache, local_files_only=True)
        content = pathlib.Path(path).read_bytes()
        assert content == (b'{"a": 2}' if entry.path == "config.json" else expected(entry.path)), entry.path
        assert os.path.islink(path)
    verify(cache, "acme/tiny", "--fail-on-missing-files", "--fail-on-extra-files")
    scan = check_scans(cache)
    assert not scan.incomplete_files
    assert pathlib.Path(cache, "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    # And fetches nothing of it again.
    control("DELETE", "requests")
    assert hf.snapshot_download("acme/tiny", cache_dir=cache) == snapshot
    assert not [request for request in control("GET", "requests") if request["method"] == "GET" and "/resolve/" in request["path"]]
    check_npm_is_content(cache, "acme/tiny")
    check_npm_is_content(cache, "acme/tiny", commit)


@check
def python_finds_revisions_datasets_and_spaces(cache):
    old = download(cache, "acme/tiny@v1")
    proposed = download(cache, "acme/tiny@refs/pr/1")
    assert proposed["fetched"] == len('{"a": 3}')
    new = download(cache, "acme/tiny")
    assert new["commit"] != old["commit"] and new["fetched"] == len('{"a": 2}')
    download(cache, "datasets/acme/rows")
    download(cache, "spaces/acme/page")
    for revision, text in (("v1", b'{"a": 1}'), ("refs/pr/1", b'{"a": 3}'), ("main", b'{"a": 2}'), (old["commit"], b'{"a": 1}')):
        path = hf.hf_hub_download("acme/tiny", "config.json", revision=revision, cache_dir=cache, local_files_only=True)
        assert pathlib.Path(path).read_bytes() == text, revision
    assert hf.snapshot_download("acme/rows", repo_type="dataset", cache_dir=cache, local_files_only=True)
    assert hf.snapshot_download("acme/page", repo_type="space", cache_dir=cache, local_files_only=True)
    scan = check_scans(cache)
    tiny = next(repo for repo in scan.repos if repo.repo_id == "acme/tiny")
    assert {ref: revision.commit_hash for ref, revision in tiny.refs.items()} == {
        "v1": old["commit"], "refs/pr/1": proposed["commit"], "main": new["commit"]}
    for revision in ("v1", "refs/pr/1", "main", old["commit"]):
        check_npm_is_content(cache, "acme/tiny", revision)
    verify(cache, "acme/tiny", "--revision", "v1", "--fail-on-missing-files", "--fail-on-extra-files")
    verify(cache, "acme/rows", "--type", "dataset", "--fail-on-missing-files")
    # Python deletes one revision; the rest stays as it is.
    scan.delete_revisions(old["commit"]).execute()
    check_scans(cache)
    verify(cache, "acme/tiny", "--fail-on-missing-files")


@check
def clients_find_a_variant_and_single_files(cache):
    for arguments, path in ((["--quant", "Q8_0"], WEIGHTS), (["onnx/deep/er/x.json"], "onnx/deep/er/x.json")):
        commit = download(cache, "acme/tiny", *arguments)["commit"]
        check_scans(cache)
        control("DELETE", "requests")
        found = hf.hf_hub_download("acme/tiny", path, cache_dir=cache, local_files_only=True)
        assert pathlib.Path(found).read_bytes() == expected(path)
        if npm is not None:
            assert npm.ask("file", repo="acme/tiny", path=path, revision=commit, cacheDir=cache) == found
        assert control("GET", "requests") == []


@check
def python_completes_what_maquette_began(cache):
    download(cache, "acme/tiny", "--include", "*.json")
    check_scans(cache)
    snapshot = pathlib.Path(hf.snapshot_download("acme/tiny", cache_dir=cache))
    assert (snapshot / WEIGHTS).read_bytes() == expected(WEIGHTS)
    verify(cache, "acme/tiny", "--fail-on-missing-files", "--fail-on-extra-files")
    check_scans(cache)


@check
def lists_of_files_are_shared(cache):
    result = download(cache, "acme/tiny", "--include", "*.json")
    ours = json.loads(next(cache.glob("models--acme--tiny/trees/*.json")).read_text())
    from huggingface_hub._tree_cache import read_tree_cache
    assert len(read_tree_cache(str(cache / "models--acme--tiny"), result["commit"])) == 8
    # With it Python knows a part from the whole, which it could not otherwise.
    try:
        hf.snapshot_download("acme/tiny", cache_dir=cache, local_files_only=True)
        raise AssertionError("taken for whole")
    except hf.errors.LocalEntryNotFoundError as error:
        assert WEIGHTS in str(error) or "incomplete" in str(error).lower(), error
    assert hf.snapshot_download("acme/tiny", cache_dir=cache, local_files_only=True, allow_patterns="*.json") == result["path"]
    # Each is content with the other's, and both write the same.
    control("DELETE", "requests")
    hf.snapshot_download("acme/tiny", cache_dir=cache)
    assert not [request for request in control("GET", "requests") if "/tree/" in request["path"]]
    assert hf.snapshot_download("acme/tiny", cache_dir=cache, local_files_only=True) == result["path"]
    other = pathlib.Path(f"{cache}-python")
    hf.snapshot_download("acme/tiny", cache_dir=other)
    theirs = json.loads(next(other.glob("models--acme--tiny/trees/*.json")).read_text())
    for file in theirs["files"].values():
        file.pop("xet_hash", None)
    assert ours == theirs and list(ours["files"]) == list(theirs["files"])
    control("DELETE", "requests")
    assert download(other, "acme/tiny")["fetched"] == 0
    assert len([request for request in control("GET", "requests") if "/tree/" in request["path"]]) <= 1  # of the command's own plan
    check_scans(cache)


@check
def globs_choose_as_in_python(cache):
    for n, patterns in enumerate((["*.json"], ["onnx/"], ["*/x.*"], ["[pt]*"], ["[!pt]*"], ["?mpty*"], ["weird*", "*.md"], ["*[1)].txt"])):
        ours, theirs = f"{cache}-{n}", f"{cache}-{n}-python"
        download(ours, "acme/tiny", *[argument for pattern in patterns for argument in ("--include", pattern)])
        hf.snapshot_download("acme/tiny", cache_dir=theirs, allow_patterns=patterns)
        names = [sorted(str(file.relative_to(root)) for file in pathlib.Path(root).rglob("snapshots/*/*") if not file.is_dir())
                 for root in (ours, theirs)]
        assert names[0] == names[1], (patterns, names)


# What Python fetched


@check
def maquette_finds_what_python_fetched(cache):
    snapshot = hf.snapshot_download("acme/tiny", cache_dir=cache)
    hf.snapshot_download("acme/rows", repo_type="dataset", cache_dir=cache)
    control("DELETE", "requests")
    assert maq(cache, "download", "acme/tiny", "--offline").strip() == snapshot
    assert maq(cache, "download", "acme/tiny", WEIGHTS, "--offline").strip() == os.path.join(snapshot, WEIGHTS)
    assert maq(cache, "download", "acme/tiny@" + os.path.basename(snapshot), "config.json", "--offline").strip() == os.path.join(snapshot, "config.json")
    check_scans(cache)
    assert control("GET", "requests") == []
    # Asked online it fetches nothing.
    result = download(cache, "acme/tiny")
    assert result["path"] == snapshot and result["fetched"] == 0
    assert not [request for request in control("GET", "requests") if "/resolve/" in request["path"]]


@check
def maquette_completes_what_python_began(cache):
    hf.hf_hub_download("acme/tiny", WEIGHTS, cache_dir=cache)
    result = download(cache, "acme/tiny")
    assert 0 < result["fetched"] < 2 << 20
    verify(cache, "acme/tiny", "--fail-on-missing-files", "--fail-on-extra-files")
    check_scans(cache)


@check
def a_read_only_cache_is_used(cache):
    snapshot = hf.snapshot_download("acme/tiny", cache_dir=cache)
    before = sorted((str(path), path.lstat().st_mtime_ns) for path in cache.rglob("*"))
    subprocess.run(["chmod", "-R", "a-w", str(cache)], check=True)
    try:
        assert download(cache, "acme/tiny")["path"] == snapshot
        after = sorted((str(path), path.lstat().st_mtime_ns) for path in cache.rglob("*"))
        assert before == after  # not one write, also where this user could
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(cache)], check=True)


# npm


@check
def npm_completes_what_maquette_began(cache):
    need_npm()
    download(cache, "acme/plain", "--include", "*.json")
    check_scans(cache)
    control("DELETE", "requests")
    npm.snapshot("acme/plain", cache)
    assert not [path for path in files_asked_for() if path.endswith(".json")], files_asked_for()
    verify(cache, "acme/plain", "--fail-on-missing-files", "--fail-on-extra-files")
    check_scans(cache)
    check_invariants(cache)
    assert download(cache, "acme/plain")["fetched"] == 0


@check
def maquette_finds_what_npm_fetched(cache):
    need_npm()
    npm.snapshot("acme/plain", cache)
    npm.snapshot("acme/plain", cache, "v1")
    control("DELETE", "requests")
    for revision in ("", "@v1"):
        snapshot = pathlib.Path(maq(cache, "download", f"acme/plain{revision}", "--offline").strip())
        assert (snapshot / WEIGHTS).read_bytes() == expected(WEIGHTS, repo="acme/plain")
        assert (snapshot / "onnx/deep/er/x.json").read_bytes() == expected("onnx/deep/er/x.json", repo="acme/plain")
    assert control("GET", "requests") == []
    check_scans(cache)
    assert download(cache, "acme/plain")["fetched"] == 0
    verify(cache, "acme/plain", "--fail-on-missing-files", "--fail-on-extra-files")


@check
def maquette_completes_what_npm_began(cache):
    need_npm()
    # Of a branch npm puts each file under the commit that last changed it, and writes no ref.
    for path in (WEIGHTS, "config.json"):
        npm.ask("file", repo="acme/plain", path=path, cacheDir=cache)
    result = download(cache, "acme/plain")
    assert 0 < result["fetched"] < 2 << 20, result
    verify(cache, "acme/plain", "--fail-on-missing-files", "--fail-on-extra-files")
    check_scans(cache)
    check_invariants(cache)
    check_npm_is_content(cache, "acme/plain")


@check
def what_npm_left_half_done_is_let_alone(cache):
    need_npm()
    control("POST", "faults", {"host": "cdn", "rate": 1000000, "times": 0})
    process = npm.start()
    npm.send(process, "snapshot", repo="acme/plain", cacheDir=cache)
    end = time.monotonic() + 30
    # In the middle of the weights.
    while not any(path.stat().st_size > 100000 for path in cache.rglob("*.incomplete")) and time.monotonic() < end:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    control("DELETE", "faults")
    left = {path: path.read_bytes() for path in cache.rglob("*.incomplete")}
    assert left
    download(cache, "acme/plain")
    verify(cache, "acme/plain", "--fail-on-missing-files", "--fail-on-extra-files")
    assert {path: path.read_bytes() for path in cache.rglob("*.incomplete")} == left
    check_npm_is_content(cache, "acme/plain")


# At the same time, interrupted, without links


@check
def killed_programs_leave_a_cache_the_other_uses(cache):
    control("POST", "faults", {"host": "cdn", "rate": 3000000, "times": 0})
    script = "import huggingface_hub as hf, sys; hf.snapshot_download('acme/tiny', cache_dir=sys.argv[1])"
    for n in range(4):
        program = [MAQ, "download", "acme/tiny"] if n % 2 == 0 else [sys.executable, "-c", script, str(cache)]
        process = subprocess.Popen(program, env=environment(cache), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.3 if n % 2 == 0 else 1.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if cache.exists():
            check_invariants(cache)
    control("DELETE", "faults")
    # The window would show what the killed command left, and the command goes on with it.
    assert list(pathlib.Path(f"{cache}-state").glob("maquette/transfers/*.json"))
    result = download(cache, "acme/tiny")
    assert not list(pathlib.Path(f"{cache}-state").glob("maquette/transfers/*.json"))
    assert result["fetched"] < 4 << 20  # something of what the killed ones had fetched was used
    check_invariants(cache)
    check_scans(cache)
    verify(cache, "acme/tiny", "--fail-on-missing-files", "--fail-on-extra-files")
    check_npm_is_content(cache, "acme/tiny")
    assert not [file for file in cache.rglob("*.incomplete") if ".maquette-" in file.name]


@check
def both_at_once(cache):
    control("POST", "faults", {"host": "cdn", "rate": 8000000, "times": 0})
    script = "import huggingface_hub as hf, sys; print(hf.snapshot_download('acme/tiny', cache_dir=sys.argv[1]))"
    for n in range(3):
        root = pathlib.Path(f"{cache}-{n}")
        programs = [[MAQ, "download", "acme/tiny"], [sys.executable, "-c", script, str(root)], [MAQ, "download", "acme/tiny", WEIGHTS]]
        running = []
        for i, program in enumerate(programs):
            running.append(subprocess.Popen(program, env=environment(root, XDG_STATE_HOME=f"{root}-state-{i}"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
            # Python takes its time to start; sometimes it is the first all the same.
            time.sleep((0.6 if i == 0 else 0) if n == 1 else 0)
        for process in running:
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
        check_invariants(root)
        check_scans(root)
        verify(root, "acme/tiny", "--fail-on-missing-files", "--fail-on-extra-files")
        assert not list(root.rglob("*.incomplete"))


@check
def without_links(cache):
    download(cache, "acme/tiny", HF_HUB_DISABLE_SYMLINKS="1")
    snapshot = pathlib.Path(hf.snapshot_download("acme/tiny", cache_dir=cache, local_files_only=True))
    assert not any(file.is_symlink() for file in snapshot.rglob("*"))
    verify(cache, "acme/tiny", "--fail-on-missing-files", "--fail-on-extra-files")
    check_scans(cache)
    assert download(cache, "acme/tiny")["fetched"] == 0


@check
def damage_is_reported_and_repaired(cache):
    snapshot = pathlib.Path(hf.snapshot_download("acme/tiny", cache_dir=cache))
    (snapshot / "onnx/deep/er/x.json").resolve().unlink()
    assert hf.scan_cache_dir(cache).warnings  # Python gives up the repo
    assert list_cache(cache)[0]["warning"]
    assert download(cache, "acme/tiny")["fetched"] == len(expected("onnx/deep/er/x.json"))
    check_scans(cache)


def main():
    failed = 0
    print(f"1..{len(checks)}", flush=True)
    for n, func in enumerate(checks, 1):
        name = func.__name__.replace("_", " ")
        control("DELETE", "faults")
        try:
            func(TOP / f"cache-{n}")
            print(f"ok {n} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {n} - {name} # SKIP {reason}", flush=True)
        except Exception as error:  # every failure is one line of the report
            failed += 1
            text = f"{type(error).__name__}: {error}" + "\n" + str(error.__traceback__.tb_next and error.__traceback__.tb_next.tb_lineno)
            print(f"not ok {n} - {name}\n# " + text.strip().replace("\n", "\n# "), flush=True)
    if npm is not None:
        npm.close()
    server.stdin.close()
    server.wait(timeout=10)
    shutil.rmtree(TOP, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
