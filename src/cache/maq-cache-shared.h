// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <sys/stat.h>

#include "maq-cache-job.h"
#include "maq-cache-private.h"

// The store that the repos of a cache share since huggingface_hub 1.32: what came by Xet lies as a payload in
// CACHE/blobs/ab/<xet hash>, and blobs/<etag> of a repo is a link there. Everything that meets such a link asks here what it leads
// to. The Xet hash says nothing of the content; the etag, the name of the link, does. A payload is never written, and goes only by
// a sweep. Layout and rules: cache notes §15, read 2026-12. All of it blocks.

G_BEGIN_DECLS

#define MAQ_CACHE_SHARED_FOLDER "blobs"

typedef enum
{
  MAQ_CACHE_SHARED_NONE,      // there is none; a folder blobs/ without the marker is somebody else's
  MAQ_CACHE_SHARED_READ_ONLY, // a newer layout: what leads there is read, and nothing is changed
  MAQ_CACHE_SHARED_KNOWN,
} MaqCacheSharedState;

typedef struct _MaqCacheShared MaqCacheShared;

// The store below the cache's root, or below the cache that the repo's folder REPO_FD really lies in. Never NULL; both descriptors
// stay the caller's.
MaqCacheShared     *maq_cache_shared_open (int root_fd);
MaqCacheShared     *maq_cache_shared_open_of_repo (int repo_fd);
void                maq_cache_shared_free (MaqCacheShared *self);
MaqCacheSharedState maq_cache_shared_get_state (MaqCacheShared *self);
// A sentence on a folder blobs/ that is no store as it should be, NULL if nothing is to be said (transfer full).
char *maq_cache_shared_dup_remark (MaqCacheShared *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqCacheShared, maq_cache_shared_free)

// Whether TEXT is 64 lower-case hexadecimal digits, as a payload's name is.
gboolean maq_cache_is_payload_name (const char *text);
// The payload, below the store, that the link NAME in FOLDER leads to; NULL if it leads to none (transfer full). INFO: of the payload.
char *maq_cache_shared_dup_payload (MaqCacheShared *self, int folder, const char *name, struct stat *info);
// Whether NAME in FOLDER is content: a regular file, or a link to a payload. INFO: of the content. PAYLOAD (nullable): as above.
gboolean maq_cache_shared_stat (MaqCacheShared *self, int folder, const char *name, struct stat *info, char **payload);
// The same of the blob NAME in BLOBS_FD, the blobs/ of the repo REPO_FD; looks for the store only where it must.
gboolean maq_cache_stat_blob (int repo_fd, int blobs_fd, const char *name, struct stat *info);
// Opens such content for reading; -1 with an error for anything else.
int maq_cache_shared_open_content (MaqCacheShared *self, int folder, const char *name, struct stat *info, GError **error);
// What the blob NAME in FOLDER is now, as text that changes when it or what it leads to changes; NULL if it is no content
// (transfer full).
char *maq_cache_shared_dup_identity (MaqCacheShared *self, int folder, const char *name, struct stat *info);
// Whether NAME is what a link is called while it is made: ".<etag>.<8 hex>.shared".
gboolean maq_cache_is_temporary_link (const char *name);

// Whether the payload HASH is there with SIZE bytes, to be had for another repo: not when the environment says so, or the layout is
// newer.
gboolean maq_cache_shared_offers (MaqCacheShared *self, const char *hash, guint64 size);
// Makes ETAG in BLOBS_FD, the blobs/ of REPO_FOLDER, a link to the payload HASH after reading all of it. FALSE: its content is not
// what ETAG says, or it cannot be linked. Only under the lock of ETAG.
gboolean maq_cache_shared_take (MaqCacheShared *self, const char *hash, int blobs_fd, const char *repo_folder, const char *etag, guint64 size, MaqCacheJob *job, GError **error);
// Opens the payload HASH; -1 if it is none.
int maq_cache_shared_open_payload (MaqCacheShared *self, const char *hash, struct stat *info);

// What the payload HASH is, and what removing it would free: see maq_cache_stat. FALSE if it is none.
gboolean maq_cache_shared_stat_payload (MaqCacheShared *self, const char *hash, struct stat *info);

// The names of all payloads, sorted (transfer full); the bytes of all of them. Nothing in a store that is not known.
char  **maq_cache_shared_list (MaqCacheShared *self);
guint64 maq_cache_shared_measure (MaqCacheShared *self);

// Who uses the payload HASH: paths "<repo folder>/blobs/<etag>" (a set, keys owned), as far as its manifest says so and it is still
// true, and the links that no manifest has. NULL: nobody knows, keep it. LINKS: all links of the cache into the store as they were
// when it was first needed; starts as NULL, freed by the caller.
GHashTable *maq_cache_shared_list_users (MaqCacheShared *self, const char *hash, GHashTable **links);
// Under the payload's lock: removes it if nobody uses it, or writes down who does. ASIDE (nullable): the name in ASIDE_FD that it
// gets instead of being removed. FREED grows. LINKS: as above. FALSE if the lock or the disk does not let it; that it stays is no
// failure.
gboolean maq_cache_shared_sweep (MaqCacheShared *self, const char *hash, GHashTable **links, int aside_fd, const char *aside, guint64 *freed, GError **error);
// Sweeps all of HASHES (a set) after what linked to them was removed.
void maq_cache_shared_sweep_all (MaqCacheShared *self, GHashTable *hashes, guint64 *freed);

G_END_DECLS
