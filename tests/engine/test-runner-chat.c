// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-engine-fixture.h"

#include <string.h>

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
  g_assert_cmpstr (fixture_get_stats (generation).stop_reason, ==, "end");
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
      g_assert_true (n == 1 ? fixture_get_stats (generation).prompt_tokens == 5 : fixture_get_stats (generation).prompt_tokens > 20);
    }
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  dex_test_add_func ("/engine/chat/chats-with-the-models-template", chats_with_the_models_template);
  dex_test_add_func ("/engine/chat/templates-that-are-not-known", templates_that_are_not_known);
  dex_test_add_func ("/engine/chat/chats-without-a-template", chats_without_a_template);
  return g_test_run ();
}
