// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-shared-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "maq-cache-care-private.h"
#include "maq-paths.h"

// Changing the store. All of it happens under the payload's lock, which is taken inside the lock of an etag and never the other way
// round. What is in doubt stays: a payload too many costs room, one too few breaks another repo.

#define LOCK_TRIES 500
#define LOCK_PAUSE (20 * 1000) // microseconds

// Prepares the lock's file as every user of a shared cache needs it.
static gboolean
make_lock (int         folder,
           const char *name,
           GError    **error)
{
  struct stat  info;
  g_autofd int fd = openat (folder, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);

  if (fd < 0 || fstat (fd, &info) != 0)
    {
      maq_cache_set_errno (error, errno, "Cannot lock", name);
      return FALSE;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE, "%s is no lock", name);
      return FALSE;
    }
  if ((info.st_mode & 0777) != 0666 && fchmod (fd, 0666) != 0)
    g_debug ("The lock %s belongs to another user", name);
  return TRUE;
}

// Where the kernel has no locks, a file is one as long as it is there.
static gboolean
lock_softly (MaqCacheSharedLock *lock,
             int                 folder,
             const char         *name,
             GError            **error)
{
  lock->name = g_strconcat (name, ".soft", NULL);
  for (guint i = 0; i < LOCK_TRIES; i++)
    {
      lock->fd = openat (folder, lock->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
      if (lock->fd >= 0)
        {
          lock->folder = fcntl (folder, F_DUPFD_CLOEXEC, 0);
          return TRUE;
        }
      if (errno != EEXIST)
        break;
      g_usleep (LOCK_PAUSE);
    }
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED, "Another program is working with this file: there is a lock %s", lock->name);
  g_clear_pointer (&lock->name, g_free);
  return FALSE;
}

gboolean
maq_cache_shared_lock (MaqCacheShared     *self,
                       const char         *hash,
                       MaqCacheSharedLock *lock,
                       GError            **error)
{
  g_autofree char *name = g_strconcat (hash, ".lock", NULL);
  g_autofd int     folder = maq_cache_shared_open_prefix (self, hash);

  *lock = (MaqCacheSharedLock) { .fd = -1, .folder = -1 };
  if (folder < 0)
    {
      maq_cache_set_errno (error, errno, "Cannot open the folder of", hash);
      return FALSE;
    }
  if (!make_lock (folder, name, error))
    return FALSE;
  lock->fd = maq_cache_lock_name (folder, name, NULL);
  for (guint i = 0; lock->fd == -1 && i < LOCK_TRIES; i++)
    {
      g_usleep (LOCK_PAUSE);
      lock->fd = maq_cache_lock_name (folder, name, NULL);
    }
  if (lock->fd == MAQ_CACHE_NO_LOCK)
    return lock_softly (lock, folder, name, error);
  if (lock->fd == -1)
    g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED, "Another program is working with this file: it holds %s", name);
  return lock->fd >= 0;
}

void
maq_cache_shared_unlock (MaqCacheSharedLock *lock)
{
  if (lock->name != NULL)
    unlinkat (lock->folder, lock->name, 0);
  g_clear_pointer (&lock->name, g_free);
  g_clear_fd (&lock->folder, NULL);
  g_clear_fd (&lock->fd, NULL);
}

gboolean
maq_cache_shared_note_user (MaqCacheShared *self,
                            const char     *hash,
                            const char     *user,
                            GError        **error)
{
  struct stat      info;
  char             last = '\n';
  g_autofree char *name = g_strconcat (hash, ".refs", NULL);
  g_autofd int     folder = maq_cache_shared_open_prefix (self, hash);
  // One that is not there is not made: it would say of those who link here already that they do not.
  g_autofd int fd = folder >= 0 ? openat (folder, name, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || (info.st_size > 0 && pread (fd, &last, 1, info.st_size - 1) != 1))
    {
      maq_cache_set_errno (error, errno, "Cannot write", name);
      return FALSE;
    }
  g_autofree char *line = g_strdup_printf ("%s%s\n", last != '\n' ? "\n" : "", user);
  if (write (fd, line, strlen (line)) == (gssize) strlen (line) && fsync (fd) == 0)
    return TRUE;
  maq_cache_set_errno (error, errno, "Cannot write", name);
  return FALSE;
}

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

// Leaves in the manifest those who use it. Failing leaves lines that are not true any more, which is as usual.
static void
write_users (int         folder,
             const char *hash,
             GHashTable *users)
{
  g_autoptr (GPtrArray) paths = g_hash_table_get_keys_as_ptr_array (users);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *name = g_strconcat (hash, ".refs", NULL);
  g_autofree char *temporary = g_strdup_printf ("%s.%08x.tmp", name, g_random_int ());

  g_ptr_array_sort (paths, compare_texts);
  for (guint i = 0; i < paths->len; i++)
    {
      g_auto (GStrv) parts = g_strsplit (paths->pdata[i], "/", 3);
      if (g_strcmp0 (parts[1], "blobs") == 0)
        g_string_append_printf (text, "%s\n", (char *) paths->pdata[i]);
    }
  g_autofd int fd = openat (folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0)
    return;
  if (fchmod (fd, 0666) != 0 || write (fd, text->str, text->len) != (gssize) text->len || fsync (fd) != 0 || renameat (folder, temporary, folder, name) != 0)
    unlinkat (folder, temporary, 0);
}

static gboolean
remove_payload (int         folder,
                const char *hash,
                int         aside_fd,
                const char *aside,
                guint64    *freed,
                GError    **error)
{
  struct stat      info;
  g_autofree char *manifest = g_strconcat (hash, ".refs", NULL);

  if (!maq_cache_stat (folder, hash, &info) || !S_ISREG (info.st_mode))
    return TRUE;
  if ((aside != NULL ? renameat (folder, hash, aside_fd, aside) : unlinkat (folder, hash, 0)) != 0)
    {
      maq_cache_set_errno (error, errno, "Cannot remove", hash);
      return FALSE;
    }
  unlinkat (folder, manifest, 0);
  if (aside == NULL && info.st_nlink == 1)
    *freed += maq_cache_get_freed (&info);
  return TRUE;
}

gboolean
maq_cache_shared_sweep (MaqCacheShared *self,
                        const char     *hash,
                        GHashTable    **links,
                        int             aside_fd,
                        const char     *aside,
                        guint64        *freed,
                        GError        **error)
{
  MaqCacheSharedLock lock;
  gboolean           ok = TRUE;
  g_autofd int       folder = self->state == MAQ_CACHE_SHARED_KNOWN && maq_cache_is_payload_name (hash) ? maq_cache_shared_open_prefix (self, hash) : -1;

  if (folder < 0)
    return TRUE;
  if (!maq_cache_shared_lock (self, hash, &lock, error))
    return FALSE;
  g_autoptr (GHashTable) users = maq_cache_shared_list_users (self, hash, links);
  if (users != NULL && g_hash_table_size (users) == 0)
    ok = remove_payload (folder, hash, aside_fd, aside, freed, error);
  else if (users != NULL)
    write_users (folder, hash, users);
  maq_cache_shared_unlock (&lock);
  return ok;
}

void
maq_cache_shared_sweep_all (MaqCacheShared *self,
                            GHashTable     *hashes,
                            guint64        *freed)
{
  g_autoptr (GHashTable) links = NULL;
  GHashTableIter iter;
  gpointer       hash;

  g_hash_table_iter_init (&iter, hashes);
  while (g_hash_table_iter_next (&iter, &hash, NULL))
    {
      g_autoptr (GError) error = NULL;
      // What linked there is gone all the same; a later prune finds the payload.
      if (!maq_cache_shared_sweep (self, hash, &links, -1, NULL, freed, &error))
        g_info ("%s stays in the store: %s", (char *) hash, error->message);
    }
}

gboolean
maq_cache_shared_offers (MaqCacheShared *self,
                         const char     *hash,
                         guint64         size)
{
  struct stat      info;
  g_autofree char *manifest = hash != NULL ? g_strconcat (hash, ".refs", NULL) : NULL;

  if (hash == NULL || self->state != MAQ_CACHE_SHARED_KNOWN || maq_paths_env_is_true ("HF_HUB_DISABLE_SHARED_BLOBS") || maq_paths_env_is_true ("HF_HUB_DISABLE_XET"))
    return FALSE;
  g_autofd int payload = maq_cache_shared_open_payload (self, hash, &info);
  g_autofd int folder = payload >= 0 && (guint64) info.st_size == size ? maq_cache_shared_open_prefix (self, hash) : -1;
  return folder >= 0 && fstatat (folder, manifest, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (info.st_mode);
}

// Gives NAME in BLOBS_FD, which leads to the payload HASH already, its place as ETAG.
static gboolean
publish_link (MaqCacheShared *self,
              const char     *hash,
              int             blobs_fd,
              const char     *repo_folder,
              const char     *name,
              const char     *etag,
              GError        **error)
{
  struct stat      info;
  g_autofree char *user = g_build_filename (repo_folder, "blobs", etag, NULL);
  g_autofree char *reached = maq_cache_shared_dup_payload (self, blobs_fd, name, &info);

  if (reached == NULL)
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE, "The folder of %s lies elsewhere and cannot link to the store", repo_folder);
      return FALSE;
    }
  if (!maq_cache_shared_note_user (self, hash, user, error))
    return FALSE;
  if (renameat (blobs_fd, name, blobs_fd, etag) == 0)
    return TRUE;
  maq_cache_set_errno (error, errno, "Cannot link", etag);
  return FALSE;
}

// IDENTITY: of the payload whose content was found right.
static gboolean
link_payload (MaqCacheShared *self,
              const char     *hash,
              const char     *identity,
              int             blobs_fd,
              const char     *repo_folder,
              const char     *etag,
              GError        **error)
{
  MaqCacheSharedLock lock;
  struct stat        info;
  g_autofree char   *target = g_strdup_printf ("../../" MAQ_CACHE_SHARED_FOLDER "/%.2s/%s", hash, hash);
  g_autofree char   *temporary = g_strdup_printf (".%s.%08x.shared", etag, g_random_int ());

  if (!maq_cache_shared_lock (self, hash, &lock, error))
    return FALSE;
  g_autofd int     fd = maq_cache_shared_open_payload (self, hash, &info);
  g_autofree char *now = fd >= 0 ? maq_cache_dup_identity (&info) : NULL;
  gboolean         ok = FALSE;
  if (g_strcmp0 (now, identity) != 0)
    g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED, "%s was replaced meanwhile", hash);
  else if (symlinkat (target, blobs_fd, temporary) != 0)
    maq_cache_set_errno (error, errno, "Cannot link", etag);
  else
    {
      ok = publish_link (self, hash, blobs_fd, repo_folder, temporary, etag, error);
      if (!ok)
        unlinkat (blobs_fd, temporary, 0);
    }
  maq_cache_shared_unlock (&lock);
  if (ok)
    fsync (blobs_fd);
  return ok;
}

gboolean
maq_cache_shared_take (MaqCacheShared *self,
                       const char     *hash,
                       int             blobs_fd,
                       const char     *repo_folder,
                       const char     *etag,
                       guint64         size,
                       MaqCacheJob    *job,
                       GError        **error)
{
  struct stat  info;
  gboolean     offered = maq_cache_shared_offers (self, hash, size) && maq_cache_get_hash_of_name (etag) == MAQ_CACHE_HASH_SHA256;
  g_autofd int fd = offered ? maq_cache_shared_open_payload (self, hash, &info) : -1;

  if (fd < 0)
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED, "The store does not have %s", etag);
      return FALSE;
    }
  // Hashing takes long: not under the lock.
  g_autofree char *identity = maq_cache_dup_identity (&info);
  g_autofree char *found = maq_cache_hash_fd (fd, &info, MAQ_CACHE_HASH_SHA256, job, error);
  if (found == NULL)
    return FALSE;
  if (g_str_equal (found, etag))
    return link_payload (self, hash, identity, blobs_fd, repo_folder, etag, error);
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH, "The content of %s is not what %s says", hash, etag);
  return FALSE;
}
