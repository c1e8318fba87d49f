// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-error-text.h"

#include <gio/gio.h>

#include "maq-cache.h"
#include "maq-engine.h"
#include "maq-hub-error-private.h"

static void
test_every_code_has_words (void)
{
  const struct
  {
    GQuark domain;
    int    last;
  } domains[] = {
    { MAQ_HUB_ERROR, MAQ_HUB_ERROR_OFFLINE },
    { MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED },
    { MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED },
    { MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSUITABLE },
    { MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISSING },
    { MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_UNSUPPORTED },
    { MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (domains); i++)
    for (int code = 0; code <= domains[i].last; code++)
      {
        g_autoptr (GError) error = g_error_new_literal (domains[i].domain, code, "for the log only");
        g_autoptr (MaqErrorText) text = maq_error_text_new (error);
        g_assert_nonnull (text);
        g_assert_cmpstr (text->title, !=, "Something Went Wrong");
        g_assert_null (strstr (text->body, "for the log only"));
        g_assert_true (g_str_has_suffix (text->body, "."));
        g_assert_false (g_str_has_suffix (text->title, "."));
        g_assert_null (strchr (text->body, '!'));
      }
}

static void
test_facts (void)
{
  g_autoptr (GError) gated = g_error_new_literal (MAQ_HUB_ERROR, MAQ_HUB_ERROR_GATED, "");
  g_autoptr (MaqErrorText) gated_text = maq_error_text_new (gated);
  g_assert_true (gated_text->needs_page);
  g_assert_false (gated_text->is_offline);

  g_autoptr (GError) offline = g_error_new_literal (MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE, "");
  g_autoptr (MaqErrorText) offline_text = maq_error_text_new (offline);
  g_assert_true (offline_text->is_offline);
  g_assert_true (offline_text->can_retry);

  g_autoptr (GError) cancelled = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "");
  g_assert_null (maq_error_text_new (cancelled));

  g_autoptr (GError) other = g_error_new_literal (G_FILE_ERROR, 1, "disk \xff on fire");
  g_autoptr (MaqErrorText) other_text = maq_error_text_new (other);
  g_assert_nonnull (strstr (other_text->body, "on fire"));
  g_assert_true (g_utf8_validate (other_text->body, -1, NULL));
}

static void
test_reason (void)
{
  g_autoptr (GError) refused = g_error_new_literal (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REQUEST, "for the log only");
  maq_hub_error_set_reason (refused, "Unknown order “x”");
  g_autoptr (MaqErrorText) text = maq_error_text_new (refused);

  g_assert_true (g_str_has_suffix (text->body, "The server says: Unknown order “x”"));
  g_assert_null (strstr (text->body, "for the log only"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/error-text/every-code-has-words", test_every_code_has_words);
  g_test_add_func ("/app/error-text/facts", test_facts);
  g_test_add_func ("/app/error-text/what-the-server-says", test_reason);
  return g_test_run ();
}
