// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// One pass over the schema: every schema in it becomes an expression, every target of a reference a rule of its own. A target that
// is still being read is referred to by its rule's name, which is how recursion comes out right.
#include "maq-json-schema.h"

#include "maq-json-schema-private.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 100

// What a reference points to.
typedef struct
{
  char    *name; // of its rule
  gboolean done;
  guint    containers, choices; // where it was first come to
} Target;

static void
target_free (gpointer data)
{
  Target *target = data;

  g_free (target->name);
  g_free (target);
}

// --- Where nothing else is said.

char *
maq_json_schema_convert_space (MaqJsonSchema *self)
{
  return maq_gbnf_add (self->gbnf, "space", "\"\" | \" \" | \"\\n\" [ \\t]{0,20}");
}

char *
maq_json_schema_convert_any (MaqJsonSchema *self)
{
  if (self->any == NULL)
    {
      g_autofree char *space = maq_json_schema_convert_space (self);
      g_autofree char *string = maq_json_schema_convert_any_string (self);
      g_autofree char *number = maq_json_schema_convert_number (self, NULL, FALSE);
      g_autofree char *list = NULL, *member = NULL, *members = NULL, *body = NULL;

      self->any = maq_gbnf_reserve (self->gbnf, "any");
      list = g_strdup_printf ("%2$s (\",\" %1$s %2$s)* %1$s", space, self->any);
      member = g_strdup_printf ("%s \":\" %s %s", string, space, self->any);
      members = g_strdup_printf ("%2$s (\",\" %1$s %2$s)* %1$s", space, member);
      body = g_strdup_printf ("\"{\" %1$s (%2$s)? \"}\" | \"[\" %1$s (%3$s)? \"]\" | %4$s | %5$s | \"true\" | \"false\" | \"null\"", space, members, list, string, number);
      maq_gbnf_define (self->gbnf, self->any, body);
    }
  return g_strdup (self->any);
}

// --- Types.

static char *
convert_type (MaqJsonSchema     *self,
              MaqJsonValue      *value,
              MaqJsonSchemaTypes type)
{
  switch ((guint) type)
    {
    case MAQ_JSON_SCHEMA_OBJECT:
      return maq_json_schema_convert_object (self, value);
    case MAQ_JSON_SCHEMA_ARRAY:
      return maq_json_schema_convert_array (self, value);
    case MAQ_JSON_SCHEMA_STRING:
      return maq_json_schema_convert_string (self, value);
    case MAQ_JSON_SCHEMA_NUMBER:
      return maq_json_schema_convert_number (self, value, FALSE);
    case MAQ_JSON_SCHEMA_INTEGER:
      return maq_json_schema_convert_number (self, value, TRUE);
    case MAQ_JSON_SCHEMA_BOOLEAN:
      return maq_gbnf_add (self->gbnf, "boolean", "\"true\" | \"false\"");
    default:
      return g_strdup ("\"null\"");
    }
}

static char *
convert_types (MaqJsonSchema *self,
               MaqJsonValue  *value)
{
  static const MaqJsonSchemaTypes order[] = { MAQ_JSON_SCHEMA_OBJECT, MAQ_JSON_SCHEMA_ARRAY, MAQ_JSON_SCHEMA_STRING, MAQ_JSON_SCHEMA_NUMBER, MAQ_JSON_SCHEMA_INTEGER, MAQ_JSON_SCHEMA_BOOLEAN, MAQ_JSON_SCHEMA_NULL };
  g_autoptr (GPtrArray) alternatives = g_ptr_array_new_with_free_func (g_free);
  MaqJsonSchemaTypes types = maq_json_schema_get_types (self, value);
  gboolean           several = types != MAQ_JSON_SCHEMA_NUMBER && (types & (types - 1)) != 0;
  char              *expression;

  if (types == 0)
    return NULL;
  if (types == MAQ_JSON_SCHEMA_ALL && maq_json_get (value, "type") == NULL)
    return maq_json_schema_convert_any (self);
  self->choices += several;
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    {
      if ((types & order[i]) != order[i])
        continue;
      types &= ~order[i];
      expression = convert_type (self, value, order[i]);
      if (expression == NULL)
        return NULL;
      g_ptr_array_add (alternatives, expression);
    }
  self->choices -= several;
  return alternatives->len == 1 ? g_strdup (alternatives->pdata[0]) : maq_gbnf_choose (self->gbnf, "types", alternatives);
}

// --- One of these.

// Whether JSON can write VALUE: an infinite number, which the reader lets pass, it cannot.
static gboolean
is_finite (MaqJsonValue *value)
{
  if (maq_json_get_kind (value) == MAQ_JSON_REAL)
    return isfinite (maq_json_as_double (value, NAN));
  MAQ_JSON_FOREACH (item, value)
    {
      if (!is_finite (item))
        return FALSE;
    }
  return TRUE;
}

static char *
convert_values (MaqJsonSchema *self,
                MaqJsonValue  *value)
{
  static const char *const allowed[] = { "type", "enum", NULL }, *const with_const[] = { "type", "const", NULL };
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  MaqJsonValue      *one = maq_json_get (value, "const"), *some = maq_json_get (value, "enum");
  MaqJsonSchemaTypes types = maq_json_schema_get_types (self, value);

  if (types == 0 || !maq_json_schema_check_keywords (self, value, one != NULL ? with_const : allowed, one != NULL ? "const" : "enum"))
    return NULL;
  if (one != NULL)
    g_ptr_array_add (items, (gpointer) one);
  else if (!maq_json_is_array (some))
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "enum is a list of values");
  MAQ_JSON_FOREACH (item, some)
    {
      g_ptr_array_add (items, (gpointer) item);
    }
  for (guint i = 0; i < items->len; i++)
    {
      if (!is_finite (items->pdata[i]))
        return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "A value is a number that JSON cannot write");
      // The type leaves some out.
      if ((types & maq_json_schema_classify (items->pdata[i])) != 0)
        g_ptr_array_add (words, maq_json_to_text (items->pdata[i]));
    }
  if (words->len == 0)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "No value is allowed here");
  return maq_gbnf_choose_word (self->gbnf, "values", words);
}

static gboolean
check_disjoint (MaqJsonSchema *self,
                MaqJsonValue  *schemas)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new ();

  MAQ_JSON_FOREACH (item, schemas)
    {
      g_ptr_array_add (items, (gpointer) item);
    }
  if (items->len > 100)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "oneOf has more than 100 schemas. Use anyOf") != NULL;
  for (guint i = 0; i < items->len; i++)
    for (guint j = 0; j < i; j++)
      if (!maq_json_schema_are_disjoint (self, items->pdata[i], items->pdata[j]))
        return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "A value may be valid under both schemas %u and %u of oneOf. Use anyOf, or give each a required property with a const of its own", j, i) != NULL;
  return TRUE;
}

static char *
convert_choice (MaqJsonSchema *self,
                MaqJsonValue  *value,
                const char    *keyword)
{
  const char *const allowed[] = { keyword, NULL };
  g_autoptr (GPtrArray) alternatives = g_ptr_array_new_with_free_func (g_free);
  MaqJsonValue *schemas = maq_json_get (value, keyword);
  gboolean      several = maq_json_get_size (schemas) > 1;
  guint         i = 0;

  if (!maq_json_schema_check_keywords (self, value, allowed, keyword))
    return NULL;
  if (!maq_json_is_array (schemas) || maq_json_get_size (schemas) == 0)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "%s is a list of schemas", keyword);
  if (g_str_equal (keyword, "oneOf") && !check_disjoint (self, schemas))
    return NULL;
  self->choices += several;
  MAQ_JSON_FOREACH (item, schemas)
    {
      g_autofree char *step = g_strdup_printf ("%u", i++);
      char            *expression = maq_json_schema_convert_below (self, item, keyword, step);
      if (expression == NULL)
        return NULL;
      g_ptr_array_add (alternatives, expression);
    }
  self->choices -= several;
  return alternatives->len == 1 ? g_strdup (alternatives->pdata[0]) : maq_gbnf_choose (self->gbnf, keyword, alternatives);
}

// --- References.

static char *
convert_reference (MaqJsonSchema *self,
                   const char    *reference)
{
  Target          *target = g_hash_table_lookup (self->targets, reference);
  MaqJsonValue    *value;
  g_autofree char *place = NULL, *expression = NULL;
  const char      *last;

  if (target != NULL && !target->done && target->containers == self->containers)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "The reference %s leads back to itself", reference);
  if (target != NULL && !target->done && target->choices == self->choices)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "A value of %s would have to contain another one without end. Make a property optional or allow null", reference);
  if (target != NULL)
    return g_strdup (target->name);
  value = maq_json_schema_resolve (self, reference);
  if (value == NULL)
    return NULL;
  last = strrchr (reference, '/');
  target = g_new0 (Target, 1);
  target->name = maq_gbnf_reserve (self->gbnf, last != NULL ? last + 1 : "root");
  target->containers = self->containers;
  target->choices = self->choices;
  g_hash_table_insert (self->targets, g_strdup (reference), target);
  place = g_strdup (self->at->str);
  g_string_assign (self->at, reference);
  expression = maq_json_schema_convert (self, value);
  if (expression == NULL)
    return NULL;
  maq_gbnf_define (self->gbnf, target->name, expression);
  g_string_assign (self->at, place);
  target->done = TRUE;
  return g_strdup (target->name);
}

// --- The schema.

static char *
convert_object_form (MaqJsonSchema *self,
                     MaqJsonValue  *value)
{
  static const char *const only_reference[] = { "$ref", NULL };

  if (maq_json_get (value, "$ref") != NULL)
    {
      const char *reference = maq_json_get_string (value, "$ref");
      if (!maq_json_schema_check_keywords (self, value, only_reference, "$ref"))
        return NULL;
      return reference != NULL ? convert_reference (self, reference) : maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "$ref is a text such as #/$defs/name");
    }
  if (maq_json_get (value, "const") != NULL || maq_json_get (value, "enum") != NULL)
    return convert_values (self, value);
  if (maq_json_get (value, "anyOf") != NULL)
    return convert_choice (self, value, "anyOf");
  if (maq_json_get (value, "oneOf") != NULL)
    return convert_choice (self, value, "oneOf");
  if (maq_json_get (value, "allOf") != NULL)
    return maq_json_schema_convert_all_of (self, value);
  return convert_types (self, value);
}

char *
maq_json_schema_convert (MaqJsonSchema *self,
                         MaqJsonValue  *value)
{
  char *expression;

  if (maq_json_get_kind (value) == MAQ_JSON_BOOL)
    {
      if (maq_json_as_bool (value, FALSE))
        return maq_json_schema_convert_any (self);
      return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "The schema false allows no value here. Leave it out");
    }
  if (!maq_json_is_object (value))
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "A schema is an object, true or false");
  if (self->depth >= MAX_DEPTH)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "Schemas are nested more than %d levels here", MAX_DEPTH);
  if (!maq_json_schema_check_all_keywords (self, value))
    return NULL;
  self->depth++;
  expression = convert_object_form (self, value);
  self->depth--;
  if (expression != NULL && maq_gbnf_is_too_large (self->gbnf))
    {
      g_free (expression);
      return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "The schema is too large to bind an answer to, here at the latest. Use fewer alternatives or smaller limits");
    }
  return expression;
}

char *
maq_json_schema_convert_below (MaqJsonSchema *self,
                               MaqJsonValue  *value,
                               const char    *step,
                               const char    *step2)
{
  gsize mark = maq_json_schema_enter (self, step);
  char *expression;

  if (step2 != NULL)
    maq_json_schema_enter (self, step2);
  expression = maq_json_schema_convert (self, value);
  maq_json_schema_leave (self, mark);
  return expression;
}

static MaqJson *
read_document (GBytes  *schema,
               GError **error)
{
  g_autoptr (GError) failure = NULL;
  gsize       size;
  const char *text = g_bytes_get_data (schema, &size);
  MaqJson    *json;

  if (size > MAQ_JSON_SCHEMA_MAX_SIZE)
    {
      g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED, "The schema has more than %d KiB", MAQ_JSON_SCHEMA_MAX_SIZE / 1024);
      return NULL;
    }
  // The reader would repair it, and the answer be bound to something else.
  if (!g_utf8_validate_len (text != NULL ? text : "", size, NULL))
    {
      g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_CORRUPT, "The schema is not UTF-8");
      return NULL;
    }
  // Texts are C strings from here on.
  if (size > 0 && g_strstr_len (text, (gssize) size, "\\u0000") != NULL)
    {
      g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED, "A text of the schema contains \\u0000, which cannot be bound");
      return NULL;
    }
  json = maq_json_parse (schema, &failure);
  if (json == NULL)
    g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_CORRUPT, "%s", failure->message);
  return json;
}

char *
maq_json_schema_to_grammar (GBytes  *schema,
                            GError **error)
{
  g_autoptr (MaqJson) json = NULL;
  g_autoptr (MaqGbnf) gbnf = maq_gbnf_new ();
  g_autoptr (GHashTable) targets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, target_free);
  g_autoptr (GString) at = g_string_new ("#");
  g_autofree char *root = NULL;
  MaqJsonSchema    self = { .gbnf = gbnf, .at = at, .targets = targets };

  g_return_val_if_fail (schema != NULL, NULL);

  json = read_document (schema, error);
  if (json == NULL)
    return NULL;
  self.document = maq_json_get_root (json);
  root = convert_reference (&self, "#");
  g_free (self.any);
  if (root == NULL || self.error != NULL)
    {
      g_propagate_error (error, self.error);
      return NULL;
    }
  return maq_gbnf_to_text (gbnf);
}
