// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <sys/stat.h>

#include "maq-cache.h"

// What the units of this folder share: folders opened without following links, errors out of errno, locks. All of it blocks.

G_BEGIN_DECLS

// The most levels of folders followed in a snapshot or below refs/.
#define MAQ_CACHE_MAX_DEPTH 64

// Sets MAQ_CACHE_ERROR_READ_ONLY, _NO_SPACE or G_IO_ERROR for the errno CODE. WHAT: "Cannot create"; NAME: of the file.
void maq_cache_set_errno (GError **error, int code, const char *what, const char *name);

// "models--owner--name"; NULL with an error if ID is no repo id (transfer full).
char *maq_cache_dup_repo_folder (MaqRepoKind kind, const char *id, GError **error);
// Whether TEXT is safe as a blob's file name: [0-9A-Za-z._-]{1,128}, no dot first.
gboolean maq_cache_etag_validate (const char *etag, GError **error);
gboolean maq_cache_commit_validate (const char *commit, GError **error);

// Whether TAG is 8 lower-case hexadecimal digits.
gboolean maq_cache_tag_is_valid (const char *tag);
// "<etag>.maquette-<tag>.incomplete" (transfer full).
char *maq_cache_dup_partial_name (const char *etag, const char *tag);

// Opens the cache's root, creating it with its CACHEDIR.TAG if CREATE. A descriptor, or -1.
int maq_cache_open_root (MaqCache *self, gboolean create, GError **error);
// The folder of a repo that exists, or -1.
int maq_cache_open_existing_repo (MaqCache *self, MaqRepoKind kind, const char *id);
// Opens the folder of a repo below ROOT_FD. The folder itself may be a link to another disk; nothing below it may.
int maq_cache_open_repo (int root_fd, const char *repo_folder, gboolean create, GError **error);
// Opens the folder PATH (segments joined by /) below PARENT, following no link. A descriptor, or -1 with
// MAQ_CACHE_ERROR_UNSAFE if a link is in the way, G_IO_ERROR_NOT_FOUND if it is not there and CREATE is FALSE.
int maq_cache_open_folder (int parent, const char *path, gboolean create, GError **error);
// As above for the folder that holds PATH; *NAME is the last segment, borrowed from PATH.
int maq_cache_open_parent (int parent, const char *path, gboolean create, const char **name, GError **error);

// The names in the folder FD, without . and .., sorted (transfer full, never NULL).
char **maq_cache_list_folder (int fd);
// As above; *FAILED becomes TRUE if not all of them could be read.
char **maq_cache_list_folder_checked (int fd, gboolean *failed);
// Removes NAME below PARENT and everything in it, following no link. FREED (nullable) grows by the bytes of the files.
gboolean maq_cache_remove_tree (int parent, const char *name, guint64 *freed, GError **error);
// Removes the folder NAME if it holds nothing but folders without files.
void maq_cache_remove_empty (int parent, const char *name);
// Removes the folders of a repo that holds nothing.
void maq_cache_tidy (int root, int repo, const char *repo_folder);
// The text of a small file below PARENT, NULL if it is not there or over 4 KiB (transfer full).
char *maq_cache_read_text (int parent, const char *path);

// Gives the file PATH below REPO this text: whole or not at all. Its temporary name is in REPO itself, where nobody looks: in refs/
// what a killed program leaves would be a damaged ref.
gboolean maq_cache_write_text (int repo, const char *path, const char *text, GError **error);

#define MAQ_CACHE_LOCKS ".locks"
// There is no way to lock here: go on without, temporary names and rename keep the cache right.
#define MAQ_CACHE_NO_LOCK (-2)

// Takes the lock of a blob; closing the descriptor releases it. MAQ_CACHE_NO_LOCK, or -1 with MAQ_CACHE_ERROR_LOCKED.
int maq_cache_lock_blob (int root_fd, const char *repo_folder, const char *etag, GError **error);
// FALSE with MAQ_CACHE_ERROR_LOCKED if somebody holds one of the repo's locks. Creates nothing.
gboolean maq_cache_check_locks (int root_fd, const char *repo_folder, GError **error);

// Reads one repo. REPO_PATH: its absolute path, links resolved where FOLDER itself is one.
MaqCacheRepo *maq_cache_scan_repo (const char *root, const char *repo_folder, MaqRepoKind kind, const char *id);

// Whether links are made: not when HF_HUB_DISABLE_SYMLINKS says so.
gboolean maq_cache_get_use_links (MaqCache *self);

G_END_DECLS
