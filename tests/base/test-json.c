// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <libdex.h>
#include <math.h>
#include <string.h>

#include "maq-json.h"

static MaqJson *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  MaqJson *json = maq_json_parse_text (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (json);
  return json;
}

static void
test_getters (void)
{
  g_autoptr (MaqJson) json = parse ("{\"s\":\"x\",\"i\":7,\"neg\":-3,\"f\":2.5,\"t\":true,\"n\":null,\"o\":{\"a\":1},\"big\":9223372036854775807}");
  MaqJsonValue *root = maq_json_get_root (json);

  g_assert_true (maq_json_is_object (root));
  g_assert_cmpstr (maq_json_get_string (root, "s"), ==, "x");
  g_assert_cmpint (maq_json_get_int (root, "i", -1), ==, 7);
  g_assert_cmpint (maq_json_get_int (root, "neg", -1), ==, -3);
  g_assert_cmpint (maq_json_get_int (root, "f", -1), ==, 2);
  g_assert_cmpint (maq_json_get_int (root, "big", -1), ==, G_MAXINT64);
  g_assert_cmpfloat (maq_json_get_double (root, "f", 0), ==, 2.5);
  g_assert_cmpfloat (maq_json_get_double (root, "i", 0), ==, 7);
  g_assert_true (maq_json_get_bool (root, "t", FALSE));
  g_assert_cmpint (maq_json_get_int (maq_json_get (root, "o"), "a", -1), ==, 1);
}

static void
test_kinds (void)
{
  g_autoptr (MaqJson) json = parse ("[null,true,-1,18446744073709551615,1.0,\"\",[],{}]");
  static const MaqJsonKind kinds[] = { MAQ_JSON_NULL, MAQ_JSON_BOOL, MAQ_JSON_INT, MAQ_JSON_INT, MAQ_JSON_REAL, MAQ_JSON_STRING, MAQ_JSON_ARRAY, MAQ_JSON_OBJECT };
  guint                    i = 0;

  MAQ_JSON_FOREACH (item, maq_json_get_root (json))
    {
      g_assert_cmpint (maq_json_get_kind (item), ==, kinds[i]);
      g_assert_cmpint (maq_json_as_bool (item, FALSE), ==, kinds[i] == MAQ_JSON_BOOL);
      g_assert_cmpint (maq_json_as_double (item, -7) == -7, ==, kinds[i] != MAQ_JSON_INT && kinds[i] != MAQ_JSON_REAL);
      i++;
    }
  g_assert_cmpuint (i, ==, G_N_ELEMENTS (kinds));
  g_assert_cmpint (maq_json_get_kind (NULL), ==, MAQ_JSON_NOTHING);
}

static void
test_other_types_are_the_default (void)
{
  static const char *const values[] = { "null", "true", "\"7\"", "[1]", "{\"a\":1}", "1e999", "-1e999", "18446744073709551615", "99999999999999999999999", "7.5" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"v\":%s}", values[i]);
      g_autoptr (MaqJson) json = parse (text);
      MaqJsonValue *root = maq_json_get_root (json);
      MaqJsonValue *value = maq_json_get (root, "v");
      g_auto (GStrv) strv = maq_json_dup_strv (root, "v");

      g_assert_nonnull (value);
      g_assert_nonnull (strv);
      if (value != NULL && !maq_json_is_string (value))
        g_assert_null (maq_json_get_string (root, "v"));
      if (strcmp (values[i], "7.5") != 0)
        g_assert_cmpint (maq_json_get_int (root, "v", -5), ==, -5);
      if (strcmp (values[i], "true") != 0)
        g_assert_true (maq_json_get_bool (root, "v", TRUE));
      g_assert_true (isfinite (maq_json_get_double (root, "v", 0)));
    }
}

static void
test_absent_is_the_default (void)
{
  g_autoptr (MaqJson) json = parse ("{}");
  MaqJsonValue *values[] = { NULL, maq_json_get_root (json) };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_auto (GStrv) strv = maq_json_dup_strv (values[i], "x");
      MaqJsonIter iter;

      g_assert_null (maq_json_get (values[i], "x"));
      g_assert_null (maq_json_get_string (values[i], "x"));
      g_assert_null (maq_json_as_string (values[i]));
      g_assert_cmpint (maq_json_get_int (values[i], "x", 4), ==, 4);
      g_assert_cmpint (maq_json_as_int (values[i], 4), ==, 4);
      g_assert_cmpfloat (maq_json_get_double (values[i], "x", 4.5), ==, 4.5);
      g_assert_false (maq_json_get_bool (values[i], "x", FALSE));
      g_assert_cmpuint (g_strv_length (strv), ==, 0);
      g_assert_cmpuint (maq_json_get_size (values[i]), ==, 0);
      maq_json_iter_init (&iter, values[i]);
      g_assert_false (maq_json_iter_next (&iter, NULL, NULL));
    }
}

static void
test_walks (void)
{
  g_autoptr (MaqJson) json = parse ("{\"a\":[1,[2,3],{\"x\":[]},4],\"o\":{\"k\":1,\"l\":[9],\"m\":3}}");
  MaqJsonValue *root = maq_json_get_root (json);
  g_autoptr (GString) seen = g_string_new (NULL);

  MAQ_JSON_FOREACH (item, maq_json_get (root, "a"))
    {
      g_autofree char *text = maq_json_to_text (item);
      if (maq_json_is_array (item))
        continue;
      g_string_append_printf (seen, "%s;", text);
    }
  MAQ_JSON_FOREACH_MEMBER (name, item, maq_json_get (root, "o"))
    {
      if (strcmp (name, "m") == 0)
        break;
      g_string_append_printf (seen, "%s=%" G_GSIZE_FORMAT ";", name, maq_json_get_size (item));
    }

  g_assert_cmpstr (seen->str, ==, "1;{\"x\":[]};4;k=0;l=1;");
}

static void
test_strv (void)
{
  g_autoptr (MaqJson) json = parse ("{\"a\":[\"x\",1,null,\"y\",[]],\"s\":\"one\"}");
  g_auto (GStrv) many = maq_json_dup_strv (maq_json_get_root (json), "a");
  g_auto (GStrv) one = maq_json_dup_strv (maq_json_get_root (json), "s");

  g_assert_cmpstrv (many, ((const char *const[]) { "x", "y", NULL }));
  g_assert_cmpstrv (one, ((const char *const[]) { "one", NULL }));
}

static void
test_depth (void)
{
  for (guint depth = MAQ_JSON_MAX_DEPTH; depth <= MAQ_JSON_MAX_DEPTH + 1; depth++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) text = g_string_new (NULL);

      // Brackets inside strings do not count.
      g_string_append (text, "[\"[[[{{{\\\"[[[\",");
      for (guint i = 1; i < depth; i++)
        g_string_append (text, i % 2 == 0 ? "[" : "{\"a\":");
      g_string_append (text, "1");
      for (guint i = depth - 1; i >= 1; i--)
        g_string_append (text, i % 2 == 0 ? "]" : "}");
      g_string_append (text, "]");

      g_autoptr (MaqJson) json = maq_json_parse_text (text->str, &error);
      if (depth == MAQ_JSON_MAX_DEPTH)
        {
          g_autofree char *again = NULL;
          g_assert_no_error (error);
          again = maq_json_to_text (maq_json_get_root (json));
          g_assert_cmpstr (again, ==, text->str);
        }
      else
        g_assert_error (error, MAQ_JSON_ERROR, MAQ_JSON_ERROR_TOO_DEEP);
    }

  // Ten million levels cost neither memory nor stack.
  g_autoptr (GError) error = NULL;
  gsize length = 10 * 1000 * 1000;
  char *bomb = g_malloc (length);
  memset (bomb, '[', length);
  g_autoptr (GBytes) bytes = g_bytes_new_take (bomb, length);
  g_assert_null (maq_json_parse (bytes, &error));
  g_assert_error (error, MAQ_JSON_ERROR, MAQ_JSON_ERROR_TOO_DEEP);
}

static void
test_syntax_errors_say_where (void)
{
  static const char *const texts[] = { "", " ", "{", "[1,", "{\"a\" 1}", "<html>", "nul", "[1] x", "\"\\u12\"" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (maq_json_parse_text (texts[i], &error));
      g_assert_error (error, MAQ_JSON_ERROR, MAQ_JSON_ERROR_SYNTAX);
      g_assert_nonnull (strstr (error->message, "at byte"));
    }
}

static void
test_broken_text_is_repaired (void)
{
  static const char *const texts[] = { "{\"id\":\"a/b\",\"d\":\"cut \\ud83d\"}", "{\"id\":\"a/b\",\"d\":\"\xff\xfe bad\"}", "{\"id\":\"a/b\",\"d\":\"half \xe2\x82\"}", "\xef\xbb\xbf{\"id\":\"a/b\",\"d\":\"mark\"}", "{\"id\":\"a/b\",\"d\":\"nul \\u0000 end\"}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (MaqJson) json = parse (texts[i]);
      MaqJsonValue *root = maq_json_get_root (json);

      g_assert_cmpstr (maq_json_get_string (root, "id"), ==, "a/b");
      g_assert_true (g_utf8_validate (maq_json_get_string (root, "d"), -1, NULL));
    }
}

static void
test_truncations_never_crash (void)
{
  const char *text = "{\"a\":[1,2.5e3,\"\\u00e9x\",{\"b\":null,\"c\":[true,false]}],\"d\":-7}";

  for (gsize length = 0; length < strlen (text); length++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = g_bytes_new (text, length);
      g_assert_null (maq_json_parse (bytes, &error));
      g_assert_error (error, MAQ_JSON_ERROR, MAQ_JSON_ERROR_SYNTAX);
    }
}

static DexFuture *
worker_fiber (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) good = g_bytes_new_static ("[1,2]", 5);
  g_autoptr (GBytes) bad = g_bytes_new_static ("[1,", 3);

  g_autoptr (MaqJson) json = dex_await_boxed (maq_json_parse_in_worker (good), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (maq_json_get_size (maq_json_get_root (json)), ==, 2);

  g_assert_null (dex_await_boxed (maq_json_parse_in_worker (bad), &error));
  g_assert_error (error, MAQ_JSON_ERROR, MAQ_JSON_ERROR_SYNTAX);
  *(gboolean *) data = TRUE;
  return dex_future_new_true ();
}

static void
test_worker (void)
{
  gboolean done = FALSE;
  g_autoptr (DexFuture) future = dex_scheduler_spawn (NULL, 0, worker_fiber, &done, NULL);

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (done);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/json/getters", test_getters);
  g_test_add_func ("/base/json/kinds", test_kinds);
  g_test_add_func ("/base/json/other-types-are-the-default", test_other_types_are_the_default);
  g_test_add_func ("/base/json/absent-is-the-default", test_absent_is_the_default);
  g_test_add_func ("/base/json/walks-arrays-and-objects", test_walks);
  g_test_add_func ("/base/json/string-or-array-of-strings", test_strv);
  g_test_add_func ("/base/json/refuses-more-than-128-levels", test_depth);
  g_test_add_func ("/base/json/syntax-errors-say-where", test_syntax_errors_say_where);
  g_test_add_func ("/base/json/broken-text-is-repaired", test_broken_text_is_repaired);
  g_test_add_func ("/base/json/truncations-never-crash", test_truncations_never_crash);
  g_test_add_func ("/base/json/parses-in-a-worker", test_worker);
  return g_test_run ();
}
