// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-markdown.h"

#include <glib/gi18n.h>
#include <md4c.h>

#include "maq-cli-text.h"

// md4c calls back for each block and span. The text of one leaf block is gathered with styles as single control bytes, which
// the source cannot contain because it was cleaned, then wrapped behind the prefixes of the blocks around it.

#define MAX_DEPTH   16
#define MIN_COLUMNS 24

#define BOLD   '\1'
#define ITALIC '\2'
#define PLAIN  '\3'
#define BREAK  '\4'

typedef struct
{
  gboolean is_ordered;
  guint    number;
} List;

typedef struct
{
  GString     *out;
  GString     *text;      // of the present leaf block
  GPtrArray   *prefixes;  // of char *: what each line starts with
  char        *bullet;    // nullable: replaces the last prefix on the next line
  GArray      *lists;     // of List
  GPtrArray   *addresses; // of char *, nullable elements: of the open links
  GPtrArray   *titles;    // of char *: header cells of the present table
  MaqCliTable *table;
  GPtrArray   *cells;
  gboolean     in_header;
  gboolean     in_html;
  gboolean     needs_gap; // an empty line goes before the next block
  guint        tight;     // levels of lists without gaps
  int          columns;
  gboolean     styled;
} Writer;

static int
styled_width (const char *text, gsize length)
{
  g_autofree char *copy = g_strndup (text, length);
  char            *to = copy;
  for (const char *from = copy; *from != '\0'; from++)
    if (*from >= BREAK || *from < BOLD)
      *to++ = *from;
  *to = '\0';
  return maq_cli_text_width (copy);
}

static void
append_styled (Writer *self, const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    switch (text[i])
      {
      case BOLD:
        g_string_append (self->out, self->styled ? "\033[1m" : "");
        break;
      case ITALIC:
        g_string_append (self->out, self->styled ? "\033[3m" : "");
        break;
      case PLAIN:
        g_string_append (self->out, self->styled ? "\033[0m" : "");
        break;
      default:
        g_string_append_c (self->out, text[i]);
      }
}

// Starts a line with the prefixes, the last of them replaced by a waiting bullet.
static void
append_prefixes (Writer *self)
{
  for (guint i = 0; i < self->prefixes->len; i++)
    if (self->bullet != NULL && i == self->prefixes->len - 1)
      g_string_append (self->out, self->bullet);
    else
      g_string_append (self->out, self->prefixes->pdata[i]);
  g_clear_pointer (&self->bullet, g_free);
}

static int
prefix_width (Writer *self)
{
  int width = 0;
  for (guint i = 0; i < self->prefixes->len; i++)
    width += maq_cli_text_width (self->prefixes->pdata[i]);
  return width;
}

static void
end_line (Writer *self)
{
  while (self->out->len > 0 && self->out->str[self->out->len - 1] == ' ')
    g_string_truncate (self->out, self->out->len - 1);
  g_string_append_c (self->out, '\n');
}

static void
begin_block (Writer *self)
{
  if (self->needs_gap && self->out->len > 0 && self->bullet == NULL)
    {
      append_prefixes (self);
      end_line (self);
    }
  self->needs_gap = FALSE;
}

// Ends a leaf block; blocks inside a tight list stand without gaps.
static void
end_block (Writer *self)
{
  self->needs_gap = self->tight == 0;
}

// Writes one line of source, wrapped.
static void
write_wrapped (Writer *self, const char *line, gsize length)
{
  int         room = MAX (MIN_COLUMNS, self->columns - prefix_width (self));
  int         used = 0;
  const char *end = line + length;
  append_prefixes (self);
  while (line < end)
    {
      const char *space = memchr (line, ' ', (gsize) (end - line));
      const char *word_end = space != NULL ? space : end;
      int         width = styled_width (line, (gsize) (word_end - line));
      if (used > 0 && used + 1 + width > room)
        {
          end_line (self);
          append_prefixes (self);
          used = 0;
        }
      else if (used > 0)
        {
          g_string_append_c (self->out, ' ');
          used++;
        }
      append_styled (self, line, (gsize) (word_end - line));
      used += width;
      line = space != NULL ? space + 1 : end;
    }
  end_line (self);
}

static void
write_text (Writer *self)
{
  g_autofree char *text = g_strdup (g_strstrip (self->text->str));
  g_string_truncate (self->text, 0);
  if (*text == '\0')
    return;
  begin_block (self);
  for (const char *line = text; line != NULL;)
    {
      const char *end = strchr (line, BREAK);
      write_wrapped (self, line, end != NULL ? (gsize) (end - line) : strlen (line));
      line = end != NULL ? end + 1 : NULL;
    }
  end_block (self);
}

static void
write_code (Writer *self)
{
  g_auto (GStrv) lines = g_strsplit (self->text->str, "\n", -1);
  guint n = g_strv_length (lines);
  g_string_truncate (self->text, 0);
  begin_block (self);
  for (guint i = 0; i < n; i++)
    {
      if (i == n - 1 && *lines[i] == '\0')
        break;
      append_prefixes (self);
      g_string_append_printf (self->out, "    %s", lines[i]);
      end_line (self);
    }
  end_block (self);
}

// Keeps what HTML shows: the text between its tags.
static void
write_html (Writer *self)
{
  g_autofree char *html = g_strdup (self->text->str);
  self->in_html = FALSE;
  g_string_truncate (self->text, 0);
  for (const char *p = html; *p != '\0';)
    {
      if (g_str_has_prefix (p, "<!--"))
        {
          const char *end = strstr (p, "-->");
          p = end != NULL ? end + 3 : p + strlen (p);
        }
      else if (*p == '<')
        {
          const char *end = strchr (p, '>');
          p = end != NULL ? end + 1 : p + strlen (p);
        }
      else
        {
          gboolean blank = g_ascii_isspace (*p);
          if (!blank || (self->text->len > 0 && self->text->str[self->text->len - 1] != ' '))
            g_string_append_c (self->text, blank ? ' ' : *p);
          p++;
        }
    }
  write_text (self);
}

static void
write_rule (Writer *self)
{
  int width = MIN (self->columns, 80) - prefix_width (self);
  begin_block (self);
  append_prefixes (self);
  for (int i = 0; i < MAX (3, width); i++)
    g_string_append (self->out, "─");
  end_line (self);
  end_block (self);
}

static void
write_table (Writer *self)
{
  g_autofree char *text = maq_cli_table_to_text (self->table, G_MAXINT);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  begin_block (self);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      append_prefixes (self);
      g_string_append (self->out, lines[i]);
      end_line (self);
    }
  end_block (self);
}

static void
push_prefix (Writer *self, const char *prefix)
{
  g_ptr_array_add (self->prefixes, g_strdup (self->prefixes->len < MAX_DEPTH ? prefix : ""));
}

static void
pop_prefix (Writer *self)
{
  g_ptr_array_set_size (self->prefixes, (int) self->prefixes->len - 1);
}

static void
push_list (Writer *self, gboolean is_ordered, guint number, gboolean is_tight)
{
  List list = { .is_ordered = is_ordered, .number = number };
  write_text (self); // a tight item's own text comes before the list in it
  g_array_append_val (self->lists, list);
  self->tight += is_tight || self->tight > 0 ? 1 : 0;
}

static void
enter_item (Writer *self, const MD_BLOCK_LI_DETAIL *detail)
{
  List            *list = &g_array_index (self->lists, List, self->lists->len - 1);
  g_autofree char *number = g_strdup_printf ("%u. ", list->number);
  const char      *bullet = list->is_ordered ? number : "• ";
  g_autofree char *task = detail->is_task ? g_strconcat (bullet, detail->task_mark == ' ' ? "[ ] " : "[x] ", NULL) : g_strdup (bullet);
  g_autofree char *indent = g_strnfill ((gsize) maq_cli_text_width (bullet), ' ');
  begin_block (self);
  push_prefix (self, indent);
  list->number++;
  g_free (self->bullet);
  self->bullet = g_steal_pointer (&task);
}

static int
enter_block_cb (MD_BLOCKTYPE type, void *detail, void *data)
{
  Writer *self = data;
  switch (type)
    {
    case MD_BLOCK_QUOTE:
      write_text (self);
      begin_block (self);
      push_prefix (self, "│ ");
      break;
    case MD_BLOCK_UL:
      push_list (self, FALSE, 0, ((MD_BLOCK_UL_DETAIL *) detail)->is_tight);
      break;
    case MD_BLOCK_OL:
      push_list (self, TRUE, ((MD_BLOCK_OL_DETAIL *) detail)->start, ((MD_BLOCK_OL_DETAIL *) detail)->is_tight);
      break;
    case MD_BLOCK_LI:
      enter_item (self, detail);
      break;
    case MD_BLOCK_HR:
      write_rule (self);
      break;
    case MD_BLOCK_H:
      self->needs_gap = self->out->len > 0;
      g_string_append_c (self->text, BOLD);
      break;
    case MD_BLOCK_CODE:
    case MD_BLOCK_HTML:
    case MD_BLOCK_TABLE:
      write_text (self);
      self->in_html = type == MD_BLOCK_HTML;
      break;
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TR:
      self->in_header = type == MD_BLOCK_THEAD || self->in_header;
      g_ptr_array_set_size (self->cells, 0);
      break;
    default:
      break;
    }
  return 0;
}

static void
leave_cell (Writer *self, const MD_BLOCK_TD_DETAIL *detail)
{
  GString *cell = g_string_new (self->in_header && detail->align == MD_ALIGN_RIGHT ? ">" : NULL);
  for (const char *p = self->text->str; *p != '\0'; p++)
    if (*p < BOLD || *p > BREAK)
      g_string_append_c (cell, *p);
  g_string_truncate (self->text, 0);
  g_ptr_array_add (self->cells, g_string_free (cell, FALSE));
}

static void
leave_row (Writer *self)
{
  g_ptr_array_add (self->cells, NULL);
  if (self->in_header)
    self->table = maq_cli_table_new ((const char *const *) self->cells->pdata, 0);
  else
    maq_cli_table_add_row (self->table, (const char *const *) self->cells->pdata);
  self->in_header = FALSE;
}

static int
leave_block_cb (MD_BLOCKTYPE type, void *detail, void *data)
{
  Writer *self = data;
  switch (type)
    {
    case MD_BLOCK_QUOTE:
      write_text (self);
      pop_prefix (self);
      end_block (self);
      break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
      g_array_set_size (self->lists, self->lists->len - 1);
      self->tight -= self->tight > 0 ? 1 : 0;
      end_block (self);
      break;
    case MD_BLOCK_LI:
      write_text (self);
      if (self->bullet != NULL)
        {
          append_prefixes (self);
          end_line (self);
        }
      pop_prefix (self);
      break;
    case MD_BLOCK_H:
      g_string_append_c (self->text, PLAIN);
      write_text (self);
      self->needs_gap = TRUE;
      break;
    case MD_BLOCK_P:
      write_text (self);
      break;
    case MD_BLOCK_CODE:
      write_code (self);
      break;
    case MD_BLOCK_HTML:
      write_html (self);
      break;
    case MD_BLOCK_TABLE:
      write_table (self);
      g_clear_pointer (&self->table, maq_cli_table_free);
      break;
    case MD_BLOCK_TR:
      leave_row (self);
      break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      leave_cell (self, detail);
      break;
    default:
      break;
    }
  return 0;
}

static int
enter_span_cb (MD_SPANTYPE type, void *detail, void *data)
{
  Writer *self = data;
  switch (type)
    {
    case MD_SPAN_STRONG:
      g_string_append_c (self->text, BOLD);
      break;
    case MD_SPAN_EM:
      g_string_append_c (self->text, ITALIC);
      break;
    case MD_SPAN_CODE:
      g_string_append_c (self->text, '`');
      break;
    case MD_SPAN_IMG:
      g_string_append (self->text, _ ("[image: "));
      break;
    case MD_SPAN_A:
      {
        const MD_SPAN_A_DETAIL *link = detail;
        g_autofree char        *address = g_strndup (link->href.text, link->href.size);
        gboolean                shown = !link->is_autolink && (g_str_has_prefix (address, "https://") || g_str_has_prefix (address, "http://"));
        g_ptr_array_add (self->addresses, shown ? g_steal_pointer (&address) : NULL);
      }
      break;
    default:
      break;
    }
  return 0;
}

static int
leave_span_cb (MD_SPANTYPE type, void *detail, void *data)
{
  Writer *self = data;
  switch (type)
    {
    case MD_SPAN_STRONG:
    case MD_SPAN_EM:
      g_string_append_c (self->text, PLAIN);
      break;
    case MD_SPAN_CODE:
      g_string_append_c (self->text, '`');
      break;
    case MD_SPAN_IMG:
      g_string_append_c (self->text, ']');
      break;
    case MD_SPAN_A:
      {
        const char *address = self->addresses->pdata[self->addresses->len - 1];
        if (address != NULL && !g_str_has_suffix (self->text->str, address))
          g_string_append_printf (self->text, " (%s)", address);
        g_ptr_array_set_size (self->addresses, (int) self->addresses->len - 1);
      }
      break;
    default:
      break;
    }
  return 0;
}

// The character an entity stands for, or the entity itself where it is a rare one.
static void
append_entity (GString *out, const char *text, gsize length)
{
  static const struct
  {
    const char *entity;
    const char *text;
  } known[] = { { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&nbsp;", " " }, { "&copy;", "©" }, { "&mdash;", "—" }, { "&ndash;", "–" }, { "&hellip;", "…" }, { "&rarr;", "→" }, { "&times;", "×" } };
  g_autofree char *entity = g_strndup (text, length);
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (entity, known[i].entity))
      {
        g_string_append (out, known[i].text);
        return;
      }
  if (entity[1] == '#')
    {
      gboolean hex = entity[2] == 'x' || entity[2] == 'X';
      guint64  code = g_ascii_strtoull (entity + (hex ? 3 : 2), NULL, hex ? 16 : 10);
      if (code >= 0x20 && code <= 0x10ffff && g_unichar_validate ((gunichar) code) && !g_unichar_iscntrl ((gunichar) code))
        g_string_append_unichar (out, (gunichar) code);
      return;
    }
  g_string_append (out, entity);
}

static int
text_cb (MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *data)
{
  Writer *self = data;
  switch (type)
    {
    case MD_TEXT_BR:
      g_string_append_c (self->text, BREAK);
      break;
    case MD_TEXT_SOFTBR:
      g_string_append_c (self->text, ' ');
      break;
    case MD_TEXT_ENTITY:
      append_entity (self->text, text, size);
      break;
    case MD_TEXT_HTML:
      // Tags within a paragraph: only a line break shows. Blocks of HTML are cleaned when they end.
      if (!self->in_html && size >= 3 && g_ascii_strncasecmp (text, "<br", 3) == 0)
        g_string_append_c (self->text, BREAK);
      else if (self->in_html)
        g_string_append_len (self->text, text, size);
      break;
    case MD_TEXT_NULLCHAR:
      break;
    default:
      g_string_append_len (self->text, text, size);
    }
  return 0;
}

char *
maq_cli_markdown_to_text (const char *markdown, int columns, gboolean styled)
{
  static const MD_PARSER parser = {
    .flags = MD_FLAG_TABLES | MD_FLAG_TASKLISTS | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_COLLAPSEWHITESPACE,
    .enter_block = enter_block_cb,
    .leave_block = leave_block_cb,
    .enter_span = enter_span_cb,
    .leave_span = leave_span_cb,
    .text = text_cb,
  };
  g_autofree char *clean = maq_cli_clean (markdown, TRUE);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) prefixes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) lists = g_array_new (FALSE, TRUE, sizeof (List));
  Writer writer = {
    .out = g_string_new (NULL),
    .text = text,
    .prefixes = prefixes,
    .addresses = addresses,
    .cells = cells,
    .lists = lists,
    .columns = columns,
    .styled = styled,
  };
  // md4c fails only when memory runs out or a callback says so.
  md_parse (clean, (MD_SIZE) strlen (clean), &parser, &writer);
  g_clear_pointer (&writer.table, maq_cli_table_free);
  g_free (writer.bullet);
  return g_string_free (writer.out, FALSE);
}
