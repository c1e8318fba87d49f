// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-download-offer.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-fiber.h"

static void
offer_clear (gpointer data)
{
  MaqDownloadOffer *self = data;

  g_clear_object (&self->repo);
  g_free (self->revision);
  g_free (self->commit);
  g_clear_pointer (&self->tree, maq_hub_tree_unref);
  g_clear_pointer (&self->variants, g_ptr_array_unref);
  g_clear_pointer (&self->files, g_ptr_array_unref);
}

MaqDownloadOffer *
maq_download_offer_ref (MaqDownloadOffer *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_download_offer_unref (MaqDownloadOffer *self)
{
  g_atomic_rc_box_release_full (self, offer_clear);
}

G_DEFINE_BOXED_TYPE (MaqDownloadOffer, maq_download_offer, maq_download_offer_ref, maq_download_offer_unref)

typedef struct
{
  MaqHubClient *client;
  MaqCache     *cache;
  MaqRepoKind   kind;
  char         *id;
  char         *revision;
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_object_unref (self->client);
  g_object_unref (self->cache);
  g_free (self->id);
  g_free (self->revision);
  g_free (self);
}

// The repo with its files in one answer, or, where they are too many for one, in two.
static MaqRepo *
ask_repo (Question    *self,
          MaqHubTree **tree,
          GError     **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (MaqRepo) repo = dex_await_object (maq_hub_client_get_repo_with_files (self->client, self->kind, self->id, self->revision), &failed);

  if (g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY))
    repo = dex_await_object (maq_hub_client_get_repo (self->client, self->kind, self->id, self->revision), error);
  else if (repo == NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  if (repo == NULL)
    return NULL;
  if (!maq_revision_is_commit (maq_repo_get_sha (repo)))
    {
      g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The Hub does not say which commit of %s this is", self->id);
      return NULL;
    }
  if (maq_repo_get_tree (repo) != NULL)
    *tree = maq_hub_tree_ref (maq_repo_get_tree (repo));
  else
    *tree = dex_await_boxed (maq_hub_client_list_tree (self->client, self->kind, maq_repo_get_id (repo), maq_repo_get_sha (repo)), error);
  if (*tree != NULL && (*tree)->unknown->len > 0)
    {
      g_autoptr (MaqHubTree) listed = g_steal_pointer (tree);
      *tree = dex_await_boxed (maq_hub_client_fill_tree (self->client, self->kind, maq_repo_get_id (repo), maq_repo_get_sha (repo), listed, NULL), error);
    }
  return *tree != NULL ? g_steal_pointer (&repo) : NULL;
}

// An answer that is none says nothing against a download: that says itself what is wrong.
static MaqDownloadAccess
ask_access (Question *self,
            MaqRepo  *repo)
{
  g_autoptr (GError) error = NULL;

  if (maq_repo_get_gated (repo) == MAQ_REPO_GATED_NO)
    return MAQ_DOWNLOAD_ACCESS_OPEN;
  if (!maq_hub_client_has_token (self->client))
    return MAQ_DOWNLOAD_ACCESS_NEEDS_TOKEN;
  if (dex_await (maq_hub_client_check_access (self->client, self->kind, maq_repo_get_id (repo)), &error))
    return MAQ_DOWNLOAD_ACCESS_GRANTED;
  if (g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNAUTHORIZED) || g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_REPO_NOT_FOUND))
    return MAQ_DOWNLOAD_ACCESS_NEEDS_TOKEN;
  if (g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_GATED) || g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_FORBIDDEN))
    return MAQ_DOWNLOAD_ACCESS_REFUSED;
  return MAQ_DOWNLOAD_ACCESS_GRANTED;
}

GPtrArray *
maq_download_group_variants (MaqHubTree *tree)
{
  guint                   n = tree->files->len;
  g_autofree const char **paths = g_new0 (const char *, n + 1);
  g_autofree guint64     *sizes = g_new0 (guint64, n + 1);

  for (guint i = 0; i < n; i++)
    {
      const MaqHubFile *file = g_ptr_array_index (tree->files, i);
      paths[i] = file->path;
      sizes[i] = file->size;
    }
  return maq_variants_group (paths, sizes, n);
}

static void
list_files (MaqDownloadOffer *offer,
            MaqCache         *cache)
{
  MaqRepoKind      kind = maq_repo_get_kind (offer->repo);
  const char      *id = maq_repo_get_id (offer->repo);
  g_autofree char *snapshot = maq_cache_dup_snapshot_path (cache, kind, id, offer->commit);
  gboolean         has_snapshot = snapshot != NULL && g_file_test (snapshot, G_FILE_TEST_IS_DIR);

  offer->files = g_ptr_array_new_full (offer->tree->files->len, g_object_unref);
  for (guint i = 0; i < offer->tree->files->len; i++)
    {
      const MaqHubFile *file = g_ptr_array_index (offer->tree->files, i);
      g_autofree char  *here = has_snapshot ? maq_cache_dup_file_path (cache, kind, id, offer->commit, file->path) : NULL;
      offer->size += file->size;
      g_ptr_array_add (offer->files, maq_download_file_new (file->path, file->size, here != NULL));
    }
  offer->variants = maq_download_group_variants (offer->tree);
}

static DexFuture *
load_fiber (gpointer data)
{
  Question *self = data;
  GError   *error = NULL;
  g_autoptr (MaqHubTree) tree = NULL;
  g_autoptr (MaqRepo) repo = ask_repo (self, &tree, &error);

  if (repo == NULL)
    return dex_future_new_for_error (error);
  g_autoptr (MaqDownloadOffer) offer = g_atomic_rc_box_new0 (MaqDownloadOffer);
  offer->repo = g_object_ref (repo);
  offer->revision = g_strdup (self->revision);
  offer->commit = g_strdup (maq_repo_get_sha (repo));
  offer->tree = g_steal_pointer (&tree);
  list_files (offer, self->cache);
  offer->access = ask_access (self, repo);
  return dex_future_new_take_boxed (MAQ_TYPE_DOWNLOAD_OFFER, g_steal_pointer (&offer));
}

DexFuture *
maq_download_offer_load (MaqHubClient *client,
                         MaqCache     *cache,
                         MaqRepoKind   kind,
                         const char   *id,
                         const char   *revision)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (client));
  dex_return_error_if_fail (MAQ_IS_CACHE (cache));
  dex_return_error_if_fail (id != NULL);

  Question *question = g_new0 (Question, 1);
  question->client = g_object_ref (client);
  question->cache = g_object_ref (cache);
  question->kind = kind;
  question->id = g_strdup (id);
  question->revision = g_strdup (revision);
  return maq_fiber_spawn (dex_thread_pool_scheduler_get_default (), load_fiber, question, question_free);
}

char *
maq_download_offer_dup_license (MaqDownloadOffer *self)
{
  const char *license = maq_repo_get_license (self->repo);
  const char *name = maq_repo_get_license_name (self->repo);

  return g_strdup ((license == NULL || g_str_equal (license, "other")) && name != NULL ? name : license);
}

static gboolean
has_file (MaqDownloadOffer *self,
          const char       *path)
{
  for (guint i = 0; i < self->tree->files->len; i++)
    if (g_str_equal (((MaqHubFile *) g_ptr_array_index (self->tree->files, i))->path, path))
      return TRUE;
  return FALSE;
}

char *
maq_download_offer_dup_license_address (MaqDownloadOffer *self,
                                        MaqHubClient     *client)
{
  static const char *const names[] = { "LICENSE", "LICENSE.md", "LICENSE.txt" };
  const char              *link = maq_repo_get_license_link (self->repo);
  const char              *file = link != NULL && has_file (self, link) ? link : NULL;

  if (link != NULL && (g_str_has_prefix (link, "https://") || g_str_has_prefix (link, "http://")) && g_uri_is_valid (link, G_URI_FLAGS_NONE, NULL))
    return g_strdup (link);
  for (guint i = 0; file == NULL && i < G_N_ELEMENTS (names); i++)
    if (has_file (self, names[i]))
      file = names[i];
  if (file == NULL)
    return NULL;
  g_autofree char *page = maq_hub_client_dup_page_address (client, maq_repo_get_kind (self->repo), maq_repo_get_id (self->repo));
  g_autofree char *escaped = g_uri_escape_string (file, "/", FALSE);
  return g_strdup_printf ("%s/blob/%s/%s", page, self->commit, escaped);
}

const char *
maq_download_access_to_sentence (MaqDownloadAccess access)
{
  switch (access)
    {
    case MAQ_DOWNLOAD_ACCESS_NEEDS_TOKEN:
      return _ ("The owner gives access on request. Request it on the web page of the repo, then add an access token.");
    case MAQ_DOWNLOAD_ACCESS_REFUSED:
      return _ ("The owner has not given this account access yet. Request it on the web page of the repo.");
    case MAQ_DOWNLOAD_ACCESS_OPEN:
    case MAQ_DOWNLOAD_ACCESS_GRANTED:
    default:
      return NULL;
    }
}

const char *
maq_download_access_to_id (MaqDownloadAccess access)
{
  static const char *const ids[] = { "open", "granted", "needs-token", "refused" };

  return access < G_N_ELEMENTS (ids) ? ids[access] : "";
}
