// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-heads.h"

#include "maq-variant.h"

static GMutex      lock;  // guards the table: workers fill it, the main thread asks
static GHashTable *known; // place and size → MaqCompanion

static char *
dup_key (const MaqCacheFile *file)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %s", file->size, file->blob_path);
}

// FALSE if it was not read yet.
static gboolean
look_up (const MaqCacheFile *file,
         MaqCompanion       *companion)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  g_autofree char *key = dup_key (file);
  gpointer         value = NULL;
  gboolean         found = known != NULL && g_hash_table_lookup_extended (known, key, NULL, &value);

  *companion = (MaqCompanion) GPOINTER_TO_INT (value);
  return found;
}

static void
remember (const MaqCacheFile *file,
          MaqCompanion        companion)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  if (known == NULL)
    known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_insert (known, dup_key (file), GINT_TO_POINTER (companion));
}

MaqCompanion
maq_library_heads_get (const MaqCacheFile *file)
{
  MaqCompanion companion;

  g_return_val_if_fail (file != NULL, MAQ_COMPANION_NONE);

  look_up (file, &companion);
  return companion;
}

// Whether FILE was read just now and is a companion.
static gboolean
read_file (const MaqCacheFile *file)
{
  MaqCompanion companion;

  if (!maq_variant_is_gguf (file->path) || file->blob_path == NULL || look_up (file, &companion))
    return FALSE;
  companion = maq_companion_from_file (file->blob_path);
  remember (file, companion);
  return companion != MAQ_COMPANION_NONE;
}

static DexFuture *
read_fiber (gpointer data)
{
  GPtrArray *repos = data;
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_cache_repo_unref);

  for (guint i = 0; i < repos->len; i++)
    {
      MaqCacheRepo *repo = g_ptr_array_index (repos, i);
      gboolean      has_companion = FALSE;
      for (guint j = 0; j < repo->revisions->len; j++)
        {
          const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, j);
          for (guint k = 0; k < revision->files->len; k++)
            has_companion |= read_file (g_ptr_array_index (revision->files, k));
        }
      if (has_companion)
        g_ptr_array_add (found, maq_cache_repo_ref (repo));
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, found);
}

DexFuture *
maq_library_heads_read (GPtrArray *repos)
{
  GPtrArray *own;

  dex_return_error_if_fail (repos != NULL);

  own = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_cache_repo_unref);
  for (guint i = 0; i < repos->len; i++)
    g_ptr_array_add (own, maq_cache_repo_ref (g_ptr_array_index (repos, i)));
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, read_fiber, own, (GDestroyNotify) g_ptr_array_unref);
}
