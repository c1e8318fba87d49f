// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache-care.h"
#include "maq-cache-survey.h"

// What the units of the care share.

G_BEGIN_DECLS

// Device, inode, length and time of the last change as text: whether a file is still the one that was looked at (transfer full).
char *maq_cache_dup_identity (const struct stat *info);

// Which hash a blob's name is; _NONE if it is none (MD5 of old servers, names of other tools).
typedef enum
{
  MAQ_CACHE_HASH_NONE,
  MAQ_CACHE_HASH_SHA256,
  MAQ_CACHE_HASH_GIT,
} MaqCacheHash;
MaqCacheHash maq_cache_get_hash_of_name (const char *etag);
// The hash of what FD holds, of INFO's length, in hexadecimal (transfer full). NULL with an error, _CANCELLED if JOB
// (nullable) was stopped.
char *maq_cache_hash_fd (int fd, const struct stat *info, MaqCacheHash hash, MaqCacheJob *job, GError **error);

MaqCachePlan *maq_cache_plan_new (void);
// SURVEY nullable. REASON is taken.
MaqCacheStep *maq_cache_plan_add (MaqCachePlan *self, MaqCacheSurvey *survey, MaqCacheStepAction action, const char *path, char *reason);
// A sentence for each repo that cannot be cared for, and for each stray thing.
void maq_cache_plan_add_strays (MaqCachePlan *self, MaqCacheSurvey *survey);
// Resolves to PLAN, with its sums.
DexFuture *maq_cache_plan_finish (MaqCachePlan *self);

// What removing files gives back: the last name of a file counts, and the last link to a payload of the shared store. One for a plan.
typedef struct _MaqCacheTally MaqCacheTally;
// ROOT_FD: of the cache; stays the caller's.
MaqCacheTally *maq_cache_tally_new (int root_fd);
void           maq_cache_tally_free (MaqCacheTally *self);
guint64        maq_cache_tally_remove (MaqCacheTally *self, const struct stat *info);
guint64        maq_cache_tally_remove_blob (MaqCacheTally *self, const MaqCacheSurvey *survey, const MaqCacheBlob *blob);
// As above for the whole folder of a repo.
guint64 maq_cache_tally_remove_repo (MaqCacheTally *self, int root_fd, const MaqCacheSurvey *survey);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqCacheTally, maq_cache_tally_free)

// Makes TEMPORARY in PARENT the content of SOURCE_PATH below ROOT, without a copy: a reflink where the file system can, else a
// second name. SOURCE: that file, open; INFO: of the mode and the times the new one gets.
gboolean maq_cache_share_content (int parent, const char *temporary, int root, const char *source_path, int source, const struct stat *info, GError **error);
// The files smaller than this are not worth it.
#define MAQ_CACHE_SHARE_FROM (64u << 10)
// Does STEP, a _SHARE. FREED grows.
gboolean maq_cache_share (MaqCacheShared *store, int root, const MaqCacheStep *step, MaqCacheJob *job, guint64 *freed, GError **error);

G_END_DECLS
