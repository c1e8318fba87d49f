// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-engine-fixture.h"
#include "maq-fake-engine.h"
#include "maq-gguf-builder.h"

#include <string.h>

static MaqMemoryUse *
measure (const char *path,
         guint       context,
         GError    **error)
{
  g_autoptr (MaqEngine) engine = maq_runner_engine_new (NULL);
  MaqLoadOptions options = { .context_length = context, .n_gpu_layers = -1 };

  return dex_await_boxed (maq_engine_measure (engine, path, &options), error);
}

static void
a_dry_load_says_what_a_real_one_takes (void)
{
  g_autofree char *path = fixture_model ();
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqMemoryUse) dry = NULL;
  const MaqMemoryUse *real;

  if (path == NULL)
    return;
  dry = measure (path, 0, &error);
  g_assert_no_error (error);
  session = fixture_load (path);
  real = maq_session_get_memory_use (session);
  g_assert_nonnull (real);
  g_assert_cmpuint (dry->weights, >, 0);
  g_assert_cmpuint (dry->cache, >, 0);
  g_assert_cmpuint (dry->compute, >, 0);
  g_assert_cmpuint (dry->weights, ==, real->weights);
  g_assert_cmpuint (dry->cache, ==, real->cache);
  g_assert_cmpuint (dry->compute, ==, real->compute);
  g_assert_cmpuint (dry->context_length, ==, real->context_length);
  g_assert_cmpuint (dry->context_length, ==, maq_session_get_context_length (session));
  dex_await (maq_session_unload (session), NULL);
}

static void
half_the_context_is_half_the_cache (void)
{
  g_autofree char *path = fixture_model ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqMemoryUse) whole = NULL;
  g_autoptr (MaqMemoryUse) half = NULL;

  if (path == NULL)
    return;
  whole = measure (path, 512, &error);
  g_assert_no_error (error);
  half = measure (path, 256, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (half->context_length, ==, 256);
  // The engine says it to a hundredth of a MiB.
  g_assert_cmpuint (half->cache, <=, whole->cache / 2 + 10486);
  g_assert_cmpuint (half->cache + 10486, >=, whole->cache / 2);
  g_assert_cmpuint (half->weights, ==, whole->weights);
}

static void
a_dry_session_does_nothing_else (void)
{
  g_autofree char *path = fixture_model ();
  g_autoptr (MaqEngine) engine = maq_runner_engine_new (NULL);
  MaqLoadOptions options = { .dry = TRUE };
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = NULL;
  GPid             pid;

  if (path == NULL)
    return;
  session = maq_engine_start (engine, path, &options);
  dex_await (maq_session_wait_ready (session), &error);
  g_assert_no_error (error);
  answer = fixture_answer (session, "Once", 4, &error);
  g_assert_null (answer);
  g_assert_error (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_UNSUPPORTED);
  pid = maq_runner_session_get_pid (MAQ_RUNNER_SESSION (session));
  dex_await (maq_session_unload (session), NULL);
  fixture_assert_gone (pid);
}

static void
a_model_without_dimensions_is_refused (void)
{
  g_autofree char *path = g_build_filename (g_get_home_dir (), "poor.gguf", NULL);
  g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (1, 1, FALSE);
  g_autoptr (MaqMemoryUse) use = NULL;
  g_autoptr (GError) error = NULL;

  maq_gguf_builder_add_key_string (builder, "general.architecture", "llama");
  maq_gguf_builder_add_tensor (builder, "token_embd.weight", 1, 64, 64, 0);
  maq_gguf_builder_add_weights (builder, 32, 64 * 64 * 2);
  g_assert_true (g_file_set_contents (path, (const char *) builder->bytes->data, builder->bytes->len, NULL));
  use = measure (path, 0, &error);
  g_assert_null (use);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_BAD_MODEL);
}

static void
what_is_no_model_is_refused (void)
{
  g_autofree char *path = g_build_filename (g_get_home_dir (), "text.gguf", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqMemoryUse) use = NULL;

  g_assert_true (g_file_set_contents (path, "hello", -1, NULL));
  use = measure (path, 0, &error);
  g_assert_null (use);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_BAD_MODEL);
}

static void
dropping_it_ends_the_process (void)
{
  g_autofree char *path = fixture_model ();
  g_autoptr (MaqEngine) engine = maq_runner_engine_new (NULL);
  DexFuture *future;
  guint      n;

  if (path == NULL)
    return;
  n = fixture_count_fds ();
  for (guint i = 0; i < 20; i += 5)
    {
      future = maq_engine_measure (engine, path, NULL);
      fixture_sleep (i);
      dex_unref (future);
    }
  fixture_assert_fds (n);
}

static void
an_engine_that_cannot_tell_says_so (void)
{
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqMemoryUse) use = dex_await_boxed (maq_engine_measure (engine, "/nowhere.gguf", NULL), &error);

  g_assert_null (use);
  g_assert_error (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_UNSUPPORTED);
}

// The runner reserves outputs for what a model is asked: an encoder that is not known for one must not be short of them.
static void
an_encoder_without_pooling_is_asked (void)
{
  g_autofree char *original = fixture_input ("gguf/sms-spam-bert-f32.gguf");
  g_autofree char *path = g_build_filename (g_get_home_dir (), "encoder.gguf", NULL);
  g_autofree char *content = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GVariant) vectors = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  char *key;

  if (original == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  g_assert_true (g_file_get_contents (original, &content, &length, NULL));
  key = memmem (content, length, "bert.pooling_type", strlen ("bert.pooling_type"));
  g_assert_nonnull (key);
  memcpy (key, "bert.another_type", strlen ("bert.another_type"));
  g_assert_true (g_file_set_contents (path, content, length, NULL));
  session = fixture_load (path);
  vectors = dex_await_variant (maq_session_embed (session, (const char *[]) { "hello", NULL }), &error);
  if (vectors == NULL)
    g_assert_error (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_BAD_MODEL);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_READY);
  dex_await (maq_session_unload (session), NULL);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  dex_test_add_func ("/engine/measure/a-dry-load-says-what-a-real-one-takes", a_dry_load_says_what_a_real_one_takes);
  dex_test_add_func ("/engine/measure/half-the-context-is-half-the-cache", half_the_context_is_half_the_cache);
  dex_test_add_func ("/engine/measure/a-dry-session-does-nothing-else", a_dry_session_does_nothing_else);
  dex_test_add_func ("/engine/measure/a-model-without-dimensions-is-refused", a_model_without_dimensions_is_refused);
  dex_test_add_func ("/engine/measure/what-is-no-model-is-refused", what_is_no_model_is_refused);
  dex_test_add_func ("/engine/measure/dropping-it-ends-the-process", dropping_it_ends_the_process);
  dex_test_add_func ("/engine/measure/an-engine-that-cannot-tell-says-so", an_engine_that_cannot_tell_says_so);
  dex_test_add_func ("/engine/measure/an-encoder-without-pooling-is-asked", an_encoder_without_pooling_is_asked);
  return g_test_run ();
}
