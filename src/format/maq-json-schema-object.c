// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Members come in the order of the schema, and those that may be left out are skipped:
//
//   first(i)  =  member(i) after(i+1)  |  first(i+1)        nothing has been written yet
//   after(i)  =  "," member(i) after(i+1)  |  after(i+1)    something has
//
// where a required member has no second alternative. So n members take 2n rules for any subset of them.
#include "maq-json-schema-object-private.h"

static gboolean
has_escapes (const char *name)
{
  for (const char *c = name; *c != 0; c++)
    if (*c == '"' || *c == '\\' || g_ascii_iscntrl (*c))
      return TRUE;
  return FALSE;
}

static char *
quote_name (const char *name)
{
  GString *text = g_string_new ("\"");

  for (const char *c = name; *c != 0; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf (text, "\\%c", *c);
    else if ((guchar) *c < 0x20)
      g_string_append_printf (text, "\\u%04x", (guint) *c);
    else
      g_string_append_c (text, *c);
  g_string_append_c (text, '"');
  return g_string_free (text, FALSE);
}

static char *
convert_at (MaqJsonSchema *self,
            MaqJsonValue  *schema,
            const char    *place)
{
  g_autofree char *before = g_strdup (self->at->str);
  char            *expression;

  if (schema == NULL)
    return maq_json_schema_convert_any (self);
  g_string_assign (self->at, place);
  expression = maq_json_schema_convert (self, schema);
  if (expression != NULL)
    g_string_assign (self->at, before);
  return expression;
}

// The name of MEMBER as JSON writes it, the colon and the value.
static char *
convert_member (MaqJsonSchema             *self,
                const MaqJsonSchemaMember *member)
{
  g_autofree char *json = quote_name (member->name);
  g_autofree char *start = g_strconcat (json, ":", NULL);
  g_autofree char *quoted = maq_gbnf_quote (start);
  g_autofree char *space = maq_json_schema_convert_space (self), *value = NULL;

  self->choices += !member->required;
  value = convert_at (self, member->schema, member->place);
  self->choices -= !member->required;
  return value != NULL ? g_strdup_printf ("%s %s %s", quoted, space, value) : NULL;
}

// A member that the schema does not name. Its name has no escapes, so that it cannot be one of the others written differently.
static char *
convert_other_member (MaqJsonSchema             *self,
                      const MaqJsonSchemaObject *object)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *space = maq_json_schema_convert_space (self), *name = NULL, *inside = NULL, *value = NULL, *body = NULL;

  for (guint i = 0; i < object->members->len; i++)
    {
      const char *known = ((MaqJsonSchemaMember *) object->members->pdata[i])->name;
      if (!has_escapes (known))
        g_ptr_array_add (names, (gpointer) known);
    }
  inside = object->members->len > 0 ? maq_gbnf_avoid_words (self->gbnf, "name", MAQ_JSON_SCHEMA_PLAIN, names) : NULL;
  name = inside != NULL ? g_strdup_printf ("\"\\\"\" %s \"\\\"\"", inside) : maq_json_schema_convert_any_string (self);
  self->choices++;
  value = convert_at (self, object->additional, object->place);
  self->choices--;
  if (value == NULL)
    return NULL;
  body = g_strdup_printf ("%s \":\" %s %s", name, space, value);
  return maq_gbnf_add (self->gbnf, "other", body);
}

// What comes after the last member that the schema names. AFTER: a member was written.
static char *
convert_end (MaqJsonSchema *self,
             const char    *other,
             gboolean       after)
{
  g_autofree char *space = maq_json_schema_convert_space (self), *body = NULL;

  if (other == NULL)
    return after ? g_steal_pointer (&space) : g_strdup ("\"\"");
  if (after)
    body = g_strdup_printf ("(\",\" %1$s %2$s)* %1$s", space, other);
  else
    body = g_strdup_printf ("(%2$s (\",\" %1$s %2$s)* %1$s)?", space, other);
  return maq_gbnf_add (self->gbnf, "others", body);
}

static guint
find_first_required (const MaqJsonSchemaObject *object)
{
  guint i = 0;

  while (i < object->members->len && !((MaqJsonSchemaMember *) object->members->pdata[i])->required)
    i++;
  return i;
}

// Goes from the last member to the first. Behind one that is required, something has been written.
static char *
convert_members (MaqJsonSchema             *self,
                 const MaqJsonSchemaObject *object,
                 GPtrArray                 *texts,
                 const char                *other)
{
  g_autofree char *space = maq_json_schema_convert_space (self);
  g_autofree char *first = convert_end (self, other, FALSE), *after = convert_end (self, other, TRUE);
  guint            last_first = find_first_required (object);

  for (guint i = texts->len; i-- > 0 && !maq_gbnf_is_too_large (self->gbnf);)
    {
      const char      *text = texts->pdata[i];
      g_autofree char *next = maq_gbnf_add (self->gbnf, "rest", after), *body = NULL;
      gboolean         required = ((MaqJsonSchemaMember *) object->members->pdata[i])->required;

      g_free (after);
      after = required ? g_strdup_printf ("\",\" %s %s %s", space, text, next) : g_strdup_printf ("\",\" %s %s %s | %s", space, text, next, next);
      if (i > last_first)
        continue;
      body = required ? g_strdup_printf ("%s %s", text, next) : g_strdup_printf ("%s %s | %s", text, next, first);
      g_free (first);
      first = maq_gbnf_add (self->gbnf, "first", body);
    }
  return g_steal_pointer (&first);
}

static char *
convert_object (MaqJsonSchema             *self,
                const MaqJsonSchemaObject *object)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *space = maq_json_schema_convert_space (self), *other = NULL, *members = NULL, *body = NULL;

  self->containers++;
  for (guint i = 0; i < object->members->len; i++)
    {
      char *text = convert_member (self, object->members->pdata[i]);
      if (text == NULL)
        return NULL;
      g_ptr_array_add (texts, text);
    }
  if (object->open && (other = convert_other_member (self, object)) == NULL)
    return NULL;
  self->containers--;
  members = convert_members (self, object, texts, other);
  body = g_strdup_printf ("\"{\" %s %s \"}\"", space, members);
  return maq_gbnf_add (self->gbnf, "object", body);
}

char *
maq_json_schema_convert_object (MaqJsonSchema *self,
                                MaqJsonValue  *value)
{
  g_auto (MaqJsonSchemaObject) object;

  maq_json_schema_object_init (&object);
  return maq_json_schema_object_read (self, value, &object) ? convert_object (self, &object) : NULL;
}

char *
maq_json_schema_convert_all_of (MaqJsonSchema *self,
                                MaqJsonValue  *value)
{
  static const char *const allowed[] = { "allOf", NULL };
  MaqJsonValue            *schemas = maq_json_get (value, "allOf");
  g_auto (MaqJsonSchemaObject) object;

  maq_json_schema_object_init (&object);
  // One that stands alone can be of any type.
  if (maq_json_is_array (schemas) && maq_json_get_size (schemas) == 1 && maq_json_schema_has_only (value, allowed))
    MAQ_JSON_FOREACH (item, schemas)
      {
        return maq_json_schema_convert_below (self, item, "allOf", "0");
      }
  return maq_json_schema_object_read_all (self, value, &object) ? convert_object (self, &object) : NULL;
}
