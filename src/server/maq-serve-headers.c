// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// What weights files say of themselves, as the API shows it (Hub API notes §6: gguf, safetensors).
#include "maq-serve-describe.h"
#include "maq-serve-json.h"

#include "maq-gguf.h"
#include "maq-safetensors.h"
#include "maq-variant.h"

#include <string.h>

// A GGUF header holds the whole vocabulary.
#define GGUF_LIMIT        (32 * 1024 * 1024)
#define SAFETENSORS_LIMIT (4 * 1024 * 1024)

static MaqServeEntry *
find_largest_gguf (MaqServeCommit *head)
{
  MaqServeEntry *largest = NULL;
  for (guint i = 0; i < head->entries->len; i++)
    {
      MaqServeEntry *entry = g_ptr_array_index (head->entries, i);
      if (maq_variant_is_gguf (entry->path) && maq_companion_from_path (entry->path) == MAQ_COMPANION_NONE &&
          (largest == NULL || maq_serve_content_get_size (entry->content) > maq_serve_content_get_size (largest->content)))
        largest = entry;
    }
  return largest;
}

// The text of the token that KEY gives the number of.
static void
write_token (GString    *out,
             MaqGguf    *gguf,
             const char *name,
             const char *key)
{
  gint64 id = maq_gguf_get_int (gguf, key, -1);
  for (guint i = 0; id >= 0 && i < maq_gguf_get_n_keys (gguf); i++)
    {
      if (!g_str_equal (maq_gguf_get_key (gguf, i), "tokenizer.ggml.tokens"))
        continue;
      g_autoptr (GVariant) tokens = maq_gguf_dup_value (gguf, i, id + 1);
      if (tokens == NULL || !g_variant_is_of_type (tokens, G_VARIANT_TYPE_STRING_ARRAY) || g_variant_n_children (tokens) <= (gsize) id)
        return;
      g_autoptr (GVariant) token = g_variant_get_child_value (tokens, id);
      maq_serve_json_member_string (out, name, g_variant_get_string (token, NULL));
    }
}

char *
maq_serve_describe_gguf (MaqServeCommit *head)
{
  MaqServeEntry *entry = find_largest_gguf (head);
  guint64        size = entry != NULL ? maq_serve_content_get_size (entry->content) : 0;
  g_autoptr (GBytes) bytes = entry != NULL ? maq_serve_content_read_all (entry->content, GGUF_LIMIT, NULL) : NULL;
  g_autoptr (MaqGguf) gguf = bytes != NULL ? maq_gguf_parse (bytes, size, NULL) : NULL;
  if (gguf == NULL)
    return NULL;

  const char *chat_template = maq_gguf_get_string (gguf, "tokenizer.chat_template");
  g_autoptr (GString) out = g_string_new (NULL);
  maq_serve_json_open (out, '{');
  maq_serve_json_member_int (out, "total", maq_gguf_get_n_parameters (gguf));
  maq_serve_json_member_string (out, "architecture", maq_gguf_get_architecture (gguf));
  if (maq_gguf_get_context_length (gguf) > 0)
    maq_serve_json_member_int (out, "context_length", maq_gguf_get_context_length (gguf));
  if (chat_template != NULL)
    maq_serve_json_member_string (out, "chat_template", chat_template);
  write_token (out, gguf, "bos_token", "tokenizer.ggml.bos_token_id");
  write_token (out, gguf, "eos_token", "tokenizer.ggml.eos_token_id");
  maq_serve_json_member_int (out, "totalFileSize", size);
  maq_serve_json_close (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static guint64
count_elements (MaqSafetensor *tensor)
{
  guint64 n = 1;
  for (guint i = 0; i < tensor->n_dims; i++)
    n *= tensor->shape[i];
  return n;
}

static void
add_parameters (GHashTable    *by_type,
                MaqServeEntry *entry)
{
  g_autoptr (GBytes) bytes = maq_serve_content_read_all (entry->content, SAFETENSORS_LIMIT, NULL);
  g_autoptr (MaqSafetensors) file = bytes != NULL ? maq_safetensors_parse (bytes, maq_serve_content_get_size (entry->content), NULL) : NULL;
  for (guint i = 0; file != NULL && i < file->tensors->len; i++)
    {
      MaqSafetensor *tensor = g_ptr_array_index (file->tensors, i);
      guint64       *count = g_hash_table_lookup (by_type, tensor->dtype);
      if (count == NULL)
        {
          count = g_new0 (guint64, 1);
          g_hash_table_insert (by_type, g_strdup (tensor->dtype), count);
        }
      *count += count_elements (tensor);
    }
}

char *
maq_serve_describe_safetensors (MaqServeCommit *head)
{
  g_autoptr (GHashTable) by_type = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GString) out = g_string_new (NULL);
  GHashTableIter iter;
  gpointer       type, count;
  guint64        total = 0;
  for (guint i = 0; i < head->entries->len; i++)
    if (g_str_has_suffix (((MaqServeEntry *) g_ptr_array_index (head->entries, i))->path, ".safetensors"))
      add_parameters (by_type, g_ptr_array_index (head->entries, i));
  if (g_hash_table_size (by_type) == 0)
    return NULL;

  maq_serve_json_open (out, '{');
  maq_serve_json_key (out, "parameters");
  maq_serve_json_open (out, '{');
  g_hash_table_iter_init (&iter, by_type);
  while (g_hash_table_iter_next (&iter, &type, &count))
    {
      maq_serve_json_member_int (out, type, *(guint64 *) count);
      total += *(guint64 *) count;
    }
  maq_serve_json_close (out, '}');
  maq_serve_json_member_int (out, "total", total);
  maq_serve_json_close (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}
