// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-text.h"

static void
test_clean (void)
{
  static const struct
  {
    const char *text;
    gboolean    keep_lines;
    const char *wanted;
  } cases[] = {
    { NULL, FALSE, "" },
    { "plain ünïcode 模型 🧱", FALSE, "plain ünïcode 模型 🧱" },
    { "a\nb\tc", FALSE, "a b c" },
    { "a\nb\tc", TRUE, "a\nb\tc" },
    { "a\r\nb", TRUE, "a\nb" },
    { "\033[31mred\033]0;title\a", FALSE, "\ufffd[31mred\ufffd]0;title\ufffd" },
    { "c1 \xc2\x9b"
      "31m",
      FALSE,
      "c1 \ufffd31m" },
    { "txt\u202egpj.exe\u2066", FALSE, "txt\ufffdgpj.exe\ufffd" },
    { "broken \xff\xfe utf-8", FALSE, "broken \ufffd\ufffd utf-8" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = maq_cli_clean (cases[i].text, cases[i].keep_lines);
      g_assert_cmpstr (got, ==, cases[i].wanted);
    }
}

static void
test_width (void)
{
  g_assert_cmpint (maq_cli_text_width (""), ==, 0);
  g_assert_cmpint (maq_cli_text_width ("abc"), ==, 3);
  g_assert_cmpint (maq_cli_text_width ("模型"), ==, 4);
  g_assert_cmpint (maq_cli_text_width ("e\u0301"), ==, 1);
}

static void
test_cut (void)
{
  g_autofree char *fits = maq_cli_text_cut ("abc", 3);
  g_autofree char *cut = maq_cli_text_cut ("abcdef", 4);
  g_autofree char *wide = maq_cli_text_cut ("模型模型", 4);
  g_autofree char *none = maq_cli_text_cut ("abc", 1);
  g_assert_cmpstr (fits, ==, "abc");
  g_assert_cmpstr (cut, ==, "abc…");
  g_assert_cmpstr (wide, ==, "模…");
  g_assert_cmpstr (none, ==, "…");
}

static MaqCliTable *
make_table (void)
{
  const char *const titles[] = { "NAME", ">SIZE", "LAST", NULL };
  const char *const first[] = { "a-rather-long-name", "1 kB", "x" };
  const char *const second[] = { "模型", "12.5 MB", NULL };
  MaqCliTable      *table = maq_cli_table_new (titles, 0);
  maq_cli_table_add_row (table, first);
  maq_cli_table_add_row (table, second);
  return table;
}

static void
test_table (void)
{
  g_autoptr (MaqCliTable) table = make_table ();
  g_autofree char *text = maq_cli_table_to_text (table, G_MAXINT);
  g_assert_cmpstr (text, ==, "NAME                   SIZE  LAST\n"
                             "a-rather-long-name     1 kB  x\n"
                             "模型                12.5 MB\n");
}

static void
test_narrow_table (void)
{
  g_autoptr (MaqCliTable) table = make_table ();
  g_autofree char *text = maq_cli_table_to_text (table, 28);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpint (maq_cli_text_width (lines[i]), <=, 28);
  g_assert_nonnull (strstr (text, "a-rather-lon…"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/text/clean-takes-what-a-terminal-obeys", test_clean);
  g_test_add_func ("/cli/text/width-counts-columns", test_width);
  g_test_add_func ("/cli/text/cut-ends-with-an-ellipsis", test_cut);
  g_test_add_func ("/cli/text/table-aligns", test_table);
  g_test_add_func ("/cli/text/table-fits-the-terminal", test_narrow_table);
  return g_test_run ();
}
