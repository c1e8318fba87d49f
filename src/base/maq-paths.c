// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-paths.h"

#include <string.h>

static const char *
get_env (const char *name)
{
  const char *value = g_getenv (name);

  return value != NULL && value[0] != '\0' ? value : NULL;
}

// TEXT with `$VAR` and `${VAR}` replaced; a variable that is not set stays as written, as Python does it.
static char *
expand_variables (const char *text)
{
  g_autoptr (GString) expanded = g_string_new (NULL);

  for (const char *p = text; *p != '\0';)
    {
      gboolean    braced = p[0] == '$' && p[1] == '{';
      const char *start = p + (braced ? 2 : 1);
      const char *end = start;

      if (p[0] == '$')
        while (g_ascii_isalnum (*end) || *end == '_')
          end++;

      g_autofree char *name = g_strndup (start, end - start);
      const char      *value = p[0] == '$' && end > start && (!braced || *end == '}') ? g_getenv (name) : NULL;
      if (value != NULL)
        {
          g_string_append (expanded, value);
          p = braced ? end + 1 : end;
        }
      else
        g_string_append_c (expanded, *p++);
    }

  return g_string_free (g_steal_pointer (&expanded), FALSE);
}

char *
maq_paths_expand_home (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  if (text[0] == '~' && (text[1] == '\0' || text[1] == '/'))
    return g_strconcat (g_get_home_dir (), text + 1, NULL);
  return g_strdup (text);
}

// The absolute path a user wrote as TEXT.
static char *
expand (const char *text)
{
  g_autofree char *with_home = maq_paths_expand_home (text);
  g_autofree char *expanded = expand_variables (with_home);
  return g_canonicalize_filename (expanded, NULL);
}

// The first of NAMES that is set, expanded; NULL if none is.
static char *
dup_first_env (const char *const names[])
{
  for (guint i = 0; names[i] != NULL; i++)
    if (get_env (names[i]) != NULL)
      return expand (get_env (names[i]));

  return NULL;
}

// The XDG folder of VARIABLE. The value is read every time, where GLib keeps the first.
static char *
dup_xdg_dir (const char *variable,
             const char *fallback)
{
  const char *value = get_env (variable);

  if (value != NULL && g_path_is_absolute (value))
    return g_strdup (value);
  return g_build_filename (g_get_home_dir (), fallback, NULL);
}

char *
maq_paths_dup_hf_home (void)
{
  g_autofree char *hf_home = dup_first_env ((const char *const[]) { "HF_HOME", NULL });
  if (hf_home != NULL)
    return g_steal_pointer (&hf_home);

  // The cache is shared with every other tool, so the private one of a Flatpak is not it.
  gboolean         in_flatpak = g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
  g_autofree char *cache = dup_xdg_dir (in_flatpak ? "HOST_XDG_CACHE_HOME" : "XDG_CACHE_HOME", ".cache");
  return g_build_filename (cache, "huggingface", NULL);
}

char *
maq_paths_dup_hub_cache (void)
{
  g_autofree char *cache = dup_first_env ((const char *const[]) { "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", NULL });
  if (cache != NULL)
    return g_steal_pointer (&cache);

  g_autofree char *hf_home = maq_paths_dup_hf_home ();
  return g_build_filename (hf_home, "hub", NULL);
}

char *
maq_paths_dup_token_file (void)
{
  g_autofree char *file = dup_first_env ((const char *const[]) { "HF_TOKEN_PATH", NULL });
  if (file != NULL)
    return g_steal_pointer (&file);

  g_autofree char *hf_home = maq_paths_dup_hf_home ();
  return g_build_filename (hf_home, "token", NULL);
}

char *
maq_paths_dup_state_dir (void)
{
  g_autofree char *dir = dup_xdg_dir ("XDG_STATE_HOME", ".local/state");
  return g_build_filename (dir, "maquette", NULL);
}

char *
maq_paths_dup_data_dir (void)
{
  g_autofree char *dir = dup_xdg_dir ("XDG_DATA_HOME", ".local/share");
  return g_build_filename (dir, "maquette", NULL);
}

// If this program lies in a build folder below the sources: data/demo there. Nothing of the build's place is compiled in.
static char *
dup_source_demo_dir (void)
{
  g_autofree char *dir = g_file_read_link ("/proc/self/exe", NULL);

  for (guint level = 0; dir != NULL && level < 6; level++)
    {
      char *parent = g_path_get_dirname (dir);
      g_free (dir);
      dir = parent;

      g_autofree char *build_file = g_build_filename (dir, "meson.build", NULL);
      g_autofree char *demo = g_build_filename (dir, "data", "demo", NULL);
      if (g_file_test (build_file, G_FILE_TEST_IS_REGULAR) && g_file_test (demo, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&demo);
    }

  return NULL;
}

char *
maq_paths_dup_demo_dir (void)
{
  g_autofree char *data = dup_first_env ((const char *const[]) { "MAQ_DATA_DIR", NULL });
  if (data != NULL)
    return g_build_filename (data, "demo", NULL);

  g_autofree char *source = dup_source_demo_dir ();
  if (source != NULL)
    return g_steal_pointer (&source);

  return g_build_filename (MAQ_PKGDATADIR, "demo", NULL);
}

gboolean
maq_paths_env_is_true (const char *name)
{
  static const char *const words[] = { "1", "ON", "YES", "TRUE" };
  const char              *value = g_getenv (name);

  if (value != NULL)
    for (guint i = 0; i < G_N_ELEMENTS (words); i++)
      if (g_ascii_strcasecmp (value, words[i]) == 0)
        return TRUE;

  return FALSE;
}

gboolean
maq_paths_env_is_offline (void)
{
  return maq_paths_env_is_true ("HF_HUB_OFFLINE") || maq_paths_env_is_true ("TRANSFORMERS_OFFLINE");
}
