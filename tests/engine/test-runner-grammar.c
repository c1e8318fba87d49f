// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Answers that are kept to a grammar. What schemas become is tested in tests/format, what the engine makes of it in tests/runner.
#include "maq-engine-fixture.h"

#include <string.h>

static MaqGeneration *
ask (MaqSession *session,
     const char *grammar,
     double      temperature,
     guint64     seed,
     guint       max_tokens)
{
  g_autoptr (MaqGenerateOptions) options = maq_generate_options_new ();

  options->prompt = g_strdup ("Once upon a time");
  options->grammar = g_strdup (grammar);
  options->temperature = temperature;
  options->has_seed = TRUE;
  options->seed = seed;
  options->max_tokens = max_tokens;
  return maq_session_generate (session, options);
}

static char *
answer (MaqSession *session,
        const char *grammar,
        double      temperature,
        guint64     seed)
{
  g_autoptr (MaqGeneration) generation = ask (session, grammar, temperature, seed, 0);
  g_autoptr (GError) error = NULL;
  char *text = fixture_read (generation, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (fixture_get_stats (generation).stop_reason, ==, "end");
  return text;
}

// The model would never say this by itself; each answer begins with the grammar as new.
static void
every_answer_keeps_to_its_grammar (void)
{
  static const double temperatures[] = { 0, 0.8, 5 };
  g_autofree char    *path = fixture_model ();
  g_autoptr (MaqSession) session = NULL;

  if (path == NULL)
    return;
  session = fixture_load (path);
  for (guint64 seed = 1; seed <= 4; seed++)
    for (gsize i = 0; i < G_N_ELEMENTS (temperatures); i++)
      {
        g_autofree char *number = answer (session, "root ::= \"<\" [0-9]{3} \"é>\"", temperatures[i], seed);
        g_autofree char *word = answer (session, "root ::= \"xyzzy\" | \"plugh\"", temperatures[i], seed);

        g_assert_true (g_regex_match_simple ("^<[0-9]{3}é>$", number, 0, 0));
        g_assert_true (g_str_equal (word, "xyzzy") || g_str_equal (word, "plugh"));
      }
}

static void
a_seed_still_decides (void)
{
  static const char grammar[] = "root ::= [0-9]{12}";
  g_autofree char  *path = fixture_model ();
  g_autofree char  *first = NULL, *again = NULL, *other = NULL;
  g_autoptr (MaqSession) session = NULL;

  if (path == NULL)
    return;
  session = fixture_load (path);
  first = answer (session, grammar, 3, 7);
  other = answer (session, grammar, 3, 8);
  again = answer (session, grammar, 3, 7);
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, other);
}

static void
what_the_grammar_allows_stays_as_it_was (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *free_text = NULL, *bound = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  session = fixture_load (path);
  free_text = fixture_answer (session, "Once upon a time", 30, &error);
  g_assert_no_error (error);
  generation = ask (session, "root ::= [^\\x00]*", 0, 1, 30);
  bound = fixture_read (generation, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (free_text, ==, bound);
}

static void
a_limit_cuts_it (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *text = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  session = fixture_load (path);
  generation = ask (session, "root ::= [0-9]{400}", 0.8, 1, 5);
  text = fixture_read (generation, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (fixture_get_stats (generation).stop_reason, ==, "length");
  g_assert_cmpuint (strspn (text, "0123456789"), ==, strlen (text));
}

// Neither what cannot be read nor what no answer can follow costs more than that one answer.
static void
a_wrong_grammar_fails_one_answer (void)
{
  static const char *const grammars[] = { "root ::= (", "other ::= \"a\"", "root ::= missing", "root ::= root \"a\" | \"b\"", "\377", "root ::= [", "root ::= \"a\"{100000}", "root ::= \"\\q\"", "root ::= [\\x00]" };
  g_autofree char         *path = fixture_model ();
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *after = NULL;

  if (path == NULL)
    return;
  session = fixture_load (path);
  for (gsize i = 0; i < G_N_ELEMENTS (grammars); i++)
    {
      g_autoptr (MaqGeneration) generation = ask (session, grammars[i], 0, 1, 10);
      g_autoptr (GError) failure = NULL;
      g_autofree char *none = fixture_read (generation, NULL, &failure);

      g_test_message ("%s: %s", grammars[i], failure != NULL ? failure->message : none);
      g_assert_null (none);
      fixture_assert_clear_error (failure, MAQ_ENGINE_ERROR_UNSUPPORTED);
      g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_READY);
    }
  after = fixture_answer (session, "Once", 5, &error);
  g_assert_no_error (error);
}

static void
a_huge_grammar_is_refused (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *filler = g_strnfill (1024 * 1024, ' ');
  g_autofree char *grammar = g_strconcat ("root ::= \"a\"", filler, NULL), *none = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  session = fixture_load (path);
  generation = ask (session, grammar, 0, 1, 10);
  none = fixture_read (generation, NULL, &error);
  g_assert_null (none);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNSUPPORTED);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  dex_test_add_func ("/engine/grammar/every-answer-keeps-to-its-grammar", every_answer_keeps_to_its_grammar);
  dex_test_add_func ("/engine/grammar/a-seed-still-decides", a_seed_still_decides);
  dex_test_add_func ("/engine/grammar/what-the-grammar-allows-stays-as-it-was", what_the_grammar_allows_stays_as_it_was);
  dex_test_add_func ("/engine/grammar/a-limit-cuts-it", a_limit_cuts_it);
  dex_test_add_func ("/engine/grammar/a-wrong-grammar-fails-one-answer", a_wrong_grammar_fails_one_answer);
  dex_test_add_func ("/engine/grammar/a-huge-grammar-is-refused", a_huge_grammar_is_refused);
  return g_test_run ();
}
