// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "fuzz.h"
#include "maq-gguf-builder.h"
#include "maq-gguf.h"
#include "maq-model-shape.h"

static gboolean
count_string (guint64     element,
              const char *text,
              gsize       length,
              gpointer    data)
{
  *(gsize *) data += length + (length > 0 ? text[length - 1] & 1 : 0);
  return element < 1000;
}

static void
read_key (MaqGguf *gguf,
          guint    index)
{
  gsize length = 0;
  g_autoptr (GVariant) value = maq_gguf_dup_value (gguf, index, 100);
  g_autofree char *text = g_variant_print (value, FALSE);

  g_assert_true (g_utf8_validate (maq_gguf_get_key (gguf, index), -1, NULL));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_nonnull (maq_gguf_get_type_name (gguf, index));
  if (maq_gguf_is_array (gguf, index))
    {
      maq_gguf_walk_strings (gguf, index, count_string, &length);
      maq_gguf_get_array_int (gguf, index, maq_gguf_get_array_length (gguf, index), 0);
    }
}

static void
read_header (MaqGguf *gguf,
             guint64  file_size)
{
  MaqGgufTensor tensor;

  for (guint i = 0; i < MIN (maq_gguf_get_n_keys (gguf), 200); i++)
    read_key (gguf, i);
  for (guint i = 0; i < MIN (maq_gguf_get_n_tensors (gguf), 200); i++)
    {
      g_assert_true (maq_gguf_get_tensor (gguf, i, &tensor));
      g_assert_true (g_utf8_validate (tensor.name, -1, NULL) && tensor.type != NULL && tensor.n_dims <= 4);
      // The end lies within the file.
      g_assert_true (file_size == 0 || (tensor.size <= file_size && tensor.offset <= file_size - tensor.size));
    }
  g_assert_false (maq_gguf_get_tensor (gguf, maq_gguf_get_n_tensors (gguf), &tensor));
  maq_gguf_get_architecture (gguf);
  maq_gguf_get_quantization (gguf);
  maq_gguf_get_context_length (gguf);
  maq_gguf_get_n_parameters (gguf);
  MaqModelShape shape;
  maq_model_shape_read (gguf, &shape, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const guint64 sizes[] = { 0, size, size + 4096 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MaqGguf) gguf = maq_gguf_parse (bytes, sizes[i], &error);
      g_assert_true ((gguf == NULL) == (error != NULL));
      if (gguf != NULL)
        read_header (gguf, sizes[i]);
    }
  return 0;
}

void
fuzz_add_seeds (FuzzAdd add)
{
  static const char *const tokens[] = { "<s>", "a", "\xc4\xa0the", "\xff", "", NULL };

  for (guint big = 0; big < 2; big++)
    {
      g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (2, 7, big == 1);
      maq_gguf_builder_add_key_string (builder, "general.architecture", "llama");
      maq_gguf_builder_add_key_u32 (builder, "llama.context_length", 2048);
      maq_gguf_builder_add_key_u32 (builder, "llama.block_count", 2);
      maq_gguf_builder_add_key_u32 (builder, "llama.attention.head_count", 4);
      maq_gguf_builder_add_key_u32 (builder, "general.alignment", 32);
      maq_gguf_builder_add_key_u32 (builder, "general.file_type", 7);
      maq_gguf_builder_add_key_strings (builder, "tokenizer.ggml.tokens", tokens);
      maq_gguf_builder_add_tensor (builder, "token_embd.weight", 8, 64, 4, 0);
      maq_gguf_builder_add_tensor (builder, "output.weight", 0, 4, 4, 288);
      maq_gguf_builder_add_weights (builder, 32, 400);
      g_autoptr (GBytes) bytes = maq_gguf_builder_get_bytes (builder);
      gsize         size = 0;
      gconstpointer data = g_bytes_get_data (bytes, &size);
      add (data, size);
    }
}
