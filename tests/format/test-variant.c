// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-variant.h"

static GPtrArray *
group (const char *const *paths)
{
  gsize               n = g_strv_length ((char **) paths);
  g_autofree guint64 *sizes = g_new (guint64, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    sizes[i] = 100 + i;
  return maq_variants_group (paths, sizes, n);
}

static void
labels_come_from_names (void)
{
  static const struct
  {
    const char *path, *label;
    double      bits;
  } names[] = {
    { "Llama-3.2-1B-Instruct-Q4_K_M.gguf", "Q4_K_M", 4.89 },
    { "llama-3.2-1b-instruct-q4_k_m.gguf", "Q4_K_M", 4.89 },
    { "qwen2.5-0.5b-instruct-fp16.gguf", "F16", 16 },
    { "model.IQ2_XXS.gguf", "IQ2_XXS", 2.06 },
    { "gemma-3-4b-it-UD-Q4_K_XL.gguf", "UD-Q4_K_XL", 4.89 },
    { "BF16/model.gguf", "BF16", 16 },
    { "Q8_0/DeepSeek-R1-00001-of-00002.gguf", "Q8_0", 8.5 },
    { "tinyllama-1.1b-chat-v1.0.Q2_K.gguf", "Q2_K", 3.16 },
    { "gpt-oss-20b-mxfp4.gguf", "MXFP4", 4.25 },
    { "phi-3-mini-4k-instruct-q4.gguf", "phi-3-mini-4k-instruct-q4", 0 },
    { "model.gguf", "model", 0 },
    { "MODEL.GGUF", "MODEL", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GPtrArray) variants = group ((const char *[]) { names[i].path, NULL });
      const MaqVariant *variant;

      g_assert_cmpuint (variants->len, ==, 1);
      variant = g_ptr_array_index (variants, 0);
      g_assert_cmpstr (variant->label, ==, names[i].label);
      g_assert_cmpfloat (variant->bits, ==, names[i].bits);
    }
}

static void
companions_are_left_out (void)
{
  g_autoptr (GPtrArray) variants = group ((const char *[]) { "README.md", "mmproj-model-f16.gguf", "model-mmproj.gguf", "model.imatrix.gguf", "imatrix.gguf", "mtp-model-Q4_0.gguf", "eagle3-model.gguf", "model-draft-Q4_0.gguf", "model.safetensors", "gguf", NULL });

  g_assert_cmpuint (variants->len, ==, 0);
  g_assert_null (maq_variants_pick (variants, NULL));
}

static void
shards_are_one_variant (void)
{
  g_autoptr (GPtrArray) variants = group ((const char *[]) { "m-Q8_0-00002-of-00003.gguf", "m-Q8_0-00001-of-00003.gguf", "m-Q4_0-00001-of-00002.gguf", "m-Q8_0-00003-of-00003.gguf", "m-Q8_0-00003-of-00003.gguf", NULL });
  const MaqVariant *half, *whole;

  g_assert_cmpuint (variants->len, ==, 2);
  half = g_ptr_array_index (variants, 0);
  whole = g_ptr_array_index (variants, 1);
  g_assert_cmpstr (half->label, ==, "Q4_0");
  g_assert_cmpuint (half->missing, ==, 1);
  g_assert_cmpstr (whole->label, ==, "Q8_0");
  g_assert_cmpuint (whole->missing, ==, 0);
  g_assert_cmpuint (whole->size, ==, 100 + 101 + 103);
  g_assert_cmpstrv (whole->paths, ((const char *[]) { "m-Q8_0-00001-of-00003.gguf", "m-Q8_0-00002-of-00003.gguf", "m-Q8_0-00003-of-00003.gguf", NULL }));
  g_assert_true (maq_variants_pick (variants, NULL) == whole);
  g_assert_true (maq_variants_pick (variants, "q4_0") == half);
}

static void
odd_shard_numbers_are_plain_files (void)
{
  g_autoptr (GPtrArray) variants = group ((const char *[]) { "m-00000-of-00002.gguf", "m-00003-of-00002.gguf", "m-1-of-2.gguf", "m-00001-of-99999.gguf", NULL });

  g_assert_cmpuint (variants->len, ==, 4);
  g_assert_cmpuint (((const MaqVariant *) g_ptr_array_index (variants, 0))->missing, ==, 0);
  g_assert_cmpuint (((const MaqVariant *) g_ptr_array_index (variants, 3))->missing, ==, 99998);
}

static void
equal_labels_are_told_apart (void)
{
  g_autoptr (GPtrArray) variants = group ((const char *[]) { "base-Q4_0.gguf", "chat-Q4_0.gguf", "chat-Q8_0.gguf", NULL });

  g_assert_cmpstr (((const MaqVariant *) g_ptr_array_index (variants, 0))->label, ==, "base-Q4_0");
  g_assert_cmpstr (((const MaqVariant *) g_ptr_array_index (variants, 1))->label, ==, "chat-Q4_0");
  g_assert_cmpstr (((const MaqVariant *) g_ptr_array_index (variants, 2))->label, ==, "Q8_0");
}

static void
picks_by_the_known_order (void)
{
  static const struct
  {
    const char *paths[4], *quant, *first;
  } cases[] = {
    { { "m-Q2_K.gguf", "m-Q8_0.gguf", "m-Q4_K_M.gguf" }, NULL, "m-Q4_K_M.gguf" },
    { { "m-Q2_K.gguf", "m-Q8_0.gguf", "m-F16.gguf" }, NULL, "m-Q8_0.gguf" },
    { { "m-F16.gguf", "m-Q2_K.gguf" }, NULL, "m-F16.gguf" },
    { { "m-Q4_K_M-00001-of-00002.gguf", "m-F16.gguf" }, NULL, "m-F16.gguf" },
    { { "m-Q2_K.gguf", "m-Q8_0.gguf" }, "q8_0", "m-Q8_0.gguf" },
    { { "m-UD-Q4_K_XL.gguf", "m-Q8_0.gguf" }, "q4_k_xl", "m-UD-Q4_K_XL.gguf" },
    { { "m-Q2_K.gguf" }, "Q9_9", NULL },
    { { "m-Q2_K.gguf" }, "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) variants = group (cases[i].paths);
      const MaqVariant *found = maq_variants_pick (variants, cases[i].quant);

      g_assert_cmpstr (found != NULL ? found->paths[0] : NULL, ==, cases[i].first);
    }
}

static void
copies_are_whole (void)
{
  g_autoptr (GPtrArray) variants = group ((const char *[]) { "m-Q2_K.gguf", NULL });
  g_autoptr (MaqVariant) copy = maq_variant_copy (g_ptr_array_index (variants, 0));

  g_clear_pointer (&variants, g_ptr_array_unref);
  g_assert_cmpstr (copy->label, ==, "Q2_K");
  g_assert_cmpstr (copy->paths[0], ==, "m-Q2_K.gguf");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/format/variant/labels-come-from-names", labels_come_from_names);
  g_test_add_func ("/format/variant/companions-are-left-out", companions_are_left_out);
  g_test_add_func ("/format/variant/shards-are-one-variant", shards_are_one_variant);
  g_test_add_func ("/format/variant/odd-shard-numbers-are-plain-files", odd_shard_numbers_are_plain_files);
  g_test_add_func ("/format/variant/equal-labels-are-told-apart", equal_labels_are_told_apart);
  g_test_add_func ("/format/variant/picks-by-the-known-order", picks_by_the_known_order);
  g_test_add_func ("/format/variant/copies-are-whole", copies_are_whole);
  return g_test_run ();
}
