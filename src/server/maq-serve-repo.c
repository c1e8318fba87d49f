// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-repo.h"

#include "maq-serve-describe.h"

#include <string.h>

// Contents up to this size are read for the id of a commit; of larger ones the size must do.
#define ID_HASH_LIMIT (16 * 1024 * 1024)

gboolean
maq_serve_kind_from_plural (const char  *plural,
                            MaqRepoKind *kind)
{
  return maq_repo_kind_from_string (plural, kind) && *kind < MAQ_SERVE_N_KINDS && g_str_equal (plural, maq_repo_kind_get_plural (*kind));
}

static void
entry_free (gpointer data)
{
  MaqServeEntry *entry = data;
  g_free (entry->path);
  maq_serve_content_unref (entry->content);
  g_free (entry);
}

static void
commit_free (gpointer data)
{
  MaqServeCommit *commit = data;
  g_free (commit->title);
  g_free (commit->message);
  g_strfreev (commit->authors);
  g_ptr_array_unref (commit->entries);
  g_free (commit);
}

static void
ref_free (gpointer data)
{
  MaqServeRef *ref = data;
  g_free (ref->name);
  g_free (ref);
}

MaqServeRepo *
maq_serve_repo_new (MaqRepoKind kind,
                    const char *id)
{
  MaqServeRepo    *self = g_new0 (MaqServeRepo, 1);
  const char      *slash = strchr (id, '/');
  g_autofree char *seed = g_strconcat (maq_repo_kind_get_plural (kind), "/", id, NULL);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA1, seed, -1);

  self->kind = kind;
  self->id = g_strdup (id);
  self->owner = slash != NULL ? g_strndup (id, slash - id) : g_strdup ("");
  self->name = slash != NULL ? self->id + (slash - id) + 1 : self->id;
  self->search_id = g_ascii_strdown (id, -1);
  g_strlcpy (self->object_id, digest, sizeof self->object_id);
  self->tags = g_ptr_array_new ();
  self->commits = g_ptr_array_new_with_free_func (commit_free);
  self->branches = g_ptr_array_new_with_free_func (ref_free);
  self->git_tags = g_ptr_array_new_with_free_func (ref_free);
  self->pull_requests = g_ptr_array_new_with_free_func (ref_free);
  return self;
}

void
maq_serve_repo_free (MaqServeRepo *self)
{
  g_free (self->id);
  g_free (self->owner);
  g_free (self->search_id);
  g_free (self->description);
  g_clear_pointer (&self->card, json_object_unref);
  g_free (self->card_json);
  g_free (self->config_json);
  g_free (self->gguf_json);
  g_free (self->safetensors_json);
  g_free (self->runtime_json);
  g_ptr_array_unref (self->tags);
  g_ptr_array_unref (self->commits);
  g_ptr_array_unref (self->branches);
  g_ptr_array_unref (self->git_tags);
  g_ptr_array_unref (self->pull_requests);
  g_free (self);
}

MaqServeCommit *
maq_serve_repo_get_commit (MaqServeRepo *self,
                           guint         index)
{
  return index < self->commits->len ? g_ptr_array_index (self->commits, index) : NULL;
}

MaqServeCommit *
maq_serve_repo_add_commit (MaqServeRepo *self,
                           int           parent,
                           const char   *title,
                           gint64        date)
{
  MaqServeCommit *commit = g_new0 (MaqServeCommit, 1);
  MaqServeCommit *from = parent >= 0 ? maq_serve_repo_get_commit (self, parent) : NULL;

  commit->title = g_strdup (title);
  commit->message = g_strdup ("");
  commit->date = date;
  commit->parent = from != NULL ? parent : -1;
  commit->authors = g_new0 (char *, 1);
  commit->entries = g_ptr_array_new_with_free_func (entry_free);
  for (guint i = 0; from != NULL && i < from->entries->len; i++)
    {
      MaqServeEntry *old = g_ptr_array_index (from->entries, i);
      MaqServeEntry *entry = g_new0 (MaqServeEntry, 1);
      entry->path = g_strdup (old->path);
      entry->content = maq_serve_content_ref (old->content);
      entry->commit = old->commit;
      g_ptr_array_add (commit->entries, entry);
    }
  g_ptr_array_add (self->commits, commit);
  return commit;
}

// The place of PATH among the entries, or where it belongs.
static guint
find_place (GPtrArray  *entries,
            const char *path,
            gboolean   *found)
{
  guint low = 0, high = entries->len;
  *found = FALSE;
  while (low < high)
    {
      guint          middle = (low + high) / 2;
      MaqServeEntry *entry = g_ptr_array_index (entries, middle);
      int            order = strcmp (entry->path, path);
      if (order == 0)
        *found = TRUE;
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

void
maq_serve_repo_set_file (MaqServeRepo    *self,
                         const char      *path,
                         MaqServeContent *content)
{
  guint           index = self->commits->len - 1;
  MaqServeCommit *commit = maq_serve_repo_get_commit (self, index);
  gboolean        found;
  guint           place = find_place (commit->entries, path, &found);

  if (found)
    g_ptr_array_remove_index (commit->entries, place);
  if (content == NULL)
    return;
  MaqServeEntry *entry = g_new0 (MaqServeEntry, 1);
  entry->path = g_strdup (path);
  entry->content = content;
  entry->commit = index;
  g_ptr_array_insert (commit->entries, place, entry);
}

void
maq_serve_repo_add_ref (GPtrArray  *refs,
                        const char *name,
                        guint       commit)
{
  MaqServeRef *ref = NULL;
  for (guint i = 0; i < refs->len; i++)
    if (g_str_equal (((MaqServeRef *) g_ptr_array_index (refs, i))->name, name))
      ref = g_ptr_array_index (refs, i);
  if (ref == NULL)
    {
      ref = g_new0 (MaqServeRef, 1);
      ref->name = g_strdup (name);
      g_ptr_array_add (refs, ref);
    }
  ref->commit = commit;
}

void
maq_serve_repo_add_tag (MaqServeRepo *self,
                        const char   *tag)
{
  if (tag != NULL && *tag != '\0' && !maq_serve_repo_has_tag (self, tag))
    g_ptr_array_add (self->tags, (char *) g_intern_string (tag));
}

gboolean
maq_serve_repo_has_tag (MaqServeRepo *self,
                        const char   *tag)
{
  for (guint i = 0; i < self->tags->len; i++)
    if (g_str_equal (g_ptr_array_index (self->tags, i), tag))
      return TRUE;
  return FALSE;
}

MaqServeEntry *
maq_serve_commit_find (MaqServeCommit *self,
                       const char     *path)
{
  gboolean found;
  guint    place = find_place (self->entries, path, &found);
  return found ? g_ptr_array_index (self->entries, place) : NULL;
}

gboolean
maq_serve_commit_has (MaqServeCommit *self,
                      const char     *path)
{
  g_autofree char *prefix = g_strconcat (path, "/", NULL);
  gboolean         found;
  guint            place = find_place (self->entries, prefix, &found);
  if (*path == '\0' || maq_serve_commit_find (self, path) != NULL)
    return TRUE;
  return place < self->entries->len && g_str_has_prefix (((MaqServeEntry *) g_ptr_array_index (self->entries, place))->path, prefix);
}

GPtrArray *
maq_serve_commit_list_unsettled (MaqServeCommit    *self,
                                 const char *const *paths)
{
  GPtrArray *contents = g_ptr_array_new ();
  for (; *paths != NULL; paths++)
    {
      g_autofree char *prefix = **paths != '\0' ? g_strconcat (*paths, "/", NULL) : g_strdup ("");
      gboolean         found;
      MaqServeEntry   *file = maq_serve_commit_find (self, *paths);
      if (file != NULL && !maq_serve_content_is_settled (file->content))
        g_ptr_array_add (contents, file->content);
      for (guint i = find_place (self->entries, prefix, &found); i < self->entries->len; i++)
        {
          MaqServeEntry *entry = g_ptr_array_index (self->entries, i);
          if (!g_str_has_prefix (entry->path, prefix))
            break;
          if (!maq_serve_content_is_settled (entry->content))
            g_ptr_array_add (contents, entry->content);
        }
    }
  return contents;
}

MaqServeCommit *
maq_serve_repo_get_head (MaqServeRepo *self)
{
  MaqServeRef *main_ref = g_ptr_array_index (self->branches, 0);
  return maq_serve_repo_get_commit (self, main_ref->commit);
}

static MaqServeCommit *
find_ref (MaqServeRepo *self,
          GPtrArray    *refs,
          const char   *name,
          const char   *prefix)
{
  const char *rest = g_str_has_prefix (name, prefix) ? name + strlen (prefix) : name;
  for (guint i = 0; i < refs->len; i++)
    {
      MaqServeRef *ref = g_ptr_array_index (refs, i);
      if (g_str_equal (ref->name, rest))
        return maq_serve_repo_get_commit (self, ref->commit);
    }
  return NULL;
}

MaqServeCommit *
maq_serve_repo_resolve (MaqServeRepo *self,
                        const char   *name)
{
  MaqServeCommit *commit = g_str_equal (name, "HEAD") ? maq_serve_repo_get_head (self) : find_ref (self, self->branches, name, "refs/heads/");
  if (commit == NULL)
    commit = find_ref (self, self->git_tags, name, "refs/tags/");
  if (commit == NULL && g_str_has_prefix (name, "refs/pr/"))
    commit = find_ref (self, self->pull_requests, name, "refs/pr/");
  gsize length = strlen (name);
  for (guint i = 0; commit == NULL && length >= 7 && length <= 40 && i < self->commits->len; i++)
    if (strncmp (maq_serve_repo_get_commit (self, i)->id, name, length) == 0)
      commit = maq_serve_repo_get_commit (self, i);
  return commit;
}

// Whether a commit's id depends on the hash of CONTENT. Large files on disk are never hashed for that, so their hashes do not count when
// they happen to be known either: the id is the same each time.
static gboolean
is_hashed_for_id (MaqServeContent *content)
{
  if (maq_serve_content_is_lfs (content) && maq_serve_content_is_file (content))
    return FALSE;
  return maq_serve_content_is_hashed (content) ||
         (maq_serve_content_get_size (content) <= ID_HASH_LIMIT && !maq_serve_content_is_lfs (content) && maq_serve_content_hash (content, NULL, NULL, NULL, NULL));
}

// Not git's own id, since trees are hashed only when asked for, but as unique and as constant.
static void
set_commit_id (MaqServeRepo   *self,
               MaqServeCommit *commit)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, "%s %s %" G_GINT64_FORMAT " %s\n", self->id, commit->title, commit->date, commit->parent >= 0 ? maq_serve_repo_get_commit (self, commit->parent)->id : "");
  for (guint i = 0; i < commit->entries->len; i++)
    {
      MaqServeEntry *entry = g_ptr_array_index (commit->entries, i);
      guint64        size = maq_serve_content_get_size (entry->content);
      gboolean       hashed = is_hashed_for_id (entry->content);
      g_string_append_printf (text, "%s %s %" G_GUINT64_FORMAT "\n", entry->path, hashed ? maq_serve_content_get_oid (entry->content) : "", size);
    }
  g_autofree char *id = maq_serve_git_id ("commit", text->str, text->len);
  g_strlcpy (commit->id, id, sizeof commit->id);
}

// Every version of a file takes its room once.
static guint64
measure_storage (MaqServeRepo *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  guint64 size = 0;
  for (guint i = 0; i < self->commits->len; i++)
    {
      MaqServeCommit *commit = maq_serve_repo_get_commit (self, i);
      for (guint j = 0; j < commit->entries->len; j++)
        {
          MaqServeEntry *entry = g_ptr_array_index (commit->entries, j);
          if (g_hash_table_add (seen, entry->content))
            size += maq_serve_content_get_size (entry->content);
        }
    }
  return size;
}

void
maq_serve_repo_finish (MaqServeRepo *self)
{
  for (guint i = 0; i < self->commits->len; i++)
    if (maq_serve_repo_get_commit (self, i)->id[0] == '\0')
      set_commit_id (self, maq_serve_repo_get_commit (self, i));

  MaqServeCommit *head = maq_serve_repo_get_head (self);
  if (self->created == 0)
    self->created = maq_serve_repo_get_commit (self, 0)->date;
  self->modified = head->date;
  self->used_storage = measure_storage (self);
  if (self->downloads_all == 0)
    self->downloads_all = self->downloads;
  maq_serve_describe (self, head);
}

char *
maq_serve_format_date (gint64 seconds)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
  return date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%S.000Z") : g_strdup ("1970-01-01T00:00:00.000Z");
}

gint64
maq_serve_parse_date (const char *text,
                      gint64      fallback)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;
  return date != NULL ? g_date_time_to_unix (date) : fallback;
}
