// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-format.h"

#include "maq-json.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
close_text (const char *text,
            gsize       length)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);
  g_autoptr (GBytes) closed = maq_format_close_json (bytes);

  return closed != NULL ? g_strndup (g_bytes_get_data (closed, NULL), g_bytes_get_size (closed)) : NULL;
}

static void
what_is_whole_of_cut_json_stays (void)
{
  static const struct
  {
    const char *text;
    const char *closed;
  } cases[] = {
    { "", NULL },
    { "  12", NULL },
    { "{", "{}" },
    { "{\"a\": 1", "{}" },
    { "{\"a\": 1,", "{\"a\": 1}" },
    { "{\"a\": [1, 2, {\"b\": \"x,y}\\\"", "{\"a\": [1, 2, {}]}" },
    { "[{\"a\": {}}, {\"b\":", "[{\"a\": {}}, {}]" },
    { "[1, 2]", "[1, 2]" },
    { "]", NULL },
  };
  g_autofree char *deep = g_strnfill (MAQ_JSON_MAX_DEPTH + 1, '[');

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *closed = close_text (cases[i].text, strlen (cases[i].text));
      g_assert_cmpstr (closed, ==, cases[i].closed);
    }
  g_assert_null (close_text (deep, strlen (deep)));
}

static void
every_cut_of_a_document_is_json (void)
{
  static const char text[] = " {\"a\": [1, \"two, {\\\"}\", {\"b\": null}], \"c\": {\"d\": [[], -1.5e3, true]}, \"e\\\\\": \"\"} ";

  for (gsize n = 2; n < sizeof text; n++)
    {
      g_autofree char *closed = close_text (text, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (MaqJson) json = maq_json_parse_text (closed, &error);

      g_assert_no_error (error);
      g_assert_nonnull (json);
    }
}

static void
beginnings_of_files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("format-XXXXXX", NULL), *path = g_build_filename (folder, "file", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) some = NULL, all = NULL;
  guint64 size = 0;

  g_assert_true (g_file_set_contents (path, "0123456789", -1, NULL));
  some = maq_format_read_beginning (path, 4, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (some, NULL), g_bytes_get_size (some), "0123", 4);
  g_assert_cmpuint (size, ==, 10);
  all = maq_format_read_beginning (path, 4000, &size, &error);
  g_assert_cmpuint (g_bytes_get_size (all), ==, 10);
  g_assert_null (maq_format_read_beginning (folder, 4, &size, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/json/what-is-whole-of-a-cut-document-stays", what_is_whole_of_cut_json_stays);
  g_test_add_func ("/format/json/every-cut-of-a-document-is-json", every_cut_of_a_document_is_json);
  g_test_add_func ("/format/beginnings-of-files", beginnings_of_files);
  return g_test_run ();
}
