// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-gguf-builder.h"
#include "maq-header.h"
#include "maq-hub-server.h"
#include "maq-variant-fits.h"

#include <unistd.h>

#define MODEL "acme/large"
// More than is asked for at first, so that the header takes several tries.
#define VOCABULARY   30000
#define WEIGHTS_SIZE (64u << 20)

// A header of one key, the architecture.
static const char drafter[] = "GGUF\3\0\0\0"
                              "\0\0\0\0\0\0\0\0"
                              "\1\0\0\0\0\0\0\0"
                              "\24\0\0\0\0\0\0\0general.architecture"
                              "\10\0\0\0"
                              "\6\0\0\0\0\0\0\0dflash";

typedef struct
{
  char         *folder;
  MaqHubServer *server;
  MaqHubClient *client;
  MaqCache     *cache;
} Hub;

// A model of a few layers whose weights are a hole.
static void
write_model (const char *folder,
             const char *name)
{
  static const struct
  {
    const char *key;
    guint32     value;
  } entries[] = { { "block_count", 4 }, { "embedding_length", 64 }, { "feed_forward_length", 128 }, { "attention.head_count", 4 }, { "context_length", 4096 } };
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (1, G_N_ELEMENTS (entries) + 2, FALSE);
  g_autoptr (GStrvBuilder) tokens = g_strv_builder_new ();
  g_auto (GStrv) vocabulary = NULL;

  for (guint i = 0; i < VOCABULARY; i++)
    g_strv_builder_take (tokens, g_strdup_printf ("token number %u", i));
  vocabulary = g_strv_builder_end (tokens);
  maq_gguf_builder_add_key_string (builder, "general.architecture", "llama");
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_autofree char *key = g_strconcat ("llama.", entries[i].key, NULL);
      maq_gguf_builder_add_key_u32 (builder, key, entries[i].value);
    }
  maq_gguf_builder_add_key_strings (builder, "tokenizer.ggml.tokens", (const char *const *) vocabulary);
  maq_gguf_builder_add_tensor (builder, "token_embd.weight", 1, 64, WEIGHTS_SIZE / 128, 0);
  maq_gguf_builder_add_weights (builder, 32, 0);
  g_assert_true (g_file_set_contents (path, (const char *) builder->bytes->data, builder->bytes->len, NULL));
  g_assert_cmpint (truncate (path, builder->bytes->len + WEIGHTS_SIZE), ==, 0);
}

static Hub *
hub_new (void)
{
  Hub             *hub = g_new0 (Hub, 1);
  g_autofree char *root = NULL, *models = NULL, *repo = NULL, *text = NULL, *assistant = NULL, *cache = NULL;
  g_autoptr (MaqHubStore) store = NULL;
  g_autoptr (GError) error = NULL;

  hub->folder = g_dir_make_tmp ("maq-fits-XXXXXX", NULL);
  root = g_build_filename (hub->folder, "hub", NULL);
  repo = g_build_filename (root, "models", MODEL, NULL);
  text = g_build_filename (repo, "poem-Q2_K.gguf", NULL);
  cache = g_build_filename (hub->folder, "cache", NULL);
  g_assert_cmpint (g_mkdir_with_parents (repo, 0700), ==, 0);
  write_model (repo, "large-Q8_0.gguf");
  g_assert_true (g_file_set_contents (text, "I am a poem.", -1, NULL));
  assistant = g_build_filename (repo, "large-assistant-Q4_K_M.gguf", NULL);
  g_assert_true (g_file_set_contents (assistant, drafter, sizeof drafter - 1, NULL));
  store = maq_hub_store_new_folder (root, &error);
  g_assert_no_error (error);
  hub->server = maq_hub_server_new (store);
  maq_hub_server_set_faults_allowed (hub->server, TRUE);
  maq_hub_server_listen (hub->server, NULL, 0, &error);
  g_assert_no_error (error);
  hub->client = maq_hub_client_new (maq_hub_server_get_url (hub->server));
  hub->cache = maq_cache_new (cache);
  return hub;
}

static void
hub_free (Hub *hub)
{
  g_object_unref (hub->client);
  g_object_unref (hub->cache);
  g_object_unref (hub->server);
  g_free (hub->folder);
  g_free (hub);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Hub, hub_free)

static GPtrArray *
make_variants (void)
{
  const char *paths[] = { "large-Q8_0.gguf", "large-F16.gguf", "large-Q4_K_M-00001-of-00002.gguf", "poem-Q2_K.gguf" };
  guint64     sizes[] = { WEIGHTS_SIZE, 2 * WEIGHTS_SIZE, 1000, 12 };

  return maq_variants_group (paths, sizes, G_N_ELEMENTS (paths));
}

static DexFuture *
judge (Hub        *hub,
       GPtrArray  *variants,
       const char *quant)
{
  MaqFitOptions options = { 0 };

  return maq_variant_fits_judge (hub->client, hub->cache, MODEL, NULL, variants, maq_variants_find (variants, quant, TRUE, NULL), &options);
}

static void
one_header_is_enough (void)
{
  g_autoptr (Hub) hub = hub_new ();
  g_autoptr (GPtrArray) variants = make_variants ();
  g_autoptr (GPtrArray) fits = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  // All of the file would take half a minute.
  maq_hub_server_add_faults (hub->server, "[{\"host\": \"cdn\", \"path\": \"*\", \"rate\": 2000000, \"times\": 0}]", &error);
  g_assert_no_error (error);
  fits = dex_await_boxed (judge (hub, variants, "Q8_0"), &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 15 * G_USEC_PER_SEC);
  g_assert_cmpuint (fits->len, ==, variants->len);
  for (guint i = 0; i < fits->len; i++)
    {
      const MaqVariant *variant = variants->pdata[i];
      const MaqFit     *fit = fits->pdata[i];

      // Not all there, or smaller than its header.
      if (variant->missing > 0 || variant->size < 1000)
        {
          g_assert_cmpint (fit->verdict, ==, MAQ_FIT_UNKNOWN);
          continue;
        }
      g_assert_cmpint (fit->verdict, ==, MAQ_FIT_FITS);
      g_assert_cmpuint (fit->context, ==, 4096);
      g_assert_cmpuint (fit->weights, <=, variant->size);
      g_assert_cmpuint (fit->cache, ==, 4 * 64 * 2 * 2 * 4096);
    }
  g_assert_cmpstr (maq_fit_recommend (variants, fits)->label, ==, "Q8_0");
}

static void
problems_are_errors (void)
{
  g_autoptr (Hub) hub = hub_new ();
  g_autoptr (GPtrArray) variants = make_variants ();
  g_autoptr (GError) error = NULL;
  MaqFitOptions options = { 0 };

  g_assert_null (dex_await_boxed (judge (hub, variants, "Q2_K"), &error));
  g_assert_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT);
  g_clear_error (&error);
  // Not on the Hub.
  g_assert_null (dex_await_boxed (judge (hub, variants, "F16"), &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  // Not here, and not to be fetched.
  g_assert_null (dex_await_boxed (maq_variant_fits_judge (NULL, hub->cache, MODEL, NULL, variants, maq_variants_find (variants, "Q8_0", TRUE, NULL), &options), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  // The connection breaks off in the middle of the header, again and again.
  maq_hub_server_add_faults (hub->server, "[{\"host\": \"cdn\", \"path\": \"*\", \"cut\": 100000, \"times\": 0}]", &error);
  g_assert_no_error (error);
  g_assert_null (dex_await_boxed (judge (hub, variants, "Q8_0"), &error));
  g_assert_nonnull (error);
}

static void
companions_are_never_recommended (void)
{
  g_autoptr (Hub) hub = hub_new ();
  const char   *paths[] = { "large-Q8_0.gguf", "large-assistant-Q4_K_M.gguf" };
  const guint64 sizes[] = { WEIGHTS_SIZE, sizeof drafter - 1 };
  g_autoptr (GPtrArray) variants = maq_variants_group (paths, sizes, G_N_ELEMENTS (paths));
  g_autoptr (GError) error = NULL;

  // Whichever header is asked for first.
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GPtrArray) fits = dex_await_boxed (judge (hub, variants, i == 0 ? "Q8_0" : "Q4_K_M"), &error);

      g_assert_no_error (error);
      for (guint j = 0; j < 2; j++)
        {
          const MaqVariant *variant = g_ptr_array_index (variants, j);
          const MaqFit     *fit = g_ptr_array_index (fits, j);
          gboolean          is_model = g_str_equal (variant->label, "Q8_0");

          g_assert_cmpint (fit->verdict, ==, is_model ? MAQ_FIT_FITS : MAQ_FIT_UNKNOWN);
          g_assert_cmpint (fit->companion, ==, is_model ? MAQ_COMPANION_NONE : MAQ_COMPANION_DRAFTER);
        }
      g_assert_cmpstr (maq_fit_recommend (variants, fits)->label, ==, "Q8_0");
    }
}

static void
dropping_it_stops_it (void)
{
  g_autoptr (Hub) hub = hub_new ();
  g_autoptr (GPtrArray) variants = make_variants ();

  for (guint i = 0; i < 40; i += 4)
    {
      DexFuture *future = judge (hub, variants, "Q8_0");
      dex_await (dex_timeout_new_msec (i), NULL);
      dex_unref (future);
    }
  g_clear_pointer (&variants, g_ptr_array_unref);
  dex_await (dex_timeout_new_msec (100), NULL);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  dex_test_add_func ("/library/variant-fits/one-header-is-enough", one_header_is_enough);
  dex_test_add_func ("/library/variant-fits/problems-are-errors", problems_are_errors);
  dex_test_add_func ("/library/variant-fits/companions-are-never-recommended", companions_are_never_recommended);
  dex_test_add_func ("/library/variant-fits/dropping-it-stops-it", dropping_it_stops_it);
  return g_test_run ();
}
