// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-json.h"

#include <math.h>
#include <string.h>
#include <yyjson.h>

#include "maq-fiber.h"

// yyjson behind accessors that never fail. It parses without recursion, so nothing in it limits nesting: the depth is counted
// over the bytes before they are parsed, and a deep document costs one pass and no memory.

struct _MaqJson
{
  gatomicrefcount ref_count;
  yyjson_doc     *doc;
};

G_DEFINE_QUARK (maq - json - error - quark, maq_json_error)
G_DEFINE_BOXED_TYPE (MaqJson, maq_json, maq_json_ref, maq_json_unref)

// Infinite numbers are read as such rather than refused: the getters turn them into the fallback.
#define READ_FLAGS (YYJSON_READ_ALLOW_INF_AND_NAN | YYJSON_READ_ALLOW_BOM)

static yyjson_val *
val (MaqJsonValue *value)
{
  return (yyjson_val *) value;
}

static gboolean
check_depth (const char *text,
             gsize       length,
             GError    **error)
{
  guint    depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (in_string)
        {
          if (c == '\\')
            i++;
          else if (c == '"')
            in_string = FALSE;
        }
      else if (c == '"')
        in_string = TRUE;
      else if (c == '[' || c == '{')
        {
          if (++depth > MAQ_JSON_MAX_DEPTH)
            {
              g_set_error (error, MAQ_JSON_ERROR, MAQ_JSON_ERROR_TOO_DEEP, "JSON is nested more than %d levels at byte %" G_GSIZE_FORMAT, MAQ_JSON_MAX_DEPTH, i);
              return FALSE;
            }
        }
      else if ((c == ']' || c == '}') && depth > 0)
        depth--;
    }

  return TRUE;
}

// The four digits of a \u escape at TEXT, or -1.
static int
read_escape (const char *text,
             const char *end)
{
  int value = 0;

  if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
    return -1;

  for (guint i = 2; i < 6; i++)
    {
      int digit = g_ascii_xdigit_value (text[i]);
      if (digit < 0)
        return -1;
      value = value * 16 + digit;
    }

  return value;
}

// Makes TEXT valid in place: bytes that are no UTF-8 become “?”, and halves of surrogate pairs become U+FFFD. All lengths stay.
static void
repair (char *text,
        gsize length)
{
  char       *rest = text;
  const char *end = text + length;
  const char *bad;

  while (!g_utf8_validate_len (rest, end - rest, &bad))
    {
      rest = (char *) bad + 1;
      rest[-1] = '?';
    }

  for (char *p = text; p < end; p++)
    {
      if (*p != '\\')
        continue;

      int value = read_escape (p, end);
      if (value >= 0xd800 && value <= 0xdfff)
        {
          int next = read_escape (p + 6, end);
          if (value < 0xdc00 && next >= 0xdc00 && next <= 0xdfff)
            p += 6;
          else
            memcpy (p + 2, "fffd", 4);
        }
      p++;
    }
}

static MaqJson *
parse (const char *text,
       gsize       length,
       GError    **error)
{
  if (!check_depth (text, length, error))
    return NULL;

  yyjson_read_err failure = { 0 };
  yyjson_doc     *doc = yyjson_read_opts ((char *) text, length, READ_FLAGS, NULL, &failure);

  // Half a character, such as the lone surrogate of a description that was cut, should not cost the reply.
  if (doc == NULL && failure.code == YYJSON_READ_ERROR_INVALID_STRING)
    {
      g_autofree char *repaired = g_memdup2 (text, length);
      repair (repaired, length);
      doc = yyjson_read_opts (repaired, length, READ_FLAGS, NULL, &failure);
    }

  if (doc == NULL)
    {
      g_set_error (error, MAQ_JSON_ERROR, MAQ_JSON_ERROR_SYNTAX, "Not JSON: %s at byte %" G_GSIZE_FORMAT, failure.msg != NULL ? failure.msg : "error", failure.pos);
      return NULL;
    }

  MaqJson *self = g_new0 (MaqJson, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->doc = doc;
  return self;
}

MaqJson *
maq_json_parse (GBytes  *bytes,
                GError **error)
{
  g_return_val_if_fail (bytes != NULL, NULL);

  gsize       length;
  const char *text = g_bytes_get_data (bytes, &length);

  return parse (text != NULL ? text : "", length, error);
}

MaqJson *
maq_json_parse_text (const char *text,
                     GError    **error)
{
  g_return_val_if_fail (text != NULL, NULL);

  return parse (text, strlen (text), error);
}

static DexFuture *
parse_fiber (gpointer data)
{
  g_autoptr (GError) error = NULL;
  MaqJson *json = maq_json_parse (data, &error);

  if (json == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (MAQ_TYPE_JSON, json);
}

DexFuture *
maq_json_parse_in_worker (GBytes *bytes)
{
  dex_return_error_if_fail (bytes != NULL);

  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, parse_fiber, g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
}

MaqJson *
maq_json_ref (MaqJson *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
maq_json_unref (MaqJson *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    {
      yyjson_doc_free (self->doc);
      g_free (self);
    }
}

MaqJsonValue *
maq_json_get_root (MaqJson *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (MaqJsonValue *) yyjson_doc_get_root (self->doc);
}

MaqJsonKind
maq_json_get_kind (MaqJsonValue *value)
{
  switch (yyjson_get_type (val (value)))
    {
    case YYJSON_TYPE_NULL:
      return MAQ_JSON_NULL;
    case YYJSON_TYPE_BOOL:
      return MAQ_JSON_BOOL;
    case YYJSON_TYPE_NUM:
      return yyjson_is_int (val (value)) ? MAQ_JSON_INT : MAQ_JSON_REAL;
    case YYJSON_TYPE_STR:
      return MAQ_JSON_STRING;
    case YYJSON_TYPE_ARR:
      return MAQ_JSON_ARRAY;
    case YYJSON_TYPE_OBJ:
      return MAQ_JSON_OBJECT;
    default:
      return MAQ_JSON_NOTHING;
    }
}

gboolean
maq_json_is_object (MaqJsonValue *value)
{
  return yyjson_is_obj (val (value));
}

gboolean
maq_json_is_array (MaqJsonValue *value)
{
  return yyjson_is_arr (val (value));
}

gboolean
maq_json_is_string (MaqJsonValue *value)
{
  return yyjson_is_str (val (value));
}

MaqJsonValue *
maq_json_get (MaqJsonValue *object,
              const char   *name)
{
  return (MaqJsonValue *) yyjson_obj_get (val (object), name);
}

const char *
maq_json_as_string (MaqJsonValue *value)
{
  return yyjson_get_str (val (value));
}

gint64
maq_json_as_int (MaqJsonValue *value,
                 gint64        fallback)
{
  yyjson_val *item = val (value);

  if (yyjson_is_sint (item))
    return yyjson_get_sint (item);
  if (yyjson_is_uint (item))
    {
      guint64 number = yyjson_get_uint (item);
      return number <= G_MAXINT64 ? (gint64) number : fallback;
    }
  if (yyjson_is_real (item))
    {
      double number = yyjson_get_real (item);
      // The bounds are exact as doubles; NaN fails both comparisons.
      if (number >= -0x1p63 && number < 0x1p63)
        return (gint64) number;
    }
  return fallback;
}

const char *
maq_json_get_string (MaqJsonValue *object,
                     const char   *name)
{
  return maq_json_as_string (maq_json_get (object, name));
}

gint64
maq_json_get_int (MaqJsonValue *object,
                  const char   *name,
                  gint64        fallback)
{
  return maq_json_as_int (maq_json_get (object, name), fallback);
}

double
maq_json_as_double (MaqJsonValue *value,
                    double        fallback)
{
  if (!yyjson_is_num (val (value)))
    return fallback;

  double number = yyjson_get_num (val (value));
  return isfinite (number) ? number : fallback;
}

double
maq_json_get_double (MaqJsonValue *object,
                     const char   *name,
                     double        fallback)
{
  return maq_json_as_double (maq_json_get (object, name), fallback);
}

gboolean
maq_json_as_bool (MaqJsonValue *value,
                  gboolean      fallback)
{
  return yyjson_is_bool (val (value)) ? yyjson_get_bool (val (value)) : fallback;
}

gboolean
maq_json_get_bool (MaqJsonValue *object,
                   const char   *name,
                   gboolean      fallback)
{
  return maq_json_as_bool (maq_json_get (object, name), fallback);
}

char **
maq_json_dup_strv (MaqJsonValue *object,
                   const char   *name)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  MaqJsonValue *value = maq_json_get (object, name);

  if (maq_json_is_string (value))
    g_strv_builder_add (builder, maq_json_as_string (value));
  else if (maq_json_is_array (value))
    MAQ_JSON_FOREACH (item, value)
      {
        if (maq_json_is_string (item))
          g_strv_builder_add (builder, maq_json_as_string (item));
      }

  return g_strv_builder_end (builder);
}

// What is behind MaqJsonIter.
typedef struct
{
  yyjson_val *next;
  gsize       left;
  gboolean    is_object;
} Iter;

G_STATIC_ASSERT (sizeof (Iter) <= sizeof (MaqJsonIter));
G_STATIC_ASSERT (G_ALIGNOF (Iter) <= G_ALIGNOF (MaqJsonIter));

void
maq_json_iter_init (MaqJsonIter  *iter,
                    MaqJsonValue *array_or_object)
{
  g_return_if_fail (iter != NULL);

  Iter *self = (Iter *) iter;
  *self = (Iter) { 0 };
  self->left = maq_json_get_size (array_or_object);
  self->is_object = maq_json_is_object (array_or_object);
  if (self->left > 0)
    self->next = unsafe_yyjson_get_first (val (array_or_object));
}

gboolean
maq_json_iter_next (MaqJsonIter   *iter,
                    const char   **name,
                    MaqJsonValue **value)
{
  g_return_val_if_fail (iter != NULL, FALSE);

  Iter *self = (Iter *) iter;

  if (self->left == 0)
    return FALSE;

  yyjson_val *item = self->is_object ? self->next + 1 : self->next;
  if (name != NULL)
    *name = self->is_object ? yyjson_get_str (self->next) : NULL;
  if (value != NULL)
    *value = (MaqJsonValue *) item;

  // After the last one this would point past the block.
  if (--self->left > 0)
    self->next = unsafe_yyjson_get_next (item);
  return TRUE;
}

gsize
maq_json_get_size (MaqJsonValue *value)
{
  yyjson_val *item = val (value);

  return yyjson_is_arr (item) ? yyjson_arr_size (item) : yyjson_obj_size (item);
}

char *
maq_json_to_text (MaqJsonValue *value)
{
  if (value == NULL)
    return g_strdup ("null");

  g_autofree char *text = NULL;
  char            *written = yyjson_val_write (val (value), YYJSON_WRITE_INF_AND_NAN_AS_NULL, NULL);

  text = g_strdup (written != NULL ? written : "null");
  free (written);
  return g_steal_pointer (&text);
}
