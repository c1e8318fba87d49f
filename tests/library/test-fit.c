// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-fit.h"
#include "maq-gguf-builder.h"

#include <string.h>

#define GB         1000000000ull
#define F16        1
#define NO_OPTIONS ((MaqFitOptions) { 0 })

typedef struct
{
  const char *key;
  guint32     value;
} Entry;

// A header with ENTRIES after "llama.", ending with a NULL key, and one matrix of COLUMNS × ROWS.
static MaqGguf *
make_header (const Entry *entries,
             guint64      columns,
             guint64      rows)
{
  g_autoptr (MaqGgufBuilder) builder = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  MaqGguf *header;
  guint    n = 0;

  while (entries[n].key != NULL)
    n++;
  builder = maq_gguf_builder_new (1, n + 1, FALSE);
  maq_gguf_builder_add_key_string (builder, "general.architecture", "llama");
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strconcat (strchr (entries[i].key, '.') == entries[i].key ? "" : "llama.", entries[i].key, NULL);
      maq_gguf_builder_add_key_u32 (builder, key, entries[i].value);
    }
  maq_gguf_builder_add_tensor (builder, "token_embd.weight", F16, columns, rows, 0);
  bytes = maq_gguf_builder_get_bytes (builder);
  header = maq_gguf_parse (bytes, 0, &error);
  g_assert_no_error (error);
  return header;
}

static const Entry llama_8b[] = {
  { "context_length", 131072 },
  { "embedding_length", 4096 },
  { "block_count", 32 },
  { "feed_forward_length", 14336 },
  { "attention.head_count", 32 },
  { "attention.head_count_kv", 8 },
  { NULL },
};

static MaqFit *
judge (guint64       size,
       MaqMachine    machine,
       MaqFitOptions options)
{
  g_autoptr (MaqGguf) header = make_header (llama_8b, 4096, 128256);

  options.size = size;
  return maq_fit_new (header, &machine, &options);
}

static void
the_parts_are_what_they_are (void)
{
  g_autoptr (MaqFit) fit = judge (5 * GB, (MaqMachine) { .ram_free = 32 * GB }, NO_OPTIONS);
  g_autoptr (MaqFit) smaller = judge (5 * GB, (MaqMachine) { .ram_free = 32 * GB }, (MaqFitOptions) { .key_type = MAQ_FIT_CACHE_Q8_0, .value_type = MAQ_FIT_CACHE_Q8_0 });

  g_assert_cmpint (fit->verdict, ==, MAQ_FIT_FITS);
  g_assert_cmpuint (fit->context, ==, 8192);
  g_assert_cmpuint (fit->max_context, ==, 8192);
  // A tensor directory of some hundred bytes is not weights.
  g_assert_cmpuint (fit->weights, >, 5 * GB - 1000);
  g_assert_cmpuint (fit->weights, <, 5 * GB);
  // Layers × heads × their size × keys and values × two bytes × tokens.
  g_assert_cmpuint (fit->cache, ==, 32ull * 8 * 128 * 2 * 2 * 8192);
  g_assert_cmpuint (smaller->cache, ==, fit->cache / 32 * 17);
  g_assert_cmpuint (fit->total, ==, fit->weights + fit->cache + fit->compute + fit->overhead);
}

static void
verdicts_follow_the_machine (void)
{
  static const struct
  {
    MaqMachine    machine;
    guint         context;
    MaqFitVerdict verdict;
    const char   *word;
  } cases[] = {
    { { .ram_free = 32 * GB }, 0, MAQ_FIT_FITS, "Takes about 6.2\302\240GB" },
    { { .ram_free = 32 * GB }, 131072, MAQ_FIT_FITS, "131072 tokens" },
    { { .ram_free = 8 * GB }, 131072, MAQ_FIT_FITS_LESS_CONTEXT, "Up to " },
    { { .ram_free = 6 * GB, .swap_free = 8 * GB }, 0, MAQ_FIT_FITS_LESS_CONTEXT, "6.0\302\240GB of memory is free" },
    { { .ram_free = 5 * GB, .swap_free = 8 * GB }, 0, MAQ_FIT_SLOW, "swapped" },
    { { .ram_free = 5 * GB, .swap_free = 1 * GB }, 0, MAQ_FIT_DOES_NOT_FIT, "too much for the 5.0\302\240GB" },
    { { .ram_free = 32 * GB, .vram_free = 8 * GB, .vram_total = 8 * GB }, 0, MAQ_FIT_FITS, "graphics card has 8.0\302\240GB free" },
    { { .ram_free = 32 * GB, .vram_free = 4 * GB, .vram_total = 8 * GB }, 0, MAQ_FIT_SLOW, "more than the 4.0\302\240GB" },
    { { .ram_free = 32 * GB, .vram_free = 8 * GB, .vram_total = 8 * GB }, 131072, MAQ_FIT_FITS_LESS_CONTEXT, "graphics card has 8.0\302\240GB free. Up to " },
    { { .ram_free = 1 * GB, .vram_free = 4 * GB, .vram_total = 8 * GB }, 0, MAQ_FIT_DOES_NOT_FIT, "too much" },
    { { .ram_free = 0 }, 0, MAQ_FIT_UNKNOWN, "cannot be told" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MaqFit) fit = judge (5 * GB, cases[i].machine, (MaqFitOptions) { .context_length = cases[i].context });
      g_autoptr (MaqFit) copy = maq_fit_copy (fit);
      g_autofree char *sentence = maq_fit_to_sentence (copy);

      g_test_message ("%s: %s", maq_fit_verdict_to_word (fit->verdict), sentence);
      g_assert_cmpint (fit->verdict, ==, cases[i].verdict);
      g_assert_nonnull (strstr (sentence, cases[i].word));
      g_assert_true (g_str_has_suffix (sentence, "."));
      g_assert_nonnull (maq_fit_verdict_to_id (fit->verdict));
    }
}

// Whatever is free, the context that is said to fit does, and the next longer one does not.
static void
the_largest_context_is_the_largest (void)
{
  for (guint64 free = 5 * GB; free < 24 * GB; free += GB / 3)
    {
      MaqMachine machine = { .ram_free = free };
      g_autoptr (MaqFit) fit = judge (5 * GB, machine, (MaqFitOptions) { .context_length = 100000 });

      if (fit->max_context == 0)
        {
          g_autoptr (MaqFit) least = judge (5 * GB, machine, (MaqFitOptions) { .context_length = 512 });
          g_assert_cmpuint (least->max_context, ==, 0);
          continue;
        }
      g_autoptr (MaqFit) same = judge (5 * GB, machine, (MaqFitOptions) { .context_length = fit->max_context });
      g_assert_cmpint (same->verdict, ==, MAQ_FIT_FITS);
      if (fit->max_context < 100000)
        {
          g_autoptr (MaqFit) more = judge (5 * GB, machine, (MaqFitOptions) { .context_length = fit->max_context + 256 });
          g_assert_cmpint (more->verdict, !=, MAQ_FIT_FITS);
        }
    }
}

static void
a_measured_model_is_as_measured (void)
{
  MaqMemoryUse use = { .weights = 123, .cache = 456, .compute = 789, .context_length = 8192 };
  g_autoptr (MaqFit) fit = judge (0, (MaqMachine) { .ram_free = GB }, (MaqFitOptions) { .measured = &use });
  MaqMemoryUse other_use = { .weights = 5 * GB, .cache = 6 * GB, .compute = GB, .context_length = 65536 };
  g_autoptr (MaqFit) other = judge (0, (MaqMachine) { .ram_free = 11 * GB }, (MaqFitOptions) { .measured = &other_use });

  g_assert_cmpuint (fit->weights, ==, 123);
  g_assert_cmpuint (fit->cache, ==, 456);
  g_assert_cmpuint (fit->compute, ==, 789);
  // The engine says for which context; shorter ones are told from the header.
  g_assert_cmpuint (other->context, ==, 65536);
  g_assert_cmpuint (other->cache, ==, 6 * GB);
  g_assert_cmpint (other->verdict, ==, MAQ_FIT_FITS_LESS_CONTEXT);
  g_assert_cmpuint (other->max_context, <, 65536);
  g_assert_cmpuint (other->max_context, >, 32768);
}

static void
poor_headers_are_unknown (void)
{
  static const struct
  {
    Entry       entries[8];
    const char *reason;
  } cases[] = {
    { { { NULL } }, "llama.block_count is missing" },
    { { { "block_count", 0 }, { NULL } }, "llama.block_count is 0" },
    { { { "block_count", G_MAXUINT32 }, { NULL } }, "llama.block_count" },
    { { { "block_count", 2 }, { NULL } }, "llama.embedding_length is missing" },
    { { { "block_count", 2 }, { "embedding_length", 0 }, { NULL } }, "llama.embedding_length is 0" },
    { { { "block_count", 2 }, { "embedding_length", 64 }, { NULL } }, "llama.attention.head_count is missing" },
    { { { "block_count", 2 }, { "embedding_length", 64 }, { "attention.head_count", 0 }, { NULL } }, "llama.attention.head_count is 0" },
    { { { "block_count", 2 }, { "embedding_length", 64 }, { "attention.head_count", G_MAXUINT32 }, { NULL } }, "llama.attention.head_count is no number" },
    { { { "block_count", 2 }, { "embedding_length", 64 }, { "attention.head_count", 4 }, { "attention.key_length", 1u << 31 }, { NULL } }, "llama.attention.key_length" },
    { { { "block_count", 2 }, { "embedding_length", 64 }, { "attention.head_count", 4 }, { "feed_forward_length", 1u << 31 }, { NULL } }, "llama.feed_forward_length" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MaqGguf) header = make_header (cases[i].entries, 64, 64);
      g_autoptr (MaqFit) fit = maq_fit_new (header, &(MaqMachine) { .ram_free = GB }, &(MaqFitOptions) { 0 });
      g_autofree char *sentence = maq_fit_to_sentence (fit);

      g_assert_cmpint (fit->verdict, ==, MAQ_FIT_UNKNOWN);
      g_assert_true (g_str_has_prefix (fit->reason, cases[i].reason));
      g_assert_nonnull (strstr (sentence, cases[i].reason));
    }
}

static void
an_engine_that_refuses_is_quoted (void)
{
  g_autoptr (MaqFit) fit = maq_fit_new_unknown ("The engine cannot run this model. Choose another one.");
  g_autofree char *sentence = maq_fit_to_sentence (fit);

  g_assert_cmpint (fit->verdict, ==, MAQ_FIT_UNKNOWN);
  g_assert_cmpstr (sentence, ==, "The engine cannot run this model. Choose another one.");
}

// The largest of everything that is let through neither overflows nor seems to fit.
static void
the_largest_numbers_stay_numbers (void)
{
  static const Entry entries[] = {
    { "block_count", 1024 },
    { "embedding_length", 1 << 18 },
    { "feed_forward_length", 1 << 20 },
    { "attention.head_count", 4096 },
    { "attention.head_count_kv", 4096 },
    { "attention.key_length", 4096 },
    { "attention.value_length", 4096 },
    { "attention.sliding_window", 4096 },
    { "expert_used_count", 1024 },
    { "ssm.conv_kernel", 64 },
    { "ssm.inner_size", 1 << 18 },
    { "ssm.state_size", 4096 },
    { "ssm.group_count", 4096 },
    { "pooling_type", 1 },
    { NULL },
  };
  g_autoptr (MaqGguf) header = make_header (entries, 1ull << 31, 1ull << 30);
  g_autoptr (MaqFit) fit = maq_fit_new (header, &(MaqMachine) { .ram_free = 64 * GB, .swap_free = G_MAXUINT64 }, &(MaqFitOptions) { .context_length = G_MAXUINT, .key_type = MAQ_FIT_CACHE_F32, .value_type = MAQ_FIT_CACHE_F32 });
  g_autoptr (MaqFit) most = maq_fit_new (header, &(MaqMachine) { .ram_free = 64 * GB, .vram_total = GB }, &(MaqFitOptions) { .size = G_MAXUINT64 });

  g_assert_cmpint (fit->verdict, !=, MAQ_FIT_FITS);
  g_assert_cmpuint (fit->context, ==, 1 << 20);
  g_assert_cmpuint (fit->weights, ==, 1ull << 62);
  g_assert_cmpuint (fit->cache, >, 1ull << 55);
  g_assert_cmpuint (fit->total, >, fit->weights + fit->cache);
  g_assert_cmpuint (fit->total, <, 1ull << 63);
  g_assert_cmpint (most->verdict, ==, MAQ_FIT_DOES_NOT_FIT);
  g_assert_cmpuint (most->total, ==, G_MAXUINT64);
}

// A real header with bytes of it changed: whatever is still a header gives a verdict.
static void
damaged_headers_do_no_harm (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "weights", "pebble-chat-GGUF", "pebble-chat-Q8_0.gguf", NULL);
  g_autofree char *content = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  gsize length;
  guint n_judged = 0;

  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  for (guint i = 0; i < 3000; i++)
    {
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (MaqGguf) header = NULL;
      char *copy = g_memdup2 (content, length);

      // The dimensions stand at the beginning.
      for (guint j = 0; j < 1 + i % 4; j++)
        copy[g_rand_int_range (random, 24, i % 2 == 0 ? 1500 : 40000)] = g_rand_int (random);
      bytes = g_bytes_new_take (copy, length);
      header = maq_gguf_parse (bytes, 0, NULL);
      if (header == NULL)
        continue;
      g_autoptr (MaqFit) fit = maq_fit_new (header, &(MaqMachine) { .ram_free = 16 * GB, .vram_free = i % 3 * GB, .vram_total = i % 3 * GB }, &(MaqFitOptions) { .context_length = g_rand_int (random) });
      g_autofree char *sentence = maq_fit_to_sentence (fit);
      g_assert_true (g_utf8_validate (sentence, -1, NULL));
      g_assert_cmpuint (fit->max_context, <=, fit->context);
      n_judged++;
    }
  g_assert_cmpuint (n_judged, >, 300);
}

static MaqVariant *
make_variant (const char *label,
              double      bits,
              guint64     size,
              guint       missing)
{
  MaqVariant *variant = g_new0 (MaqVariant, 1);

  variant->label = g_strdup (label);
  variant->quant = g_strdup (label);
  variant->paths = g_new0 (char *, 1);
  variant->bits = bits;
  variant->size = size;
  variant->missing = missing;
  return variant;
}

static void
the_best_that_fits_is_recommended (void)
{
  static const struct
  {
    guint64     free;
    const char *label;
  } cases[] = {
    { 64 * GB, "Q8_0" },
    { 9 * GB, "Q6_K" },
    { 7 * GB, "Q4_K_M" },
    { 5 * GB, "Q2_K" },
    // Nothing fits: as without knowing the machine.
    { 1 * GB, "Q4_K_M" },
  };
  g_autoptr (GPtrArray) variants = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);

  g_ptr_array_add (variants, make_variant ("Q2_K", 3.16, 3 * GB, 0));
  g_ptr_array_add (variants, make_variant ("Q4_K_M", 4.89, 5 * GB, 0));
  g_ptr_array_add (variants, make_variant ("Q6_K", 6.56, 6 * GB + GB / 2, 0));
  g_ptr_array_add (variants, make_variant ("UD-Q8_0", 8.5, 8 * GB, 1));
  g_ptr_array_add (variants, make_variant ("Q8_0", 8.5, 8 * GB + GB / 2, 0));
  g_ptr_array_add (variants, make_variant ("F16", 16, 16 * GB, 0));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) fits = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_fit_free);
      for (guint j = 0; j < variants->len; j++)
        g_ptr_array_add (fits, judge (((MaqVariant *) variants->pdata[j])->size, (MaqMachine) { .ram_free = cases[i].free }, NO_OPTIONS));
      g_assert_cmpstr (maq_fit_recommend (variants, fits)->label, ==, cases[i].label);
    }
}

static void
only_large_ones_are_better_than_none (void)
{
  g_autoptr (GPtrArray) variants = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);
  g_autoptr (GPtrArray) fits = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_fit_free);

  g_assert_null (maq_fit_recommend (variants, fits));
  g_ptr_array_add (variants, make_variant ("F16", 16, 16 * GB, 0));
  g_ptr_array_add (variants, make_variant ("F32", 32, 32 * GB, 0));
  for (guint i = 0; i < variants->len; i++)
    g_ptr_array_add (fits, judge (((MaqVariant *) variants->pdata[i])->size, (MaqMachine) { .ram_free = 64 * GB }, NO_OPTIONS));
  g_assert_cmpstr (maq_fit_recommend (variants, fits)->label, ==, "F16");
}

static void
the_machine_is_read (void)
{
  static const char meminfo[] = "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    600 kB\nSwapFree:     50 kB\n";
  MaqMachine        machine;

  maq_machine_parse (&machine, meminfo, NULL, NULL);
  g_assert_cmpuint (machine.ram_total, ==, 1024000);
  g_assert_cmpuint (machine.ram_free, ==, 614400);
  g_assert_cmpuint (machine.swap_free, ==, 51200);
  maq_machine_parse (&machine, meminfo, "max", "5");
  g_assert_cmpuint (machine.ram_free, ==, 614400);
  maq_machine_parse (&machine, meminfo, "500000", "300000");
  g_assert_cmpuint (machine.ram_free, ==, 200000);
  g_assert_cmpuint (machine.ram_total, ==, 500000);
  maq_machine_parse (&machine, meminfo, "500000", "900000");
  g_assert_cmpuint (machine.ram_free, ==, 0);
  maq_machine_parse (&machine, "MemAvailable", "", "x");
  g_assert_cmpuint (machine.ram_free, ==, 0);
  maq_machine_parse (&machine, "MemAvailable: 99999999999999999999 kB", NULL, NULL);
  g_assert_cmpuint (machine.ram_free, >, GB);
  maq_machine_read (&machine);
  g_assert_cmpuint (machine.ram_free, >, 0);
  g_assert_cmpuint (machine.ram_total, >=, machine.ram_free);
}

static void
cache_types_have_names (void)
{
  MaqFitCacheType type = MAQ_FIT_CACHE_F16;

  g_assert_true (maq_fit_cache_type_parse ("Q8_0", &type));
  g_assert_cmpint (type, ==, MAQ_FIT_CACHE_Q8_0);
  g_assert_false (maq_fit_cache_type_parse ("q9", &type));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/fit/the-parts-are-what-they-are", the_parts_are_what_they_are);
  g_test_add_func ("/library/fit/verdicts-follow-the-machine", verdicts_follow_the_machine);
  g_test_add_func ("/library/fit/the-largest-context-is-the-largest", the_largest_context_is_the_largest);
  g_test_add_func ("/library/fit/a-measured-model-is-as-measured", a_measured_model_is_as_measured);
  g_test_add_func ("/library/fit/poor-headers-are-unknown", poor_headers_are_unknown);
  g_test_add_func ("/library/fit/an-engine-that-refuses-is-quoted", an_engine_that_refuses_is_quoted);
  g_test_add_func ("/library/fit/the-largest-numbers-stay-numbers", the_largest_numbers_stay_numbers);
  g_test_add_func ("/library/fit/damaged-headers-do-no-harm", damaged_headers_do_no_harm);
  g_test_add_func ("/library/fit/the-best-that-fits-is-recommended", the_best_that_fits_is_recommended);
  g_test_add_func ("/library/fit/only-large-ones-are-better-than-none", only_large_ones_are_better_than_none);
  g_test_add_func ("/library/fit/the-machine-is-read", the_machine_is_read);
  g_test_add_func ("/library/fit/cache-types-have-names", cache_types_have_names);
  return g_test_run ();
}
