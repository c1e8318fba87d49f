// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Reads a folder of repos; maq-hub-store.h describes its layout.
#include "maq-serve-store.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_DEPTH 16

typedef struct
{
  const char   *root;   // of all repos
  char         *folder; // of this one
  char         *files_folder;
  MaqServeRepo *repo;
  JsonObject   *object; // of repo.json; NULL without one
  GHashTable   *files;  // path to size of every file in the folder
  GHashTable   *shared; // absolute path to content, so that versions share it
  gint64        newest; // of the files' times
} Reader;

static gboolean
fail (GError    **error,
      Reader     *reader,
      const char *what,
      const char *detail)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s/.maquette/repo.json: %s%s%s", reader->folder, what, detail != NULL ? ": " : "", detail != NULL ? detail : "");
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
open_file (Reader     *reader,
           const char *path)
{
  struct stat      info;
  MaqServeContent *content = g_hash_table_lookup (reader->shared, path);
  if (content != NULL)
    return maq_serve_content_ref (content);
  if (stat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return NULL;
  content = maq_serve_content_new_file (path, info.st_size);
  g_hash_table_insert (reader->shared, g_strdup (path), maq_serve_content_ref (content));
  return content;
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
  g_autofree char *full = g_build_filename (reader->files_folder, file, NULL);
  return open_file (reader, full);
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
scan_folder (Reader     *reader,
             const char *below,
             guint       depth)
{
  g_autofree char *folder = g_build_filename (reader->files_folder, below, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && depth < MAX_DEPTH && (name = g_dir_read_name (dir)) != NULL)
    {
      struct stat      info;
      g_autofree char *path = *below != '\0' ? g_strconcat (below, "/", name, NULL) : g_strdup (name);
      g_autofree char *full = g_build_filename (folder, name, NULL);
      if (g_str_equal (name, ".maquette") || g_str_equal (name, ".git") || stat (full, &info) != 0)
        continue;
      // Links to files are common among weights; links to folders can lead in circles.
      if (S_ISDIR (info.st_mode) && g_file_test (full, G_FILE_TEST_IS_SYMLINK))
        continue;
      if (S_ISDIR (info.st_mode))
        scan_folder (reader, path, depth + 1);
      else if (S_ISREG (info.st_mode) && g_utf8_validate (path, -1, NULL))
        {
          g_hash_table_add (reader->files, g_steal_pointer (&path));
          reader->newest = MAX (reader->newest, info.st_mtime);
        }
    }
}

static void
add_scanned (Reader *reader)
{
  GHashTableIter iter;
  gpointer       path;
  g_hash_table_iter_init (&iter, reader->files);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    {
      g_autofree char *full = g_build_filename (reader->files_folder, path, NULL);
      MaqServeContent *content = open_file (reader, full);
      if (content != NULL)
        set_file (reader, path, content);
    }
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
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!json_parser_load_from_file (parser, path, &inner))
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
  const char      *other = get_string (reader->object, "folder");
  g_autofree char *path = other != NULL && stays_below (other) ? g_build_filename (reader->root, other, NULL) : NULL;
  if (other == NULL)
    return g_strdup (reader->folder);
  return path != NULL && g_file_test (path, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&path) : NULL;
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
read_repo (MaqHubStore *store,
           const char  *root,
           MaqRepoKind  kind,
           const char  *id,
           GError     **error)
{
  g_autoptr (MaqServeRepo) repo = maq_serve_repo_new (kind, id);
  g_autofree char *folder = g_build_filename (root, maq_repo_kind_get_plural (kind), id, NULL);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) shared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) maq_serve_content_unref);
  Reader   reader = { .root = root, .folder = folder, .repo = repo, .files = files, .shared = shared };
  gboolean done = load_object (&reader, error);

  reader.files_folder = done ? find_files (&reader) : NULL;
  if (reader.files_folder != NULL)
    {
      scan_folder (&reader, "", 0);
      read_members (&reader);
      done = read_commits (&reader, error);
    }
  if (done && reader.files_folder != NULL)
    {
      maq_serve_repo_finish (repo);
      maq_serve_store_add (store, g_steal_pointer (&repo));
      add_aliases (store, kind, id, reader.object);
    }
  g_clear_pointer (&reader.object, json_object_unref);
  g_free (reader.files_folder);
  return done;
}

static gboolean
is_name (const char *name)
{
  return *name != '.' && *name != '-' && strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen (name) && strlen (name) <= 96;
}

static gboolean
read_owner (MaqHubStore *store,
            const char  *root,
            MaqRepoKind  kind,
            const char  *owner,
            GError     **error)
{
  g_autofree char *folder = g_build_filename (root, maq_repo_kind_get_plural (kind), owner, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *id = g_strconcat (owner, "/", name, NULL);
      if (is_name (name) && g_file_test (path, G_FILE_TEST_IS_DIR) && !read_repo (store, root, kind, id, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
maq_serve_read_folder (MaqHubStore *self,
                       const char  *path,
                       GError     **error)
{
  g_autoptr (GDir) root = g_dir_open (path, 0, NULL);
  if (root == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s: there is no such folder", path);
      return FALSE;
    }
  gboolean any = FALSE;
  for (guint kind = 0; kind < MAQ_SERVE_N_KINDS; kind++)
    {
      g_autofree char *folder = g_build_filename (path, maq_repo_kind_get_plural (kind), NULL);
      g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
      const char *owner;
      any = any || dir != NULL;
      while (dir != NULL && (owner = g_dir_read_name (dir)) != NULL)
        if (is_name (owner) && !read_owner (self, path, kind, owner, error))
          return FALSE;
    }
  if (!any)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s holds none of the folders models, datasets and spaces, in which the repos of a Hub lie as OWNER/NAME", path);
  return any;
}
