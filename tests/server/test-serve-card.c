// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-card.h"

#include <string.h>

static char *
parse (const char *text)
{
  g_autoptr (JsonObject) object = maq_serve_card_parse (text);
  g_autoptr (JsonNode) node = object != NULL ? json_node_init_object (json_node_alloc (), object) : NULL;
  return node != NULL ? json_to_string (node, FALSE) : NULL;
}

static void
assert_parses (const char *yaml,
               const char *json)
{
  g_autofree char *text = g_strdup_printf ("---\n%s\n---\n# Title\n", yaml);
  g_autofree char *got = parse (text);
  g_assert_cmpstr (got, ==, json);
}

static void
test_scalars (void)
{
  assert_parses ("license: mit", "{\"license\":\"mit\"}");
  assert_parses ("a: true\nb: 12\nc: 1.5\nd: null\ne:\nf: ~", "{\"a\":true,\"b\":12,\"c\":1.5,\"d\":null,\"e\":null,\"f\":null}");
  assert_parses ("a: \"x: \\\"y\\\"\"\nb: 'it''s'", "{\"a\":\"x: \\\"y\\\"\",\"b\":\"it's\"}");
  assert_parses ("a: 1.0.2 # a version\n# nothing\nb: x#y", "{\"a\":\"1.0.2\",\"b\":\"x#y\"}");
  assert_parses ("base: owner/name:tag", "{\"base\":\"owner/name:tag\"}");
}

static void
test_lists (void)
{
  assert_parses ("tags:\n- a\n- b", "{\"tags\":[\"a\",\"b\"]}");
  assert_parses ("tags:\n  - a\n  - b\nx: 1", "{\"tags\":[\"a\",\"b\"],\"x\":1}");
  assert_parses ("tags: [a, \"b, c\", 3]\nm: {k: v, l: [1]}", "{\"tags\":[\"a\",\"b, c\",3],\"m\":{\"k\":\"v\",\"l\":[1]}}");
  assert_parses ("w:\n- text: hi\n  title: x\n- text: yo", "{\"w\":[{\"text\":\"hi\",\"title\":\"x\"},{\"text\":\"yo\"}]}");
}

static void
test_nesting (void)
{
  assert_parses ("model-index:\n- name: m\n  results:\n  - task:\n      type: t\n    metrics:\n    - type: acc\n      value: 0.5\nz: 1",
                 "{\"model-index\":[{\"name\":\"m\",\"results\":[{\"task\":{\"type\":\"t\"},\"metrics\":[{\"type\":\"acc\",\"value\":0.5}]}]}],\"z\":1}");
}

static void
test_texts (void)
{
  assert_parses ("p: |\n  one\n  two\nq: >\n  three\n  four\nr: |-\n  five\n", "{\"p\":\"one\\ntwo\\n\",\"q\":\"three four\\n\",\"r\":\"five\"}");
}

static void
test_not_front_matter (void)
{
  g_assert_null (maq_serve_card_parse ("# Title\n"));
  g_assert_null (maq_serve_card_parse (""));
  g_assert_null (maq_serve_card_parse ("---"));
  g_assert_null (maq_serve_card_parse ("---\nlicense: mit\n"));
  g_assert_null (maq_serve_card_parse ("---\n---\n"));
  g_assert_null (maq_serve_card_parse ("---\n- a\n- b\n---\n"));
  g_assert_cmpstr (maq_serve_card_skip_front_matter ("---\na: b\n---\n# T\n"), ==, "# T\n");
  g_assert_cmpstr (maq_serve_card_skip_front_matter ("# T\n"), ==, "# T\n");
  g_autofree char *windows = parse ("---\r\nlicense: mit\r\ntags:\r\n- a\r\n---\r\n");
  g_assert_cmpstr (windows, ==, "{\"license\":\"mit\",\"tags\":[\"a\"]}");
}

// Odd lines cost themselves only, and no input does harm.
static void
test_broken (void)
{
  assert_parses ("license: mit\n\tnonsense here\n: x\nlanguage: en", "{\"license\":\"mit\",\"\":\"x\",\"language\":\"en\"}");
  g_autoptr (GString) deep = g_string_new ("---\n");
  for (guint i = 0; i < 200; i++)
    g_string_append_printf (deep, "%*sa:\n", i, "");
  g_string_append (deep, "b: ");
  for (guint i = 0; i < 5000; i++)
    g_string_append_c (deep, '[');
  g_string_append (deep, "\n---\n");
  g_autofree char *got = parse (deep->str);
  g_assert_nonnull (got);
}

static void
test_recorded (void)
{
  const char *shared = g_getenv ("MAQ_SHARED");
  if (shared == NULL)
    {
      g_test_skip ("the recorded cards are not here");
      return;
    }
  g_autofree char *folder = g_build_filename (shared, "hub-samples", "cards", "model", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint       n = 0;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *text = NULL;
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_autofree char *whole = parse (text);
      n += whole != NULL;
      // Cut anywhere it is an answer or none, never a crash.
      for (gsize length = MIN (strlen (text), 3000); length > 0; length -= MIN (length, 7))
        {
          text[length] = '\0';
          g_autofree char *cut = parse (text);
        }
    }
  g_assert_cmpuint (n, >=, 10);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/card/scalars", test_scalars);
  g_test_add_func ("/server/card/lists", test_lists);
  g_test_add_func ("/server/card/nesting", test_nesting);
  g_test_add_func ("/server/card/texts", test_texts);
  g_test_add_func ("/server/card/what-is-no-front-matter", test_not_front_matter);
  g_test_add_func ("/server/card/broken-lines", test_broken);
  g_test_add_func ("/server/card/recorded-cards", test_recorded);
  return g_test_run ();
}
