#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""The Hub's own clients, unchanged, against the demo Hub: HfApi, downloads, the hf command, and @huggingface/hub.

    test-clients.py HUB-SERVER

TAP on standard output. Where the npm package cannot be had (support/maq_npm.py) its part is skipped.
"""
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
server = subprocess.Popen([sys.argv[1], "--demo"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
URL = server.stdout.readline().strip()
os.environ.update(HF_ENDPOINT=URL, HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_SYMLINKS_WARNING="1", HF_HUB_DISABLE_XET="1")

sys.path.insert(0, str(HERE.parent / "support"))

import huggingface_hub as hf  # noqa: E402  reads the endpoint when imported
import maq_npm  # noqa: E402
from huggingface_hub import errors  # noqa: E402

api = hf.HfApi()
reader = hf.HfApi(token="hf_demo_read")
visitor = hf.HfApi(token="hf_demo_basic")
checks = []


def check(func):
    checks.append(func)
    return func


class Skip(Exception):
    pass


def ids(items):
    return [item.id for item in items]


@contextlib.contextmanager
def raises(kind):
    try:
        yield
    except kind as error:
        assert type(error) is kind, f"{type(error).__name__} instead of {kind.__name__}"
        return
    raise AssertionError(f"no {kind.__name__}")


def control(method, what, body=None):
    request = urllib.request.Request(f"{URL}/.maq/{what}", method=method, data=json.dumps(body).encode() if body is not None else None)
    return json.load(urllib.request.urlopen(request))


# Lists


@check
def list_models_all_at_once_and_in_pages():
    everything = ids(api.list_models())
    assert len(everything) >= 40 and len(set(everything)) == len(everything)
    assert ids(api.list_models(limit=11)) == everything[:11]


@check
def list_models_filters():
    assert ids(api.list_models(author="harbor-labs", pipeline_tag="translation", sort="downloads")) == [
        "harbor-labs/tern-en-de", "harbor-labs/tern-en-es", "harbor-labs/tern-en-fr"]
    assert ids(api.list_models(filter=["translation", "fr"])) == ["harbor-labs/tern-en-fr"]
    assert ids(api.list_models(search="prism", filter="vision", sort="likes"))[0] == "lumen-vision/prism-vit-base"
    assert ids(api.list_models(num_parameters="min:6B,max:128B")) == ["harbor-labs/gull-7B"]
    assert len(ids(api.list_models(gated=True))) == 3
    assert ids(api.list_models(trained_dataset="harbor-labs/tide-tables")) == ["harbor-labs/fathom-series"]
    assert ids(api.list_models(search="nothing-of-this-name")) == []


@check
def list_models_sorts():
    for key in ("downloads", "likes", "trending_score", "last_modified", "created_at"):
        values = [getattr(model, key) for model in api.list_models(sort=key, expand=[{"trending_score": "trendingScore", "last_modified": "lastModified",
                                                                                          "created_at": "createdAt"}.get(key, key)])]
        assert values == sorted(values, reverse=True), key


@check
def list_models_expand_full_and_card():
    model = next(iter(api.list_models(search="gull-1B-chat", expand=["author", "lastModified", "safetensors", "gated", "tags"])))
    assert model.author == "harbor-labs" and model.safetensors.total == 1100000000 and model.gated is False and model.downloads is None
    full = next(iter(api.list_models(search="gull-1B-chat", full=True, cardData=True, fetch_config=True)))
    assert full.sha and full.card_data.license == "apache-2.0" and full.config["model_type"] == "llama" and full.siblings


@check
def list_models_bad_sort():
    with raises(errors.BadRequestError):
        list(api.list_models(sort="nonsense"))


@check
def list_datasets_and_spaces():
    assert len(ids(api.list_datasets())) == 8
    assert ids(api.list_datasets(filter="task_categories:translation")) == ["harbor-labs/sea-words-en-de"]
    assert ids(api.list_datasets(language="de")) == ["harbor-labs/sea-words-en-de"]
    assert len(ids(api.list_spaces())) == 5
    assert ids(api.list_spaces(search="tide"))[0] == "harbor-labs/tide-clock"
    assert ids(api.list_spaces(models="harbor-labs/tern-en-de")) == ["harbor-labs/translate-demo"]
    assert ids(api.list_spaces(datasets=["lumen-vision/shapes-svg"], linked=True)) == ["lumen-vision/shape-gallery"]
    assert ids(api.list_models(apps="llama.cpp", sort="downloads"))[0] == "maquette/pebble-chat-GGUF"


@check
def answers_are_compressed_only_when_asked():
    def encoding(wanted, path="/api/models"):
        answer = urllib.request.urlopen(urllib.request.Request(URL + path, headers={"Accept-Encoding": wanted}))
        return answer.headers["Content-Encoding"], answer.headers["Content-Length"], answer.read()[:2]

    assert encoding("gzip") == ("gzip", None, b"\x1f\x8b")
    assert encoding("identity")[0] is None and encoding("identity")[1]
    assert encoding("gzip", "/maquette/pebble-chat/resolve/main/model.safetensors")[0] is None


# Repos


@check
def model_info():
    info = api.model_info("maquette/pebble-chat", files_metadata=True)
    assert info.id == "maquette/pebble-chat" and info.pipeline_tag == "text-generation" and not info.private
    assert info.card_data.datasets == ["maquette/pebble-conversations", "maquette/tiny-arithmetic"]
    weights = next(s for s in info.siblings if s.rfilename == "model.safetensors")
    assert weights.size == 4000256 and len(weights.lfs.sha256) == 64 and weights.lfs.size == weights.size
    readme = next(s for s in info.siblings if s.rfilename == "README.md")
    assert readme.lfs is None and len(readme.blob_id) == 40
    assert info.created_at < info.last_modified
    old = api.model_info("maquette/boulder-sharded", revision="v1.0")
    assert old.sha != api.model_info("maquette/boulder-sharded").sha


@check
def model_info_of_gguf():
    info = api.model_info("maquette/pebble-chat-GGUF", expand=["gguf", "tags"])
    assert info.gguf["architecture"] == "llama" and info.gguf["context_length"] > 0 and "conversational" in info.tags


@check
def dataset_info_and_space_info():
    data = api.dataset_info("maquette/tiny-arithmetic")
    assert data.card_data.license == "cc0-1.0" and "format:csv" in data.tags and data.description.startswith("Every sum")
    space = api.space_info("maquette/pebble-playground")
    assert space.sdk == "static" and space.models[0] == "maquette/pebble-chat-GGUF" and space.runtime.stage == "RUNNING"


@check
def list_repo_tree():
    tree = list(api.list_repo_tree("lumen-vision/spectra-mini", recursive=True, expand=True))
    folders = [item.path for item in tree if isinstance(item, hf.hf_api.RepoFolder)]
    assert folders == ["scheduler", "text_encoder", "unet", "vae"], folders
    weights = next(item for item in tree if item.path == "unet/diffusion_pytorch_model.safetensors")
    assert weights.lfs.sha256 and weights.last_commit.title
    assert len(list(api.list_repo_tree("lumen-vision/spectra-mini", path_in_repo="unet"))) == 2
    assert len(api.list_repo_files("lumen-vision/shapes-svg", repo_type="dataset")) == 26


@check
def get_paths_info():
    found = api.get_paths_info("lumen-vision/spectra-mini", ["README.md", "unet", "nothing"], expand=True)
    assert [item.path for item in found] == ["README.md", "unet"]


@check
def list_repo_refs_and_commits():
    refs = api.list_repo_refs("maquette/boulder-sharded", include_pull_requests=True)
    assert [ref.name for ref in refs.branches] == ["main"] and [ref.name for ref in refs.tags] == ["v1.0", "v1.1"]
    assert refs.pull_requests[0].ref == "refs/pr/1"
    commits = api.list_repo_commits("maquette/boulder-sharded", formatted=True)
    assert commits[-1].title == "initial commit" and commits[0].commit_id == refs.branches[0].target_commit and commits[0].created_at > commits[-1].created_at
    assert api.model_info("maquette/boulder-sharded", revision="refs/pr/1").sha == refs.pull_requests[0].target_commit


@check
def exists():
    assert api.repo_exists("maquette/flint") and not api.repo_exists("maquette/nothing")
    assert api.file_exists("maquette/pebble-chat", "config.json") and not api.file_exists("maquette/pebble-chat", "nothing.json")
    assert api.file_exists("maquette/pebble-chat", "model.safetensors")
    assert api.revision_exists("maquette/pebble-chat", "v1.0") and not api.revision_exists("maquette/pebble-chat", "v9")


@check
def renamed_ids():
    assert api.model_info("maquette/flint-v0").id == "maquette/flint"
    assert api.model_info("gull").id == "harbor-labs/gull-125M"
    assert pathlib.Path(hf.hf_hub_download("maquette/flint-v0", "config.json")).read_text()


# Who may do what


@check
def whoami():
    me = reader.whoami()
    assert me["name"] == "demo" and me["auth"]["accessToken"]["role"] == "read" and len(me["orgs"]) == 3
    with raises(errors.HfHubHTTPError):
        hf.HfApi(token="hf_wrong").whoami()


@check
def missing_things():
    for client in (api, visitor):
        with raises(errors.RepositoryNotFoundError):
            client.model_info("maquette/nothing")
        with raises(errors.RepositoryNotFoundError):
            client.hf_hub_download("maquette/nothing", "config.json")
        with raises(errors.RepositoryNotFoundError):
            client.snapshot_download("maquette/nothing", repo_type="dataset")
        with raises(errors.RevisionNotFoundError):
            client.model_info("maquette/flint", revision="nothing")
        with raises(errors.RevisionNotFoundError):
            client.hf_hub_download("maquette/flint", "config.json", revision="nothing")
        with raises(errors.RemoteEntryNotFoundError):
            client.hf_hub_download("maquette/pebble-chat", "nothing.json")
        with raises(errors.RemoteEntryNotFoundError):
            list(client.list_repo_tree("maquette/flint", path_in_repo="nothing"))


@check
def gated_repos():
    assert api.model_info("maquette/slate-licensed").gated == "manual"
    assert api.list_repo_files("maquette/slate-licensed")
    for client in (api, visitor):
        with raises(errors.GatedRepoError):
            client.hf_hub_download("maquette/slate-licensed", "config.json")
        with raises(errors.GatedRepoError):
            client.auth_check("maquette/slate-licensed")
    reader.auth_check("maquette/slate-licensed")
    assert reader.hf_hub_download("maquette/slate-licensed", "config.json")


@check
def private_repos():
    for client in (api, visitor):
        with raises(errors.RepositoryNotFoundError):
            client.model_info("harbor-labs/harbor-internal-7B")
        with raises(errors.RepositoryNotFoundError):
            client.hf_hub_download("harbor-labs/harbor-internal-7B", "config.json")
    assert reader.model_info("harbor-labs/harbor-internal-7B").private
    assert "harbor-labs/harbor-internal-7B" in ids(reader.list_models(search="internal"))
    assert reader.hf_hub_download("harbor-labs/harbor-internal-7B", "config.json")


# Downloads


@check
def download_one_file():
    path = pathlib.Path(hf.hf_hub_download("maquette/pebble-chat", "model.safetensors"))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == path.resolve().name
    info = hf.get_hf_file_metadata(hf.hf_hub_url("maquette/pebble-chat", "model.safetensors"))
    assert info.size == path.stat().st_size and info.etag == path.resolve().name and len(info.commit_hash) == 40


@check
def tokens_stay_with_the_hub():
    control("DELETE", "requests")
    reader.hf_hub_download("maquette/pebble-chat", "model.safetensors", force_download=True)
    requests = control("GET", "requests")
    assert any(r["host"] == "hub" and r["authorization"] for r in requests)
    assert [r["authorization"] for r in requests if r["host"] == "cdn"] == [False]


@check
def download_goes_on_after_a_cut():
    control("POST", "faults", {"host": "cdn", "cut": 30000000})
    path = pathlib.Path(hf.hf_hub_download("lumen-vision/prism-vit-small", "model.safetensors"))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == path.resolve().name
    ranges = [r["range"] for r in control("GET", "requests") if r["host"] == "cdn" and r["range"]]
    assert ranges and ranges[-1] not in ("bytes=0-", None), ranges


@check
def download_snapshot():
    folder = pathlib.Path(hf.snapshot_download("maquette/boulder-sharded"))
    files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    assert files == sorted(api.list_repo_files("maquette/boulder-sharded")), files
    assert (folder.parent.parent / "refs" / "main").read_text() == folder.name
    data = pathlib.Path(hf.snapshot_download("lumen-vision/shapes-svg", repo_type="dataset", allow_patterns="images/red-*"))
    assert len(list(data.rglob("*.svg"))) == 4
    old = pathlib.Path(hf.snapshot_download("maquette/boulder-sharded", revision="v1.0", allow_patterns="*.md"))
    assert not (old / "CHANGELOG.md").exists()
    weights = pathlib.Path(hf.snapshot_download("maquette/pebble-chat-GGUF", allow_patterns="*.gguf"))
    assert next(weights.glob("*.gguf")).read_bytes()[:4] == b"GGUF"


@check
def cache_is_clean():
    assert not hf.scan_cache_dir().warnings


@check
def served_cache_gives_the_same():
    other = subprocess.Popen([sys.argv[1], "--cache", hf.constants.HF_HUB_CACHE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    mirror = hf.HfApi(endpoint=other.stdout.readline().strip())
    try:
        assert "maquette/boulder-sharded" in ids(mirror.list_models())
        with tempfile.TemporaryDirectory() as folder:
            name = "model-00001-of-00004.safetensors"
            copied = pathlib.Path(mirror.hf_hub_download("maquette/boulder-sharded", name, cache_dir=folder))
            first = pathlib.Path(hf.hf_hub_download("maquette/boulder-sharded", name))
            assert copied.read_bytes() == first.read_bytes() and copied.resolve().name == first.resolve().name and copied.parent.name == first.parent.name
    finally:
        other.stdin.close()
        other.wait(10)


# What a folder holds, its users can have


@contextlib.contextmanager
def served(folder):
    other = subprocess.Popen([sys.argv[1], folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield hf.HfApi(endpoint=other.stdout.readline().strip())
    finally:
        other.stdin.close()
        other.wait(10)


def write(root, path, content):
    file = pathlib.Path(root, path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


@check
def whatever_is_listed_can_be_fetched():
    names = ["config.json", "empty.txt", "weights/model.bin", "sub/" * 40 + "deep.txt", "with space & 100%.txt", "größe/日本.txt", "a#b?c.txt", "a+b=c.bin", "UPPER.GGUF", "noext", ".hidden",
             "quote'\".txt", "tilde~1.txt"]
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as cache:
        for name in names:
            write(root, f"models/gpt2/{name}", b"" if name == "empty.txt" else f"{name}\n".encode() * 1000)
            write(root, f"models/ada/one/{name}", name.encode())
        os.utime(f"{root}/models/gpt2/config.json", (10**12, 10**12))
        os.utime(f"{root}/models/ada/one/config.json", (-10**11, -10**11))
        write(root, "models/ada/one/README.md", "\ufeff\r\n---\r\nlanguage: no\r\nlicense: mit\r\ntags: [1, 2.50, null]\r\n---  \r\n# T\r\n".encode())
        with served(root) as api:
            assert sorted(ids(api.list_models())) == ["ada/one", "gpt2"]
            info = api.model_info("ada/one", files_metadata=True)
            assert info.card_data.language == "no" and info.card_data.license == "mit" and "1" in info.tags and "2.50" in info.tags, info
            for repo in "gpt2", "ada/one":
                wanted = sorted(names + (["README.md"] if repo == "ada/one" else []))
                tree = {item.path: item for item in api.list_repo_tree(repo, recursive=True) if isinstance(item, hf.hf_api.RepoFile)}
                assert sorted(tree) == wanted == sorted(api.list_repo_files(repo)), sorted(tree)
                folder = pathlib.Path(api.snapshot_download(repo, cache_dir=cache))
                for name in wanted:
                    content = pathlib.Path(root, "models", repo, name).read_bytes()
                    assert (folder / name).read_bytes() == content and tree[name].size == len(content), name
                    etag = (folder / name).resolve().name
                    git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
                    assert etag == (tree[name].lfs.sha256 if tree[name].lfs else tree[name].blob_id), name
                    assert etag == (hashlib.sha256(content).hexdigest() if tree[name].lfs else git), name


@check
def revisions_with_slashes():
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as cache:
        commits = [{"files": {"a/b.txt": {"text": "main"}}}, {"branch": "feature/x", "files": {"a/b.txt": {"text": "feature"}}}]
        write(root, "models/ada/one/.maquette/repo.json", json.dumps({"commits": commits}).encode())
        with served(root) as api:
            assert pathlib.Path(api.hf_hub_download("ada/one", "a/b.txt", revision="feature/x", cache_dir=cache)).read_text() == "feature"
            assert api.model_info("ada/one", revision="feature/x").sha != api.model_info("ada/one").sha
            assert api.list_repo_files("ada/one", revision="feature/x") == ["a/b.txt"]
            assert api.list_repo_commits("ada/one", revision="feature/x")[0].commit_id == api.model_info("ada/one", revision="feature/x").sha


@check
def download_while_the_hashes_are_made():
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as cache:
        write(root, "models/ada/one/config.json", b"{}")
        for number in range(2):
            weights = pathlib.Path(root, f"models/ada/one/w{number}.bin")
            with open(weights, "wb") as file:
                file.truncate(2_000_000_000)  # a hole, which is not downloaded: it is there to be hashed
        with served(root) as api:
            assert pathlib.Path(api.hf_hub_download("ada/one", "config.json", cache_dir=cache)).read_text() == "{}"
            assert api.snapshot_download("ada/one", cache_dir=cache, allow_patterns="*.json")
            url = hf.hf_hub_url("ada/one", "w1.bin", endpoint=api.endpoint)
            info = hf.get_hf_file_metadata(url, retry_on_errors=True)
            assert info.size == 2_000_000_000 and len(info.etag) == 64


# The hf command


def hf_run(*arguments, token=None):
    if not shutil.which("hf"):
        raise Skip("there is no hf command")
    environment = dict(os.environ, **({"HF_TOKEN": token} if token else {}))
    return subprocess.run(["hf", *arguments], capture_output=True, text=True, timeout=60, env=environment)


def hf_command(*arguments, token=None):
    done = hf_run(*arguments, token=token)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@check
def hf_download_and_whoami():
    path = hf_command("download", "maquette/pebble-embed", "config.json", "README.md")
    assert "snapshots" in path
    assert "demo" in hf_command("auth", "whoami", token="hf_demo_read")


@check
def hf_download_refused():
    gated = hf_run("download", "maquette/slate-licensed", "model.safetensors")
    assert gated.returncode != 0 and "requires approval" in gated.stderr, gated
    missing = hf_run("download", "maquette/nothing")
    assert missing.returncode != 0 and "not found" in (missing.stdout + missing.stderr).lower(), missing
    assert "snapshots" in hf_command("download", "maquette/slate-licensed", "config.json", token="hf_demo_read")
    assert "snapshots" in hf_command("download", "harbor-labs/tide-clock", "--repo-type", "space")


@check
def hf_cache_verify():
    hf_command("download", "maquette/boulder-sharded")
    hf_command("cache", "verify", "maquette/boulder-sharded")


@check
def hf_models_list():
    assert "harbor-labs/gull-7B" in hf_command("models", "ls", "--search", "gull", "--limit", "20", "--format", "json")


# npm


@check
def npm_client():
    try:
        modules = maq_npm.find_modules()
    except maq_npm.Missing as reason:
        raise Skip(str(reason)) from None
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(modules, f"{folder}/node_modules")
        shutil.copy(HERE / "npm-client.mjs", folder)
        done = subprocess.run(["node", "npm-client.mjs", URL, f"{folder}/cache"], cwd=folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr


def main():
    failed = 0
    print(f"TAP version 14\n1..{len(checks)}")
    for number, func in enumerate(checks, 1):
        name = func.__name__.replace("_", " ")
        control("DELETE", "faults")
        try:
            func()
            print(f"ok {number} {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} {name} # SKIP {reason}", flush=True)
        except Exception as error:  # every check is told about, whatever went wrong
            failed += 1
            text = "\n".join(f"# {line}" for line in f"{type(error).__name__}: {error}".split("\n"))
            where = error.__traceback__
            while where.tb_next and where.tb_next.tb_frame.f_code.co_filename == __file__:
                where = where.tb_next
            print(f"not ok {number} {name}\n{text}\n# line {where.tb_lineno}", flush=True)
    server.stdin.close()
    server.wait(10)
    sys.exit(1 if failed else 0)


main()
