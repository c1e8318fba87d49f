// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

// Reads JSON from outside, of any size and shape. No getter fails: a field that is missing, null or of another type is the
// default, so that one odd field never costs the rest of a reply. No caller knows which parser is behind it.

G_BEGIN_DECLS

#define MAQ_JSON_ERROR (maq_json_error_quark ())
GQuark maq_json_error_quark (void);

typedef enum
{
  MAQ_JSON_ERROR_SYNTAX,
  MAQ_JSON_ERROR_TOO_DEEP,
  MAQ_JSON_ERROR_WRONG_TYPE,
} MaqJsonError;

// The most levels of nesting accepted; deeper documents are refused.
#define MAQ_JSON_MAX_DEPTH 128

// A parsed document. Values borrowed from it live as long as it does.
typedef struct _MaqJson MaqJson;
// A value inside a document: an opaque pointer, NULL for "not there". Every function accepts NULL.
typedef const struct _MaqJsonValue MaqJsonValue;

#define MAQ_TYPE_JSON (maq_json_get_type ())
GType maq_json_get_type (void);

// Parses BYTES (copied or referenced; transfer none). The message of an error says the byte offset. Call off the main thread
// for anything that can be large, or use maq_json_parse_in_worker.
MaqJson *maq_json_parse (GBytes *bytes, GError **error);
MaqJson *maq_json_parse_text (const char *text, GError **error);
// As maq_json_parse in a worker thread; resolves to a MaqJson (boxed).
DexFuture    *maq_json_parse_in_worker (GBytes *bytes);
MaqJson      *maq_json_ref (MaqJson *self);
void          maq_json_unref (MaqJson *self);
MaqJsonValue *maq_json_get_root (MaqJson *self);

// What a value is, for callers that do not take one type for another. NULL is MAQ_JSON_NOTHING.
typedef enum
{
  MAQ_JSON_NOTHING,
  MAQ_JSON_NULL,
  MAQ_JSON_BOOL,
  MAQ_JSON_INT, // written without a fraction, of 64 bits
  MAQ_JSON_REAL,
  MAQ_JSON_STRING,
  MAQ_JSON_ARRAY,
  MAQ_JSON_OBJECT,
} MaqJsonKind;
MaqJsonKind maq_json_get_kind (MaqJsonValue *value);

gboolean maq_json_is_object (MaqJsonValue *value);
gboolean maq_json_is_array (MaqJsonValue *value);
gboolean maq_json_is_string (MaqJsonValue *value);

// A member of an object, or NULL.
MaqJsonValue *maq_json_get (MaqJsonValue *object, const char *name);
// A member's value if it has the type asked for, else the default: NULL, FALLBACK.
const char *maq_json_get_string (MaqJsonValue *object, const char *name);
gint64      maq_json_get_int (MaqJsonValue *object, const char *name, gint64 fallback);
double      maq_json_get_double (MaqJsonValue *object, const char *name, double fallback);
gboolean    maq_json_get_bool (MaqJsonValue *object, const char *name, gboolean fallback);
// The strings of a member that is a string or an array (others in it are skipped); never NULL (transfer full).
char **maq_json_dup_strv (MaqJsonValue *object, const char *name);
// The value itself as a string, or NULL.
const char *maq_json_as_string (MaqJsonValue *value);
gint64      maq_json_as_int (MaqJsonValue *value, gint64 fallback);
double      maq_json_as_double (MaqJsonValue *value, double fallback);
gboolean    maq_json_as_bool (MaqJsonValue *value, gboolean fallback);

// Walks arrays: `MAQ_JSON_FOREACH (item, array)`, and objects: `MAQ_JSON_FOREACH_MEMBER (name, item, object)`. Both declare
// their variables; break and continue work. Anything that is not an array or an object has no items, and nothing but an object
// has members: a NAME is never NULL.
typedef struct
{
  gpointer private_[6];
} MaqJsonIter;
void     maq_json_iter_init (MaqJsonIter *iter, MaqJsonValue *array_or_object);
gboolean maq_json_iter_next (MaqJsonIter *iter, const char **name, MaqJsonValue **value);

static inline MaqJsonIter
maq_json_iter_begin (MaqJsonValue *array_or_object)
{
  MaqJsonIter iter;
  maq_json_iter_init (&iter, array_or_object);
  return iter;
}

static inline MaqJsonIter
maq_json_iter_begin_members (MaqJsonValue *object)
{
  return maq_json_iter_begin (maq_json_is_object (object) ? object : NULL);
}

#define MAQ_JSON_FOREACH(item, array)                                                                       \
  for (MaqJsonIter item##_iter_ = maq_json_iter_begin (array), *item##_once_ = &item##_iter_; item##_once_; \
       item##_once_ = NULL)                                                                                 \
    for (MaqJsonValue *item = NULL; maq_json_iter_next (item##_once_, NULL, &item);)

#define MAQ_JSON_FOREACH_MEMBER(name, item, object)                                                                  \
  for (MaqJsonIter item##_iter_ = maq_json_iter_begin_members (object), *item##_once_ = &item##_iter_; item##_once_; \
       item##_once_ = NULL)                                                                                          \
    for (const char *name = NULL, *name##_once_ = ""; name##_once_; name##_once_ = NULL)                             \
      for (MaqJsonValue *item = NULL; maq_json_iter_next (item##_once_, &name, &item);)

// Number of elements or members; 0 for anything else.
gsize maq_json_get_size (MaqJsonValue *value);
// The value written as compact JSON (transfer full).
char *maq_json_to_text (MaqJsonValue *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqJson, maq_json_unref)

G_END_DECLS
