// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-describe.h"

#include "maq-card.h"

#include <string.h>

#define TEXT_LIMIT         (2 * 1024 * 1024)
#define DESCRIPTION_LENGTH 200

static char *
read_text (MaqServeCommit *head,
           const char     *path)
{
  MaqServeEntry *entry = maq_serve_commit_find (head, path);
  return entry != NULL ? maq_serve_content_read_text (entry->content, TEXT_LIMIT) : NULL;
}

static JsonObject *
read_object (MaqServeCommit *head,
             const char     *path)
{
  g_autofree char *text = read_text (head, path);
  const char      *start = text != NULL && g_str_has_prefix (text, "\ufeff") ? text + strlen ("\ufeff") : text;
  g_autoptr (JsonNode) node = start != NULL ? json_from_string (start, NULL) : NULL;
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_object_ref (json_node_get_object (node)) : NULL;
}

static char *
to_json (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  return json_to_string (node, FALSE);
}

static const char *
card_string (JsonObject *card,
             const char *member)
{
  JsonNode *node = card != NULL ? json_object_get_member (card, member) : NULL;
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

static void
add_prefixed (MaqServeRepo *repo,
              const char   *prefix,
              JsonNode     *value)
{
  if (value == NULL || JSON_NODE_HOLDS_NULL (value) || JSON_NODE_HOLDS_OBJECT (value))
    return;
  if (JSON_NODE_HOLDS_ARRAY (value))
    {
      JsonArray *array = json_node_get_array (value);
      for (guint i = 0; i < json_array_get_length (array); i++)
        if (!JSON_NODE_HOLDS_ARRAY (json_array_get_element (array, i)))
          add_prefixed (repo, prefix, json_array_get_element (array, i));
      return;
    }
  if (json_node_get_value_type (value) != G_TYPE_STRING)
    return;
  g_autofree char *tag = g_strconcat (prefix, json_node_get_string (value), NULL);
  maq_serve_repo_add_tag (repo, tag);
}

static void
add_from_card (MaqServeRepo *repo,
               const char   *prefix,
               const char   *member)
{
  if (repo->card != NULL)
    add_prefixed (repo, prefix, json_object_get_member (repo->card, member));
}

// Formats the Hub recognizes by the names of files.
static void
add_format_tags (MaqServeRepo   *repo,
                 MaqServeCommit *head)
{
  static const struct
  {
    const char *suffix;
    const char *tag;
  } formats[] = { { ".safetensors", "safetensors" }, { ".gguf", "gguf" }, { ".onnx", "onnx" }, { ".tflite", "tflite" }, { "pytorch_model.bin", "pytorch" } };
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    for (guint j = 0; j < head->entries->len; j++)
      if (g_str_has_suffix (((MaqServeEntry *) g_ptr_array_index (head->entries, j))->path, formats[i].suffix))
        {
          maq_serve_repo_add_tag (repo, formats[i].tag);
          break;
        }
}

static void
tag_model (MaqServeRepo   *repo,
           MaqServeCommit *head,
           JsonObject     *config)
{
  if (repo->library_name == NULL)
    {
      const char *library = card_string (repo->card, "library_name");
      if (library == NULL && config != NULL && maq_serve_commit_find (head, "config.json") != NULL && card_string (config, "model_type") != NULL)
        library = "transformers";
      repo->library_name = g_intern_string (library);
    }
  if (repo->pipeline_tag == NULL)
    repo->pipeline_tag = g_intern_string (card_string (repo->card, "pipeline_tag"));

  maq_serve_repo_add_tag (repo, repo->library_name);
  add_format_tags (repo, head);
  maq_serve_repo_add_tag (repo, config != NULL ? card_string (config, "model_type") : NULL);
  maq_serve_repo_add_tag (repo, repo->pipeline_tag);
  add_from_card (repo, "", "tags");
  add_from_card (repo, "", "language");
  add_from_card (repo, "dataset:", "datasets");
  add_from_card (repo, "base_model:", "base_model");
  const char *relation = card_string (repo->card, "base_model_relation");
  if (relation == NULL)
    relation = maq_serve_repo_has_tag (repo, "gguf") ? "quantized" : "finetune";
  g_autofree char *prefix = g_strdup_printf ("base_model:%s:", relation);
  add_from_card (repo, prefix, "base_model");
  add_from_card (repo, "license:", "license");
  if (g_strcmp0 (repo->library_name, "transformers") == 0 || maq_serve_repo_has_tag (repo, "gguf"))
    maq_serve_repo_add_tag (repo, "endpoints_compatible");
}

// Who has a template for chats can chat.
static void
tag_chat (MaqServeRepo *repo)
{
  if ((repo->config_json != NULL && strstr (repo->config_json, "\"chat_template\"") != NULL) ||
      (repo->gguf_json != NULL && strstr (repo->gguf_json, "\"chat_template\"") != NULL))
    maq_serve_repo_add_tag (repo, "conversational");
}

static void
tag_dataset (MaqServeRepo   *repo,
             MaqServeCommit *head)
{
  static const char *const prefixed[][2] = {
    { "task_categories:", "task_categories" },
    { "task_ids:", "task_ids" },
    { "multilinguality:", "multilinguality" },
    { "language:", "language" },
    { "license:", "license" },
    { "size_categories:", "size_categories" },
  };
  static const char *const formats[][3] = {
    { ".csv", "format:csv", "modality:tabular" },
    { ".jsonl", "format:json", "modality:text" },
    { ".json", "format:json", "modality:text" },
    { ".txt", "format:text", "modality:text" },
    { ".parquet", "format:parquet", "modality:tabular" },
    { ".png", "format:imagefolder", "modality:image" },
    { ".svg", "format:imagefolder", "modality:image" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (prefixed); i++)
    add_from_card (repo, prefixed[i][0], prefixed[i][1]);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    for (guint j = 0; j < head->entries->len; j++)
      if (g_str_has_suffix (((MaqServeEntry *) g_ptr_array_index (head->entries, j))->path, formats[i][0]))
        {
          maq_serve_repo_add_tag (repo, formats[i][1]);
          maq_serve_repo_add_tag (repo, formats[i][2]);
          maq_serve_repo_add_tag (repo, "library:datasets");
          break;
        }
  add_from_card (repo, "", "tags");
}

static void
tag_space (MaqServeRepo *repo)
{
  if (repo->sdk == NULL)
    {
      const char *sdk = card_string (repo->card, "sdk");
      repo->sdk = g_intern_string (sdk != NULL ? sdk : "static");
    }
  maq_serve_repo_add_tag (repo, repo->sdk);
  add_from_card (repo, "", "tags");
}

// The first lines of prose, without headings and markup lines.
static char *
cut_description (const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *body = maq_card_get_body (text);
  g_auto (GStrv) lines = g_strsplit (body, "\n", 40);
  for (char **line = lines; *line != NULL && out->len < DESCRIPTION_LENGTH; line++)
    if (*g_strstrip (*line) != '\0' && strchr ("#|<!-`>[=", **line) == NULL)
      g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", *line);
  if (out->len > DESCRIPTION_LENGTH)
    {
      const char *end = g_utf8_find_prev_char (out->str, out->str + DESCRIPTION_LENGTH);
      g_string_truncate (out, end != NULL ? end - out->str : 0);
      g_string_append (out, "…");
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

// "config" of the API: what matters of config.json, and the tokenizer's.
static char *
config_json (JsonObject *config,
             JsonObject *tokenizer)
{
  static const char *const kept[] = { "architectures", "model_type", "quantization_config", "auto_map" };
  static const char *const tokens[] = { "chat_template", "bos_token", "eos_token", "pad_token", "unk_token" };
  g_autoptr (JsonObject) out = json_object_new ();
  g_autoptr (JsonObject) inner = json_object_new ();

  for (guint i = 0; config != NULL && i < G_N_ELEMENTS (kept); i++)
    if (json_object_has_member (config, kept[i]))
      json_object_set_member (out, kept[i], json_node_copy (json_object_get_member (config, kept[i])));
  for (guint i = 0; tokenizer != NULL && i < G_N_ELEMENTS (tokens); i++)
    if (json_object_has_member (tokenizer, tokens[i]))
      json_object_set_member (inner, tokens[i], json_node_copy (json_object_get_member (tokenizer, tokens[i])));
  if (config != NULL)
    json_object_set_object_member (out, "tokenizer_config", g_steal_pointer (&inner));
  return to_json (out);
}

static gint64
total_of (const char *json)
{
  g_autoptr (JsonNode) node = json != NULL ? json_from_string (json, NULL) : NULL;
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return 0;
  return json_object_get_int_member_with_default (json_node_get_object (node), "total", 0);
}

void
maq_serve_describe (MaqServeRepo   *repo,
                    MaqServeCommit *head)
{
  g_autofree char *readme = read_text (head, "README.md");
  if (readme != NULL && repo->card == NULL)
    repo->card = maq_card_parse (readme);
  if (repo->card != NULL && repo->card_json == NULL)
    repo->card_json = to_json (repo->card);

  if (repo->kind == MAQ_REPO_KIND_MODEL)
    {
      g_autoptr (JsonObject) config = read_object (head, "config.json");
      g_autoptr (JsonObject) tokenizer = read_object (head, "tokenizer_config.json");
      if (repo->config_json == NULL)
        repo->config_json = config_json (config, tokenizer);
      tag_model (repo, head, config);
      if (repo->gguf_json == NULL)
        repo->gguf_json = maq_serve_describe_gguf (head);
      if (repo->safetensors_json == NULL)
        repo->safetensors_json = maq_serve_describe_safetensors (head);
      tag_chat (repo);
    }
  else if (repo->kind == MAQ_REPO_KIND_DATASET)
    tag_dataset (repo, head);
  else
    tag_space (repo);
  maq_serve_repo_add_tag (repo, "region:us");

  if (repo->description == NULL && readme != NULL)
    repo->description = cut_description (readme);
  if (repo->parameters == 0)
    repo->parameters = MAX (total_of (repo->safetensors_json), total_of (repo->gguf_json));
}
