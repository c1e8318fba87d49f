// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-markdown.h"

#include <string.h>

#define BASE "https://hub.example/owner/name/blob/main/"

static const MaqMarkdownBlock *
block (GPtrArray *blocks,
       guint      i)
{
  g_assert_cmpuint (i, <, blocks->len);
  return blocks->pdata[i];
}

static void
assert_block (GPtrArray      *blocks,
              guint           i,
              MaqMarkdownKind kind,
              const char     *text)
{
  g_assert_cmpint (block (blocks, i)->kind, ==, kind);
  g_assert_cmpstr (block (blocks, i)->text, ==, text);
}

// Everything that is shown as markup must be accepted by the parser labels use.
static void
assert_valid_markup (GPtrArray *blocks)
{
  static const GMarkupParser nothing = { NULL };

  for (guint i = 0; i < blocks->len; i++)
    {
      const MaqMarkdownBlock *b = blocks->pdata[i];
      if (b->kind == MAQ_MARKDOWN_CODE || b->kind == MAQ_MARKDOWN_TABLE)
        continue;
      g_autoptr (GError) error = NULL;
      g_autofree char     *wrapped = g_strconcat ("<markup>", b->text, "</markup>", NULL);
      GMarkupParseContext *context = g_markup_parse_context_new (&nothing, 0, NULL, NULL);
      g_markup_parse_context_parse (context, wrapped, -1, &error);
      g_assert_no_error (error);
      g_markup_parse_context_free (context);
      g_assert_true (g_utf8_validate (b->text, -1, NULL));
    }
}

static GPtrArray *
parse (const char *text)
{
  GPtrArray *blocks = maq_markdown_parse (text, -1, BASE);
  assert_valid_markup (blocks);
  return blocks;
}

static void
test_blocks (void)
{
  g_autoptr (GPtrArray) blocks = parse ("# One & *two*\n\nText with `code` and **bold**\nsame line\n\n```py\nif a < b:\n    pass\n```\n\n***\n");

  g_assert_cmpuint (blocks->len, ==, 4);
  assert_block (blocks, 0, MAQ_MARKDOWN_HEADING, "One &amp; <i>two</i>");
  g_assert_cmpuint (block (blocks, 0)->level, ==, 1);
  assert_block (blocks, 1, MAQ_MARKDOWN_PARAGRAPH, "Text with <tt>code</tt> and <b>bold</b> same line");
  assert_block (blocks, 2, MAQ_MARKDOWN_CODE, "if a < b:\n    pass");
  assert_block (blocks, 3, MAQ_MARKDOWN_RULE, "");
}

static void
test_lists (void)
{
  g_autoptr (GPtrArray) blocks = parse ("- a\n- b\n  1. c\n  2. d\n\n     more\n- [x] done\n\n> quoted\n> > twice\n");

  assert_block (blocks, 0, MAQ_MARKDOWN_PARAGRAPH, "a");
  g_assert_cmpstr (block (blocks, 0)->marker, ==, "•");
  g_assert_cmpuint (block (blocks, 0)->indent, ==, 1);
  assert_block (blocks, 2, MAQ_MARKDOWN_PARAGRAPH, "c");
  g_assert_cmpstr (block (blocks, 2)->marker, ==, "1.");
  g_assert_cmpuint (block (blocks, 2)->indent, ==, 2);
  g_assert_cmpstr (block (blocks, 3)->marker, ==, "2.");
  assert_block (blocks, 4, MAQ_MARKDOWN_PARAGRAPH, "more");
  g_assert_null (block (blocks, 4)->marker);
  g_assert_cmpuint (block (blocks, 4)->indent, ==, 2);
  g_assert_cmpstr (block (blocks, 5)->marker, ==, "☑");
  assert_block (blocks, 6, MAQ_MARKDOWN_PARAGRAPH, "quoted");
  g_assert_cmpuint (block (blocks, 6)->quotes, ==, 1);
  g_assert_cmpuint (block (blocks, 7)->quotes, ==, 2);
}

static void
test_links (void)
{
  g_autoptr (GPtrArray) blocks = parse ("[a](https://x.example/?a=1&b=2) [b](docs/file.md) [c](javascript:alert%281%29) [d](#there) [e](file:///etc/passwd) <http://y.example>");

  assert_block (blocks, 0, MAQ_MARKDOWN_PARAGRAPH, "<a href=\"https://x.example/?a=1&amp;b=2\">a</a> "
                                                   "<a href=\"https://hub.example/owner/name/blob/main/docs/file.md\">b</a> c d e "
                                                   "<a href=\"http://y.example\">http://y.example</a>");

  g_autoptr (GPtrArray) nowhere = parse ("[a]() [b](<>) ![c]()");
  assert_block (nowhere, 0, MAQ_MARKDOWN_PARAGRAPH, "a b <i>c</i>");

  g_autoptr (GPtrArray) without_base = maq_markdown_parse ("[b](docs/file.md)", -1, NULL);
  assert_block (without_base, 0, MAQ_MARKDOWN_PARAGRAPH, "b");
}

static void
test_html (void)
{
  g_autoptr (GPtrArray) blocks = parse ("<div align=\"center\">\n<h1>Big &amp; small</h1><!-- no -->\n<img src=\"x.png\">\n</div>\n\n"
                                        "Text <b>with</b> tags<br>and ![a picture](p.png)\n\n"
                                        "<script>\nalert(1)\n</script>\n\n<style>\na{}\n</style>\n");

  assert_block (blocks, 0, MAQ_MARKDOWN_PARAGRAPH, "Big &amp; small");
  assert_block (blocks, 1, MAQ_MARKDOWN_PARAGRAPH, "Text with tags\nand <i>a picture</i>");
  g_assert_cmpuint (blocks->len, ==, 2);
}

static void
test_tables (void)
{
  g_autoptr (GPtrArray) blocks = parse ("| Name | Size |\n|---|--:|\n| `Q4_0` | 1.2 |\n| Q8_0 **x** | 2 |\n");

  assert_block (blocks, 0, MAQ_MARKDOWN_TABLE, "Name    Size\n──────  ────\nQ4_0    1.2\nQ8_0 x  2");
}

static void
test_entities (void)
{
  g_autoptr (GPtrArray) blocks = parse ("&lt;b&gt; &copy; &#65; &#x42; &unknown; &#0; &#xD800;");

  assert_block (blocks, 0, MAQ_MARKDOWN_PARAGRAPH, "&lt;b&gt; © A B &amp;unknown; &amp;#0; &amp;#xD800;");
}

static char *
repeat (const char *text,
        guint       n)
{
  GString *string = g_string_sized_new (strlen (text) * n);
  for (guint i = 0; i < n; i++)
    g_string_append (string, text);
  return g_string_free_and_steal (string);
}

// However deep, long or broken: a bounded number of blocks, soon.
static void
test_bounds (void)
{
  static const char *const pieces[] = {
    "> ",
    "* ",
    "1. ",
    "**",
    "_a ",
    "[",
    "![",
    "<div>",
    "<!--",
    "```\n",
    "`",
    "&",
    "|a|b|\n|-|-|\n",
    "\\",
    "# ",
    "- a\n\n",
    "[a](b",
    "<a href='",
    "\xff\xfe",
    "a\n\n",
    "---\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autofree char *text = repeat (pieces[i], 60000);
      gint64           start = g_get_monotonic_time ();
      g_autoptr (GPtrArray) blocks = maq_markdown_parse (text, -1, BASE);
      g_assert_cmpuint (blocks->len, <=, MAQ_MARKDOWN_MAX_BLOCKS + 1);
      assert_valid_markup (blocks);
      if (g_get_monotonic_time () - start > 5 * G_USEC_PER_SEC)
        g_error ("“%s” took %.1f s", pieces[i], (g_get_monotonic_time () - start) / 1e6);
      for (guint j = 0; j < blocks->len; j++)
        g_assert_cmpuint (block (blocks, j)->indent, <=, 6);
    }
}

// However long a paragraph or a code block is, no label gets more than it can lay out at once, and no word is lost.
static void
test_long_blocks (void)
{
  g_autofree char *words = repeat ("word **bold words** ", 3000);
  g_autofree char *bold = repeat ("wörd ", 3000);
  g_autofree char *bold_paragraph = g_strdup_printf ("**[%s](https://x.example)**", bold);
  g_autofree char *lines = repeat ("a line of code\n", 2000);
  g_autofree char *code = g_strdup_printf ("```\n%s```\n", lines);
  g_autofree char *one_word = repeat ("ä", 20000);
  g_autofree char *cells = repeat ("| a cell | another one |\n", 1000);
  g_autofree char *table = g_strdup_printf ("| A | B |\n|---|---|\n%s", cells);
  g_autofree char *html_words = repeat ("word ", 4000);
  g_autofree char *html = g_strdup_printf ("<div>\n%s\n</div>\n", html_words);
  const char      *texts[] = { words, bold_paragraph, code, one_word, table, html };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GPtrArray) blocks = parse (texts[i]);

      g_assert_cmpuint (blocks->len, >, 3);
      for (guint j = 0; j < blocks->len; j++)
        {
          g_assert_cmpuint (strlen (block (blocks, j)->text), <, 6000);
          g_assert_cmpint (block (blocks, j)->kind, ==, i == 2 ? MAQ_MARKDOWN_CODE : i == 4 ? MAQ_MARKDOWN_TABLE
                                                                                            : MAQ_MARKDOWN_PARAGRAPH);
          if (i == 1)
            g_assert_true (g_str_has_prefix (block (blocks, j)->text, "<b><a href="));
          if (i == 2)
            g_assert_true (g_str_has_suffix (block (blocks, j)->text, "a line of code"));
        }
    }
}

static void
test_too_long (void)
{
  g_autofree char *text = repeat ("word ", MAQ_MARKDOWN_MAX_BYTES);
  g_autoptr (GPtrArray) blocks = parse (text);
  g_assert_cmpint (block (blocks, blocks->len - 1)->kind, ==, MAQ_MARKDOWN_MORE);

  g_autoptr (GPtrArray) nothing = parse ("");
  g_assert_cmpuint (nothing->len, ==, 0);
  g_autoptr (GPtrArray) zeros = maq_markdown_parse ("a\0b", 3, NULL);
  assert_block (zeros, 0, MAQ_MARKDOWN_PARAGRAPH, "a\ufffdb");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/widgets/markdown/blocks", test_blocks);
  g_test_add_func ("/widgets/markdown/lists-and-quotes-become-indents", test_lists);
  g_test_add_func ("/widgets/markdown/only-safe-links-can-be-followed", test_links);
  g_test_add_func ("/widgets/markdown/html-leaves-its-words", test_html);
  g_test_add_func ("/widgets/markdown/tables-are-aligned-text", test_tables);
  g_test_add_func ("/widgets/markdown/entities", test_entities);
  g_test_add_func ("/widgets/markdown/hostile-input-stays-in-bounds", test_bounds);
  g_test_add_func ("/widgets/markdown/long-blocks-become-several", test_long_blocks);
  g_test_add_func ("/widgets/markdown/long-texts-are-cut", test_too_long);
  return g_test_run ();
}
