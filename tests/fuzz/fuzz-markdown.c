// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <pango/pango.h>
#include <string.h>

#include "fuzz.h"
#include "maq-markdown.h"

// Cards of repos and answers of models.

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GPtrArray) blocks = maq_markdown_parse ((const char *) data, size, "https://huggingface.co/acme/tiny/blob/main/");

  g_assert_cmpuint (blocks->len, <=, MAQ_MARKDOWN_MAX_BLOCKS + 1);
  for (guint i = 0; i < blocks->len; i++)
    {
      const MaqMarkdownBlock *block = g_ptr_array_index (blocks, i);
      g_assert_true (block->text == NULL || g_utf8_validate (block->text, -1, NULL));
      g_assert_cmpuint (block->indent, <=, 6);
      if (block->kind == MAQ_MARKDOWN_PARAGRAPH || block->kind == MAQ_MARKDOWN_HEADING)
        {
          g_autoptr (GError) error = NULL;
          // Links are for labels only, which take them out before.
          g_autofree char *open = g_strdup (block->text != NULL ? block->text : "");
          for (char *at = open; (at = strstr (at, "<a href=\"")) != NULL;)
            {
              char *end = strchr (at, '>');
              g_assert_nonnull (end);
              memcpy (at, "<i>", 3);
              memset (at + 3, ' ', end - at - 3 + 1);
            }
          for (char *at = open; (at = strstr (at, "</a>")) != NULL;)
            memcpy (at, "</i>", 4);
          pango_parse_markup (open, -1, 0, NULL, NULL, NULL, &error);
          g_assert_no_error (error);
        }
    }
  return 0;
}

void
fuzz_add_seeds (FuzzAdd add)
{
  static const char *const texts[] = {
    "---\nlicense: mit\n---\n# Title\n\nA *b* **c** `d` [e](f.md) ![g](h.png) <br> &amp; ~~i~~\n\n- one\n  - two\n1. three\n- [x] four\n",
    "| a | b |\n|---|:-:|\n| 1 | `2|3` |\n\n> quote\n> > deeper\n\n```c\nint x;\n```\n\n***\n",
    "<details><summary>s</summary>\n\ntext <img src=\"x.png\" alt=\"y\"> <a href='z'>w</a></details><script>alert(1)</script><!-- c -->",
    "[x]: https://example.org \"t\"\n[x] https://www.example.org <mailto:a@b.c> $a^2$ H~2~O\n===\nSetext\n---\n",
    "\\* &#x41; &nope; \xc3\xa9 \xf0\x9f\x98\x80 \xff\xfe",
    NULL,
  };
  fuzz_add_texts (add, texts);
}
