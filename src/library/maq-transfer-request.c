// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

#include "maq-glob.h"

MaqTransferRequest *
maq_transfer_request_new (MaqRepoKind kind,
                          const char *id,
                          const char *revision)
{
  MaqTransferRequest *self = g_new0 (MaqTransferRequest, 1);

  self->kind = kind;
  self->id = g_strdup (id);
  self->revision = g_strdup (revision);
  return self;
}

MaqTransferRequest *
maq_transfer_request_copy (const MaqTransferRequest *self)
{
  MaqTransferRequest *copy = maq_transfer_request_new (self->kind, self->id, self->revision);

  copy->paths = g_strdupv (self->paths);
  copy->include = g_strdupv (self->include);
  copy->exclude = g_strdupv (self->exclude);
  copy->title = g_strdup (self->title);
  copy->folder = g_strdup (self->folder);
  copy->at_once = self->at_once;
  copy->replace = self->replace;
  return copy;
}

void
maq_transfer_request_free (MaqTransferRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->revision);
  g_strfreev (self->paths);
  g_strfreev (self->include);
  g_strfreev (self->exclude);
  g_free (self->title);
  g_free (self->folder);
  g_free (self);
}

const char *
maq_transfer_request_get_revision (const MaqTransferRequest *self)
{
  return self->revision != NULL ? self->revision : "main";
}

// NULL and the empty array mean the same, and order means nothing.
static gboolean
same_strings (char **a,
              char **b)
{
  // Sets, as there may be very many.
  g_autoptr (GHashTable) in_a = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) in_b = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; a != NULL && a[i] != NULL; i++)
    g_hash_table_add (in_a, a[i]);
  for (gsize i = 0; b != NULL && b[i] != NULL; i++)
    {
      if (!g_hash_table_contains (in_a, b[i]))
        return FALSE;
      g_hash_table_add (in_b, b[i]);
    }
  return g_hash_table_size (in_a) == g_hash_table_size (in_b);
}

gboolean
maq_transfer_request_equal (const MaqTransferRequest *a,
                            const MaqTransferRequest *b)
{
  return a->kind == b->kind && g_str_equal (a->id, b->id) &&
         g_str_equal (maq_transfer_request_get_revision (a), maq_transfer_request_get_revision (b)) &&
         same_strings (a->paths, b->paths) && same_strings (a->include, b->include) && same_strings (a->exclude, b->exclude) &&
         g_strcmp0 (a->folder, b->folder) == 0 && a->replace == b->replace;
}

gboolean
maq_transfer_request_has_paths (const MaqTransferRequest *self)
{
  return self->paths != NULL && self->paths[0] != NULL;
}

gboolean
maq_transfer_request_has_path (const MaqTransferRequest *self,
                               const char               *path)
{
  if (maq_transfer_request_has_paths (self))
    return g_strv_contains ((const char *const *) self->paths, path);
  return maq_glob_filter ((const char *const *) self->include, (const char *const *) self->exclude, path);
}
