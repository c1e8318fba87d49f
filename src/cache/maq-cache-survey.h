// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <sys/stat.h>

#include "maq-cache-job.h"
#include "maq-cache-private.h"
#include "maq-cache-shared.h"

// Everything that lies in the folder of a repo, right or wrong: what the care of the cache decides on. A scan says what can be
// used; a survey says what is there. Blocking.

G_BEGIN_DECLS

typedef enum
{
  MAQ_CACHE_PLACE_BLOB,      // a link to a blob of this repo
  MAQ_CACHE_PLACE_HERE,      // a regular file in the snapshot
  MAQ_CACHE_PLACE_STORE,     // a link straight to a payload in the shared store
  MAQ_CACHE_PLACE_NOWHERE,   // a link to nothing
  MAQ_CACHE_PLACE_ELSEWHERE, // a link out of the repo's blobs, or something that is no file
} MaqCachePlace;

typedef struct
{
  char         *path; // below the repo's folder: snapshots/<commit>/<file>
  MaqCachePlace place;
  char         *blob;    // base name in blobs/ that the link leads to, or would; else NULL
  char         *payload; // with _STORE: its name below the store
  guint64       size;    // with _STORE: of the payload
  struct stat   info;    // of the file or link itself
} MaqCachePointer;

typedef struct
{
  char       *name;
  char       *payload;  // nullable: below the shared store, where the blob is a link to it
  char       *identity; // of the blob, and of what it leads to
  struct stat info;     // of the content
  guint       uses;     // links of snapshots that lead here
} MaqCacheBlob;

typedef struct
{
  char    *name;     // without refs/
  char    *commit;   // NULL: it holds none
  gboolean is_clean; // nothing stands after the commit
} MaqCacheRef;

typedef struct
{
  MaqRepoKind kind;
  char       *id;
  char       *folder;
  char       *obstacle;  // nullable: why nothing in it may be changed, a sentence
  GPtrArray  *commits;   // char *: folders of snapshots
  GPtrArray  *pointers;  // MaqCachePointer
  GPtrArray  *blobs;     // MaqCacheBlob with their final names
  GPtrArray  *partials;  // MaqCacheBlob: *.incomplete
  GPtrArray  *set_aside; // MaqCacheBlob: *.damaged, which we moved out of the way
  GPtrArray  *dead;      // MaqCacheBlob: links that lead to nothing
  GPtrArray  *refs;      // MaqCacheRef
  GPtrArray  *strays;    // char *: sentences
  GHashTable *by_name;   // blobs
  gboolean    has_snapshots;
} MaqCacheSurvey;

MaqCacheSurvey *maq_cache_survey_repo (int root_fd, const char *root, const char *folder, MaqRepoKind kind, const char *id);
void            maq_cache_survey_free (MaqCacheSurvey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqCacheSurvey, maq_cache_survey_free)
gboolean maq_cache_survey_has_commit (MaqCacheSurvey *self, const char *commit);
// The refs of COMMIT as one text, "" if it has none (transfer full).
char *maq_cache_survey_dup_refs (MaqCacheSurvey *self, const char *commit);

// Surveys of the repo of ADDRESS, of all repos if it is NULL. STRAYS (nullable): of char *, grows by a sentence for each thing
// in the root that is no repo. NULL with an error if the cache cannot be read, G_IO_ERROR_NOT_FOUND if the repo is not there,
// G_IO_ERROR_CANCELLED if JOB was stopped.
GPtrArray *maq_cache_survey (MaqCache *cache, const MaqRepoAddress *address, MaqCacheJob *job, GPtrArray *strays, GError **error);

// snapshots/<commit>/<file> → commit, file; both borrowed from PATH but the commit is not terminated.
#define MAQ_CACHE_SNAPSHOTS_LENGTH 10
#define MAQ_CACHE_COMMIT_LENGTH    40
static inline const char *
maq_cache_pointer_get_commit (const MaqCachePointer *self)
{
  return self->path + MAQ_CACHE_SNAPSHOTS_LENGTH;
}
static inline const char *
maq_cache_pointer_get_file (const MaqCachePointer *self)
{
  return self->path + MAQ_CACHE_SNAPSHOTS_LENGTH + MAQ_CACHE_COMMIT_LENGTH + 1;
}
// Whether the pointer belongs to COMMIT.
gboolean maq_cache_pointer_is_of (const MaqCachePointer *self, const char *commit);

// Whether NAME is "<etag>.maquette-<tag>.incomplete".
gboolean maq_cache_is_own_partial (const char *name);
// The etag a partial file or one set aside is of (transfer full).
char *maq_cache_dup_etag_of (const char *name);

G_END_DECLS
