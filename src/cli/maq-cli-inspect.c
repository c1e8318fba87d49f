// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>
#include <math.h>

#include "maq-address.h"
#include "maq-cli-text.h"
#include "maq-gguf.h"
#include "maq-inspect.h"
#include "maq-units.h"

// Arrays up to this length are printed whole in JSON; tokenizers have some 100,000 elements.
#define JSON_ELEMENTS 64
#define TEXT_ELEMENTS 6

static gboolean option_tensors;
static gboolean option_template;

static const GOptionEntry options[] = {
  { "tensors", 't', 0, G_OPTION_ARG_NONE, &option_tensors, N_ ("List every tensor"), NULL },
  { "template", 0, 0, G_OPTION_ARG_NONE, &option_template, N_ ("Print only the chat template"), NULL },
  { NULL },
};

// --- Text ---

static void
print_fact (MaqCli *cli, const char *label, const char *value)
{
  g_autofree char *clean = maq_cli_clean (value, FALSE);
  maq_cli_print (cli, "%-14s%s\n", label, clean);
}

static void
print_table (MaqCli *cli, MaqCliTable *table)
{
  g_autofree char *text = maq_cli_table_to_text (table, maq_cli_get_columns (cli));
  maq_cli_write (cli, "\n");
  maq_cli_write (cli, text);
}

static void
print_number (MaqCli *cli, const char *label, guint64 number, const char *format)
{
  g_autofree char *text = g_strdup_printf (format, number);
  if (number > 0)
    print_fact (cli, label, text);
}

static void
print_facts (MaqCli *cli, MaqInspection *inspection)
{
  guint            n_tensors = maq_inspection_get_n_tensors (inspection);
  g_autofree char *size = maq_format_bytes (inspection->file_size);
  g_autofree char *parameters = maq_format_parameters ((gint64) inspection->n_parameters);
  g_autofree char *types = maq_inspection_dup_types (inspection);
  g_autofree char *tensors = g_strdup_printf (*types != '\0' ? "%u: %s" : "%u", n_tensors, types);

  print_fact (cli, _ ("File"), inspection->name);
  print_fact (cli, _ ("Format"), inspection->format);
  if (inspection->file_size > 0)
    print_fact (cli, _ ("Size"), size);
  if (inspection->title != NULL)
    print_fact (cli, _ ("Name"), inspection->title);
  if (inspection->architecture != NULL)
    print_fact (cli, _ ("Architecture"), inspection->architecture);
  if (inspection->quantization != NULL)
    print_fact (cli, _ ("Quantization"), inspection->quantization);
  if (inspection->kind == MAQ_INSPECT_GGUF || inspection->kind == MAQ_INSPECT_SAFETENSORS)
    print_fact (cli, _ ("Parameters"), parameters);
  print_number (cli, _ ("Context"), MAX (inspection->context_length, 0), _ ("%" G_GUINT64_FORMAT " tokens"));
  if (inspection->license != NULL)
    print_fact (cli, _ ("License"), inspection->license);
  if (inspection->tokenizer != NULL)
    print_fact (cli, _ ("Tokenizer"), inspection->tokenizer);
  print_number (cli, _ ("Vocabulary"), inspection->n_tokens, _ ("%" G_GUINT64_FORMAT " tokens"));
  if (n_tensors > 0)
    print_fact (cli, _ ("Tensors"), tensors);
}

static void
print_keys (MaqCli *cli, MaqInspection *inspection)
{
  const char *const titles[] = { _ ("KEY"), _ ("VALUE"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 1);
  for (guint i = 0; i < maq_inspection_get_n_keys (inspection); i++)
    {
      g_autofree char  *value = maq_inspection_dup_value_text (inspection, i, TEXT_ELEMENTS);
      g_autofree char  *clean = maq_cli_clean (value, FALSE);
      g_autofree char  *cut = maq_cli_text_cut (clean, 120);
      const char *const cells[] = { maq_inspection_get_key (inspection, i), cut };
      maq_cli_table_add_row (table, cells);
    }
  if (maq_inspection_get_n_keys (inspection) > 0)
    print_table (cli, table);
}

static void
print_special_tokens (MaqCli *cli, MaqInspection *inspection)
{
  const char *const titles[] = { _ ("SPECIAL TOKEN"), _ (">ID"), _ ("TEXT"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 2);
  for (guint i = 0; i < inspection->special_tokens->len; i++)
    {
      const MaqInspectToken *token = inspection->special_tokens->pdata[i];
      g_autofree char       *id = token->id >= 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, token->id) : g_strdup ("");
      g_autofree char       *clean = maq_cli_clean (token->text != NULL ? token->text : "", FALSE);
      const char *const      cells[] = { token->role, id, clean };
      maq_cli_table_add_row (table, cells);
    }
  if (inspection->special_tokens->len > 0)
    print_table (cli, table);
}

static void
print_tensors (MaqCli *cli, MaqInspection *inspection)
{
  gboolean          is_index = inspection->kind == MAQ_INSPECT_JSON;
  const char *const titles[] = { _ ("TENSOR"), _ ("TYPE"), _ ("SHAPE"), _ (">SIZE"), NULL };
  const char *const index_titles[] = { _ ("TENSOR"), _ ("FILE"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (is_index ? index_titles : titles, 0);
  MaqInspectTensor tensor;
  for (guint i = 0; maq_inspection_get_tensor (inspection, i, &tensor); i++)
    {
      g_autofree char  *shape = maq_inspect_tensor_dup_shape (&tensor);
      g_autofree char  *size = maq_format_bytes (tensor.size);
      const char *const cells[] = { tensor.name, tensor.type, shape, size };
      const char *const index_cells[] = { tensor.name, tensor.shard };
      maq_cli_table_add_row (table, is_index ? index_cells : cells);
    }
  print_table (cli, table);
}

static void
print_text (MaqCli *cli, MaqInspection *inspection)
{
  print_facts (cli, inspection);
  print_keys (cli, inspection);
  print_special_tokens (cli, inspection);
  if (option_tensors && maq_inspection_get_n_tensors (inspection) > 0)
    print_tensors (cli, inspection);
  if (inspection->text == NULL)
    return;
  g_autofree char *clean = maq_cli_clean (inspection->text, TRUE);
  maq_cli_print (cli, "\n%s\n", clean);
  if (inspection->is_cut)
    maq_cli_note (cli, _ ("This is the beginning of the file."));
}

static gboolean
print_template (MaqCli *cli, MaqInspection *inspection, GError **error)
{
  if (inspection->templates->len == 0)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” has no chat template. Look in tokenizer_config.json or chat_template.jinja."), inspection->name);
      return FALSE;
    }
  const MaqInspectTemplate *template = inspection->templates->pdata[0];
  g_autofree char *clean = maq_cli_clean (template->text, TRUE);
  maq_cli_write (cli, clean);
  if (!g_str_has_suffix (clean, "\n"))
    maq_cli_write (cli, "\n");
  return TRUE;
}

// --- JSON ---

static void
add_tensor (JsonBuilder *builder, const MaqInspectTensor *tensor)
{
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "name", tensor->name);
  if (tensor->shard != NULL)
    {
      maq_cli_json_string (builder, "file", tensor->shard);
      json_builder_end_object (builder);
      return;
    }
  maq_cli_json_string (builder, "type", tensor->type);
  json_builder_set_member_name (builder, "shape");
  json_builder_begin_array (builder);
  for (guint i = 0; i < tensor->n_dims; i++)
    json_builder_add_int_value (builder, (gint64) tensor->shape[i]);
  json_builder_end_array (builder);
  maq_cli_json_int (builder, "offset", (gint64) tensor->offset);
  maq_cli_json_int (builder, "size", (gint64) tensor->size);
  json_builder_end_object (builder);
}

static void
add_variant (JsonBuilder *builder, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    {
      json_builder_begin_array (builder);
      for (gsize i = 0; i < g_variant_n_children (value); i++)
        {
          g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
          add_variant (builder, child);
        }
      json_builder_end_array (builder);
      return;
    }
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      json_builder_add_boolean_value (builder, g_variant_get_boolean (value));
      break;
    case G_VARIANT_CLASS_STRING:
      json_builder_add_string_value (builder, g_variant_get_string (value, NULL));
      break;
    case G_VARIANT_CLASS_DOUBLE:
      // JSON has no infinity.
      if (isfinite (g_variant_get_double (value)))
        json_builder_add_double_value (builder, g_variant_get_double (value));
      else
        json_builder_add_null_value (builder);
      break;
    default:
      {
        g_autofree char *digits = g_variant_print (value, FALSE);
        json_builder_add_int_value (builder, g_ascii_strtoll (digits, NULL, 0));
      }
    }
}

static void
add_metadata (JsonBuilder *builder, MaqInspection *inspection)
{
  json_builder_set_member_name (builder, "metadata");
  json_builder_begin_object (builder);
  for (guint i = 0; i < maq_inspection_get_n_keys (inspection); i++)
    {
      gsize length = maq_inspection_get_array_length (inspection, i);
      json_builder_set_member_name (builder, maq_inspection_get_key (inspection, i));
      if (length <= JSON_ELEMENTS)
        {
          g_autoptr (GVariant) value = maq_inspection_dup_value (inspection, i, JSON_ELEMENTS);
          add_variant (builder, value);
          continue;
        }
      json_builder_begin_object (builder);
      maq_cli_json_int (builder, "length", (gint64) length);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
add_special_tokens (JsonBuilder *builder, MaqInspection *inspection)
{
  json_builder_set_member_name (builder, "special_tokens");
  json_builder_begin_array (builder);
  for (guint i = 0; i < inspection->special_tokens->len; i++)
    {
      const MaqInspectToken *token = inspection->special_tokens->pdata[i];
      json_builder_begin_object (builder);
      maq_cli_json_string (builder, "role", token->role);
      maq_cli_json_int (builder, "id", token->id);
      maq_cli_json_string (builder, "text", token->text);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static const char *const formats[] = {
  [MAQ_INSPECT_GGUF] = "gguf",
  [MAQ_INSPECT_SAFETENSORS] = "safetensors",
  [MAQ_INSPECT_JSON] = "json",
  [MAQ_INSPECT_TEMPLATE] = "jinja",
};

static void
print_json (MaqCli *cli, MaqInspection *inspection)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  MaqInspectTensor tensor;

  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "file", inspection->name);
  maq_cli_json_int (builder, "file_size", inspection->file_size > 0 ? (gint64) inspection->file_size : -1);
  maq_cli_json_string (builder, "format", formats[inspection->kind]);
  if (inspection->version > 0)
    maq_cli_json_int (builder, "version", inspection->version);
  if (inspection->header_size > 0)
    maq_cli_json_int (builder, "header_size", (gint64) inspection->header_size);
  maq_cli_json_string (builder, "architecture", inspection->architecture);
  maq_cli_json_string (builder, "quantization", inspection->quantization);
  maq_cli_json_int (builder, "context_length", inspection->context_length);
  maq_cli_json_int (builder, "parameters", (gint64) inspection->n_parameters);
  maq_cli_json_string (builder, "license", inspection->license);
  maq_cli_json_string (builder, "tokenizer", inspection->tokenizer);
  maq_cli_json_int (builder, "vocabulary", inspection->n_tokens > 0 ? (gint64) inspection->n_tokens : -1);
  add_special_tokens (builder, inspection);
  maq_cli_json_string (builder, "chat_template", inspection->templates->len > 0 ? ((MaqInspectTemplate *) inspection->templates->pdata[0])->text : NULL);
  add_metadata (builder, inspection);
  json_builder_set_member_name (builder, "tensors");
  json_builder_begin_array (builder);
  for (guint i = 0; maq_inspection_get_tensor (inspection, i, &tensor); i++)
    add_tensor (builder, &tensor);
  json_builder_end_array (builder);
  if (inspection->text != NULL)
    {
      maq_cli_json_string (builder, "text", inspection->text);
      maq_cli_json_bool (builder, "text_is_cut", inspection->is_cut);
    }
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
}

// --- Reading ---

// `owner/name[@REV]/path`, an hf:// address or the address of a page, as a place with a path. NULL with an error otherwise.
static MaqRepoAddress *
parse_file_address (MaqCli *cli, const char *text, GError **error)
{
  g_autofree char *uri = strstr (text, "://") != NULL ? g_strdup (text) : g_strconcat ("hf://", text, NULL);
  g_autofree char *endpoint = maq_settings_dup_endpoint (maq_cli_get_settings (cli));
  g_autoptr (MaqRepoAddress) address = maq_repo_address_parse (uri, MAQ_REPO_KIND_MODEL, endpoint, NULL);
  MaqHubClient *client = maq_cli_is_offline (cli) ? NULL : maq_cli_get_client (cli, error);
  if (client == NULL && !maq_cli_is_offline (cli))
    return NULL;
  if (address != NULL && address->path != NULL)
    return dex_await_boxed (maq_address_resolve (client, maq_cli_get_cache (cli), address), error);
  gboolean named_like_file = maq_inspect_knows (text);
  // gpt2/config.json: the repo has one word.
  char *slash = address != NULL && named_like_file ? strchr (address->id, '/') : NULL;
  if (slash != NULL)
    {
      *slash = '\0';
      return maq_repo_address_new (address->kind, address->id, NULL, slash + 1);
    }
  if (address != NULL && !named_like_file)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("“%s” is a repo, not a file. Name a file, such as %s/model.gguf; see “maq files”"), text, text);
  else
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("File “%s” not found. Check the path, or use REPO/FILE."), text);
  return NULL;
}

static void
progress_cb (guint64 bytes, gpointer data)
{
  // Headers that come at once need no words.
  if (bytes > 512 * 1024)
    maq_cli_progress (data, _ ("Reading header"), bytes, 0, 0, -1);
}

static DexFuture *
open_text (MaqCli *cli, const char *text, GError **error)
{
  g_autofree char *path = maq_cli_dup_path (text);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” is not a file. Choose a weights file."), text);
      return NULL;
    }
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return maq_inspect_open (path);
  if (g_path_is_absolute (path) || g_str_has_prefix (text, "."))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("File “%s” not found. Check the path."), text);
      return NULL;
    }
  g_autoptr (MaqRepoAddress) address = parse_file_address (cli, text, error);
  MaqHubClient *client = address != NULL ? maq_cli_get_client (cli, error) : NULL;
  return client != NULL ? maq_inspect_address (maq_cli_get_cache (cli), client, address, progress_cb, cli) : NULL;
}

static gboolean
inspect (MaqCli *cli, char **arguments, GError **error)
{
  DexFuture *future = open_text (cli, arguments[0], error);
  if (future == NULL)
    return FALSE;
  g_autoptr (GError) failure = NULL;
  g_autoptr (MaqInspection) inspection = dex_await_boxed (future, &failure);
  maq_cli_progress_end (cli);
  if (g_error_matches (failure, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("Cannot inspect “%s”. %s. Choose a GGUF, safetensors or JSON file."), arguments[0], failure->message);
      return FALSE;
    }
  if (inspection == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (option_template)
    return print_template (cli, inspection, error);
  if (maq_cli_wants_json (cli))
    print_json (cli, inspection);
  else
    print_text (cli, inspection);
  return TRUE;
}

const MaqCliCommand maq_cli_inspect_command = {
  .name = "inspect",
  .arguments = "FILE|REPO/FILE",
  .summary = N_ ("Show what is in a model file"),
  .details = N_ ("FILE is a GGUF, safetensors or JSON file, such as config.json or tokenizer.json,\n"
                 "or a .jinja template. For REPO/FILE, such as owner/name/model.gguf, only the\n"
                 "header or the beginning is downloaded. With --json, arrays of more than 64\n"
                 "elements are shown by length."),
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = inspect,
};
