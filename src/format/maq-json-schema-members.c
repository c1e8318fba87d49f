// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-json-schema-object-private.h"

#include <string.h>

#define MAX_NAME  256 // bytes
#define MAX_PARTS 100 // of allOf, with those inside it

static void
member_free (gpointer data)
{
  MaqJsonSchemaMember *member = data;

  g_free (member->place);
  g_free (member);
}

void
maq_json_schema_object_init (MaqJsonSchemaObject *self)
{
  *self = (MaqJsonSchemaObject) { .members = g_ptr_array_new_with_free_func (member_free), .by_name = g_hash_table_new (g_str_hash, g_str_equal) };
}

void
maq_json_schema_object_clear (MaqJsonSchemaObject *self)
{
  g_ptr_array_unref (self->members);
  g_hash_table_unref (self->by_name);
  g_free (self->place);
}

// --- One schema.

static MaqJsonSchemaMember *
add_member (MaqJsonSchema       *self,
            MaqJsonSchemaObject *object,
            const char          *name,
            MaqJsonValue        *schema,
            const char          *place)
{
  MaqJsonSchemaMember *member;

  if (strlen (name) > MAX_NAME)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "A name has more than %d bytes", MAX_NAME);
  member = g_new0 (MaqJsonSchemaMember, 1);
  member->name = name;
  member->schema = schema;
  member->place = g_strdup (place);
  g_ptr_array_add (object->members, member);
  g_hash_table_insert (object->by_name, (gpointer) name, member);
  return member;
}

static gboolean
read_properties (MaqJsonSchema       *self,
                 MaqJsonValue        *value,
                 MaqJsonSchemaObject *object)
{
  MaqJsonValue *properties = maq_json_get (value, "properties");
  gsize         mark = maq_json_schema_enter (self, "properties");

  if (properties != NULL && !maq_json_is_object (properties))
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "properties is an object") != NULL;
  MAQ_JSON_FOREACH_MEMBER (name, item, properties)
    {
      gsize inner = maq_json_schema_enter (self, name);
      if (g_hash_table_contains (object->by_name, name))
        return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "The property is there twice") != NULL;
      if (add_member (self, object, name, item, self->at->str) == NULL)
        return FALSE;
      maq_json_schema_leave (self, inner);
    }
  maq_json_schema_leave (self, mark);
  return TRUE;
}

static gboolean
read_additional (MaqJsonSchema       *self,
                 MaqJsonValue        *value,
                 MaqJsonSchemaObject *object)
{
  MaqJsonValue *additional = maq_json_get (value, "additionalProperties");

  object->says = additional != NULL;
  object->open = maq_json_is_object (additional) || maq_json_as_bool (additional, FALSE);
  object->place = g_strconcat (self->at->str, "/additionalProperties", NULL);
  if (maq_json_is_object (additional))
    object->additional = additional;
  else if (additional != NULL && maq_json_get_kind (additional) != MAQ_JSON_BOOL)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "additionalProperties is a schema") != NULL;
  return TRUE;
}

// Requires NAMES; what has no schema of its own is an additional member, or any value where nothing is said about those.
static gboolean
require (MaqJsonSchema       *self,
         MaqJsonValue        *names,
         MaqJsonSchemaObject *object)
{
  if (names != NULL && !maq_json_is_array (names))
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "required is a list of names") != NULL;
  MAQ_JSON_FOREACH (item, names)
    {
      const char          *name = maq_json_as_string (item);
      MaqJsonSchemaMember *member = name != NULL ? g_hash_table_lookup (object->by_name, name) : NULL;
      if (name == NULL)
        return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "required is a list of names") != NULL;
      if (member == NULL && object->says && !object->open)
        return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "%s is required and not allowed", name) != NULL;
      if (member == NULL && (member = add_member (self, object, name, object->additional, object->place)) == NULL)
        return FALSE;
      member->required = TRUE;
    }
  return TRUE;
}

gboolean
maq_json_schema_object_read (MaqJsonSchema       *self,
                             MaqJsonValue        *value,
                             MaqJsonSchemaObject *object)
{
  if (!read_properties (self, value, object) || !read_additional (self, value, object))
    return FALSE;
  // Nothing at all is said.
  if (!object->says && maq_json_get (value, "properties") == NULL)
    object->open = TRUE;
  return require (self, maq_json_get (value, "required"), object);
}

// --- allOf. Each schema counts alone: what one of them does not let others have, the object cannot have.

static void
part_free (gpointer data)
{
  maq_json_schema_object_clear (data);
  g_free (data);
}

static gboolean collect_parts (MaqJsonSchema *self, MaqJsonValue *value, GPtrArray *parts, GPtrArray *required);

static gboolean
collect_all_of (MaqJsonSchema *self,
                MaqJsonValue  *value,
                GPtrArray     *parts,
                GPtrArray     *required)
{
  MaqJsonValue *schemas = maq_json_get (value, "allOf");
  guint         i = 0;

  if (schemas != NULL && (!maq_json_is_array (schemas) || maq_json_get_size (schemas) == 0))
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "allOf is a list of schemas") != NULL;
  MAQ_JSON_FOREACH (item, schemas)
    {
      g_autofree char *place = g_strdup (self->at->str);
      g_autofree char *step = g_strdup_printf ("%u", i++);
      maq_json_schema_enter (self, "allOf");
      maq_json_schema_enter (self, step);
      if (!collect_parts (self, item, parts, required))
        return FALSE;
      g_string_assign (self->at, place);
    }
  return TRUE;
}

static gboolean
collect_parts (MaqJsonSchema *self,
               MaqJsonValue  *value,
               GPtrArray     *parts,
               GPtrArray     *required)
{
  static const char *const allowed[] = { "type", "properties", "required", "additionalProperties", "allOf", NULL }, *const only_reference[] = { "$ref", NULL };
  MaqJsonSchemaObject *part;
  const char          *reference = maq_json_get_string (value, "$ref");

  if (parts->len >= MAX_PARTS)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "allOf has more than %d schemas, or leads back to itself", MAX_PARTS) != NULL;
  if (!maq_json_is_object (value))
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "allOf can only be bound where all of it are schemas of objects") != NULL;
  part = g_new0 (MaqJsonSchemaObject, 1);
  maq_json_schema_object_init (part);
  g_ptr_array_add (parts, part);
  if (reference != NULL)
    {
      if (!maq_json_schema_check_keywords (self, value, only_reference, "$ref") || (value = maq_json_schema_resolve (self, reference)) == NULL)
        return FALSE;
      g_string_assign (self->at, reference);
      return collect_parts (self, value, parts, required);
    }
  if (!maq_json_schema_check_keywords (self, value, allowed, "allOf"))
    return FALSE;
  if (maq_json_get (value, "type") != NULL && maq_json_schema_get_types (self, value) != MAQ_JSON_SCHEMA_OBJECT)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "allOf can only be bound where all of it are schemas of objects") != NULL;
  if (maq_json_get (value, "required") != NULL)
    g_ptr_array_add (required, (gpointer) maq_json_get (value, "required"));
  return read_properties (self, value, part) && read_additional (self, value, part) && collect_all_of (self, value, parts, required);
}

static gboolean
merge_member (MaqJsonSchema             *self,
              MaqJsonSchemaObject       *object,
              const MaqJsonSchemaMember *member)
{
  const MaqJsonSchemaMember *known = g_hash_table_lookup (object->by_name, member->name);
  g_autofree char           *text = NULL, *known_text = NULL;

  if (known == NULL)
    return add_member (self, object, member->name, member->schema, member->place) != NULL;
  text = maq_json_to_text (member->schema);
  known_text = maq_json_to_text (known->schema);
  if (g_str_equal (text, known_text))
    return TRUE;
  return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "Two schemas of allOf say different things of the property %s. Say it in one of them", member->name) != NULL;
}

// Takes what PART says of members that it does not name. Those that others name are such members too.
static gboolean
merge_additional (MaqJsonSchema             *self,
                  MaqJsonSchemaObject       *object,
                  const MaqJsonSchemaObject *part)
{
  gboolean restricts = part->says && !(part->open && part->additional == NULL);

  for (guint i = 0; restricts && i < object->members->len; i++)
    {
      const char *name = ((MaqJsonSchemaMember *) object->members->pdata[i])->name;
      if (!g_hash_table_contains (part->by_name, name))
        return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "additionalProperties of one schema of allOf also means the property %s, which another one has. Put all properties beside it", name) != NULL;
    }
  if (restricts && object->additional != NULL && part->additional != NULL)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "Two schemas of allOf have schemas for additionalProperties. Leave it to one of them") != NULL;
  if (!part->says)
    return TRUE;
  object->open = part->open && (object->open || !object->says);
  object->says = TRUE;
  if (part->additional != NULL)
    {
      object->additional = part->additional;
      g_set_str (&object->place, part->place);
    }
  return TRUE;
}

gboolean
maq_json_schema_object_read_all (MaqJsonSchema       *self,
                                 MaqJsonValue        *value,
                                 MaqJsonSchemaObject *object)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (part_free);
  g_autoptr (GPtrArray) required = g_ptr_array_new ();

  if (!collect_parts (self, value, parts, required))
    return FALSE;
  object->place = g_strdup (self->at->str);
  for (guint i = 0; i < parts->len; i++)
    {
      const MaqJsonSchemaObject *part = parts->pdata[i];
      for (guint j = 0; j < part->members->len; j++)
        if (!merge_member (self, object, part->members->pdata[j]))
          return FALSE;
    }
  for (guint i = 0; i < parts->len; i++)
    if (!merge_additional (self, object, parts->pdata[i]))
      return FALSE;
  if (!object->says && object->members->len == 0)
    object->open = TRUE;
  for (guint i = 0; i < required->len; i++)
    if (!require (self, required->pdata[i], object))
      return FALSE;
  return TRUE;
}
