// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"

// A small cache in a folder of its own, laid out as other Hub tools leave it: model acme/tiny with the commits A and B, which
// share a large blob; onnx/x.json in a sub-folder; refs main → B and refs/pr/1 → A; tokenizer.model known to be absent in B.

G_BEGIN_DECLS

#define COMMIT_A     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define COMMIT_B     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define COMMIT_C     "cccccccccccccccccccccccccccccccccccccccc"
#define WEIGHTS_SIZE 3000
#define REPO         "models--acme--tiny"

typedef struct
{
  char     *root;
  MaqCache *cache;
  char     *weights; // etag of the blob both commits have: 64 hex
  char     *config;  // etag of config.json in A: 40 hex
  char     *nested;  // etag of onnx/x.json in B: 40 hex
} Fixture;

// Makes the cache's folder only, or the content as well.
void fixture_set_up_empty (Fixture *fixture, gconstpointer data);
void fixture_set_up (Fixture *fixture, gconstpointer data);
void fixture_tear_down (Fixture *fixture, gconstpointer data);

// Files below the root; parents are made.
void     fixture_write (Fixture *fixture, const char *path, const char *text);
void     fixture_link (Fixture *fixture, const char *path, const char *target);
gboolean fixture_exists (Fixture *fixture, const char *path); // as it is, links not followed
char    *fixture_dup_text (Fixture *fixture, const char *path);
char    *fixture_dup_path (Fixture *fixture, const char *path);
// Takes a lock as another program would; close the descriptor to release it.
int fixture_hold_lock (Fixture *fixture, const char *repo_folder, const char *etag);

// The names blobs have.
char *hash_sha256 (const void *data, gsize length);
char *hash_git (const void *data, gsize length);

// Runs the main context until FUTURE (transfer full) is done. NULL or a copy of its value; waits at most 20 s.
GValue *wait_for (DexFuture *future, GError **error);
// A reference to the boxed value, NULL with an error.
gpointer wait_for_boxed (DexFuture *future, GError **error);

#define ADD(path, set_up, func) g_test_add (path, Fixture, NULL, set_up, func, fixture_tear_down)

// How much of a writer's file is there from the start, and writing on from there.
guint64  fixture_get_prefix (MaqCacheWriter *writer);
gboolean fixture_append (MaqCacheWriter *writer, const void *data, gsize length, GError **error);

G_END_DECLS
