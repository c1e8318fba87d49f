// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// The engine writes a repetition out as that many rules and refuses more than 2000 of them, and it walks every path through the
// beginnings of choices to find left recursion. Both are counted here before it sees them.
#include "maq-gbnf-private.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT  (512 * 1024)
#define MAX_COST  20000 // rules, and those that repetitions become
#define MAX_PATHS 2000  // through the beginnings of a choice
#define BLOCK     1000  // longer repetitions are built of blocks

struct _MaqGbnf
{
  GString    *text;
  GHashTable *names;  // of rules, with the number that the next one of this name gets
  GHashTable *bodies; // of char *, body to name
  GHashTable *paths;  // of choices by name, how many paths through their beginnings
  guint       cost;
  gboolean    too_large;
};

MaqGbnf *
maq_gbnf_new (void)
{
  MaqGbnf *self = g_new0 (MaqGbnf, 1);

  self->text = g_string_new (NULL);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->bodies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
maq_gbnf_free (MaqGbnf *self)
{
  g_string_free (self->text, TRUE);
  g_hash_table_unref (self->names);
  g_hash_table_unref (self->bodies);
  g_hash_table_unref (self->paths);
  g_free (self);
}

gboolean
maq_gbnf_is_too_large (MaqGbnf *self)
{
  return self->too_large;
}

char *
maq_gbnf_to_text (MaqGbnf *self)
{
  return g_strdup (self->text->str);
}

// How many rules the engine makes of BODY: one for it, for every group and for every time something is repeated.
static guint
count_rules (const char *body)
{
  guint n = 1;
  char *end;

  for (const char *c = body; *c != 0; c++)
    if (*c == '"' || *c == '[')
      {
        char close = *c == '"' ? '"' : ']';
        for (c++; *c != close; c++)
          c += *c == '\\';
      }
    else if (*c == '(' || *c == '*' || *c == '+' || *c == '?')
      n++;
    else if (*c == '{')
      {
        guint times = (guint) strtoul (c + 1, &end, 10);
        n += *end == ',' && g_ascii_isdigit (end[1]) ? (guint) strtoul (end + 1, &end, 10) : times;
      }
  return n;
}

char *
maq_gbnf_reserve (MaqGbnf    *self,
                  const char *stem)
{
  g_autoptr (GString) base = g_string_new (NULL);
  g_autofree char *name = NULL;
  guint            i;

  for (const char *c = stem; *c != 0 && base->len < 40; c++)
    g_string_append_c (base, g_ascii_isalnum (*c) ? *c : '-');
  if (base->len == 0)
    g_string_append (base, "rule");
  name = g_strdup (base->str);
  for (i = MAX (GPOINTER_TO_UINT (g_hash_table_lookup (self->names, name)), 2); g_hash_table_contains (self->names, name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s-%u", base->str, i);
    }
  g_hash_table_insert (self->names, g_strdup (base->str), GUINT_TO_POINTER (i));
  if (!g_str_equal (name, base->str))
    g_hash_table_insert (self->names, g_strdup (name), GUINT_TO_POINTER (2));
  return g_steal_pointer (&name);
}

static guint
count_paths (MaqGbnf    *self,
             const char *expression)
{
  return MAX (GPOINTER_TO_UINT (g_hash_table_lookup (self->paths, expression)), 1);
}

void
maq_gbnf_define (MaqGbnf    *self,
                 const char *name,
                 const char *body)
{
  self->cost += count_rules (body);
  self->too_large = self->too_large || self->cost > MAX_COST || self->text->len + strlen (body) > MAX_TEXT;
  if (self->too_large)
    return;
  g_string_append_printf (self->text, "%s ::= %s\n", name, body);
  // A rule that only stands for another one.
  g_hash_table_insert (self->paths, g_strdup (name), GUINT_TO_POINTER (count_paths (self, body)));
}

char *
maq_gbnf_add (MaqGbnf    *self,
              const char *stem,
              const char *body)
{
  const char *known = g_hash_table_lookup (self->bodies, body);
  char       *name;

  if (known == NULL && g_hash_table_contains (self->names, body))
    known = body;
  if (known != NULL)
    return g_strdup (known);
  name = maq_gbnf_reserve (self, stem);
  maq_gbnf_define (self, name, body);
  g_hash_table_insert (self->bodies, g_strdup (body), g_strdup (name));
  return name;
}

char *
maq_gbnf_choose (MaqGbnf    *self,
                 const char *stem,
                 GPtrArray  *alternatives)
{
  g_autoptr (GString) body = g_string_new (NULL);
  guint n = 0, paths = 1;
  char *name;

  self->too_large = self->too_large || alternatives->len > MAX_PATHS;
  for (guint i = 0; i < alternatives->len && !self->too_large; i++)
    {
      const char *alternative = g_ptr_array_index (alternatives, i);
      // Two that are the same become one.
      if (g_ptr_array_find_with_equal_func (alternatives, alternative, g_str_equal, &n) && n < i)
        continue;
      g_string_append_printf (body, "%s%s", i > 0 ? " | " : "", alternative);
      paths += count_paths (self, alternative);
    }
  name = maq_gbnf_add (self, stem, body->str);
  g_hash_table_insert (self->paths, g_strdup (name), GUINT_TO_POINTER (paths));
  self->too_large = self->too_large || paths > MAX_PATHS;
  return name;
}

// "ATOM{MIN,MAX}", as short as can be.
static void
append_times (GString    *to,
              const char *atom,
              guint       min,
              guint       max)
{
  if (max == 0)
    return;
  g_string_append_printf (to, "%s%s", to->len > 0 && to->str[to->len - 1] != ' ' ? " " : "", atom);
  if (min == 1 && max == 1)
    return;
  if (min == 0 && max == 1)
    g_string_append_c (to, '?');
  else if (max == MAQ_GBNF_NO_MAX && min <= 1)
    g_string_append_c (to, min == 0 ? '*' : '+');
  else if (max == MAQ_GBNF_NO_MAX)
    g_string_append_printf (to, "{%u,}", min);
  else if (min == max)
    g_string_append_printf (to, "{%u}", min);
  else
    g_string_append_printf (to, "{%u,%u}", min, max);
}

// An atom for 0 to N blocks and what is left over.
static char *
repeat_blocks (MaqGbnf    *self,
               const char *atom,
               const char *block,
               guint       n)
{
  g_autoptr (GPtrArray) alternatives = g_ptr_array_new_with_free_func (g_free);
  GString *some = g_string_new (NULL), *all = g_string_new (NULL);

  append_times (some, block, 0, n / BLOCK - 1);
  append_times (some, atom, 0, BLOCK - 1);
  append_times (all, block, n / BLOCK, n / BLOCK);
  append_times (all, atom, 0, n % BLOCK);
  g_ptr_array_add (alternatives, g_string_free (some, FALSE));
  g_ptr_array_add (alternatives, g_string_free (all, FALSE));
  return maq_gbnf_choose (self, "up-to", alternatives);
}

char *
maq_gbnf_repeat (MaqGbnf    *self,
                 const char *atom,
                 guint       min,
                 guint       max)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autofree char *block = NULL, *rest = NULL;
  guint            span = max == MAQ_GBNF_NO_MAX ? 0 : max - min;

  if (min <= BLOCK && (max == MAQ_GBNF_NO_MAX || max <= BLOCK))
    {
      append_times (text, atom, min, max);
      return g_strdup (text->str);
    }
  if (min / BLOCK > BLOCK || span / BLOCK > BLOCK)
    {
      self->too_large = TRUE;
      return g_strdup (atom);
    }
  append_times (whole, atom, BLOCK, BLOCK);
  block = maq_gbnf_add (self, "block", whole->str);
  append_times (text, block, min / BLOCK, min / BLOCK);
  append_times (text, atom, min % BLOCK, min % BLOCK);
  if (max == MAQ_GBNF_NO_MAX)
    append_times (text, atom, 0, max);
  else if (span <= BLOCK)
    append_times (text, atom, 0, span);
  else
    append_times (text, rest = repeat_blocks (self, atom, block, span), 1, 1);
  return g_strdup (text->str);
}

char *
maq_gbnf_quote (const char *text)
{
  GString *quoted = g_string_new ("\"");

  for (const char *c = text; *c != 0; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf (quoted, "\\%c", *c);
    else if (g_ascii_iscntrl (*c))
      g_string_append_printf (quoted, "\\x%02X", (guint) *c);
    else
      g_string_append_c (quoted, *c);
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

void
maq_gbnf_append (GString    *sequence,
                 const char *atom)
{
  char last = sequence->len > 0 ? sequence->str[sequence->len - 1] : '(';

  if (last == '"' && *atom == '"' && g_str_has_suffix (atom, "\""))
    {
      g_string_truncate (sequence, sequence->len - 1);
      g_string_append (sequence, atom + 1);
    }
  else
    g_string_append_printf (sequence, "%s%s", last != '(' && last != ' ' && *atom != 0 ? " " : "", atom);
}

void
maq_gbnf_append_in_class (GString *to,
                          gunichar c)
{
  if (c == ']' || c == '[' || c == '\\' || c == '-')
    g_string_append_printf (to, "\\%c", (char) c);
  else if (c < 0x20 || c == 0x7f || c == '^')
    g_string_append_printf (to, "\\x%02X", c);
  else if (c > 0xffff)
    g_string_append_printf (to, "\\U%08X", c);
  else if (c >= 0x80)
    g_string_append_printf (to, "\\u%04X", c);
  else
    g_string_append_c (to, (char) c);
}

// --- Words. Both functions walk the tree that the sorted words are, without building it.

static int
compare_words (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static const char *
get_rest (GPtrArray *words,
          guint      i,
          gsize      offset)
{
  return (const char *) g_ptr_array_index (words, i) + offset;
}

// Where the words from FIRST on end that go on with the same character.
static guint
find_group_end (GPtrArray *words,
                guint      first,
                guint      end,
                gsize      offset)
{
  gunichar c = g_utf8_get_char (get_rest (words, first, offset));

  while (first < end && g_utf8_get_char (get_rest (words, first, offset)) == c)
    first++;
  return first;
}

static void
append_words (GString   *to,
              GPtrArray *words,
              guint      first,
              guint      end,
              gsize      offset)
{
  const char      *start = get_rest (words, first, offset), *shared = start;
  g_autofree char *text = NULL, *quoted = NULL;

  // All words of a group are sorted: what the first and the last have in common, all have.
  for (const char *last = get_rest (words, end - 1, offset); *shared != 0 && g_utf8_get_char (shared) == g_utf8_get_char (last); last = g_utf8_next_char (last))
    shared = g_utf8_next_char (shared);
  text = g_strndup (start, shared - start);
  quoted = maq_gbnf_quote (text);
  g_string_append (to, *text != 0 ? quoted : "");
  offset += shared - start;
  if (end - first == 1)
    return;
  g_string_append (to, *text != 0 ? " (" : "(");
  for (guint i = first, next; i < end; i = next)
    {
      next = find_group_end (words, i, end, offset);
      g_string_append (to, i > first ? " | " : "");
      // The word that ends here.
      if (*get_rest (words, i, offset) != 0)
        append_words (to, words, i, next, offset);
    }
  g_string_append_c (to, ')');
}

// Sorts and leaves out what is there twice.
static void
sort_words (GPtrArray *words)
{
  g_ptr_array_sort (words, compare_words);
  for (guint i = words->len; i-- > 1;)
    if (g_str_equal (words->pdata[i], words->pdata[i - 1]))
      g_ptr_array_remove_index (words, i);
}

char *
maq_gbnf_choose_word (MaqGbnf    *self,
                      const char *stem,
                      GPtrArray  *words)
{
  g_autoptr (GString) body = g_string_new (NULL);

  sort_words (words);
  append_words (body, words, 0, words->len, 0);
  return words->len == 1 ? g_strdup (body->str) : maq_gbnf_add (self, stem, body->str);
}

static char *
avoid (MaqGbnf    *self,
       const char *stem,
       const char *plain,
       GPtrArray  *words,
       guint       first,
       guint       end,
       gsize       offset)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GString) others = g_string_new (NULL);
  gboolean ends = first < end && *get_rest (words, first, offset) == 0;

  for (guint i = first + ends, next; i < end && !self->too_large; i = next)
    {
      const char      *at = get_rest (words, i, offset), *after = g_utf8_next_char (at);
      g_autofree char *character = g_strndup (at, after - at);
      g_autofree char *quoted = maq_gbnf_quote (character);
      g_autofree char *rest = NULL;

      next = find_group_end (words, i, end, offset);
      rest = avoid (self, stem, plain, words, i, next, offset + (after - at));
      g_string_append_printf (body, "%s %s | ", quoted, rest);
      maq_gbnf_append_in_class (others, g_utf8_get_char (at));
    }
  g_string_append_printf (body, "[^%s%s] [^%s]*", plain, others->str, plain);
  if (!ends)
    g_string_append (body, " | \"\"");
  return maq_gbnf_add (self, stem, body->str);
}

char *
maq_gbnf_avoid_words (MaqGbnf    *self,
                      const char *stem,
                      const char *plain,
                      GPtrArray  *words)
{
  sort_words (words);
  return avoid (self, stem, plain, words, 0, words->len, 0);
}
