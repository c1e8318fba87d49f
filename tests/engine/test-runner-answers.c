// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-engine-fixture.h"

#include <string.h>

static void
streams_the_known_text (void)
{
  g_autofree char *path = fixture_input ("gguf/stories260K.gguf");
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint            n_chunks;
  MaqStats         stats;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  session = fixture_load (path);
  generation = fixture_ask (session, "Once upon a time", 200);
  text = fixture_read (generation, &n_chunks, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (text, ", there was a little girl named Lily."));
  g_assert_cmpuint (n_chunks, >, 1);
  stats = fixture_get_stats (generation);
  g_assert_cmpuint (stats.prompt_tokens, ==, 5);
  g_assert_cmpuint (stats.tokens, ==, 200);
  g_assert_cmpstr (stats.stop_reason, ==, "length");
  g_assert_cmpfloat (stats.first_token_ms, >, 0);
  g_assert_cmpfloat (stats.tokens_per_second, >, 1);
  g_assert_cmpfloat (stats.load_ms, >, 0);
  g_assert_cmpuint (stats.memory, >, 1 << 20);
}

static void
chunks_come_at_a_measured_pace (void)
{
  g_autofree char *path = fixture_input ("gguf/llama-2-tiny-random.gguf");
  g_autofree char *text = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start;
  guint  n_chunks;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  session = fixture_load (path);
  start = g_get_monotonic_time ();
  generation = fixture_ask (session, "Once upon a time", 400);
  text = fixture_read (generation, &n_chunks, &error);
  g_assert_no_error (error);
  g_test_message ("%u chunks in %.1f ms", n_chunks, (g_get_monotonic_time () - start) / 1000.0);
  g_assert_cmpuint (n_chunks, <=, (g_get_monotonic_time () - start) / (4 * G_TIME_SPAN_MILLISECOND) + 2);
}

static char *
sample (MaqSession *session,
        guint64     seed)
{
  g_autoptr (MaqGenerateOptions) options = maq_generate_options_new ();
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  char *text;

  options->prompt = g_strdup ("Once");
  options->has_seed = TRUE;
  options->seed = seed;
  // Any token may come, however sure the model is.
  options->temperature = 3;
  options->top_k = 0;
  options->top_p = 1;
  options->min_p = 0;
  options->repeat_penalty = 1.1;
  options->max_tokens = 40;
  generation = maq_session_generate (session, options);
  text = fixture_read (generation, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
a_seed_decides (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *first = NULL, *again = NULL, *other = NULL;
  g_autoptr (MaqSession) session = NULL;

  if (path == NULL)
    return;
  session = fixture_load (path);
  first = sample (session, 7);
  other = sample (session, G_MAXUINT64);
  again = sample (session, 7);
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, other);
}

static void
stop_strings_end_an_answer (void)
{
  static const char *const stop[] = { "", "\377", "never there", " little", NULL };
  g_autofree char         *path = fixture_input ("gguf/stories260K.gguf");
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGenerateOptions) options = maq_generate_options_new ();
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  session = fixture_load (path);
  options->prompt = g_strdup ("Once upon a time");
  options->temperature = 0;
  options->stop = g_strdupv ((char **) stop);
  generation = maq_session_generate (session, options);
  text = fixture_read (generation, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, ", there was a");
  g_assert_cmpstr (fixture_get_stats (generation).stop_reason, ==, "stop");
}

// Milliseconds from stop to the end of the answer.
static double
measure_stop (MaqSession *session,
              const char *prompt,
              guint       wait,
              MaqStats   *stats)
{
  g_autoptr (MaqGeneration) generation = fixture_ask (session, prompt, 0);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gint64           start;

  fixture_sleep (wait);
  start = g_get_monotonic_time ();
  maq_generation_stop (generation);
  text = fixture_read (generation, NULL, &error);
  g_assert_no_error (error);
  *stats = fixture_get_stats (generation);
  return (g_get_monotonic_time () - start) / 1000.0;
}

static void
stop_takes_less_than_100_ms (gconstpointer in_prompt)
{
  g_autofree char *path = fixture_input ("gguf/llama-2-tiny-random.gguf");
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GString) prompt = g_string_new ("word");
  double   best = G_MAXDOUBLE;
  MaqStats stats;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  session = fixture_load (path);
  // The best of a few: the machine may be busy with other things.
  for (guint i = 0; i < 5 && best >= 100; i++)
    {
      g_string_printf (prompt, "%u ", i);
      for (guint j = 0; in_prompt != NULL && j < 3500; j++)
        g_string_append (prompt, "word ");
      best = MIN (best, measure_stop (session, prompt->str, in_prompt != NULL ? 8 : 30, &stats));
      g_assert_cmpstr (stats.stop_reason, ==, "cancelled");
    }
  g_test_message ("%.1f ms, after %u tokens", best, stats.tokens);
  g_assert_cmpfloat (best, <, 100);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_READY);
}

static void
answers_again_after_a_stop (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;
  MaqStats stats;

  if (path == NULL)
    return;
  session = fixture_load (path);
  before = fixture_answer (session, "Once upon a time", 30, &error);
  measure_stop (session, "Once upon a time there was", 5, &stats);
  after = fixture_answer (session, "Once upon a time", 30, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (before, ==, after);
}

static void
stop_before_it_began (void)
{
  g_autofree char *path = fixture_model ();
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (path == NULL)
    return;
  session = fixture_start (path);
  generation = fixture_ask (session, "Once", 0);
  maq_generation_stop (generation);
  text = fixture_read (generation, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "");
  g_assert_cmpstr (fixture_get_stats (generation).stop_reason, ==, "cancelled");
}

static void
dropping_an_answer_stops_it (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *text = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;
  MaqGeneration *generation;

  if (path == NULL)
    return;
  session = fixture_load (path);
  generation = fixture_ramble (session);
  fixture_sleep (5);
  g_object_unref (generation);
  for (guint i = 0; i < 400 && maq_session_get_state (session) == MAQ_SESSION_GENERATING; i++)
    fixture_sleep (5);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_READY);
  text = fixture_answer (session, "Once", 3, &error);
  g_assert_no_error (error);
}

static void
one_answer_at_a_time (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *none = NULL, *text = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) first = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  session = fixture_start (path);
  first = fixture_ask (session, "Once", 20);
  none = fixture_answer (session, "Twice", 20, &error);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_BUSY);
  g_clear_error (&error);
  text = fixture_read (first, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (none);
}

static void
a_second_turn_reuses_the_first (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *first_text = NULL, *second_text = NULL, *fresh_text = NULL;
  g_autofree char *longer = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqSession) fresh = NULL;
  g_autoptr (MaqGeneration) second = NULL;
  g_autoptr (GError) error = NULL;
  MaqStats stats;

  if (path == NULL)
    return;
  session = fixture_load (path);
  first_text = fixture_answer (session, "Once upon a time", 10, &error);
  g_assert_no_error (error);
  longer = g_strconcat ("Once upon a time", first_text, " Then", NULL);
  second = fixture_ask (session, longer, 20);
  second_text = fixture_read (second, NULL, &error);
  g_assert_no_error (error);
  stats = fixture_get_stats (second);
  g_test_message ("%u of %u tokens reused", stats.cached_tokens, stats.prompt_tokens);
  g_assert_cmpuint (stats.cached_tokens, >=, 4);
  g_assert_cmpuint (stats.cached_tokens, <, stats.prompt_tokens);
  // What is reused gives the same answer as what is read anew.
  fresh = fixture_load (path);
  fresh_text = fixture_answer (fresh, longer, 20, &error);
  g_assert_cmpstr (second_text, ==, fresh_text);
}

static void
a_prompt_can_be_too_long (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *text = NULL, *none = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqEngine) engine = maq_runner_engine_new (NULL);
  g_autoptr (GString) prompt = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  MaqLoadOptions options = { .context_length = 256, .n_threads = 1 };

  if (path == NULL)
    return;
  session = maq_engine_start (engine, path, &options);
  for (guint i = 0; i < 2000; i++)
    g_string_append (prompt, "word ");
  none = fixture_answer (session, prompt->str, 5, &error);
  g_assert_null (none);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_TOO_LONG);
  g_clear_error (&error);
  g_assert_cmpuint (maq_session_get_context_length (session), ==, 256);
  // Only that answer failed.
  text = fixture_answer (session, "Once", 5, &error);
  g_assert_no_error (error);
}

static void
an_answer_ends_with_the_context (void)
{
  g_autofree char *path = fixture_input ("gguf/llama-2-tiny-random.gguf");
  g_autofree char *text = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqEngine) engine = maq_runner_engine_new (NULL);
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  MaqLoadOptions options = { .context_length = 64 };
  MaqStats       stats;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  session = maq_engine_start (engine, path, &options);
  generation = fixture_ask (session, "Once upon", 0);
  text = fixture_read (generation, NULL, &error);
  g_assert_no_error (error);
  stats = fixture_get_stats (generation);
  g_assert_cmpstr (stats.stop_reason, ==, "context");
  g_assert_cmpuint (stats.prompt_tokens + stats.tokens, >=, 64);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  dex_test_add_func ("/engine/answers/streams-the-known-text", streams_the_known_text);
  dex_test_add_func ("/engine/answers/chunks-come-at-a-measured-pace", chunks_come_at_a_measured_pace);
  dex_test_add_func ("/engine/answers/a-seed-decides", a_seed_decides);
  dex_test_add_func ("/engine/answers/stop-strings-end-an-answer", stop_strings_end_an_answer);
  fixture_add_case ("/engine/answers/stop-takes-less-than-100-ms/answer", stop_takes_less_than_100_ms, NULL);
  fixture_add_case ("/engine/answers/stop-takes-less-than-100-ms/prompt", stop_takes_less_than_100_ms, "prompt");
  dex_test_add_func ("/engine/answers/answers-again-after-a-stop", answers_again_after_a_stop);
  dex_test_add_func ("/engine/answers/stop-before-it-began", stop_before_it_began);
  dex_test_add_func ("/engine/answers/dropping-an-answer-stops-it", dropping_an_answer_stops_it);
  dex_test_add_func ("/engine/answers/one-answer-at-a-time", one_answer_at_a_time);
  dex_test_add_func ("/engine/answers/a-second-turn-reuses-the-first", a_second_turn_reuses_the_first);
  dex_test_add_func ("/engine/answers/a-prompt-can-be-too-long", a_prompt_can_be_too_long);
  dex_test_add_func ("/engine/answers/an-answer-ends-with-the-context", an_answer_ends_with_the_context);
  return g_test_run ();
}
