// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-model-shape.h"

#include <string.h>

// More than any model has, and little enough for products of them: see the header.
#define MAX_LAYERS     1024
#define MAX_WIDTH      (1 << 18)
#define MAX_HEADS      4096
#define MAX_HEAD       4096
#define MAX_FF         (1 << 20)
#define MAX_EXPERTS    1024
#define MAX_STATE      (1 << 24)
#define MAX_VOCABULARY (1 << 24)

typedef struct
{
  MaqGguf    *gguf;
  const char *architecture;
  guint       n_layers;
  GError    **error;
} Reader;

static gboolean
refuse (Reader     *reader,
        const char *key,
        const char *fact)
{
  // The first fact is the cause.
  if (reader->error != NULL && *reader->error == NULL)
    g_set_error (reader->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED, "%s.%s %s", reader->architecture, key, fact);
  return FALSE;
}

static int
find_key (Reader     *reader,
          const char *key)
{
  gsize prefix = strlen (reader->architecture);

  for (guint i = 0; i < maq_gguf_get_n_keys (reader->gguf); i++)
    {
      const char *name = maq_gguf_get_key (reader->gguf, i);
      if (strncmp (name, reader->architecture, prefix) == 0 && name[prefix] == '.' && strcmp (name + prefix + 1, key) == 0)
        return i;
    }
  return -1;
}

static gint64
variant_to_int (GVariant *value)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      return g_variant_get_boolean (value);
    case G_VARIANT_CLASS_BYTE:
      return g_variant_get_byte (value);
    case G_VARIANT_CLASS_INT16:
      return g_variant_get_int16 (value);
    case G_VARIANT_CLASS_UINT16:
      return g_variant_get_uint16 (value);
    case G_VARIANT_CLASS_INT32:
      return g_variant_get_int32 (value);
    case G_VARIANT_CLASS_UINT32:
      return g_variant_get_uint32 (value);
    case G_VARIANT_CLASS_INT64:
      return g_variant_get_int64 (value);
    case G_VARIANT_CLASS_UINT64:
      return MIN (g_variant_get_uint64 (value), G_MAXINT64);
    default:
      return -1;
    }
}

// A number of the architecture, from 0 to MAX. Absent: FALLBACK, or refused when that is negative.
static gboolean
read_number (Reader     *reader,
             const char *key,
             gint64      fallback,
             gint64      max,
             guint64    *number)
{
  int    index = find_key (reader, key);
  gint64 value = fallback;

  if (index >= 0)
    {
      g_autoptr (GVariant) found = maq_gguf_dup_value (reader->gguf, index, 1);
      value = found != NULL ? variant_to_int (found) : -1;
    }
  else if (fallback < 0)
    return refuse (reader, key, "is missing");
  if (value < 0 || value > max)
    return refuse (reader, key, "is no number that can be");
  *number = value;
  return TRUE;
}

// One number for each layer: the key has one for all, or a list. Absent: FALLBACK for all, or refused when that is negative.
static guint64 *
read_layers (Reader     *reader,
             const char *key,
             gint64      fallback,
             gint64      max)
{
  int                 index = find_key (reader, key);
  g_autofree guint64 *numbers = g_new0 (guint64, MAX (reader->n_layers, 1));
  g_autoptr (GVariant) found = index >= 0 ? maq_gguf_dup_value (reader->gguf, index, reader->n_layers) : NULL;

  if (found == NULL || !g_variant_is_of_type (found, G_VARIANT_TYPE_ARRAY))
    {
      if (!read_number (reader, key, fallback, max, numbers))
        return NULL;
      for (guint i = 1; i < reader->n_layers; i++)
        numbers[i] = numbers[0];
      return g_steal_pointer (&numbers);
    }
  if (maq_gguf_get_array_length (reader->gguf, index) < reader->n_layers)
    {
      refuse (reader, key, "has not one number for each layer");
      return NULL;
    }
  for (guint i = 0; i < reader->n_layers; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (found, i);
      gint64 value = variant_to_int (child);
      if (value < 0 || value > max)
        {
          refuse (reader, key, "has a number that cannot be");
          return NULL;
        }
      numbers[i] = value;
    }
  return g_steal_pointer (&numbers);
}

static guint64
find_max (const guint64 *numbers,
          guint          n)
{
  guint64 max = 0;

  for (guint i = 0; i < n; i++)
    max = MAX (max, numbers[i]);
  return max;
}

static gboolean
has_key (Reader     *reader,
         const char *key)
{
  return find_key (reader, key) >= 0;
}

// The state of one recurrent layer, in elements: Mamba's, RWKV's, or that of a short convolution.
static gboolean
read_state (Reader              *reader,
            const MaqModelShape *shape,
            guint64             *state)
{
  guint64 kernel, inner, size, groups, head, convolution;

  if (!read_number (reader, "ssm.conv_kernel", 0, 64, &kernel) ||
      !read_number (reader, "ssm.inner_size", 0, MAX_WIDTH, &inner) ||
      !read_number (reader, "ssm.state_size", 0, MAX_HEAD, &size) ||
      !read_number (reader, "ssm.group_count", 0, MAX_HEADS, &groups) ||
      !read_number (reader, "wkv.head_size", 0, MAX_HEAD, &head) ||
      !read_number (reader, "shortconv.l_cache", 0, 64, &convolution))
    return FALSE;
  *state = (kernel > 0 ? kernel - 1 : 0) * (inner + 2 * groups * size) + inner * size;
  if (head > 0)
    *state += shape->width * (head + 2);
  if (convolution > 0)
    *state += shape->width * (convolution - 1);
  return TRUE;
}

typedef struct
{
  guint64 key, value;         // of a head, in elements
  guint64 key_swa, value_swa; // the same where only the last tokens are attended to
  guint64 latent;             // keys and values are kept as one vector of so many elements; 0: they are not
  guint64 index;              // of a further key by which tokens are chosen
  guint64 interval, shared;   // only every INTERVALth layer attends; the last SHARED layers have no cache of their own
} Heads;

static gboolean
read_heads (Reader              *reader,
            const MaqModelShape *shape,
            guint64              most_heads,
            Heads               *heads)
{
  gint64 usual = most_heads > 0 ? shape->width / most_heads : 0;

  if (!read_number (reader, "attention.key_length", usual, MAX_HEAD, &heads->key) ||
      !read_number (reader, "attention.value_length", usual, MAX_HEAD, &heads->value) ||
      !read_number (reader, "attention.kv_lora_rank", 0, MAX_WIDTH, &heads->latent) ||
      !read_number (reader, "attention.indexer.key_length", 0, MAX_HEAD, &heads->index) ||
      !read_number (reader, "full_attention_interval", 0, MAX_LAYERS, &heads->interval) ||
      !read_number (reader, "attention.shared_kv_layers", 0, shape->n_layers, &heads->shared) ||
      !read_number (reader, "attention.key_length_swa", heads->key, MAX_HEAD, &heads->key_swa) ||
      !read_number (reader, "attention.value_length_swa", heads->value, MAX_HEAD, &heads->value_swa))
    return FALSE;
  // Without this key the latent vector is unfolded into keys and values before they are kept.
  if (!has_key (reader, "attention.key_length_mla"))
    heads->latent = 0;
  return TRUE;
}

// Adds what layer I keeps of each token.
static void
add_layer (MaqModelShape *shape,
           const Heads   *heads,
           guint          i,
           guint64        n_kv,
           gboolean       windowed)
{
  guint64 key = windowed ? heads->key_swa : heads->key;
  guint64 value = windowed ? heads->value_swa : heads->value;

  if (i >= shape->n_layers - heads->shared)
    return;
  shape->cached_keys += n_kv * key + heads->index;
  shape->cached_values += heads->latent > 0 ? 0 : n_kv * value;
}

static gboolean
read_attention (Reader        *reader,
                MaqModelShape *shape)
{
  g_autofree guint64 *n_heads = NULL, *n_kv = NULL, *pattern = NULL;
  guint64             state, window;
  Heads               heads;

  if (!read_state (reader, shape, &state) ||
      (n_heads = read_layers (reader, "attention.head_count", state > 0 ? 0 : -1, MAX_HEADS)) == NULL)
    return FALSE;
  n_kv = has_key (reader, "attention.head_count_kv") ? read_layers (reader, "attention.head_count_kv", -1, MAX_HEADS) : g_memdup2 (n_heads, MAX (shape->n_layers, 1) * sizeof *n_heads);
  if (n_kv == NULL || !read_heads (reader, shape, find_max (n_heads, shape->n_layers), &heads) ||
      !read_number (reader, "attention.sliding_window", 0, G_MAXINT32, &window) ||
      (pattern = read_layers (reader, "attention.sliding_window_pattern", 0, MAX_LAYERS)) == NULL)
    return FALSE;
  if (state == 0 && (find_max (n_heads, shape->n_layers) == 0 || heads.key == 0))
    return refuse (reader, "attention.head_count", "is 0");
  shape->has_window = window > 0;
  for (guint i = 0; i < shape->n_layers; i++)
    {
      gboolean recurs = state > 0 && (n_kv[i] == 0 || (heads.interval > 0 && (i + 1) % heads.interval != 0));
      // Either a list of yes and no, or N for "all but every Nth".
      gboolean windowed = pattern[i] > 1 ? (i + 1) % pattern[i] != 0 : pattern[i] != 0;

      shape->queries = MAX (shape->queries, n_heads[i] * heads.key);
      shape->keys = MAX (shape->keys, n_kv[i] * MAX (heads.key, heads.value));
      if (recurs)
        shape->states += state;
      else
        add_layer (shape, &heads, i, n_kv[i], windowed);
    }
  return TRUE;
}

static gboolean
read_feed_forward (Reader        *reader,
                   MaqModelShape *shape)
{
  g_autofree guint64 *widths = read_layers (reader, "feed_forward_length", 0, MAX_FF);
  guint64             used, expert, shared;

  if (widths == NULL ||
      !read_number (reader, "expert_used_count", 0, MAX_EXPERTS, &used) ||
      !read_number (reader, "expert_feed_forward_length", find_max (widths, shape->n_layers), MAX_FF, &expert) ||
      !read_number (reader, "expert_shared_feed_forward_length", 0, MAX_FF, &shared))
    return FALSE;
  shape->n_experts = used;
  // Models of experts often begin with a layer or two without, and say the width of those.
  shape->feed_forward = used > 0 ? used * expert : find_max (widths, shape->n_layers);
  return TRUE;
}

static gboolean
read_rest (Reader        *reader,
           MaqModelShape *shape)
{
  guint64 context, pooling, causal;

  if (!read_number (reader, "context_length", 0, G_MAXINT64, &context) ||
      !read_number (reader, "pooling_type", 0, 100, &pooling) ||
      !read_number (reader, "attention.causal", 1, 1, &causal))
    return FALSE;
  shape->context_length = MIN (context, G_MAXINT32);
  shape->pools = pooling > 0;
  shape->has_cache = causal != 0;
  return TRUE;
}

static void
count_vocabulary (MaqGguf       *gguf,
                  MaqModelShape *shape)
{
  // Other tokenizers may come with merges and make nothing of them.
  gboolean merges = g_strcmp0 (maq_gguf_get_string (gguf, "tokenizer.ggml.model"), "gpt2") == 0;

  for (guint i = 0; i < maq_gguf_get_n_keys (gguf); i++)
    {
      const char *key = maq_gguf_get_key (gguf, i);
      if (strcmp (key, "tokenizer.ggml.tokens") == 0)
        shape->n_tokens = MIN (maq_gguf_get_array_length (gguf, i), MAX_VOCABULARY);
      else if (merges && strcmp (key, "tokenizer.ggml.merges") == 0)
        shape->n_merges = MIN (maq_gguf_get_array_length (gguf, i), MAX_VOCABULARY);
    }
}

static void
count_weights (MaqGguf       *gguf,
               MaqModelShape *shape)
{
  MaqGgufTensor tensor;
  gboolean      all_known = TRUE, has_output = FALSE;
  guint64       end = 0;

  shape->data_start = G_MAXUINT64;
  for (guint i = 0; maq_gguf_get_tensor (gguf, i, &tensor); i++)
    {
      guint64 elements = tensor.n_dims > 0 ? 1 : 0;
      for (guint j = 0; j < tensor.n_dims; j++)
        elements *= tensor.shape[j];
      all_known = all_known && (tensor.size > 0 || elements == 0);
      // Tensors do not overlap and end below 2^63, so their sum does.
      shape->weights += tensor.size;
      end = MAX (end, tensor.offset + tensor.size);
      shape->data_start = MIN (shape->data_start, tensor.offset);
      if (strcmp (tensor.name, "token_embd.weight") == 0)
        shape->input_weights = tensor.size;
      has_output = has_output || strcmp (tensor.name, "output.weight") == 0;
      shape->gated = shape->gated || strstr (tensor.name, "ffn_gate.weight") != NULL || strstr (tensor.name, "ffn_gate_exps.weight") != NULL;
      // Some have gate and input in one tensor.
      shape->gated = shape->gated || (strstr (tensor.name, "ffn_up.weight") != NULL && tensor.shape[1] > shape->feed_forward);
    }
  if (shape->data_start > end)
    shape->data_start = 0;
  if (!has_output)
    shape->input_weights = 0;
  if (!all_known)
    shape->weights = 0;
}

gboolean
maq_model_shape_read (MaqGguf       *gguf,
                      MaqModelShape *shape,
                      GError       **error)
{
  g_autoptr (GError) failure = NULL;
  Reader  reader = { .gguf = gguf, .architecture = maq_gguf_get_architecture (gguf), .error = &failure };
  guint64 n_layers;
  gint64  n_files = maq_gguf_get_int (gguf, "split.count", 1);

  *shape = (MaqModelShape) { .n_files = CLAMP (n_files, 1, G_MAXUINT16) };
  if (reader.architecture == NULL)
    {
      g_set_error_literal (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED, "general.architecture is missing");
      return FALSE;
    }
  if (read_number (&reader, "block_count", -1, MAX_LAYERS, &n_layers) && n_layers == 0)
    refuse (&reader, "block_count", "is 0");
  if (failure == NULL && read_number (&reader, "embedding_length", -1, MAX_WIDTH, &shape->width) && shape->width == 0)
    refuse (&reader, "embedding_length", "is 0");
  if (failure == NULL)
    {
      reader.n_layers = shape->n_layers = n_layers;
      if (read_attention (&reader, shape) && read_feed_forward (&reader, shape) && read_rest (&reader, shape))
        {
          count_vocabulary (gguf, shape);
          count_weights (gguf, shape);
          return TRUE;
        }
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
