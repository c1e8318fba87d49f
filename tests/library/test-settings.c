// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-hub-client.h"
#include "maq-library-error.h"
#include "maq-repo-address.h"
#include "maq-settings.h"

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
  dex_test_add_func ("/library/settings/endpoint", test_endpoint);
  dex_test_add_func ("/library/settings/bad-endpoints", test_bad_endpoints);
  dex_test_add_func ("/library/settings/override", test_override);
  dex_test_add_func ("/library/settings/cache-dir", test_cache_dir);
  dex_test_add_func ("/library/settings/model-folders", test_model_folders);
  return g_test_run ();
}
