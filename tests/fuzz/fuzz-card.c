// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "fuzz.h"
#include "maq-card.h"

// The YAML in front of a card.

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = fuzz_dup_text (data, size);
  g_autoptr (JsonObject) card = maq_card_parse (text);
  const char *rest = maq_card_get_body (text);

  g_assert_true (rest >= text && rest <= text + strlen (text));
  if (card != NULL)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      json_node_set_object (node, card);
      g_autofree char *json = json_to_string (node, FALSE);
      g_assert_nonnull (json);
    }
  return 0;
}

void
fuzz_add_seeds (FuzzAdd add)
{
  static const char *const texts[] = {
    "---\nlicense: mit\ntags: [a, \"b c\", {x: 1}]\nlanguage:\n- en\n- 'de'\nmodel-index:\n- name: m\n  results:\n  - task:\n      type: t\n    metrics:\n"
    "    - value: 0.5\n      name: |\n        two\n        lines\n---\n# T\n",
    "---\na: >-\n  folded\n  text\nb: ~\nc: !tag x\nd: &x {y: [1, 2, [3]]}\ne: *x # comment\n\"f g\": \"\\u00e9\\n\"\n---",
    "---\n? complex\n: value\n...\n",
    "--- \r\na: b\r\n---\r\ntext",
    NULL,
  };
  fuzz_add_texts (add, texts);
}
