// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-paths.h"

#define assert_path(call, expected)        \
  G_STMT_START                             \
  {                                        \
    g_autofree char *path_ = (call);       \
    g_assert_cmpstr (path_, ==, expected); \
  }                                        \
  G_STMT_END

static void
clear (void)
{
  static const char *const names[] = { "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN_PATH", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_unsetenv (names[i]);
}

static void
test_defaults (void)
{
  g_autofree char *home = g_build_filename (g_get_home_dir (), ".cache", "huggingface", NULL);
  g_autofree char *hub = g_build_filename (home, "hub", NULL);
  g_autofree char *token = g_build_filename (home, "token", NULL);
  g_autofree char *state = g_build_filename (g_get_home_dir (), ".local", "state", "maquette", NULL);
  g_autofree char *data = g_build_filename (g_get_home_dir (), ".local", "share", "maquette", NULL);

  clear ();
  assert_path (maq_paths_dup_hf_home (), home);
  assert_path (maq_paths_dup_hub_cache (), hub);
  assert_path (maq_paths_dup_token_file (), token);
  assert_path (maq_paths_dup_state_dir (), state);
  assert_path (maq_paths_dup_data_dir (), data);
}

static void
test_order (void)
{
  clear ();
  g_setenv ("XDG_CACHE_HOME", "/xdg", TRUE);
  assert_path (maq_paths_dup_hub_cache (), "/xdg/huggingface/hub");
  g_setenv ("HF_HOME", "/hf", TRUE);
  assert_path (maq_paths_dup_hub_cache (), "/hf/hub");
  assert_path (maq_paths_dup_token_file (), "/hf/token");
  g_setenv ("HUGGINGFACE_HUB_CACHE", "/old", TRUE);
  assert_path (maq_paths_dup_hub_cache (), "/old");
  g_setenv ("HF_HUB_CACHE", "/new", TRUE);
  assert_path (maq_paths_dup_hub_cache (), "/new");
  g_setenv ("HF_TOKEN_PATH", "/t/token", TRUE);
  assert_path (maq_paths_dup_token_file (), "/t/token");
}

static void
test_empty_is_unset (void)
{
  clear ();
  g_setenv ("HF_HOME", "/hf", TRUE);
  g_setenv ("HF_HUB_CACHE", "", TRUE);
  g_setenv ("XDG_STATE_HOME", "relative", TRUE);
  assert_path (maq_paths_dup_hub_cache (), "/hf/hub");

  g_autofree char *state = maq_paths_dup_state_dir ();
  g_assert_true (g_path_is_absolute (state));
}

static void
test_expansion (void)
{
  g_autofree char *below_home = g_build_filename (g_get_home_dir (), "x", NULL);
  g_autofree char *cwd = g_get_current_dir ();
  g_autofree char *relative = g_build_filename (cwd, "rel", NULL);

  clear ();
  g_setenv ("MAQ_TEST_DIR", "/dir", TRUE);
  g_unsetenv ("MAQ_TEST_NOT");

  static const struct
  {
    const char *value;
    const char *expected;
  } fixed[] = {
    { "$MAQ_TEST_DIR/a", "/dir/a" },
    { "/p${MAQ_TEST_DIR}q", "/p/dirq" },
    { "/x/$MAQ_TEST_NOT/y", "/x/$MAQ_TEST_NOT/y" },
    { "/x/${MAQ_TEST_DIR", "/x/${MAQ_TEST_DIR" },
    { "/x/$/y$", "/x/$/y$" },
    { "/a/../b//c/", "/b/c" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    {
      g_setenv ("HF_HUB_CACHE", fixed[i].value, TRUE);
      assert_path (maq_paths_dup_hub_cache (), fixed[i].expected);
    }

  g_setenv ("HF_HUB_CACHE", "~/x", TRUE);
  assert_path (maq_paths_dup_hub_cache (), below_home);
  g_setenv ("HF_HUB_CACHE", "rel", TRUE);
  assert_path (maq_paths_dup_hub_cache (), relative);
}

static void
test_booleans (void)
{
  clear ();
  g_assert_false (maq_paths_env_is_offline ());
  for (guint i = 0; i < 5; i++)
    {
      g_setenv ("HF_HUB_OFFLINE", ((const char *[]) { "1", "on", "Yes", "TRUE", "true" })[i], TRUE);
      g_assert_true (maq_paths_env_is_offline ());
    }
  for (guint i = 0; i < 4; i++)
    {
      g_setenv ("HF_HUB_OFFLINE", ((const char *[]) { "0", "", "2", "no" })[i], TRUE);
      g_assert_false (maq_paths_env_is_offline ());
    }
  g_setenv ("TRANSFORMERS_OFFLINE", "1", TRUE);
  g_assert_true (maq_paths_env_is_offline ());
}

static void
test_demo_dir (void)
{
  g_autofree char *before = g_strdup (g_getenv ("MAQ_DATA_DIR"));

  g_setenv ("MAQ_DATA_DIR", "/data", TRUE);
  assert_path (maq_paths_dup_demo_dir (), "/data/demo");

  g_unsetenv ("MAQ_DATA_DIR");
  g_autofree char *found = maq_paths_dup_demo_dir ();
  g_assert_true (g_str_has_suffix (found, "/demo"));
  g_assert_true (g_path_is_absolute (found));

  if (before != NULL)
    g_setenv ("MAQ_DATA_DIR", before, TRUE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/paths/defaults", test_defaults);
  g_test_add_func ("/base/paths/order-of-variables", test_order);
  g_test_add_func ("/base/paths/empty-is-unset", test_empty_is_unset);
  g_test_add_func ("/base/paths/expansion", test_expansion);
  g_test_add_func ("/base/paths/booleans", test_booleans);
  g_test_add_func ("/base/paths/demo-dir", test_demo_dir);
  return g_test_run ();
}
