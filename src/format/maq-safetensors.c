// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-safetensors.h"

#include "maq-format-private.h"
#include "maq-format.h"
#include "maq-gguf.h"
#include "maq-json.h"

#include <glib/gstdio.h>
#include <string.h>

#define LENGTH_BYTES 8
// As the safetensors library itself has it.
#define MAX_HEADER 100000000

static const struct
{
  const char *name;
  guint       bits;
} dtypes[] = {
  { "BOOL", 8 },
  { "U8", 8 },
  { "I8", 8 },
  { "U16", 16 },
  { "I16", 16 },
  { "U32", 32 },
  { "I32", 32 },
  { "U64", 64 },
  { "I64", 64 },
  { "F16", 16 },
  { "BF16", 16 },
  { "F32", 32 },
  { "F64", 64 },
  { "C64", 64 },
  { "F8_E4M3", 8 },
  { "F8_E5M2", 8 },
  { "F8_E8M0", 8 },
  { "F8_E4M3FNUZ", 8 },
  { "F8_E5M2FNUZ", 8 },
  { "F6_E2M3", 6 },
  { "F6_E3M2", 6 },
  { "F4", 4 },
};

// Counted beside the public struct, which callers only see.
typedef struct
{
  MaqSafetensors public;
  gatomicrefcount ref_count;
} Counted;

G_DEFINE_BOXED_TYPE (MaqSafetensors, maq_safetensors, maq_safetensors_ref, maq_safetensors_unref)

static void
safetensor_free (gpointer data)
{
  MaqSafetensor *tensor = data;

  g_free (tensor->name);
  g_free (tensor->dtype);
  g_free (tensor->shape);
  g_free (tensor);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqSafetensor, safetensor_free)

static MaqSafetensors *
safetensors_new (void)
{
  Counted *self = g_new0 (Counted, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->public.tensors = g_ptr_array_new_with_free_func (safetensor_free);
  self->public.metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return &self->public;
}

MaqSafetensors *
maq_safetensors_ref (MaqSafetensors *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&((Counted *) self)->ref_count);
  return self;
}

void
maq_safetensors_unref (MaqSafetensors *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&((Counted *) self)->ref_count))
    return;
  g_ptr_array_unref (self->tensors);
  g_hash_table_unref (self->metadata);
  g_free (self);
}

static gboolean
corrupt (GError    **error,
         const char *name,
         const char *fact)
{
  g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_CORRUPT, "Tensor “%.100s”: %s", name, fact);
  return FALSE;
}

static gboolean
read_shape (MaqSafetensor *tensor,
            MaqJsonValue  *array,
            guint64       *n_elements,
            GError       **error)
{
  MaqJsonIter   iter;
  MaqJsonValue *item;
  guint         i = 0;

  *n_elements = 1;
  if (!maq_json_is_array (array))
    return corrupt (error, tensor->name, "the shape is missing");
  if (maq_json_get_size (array) > MAQ_SAFETENSORS_MAX_DIMS)
    {
      g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED, "Tensor “%.100s” has more than %d dimensions, which is not supported", tensor->name, MAQ_SAFETENSORS_MAX_DIMS);
      return FALSE;
    }
  tensor->n_dims = maq_json_get_size (array);
  tensor->shape = g_new0 (gint64, MAX (tensor->n_dims, 1));
  maq_json_iter_init (&iter, array);
  while (maq_json_iter_next (&iter, NULL, &item))
    {
      gint64 length = maq_json_as_int (item, -1);
      if (length < 0 || !g_uint64_checked_mul (n_elements, *n_elements, length) || *n_elements > G_MAXINT64 / 64)
        return corrupt (error, tensor->name, "the shape is not one of whole numbers that can be multiplied");
      tensor->shape[i++] = length;
    }
  return TRUE;
}

static gboolean
check_size (MaqSafetensor *tensor,
            guint64        n_elements,
            GError       **error)
{
  // Types not in the table stay readable, their size is believed.
  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (tensor->dtype, dtypes[i].name) == 0 && n_elements * dtypes[i].bits != tensor->size * 8)
      return corrupt (error, tensor->name, "its shape and type do not give its length");
  return TRUE;
}

static gboolean
read_tensor (MaqSafetensors *self,
             const char     *name,
             MaqJsonValue   *object,
             guint64         data_start,
             GError        **error)
{
  g_autoptr (MaqSafetensor) tensor = g_new0 (MaqSafetensor, 1);
  MaqJsonValue *offsets = maq_json_get (object, "data_offsets"), *item;
  gint64        ends[2] = { -1, -1 };
  guint64       n_elements;
  MaqJsonIter   iter;

  tensor->name = g_strdup (name);
  tensor->dtype = g_strdup (maq_json_get_string (object, "dtype"));
  if (tensor->dtype == NULL)
    return corrupt (error, name, "its type is missing");
  if (!maq_json_is_array (offsets) || maq_json_get_size (offsets) != 2)
    return corrupt (error, name, "its place is missing");
  maq_json_iter_init (&iter, offsets);
  for (guint i = 0; i < 2 && maq_json_iter_next (&iter, NULL, &item); i++)
    ends[i] = maq_json_as_int (item, -1);
  if (ends[0] < 0 || ends[1] < ends[0] || ends[1] > G_MAXINT64 - (gint64) data_start)
    return corrupt (error, name, "its place is not one inside a file");
  tensor->offset = data_start + ends[0];
  tensor->size = ends[1] - ends[0];
  if (!read_shape (tensor, maq_json_get (object, "shape"), &n_elements, error) ||
      !check_size (tensor, n_elements, error))
    return FALSE;
  if (self->n_parameters > G_MAXINT64 - n_elements)
    return corrupt (error, name, "there are more parameters than can be counted");
  self->n_parameters += n_elements;
  g_ptr_array_add (self->tensors, g_steal_pointer (&tensor));
  return TRUE;
}

static void
read_metadata (MaqSafetensors *self,
               MaqJsonValue   *object)
{
  MAQ_JSON_FOREACH_MEMBER (name, item, object)
    {
      if (maq_json_is_string (item))
        g_hash_table_insert (self->metadata, g_strdup (name), g_strdup (maq_json_as_string (item)));
    }
}

static int
compare_by_offset (gconstpointer a,
                   gconstpointer b)
{
  const MaqSafetensor *left = *(const MaqSafetensor *const *) a, *right = *(const MaqSafetensor *const *) b;

  if (left->offset != right->offset)
    return left->offset < right->offset ? -1 : 1;
  return left->size < right->size ? -1 : left->size > right->size;
}

static gboolean
check_places (MaqSafetensors *self,
              guint64         file_size,
              GError        **error)
{
  guint64 end = 0;

  g_ptr_array_sort (self->tensors, compare_by_offset);
  for (guint i = 0; i < self->tensors->len; i++)
    {
      const MaqSafetensor *tensor = g_ptr_array_index (self->tensors, i);
      if (tensor->offset < end)
        return corrupt (error, tensor->name, "it takes bytes of another tensor");
      end = tensor->offset + tensor->size;
    }
  if (file_size == 0 || end <= file_size)
    return TRUE;
  g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_TRUNCATED, "The weights end at byte %" G_GUINT64_FORMAT ", but the file has only %" G_GUINT64_FORMAT, end, file_size);
  return FALSE;
}

static gboolean
read_members (MaqSafetensors *self,
              MaqJsonValue   *root,
              guint64         data_start,
              GError        **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  MaqJsonIter   iter;
  const char   *name;
  MaqJsonValue *item;

  maq_json_iter_init (&iter, root);
  while (maq_json_iter_next (&iter, &name, &item))
    {
      if (!g_hash_table_add (names, (gpointer) name))
        return corrupt (error, name, "it is there twice");
      if (strcmp (name, "__metadata__") == 0)
        read_metadata (self, item);
      else if (!maq_json_is_object (item))
        return corrupt (error, name, "it is not described by an object");
      else if (!read_tensor (self, name, item, data_start, error))
        return FALSE;
    }
  return TRUE;
}

// Of a header of NEEDED bytes only SIZE are there.
static void
set_cut (gsize    size,
         guint64  needed,
         guint64  file_size,
         GError **error)
{
  if (file_size != 0 && needed > file_size)
    g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_TRUNCATED, "The header takes %" G_GUINT64_FORMAT " bytes, the file has only %" G_GUINT64_FORMAT, needed, file_size);
  else
    g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NEEDS_MORE, "The header takes %" G_GUINT64_FORMAT " bytes, %" G_GSIZE_FORMAT " are there", needed, size);
}

// The length of the header, with its own eight bytes; 0 with an error set.
static guint64
read_length (const guint8 *data,
             gsize         size,
             guint64       file_size,
             GError      **error)
{
  guint64 length;

  if (size < LENGTH_BYTES)
    {
      set_cut (size, LENGTH_BYTES, file_size, error);
      return 0;
    }
  memcpy (&length, data, sizeof length);
  length = GUINT64_FROM_LE (length);
  if (length < 2 || length > MAX_HEADER || (size > LENGTH_BYTES && data[LENGTH_BYTES] != '{'))
    {
      const char *other = maq_format_name_other (data, size);
      g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT, "This is %s", other != NULL ? other : "not a safetensors file");
      return 0;
    }
  return LENGTH_BYTES + length;
}

guint64
maq_safetensors_get_header_size (GBytes *bytes)
{
  const guint8 *data;
  gsize         size;

  g_return_val_if_fail (bytes != NULL, 0);

  data = g_bytes_get_data (bytes, &size);
  return read_length (data, size, 0, NULL);
}

MaqSafetensors *
maq_safetensors_parse (GBytes  *bytes,
                       guint64  file_size,
                       GError **error)
{
  g_autoptr (MaqSafetensors) self = NULL;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (MaqJson) json = NULL;
  g_autoptr (GError) failure = NULL;
  const guint8 *data;
  gsize         size;
  guint64       header_size;

  g_return_val_if_fail (bytes != NULL, NULL);

  data = g_bytes_get_data (bytes, &size);
  header_size = read_length (data, size, file_size, error);
  if (header_size == 0)
    return NULL;
  if (header_size > size)
    {
      set_cut (size, header_size, file_size, error);
      return NULL;
    }
  text = g_bytes_new_from_bytes (bytes, LENGTH_BYTES, header_size - LENGTH_BYTES);
  json = maq_json_parse (text, &failure);
  if (json == NULL || !maq_json_is_object (maq_json_get_root (json)))
    {
      g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_CORRUPT, "The header is not a JSON object%s%s", failure != NULL ? ": " : "", failure != NULL ? failure->message : "");
      return NULL;
    }
  self = safetensors_new ();
  self->header_size = header_size;
  if (!read_members (self, maq_json_get_root (json), header_size, error) || !check_places (self, file_size, error))
    return NULL;
  return g_steal_pointer (&self);
}

MaqSafetensors *
maq_safetensors_open (const char *path,
                      GError    **error)
{
  guint64      file_size, header_size;
  g_autofd int fd = maq_format_open (path, &file_size, error);
  g_autoptr (GBytes) start = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (fd < 0 || (start = maq_format_read (fd, MIN (LENGTH_BYTES + 1, file_size), error)) == NULL)
    return NULL;
  header_size = read_length (g_bytes_get_data (start, NULL), g_bytes_get_size (start), file_size, error);
  if (header_size == 0)
    return NULL;
  bytes = maq_format_read (fd, MIN (header_size, file_size), error);
  return bytes != NULL ? maq_safetensors_parse (bytes, file_size, error) : NULL;
}
