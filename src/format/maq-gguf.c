// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-gguf-private.h"

#include <string.h>

G_DEFINE_QUARK (maq - format - error - quark, maq_format_error)
G_DEFINE_BOXED_TYPE (MaqGguf, maq_gguf, maq_gguf_ref, maq_gguf_unref)

void
maq_gguf_entry_clear (gpointer data)
{
  MaqGgufEntry *entry = data;

  g_free (entry->key);
  g_free (entry->text);
}

void
maq_gguf_place_clear (gpointer data)
{
  g_free (((MaqGgufPlace *) data)->name);
}

MaqGguf *
maq_gguf_new (GBytes *bytes)
{
  MaqGguf *self = g_new0 (MaqGguf, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->bytes = g_bytes_ref (bytes);
  self->entries = g_array_new (FALSE, FALSE, sizeof (MaqGgufEntry));
  g_array_set_clear_func (self->entries, maq_gguf_entry_clear);
  self->by_key = g_hash_table_new (g_str_hash, g_str_equal);
  self->tensors = g_array_new (FALSE, FALSE, sizeof (MaqGgufPlace));
  g_array_set_clear_func (self->tensors, maq_gguf_place_clear);
  return self;
}

MaqGguf *
maq_gguf_ref (MaqGguf *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
maq_gguf_unref (MaqGguf *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_bytes_unref (self->bytes);
  g_hash_table_unref (self->by_key);
  g_array_unref (self->entries);
  g_array_unref (self->tensors);
  g_free (self);
}

static const MaqGgufEntry *
get_entry (MaqGguf *self,
           guint    index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->entries->len, NULL);

  return &g_array_index (self->entries, MaqGgufEntry, index);
}

static const MaqGgufEntry *
find_entry (MaqGguf    *self,
            const char *key)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_key, key));

  return index == 0 ? NULL : &g_array_index (self->entries, MaqGgufEntry, index - 1);
}

guint
maq_gguf_get_n_keys (MaqGguf *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->entries->len;
}

const char *
maq_gguf_get_key (MaqGguf *self,
                  guint    index)
{
  const MaqGgufEntry *entry = get_entry (self, index);

  return entry != NULL ? entry->key : NULL;
}

// The bits of a scalar at OFFSET, which the parser has checked to lie inside the bytes, in the order of this machine.
static guint64
load_bits (MaqGguf    *self,
           MaqGgufType type,
           gsize       offset)
{
  const guint8 *data = g_bytes_get_data (self->bytes, NULL);
  gsize         size = maq_gguf_value_types[type].size;
  guint64       bits = 0;

  for (gsize i = 0; i < size; i++)
    bits |= (guint64) data[offset + (self->swapped ? size - 1 - i : i)] << (8 * i);
  return bits;
}

static GVariant *
make_scalar (MaqGguf    *self,
             MaqGgufType type,
             gsize       offset)
{
  guint64 bits = load_bits (self, type, offset);
  guint32 low = bits;
  float   single;
  double  number;

  switch (type)
    {
    case MAQ_GGUF_UINT8:
      return g_variant_new_byte (bits);
    case MAQ_GGUF_INT8:
      return g_variant_new_int16 ((gint8) bits);
    case MAQ_GGUF_UINT16:
      return g_variant_new_uint16 (bits);
    case MAQ_GGUF_INT16:
      return g_variant_new_int16 ((gint16) bits);
    case MAQ_GGUF_UINT32:
      return g_variant_new_uint32 (bits);
    case MAQ_GGUF_INT32:
      return g_variant_new_int32 ((gint32) low);
    case MAQ_GGUF_UINT64:
      return g_variant_new_uint64 (bits);
    case MAQ_GGUF_INT64:
      return g_variant_new_int64 ((gint64) bits);
    case MAQ_GGUF_BOOL:
      return g_variant_new_boolean (bits != 0);
    case MAQ_GGUF_FLOAT32:
      memcpy (&single, &low, sizeof single);
      return g_variant_new_double (single);
    case MAQ_GGUF_FLOAT64:
      memcpy (&number, &bits, sizeof number);
      return g_variant_new_double (number);
    default:
      g_assert_not_reached ();
    }
}

static GVariant *
make_array (MaqGguf            *self,
            const MaqGgufEntry *entry,
            gsize               max_elements)
{
  const char      *type = maq_gguf_value_types[entry->element_type].variant;
  g_autofree char *array_type = g_strconcat ("a", type, NULL);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (array_type));
  gsize offset = entry->offset;

  for (guint64 i = 0; i < MIN (entry->n_elements, max_elements); i++)
    if (entry->element_type == MAQ_GGUF_STRING)
      {
        guint64     length = load_bits (self, MAQ_GGUF_UINT64, offset);
        const char *text = (const char *) g_bytes_get_data (self->bytes, NULL) + offset + 8;
        g_variant_builder_add_value (&builder, g_variant_new_take_string (g_utf8_make_valid (text, length)));
        offset += 8 + length;
      }
    else
      {
        g_variant_builder_add_value (&builder, make_scalar (self, entry->element_type, offset));
        offset += maq_gguf_value_types[entry->element_type].size;
      }
  return g_variant_builder_end (&builder);
}

GVariant *
maq_gguf_dup_value (MaqGguf *self,
                    guint    index,
                    gsize    max_elements)
{
  const MaqGgufEntry *entry = get_entry (self, index);

  if (entry == NULL)
    return NULL;
  if (entry->type == MAQ_GGUF_STRING)
    return g_variant_ref_sink (g_variant_new_string (entry->text));
  if (entry->type == MAQ_GGUF_ARRAY)
    return g_variant_ref_sink (make_array (self, entry, max_elements));
  return g_variant_ref_sink (make_scalar (self, entry->type, entry->offset));
}

gsize
maq_gguf_get_array_length (MaqGguf *self,
                           guint    index)
{
  const MaqGgufEntry *entry = get_entry (self, index);

  return entry != NULL && entry->type == MAQ_GGUF_ARRAY ? entry->n_elements : 0;
}

const char *
maq_gguf_get_string (MaqGguf    *self,
                     const char *key)
{
  const MaqGgufEntry *entry;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  entry = find_entry (self, key);
  return entry != NULL ? entry->text : NULL;
}

// A whole number of TYPE at OFFSET.
static gint64
load_int (MaqGguf    *self,
          MaqGgufType type,
          gsize       offset,
          gint64      fallback)
{
  guint64 bits;

  if (maq_gguf_value_types[type].size == 0)
    return fallback;
  bits = load_bits (self, type, offset);
  switch (type)
    {
    case MAQ_GGUF_FLOAT32:
    case MAQ_GGUF_FLOAT64:
      return fallback;
    case MAQ_GGUF_INT8:
      return (gint8) bits;
    case MAQ_GGUF_INT16:
      return (gint16) bits;
    case MAQ_GGUF_INT32:
      return (gint32) bits;
    case MAQ_GGUF_UINT64:
      return bits > G_MAXINT64 ? fallback : (gint64) bits;
    default:
      return (gint64) bits;
    }
}

gint64
maq_gguf_get_int (MaqGguf    *self,
                  const char *key,
                  gint64      fallback)
{
  const MaqGgufEntry *entry;

  g_return_val_if_fail (self != NULL, fallback);
  g_return_val_if_fail (key != NULL, fallback);

  entry = find_entry (self, key);
  return entry != NULL ? load_int (self, entry->type, entry->offset, fallback) : fallback;
}

int
maq_gguf_find_key (MaqGguf    *self,
                   const char *key)
{
  g_return_val_if_fail (self != NULL, -1);
  g_return_val_if_fail (key != NULL, -1);

  return (int) GPOINTER_TO_UINT (g_hash_table_lookup (self->by_key, key)) - 1;
}

gboolean
maq_gguf_is_array (MaqGguf *self,
                   guint    index)
{
  const MaqGgufEntry *entry = get_entry (self, index);

  return entry != NULL && entry->type == MAQ_GGUF_ARRAY;
}

const char *
maq_gguf_get_type_name (MaqGguf *self,
                        guint    index)
{
  const MaqGgufEntry *entry = get_entry (self, index);

  if (entry == NULL)
    return NULL;
  return maq_gguf_value_types[entry->type == MAQ_GGUF_ARRAY ? entry->element_type : entry->type].name;
}

gint64
maq_gguf_get_array_int (MaqGguf *self,
                        guint    index,
                        guint64  element,
                        gint64   fallback)
{
  const MaqGgufEntry *entry = get_entry (self, index);

  if (entry == NULL || entry->type != MAQ_GGUF_ARRAY || element >= entry->n_elements)
    return fallback;
  return load_int (self, entry->element_type, entry->offset + element * maq_gguf_value_types[entry->element_type].size, fallback);
}

void
maq_gguf_walk_strings (MaqGguf          *self,
                       guint             index,
                       MaqGgufStringFunc func,
                       gpointer          data)
{
  const MaqGgufEntry *entry = get_entry (self, index);
  const char         *bytes = g_bytes_get_data (self->bytes, NULL);
  gsize               offset;

  if (entry == NULL || entry->type != MAQ_GGUF_ARRAY || entry->element_type != MAQ_GGUF_STRING)
    return;
  offset = entry->offset;
  for (guint64 i = 0; i < entry->n_elements; i++)
    {
      guint64 length = load_bits (self, MAQ_GGUF_UINT64, offset);

      if (!func (i, bytes + offset + 8, length, data))
        return;
      offset += 8 + length;
    }
}

guint
maq_gguf_get_n_tensors (MaqGguf *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->tensors->len;
}

gboolean
maq_gguf_get_tensor (MaqGguf       *self,
                     guint          index,
                     MaqGgufTensor *tensor)
{
  const MaqGgufPlace *found;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (tensor != NULL, FALSE);

  if (index >= self->tensors->len)
    return FALSE;
  found = &g_array_index (self->tensors, MaqGgufPlace, index);
  *tensor = (MaqGgufTensor) {
    .name = found->name,
    .type = maq_gguf_get_tensor_type_name (found->type),
    .n_dims = found->n_dims,
    .offset = found->offset,
    .size = found->size,
  };
  memcpy (tensor->shape, found->shape, sizeof tensor->shape);
  return TRUE;
}

guint
maq_gguf_get_version (MaqGguf *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->version;
}

const char *
maq_gguf_get_architecture (MaqGguf *self)
{
  return maq_gguf_get_string (self, "general.architecture");
}

gint64
maq_gguf_get_context_length (MaqGguf *self)
{
  const char      *architecture = maq_gguf_get_architecture (self);
  g_autofree char *key = NULL;

  if (architecture == NULL)
    return -1;
  key = g_strconcat (architecture, ".context_length", NULL);
  return maq_gguf_get_int (self, key, -1);
}

guint64
maq_gguf_get_n_parameters (MaqGguf *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_parameters;
}

const char *
maq_gguf_get_quantization (MaqGguf *self)
{
  return maq_gguf_get_file_type_name (maq_gguf_get_int (self, "general.file_type", -1));
}
