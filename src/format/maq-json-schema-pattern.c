// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Regular expressions, as far as they describe a whole string: alternatives, groups, classes and repetitions between ^ and $.
// Characters that JSON writes with an escape are written with it. Of characters beyond ASCII, \d, \w and \s and their opposites
// know none, and "." and negated classes of single ASCII characters know all.
#include "maq-json-schema-private.h"

#include <string.h>

#define MAX_DEPTH 30

typedef struct
{
  MaqJsonSchema *schema;
  const char    *at;
  guint          depth; // of groups
} Pattern;

// A set of characters: ASCII one by one, others as ranges.
typedef struct
{
  gboolean has[128];
  GString *ranges; // as they stand in a class
  gboolean named;  // has \d or the like: not every reader means the same by them beyond ASCII
} Set;

// One thing that can be repeated.
typedef struct
{
  char    *text;     // an atom of the grammar
  gboolean nullable; // may be empty
} Atom;

static char *convert_alternatives (Pattern *self, gboolean *nullable);

static gpointer
fail (Pattern    *self,
      const char *what)
{
  return maq_json_schema_fail (self->schema, MAQ_FORMAT_ERROR_UNSUPPORTED, "%s. A pattern can have (…|…), […], \\d, \\w, \\s, *, +, ? and {m,n} between ^ and $", what);
}

// --- Sets of characters.

static void
set_add (Set     *set,
         gunichar first,
         gunichar last)
{
  for (gunichar c = first; c <= last && c < 128; c++)
    set->has[c] = TRUE;
  if (last < 128)
    return;
  maq_gbnf_append_in_class (set->ranges, MAX (first, 128));
  g_string_append_c (set->ranges, '-');
  maq_gbnf_append_in_class (set->ranges, last);
}

// \d and the like; FALSE for another letter.
static gboolean
set_add_named (Set *set,
               char name)
{
  char base = g_ascii_tolower (name);

  if (base != 'd' && base != 'w' && base != 's')
    return FALSE;
  for (char c = ' '; c < 127; c++)
    {
      gboolean in = base == 'd' ? g_ascii_isdigit (c) : base == 'w' ? g_ascii_isalnum (c) || c == '_'
                                                                    : c == ' ';
      if (in == (base == name))
        set->has[(guint) c] = TRUE;
    }
  set->named = TRUE;
  return TRUE;
}

static void
set_negate (Set *set)
{
  gboolean unsure = set->ranges->len > 0 || set->named;

  for (guint c = 0; c < 128; c++)
    set->has[c] = c >= ' ' && c < 127 && !set->has[c];
  g_string_truncate (set->ranges, 0);
  if (!unsure)
    set_add (set, 128, 0x10ffff);
}

// How JSON writes C, NULL if without an escape.
static const char *
get_escape (gunichar c)
{
  return c == '"' ? "\\\"" : c == '\\' ? "\\\\"
                           : c == '\n' ? "\\n"
                           : c == '\r' ? "\\r"
                           : c == '\t' ? "\\t"
                                       : NULL;
}

// An atom for the characters of SET; NULL if there are none.
static char *
set_to_atom (Pattern *self,
             Set     *set)
{
  g_autoptr (GPtrArray) alternatives = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) class = g_string_new ("[");

  for (guint c = 0; c < 128; c++)
    {
      guint last = c;
      if (!set->has[c])
        continue;
      if (get_escape (c) != NULL)
        {
          g_ptr_array_add (alternatives, maq_gbnf_quote (get_escape (c)));
          continue;
        }
      while (last + 1 < 128 && set->has[last + 1] && get_escape (last + 1) == NULL)
        last++;
      maq_gbnf_append_in_class (class, c);
      if (last > c)
        {
          g_string_append_c (class, '-');
          maq_gbnf_append_in_class (class, last);
        }
      c = last;
    }
  g_string_append_printf (class, "%s]", set->ranges->str);
  if (class->len > 2)
    g_ptr_array_add (alternatives, g_strdup (class->str));
  if (alternatives->len == 0)
    return fail (self, "A class allows no character");
  return alternatives->len == 1 ? g_strdup (alternatives->pdata[0]) : maq_gbnf_choose (self->schema->gbnf, "class", alternatives);
}

// --- Characters.

// The character that the escape at the pattern's place means; 0 after an error. Goes behind it.
static gunichar
read_escape (Pattern *self)
{
  char     letter = *self->at;
  guint    digits = letter == 'u' ? 4 : letter == 'x' ? 2
                                                      : 0;
  gunichar c = 0;

  if (letter == 't' || letter == 'n' || letter == 'r')
    {
      self->at++;
      return letter == 't' ? '\t' : letter == 'n' ? '\n'
                                                  : '\r';
    }
  if (g_ascii_ispunct (letter))
    return *self->at++;
  for (guint i = 1; i <= digits && g_ascii_isxdigit (self->at[i]); i++)
    {
      c = c * 16 + (gunichar) g_ascii_xdigit_value (self->at[i]);
      if (i == digits && c >= 0x20 && c != 0x7f && (c & 0xf800) != 0xd800)
        {
          self->at += digits + 1;
          return c;
        }
    }
  fail (self, "An escape is not known here");
  return 0;
}

// The next character of a class or a pattern, an escape undone; 0 after an error.
static gunichar
read_character (Pattern *self)
{
  gunichar c = g_utf8_get_char (self->at);

  if (c == '\\')
    {
      self->at++;
      return read_escape (self);
    }
  if ((c < 0x20 && get_escape (c) == NULL) || c == 0x7f)
    {
      fail (self, "A control character stands in a pattern");
      return 0;
    }
  self->at = g_utf8_next_char (self->at);
  return c;
}

static gboolean
read_class_item (Pattern *self,
                 Set     *set)
{
  gunichar first, last;

  if (self->at[0] == '\\' && set_add_named (set, self->at[1]))
    {
      self->at += 2;
      return TRUE;
    }
  first = last = read_character (self);
  if (first != 0 && self->at[0] == '-' && self->at[1] != ']' && self->at[1] != 0)
    {
      self->at++;
      if (self->at[0] == '\\' && strchr ("dwsDWS", self->at[1]) != NULL)
        return fail (self, "A range ends with a class") != NULL;
      last = read_character (self);
    }
  if (first == 0 || last == 0)
    return FALSE;
  if (last < first)
    return fail (self, "A range ends before it begins") != NULL;
  // Characters that JSON cannot hold are in no string.
  set_add (set, first, last);
  for (guint c = 0; c < 0x20; c++)
    set->has[c] = set->has[c] && get_escape (c) != NULL;
  set->has[0x7f] = FALSE;
  return TRUE;
}

static char *
convert_class (Pattern *self)
{
  g_autoptr (GString) ranges = g_string_new (NULL);
  Set      set = { .ranges = ranges };
  gboolean negated = *++self->at == '^';

  self->at += negated;
  while (*self->at != ']')
    {
      if (*self->at == 0)
        return fail (self, "A class is not closed");
      if (!read_class_item (self, &set))
        return NULL;
    }
  self->at++;
  if (negated)
    set_negate (&set);
  return set_to_atom (self, &set);
}

static char *
convert_named_class (Pattern *self)
{
  g_autoptr (GString) ranges = g_string_new (NULL);
  Set set = { .ranges = ranges };

  set_add_named (&set, self->at[1]);
  self->at += 2;
  return set_to_atom (self, &set);
}

// --- Groups and repetitions.

static char *
convert_group (Pattern  *self,
               gboolean *nullable)
{
  g_autofree char *inside = NULL;

  self->at++;
  if (self->at[0] == '?' && self->at[1] != ':')
    return fail (self, "A group that looks around or has a name cannot be bound");
  if (self->at[0] == '?')
    self->at += 2;
  if (++self->depth > MAX_DEPTH)
    return fail (self, "Groups are nested too deep");
  inside = convert_alternatives (self, nullable);
  if (inside == NULL)
    return NULL;
  self->depth--;
  if (*self->at != ')')
    return fail (self, "A group is not closed");
  self->at++;
  return maq_gbnf_add (self->schema->gbnf, "group", inside);
}

static gboolean
convert_atom (Pattern *self,
              Atom    *atom)
{
  switch (*self->at)
    {
    case '(':
      atom->text = convert_group (self, &atom->nullable);
      break;
    case '[':
      atom->text = convert_class (self);
      break;
    case '.':
      self->at++;
      atom->text = g_strdup ("[^" MAQ_JSON_SCHEMA_PLAIN "]");
      break;
    case '*':
    case '+':
    case '?':
    case '{':
    case '}':
    case ']':
      fail (self, "A sign of repetition or an end stands where nothing comes before it");
      break;
    case '^':
    case '$':
      fail (self, "^ and $ stand elsewhere than at the ends");
      break;
    default:
      if (self->at[0] == '\\' && self->at[1] != 0 && strchr ("dwsDWS", self->at[1]) != NULL)
        atom->text = convert_named_class (self);
      else
        {
          gunichar    c = read_character (self);
          char        text[8] = "";
          const char *escape = get_escape (c);
          if (c == 0)
            return FALSE;
          g_unichar_to_utf8 (c, text);
          atom->text = maq_gbnf_quote (escape != NULL ? escape : text);
        }
    }
  return atom->text != NULL;
}

static gboolean
read_times (Pattern *self,
            guint   *min,
            guint   *max)
{
  char   *end;
  guint64 first, last;

  if (!g_ascii_isdigit (self->at[1]))
    return fail (self, "A repetition {m,n} has no number") != NULL;
  first = last = g_ascii_strtoull (self->at + 1, &end, 10);
  if (end[0] == ',' && end[1] == '}')
    {
      last = MAQ_GBNF_NO_MAX;
      end++;
    }
  else if (end[0] == ',' && g_ascii_isdigit (end[1]))
    last = g_ascii_strtoull (end + 1, &end, 10);
  if (*end != '}' || last < first || first >= MAQ_GBNF_NO_MAX)
    return fail (self, "A repetition {m,n} is wrong") != NULL;
  *min = (guint) first;
  *max = (guint) MIN (last, MAQ_GBNF_NO_MAX);
  self->at = end + 1;
  return TRUE;
}

// Takes the sign of repetition behind ATOM, if there is one.
static gboolean
repeat_atom (Pattern *self,
             Atom    *atom)
{
  g_autofree char *once = NULL;
  guint            min = 1, max = 1;

  switch (*self->at)
    {
    case '*':
    case '+':
    case '?':
      min = *self->at == '+';
      max = *self->at == '?' ? 1 : MAQ_GBNF_NO_MAX;
      self->at++;
      break;
    case '{':
      if (!read_times (self, &min, &max))
        return FALSE;
      break;
    default:
      return TRUE;
    }
  // Lazy or not, the same strings match.
  if (*self->at == '?')
    self->at++;
  if (atom->nullable && max > 1)
    return fail (self, "What may be empty is repeated") != NULL;
  once = g_steal_pointer (&atom->text);
  atom->text = maq_gbnf_repeat (self->schema->gbnf, once, min, max);
  atom->nullable = atom->nullable || min == 0;
  return TRUE;
}

static char *
convert_sequence (Pattern  *self,
                  gboolean *nullable)
{
  g_autoptr (GString) body = g_string_new (NULL);

  *nullable = TRUE;
  while (*self->at != 0 && *self->at != '|' && *self->at != ')' && !(self->at[0] == '$' && self->at[1] == 0))
    {
      Atom             atom = { 0 };
      g_autofree char *text = NULL;
      gboolean         good = !maq_gbnf_is_too_large (self->schema->gbnf) && convert_atom (self, &atom) && repeat_atom (self, &atom);

      text = atom.text;
      if (!good)
        return maq_gbnf_is_too_large (self->schema->gbnf) ? fail (self, "The pattern is too large") : NULL;
      *nullable = *nullable && atom.nullable;
      maq_gbnf_append (body, text);
    }
  return g_strdup (body->len > 0 ? body->str : "\"\"");
}

static char *
convert_alternatives (Pattern  *self,
                      gboolean *nullable)
{
  g_autoptr (GString) body = g_string_new (NULL);

  for (*nullable = FALSE;; self->at++)
    {
      gboolean         empty;
      g_autofree char *sequence = convert_sequence (self, &empty);
      if (sequence == NULL)
        return NULL;
      *nullable = *nullable || empty;
      g_string_append (body, sequence);
      if (*self->at != '|')
        return g_strdup (body->str);
      g_string_append (body, " | ");
    }
}

char *
maq_json_schema_convert_pattern (MaqJsonSchema *schema,
                                 const char    *pattern)
{
  Pattern          self = { .schema = schema, .at = pattern + 1 };
  g_autofree char *inside = NULL;
  gboolean         nullable;

  if (*pattern != '^')
    return fail (&self, "A pattern has to begin with ^ and to end with $");
  inside = convert_sequence (&self, &nullable);
  if (inside == NULL)
    return NULL;
  if (*self.at == '|')
    return fail (&self, "^ and $ belong to one alternative each. Put brackets around all alternatives: ^(…|…)$");
  if (*self.at == ')')
    return fail (&self, "A group is closed that was not opened");
  if (*self.at != '$')
    return fail (&self, "A pattern has to begin with ^ and to end with $");
  return g_steal_pointer (&inside);
}
