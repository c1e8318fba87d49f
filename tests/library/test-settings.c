// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <glib/gstdio.h>
#include <string.h>

#include "maq-hub-client.h"
#include "maq-library-error.h"
#include "maq-repo-address.h"
#include "maq-settings.h"

// Run twice by Meson: without any keyring, and, as `keyring`, with a gnome-keyring of its own on a private D-Bus session.

static char *
await_token (MaqSettings *settings)
{
  g_autoptr (GError) error = NULL;
  char *token = dex_await_string (maq_settings_load_token (settings), &error);

  g_assert_no_error (error);
  g_assert_nonnull (token);
  return token;
}

static void
write_token_file (const char *text)
{
  g_autofree char *path = g_build_filename (g_getenv ("HF_HOME"), "token", NULL);

  g_mkdir_with_parents (g_getenv ("HF_HOME"), 0700);
  if (text)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  else
    g_remove (path);
}

static void
test_endpoint (void)
{
  g_autoptr (MaqSettings) settings = maq_settings_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *fallback = maq_settings_dup_endpoint (settings);
  g_autofree char *chosen = NULL;
  g_autofree char *variable = NULL;
  g_autofree char *again = NULL;

  g_assert_nonnull (maq_settings_get_gsettings (settings));
  g_assert_cmpstr (fallback, ==, MAQ_HUB_DEFAULT_ENDPOINT);
  g_assert_true (maq_settings_set_endpoint (settings, " http://hub.example:8080/ ", &error));
  g_assert_no_error (error);
  chosen = maq_settings_dup_endpoint (settings);
  g_assert_cmpstr (chosen, ==, "http://hub.example:8080");
  g_assert_null (maq_settings_get_endpoint_override (settings));

  g_setenv ("HF_ENDPOINT", "https://mirror.example/", TRUE);
  variable = maq_settings_dup_endpoint (settings);
  g_assert_cmpstr (variable, ==, "https://mirror.example");
  g_assert_true (maq_settings_endpoint_is_from_environment (settings));
  g_assert_cmpstr (maq_settings_get_endpoint_override (settings), ==, "HF_ENDPOINT");
  g_setenv ("HF_ENDPOINT", "", TRUE);
  g_assert_false (maq_settings_endpoint_is_from_environment (settings));
  g_unsetenv ("HF_ENDPOINT");

  g_assert_true (maq_settings_set_endpoint (settings, "", &error));
  again = maq_settings_dup_endpoint (settings);
  g_assert_cmpstr (again, ==, MAQ_HUB_DEFAULT_ENDPOINT);
}

static void
test_bad_endpoints (void)
{
  static const char *const bad[] = {
    "hub.example", "ftp://hub.example", "http://", "https:///models", "file:///etc", "http://user:secret@hub.example", "http://hub.example/?x=1", "http://hub.example/#x", "http://a b", "javascript:alert(1)"
  };
  g_autoptr (MaqSettings) settings = maq_settings_new ();
  g_autofree char *endpoint = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (maq_settings_set_endpoint (settings, bad[i], &error));
      g_assert_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS);
    }
  endpoint = maq_settings_dup_endpoint (settings);
  g_assert_cmpstr (endpoint, ==, MAQ_HUB_DEFAULT_ENDPOINT);
}

static void
test_override (void)
{
  g_autoptr (MaqSettings) settings = maq_settings_new ();
  g_autofree char *endpoint = NULL;

  g_setenv ("HF_ENDPOINT", "https://mirror.example/", TRUE);
  maq_settings_override_endpoint (settings, "http://127.0.0.1:4000/", "--hub");
  endpoint = maq_settings_dup_endpoint (settings);
  g_assert_cmpstr (endpoint, ==, "http://127.0.0.1:4000");
  g_assert_cmpstr (maq_settings_get_endpoint_override (settings), ==, "--hub");
  g_assert_false (maq_settings_endpoint_is_from_environment (settings));
  g_unsetenv ("HF_ENDPOINT");
}

static void
test_cache_dir (void)
{
  g_autoptr (MaqSettings) settings = maq_settings_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *home = g_strdup (g_getenv ("HF_HOME"));
  g_autofree char *file = g_build_filename (g_get_home_dir (), "a-file", NULL);
  g_autofree char *by_home = maq_settings_dup_cache_dir (settings);
  g_autofree char *by_home_expected = g_build_filename (home, "hub", NULL);
  g_autofree char *chosen = NULL;
  g_autofree char *by_variable = NULL;

  g_assert_cmpstr (by_home, ==, by_home_expected);
  g_assert_cmpstr (maq_settings_get_cache_dir_override (settings), ==, "HF_HOME");
  g_assert_true (maq_settings_set_cache_dir (settings, "/srv/hub", &error));
  g_assert_no_error (error);

  g_unsetenv ("HF_HOME");
  g_assert_null (maq_settings_get_cache_dir_override (settings));
  chosen = maq_settings_dup_cache_dir (settings);
  g_assert_cmpstr (chosen, ==, "/srv/hub");
  g_setenv ("HF_HUB_CACHE", "/mnt/cache", TRUE);
  by_variable = maq_settings_dup_cache_dir (settings);
  g_assert_cmpstr (by_variable, ==, "/mnt/cache");
  g_unsetenv ("HF_HUB_CACHE");
  g_setenv ("HF_HOME", home, TRUE);

  g_assert_false (maq_settings_set_cache_dir (settings, "relative/path", &error));
  g_assert_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_BAD_FOLDER);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (file, "x", -1, NULL));
  g_assert_false (maq_settings_set_cache_dir (settings, file, &error));
  g_assert_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_BAD_FOLDER);
  g_assert_true (maq_settings_set_cache_dir (settings, NULL, NULL));
}

static void
test_token_file_and_environment (void)
{
  g_autoptr (MaqSettings) settings = maq_settings_new ();
  g_autofree char *none = await_token (settings);
  g_autofree char *of_file = NULL;
  g_autofree char *of_environment = NULL;
  g_autofree char *of_old_variable = NULL;

  g_assert_cmpstr (none, ==, "");
  g_assert_cmpint (maq_settings_get_token_source (settings), ==, MAQ_TOKEN_NONE);

  write_token_file ("hf_file\n");
  of_file = await_token (settings);
  g_assert_cmpstr (of_file, ==, "hf_file");
  g_assert_cmpint (maq_settings_get_token_source (settings), ==, MAQ_TOKEN_FILE);

  g_setenv ("HUGGING_FACE_HUB_TOKEN", "hf_old", TRUE);
  of_old_variable = await_token (settings);
  g_assert_cmpstr (of_old_variable, ==, "hf_old");
  g_setenv ("HF_TOKEN", " hf_env ", TRUE);
  of_environment = await_token (settings);
  g_assert_cmpstr (of_environment, ==, "hf_env");
  g_assert_cmpint (maq_settings_get_token_source (settings), ==, MAQ_TOKEN_ENVIRONMENT);

  // Only what Maquette was given counts then, and it was given none.
  g_setenv ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1", TRUE);
  g_autofree char *implicit = await_token (settings);
  g_assert_cmpstr (implicit, ==, "");
  g_assert_cmpint (maq_settings_get_token_source (settings), ==, MAQ_TOKEN_NONE);
  g_unsetenv ("HF_HUB_DISABLE_IMPLICIT_TOKEN");
  g_unsetenv ("HF_TOKEN");
  g_unsetenv ("HUGGING_FACE_HUB_TOKEN");
  write_token_file (NULL);
}

static void
test_token_files_of_no_use (void)
{
  static const char *const contents[] = { "", "\n\n", "two words", "hf_a\nInjected: header", "hf_\xc3\xa9" };
  g_autoptr (MaqSettings) settings = maq_settings_new ();

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autofree char *token = NULL;

      write_token_file (contents[i]);
      token = await_token (settings);
      g_assert_cmpstr (token, ==, "");
    }
  write_token_file (NULL);
}

static void
test_bad_tokens (void)
{
  static const char *const bad[] = { "", "  ", "two words", "a\nb", "caf\xc3\xa9" };
  g_autoptr (MaqSettings) settings = maq_settings_new ();

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (dex_await (maq_settings_store_token (settings, bad[i]), &error));
      g_assert_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_BAD_TOKEN);
    }
}

static void
test_without_keyring (void)
{
  g_autoptr (MaqSettings) settings = maq_settings_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (dex_await (maq_settings_store_token (settings, "hf_new"), &error));
  g_assert_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_NO_KEYRING);
  g_assert_nonnull (strstr (error->message, "HF_TOKEN"));
  g_assert_null (strstr (error->message, "hf_new"));
}

static void
test_with_keyring (void)
{
  g_autoptr (MaqSettings) settings = maq_settings_new ();
  g_autoptr (MaqSettings) later = maq_settings_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *stored = NULL;
  g_autofree char *found = NULL;
  g_autofree char *elsewhere = NULL;
  g_autofree char *by_environment = NULL;
  g_autofree char *left = NULL;
  g_autofree char *path = g_build_filename (g_getenv ("HF_HOME"), "token", NULL);
  g_autofree char *file = NULL;

  write_token_file ("hf_file\n");
  stored = dex_await_string (maq_settings_store_token (settings, "hf_stored"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (stored, ==, "hf_stored");
  found = await_token (later);
  g_assert_cmpstr (found, ==, "hf_stored");
  g_assert_cmpint (maq_settings_get_token_source (later), ==, MAQ_TOKEN_KEYRING);

  // Another Hub does not get it.
  maq_settings_override_endpoint (later, "http://other.example", "--hub");
  elsewhere = await_token (later);
  g_assert_cmpstr (elsewhere, ==, "hf_file");

  g_setenv ("HF_TOKEN", "hf_env", TRUE);
  by_environment = await_token (settings);
  g_assert_cmpstr (by_environment, ==, "hf_env");
  g_unsetenv ("HF_TOKEN");

  left = dex_await_string (maq_settings_store_token (settings, NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (left, ==, "hf_file");
  g_assert_cmpint (maq_settings_get_token_source (settings), ==, MAQ_TOKEN_FILE);
  g_assert_true (g_file_get_contents (path, &file, NULL, NULL));
  g_assert_cmpstr (file, ==, "hf_file\n");
  write_token_file (NULL);
}

static void
test_model_folders (void)
{
  g_autoptr (MaqSettings) settings = maq_settings_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *joined = NULL;
  g_auto (GStrv) none = maq_settings_dup_model_folders (settings);
  g_auto (GStrv) both = NULL;
  g_auto (GStrv) one = NULL;

  g_assert_null (none[0]);
  g_assert_false (maq_settings_add_model_folder (settings, "relative", &error));
  g_assert_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_BAD_FOLDER);

  // One that is not there may be on a drive that comes back; one that is added again is one.
  g_assert_true (maq_settings_add_model_folder (settings, "/nowhere/models", NULL));
  g_assert_true (maq_settings_add_model_folder (settings, "/srv/models/", NULL));
  g_assert_true (maq_settings_add_model_folder (settings, "/srv/models", NULL));
  both = maq_settings_dup_model_folders (settings);
  joined = g_strjoinv (" ", both);
  g_assert_cmpstr (joined, ==, "/nowhere/models /srv/models");
  maq_settings_remove_model_folder (settings, "/nowhere/models");
  one = maq_settings_dup_model_folders (settings);
  g_assert_cmpstr (one[0], ==, "/srv/models");
  g_assert_null (one[1]);
  maq_settings_remove_model_folder (settings, "/srv/models");
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  if (argc > 1 && g_str_equal (argv[1], "keyring"))
    {
      dex_test_add_func ("/library/settings/with-keyring", test_with_keyring);
      return g_test_run ();
    }
  dex_test_add_func ("/library/settings/endpoint", test_endpoint);
  dex_test_add_func ("/library/settings/bad-endpoints", test_bad_endpoints);
  dex_test_add_func ("/library/settings/override", test_override);
  dex_test_add_func ("/library/settings/cache-dir", test_cache_dir);
  dex_test_add_func ("/library/settings/model-folders", test_model_folders);
  dex_test_add_func ("/library/settings/token-file-and-environment", test_token_file_and_environment);
  dex_test_add_func ("/library/settings/token-files-of-no-use", test_token_files_of_no_use);
  dex_test_add_func ("/library/settings/bad-tokens", test_bad_tokens);
  dex_test_add_func ("/library/settings/without-keyring", test_without_keyring);
  return g_test_run ();
}
