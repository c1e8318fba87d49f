// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// What @huggingface/hub does with the demo Hub: node npm-client.mjs URL CACHE. Run by test-clients.py.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, realpath } from "node:fs/promises";
import { basename } from "node:path";
import { checkRepoAccess, datasetInfo, downloadFile, downloadFileToCacheDir, fileDownloadInfo, fileExists, listCommits, listDatasets, listFiles, listModels,
  listSpaces, modelInfo, pathsInfo, snapshotDownload, whoAmI } from "@huggingface/hub";

const [hubUrl, cacheDir] = process.argv.slice(2);
const repo = "maquette/pebble-chat";

async function all(iterator) {
  const items = [];
  for await (const item of iterator) items.push(item);
  return items;
}

const models = await all(listModels({ hubUrl, search: { owner: "harbor-labs", task: "translation" }, additionalFields: ["author", "tags"] }));
assert.deepEqual(models.map((m) => m.name).sort(), ["harbor-labs/tern-en-de", "harbor-labs/tern-en-es", "harbor-labs/tern-en-fr"]);
assert.equal(models[0].author, "harbor-labs");
assert.ok((await all(listModels({ hubUrl }))).length >= 40);
assert.equal((await all(listDatasets({ hubUrl }))).length, 8);
assert.equal((await all(listSpaces({ hubUrl }))).length, 5);

assert.equal((await modelInfo({ hubUrl, name: repo })).task, "text-generation");
assert.equal((await datasetInfo({ hubUrl, name: "maquette/tiny-arithmetic" })).gated, false);

const files = await all(listFiles({ hubUrl, repo, recursive: true }));
const weights = files.find((f) => f.path === "model.safetensors");
assert.equal(weights.size, 4000256);
assert.equal(weights.lfs.oid.length, 64);
assert.equal((await pathsInfo({ hubUrl, repo, paths: ["config.json", "nothing"] })).length, 1);
assert.ok((await all(listCommits({ hubUrl, repo }))).length >= 3);
// This client leaves the slashes of a revision as they are.
const pull = { hubUrl, repo: "maquette/boulder-sharded", revision: "refs/pr/1" };
assert.ok((await all(listFiles(pull))).length > 1);
assert.ok((await all(listCommits(pull))).length > 1);
assert.ok(await downloadFile({ ...pull, path: "config.json" }));
assert.equal(await fileExists({ hubUrl, repo, path: "config.json" }), true);
assert.equal(await fileExists({ hubUrl, repo, path: "nothing.json" }), false);

const info = await fileDownloadInfo({ hubUrl, repo, path: "model.safetensors" });
assert.equal(info.size, 4000256);
assert.equal(await fileDownloadInfo({ hubUrl, repo, path: "nothing.json" }), null);
const text = await (await downloadFile({ hubUrl, repo, path: "config.json" })).text();
assert.equal(JSON.parse(text).model_type, "llama");
const blob = await downloadFile({ hubUrl, repo, path: "model.safetensors" });
assert.equal(createHash("sha256").update(Buffer.from(await blob.arrayBuffer())).digest("hex"), weights.lfs.oid);
assert.equal((await blob.slice(1000, 2000).arrayBuffer()).byteLength, 1000);

for (const path of ["config.json", "model.safetensors"]) {
  const cached = await downloadFileToCacheDir({ hubUrl, repo, path, cacheDir });
  const entry = files.find((f) => f.path === path);
  assert.equal(basename(await realpath(cached)), entry.lfs?.oid ?? entry.oid);
  assert.equal((await readFile(cached)).length, entry.size);
}
await snapshotDownload({ hubUrl, repo: "maquette/boulder-sharded", cacheDir });

await assert.rejects(checkRepoAccess({ hubUrl, repo: "maquette/nothing" }));
await assert.rejects(downloadFile({ hubUrl, repo: "maquette/slate-licensed", path: "config.json" }));
assert.ok(await downloadFile({ hubUrl, repo: "maquette/slate-licensed", path: "config.json", accessToken: "hf_demo_read" }));
assert.equal((await whoAmI({ hubUrl, accessToken: "hf_demo_read" })).name, "demo");
