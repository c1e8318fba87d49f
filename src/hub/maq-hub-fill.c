// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-client.h"

#include "maq-error.h"
#include "maq-fiber.h"
#include "maq-hub-records.h"

// What a list of files leaves open, asked for file by file.

// More files than that are not asked for one by one.
#define MOST_FILES 500

typedef struct
{
  MaqHubClient *client;
  MaqRepoKind   kind;
  char         *id;
  char         *revision;
  MaqHubTree   *tree;  // the result
  char        **paths; // nullable
} Filling;

static void
filling_free (gpointer data)
{
  Filling *self = data;

  g_object_unref (self->client);
  g_free (self->id);
  g_free (self->revision);
  maq_hub_tree_unref (self->tree);
  g_strfreev (self->paths);
  g_free (self);
}

// The size of the file at PATH, as the answer to a request for its first byte gives it; -1 if that does not either.
static gint64
await_size (const Filling *self,
            const char    *path,
            GError       **error)
{
  g_autoptr (MaqHubBody) body = dex_await_object (maq_hub_client_open_file (self->client, self->kind, self->id, self->revision, path, 0, 1), error);

  return body != NULL ? maq_hub_body_get_total (body) : -1;
}

// Asks for the unknown file INDEX; whether it was told.
static gboolean
ask_file (const Filling *self,
          guint          index,
          GError       **error)
{
  const MaqHubFile *file = g_ptr_array_index (self->tree->unknown, index);
  g_autoptr (MaqHubFileInfo) info = dex_await_boxed (maq_hub_client_resolve (self->client, self->kind, self->id, self->revision, file->path), error);
  gint64 size = info != NULL ? info->size : -1;

  if (info != NULL && size < 0)
    size = await_size (self, file->path, error);
  if (size < 0)
    return FALSE;
  maq_hub_tree_tell (self->tree, index, size, info->etag);
  return TRUE;
}

static DexFuture *
fill_fiber (gpointer data)
{
  Filling *self = data;
  guint    n_asked = 0;

  for (guint i = 0; i < self->tree->unknown->len && n_asked < MOST_FILES;)
    {
      const MaqHubFile *file = g_ptr_array_index (self->tree->unknown, i);
      g_autoptr (GError) error = NULL;

      if (self->paths != NULL && !g_strv_contains ((const char *const *) self->paths, file->path))
        {
          i++;
          continue;
        }
      n_asked++;
      if (ask_file (self, i, &error))
        continue;
      if (error != NULL && maq_error_is_cancelled (error))
        return dex_future_new_for_error (g_steal_pointer (&error));
      g_debug ("%s stays unknown: %s", file->path, error != NULL ? error->message : "the Hub gives no size");
      i++;
    }
  return dex_future_new_take_boxed (MAQ_TYPE_HUB_TREE, maq_hub_tree_ref (self->tree));
}

DexFuture *
maq_hub_client_fill_tree (MaqHubClient      *self,
                          MaqRepoKind        kind,
                          const char        *id,
                          const char        *revision,
                          MaqHubTree        *tree,
                          const char *const *paths)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));
  dex_return_error_if_fail (id != NULL && tree != NULL);

  Filling *filling = g_new0 (Filling, 1);
  filling->client = g_object_ref (self);
  filling->kind = kind;
  filling->id = g_strdup (id);
  filling->revision = g_strdup (revision);
  filling->tree = maq_hub_tree_copy (tree);
  filling->paths = g_strdupv ((char **) paths);
  return maq_fiber_spawn (NULL, fill_fiber, filling, filling_free);
}
