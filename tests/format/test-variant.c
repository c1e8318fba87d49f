// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-gguf-builder.h"
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
    { "Model-Q8_0.Gguf", "Q8_0", 8.5 },
    // The last match wins, and what an author appends is a part of the label.
    { "m-F16-distilled-Q4_K_M.gguf", "Q4_K_M", 4.89 },
    { "Q8_0/m-Q2_K_XL.gguf", "Q2_K_XL", 3.16 },
    { "m-Q4_K_M_imat.gguf", "Q4_K_M_IMAT", 4.89 },
    { "m-MXFP4_MOE.gguf", "MXFP4_MOE", 4.25 },
    { "m-UD-IQ1_S.gguf", "UD-IQ1_S", 1.56 },
    { "m-Q4_0_8_8.gguf", "Q4_0_8_8", 4.5 },
    { "m-Q4_K_L.gguf", "Q4_K_L", 4.89 },
    { "m-TQ1_0.gguf", "TQ1_0", 1.69 },
    { "m-NVFP4.gguf", "NVFP4", 4.5 },
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
companions_are_told_by_their_place (void)
{
  static const struct
  {
    const char  *path;
    MaqCompanion companion;
  } names[] = {
    { "mmproj-model-f16.gguf", MAQ_COMPANION_PROJECTOR },
    { "mmproj.gguf", MAQ_COMPANION_PROJECTOR },
    { "MMPROJ/model-BF16.GGUF", MAQ_COMPANION_PROJECTOR },
    { "model-mmproj.gguf", MAQ_COMPANION_PROJECTOR },
    { "model.mmproj-Q8_0.gguf", MAQ_COMPANION_PROJECTOR },
    { "model.imatrix.gguf", MAQ_COMPANION_IMATRIX },
    { "google_gemma-3-it-imatrix.gguf", MAQ_COMPANION_IMATRIX },
    { "imatrix_unsloth.gguf", MAQ_COMPANION_IMATRIX },
    { "mtp-model-Q4_0.gguf", MAQ_COMPANION_DRAFTER },
    { "MTP/model-Q8_0-MTP.gguf", MAQ_COMPANION_DRAFTER },
    { "MTP/Q8_0/model.gguf", MAQ_COMPANION_DRAFTER },
    { "eagle3-model.gguf", MAQ_COMPANION_DRAFTER },
    { "dflash-Qwen3-8B-Q8_0.gguf", MAQ_COMPANION_DRAFTER },
    { "dspark-Qwen3-8B-Q8_0-00001-of-00002.gguf", MAQ_COMPANION_DRAFTER },
    { "draft/model-Q4_0.gguf", MAQ_COMPANION_DRAFTER },
    // A word elsewhere says nothing.
    { "overdraft-7B-Q4_0.gguf", MAQ_COMPANION_NONE },
    { "DeepSeek-V3-DRAFT-0.5B-Q4_0.gguf", MAQ_COMPANION_NONE },
    { "GLM-4.5-Air-MTP-Q4_K_M.gguf", MAQ_COMPANION_NONE },
    { "eagle3d-Q4_0.gguf", MAQ_COMPANION_NONE },
    { "the-imatrix-quants/model-Q4_0.gguf", MAQ_COMPANION_NONE },
    { "model-imatrix-tuned-Q4_0.gguf", MAQ_COMPANION_NONE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GPtrArray) variants = group ((const char *[]) { names[i].path, NULL });

      g_test_message ("%s", names[i].path);
      g_assert_cmpint (maq_companion_from_path (names[i].path), ==, names[i].companion);
      g_assert_cmpuint (variants->len, ==, names[i].companion == MAQ_COMPANION_NONE);
      g_assert_cmpint (maq_variants_get_default (variants) != NULL, ==, names[i].companion == MAQ_COMPANION_NONE);
    }
}

static void
a_draft_is_one_beside_a_model (void)
{
  g_autoptr (GPtrArray) alone = group ((const char *[]) { "m-draft-Q4_0.gguf", "m-draft-Q8_0.gguf", NULL });
  g_autoptr (GPtrArray) beside = group ((const char *[]) { "m-draft-Q4_0.gguf", "m-Q8_0.gguf", NULL });

  g_assert_cmpuint (alone->len, ==, 2);
  g_assert_cmpuint (beside->len, ==, 1);
  g_assert_cmpstr (((const MaqVariant *) g_ptr_array_index (beside, 0))->paths[0], ==, "m-Q8_0.gguf");
}

static MaqCompanion
read_companion (const char *type,
                const char *architecture)
{
  g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (0, (type != NULL) + (architecture != NULL) + 1, FALSE);
  g_autofree char *path = g_build_filename (g_get_home_dir (), "header.gguf", NULL);

  if (architecture != NULL)
    maq_gguf_builder_add_key_string (builder, "general.architecture", architecture);
  if (type != NULL)
    maq_gguf_builder_add_key_string (builder, "general.type", type);
  maq_gguf_builder_add_key_string (builder, "general.name", "Anything");
  g_assert_true (g_file_set_contents (path, (const char *) builder->bytes->data, builder->bytes->len, NULL));
  return maq_companion_from_file (path);
}

static void
companions_are_told_by_their_header (void)
{
  g_autofree char *path = g_build_filename (g_get_home_dir (), "none.gguf", NULL);

  g_assert_cmpint (read_companion ("model", "llama"), ==, MAQ_COMPANION_NONE);
  g_assert_cmpint (read_companion (NULL, "qwen3"), ==, MAQ_COMPANION_NONE);
  g_assert_cmpint (read_companion (NULL, "clip"), ==, MAQ_COMPANION_PROJECTOR);
  g_assert_cmpint (read_companion ("mmproj", "clip"), ==, MAQ_COMPANION_PROJECTOR);
  g_assert_cmpint (read_companion ("imatrix", NULL), ==, MAQ_COMPANION_IMATRIX);
  g_assert_cmpint (read_companion ("adapter", "llama"), ==, MAQ_COMPANION_ADAPTER);
  g_assert_cmpint (read_companion (NULL, "gemma4-assistant"), ==, MAQ_COMPANION_DRAFTER);
  g_assert_cmpint (read_companion ("model", "dflash"), ==, MAQ_COMPANION_DRAFTER);
  g_assert_cmpint (maq_companion_from_file (path), ==, MAQ_COMPANION_NONE);
  g_assert_true (g_file_set_contents (path, "version https://git-lfs.github.com/spec/v1", -1, NULL));
  g_assert_cmpint (maq_companion_from_file (path), ==, MAQ_COMPANION_NONE);
}

// As real ones are: the vocabulary is longer than what is read to tell what a file is.
static void
a_long_header_needs_only_its_beginning (void)
{
  g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (0, 2, FALSE);
  g_autofree char *path = g_build_filename (g_get_home_dir (), "long.gguf", NULL);
  g_autofree char *word = g_strnfill (1000, 'x');
  const char      *tokens[101] = { NULL };

  for (guint i = 0; i < 100; i++)
    tokens[i] = word;
  maq_gguf_builder_add_key_string (builder, "general.architecture", "clip");
  maq_gguf_builder_add_key_strings (builder, "tokenizer.ggml.tokens", tokens);
  g_assert_true (g_file_set_contents (path, (const char *) builder->bytes->data, builder->bytes->len, NULL));
  g_assert_cmpint (maq_companion_from_file (path), ==, MAQ_COMPANION_PROJECTOR);
}

static void
what_the_header_says_counts (void)
{
  const char *const  paths[] = { "a-Q4_0.gguf", "b-Q8_0.gguf" };
  const guint64      sizes[] = { 1, 2 };
  const MaqCompanion headers[] = { MAQ_COMPANION_DRAFTER, MAQ_COMPANION_NONE };
  g_autoptr (GPtrArray) variants = maq_variants_group_known (paths, sizes, headers, 2);

  g_assert_cmpuint (variants->len, ==, 1);
  g_assert_cmpstr (((const MaqVariant *) g_ptr_array_index (variants, 0))->label, ==, "Q8_0");
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
  g_assert_true (maq_variants_get_default (variants) == whole);
  g_assert_true (maq_variants_find (variants, "q4_0", TRUE, NULL) == half);
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
labels_are_unique (void)
{
  static const struct
  {
    const char *paths[5], *labels[5];
  } cases[] = {
    { { "en/m-Q4_0.gguf", "de/m-Q4_0.gguf", "m-Q8_0.gguf" }, { "en/Q4_0", "de/Q4_0", "Q8_0" } },
    { { "m-Q4_0.gguf", "old/m-Q4_0.gguf" }, { "Q4_0", "old/Q4_0" } },
    { { "a/m-Q4_0.gguf", "b/m-Q4_0.gguf", "b/n-Q4_0.gguf" }, { "a/m-Q4_0", "b/m-Q4_0", "b/n-Q4_0" } },
    { { "a/model.gguf", "b/model.gguf" }, { "a/model", "b/model" } },
    { { "m-Q4_0.gguf", "m-Q4_0.GGUF" }, { "m-Q4_0.gguf", "m-Q4_0.GGUF" } },
    { { "m-Q4_0.gguf", "m-Q4_0-00001-of-00001.gguf" }, { "m-Q4_0.gguf", "m-Q4_0-00001-of-00001.gguf" } },
    { { "Q4_0.gguf", "chat-Q4_0.gguf" }, { "Q4_0", "chat-Q4_0" } },
    { { "m-FP16.gguf", "m-F16.gguf" }, { "m-FP16", "m-F16" } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) variants = group (cases[i].paths);

      g_assert_cmpuint (variants->len, ==, g_strv_length ((char **) cases[i].paths));
      for (guint j = 0; j < variants->len; j++)
        g_assert_cmpstr (((const MaqVariant *) g_ptr_array_index (variants, j))->label, ==, cases[i].labels[j]);
    }
}

static void
the_default_has_a_known_order (void)
{
  static const struct
  {
    const char *paths[4], *first;
  } cases[] = {
    { { "m-Q2_K.gguf", "m-Q8_0.gguf", "m-Q4_K_M.gguf" }, "m-Q4_K_M.gguf" },
    { { "m-Q2_K.gguf", "m-Q8_0.gguf", "m-F16.gguf" }, "m-Q8_0.gguf" },
    { { "m-F16.gguf", "m-Q2_K.gguf" }, "m-F16.gguf" },
    { { "m-Q4_K_M-00001-of-00002.gguf", "m-F16.gguf" }, "m-F16.gguf" },
    { { "m-Q2_K.gguf", "a/m-Q4_K_M.gguf", "b/m-Q4_K_M.gguf" }, "a/m-Q4_K_M.gguf" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) variants = group (cases[i].paths);

      g_assert_cmpstr (maq_variants_get_default (variants)->paths[0], ==, cases[i].first);
    }
}

static void
wishes_are_never_guessed (void)
{
  static const struct
  {
    const char *paths[4], *wish;
    const char *first; // NULL: none
    gboolean    is_ambiguous;
    gboolean    is_part; // the list is a part of what there is
  } cases[] = {
    { { "m-Q2_K.gguf", "m-Q8_0.gguf" }, "q8_0", "m-Q8_0.gguf", FALSE, TRUE },
    { { "m-BF16.gguf", "m-F16.gguf" }, "F16", "m-F16.gguf", FALSE, TRUE },
    { { "m-FP16.gguf", "m-Q8_0.gguf" }, "fp16", "m-FP16.gguf", FALSE, TRUE },
    { { "m-FP16.gguf", "m-F16.gguf" }, "m-F16", "m-F16.gguf", FALSE, TRUE },
    { { "m-Q4_K_M_imat.gguf", "m-Q8_0.gguf" }, "Q4_K_M", "m-Q4_K_M_imat.gguf", FALSE, TRUE },
    { { "m-UD-Q4_K_M.gguf", "m-Q4_K_M.gguf" }, "Q4_K_M", "m-Q4_K_M.gguf", FALSE, TRUE },
    { { "en/m-Q4_0.gguf", "de/m-Q4_0.gguf" }, "de/q4_0", "de/m-Q4_0.gguf", FALSE, TRUE },
    { { "en/m-Q4_0.gguf", "de/m-Q4_0.gguf" }, "de/m-Q4_0.gguf", "de/m-Q4_0.gguf", FALSE, TRUE },
    { { "m-Q4_0-00001-of-00002.gguf", "m-Q4_0-00002-of-00002.gguf" }, "m-Q4_0-00002-of-00002.gguf", "m-Q4_0-00001-of-00002.gguf", FALSE, TRUE },
    { { "m-Q4_0.gguf", "M-Q4_0.gguf" }, "M-Q4_0", "M-Q4_0.gguf", FALSE, TRUE },
    { { "Step-Compact.gguf", "Step-I-Compact.gguf" }, "step-i-compact", "Step-I-Compact.gguf", FALSE, TRUE },
    { { "Step-Compact.gguf", "Step-I-Compact.gguf" }, "Compact", "Step-Compact.gguf", FALSE, FALSE },
    { { "Step-Compact.gguf", "Step-I-Compact.gguf" }, "i-compact", "Step-I-Compact.gguf", FALSE, FALSE },
    // More than one.
    { { "en/m-Q4_0.gguf", "de/m-Q4_0.gguf" }, "Q4_0", NULL, TRUE, FALSE },
    { { "base-Q4_0.gguf", "chat-Q4_0.gguf" }, "q4_0", NULL, TRUE, FALSE },
    { { "m-Q4_0.gguf", "M-Q4_0.gguf" }, "Q4_0", NULL, TRUE, FALSE },
    // A part of a name or label, or what is only like it.
    { { "m-BF16.gguf", "m-Q8_0.gguf" }, "F16", NULL, FALSE, FALSE },
    { { "m-UD-Q4_K_M.gguf" }, "Q4_K_M", NULL, FALSE, FALSE },
    { { "m-Q4_K_M.gguf" }, "UD-Q4_K_M", NULL, FALSE, FALSE },
    { { "m-UD-Q4_K_XL.gguf", "m-Q8_0.gguf" }, "q4_k_xl", NULL, FALSE, FALSE },
    { { "m-Q6_K_L.gguf" }, "Q6_K", NULL, FALSE, FALSE },
    { { "m-Q4_0_8_8.gguf" }, "Q4_0", NULL, FALSE, FALSE },
    { { "Q3-4B-Q4_K_M.gguf", "Q3-4B-UD-Q4_K_M.gguf" }, "4", NULL, FALSE, FALSE },
    { { "Step-I-Compact.gguf" }, "Compact", NULL, FALSE, FALSE },
    { { "Step-I-Compact.gguf", "Step-I-Mini.gguf" }, "Compact", NULL, FALSE, TRUE },
    { { "m-Q2_K.gguf" }, "Q9_9", NULL, FALSE, FALSE },
    { { "m-Q2_K.gguf" }, "", NULL, FALSE, FALSE },
    { { "Step.gguf", "Step-I.gguf" }, "", NULL, FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) variants = group (cases[i].paths);
      gboolean          is_ambiguous = !cases[i].is_ambiguous;
      const MaqVariant *found = maq_variants_find (variants, cases[i].wish, !cases[i].is_part, &is_ambiguous);

      g_test_message ("“%s” among %s, …", cases[i].wish, cases[i].paths[0]);
      g_assert_cmpstr (found != NULL ? found->paths[0] : NULL, ==, cases[i].first);
      g_assert_cmpint (is_ambiguous, ==, cases[i].is_ambiguous);
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
  g_test_add_func ("/format/variant/companions-are-told-by-their-place", companions_are_told_by_their_place);
  g_test_add_func ("/format/variant/a-draft-is-one-beside-a-model", a_draft_is_one_beside_a_model);
  g_test_add_func ("/format/variant/companions-are-told-by-their-header", companions_are_told_by_their_header);
  g_test_add_func ("/format/variant/a-long-header-needs-only-its-beginning", a_long_header_needs_only_its_beginning);
  g_test_add_func ("/format/variant/what-the-header-says-counts", what_the_header_says_counts);
  g_test_add_func ("/format/variant/shards-are-one-variant", shards_are_one_variant);
  g_test_add_func ("/format/variant/odd-shard-numbers-are-plain-files", odd_shard_numbers_are_plain_files);
  g_test_add_func ("/format/variant/equal-labels-are-told-apart", equal_labels_are_told_apart);
  g_test_add_func ("/format/variant/labels-are-unique", labels_are_unique);
  g_test_add_func ("/format/variant/the-default-has-a-known-order", the_default_has_a_known_order);
  g_test_add_func ("/format/variant/wishes-are-never-guessed", wishes_are_never_guessed);
  g_test_add_func ("/format/variant/copies-are-whole", copies_are_whole);
  return g_test_run ();
}
