// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-markdown.h"

#include "maq-cli-text.h"

static void
test_blocks (void)
{
  static const struct
  {
    const char *markdown;
    const char *wanted;
  } cases[] = {
    { "# Title\n\nSome *text* with **bold** and `code`.", "Title\n\nSome text with bold and `code`.\n" },
    { "- one\n- two\n  - inner\n- three", "• one\n• two\n  • inner\n• three\n" },
    { "2. two\n3. three", "2. two\n3. three\n" },
    { "- [x] done\n- [ ] open", "• [x] done\n• [ ] open\n" },
    { "- loose\n\n- items", "• loose\n\n• items\n" },
    { "> said\n> so", "│ said so\n" },
    { "```sh\nmaq search\n\n  indented\n```\nafter", "    maq search\n\n      indented\n\nafter\n" },
    { "[link](https://example.org/a) and [here](other.md)", "link (https://example.org/a) and here\n" },
    { "<https://example.org/>", "https://example.org/\n" },
    { "![picture](a.png)", "[image: picture]\n" },
    { "a &amp; b &lt; c &#65; &#x1b; &bogus;", "a & b < c A  &bogus;\n" },
    { "line  \nbreak", "line\nbreak\n" },
    { "one<br>two <b>three</b>", "one\ntwo three\n" },
    { "<div align=\"center\">\n<img src=\"x.png\">Inside <!-- not this -->\n</div>\n\nAfter", "Inside\n\nAfter\n" },
    { "| A | B |\n|---|--:|\n| 1 | 2 |\n| long one | 30 |", "A          B\n1          2\nlong one  30\n" },
    { "", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = maq_cli_markdown_to_text (cases[i].markdown, 80, FALSE);
      g_assert_cmpstr (got, ==, cases[i].wanted);
    }
}

static void
test_styles (void)
{
  g_autofree char *got = maq_cli_markdown_to_text ("# A\n\n**b** *c*", 80, TRUE);
  g_assert_cmpstr (got, ==, "\033[1mA\033[0m\n\n\033[1mb\033[0m \033[3mc\033[0m\n");
}

static void
test_wrapping (void)
{
  g_autoptr (GString) markdown = g_string_new ("- > ");
  for (guint i = 0; i < 200; i++)
    g_string_append (markdown, "some **words** 模型 ");
  g_autofree char *text = maq_cli_markdown_to_text (markdown->str, 40, FALSE);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >, 50);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpint (maq_cli_text_width (lines[i]), <=, 40);
}

// Whatever a card says: it ends, it is UTF-8, and no control byte of it comes through.
static void
test_hostile (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) nested = g_string_new (NULL);
  for (guint i = 0; i < 3000; i++)
    {
      g_string_append (deep, "> ");
      g_string_append (nested, "[");
    }
  g_string_append (deep, "deep");
  const char *cases[] = {
    deep->str,
    nested->str,
    "\033[2J \001bold\002 \x9b \xff\xfe",
    "| a |\n|-|\n| b | c | d |\n|\n",
    "|>a|\n|-:|\n|",
    "<!-- never ends\n\n# x",
    "<div\n\nx",
    "-\n-\n  -\n1.\n",
    "[a](https://x/\033[31m)",
    "&#27;[31m&#155;31m",
    "***a**b*c_d__e",
    "---",
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = maq_cli_markdown_to_text (cases[i], 80, FALSE);
      g_assert_true (g_utf8_validate (got, -1, NULL));
      for (const char *p = got; *p != '\0'; p = g_utf8_next_char (p))
        g_assert_true (*p == '\n' || *p == '\t' || !g_unichar_iscntrl (g_utf8_get_char (p)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/markdown/blocks-and-spans", test_blocks);
  g_test_add_func ("/cli/markdown/styles", test_styles);
  g_test_add_func ("/cli/markdown/lines-are-wrapped", test_wrapping);
  g_test_add_func ("/cli/markdown/hostile-cards-are-harmless", test_hostile);
  return g_test_run ();
}
