// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-markdown-private.h"

#define MAX_CELL_WIDTH 48

char *
maq_markdown_format_table (GPtrArray *rows)
{
  guint           n_columns = 0;
  g_autofree int *widths = NULL;
  GString        *text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    n_columns = MAX (n_columns, ((GPtrArray *) rows->pdata[i])->len);
  widths = g_new0 (int, n_columns + 1);
#define CELL_WIDTH(cell) MIN (g_utf8_strlen (cell, -1), MAX_CELL_WIDTH)
  for (guint i = 0; i < rows->len; i++)
    {
      GPtrArray *cells = rows->pdata[i];
      for (guint j = 0; j < cells->len; j++)
        widths[j] = MAX (widths[j], CELL_WIDTH ((char *) cells->pdata[j]));
    }
  for (guint i = 0; i < rows->len; i++)
    {
      GPtrArray *cells = rows->pdata[i];
      for (guint j = 0; j < cells->len; j++)
        {
          const char *cell = cells->pdata[j];
          glong       length = g_utf8_strlen (cell, -1);

          if (length > MAX_CELL_WIDTH)
            {
              g_autofree char *head = g_utf8_substring (cell, 0, MAX_CELL_WIDTH - 1);
              g_string_append_printf (text, "%s…", head);
            }
          else
            g_string_append (text, cell);
          for (int k = CELL_WIDTH (cell); j + 1 < cells->len && k < widths[j] + 2; k++)
            g_string_append_c (text, ' ');
        }
      g_string_append_c (text, '\n');
      for (guint j = 0; i == 0 && j < cells->len; j++)
        for (int k = 0; k < widths[j] + (j + 1 < cells->len ? 2 : 0); k++)
          g_string_append (text, k < widths[j] ? "─" : " ");
      if (i == 0)
        g_string_append_c (text, '\n');
    }
#undef CELL_WIDTH
  return g_string_free_and_steal (text);
}
