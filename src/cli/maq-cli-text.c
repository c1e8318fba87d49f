// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-text.h"

struct _MaqCliTable
{
  GPtrArray *rows; // of char **; the first holds the titles
  gboolean  *right;
  guint      n_columns;
  guint      flexible;
};

// What a terminal would act on, or what would hide or reorder other text.
static gboolean
is_harmful (gunichar c)
{
  return g_unichar_iscntrl (c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *
maq_cli_clean (const char *text, gboolean keep_lines)
{
  if (text == NULL)
    return g_strdup ("");
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString         *clean = g_string_sized_new (strlen (valid));
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (c == '\n' || c == '\t')
        g_string_append_c (clean, keep_lines ? (char) c : ' ');
      else if (c == '\r')
        continue;
      else
        g_string_append_unichar (clean, is_harmful (c) ? 0xfffd : c);
    }
  return g_string_free (clean, FALSE);
}

static int
char_width (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

int
maq_cli_text_width (const char *text)
{
  int width = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += char_width (g_utf8_get_char (p));
  return width;
}

char *
maq_cli_text_cut (const char *text, int width)
{
  if (maq_cli_text_width (text) <= width)
    return g_strdup (text);
  int         used = 0;
  const char *p = text;
  while (used + char_width (g_utf8_get_char (p)) < width)
    {
      used += char_width (g_utf8_get_char (p));
      p = g_utf8_next_char (p);
    }
  return g_strdup_printf ("%.*s…", (int) (p - text), text);
}

MaqCliTable *
maq_cli_table_new (const char *const *titles, guint flexible)
{
  MaqCliTable *self = g_new0 (MaqCliTable, 1);
  self->n_columns = g_strv_length ((char **) titles);
  self->flexible = flexible;
  self->right = g_new0 (gboolean, self->n_columns);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  char **row = g_new0 (char *, self->n_columns + 1);
  for (guint i = 0; i < self->n_columns; i++)
    {
      self->right[i] = titles[i][0] == '>';
      row[i] = g_strdup (titles[i] + (self->right[i] ? 1 : 0));
    }
  g_ptr_array_add (self->rows, row);
  return self;
}

void
maq_cli_table_add_row (MaqCliTable *self, const char *const *cells)
{
  char **row = g_new0 (char *, self->n_columns + 1);
  for (guint i = 0; i < self->n_columns; i++)
    row[i] = maq_cli_clean (cells[i], FALSE);
  g_ptr_array_add (self->rows, row);
}

static void
append_spaces (GString *text, int n)
{
  for (int i = 0; i < n; i++)
    g_string_append_c (text, ' ');
}

static void
append_row (MaqCliTable *self, char **row, const int *widths, GString *text)
{
  gsize start = text->len;
  for (guint i = 0; i < self->n_columns; i++)
    {
      g_autofree char *cell = maq_cli_text_cut (row[i], widths[i]);
      int              padding = widths[i] - maq_cli_text_width (cell);
      if (i > 0)
        g_string_append (text, "  ");
      if (self->right[i])
        append_spaces (text, padding);
      g_string_append (text, cell);
      if (!self->right[i])
        append_spaces (text, padding);
    }
  while (text->len > start && text->str[text->len - 1] == ' ')
    g_string_truncate (text, text->len - 1);
  g_string_append_c (text, '\n');
}

char *
maq_cli_table_to_text (MaqCliTable *self, int columns)
{
  g_autofree int *widths = g_new0 (int, self->n_columns);
  gint64          total = 2 * ((gint64) self->n_columns - 1);
  for (guint i = 0; i < self->n_columns; i++)
    {
      for (guint r = 0; r < self->rows->len; r++)
        widths[i] = MAX (widths[i], maq_cli_text_width (((char **) self->rows->pdata[r])[i]));
      total += widths[i];
    }
  if (total > columns)
    widths[self->flexible] = MAX (12, widths[self->flexible] - (int) (total - columns));

  GString *text = g_string_new (NULL);
  for (guint r = 0; r < self->rows->len; r++)
    append_row (self, self->rows->pdata[r], widths, text);
  return g_string_free (text, FALSE);
}

void
maq_cli_table_free (MaqCliTable *self)
{
  g_ptr_array_unref (self->rows);
  g_free (self->right);
  g_free (self);
}
