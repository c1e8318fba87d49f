// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-card.h"

#include <string.h>

#define MAX_DEPTH 16

// The lines of the front matter without comments and blank ones, but for those inside | and > texts.
typedef struct
{
  GPtrArray *lines;
  guint      next;
  guint      depth;
} Reader;

static JsonNode *read_block (Reader *reader, int indent);
static JsonNode *read_flow (const char **text, guint depth);

static const char *
line_end (const char *line)
{
  const char *end = strchr (line, '\n');
  return end != NULL ? end : line + strlen (line);
}

static gboolean
is_fence (const char *line)
{
  const char *end = line_end (line);
  return strncmp (line, "---", 3) == 0 && (gsize) (end - line) == 3 + strspn (line + 3, " \t\r");
}

// The line after the closing fence, or NULL.
static const char *
find_end (const char *text)
{
  if (!is_fence (text))
    return NULL;
  for (const char *line = line_end (text); *line != '\0'; line = line_end (line))
    if (is_fence (++line))
      return line;
  return NULL;
}

const char *
maq_serve_card_skip_front_matter (const char *text)
{
  const char *fence = find_end (text);
  if (fence == NULL)
    return text;
  const char *end = line_end (fence);
  return *end == '\n' ? end + 1 : end;
}

static int
indent_of (const char *line)
{
  return strspn (line, " ");
}

static gboolean
is_blank (const char *line)
{
  line += strspn (line, " \t");
  return *line == '\0' || *line == '#';
}

static const char *
peek (Reader *reader)
{
  while (reader->next < reader->lines->len)
    {
      const char *line = g_ptr_array_index (reader->lines, reader->next);
      if (!is_blank (line))
        return line;
      reader->next++;
    }
  return NULL;
}

static JsonNode *
string_node (const char *text)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);
  json_node_set_string (node, text);
  return node;
}

static JsonNode *
plain_node (const char *text)
{
  static const char *const yes[] = { "true", "True", "TRUE", NULL };
  static const char *const no[] = { "false", "False", "FALSE", NULL };
  char                    *end = NULL;

  if (*text == '\0' || g_str_equal (text, "~") || g_str_equal (text, "null") || g_str_equal (text, "Null"))
    return json_node_new (JSON_NODE_NULL);
  if (g_strv_contains (yes, text) || g_strv_contains (no, text))
    return json_node_init_boolean (json_node_alloc (), g_strv_contains (yes, text));
  if (strspn (text, "0123456789+-.eE") == strlen (text))
    {
      gint64 number = g_ascii_strtoll (text, &end, 10);
      if (*end == '\0')
        return json_node_init_int (json_node_alloc (), number);
      double real = g_ascii_strtod (text, &end);
      if (*end == '\0')
        return json_node_init_double (json_node_alloc (), real);
    }
  return string_node (text);
}

static JsonNode *
read_quoted (const char **text)
{
  char quote = *(*text)++;
  g_autoptr (GString) out = g_string_new (NULL);
  for (; **text != '\0'; (*text)++)
    {
      char c = **text;
      if (c == quote && quote == '\'' && (*text)[1] == '\'')
        (*text)++;
      else if (c == quote)
        break;
      else if (c == '\\' && quote == '"' && (*text)[1] != '\0')
        {
          c = *++(*text);
          c = c == 'n' ? '\n' : c == 't' ? '\t'
                                         : c;
        }
      g_string_append_c (out, c);
    }
  if (**text == quote)
    (*text)++;
  return string_node (out->str);
}

static JsonNode *
read_flow_plain (const char **text)
{
  const char *start = *text;
  while (**text != '\0' && strchr (",]}", **text) == NULL && !(**text == ':' && ((*text)[1] == ' ' || (*text)[1] == '\0')))
    (*text)++;
  g_autofree char *plain = g_strstrip (g_strndup (start, *text - start));
  return plain_node (plain);
}

static void
skip_space (const char **text)
{
  *text += strspn (*text, " \t");
}

static JsonNode *
read_flow_list (const char **text,
                guint        depth)
{
  g_autoptr (JsonArray) array = json_array_new ();
  for ((*text)++, skip_space (text); **text != '\0' && **text != ']'; skip_space (text))
    {
      const char *before = *text;
      json_array_add_element (array, read_flow (text, depth + 1));
      skip_space (text);
      if (**text == ',' || *text == before)
        (*text)++;
    }
  if (**text == ']')
    (*text)++;
  return json_node_init_array (json_node_alloc (), array);
}

static JsonNode *
read_flow_map (const char **text,
               guint        depth)
{
  g_autoptr (JsonObject) object = json_object_new ();
  for ((*text)++, skip_space (text); **text != '\0' && **text != '}'; skip_space (text))
    {
      const char *before = *text;
      g_autoptr (JsonNode) key = read_flow (text, depth + 1);
      skip_space (text);
      if (**text == ':' && JSON_NODE_HOLDS_VALUE (key) && json_node_get_value_type (key) == G_TYPE_STRING)
        {
          (*text)++;
          skip_space (text);
          json_object_set_member (object, json_node_get_string (key), read_flow (text, depth + 1));
          skip_space (text);
        }
      if (**text == ',' || *text == before)
        (*text)++;
    }
  if (**text == '}')
    (*text)++;
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
read_flow (const char **text,
           guint        depth)
{
  if (depth < MAX_DEPTH && **text == '[')
    return read_flow_list (text, depth);
  if (depth < MAX_DEPTH && **text == '{')
    return read_flow_map (text, depth);
  if (**text == '"' || **text == '\'')
    return read_quoted (text);
  return read_flow_plain (text);
}

// A | text keeps its line breaks, a > text joins lines. It ends in one line break, or in none if a - follows the sign.
static JsonNode *
read_text (Reader     *reader,
           const char *sign,
           int         indent)
{
  char style = *sign;
  g_autoptr (GString) out = g_string_new (NULL);
  int own = -1;
  for (; reader->next < reader->lines->len; reader->next++)
    {
      const char *line = g_ptr_array_index (reader->lines, reader->next);
      gboolean    empty = line[strspn (line, " ")] == '\0';
      if (!empty && indent_of (line) <= indent)
        break;
      if (!empty && own < 0)
        own = indent_of (line);
      if (out->len > 0 && style == '>' && !empty && !g_str_has_suffix (out->str, "\n"))
        g_string_append_c (out, ' ');
      g_string_append (out, empty ? "" : line + MIN (own, indent_of (line)));
      if (style == '|' || empty)
        g_string_append_c (out, '\n');
    }
  while (g_str_has_suffix (out->str, "\n"))
    g_string_truncate (out, out->len - 1);
  if (sign[1] != '-' && out->len > 0)
    g_string_append_c (out, '\n');
  return string_node (out->str);
}

// What stands after "key:" or "- ": a value on this line, or a block on the lines below, indented by more than INDENT.
static JsonNode *
read_value (Reader     *reader,
            const char *text,
            int         indent)
{
  skip_space (&text);
  if (*text == '|' || *text == '>')
    return read_text (reader, text, indent);
  if (*text == '[' || *text == '{' || *text == '"' || *text == '\'')
    return read_flow (&text, reader->depth);
  if (*text != '\0' && *text != '#')
    {
      g_autofree char *plain = g_strdup (text);
      char            *comment = strstr (plain, " #");
      if (comment != NULL)
        *comment = '\0';
      return plain_node (g_strstrip (plain));
    }
  const char *line = peek (reader);
  // A list may stand at the same indentation as the key it belongs to.
  if (line == NULL || indent_of (line) < indent || (indent_of (line) == indent && line[indent] != '-'))
    return json_node_new (JSON_NODE_NULL);
  return read_block (reader, indent_of (line));
}

// The colon that ends the key at the start of TEXT, or NULL.
static const char *
find_colon (const char *text)
{
  if (*text == '"' || *text == '\'')
    {
      const char *end = strchr (text + 1, *text);
      return end != NULL && end[1] == ':' ? end + 1 : NULL;
    }
  for (const char *p = text; *p != '\0'; p++)
    if (*p == ':' && (p[1] == ' ' || p[1] == '\0'))
      return p;
  return NULL;
}

static JsonNode *
read_list (Reader *reader,
           int     indent)
{
  g_autoptr (JsonArray) array = json_array_new ();
  for (char *line; (line = (char *) peek (reader)) != NULL && indent_of (line) == indent && line[indent] == '-';)
    {
      const char *item = line + indent + 1;
      skip_space (&item);
      gboolean flow = *item != '\0' && strchr ("[{\"'", *item) != NULL;
      if (!flow && (find_colon (item) != NULL || g_str_has_prefix (item, "- ")))
        {
          // A mapping that begins on the line of its dash: read again as if the dash were a space.
          line[indent] = ' ';
          json_array_add_element (array, read_block (reader, item - line));
          continue;
        }
      reader->next++;
      json_array_add_element (array, read_value (reader, item, indent));
    }
  return json_node_init_array (json_node_alloc (), array);
}

static JsonNode *
read_map (Reader *reader,
          int     indent)
{
  g_autoptr (JsonObject) object = json_object_new ();
  for (const char *line; (line = peek (reader)) != NULL && indent_of (line) >= indent;)
    {
      const char *start = line + indent_of (line);
      const char *colon = find_colon (start);
      reader->next++;
      if (colon == NULL || indent_of (line) != indent)
        continue;
      gboolean         quoted = *start == '"' || *start == '\'';
      g_autofree char *key = g_strndup (start + quoted, colon - start - 2 * quoted);
      json_object_set_member (object, key, read_value (reader, colon + 1, indent));
    }
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
read_block (Reader *reader,
            int     indent)
{
  const char *line = peek (reader);
  if (reader->depth >= MAX_DEPTH)
    {
      reader->next++;
      return json_node_new (JSON_NODE_NULL);
    }
  reader->depth++;
  JsonNode *node = line[indent] == '-' && (line[indent + 1] == ' ' || line[indent + 1] == '\0') ? read_list (reader, indent) : read_map (reader, indent);
  reader->depth--;
  return node;
}

JsonObject *
maq_serve_card_parse (const char *text)
{
  const char *end = find_end (text);
  if (end == NULL)
    return NULL;

  const char      *start = line_end (text) + 1;
  g_autofree char *yaml = g_strndup (start, end - start);
  g_auto (GStrv) lines = g_strsplit (yaml, "\n", -1);
  g_autoptr (GPtrArray) array = g_ptr_array_new ();
  for (char **line = lines; *line != NULL; line++)
    g_ptr_array_add (array, g_strchomp (*line));

  Reader      reader = { .lines = array };
  const char *line = peek (&reader);
  if (line == NULL)
    return NULL;
  g_autoptr (JsonNode) node = read_block (&reader, indent_of (line));
  return JSON_NODE_HOLDS_OBJECT (node) ? json_object_ref (json_node_get_object (node)) : NULL;
}
