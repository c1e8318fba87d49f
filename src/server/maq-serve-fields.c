// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-fields.h"

#include "maq-serve-json.h"

#include <string.h>

// In the order of the real answers.
static const char *const list_fields[MAQ_SERVE_N_KINDS][16] = {
  { "likes", "trendingScore", "private", "downloads", "tags", "pipeline_tag", "library_name", "createdAt", "modelId" },
  { "author", "disabled", "gated", "lastModified", "likes", "trendingScore", "private", "sha", "description", "downloads", "tags", "createdAt", "key" },
  { "likes", "trendingScore", "private", "sdk", "tags", "createdAt" },
};
static const char *const full_fields[MAQ_SERVE_N_KINDS][24] = {
  { "author", "gated", "lastModified", "likes", "trendingScore", "private", "sha", "disabled", "downloads", "tags", "pipeline_tag", "library_name", "createdAt", "modelId", "siblings" },
  { "author", "disabled", "gated", "lastModified", "likes", "trendingScore", "private", "sha", "description", "citation", "downloads", "tags", "createdAt", "key", "siblings", "cardData" },
  { "author", "lastModified", "likes", "trendingScore", "private", "sha", "sdk", "tags", "createdAt", "subdomain", "siblings", "cardData", "models", "datasets", "runtime" },
};
static const char *const info_fields[MAQ_SERVE_N_KINDS][32] = {
  { "private", "pipeline_tag", "library_name", "tags", "downloads", "likes", "modelId", "author", "sha", "lastModified", "gated", "disabled", "widgetData", "model-index", "config", "cardData", "transformersInfo", "gguf", "siblings", "spaces", "createdAt", "safetensors", "usedStorage" },
  { "author", "sha", "lastModified", "private", "gated", "disabled", "tags", "citation", "description", "downloads", "likes", "cardData", "siblings", "createdAt", "usedStorage" },
  { "sdk", "likes", "tags", "private", "author", "sha", "lastModified", "cardData", "subdomain", "gated", "disabled", "host", "region", "models", "datasets", "siblings", "createdAt", "usedStorage", "runtime" },
};
// What expand accepts besides the fields above.
static const char *const more_fields[MAQ_SERVE_N_KINDS][16] = {
  { "baseModels", "childrenModelCount", "downloadsAllTime", "evalResults", "inference", "inferenceProviderMapping", "mask_token", "resourceGroup", "gitalyUid", "xetEnabled", "trendingScore" },
  { "downloadsAllTime", "gitalyUid", "mainSize", "paperswithcode_id", "resourceGroup", "trendingScore", "xetEnabled" },
  { "gitalyUid", "resourceGroup", "trendingScore", "xetEnabled" },
};

static gboolean
is_field (MaqRepoKind kind,
          const char *name)
{
  return g_strv_contains (info_fields[kind], name) || g_strv_contains (more_fields[kind], name);
}

static MaqServeFields *
fields_new (MaqHubStore   *store,
            MaqRepoKind    kind,
            MaqServeQuery *query,
            char         **unknown)
{
  g_auto (GStrv) names = maq_serve_query_dup_all (query, "expand", FALSE);
  g_autoptr (GStrvBuilder) once = g_strv_builder_new ();
  for (guint i = 0; names[i] != NULL; i++)
    {
      if (!is_field (kind, names[i]))
        {
          *unknown = g_strdup (names[i]);
          return NULL;
        }
      guint first = 0;
      while (!g_str_equal (names[first], names[i]))
        first++;
      if (first == i)
        g_strv_builder_add (once, names[i]);
    }
  MaqServeFields *self = g_new0 (MaqServeFields, 1);
  self->store = store;
  self->expand = g_strv_builder_end (once);
  return self;
}

// cardData and config are added to whatever else is shown, by the same means as expand.
MaqServeFields *
maq_serve_fields_new_list (MaqHubStore   *store,
                           MaqRepoKind    kind,
                           MaqServeQuery *query,
                           char         **unknown)
{
  MaqServeFields *self = fields_new (store, kind, query, unknown);
  if (self != NULL)
    self->list = TRUE;
  if (self == NULL || self->expand[0] != NULL)
    return self;
  self->fields = maq_serve_query_get_bool (query, "full") ? full_fields[kind] : list_fields[kind];
  g_autoptr (GStrvBuilder) extra = g_strv_builder_new ();
  if (maq_serve_query_get_bool (query, "cardData") && !g_strv_contains (self->fields, "cardData"))
    g_strv_builder_add (extra, "cardData");
  if (maq_serve_query_get_bool (query, "config") && kind == MAQ_REPO_KIND_MODEL)
    g_strv_builder_add (extra, "config");
  g_strfreev (self->expand);
  self->expand = g_strv_builder_end (extra);
  return self;
}

MaqServeFields *
maq_serve_fields_new_info (MaqHubStore   *store,
                           MaqRepoKind    kind,
                           MaqServeQuery *query,
                           char         **unknown)
{
  MaqServeFields *self = fields_new (store, kind, query, unknown);
  if (self == NULL)
    return NULL;
  self->blobs = maq_serve_query_get_bool (query, "blobs");
  self->security = maq_serve_query_get_bool (query, "securityStatus");
  if (self->expand[0] == NULL)
    self->fields = info_fields[kind];
  return self;
}

void
maq_serve_fields_free (MaqServeFields *self)
{
  g_strfreev (self->expand);
  g_free (self);
}

static void
write_tags (GString      *out,
            MaqServeRepo *repo)
{
  maq_serve_json_open (out, '[');
  for (guint i = 0; i < repo->tags->len; i++)
    maq_serve_json_string (out, g_ptr_array_index (repo->tags, i));
  maq_serve_json_close (out, ']');
}

static void
write_sibling_blob (GString       *out,
                    MaqServeEntry *entry)
{
  MaqServeContent *content = entry->content;
  maq_serve_json_member_int (out, "size", maq_serve_content_get_size (content));
  maq_serve_json_member_string (out, "blobId", maq_serve_content_get_oid (content));
  if (maq_serve_content_get_sha256 (content) == NULL)
    return;
  g_autofree char *pointer = maq_serve_content_dup_pointer (content);
  maq_serve_json_key (out, "lfs");
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "sha256", maq_serve_content_get_sha256 (content));
  maq_serve_json_member_int (out, "size", maq_serve_content_get_size (content));
  maq_serve_json_member_int (out, "pointerSize", strlen (pointer));
  maq_serve_json_close (out, '}');
}

static void
write_siblings (GString        *out,
                MaqServeCommit *commit,
                gboolean        blobs)
{
  maq_serve_json_open (out, '[');
  for (guint i = 0; i < commit->entries->len; i++)
    {
      MaqServeEntry *entry = g_ptr_array_index (commit->entries, i);
      if (blobs && !maq_serve_content_is_hashed (entry->content))
        continue;
      maq_serve_json_open (out, '{');
      maq_serve_json_member_string (out, "rfilename", entry->path);
      if (blobs)
        write_sibling_blob (out, entry);
      maq_serve_json_close (out, '}');
    }
  maq_serve_json_close (out, ']');
}

static void
write_spaces (GString        *out,
              MaqServeFields *self,
              MaqServeRepo   *repo)
{
  GPtrArray *spaces = maq_serve_store_get_spaces_of (self->store, repo);
  maq_serve_json_open (out, '[');
  for (guint i = 0; spaces != NULL && i < spaces->len; i++)
    maq_serve_json_string (out, ((MaqServeRepo *) g_ptr_array_index (spaces, i))->id);
  maq_serve_json_close (out, ']');
}

static JsonNode *
card_member (MaqServeRepo *repo,
             const char   *name)
{
  return repo->card != NULL ? json_object_get_member (repo->card, name) : NULL;
}

static void
write_card_member (GString      *out,
                   MaqServeRepo *repo,
                   const char   *key,
                   const char   *name,
                   const char   *absent)
{
  JsonNode        *node = card_member (repo, name);
  g_autofree char *json = node != NULL ? json_to_string (node, FALSE) : NULL;
  if (json != NULL || absent != NULL)
    maq_serve_json_member_raw (out, key, json != NULL ? json : absent);
}

static char *
dup_subdomain (MaqServeRepo *repo)
{
  char *subdomain = g_strdup (repo->search_id);
  for (char *p = subdomain; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p))
      *p = '-';
  return subdomain;
}

static void
write_base_models (GString        *out,
                   MaqServeFields *self,
                   MaqServeRepo   *repo)
{
  JsonNode *node = card_member (repo, "base_model");
  if (node == NULL || (!JSON_NODE_HOLDS_ARRAY (node) && json_node_get_value_type (node) != G_TYPE_STRING))
    return;
  g_autoptr (JsonArray) one = json_array_new ();
  JsonArray *ids = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : one;
  if (ids == one)
    json_array_add_element (one, json_node_copy (node));
  maq_serve_json_key (out, "baseModels");
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "relation", maq_serve_repo_has_tag (repo, "gguf") ? "quantized" : "finetune");
  maq_serve_json_key (out, "models");
  maq_serve_json_open (out, '[');
  for (guint i = 0; i < json_array_get_length (ids); i++)
    {
      JsonNode     *id = json_array_get_element (ids, i);
      MaqServeRepo *base = json_node_get_value_type (id) == G_TYPE_STRING ? maq_serve_store_find (self->store, MAQ_REPO_KIND_MODEL, json_node_get_string (id)) : NULL;
      if (base == NULL)
        continue;
      maq_serve_json_open (out, '{');
      maq_serve_json_member_string (out, "_id", base->object_id);
      maq_serve_json_member_string (out, "id", base->id);
      maq_serve_json_close (out, '}');
    }
  maq_serve_json_close (out, ']');
  maq_serve_json_close (out, '}');
}

static void
write_transformers_info (GString      *out,
                         MaqServeRepo *repo)
{
  static const char *const auto_models[][2] = {
    { "text-generation", "AutoModelForCausalLM" },
    { "text-classification", "AutoModelForSequenceClassification" },
    { "token-classification", "AutoModelForTokenClassification" },
    { "image-classification", "AutoModelForImageClassification" },
    { "automatic-speech-recognition", "AutoModelForSpeechSeq2Seq" },
  };
  const char *auto_model = "AutoModel";
  if (g_strcmp0 (repo->library_name, "transformers") != 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (auto_models); i++)
    if (g_strcmp0 (repo->pipeline_tag, auto_models[i][0]) == 0)
      auto_model = auto_models[i][1];
  maq_serve_json_key (out, "transformersInfo");
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "auto_model", auto_model);
  if (repo->pipeline_tag != NULL)
    maq_serve_json_member_string (out, "pipeline_tag", repo->pipeline_tag);
  maq_serve_json_close (out, '}');
}

static void
write_gated (GString      *out,
             MaqServeRepo *repo)
{
  if (repo->gated != NULL)
    maq_serve_json_member_string (out, "gated", repo->gated);
  else
    maq_serve_json_member_bool (out, "gated", FALSE);
}

static void
write_date (GString    *out,
            const char *key,
            gint64      date)
{
  g_autofree char *text = maq_serve_format_date (date);
  maq_serve_json_member_string (out, key, text);
}

static void
write_runtime (GString      *out,
               MaqServeRepo *repo)
{
  maq_serve_json_member_raw (out, "runtime", repo->runtime_json != NULL ? repo->runtime_json : "{\"stage\":\"RUNNING\",\"hardware\":{\"current\":null,\"requested\":null},\"storage\":null,\"gcTimeout\":172800,\"replicas\":{\"current\":1,\"requested\":1},\"devMode\":false}");
}

// Numbers, booleans and dates.
static gboolean
write_plain (GString        *out,
             MaqServeRepo   *repo,
             MaqServeCommit *commit,
             const char     *name)
{
  if (g_str_equal (name, "likes"))
    maq_serve_json_member_int (out, name, repo->likes);
  else if (g_str_equal (name, "downloads"))
    maq_serve_json_member_int (out, name, repo->downloads);
  else if (g_str_equal (name, "downloadsAllTime"))
    maq_serve_json_member_int (out, name, repo->downloads_all);
  else if (g_str_equal (name, "trendingScore"))
    maq_serve_json_member_int (out, name, repo->trending);
  else if (g_str_equal (name, "usedStorage") || g_str_equal (name, "mainSize"))
    maq_serve_json_member_int (out, name, repo->used_storage);
  else if (g_str_equal (name, "private"))
    maq_serve_json_member_bool (out, name, repo->is_private);
  else if (g_str_equal (name, "disabled"))
    maq_serve_json_member_bool (out, name, repo->disabled);
  else if (g_str_equal (name, "xetEnabled"))
    maq_serve_json_member_bool (out, name, FALSE);
  else if (g_str_equal (name, "gated"))
    write_gated (out, repo);
  else if (g_str_equal (name, "createdAt"))
    write_date (out, name, repo->created);
  else if (g_str_equal (name, "lastModified"))
    write_date (out, name, commit->date);
  else
    return FALSE;
  return TRUE;
}

// Texts, which are left out where there is nothing to say.
static gboolean
write_text (GString        *out,
            MaqServeRepo   *repo,
            MaqServeCommit *commit,
            const char     *name)
{
  const char *value = NULL;
  if (g_str_equal (name, "modelId"))
    value = repo->id;
  else if (g_str_equal (name, "author"))
    value = *repo->owner != '\0' ? repo->owner : NULL;
  else if (g_str_equal (name, "sha"))
    value = commit->id;
  else if (g_str_equal (name, "key") || g_str_equal (name, "citation"))
    value = "";
  else if (g_str_equal (name, "region"))
    value = "us";
  else if (g_str_equal (name, "description"))
    value = repo->description;
  else if (g_str_equal (name, "sdk"))
    value = repo->sdk;
  else if (g_str_equal (name, "pipeline_tag"))
    value = repo->pipeline_tag;
  else if (g_str_equal (name, "library_name"))
    value = repo->library_name;
  else
    return FALSE;
  if (value != NULL)
    maq_serve_json_member_string (out, name, value);
  return TRUE;
}

// Where the Hub keeps the repo's git storage: 64 digits that mean nothing to clients, always the same.
static void
write_gitaly_uid (GString      *out,
                  MaqServeRepo *repo)
{
  g_autofree char *uid = g_compute_checksum_for_string (G_CHECKSUM_SHA256, repo->object_id, -1);
  maq_serve_json_member_string (out, "gitalyUid", uid);
}

static void
write_json (GString    *out,
            const char *name,
            const char *json)
{
  if (json != NULL)
    maq_serve_json_member_raw (out, name, json);
}

static void
write_rich (MaqServeFields *self,
            GString        *out,
            MaqServeRepo   *repo,
            MaqServeCommit *commit,
            const char     *name)
{
  g_autofree char *subdomain = dup_subdomain (repo);
  if (g_str_equal (name, "tags"))
    {
      maq_serve_json_key (out, name);
      write_tags (out, repo);
    }
  else if (g_str_equal (name, "siblings"))
    {
      maq_serve_json_key (out, name);
      write_siblings (out, commit, self->blobs);
    }
  else if (g_str_equal (name, "spaces"))
    {
      maq_serve_json_key (out, name);
      write_spaces (out, self, repo);
    }
  else if (g_str_equal (name, "cardData"))
    write_json (out, name, repo->card_json);
  else if (g_str_equal (name, "config"))
    write_json (out, name, repo->config_json);
  else if (g_str_equal (name, "gguf"))
    write_json (out, name, repo->gguf_json);
  else if (g_str_equal (name, "safetensors"))
    write_json (out, name, repo->safetensors_json);
  else if (g_str_equal (name, "runtime"))
    write_runtime (out, repo);
  else if (g_str_equal (name, "subdomain"))
    maq_serve_json_member_string (out, name, subdomain);
  else if (g_str_equal (name, "host"))
    {
      g_autofree char *host = g_strdup_printf ("https://%s.static.hf.space", subdomain);
      maq_serve_json_member_string (out, name, host);
    }
  else if (g_str_equal (name, "models") || g_str_equal (name, "datasets"))
    write_card_member (out, repo, name, name, "[]");
  else if (g_str_equal (name, "model-index"))
    write_card_member (out, repo, name, name, "null");
  else if (g_str_equal (name, "widgetData"))
    write_card_member (out, repo, name, "widget", NULL);
  else if (g_str_equal (name, "baseModels"))
    write_base_models (out, self, repo);
  else if (g_str_equal (name, "transformersInfo"))
    write_transformers_info (out, repo);
  else if (g_str_equal (name, "gitalyUid"))
    write_gitaly_uid (out, repo);
  else if (g_str_equal (name, "evalResults"))
    maq_serve_json_member_raw (out, name, "[]");
  else if (g_str_equal (name, "inferenceProviderMapping"))
    maq_serve_json_member_raw (out, name, self->list ? "[]" : "{}");
  else if (g_str_equal (name, "childrenModelCount"))
    maq_serve_json_member_raw (out, name, "{}");
}

static void
write_field (MaqServeFields *self,
             GString        *out,
             MaqServeRepo   *repo,
             MaqServeCommit *commit,
             const char     *name)
{
  if (!write_plain (out, repo, commit, name) && !write_text (out, repo, commit, name))
    write_rich (self, out, repo, commit, name);
}

void
maq_serve_fields_write (MaqServeFields *self,
                        GString        *out,
                        MaqServeRepo   *repo,
                        MaqServeCommit *commit)
{
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "_id", repo->object_id);
  maq_serve_json_member_string (out, "id", repo->id);
  for (guint i = 0; self->fields != NULL && self->fields[i] != NULL; i++)
    write_field (self, out, repo, commit, self->fields[i]);
  for (char **name = self->expand; *name != NULL; name++)
    write_field (self, out, repo, commit, *name);
  if (self->security)
    maq_serve_json_member_raw (out, "securityRepoStatus", "{\"scansDone\":true,\"filesWithIssues\":[]}");
  maq_serve_json_close (out, '}');
}
