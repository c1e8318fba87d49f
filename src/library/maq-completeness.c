// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-completeness.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "maq-units.h"

// Whoever fetches one variant of a GGUF repo does not want the others: of such a repo only what was begun counts as wanted, and the
// other parts of a set of which there is one. Of any other repo all that is listed counts, once something of it was begun.

static gboolean
is_gguf (const char *path)
{
  gsize length = strlen (path);

  return length >= 5 && g_ascii_strcasecmp (path + length - 5, ".gguf") == 0;
}

// The bytes that there are of the file of ETAG; FALSE if it was not begun. Several programs may have begun it.
static gboolean
find_begun (const MaqCacheRepo *repo,
            const char         *etag,
            guint64            *bytes)
{
  gboolean is_found = FALSE;

  *bytes = 0;
  for (guint i = 0; i < repo->begun->len; i++)
    {
      const MaqCacheBegun *begun = g_ptr_array_index (repo->begun, i);
      if (!g_str_equal (begun->etag, etag))
        continue;
      is_found = TRUE;
      *bytes = MAX (*bytes, begun->bytes);
    }
  return is_found;
}

static gboolean
is_listed (const MaqCacheRevision *revision,
           const char             *etag)
{
  for (guint i = 0; revision->absent != NULL && i < revision->absent->len; i++)
    if (g_str_equal (maq_cache_tree_file_get_etag (g_ptr_array_index (revision->absent, i)), etag))
      return TRUE;
  return FALSE;
}

// What was begun and belongs to no list: to the newest revision of which there is none.
static guint64
count_unlisted (const MaqCacheRepo     *repo,
                const MaqCacheRevision *revision,
                guint                  *n)
{
  guint64 bytes = 0;

  *n = 0;
  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *other = g_ptr_array_index (repo->revisions, i);
      if (other->absent == NULL && other != revision)
        return 0;
      if (other == revision)
        break;
    }
  for (guint i = 0; i < repo->begun->len; i++)
    {
      const MaqCacheBegun *begun = g_ptr_array_index (repo->begun, i);
      gboolean             known = FALSE;
      for (guint j = 0; j < repo->revisions->len && !known; j++)
        known = is_listed (g_ptr_array_index (repo->revisions, j), begun->etag);
      if (known)
        continue;
      (*n)++;
      bytes += begun->bytes;
    }
  return bytes;
}

// "model-00002-of-00030.safetensors" → "model-…-of-00030.safetensors"; NULL if it is no part of a set (transfer full).
static char *
dup_set (const char *path)
{
  static GRegex *regex;

  if (g_once_init_enter (&regex))
    g_once_init_leave (&regex, g_regex_new ("-\\d{5}-of-(\\d{5})(?=\\.)", G_REGEX_OPTIMIZE, 0, NULL));
  return g_regex_match (regex, path, 0, NULL) ? g_regex_replace (regex, path, -1, 0, "-…-of-\\1", 0, NULL) : NULL;
}

// The sets of which a part is here or begun (transfer full).
static GHashTable *
find_sets (const MaqCacheRepo     *repo,
           const MaqCacheRevision *revision)
{
  GHashTable *sets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint64     bytes;

  for (guint i = 0; i < revision->files->len; i++)
    {
      char *set = dup_set (((MaqCacheFile *) g_ptr_array_index (revision->files, i))->path);
      if (set != NULL)
        g_hash_table_add (sets, set);
    }
  for (guint i = 0; revision->absent != NULL && i < revision->absent->len; i++)
    {
      const MaqCacheTreeFile *file = g_ptr_array_index (revision->absent, i);
      char                   *set = find_begun (repo, maq_cache_tree_file_get_etag (file), &bytes) ? dup_set (file->path) : NULL;
      if (set != NULL)
        g_hash_table_add (sets, set);
    }
  return sets;
}

static gboolean
has_gguf (const MaqCacheRevision *revision)
{
  for (guint i = 0; i < revision->files->len; i++)
    if (is_gguf (((MaqCacheFile *) g_ptr_array_index (revision->files, i))->path))
      return TRUE;
  for (guint i = 0; i < revision->absent->len; i++)
    if (is_gguf (((MaqCacheTreeFile *) g_ptr_array_index (revision->absent, i))->path))
      return TRUE;
  return FALSE;
}

// The absent files of REVISION, which has a list, that were wanted (transfer container); empty if nothing shows that any were.
static GPtrArray *
find_wanted (const MaqCacheRepo     *repo,
             const MaqCacheRevision *revision)
{
  GPtrArray *wanted = g_ptr_array_new ();
  g_autoptr (GHashTable) sets = find_sets (repo, revision);
  gboolean began = FALSE;

  for (guint i = 0; i < revision->absent->len; i++)
    {
      MaqCacheTreeFile *file = g_ptr_array_index (revision->absent, i);
      g_autofree char  *set = dup_set (file->path);
      guint64           bytes;
      if (!find_begun (repo, maq_cache_tree_file_get_etag (file), &bytes) && (set == NULL || !g_hash_table_contains (sets, set)))
        continue;
      g_ptr_array_add (wanted, file);
      began = TRUE;
    }
  if (!began || has_gguf (revision))
    return wanted;
  g_ptr_array_set_size (wanted, 0);
  for (guint i = 0; i < revision->absent->len; i++)
    g_ptr_array_add (wanted, g_ptr_array_index (revision->absent, i));
  return wanted;
}

// Whether the names alone say that a part is missing.
static gboolean
misses_part (const MaqCacheRevision *revision)
{
  g_autoptr (GHashTable) sets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer       set;
  gpointer       n;

  for (guint i = 0; i < revision->files->len; i++)
    {
      char *name = dup_set (((MaqCacheFile *) g_ptr_array_index (revision->files, i))->path);
      if (name != NULL)
        {
          n = g_hash_table_lookup (sets, name);
          g_hash_table_replace (sets, name, GUINT_TO_POINTER (GPOINTER_TO_UINT (n) + 1));
        }
    }
  g_hash_table_iter_init (&iter, sets);
  while (g_hash_table_iter_next (&iter, &set, &n))
    if (GPOINTER_TO_UINT (n) < g_ascii_strtoull (strstr (set, "-of-") + strlen ("-of-"), NULL, 10))
      return TRUE;
  return FALSE;
}

static gboolean
is_of (MaqTransfer            *transfer,
       const MaqCacheRepo     *repo,
       const MaqCacheRevision *revision)
{
  const char *commit = maq_transfer_get_commit (transfer);

  // After a restart it is not known which commit it is: that which came last.
  return commit != NULL ? g_str_equal (commit, revision->commit) : repo->revisions->len > 0 && g_ptr_array_index (repo->revisions, 0) == revision;
}

// TRANSFER says most exactly how far it is.
static void
take_transfer (MaqCompleteness *self,
               MaqTransfer     *transfer)
{
  guint64 total = maq_transfer_get_bytes_total (transfer);

  if (total == 0)
    return;
  self->state = MAQ_COMPLETENESS_INCOMPLETE;
  self->have = maq_transfer_get_bytes_done (transfer);
  self->want = total;
}

static void
judge_by_list (MaqCompleteness        *self,
               const MaqCacheRepo     *repo,
               const MaqCacheRevision *revision)
{
  g_autoptr (GPtrArray) wanted = find_wanted (repo, revision);

  self->n_listed = revision->files->len + revision->absent->len;
  self->state = revision->absent->len == 0 ? MAQ_COMPLETENESS_WHOLE : MAQ_COMPLETENESS_SELECTED;
  if (wanted->len == 0)
    return;
  self->state = MAQ_COMPLETENESS_INCOMPLETE;
  self->want = self->have = revision->size;
  for (guint i = 0; i < wanted->len; i++)
    {
      const MaqCacheTreeFile *file = g_ptr_array_index (wanted, i);
      guint64                 bytes;
      find_begun (repo, maq_cache_tree_file_get_etag (file), &bytes);
      self->have += MIN (bytes, file->size);
      self->want += file->size;
    }
}

MaqCompleteness
maq_completeness_judge_revision (const MaqCacheRepo     *repo,
                                 const MaqCacheRevision *revision,
                                 MaqTransfer            *transfer)
{
  MaqCompleteness self = { .n_here = revision->files->len };
  guint           n_unlisted;

  if (revision->absent != NULL)
    judge_by_list (&self, repo, revision);
  else
    {
      guint64 bytes = count_unlisted (repo, revision, &n_unlisted);
      if (n_unlisted > 0 || misses_part (revision))
        self = (MaqCompleteness) { .state = MAQ_COMPLETENESS_INCOMPLETE, .have = revision->size + bytes, .n_here = self.n_here };
    }
  if (transfer != NULL && self.state != MAQ_COMPLETENESS_WHOLE && is_of (transfer, repo, revision))
    take_transfer (&self, transfer);
  return self;
}

MaqCompleteness
maq_completeness_judge (const MaqCacheRepo *repo,
                        MaqTransfer        *transfer)
{
  MaqCompleteness best = { 0 };

  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      MaqCompleteness         one = maq_completeness_judge_revision (repo, revision, transfer);
      if (one.state == MAQ_COMPLETENESS_INCOMPLETE)
        return one;
      if (i == 0 || g_strv_contains ((const char *const *) revision->refs, "main"))
        best = one;
    }
  if (repo->revisions->len > 0)
    return best;
  // Nothing but what was begun.
  for (guint i = 0; i < repo->begun->len; i++)
    {
      const MaqCacheBegun *begun = g_ptr_array_index (repo->begun, i);
      best.state = MAQ_COMPLETENESS_INCOMPLETE;
      best.have += begun->bytes;
      best.want += begun->size;
    }
  for (guint i = 0; i < repo->begun->len; i++)
    if (((MaqCacheBegun *) g_ptr_array_index (repo->begun, i))->size == 0)
      best.want = 0;
  if (transfer != NULL)
    take_transfer (&best, transfer);
  return best;
}

gboolean
maq_completeness_is_unfinished (const MaqCacheRepo *repo,
                                const char         *commit,
                                MaqTransfer        *transfer)
{
  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      if (g_str_equal (revision->commit, commit))
        return maq_completeness_judge_revision (repo, revision, transfer).state == MAQ_COMPLETENESS_INCOMPLETE;
    }
  return FALSE;
}

const char *
maq_completeness_state_to_string (MaqCompletenessState state)
{
  static const char *const words[] = { "unknown", "complete", "selected", "incomplete" };

  return words[state];
}

char *
maq_completeness_to_text (const MaqCompleteness *self)
{
  if (self->state != MAQ_COMPLETENESS_INCOMPLETE)
    return NULL;
  if (self->want == 0)
    {
      g_autofree char *have = maq_format_bytes (self->have);
      // Translators: %s is a size.
      return g_strdup_printf (_ ("Incomplete · %s so far"), have);
    }
  g_autofree char *part = maq_format_bytes_of (self->have, self->want);
  // Translators: %s is a part of a whole, as in "Incomplete · 7.1 of 14.4 GB".
  return g_strdup_printf (_ ("Incomplete · %s"), part);
}

MaqTransferRequest *
maq_completeness_make_request (const MaqCacheRepo *repo)
{
  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      g_autoptr (GPtrArray) wanted = revision->absent != NULL ? find_wanted (repo, revision) : NULL;
      if (wanted == NULL || wanted->len == 0)
        continue;
      // A version that has no name yet was to become main when all of it is here.
      gboolean            has_name = revision->refs[0] != NULL;
      MaqTransferRequest *request = maq_transfer_request_new (repo->kind, repo->id, has_name ? revision->commit : NULL);
      request->paths = g_new0 (char *, wanted->len + 1);
      for (guint j = 0; j < wanted->len; j++)
        request->paths[j] = g_strdup (((MaqCacheTreeFile *) g_ptr_array_index (wanted, j))->path);
      return request;
    }
  return NULL;
}
