// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-left-out.h"

#include <glib/gi18n.h>

static void
add (GPtrArray  *sentences,
     guint       n,
     const char *format)
{
  if (n > 0)
    g_ptr_array_add (sentences, g_strdup_printf (format, n));
}

char *
maq_left_out_to_text (const MaqHubTree *tree)
{
  g_autoptr (GPtrArray) sentences = g_ptr_array_new_null_terminated (3, g_free, TRUE);

  g_return_val_if_fail (tree != NULL, NULL);

  add (sentences, tree->n_unsafe, ngettext ("%u file was skipped: its name is not safe.", "%u files were skipped: their names are not safe.", tree->n_unsafe));
  add (sentences, tree->unknown->len, ngettext ("%u file was skipped: the Hub does not say its size or hash.", "%u files were skipped: the Hub does not say their size or hash.", tree->unknown->len));
  add (sentences, tree->n_submodules, ngettext ("%u submodule was skipped: it belongs to another repository.", "%u submodules were skipped: they belong to other repositories.", tree->n_submodules));
  return sentences->len > 0 ? g_strjoinv (" ", (char **) sentences->pdata) : NULL;
}
