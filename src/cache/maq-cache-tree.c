// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "maq-json.h"

// trees/<commit>.json, as the Python client keeps it. A commit never changes, so what is written once holds for ever.

#define FORMAT   1
#define MAX_TREE (64 << 20)

static gboolean
is_hash (const char *text,
         gsize       length)
{
  return text != NULL && strlen (text) == length && strspn (text, "0123456789abcdef") == length;
}

void
maq_cache_tree_file_free (MaqCacheTreeFile *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->oid);
  g_free (self->sha256);
  g_free (self->xet);
  g_free (self);
}

const char *
maq_cache_tree_file_get_etag (const MaqCacheTreeFile *self)
{
  return self->sha256 != NULL ? self->sha256 : self->oid;
}

static MaqCacheTreeFile *
read_file (const char   *path,
           MaqJsonValue *json)
{
  const char *oid = maq_json_get_string (json, "blob_id");
  const char *sha256 = maq_json_get_string (json, "lfs_sha256");
  gint64      size = maq_json_get_int (json, sha256 != NULL ? "lfs_size" : "size", maq_json_get_int (json, "size", -1));

  if (!maq_repo_path_validate (path, NULL) || size < 0 || !is_hash (oid, 40) || (sha256 != NULL && !is_hash (sha256, 64)))
    return NULL;

  MaqCacheTreeFile *self = g_new0 (MaqCacheTreeFile, 1);
  self->path = g_strdup (path);
  self->size = size;
  self->oid = g_strdup (oid);
  self->sha256 = g_strdup (sha256);
  self->xet = g_strdup (maq_json_get_string (json, "xet_hash"));
  return self;
}

static GPtrArray *
read_files (MaqJsonValue *root)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_cache_tree_file_free);

  if (maq_json_get_int (root, "format_version", 0) != FORMAT || !maq_json_is_object (maq_json_get (root, "files")))
    return NULL;
  MAQ_JSON_FOREACH_MEMBER (path, json, maq_json_get (root, "files"))
    {
      const char *xet_hash = maq_json_get_string (json, "xet_hash");
      // Masked by asterisks where the Hub hid it: then the rest is not to be trusted either.
      if (xet_hash != NULL && !is_hash (xet_hash, 64))
        return NULL;
      MaqCacheTreeFile *file = read_file (path, json);
      if (file != NULL)
        g_ptr_array_add (files, file);
    }
  return g_steal_pointer (&files);
}

static GBytes *
read_bytes (int         parent,
            const char *path)
{
  const char  *name = NULL;
  g_autofd int folder = maq_cache_open_parent (parent, path, FALSE, &name, NULL);
  g_autofd int fd = folder >= 0 ? openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
  struct stat  info;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size > MAX_TREE)
    return NULL;
  g_autoptr (GMappedFile) mapped = g_mapped_file_new_from_fd (fd, FALSE, NULL);
  return mapped != NULL ? g_mapped_file_get_bytes (mapped) : NULL;
}

static char *
dup_tree_path (const char *commit)
{
  return g_strconcat ("trees/", commit, ".json", NULL);
}

GPtrArray *
maq_cache_read_tree_in (int         folder,
                        const char *commit)
{
  g_autofree char *path = dup_tree_path (commit);
  g_autoptr (GBytes) bytes = read_bytes (folder, path);
  g_autoptr (MaqJson) json = bytes != NULL ? maq_json_parse (bytes, NULL) : NULL;
  return json != NULL ? read_files (maq_json_get_root (json)) : NULL;
}

GPtrArray *
maq_cache_read_tree (MaqCache   *self,
                     MaqRepoKind kind,
                     const char *id,
                     const char *commit)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), NULL);

  g_autofd int repo = maq_cache_commit_validate (commit, NULL) ? maq_cache_open_existing_repo (self, kind, id) : -1;
  return repo >= 0 ? maq_cache_read_tree_in (repo, commit) : NULL;
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  const MaqCacheTreeFile *one = *(const MaqCacheTreeFile *const *) a;
  const MaqCacheTreeFile *two = *(const MaqCacheTreeFile *const *) b;

  return strcmp (one->path, two->path);
}

static char *
dup_text (GPtrArray *files)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (files, NULL, NULL);
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();

  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, compare_paths);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "format_version");
  json_builder_add_int_value (builder, FORMAT);
  json_builder_set_member_name (builder, "files");
  json_builder_begin_object (builder);
  for (guint i = 0; i < sorted->len; i++)
    {
      const MaqCacheTreeFile *file = g_ptr_array_index (sorted, i);
      json_builder_set_member_name (builder, file->path);
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "size");
      json_builder_add_int_value (builder, file->size);
      json_builder_set_member_name (builder, "blob_id");
      json_builder_add_string_value (builder, file->oid);
      if (file->sha256 != NULL)
        {
          json_builder_set_member_name (builder, "lfs_sha256");
          json_builder_add_string_value (builder, file->sha256);
          json_builder_set_member_name (builder, "lfs_size");
          json_builder_add_int_value (builder, file->size);
        }
      if (is_hash (file->xet, 64))
        {
          json_builder_set_member_name (builder, "xet_hash");
          json_builder_add_string_value (builder, file->xet);
        }
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  json_generator_set_indent (generator, 1);
  return json_generator_to_data (generator, NULL);
}

static gboolean
are_complete (GPtrArray *files)
{
  for (guint i = 0; i < files->len; i++)
    {
      const MaqCacheTreeFile *file = g_ptr_array_index (files, i);
      if (!maq_repo_path_validate (file->path, NULL) || !is_hash (file->oid, 40))
        return FALSE;
    }
  return TRUE;
}

gboolean
maq_cache_write_tree_in (int         folder,
                         const char *commit,
                         GPtrArray  *files,
                         GError    **error)
{
  // A list with a gap would make other tools call a snapshot whole that is not.
  if (!are_complete (files))
    return TRUE;
  g_autofree char *path = dup_tree_path (commit);
  g_autofree char *text = dup_text (files);
  return maq_cache_write_text (folder, path, text, error);
}

void
maq_cache_write_tree (MaqCache   *self,
                      MaqRepoKind kind,
                      const char *id,
                      const char *commit,
                      GPtrArray  *files)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (MAQ_IS_CACHE (self));

  g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, NULL);
  if (folder == NULL || !maq_cache_commit_validate (commit, NULL) || !are_complete (files))
    return;

  g_autofree char *snapshot = g_build_filename ("snapshots", commit, NULL);
  g_autofd int     root = maq_cache_open_root (self, TRUE, &error);
  g_autofd int     repo = root >= 0 ? maq_cache_open_repo (root, folder, TRUE, &error) : -1;
  g_autofd int     made = repo >= 0 ? maq_cache_open_folder (repo, snapshot, TRUE, &error) : -1;
  if (made < 0 || !maq_cache_write_tree_in (repo, commit, files, &error))
    g_info ("The list of files of %s is not kept: %s", id, error->message);
}
