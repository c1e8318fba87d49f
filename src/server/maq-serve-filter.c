// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-filter.h"

#include <string.h>

struct _MaqServeFilter
{
  MaqRepoKind kind;
  GStrv       words;     // of the searches, in lower case; every one must be in the id
  GStrv       tags;      // all of them
  GStrv       pipelines; // any of them
  GStrv       apps;      // any of them can run it
  GStrv       models;    // of a Space: any of them linked
  GStrv       datasets;  // the same
  gboolean    linked;    // only Spaces that link something
  char       *author;
  int         gated; // -1: either
  gint64      min_parameters;
  gint64      max_parameters; // 0: no limit
  gboolean    sized;          // only repos with a known number of parameters
  gboolean    hopeless;
};

// "6B", "1.5M", "128K"; the number of parameters.
static gint64
parse_count (const char *text)
{
  char  *end;
  double number = g_ascii_strtod (text, &end);
  switch (g_ascii_toupper (*end))
    {
    case 'K':
      return number * 1e3;
    case 'M':
      return number * 1e6;
    case 'B':
      return number * 1e9;
    case 'T':
      return number * 1e12;
    default:
      return number;
    }
}

static void
read_parameters (MaqServeFilter *self,
                 const char     *text)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", -1);
  for (char **part = parts; *part != NULL; part++)
    if (g_str_has_prefix (*part, "min:"))
      self->min_parameters = parse_count (*part + 4);
    else if (g_str_has_prefix (*part, "max:"))
      self->max_parameters = parse_count (*part + 4);
  self->sized = self->min_parameters > 0 || self->max_parameters > 0;
}

static GStrv
read_words (MaqServeQuery *query)
{
  g_auto (GStrv) searches = maq_serve_query_dup_all (query, "search", FALSE);
  g_autofree char *all = g_strjoinv (" ", searches);
  g_autofree char *lower = g_ascii_strdown (all, -1);
  g_auto (GStrv) parts = g_strsplit_set (lower, " \t", -1);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0')
      g_strv_builder_add (words, *part);
  return g_strv_builder_end (words);
}

// Every kind of parameter that stands for a tag.
static GStrv
read_tags (MaqServeQuery *query)
{
  static const char *const names[] = { "filter", "library", "language", "other" };
  g_autoptr (GStrvBuilder) tags = g_strv_builder_new ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto (GStrv) values = maq_serve_query_dup_all (query, names[i], TRUE);
      g_strv_builder_addv (tags, (const char **) values);
    }
  return g_strv_builder_end (tags);
}

MaqServeFilter *
maq_serve_filter_new (MaqRepoKind    kind,
                      MaqServeQuery *query)
{
  MaqServeFilter *self = g_new0 (MaqServeFilter, 1);
  const char     *gated = maq_serve_query_get (query, "gated");
  self->kind = kind;
  self->words = read_words (query);
  self->tags = read_tags (query);
  self->pipelines = maq_serve_query_dup_all (query, "pipeline_tag", TRUE);
  self->apps = maq_serve_query_dup_all (query, "apps", TRUE);
  self->models = maq_serve_query_dup_all (query, "models", TRUE);
  self->datasets = maq_serve_query_dup_all (query, "datasets", TRUE);
  self->linked = maq_serve_query_get_bool (query, "linked");
  self->author = g_strdup (maq_serve_query_get (query, "author"));
  self->gated = gated == NULL ? -1 : g_str_equal (gated, "true");
  read_parameters (self, maq_serve_query_get (query, "num_parameters"));
  // No repo here is run by a provider.
  self->hopeless = maq_serve_query_get (query, "inference") != NULL || maq_serve_query_get (query, "inference_provider") != NULL;
  // Tags of repos are interned: a word that is not is nobody's tag, and the others compare as pointers.
  for (char **tag = self->tags; *tag != NULL; tag++)
    self->hopeless = self->hopeless || g_quark_try_string (*tag) == 0;
  return self;
}

void
maq_serve_filter_free (MaqServeFilter *self)
{
  g_strfreev (self->words);
  g_strfreev (self->tags);
  g_strfreev (self->pipelines);
  g_strfreev (self->apps);
  g_strfreev (self->models);
  g_strfreev (self->datasets);
  g_free (self->author);
  g_free (self);
}

gboolean
maq_serve_filter_is_hopeless (MaqServeFilter *self)
{
  return self->hopeless;
}

static gboolean
contains (GStrv       list,
          const char *word)
{
  return g_strv_contains ((const char *const *) list, word);
}

// Which tag shows that an app can run a model, shortened from huggingface.js, tasks/local-apps.ts, read 2026-08. What is
// not named here runs GGUF.
static gboolean
runs_in (MaqServeRepo *repo,
         const char   *app)
{
  static const char *const others[][2] = {
    { "vllm", "transformers" },
    { "sglang", "transformers" },
    { "tgi", "transformers" },
    { "mlx-lm", "mlx" },
    { "drawthings", "diffusers" },
    { "diffusionbee", "diffusers" },
    { "joyfusion", "diffusers" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_equal (app, others[i][0]))
      return maq_serve_repo_has_tag (repo, others[i][1]);
  return maq_serve_repo_has_tag (repo, "gguf");
}

static gboolean
runs_in_any (MaqServeRepo *repo,
             GStrv         apps)
{
  for (char **app = apps; *app != NULL; app++)
    if (runs_in (repo, *app))
      return TRUE;
  return apps[0] == NULL;
}

// Whether the card of a Space names one of IDS, or anything if there are none, under NAME.
static gboolean
links (MaqServeRepo *repo,
       const char   *name,
       GStrv         ids)
{
  JsonNode  *node = repo->card != NULL ? json_object_get_member (repo->card, name) : NULL;
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *id = json_array_get_element (array, i);
      if (json_node_get_value_type (id) == G_TYPE_STRING && (ids[0] == NULL || contains (ids, json_node_get_string (id))))
        return TRUE;
    }
  return FALSE;
}

static gboolean
matches_links (MaqServeFilter *self,
               MaqServeRepo   *repo)
{
  if (self->kind != MAQ_REPO_KIND_SPACE)
    return TRUE;
  return (self->models[0] == NULL || links (repo, "models", self->models)) &&
         (self->datasets[0] == NULL || links (repo, "datasets", self->datasets)) &&
         (!self->linked || links (repo, "models", (char *[]) { NULL }) || links (repo, "datasets", (char *[]) { NULL }));
}

static gboolean
matches_model (MaqServeFilter *self,
               MaqServeRepo   *repo)
{
  if (self->kind != MAQ_REPO_KIND_MODEL)
    return TRUE;
  if (self->pipelines[0] != NULL && (repo->pipeline_tag == NULL || !contains (self->pipelines, repo->pipeline_tag)))
    return FALSE;
  if (self->sized && (repo->parameters == 0 || repo->parameters < self->min_parameters || (self->max_parameters > 0 && repo->parameters > self->max_parameters)))
    return FALSE;
  return runs_in_any (repo, self->apps);
}

gboolean
maq_serve_filter_matches (MaqServeFilter *self,
                          MaqServeRepo   *repo)
{
  if (self->author != NULL && *self->author != '\0' && g_ascii_strcasecmp (self->author, repo->owner) != 0)
    return FALSE;
  for (char **word = self->words; *word != NULL; word++)
    if (strstr (repo->search_id, *word) == NULL)
      return FALSE;
  if (self->gated >= 0 && self->gated != (repo->gated != NULL))
    return FALSE;
  for (char **tag = self->tags; *tag != NULL; tag++)
    if (!maq_serve_repo_has_tag (repo, *tag))
      return FALSE;
  return matches_model (self, repo) && matches_links (self, repo);
}
