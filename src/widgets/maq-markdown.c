// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// md4c calls back for blocks and spans as they open and close. Containers (lists, items, quotes) only change the indent of what
// follows; leaf blocks collect their text as markup and are emitted when they close, or when a container inside them opens.

#include "maq-markdown.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <md4c.h>
#include <string.h>

#include "maq-markdown-private.h"

#define MAX_INDENT     6
#define MAX_CONTAINERS 256  // deeper ones are shown as if they were not there
#define MAX_BLOCK      2048 // longer blocks, in bytes, become several: a label lays out all of its text at once
#define MAX_SPANS      12   // deeper ones lose their style, not their text

typedef enum
{
  CONTAINER_QUOTE,
  CONTAINER_BULLETS,
  CONTAINER_NUMBERS,
} ContainerKind;

typedef struct
{
  ContainerKind kind;
  guint         number; // of the next item
} Container;

typedef struct
{
  GPtrArray  *blocks;
  const char *base;
  GArray     *containers; // of Container
  guint       n_skipped_containers;
  char       *marker; // of the list item whose first block has not come yet

  MaqMarkdownKind kind; // of the block being collected
  guint           level;
  GString        *text;
  gboolean        in_html;

  char       *span_starts[MAX_SPANS];
  const char *span_ends[MAX_SPANS];
  guint       n_spans;

  GPtrArray *rows; // of a table: GPtrArray of char*
  gboolean   in_cell;
} Parser;

static void
block_free (MaqMarkdownBlock *block)
{
  g_free (block->marker);
  g_free (block->text);
  g_free (block);
}

static gboolean
is_full (Parser *parser)
{
  return parser->blocks->len >= MAQ_MARKDOWN_MAX_BLOCKS;
}

static void
emit (Parser         *parser,
      MaqMarkdownKind kind,
      const char     *text)
{
  MaqMarkdownBlock *block = g_new0 (MaqMarkdownBlock, 1);
  block->kind = kind;
  block->level = parser->level;
  block->indent = MIN (parser->containers->len, MAX_INDENT);
  for (guint i = 0; i < parser->containers->len; i++)
    if (g_array_index (parser->containers, Container, i).kind == CONTAINER_QUOTE)
      block->quotes++;
  block->quotes = MIN (block->quotes, block->indent);
  block->marker = g_steal_pointer (&parser->marker);
  block->text = g_strdup (text);
  g_ptr_array_add (parser->blocks, block);
}

// Emits what was collected so far, if it is more than white space.
static void
flush (Parser *parser)
{
  g_autofree char *text = NULL;

  if (parser->kind == MAQ_MARKDOWN_CODE)
    {
      text = g_strdup (parser->text->str);
      g_strchomp (text);
    }
  else
    text = g_strstrip (g_strdup (parser->text->str));
  if (*text != '\0')
    emit (parser, parser->kind, text);
  g_string_truncate (parser->text, 0);
  parser->kind = MAQ_MARKDOWN_PARAGRAPH;
  parser->level = 0;
}

static void
append_escaped (GString    *string,
                const char *text,
                gssize      length)
{
  g_autofree char *escaped = g_markup_escape_text (text, length);
  g_string_append (string, escaped);
}

// Ends the block that is collected here and goes on in another one of the same kind, with the same spans.
static void
break_block (Parser *parser)
{
  MaqMarkdownKind kind = parser->kind;
  guint           level = parser->level;
  guint           n_spans = MIN (parser->n_spans, MAX_SPANS);

  for (guint i = n_spans; i-- > 0;)
    g_string_append (parser->text, parser->span_ends[i]);
  flush (parser);
  for (guint i = 0; i < n_spans; i++)
    g_string_append (parser->text, parser->span_starts[i]);
  parser->kind = kind;
  parser->level = level;
}

// How much of a long TEXT belongs in one block: to the last line or word that fits.
static gsize
find_break (const char *text,
            gsize       size,
            gboolean    is_code)
{
  gsize end = MIN (size, MAX_BLOCK);

  if (end == size)
    return size;
  for (gsize i = end; i > end / 2; i--)
    if (text[i - 1] == '\n' || (!is_code && text[i - 1] == ' '))
      return i;
  while (end > 0 && ((guchar) text[end] & 0xc0) == 0x80)
    end--;
  return end;
}

static void
append_text (Parser     *parser,
             const char *text,
             gsize       size)
{
  gboolean is_code = parser->kind == MAQ_MARKDOWN_CODE;

  // Code blocks and cells are shown as plain text, HTML is cleaned when its block ends: markup would be seen.
  if (parser->in_cell || parser->in_html)
    {
      g_string_append_len (parser->text, text, size);
      return;
    }
  while (size > 0)
    {
      gsize length = find_break (text, size, is_code);

      if (is_code)
        g_string_append_len (parser->text, text, length);
      else
        append_escaped (parser->text, text, length);
      text += length;
      size -= length;
      // Not inside of a word or a line.
      if (size > 0 || (parser->text->len > MAX_BLOCK && (text[-1] == '\n' || (!is_code && text[-1] == ' '))))
        break_block (parser);
    }
}

static void
emit_table (Parser     *parser,
            const char *text)
{
  while (*text != '\0' && !is_full (parser))
    {
      gsize            length = find_break (text, strlen (text), TRUE);
      g_autofree char *piece = g_strchomp (g_strndup (text, length));

      emit (parser, MAQ_MARKDOWN_TABLE, piece);
      text += length;
    }
}

static void
flush_html (Parser *parser)
{
  g_autofree char *words = maq_markdown_html_to_text (parser->text->str);
  g_auto (GStrv) lines = g_strsplit (words, "\n", -1);

  // One paragraph without the blank lines that tags leave behind.
  parser->in_html = FALSE;
  g_string_truncate (parser->text, 0);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_strstrip (lines[i]);
      if (*lines[i] == '\0')
        continue;
      if (parser->text->len > 0)
        append_text (parser, "\n", 1);
      append_text (parser, lines[i], strlen (lines[i]));
    }
  flush (parser);
}

static void
push_container (Parser       *parser,
                ContainerKind kind,
                guint         number)
{
  if (parser->n_skipped_containers > 0 || parser->containers->len >= MAX_CONTAINERS)
    {
      parser->n_skipped_containers++;
      return;
    }
  Container container = { kind, number };
  g_array_append_val (parser->containers, container);
}

static void
pop_container (Parser *parser)
{
  if (parser->n_skipped_containers > 0)
    parser->n_skipped_containers--;
  else if (parser->containers->len > 0)
    g_array_set_size (parser->containers, parser->containers->len - 1);
}

static void
begin_item (Parser             *parser,
            MD_BLOCK_LI_DETAIL *detail)
{
  if (parser->containers->len == 0)
    return;
  Container *list = &g_array_index (parser->containers, Container, parser->containers->len - 1);

  g_free (parser->marker);
  if (detail->is_task)
    parser->marker = g_strdup (detail->task_mark == ' ' ? "☐" : "☑");
  else if (list->kind == CONTAINER_NUMBERS)
    parser->marker = g_strdup_printf ("%u.", list->number);
  else
    parser->marker = g_strdup ("•");
  list->number++;
}

static int
enter_block_cb (MD_BLOCKTYPE type,
                void        *detail,
                void        *user_data)
{
  Parser *parser = user_data;

  if (is_full (parser))
    return 1;
  switch (type)
    {
    case MD_BLOCK_QUOTE:
      flush (parser);
      push_container (parser, CONTAINER_QUOTE, 0);
      break;
    case MD_BLOCK_UL:
      flush (parser);
      push_container (parser, CONTAINER_BULLETS, 0);
      break;
    case MD_BLOCK_OL:
      flush (parser);
      push_container (parser, CONTAINER_NUMBERS, ((MD_BLOCK_OL_DETAIL *) detail)->start);
      break;
    case MD_BLOCK_LI:
      flush (parser);
      begin_item (parser, detail);
      break;
    case MD_BLOCK_HR:
      flush (parser);
      emit (parser, MAQ_MARKDOWN_RULE, "");
      break;
    case MD_BLOCK_H:
      flush (parser);
      parser->kind = MAQ_MARKDOWN_HEADING;
      parser->level = ((MD_BLOCK_H_DETAIL *) detail)->level;
      break;
    case MD_BLOCK_CODE:
      flush (parser);
      parser->kind = MAQ_MARKDOWN_CODE;
      break;
    case MD_BLOCK_HTML:
      flush (parser);
      parser->in_html = TRUE;
      break;
    case MD_BLOCK_TABLE:
      flush (parser);
      parser->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
      break;
    case MD_BLOCK_TR:
      if (parser->rows != NULL)
        g_ptr_array_add (parser->rows, g_ptr_array_new_with_free_func (g_free));
      break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      g_string_truncate (parser->text, 0);
      parser->in_cell = TRUE;
      break;
    case MD_BLOCK_P:
      flush (parser);
      break;
    case MD_BLOCK_DOC:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
    default:
      break;
    }
  return 0;
}

static int
leave_block_cb (MD_BLOCKTYPE type,
                void        *detail,
                void        *user_data)
{
  Parser *parser = user_data;

  switch (type)
    {
    case MD_BLOCK_QUOTE:
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
      flush (parser);
      pop_container (parser);
      break;
    case MD_BLOCK_LI:
      flush (parser);
      g_clear_pointer (&parser->marker, g_free);
      break;
    case MD_BLOCK_HTML:
      flush_html (parser);
      break;
    case MD_BLOCK_TABLE:
      if (parser->rows != NULL)
        {
          g_autofree char *text = maq_markdown_format_table (parser->rows);
          emit_table (parser, g_strchomp (text));
        }
      g_clear_pointer (&parser->rows, g_ptr_array_unref);
      break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      parser->in_cell = FALSE;
      if (parser->rows != NULL && parser->rows->len > 0)
        g_ptr_array_add (parser->rows->pdata[parser->rows->len - 1], g_strstrip (g_strdup (parser->text->str)));
      g_string_truncate (parser->text, 0);
      break;
    case MD_BLOCK_DOC:
    case MD_BLOCK_P:
    case MD_BLOCK_H:
    case MD_BLOCK_CODE:
      flush (parser);
      break;
    case MD_BLOCK_HR:
    case MD_BLOCK_TR:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
    default:
      break;
    }
  return 0;
}

// The absolute address behind a link, NULL if it is not one to follow (transfer full).
static char *
resolve_link (Parser             *parser,
              const MD_ATTRIBUTE *href)
{
  if (href->text == NULL) // [text]()
    return NULL;

  g_autofree char *raw = g_strndup (href->text, href->size);
  g_autofree char *address = maq_markdown_html_to_text (raw);
  g_autofree char *scheme = NULL;

  if (*address == '\0' || *address == '#')
    return NULL;
  scheme = g_uri_parse_scheme (address);
  if (scheme == NULL)
    return parser->base != NULL ? g_uri_resolve_relative (parser->base, address, G_URI_FLAGS_PARSE_RELAXED, NULL) : NULL;
  if (g_str_equal (scheme, "http") || g_str_equal (scheme, "https") || g_str_equal (scheme, "mailto"))
    return g_steal_pointer (&address);
  return NULL;
}

static void
open_span (Parser     *parser,
           const char *start,
           const char *end)
{
  if (parser->n_spans < MAX_SPANS && !parser->in_cell)
    {
      g_string_append (parser->text, start);
      g_set_str (&parser->span_starts[parser->n_spans], start);
      parser->span_ends[parser->n_spans] = end;
    }
  else if (parser->n_spans < MAX_SPANS)
    {
      g_set_str (&parser->span_starts[parser->n_spans], "");
      parser->span_ends[parser->n_spans] = "";
    }
  parser->n_spans++;
}

static int
enter_span_cb (MD_SPANTYPE type,
               void       *detail,
               void       *user_data)
{
  Parser *parser = user_data;

  switch (type)
    {
    case MD_SPAN_EM:
      open_span (parser, "<i>", "</i>");
      break;
    case MD_SPAN_STRONG:
      open_span (parser, "<b>", "</b>");
      break;
    case MD_SPAN_CODE:
    case MD_SPAN_LATEXMATH:
    case MD_SPAN_LATEXMATH_DISPLAY:
      open_span (parser, "<tt>", "</tt>");
      break;
    case MD_SPAN_DEL:
      open_span (parser, "<s>", "</s>");
      break;
    case MD_SPAN_A:
      {
        g_autofree char *address = resolve_link (parser, &((MD_SPAN_A_DETAIL *) detail)->href);
        if (address != NULL)
          {
            g_autofree char *start = g_markup_printf_escaped ("<a href=\"%s\">", address);
            open_span (parser, start, "</a>");
          }
        else
          open_span (parser, "", "");
        break;
      }
    case MD_SPAN_IMG:
      // The words that stand for the picture.
      open_span (parser, "<i>", "</i>");
      break;
    case MD_SPAN_U:
    case MD_SPAN_WIKILINK:
    default:
      open_span (parser, "", "");
      break;
    }
  return 0;
}

static int
leave_span_cb (MD_SPANTYPE type,
               void       *detail,
               void       *user_data)
{
  Parser *parser = user_data;

  if (parser->n_spans == 0)
    return 0;
  parser->n_spans--;
  if (parser->n_spans < MAX_SPANS)
    g_string_append (parser->text, parser->span_ends[parser->n_spans]);
  return 0;
}

static int
text_cb (MD_TEXTTYPE    type,
         const MD_CHAR *text,
         MD_SIZE        size,
         void          *user_data)
{
  Parser *parser = user_data;

  switch (type)
    {
    case MD_TEXT_NULLCHAR:
      g_string_append (parser->text, "\ufffd");
      break;
    case MD_TEXT_BR:
      g_string_append_c (parser->text, '\n');
      break;
    case MD_TEXT_SOFTBR:
      append_text (parser, " ", 1);
      break;
    case MD_TEXT_ENTITY:
      {
        g_autoptr (GString) value = g_string_new (NULL);
        if (!maq_markdown_append_entity (value, text, size))
          g_string_append_len (value, text, size);
        append_text (parser, value->str, value->len);
        break;
      }
    case MD_TEXT_HTML:
      if (parser->in_html)
        g_string_append_len (parser->text, text, size);
      else if (size >= 3 && g_ascii_strncasecmp (text, "<br", 3) == 0)
        g_string_append_c (parser->text, parser->in_cell ? ' ' : '\n');
      break;
    case MD_TEXT_NORMAL:
    case MD_TEXT_CODE:
    case MD_TEXT_LATEXMATH:
    default:
      append_text (parser, text, size);
      break;
    }
  return 0;
}

GPtrArray *
maq_markdown_parse (const char *text,
                    gssize      length,
                    const char *base)
{
  g_return_val_if_fail (text != NULL, NULL);

  static const MD_PARSER callbacks = {
    .flags = MD_DIALECT_GITHUB | MD_FLAG_COLLAPSEWHITESPACE,
    .enter_block = enter_block_cb,
    .leave_block = leave_block_cb,
    .enter_span = enter_span_cb,
    .leave_span = leave_span_cb,
    .text = text_cb,
  };
  gsize            size = length < 0 ? strlen (text) : (gsize) length;
  gboolean         is_cut = size > MAQ_MARKDOWN_MAX_BYTES;
  g_autofree char *valid = g_utf8_make_valid (text, MIN (size, MAQ_MARKDOWN_MAX_BYTES));
  Parser           parser = {
              .blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) block_free),
              .base = base,
              .containers = g_array_new (FALSE, FALSE, sizeof (Container)),
              .text = g_string_new (NULL),
  };

  md_parse (valid, strlen (valid), &callbacks, &parser);
  if (is_cut || is_full (&parser))
    {
      g_array_set_size (parser.containers, 0);
      g_clear_pointer (&parser.marker, g_free);
      parser.level = 0;
      emit (&parser, MAQ_MARKDOWN_MORE, _ ("This text is very long. The rest is not shown."));
    }

  g_array_unref (parser.containers);
  g_string_free (parser.text, TRUE);
  g_clear_pointer (&parser.rows, g_ptr_array_unref);
  g_free (parser.marker);
  for (guint i = 0; i < MAX_SPANS; i++)
    g_free (parser.span_starts[i]);
  return parser.blocks;
}

gboolean
maq_markdown_block_equal (const MaqMarkdownBlock *a,
                          const MaqMarkdownBlock *b)
{
  return a->kind == b->kind && a->level == b->level && a->indent == b->indent && a->quotes == b->quotes &&
         g_strcmp0 (a->marker, b->marker) == 0 && g_str_equal (a->text, b->text);
}
