// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Listings of files (Hub API notes §7.1). Entries of a commit lie in byte order of their paths, so that a folder is a range.
#include "maq-serve-json.h"
#include "maq-serve-routes.h"

#include <string.h>

#define MAX_LIMIT          1000
#define MAX_LIMIT_EXPANDED 100
#define MAX_PATHS          2000

typedef struct
{
  guint from;
  guint to;
} Range;

// One line of a listing: a file, or the folder of the entries in RANGE.
typedef struct
{
  char          *path;
  MaqServeEntry *file; // NULL: a folder
  Range          range;
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;
  g_free (item->path);
  g_free (item);
}

static MaqServeEntry *
entry_at (MaqServeCommit *commit,
          guint           index)
{
  return g_ptr_array_index (commit->entries, index);
}

// The entries below PREFIX, which is "" or ends in a slash.
static Range
range_of (MaqServeCommit *commit,
          const char     *prefix)
{
  Range range = { 0, 0 };
  while (range.from < commit->entries->len && !g_str_has_prefix (entry_at (commit, range.from)->path, prefix))
    range.from++;
  for (range.to = range.from; range.to < commit->entries->len && g_str_has_prefix (entry_at (commit, range.to)->path, prefix);)
    range.to++;
  return range;
}

static void
append_git_entry (GByteArray *tree,
                  const char *mode,
                  const char *name,
                  gsize       length,
                  const char *oid)
{
  guint8 raw[20];
  for (guint i = 0; i < sizeof raw; i++)
    raw[i] = g_ascii_xdigit_value (oid[2 * i]) * 16 + g_ascii_xdigit_value (oid[2 * i + 1]);
  g_byte_array_append (tree, (const guint8 *) mode, strlen (mode));
  g_byte_array_append (tree, (const guint8 *) name, length);
  g_byte_array_append (tree, (const guint8 *) "", 1);
  g_byte_array_append (tree, raw, sizeof raw);
}

// git's own id of a folder: every name in it with mode and id, those of folders computed the same way.
static char *
tree_id (MaqServeCommit *commit,
         Range           range,
         gsize           skip)
{
  g_autoptr (GByteArray) tree = g_byte_array_new ();
  for (guint i = range.from; i < range.to;)
    {
      MaqServeEntry *entry = entry_at (commit, i);
      const char    *name = entry->path + skip;
      const char    *slash = strchr (name, '/');
      if (slash == NULL)
        {
          // What could not be read is not there.
          if (maq_serve_content_is_hashed (entry->content))
            append_git_entry (tree, "100644 ", name, strlen (name), maq_serve_content_get_oid (entry->content));
          i++;
          continue;
        }
      Range inner = { i, i };
      gsize prefix = slash + 1 - entry->path;
      while (inner.to < range.to && strncmp (entry_at (commit, inner.to)->path, entry->path, prefix) == 0)
        inner.to++;
      g_autofree char *id = tree_id (commit, inner, prefix);
      append_git_entry (tree, "40000 ", name, slash - name, id);
      i = inner.to;
    }
  return maq_serve_git_id ("tree", tree->data, tree->len);
}

static Item *
item_new (const char    *path,
          gsize          length,
          MaqServeEntry *file)
{
  Item *item = g_new0 (Item, 1);
  item->path = g_strndup (path, length);
  item->file = file;
  return item;
}

// Adds the folders among RANGE, whose paths begin with SKIP bytes that do not count, and with RECURSIVE those inside them.
static void
add_folders (GPtrArray      *items,
             MaqServeCommit *commit,
             Range           range,
             gsize           skip,
             gboolean        recursive)
{
  for (guint i = range.from; i < range.to;)
    {
      const char *path = entry_at (commit, i)->path;
      const char *slash = strchr (path + skip, '/');
      Range       inner = { i, i + 1 };
      if (slash != NULL)
        {
          gsize length = slash - path;
          while (inner.to < range.to && strncmp (entry_at (commit, inner.to)->path, path, length + 1) == 0)
            inner.to++;
          Item *item = item_new (path, length, NULL);
          item->range = inner;
          g_ptr_array_add (items, item);
          if (recursive)
            add_folders (items, commit, inner, length + 1, TRUE);
        }
      i = inner.to;
    }
}

// Folders first, then files, each in byte order.
static GPtrArray *
list_items (MaqServeCommit *commit,
            Range           range,
            gsize           skip,
            gboolean        recursive)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (item_free);
  add_folders (items, commit, range, skip, recursive);
  for (guint i = range.from; i < range.to; i++)
    {
      MaqServeEntry *entry = entry_at (commit, i);
      if ((recursive || strchr (entry->path + skip, '/') == NULL) && maq_serve_content_is_hashed (entry->content))
        g_ptr_array_add (items, item_new (entry->path, strlen (entry->path), entry));
    }
  return items;
}

static void
write_last_commit (GString        *out,
                   MaqServeCommit *commit)
{
  g_autofree char *date = maq_serve_format_date (commit->date);
  maq_serve_json_key (out, "lastCommit");
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "id", commit->id);
  maq_serve_json_member_string (out, "title", commit->title);
  maq_serve_json_member_string (out, "date", date);
  maq_serve_json_close (out, '}');
}

static guint
newest_commit (MaqServeRepo   *repo,
               MaqServeCommit *commit,
               Item           *item)
{
  if (item->file != NULL)
    return item->file->commit;
  guint newest = entry_at (commit, item->range.from)->commit;
  for (guint i = item->range.from; i < item->range.to; i++)
    newest = MAX (newest, entry_at (commit, i)->commit);
  return newest;
}

static void
write_lfs (GString         *out,
           MaqServeContent *content)
{
  g_autofree char *pointer = maq_serve_content_dup_pointer (content);
  if (pointer == NULL)
    return;
  maq_serve_json_key (out, "lfs");
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "oid", maq_serve_content_get_sha256 (content));
  maq_serve_json_member_int (out, "size", maq_serve_content_get_size (content));
  maq_serve_json_member_int (out, "pointerSize", strlen (pointer));
  maq_serve_json_close (out, '}');
}

static void
write_item (GString        *out,
            MaqServeRepo   *repo,
            MaqServeCommit *commit,
            Item           *item,
            gboolean        expand)
{
  MaqServeContent *content = item->file != NULL ? item->file->content : NULL;
  g_autofree char *folder_id = content == NULL ? tree_id (commit, item->range, strlen (item->path) + 1) : NULL;
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "type", content != NULL ? "file" : "directory");
  maq_serve_json_member_string (out, "oid", content != NULL ? maq_serve_content_get_oid (content) : folder_id);
  maq_serve_json_member_int (out, "size", content != NULL ? maq_serve_content_get_size (content) : 0);
  if (content != NULL)
    write_lfs (out, content);
  maq_serve_json_member_string (out, "path", item->path);
  if (expand)
    {
      write_last_commit (out, maq_serve_repo_get_commit (repo, newest_commit (repo, commit, item)));
      if (content != NULL)
        maq_serve_json_member_raw (out, "securityFileStatus", "{\"status\":\"unscanned\",\"avScan\":{\"status\":\"unscanned\"},\"pickleImportScan\":{\"status\":\"unscanned\",\"pickleImports\":[],\"version\":\"0.0.0\"}}");
    }
  maq_serve_json_close (out, '}');
}

static char *
dup_prefix (const char *path)
{
  g_autofree char *trimmed = g_strdup (path);
  gsize            length = strlen (trimmed);
  while (length > 0 && trimmed[length - 1] == '/')
    trimmed[--length] = '\0';
  return length > 0 ? g_strconcat (trimmed, "/", NULL) : g_strdup ("");
}

static void
link_next_page (MaqServeRequest *request,
                guint            place)
{
  g_autofree char *text = g_strdup_printf ("%u", place);
  g_autofree char *cursor = g_base64_encode ((const guint8 *) text, strlen (text));
  g_autofree char *query = maq_serve_query_with (request->query, "cursor", cursor);
  g_autofree char *link = g_strdup_printf ("<%s%s?%s>; rel=\"next\"", request->url, request->path, query);
  maq_serve_request_set_header (request, "Link", link);
}

static guint
read_cursor (MaqServeRequest *request)
{
  const char *cursor = maq_serve_query_get (request->query, "cursor");
  gsize       length;
  if (cursor == NULL || *cursor == '\0')
    return 0;
  g_autofree guint8 *bytes = g_base64_decode (cursor, &length);
  g_autofree char   *text = g_strndup ((const char *) bytes, length);
  return g_ascii_strtoull (text, NULL, 10);
}

void
maq_serve_route_tree (MaqServeRequest *request,
                      MaqServeRepo    *repo,
                      MaqServeCommit  *commit,
                      const char      *path)
{
  gboolean         expand = maq_serve_query_get_bool (request->query, "expand");
  gboolean         recursive = maq_serve_query_get_bool (request->query, "recursive");
  guint            max = expand ? MAX_LIMIT_EXPANDED : MAX_LIMIT;
  gint64           limit = CLAMP (maq_serve_query_get_int (request->query, "limit", max), 1, max);
  g_autofree char *prefix = dup_prefix (path);
  Range            range = range_of (commit, prefix);
  if (*prefix != '\0' && range.from == range.to)
    {
      g_autofree char *message = g_strdup_printf ("%s does not exist on \"%s\"", path, request->n_segments > 5 ? request->segments[5] : "main");
      maq_serve_reply_no_entry (request, commit, message);
      return;
    }

  g_autoptr (GPtrArray) items = list_items (commit, range, strlen (prefix), recursive);
  g_autoptr (GString) out = g_string_new (NULL);
  guint first = read_cursor (request);
  maq_serve_json_open (out, '[');
  for (guint i = first; i < items->len && i < first + limit; i++)
    write_item (out, repo, commit, g_ptr_array_index (items, i), expand);
  maq_serve_json_close (out, ']');
  if (first + limit < items->len)
    link_next_page (request, first + limit);
  maq_serve_request_set_header (request, "X-Repo-Commit", commit->id);
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}

void
maq_serve_route_tree_size (MaqServeRequest *request,
                           MaqServeCommit  *commit,
                           const char      *path)
{
  g_autofree char *prefix = dup_prefix (path);
  Range            range = range_of (commit, prefix);
  guint64          size = 0;
  for (guint i = range.from; i < range.to; i++)
    size += maq_serve_content_get_size (entry_at (commit, i)->content);
  g_autoptr (GString) out = g_string_new (NULL);
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "path", *path != '\0' ? path : "/");
  maq_serve_json_member_int (out, "size", size);
  maq_serve_json_close (out, '}');
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}

gboolean
maq_serve_read_paths (MaqServeRequest *request,
                      char          ***paths,
                      gboolean        *expand)
{
  SoupMessageBody *body = soup_server_message_get_request_body (request->message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  const char      *type = soup_message_headers_get_content_type (soup_server_message_get_request_headers (request->message), NULL);
  if (g_strcmp0 (type, "application/json") != 0)
    {
      g_autoptr (MaqServeQuery) form = maq_serve_query_new (text);
      *paths = maq_serve_query_dup_all (form, "paths", FALSE);
      *expand = maq_serve_query_get_bool (form, "expand");
      return TRUE;
    }
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonObject *object = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonNode   *list = object != NULL ? json_object_get_member (object, "paths") : NULL;
  if (list == NULL || !JSON_NODE_HOLDS_ARRAY (list))
    return FALSE;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array = json_node_get_array (list);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (json_node_get_value_type (json_array_get_element (array, i)) == G_TYPE_STRING)
      g_strv_builder_add (builder, json_array_get_string_element (array, i));
  *paths = g_strv_builder_end (builder);
  *expand = json_object_get_boolean_member_with_default (object, "expand", FALSE);
  return TRUE;
}

void
maq_serve_route_paths_info (MaqServeRequest *request,
                            MaqServeRepo    *repo,
                            MaqServeCommit  *commit)
{
  g_auto (GStrv) paths = NULL;
  gboolean expand = FALSE;
  if (!maq_serve_read_paths (request, &paths, &expand) || g_strv_length (paths) > MAX_PATHS)
    {
      maq_serve_reply_error (request, SOUP_STATUS_BAD_REQUEST, NULL, "paths must be an array of at most 2000 strings");
      return;
    }
  g_autoptr (GString) out = g_string_new (NULL);
  maq_serve_json_open (out, '[');
  for (char **path = paths; *path != NULL; path++)
    {
      g_autofree char *prefix = dup_prefix (*path);
      MaqServeEntry   *file = maq_serve_commit_find (commit, *path);
      Range            range = range_of (commit, prefix);
      Item             item = { .path = *path, .file = file, .range = range };
      if (file != NULL && !maq_serve_content_is_hashed (file->content))
        continue;
      if (file != NULL || (*prefix != '\0' && range.from < range.to))
        write_item (out, repo, commit, &item, expand);
    }
  maq_serve_json_close (out, ']');
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}
