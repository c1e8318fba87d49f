// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-care-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

// A reflink keeps two files apart that share their bytes until one is written; a hard link is one file with two names. Both are
// right here: nobody writes into a finished blob.

// Where the first bytes of a file lie on the disk; 0 where the file system does not say.
static guint64
get_extent (int fd)
{
  guint64 place = 0;
  union
  {
    struct fiemap map;
    guint8        space[sizeof (struct fiemap) + sizeof (struct fiemap_extent)];
  } request = { .map = { .fm_length = FIEMAP_MAX_OFFSET, .fm_extent_count = 1 } };

  if (ioctl (fd, FS_IOC_FIEMAP, &request.map) == 0 && request.map.fm_mapped_extents == 1)
    {
      struct fiemap_extent extent;
      memcpy (&extent, request.space + sizeof (struct fiemap), sizeof extent);
      place = extent.fe_physical;
    }
  return place;
}

static int
open_blob (int         root,
           const char *path,
           GError    **error)
{
  const char  *name = NULL;
  g_autofd int parent = maq_cache_open_parent (root, path, FALSE, &name, error);
  int          fd = parent >= 0 ? openat (parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;

  if (parent >= 0 && fd < 0)
    maq_cache_set_errno (error, errno, "Cannot open", name);
  return fd;
}

// Planning

static gboolean
is_one_already (int         root,
                const char *path,
                const char *other)
{
  g_autofd int one = open_blob (root, path, NULL);
  g_autofd int two = open_blob (root, other, NULL);
  guint64      place = one >= 0 && two >= 0 ? get_extent (one) : 0;

  return place != 0 && place == get_extent (two);
}

typedef struct
{
  const MaqCacheSurvey *survey;
  const MaqCacheBlob   *blob;
} Owner;

static Owner *
get_owner (GHashTable           *owners,
           const MaqCacheSurvey *survey,
           const MaqCacheBlob   *blob)
{
  Owner *owner = g_hash_table_lookup (owners, blob->name);

  if (owner == NULL)
    {
      owner = g_new (Owner, 1);
      *owner = (Owner) { .survey = survey, .blob = blob };
      g_hash_table_insert (owners, blob->name, owner);
    }
  return owner;
}

static gboolean
is_worth_it (const MaqCacheBlob *blob)
{
  return blob->info.st_size >= MAQ_CACHE_SHARE_FROM && maq_cache_get_hash_of_name (blob->name) == MAQ_CACHE_HASH_SHA256;
}

// What is in the store of all repos already comes first: others can link there.
static void
add_shared_owners (MaqCacheShared *store,
                   MaqCacheSurvey *survey,
                   GHashTable     *owners)
{
  for (guint i = 0; survey->obstacle == NULL && i < survey->blobs->len; i++)
    {
      const MaqCacheBlob *blob = g_ptr_array_index (survey->blobs, i);
      g_autofree char    *hash = blob->payload != NULL ? g_path_get_basename (blob->payload) : NULL;
      if (hash != NULL && is_worth_it (blob) && maq_cache_shared_offers (store, hash, blob->info.st_size))
        get_owner (owners, survey, blob);
    }
}

static void
add_blob (MaqCachePlan       *plan,
          MaqCacheSurvey     *survey,
          const MaqCacheBlob *blob,
          GHashTable         *owners,
          MaqCacheTally      *tally,
          int                 root)
{
  if (!is_worth_it (blob) || blob->payload != NULL)
    return;

  const Owner *first = get_owner (owners, survey, blob);
  if (first->blob == blob)
    return;
  g_autofree char *path = g_build_filename (survey->folder, "blobs", blob->name, NULL);
  g_autofree char *source = g_build_filename (first->survey->folder, "blobs", blob->name, NULL);
  if (first->blob->info.st_size != blob->info.st_size || first->blob->info.st_ino == blob->info.st_ino || is_one_already (root, path, source))
    return;
  MaqCacheStep *step = maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_SHARE, path + strlen (survey->folder) + 1, g_strdup_printf ("%s has the same file", first->survey->id));
  step->source = g_steal_pointer (&source);
  step->identity = g_strdup (blob->identity);
  step->frees = maq_cache_tally_remove (tally, &blob->info);
}

static DexFuture *
sharing_work (MaqCacheJob *job,
              gpointer     data)
{
  MaqCache *cache = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) surveys = maq_cache_survey (cache, NULL, job, NULL, &error);
  if (surveys == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  g_autoptr (MaqCachePlan) plan = maq_cache_plan_new ();
  g_autofd int root = maq_cache_open_root (cache, FALSE, NULL);
  g_autoptr (MaqCacheTally) tally = maq_cache_tally_new (root);
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open (root);
  g_autoptr (GHashTable) owners = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (guint i = 0; maq_cache_get_use_links (cache) && i < surveys->len; i++)
    add_shared_owners (store, g_ptr_array_index (surveys, i), owners);
  for (guint i = 0; i < surveys->len; i++)
    {
      MaqCacheSurvey *survey = g_ptr_array_index (surveys, i);
      for (guint j = 0; survey->obstacle == NULL && j < survey->blobs->len; j++)
        add_blob (plan, survey, g_ptr_array_index (survey->blobs, j), owners, tally, root);
    }
  return maq_cache_plan_finish (g_steal_pointer (&plan));
}

DexFuture *
maq_cache_plan_sharing (MaqCache *self)
{
  dex_return_error_if_fail (MAQ_IS_CACHE (self));

  return maq_cache_job_start ("maq-cache-plan", sharing_work, NULL, g_object_ref (self), g_object_unref);
}

// Doing it

static gboolean
check_content (int          fd,
               const char  *etag,
               const char  *path,
               MaqCacheJob *job,
               GError     **error)
{
  struct stat      info;
  g_autofree char *hash = fstat (fd, &info) == 0 ? maq_cache_hash_fd (fd, &info, MAQ_CACHE_HASH_SHA256, job, error) : NULL;

  if (hash == NULL)
    return FALSE;
  if (g_str_equal (hash, etag))
    return TRUE;
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH, "The content of %s is not what its name says", path);
  return FALSE;
}

// Makes TEMPORARY in PARENT the content of SOURCE, as another file.
static gboolean
reflink (int                parent,
         const char        *temporary,
         int                source,
         const struct stat *info)
{
  const struct timespec times[2] = { info->st_atim, info->st_mtim };
  g_autofd int          fd = openat (parent, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, info->st_mode & 0777);

  if (fd < 0)
    return FALSE;
  if (ioctl (fd, FICLONE, source) == 0 && fchmod (fd, info->st_mode & 0777) == 0 && futimens (fd, times) == 0 && fsync (fd) == 0)
    return TRUE;
  unlinkat (parent, temporary, 0);
  return FALSE;
}

// As above, by giving the file SOURCE_PATH below ROOT a second name. FD: that file, open.
static gboolean
hard_link (int         parent,
           const char *temporary,
           int         root,
           const char *source_path,
           int         fd,
           GError    **error)
{
  const char  *name = NULL;
  g_autofd int folder = maq_cache_open_parent (root, source_path, FALSE, &name, error);
  struct stat  held, linked;

  if (folder < 0)
    return FALSE;
  if (linkat (folder, name, parent, temporary, 0) != 0)
    {
      maq_cache_set_errno (error, errno, "The file system cannot share", name);
      return FALSE;
    }
  if (fstat (fd, &held) == 0 && fstatat (parent, temporary, &linked, AT_SYMLINK_NOFOLLOW) == 0 && held.st_ino == linked.st_ino)
    return TRUE;
  unlinkat (parent, temporary, 0);
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED, "%s was replaced meanwhile; nothing was done", name);
  return FALSE;
}

gboolean
maq_cache_share_content (int                parent,
                         const char        *temporary,
                         int                root,
                         const char        *source_path,
                         int                source,
                         const struct stat *info,
                         GError           **error)
{
  return reflink (parent, temporary, source, info) || hard_link (parent, temporary, root, source_path, source, error);
}

// Makes NAME in PARENT what SOURCE is.
static gboolean
replace_by_file (int                 root,
                 const MaqCacheStep *step,
                 int                 source,
                 int                 parent,
                 const char         *name,
                 const struct stat  *info,
                 GError            **error)
{
  g_autofree char *tag = g_strdup_printf ("%08x", g_random_int ());
  g_autofree char *temporary = maq_cache_dup_partial_name (name, tag);

  if (!maq_cache_share_content (parent, temporary, root, step->source, source, info, error))
    return FALSE;
  if (renameat (parent, temporary, parent, name) == 0)
    return TRUE;
  maq_cache_set_errno (error, errno, "Cannot replace", name);
  unlinkat (parent, temporary, 0);
  return FALSE;
}

// PAYLOAD: nullable, of the store that the source of STEP is a link to.
static gboolean
replace (MaqCacheShared     *store,
         int                 root,
         const MaqCacheStep *step,
         int                 source,
         const char         *payload,
         MaqCacheJob        *job,
         guint64            *freed,
         GError            **error)
{
  const char      *name = NULL;
  struct stat      info;
  g_autofree char *path = g_build_filename (step->folder, step->path, NULL);
  g_autofd int     parent = maq_cache_open_parent (root, path, FALSE, &name, error);
  if (parent < 0)
    return FALSE;

  g_autofree char *identity = maq_cache_stat (parent, name, &info) ? maq_cache_dup_identity (&info) : NULL;
  if (g_strcmp0 (identity, step->identity) != 0)
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED, "It changed meanwhile; nothing was done");
      return FALSE;
    }
  if (payload != NULL ? !maq_cache_shared_take (store, payload, parent, step->folder, name, info.st_size, job, error)
                      : !replace_by_file (root, step, source, parent, name, &info, error))
    return FALSE;
  if (info.st_nlink == 1)
    *freed += maq_cache_get_freed (&info);
  return TRUE;
}

gboolean
maq_cache_share (MaqCacheShared     *store,
                 int                 root,
                 const MaqCacheStep *step,
                 MaqCacheJob        *job,
                 guint64            *freed,
                 GError            **error)
{
  struct stat      info;
  g_autofree char *path = g_build_filename (step->folder, step->path, NULL);
  g_autofree char *etag = g_path_get_basename (step->path);
  g_autofree char *place = maq_cache_shared_dup_payload (store, root, step->source, &info);
  g_autofree char *payload = place != NULL ? g_path_get_basename (place) : NULL;
  g_autofd int     source = payload == NULL ? open_blob (root, step->source, error) : -1;
  g_autofd int     own = payload != NULL || source >= 0 ? open_blob (root, path, error) : -1;

  // A payload is read when it is linked to.
  if (own < 0 || (payload == NULL && !check_content (source, etag, step->source, job, error)) || !check_content (own, etag, path, job, error))
    return FALSE;
  int lock = maq_cache_lock_for_removal (root, step->folder, etag, error);
  if (lock == -1)
    return FALSE;
  gboolean ok = replace (store, root, step, source, payload, job, freed, error);
  maq_cache_unlock_removed (lock, root, step->folder, etag);
  return ok;
}
