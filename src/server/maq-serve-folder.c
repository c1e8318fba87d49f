// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Reads a folder of repos; maq-hub-store.h describes its layout.
#include "maq-serve-scan.h"
#include "maq-serve-store.h"

#include <glib/gstdio.h>
#include <string.h>

#define MAX_REPO_JSON (64 * 1024 * 1024)

typedef struct
{
  MaqHubStore    *store;
  MaqServeRoot   *root; // of all repos
  MaqServeMemory *memory;
  const char     *folder; // of this one, below the root, as all paths here
  char           *files_folder;
  MaqServeRepo   *repo;
  JsonObject     *object; // of repo.json; NULL without one
  GHashTable     *files;  // path of every file in the folder to its struct stat
  GHashTable     *shared; // path below the root to content, so that versions share it
  gint64          newest; // of the files' times
} Reader;

static gboolean
fail (GError    **error,
      Reader     *reader,
      const char *what,
      const char *detail)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s/%s/.maquette/repo.json: %s%s%s", maq_serve_root_get_path (reader->root), reader->folder, what, detail != NULL ? ": " : "", detail != NULL ? detail : "");
  return FALSE;
}

// Members of the wrong type count as absent.
static gint64
get_int (JsonObject *object,
         const char *name,
         gint64      fallback)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : fallback;
}

static const char *
get_string (JsonObject *object,
            const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

static JsonObject *
get_object (JsonObject *object,
            const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
get_array (JsonObject *object,
           const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static char *
get_json (JsonObject *object,
          const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  return node != NULL ? json_to_string (node, FALSE) : NULL;
}

static const char *
array_string (JsonArray *array,
              guint      index)
{
  JsonNode *node = json_array_get_element (array, index);
  return json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

static gboolean
stays_below (const char *path)
{
  if (g_path_is_absolute (path))
    return FALSE;
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  return !g_strv_contains ((const char *const *) parts, "..");
}

// One content for each file on disk, however often it is named.
static MaqServeContent *
open_file (Reader            *reader,
           const char        *path,
           const struct stat *info)
{
  g_autofree char *full = g_build_filename (reader->files_folder, path, NULL);
  MaqServeContent *content = g_hash_table_lookup (reader->shared, full);
  if (content != NULL)
    return maq_serve_content_ref (content);
  content = maq_serve_content_new_file (reader->root, full, info, reader->memory);
  g_hash_table_insert (reader->shared, g_steal_pointer (&full), maq_serve_content_ref (content));
  return content;
}

static MaqServeContent *
open_named_file (Reader     *reader,
                 const char *path)
{
  struct stat      info;
  g_autofree char *full = g_build_filename (reader->files_folder, path, NULL);
  g_autofd int     fd = maq_serve_root_open (reader->root, full, &info, NULL);
  return fd >= 0 && S_ISREG (info.st_mode) ? open_file (reader, path, &info) : NULL;
}

static MaqServeContent *
make_generated (JsonObject *what)
{
  gint64           size = get_int (what, "bytes", 0);
  MaqServeContent *content = maq_serve_content_new_generated (get_string (what, "format"), MAX (size, 0), get_int (what, "seed", 0));
  const char      *sha256 = get_string (what, "sha256");
  if (sha256 != NULL && strlen (sha256) == 64)
    maq_serve_content_set_hashes (content, NULL, sha256);
  return content;
}

static MaqServeContent *
make_content (Reader     *reader,
              JsonObject *what)
{
  const char *file = get_string (what, "file");
  const char *text = get_string (what, "text");
  JsonObject *generate = get_object (what, "generate");
  if (generate != NULL)
    return make_generated (generate);
  if (text != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
      return maq_serve_content_new_bytes (bytes);
    }
  if (file == NULL || !stays_below (file))
    return NULL;
  return open_named_file (reader, file);
}

static void
set_file (Reader          *reader,
          const char      *path,
          MaqServeContent *content)
{
  // What is hashed already keeps the kind it was given: the hashes depend on it.
  if (!maq_serve_content_is_hashed (content))
    maq_serve_content_set_lfs (content, maq_serve_is_lfs (path, maq_serve_content_get_size (content)));
  maq_serve_repo_set_file (reader->repo, path, content);
}

static void
found_cb (const char        *path,
          const struct stat *info,
          gpointer           data)
{
  Reader *reader = data;
  g_hash_table_insert (reader->files, g_strdup (path), g_memdup2 (info, sizeof *info));
  reader->newest = MAX (reader->newest, info->st_mtime);
}

static void
add_scanned (Reader *reader)
{
  GHashTableIter iter;
  gpointer       path, info;
  g_hash_table_iter_init (&iter, reader->files);
  while (g_hash_table_iter_next (&iter, &path, &info))
    set_file (reader, path, open_file (reader, path, info));
}

// Files that some commit names do not belong to the first one by themselves.
static void
forget_named (Reader    *reader,
              JsonArray *commits)
{
  for (guint i = 0; i < json_array_get_length (commits); i++)
    {
      JsonNode   *node = json_array_get_element (commits, i);
      JsonObject *files = JSON_NODE_HOLDS_OBJECT (node) ? get_object (json_node_get_object (node), "files") : NULL;
      g_autoptr (GList) names = files != NULL ? json_object_get_members (files) : NULL;
      for (GList *l = names; l != NULL; l = l->next)
        g_hash_table_remove (reader->files, l->data);
    }
}

static gboolean
apply_files (Reader     *reader,
             JsonObject *files,
             GError    **error)
{
  g_autoptr (GList) names = json_object_get_members (files);
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonNode *what = json_object_get_member (files, l->data);
      if (JSON_NODE_HOLDS_NULL (what))
        {
          maq_serve_repo_set_file (reader->repo, l->data, NULL);
          continue;
        }
      MaqServeContent *content = JSON_NODE_HOLDS_OBJECT (what) ? make_content (reader, json_node_get_object (what)) : NULL;
      if (content == NULL)
        return fail (error, reader, "no content for the file", l->data);
      set_file (reader, l->data, content);
    }
  return TRUE;
}

static MaqServeRef *
find_ref (GPtrArray  *refs,
          const char *name)
{
  for (guint i = 0; i < refs->len; i++)
    if (g_str_equal (((MaqServeRef *) g_ptr_array_index (refs, i))->name, name))
      return g_ptr_array_index (refs, i);
  return NULL;
}

static gboolean
read_commit (Reader     *reader,
             JsonObject *object,
             GError    **error)
{
  MaqServeRepo *repo = reader->repo;
  guint         index = repo->commits->len;
  const char   *branch = get_string (object, "branch");
  const char   *title = get_string (object, "title");
  const char   *message = get_string (object, "message");
  JsonObject   *files = get_object (object, "files");
  JsonArray    *authors = get_array (object, "authors");

  branch = branch != NULL && index > 0 ? branch : "main";
  gboolean   pull_request = g_str_has_prefix (branch, "refs/pr/");
  GPtrArray *refs = pull_request ? repo->pull_requests : repo->branches;
  branch += pull_request ? strlen ("refs/pr/") : 0;
  MaqServeRef *from = find_ref (refs, branch);
  if (from == NULL && index > 0)
    from = g_ptr_array_index (repo->branches, 0);
  MaqServeCommit *commit = maq_serve_repo_add_commit (repo, from != NULL ? (int) from->commit : -1, title != NULL ? title : "Update", maq_serve_parse_date (get_string (object, "date"), reader->newest));
  g_set_str (&commit->message, message != NULL ? message : "");
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; authors != NULL && i < json_array_get_length (authors); i++)
    if (array_string (authors, i) != NULL)
      g_strv_builder_add (names, array_string (authors, i));
  g_strfreev (commit->authors);
  commit->authors = g_strv_builder_end (names);

  maq_serve_repo_add_ref (refs, branch, index);
  if (index == 0)
    add_scanned (reader);
  return files == NULL || apply_files (reader, files, error);
}

static gboolean
read_refs (Reader     *reader,
           const char *member,
           GPtrArray  *refs,
           GError    **error)
{
  JsonObject *object = get_object (reader->object, member);
  g_autoptr (GList) names = object != NULL ? json_object_get_members (object) : NULL;
  for (GList *l = names; l != NULL; l = l->next)
    {
      gint64 index = get_int (object, l->data, -1);
      if (index < 0 || index >= reader->repo->commits->len)
        return fail (error, reader, "no such commit for the name", l->data);
      maq_serve_repo_add_ref (refs, l->data, index);
    }
  return TRUE;
}

static gboolean
read_commits (Reader  *reader,
              GError **error)
{
  JsonArray *commits = get_array (reader->object, "commits");
  if (commits == NULL || json_array_get_length (commits) == 0)
    {
      MaqServeCommit *commit = maq_serve_repo_add_commit (reader->repo, -1, "initial commit", reader->newest);
      g_strfreev (commit->authors);
      commit->authors = g_strsplit (reader->repo->owner, "/", 1);
      maq_serve_repo_add_ref (reader->repo->branches, "main", 0);
      add_scanned (reader);
      return TRUE;
    }
  forget_named (reader, commits);
  for (guint i = 0; i < json_array_get_length (commits); i++)
    {
      JsonNode *node = json_array_get_element (commits, i);
      if (!JSON_NODE_HOLDS_OBJECT (node))
        return fail (error, reader, "a commit is not an object", NULL);
      if (!read_commit (reader, json_node_get_object (node), error))
        return FALSE;
    }
  return read_refs (reader, "branches", reader->repo->branches, error) &&
         read_refs (reader, "git_tags", reader->repo->git_tags, error);
}

static void
read_members (Reader *reader)
{
  MaqServeRepo *repo = reader->repo;
  JsonObject   *object = reader->object;
  const char   *gated = get_string (object, "gated");
  JsonArray    *tags = get_array (object, "tags");

  repo->likes = get_int (object, "likes", 0);
  repo->downloads = get_int (object, "downloads", 0);
  repo->downloads_all = get_int (object, "downloadsAllTime", 0);
  repo->trending = get_int (object, "trendingScore", 0);
  repo->created = maq_serve_parse_date (get_string (object, "createdAt"), 0);
  repo->gated = g_strcmp0 (gated, "auto") == 0 || g_strcmp0 (gated, "manual") == 0 ? g_intern_string (gated) : NULL;
  repo->is_private = get_int (object, "private", 0) != 0;
  repo->disabled = get_int (object, "disabled", 0) != 0;
  repo->pipeline_tag = g_intern_string (get_string (object, "pipeline_tag"));
  repo->library_name = g_intern_string (get_string (object, "library_name"));
  repo->sdk = g_intern_string (get_string (object, "sdk"));
  repo->description = g_strdup (get_string (object, "description"));
  repo->gguf_json = get_json (object, "gguf");
  repo->safetensors_json = get_json (object, "safetensors");
  repo->config_json = get_json (object, "config");
  repo->runtime_json = get_json (object, "runtime");
  for (guint i = 0; tags != NULL && i < json_array_get_length (tags); i++)
    maq_serve_repo_add_tag (repo, array_string (tags, i));
}

static gboolean
load_object (Reader  *reader,
             GError **error)
{
  g_autofree char *path = g_build_filename (reader->folder, ".maquette", "repo.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) inner = NULL;
  g_autofree char *text = maq_serve_root_load (reader->root, path, MAX_REPO_JSON, &inner);
  const char      *start = text != NULL && g_str_has_prefix (text, "\ufeff") ? text + strlen ("\ufeff") : text;
  if (g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;
  if (text == NULL || !json_parser_load_from_data (parser, start, -1, &inner))
    return fail (error, reader, inner->message, NULL);
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return fail (error, reader, "not an object", NULL);
  reader->object = json_object_ref (json_node_get_object (root));
  return TRUE;
}

// Where the repo's files are: beside its repo.json, or in another folder that it names. NULL if that is not there.
static char *
find_files (Reader *reader)
{
  struct stat info;
  const char *other = get_string (reader->object, "folder");
  if (other == NULL)
    return g_strdup (reader->folder);
  g_autofd int fd = stays_below (other) ? maq_serve_root_open (reader->root, other, &info, NULL) : -1;
  return fd >= 0 && S_ISDIR (info.st_mode) ? g_strdup (other) : NULL;
}

static void
add_aliases (MaqHubStore *store,
             MaqRepoKind  kind,
             const char  *id,
             JsonObject  *object)
{
  JsonArray *aliases = get_array (object, "aliases");
  for (guint i = 0; aliases != NULL && i < json_array_get_length (aliases); i++)
    if (array_string (aliases, i) != NULL)
      maq_serve_store_add_alias (store, kind, array_string (aliases, i), id);
}

static gboolean
read_repo (Reader     *place,
           MaqRepoKind kind,
           const char *id,
           GError    **error)
{
  g_autoptr (MaqServeRepo) repo = maq_serve_repo_new (kind, id);
  g_autofree char *folder = g_build_filename (maq_repo_kind_get_plural (kind), id, NULL);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) shared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) maq_serve_content_unref);
  Reader   reader = { .store = place->store, .root = place->root, .memory = place->memory, .folder = folder, .repo = repo, .files = files, .shared = shared };
  gboolean done = load_object (&reader, error);

  reader.files_folder = done ? find_files (&reader) : NULL;
  if (reader.files_folder != NULL)
    {
      maq_serve_scan (reader.store, reader.root, reader.files_folder, found_cb, &reader);
      read_members (&reader);
      done = read_commits (&reader, error);
    }
  if (done && reader.files_folder != NULL)
    {
      maq_serve_repo_finish (repo);
      maq_serve_store_add (reader.store, g_steal_pointer (&repo));
      add_aliases (reader.store, kind, id, reader.object);
    }
  g_clear_pointer (&reader.object, json_object_unref);
  g_free (reader.files_folder);
  return done;
}

// Whether there are files right in the folder of what could be an owner, which makes it a repo itself.
static gboolean
holds_files (Reader            *place,
             const char        *folder,
             const char *const *names)
{
  for (; *names != NULL; names++)
    {
      struct stat      info;
      g_autofree char *path = g_build_filename (folder, *names, NULL);
      g_autofd int     fd = -1;
      if (g_str_equal (*names, ".maquette"))
        return TRUE;
      fd = **names != '.' ? maq_serve_root_open (place->root, path, &info, NULL) : -1;
      if (fd >= 0 && S_ISREG (info.st_mode))
        return TRUE;
    }
  return FALSE;
}

// The repo in the folder of its id, if that is a folder. What a client would refuse is left out.
static gboolean
read_place (Reader     *place,
            MaqRepoKind kind,
            const char *id,
            GError    **error)
{
  struct stat      info;
  g_autofree char *path = g_build_filename (maq_repo_kind_get_plural (kind), id, NULL);
  g_autoptr (GError) inner = NULL;
  g_autofd int fd = maq_serve_root_open (place->root, path, &info, &inner);
  if (fd >= 0 && !S_ISDIR (info.st_mode))
    return TRUE;
  if (fd < 0 || !maq_repo_id_validate (id, NULL))
    {
      maq_serve_store_leave_out (place->store, path, fd < 0 ? maq_serve_reason_for_error (inner) : MAQ_HUB_STORE_REASON_NAME);
      return TRUE;
    }
  return read_repo (place, kind, id, error);
}

static gboolean
read_owner (Reader     *place,
            MaqRepoKind kind,
            const char *owner,
            GError    **error)
{
  g_autofree char *folder = g_build_filename (maq_repo_kind_get_plural (kind), owner, NULL);
  g_autoptr (GError) inner = NULL;
  g_auto (GStrv) names = maq_serve_scan_names (place->root, folder, &inner);
  if (g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY))
    return TRUE;
  if (names == NULL || holds_files (place, folder, (const char *const *) names))
    return read_place (place, kind, owner, error);
  for (char **name = names; *name != NULL; name++)
    {
      g_autofree char *id = g_strconcat (owner, "/", *name, NULL);
      if (**name != '.' && !read_place (place, kind, id, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
maq_serve_read_folder (MaqHubStore    *self,
                       MaqServeRoot   *root,
                       MaqServeMemory *memory,
                       GError        **error)
{
  Reader   place = { .store = self, .root = root, .memory = memory };
  gboolean any = FALSE;
  for (guint kind = 0; kind < MAQ_SERVE_N_KINDS; kind++)
    {
      const char *folder = maq_repo_kind_get_plural (kind);
      g_autoptr (GError) inner = NULL;
      g_auto (GStrv) owners = maq_serve_scan_names (root, folder, &inner);
      any = any || owners != NULL;
      if (owners == NULL && !g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        maq_serve_store_leave_out (self, folder, maq_serve_reason_for_error (inner));
      for (char **owner = owners; owners != NULL && *owner != NULL; owner++)
        if (**owner != '.' && !read_owner (&place, kind, *owner, error))
          return FALSE;
    }
  if (!any)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s holds none of the folders models, datasets and spaces, in which the repos of a Hub lie as OWNER/NAME", maq_serve_root_get_path (root));
  return any;
}
