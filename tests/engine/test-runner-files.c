// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Files that are cut off, hostile, of another kind or too large cost the application nothing but one clear error.
#include "maq-engine-fixture.h"

#include "maq-gguf-builder.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define N_MUTATIONS 60

// Loads the file and, when that works, answers a little. Returns whether it loaded; anything else is one clear error.
static gboolean
survives (const char *path)
{
  g_autoptr (MaqSession) session = fixture_start (path);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gboolean         loaded = dex_await (maq_session_wait_ready (session), &error);

  if (loaded)
    text = fixture_answer (session, "Once", 4, &error);
  if (error != NULL)
    {
      g_assert_true (error->domain == MAQ_ENGINE_ERROR);
      fixture_assert_clear_error (error, error->code);
    }
  g_assert_true (dex_await (maq_session_unload (session), NULL));
  return loaded;
}

static void
truncated_files_are_refused (void)
{
  static const double parts[] = { 0, 0.00001, 0.001, 0.01, 0.05, 0.2, 0.5, 0.9, 0.9999 };
  g_autofree char    *path = fixture_model ();
  g_autofree char    *copy = g_build_filename (g_get_home_dir (), "truncated.gguf", NULL);
  g_autofree char    *data = NULL;
  guint               n_fds = fixture_count_fds ();
  gsize               length;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (MaqSession) session = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (copy, data, (gssize) (length * parts[i]), NULL));
      session = fixture_start (copy);
      g_assert_false (dex_await (maq_session_wait_ready (session), &error));
      fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_BAD_MODEL);
      g_assert_true (dex_await (maq_session_unload (session), NULL));
    }
  g_remove (copy);
  fixture_assert_fds (n_fds);
}

static void
hostile_files_never_hurt (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *copy = g_build_filename (g_get_home_dir (), "hostile.gguf", NULL);
  g_autofree char *data = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (20260802);
  guint n_fds = fixture_count_fds (), n_loaded = 0;
  gsize length;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  for (guint i = 0; i < N_MUTATIONS; i++)
    {
      g_autofree char *changed = g_memdup2 (data, length);
      gsize            reach = i % 2 == 0 ? MIN (length, 4096) : MIN (length, 24 * 1024);

      for (gint j = g_rand_int_range (random, 1, 5); j > 0; j--)
        changed[g_rand_int_range (random, 4, reach)] = g_rand_boolean (random) ? (char) 0xff : (char) g_rand_int_range (random, 0, 256);
      g_assert_true (g_file_set_contents (copy, changed, length, NULL));
      n_loaded += survives (copy);
    }
  g_test_message ("%u of %u hostile files could be loaded", n_loaded, N_MUTATIONS);
  g_remove (copy);
  fixture_assert_fds (n_fds);
}

static void
wrong_files_are_refused (void)
{
  g_autofree char *text = g_build_filename (g_get_home_dir (), "text.gguf", NULL);
  g_autofree char *pipe = g_build_filename (g_get_home_dir (), "pipe.gguf", NULL);
  g_autofree char *gone = g_build_filename (g_get_home_dir (), "gone.gguf", NULL);
  g_autofree char *part = g_build_filename (g_get_home_dir (), "part-00001-of-00002.gguf", NULL);
  const char      *paths[] = { text, pipe, gone, part, g_get_home_dir (), "/dev/zero", "", "\377" };

  g_assert_true (g_file_set_contents (text, "version https://git-lfs.github.com/spec/v1\n", -1, NULL));
  g_assert_true (g_file_set_contents (part, "GGUF", -1, NULL));
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (MaqSession) session = fixture_start (paths[i]);
      g_autoptr (GError) error = NULL;

      g_assert_false (dex_await (maq_session_wait_ready (session), &error));
      fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_BAD_MODEL);
      g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_FAILED);
    }
}

static void
other_models_are_refused (void)
{
  g_autofree char *path = fixture_input ("gguf/superpoint.gguf");
  g_autofree char *second = fixture_input ("gguf/split/stories260K-00002-of-00003.gguf");
  g_autofree char *lone = g_build_filename (g_get_home_dir (), "lone.gguf", NULL);
  g_autofree char *data = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqSession) shard = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  session = fixture_start (path);
  g_assert_false (dex_await (maq_session_wait_ready (session), &error));
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_BAD_MODEL);
  g_assert_nonnull (strstr (error->message, "superpoint"));
  g_clear_error (&error);
  // A shard whose name does not tell that it is one.
  g_assert_true (g_file_get_contents (second, &data, &length, NULL));
  g_assert_true (g_file_set_contents (lone, data, length, NULL));
  shard = fixture_start (lone);
  g_assert_false (dex_await (maq_session_wait_ready (shard), &error));
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_BAD_MODEL);
  g_assert_nonnull (strstr (error->message, "part 2 of 3"));
}

static void
what_does_not_fit_is_refused (void)
{
  g_autofree char *path = g_build_filename (g_get_home_dir (), "huge.gguf", NULL);
  g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (1, 1, FALSE);
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;

  // Half a terabyte of nothing: the file has no blocks.
  maq_gguf_builder_add_key_string (builder, "general.architecture", "llama");
  maq_gguf_builder_add_tensor (builder, "token_embd.weight", 1, 1 << 20, 1 << 18, 0);
  g_assert_true (g_file_set_contents (path, (const char *) builder->bytes->data, builder->bytes->len, NULL));
  g_assert_cmpint (truncate (path, (1ll << 39) + 4096), ==, 0);
  session = fixture_start (path);
  g_assert_false (dex_await (maq_session_wait_ready (session), &error));
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_OUT_OF_MEMORY);
}

// As a cache has weights that its repos share: by way of two links, and for nobody to write.
static void
by_way_of_links (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *payload = g_build_filename (g_get_home_dir (), "payload", NULL);
  g_autofree char *blob = g_build_filename (g_get_home_dir (), "blob", NULL);
  g_autofree char *file = g_build_filename (g_get_home_dir (), "linked.gguf", NULL);
  g_autofree char *data = NULL, *text = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  g_assert_true (g_file_set_contents (payload, data, length, NULL));
  g_assert_cmpint (g_chmod (payload, 0400), ==, 0);
  g_assert_cmpint (symlink ("payload", blob), ==, 0);
  g_assert_cmpint (symlink ("blob", file), ==, 0);
  session = fixture_load (file);
  text = fixture_answer (session, "Once", 5, &error);
  g_assert_no_error (error);
  g_assert_true (dex_await (maq_session_unload (session), NULL));

  // The payload is gone, the links are not.
  g_assert_cmpint (g_remove (payload), ==, 0);
  g_autoptr (MaqSession) dangling = fixture_start (file);
  g_assert_false (dex_await (maq_session_wait_ready (dangling), &error));
  g_assert_nonnull (strstr (error->message, "is not there"));
  g_assert_true (dex_await (maq_session_unload (dangling), NULL));
}

// The file shrinks while it is mapped: only the runner is hurt.
static void
a_file_that_shrinks (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *copy = g_build_filename (g_get_home_dir (), "shrinks.gguf", NULL);
  g_autofree char *data = NULL, *text = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  g_assert_true (g_file_set_contents (copy, data, length, NULL));
  session = fixture_load (copy);
  g_assert_cmpint (truncate (copy, 4096), ==, 0);
  text = fixture_answer (session, "Once", 5, &error);
  if (text == NULL)
    fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_CRASHED);
  g_assert_true (dex_await (maq_session_unload (session), NULL));
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  dex_test_add_func ("/engine/files/truncated-files-are-refused", truncated_files_are_refused);
  dex_test_add_func ("/engine/files/hostile-files-never-hurt", hostile_files_never_hurt);
  dex_test_add_func ("/engine/files/wrong-files-are-refused", wrong_files_are_refused);
  dex_test_add_func ("/engine/files/other-models-are-refused", other_models_are_refused);
  dex_test_add_func ("/engine/files/what-does-not-fit-is-refused", what_does_not_fit_is_refused);
  dex_test_add_func ("/engine/files/by-way-of-links", by_way_of_links);
  dex_test_add_func ("/engine/files/a-file-that-shrinks", a_file_that_shrinks);
  return g_test_run ();
}
