// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"

// A folder of the user's choice that holds files of repos as they are, as Python's local_dir lays it out: a file at <folder>/<path>,
// and what is known of it in <folder>/.cache/huggingface/. Layout: cache notes §10. All of it blocks; any thread.
//
// A file that a download put there and nobody changed since gives way to a newer one. Python replaces everything else that has the
// name of a file, too; here what a user made or changed stays, and _OCCUPIED says so, unless he said to replace it.

G_BEGIN_DECLS

typedef enum
{
  MAQ_CACHE_LOCAL_ABSENT,   // nothing has that name
  MAQ_CACHE_LOCAL_CURRENT,  // it is what the commit holds
  MAQ_CACHE_LOCAL_OUTDATED, // a download put it there, from another commit
  MAQ_CACHE_LOCAL_OTHER,    // somebody else made it, or changed it
} MaqCacheLocalState;

#define MAQ_TYPE_CACHE_LOCAL_DIR (maq_cache_local_dir_get_type ())
G_DECLARE_FINAL_TYPE (MaqCacheLocalDir, maq_cache_local_dir, MAQ, CACHE_LOCAL_DIR, GObject)

// PATH: absolute. Nothing is made. MAQ_CACHE_ERROR_UNSUITABLE for a folder in which files of a stranger's choice have no place: the home
// folder and what it is in, where programs are started by the names of files, and the cache.
MaqCacheLocalDir *maq_cache_local_dir_new (MaqCache *cache, const char *path, GError **error);
const char       *maq_cache_local_dir_get_path (MaqCacheLocalDir *self);
// Opens it for writing. CREATE: when the user asks for it, and it is made; later it has to be there, as its drive may be missing:
// MAQ_CACHE_ERROR_MISSING. _READ_ONLY, _NO_SPACE, _UNSAFE if a link is where its state belongs.
gboolean maq_cache_local_dir_prepare (MaqCacheLocalDir *self, gboolean create, GError **error);
// As maq_cache_get_free_bytes.
guint64 maq_cache_local_dir_get_free_bytes (MaqCacheLocalDir *self);
// Whether the file SOURCE can be here too without taking up space.
gboolean maq_cache_local_dir_can_share (MaqCacheLocalDir *self, const char *source);
// Whether names that differ by upper and lower case only are one name in it, once it is prepared.
gboolean maq_cache_local_dir_folds_case (MaqCacheLocalDir *self);
// Whether a file of a repo may have the name PATH here: it is safe, and neither in .cache/huggingface/ nor in the shared cache.
gboolean maq_cache_local_dir_validate (MaqCacheLocalDir *self, const char *path, GError **error);
// What is at PATH. ETAG nullable: then only whether it is COMMIT's is asked, and SIZE says nothing. May read all of the file.
// MAQ_CACHE_ERROR_OCCUPIED if a link, or something else that is no folder, is in the way.
gboolean maq_cache_local_dir_look (MaqCacheLocalDir *self, const char *commit, const char *path, const char *etag, guint64 size, MaqCacheLocalState *state, GError **error);
// As maq_cache_read_tree, maq_cache_write_tree, maq_cache_get_partial_size and maq_cache_remove_partials; the last of these leaves
// nothing where nothing was put.
GPtrArray *maq_cache_local_dir_read_tree (MaqCacheLocalDir *self, const char *commit);
void       maq_cache_local_dir_write_tree (MaqCacheLocalDir *self, const char *commit, GPtrArray *files);
guint64    maq_cache_local_dir_get_partial_size (MaqCacheLocalDir *self, const char *path, const char *etag, guint64 size, const char *tag);
gboolean   maq_cache_local_dir_remove_partials (MaqCacheLocalDir *self, const char *tag);

// As maq_cache_writer_begin, in a folder that is prepared. SOURCE: nullable, a file with that content, cloned at once where the file
// system can; otherwise see maq_cache_writer_take_file. REPLACE: also what is not a download's. MAQ_CACHE_ERROR_OCCUPIED; _MISSING.
MaqCacheWriter *maq_cache_local_dir_begin (MaqCacheLocalDir *self, const char *commit, const char *path, const char *etag, guint64 size, const char *tag, const char *source, gboolean replace, GError **error);

G_END_DECLS
