// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-text.h"

#include <string.h>

// Feeds PIECES and asserts what comes out after each, and at the end.
static void
check (const char *const *stop,
       const char *const *pieces,
       const char *const *expected,
       gboolean           found)
{
  g_autoptr (MaqRunnerText) text = maq_runner_text_new (stop);
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean over = FALSE;
  gsize    i;

  for (i = 0; pieces[i] != NULL && !over; i++)
    {
      over = maq_runner_text_feed (text, pieces[i], strlen (pieces[i]), out);
      g_assert_cmpstr (out->str, ==, expected[i]);
      g_string_truncate (out, 0);
    }
  g_assert_cmpint (over, ==, found);
  maq_runner_text_flush (text, out);
  g_assert_cmpstr (out->str, ==, expected[i] != NULL ? expected[i] : "");
}

#define LIST(...) ((const char *[]) { __VA_ARGS__, NULL })

static void
passes_plain_text (void)
{
  check (NULL, LIST ("one", " two", ""), LIST ("one", " two", ""), FALSE);
  check (LIST (""), LIST ("one"), LIST ("one"), FALSE);
}

static void
holds_back_half_characters (void)
{
  check (NULL, LIST ("caf\303", "\251!"), LIST ("caf", "\303\251!"), FALSE);
  check (NULL, LIST ("\360", "\237", "\230", "\200"), LIST ("", "", "", "\360\237\230\200"), FALSE);
  // What never becomes one is replaced, at the end too.
  check (NULL, LIST ("a\303", "b"), LIST ("a", "\357\277\275b"), FALSE);
  check (NULL, LIST ("a\303"), LIST ("a", "\357\277\275"), FALSE);
  check (NULL, LIST ("\200\200\200\200"), LIST ("\357\277\275\357\277\275\357\277\275\357\277\275"), FALSE);
}

static void
holds_back_what_may_be_a_stop (void)
{
  check (LIST ("END"), LIST ("abE", "N", "Dxyz"), LIST ("ab", "", ""), TRUE);
  check (LIST ("END"), LIST ("abE", "N", "Cxyz"), LIST ("ab", "", "ENCxyz"), FALSE);
  check (LIST ("END"), LIST ("abEN"), LIST ("ab", "EN"), FALSE);
  check (LIST ("aab"), LIST ("aa", "a", "b"), LIST ("", "a", ""), TRUE);
}

static void
the_first_stop_counts (void)
{
  check (LIST ("three", "two"), LIST ("one two three"), LIST ("one "), TRUE);
  check (LIST ("two three", "two"), LIST ("one two three"), LIST ("one "), TRUE);
  check (LIST ("\n\n", "###"), LIST ("a\n", "b#", "#", "#"), LIST ("a", "\nb", "", ""), TRUE);
  check (LIST ("\303\251"), LIST ("caf\303", "\251!"), LIST ("caf", ""), TRUE);
}

static void
many_small_pieces_give_the_whole (void)
{
  static const char whole[] = "Gr\303\274\303\237e, \346\227\245\346\234\254 \360\237\230\200 STO STOP";
  g_autoptr (MaqRunnerText) text = maq_runner_text_new (LIST ("STOP"));
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean found = FALSE;

  for (gsize i = 0; whole[i] != 0; i++)
    {
      found = maq_runner_text_feed (text, whole + i, 1, out);
      g_assert_true (g_utf8_validate (out->str, out->len, NULL));
    }
  g_assert_true (found);
  g_assert_cmpstr (out->str, ==, "Gr\303\274\303\237e, \346\227\245\346\234\254 \360\237\230\200 STO ");
}

// Feeds PIECES, of which those in braces are control tokens, and asserts what comes out of all.
static void
check_control (const char *const *stop,
               const char *const *pieces,
               const char        *expected,
               gboolean           found)
{
  g_autoptr (MaqRunnerText) text = maq_runner_text_new (stop);
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean over = FALSE;

  for (gsize i = 0; pieces[i] != NULL && !over; i++)
    over = *pieces[i] == '{' ? maq_runner_text_feed_control (text, pieces[i], strlen (pieces[i]), out) : maq_runner_text_feed (text, pieces[i], strlen (pieces[i]), out);
  g_assert_cmpint (over, ==, found);
  maq_runner_text_flush (text, out);
  g_assert_cmpstr (out->str, ==, expected);
}

static void
control_tokens_stop_and_are_not_shown (void)
{
  check_control (NULL, LIST ("a", "{end}", "b"), "ab", FALSE);
  check_control (LIST ("{end}"), LIST ("a", "{end}", "b"), "a", TRUE);
  check_control (LIST ("{end}"), LIST ("{end}"), "", TRUE);
  check_control (LIST ("{end}"), LIST ("a", "{other}", "b{", "end", "}c"), "ab", TRUE);
  // Among words, before and behind them.
  check_control (LIST ("!{end}"), LIST ("a!", "b!", "{end}", "c"), "a!b", TRUE);
  check_control (LIST ("{end}\nUser:"), LIST ("a", "{end}", "\nUs", "er:", "c"), "a", TRUE);
  check_control (LIST ("{end}\nUser:"), LIST ("a", "{end}", "\nUs", "b"), "a\nUsb", FALSE);
  check_control (LIST ("{one}{two}"), LIST ("a", "{one}", "{one}", "{two}", "b"), "a", TRUE);
  // None is met by a part of it.
  check_control (LIST ("end"), LIST ("a", "{end}", "b"), "ab", FALSE);
  check_control (LIST ("{", "}"), LIST ("a", "{end}", "b}c"), "ab", TRUE);
  check_control (LIST ("}b"), LIST ("a", "{end}", "b"), "ab", FALSE);
  // What stands around it still is one character.
  check_control (NULL, LIST ("caf\303", "{end}", "\251!"), "caf\303\251!", FALSE);
  check_control (LIST ("{end}"), LIST ("caf\303", "{end}", "\251!"), "caf\357\277\275", TRUE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/runner/text/passes-plain-text", passes_plain_text);
  g_test_add_func ("/runner/text/holds-back-half-characters", holds_back_half_characters);
  g_test_add_func ("/runner/text/holds-back-what-may-be-a-stop", holds_back_what_may_be_a_stop);
  g_test_add_func ("/runner/text/the-first-stop-counts", the_first_stop_counts);
  g_test_add_func ("/runner/text/many-small-pieces-give-the-whole", many_small_pieces_give_the_whole);
  g_test_add_func ("/runner/text/control-tokens-stop-and-are-not-shown", control_tokens_stop_and_are_not_shown);
  return g_test_run ();
}
