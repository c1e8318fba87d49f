// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-address.h"

#include <string.h>

#include "maq-error.h"
#include "maq-fiber.h"

typedef struct
{
  MaqHubClient   *client; // nullable
  MaqCache       *cache;
  MaqRepoAddress *address;
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_clear_object (&self->client);
  g_object_unref (self->cache);
  maq_repo_address_free (self->address);
  g_free (self);
}

static gboolean
has_ref (GPtrArray  *refs,
         const char *name)
{
  for (guint i = 0; i < refs->len; i++)
    if (strcmp (((const MaqHubRef *) g_ptr_array_index (refs, i))->name, name) == 0)
      return TRUE;
  return FALSE;
}

// HUB (nullable): what the Hub says; without it the cache is looked into.
static gboolean
is_revision (Question   *self,
             MaqHubRefs *hub,
             const char *revision)
{
  g_autofree char *commit = NULL;

  if (!maq_revision_validate (revision, NULL))
    return FALSE;
  if (hub != NULL)
    return has_ref (hub->branches, revision) || has_ref (hub->tags, revision);
  commit = maq_cache_dup_commit (self->cache, self->address->kind, self->address->id, revision);
  return commit != NULL;
}

// Short commits, pull requests and conversions are not among the branches and tags.
static gboolean
may_be_revision (MaqHubRefs *hub,
                 const char *revision)
{
  return has_ref (hub->branches, revision) || has_ref (hub->tags, revision) || g_str_has_prefix (revision, "refs/") || strspn (revision, "0123456789abcdef") == strlen (revision);
}

static DexFuture *
resolve_fiber (gpointer data)
{
  Question             *self = data;
  const MaqRepoAddress *address = self->address;
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqHubRefs) hub = NULL;
  g_autofree char *whole = g_strconcat (address->revision, "/", address->path, NULL);

  if (self->client != NULL)
    hub = dex_await_boxed (maq_hub_client_list_refs (self->client, address->kind, address->id), &error);
  if (maq_error_is_cancelled (error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  for (gsize length = strlen (whole); length > strlen (address->revision);)
    {
      g_autofree char *revision = g_strndup (whole, length);
      if (is_revision (self, hub, revision))
        return dex_future_new_take_boxed (MAQ_TYPE_REPO_ADDRESS, maq_repo_address_new (address->kind, address->id, revision, whole[length] == '/' ? whole + length + 1 : NULL));
      while (length > 0 && whole[length - 1] != '/')
        length--;
      length--;
    }
  // Nothing of it is there. What follows a word that is no revision is more likely the rest of one than a file.
  if (hub != NULL && !may_be_revision (hub, address->revision) && maq_revision_validate (whole, NULL))
    return dex_future_new_take_boxed (MAQ_TYPE_REPO_ADDRESS, maq_repo_address_new (address->kind, address->id, whole, NULL));
  return dex_future_new_take_boxed (MAQ_TYPE_REPO_ADDRESS, maq_repo_address_copy (address));
}

DexFuture *
maq_address_resolve (MaqHubClient         *client,
                     MaqCache             *cache,
                     const MaqRepoAddress *address)
{
  Question *self;

  dex_return_error_if_fail (client == NULL || MAQ_IS_HUB_CLIENT (client));
  dex_return_error_if_fail (MAQ_IS_CACHE (cache));
  dex_return_error_if_fail (address != NULL);

  // No branch can be below another one, so that what follows main is a file; and so it is after a commit.
  if (address->revision == NULL || address->path == NULL || strcmp (address->revision, "main") == 0 || maq_revision_is_commit (address->revision))
    return dex_future_new_take_boxed (MAQ_TYPE_REPO_ADDRESS, maq_repo_address_copy (address));
  self = g_new0 (Question, 1);
  self->client = client != NULL ? g_object_ref (client) : NULL;
  self->cache = g_object_ref (cache);
  self->address = maq_repo_address_copy (address);
  return maq_fiber_spawn (NULL, resolve_fiber, self, question_free);
}
