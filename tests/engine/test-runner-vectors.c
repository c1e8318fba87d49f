// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-engine-fixture.h"

#include <string.h>

static double
multiply (GVariant *vectors,
          gsize     a,
          gsize     b)
{
  g_autoptr (GVariant) left = g_variant_get_child_value (vectors, a);
  g_autoptr (GVariant) right = g_variant_get_child_value (vectors, b);
  gsize         n_left, n_right;
  const double *x = g_variant_get_fixed_array (left, &n_left, sizeof *x);
  const double *y = g_variant_get_fixed_array (right, &n_right, sizeof *y);
  double        sum = 0;

  g_assert_cmpuint (n_left, ==, n_right);
  for (gsize i = 0; i < n_left; i++)
    sum += x[i] * y[i];
  return sum;
}

static void
embeds_texts (void)
{
  static const char *const texts[] = { "Free prize, call now!", "Free prize, call now", "See you at lunch tomorrow", "Free prize, call now!", NULL };
  static const char *const huge[] = { "", NULL };
  g_autofree char         *path = fixture_input ("gguf/sms-spam-bert-f32.gguf");
  g_autofree char         *none = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GVariant) vectors = NULL;
  g_autoptr (GVariant) nothing = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  session = fixture_load (path);
  vectors = dex_await_variant (maq_session_embed (session, texts), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_variant_n_children (vectors), ==, 4);
  for (gsize i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (multiply (vectors, i, i), 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (multiply (vectors, 0, 3), 1, 1e-6);
  g_assert_cmpfloat (multiply (vectors, 0, 1), >, multiply (vectors, 0, 2));

  // Such a model answers nothing, and takes only so much text.
  none = fixture_answer (session, "Hello", 5, &error);
  g_assert_null (none);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  for (guint i = 0; i < 3000; i++)
    g_string_append (text, "word ");
  nothing = dex_await_variant (maq_session_embed (session, (const char *[]) { text->str, NULL }), &error);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_TOO_LONG);
  g_clear_error (&error);
  g_clear_pointer (&nothing, g_variant_unref);
  nothing = dex_await_variant (maq_session_embed (session, huge), &error);
  g_assert_no_error (error);
}

static void
the_demo_model_embeds_sense (void)
{
  static const char *const texts[] = { "The cat sleeps on the sofa.", "A cat is sleeping on the couch.", "Seven plus five is twelve.", NULL };
  g_autofree char         *path = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "weights", "pebble-embed-GGUF", "pebble-embed-Q8_0.gguf", NULL);
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GVariant) vectors = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_test_skip ("no demo model");
      return;
    }
  session = fixture_load (path);
  vectors = dex_await_variant (maq_session_embed (session, texts), &error);
  g_assert_no_error (error);
  g_test_message ("%.3f near, %.3f far", multiply (vectors, 0, 1), multiply (vectors, 0, 2));
  g_assert_cmpfloat (multiply (vectors, 0, 1), >, multiply (vectors, 0, 2));
}

// The engine knows no capital letters in a vocabulary of this kind: a model that does is said to be read otherwise.
static void
ignored_case_is_told (void)
{
  g_autofree char *path = fixture_input ("gguf/sms-spam-bert-f32.gguf");
  g_autofree char *changed = g_build_filename (g_get_home_dir (), "cased.gguf", NULL);
  g_autofree char *data = NULL;
  g_autoptr (MaqSession) small = NULL;
  g_autoptr (MaqSession) cased = NULL;
  gsize length;
  char *word;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  small = fixture_load (path);
  g_assert_false (maq_session_ignores_case (small));
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  word = memmem (data, length, "\342\226\201free", strlen ("\342\226\201free"));
  g_assert_nonnull (word);
  word[strlen ("\342\226\201")] = 'F';
  g_assert_true (g_file_set_contents (changed, data, length, NULL));
  cased = fixture_load (changed);
  g_assert_true (maq_session_ignores_case (cased));
}

static void
chat_models_embed_nothing (void)
{
  g_autofree char *path = fixture_model ();
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GVariant) nothing = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  session = fixture_load (path);
  nothing = dex_await_variant (maq_session_embed (session, (const char *[]) { "a", NULL }), &error);
  g_assert_null (nothing);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNSUPPORTED);
}

static char *
join_tokens (GVariant *tokens)
{
  gsize         n;
  const gint32 *ids = g_variant_get_fixed_array (tokens, &n, sizeof *ids);
  GString      *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (text, " %d", ids[i]);
  return g_string_free (text, FALSE);
}

static void
tokenizes_as_expected (gconstpointer name)
{
  g_autofree char *base = g_strdup_printf ("gguf-vocab/ggml-vocab-%s.gguf", (const char *) name);
  g_autofree char *path = fixture_input (base);
  g_autofree char *in_path = NULL, *out_path = NULL, *in = NULL, *out = NULL, *none = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) texts = NULL;
  g_auto (GStrv) expected = NULL;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  in_path = g_strconcat (path, ".inp", NULL);
  out_path = g_strconcat (path, ".out", NULL);
  g_assert_true (g_file_get_contents (in_path, &in, NULL, NULL));
  g_assert_true (g_file_get_contents (out_path, &out, NULL, NULL));
  texts = g_strsplit (in, "\n__ggml_vocab_test__\n", -1);
  expected = g_strsplit (out, "\n", -1);
  session = fixture_load (path);
  for (guint i = 0; texts[i] != NULL && texts[i + 1] != NULL; i++)
    {
      g_autoptr (GVariant) tokens = dex_await_variant (maq_session_tokenize (session, texts[i]), &error);
      g_autofree char *ids = NULL;

      g_assert_no_error (error);
      ids = join_tokens (tokens);
      g_strchomp (expected[i]);
      g_assert_cmpstr (ids, ==, expected[i]);
    }
  // A vocabulary alone answers nothing.
  none = fixture_answer (session, "Hello", 5, &error);
  g_assert_null (none);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNSUPPORTED);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  dex_test_add_func ("/engine/vectors/embeds-texts", embeds_texts);
  dex_test_add_func ("/engine/vectors/the-demo-model-embeds-sense", the_demo_model_embeds_sense);
  dex_test_add_func ("/engine/vectors/ignored-case-is-told", ignored_case_is_told);
  dex_test_add_func ("/engine/vectors/chat-models-embed-nothing", chat_models_embed_nothing);
  fixture_add_case ("/engine/vectors/tokenizes-as-expected/qwen2", tokenizes_as_expected, "qwen2");
  fixture_add_case ("/engine/vectors/tokenizes-as-expected/phi-3", tokenizes_as_expected, "phi-3");
  fixture_add_case ("/engine/vectors/tokenizes-as-expected/bert-bge", tokenizes_as_expected, "bert-bge");
  return g_test_run ();
}
