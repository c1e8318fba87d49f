// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-tree.h"

#include <string.h>

#include "maq-hub-error.h"
#include "maq-hub-records.h"

G_DEFINE_BOXED_TYPE (MaqHubTree, maq_hub_tree, maq_hub_tree_ref, maq_hub_tree_unref)

static void
file_free (MaqHubFile *self)
{
  g_free (self->path);
  g_free (self->oid);
  g_free (self->sha256);
  g_free (self->xet);
  g_free (self);
}

static void
maq_hub_tree_clear (MaqHubTree *self)
{
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->unknown);
}

MaqHubTree *
maq_hub_tree_ref (MaqHubTree *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_hub_tree_unref (MaqHubTree *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) maq_hub_tree_clear);
}

const char *
maq_hub_file_get_etag (const MaqHubFile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->sha256 != NULL ? self->sha256 : self->oid;
}

gboolean
maq_hub_tree_is_whole (MaqHubTree *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  // What is in a submodule is no file of the repo.
  return self->n_unsafe == 0 && self->unknown->len == 0;
}

MaqHubTree *
maq_hub_tree_new (void)
{
  MaqHubTree *self = g_atomic_rc_box_new0 (MaqHubTree);

  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) file_free);
  self->unknown = g_ptr_array_new_with_free_func ((GDestroyNotify) file_free);
  return self;
}

static void
copy_files (GPtrArray *to,
            GPtrArray *from)
{
  for (guint i = 0; i < from->len; i++)
    {
      const MaqHubFile *file = g_ptr_array_index (from, i);
      MaqHubFile       *copy = g_memdup2 (file, sizeof *file);

      copy->path = g_strdup (file->path);
      copy->oid = g_strdup (file->oid);
      copy->sha256 = g_strdup (file->sha256);
      g_ptr_array_add (to, copy);
    }
}

MaqHubTree *
maq_hub_tree_copy (const MaqHubTree *self)
{
  MaqHubTree *copy = maq_hub_tree_new ();

  copy_files (copy->files, self->files);
  copy_files (copy->unknown, self->unknown);
  copy->n_unsafe = self->n_unsafe;
  copy->n_submodules = self->n_submodules;
  return copy;
}

void
maq_hub_tree_tell (MaqHubTree *self,
                   guint       index,
                   guint64     size,
                   const char *etag)
{
  MaqHubFile *file = g_ptr_array_steal_index (self->unknown, index);

  file->size = size;
  g_set_str (strlen (etag) == 64 ? &file->sha256 : &file->oid, etag);
  g_ptr_array_add (self->files, file);
}

// Adds the file, unless its name is not one that can be used below a folder. LFS: what stands for a large file.
static void
add_file (MaqHubTree   *self,
          const char   *path,
          gint64        size,
          const char   *oid,
          MaqJsonValue *lfs,
          const char   *sha256,
          const char   *xet)
{
  gint64 length = maq_json_get_int (lfs, "size", size);

  if (!maq_repo_path_validate (path, NULL))
    {
      self->n_unsafe++;
      return;
    }
  MaqHubFile *file = g_new0 (MaqHubFile, 1);
  file->path = g_strdup (path);
  file->size = MAX (length, 0);
  file->oid = maq_hub_is_hash (oid, 40) ? g_strdup (oid) : NULL;
  file->sha256 = maq_hub_is_hash (sha256, 64) ? g_strdup (sha256) : NULL;
  file->xet = maq_hub_is_hash (xet, 64) ? g_strdup (xet) : NULL;

  // A large file without its own hash must not pass for a git file: the other hash is that of the pointer.
  gboolean is_known = length >= 0 && (maq_json_is_object (lfs) ? file->sha256 != NULL : file->oid != NULL);
  g_ptr_array_add (is_known ? self->files : self->unknown, file);
}

gboolean
maq_hub_tree_add_json (MaqHubTree   *self,
                       MaqJsonValue *json,
                       GError      **error)
{
  if (!maq_json_is_array (json))
    {
      g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The Hub's reply is not a list of files");
      return FALSE;
    }

  MAQ_JSON_FOREACH (item, json)
    {
      const char   *type = maq_json_get_string (item, "type");
      MaqJsonValue *lfs = maq_json_get (item, "lfs");

      if (g_strcmp0 (type, "submodule") == 0)
        self->n_submodules++;
      else if (g_strcmp0 (type, "directory") != 0)
        add_file (self, maq_json_get_string (item, "path"), maq_json_get_int (item, "size", -1), maq_json_get_string (item, "oid"), lfs, maq_json_get_string (lfs, "oid"), maq_json_get_string (item, "xetHash"));
    }

  return TRUE;
}

MaqHubTree *
maq_hub_tree_new_from_siblings (MaqJsonValue *json)
{
  g_autoptr (MaqHubTree) self = maq_hub_tree_new ();

  if (!maq_json_is_array (json))
    return NULL;

  // Here the keys have other names than in the tree.
  MAQ_JSON_FOREACH (item, json)
    {
      MaqJsonValue *lfs = maq_json_get (item, "lfs");

      add_file (self, maq_json_get_string (item, "rfilename"), maq_json_get_int (item, "size", -1), maq_json_get_string (item, "blobId"), lfs, maq_json_get_string (lfs, "sha256"), maq_json_get_string (item, "xetHash"));
    }

  // Names alone, because nobody asked for more.
  return self->files->len > 0 || maq_hub_tree_is_whole (self) ? g_steal_pointer (&self) : NULL;
}
