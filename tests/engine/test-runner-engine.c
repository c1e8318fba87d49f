// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-engine-fixture.h"

#include <math.h>
#include <string.h>

static MaqStats
get_stats (MaqGeneration *generation)
{
  MaqStats stats;

  g_assert_true (maq_generation_get_stats (generation, &stats));
  return stats;
}

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    data)
{
  (*(guint *) data)++;
}

static void
loads_and_says_what_it_is (void)
{
  g_autofree char *path = fixture_model ();
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;
  guint n_states = 0;

  if (path == NULL)
    return;
  session = fixture_start (path);
  g_signal_connect (session, "notify::state", G_CALLBACK (count_notify_cb), &n_states);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_LOADING);
  g_assert_null (maq_session_get_confinement (session));
  g_assert_true (dex_await (maq_session_wait_ready (session), &error));
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_READY);
  g_assert_cmpfloat (maq_session_get_progress (session), ==, 1);
  g_assert_cmpstr (maq_session_get_path (session), ==, path);
  g_assert_cmpuint (maq_session_get_context_length (session), >=, 256);
  g_assert_true (g_str_has_prefix (maq_session_get_backend (session), "llama.cpp, "));
  g_test_message ("%s; %s", maq_session_get_backend (session), maq_session_get_confinement (session));
  g_assert_nonnull (strstr (maq_session_get_confinement (session), "seccomp"));
  g_assert_cmpuint (n_states, ==, 1);
  g_assert_true (dex_await (maq_session_unload (session), &error));
}

// Seen from outside: what the kernel says of each of the runner's threads while it answers.
static void
every_thread_is_confined (void)
{
  static const char *const lines[] = { "\nSeccomp:\t2\n", "\nNoNewPrivs:\t1\n", "\nCapEff:\t0000000000000000\n" };
  g_autofree char         *path = fixture_model ();
  g_autofree char         *folder = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GDir) tasks = NULL;
  const char *name;
  guint       n = 0;

  if (path == NULL)
    return;
  session = fixture_load (path);
  generation = fixture_ramble (session);
  folder = g_strdup_printf ("/proc/%d/task", (int) fixture_wait_for_pid (session));
  tasks = g_dir_open (folder, 0, NULL);
  for (; (name = g_dir_read_name (tasks)) != NULL; n++)
    {
      g_autofree char *file = g_build_filename (folder, name, "status", NULL);
      g_autofree char *status = NULL;

      // It may have ended meanwhile.
      if (!g_file_get_contents (file, &status, NULL, NULL))
        continue;
      for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
        g_assert_nonnull (strstr (status, lines[i]));
    }
  g_assert_cmpuint (n, >=, 3);
  g_assert_null (strstr (maq_session_get_confinement (session), "except"));
}

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
  stats = get_stats (generation);
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

static void
shards_are_one_model (void)
{
  g_autofree char *whole_path = fixture_input ("gguf/stories260K.gguf");
  g_autofree char *split_path = fixture_input ("gguf/split/stories260K-00001-of-00003.gguf");
  g_autofree char *whole_text = NULL;
  g_autofree char *split_text = NULL;
  g_autoptr (MaqSession) whole = NULL;
  g_autoptr (MaqSession) split = NULL;
  g_autoptr (GError) error = NULL;

  if (whole_path == NULL || split_path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  whole = fixture_load (whole_path);
  split = fixture_load (split_path);
  whole_text = fixture_answer (whole, "One day", 60, &error);
  split_text = fixture_answer (split, "One day", 60, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (whole_text, ==, split_text);
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
  options->temperature = 1.5;
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
  static const char *const stop[] = { "", "never there", " little", NULL };
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
  g_assert_cmpstr (get_stats (generation).stop_reason, ==, "stop");
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
  *stats = get_stats (generation);
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
  g_assert_cmpstr (get_stats (generation).stop_reason, ==, "cancelled");
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
  stats = get_stats (second);
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
  stats = get_stats (generation);
  g_assert_cmpstr (stats.stop_reason, ==, "context");
  g_assert_cmpuint (stats.prompt_tokens + stats.tokens, >=, 64);
}

static void
chats_with_the_models_template (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "weights", "pebble-chat-GGUF", "pebble-chat-Q8_0.gguf", NULL);
  g_autofree char *text = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGenerateOptions) options = maq_generate_options_new ();
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_test_skip ("no demo model");
      return;
    }
  session = fixture_load (path);
  g_assert_true (maq_session_has_chat_template (session));
  options->temperature = 0;
  maq_generate_options_add_message (options, "user", "What is 7 plus 5?");
  generation = maq_session_generate (session, options);
  text = fixture_read (generation, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("%s", text);
  g_assert_cmpstr (text, !=, "");
  g_assert_null (strstr (text, "<|im_"));
  g_assert_cmpstr (get_stats (generation).stop_reason, ==, "end");
}

static void
templates_that_are_not_known (void)
{
  g_autofree char *path = fixture_input ("gguf/stories260K-chat.gguf");
  g_autofree char *none = NULL, *text = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGenerateOptions) options = maq_generate_options_new ();
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  session = fixture_load (path);
  maq_generate_options_add_message (options, "user", "Once");
  generation = maq_session_generate (session, options);
  none = fixture_read (generation, NULL, &error);
  g_assert_null (none);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  text = fixture_answer (session, "Once", 5, &error);
  g_assert_no_error (error);
}

static void
chats_without_a_template (void)
{
  g_autofree char *path = fixture_input ("gguf/stories260K.gguf");
  g_autoptr (MaqSession) session = NULL;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  session = fixture_load (path);
  g_assert_false (maq_session_has_chat_template (session));
  // One message stands for itself; several are labelled.
  for (guint n = 1; n <= 3; n += 2)
    {
      g_autoptr (MaqGenerateOptions) options = maq_generate_options_new ();
      g_autoptr (MaqGeneration) generation = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      options->temperature = 0;
      options->max_tokens = 20;
      for (guint i = 0; i < n; i++)
        maq_generate_options_add_message (options, i % 2 == 0 ? "user" : "assistant", "Once upon a time");
      generation = maq_session_generate (session, options);
      text = fixture_read (generation, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (g_str_has_prefix (text, ", there was a little girl"), ==, n == 1);
      g_assert_true (n == 1 ? get_stats (generation).prompt_tokens == 5 : get_stats (generation).prompt_tokens > 20);
    }
}

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

static void
unload_gives_everything_back (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *text = NULL, *none = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  guint n_fds;
  GPid  pid;

  if (path == NULL)
    return;
  n_fds = fixture_count_fds ();
  session = fixture_load (path);
  pid = fixture_wait_for_pid (session);
  generation = fixture_ramble (session);
  g_assert_true (dex_await (maq_session_unload (session), &error));
  fixture_assert_gone (pid);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_UNLOADED);
  none = fixture_read (generation, NULL, &error);
  g_assert_null (none);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNLOADED);
  g_clear_error (&error);
  text = fixture_answer (session, "Once", 5, &error);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNLOADED);
  // Again, and for one that never had a process.
  g_assert_true (dex_await (maq_session_unload (session), NULL));
  fixture_assert_fds (n_fds);
}

static void
unload_cancels_loading (void)
{
  g_autofree char *path = fixture_model ();
  g_autoptr (GError) error = NULL;
  guint n_fds;

  if (path == NULL)
    return;
  n_fds = fixture_count_fds ();
  for (guint wait = 0; wait < 12; wait++)
    {
      g_autoptr (MaqSession) session = fixture_start (path);
      DexFuture *ready = maq_session_wait_ready (session);
      GPid       pid = wait > 0 ? fixture_wait_for_pid (session) : 0;

      fixture_sleep (wait * 2);
      g_assert_true (dex_await (maq_session_unload (session), &error));
      if (pid != 0)
        fixture_assert_gone (pid);
      if (!dex_await (ready, &error))
        fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNLOADED);
      g_clear_error (&error);
      g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_UNLOADED);
    }
  fixture_assert_fds (n_fds);
}

static void
a_forgotten_session_leaves_nothing (void)
{
  g_autofree char *path = fixture_model ();
  MaqSession      *session;
  guint            n_fds;
  GPid             pid;

  if (path == NULL)
    return;
  n_fds = fixture_count_fds ();
  session = fixture_load (path);
  pid = fixture_wait_for_pid (session);
  g_assert_finalize_object (session);
  fixture_assert_gone (pid);
  fixture_assert_fds (n_fds);
}

typedef struct
{
  void (*func) (gconstpointer data);
  gconstpointer data;
} Case;

static DexFuture *
case_fiber (gpointer data)
{
  const Case *test = data;

  test->func (test->data);
  return dex_future_new_true ();
}

// As dex_test_add_func with data.
static void
run_case (gconstpointer data)
{
  g_autoptr (DexFuture) future = dex_scheduler_spawn (NULL, 0, case_fiber, (gpointer) data, NULL);

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
}

int
main (int   argc,
      char *argv[])
{
  static const Case cases[] = {
    { stop_takes_less_than_100_ms, NULL },
    { stop_takes_less_than_100_ms, "prompt" },
    { tokenizes_as_expected, "qwen2" },
    { tokenizes_as_expected, "phi-3" },
    { tokenizes_as_expected, "bert-bge" },
  };

  dex_init ();
  g_test_init (&argc, &argv, NULL);

  dex_test_add_func ("/engine/runner/loads-and-says-what-it-is", loads_and_says_what_it_is);
  dex_test_add_func ("/engine/runner/every-thread-is-confined", every_thread_is_confined);
  dex_test_add_func ("/engine/runner/streams-the-known-text", streams_the_known_text);
  dex_test_add_func ("/engine/runner/chunks-come-at-a-measured-pace", chunks_come_at_a_measured_pace);
  dex_test_add_func ("/engine/runner/shards-are-one-model", shards_are_one_model);
  dex_test_add_func ("/engine/runner/a-seed-decides", a_seed_decides);
  dex_test_add_func ("/engine/runner/stop-strings-end-an-answer", stop_strings_end_an_answer);
  g_test_add_data_func ("/engine/runner/stop-takes-less-than-100-ms/answer", &cases[0], run_case);
  g_test_add_data_func ("/engine/runner/stop-takes-less-than-100-ms/prompt", &cases[1], run_case);
  dex_test_add_func ("/engine/runner/answers-again-after-a-stop", answers_again_after_a_stop);
  dex_test_add_func ("/engine/runner/stop-before-it-began", stop_before_it_began);
  dex_test_add_func ("/engine/runner/dropping-an-answer-stops-it", dropping_an_answer_stops_it);
  dex_test_add_func ("/engine/runner/one-answer-at-a-time", one_answer_at_a_time);
  dex_test_add_func ("/engine/runner/a-second-turn-reuses-the-first", a_second_turn_reuses_the_first);
  dex_test_add_func ("/engine/runner/a-prompt-can-be-too-long", a_prompt_can_be_too_long);
  dex_test_add_func ("/engine/runner/an-answer-ends-with-the-context", an_answer_ends_with_the_context);
  dex_test_add_func ("/engine/runner/chats-with-the-models-template", chats_with_the_models_template);
  dex_test_add_func ("/engine/runner/templates-that-are-not-known", templates_that_are_not_known);
  dex_test_add_func ("/engine/runner/chats-without-a-template", chats_without_a_template);
  dex_test_add_func ("/engine/runner/embeds-texts", embeds_texts);
  dex_test_add_func ("/engine/runner/the-demo-model-embeds-sense", the_demo_model_embeds_sense);
  dex_test_add_func ("/engine/runner/chat-models-embed-nothing", chat_models_embed_nothing);
  g_test_add_data_func ("/engine/runner/tokenizes-as-expected/qwen2", &cases[2], run_case);
  g_test_add_data_func ("/engine/runner/tokenizes-as-expected/phi-3", &cases[3], run_case);
  g_test_add_data_func ("/engine/runner/tokenizes-as-expected/bert-bge", &cases[4], run_case);
  dex_test_add_func ("/engine/runner/unload-gives-everything-back", unload_gives_everything_back);
  dex_test_add_func ("/engine/runner/unload-cancels-loading", unload_cancels_loading);
  dex_test_add_func ("/engine/runner/a-forgotten-session-leaves-nothing", a_forgotten_session_leaves_nothing);
  return g_test_run ();
}
