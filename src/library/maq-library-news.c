// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-news.h"

#include <glib/gi18n.h>

#include "maq-download-offer.h"
#include "maq-fiber.h"
#include "maq-library-private.h"

// Pages of fifty commits in which the one that is here is looked for.
#define MAX_PAGES 4

static void
news_clear (gpointer data)
{
  MaqLibraryNews *self = data;

  g_clear_pointer (&self->request, maq_transfer_request_free);
  g_clear_pointer (&self->commits, g_ptr_array_unref);
  g_clear_pointer (&self->pages, g_ptr_array_unref);
}

MaqLibraryNews *
maq_library_news_ref (MaqLibraryNews *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_library_news_unref (MaqLibraryNews *self)
{
  g_atomic_rc_box_release_full (self, news_clear);
}

G_DEFINE_BOXED_TYPE (MaqLibraryNews, maq_library_news, maq_library_news_ref, maq_library_news_unref)

typedef struct
{
  MaqHubClient *client;
  MaqCache     *cache;
  MaqCacheRepo *repo;
  char         *upstream; // the Hub's commit; nullable: main
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_object_unref (self->client);
  g_object_unref (self->cache);
  maq_cache_repo_unref (self->repo);
  g_free (self->upstream);
  g_free (self);
}

// The files here, by their paths.
static GHashTable *
list_here (const MaqCacheRevision *revision)
{
  GHashTable *here = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < revision->files->len; i++)
    {
      const MaqCacheFile *file = g_ptr_array_index (revision->files, i);
      g_hash_table_insert (here, file->path, (gpointer) file);
    }
  return here;
}

// Whether everything that the version here has is here. Where nobody can say it is taken for a part.
static gboolean
is_whole (Question               *self,
          const MaqCacheRevision *revision,
          GHashTable             *here)
{
  g_autoptr (GPtrArray) kept = maq_cache_read_tree (self->cache, self->repo->kind, self->repo->id, revision->commit);
  g_autoptr (MaqHubTree) tree = NULL;

  if (kept == NULL)
    tree = dex_await_boxed (maq_hub_client_list_tree (self->client, self->repo->kind, self->repo->id, revision->commit), NULL);
  if ((kept == NULL || kept->len == 0) && (tree == NULL || tree->files->len == 0))
    return FALSE;
  for (guint i = 0; kept != NULL && i < kept->len; i++)
    if (!g_hash_table_contains (here, ((MaqCacheTreeFile *) g_ptr_array_index (kept, i))->path))
      return FALSE;
  for (guint i = 0; tree != NULL && i < tree->files->len; i++)
    if (!g_hash_table_contains (here, ((MaqHubFile *) g_ptr_array_index (tree->files, i))->path))
      return FALSE;
  return TRUE;
}

// What the variant OWN is in VARIANTS, where other ones beside it may give it another label; NULL if it is not there whole.
static const MaqVariant *
find_variant (GPtrArray        *variants,
              const MaqVariant *own)
{
  const MaqVariant *variant = maq_variants_find_path (variants, own->paths[0]);

  if (variant == NULL)
    variant = maq_variants_find (variants, own->label, FALSE, NULL);
  return variant != NULL && variant->missing == 0 ? variant : NULL;
}

// The paths there that belong to a variant that is here whole, perhaps in other parts.
static GHashTable *
list_variant_paths (const MaqCacheRevision *revision,
                    GPtrArray              *upstream)
{
  GHashTable *paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) own = maq_library_group_variants (revision);

  for (guint i = 0; i < own->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (own, i);
      const MaqVariant *newer = variant->missing == 0 ? find_variant (upstream, variant) : NULL;
      for (guint j = 0; newer != NULL && newer->paths[j] != NULL; j++)
        g_hash_table_add (paths, g_strdup (newer->paths[j]));
    }
  return paths;
}

// Which files changed, and which are to be fetched.
static void
compare_files (Question               *self,
               MaqLibraryNews         *news,
               const MaqCacheRevision *revision,
               MaqHubTree             *tree)
{
  g_autoptr (GHashTable) here = list_here (revision);
  g_autoptr (GPtrArray) variants = maq_download_group_variants (tree);
  g_autoptr (GHashTable) belonging = list_variant_paths (revision, variants);
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  guint n_kept = 0;

  news->is_whole = is_whole (self, revision, here);
  for (guint i = 0; i < tree->files->len; i++)
    {
      const MaqHubFile   *file = g_ptr_array_index (tree->files, i);
      const MaqCacheFile *own = g_hash_table_lookup (here, file->path);
      g_autofree char    *blob = own != NULL ? g_path_get_basename (own->blob_path) : NULL;
      n_kept += own != NULL;
      if (own == NULL && !news->is_whole && !g_hash_table_contains (belonging, file->path))
        {
          news->n_other++;
          continue;
        }
      g_strv_builder_add (paths, file->path);
      if (g_strcmp0 (blob, maq_hub_file_get_etag (file)) == 0)
        continue;
      news->n_changed += own != NULL;
      news->n_added += own == NULL;
    }
  news->n_gone = revision->files->len - n_kept;
  news->request = maq_transfer_request_new (self->repo->kind, self->repo->id, NULL);
  if (!news->is_whole)
    news->request->paths = g_strv_builder_end (paths);
}

// Reads the history back to COMMIT. Titles are worth having, but nothing fails for want of them.
static void
read_commits (Question       *self,
              MaqLibraryNews *news,
              const char     *commit)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;

  news->has_more = TRUE;
  for (guint page = 0; page < MAX_PAGES && news->has_more; page++)
    {
      MaqHubCommits *commits = dex_await_boxed (maq_hub_client_list_commits (self->client, self->repo->kind, self->repo->id, self->upstream, page), &error);
      if (commits == NULL)
        {
          g_debug ("No commits of %s: %s", self->repo->id, error->message);
          news->has_more = FALSE;
          break;
        }
      g_ptr_array_add (news->pages, commits);
      news->has_more = commits->has_more;
      for (guint i = 0; i < commits->commits->len; i++)
        {
          MaqHubCommit *one = g_ptr_array_index (commits->commits, i);
          if (g_str_equal (one->id, commit))
            {
              news->has_more = FALSE;
              break;
            }
          if (n++ < MAQ_LIBRARY_NEWS_MAX_COMMITS)
            g_ptr_array_add (news->commits, one);
        }
    }
  news->n_earlier = n - news->commits->len;
}

static DexFuture *
compare_fiber (gpointer data)
{
  Question               *self = data;
  GError                 *error = NULL;
  const MaqCacheRevision *revision = maq_library_get_main (self->repo);
  g_autoptr (MaqLibraryNews) news = g_atomic_rc_box_new0 (MaqLibraryNews);
  g_autoptr (MaqHubTree) tree = NULL;

  if (revision == NULL)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s is no longer in the cache", self->repo->id);
  tree = dex_await_boxed (maq_hub_client_list_tree (self->client, self->repo->kind, self->repo->id, self->upstream), &error);
  if (tree == NULL)
    return dex_future_new_for_error (error);
  news->commits = g_ptr_array_new ();
  news->pages = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_hub_commits_unref);
  compare_files (self, news, revision, tree);
  read_commits (self, news, revision->commit);
  return dex_future_new_take_boxed (MAQ_TYPE_LIBRARY_NEWS, g_steal_pointer (&news));
}

DexFuture *
maq_library_compare_upstream (MaqLibrary     *library,
                              MaqHubClient   *client,
                              MaqLibraryItem *item)
{
  dex_return_error_if_fail (MAQ_IS_LIBRARY (library));
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (client));
  dex_return_error_if_fail (MAQ_IS_LIBRARY_ITEM (item));

  Question *question = g_new0 (Question, 1);
  question->client = g_object_ref (client);
  question->cache = g_object_ref (maq_library_get_cache (library));
  question->repo = maq_cache_repo_ref (maq_library_item_get_repo (item));
  question->upstream = g_strdup (maq_library_item_get_upstream (item));
  return maq_fiber_spawn (dex_thread_pool_scheduler_get_default (), compare_fiber, question, question_free);
}

char *
maq_library_news_to_sentences (const MaqLibraryNews *self)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();

  if (self->n_changed > 0)
    g_strv_builder_take (parts, g_strdup_printf (ngettext ("%u file changed.", "%u files changed.", self->n_changed), self->n_changed));
  if (self->n_added > 0 && self->is_whole)
    g_strv_builder_take (parts, g_strdup_printf (ngettext ("%u file is new, and is fetched because the whole repo is here.", "%u files are new, and are fetched because the whole repo is here.", self->n_added), self->n_added));
  else if (self->n_added > 0)
    g_strv_builder_take (parts, g_strdup_printf (ngettext ("%u file is new, and is fetched because it belongs to a variant that is here.", "%u files are new, and are fetched because they belong to variants that are here.", self->n_added), self->n_added));
  if (self->n_changed + self->n_added == 0)
    g_strv_builder_add (parts, _ ("What is here did not change."));
  if (self->n_gone > 0)
    g_strv_builder_take (parts, g_strdup_printf (ngettext ("%u file is no longer part of it.", "%u files are no longer part of it.", self->n_gone), self->n_gone));
  if (self->n_other > 0)
    g_strv_builder_take (parts, g_strdup_printf (ngettext ("%u file there is not here, and is fetched only if it is chosen.", "%u files there are not here, and are fetched only if they are chosen.", self->n_other), self->n_other));
  g_strv_builder_add (parts, _ ("The version that is here stays until it is deleted."));
  g_auto (GStrv) strv = g_strv_builder_end (parts);
  return g_strjoinv (" ", strv);
}

char *
maq_library_news_dup_earlier (const MaqLibraryNews *self)
{
  if (self->has_more)
    return g_strdup_printf (ngettext ("and more than %u earlier", "and more than %u earlier", self->n_earlier), self->n_earlier);
  if (self->n_earlier > 0)
    return g_strdup_printf (ngettext ("and %u earlier", "and %u earlier", self->n_earlier), self->n_earlier);
  return NULL;
}
