// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "fuzz.h"
#include "maq-json.h"

static guint
read_value (MaqJsonValue *value,
            guint         depth)
{
  guint n = 1;

  g_assert_cmpuint (depth, <=, MAQ_JSON_MAX_DEPTH);
  maq_json_get_kind (value);
  maq_json_as_int (value, 7);
  maq_json_as_double (value, 0.5);
  maq_json_as_bool (value, TRUE);
  const char *text = maq_json_as_string (value);
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
  g_auto (GStrv) strings = maq_json_dup_strv (value, "a");
  g_assert_nonnull (strings);

  MAQ_JSON_FOREACH (item, value)
    {
      n += read_value (item, depth + 1);
    }
  MAQ_JSON_FOREACH_MEMBER (name, item, value)
    {
      // Not to be found where the name has a zero in it.
      maq_json_get (value, name);
      maq_json_get_int (value, name, 0);
      maq_json_get_string (value, name);
      n += read_value (item, depth + 1);
    }
  return n;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (MaqJson) json = maq_json_parse (bytes, &error);

  g_assert_true ((json == NULL) == (error != NULL));
  if (json == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }

  // What is written is read as the same.
  guint            n = read_value (maq_json_get_root (json), 0);
  g_autofree char *text = maq_json_to_text (maq_json_get_root (json));
  g_autoptr (MaqJson) again = maq_json_parse_text (text, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read_value (maq_json_get_root (again), 0), ==, n);
  return 0;
}

void
fuzz_add_seeds (FuzzAdd add)
{
  static const char *const texts[] = {
    "{\"a\": [1, -2, 3.5e10, true, false, null, \"x\\u00e9\\ud83d\\ude00\\n\"], \"b\": {\"a\": \"y\", \"c\": {}}}",
    "[[[[[[[[]]]]]]]]",
    "{\"a\": 1, \"a\": 2, \"n\": 9223372036854775807, \"u\": 18446744073709551615, \"r\": 1e308}",
    "\"\"",
    " null ",
    "{\"a\": [\"x\", 1, \"y\"]}",
    NULL,
  };
  fuzz_add_texts (add, texts);
}
