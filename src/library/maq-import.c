// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-import.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "maq-fiber.h"
#include "maq-transfer-private.h"

#define MAX_DEPTH 32
#define MAX_FILES 100000

static void
file_free (gpointer data)
{
  MaqImportFile *self = data;

  g_free (self->source);
  g_free (self->path);
  g_free (self->placed);
  g_free (self->problem);
  g_free (self);
}

static void
import_clear (gpointer data)
{
  MaqImport *self = data;

  g_free (self->commit);
  g_ptr_array_unref (self->files);
}

MaqImport *
maq_import_copy (const MaqImport *self)
{
  return g_atomic_rc_box_acquire ((gpointer) self);
}

void
maq_import_free (MaqImport *self)
{
  g_atomic_rc_box_release_full (self, import_clear);
}

G_DEFINE_BOXED_TYPE (MaqImport, maq_import, maq_import_copy, maq_import_free)

typedef struct
{
  MaqHubClient       *client;
  MaqCache           *cache;
  MaqTransferRequest *request;
  GStrv               sources;
  gboolean            dry_run;
} Job;

static void
job_free (gpointer data)
{
  Job *self = data;

  g_object_unref (self->client);
  g_object_unref (self->cache);
  maq_transfer_request_free (self->request);
  g_strfreev (self->sources);
  g_free (self);
}

static MaqImportFile *
add_file (GPtrArray  *files,
          const char *source,
          guint64     size)
{
  MaqImportFile *file = g_new0 (MaqImportFile, 1);

  file->source = g_strdup (source);
  file->size = size;
  g_ptr_array_add (files, file);
  return file;
}

// Adds SOURCE, or what is below it. What other tools keep beside their files is left out: .git, .cache.
static void
collect (GPtrArray  *files,
         const char *source,
         guint       depth)
{
  GStatBuf info;

  if (g_stat (source, &info) != 0)
    {
      add_file (files, source, 0)->problem = g_strdup_printf (_ ("There is no file “%s”"), source);
      return;
    }
  if (!S_ISDIR (info.st_mode))
    {
      MaqImportFile *file = add_file (files, source, (guint64) info.st_size);
      if (!S_ISREG (info.st_mode))
        file->problem = g_strdup_printf (_ ("“%s” is no ordinary file"), source);
      return;
    }
  g_autoptr (GDir) folder = g_dir_open (source, 0, NULL);
  const char *name;
  while (folder != NULL && depth < MAX_DEPTH && files->len < MAX_FILES && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (source, name, NULL);
      if (!g_str_equal (name, ".git") && !g_str_equal (name, ".cache") && g_utf8_validate (name, -1, NULL))
        collect (files, below, depth + 1);
    }
}

// The file of the repo that FILE is: first among those that are called the same, then among all of its length.
static const MaqTransferFile *
find_match (const MaqImportFile *file,
            GPtrArray           *listed)
{
  g_autofree char *name = g_path_get_basename (file->source);

  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < listed->len; i++)
      {
        const MaqTransferFile *candidate = listed->pdata[i];
        g_autofree char       *candidate_name = g_path_get_basename (candidate->path);
        if (candidate->etag != NULL && candidate->size == file->size && g_str_equal (name, candidate_name) == (round == 0) && maq_cache_file_is (file->source, candidate->etag, candidate->size))
          return candidate;
      }
  return NULL;
}

static char *
place (Job                   *job,
       MaqTransferWork       *work,
       const MaqImportFile   *file,
       const MaqTransferFile *listed,
       GError               **error)
{
  g_autoptr (MaqCacheWriter) writer = maq_cache_writer_begin (job->cache, job->request->kind, work->id, work->commit, listed->path, listed->etag, listed->size, listed->xet, NULL, error);

  if (writer == NULL)
    return NULL;
  if (maq_cache_writer_take_file (writer, file->source, NULL, NULL, error))
    return maq_cache_writer_finish (writer, error);
  maq_cache_writer_discard (writer);
  return NULL;
}

static void
import_file (Job             *job,
             MaqTransferWork *work,
             MaqImportFile   *file)
{
  g_autoptr (GError) error = NULL;
  const MaqTransferFile *listed = file->problem == NULL ? find_match (file, work->files) : NULL;

  if (listed == NULL)
    return;
  file->path = g_strdup (listed->path);
  if (job->dry_run)
    return;
  file->placed = place (job, work, file, listed, &error);
  if (file->placed == NULL)
    file->problem = g_strdup_printf (_ ("“%s” cannot be put into the cache: %s"), file->source, error->message);
}

// Gives the snapshot its list of files before the first of them, so that nobody takes it for whole, and its ref after the last.
static gboolean
import_all (Job             *job,
            MaqTransferWork *work,
            MaqImport       *import,
            GError         **error)
{
  const MaqTransferRequest *request = job->request;
  guint                     n_placed = 0;

  if (!job->dry_run && work->tree != NULL)
    maq_cache_write_tree (job->cache, request->kind, work->id, work->commit, work->tree);
  for (guint i = 0; i < import->files->len; i++)
    {
      MaqImportFile *file = import->files->pdata[i];
      import_file (job, work, file);
      n_placed += file->placed != NULL;
    }
  return n_placed == 0 || maq_cache_write_ref (job->cache, request->kind, work->id, maq_transfer_request_get_revision (request), work->commit, error);
}

static DexFuture *
import_fiber (gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqTransferWork) work = maq_transfer_work_prepare (job->client, job->cache, job->request, &error);
  if (work == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  MaqImport *import = g_atomic_rc_box_new0 (MaqImport);
  import->commit = g_strdup (work->commit);
  import->files = g_ptr_array_new_with_free_func (file_free);
  for (guint i = 0; job->sources[i] != NULL; i++)
    {
      g_autofree char *source = g_canonicalize_filename (job->sources[i], NULL);
      collect (import->files, source, 0);
    }
  if (import_all (job, work, import, &error))
    return dex_future_new_take_boxed (MAQ_TYPE_IMPORT, import);
  maq_import_free (import);
  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexFuture *
maq_import_files (MaqHubClient      *client,
                  MaqCache          *cache,
                  MaqRepoKind        kind,
                  const char        *id,
                  const char        *revision,
                  const char *const *sources,
                  gboolean           dry_run)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (client));
  dex_return_error_if_fail (MAQ_IS_CACHE (cache));

  Job *job = g_new0 (Job, 1);
  job->client = g_object_ref (client);
  job->cache = g_object_ref (cache);
  job->request = maq_transfer_request_new (kind, id, revision);
  job->sources = g_strdupv ((char **) sources);
  job->dry_run = dry_run;
  return maq_fiber_spawn (dex_thread_pool_scheduler_get_default (), import_fiber, job, job_free);
}
