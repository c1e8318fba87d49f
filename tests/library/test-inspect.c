// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-gguf-builder.h"
#include "maq-hub-server.h"
#include "maq-inspect-list.h"

#include "maq-gguf.h"
#include "maq-json.h"

#include <string.h>
#include <unistd.h>

#define MODEL        "acme/large"
#define N_TENSORS    10000
#define WEIGHTS_SIZE ((guint64) N_TENSORS * 4096)

typedef struct
{
  char         *folder;
  char         *repo;
  MaqHubServer *server;
  MaqHubClient *client;
  MaqCache     *cache;
} Hub;

static char *
repo_path (Hub        *hub,
           const char *name)
{
  return g_build_filename (hub->repo, name, NULL);
}

static void
write_text (Hub        *hub,
            const char *name,
            const char *text)
{
  g_autofree char *path = repo_path (hub, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

// 10,000 tensors of 4 KiB, which are a hole, a vocabulary of N_TOKENS, and what else a header says.
static void
write_gguf (Hub        *hub,
            const char *name,
            guint       n_tensors,
            guint       n_tokens)
{
  g_autofree char *path = repo_path (hub, name);
  g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (n_tensors, 9, FALSE);
  g_autoptr (GStrvBuilder) tokens = g_strv_builder_new ();
  g_auto (GStrv) vocabulary = NULL;

  for (guint i = 0; i < n_tokens; i++)
    g_strv_builder_take (tokens, g_strdup_printf ("token %u", i));
  vocabulary = g_strv_builder_end (tokens);
  maq_gguf_builder_add_key_string (builder, "general.architecture", "llama");
  maq_gguf_builder_add_key_string (builder, "general.license", "mit");
  maq_gguf_builder_add_key_u32 (builder, "general.file_type", 15);
  maq_gguf_builder_add_key_u32 (builder, "llama.context_length", 4096);
  maq_gguf_builder_add_key_string (builder, "tokenizer.ggml.model", "gpt2");
  maq_gguf_builder_add_key_strings (builder, "tokenizer.ggml.tokens", (const char *const *) vocabulary);
  maq_gguf_builder_add_key_u32 (builder, "tokenizer.ggml.eos_token_id", 7);
  maq_gguf_builder_add_key_string (builder, "tokenizer.chat_template", "{{ messages }}\n");
  maq_gguf_builder_add_key_string (builder, "tokenizer.chat_template.tool_use", "{{ tools }}");
  for (guint i = 0; i < n_tensors; i++)
    {
      g_autofree char *tensor = g_strdup_printf ("blk.%u.ffn.%u.weight", i / 100, i % 100);
      maq_gguf_builder_add_tensor (builder, tensor, i % 4 == 0 ? 0 : 1, 32, i % 7 + 1, i * 4096);
    }
  maq_gguf_builder_add_weights (builder, 32, 0);
  g_assert_true (g_file_set_contents (path, (const char *) builder->bytes->data, builder->bytes->len, NULL));
  g_assert_cmpint (truncate (path, builder->bytes->len + (guint64) n_tensors * 4096), ==, 0);
}

// A header of N tensors, of which the text takes about 100 bytes each; the data is a hole.
static void
write_safetensors (Hub        *hub,
                   const char *name,
                   guint       n)
{
  g_autofree char *path = repo_path (hub, name);
  g_autoptr (GString) text = g_string_new ("{\"__metadata__\":{\"format\":\"pt\"}");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint64 length;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, ",\"model.layers.%u.self_attn.q_proj.weight\":{\"dtype\":\"BF16\",\"shape\":[64,32],\"data_offsets\":[%u,%u]}", i, i * 4096, (i + 1) * 4096);
  g_string_append_c (text, '}');
  length = GUINT64_TO_LE (text->len);
  g_byte_array_append (bytes, (const guint8 *) &length, sizeof length);
  g_byte_array_append (bytes, (const guint8 *) text->str, text->len);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  g_assert_cmpint (truncate (path, bytes->len + (guint64) n * 4096), ==, 0);
}

// A tokenizer.json with SIZE bytes of vocabulary at its end, as they are.
static void
write_tokenizer (Hub        *hub,
                 const char *name,
                 gsize       size)
{
  g_autoptr (GString) text = g_string_new ("{\"version\":\"1.0\",\"added_tokens\":[{\"id\":5,\"content\":\"<|end|>\",\"special\":true}],"
                                           "\"model\":{\"type\":\"BPE\",\"vocab\":{");
  for (guint i = 0; text->len < size; i++)
    g_string_append_printf (text, "%s\"token%u\":%u", i > 0 ? "," : "", i, i);
  g_string_append (text, "}}}");
  write_text (hub, name, text->str);
}

static Hub *
hub_new (void)
{
  Hub             *hub = g_new0 (Hub, 1);
  g_autofree char *root = NULL, *cache = NULL;
  g_autoptr (MaqHubStore) store = NULL;
  g_autoptr (GError) error = NULL;

  hub->folder = g_dir_make_tmp ("maq-inspect-XXXXXX", NULL);
  root = g_build_filename (hub->folder, "hub", NULL);
  cache = g_build_filename (hub->folder, "cache", NULL);
  hub->repo = g_build_filename (root, "models", MODEL, NULL);
  g_assert_cmpint (g_mkdir_with_parents (hub->repo, 0700), ==, 0);
  write_gguf (hub, "large-Q4_K_M.gguf", N_TENSORS, 100);
  write_gguf (hub, "small.gguf", 10, 100);
  write_safetensors (hub, "model.safetensors", 5000);
  write_tokenizer (hub, "tokenizer.json", 6 << 20);
  write_tokenizer (hub, "small_tokenizer.json", 300 << 10);
  write_text (hub, "poem.gguf", "I am a poem, and a long one.");
  store = maq_hub_store_new_folder (root, &error);
  g_assert_no_error (error);
  hub->server = maq_hub_server_new (store);
  maq_hub_server_set_faults_allowed (hub->server, TRUE);
  maq_hub_server_listen (hub->server, NULL, 0, &error);
  g_assert_no_error (error);
  hub->client = maq_hub_client_new (maq_hub_server_get_url (hub->server));
  hub->cache = maq_cache_new (cache);
  return hub;
}

static void
hub_free (Hub *hub)
{
  g_object_unref (hub->client);
  g_object_unref (hub->cache);
  g_object_unref (hub->server);
  g_free (hub->repo);
  g_free (hub->folder);
  g_free (hub);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Hub, hub_free)

static MaqInspection *
fetch (Hub        *hub,
       const char *name,
       GError    **error)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, MODEL, NULL, name);

  return dex_await_boxed (maq_inspect_address (hub->cache, hub->client, address, NULL, NULL), error);
}

static MaqInspection *
open_text (Hub        *hub,
           const char *name,
           const char *text,
           GError    **error)
{
  g_autofree char *path = repo_path (hub, name);

  write_text (hub, name, text);
  return dex_await_boxed (maq_inspect_open (path), error);
}

// Bytes of bodies that left the server for files.
static gint64
count_sent (Hub *hub)
{
  g_autofree char *text = maq_hub_server_dup_requests (hub->server);
  g_autoptr (MaqJson) json = maq_json_parse_text (text, NULL);
  gint64 sent = 0;

  MAQ_JSON_FOREACH (request, maq_json_get_root (json))
    if (maq_json_get_int (request, "status", 0) < 300)
      sent += maq_json_get_int (request, "sent", 0);
  return sent;
}

static void
the_header_is_all_that_is_fetched (void)
{
  g_autoptr (Hub) hub = hub_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqInspection) inspection = fetch (hub, "small.gguf", &error);
  const MaqInspectToken *token;
  const MaqInspectTemplate *template;

  g_assert_no_error (error);
  g_assert_cmpint (inspection->kind, ==, MAQ_INSPECT_GGUF);
  g_assert_cmpstr (inspection->name, ==, "small.gguf");
  g_assert_null (inspection->path);
  g_assert_cmpstr (inspection->architecture, ==, "llama");
  g_assert_cmpstr (inspection->quantization, ==, "Q4_K_M");
  g_assert_cmpstr (inspection->license, ==, "mit");
  g_assert_cmpint (inspection->context_length, ==, 4096);
  g_assert_cmpstr (inspection->tokenizer, ==, "gpt2");
  g_assert_cmpuint (inspection->n_tokens, ==, 100);
  g_assert_cmpuint (inspection->special_tokens->len, ==, 1);
  token = g_ptr_array_index (inspection->special_tokens, 0);
  g_assert_cmpstr (token->role, ==, "eos");
  g_assert_cmpint (token->id, ==, 7);
  g_assert_cmpstr (token->text, ==, "token 7");
  g_assert_cmpuint (inspection->templates->len, ==, 2);
  template = g_ptr_array_index (inspection->templates, 1);
  g_assert_cmpstr (template->name, ==, "tool_use");
  g_assert_cmpstr (template->text, ==, "{{ tools }}");
  // One request for the beginning, and no more of the file than that.
  g_assert_cmpint (count_sent (hub), <=, 256 * 1024);
  g_assert_cmpuint (maq_hub_server_count_requests (hub->server, "hub", "GET */resolve/*"), ==, 1);
}

static void
large_headers_take_no_more_than_they_are (void)
{
  g_autoptr (Hub) hub = hub_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqInspection) gguf = NULL, safetensors = NULL;
  gint64 sent;

  // 10,000 tensors are 600 kB; the file has 40 MB.
  maq_hub_server_add_faults (hub->server, "{\"host\": \"cdn\", \"rate\": 3000000, \"times\": 0}", &error);
  gguf = fetch (hub, "large-Q4_K_M.gguf", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (maq_inspection_get_n_tensors (gguf), ==, N_TENSORS);
  g_assert_cmpuint (gguf->file_size, >, WEIGHTS_SIZE);
  g_assert_cmpuint (gguf->n_read, <=, 1024 * 1024);
  g_assert_cmpint (count_sent (hub), <, 2 * 1024 * 1024);

  // Of safetensors the length is known: not a byte of the weights is asked for.
  maq_hub_server_clear_faults (hub->server);
  sent = count_sent (hub);
  safetensors = fetch (hub, "model.safetensors", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (maq_inspection_get_n_tensors (safetensors), ==, 5000);
  g_assert_cmpuint (safetensors->n_read, ==, safetensors->header_size);
  g_assert_cmpint (count_sent (hub) - sent, ==, safetensors->header_size);
  g_assert_cmpint (count_sent (hub) - sent, <, 1024 * 1024);
  g_assert_cmpuint (safetensors->n_parameters, ==, 5000 * 64 * 32);
  g_assert_cmpstr (safetensors->quantization, ==, "BF16");
}

static void
of_large_json_the_beginning_is_read (void)
{
  g_autoptr (Hub) hub = hub_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqInspection) large = fetch (hub, "tokenizer.json", &error), whole = NULL;
  const MaqInspectToken *token;
  gint64                 sent = count_sent (hub);

  g_assert_no_error (error);
  g_assert_cmpint (sent, <, 1024 * 1024);
  g_assert_true (large->is_cut);
  g_assert_cmpstr (large->tokenizer, ==, "BPE");
  // How many there are stands in the part that was not read.
  g_assert_cmpuint (large->n_tokens, ==, 0);
  g_assert_cmpuint (large->special_tokens->len, ==, 1);
  token = g_ptr_array_index (large->special_tokens, 0);
  g_assert_cmpint (token->id, ==, 5);
  g_assert_cmpstr (token->text, ==, "<|end|>");
  g_assert_cmpuint (strlen (large->text), <, 256 * 1024);

  whole = fetch (hub, "small_tokenizer.json", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (whole->n_tokens, >, 10000);
  g_assert_cmpuint (whole->n_read, ==, whole->file_size);
}

static void
what_is_in_the_cache_is_not_fetched (void)
{
  g_autoptr (Hub) hub = hub_new ();
  g_autoptr (GError) error = NULL;
  const char      *commit = "0123456789012345678901234567890123456789";
  g_autofree char *snapshot = maq_cache_dup_snapshot_path (hub->cache, MAQ_REPO_KIND_MODEL, MODEL, commit);
  g_autofree char *from = repo_path (hub, "small.gguf"), *to = g_build_filename (snapshot, "small.gguf", NULL);
  g_autoptr (MaqInspection) inspection = NULL;
  guint n_requests;

  g_assert_true (maq_cache_write_ref (hub->cache, MAQ_REPO_KIND_MODEL, MODEL, NULL, commit, &error));
  g_assert_cmpint (symlink (from, to), ==, 0);
  maq_hub_client_set_offline (hub->client, TRUE);
  n_requests = maq_hub_server_count_requests (hub->server, NULL, "*");
  inspection = fetch (hub, "small.gguf", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (inspection->path, ==, to);
  g_assert_cmpuint (maq_hub_server_count_requests (hub->server, NULL, "*"), ==, n_requests);

  g_clear_pointer (&inspection, maq_inspection_unref);
  inspection = fetch (hub, "model.safetensors", &error);
  g_assert_null (inspection);
  g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_OFFLINE);
}

static void
problems_are_errors (void)
{
  g_autoptr (Hub) hub = hub_new ();
  static const struct
  {
    const char *name;
    const char *text;
    int         code;
  } files[] = {
    { "a.gguf", "", MAQ_FORMAT_ERROR_NOT_THIS_FORMAT },
    { "a.gguf", "GGUF\3", MAQ_FORMAT_ERROR_TRUNCATED },
    { "a.gguf", "GGUF\7\1\1\1", MAQ_FORMAT_ERROR_UNSUPPORTED },
    { "a.bin", "A long text that is nothing", MAQ_FORMAT_ERROR_NOT_THIS_FORMAT },
    { "config.json", "{\"a\": ", MAQ_FORMAT_ERROR_CORRUPT },
    { "config.json", "[1, 2", MAQ_FORMAT_ERROR_CORRUPT },
  };
  g_autoptr (GString) deep = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MaqInspection) inspection = open_text (hub, files[i].name, files[i].text, &error);

      g_assert_null (inspection);
      g_assert_error (error, MAQ_FORMAT_ERROR, files[i].code);
    }
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (MaqInspection) inspection = NULL;

    for (guint i = 0; i < 100000; i++)
      g_string_append_c (deep, '[');
    inspection = open_text (hub, "deep.json", deep->str, &error);
    g_assert_null (inspection);
    g_assert_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_CORRUPT);
  }
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (MaqInspection) inspection = fetch (hub, "poem.gguf", &error);

    g_assert_null (inspection);
    g_assert_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT);
  }
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (MaqInspection) inspection = fetch (hub, "nothing.json", &error);

    g_assert_null (inspection);
    g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_ENTRY_NOT_FOUND);
  }
}

static void
a_dropped_future_stops_the_request (void)
{
  g_autoptr (Hub) hub = hub_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, MODEL, NULL, "large-Q4_K_M.gguf");
  gint64 sent;

  maq_hub_server_add_faults (hub->server, "{\"host\": \"cdn\", \"rate\": 200000, \"times\": 0}", &error);
  {
    g_autoptr (DexFuture) future = maq_inspect_address (hub->cache, hub->client, address, NULL, NULL);
    dex_await (dex_timeout_new_msec (500), NULL);
  }
  dex_await (dex_timeout_new_msec (300), NULL);
  sent = count_sent (hub);
  dex_await (dex_timeout_new_msec (500), NULL);
  g_assert_cmpint (count_sent (hub), ==, sent);
}

static void
json_facts (void)
{
  g_autoptr (Hub) hub = hub_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqInspection) config = open_text (hub, "config.json", "{\"architectures\":[\"LlamaForCausalLM\"],\"text_config\":{\"max_position_embeddings\":4096},\"dtype\":\"bfloat16\",\"eps\":1e-05}", &error);
  g_autoptr (MaqInspection) tokenizer = open_text (hub, "tokenizer_config.json", "{\"tokenizer_class\":\"GPT2Tokenizer\",\"bos_token\":\"<s>\",\"eos_token\":{\"content\":\"</s>\"},\"pad_token\":null,"
                                                                                 "\"added_tokens_decoder\":{\"1\":{\"content\":\"<s>\",\"special\":true},\"2\":{\"content\":\"</s>\",\"special\":true},\"9\":{\"content\":\"<tool>\"}},"
                                                                                 "\"chat_template\":[{\"name\":\"default\",\"template\":\"A\"},{\"name\":\"rag\",\"template\":\"B\"},{\"name\":\"blank\",\"template\":\" \\n\"}]}",
                                                   &error);
  g_autoptr (MaqInspection) index = open_text (hub, "model.safetensors.index.json", "{\"metadata\":{\"total_size\":8},\"weight_map\":{\"a\":\"one\",\"b\":\"two\",\"c\":\"two\",\"d\":7,\"e\":\"..%252F..%2Fother\",\"f\":\"/etc/x\"}}", &error);
  g_autoptr (MaqInspection) template = open_text (hub, "chat_template.jinja", "{{ bos_token }}", &error);
  g_autofree char       *value = NULL;
  g_autofree char       *unsafe = NULL;
  MaqInspectTensor       tensor;
  const MaqInspectToken *token;

  g_assert_no_error (error);
  g_assert_cmpstr (config->architecture, ==, "LlamaForCausalLM");
  g_assert_cmpint (config->context_length, ==, 4096);
  g_assert_cmpstr (config->quantization, ==, "bfloat16");
  g_assert_true (g_str_has_prefix (config->text, "{\n  \"architectures\": [\n    \"LlamaForCausalLM\"\n  ],\n"));

  g_assert_cmpstr (tokenizer->tokenizer, ==, "GPT2Tokenizer");
  g_assert_cmpuint (tokenizer->special_tokens->len, ==, 3);
  token = g_ptr_array_index (tokenizer->special_tokens, 1);
  g_assert_cmpstr (token->role, ==, "eos");
  g_assert_cmpint (token->id, ==, 2);
  token = g_ptr_array_index (tokenizer->special_tokens, 2);
  g_assert_cmpstr (token->role, ==, "added");
  g_assert_cmpuint (tokenizer->templates->len, ==, 2);
  g_assert_null (((MaqInspectTemplate *) tokenizer->templates->pdata[0])->name);

  g_assert_cmpuint (maq_inspection_get_n_tensors (index), ==, 3);
  g_assert_true (maq_inspection_get_tensor (index, 2, &tensor));
  g_assert_cmpstr (tensor.name, ==, "c");
  g_assert_cmpstr (tensor.shard, ==, "two");
  g_assert_cmpuint (maq_inspection_get_n_keys (index), ==, 3);
  value = maq_inspection_dup_value_text (index, 1, 6);
  g_assert_cmpstr (value, ==, "2 tensors");
  // What would lead out of the repo is left out and told.
  unsafe = maq_inspection_dup_value_text (index, 2, 40);
  g_assert_cmpstr (unsafe, ==, "2 tensors left out");

  g_assert_cmpint (template->kind, ==, MAQ_INSPECT_TEMPLATE);
  g_assert_cmpuint (template->templates->len, ==, 1);
}

static char *
dup_name (MaqInspectList *list,
          guint           position)
{
  g_autoptr (MaqInspectItem) item = g_list_model_get_item (G_LIST_MODEL (list), position);

  return item != NULL ? g_strdup (maq_inspect_item_get_name (item)) : NULL;
}

static void
count_changes_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    data)
{
  guint *n = data;

  g_assert_cmpuint (position, ==, 0);
  g_assert_cmpuint (removed, ==, *n);
  *n = added;
}

static void
lists_search_and_order (void)
{
  g_autoptr (Hub) hub = hub_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = repo_path (hub, "large-Q4_K_M.gguf");
  g_autoptr (MaqInspection) inspection = dex_await_boxed (maq_inspect_open (path), &error);
  g_autoptr (MaqInspectList) tensors = maq_inspect_list_new_tensors (inspection), keys = maq_inspect_list_new_metadata (inspection);
  g_autofree char *first = NULL, *largest = NULL, *found = NULL, *key = NULL, *text = NULL;
  g_autoptr (MaqInspectItem) item = NULL;
  guint n = N_TENSORS;

  g_assert_no_error (error);
  g_signal_connect (tensors, "items-changed", G_CALLBACK (count_changes_cb), &n);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (tensors)), ==, N_TENSORS);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (tensors), N_TENSORS));
  first = dup_name (tensors, 0);
  g_assert_cmpstr (first, ==, "blk.0.ffn.0.weight");

  maq_inspect_list_set_search (tensors, "  BLK.42.  .17.  ");
  g_assert_cmpuint (n, ==, 1);
  found = dup_name (tensors, 0);
  g_assert_cmpstr (found, ==, "blk.42.ffn.17.weight");
  maq_inspect_list_set_search (tensors, "nothing");
  g_assert_cmpuint (n, ==, 0);
  maq_inspect_list_set_search (tensors, "");
  g_assert_cmpuint (n, ==, N_TENSORS);

  // F32 of seven rows are the largest; equal ones stay in place.
  maq_inspect_list_set_order (tensors, MAQ_INSPECT_BY_SIZE, TRUE);
  largest = dup_name (tensors, 0);
  g_assert_cmpstr (largest, ==, "blk.0.ffn.20.weight");
  item = g_list_model_get_item (G_LIST_MODEL (tensors), 0);
  text = maq_inspect_item_dup_whole_text (item);
  g_assert_cmpstr (text, ==, "F32 · 32 × 7");
  g_clear_pointer (&first, g_free);
  maq_inspect_list_set_order (tensors, MAQ_INSPECT_BY_TYPE, TRUE);
  first = dup_name (tensors, 0);
  g_assert_cmpstr (first, ==, "blk.0.ffn.0.weight");
  g_clear_pointer (&first, g_free);
  maq_inspect_list_set_order (tensors, MAQ_INSPECT_BY_NAME, TRUE);
  first = dup_name (tensors, 0);
  g_assert_cmpstr (first, ==, "blk.99.ffn.99.weight");
  maq_inspect_list_set_order (tensors, MAQ_INSPECT_BY_PLACE, FALSE);
  g_assert_cmpuint (n, ==, N_TENSORS);

  // Values are searched as well, and long ones are one line.
  maq_inspect_list_set_search (keys, "{{");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (keys)), ==, 2);
  key = dup_name (keys, 0);
  g_assert_cmpstr (key, ==, "tokenizer.chat_template");
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  dex_test_add_func ("/library/inspect/the-header-is-all-that-is-fetched", the_header_is_all_that_is_fetched);
  dex_test_add_func ("/library/inspect/large-headers-take-no-more-than-they-are", large_headers_take_no_more_than_they_are);
  dex_test_add_func ("/library/inspect/of-large-json-the-beginning-is-read", of_large_json_the_beginning_is_read);
  dex_test_add_func ("/library/inspect/what-is-in-the-cache-is-not-fetched", what_is_in_the_cache_is_not_fetched);
  dex_test_add_func ("/library/inspect/problems-are-errors", problems_are_errors);
  dex_test_add_func ("/library/inspect/a-dropped-future-stops-the-request", a_dropped_future_stops_the_request);
  dex_test_add_func ("/library/inspect/json-facts", json_facts);
  dex_test_add_func ("/library/inspect/lists-search-and-order", lists_search_and_order);
  return g_test_run ();
}
