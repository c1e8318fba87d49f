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
// "models--owner--name" → kind and id; NULL if it is not a repo's folder (transfer full).
char *maq_cache_dup_id_of_folder (const char *name, MaqRepoKind *kind);
// Whether NAME is a helper file of a desktop, which belongs to nobody.
gboolean maq_cache_is_ignored (const char *name);
// Whether TEXT is safe as a blob's file name: [0-9A-Za-z._-]{1,128}, no dot first.
gboolean maq_cache_etag_validate (const char *etag, GError **error);
gboolean maq_cache_commit_validate (const char *commit, GError **error);

// Whether TAG is 8 lower-case hexadecimal digits.
gboolean maq_cache_tag_is_valid (const char *tag);
// "<etag>.maquette-<tag>.incomplete" (transfer full).
char *maq_cache_dup_partial_name (const char *etag, const char *tag);

// What may still be used of the file system that PATH is on, or will be.
guint64 maq_cache_get_free_bytes_at (MaqCache *self, const char *path);

// Gives the folder the CACHEDIR.TAG that keeps it out of backups.
void maq_cache_write_tag (int folder);
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
// fstatat without following links. Of a large file st_blocks counts only what no other file shares by reflink.
gboolean maq_cache_stat (int parent, const char *name, struct stat *info);
// What the disk gets back when the last name of a file goes: its length, less the holes and the shared parts of a large one.
guint64 maq_cache_get_freed (const struct stat *info);
// Removes the folder NAME if it holds nothing but folders without files.
void maq_cache_remove_empty (int parent, const char *name);
// Removes the folders of a repo that holds nothing.
void maq_cache_tidy (int root, int repo, const char *repo_folder);
// The text of a small file below PARENT, NULL if it is not there or over 4 KiB (transfer full).
char *maq_cache_read_text (int parent, const char *path);

// Gives the file PATH below REPO this text: whole or not at all. Its temporary name is in REPO itself, where nobody looks: in refs/
// what a killed program leaves would be a damaged ref.
gboolean maq_cache_write_text (int repo, const char *path, const char *text, GError **error);

// The list in trees/ below FOLDER, a repo's or another one; as maq_cache_read_tree and maq_cache_write_tree.
GPtrArray *maq_cache_read_tree_in (int folder, const char *commit);
gboolean   maq_cache_write_tree_in (int folder, const char *commit, GPtrArray *files, GError **error);

// The path below ROOT_FD of content of SIZE bytes that another repo than REPO_FOLDER has under the same SHA-256, or that the shared
// store has as XET (nullable); NULL if there is none, or ETAG is no SHA-256 (transfer full). Nothing says yet that it is right.
char *maq_cache_dup_twin (int root_fd, const char *repo_folder, const char *etag, guint64 size, const char *xet);
// Whether there is such content and maq_cache_take_twin may use it.
gboolean maq_cache_can_take_twin (int root_fd, const char *repo_folder, const char *etag, guint64 size, const char *xet);
// Gives such content a second place in BLOBS_FD, the blobs/ of REPO_FOLDER, after reading all of it: what is in the store by a link
// there. FALSE: there is none, it is not what its name says, or the file system cannot share. Only under the lock of ETAG.
gboolean maq_cache_take_twin (int root_fd, int blobs_fd, const char *repo_folder, const char *etag, guint64 size, const char *xet);

#define MAQ_CACHE_LOCKS ".locks"
// There is no way to lock here: go on without, temporary names and rename keep the cache right.
#define MAQ_CACHE_NO_LOCK (-2)

// Takes the lock that the file NAME is; closing the descriptor releases it. MAQ_CACHE_NO_LOCK, or -1 with MAQ_CACHE_ERROR_LOCKED.
int maq_cache_lock_name (int folder, const char *name, GError **error);
// Whether that lock, held by the caller, keeps others out. Some network file systems give it to everybody.
gboolean maq_cache_lock_name_excludes (int folder, const char *name);
// The same for the lock of a blob.
int      maq_cache_lock_blob (int root_fd, const char *repo_folder, const char *etag, GError **error);
gboolean maq_cache_lock_excludes (int root_fd, const char *repo_folder, const char *etag);
// As maq_cache_lock_blob, before the blob or a partial file of it is removed: also the place where Swift apps lock is looked at.
int maq_cache_lock_for_removal (int root_fd, const char *repo_folder, const char *etag, GError **error);
// Lets go of such a lock and removes its file, which nobody needs any more. LOCK: also MAQ_CACHE_NO_LOCK and -1.
void maq_cache_unlock_removed (int lock, int root_fd, const char *repo_folder, const char *etag);
// FALSE with MAQ_CACHE_ERROR_LOCKED if somebody holds one of the repo's locks. Creates nothing.
gboolean maq_cache_check_locks (int root_fd, const char *repo_folder, GError **error);

// The base name in blobs/ that TARGET, the text of a link DEPTH folders below the snapshot, names in the usual way; or NULL.
const char *maq_cache_get_blob_of_target (const char *target, guint depth);

// Where the link PATH (absolute) leads by its first hop, whatever is there: its folder with links resolved, and its name (transfer
// full). NULL if it is no link or the folder is not there.
char *maq_cache_dup_first_hop (const char *path);

// Reads the whole cache and calls FOUND for each repo (transfer none), until it returns FALSE. NULL with an error if the cache
// cannot be read, G_IO_ERROR_CANCELLED if FOUND stopped it.
typedef gboolean (*MaqCacheFoundFunc) (MaqCacheRepo *repo, gpointer data);
MaqCacheScan *maq_cache_scan_now (MaqCache *self, MaqCacheFoundFunc found, gpointer data, GError **error);
// Reads one repo. ROOT: the cache's absolute path, links resolved.
MaqCacheRepo *maq_cache_scan_repo (const char *root, const char *repo_folder, MaqRepoKind kind, const char *id);

// Removes a repo, links first and then blobs, or one revision of it (COMMIT, nullable) and the blobs that no other revision uses.
// FREED, in bytes, grows. MAQ_CACHE_ERROR_LOCKED if one of its blobs is being fetched, _READ_ONLY, G_IO_ERROR_NOT_FOUND; _DAMAGED if
// something in the repo cannot be read: then nobody knows what the other revisions use. Blocks.
gboolean maq_cache_delete_now (MaqCache *cache, MaqRepoKind kind, const char *id, const char *commit, guint64 *freed, GError **error);

// Whether links are made: not when HF_HUB_DISABLE_SYMLINKS says so.
gboolean maq_cache_get_use_links (MaqCache *self);

// Fills in what REPO, whose revisions are known, has begun, and what they do not have. BLOBS: its folder blobs; -1: there is none.
void maq_cache_find_gaps (MaqCacheRepo *repo, int repo_fd, int blobs);

G_END_DECLS
