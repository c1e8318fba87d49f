// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-gguf-builder.h"
#include "maq-model-shape.h"

#include <string.h>

#define MAX_LIST 8

// One key below "arch.": a number, or a list of N.
typedef struct
{
  const char *key;
  guint32     values[MAX_LIST];
  guint       n;
} Entry;

typedef struct
{
  const char *name;
  guint64     columns, rows;
} Matrix;

static const Entry basics[] = {
  { "block_count", { 4 } },
  { "embedding_length", { 64 } },
  { "feed_forward_length", { 128 } },
  { "attention.head_count", { 4 } },
  { NULL },
};

static const Matrix embeddings[] = { { "token_embd.weight", 64, 100 }, { NULL } };

static void
add_entry (MaqGgufBuilder *builder,
           const Entry    *entry)
{
  g_autofree char *key = g_strconcat ("arch.", entry->key, NULL);

  if (entry->n == 0)
    {
      maq_gguf_builder_add_key_u32 (builder, key, entry->values[0]);
      return;
    }
  maq_gguf_builder_add_string (builder, key);
  maq_gguf_builder_add_u32 (builder, 9); // a list …
  maq_gguf_builder_add_u32 (builder, 4); // … of 32 bits
  maq_gguf_builder_add_u64 (builder, entry->n);
  for (guint i = 0; i < entry->n; i++)
    maq_gguf_builder_add_u32 (builder, entry->values[i]);
}

static gboolean
is_named (const Entry *entries,
          const char  *key)
{
  for (; entries->key != NULL; entries++)
    if (strcmp (entries->key, key) == 0)
      return TRUE;
  return FALSE;
}

// The shape of the basics, with EXTRAS added or in their place, and of F16 matrices.
static gboolean
read_shape (const Entry   *extras,
            const Matrix  *matrices,
            MaqModelShape *shape,
            GError       **error)
{
  g_autoptr (MaqGgufBuilder) builder = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (MaqGguf) gguf = NULL;
  g_autoptr (GError) failure = NULL;
  guint   n_keys = 1, n_matrices = 0;
  guint64 offset = 0;

  for (const Entry *entry = basics; entry->key != NULL; entry++)
    n_keys += !is_named (extras, entry->key);
  for (const Entry *entry = extras; entry->key != NULL; entry++)
    n_keys++;
  while (matrices[n_matrices].name != NULL)
    n_matrices++;
  builder = maq_gguf_builder_new (n_matrices, n_keys, FALSE);
  maq_gguf_builder_add_key_string (builder, "general.architecture", "arch");
  for (const Entry *entry = basics; entry->key != NULL; entry++)
    if (!is_named (extras, entry->key))
      add_entry (builder, entry);
  for (const Entry *entry = extras; entry->key != NULL; entry++)
    add_entry (builder, entry);
  for (guint i = 0; i < n_matrices; i++)
    {
      maq_gguf_builder_add_tensor (builder, matrices[i].name, 1, matrices[i].columns, matrices[i].rows, offset);
      offset += (matrices[i].columns * matrices[i].rows * 2 + 31) / 32 * 32;
    }
  bytes = maq_gguf_builder_get_bytes (builder);
  gguf = maq_gguf_parse (bytes, 0, &failure);
  g_assert_no_error (failure);
  return maq_model_shape_read (gguf, shape, error);
}

typedef struct
{
  Entry   extras[8];
  guint64 keys, values, states; // that stay, in elements
} Case;

static void
check (const Case *cases,
       gsize       n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      MaqModelShape shape;

      g_test_message ("%s", cases[i].extras[0].key);
      read_shape (cases[i].extras, embeddings, &shape, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (shape.cached_keys, ==, cases[i].keys);
      g_assert_cmpuint (shape.cached_values, ==, cases[i].values);
      g_assert_cmpuint (shape.states, ==, cases[i].states);
    }
}

static void
caches_of_attention (void)
{
  static const Case cases[] = {
    { { { NULL } }, 4 * 64, 4 * 64, 0 },
    { { { "attention.head_count_kv", { 2 } } }, 4 * 32, 4 * 32, 0 },
    { { { "attention.key_length", { 32 } }, { "attention.value_length", { 8 } } }, 4 * 4 * 32, 4 * 4 * 8, 0 },
    // A number for each layer; a list may be longer than there are layers.
    { { { "attention.head_count_kv", { 4, 2, 0, 1 }, 4 } }, 7 * 16, 7 * 16, 0 },
    { { { "attention.head_count_kv", { 4, 2, 0, 1, 9, 9 }, 6 } }, 7 * 16, 7 * 16, 0 },
    { { { "attention.head_count", { 4, 4, 2, 2 }, 4 } }, 12 * 16, 12 * 16, 0 },
    // The last layers use the caches of earlier ones.
    { { { "attention.shared_kv_layers", { 3 } } }, 64, 64, 0 },
    // Latent attention keeps one vector, unless it is unfolded first.
    { { { "attention.kv_lora_rank", { 48 } }, { "attention.key_length_mla", { 24 } }, { "attention.head_count_kv", { 1 } }, { "attention.key_length", { 56 } } }, 4 * 56, 0, 0 },
    { { { "attention.kv_lora_rank", { 48 } }, { "attention.key_length", { 24 } }, { "attention.value_length", { 16 } } }, 4 * 4 * 24, 4 * 4 * 16, 0 },
    { { { "attention.indexer.key_length", { 10 } } }, 4 * 64 + 4 * 10, 4 * 64, 0 },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
windows_of_attention (void)
{
  static const Case cases[] = {
    { { { "attention.sliding_window", { 128 } } }, 4 * 64, 4 * 64, 0 },
    { { { "attention.sliding_window", { 128 } }, { "attention.sliding_window_pattern", { 2 } } }, 4 * 64, 4 * 64, 0 },
    // Layers with a window may have smaller heads: all but every second, and those of a list.
    { { { "attention.key_length", { 32 } }, { "attention.key_length_swa", { 8 } }, { "attention.sliding_window_pattern", { 2 } } }, 2 * 4 * (32 + 8), 4 * 64, 0 },
    { { { "attention.key_length", { 32 } }, { "attention.key_length_swa", { 8 } }, { "attention.sliding_window_pattern", { 1, 1, 1, 0 }, 4 } }, 4 * (3 * 8 + 32), 4 * 64, 0 },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
states_of_recurrent_layers (void)
{
  static const Case cases[] = {
    // Mamba: no layer attends.
    { { { "ssm.conv_kernel", { 4 } }, { "ssm.inner_size", { 128 } }, { "ssm.state_size", { 16 } }, { "attention.head_count", { 0 } } }, 0, 0, 4 * (3 * 128 + 128 * 16) },
    { { { "ssm.conv_kernel", { 4 } }, { "ssm.inner_size", { 128 } }, { "ssm.state_size", { 16 } }, { "ssm.group_count", { 2 } }, { "attention.head_count", { 0 } } }, 0, 0, 4 * (3 * (128 + 2 * 2 * 16) + 128 * 16) },
    // Hybrids: layers without heads recur, or all but every Nth.
    { { { "ssm.conv_kernel", { 4 } }, { "ssm.inner_size", { 128 } }, { "ssm.state_size", { 16 } }, { "attention.head_count_kv", { 0, 0, 0, 2 }, 4 } }, 2 * 16, 2 * 16, 3 * (3 * 128 + 128 * 16) },
    { { { "ssm.conv_kernel", { 4 } }, { "ssm.inner_size", { 128 } }, { "ssm.state_size", { 16 } }, { "full_attention_interval", { 4 } } }, 64, 64, 3 * (3 * 128 + 128 * 16) },
    { { { "shortconv.l_cache", { 3 } }, { "attention.head_count_kv", { 0, 2, 0, 2 }, 4 } }, 4 * 16, 4 * 16, 2 * 64 * 2 },
    { { { "wkv.head_size", { 64 } }, { "attention.head_count", { 0 } } }, 0, 0, 4 * 64 * 66 },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
what_cannot_be_is_refused (void)
{
  static const struct
  {
    Entry       extras[3];
    const char *reason;
  } cases[] = {
    { { { "block_count", { 0 } } }, "arch.block_count is 0" },
    { { { "block_count", { 1025 } } }, "arch.block_count is no number that can be" },
    { { { "block_count", { 4, 4 }, 2 } }, "arch.block_count is no number that can be" },
    { { { "embedding_length", { G_MAXUINT32 } } }, "arch.embedding_length is no number that can be" },
    { { { "attention.head_count", { 0 } } }, "arch.attention.head_count is 0" },
    // More heads than elements.
    { { { "attention.head_count", { 128 } } }, "arch.attention.head_count is 0" },
    { { { "attention.head_count_kv", { 4, 4 }, 2 } }, "arch.attention.head_count_kv has not one number for each layer" },
    { { { "attention.head_count_kv", { 4, 4, G_MAXUINT32, 4 }, 4 } }, "arch.attention.head_count_kv has a number that cannot be" },
    { { { "attention.shared_kv_layers", { 5 } } }, "arch.attention.shared_kv_layers is no number that can be" },
    { { { "expert_used_count", { 1 << 20 } } }, "arch.expert_used_count is no number that can be" },
    { { { "ssm.inner_size", { 1u << 31 } } }, "arch.ssm.inner_size is no number that can be" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      MaqModelShape shape;

      g_assert_false (read_shape (cases[i].extras, embeddings, &shape, &error));
      g_assert_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED);
      g_assert_cmpstr (error->message, ==, cases[i].reason);
    }
}

static void
weights_are_counted (void)
{
  static const Matrix matrices[] = { { "token_embd.weight", 64, 100 }, { "blk.0.ffn_gate.weight", 64, 128 }, { "output.weight", 64, 100 }, { NULL } };
  static const Entry  none[] = { { NULL } };
  static const Entry  experts[] = { { "expert_used_count", { 3 } }, { "expert_feed_forward_length", { 50 } }, { "attention.causal", { 0 } }, { "pooling_type", { 1 } }, { "context_length", { 512 } }, { NULL } };
  MaqModelShape       shape;

  g_assert_true (read_shape (none, matrices, &shape, NULL));
  g_assert_cmpuint (shape.weights, ==, (64 * 100 * 2 + 64 * 128) * 2);
  g_assert_cmpuint (shape.input_weights, ==, 64 * 100 * 2);
  g_assert_true (shape.gated);
  g_assert_true (shape.has_cache);
  g_assert_cmpuint (shape.feed_forward, ==, 128);
  g_assert_cmpuint (shape.n_files, ==, 1);

  g_assert_true (read_shape (experts, embeddings, &shape, NULL));
  // The embeddings are the output too.
  g_assert_cmpuint (shape.input_weights, ==, 0);
  g_assert_false (shape.gated);
  g_assert_cmpuint (shape.n_experts, ==, 3);
  g_assert_cmpuint (shape.feed_forward, ==, 150);
  g_assert_false (shape.has_cache);
  g_assert_true (shape.pools);
  g_assert_cmpuint (shape.context_length, ==, 512);
}

static void
no_architecture_is_refused (void)
{
  g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (0, 0, FALSE);
  g_autoptr (GBytes) bytes = maq_gguf_builder_get_bytes (builder);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqGguf) gguf = maq_gguf_parse (bytes, 0, &error);
  MaqModelShape shape;

  g_assert_no_error (error);
  g_assert_false (maq_model_shape_read (gguf, &shape, &error));
  g_assert_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/model-shape/caches-of-attention", caches_of_attention);
  g_test_add_func ("/format/model-shape/windows-of-attention", windows_of_attention);
  g_test_add_func ("/format/model-shape/states-of-recurrent-layers", states_of_recurrent_layers);
  g_test_add_func ("/format/model-shape/what-cannot-be-is-refused", what_cannot_be_is_refused);
  g_test_add_func ("/format/model-shape/weights-are-counted", weights_are_counted);
  g_test_add_func ("/format/model-shape/no-architecture-is-refused", no_architecture_is_refused);
  return g_test_run ();
}
