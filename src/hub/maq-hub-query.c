// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-records.h"

#include <string.h>

#define DEFAULT_LIMIT 50
#define DEFAULT_SORT  "trendingScore" // of the Hub
#define MAX_LIMIT     1000

// What the rows show, for each kind: Hub API notes §5. Only named fields are sent.
static const char *const expand[][16] = {
  [MAQ_REPO_KIND_MODEL] = { "author", "pipeline_tag", "library_name", "downloads", "likes", "lastModified", "createdAt", "gated", "private", "disabled", "gguf", "safetensors", "tags", NULL },
  [MAQ_REPO_KIND_DATASET] = { "author", "description", "downloads", "likes", "lastModified", "createdAt", "gated", "private", "disabled", "tags", NULL },
  [MAQ_REPO_KIND_SPACE] = { "author", "cardData", "likes", "lastModified", "createdAt", "private", "disabled", "sdk", "tags", NULL },
  [MAQ_REPO_KIND_KERNEL] = { NULL }, // gives what it has unasked
};

MaqHubQuery *
maq_hub_query_new (MaqRepoKind kind)
{
  MaqHubQuery *self = g_new0 (MaqHubQuery, 1);

  self->kind = kind;
  self->min_parameters = -1;
  self->max_parameters = -1;
  return self;
}

MaqHubQuery *
maq_hub_query_copy (const MaqHubQuery *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  MaqHubQuery *copy = g_memdup2 (self, sizeof *self);
  copy->search = g_strdup (self->search);
  copy->author = g_strdup (self->author);
  copy->task = g_strdup (self->task);
  copy->library = g_strdup (self->library);
  copy->license = g_strdup (self->license);
  copy->language = g_strdup (self->language);
  copy->filters = g_strdupv (self->filters);
  copy->sort = g_strdup (self->sort);
  return copy;
}

void
maq_hub_query_free (MaqHubQuery *self)
{
  if (self == NULL)
    return;

  g_free (self->search);
  g_free (self->author);
  g_free (self->task);
  g_free (self->library);
  g_free (self->license);
  g_free (self->language);
  g_strfreev (self->filters);
  g_free (self->sort);
  g_free (self);
}

static void
add (GString    *address,
     const char *name,
     const char *prefix,
     const char *value)
{
  if (value == NULL || value[0] == '\0')
    return;

  g_autofree char *valid = g_utf8_make_valid (value, -1);
  g_string_append_c (address, strchr (address->str, '?') == NULL ? '?' : '&');
  g_string_append_printf (address, "%s=", name);
  g_string_append_uri_escaped (address, prefix, NULL, FALSE);
  g_string_append_uri_escaped (address, valid, NULL, FALSE);
}

// COUNT as the Hub reads it: 6000000000 is “6B”.
static char *
format_bound (gint64 count)
{
  static const struct
  {
    gint64 size;
    char   suffix;
  } units[] = { { 1000000000, 'B' }, { 1000000, 'M' }, { 1000, 'K' } };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (count >= units[i].size && count % units[i].size == 0)
      return g_strdup_printf ("%" G_GINT64_FORMAT "%c", count / units[i].size, units[i].suffix);

  return g_strdup_printf ("%" G_GINT64_FORMAT, count);
}

static void
add_parameters (GString           *address,
                const MaqHubQuery *self)
{
  g_autofree char *min = self->min_parameters >= 0 ? format_bound (self->min_parameters) : NULL;
  g_autofree char *max = self->max_parameters >= 0 ? format_bound (self->max_parameters) : NULL;
  g_autofree char *range = g_strconcat (min != NULL ? "min:" : "", min != NULL ? min : "", min != NULL && max != NULL ? "," : "", max != NULL ? "max:" : "", max != NULL ? max : "", NULL);

  add (address, "num_parameters", "", range);
}

char *
maq_hub_query_to_address (const MaqHubQuery *self,
                          const char        *endpoint)
{
  g_autoptr (GString) address = g_string_new (endpoint);
  g_autofree char *limit = g_strdup_printf ("%u", self->limit == 0 ? DEFAULT_LIMIT : MIN (self->limit, MAX_LIMIT));
  gboolean         is_model = self->kind == MAQ_REPO_KIND_MODEL;
  gboolean         is_dataset = self->kind == MAQ_REPO_KIND_DATASET;

  g_string_append_printf (address, "/api/%s", maq_repo_kind_get_plural (self->kind));
  add (address, "search", "", self->search);
  add (address, "author", "", self->author);

  // Tags of models stand bare, those of datasets with their group.
  if (is_model)
    add (address, "pipeline_tag", "", self->task);
  else
    add (address, "filter", is_dataset ? "task_categories:" : "", self->task);
  add (address, "filter", is_dataset ? "library:" : "", self->library);
  add (address, "filter", "license:", self->license);
  add (address, "filter", is_dataset ? "language:" : "", self->language);
  for (guint i = 0; self->filters != NULL && self->filters[i] != NULL; i++)
    add (address, "filter", "", self->filters[i]);
  if (is_model)
    add_parameters (address, self);

  // Some servers refuse orders that they do not know; their default is what a list without a wish is for.
  if (g_strcmp0 (self->sort, DEFAULT_SORT) != 0)
    add (address, "sort", "", self->sort);
  add (address, "limit", "", limit);
  for (guint i = 0; expand[self->kind][i] != NULL; i++)
    add (address, "expand", "", expand[self->kind][i]);

  return g_string_free (g_steal_pointer (&address), FALSE);
}
