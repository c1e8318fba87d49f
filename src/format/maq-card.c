// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-card.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MAX_DEPTH 16
// The most lines of one value in brackets or quotes.
#define MAX_FLOW_LINES 2000

// What scalars are read as.
typedef enum
{
  VALUES,    // whatever they look like
  TEXTS,     // the field holds texts
  ALL_TEXTS, // so do the fields inside it, whatever their names
} Meaning;

// The lines of the front matter.
typedef struct
{
  GPtrArray *lines;
  guint      next;
  guint      depth;
  Meaning    meaning; // of what is being read
} Reader;

// One value in brackets or quotes, which may go on over several lines.
typedef struct
{
  const char *at;
  guint       depth;
  Meaning     meaning;
} Flow;

static JsonNode *read_block (Reader *reader, int indent);
static JsonNode *read_flow (Flow *flow);

// Where LINE ends: at its LF, CR or CR LF, or at the end of the text.
static const char *
line_end (const char *line)
{
  return line + strcspn (line, "\r\n");
}

// The line after the one that ends at END; NULL if there is none.
static const char *
line_after (const char *end)
{
  if (*end == '\0')
    return NULL;
  return end[0] == '\r' && end[1] == '\n' ? end + 2 : end + 1;
}

static gboolean
is_fence (const char *line)
{
  return strncmp (line, "---", 3) == 0 && line + 3 + strspn (line + 3, " \t") == line_end (line);
}

static const char *
skip_mark (const char *text)
{
  return g_str_has_prefix (text, "\ufeff") ? text + strlen ("\ufeff") : text;
}

// The first line of dashes, or NULL.
static const char *
find_start (const char *text)
{
  for (gunichar c; (c = g_utf8_get_char_validated (text, -1)) == 0xfeff || (c < (gunichar) -2 && g_unichar_isspace (c));)
    text = g_utf8_next_char (text);
  return is_fence (text) ? text : NULL;
}

// The line of dashes behind the one at START, or NULL.
static const char *
find_end (const char *start)
{
  const char *line = start != NULL ? line_after (line_end (start)) : NULL;
  while (line != NULL && !is_fence (line))
    line = line_after (line_end (line));
  return line;
}

const char *
maq_card_get_body (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  const char *fence = find_end (find_start (text));
  if (fence == NULL)
    return skip_mark (text);
  const char *end = line_end (fence);
  const char *body = line_after (end);
  return body != NULL ? body : end;
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
number_node (const char *text)
{
  char *end = NULL;
  if (strspn (text, "0123456789+-.eE") != strlen (text))
    return NULL;
  errno = 0;
  gint64 number = g_ascii_strtoll (text, &end, 10);
  if (*end == '\0' && errno == 0)
    return json_node_init_int (json_node_alloc (), number);
  double real = g_ascii_strtod (text, &end);
  return *end == '\0' && isfinite (real) ? json_node_init_double (json_node_alloc (), real) : NULL;
}

static JsonNode *
plain_node (const char *text,
            Meaning     meaning)
{
  static const char *const nothing[] = { "", "~", "null", "Null", "NULL", NULL };
  static const char *const yes[] = { "true", "True", "TRUE", NULL };
  static const char *const no[] = { "false", "False", "FALSE", NULL };

  if (g_strv_contains (nothing, text))
    return json_node_new (JSON_NODE_NULL);
  if (meaning != VALUES)
    return string_node (text);
  if (g_strv_contains (yes, text) || g_strv_contains (no, text))
    return json_node_init_boolean (json_node_alloc (), g_strv_contains (yes, text));
  JsonNode *number = number_node (text);
  return number != NULL ? number : string_node (text);
}

// Whether the field NAME holds names or texts, by the specifications of cards (Hub API notes §22). OUTER: of the field it is inside of.
static Meaning
meaning_of (const char *name,
            Meaning     outer)
{
  static const char *const fields[] = {
    // Of all kinds.
    "description",
    "emoji",
    "language",
    "language_bcp47",
    "license",
    "license_link",
    "license_name",
    "name",
    "names",
    "pretty_name",
    "tags",
    "thumbnail",
    "title",
    "type",
    "version",
    // Models.
    "base_model",
    "base_model_relation",
    "datasets",
    "example_title",
    "instance_prompt",
    "library_name",
    "metrics",
    "model_creator",
    "model_name",
    "new_version",
    "pipeline_tag",
    "quantized_by",
    "text",
    // Datasets.
    "annotations_creators",
    "config",
    "config_name",
    "dtype",
    "language_creators",
    "multilinguality",
    "paperswithcode_id",
    "path",
    "revision",
    "size_categories",
    "source_datasets",
    "split",
    "task_categories",
    "task_ids",
    // Spaces.
    "app_build_command",
    "app_file",
    "base_path",
    "colorFrom",
    "colorTo",
    "header",
    "models",
    "python_version",
    "sdk",
    "sdk_version",
    "short_description",
    "suggested_hardware",
    "suggested_storage",
    NULL
  };
  // The classes of a label: their numbers with their names.
  if (outer == ALL_TEXTS || g_str_equal (name, "names"))
    return ALL_TEXTS;
  return g_strv_contains (fields, name) || g_str_has_prefix (name, "extra_gated_") ? TEXTS : VALUES;
}

// What a backslash at AT stands for; moves to its last character.
static gunichar
read_escape (const char **at)
{
  static const char *const plain = "0abtnvfre N_LP\"/\\";
  static const gunichar    meant[] = { 0xfffd, '\a', '\b', '\t', '\n', '\v', '\f', '\r', 0x1b, ' ', 0x85, 0xa0, 0x2028, 0x2029, '"', '/', '\\' };
  char                     c = *++(*at);
  const char              *known = strchr (plain, c);
  guint                    digits = c == 'x' ? 2 : c == 'u' ? 4
                                                 : c == 'U' ? 8
                                                            : 0;
  if (known != NULL)
    return meant[known - plain];
  gunichar code = 0;
  guint    n = 0;
  for (; n < digits && g_ascii_isxdigit ((*at)[1]); n++)
    code = code * 16 + g_ascii_xdigit_value (*++(*at));
  if (digits == 0)
    return c;
  return n == digits && code != 0 && g_unichar_validate (code) ? code : 0xfffd;
}

static JsonNode *
read_quoted (Flow *flow)
{
  char quote = *flow->at++;
  g_autoptr (GString) out = g_string_new (NULL);
  for (; *flow->at != '\0'; flow->at++)
    {
      char c = *flow->at;
      if (c == quote && quote == '\'' && flow->at[1] == '\'')
        flow->at++;
      else if (c == quote)
        break;
      else if (c == '\\' && quote == '"' && flow->at[1] != '\0' && (guchar) flow->at[1] < 0x80)
        {
          g_string_append_unichar (out, read_escape (&flow->at));
          continue;
        }
      g_string_append_c (out, c);
    }
  if (*flow->at == quote)
    flow->at++;
  return string_node (out->str);
}

static JsonNode *
read_flow_plain (Flow *flow)
{
  const char *start = flow->at;
  while (*flow->at != '\0' && strchr (",]}", *flow->at) == NULL && !(*flow->at == ':' && (flow->at[1] == ' ' || flow->at[1] == '\0')))
    flow->at++;
  g_autofree char *plain = g_strstrip (g_strndup (start, flow->at - start));
  return plain_node (plain, flow->meaning);
}

static void
skip_space (const char **text)
{
  *text += strspn (*text, " \t");
}

static JsonNode *
read_flow_list (Flow *flow)
{
  g_autoptr (JsonArray) array = json_array_new ();
  for (flow->at++, skip_space (&flow->at); *flow->at != '\0' && *flow->at != ']'; skip_space (&flow->at))
    {
      const char *before = flow->at;
      json_array_add_element (array, read_flow (flow));
      skip_space (&flow->at);
      if (*flow->at == ',' || flow->at == before)
        flow->at++;
    }
  if (*flow->at == ']')
    flow->at++;
  return json_node_init_array (json_node_alloc (), array);
}

static void
read_flow_member (Flow       *flow,
                  JsonObject *object)
{
  Meaning outer = flow->meaning;
  flow->meaning = TEXTS;
  g_autoptr (JsonNode) key = read_flow (flow);
  flow->meaning = outer;
  skip_space (&flow->at);
  if (*flow->at != ':' || json_node_get_value_type (key) != G_TYPE_STRING)
    return;
  flow->at++;
  skip_space (&flow->at);
  flow->meaning = meaning_of (json_node_get_string (key), outer);
  json_object_set_member (object, json_node_get_string (key), read_flow (flow));
  flow->meaning = outer;
  skip_space (&flow->at);
}

static JsonNode *
read_flow_map (Flow *flow)
{
  g_autoptr (JsonObject) object = json_object_new ();
  for (flow->at++, skip_space (&flow->at); *flow->at != '\0' && *flow->at != '}'; skip_space (&flow->at))
    {
      const char *before = flow->at;
      read_flow_member (flow, object);
      if (*flow->at == ',' || flow->at == before)
        flow->at++;
    }
  if (*flow->at == '}')
    flow->at++;
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
read_flow (Flow *flow)
{
  JsonNode *node;
  if (*flow->at == '"' || *flow->at == '\'')
    return read_quoted (flow);
  if (flow->depth >= MAX_DEPTH || (*flow->at != '[' && *flow->at != '{'))
    return read_flow_plain (flow);
  flow->depth++;
  node = *flow->at == '[' ? read_flow_list (flow) : read_flow_map (flow);
  flow->depth--;
  return node;
}

// Where a comment begins in TEXT, which is no value in quotes, or its end.
static const char *
find_comment (const char *text)
{
  const char *p = text;
  while (*p != '\0' && !(*p == '#' && (p == text || g_ascii_isspace (p[-1]))))
    p++;
  return p;
}

// How many of the brackets of TEXT are still open at its end; whether it ends inside QUOTE is kept there. What a comment says does not
// count. END: where the part that counts ends.
static int
count_open (const char  *text,
            int          open,
            char        *quote,
            const char **end)
{
  const char *p = text;
  for (; *p != '\0'; p++)
    {
      if (*quote != '\0')
        {
          if (*quote == '"' && *p == '\\' && p[1] != '\0')
            p++;
          else if (*p == *quote)
            *quote = '\0';
        }
      else if (*p == '#' && (p == text || g_ascii_isspace (p[-1])))
        break;
      else if ((*p == '"' || *p == '\'') && (p == text || strchr ("[{,: \t", p[-1]) != NULL))
        *quote = *p;
      else if (*p == '[' || *p == '{')
        open++;
      else if (*p == ']' || *p == '}')
        open--;
    }
  *end = p;
  return open;
}

// What began with TEXT on the line before the next one, up to its closing bracket or quote, as one line. What is never closed ends with
// its line, and the fields below are read.
static char *
join_flow (Reader     *reader,
           const char *text)
{
  char        quote = '\0';
  const char *end;
  guint       first = reader->next;
  int         open = count_open (text, 0, &quote, &end);
  g_autoptr (GString) out = g_string_new_len (text, end - text);
  gsize length = out->len;
  while ((open > 0 || quote != '\0') && reader->next < MIN (reader->lines->len, first + MAX_FLOW_LINES))
    {
      const char *line = g_ptr_array_index (reader->lines, reader->next++);
      line += strspn (line, " \t");
      open = count_open (line, open, &quote, &end);
      g_string_append_c (out, ' ');
      g_string_append_len (out, line, end - line);
    }
  if (open > 0 || quote != '\0')
    {
      reader->next = first;
      g_string_truncate (out, length);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

// A plain value and the lines below that are indented by more than INDENT, which go on with it.
static JsonNode *
read_plain (Reader     *reader,
            const char *text,
            int         indent)
{
  g_autoptr (GString) out = g_string_new_len (text, find_comment (text) - text);
  for (; reader->next < reader->lines->len; reader->next++)
    {
      const char *line = g_ptr_array_index (reader->lines, reader->next);
      if (is_blank (line) || indent_of (line) <= indent || find_colon (line + indent_of (line)) != NULL)
        break;
      line += indent_of (line);
      g_strchomp (out->str);
      g_string_truncate (out, strlen (out->str));
      g_string_append_c (out, ' ');
      g_string_append_len (out, line, find_comment (line) - line);
    }
  return plain_node (g_strstrip (out->str), reader->meaning);
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

// What stands after "key:" or "- ": a value that begins on this line, or a block on the lines below, indented by more than INDENT.
static JsonNode *
read_value (Reader     *reader,
            const char *text,
            int         indent)
{
  skip_space (&text);
  if (*text == '|' || *text == '>')
    return read_text (reader, text, indent);
  if (*text == '[' || *text == '{' || *text == '"' || *text == '\'')
    {
      g_autofree char *whole = join_flow (reader, text);
      Flow             flow = { .at = whole, .depth = reader->depth, .meaning = reader->meaning };
      return read_flow (&flow);
    }
  if (*text != '\0' && *text != '#')
    return read_plain (reader, text, indent);
  const char *line = peek (reader);
  // A list may stand at the same indentation as the key it belongs to.
  if (line == NULL || indent_of (line) < indent || (indent_of (line) == indent && line[indent] != '-'))
    return json_node_new (JSON_NODE_NULL);
  return read_block (reader, indent_of (line));
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
      Meaning          outer = reader->meaning;
      reader->meaning = meaning_of (key, outer);
      json_object_set_member (object, key, read_value (reader, colon + 1, indent));
      reader->meaning = outer;
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

// The lines between START and END, without what ends them and blanks before that.
static GPtrArray *
split_lines (const char *start,
             const char *end)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  for (const char *line = start; line != NULL && line < end; line = line_after (line_end (line)))
    g_ptr_array_add (lines, g_strchomp (g_strndup (line, line_end (line) - line)));
  return lines;
}

JsonObject *
maq_card_parse (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  const char *start = find_start (text);
  const char *end = find_end (start);
  if (end == NULL)
    return NULL;

  g_autoptr (GPtrArray) lines = split_lines (line_after (line_end (start)), end);
  Reader      reader = { .lines = lines };
  const char *line = peek (&reader);
  if (line == NULL)
    return NULL;
  g_autoptr (JsonNode) node = read_block (&reader, indent_of (line));
  return JSON_NODE_HOLDS_OBJECT (node) ? json_object_ref (json_node_get_object (node)) : NULL;
}
