// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "maq-hub-client.h"
#include "maq-library-error.h"
#include "maq-settings.h"
#include "maq-token.h"

// Which token is for which Hub. Run twice by Meson: without any keyring, and, as `keyring`, with a gnome-keyring of its own on a
// private D-Bus session.

static MaqToken *
await_token (const char *endpoint)
{
  g_autoptr (GError) error = NULL;
  MaqToken *token = dex_await_boxed (maq_token_load (endpoint), &error);

  g_assert_no_error (error);
  g_assert_nonnull (token);
  g_assert_cmpstr (token->endpoint, ==, endpoint);
  return token;
}

static void
store (const char *endpoint, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqToken) token = dex_await_boxed (maq_token_store (endpoint, text), &error);

  g_assert_no_error (error);
}

static char *
dup_file_path (void)
{
  return g_build_filename (g_getenv ("HF_HOME"), "token", NULL);
}

static void
write_token_file (const char *text)
{
  g_autofree char *path = dup_file_path ();

  g_mkdir_with_parents (g_getenv ("HF_HOME"), 0700);
  g_remove (path);
  if (text)
    g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void
set_variable (const char *name, const char *value)
{
  if (value)
    g_setenv (name, value, TRUE);
  else
    g_unsetenv (name);
}

// Which Hub is asked, who says so, and whether a token that lies around, in a variable or in the file, is meant for it.
static const struct
{
  const char *environment; // HF_ENDPOINT
  const char *option;      // --endpoint or --hub
  const char *setting;     // of Preferences
  gboolean    is_home;
} hubs[] = {
  // The public Hub, or the one that the environment names.
  { NULL, NULL, NULL, TRUE },
  { "", NULL, NULL, TRUE },
  { "https://mirror.example", NULL, NULL, TRUE },
  { " https://mirror.example/hub/ ", NULL, NULL, TRUE },
  { "http://127.0.0.1:8080", NULL, NULL, TRUE },
  { "http://127.8.8.8", NULL, NULL, TRUE },
  { "http://localhost:8080/", NULL, NULL, TRUE },
  { "http://[::1]:8080", NULL, NULL, TRUE },
  // Not where it can be read on the way.
  { "http://mirror.example", NULL, NULL, FALSE },
  { "http://192.168.0.10:8080", NULL, NULL, FALSE },
  { "http://localhost.example", NULL, NULL, FALSE },
  { "http://127.0.0.1.example", NULL, NULL, FALSE },
  { "http://127.1:8080", NULL, NULL, FALSE },
  { "mirror.example", NULL, NULL, FALSE },
  // An option.
  { NULL, "https://huggingface.co", NULL, TRUE },
  { NULL, "HTTPS://HuggingFace.co:443/", NULL, TRUE },
  { NULL, "https://huggingface.co/below", NULL, TRUE },
  { NULL, "http://huggingface.co", NULL, FALSE },
  { NULL, "https://huggingface.co:8443", NULL, FALSE },
  { NULL, "https://huggingface.co.", NULL, FALSE },
  { NULL, "https://huggingface.co.example", NULL, FALSE },
  { NULL, "https://huggingface.co@hub.example", NULL, FALSE },
  { NULL, "https://hub.example/huggingface.co", NULL, FALSE },
  { NULL, "https://www.huggingface.co", NULL, FALSE },
  { NULL, "http://127.0.0.1:8080", NULL, FALSE },
  { "https://mirror.example/", "https://mirror.example", NULL, TRUE },
  { "https://mirror.example", "https://mirror.example:443/other", NULL, TRUE },
  { "https://mirror.example", "https://mirror.example:444", NULL, FALSE },
  { "https://mirror.example", "http://mirror.example", NULL, FALSE },
  { "https://mirror.example", "https://other.example", NULL, FALSE },
  { "https://mirror.example", "https://huggingface.co", NULL, FALSE },
  { "http://127.0.0.1:8080", "http://127.0.0.1:8081", NULL, FALSE },
  { "http://127.0.0.1:8080", "http://localhost:8080", NULL, FALSE },
  { "http://127.0.0.1:8080", "https://127.0.0.1:8080", NULL, FALSE },
  { "mirror.example", "https://huggingface.co", NULL, FALSE },
  // Preferences.
  { NULL, NULL, "https://hub.example", FALSE },
  { NULL, NULL, "https://huggingface.co:8443", FALSE },
  { NULL, NULL, "http://huggingface.co", FALSE },
  { NULL, NULL, "http://127.0.0.1:8080", FALSE },
  { "https://mirror.example", NULL, "https://hub.example", TRUE },
  { NULL, "https://huggingface.co", "https://hub.example", TRUE },
  { NULL, "https://hub.example", "https://hub.example", FALSE },
};

// The address of row I, by way of the settings as every program goes.
static char *
dup_hub (guint i)
{
  g_autoptr (MaqSettings) settings = maq_settings_new ();

  set_variable ("HF_ENDPOINT", hubs[i].environment);
  g_assert_true (maq_settings_set_endpoint (settings, hubs[i].setting ? hubs[i].setting : "", NULL));
  if (hubs[i].option)
    maq_settings_override_endpoint (settings, hubs[i].option, "--endpoint");
  char *hub = maq_settings_dup_endpoint (settings);
  g_test_message ("HF_ENDPOINT=%s option %s setting %s: %s", hubs[i].environment, hubs[i].option, hubs[i].setting, hub);
  return hub;
}

static void
forget_hub (void)
{
  g_autoptr (MaqSettings) settings = maq_settings_new ();

  maq_settings_set_endpoint (settings, "", NULL);
  g_unsetenv ("HF_ENDPOINT");
}

static void
assert_token (const char *hub, const char *text, MaqTokenSource source)
{
  g_autoptr (MaqToken) token = await_token (hub);

  g_assert_cmpstr (token->text, ==, text);
  g_assert_cmpint (token->source, ==, source);
  g_assert_true (token->left_out == NULL || token->text == NULL);
}

// One that is not used although it is there, and why.
static void
assert_left_out (const char *hub, const char *name)
{
  g_autoptr (MaqToken) token = await_token (hub);

  g_assert_null (token->text);
  g_assert_cmpint (token->source, ==, MAQ_TOKEN_NONE);
  g_assert_nonnull (token->left_out);
  g_test_message ("%s", token->left_out);
  g_assert_nonnull (strstr (token->left_out, name));
  g_assert_nonnull (strstr (token->left_out, hub));
  g_assert_null (strstr (token->left_out, "hf_lying_around"));
  g_assert_false (token->is_broken);
}

static void
test_whose (void)
{
  g_autofree char *path = dup_file_path ();

  for (guint i = 0; i < G_N_ELEMENTS (hubs); i++)
    {
      g_autofree char *hub = dup_hub (i);

      assert_token (hub, NULL, MAQ_TOKEN_NONE);
      for (guint old = 0; old < 2; old++)
        {
          const char *variable = old ? "HUGGING_FACE_HUB_TOKEN" : "HF_TOKEN";

          g_setenv (variable, "hf_lying_around", TRUE);
          if (hubs[i].is_home)
            assert_token (hub, "hf_lying_around", MAQ_TOKEN_ENVIRONMENT);
          else
            assert_left_out (hub, variable);
          g_unsetenv (variable);
        }
      write_token_file ("hf_lying_around\n");
      if (hubs[i].is_home)
        assert_token (hub, "hf_lying_around", MAQ_TOKEN_FILE);
      else
        assert_left_out (hub, path);
      write_token_file (NULL);
    }
  forget_hub ();
}

// What is in the keyring is for the Hub it was stored for, whoever names that Hub, and for no other.
static void
test_whose_keyring (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (hubs); i++)
    {
      g_autofree char *hub = dup_hub (i);
      gboolean         is_address = strstr (hub, "://") != NULL;

      if (!is_address)
        continue;
      store (hub, "hf_kept");
      assert_token (hub, "hf_kept", MAQ_TOKEN_KEYRING);
      write_token_file ("hf_lying_around");
      assert_token (hub, "hf_kept", MAQ_TOKEN_KEYRING);
      g_setenv ("HF_TOKEN", "hf_lying_around", TRUE);
      assert_token (hub, hubs[i].is_home ? "hf_lying_around" : "hf_kept", hubs[i].is_home ? MAQ_TOKEN_ENVIRONMENT : MAQ_TOKEN_KEYRING);
      g_unsetenv ("HF_TOKEN");
      write_token_file (NULL);
      store (hub, NULL);
      assert_token (hub, NULL, MAQ_TOKEN_NONE);
    }
  forget_hub ();
}

static void
test_keyring_origins (void)
{
  static const char *const others[] = { "https://hub.example:444", "http://hub.example", "https://hub.example.", "https://other.example", "https://huggingface.co", "http://127.0.0.1:8080" };
  static const char *const same[] = { "https://hub.example", "https://HUB.example", "https://hub.example:443", "https://hub.example/below" };

  store ("https://hub.example/", "hf_kept");
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    assert_token (same[i], "hf_kept", MAQ_TOKEN_KEYRING);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    assert_token (others[i], NULL, MAQ_TOKEN_NONE);
  store ("https://hub.example:443/below", NULL);
  assert_token ("https://hub.example", NULL, MAQ_TOKEN_NONE);
}

// Earlier versions stored under the address as it was written.
static void
test_keyring_earlier (void)
{
  const char *command[] = { "secret-tool", "store", "--label=x", "xdg:schema", MAQ_APP_ID, "endpoint", "https://hub.example/below", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *tool = g_find_program_in_path ("secret-tool");

  if (tool == NULL)
    {
      g_test_skip ("there is no secret-tool");
      return;
    }
  g_autoptr (GSubprocess) process = g_subprocess_newv (command, G_SUBPROCESS_FLAGS_STDIN_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, "hf_earlier", NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));

  assert_token ("https://hub.example/below", "hf_earlier", MAQ_TOKEN_KEYRING);
  assert_token ("https://hub.example/elsewhere", NULL, MAQ_TOKEN_NONE);
  store ("https://hub.example/below", "hf_later");
  assert_token ("https://hub.example/elsewhere", "hf_later", MAQ_TOKEN_KEYRING);
  store ("https://hub.example/below", NULL);
  assert_token ("https://hub.example/below", NULL, MAQ_TOKEN_NONE);
}

static void
test_order (void)
{
  write_token_file ("hf_file\n");
  assert_token (MAQ_HUB_DEFAULT_ENDPOINT, "hf_file", MAQ_TOKEN_FILE);
  g_setenv ("HUGGING_FACE_HUB_TOKEN", "hf_old", TRUE);
  assert_token (MAQ_HUB_DEFAULT_ENDPOINT, "hf_old", MAQ_TOKEN_ENVIRONMENT);
  g_setenv ("HF_TOKEN", " hf_env\n", TRUE);
  assert_token (MAQ_HUB_DEFAULT_ENDPOINT, "hf_env", MAQ_TOKEN_ENVIRONMENT);
  g_setenv ("HF_TOKEN", " \n", TRUE);
  assert_token (MAQ_HUB_DEFAULT_ENDPOINT, "hf_old", MAQ_TOKEN_ENVIRONMENT);

  // Only what Maquette was given counts then, and it was given none.
  g_setenv ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1", TRUE);
  assert_token (MAQ_HUB_DEFAULT_ENDPOINT, NULL, MAQ_TOKEN_NONE);
  g_unsetenv ("HF_HUB_DISABLE_IMPLICIT_TOKEN");
  g_unsetenv ("HF_TOKEN");
  g_unsetenv ("HUGGING_FACE_HUB_TOKEN");
  write_token_file (NULL);
}

static const char *const broken[] = { "two words", "hf_a\nInjected: header", "hf_\xc3\xa9", "hf_\x01", "\xff\xfe" };

static void
assert_broken (const char *name)
{
  g_autoptr (MaqToken) token = await_token (MAQ_HUB_DEFAULT_ENDPOINT);

  g_assert_null (token->text);
  g_assert_true (token->is_broken);
  g_assert_nonnull (strstr (token->left_out, name));
  g_assert_null (strstr (token->left_out, "Injected"));
  g_assert_true (g_utf8_validate (token->left_out, -1, NULL));
}

// A variable or a file that holds no token is told of, and no other token stands in for it.
static void
test_broken (void)
{
  g_autofree char *path = dup_file_path ();

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      write_token_file (broken[i]);
      assert_broken (path);
      write_token_file ("hf_file");
      g_setenv ("HF_TOKEN", broken[i], TRUE);
      assert_broken ("HF_TOKEN");
      g_unsetenv ("HF_TOKEN");
    }
  write_token_file ("\n\n");
  assert_token (MAQ_HUB_DEFAULT_ENDPOINT, NULL, MAQ_TOKEN_NONE);
  write_token_file (NULL);
}

static void
test_broken_before_keyring (void)
{
  store (MAQ_HUB_DEFAULT_ENDPOINT, "hf_kept");
  g_setenv ("HF_TOKEN", broken[0], TRUE);
  assert_broken ("HF_TOKEN");
  g_unsetenv ("HF_TOKEN");
  assert_token (MAQ_HUB_DEFAULT_ENDPOINT, "hf_kept", MAQ_TOKEN_KEYRING);
  store (MAQ_HUB_DEFAULT_ENDPOINT, NULL);
}

// Whether the user is to be told that others can read the file.
static gboolean
is_told (void)
{
  g_autoptr (MaqToken) token = await_token (MAQ_HUB_DEFAULT_ENDPOINT);
  g_autofree char *warning = maq_token_dup_warning (token);
  g_autofree char *path = dup_file_path ();

  g_assert_cmpstr (token->text, ==, "hf_file");
  g_assert_cmpint (warning != NULL, ==, token->open_file != NULL);
  if (warning)
    g_assert_nonnull (strstr (warning, path));
  return token->is_news;
}

static void
mark_told (void)
{
  g_autoptr (MaqToken) token = await_token (MAQ_HUB_DEFAULT_ENDPOINT);

  g_assert_true (dex_await (maq_token_mark_told (token), NULL));
}

static void
test_open_file (void)
{
  g_autofree char *path = dup_file_path ();
  g_autofree char *elsewhere = g_build_filename (g_get_home_dir (), "elsewhere", NULL);

  write_token_file ("hf_file");
  g_assert_false (is_told ());
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  // Until it was said; then no more.
  g_assert_true (is_told ());
  g_assert_true (is_told ());
  mark_told ();
  g_assert_false (is_told ());
  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
  g_assert_false (is_told ());
  // Put right, and opened once more; and another file.
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  g_assert_false (is_told ());
  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
  g_assert_true (is_told ());
  mark_told ();
  g_setenv ("HF_TOKEN_PATH", elsewhere, TRUE);
  g_assert_true (g_file_set_contents_full (elsewhere, "hf_other", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  g_autoptr (MaqToken) other = await_token (MAQ_HUB_DEFAULT_ENDPOINT);
  g_assert_cmpstr (other->open_file, ==, elsewhere);
  g_unsetenv ("HF_TOKEN_PATH");
  // What is not used is no matter.
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  g_assert_false (is_told ());
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  g_autoptr (MaqToken) unused = await_token ("https://hub.example");
  g_assert_null (unused->open_file);
  write_token_file (NULL);
}

// A folder, a pipe or nothing where the file should be.
static void
test_no_file (void)
{
  g_autofree char *pipe = g_build_filename (g_get_home_dir (), "pipe", NULL);
  const char      *paths[] = { g_get_home_dir (), "/nonexistent/token", pipe };

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_setenv ("HF_TOKEN_PATH", paths[i], TRUE);
      assert_token (MAQ_HUB_DEFAULT_ENDPOINT, NULL, MAQ_TOKEN_NONE);
    }
  g_unsetenv ("HF_TOKEN_PATH");
}

static void
test_bad_tokens (void)
{
  static const char *const bad[] = { "", "  ", "two words", "a\nb", "caf\xc3\xa9" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (dex_await (maq_token_store (MAQ_HUB_DEFAULT_ENDPOINT, bad[i]), &error));
      g_assert_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_BAD_TOKEN);
    }
}

static void
test_without_keyring (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dex_await (maq_token_store (MAQ_HUB_DEFAULT_ENDPOINT, "hf_new"), &error));
  g_assert_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_NO_KEYRING);
  g_assert_nonnull (strstr (error->message, "HF_TOKEN"));
  g_assert_null (strstr (error->message, "hf_new"));
}

// Stored and removed; the file is left as it is.
static void
test_with_keyring (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = dup_file_path ();
  g_autofree char *file = NULL;

  write_token_file ("hf_file\n");
  g_autoptr (MaqToken) stored = dex_await_boxed (maq_token_store (MAQ_HUB_DEFAULT_ENDPOINT, "hf_stored"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (stored->text, ==, "hf_stored");
  g_assert_cmpint (stored->source, ==, MAQ_TOKEN_KEYRING);
  g_autoptr (MaqToken) left = dex_await_boxed (maq_token_store (MAQ_HUB_DEFAULT_ENDPOINT, NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (left->text, ==, "hf_file");
  g_assert_cmpint (left->source, ==, MAQ_TOKEN_FILE);
  g_assert_true (g_file_get_contents (path, &file, NULL, NULL));
  g_assert_cmpstr (file, ==, "hf_file\n");
  write_token_file (NULL);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) dex_test_add_func ("/library/token/" name, func)
  if (argc > 1 && g_str_equal (argv[1], "keyring"))
    {
      ADD ("with-keyring", test_with_keyring);
      ADD ("whose-keyring", test_whose_keyring);
      ADD ("keyring-origins", test_keyring_origins);
      ADD ("keyring-of-earlier-versions", test_keyring_earlier);
      ADD ("broken-before-keyring", test_broken_before_keyring);
      return g_test_run ();
    }
  ADD ("whose", test_whose);
  ADD ("order", test_order);
  ADD ("broken", test_broken);
  ADD ("open-file", test_open_file);
  ADD ("no-file", test_no_file);
  ADD ("bad-tokens", test_bad_tokens);
  ADD ("without-keyring", test_without_keyring);
  return g_test_run ();
}
