// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-glob.h"

#include <string.h>

static void
test_vectors (void)
{
  // As Python 3.14's fnmatch.fnmatchcase answers, a final / apart.
  const struct
  {
    const char *glob, *path;
    gboolean    matches;
  } vectors[] = {
    { "*.json", "config.json", TRUE },
    { "*.json", "onnx/deep/x.json", TRUE },
    { "*.json", "x.jsonl", FALSE },
    { "*.JSON", "config.json", FALSE },
    { "onnx/*", "onnx/deep/x.json", TRUE },
    { "onnx/", "onnx/deep/x.json", TRUE },
    { "onnx/", "onnx", FALSE },
    { "onnx", "onnx/x", FALSE },
    { "*", "", TRUE },
    { "", "", TRUE },
    { "", "a", FALSE },
    { "?", "a", TRUE },
    { "?", "/", TRUE },
    { "?", "ä", TRUE },
    { "?", "", FALSE },
    { "a*b*c", "a/x/b/y/c", TRUE },
    { "a*b*c", "a/x/b/y/d", FALSE },
    { "[abc]x", "bx", TRUE },
    { "[abc]x", "dx", FALSE },
    { "[a-c]x", "bx", TRUE },
    { "[!a-c]x", "bx", FALSE },
    { "[!a-c]x", "dx", TRUE },
    { "[]]x", "]x", TRUE },
    { "[!]]x", "]x", FALSE },
    { "[!]]x", "ax", TRUE },
    { "[ax", "[ax", TRUE },
    { "[ax", "a", FALSE },
    { "[]", "[]", TRUE },
    { "[!]", "[!]", TRUE },
    { "[a-]x", "-x", TRUE },
    { "[^a]x", "^x", TRUE },
    { "[^a]x", "bx", FALSE },
    { "[ä-ü]", "ö", TRUE },
    { "a\\*", "a\\b", TRUE },
    { "**", "a/b", TRUE },
    { "*Q4_K_M*", "dir/tiny-Q4_K_M-00001-of-00002.gguf", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    if (maq_glob_match (vectors[i].glob, vectors[i].path) != vectors[i].matches)
      g_error ("\"%s\" and \"%s\"", vectors[i].glob, vectors[i].path);
  g_assert_false (maq_glob_match ("*", "\xff"));
}

static void
test_filter (void)
{
  const char *none[] = { NULL };
  const char *json[] = { "*.json", "*.md", NULL };
  const char *deep[] = { "onnx/", NULL };

  g_assert_true (maq_glob_filter (NULL, NULL, "a"));
  g_assert_true (maq_glob_filter (none, none, "a"));
  g_assert_true (maq_glob_filter (json, NULL, "a.md"));
  g_assert_false (maq_glob_filter (json, NULL, "a.txt"));
  g_assert_false (maq_glob_filter (json, deep, "onnx/a.json"));
  g_assert_true (maq_glob_filter (NULL, deep, "a.json"));
}

static void
test_time (void)
{
  g_autoptr (GString) glob = g_string_new (NULL);
  g_autofree char *text = g_strnfill (10000, 'a');
  gint64           before = g_get_monotonic_time ();

  for (guint i = 0; i < 100; i++)
    g_string_append (glob, "*a");
  g_string_append (glob, "*b");
  g_assert_false (maq_glob_match (glob->str, text));
  g_assert_cmpint (g_get_monotonic_time () - before, <, G_USEC_PER_SEC);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/library/glob/matches-as-python-does", test_vectors);
  g_test_add_func ("/library/glob/includes-and-excludes", test_filter);
  g_test_add_func ("/library/glob/time-is-bounded", test_time);
  return g_test_run ();
}
