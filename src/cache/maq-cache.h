// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

#include "maq-ranges.h"
#include "maq-repo-address.h"

// The shared Hub cache on disk, as every Hub tool reads and writes it: blobs, snapshots, refs, locks. Layout and rules: cache
// notes §1–§9. What may wait says so by returning a future; the rest is a few system calls. Own partial files are named
// `<etag>.maquette-<8 hex>.incomplete`, what a repair moved aside `<etag>.maquette-<8 hex>.damaged`; nothing else of ours is ever
// written here.

G_BEGIN_DECLS

#define MAQ_CACHE_ERROR (maq_cache_error_quark ())
GQuark maq_cache_error_quark (void);

typedef enum
{
  MAQ_CACHE_ERROR_READ_ONLY,
  MAQ_CACHE_ERROR_NO_SPACE,
  MAQ_CACHE_ERROR_LOCKED,   // another program holds the blob's lock
  MAQ_CACHE_ERROR_MISMATCH, // length or hash differ from what the tree says
  MAQ_CACHE_ERROR_UNSAFE,   // an etag, commit or path that must not become a file name
  MAQ_CACHE_ERROR_DAMAGED,
  MAQ_CACHE_ERROR_OCCUPIED,   // a file of the user has the name; see maq-cache-local-dir.h, also for the others
  MAQ_CACHE_ERROR_UNSUITABLE, // a folder in which a download has no place
  MAQ_CACHE_ERROR_MISSING,    // the folder is not there any more; its drive may be
} MaqCacheError;

#define MAQ_TYPE_CACHE (maq_cache_get_type ())
G_DECLARE_FINAL_TYPE (MaqCache, maq_cache, MAQ, CACHE, GObject)

// ROOT: the folder that holds models--owner--name; NULL: as the environment says.
MaqCache   *maq_cache_new (const char *root);
const char *maq_cache_get_root (MaqCache *self);
// The folder of a repo, of one snapshot (transfer full). Nothing is created.
char *maq_cache_dup_repo_path (MaqCache *self, MaqRepoKind kind, const char *id);
char *maq_cache_dup_snapshot_path (MaqCache *self, MaqRepoKind kind, const char *id, const char *commit);
// The commit a ref names here, NULL if none; a commit names itself (transfer full). REVISION nullable: main.
char *maq_cache_dup_commit (MaqCache *self, MaqRepoKind kind, const char *id, const char *revision);
// The same where the Hub is not asked: of main without a ref, the snapshot that changed last.
char *maq_cache_dup_commit_here (MaqCache *self, MaqRepoKind kind, const char *id, const char *revision);
// Path of a cached file inside its snapshot, NULL if it is not here (transfer full). REVISION nullable: main; without a ref, the
// snapshot that changed last of those that have it.
char *maq_cache_dup_file_path (MaqCache *self, MaqRepoKind kind, const char *id, const char *revision, const char *path);
// Whether COMMIT is known not to have PATH (.no_exist), and noting that.
gboolean maq_cache_is_known_absent (MaqCache *self, MaqRepoKind kind, const char *id, const char *commit, const char *path);
void     maq_cache_note_absent (MaqCache *self, MaqRepoKind kind, const char *id, const char *commit, const char *path);
// Makes snapshots/COMMIT and then the ref; nothing is written when REVISION is the commit or the ref already says so.
gboolean maq_cache_write_ref (MaqCache *self, MaqRepoKind kind, const char *id, const char *revision, const char *commit, GError **error);
// One file of a commit, as the list kept in trees/<commit>.json has it.
typedef struct
{
  char   *path;
  guint64 size;   // in bytes, of the content
  char   *oid;    // git SHA-1, of the content or of the pointer to it
  char   *sha256; // of the content of a large file, else NULL
  char   *xet;    // nullable: the Xet hash, which names it in the store that repos share; says nothing of the content
} MaqCacheTreeFile;
// What names the blob: sha256 or oid.
const char *maq_cache_tree_file_get_etag (const MaqCacheTreeFile *self);
void        maq_cache_tree_file_free (MaqCacheTreeFile *self);
// The files of COMMIT (of MaqCacheTreeFile; names that are not safe left out), NULL if there is no list or it is not to be trusted.
GPtrArray *maq_cache_read_tree (MaqCache *self, MaqRepoKind kind, const char *id, const char *commit);
// Keeps the list of FILES (of MaqCacheTreeFile) for every tool, and makes snapshots/COMMIT. A list that lacks an oid is not kept.
// Blocking; failures are logged only: whoever misses the list asks the Hub.
void maq_cache_write_tree (MaqCache *self, MaqRepoKind kind, const char *id, const char *commit, GPtrArray *files);
// Bytes that a download may still use: free on the cache's file system less a reserve for other programs: a
// twentieth of it, 2 GB at the most; G_MAXUINT64 if unknown.
guint64 maq_cache_get_free_bytes (MaqCache *self);
// What get_free_bytes answers from now on, for tests of a full disk; G_MAXUINT64: the truth again.
void maq_cache_set_free_bytes (MaqCache *self, guint64 bytes);
// Whether the blob is here with that size.
gboolean maq_cache_has_blob (MaqCache *self, MaqRepoKind kind, const char *id, const char *etag, guint64 size);
// Whether another repo has such a blob, or the store that repos share has it as XET (nullable): a download would share it instead of
// fetching it; see maq_cache_writer_begin.
gboolean maq_cache_has_twin (MaqCache *self, MaqRepoKind kind, const char *id, const char *etag, guint64 size, const char *xet);
// Where in the cache a file is that should have this content, in this repo, another one, or the store that repos share as XET
// (nullable); NULL if there is none (transfer full). Nothing says yet that its content is right.
char *maq_cache_dup_content_path (MaqCache *self, MaqRepoKind kind, const char *id, const char *commit, const char *path, const char *etag, guint64 size, const char *xet);
// Whether the file PATH anywhere on this machine has SIZE bytes and the hash that ETAG, a SHA-256 or git's SHA-1, is. Reads it;
// blocking.
gboolean maq_cache_file_is (const char *path, const char *etag, guint64 size);
// What the disk already has of the SIZE bytes of ETAG, in the partial file that TAG names; 0 if there is none.
guint64 maq_cache_get_partial_size (MaqCache *self, MaqRepoKind kind, const char *id, const char *etag, guint64 size, const char *tag);
// Removes the partial files of TAG in a repo and the folders left empty. FALSE if one is being written and stays. Blocking.
gboolean maq_cache_remove_partials (MaqCache *self, MaqRepoKind kind, const char *id, const char *tag);

// One file being fetched. Blocking: for worker threads only. Sequence: begin, write…, finish. Dropping it keeps the partial file
// for a later begin; discard removes it.
#define MAQ_TYPE_CACHE_WRITER (maq_cache_writer_get_type ())
G_DECLARE_FINAL_TYPE (MaqCacheWriter, maq_cache_writer, MAQ, CACHE_WRITER, GObject)

// Takes the blob's lock and opens or resumes our partial file. ETAG: 64 hex (SHA-256) and 40 hex (git SHA-1) are verified,
// other forms only by SIZE. TAG (nullable): the 8 hex digits in the partial file's name; the same ones find it again later, else
// any partial file of ours that nobody is writing is continued.
// A file of at least 64 KiB that another repo of the cache has with the same SHA-256, or that the store of all repos has as XET
// (nullable), is read, checked and shared instead: complete at once. MAQ_CACHE_ERROR_LOCKED if another program holds the lock, _NO_SPACE, _READ_ONLY, _UNSAFE; MAQ_ADDRESS_ERROR.
MaqCacheWriter *maq_cache_writer_begin (MaqCache *cache, MaqRepoKind kind, const char *id, const char *commit, const char *path, const char *etag, guint64 size, const char *xet, const char *tag, GError **error);
// TRUE when the blob was already there: nothing to append, go to finish.
gboolean maq_cache_writer_is_complete (MaqCacheWriter *self);
// The bytes that are there already (transfer full).
MaqRanges *maq_cache_writer_dup_ranges (MaqCacheWriter *self);
// The partial file's base name, NULL if it is complete.
const char *maq_cache_writer_get_partial (MaqCacheWriter *self);
// LENGTH bytes at OFFSET; from any thread, several at a time, in any order. MAQ_CACHE_ERROR_MISMATCH if the file would grow beyond
// its size, _NO_SPACE, _DAMAGED if the partial file was deleted or changed meanwhile.
gboolean maq_cache_writer_write (MaqCacheWriter *self, guint64 offset, const void *data, gsize length, GError **error);
// Gives the file the content of the file SOURCE anywhere on this machine, as a reflink where the file system can, else as a copy
// that goes on where an earlier one stopped: next comes finish, which checks it. SOURCE stays as it is. FUNC (nullable) hears how many
// more bytes there are, and ends it by returning FALSE: G_IO_ERROR_CANCELLED. MAQ_CACHE_ERROR_MISMATCH if it has another length.
typedef gboolean (*MaqCacheTookFunc) (guint64 n_bytes, gpointer data);
gboolean maq_cache_writer_take_file (MaqCacheWriter *self, const char *source, MaqCacheTookFunc func, gpointer data, GError **error);
// Does a part of what would else be left for finish: hashes what is there up to the first gap, and syncs now and then so that a
// loss of power costs little. *IDLE: there was nothing to do. One thread at a time, beside those that write.
gboolean maq_cache_writer_keep (MaqCacheWriter *self, gboolean *idle, GError **error);
// Checks length and hash, syncs, renames to the blob, links the snapshot's file, releases the lock. Returns the path in the
// snapshot (transfer full). On MAQ_CACHE_ERROR_MISMATCH and _DAMAGED the partial file is gone.
char *maq_cache_writer_finish (MaqCacheWriter *self, GError **error);
void  maq_cache_writer_discard (MaqCacheWriter *self);

// What a scan found: plain records, read-only, owned by their parents.
typedef struct
{
  char   *path;      // inside the repo
  char   *blob_path; // absolute: its blob in the repo, which may be a link itself; of a file without one the place it really is at
  guint64 size;
  gint64  last_accessed; // Unix seconds
} MaqCacheFile;

// A file that a download has begun and not finished, whoever it was: blobs/<etag>[.<something>].incomplete.
typedef struct
{
  char   *etag;
  guint64 bytes; // that are there
  guint64 size;  // that it will have; 0 unless the partial file says so itself
} MaqCacheBegun;

typedef struct
{
  char      *commit;
  char     **refs;
  GPtrArray *files;  // of MaqCacheFile, by path
  GPtrArray *absent; // of MaqCacheTreeFile: what the list of the commit has besides files; NULL: there is no list, nobody knows
  guint64    size;
  gint64     last_modified;
} MaqCacheRevision;

// What a repo has in the store that all repos share; another one may have the same.
typedef struct
{
  char   *name;
  guint64 size;
} MaqCachePayload;

typedef struct
{
  MaqRepoKind kind;
  char       *id;
  char       *path;
  GPtrArray  *revisions; // of MaqCacheRevision, newest first
  GPtrArray  *payloads;  // of MaqCachePayload
  guint64     size;      // bytes of its distinct blobs, those it shares as well
  guint64     own_size;  // the part of it that no other repo shares through the store
  guint       n_files;
  GPtrArray  *begun;      // of MaqCacheBegun
  guint64     begun_size; // their bytes; not part of size
  gint64      last_accessed;
  gint64      last_modified;
  char       *warning;    // nullable: what is damaged, in one sentence
  gboolean    is_partial; // something could not be read, so there may be more than is listed

  // private
  GStringChunk *text; // the paths of the files
} MaqCacheRepo;

#define MAQ_TYPE_CACHE_REPO (maq_cache_repo_get_type ())
GType         maq_cache_repo_get_type (void);
MaqCacheRepo *maq_cache_repo_ref (MaqCacheRepo *self);
void          maq_cache_repo_unref (MaqCacheRepo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqCacheRepo, maq_cache_repo_unref)

typedef struct
{
  GPtrArray *repos;      // of MaqCacheRepo, newest first
  char     **warnings;   // strange entries that are no repos, one sentence each
  guint64    size;       // bytes on the disk, what is shared once; so the repos may add up to more
  guint64    unused;     // the part of it that is in the store and in no repo
  guint64    begun_size; // the bytes of all files that are not finished; not part of size
} MaqCacheScan;
#define MAQ_TYPE_CACHE_SCAN (maq_cache_scan_get_type ())
GType         maq_cache_scan_get_type (void);
MaqCacheScan *maq_cache_scan_ref (MaqCacheScan *self);
void          maq_cache_scan_unref (MaqCacheScan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqCacheScan, maq_cache_scan_unref)

// Reads the whole cache in a worker; resolves to a MaqCacheScan (boxed). A missing cache is an empty one.
DexFuture *maq_cache_scan (MaqCache *self);
// Reads the one repo whose folder in the cache has the name FOLDER ("models--owner--name"); resolves to a MaqCacheRepo (boxed).
// G_IO_ERROR_NOT_FOUND if there is none.
DexFuture *maq_cache_scan_folder (MaqCache *self, const char *folder);

G_END_DECLS
