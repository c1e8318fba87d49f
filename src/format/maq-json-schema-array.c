// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-json-schema-private.h"

// Items as a list: the first ones have schemas of their own, further ones share one.
typedef struct
{
  MaqJsonValue *first; // array; NULL: none
  MaqJsonValue *further;
  const char   *first_keyword, *further_keyword;
  guint         min, max;
} Items;

// Draft 7 and older say items and additionalItems for what is prefixItems and items now.
static gboolean
read_items (MaqJsonSchema *self,
            MaqJsonValue  *value,
            Items         *items)
{
  MaqJsonValue *plain = maq_json_get (value, "items"), *prefix = maq_json_get (value, "prefixItems");
  gboolean      old = maq_json_is_array (plain);

  items->first_keyword = old ? "items" : "prefixItems";
  items->further_keyword = old ? "additionalItems" : "items";
  items->first = old ? plain : prefix;
  items->further = maq_json_get (value, items->further_keyword);
  items->max = MAQ_GBNF_NO_MAX;
  if (items->first != NULL && !maq_json_is_array (items->first))
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "prefixItems is a list of schemas") != NULL;
  if (old ? prefix != NULL : maq_json_get (value, "additionalItems") != NULL)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "Items are said in the old and the new way at once. Use prefixItems and items") != NULL;
  if (maq_json_get_kind (maq_json_get (value, "uniqueItems")) == MAQ_JSON_BOOL ? maq_json_get_bool (value, "uniqueItems", FALSE) : maq_json_get (value, "uniqueItems") != NULL)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "An answer cannot be bound to uniqueItems. Leave it out and check the items afterwards") != NULL;
  // All of those that have a schema of their own, unless something else is said.
  items->min = (guint) maq_json_get_size (items->first);
  if (!maq_json_schema_read_count (self, value, "minItems", &items->min) || !maq_json_schema_read_count (self, value, "maxItems", &items->max))
    return FALSE;
  if (maq_json_get (value, "minItems") == NULL)
    items->min = MIN (items->min, items->max);
  if (items->min > items->max)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "minItems is more than maxItems: no list is allowed here") != NULL;
  return TRUE;
}

// Whether items behind the first ones may come, and how many then.
static gboolean
limit_further (MaqJsonSchema *self,
               Items         *items)
{
  guint n = (guint) maq_json_get_size (items->first);

  if (maq_json_get_kind (items->further) == MAQ_JSON_BOOL && !maq_json_as_bool (items->further, TRUE))
    items->max = MIN (items->max, n);
  else if (items->further == NULL && items->first != NULL && items->min <= n)
    items->max = MIN (items->max, n);
  if (items->min > items->max)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "minItems is more than there may be items: no list is allowed here") != NULL;
  return TRUE;
}

// The schemas of the first items, as many as may come.
static GPtrArray *
convert_first (MaqJsonSchema *self,
               const Items   *items)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  MAQ_JSON_FOREACH (item, items->first)
    {
      g_autofree char *step = g_strdup_printf ("%u", texts->len);
      gboolean         optional = texts->len >= items->min;
      char            *text;

      if (texts->len >= items->max)
        break;
      self->choices += optional;
      text = maq_json_schema_convert_below (self, item, items->first_keyword, step);
      self->choices -= optional;
      if (text == NULL)
        return NULL;
      g_ptr_array_add (texts, text);
    }
  return g_steal_pointer (&texts);
}

static char *
convert_further (MaqJsonSchema *self,
                 const Items   *items,
                 guint          n)
{
  gboolean optional = items->min <= n;
  char    *text;

  if (items->further == NULL)
    return maq_json_schema_convert_any (self);
  self->choices += optional;
  text = maq_json_schema_convert_below (self, items->further, items->further_keyword, NULL);
  self->choices -= optional;
  return text;
}

// What follows item I of the list and all before it, up to the closing bracket; from the end to the beginning.
static char *
convert_rest (MaqJsonSchema *self,
              const Items   *items,
              GPtrArray     *first,
              const char    *further)
{
  g_autofree char *space = maq_json_schema_convert_space (self);
  g_autofree char *next = further != NULL ? g_strdup_printf ("\",\" %s %s", space, further) : NULL;
  g_autofree char *next_name = next != NULL ? maq_gbnf_add (self->gbnf, "next", next) : NULL;
  guint            done = MAX (first->len, 1); // the first of a list without own schemas is written already
  guint            min = items->min > done ? items->min - done : 0;
  g_autofree char *more = next_name != NULL && items->max > done ? maq_gbnf_repeat (self->gbnf, next_name, min, items->max == MAQ_GBNF_NO_MAX ? items->max : items->max - done) : NULL;
  char            *rest = more != NULL ? g_strdup_printf ("%s %s", more, space) : g_strdup (space);

  for (guint i = first->len; i-- > 1;)
    {
      g_autofree char *name = maq_gbnf_add (self->gbnf, "rest", rest);
      g_free (rest);
      rest = i < items->min ? g_strdup_printf ("\",\" %s %s %s", space, (char *) first->pdata[i], name) : g_strdup_printf ("\",\" %1$s %2$s %3$s | %1$s", space, (char *) first->pdata[i], name);
    }
  return rest;
}

char *
maq_json_schema_convert_array (MaqJsonSchema *self,
                               MaqJsonValue  *value)
{
  Items            items = { 0 };
  g_autofree char *space = maq_json_schema_convert_space (self), *further = NULL, *rest = NULL, *rest_name = NULL, *inside = NULL, *body = NULL;
  g_autoptr (GPtrArray) first = NULL;

  if (!read_items (self, value, &items) || !limit_further (self, &items))
    return NULL;
  self->containers++;
  first = convert_first (self, &items);
  if (first == NULL)
    return NULL;
  if (items.max > first->len && (further = convert_further (self, &items, first->len)) == NULL)
    return NULL;
  self->containers--;
  if (items.max == 0)
    return maq_gbnf_add (self->gbnf, "array", body = g_strdup_printf ("\"[\" %s \"]\"", space));
  rest = convert_rest (self, &items, first, further);
  rest_name = maq_gbnf_add (self->gbnf, "rest", rest);
  inside = g_strdup_printf ("%s %s", first->len > 0 ? (char *) first->pdata[0] : further, rest_name);
  body = g_strdup_printf (items.min == 0 ? "\"[\" %s (%s)? \"]\"" : "\"[\" %s %s \"]\"", space, inside);
  return maq_gbnf_add (self->gbnf, "array", body);
}
