// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <json-glib/json-glib.h>

#include "maq-repo-address.h"
#include "maq-serve-content.h"

G_BEGIN_DECLS

// One repo as it is served. Filled in by the reader of a store, then only read (contents hash themselves when asked).

#define MAQ_SERVE_N_KINDS 3

// The word in an address, "models" and so on, exactly.
gboolean maq_serve_kind_from_plural (const char  *plural,
                                     MaqRepoKind *kind);

typedef struct
{
  char            *path;
  MaqServeContent *content;
  guint            commit; // the last one that changed it
} MaqServeEntry;

typedef struct
{
  char       id[41];
  char      *title;
  char      *message;
  gint64     date; // seconds since 1970
  GStrv      authors;
  int        parent;  // -1 for the first
  GPtrArray *entries; // MaqServeEntry, in byte order of the paths
} MaqServeCommit;

typedef struct
{
  char *name; // "main", "v1.0", "1" of refs/pr/1
  guint commit;
} MaqServeRef;

typedef struct
{
  MaqRepoKind kind;
  char        object_id[25];
  char       *id;
  char       *owner;
  const char *name; // within id

  char       *search_id; // lower case
  gint64      likes;
  gint64      downloads;
  gint64      downloads_all;
  gint64      trending;
  gint64      created;
  gint64      modified;
  gint64      parameters; // 0 if unknown
  guint64     used_storage;
  const char *gated; // NULL, "auto" or "manual"
  gboolean    is_private;
  gboolean    disabled;

  const char *pipeline_tag; // interned; NULL
  const char *library_name; // interned; NULL
  const char *sdk;          // interned; NULL but for Spaces
  GPtrArray  *tags;         // interned, in the order they are shown
  char       *description;
  JsonObject *card; // the front matter of the card on the main branch; NULL
  char       *card_json;
  char       *config_json;
  char       *gguf_json;
  char       *safetensors_json;
  char       *runtime_json;

  GPtrArray *commits;       // MaqServeCommit, each after its parent
  GPtrArray *branches;      // MaqServeRef; "main" first
  GPtrArray *git_tags;      // MaqServeRef
  GPtrArray *pull_requests; // MaqServeRef
} MaqServeRepo;

MaqServeRepo *maq_serve_repo_new (MaqRepoKind kind,
                                  const char *id);
void          maq_serve_repo_free (MaqServeRepo *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqServeRepo, maq_serve_repo_free)

// Appends a commit on top of PARENT (-1: none) with the same files; it has no id before maq_serve_repo_finish.
MaqServeCommit *maq_serve_repo_add_commit (MaqServeRepo *self,
                                           int           parent,
                                           const char   *title,
                                           gint64        date);
// Sets the content of PATH in the latest commit; NULL removes it. Takes CONTENT.
void maq_serve_repo_set_file (MaqServeRepo    *self,
                              const char      *path,
                              MaqServeContent *content);
void maq_serve_repo_add_ref (GPtrArray  *refs,
                             const char *name,
                             guint       commit);
// Adds a tag, once, at the end.
void     maq_serve_repo_add_tag (MaqServeRepo *self,
                                 const char   *tag);
gboolean maq_serve_repo_has_tag (MaqServeRepo *self,
                                 const char   *tag);

// Works out what follows from the rest: ids of commits, dates, storage, and from the card and the files: card data, tags,
// task, library, description, config, parameters. Whatever has been set by hand stays.
void maq_serve_repo_finish (MaqServeRepo *self);

// The commit that NAME means: a branch, tag, refs/pr/N, full or short commit id; NULL if none.
MaqServeCommit *maq_serve_repo_resolve (MaqServeRepo *self,
                                        const char   *name);
MaqServeCommit *maq_serve_repo_get_head (MaqServeRepo *self);
MaqServeCommit *maq_serve_repo_get_commit (MaqServeRepo *self,
                                           guint         index);

// NULL if there is no such file.
MaqServeEntry *maq_serve_commit_find (MaqServeCommit *self,
                                      const char     *path);
// Whether there is such a file or folder; "" is the whole.
gboolean maq_serve_commit_has (MaqServeCommit *self,
                               const char     *path);
// The contents at PATHS, files and folders ("" for all), whose hashes are not known and can be waited for. (transfer container)
GPtrArray *maq_serve_commit_list_unsettled (MaqServeCommit    *self,
                                            const char *const *paths);

// "2026-03-02T10:11:12.000Z"
char *maq_serve_format_date (gint64 seconds);
// Seconds since 1970, or FALLBACK for what is not a date.
gint64 maq_serve_parse_date (const char *text,
                             gint64      fallback);

G_END_DECLS
