// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// One pass over the bytes with a cursor that checks every step against their end. Nothing is allocated from a count the file
// states: arrays grow as entries are read, and every entry takes bytes, so memory is bounded by what was given. Array values are
// only skipped; maq_gguf_dup_value reads them again on demand.
#include "maq-gguf.h"

#include "maq-format-private.h"

#include <glib/gstdio.h>
#include <string.h>

#define MAX_KEYS      65536
#define MAX_TENSORS   (1024 * 1024)
#define MAX_STRING    (1024 * 1024)
#define MAX_NAME      65535
#define MAX_ALIGNMENT 65536
// How much of a file maq_gguf_open reads at first, and at most: the largest vocabularies known take some 30 MB.
#define FIRST_READ (1024 * 1024)
#define MAX_READ   (512 * 1024 * 1024)

typedef enum
{
  TYPE_UINT8,
  TYPE_INT8,
  TYPE_UINT16,
  TYPE_INT16,
  TYPE_UINT32,
  TYPE_INT32,
  TYPE_FLOAT32,
  TYPE_BOOL,
  TYPE_STRING,
  TYPE_ARRAY,
  TYPE_UINT64,
  TYPE_INT64,
  TYPE_FLOAT64,
  N_TYPES,
} ValueType;

static const struct
{
  guint8      size; // in bytes; 0 for those of no fixed size
  const char *variant;
} value_types[N_TYPES] = {
  [TYPE_UINT8] = { 1, "y" },
  [TYPE_INT8] = { 1, "n" },
  [TYPE_UINT16] = { 2, "q" },
  [TYPE_INT16] = { 2, "n" },
  [TYPE_UINT32] = { 4, "u" },
  [TYPE_INT32] = { 4, "i" },
  [TYPE_FLOAT32] = { 4, "d" },
  [TYPE_BOOL] = { 1, "b" },
  [TYPE_STRING] = { 0, "s" },
  [TYPE_UINT64] = { 8, "t" },
  [TYPE_INT64] = { 8, "x" },
  [TYPE_FLOAT64] = { 8, "d" },
};

// Elements of a block and bytes a block takes, from ggml's type table (version 0.27).
static const struct
{
  const char *name;
  guint16     elements;
  guint16     bytes;
} tensor_types[] = {
  [0] = { "F32", 1, 4 },
  [1] = { "F16", 1, 2 },
  [2] = { "Q4_0", 32, 18 },
  [3] = { "Q4_1", 32, 20 },
  [6] = { "Q5_0", 32, 22 },
  [7] = { "Q5_1", 32, 24 },
  [8] = { "Q8_0", 32, 34 },
  [9] = { "Q8_1", 32, 36 },
  [10] = { "Q2_K", 256, 84 },
  [11] = { "Q3_K", 256, 110 },
  [12] = { "Q4_K", 256, 144 },
  [13] = { "Q5_K", 256, 176 },
  [14] = { "Q6_K", 256, 210 },
  [15] = { "Q8_K", 256, 292 },
  [16] = { "IQ2_XXS", 256, 66 },
  [17] = { "IQ2_XS", 256, 74 },
  [18] = { "IQ3_XXS", 256, 98 },
  [19] = { "IQ1_S", 256, 50 },
  [20] = { "IQ4_NL", 32, 18 },
  [21] = { "IQ3_S", 256, 110 },
  [22] = { "IQ2_S", 256, 82 },
  [23] = { "IQ4_XS", 256, 136 },
  [24] = { "I8", 1, 1 },
  [25] = { "I16", 1, 2 },
  [26] = { "I32", 1, 4 },
  [27] = { "I64", 1, 8 },
  [28] = { "F64", 1, 8 },
  [29] = { "IQ1_M", 256, 56 },
  [30] = { "BF16", 1, 2 },
  [34] = { "TQ1_0", 256, 54 },
  [35] = { "TQ2_0", 256, 66 },
  [39] = { "MXFP4", 32, 17 },
  [40] = { "NVFP4", 64, 36 },
  [41] = { "Q1_0", 128, 18 },
  [42] = { "Q2_0", 64, 18 },
};

typedef struct
{
  char     *key;
  char     *text; // of a string, as valid UTF-8
  ValueType type;
  ValueType element_type; // of an array
  guint64   n_elements;   // of an array
  gsize     offset;       // of the value
} Entry;

typedef struct
{
  char   *name;
  guint32 type;
  guint32 n_dims;
  guint64 shape[4];
  guint64 offset; // from the start of the file
  guint64 size;
} Tensor;

struct _MaqGguf
{
  grefcount   ref_count;
  GBytes     *bytes;
  gboolean    swapped;
  guint32     version;
  guint64     n_parameters;
  GArray     *entries; // of Entry
  GHashTable *by_key;  // key → index of the entry + 1
  GArray     *tensors; // of Tensor
};

typedef struct
{
  const guint8 *data;
  gsize         size;
  gsize         at;
  gboolean      swapped;
  GError      **error;
} Cursor;

G_DEFINE_QUARK (maq - format - error - quark, maq_format_error)
G_DEFINE_BOXED_TYPE (MaqGguf, maq_gguf, maq_gguf_ref, maq_gguf_unref)

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_free (entry->key);
  g_free (entry->text);
}

static void
tensor_clear (gpointer data)
{
  g_free (((Tensor *) data)->name);
}

MaqGguf *
maq_gguf_ref (MaqGguf *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ref_count_inc (&self->ref_count);
  return self;
}

void
maq_gguf_unref (MaqGguf *self)
{
  g_return_if_fail (self != NULL);

  if (!g_ref_count_dec (&self->ref_count))
    return;
  g_bytes_unref (self->bytes);
  g_hash_table_unref (self->by_key);
  g_array_unref (self->entries);
  g_array_unref (self->tensors);
  g_free (self);
}

static gboolean
corrupt (Cursor     *cursor,
         gsize       offset,
         const char *fact)
{
  g_set_error (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_CORRUPT, "At byte %" G_GSIZE_FORMAT ": %s", offset, fact);
  return FALSE;
}

static gboolean
need (Cursor *cursor,
      guint64 n)
{
  if (n <= cursor->size - cursor->at)
    return TRUE;
  g_set_error (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_TRUNCATED, "The header goes on after the %" G_GSIZE_FORMAT " bytes that are there", cursor->size);
  return FALSE;
}

static gboolean
read_u32 (Cursor  *cursor,
          guint32 *value)
{
  if (!need (cursor, 4))
    return FALSE;
  memcpy (value, cursor->data + cursor->at, 4);
  *value = cursor->swapped ? GUINT32_FROM_BE (*value) : GUINT32_FROM_LE (*value);
  cursor->at += 4;
  return TRUE;
}

static gboolean
read_u64 (Cursor  *cursor,
          guint64 *value)
{
  if (!need (cursor, 8))
    return FALSE;
  memcpy (value, cursor->data + cursor->at, 8);
  *value = cursor->swapped ? GUINT64_FROM_BE (*value) : GUINT64_FROM_LE (*value);
  cursor->at += 8;
  return TRUE;
}

// Steps over a string and tells where it is.
static gboolean
skip_string (Cursor      *cursor,
             gsize        max,
             const char **text,
             gsize       *length)
{
  gsize   start = cursor->at;
  guint64 n;

  if (!read_u64 (cursor, &n))
    return FALSE;
  if (n > max)
    return corrupt (cursor, start, "a string is too long");
  if (!need (cursor, n))
    return FALSE;
  *text = (const char *) cursor->data + cursor->at;
  *length = n;
  cursor->at += n;
  return TRUE;
}

static gboolean
read_name (Cursor     *cursor,
           const char *what,
           char      **name)
{
  gsize       start = cursor->at, length;
  const char *text;

  if (!skip_string (cursor, MAX_NAME, &text, &length))
    return FALSE;
  if (length == 0 || memchr (text, 0, length) != NULL)
    return corrupt (cursor, start, what);
  *name = g_utf8_make_valid (text, length);
  return TRUE;
}

static gboolean
skip_array (Cursor *cursor,
            Entry  *entry)
{
  gsize       start = cursor->at, length;
  guint32     type;
  const char *text;

  if (!read_u32 (cursor, &type) || !read_u64 (cursor, &entry->n_elements))
    return FALSE;
  if (type >= N_TYPES)
    return corrupt (cursor, start, "an array has elements of an unknown type");
  if (type == TYPE_ARRAY)
    {
      g_set_error (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED, "At byte %" G_GSIZE_FORMAT ": arrays inside arrays are not supported", start);
      return FALSE;
    }
  entry->element_type = type;
  entry->offset = cursor->at;
  if (entry->n_elements > G_MAXSIZE / 8)
    return corrupt (cursor, start, "an array says it has more elements than any file could hold");
  if (type != TYPE_STRING)
    {
      guint64 n_bytes = entry->n_elements * value_types[type].size;
      if (!need (cursor, n_bytes))
        return FALSE;
      cursor->at += n_bytes;
      return TRUE;
    }
  // Each string takes at least the eight bytes of its length, so this loop ends with the bytes at the latest.
  for (guint64 i = 0; i < entry->n_elements; i++)
    if (!skip_string (cursor, MAX_STRING, &text, &length))
      return FALSE;
  return TRUE;
}

static gboolean
read_value (Cursor *cursor,
            Entry  *entry)
{
  gsize       start = cursor->at, length;
  guint32     type;
  const char *text;

  if (!read_u32 (cursor, &type))
    return FALSE;
  if (type >= N_TYPES)
    return corrupt (cursor, start, "a metadata value has an unknown type");
  entry->type = type;
  entry->offset = cursor->at;
  if (type == TYPE_ARRAY)
    return skip_array (cursor, entry);
  if (type == TYPE_STRING)
    {
      if (!skip_string (cursor, MAX_STRING, &text, &length))
        return FALSE;
      entry->text = g_utf8_make_valid (text, length);
      return TRUE;
    }
  if (!need (cursor, value_types[type].size))
    return FALSE;
  cursor->at += value_types[type].size;
  return TRUE;
}

static gboolean
read_entries (MaqGguf *self,
              Cursor  *cursor,
              guint64  n_entries)
{
  for (guint64 i = 0; i < n_entries; i++)
    {
      gsize start = cursor->at;
      Entry entry = { 0 };

      if (!read_name (cursor, "a metadata key is empty or has a NUL in it", &entry.key) ||
          !read_value (cursor, &entry))
        {
          entry_clear (&entry);
          return FALSE;
        }
      g_array_append_val (self->entries, entry);
      if (!g_hash_table_insert (self->by_key, entry.key, GUINT_TO_POINTER (self->entries->len)))
        return corrupt (cursor, start, "a metadata key is there twice");
    }
  return TRUE;
}

static gboolean
read_shape (MaqGguf *self,
            Cursor  *cursor,
            Tensor  *tensor)
{
  gsize   start = cursor->at;
  guint64 n_elements = 1;

  if (!read_u32 (cursor, &tensor->n_dims))
    return FALSE;
  if (tensor->n_dims > G_N_ELEMENTS (tensor->shape))
    return corrupt (cursor, start, "a tensor has more than four dimensions");
  for (guint i = 0; i < tensor->n_dims; i++)
    {
      if (!read_u64 (cursor, &tensor->shape[i]))
        return FALSE;
      if (tensor->shape[i] > G_MAXINT64 || !g_uint64_checked_mul (&n_elements, n_elements, tensor->shape[i]) ||
          n_elements > G_MAXINT64)
        return corrupt (cursor, start, "a tensor has more elements than can be counted");
    }
  if (!read_u32 (cursor, &tensor->type))
    return FALSE;
  if (tensor->type > G_MAXUINT8)
    return corrupt (cursor, cursor->at - 4, "a tensor has an impossible type");
  self->n_parameters += n_elements;
  if (self->n_parameters > G_MAXINT64)
    return corrupt (cursor, start, "there are more parameters than can be counted");
  // Types newer than the table stay readable, only their size is not known.
  if (tensor->type >= G_N_ELEMENTS (tensor_types) || tensor_types[tensor->type].name == NULL)
    return TRUE;
  guint elements = tensor_types[tensor->type].elements;
  if (tensor->n_dims > 0 && tensor->shape[0] % elements != 0)
    return corrupt (cursor, start, "a tensor's rows are not made of whole blocks of its type");
  if (!g_uint64_checked_mul (&tensor->size, n_elements / elements, tensor_types[tensor->type].bytes))
    return corrupt (cursor, start, "a tensor takes more bytes than can be counted");
  return TRUE;
}

static gboolean
read_tensors (MaqGguf *self,
              Cursor  *cursor,
              guint64  n_tensors)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint64 i = 0; i < n_tensors; i++)
    {
      gsize  start = cursor->at;
      Tensor tensor = { 0 };

      if (!read_name (cursor, "a tensor has no name or one with a NUL in it", &tensor.name) ||
          !read_shape (self, cursor, &tensor) ||
          !read_u64 (cursor, &tensor.offset))
        {
          tensor_clear (&tensor);
          return FALSE;
        }
      g_array_append_val (self->tensors, tensor);
      if (!g_hash_table_add (names, tensor.name))
        return corrupt (cursor, start, "a tensor is there twice");
    }
  return TRUE;
}

static int
compare_by_offset (gconstpointer a,
                   gconstpointer b)
{
  const Tensor *left = *(const Tensor *const *) a, *right = *(const Tensor *const *) b;

  if (left->offset != right->offset)
    return left->offset < right->offset ? -1 : 1;
  return left->size < right->size ? -1 : left->size > right->size;
}

// Whether tensors lie one after the other, and inside the file when its size is known.
static gboolean
check_places (MaqGguf *self,
              Cursor  *cursor,
              guint64  file_size)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_sized_new (self->tensors->len);
  guint64 end = 0;

  for (guint i = 0; i < self->tensors->len; i++)
    g_ptr_array_add (sorted, &g_array_index (self->tensors, Tensor, i));
  g_ptr_array_sort (sorted, compare_by_offset);
  for (guint i = 0; i < sorted->len; i++)
    {
      Tensor *tensor = g_ptr_array_index (sorted, i);
      if (tensor->offset < end)
        return corrupt (cursor, tensor->offset, "two tensors take the same bytes");
      end = tensor->offset + tensor->size;
    }
  if (file_size == 0 || end <= file_size)
    return TRUE;
  g_set_error (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_TRUNCATED, "The weights end at byte %" G_GUINT64_FORMAT ", but the file has only %" G_GUINT64_FORMAT, end, file_size);
  return FALSE;
}

static gboolean
place_tensors (MaqGguf *self,
               Cursor  *cursor,
               guint64  file_size)
{
  gint64  alignment = maq_gguf_get_int (self, "general.alignment", 32);
  guint64 start;

  if (alignment < 1 || alignment > MAX_ALIGNMENT || (alignment & (alignment - 1)) != 0)
    return corrupt (cursor, cursor->at, "the alignment is not a power of two");
  start = (cursor->at + alignment - 1) / alignment * alignment;
  for (guint i = 0; i < self->tensors->len; i++)
    {
      Tensor *tensor = &g_array_index (self->tensors, Tensor, i);
      guint64 end;

      if (tensor->offset % alignment != 0)
        return corrupt (cursor, cursor->at, "a tensor is not aligned");
      if (!g_uint64_checked_add (&tensor->offset, tensor->offset, start) ||
          !g_uint64_checked_add (&end, tensor->offset, tensor->size) || end > G_MAXINT64)
        return corrupt (cursor, cursor->at, "a tensor lies beyond any file");
    }
  return check_places (self, cursor, file_size);
}

static gboolean
read_start (MaqGguf *self,
            Cursor  *cursor,
            guint64 *n_tensors,
            guint64 *n_entries)
{
  if (cursor->size < 4 ? memcmp (cursor->data, "GGUF", cursor->size) != 0 : memcmp (cursor->data, "GGUF", 4) != 0)
    {
      g_set_error_literal (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT, "This is not a GGUF file");
      return FALSE;
    }
  cursor->at = MIN (4, cursor->size);
  if (!read_u32 (cursor, &self->version))
    return FALSE;
  // Nothing else tells the byte order: versions are small numbers.
  if (self->version != 0 && (self->version & 0xffff) == 0)
    {
      self->version = GUINT32_SWAP_LE_BE (self->version);
      self->swapped = cursor->swapped = TRUE;
    }
  if (self->version != 2 && self->version != 3)
    {
      g_set_error (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED, "GGUF version %u is not supported, only 2 and 3", self->version);
      return FALSE;
    }
  if (!read_u64 (cursor, n_tensors) || !read_u64 (cursor, n_entries))
    return FALSE;
  if (*n_tensors > MAX_TENSORS)
    return corrupt (cursor, 8, "the file says it has too many tensors");
  if (*n_entries > MAX_KEYS)
    return corrupt (cursor, 16, "the file says it has too many metadata keys");
  return TRUE;
}

MaqGguf *
maq_gguf_parse (GBytes  *bytes,
                guint64  file_size,
                GError **error)
{
  g_autoptr (MaqGguf) self = g_new0 (MaqGguf, 1);
  Cursor  cursor = { .error = error };
  guint64 n_tensors, n_entries;

  g_return_val_if_fail (bytes != NULL, NULL);

  g_ref_count_init (&self->ref_count);
  self->bytes = g_bytes_ref (bytes);
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);
  self->by_key = g_hash_table_new (g_str_hash, g_str_equal);
  self->tensors = g_array_new (FALSE, FALSE, sizeof (Tensor));
  g_array_set_clear_func (self->tensors, tensor_clear);

  cursor.data = g_bytes_get_data (bytes, &cursor.size);
  if (cursor.data == NULL)
    cursor.data = (const guint8 *) "";
  if (!read_start (self, &cursor, &n_tensors, &n_entries) ||
      !read_entries (self, &cursor, n_entries) ||
      !read_tensors (self, &cursor, n_tensors) ||
      !place_tensors (self, &cursor, file_size))
    return NULL;
  return g_steal_pointer (&self);
}

static MaqGguf *
parse_growing (int      fd,
               guint64  file_size,
               GError **error)
{
  gsize want = FIRST_READ;

  // The file is read, not mapped: one that shrinks under a map would end the process.
  for (;;)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (GBytes) bytes = maq_format_read (fd, MIN (want, file_size), error);
      MaqGguf *self;

      if (bytes == NULL)
        return NULL;
      self = maq_gguf_parse (bytes, file_size, &failure);
      if (self != NULL)
        return self;
      if (!g_error_matches (failure, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_TRUNCATED) || want >= file_size || want >= MAX_READ)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      want *= 8;
    }
}

MaqGguf *
maq_gguf_open (const char *path,
               GError    **error)
{
  guint64      file_size;
  g_autofd int fd = maq_format_open (path, &file_size, error);

  return fd < 0 ? NULL : parse_growing (fd, file_size, error);
}

static const Entry *
get_entry (MaqGguf *self,
           guint    index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->entries->len, NULL);

  return &g_array_index (self->entries, Entry, index);
}

static const Entry *
find_entry (MaqGguf    *self,
            const char *key)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_key, key));

  return index == 0 ? NULL : &g_array_index (self->entries, Entry, index - 1);
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
  const Entry *entry = get_entry (self, index);

  return entry != NULL ? entry->key : NULL;
}

// The bits of a scalar at OFFSET, which the parser has checked to lie inside the bytes, in the order of this machine.
static guint64
load_bits (MaqGguf  *self,
           ValueType type,
           gsize     offset)
{
  const guint8 *data = g_bytes_get_data (self->bytes, NULL);
  gsize         size = value_types[type].size;
  guint64       bits = 0;

  for (gsize i = 0; i < size; i++)
    bits |= (guint64) data[offset + (self->swapped ? size - 1 - i : i)] << (8 * i);
  return bits;
}

static GVariant *
make_scalar (MaqGguf  *self,
             ValueType type,
             gsize     offset)
{
  guint64 bits = load_bits (self, type, offset);
  guint32 low = bits;
  float   single;
  double  number;

  switch (type)
    {
    case TYPE_UINT8:
      return g_variant_new_byte (bits);
    case TYPE_INT8:
      return g_variant_new_int16 ((gint8) bits);
    case TYPE_UINT16:
      return g_variant_new_uint16 (bits);
    case TYPE_INT16:
      return g_variant_new_int16 ((gint16) bits);
    case TYPE_UINT32:
      return g_variant_new_uint32 (bits);
    case TYPE_INT32:
      return g_variant_new_int32 ((gint32) low);
    case TYPE_UINT64:
      return g_variant_new_uint64 (bits);
    case TYPE_INT64:
      return g_variant_new_int64 ((gint64) bits);
    case TYPE_BOOL:
      return g_variant_new_boolean (bits != 0);
    case TYPE_FLOAT32:
      memcpy (&single, &low, sizeof single);
      return g_variant_new_double (single);
    case TYPE_FLOAT64:
      memcpy (&number, &bits, sizeof number);
      return g_variant_new_double (number);
    default:
      g_assert_not_reached ();
    }
}

static GVariant *
make_array (MaqGguf     *self,
            const Entry *entry,
            gsize        max_elements)
{
  const char      *type = value_types[entry->element_type].variant;
  g_autofree char *array_type = g_strconcat ("a", type, NULL);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (array_type));
  gsize offset = entry->offset;

  for (guint64 i = 0; i < MIN (entry->n_elements, max_elements); i++)
    if (entry->element_type == TYPE_STRING)
      {
        guint64     length = load_bits (self, TYPE_UINT64, offset);
        const char *text = (const char *) g_bytes_get_data (self->bytes, NULL) + offset + 8;
        g_variant_builder_add_value (&builder, g_variant_new_take_string (g_utf8_make_valid (text, length)));
        offset += 8 + length;
      }
    else
      {
        g_variant_builder_add_value (&builder, make_scalar (self, entry->element_type, offset));
        offset += value_types[entry->element_type].size;
      }
  return g_variant_builder_end (&builder);
}

GVariant *
maq_gguf_dup_value (MaqGguf *self,
                    guint    index,
                    gsize    max_elements)
{
  const Entry *entry = get_entry (self, index);

  if (entry == NULL)
    return NULL;
  if (entry->type == TYPE_STRING)
    return g_variant_ref_sink (g_variant_new_string (entry->text));
  if (entry->type == TYPE_ARRAY)
    return g_variant_ref_sink (make_array (self, entry, max_elements));
  return g_variant_ref_sink (make_scalar (self, entry->type, entry->offset));
}

gsize
maq_gguf_get_array_length (MaqGguf *self,
                           guint    index)
{
  const Entry *entry = get_entry (self, index);

  return entry != NULL && entry->type == TYPE_ARRAY ? entry->n_elements : 0;
}

const char *
maq_gguf_get_string (MaqGguf    *self,
                     const char *key)
{
  const Entry *entry;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  entry = find_entry (self, key);
  return entry != NULL ? entry->text : NULL;
}

gint64
maq_gguf_get_int (MaqGguf    *self,
                  const char *key,
                  gint64      fallback)
{
  const Entry *entry;
  guint64      bits;

  g_return_val_if_fail (self != NULL, fallback);
  g_return_val_if_fail (key != NULL, fallback);

  entry = find_entry (self, key);
  if (entry == NULL || value_types[entry->type].size == 0)
    return fallback;
  bits = load_bits (self, entry->type, entry->offset);
  switch (entry->type)
    {
    case TYPE_FLOAT32:
    case TYPE_FLOAT64:
      return fallback;
    case TYPE_INT8:
      return (gint8) bits;
    case TYPE_INT16:
      return (gint16) bits;
    case TYPE_INT32:
      return (gint32) bits;
    case TYPE_UINT64:
      return bits > G_MAXINT64 ? fallback : (gint64) bits;
    default:
      return (gint64) bits;
    }
}

guint
maq_gguf_get_n_tensors (MaqGguf *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->tensors->len;
}

static const char *
get_type_name (guint32 type)
{
  static char *unknown[G_MAXUINT8 + 1];

  if (type < G_N_ELEMENTS (tensor_types) && tensor_types[type].name != NULL)
    return tensor_types[type].name;
  if (g_once_init_enter_pointer (&unknown[type]))
    g_once_init_leave_pointer (&unknown[type], g_strdup_printf ("type %u", type));
  return unknown[type];
}

gboolean
maq_gguf_get_tensor (MaqGguf       *self,
                     guint          index,
                     MaqGgufTensor *tensor)
{
  const Tensor *found;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (tensor != NULL, FALSE);

  if (index >= self->tensors->len)
    return FALSE;
  found = &g_array_index (self->tensors, Tensor, index);
  *tensor = (MaqGgufTensor) {
    .name = found->name,
    .type = get_type_name (found->type),
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
