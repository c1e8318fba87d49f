// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-care-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPEN_FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define ASIDE       ".damaged"
#define PARTIAL     ".incomplete"
#define PARTIAL_LLM ".downloadInProgress" // as llama.cpp names it

static void
pointer_free (gpointer data)
{
  MaqCachePointer *self = data;

  g_free (self->path);
  g_free (self->blob);
  g_free (self->payload);
  g_free (self);
}

static void
blob_free (gpointer data)
{
  MaqCacheBlob *self = data;

  g_free (self->name);
  g_free (self->payload);
  g_free (self->identity);
  g_free (self);
}

static void
ref_free (gpointer data)
{
  MaqCacheRef *self = data;

  g_free (self->name);
  g_free (self->commit);
  g_free (self);
}

void
maq_cache_survey_free (MaqCacheSurvey *self)
{
  g_free (self->id);
  g_free (self->folder);
  g_free (self->obstacle);
  g_ptr_array_unref (self->commits);
  g_ptr_array_unref (self->pointers);
  g_ptr_array_unref (self->blobs);
  g_ptr_array_unref (self->partials);
  g_ptr_array_unref (self->set_aside);
  g_ptr_array_unref (self->dead);
  g_ptr_array_unref (self->refs);
  g_ptr_array_unref (self->strays);
  g_hash_table_unref (self->by_name);
  g_free (self);
}

static void G_GNUC_PRINTF (2, 3)
  add_stray (MaqCacheSurvey *self,
             const char     *format,
             ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->strays, g_utf8_make_valid (text, -1));
}

gboolean
maq_cache_pointer_is_of (const MaqCachePointer *self,
                         const char            *commit)
{
  return strncmp (maq_cache_pointer_get_commit (self), commit, MAQ_CACHE_COMMIT_LENGTH) == 0;
}

gboolean
maq_cache_survey_has_commit (MaqCacheSurvey *self,
                             const char     *commit)
{
  return g_ptr_array_find_with_equal_func (self->commits, commit, g_str_equal, NULL);
}

gboolean
maq_cache_is_own_partial (const char *name)
{
  const char *mark = strstr (name, ".maquette-");

  return mark != NULL && strlen (mark) == strlen (".maquette-xxxxxxxx" PARTIAL) && g_str_has_suffix (name, PARTIAL);
}

char *
maq_cache_dup_etag_of (const char *name)
{
  // The link that is being made of an etag begins with a dot.
  name += name[0] == '.';
  return g_strndup (name, strcspn (name, "."));
}

// What cannot be seen may use what can: then nothing is changed.
static void
set_unread (MaqCacheSurvey *self)
{
  if (self->obstacle == NULL)
    self->obstacle = g_strdup ("Not all of it can be read, so nobody knows what is in use");
}

static char **
list (MaqCacheSurvey *self,
      int             folder)
{
  gboolean failed = FALSE;
  char   **names = maq_cache_list_folder_checked (folder, &failed);

  if (failed)
    set_unread (self);
  return names;
}

static MaqCacheBlob *
add_blob (GPtrArray         *blobs,
          const char        *name,
          const struct stat *info)
{
  MaqCacheBlob *blob = g_new0 (MaqCacheBlob, 1);

  blob->name = g_strdup (name);
  blob->identity = maq_cache_dup_identity (info);
  blob->info = *info;
  g_ptr_array_add (blobs, blob);
  return blob;
}

static void
add_content (MaqCacheSurvey    *self,
             const char        *name,
             const struct stat *info,
             char              *payload)
{
  MaqCacheBlob *blob = add_blob (self->blobs, name, info);

  blob->payload = payload;
  g_hash_table_insert (self->by_name, blob->name, blob);
}

// A link in blobs/: to a payload, or to nothing, or what a program that was stopped left behind. INFO: of the link itself.
static void
survey_blob_link (MaqCacheSurvey    *self,
                  MaqCacheShared    *store,
                  int                folder,
                  const char        *name,
                  const struct stat *info)
{
  struct stat      content;
  g_autofree char *payload = maq_cache_shared_dup_payload (store, folder, name, &content);

  if (maq_cache_is_temporary_link (name))
    add_blob (self->partials, name, info);
  else if (payload != NULL && maq_cache_etag_validate (name, NULL))
    {
      add_content (self, name, &content, g_steal_pointer (&payload));
      MaqCacheBlob *blob = g_ptr_array_index (self->blobs, self->blobs->len - 1);
      g_free (blob->identity);
      blob->identity = maq_cache_shared_dup_identity (store, folder, name, &content);
    }
  else if (fstatat (folder, name, &content, 0) != 0 && (errno == ENOENT || errno == ELOOP))
    add_blob (self->dead, name, info);
  else
    add_stray (self, "blobs/%s is a link that leads out of the cache; it is left alone", name);
}

static void
survey_blobs (MaqCacheSurvey *self,
              MaqCacheShared *store,
              int             repo)
{
  g_autoptr (GError) error = NULL;
  g_autofd int folder = maq_cache_open_folder (repo, "blobs", FALSE, &error);

  if (folder < 0)
    {
      // A repo without links keeps its files in snapshots/ and need not have the folder.
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        self->obstacle = g_strdup_printf ("The folder blobs cannot be used: %s", error->message);
      return;
    }

  g_auto (GStrv) names = list (self, folder);
  for (guint i = 0; names[i] != NULL; i++)
    {
      struct stat info;
      if (!maq_cache_stat (folder, names[i], &info))
        continue; // gone meanwhile, or at least not to be touched
      if (S_ISLNK (info.st_mode))
        survey_blob_link (self, store, folder, names[i], &info);
      else if (!S_ISREG (info.st_mode))
        add_stray (self, "blobs/%s is no file; it is left alone", names[i]);
      else if (g_str_has_suffix (names[i], PARTIAL) || g_str_has_suffix (names[i], PARTIAL_LLM))
        add_blob (self->partials, names[i], &info);
      else if (g_str_has_suffix (names[i], ASIDE))
        add_blob (self->set_aside, names[i], &info);
      else if (g_str_has_suffix (names[i], ".lock"))
        continue; // as clients of 2022 left them, empty
      else if (!maq_cache_etag_validate (names[i], NULL))
        add_stray (self, "blobs/%s has a name no program gives; it is left alone", names[i]);
      else
        add_content (self, names[i], &info, NULL);
    }
}

static void
survey_refs (MaqCacheSurvey *self,
             int             folder,
             const char     *prefix,
             guint           depth)
{
  g_auto (GStrv) names = list (self, folder);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *name = prefix != NULL ? g_build_filename (prefix, names[i], NULL) : g_strdup (names[i]);
      struct stat      info;
      if (fstatat (folder, names[i], &info, AT_SYMLINK_NOFOLLOW) != 0)
        {
          set_unread (self);
          continue;
        }
      if (S_ISDIR (info.st_mode))
        {
          g_autofd int sub = depth < MAQ_CACHE_MAX_DEPTH ? openat (folder, names[i], OPEN_FOLDER) : -1;
          if (sub >= 0)
            survey_refs (self, sub, name, depth + 1);
          else
            set_unread (self);
          continue;
        }
      if (maq_cache_is_ignored (names[i]))
        continue;

      g_autofree char *text = maq_cache_read_text (folder, names[i]);
      g_autofree char *commit = text != NULL ? g_strstrip (g_strdup (text)) : NULL;
      // Cut short by a power loss it is a ref that says nothing; anything else was not written by a Hub tool.
      if (text == NULL || strspn (commit, "0123456789abcdef") != strlen (commit) || strlen (commit) > 40)
        {
          add_stray (self, "refs/%s does not hold a commit; it is left alone", name);
          continue;
        }
      MaqCacheRef *ref = g_new0 (MaqCacheRef, 1);
      ref->name = g_steal_pointer (&name);
      ref->is_clean = g_str_equal (text, commit);
      ref->commit = maq_revision_is_commit (commit) ? g_steal_pointer (&commit) : NULL;
      g_ptr_array_add (self->refs, ref);
    }
}

const char *
maq_cache_get_blob_of_target (const char *target,
                              guint       depth)
{
  for (guint i = 0; i < depth + 2; i++)
    {
      if (!g_str_has_prefix (target, "../"))
        return NULL;
      target += 3;
    }
  if (!g_str_has_prefix (target, "blobs/") || !maq_cache_etag_validate (target + 6, NULL))
    return NULL;
  return target + 6;
}

char *
maq_cache_dup_first_hop (const char *path)
{
  g_autofree char *target = g_file_read_link (path, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *reached = target != NULL ? g_canonicalize_filename (target, folder) : NULL;
  g_autofree char *parent = reached != NULL ? g_path_get_dirname (reached) : NULL;
  g_autofree char *real = parent != NULL ? realpath (parent, NULL) : NULL;
  g_autofree char *name = real != NULL ? g_path_get_basename (reached) : NULL;

  return name != NULL ? g_build_filename (real, name, NULL) : NULL;
}

// A link written in another way may lead to a blob here all the same.
static char *
dup_blob_by_first_hop (const char *repo_path,
                       const char *path)
{
  g_autofree char *full = g_build_filename (repo_path, path, NULL);
  g_autofree char *reached = maq_cache_dup_first_hop (full);
  g_autofree char *blobs = g_build_filename (repo_path, "blobs", NULL);
  g_autofree char *parent = reached != NULL ? g_path_get_dirname (reached) : NULL;

  return g_strcmp0 (parent, blobs) == 0 ? g_path_get_basename (reached) : NULL;
}

static void
survey_link (MaqCacheSurvey  *self,
             MaqCachePointer *pointer,
             MaqCacheShared  *store,
             int              folder,
             const char      *name,
             const char      *repo_path,
             guint            depth)
{
  char        target[PATH_MAX];
  gssize      length = readlinkat (folder, name, target, sizeof target - 1);
  struct stat info;

  target[MAX (length, 0)] = '\0';
  pointer->blob = g_strdup (maq_cache_get_blob_of_target (target, depth));
  if (pointer->blob == NULL)
    pointer->blob = dup_blob_by_first_hop (repo_path, pointer->path);

  MaqCacheBlob *blob = pointer->blob != NULL ? g_hash_table_lookup (self->by_name, pointer->blob) : NULL;
  if (blob != NULL)
    {
      pointer->place = MAQ_CACHE_PLACE_BLOB;
      blob->uses++;
    }
  else if (length < 0)
    set_unread (self);
  else if ((pointer->payload = maq_cache_shared_dup_payload (store, folder, name, &info)) != NULL)
    {
      pointer->place = MAQ_CACHE_PLACE_STORE;
      pointer->size = info.st_size;
    }
  else if (fstatat (folder, name, &info, 0) != 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
    pointer->place = MAQ_CACHE_PLACE_NOWHERE;
  else
    pointer->place = MAQ_CACHE_PLACE_ELSEWHERE;
}

static void
survey_snapshot (MaqCacheSurvey *self,
                 MaqCacheShared *store,
                 int             folder,
                 const char     *prefix,
                 const char     *repo_path,
                 guint           depth)
{
  g_auto (GStrv) names = list (self, folder);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (prefix, names[i], NULL);
      struct stat      info;
      if (fstatat (folder, names[i], &info, AT_SYMLINK_NOFOLLOW) != 0)
        {
          set_unread (self);
          continue;
        }
      if (S_ISDIR (info.st_mode))
        {
          g_autofd int sub = depth < MAQ_CACHE_MAX_DEPTH ? openat (folder, names[i], OPEN_FOLDER) : -1;
          if (sub >= 0)
            survey_snapshot (self, store, sub, path, repo_path, depth + 1);
          else
            set_unread (self);
          continue;
        }
      MaqCachePointer *pointer = g_new0 (MaqCachePointer, 1);
      pointer->path = g_steal_pointer (&path);
      pointer->info = info;
      pointer->place = S_ISREG (info.st_mode) ? MAQ_CACHE_PLACE_HERE : MAQ_CACHE_PLACE_ELSEWHERE;
      if (S_ISLNK (info.st_mode))
        survey_link (self, pointer, store, folder, names[i], repo_path, depth);
      g_ptr_array_add (self->pointers, pointer);
    }
}

static void
survey_snapshots (MaqCacheSurvey *self,
                  MaqCacheShared *store,
                  int             repo,
                  const char     *repo_path)
{
  g_autoptr (GError) error = NULL;
  g_autofd int snapshots = maq_cache_open_folder (repo, "snapshots", FALSE, &error);

  if (snapshots < 0)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) && self->obstacle == NULL)
        self->obstacle = g_strdup_printf ("The folder snapshots cannot be used: %s", error->message);
      return;
    }
  self->has_snapshots = TRUE;

  g_auto (GStrv) names = list (self, snapshots);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *prefix = g_build_filename ("snapshots", names[i], NULL);
      g_autofd int     folder = openat (snapshots, names[i], OPEN_FOLDER);
      int              code = errno;
      if (maq_cache_is_ignored (names[i]))
        continue;
      if (folder < 0 && (code == ENOTDIR || code == ELOOP))
        add_stray (self, "snapshots/%s is no folder; it is left alone", names[i]);
      else if (folder < 0)
        set_unread (self);
      else if (!maq_revision_is_commit (names[i]))
        {
          guint before = self->pointers->len;
          add_stray (self, "snapshots/%s is no commit; it is left alone", names[i]);
          // What it links to is in use all the same.
          survey_snapshot (self, store, folder, prefix, repo_path, 0);
          g_ptr_array_set_size (self->pointers, before);
        }
      else
        {
          g_ptr_array_add (self->commits, g_strdup (names[i]));
          survey_snapshot (self, store, folder, prefix, repo_path, 0);
        }
    }
}

MaqCacheSurvey *
maq_cache_survey_repo (int         root_fd,
                       const char *root,
                       const char *folder,
                       MaqRepoKind kind,
                       const char *id)
{
  MaqCacheSurvey  *self = g_new0 (MaqCacheSurvey, 1);
  g_autofree char *path = g_build_filename (root, folder, NULL);
  struct stat      info;

  self->kind = kind;
  self->id = g_strdup (id);
  self->folder = g_strdup (folder);
  self->commits = g_ptr_array_new_with_free_func (g_free);
  self->pointers = g_ptr_array_new_with_free_func (pointer_free);
  self->blobs = g_ptr_array_new_with_free_func (blob_free);
  self->partials = g_ptr_array_new_with_free_func (blob_free);
  self->set_aside = g_ptr_array_new_with_free_func (blob_free);
  self->dead = g_ptr_array_new_with_free_func (blob_free);
  self->refs = g_ptr_array_new_with_free_func (ref_free);
  self->strays = g_ptr_array_new_with_free_func (g_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);

  if (fstatat (root_fd, folder, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK (info.st_mode))
    {
      self->obstacle = g_strdup_printf ("%s is a link to another place: care for it there", folder);
      return self;
    }
  g_autofd int repo = openat (root_fd, folder, OPEN_FOLDER);
  if (repo < 0)
    {
      self->obstacle = g_strdup_printf ("The folder cannot be read: %s", g_strerror (errno));
      return self;
    }
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open (root_fd);
  survey_blobs (self, store, repo);
  survey_snapshots (self, store, repo, path);
  g_autofd int refs = openat (repo, "refs", OPEN_FOLDER);
  if (refs >= 0)
    survey_refs (self, refs, NULL, 0);
  else if (errno == ENOTDIR || errno == ELOOP)
    add_stray (self, "refs is no folder; it is left alone");
  else if (errno != ENOENT)
    set_unread (self);
  return self;
}

static void
survey_entry (GPtrArray  *surveys,
              GPtrArray  *strays,
              int         root_fd,
              const char *root,
              const char *name)
{
  g_autofree char *shown = g_filename_display_name (name);
  MaqRepoKind      kind = MAQ_REPO_KIND_MODEL;
  struct stat      info;

  if (g_str_equal (name, MAQ_CACHE_LOCKS) || g_str_equal (name, "CACHEDIR.TAG") || maq_cache_is_ignored (name))
    return;
  if (g_str_equal (name, MAQ_CACHE_SHARED_FOLDER) && fstatat (root_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (info.st_mode))
    {
      g_autoptr (MaqCacheShared) store = maq_cache_shared_open (root_fd);
      g_autofree char *remark = maq_cache_shared_dup_remark (store);
      if (remark != NULL && strays != NULL)
        g_ptr_array_add (strays, g_strconcat (remark, "; it is left alone", NULL));
      return;
    }
  g_autofree char *id = maq_cache_dup_id_of_folder (name, &kind);
  gboolean         is_folder = fstatat (root_fd, name, &info, 0) == 0 && S_ISDIR (info.st_mode);
  if (id != NULL && is_folder)
    g_ptr_array_add (surveys, maq_cache_survey_repo (root_fd, root, name, kind, id));
  else if (strays != NULL)
    g_ptr_array_add (strays, g_strdup_printf ("%s in the cache is %s; it is left alone", shown, is_folder ? "not a model, dataset, Space or kernel" : "not a folder"));
}

GPtrArray *
maq_cache_survey (MaqCache             *cache,
                  const MaqRepoAddress *address,
                  MaqCacheJob          *job,
                  GPtrArray            *strays,
                  GError              **error)
{
  g_autoptr (GPtrArray) surveys = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_cache_survey_free);
  g_autofree char *folder = address != NULL ? maq_cache_dup_repo_folder (address->kind, address->id, error) : NULL;
  g_autoptr (GError) failure = NULL;

  if (address != NULL && folder == NULL)
    return NULL;
  g_autofd int root_fd = maq_cache_open_root (cache, FALSE, &failure);
  if (root_fd < 0 && (address != NULL || !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  g_autofree char *root = realpath (maq_cache_get_root (cache), NULL);
  if (root_fd < 0 || root == NULL)
    return g_steal_pointer (&surveys); // no cache is an empty one

  if (address != NULL)
    {
      struct stat info;
      if (fstatat (root_fd, folder, &info, 0) != 0)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s is not in the cache", address->id);
          return NULL;
        }
      g_ptr_array_add (surveys, maq_cache_survey_repo (root_fd, root, folder, address->kind, address->id));
      return g_steal_pointer (&surveys);
    }

  g_auto (GStrv) names = maq_cache_list_folder (root_fd);
  for (guint i = 0; names[i] != NULL; i++)
    {
      if (maq_cache_job_is_stopped (job))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped");
          return NULL;
        }
      survey_entry (surveys, strays, root_fd, root, names[i]);
    }
  return g_steal_pointer (&surveys);
}

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
maq_cache_survey_dup_refs (MaqCacheSurvey *self,
                           const char     *commit)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < self->refs->len; i++)
    {
      const MaqCacheRef *ref = g_ptr_array_index (self->refs, i);
      if (g_strcmp0 (ref->commit, commit) == 0)
        g_ptr_array_add (names, ref->name);
    }
  g_ptr_array_sort (names, compare_texts);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **) names->pdata);
}
