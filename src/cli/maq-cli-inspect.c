// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>
#include <math.h>

#include "maq-cli-header.h"
#include "maq-cli-text.h"
#include "maq-units.h"

// Arrays up to this length are printed whole in JSON; tokenizers have some 100,000 elements.
#define JSON_ELEMENTS 64
#define TEXT_ELEMENTS 6

static gboolean option_tensors;

static const GOptionEntry options[] = {
  { "tensors", 't', 0, G_OPTION_ARG_NONE, &option_tensors, N_ ("List every tensor"), NULL },
  { NULL },
};

// VALUE as people read it: strings bare, numbers plain.
static char *
value_to_text (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_strdup_printf ("%g", g_variant_get_double (value));
  return g_variant_print (value, FALSE);
}

static char *
gguf_value_to_text (MaqGguf *gguf, guint index)
{
  gsize length = maq_gguf_get_array_length (gguf, index);
  g_autoptr (GVariant) value = maq_gguf_dup_value (gguf, index, TEXT_ELEMENTS);
  if (value == NULL)
    return g_strdup_printf (ngettext ("%" G_GSIZE_FORMAT " element", "%" G_GSIZE_FORMAT " elements", (gulong) length), length);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return value_to_text (value);

  g_autoptr (GString) text = g_string_new (NULL);
  gsize shown = MIN (g_variant_n_children (value), TEXT_ELEMENTS);
  for (gsize i = 0; i < shown; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      g_autofree char *item = value_to_text (child);
      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", item);
    }
  if (length > shown)
    g_string_append_printf (text, _ ("%s… (%" G_GSIZE_FORMAT " in all)"), shown > 0 ? ", " : "", length);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
shape_to_text (const guint64 *shape, guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? " × " : "", shape[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

// "29: 13 F32, 16 Q8_0" of the types counted in COUNTS.
static char *
summarize_types (GHashTable *counts, guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (counts), (GCompareFunc) g_strcmp0);
  g_string_append_printf (text, "%u", n);
  for (GList *name = names; name != NULL; name = name->next)
    g_string_append_printf (text, "%s%u %s", name == names ? ": " : ", ", GPOINTER_TO_UINT (g_hash_table_lookup (counts, name->data)), (char *) name->data);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
count_type (GHashTable *counts, const char *type)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, type));
  g_hash_table_replace (counts, g_strdup (type), GUINT_TO_POINTER (n + 1));
}

static void
print_fact (MaqCli *cli, const char *label, const char *value)
{
  g_autofree char *clean = maq_cli_clean (value, FALSE);
  maq_cli_print (cli, "%-14s%s\n", label, clean);
}

static void
print_size (MaqCli *cli, const MaqCliHeader *header)
{
  g_autofree char *size = maq_format_bytes (header->file_size);
  if (header->file_size > 0)
    print_fact (cli, _ ("Size"), size);
}

static void
print_table (MaqCli *cli, MaqCliTable *table)
{
  g_autofree char *text = maq_cli_table_to_text (table, maq_cli_get_columns (cli));
  maq_cli_write (cli, "\n");
  maq_cli_write (cli, text);
}

static void
print_gguf (MaqCli *cli, const MaqCliHeader *header)
{
  MaqGguf         *gguf = header->gguf;
  g_autofree char *format = g_strdup_printf (_ ("GGUF, version %u"), maq_gguf_get_version (gguf));
  g_autofree char *parameters = maq_format_parameters ((gint64) maq_gguf_get_n_parameters (gguf));
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  MaqGgufTensor tensor;
  for (guint i = 0; maq_gguf_get_tensor (gguf, i, &tensor); i++)
    count_type (counts, tensor.type);
  g_autofree char *types = summarize_types (counts, maq_gguf_get_n_tensors (gguf));

  print_fact (cli, _ ("File"), header->name);
  print_fact (cli, _ ("Format"), format);
  print_size (cli, header);
  if (maq_gguf_get_architecture (gguf) != NULL)
    print_fact (cli, _ ("Architecture"), maq_gguf_get_architecture (gguf));
  print_fact (cli, _ ("Parameters"), parameters);
  if (maq_gguf_get_context_length (gguf) > 0)
    {
      g_autofree char *context = g_strdup_printf (_ ("%" G_GINT64_FORMAT " tokens"), maq_gguf_get_context_length (gguf));
      print_fact (cli, _ ("Context"), context);
    }
  print_fact (cli, _ ("Tensors"), types);

  const char *const titles[] = { _ ("KEY"), _ ("VALUE"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 1);
  for (guint i = 0; i < maq_gguf_get_n_keys (gguf); i++)
    {
      g_autofree char  *value = gguf_value_to_text (gguf, i);
      g_autofree char  *clean = maq_cli_clean (value, FALSE);
      g_autofree char  *cut = maq_cli_text_cut (clean, 120);
      const char *const cells[] = { maq_gguf_get_key (gguf, i), cut };
      maq_cli_table_add_row (table, cells);
    }
  print_table (cli, table);
  if (!option_tensors)
    return;

  const char *const tensor_titles[] = { _ ("TENSOR"), _ ("TYPE"), _ ("SHAPE"), _ (">SIZE"), NULL };
  g_autoptr (MaqCliTable) tensors = maq_cli_table_new (tensor_titles, 0);
  for (guint i = 0; maq_gguf_get_tensor (gguf, i, &tensor); i++)
    {
      g_autofree char  *shape = shape_to_text (tensor.shape, tensor.n_dims);
      g_autofree char  *size = maq_format_bytes (tensor.size);
      const char *const cells[] = { tensor.name, tensor.type, shape, size };
      maq_cli_table_add_row (tensors, cells);
    }
  print_table (cli, tensors);
}

static void
print_safetensors (MaqCli *cli, const MaqCliHeader *header)
{
  MaqSafetensors  *safetensors = header->safetensors;
  g_autofree char *parameters = maq_format_parameters ((gint64) safetensors->n_parameters);
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < safetensors->tensors->len; i++)
    count_type (counts, ((MaqSafetensor *) safetensors->tensors->pdata[i])->dtype);
  g_autofree char *types = summarize_types (counts, safetensors->tensors->len);

  print_fact (cli, _ ("File"), header->name);
  print_fact (cli, _ ("Format"), "safetensors");
  print_size (cli, header);
  print_fact (cli, _ ("Parameters"), parameters);
  print_fact (cli, _ ("Tensors"), types);
  if (g_hash_table_size (safetensors->metadata) > 0)
    {
      const char *const titles[] = { _ ("KEY"), _ ("VALUE"), NULL };
      g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 1);
      g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (safetensors->metadata), (GCompareFunc) g_strcmp0);
      for (GList *key = keys; key != NULL; key = key->next)
        {
          const char *const cells[] = { key->data, g_hash_table_lookup (safetensors->metadata, key->data) };
          maq_cli_table_add_row (table, cells);
        }
      print_table (cli, table);
    }
  if (!option_tensors)
    return;

  const char *const titles[] = { _ ("TENSOR"), _ ("TYPE"), _ ("SHAPE"), _ (">SIZE"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 0);
  for (guint i = 0; i < safetensors->tensors->len; i++)
    {
      const MaqSafetensor *tensor = safetensors->tensors->pdata[i];
      g_autofree char     *shape = shape_to_text ((const guint64 *) tensor->shape, tensor->n_dims);
      g_autofree char     *size = maq_format_bytes (tensor->size);
      const char *const    cells[] = { tensor->name, tensor->dtype, shape, size };
      maq_cli_table_add_row (table, cells);
    }
  print_table (cli, table);
}

static void
add_tensor (JsonBuilder *builder, const char *name, const char *type, const guint64 *shape, guint n_dims, guint64 offset, guint64 size)
{
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "name", name);
  maq_cli_json_string (builder, "type", type);
  json_builder_set_member_name (builder, "shape");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n_dims; i++)
    json_builder_add_int_value (builder, (gint64) shape[i]);
  json_builder_end_array (builder);
  maq_cli_json_int (builder, "offset", (gint64) offset);
  maq_cli_json_int (builder, "size", (gint64) size);
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
add_gguf (JsonBuilder *builder, MaqGguf *gguf)
{
  MaqGgufTensor tensor;
  maq_cli_json_string (builder, "format", "gguf");
  maq_cli_json_int (builder, "version", maq_gguf_get_version (gguf));
  maq_cli_json_string (builder, "architecture", maq_gguf_get_architecture (gguf));
  maq_cli_json_int (builder, "context_length", maq_gguf_get_context_length (gguf));
  maq_cli_json_int (builder, "parameters", (gint64) maq_gguf_get_n_parameters (gguf));
  json_builder_set_member_name (builder, "metadata");
  json_builder_begin_object (builder);
  for (guint i = 0; i < maq_gguf_get_n_keys (gguf); i++)
    {
      gsize length = maq_gguf_get_array_length (gguf, i);
      json_builder_set_member_name (builder, maq_gguf_get_key (gguf, i));
      g_autoptr (GVariant) value = length <= JSON_ELEMENTS ? maq_gguf_dup_value (gguf, i, JSON_ELEMENTS) : NULL;
      if (value != NULL)
        add_variant (builder, value);
      else
        {
          json_builder_begin_object (builder);
          maq_cli_json_int (builder, "length", (gint64) length);
          json_builder_end_object (builder);
        }
    }
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "tensors");
  json_builder_begin_array (builder);
  for (guint i = 0; maq_gguf_get_tensor (gguf, i, &tensor); i++)
    add_tensor (builder, tensor.name, tensor.type, tensor.shape, tensor.n_dims, tensor.offset, tensor.size);
  json_builder_end_array (builder);
}

static void
add_safetensors (JsonBuilder *builder, MaqSafetensors *safetensors)
{
  maq_cli_json_string (builder, "format", "safetensors");
  maq_cli_json_int (builder, "header_size", (gint64) safetensors->header_size);
  maq_cli_json_int (builder, "parameters", (gint64) safetensors->n_parameters);
  json_builder_set_member_name (builder, "metadata");
  json_builder_begin_object (builder);
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (safetensors->metadata), (GCompareFunc) g_strcmp0);
  for (GList *key = keys; key != NULL; key = key->next)
    maq_cli_json_string (builder, key->data, g_hash_table_lookup (safetensors->metadata, key->data));
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "tensors");
  json_builder_begin_array (builder);
  for (guint i = 0; i < safetensors->tensors->len; i++)
    {
      const MaqSafetensor *tensor = safetensors->tensors->pdata[i];
      add_tensor (builder, tensor->name, tensor->dtype, (const guint64 *) tensor->shape, tensor->n_dims, tensor->offset, tensor->size);
    }
  json_builder_end_array (builder);
}

static gboolean
inspect (MaqCli *cli, char **arguments, GError **error)
{
  g_auto (MaqCliHeader) header = { 0 };
  if (!maq_cli_header_open (cli, arguments[0], &header, error))
    return FALSE;
  if (maq_cli_wants_json (cli))
    {
      g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
      json_builder_begin_object (builder);
      maq_cli_json_string (builder, "file", header.name);
      maq_cli_json_int (builder, "file_size", header.file_size > 0 ? (gint64) header.file_size : -1);
      if (header.gguf != NULL)
        add_gguf (builder, header.gguf);
      else
        add_safetensors (builder, header.safetensors);
      json_builder_end_object (builder);
      maq_cli_print_json (cli, builder);
    }
  else if (header.gguf != NULL)
    print_gguf (cli, &header);
  else
    print_safetensors (cli, &header);
  return TRUE;
}

const MaqCliCommand maq_cli_inspect_command = {
  .name = "inspect",
  .arguments = "FILE|REPO/FILE",
  .summary = N_ ("Show what the header of a weights file says"),
  .details = N_ ("FILE is a GGUF or safetensors file. Of REPO/FILE, as in owner/name/model.gguf, only the header is fetched.\n"
                 "With --json, arrays of more than 64 elements are given by their length."),
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = inspect,
};
