// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-gguf.h"

#include "maq-gguf-builder.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *const words[] = { "one", "two", "three", NULL };

// A small whole file with every kind of entry the builder knows and two tensors.
static GBytes *
make_file (gboolean big_endian)
{
  g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (2, 5, big_endian);

  maq_gguf_builder_add_key_string (builder, "general.architecture", "llama");
  maq_gguf_builder_add_key_u32 (builder, "llama.context_length", 2048);
  maq_gguf_builder_add_key_strings (builder, "tokenizer.ggml.tokens", words);
  maq_gguf_builder_add_string (builder, "numbers");
  maq_gguf_builder_add_u32 (builder, 9);
  maq_gguf_builder_add_u32 (builder, 5);
  maq_gguf_builder_add_u64 (builder, 2);
  maq_gguf_builder_add_u32 (builder, 7);
  maq_gguf_builder_add_u32 (builder, (guint32) -1);
  maq_gguf_builder_add_string (builder, "big");
  maq_gguf_builder_add_u32 (builder, 10);
  maq_gguf_builder_add_u64 (builder, G_MAXUINT64);
  maq_gguf_builder_add_tensor (builder, "token_embd.weight", 1, 8, 3, 0);
  maq_gguf_builder_add_tensor (builder, "output.weight", 2, 32, 2, 64);
  maq_gguf_builder_add_weights (builder, 32, 64 + 36);
  return maq_gguf_builder_get_bytes (builder);
}

static void
assert_error (GBytes        *bytes,
              guint64        file_size,
              MaqFormatError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqGguf) gguf = maq_gguf_parse (bytes, file_size, &error);

  g_assert_null (gguf);
  g_assert_error (error, MAQ_FORMAT_ERROR, (int) code);
}

static void
assert_builder_error (MaqGgufBuilder *builder,
                      MaqFormatError  code)
{
  g_autoptr (GBytes) bytes = maq_gguf_builder_get_bytes (builder);

  assert_error (bytes, 0, code);
}

static void
assert_value (MaqGguf    *gguf,
              guint       index,
              gsize       max_elements,
              const char *expected)
{
  g_autoptr (GVariant) value = maq_gguf_dup_value (gguf, index, max_elements);
  g_autofree char *text = g_variant_print (value, TRUE);

  g_assert_cmpstr (text, ==, expected);
}

static void
reads_what_was_written (gconstpointer big_endian)
{
  g_autoptr (GBytes) bytes = make_file (GPOINTER_TO_INT (big_endian));
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqGguf) gguf = maq_gguf_parse (bytes, g_bytes_get_size (bytes), &error);
  MaqGgufTensor tensor;

  g_assert_no_error (error);
  g_assert_cmpuint (maq_gguf_get_version (gguf), ==, 3);
  g_assert_cmpuint (maq_gguf_get_n_keys (gguf), ==, 5);
  g_assert_cmpstr (maq_gguf_get_key (gguf, 1), ==, "llama.context_length");
  g_assert_cmpstr (maq_gguf_get_architecture (gguf), ==, "llama");
  g_assert_cmpint (maq_gguf_get_context_length (gguf), ==, 2048);
  g_assert_cmpuint (maq_gguf_get_array_length (gguf, 2), ==, 3);
  assert_value (gguf, 0, 0, "'llama'");
  assert_value (gguf, 1, 0, "uint32 2048");
  assert_value (gguf, 2, 2, "['one', 'two']");
  assert_value (gguf, 3, 100, "[7, -1]");
  assert_value (gguf, 4, 0, "uint64 18446744073709551615");
  g_assert_cmpint (maq_gguf_get_int (gguf, "big", -5), ==, -5);
  g_assert_cmpint (maq_gguf_get_int (gguf, "absent", -5), ==, -5);
  g_assert_cmpint (maq_gguf_get_int (gguf, "general.architecture", -5), ==, -5);
  g_assert_null (maq_gguf_get_string (gguf, "llama.context_length"));

  g_assert_cmpuint (maq_gguf_get_n_tensors (gguf), ==, 2);
  g_assert_cmpuint (maq_gguf_get_n_parameters (gguf), ==, 24 + 64);
  g_assert_true (maq_gguf_get_tensor (gguf, 1, &tensor));
  g_assert_cmpstr (tensor.name, ==, "output.weight");
  g_assert_cmpstr (tensor.type, ==, "Q4_0");
  g_assert_cmpuint (tensor.shape[0], ==, 32);
  g_assert_cmpuint (tensor.size, ==, 36);
  g_assert_cmpuint (tensor.offset + tensor.size, ==, g_bytes_get_size (bytes));
  g_assert_false (maq_gguf_get_tensor (gguf, 2, &tensor));
}

static void
every_truncation_is_an_error (gconstpointer big_endian)
{
  g_autoptr (GBytes) whole = make_file (GPOINTER_TO_INT (big_endian));
  gsize size = g_bytes_get_size (whole);

  for (gsize n = 0; n < size; n++)
    {
      // A copy of its own size, so that a sanitizer sees a read past the end.
      g_autoptr (GBytes) part = g_bytes_new (g_bytes_get_data (whole, NULL), n);
      assert_error (part, MAX (n, 1), MAQ_FORMAT_ERROR_TRUNCATED);
    }
}

static void
the_beginning_of_a_file_is_enough (void)
{
  g_autoptr (GBytes) whole = make_file (FALSE);
  g_autoptr (GBytes) part = g_bytes_new_from_bytes (whole, 0, g_bytes_get_size (whole) - 100);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqGguf) known = maq_gguf_parse (part, g_bytes_get_size (whole), &error);
  g_autoptr (MaqGguf) unknown = maq_gguf_parse (part, 0, &error);

  g_assert_no_error (error);
  g_assert_nonnull (known);
  g_assert_nonnull (unknown);
}

static void
other_files_are_told_apart (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("version https://git-lfs", 23);
  g_autoptr (MaqGgufBuilder) old = maq_gguf_builder_new (0, 0, FALSE);

  assert_error (text, 0, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT);
  old->bytes->data[4] = 1;
  assert_builder_error (old, MAQ_FORMAT_ERROR_UNSUPPORTED);
}

static void
hostile_counts_and_lengths (void)
{
  static const struct
  {
    guint64        n_tensors, n_keys;
    MaqFormatError code;
  } counts[] = {
    { G_MAXUINT64, 0, MAQ_FORMAT_ERROR_CORRUPT },
    { 0, G_MAXUINT64, MAQ_FORMAT_ERROR_CORRUPT },
    { G_MAXUINT32, 0, MAQ_FORMAT_ERROR_UNSUPPORTED },
    { 1 << 21, 0, MAQ_FORMAT_ERROR_NEEDS_MORE },
    { 0, 1 << 20, MAQ_FORMAT_ERROR_NEEDS_MORE },
  };
  static const struct
  {
    guint64        length;
    MaqFormatError code;
  } lengths[] = {
    { G_MAXUINT64, MAQ_FORMAT_ERROR_CORRUPT },
    { G_MAXUINT64 - 7, MAQ_FORMAT_ERROR_CORRUPT },
    { G_MAXINT64, MAQ_FORMAT_ERROR_UNSUPPORTED },
    { (1 << 30) + 1, MAQ_FORMAT_ERROR_UNSUPPORTED },
    { 1 << 30, MAQ_FORMAT_ERROR_NEEDS_MORE },
    { 1 << 24, MAQ_FORMAT_ERROR_NEEDS_MORE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (counts[i].n_tensors, counts[i].n_keys, FALSE);
      assert_builder_error (builder, counts[i].code);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (MaqGgufBuilder) key = maq_gguf_builder_new (0, 1, FALSE);
      g_autoptr (MaqGgufBuilder) value = maq_gguf_builder_new (0, 1, FALSE);

      maq_gguf_builder_add_u64 (key, lengths[i].length);
      assert_builder_error (key, lengths[i].code);
      maq_gguf_builder_add_string (value, "k");
      maq_gguf_builder_add_u32 (value, 8);
      maq_gguf_builder_add_u64 (value, lengths[i].length);
      assert_builder_error (value, lengths[i].code);
    }
}

static void
hostile_arrays (void)
{
  static const struct
  {
    guint32        type;
    guint64        n_elements;
    MaqFormatError code;
  } arrays[] = {
    { 8, G_MAXUINT64, MAQ_FORMAT_ERROR_CORRUPT },
    { 8, 1000000000, MAQ_FORMAT_ERROR_NEEDS_MORE },
    { 12, G_MAXUINT64 / 8, MAQ_FORMAT_ERROR_CORRUPT },
    { 12, (1 << 30) + 1, MAQ_FORMAT_ERROR_UNSUPPORTED },
    { 12, 1 << 30, MAQ_FORMAT_ERROR_NEEDS_MORE },
    { 0, 1, MAQ_FORMAT_ERROR_NEEDS_MORE },
    { 9, 1, MAQ_FORMAT_ERROR_UNSUPPORTED },
    { 13, 1, MAQ_FORMAT_ERROR_UNSUPPORTED },
    { G_MAXUINT32, 1, MAQ_FORMAT_ERROR_UNSUPPORTED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    {
      g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (0, 1, FALSE);

      maq_gguf_builder_add_string (builder, "k");
      maq_gguf_builder_add_u32 (builder, 9);
      maq_gguf_builder_add_u32 (builder, arrays[i].type);
      maq_gguf_builder_add_u64 (builder, arrays[i].n_elements);
      assert_builder_error (builder, arrays[i].code);
    }
}

// What goes beyond the end of a file whose length is known is missing, whatever the limits.
static void
what_ends_early_is_not_whole (void)
{
  static const guint64 lengths[] = { 5, 1 << 20, (1 << 30) + 1, G_MAXINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (0, 1, FALSE);
      g_autoptr (GBytes) bytes = NULL;

      maq_gguf_builder_add_string (builder, "k");
      maq_gguf_builder_add_u32 (builder, 8);
      maq_gguf_builder_add_u64 (builder, lengths[i]);
      maq_gguf_builder_add_u32 (builder, 0x6e6f);
      bytes = maq_gguf_builder_get_bytes (builder);
      assert_error (bytes, g_bytes_get_size (bytes), MAQ_FORMAT_ERROR_TRUNCATED);
    }
}

// A whole file with a string of LENGTH bytes under KEY, as tokenizer.huggingface.json is one.
static GBytes *
make_file_with_string (const char *key,
                       gsize       length)
{
  g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (0, 1, FALSE);
  g_autofree char *text = g_strnfill (length, 'x');

  maq_gguf_builder_add_key_string (builder, key, text);
  return maq_gguf_builder_get_bytes (builder);
}

static void
long_strings_are_read (void)
{
  g_autofree char *folder = g_dir_make_tmp ("maq-gguf-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "x.gguf", NULL);
  g_autoptr (GBytes) bytes = make_file_with_string ("tokenizer.huggingface.json", 9 << 20);
  g_autofree char *key = g_strnfill (100000, 'k');
  g_autoptr (GBytes) long_key = make_file_with_string (key, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqGguf) gguf = maq_gguf_parse (long_key, g_bytes_get_size (long_key), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (maq_gguf_get_key (gguf, 0), ==, key);
  g_clear_pointer (&gguf, maq_gguf_unref);
  // Longer than what is read of a file at first.
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL));
  gguf = maq_gguf_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (maq_gguf_get_string (gguf, "tokenizer.huggingface.json")), ==, 9 << 20);
  g_remove (path);
  g_rmdir (folder);
}

static void
hostile_keys (void)
{
  static const char *const pairs[][2] = { { "", "b" }, { "a", "a" } };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (0, 2, FALSE);

      maq_gguf_builder_add_key_u32 (builder, pairs[i][0], 1);
      maq_gguf_builder_add_key_u32 (builder, pairs[i][1], 1);
      assert_builder_error (builder, MAQ_FORMAT_ERROR_CORRUPT);
    }
}

static void
hostile_alignment (void)
{
  static const guint32 alignments[] = { 0, 3, G_MAXUINT32, (1 << 20) + 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (alignments); i++)
    {
      g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (0, 1, FALSE);

      maq_gguf_builder_add_key_u32 (builder, "general.alignment", alignments[i]);
      assert_builder_error (builder, MAQ_FORMAT_ERROR_CORRUPT);
    }
}

static void
hostile_tensors (void)
{
  static const struct
  {
    guint32 type;
    guint64 columns, rows, offset;
  } tensors[] = {
    { 0, G_MAXUINT64, 1, 0 },
    { 0, G_MAXUINT32, G_MAXUINT32, 0 },
    { 28, G_MAXINT64 / 2, 2, 0 },
    { 2, 33, 1, 0 },
    { 0, 1, 1, 1 },
    { 0, 1, 1, G_MAXUINT64 - 31 },
    { 0, 1, 1, (guint64) G_MAXINT64 + 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (1, 0, FALSE);

      maq_gguf_builder_add_tensor (builder, "t", tensors[i].type, tensors[i].columns, tensors[i].rows, tensors[i].offset);
      assert_builder_error (builder, MAQ_FORMAT_ERROR_CORRUPT);
    }
}

static void
tensors_must_not_meet (void)
{
  g_autoptr (MaqGgufBuilder) same_bytes = maq_gguf_builder_new (2, 0, FALSE);
  g_autoptr (MaqGgufBuilder) same_name = maq_gguf_builder_new (2, 0, FALSE);
  g_autoptr (MaqGgufBuilder) many_dims = maq_gguf_builder_new (1, 0, FALSE);

  maq_gguf_builder_add_tensor (same_bytes, "a", 0, 16, 1, 0);
  maq_gguf_builder_add_tensor (same_bytes, "b", 0, 16, 1, 32);
  assert_builder_error (same_bytes, MAQ_FORMAT_ERROR_CORRUPT);
  maq_gguf_builder_add_tensor (same_name, "a", 0, 8, 1, 0);
  maq_gguf_builder_add_tensor (same_name, "a", 0, 8, 1, 32);
  assert_builder_error (same_name, MAQ_FORMAT_ERROR_CORRUPT);
  maq_gguf_builder_add_string (many_dims, "a");
  maq_gguf_builder_add_u32 (many_dims, 5);
  assert_builder_error (many_dims, MAQ_FORMAT_ERROR_UNSUPPORTED);
}

static void
new_tensor_types_stay_readable (void)
{
  static const struct
  {
    guint32     type;
    const char *name;
  } types[] = { { 43, "type 43" }, { 99, "type 99" }, { 399, "type 399" }, { 1024, "type over 1023" }, { G_MAXUINT32, "type over 1023" } };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (1, 0, FALSE);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (MaqGguf) gguf = NULL;
      MaqGgufTensor tensor;

      maq_gguf_builder_add_tensor (builder, "t", types[i].type, 7, 1, 0);
      bytes = maq_gguf_builder_get_bytes (builder);
      gguf = maq_gguf_parse (bytes, 0, NULL);
      g_assert_nonnull (gguf);
      g_assert_true (maq_gguf_get_tensor (gguf, 0, &tensor));
      g_assert_cmpstr (tensor.type, ==, types[i].name);
      g_assert_cmpuint (tensor.size, ==, 0);
    }
}

// Forks use the numbers from 40 on for types of their own: what contradicts the official one may be another.
static void
types_of_forks_are_not_damage (void)
{
  static const struct
  {
    guint32        type;
    MaqFormatError code;
  } types[] = { { 2, MAQ_FORMAT_ERROR_CORRUPT }, { 39, MAQ_FORMAT_ERROR_CORRUPT }, { 40, MAQ_FORMAT_ERROR_UNSUPPORTED }, { 42, MAQ_FORMAT_ERROR_UNSUPPORTED } };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (MaqGgufBuilder) half_a_block = maq_gguf_builder_new (1, 0, FALSE);
      g_autoptr (MaqGgufBuilder) too_near = maq_gguf_builder_new (2, 0, FALSE);

      maq_gguf_builder_add_tensor (half_a_block, "t", types[i].type, 33, 1, 0);
      assert_builder_error (half_a_block, types[i].code);
      maq_gguf_builder_add_tensor (too_near, "a", types[i].type, 64, 64, 0);
      maq_gguf_builder_add_tensor (too_near, "b", 0, 8, 1, 32);
      assert_builder_error (too_near, types[i].code);
    }
}

static void
the_newest_types_have_sizes (void)
{
  static const struct
  {
    guint32     type;
    const char *name;
    guint64     elements, bytes;
  } types[] = { { 40, "NVFP4", 64, 36 }, { 41, "Q1_0", 128, 18 }, { 42, "Q2_0", 64, 18 } };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (1, 0, FALSE);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (MaqGguf) gguf = NULL;
      MaqGgufTensor tensor;

      maq_gguf_builder_add_tensor (builder, "t", types[i].type, types[i].elements, 3, 0);
      bytes = maq_gguf_builder_get_bytes (builder);
      gguf = maq_gguf_parse (bytes, 0, NULL);
      g_assert_true (maq_gguf_get_tensor (gguf, 0, &tensor));
      g_assert_cmpstr (tensor.type, ==, types[i].name);
      g_assert_cmpuint (tensor.size, ==, 3 * types[i].bytes);
    }
}

static void
text_that_is_not_utf8_is_repaired (void)
{
  g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (0, 1, FALSE);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (MaqGguf) gguf = NULL;

  maq_gguf_builder_add_key_string (builder, "k\xff", "v\xfe");
  bytes = maq_gguf_builder_get_bytes (builder);
  gguf = maq_gguf_parse (bytes, 0, NULL);
  g_assert_cmpstr (maq_gguf_get_key (gguf, 0), ==, "k\357\277\275");
  g_assert_cmpstr (maq_gguf_get_string (gguf, "k\357\277\275"), ==, "v\357\277\275");
}

// Any byte may be anything: the parser answers, whatever it answers.
static void
random_changes_never_crash (void)
{
  g_autoptr (GBytes) whole = make_file (FALSE);
  g_autoptr (GRand) random = g_rand_new_with_seed (20260801);
  gsize         size;
  const guint8 *data = g_bytes_get_data (whole, &size);

  for (guint round = 0; round < 20000; round++)
    {
      guint8 *copy = g_memdup2 (data, size);
      guint   n_changes = g_rand_int_range (random, 1, 5);

      for (guint i = 0; i < n_changes; i++)
        copy[g_rand_int_range (random, 4, size)] = g_rand_boolean (random) ? 0xff : g_rand_int_range (random, 0, 256);
      g_autoptr (GBytes) bytes = g_bytes_new_take (copy, size);
      g_autoptr (MaqGguf) gguf = maq_gguf_parse (bytes, g_rand_boolean (random) ? size : 0, NULL);
      for (guint i = 0; gguf != NULL && i < maq_gguf_get_n_keys (gguf); i++)
        g_variant_unref (maq_gguf_dup_value (gguf, i, 10));
    }
}

static void
opens_only_regular_files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("maq-gguf-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "x.gguf", NULL);
  g_autoptr (GBytes) bytes = make_file (FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqGguf) gguf = NULL;

  g_assert_null (maq_gguf_open (path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (maq_gguf_open (folder, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL));
  gguf = maq_gguf_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (maq_gguf_get_n_tensors (gguf), ==, 2);
  g_assert_cmpint (g_file_set_contents (path, "", 0, NULL), ==, TRUE);
  g_assert_null (maq_gguf_open (path, &error));
  g_assert_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT);
  g_assert_cmpstr (error->message, ==, "This file is empty");
  g_remove (path);
  g_rmdir (folder);
}

static MaqGguf *
open_shared (const char *name)
{
  const char      *shared = g_getenv ("MAQ_SHARED");
  g_autofree char *path = g_build_filename (shared, "inputs", name, NULL);
  g_autoptr (GError) error = NULL;
  MaqGguf *gguf = maq_gguf_open (path, &error);

  g_assert_no_error (error);
  return gguf;
}

static void
reads_real_files (void)
{
  static const struct
  {
    const char *name, *architecture;
    gint64      context;
    guint       n_tensors;
    guint64     n_parameters;
  } files[] = {
    { "gguf/stories260K.gguf", "llama", 512, 48, 292800 },
    { "gguf/TinyStories-656K-F16.gguf", "llama", 512, 20, 656000 },
    { "gguf/sms-spam-bert-f32.gguf", "bert", 128, 37, 300416 },
    { "gguf/superpoint.gguf", "superpoint", -1, 24, 1300865 },
    { "gguf-vocab/ggml-vocab-qwen2.gguf", "qwen2", 32768, 0, 0 },
  };

  if (g_getenv ("MAQ_SHARED") == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (MaqGguf) gguf = open_shared (files[i].name);

      g_test_message ("%s: %s, context %" G_GINT64_FORMAT ", %u tensors, %" G_GUINT64_FORMAT " parameters", files[i].name, maq_gguf_get_architecture (gguf), maq_gguf_get_context_length (gguf), maq_gguf_get_n_tensors (gguf), maq_gguf_get_n_parameters (gguf));
      g_assert_cmpstr (maq_gguf_get_architecture (gguf), ==, files[i].architecture);
      g_assert_cmpint (maq_gguf_get_context_length (gguf), ==, files[i].context);
      g_assert_cmpuint (maq_gguf_get_n_tensors (gguf), ==, files[i].n_tensors);
      g_assert_cmpuint (maq_gguf_get_n_parameters (gguf), ==, files[i].n_parameters);
    }
}

static void
shards_add_up_to_the_whole (void)
{
  guint64 n_parameters = 0;
  guint   n_tensors = 0;

  if (g_getenv ("MAQ_SHARED") == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  g_autoptr (MaqGguf) whole = open_shared ("gguf/stories260K.gguf");
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("gguf/split/stories260K-%05u-of-00003.gguf", i);
      g_autoptr (MaqGguf) shard = open_shared (name);

      g_assert_cmpint (maq_gguf_get_int (shard, "split.count", 0), ==, 3);
      g_assert_cmpint (maq_gguf_get_int (shard, "split.no", -1), ==, i - 1);
      n_parameters += maq_gguf_get_n_parameters (shard);
      n_tensors += maq_gguf_get_n_tensors (shard);
    }
  g_assert_cmpuint (n_parameters, ==, maq_gguf_get_n_parameters (whole));
  g_assert_cmpuint (n_tensors, ==, maq_gguf_get_n_tensors (whole));
}

static gboolean
collect_cb (guint64     element,
            const char *text,
            gsize       length,
            gpointer    data)
{
  g_string_append_printf (data, "%" G_GUINT64_FORMAT "=%.*s ", element, (int) length, text);
  return element < 1;
}

static void
single_elements_can_be_had (gconstpointer data)
{
  g_autoptr (GBytes) bytes = make_file (GPOINTER_TO_INT (data));
  g_autoptr (MaqGguf) gguf = maq_gguf_parse (bytes, 0, NULL);
  g_autoptr (GString) seen = g_string_new (NULL);
  int tokens = maq_gguf_find_key (gguf, "tokenizer.ggml.tokens"), numbers = maq_gguf_find_key (gguf, "numbers");

  g_assert_cmpint (tokens, ==, 2);
  g_assert_cmpint (maq_gguf_find_key (gguf, "nothing"), ==, -1);
  maq_gguf_walk_strings (gguf, tokens, collect_cb, seen);
  g_assert_cmpstr (seen->str, ==, "0=one 1=two ");
  maq_gguf_walk_strings (gguf, numbers, collect_cb, seen);
  maq_gguf_walk_strings (gguf, 0, collect_cb, seen);
  g_assert_cmpstr (seen->str, ==, "0=one 1=two ");
  g_assert_cmpint (maq_gguf_get_array_int (gguf, numbers, 0, 99), ==, 7);
  g_assert_cmpint (maq_gguf_get_array_int (gguf, numbers, 1, 99), ==, -1);
  g_assert_cmpint (maq_gguf_get_array_int (gguf, numbers, 2, 99), ==, 99);
  g_assert_cmpint (maq_gguf_get_array_int (gguf, tokens, 0, 99), ==, 99);
  g_assert_cmpint (maq_gguf_get_array_int (gguf, 0, 0, 99), ==, 99);
  g_assert_true (maq_gguf_is_array (gguf, numbers));
  g_assert_false (maq_gguf_is_array (gguf, 0));
  g_assert_cmpstr (maq_gguf_get_type_name (gguf, 0), ==, "string");
  g_assert_cmpstr (maq_gguf_get_type_name (gguf, numbers), ==, "i32");
}

static void
quantization_has_a_name (void)
{
  const struct
  {
    guint32     type;
    const char *name;
  } types[] = { { 0, "F32" }, { 15, "Q4_K_M" }, { 5, NULL }, { 41, "Q2_0" }, { 42, NULL }, { G_MAXUINT32, NULL } };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (0, 1, FALSE);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (MaqGguf) gguf = NULL;

      maq_gguf_builder_add_key_u32 (builder, "general.file_type", types[i].type);
      bytes = maq_gguf_builder_get_bytes (builder);
      gguf = maq_gguf_parse (bytes, 0, NULL);
      g_assert_cmpstr (maq_gguf_get_quantization (gguf), ==, types[i].name);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/format/gguf/reads-what-was-written/little-endian", GINT_TO_POINTER (FALSE), reads_what_was_written);
  g_test_add_data_func ("/format/gguf/reads-what-was-written/big-endian", GINT_TO_POINTER (TRUE), reads_what_was_written);
  g_test_add_data_func ("/format/gguf/every-truncation-is-an-error/little-endian", GINT_TO_POINTER (FALSE), every_truncation_is_an_error);
  g_test_add_data_func ("/format/gguf/every-truncation-is-an-error/big-endian", GINT_TO_POINTER (TRUE), every_truncation_is_an_error);
  g_test_add_data_func ("/format/gguf/single-elements-can-be-had/little-endian", GINT_TO_POINTER (FALSE), single_elements_can_be_had);
  g_test_add_data_func ("/format/gguf/single-elements-can-be-had/big-endian", GINT_TO_POINTER (TRUE), single_elements_can_be_had);
  g_test_add_func ("/format/gguf/quantization-has-a-name", quantization_has_a_name);
  g_test_add_func ("/format/gguf/the-beginning-of-a-file-is-enough", the_beginning_of_a_file_is_enough);
  g_test_add_func ("/format/gguf/other-files-are-told-apart", other_files_are_told_apart);
  g_test_add_func ("/format/gguf/hostile/counts-and-lengths", hostile_counts_and_lengths);
  g_test_add_func ("/format/gguf/hostile/arrays", hostile_arrays);
  g_test_add_func ("/format/gguf/hostile/what-ends-early-is-not-whole", what_ends_early_is_not_whole);
  g_test_add_func ("/format/gguf/long-strings-are-read", long_strings_are_read);
  g_test_add_func ("/format/gguf/hostile/keys", hostile_keys);
  g_test_add_func ("/format/gguf/hostile/alignment", hostile_alignment);
  g_test_add_func ("/format/gguf/hostile/tensors", hostile_tensors);
  g_test_add_func ("/format/gguf/hostile/tensors-must-not-meet", tensors_must_not_meet);
  g_test_add_func ("/format/gguf/hostile/random-changes-never-crash", random_changes_never_crash);
  g_test_add_func ("/format/gguf/new-tensor-types-stay-readable", new_tensor_types_stay_readable);
  g_test_add_func ("/format/gguf/types-of-forks-are-not-damage", types_of_forks_are_not_damage);
  g_test_add_func ("/format/gguf/the-newest-types-have-sizes", the_newest_types_have_sizes);
  g_test_add_func ("/format/gguf/text-that-is-not-utf8-is-repaired", text_that_is_not_utf8_is_repaired);
  g_test_add_func ("/format/gguf/opens-only-regular-files", opens_only_regular_files);
  g_test_add_func ("/format/gguf/reads-real-files", reads_real_files);
  g_test_add_func ("/format/gguf/shards-add-up-to-the-whole", shards_add_up_to_the_whole);
  return g_test_run ();
}
