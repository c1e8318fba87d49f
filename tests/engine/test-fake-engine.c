// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-fake-engine.h"

#include <string.h>

static MaqSession *
start (const char *path)
{
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();

  return maq_engine_start (engine, path, NULL);
}

static MaqGeneration *
ask (MaqSession *session,
     const char *question)
{
  g_autoptr (MaqGenerateOptions) options = maq_generate_options_new ();

  maq_generate_options_add_message (options, "system", "Be brief.");
  maq_generate_options_add_message (options, "user", question);
  return maq_session_generate (session, options);
}

static char *
read_all (MaqGeneration *generation,
          guint         *n_chunks,
          GError       **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (*n_chunks = 0;; (*n_chunks)++)
    {
      g_autofree char *chunk = dex_await_string (maq_generation_next (generation), error);
      if (chunk == NULL)
        return NULL;
      if (*chunk == 0)
        return g_string_free (g_steal_pointer (&text), FALSE);
      g_string_append (text, chunk);
    }
}

static void
answers_word_by_word (void)
{
  g_autoptr (MaqSession) session = start ("x.gguf");
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint            n_chunks;
  MaqStats         stats;

  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_LOADING);
  g_assert_true (dex_await (maq_session_wait_ready (session), &error));
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_READY);
  g_assert_cmpfloat (maq_session_get_progress (session), ==, 1);
  generation = ask (session, "hello there");
  g_assert_false (maq_generation_get_stats (generation, &stats));
  text = read_all (generation, &n_chunks, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "You said: hello there");
  g_assert_cmpuint (n_chunks, ==, 4);
  g_assert_true (maq_generation_get_stats (generation, &stats));
  g_assert_cmpuint (stats.tokens, ==, 4);
  g_assert_cmpstr (stats.stop_reason, ==, "end");
}

static void
waits_for_loading_by_itself (void)
{
  g_autoptr (MaqSession) session = start ("x.gguf");
  g_autoptr (MaqGeneration) generation = ask (session, "a");
  g_autoptr (MaqGeneration) second = ask (session, "b");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *none = NULL;
  guint            n_chunks;

  none = read_all (second, &n_chunks, &error);
  g_assert_error (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_BUSY);
  g_clear_error (&error);
  text = read_all (generation, &n_chunks, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "You said: a");
}

static void
broken_fails_to_load (void)
{
  g_autoptr (MaqSession) session = start ("/x/broken.gguf");
  g_autoptr (MaqGeneration) generation = ask (session, "a");
  g_autoptr (GError) error = NULL;
  guint n_chunks;

  g_assert_null (read_all (generation, &n_chunks, &error));
  g_assert_error (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_BAD_MODEL);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_FAILED);
  g_assert_error ((GError *) maq_session_get_error (session), MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_BAD_MODEL);
}

static void
crash_fails_in_the_middle (void)
{
  g_autoptr (MaqSession) session = start ("/x/crash.gguf");
  g_autoptr (MaqGeneration) generation = ask (session, "a b c d");
  g_autoptr (GError) error = NULL;
  guint n_chunks;

  g_assert_null (read_all (generation, &n_chunks, &error));
  g_assert_error (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED);
  g_assert_cmpuint (n_chunks, ==, 3);
}

static void
stop_ends_an_answer (void)
{
  g_autoptr (MaqSession) session = start ("/x/slow.gguf");
  g_autoptr (MaqGeneration) generation = ask (session, "a b c d e f g h i j k l m n o p");
  g_autoptr (GError) error = NULL;
  g_autofree char *first = dex_await_string (maq_generation_next (generation), &error);
  g_autofree char *rest = NULL;
  guint            n_chunks;
  MaqStats         stats;

  g_assert_cmpstr (first, ==, "You");
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_GENERATING);
  maq_generation_stop (generation);
  rest = read_all (generation, &n_chunks, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_chunks, <, 3);
  g_assert_true (maq_generation_get_stats (generation, &stats));
  g_assert_cmpstr (stats.stop_reason, ==, "cancelled");
}

static void
dropping_ends_an_answer (void)
{
  g_autoptr (MaqSession) session = start ("/x/slow.gguf");
  MaqGeneration *generation = ask (session, "a b c d e f g h");
  gint64         until = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;

  dex_await (dex_timeout_new_msec (60), NULL);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_GENERATING);
  g_object_unref (generation);
  while (maq_session_get_state (session) == MAQ_SESSION_GENERATING && g_get_monotonic_time () < until)
    dex_await (dex_timeout_new_msec (5), NULL);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_READY);
}

static void
unload_ends_everything (void)
{
  g_autoptr (MaqSession) loading = start ("x.gguf");
  g_autoptr (MaqSession) slow = start ("/x/slow.gguf");
  g_autoptr (MaqGeneration) generation = ask (slow, "a b c d");
  g_autoptr (GError) error = NULL;
  g_autofree char *first = dex_await_string (maq_generation_next (generation), &error);
  guint            n_chunks;

  g_assert_nonnull (first);
  g_assert_true (dex_await (maq_session_unload (loading), NULL));
  g_assert_false (dex_await (maq_session_wait_ready (loading), &error));
  g_assert_error (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_UNLOADED);
  g_clear_error (&error);
  g_assert_true (dex_await (maq_session_unload (slow), NULL));
  g_assert_null (read_all (generation, &n_chunks, &error));
  g_assert_error (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_UNLOADED);
  g_assert_cmpint (maq_session_get_state (slow), ==, MAQ_SESSION_UNLOADED);
}

static void
embeds_and_tokenizes (void)
{
  static const char *const texts[] = { "one cat", "one dog", NULL };
  g_autoptr (MaqSession) session = start ("x.gguf");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) vectors = dex_await_variant (maq_session_embed (session, texts), &error);
  g_autoptr (GVariant) tokens = dex_await_variant (maq_session_tokenize (session, "a b a"), &error);
  g_autoptr (GVariant) vector = NULL;
  gsize         n_values;
  const double *values;
  double        length = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (g_variant_n_children (vectors), ==, 2);
  vector = g_variant_get_child_value (vectors, 0);
  values = g_variant_get_fixed_array (vector, &n_values, sizeof *values);
  for (gsize i = 0; i < n_values; i++)
    length += values[i] * values[i];
  g_assert_cmpfloat_with_epsilon (length, 1, 1e-9);
  g_assert_cmpuint (g_variant_n_children (tokens), ==, 3);
}

static void
takes_no_grammar (void)
{
  g_autoptr (MaqSession) session = start ("/models/tiny.gguf");
  g_autoptr (MaqGenerateOptions) options = maq_generate_options_new ();
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *none = NULL;
  guint            n_chunks;

  maq_generate_options_add_message (options, "user", "Hello");
  options->grammar = g_strdup ("root ::= \"a\"");
  generation = maq_session_generate (session, options);
  none = read_all (generation, &n_chunks, &error);
  g_assert_null (none);
  g_assert_error (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_UNSUPPORTED);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  dex_test_add_func ("/engine/fake/answers-word-by-word", answers_word_by_word);
  dex_test_add_func ("/engine/fake/waits-for-loading-by-itself", waits_for_loading_by_itself);
  dex_test_add_func ("/engine/fake/broken-fails-to-load", broken_fails_to_load);
  dex_test_add_func ("/engine/fake/crash-fails-in-the-middle", crash_fails_in_the_middle);
  dex_test_add_func ("/engine/fake/stop-ends-an-answer", stop_ends_an_answer);
  dex_test_add_func ("/engine/fake/dropping-ends-an-answer", dropping_ends_an_answer);
  dex_test_add_func ("/engine/fake/takes-no-grammar", takes_no_grammar);
  dex_test_add_func ("/engine/fake/unload-ends-everything", unload_ends_everything);
  dex_test_add_func ("/engine/fake/embeds-and-tokenizes", embeds_and_tokenizes);
  return g_test_run ();
}
