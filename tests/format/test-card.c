// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-card.h"

#include <string.h>

static char *
parse (const char *text)
{
  g_autoptr (JsonObject) object = maq_card_parse (text);
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
  assert_parses ("tag: [a, \"b, c\", 3]\nm: {k: v, l: [1]}", "{\"tag\":[\"a\",\"b, c\",3],\"m\":{\"k\":\"v\",\"l\":[1]}}");
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

// Names and texts are what their authors wrote, not what YAML makes of them.
static void
test_meant_as_texts (void)
{
  assert_parses ("language: no", "{\"language\":\"no\"}");
  assert_parses ("language:\n- no\n- yes\n- on", "{\"language\":[\"no\",\"yes\",\"on\"]}");
  assert_parses ("language: [en, no]\ntags: [2024, 1.10, true, x]", "{\"language\":[\"en\",\"no\"],\"tags\":[\"2024\",\"1.10\",\"true\",\"x\"]}");
  assert_parses ("sdk_version: 5.10\npython_version: 3.10\ntitle: 2048", "{\"sdk_version\":\"5.10\",\"python_version\":\"3.10\",\"title\":\"2048\"}");
  assert_parses ("language: null\nlicense:", "{\"language\":null,\"license\":null}");
  assert_parses ("model-index:\n- name: 1.0\n  results:\n  - metrics:\n    - type: 1\n      value: 5.50", "{\"model-index\":[{\"name\":\"1.0\",\"results\":[{\"metrics\":[{\"type\":\"1\",\"value\":5.5}]}]}]}");
  assert_parses ("c: {name: 007, n: 7}\nnames:\n  '0': no\n  '1': 1.0\npinned: true", "{\"c\":{\"name\":\"007\",\"n\":7},\"names\":{\"0\":\"no\",\"1\":\"1.0\"},\"pinned\":true}");
  // What no number of JSON holds stays as it is written.
  assert_parses ("a: 123456789012345678901234567890e999\nb: 9223372036854775807", "{\"a\":\"123456789012345678901234567890e999\",\"b\":9223372036854775807}");
}

// Values that go on over several lines.
static void
test_long_values (void)
{
  assert_parses ("tags: [a,\n  \"b, ]\", # said\n  c\n]\nx: 1", "{\"tags\":[\"a\",\"b, ]\",\"c\"],\"x\":1}");
  assert_parses ("m: {a: 1,\n  b: [2,\n  3]}\nx: 1", "{\"m\":{\"a\":1,\"b\":[2,3]},\"x\":1}");
  assert_parses ("description: one\n  two # not this\n  three\nx: 1", "{\"description\":\"one two three\",\"x\":1}");
  assert_parses ("description: \"one\n  two\"\nx: 1", "{\"description\":\"one two\",\"x\":1}");
  assert_parses ("title: \"never ends\nlicense: mit", "{\"title\":\"never ends\",\"license\":\"mit\"}");
  assert_parses ("tags: [a, b\nlicense: mit", "{\"tags\":[\"a\",\"b\"],\"license\":\"mit\"}");
  assert_parses ("a: \"\\u00e9\\x41\\\"\\n\\U0001F600\"", "{\"a\":\"éA\\\"\\n😀\"}");
}

// As the Hub finds it: what stands around the dashes does not matter.
static void
test_where_it_is (void)
{
  static const char *const cards[] = {
    "---\nlicense: mit\n---\n# Title\n",
    "---\r\nlicense: mit\r\n---\r\n# Title\n",
    "---\rlicense: mit\r---\r# Title\n",
    "---  \nlicense: mit\n---\n# Title\n",
    "---\nlicense: mit\n---\t \n# Title\n",
    "---\r\nlicense: mit  \r\n---  \r\n# Title\n",
    "\n---\nlicense: mit\n---\n# Title\n",
    "\r\n \n\t\n---\nlicense: mit\n---\n# Title\n",
    "  ---\nlicense: mit\n---\n# Title\n",
    "\ufeff---\nlicense: mit\n---\n# Title\n",
    "\ufeff\r\n\r\n---\r\nlicense: mit\r\n\r\n---\r\n# Title\n",
    "\n\ufeff---\n\n\nlicense: mit\n---\n# Title\n",
  };
  for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
    {
      g_autofree char *got = parse (cards[i]);
      g_assert_cmpstr (got, ==, "{\"license\":\"mit\"}");
      g_assert_cmpstr (maq_card_get_body (cards[i]), ==, "# Title\n");
    }
}

static void
test_what_is_none (void)
{
  static const char *const cards[] = { "# T\n", "", "---", "---\nlicense: mit\n", "----\na: b\n----\n", "--- a\nb: c\n---\n", "text\n---\na: b\n---\n", "\n\n# T\n" };
  for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
    {
      g_assert_null (maq_card_parse (cards[i]));
      g_assert_cmpstr (maq_card_get_body (cards[i]), ==, cards[i]);
    }
  // Front matter that says nothing is none, but is not text either.
  static const char *const empty[] = { "---\n---\n# T\n", "---\n# only this\n---\n# T\n", "---\n- a\n- b\n---\n# T\n" };
  for (guint i = 0; i < G_N_ELEMENTS (empty); i++)
    {
      g_assert_null (maq_card_parse (empty[i]));
      g_assert_cmpstr (maq_card_get_body (empty[i]), ==, "# T\n");
    }
  g_assert_cmpstr (maq_card_get_body ("---\na: b\n---"), ==, "");
  g_assert_cmpstr (maq_card_get_body ("\ufeff# T\n"), ==, "# T\n");
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
  g_test_add_func ("/format/card/scalars", test_scalars);
  g_test_add_func ("/format/card/lists", test_lists);
  g_test_add_func ("/format/card/nesting", test_nesting);
  g_test_add_func ("/format/card/texts", test_texts);
  g_test_add_func ("/format/card/names-and-texts-are-as-written", test_meant_as_texts);
  g_test_add_func ("/format/card/values-of-several-lines", test_long_values);
  g_test_add_func ("/format/card/found-as-the-hub-finds-it", test_where_it_is);
  g_test_add_func ("/format/card/what-is-no-front-matter", test_what_is_none);
  g_test_add_func ("/format/card/broken-lines", test_broken);
  g_test_add_func ("/format/card/recorded-cards", test_recorded);
  return g_test_run ();
}
