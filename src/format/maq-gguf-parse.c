// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// One pass over the bytes with a cursor that checks every step against their end. Nothing is allocated from a count the file
// states: arrays grow as entries are read, and every entry takes bytes, so memory is bounded by what was given. Array values are
// only skipped; maq_gguf_dup_value reads them again on demand.
//
// The limits are those of ggml's reader (gguf.cpp, version 0.27), so that what runs can be read. Where a file only goes beyond what
// is known it is not supported; it is corrupt where its bytes contradict each other.
#include "maq-gguf-private.h"

#include "maq-format-private.h"
#include "maq-format.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_STRING   (1024 * 1024 * 1024)
#define MAX_ELEMENTS (1024 * 1024 * 1024)
// What a key and its value, and the description of a tensor, take at least.
#define KEY_BYTES    14
#define TENSOR_BYTES 24
// The numbers of the types from here on are taken by forks in ways that contradict each other and the official ones.
#define FIRST_DISPUTED_TYPE 40
// How much of a file maq_gguf_open reads at first: the largest vocabularies known take some 30 MB.
#define FIRST_READ (1024 * 1024)

typedef struct
{
  const guint8 *data;
  gsize         size;
  gsize         at;
  guint64       file_size; // 0 if unknown
  gboolean      swapped;
  GError      **error;
} Cursor;

static gboolean
corrupt (Cursor     *cursor,
         gsize       offset,
         const char *fact)
{
  g_set_error (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_CORRUPT, "At byte %" G_GSIZE_FORMAT ": %s", offset, fact);
  return FALSE;
}

static gboolean
unsupported (Cursor     *cursor,
             gsize       offset,
             const char *fact)
{
  g_set_error (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED, "At byte %" G_GSIZE_FORMAT ": %s", offset, fact);
  return FALSE;
}

static gboolean
need (Cursor *cursor,
      guint64 n)
{
  if (n <= cursor->size - cursor->at)
    return TRUE;
  if (cursor->file_size != 0 && (cursor->at > cursor->file_size || n > cursor->file_size - cursor->at))
    g_set_error (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_TRUNCATED, "The header goes on after the end of the file at byte %" G_GUINT64_FORMAT, cursor->file_size);
  else
    g_set_error (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NEEDS_MORE, "The header goes on after the %" G_GSIZE_FORMAT " bytes that are there", cursor->size);
  return FALSE;
}

// Whether N things of SIZE bytes or more may follow, of which no more than MAX are supported. What cannot be in the file is told
// first.
static gboolean
allow (Cursor     *cursor,
       guint64     n,
       gsize       size,
       guint64     max,
       const char *fact)
{
  if (n > G_MAXINT64 / size)
    return corrupt (cursor, cursor->at, "a count is larger than any file could hold");
  if (cursor->file_size != 0 && n * size > cursor->file_size - MIN (cursor->at, cursor->file_size))
    return need (cursor, n * size);
  return n <= max || unsupported (cursor, cursor->at, fact);
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
             const char **text,
             gsize       *length)
{
  guint64 n;

  if (!read_u64 (cursor, &n) ||
      !allow (cursor, n, 1, MAX_STRING, "strings of more than 1 GiB are not supported, nor are they by llama.cpp") ||
      !need (cursor, n))
    return FALSE;
  *text = (const char *) cursor->data + cursor->at;
  *length = n;
  cursor->at += n;
  return TRUE;
}

static gboolean
read_name (Cursor *cursor,
           char  **name)
{
  gsize       length;
  const char *text;

  if (!skip_string (cursor, &text, &length))
    return FALSE;
  *name = g_utf8_make_valid (text, length);
  return TRUE;
}

static gboolean
skip_array (Cursor       *cursor,
            MaqGgufEntry *entry)
{
  gsize       start = cursor->at, length, element_size;
  guint32     type;
  const char *text;

  if (!read_u32 (cursor, &type) || !read_u64 (cursor, &entry->n_elements))
    return FALSE;
  if (type >= MAQ_GGUF_N_TYPES)
    return unsupported (cursor, start, "an array has elements of a type that is not known, nor is it to llama.cpp");
  if (type == MAQ_GGUF_ARRAY)
    return unsupported (cursor, start, "arrays inside arrays are not supported, nor are they by llama.cpp");
  entry->element_type = type;
  entry->offset = cursor->at;
  element_size = type == MAQ_GGUF_STRING ? sizeof (guint64) : maq_gguf_value_types[type].size;
  if (!allow (cursor, entry->n_elements, element_size, MAX_ELEMENTS, "arrays of more than 2^30 elements are not supported, nor are they by llama.cpp"))
    return FALSE;
  if (type != MAQ_GGUF_STRING)
    {
      guint64 n_bytes = entry->n_elements * element_size;
      if (!need (cursor, n_bytes))
        return FALSE;
      cursor->at += n_bytes;
      return TRUE;
    }
  // Each string takes at least the eight bytes of its length, so this loop ends with the bytes at the latest.
  for (guint64 i = 0; i < entry->n_elements; i++)
    if (!skip_string (cursor, &text, &length))
      return FALSE;
  return TRUE;
}

static gboolean
read_value (Cursor       *cursor,
            MaqGgufEntry *entry)
{
  gsize       start = cursor->at, length;
  guint32     type;
  const char *text;

  if (!read_u32 (cursor, &type))
    return FALSE;
  if (type >= MAQ_GGUF_N_TYPES)
    return unsupported (cursor, start, "a metadata value has a type that is not known, nor is it to llama.cpp");
  entry->type = type;
  entry->offset = cursor->at;
  if (type == MAQ_GGUF_ARRAY)
    return skip_array (cursor, entry);
  if (type == MAQ_GGUF_STRING)
    {
      if (!skip_string (cursor, &text, &length))
        return FALSE;
      entry->text = g_utf8_make_valid (text, length);
      return TRUE;
    }
  if (!need (cursor, maq_gguf_value_types[type].size))
    return FALSE;
  cursor->at += maq_gguf_value_types[type].size;
  return TRUE;
}

static gboolean
read_entries (MaqGguf *self,
              Cursor  *cursor,
              guint64  n_entries)
{
  for (guint64 i = 0; i < n_entries; i++)
    {
      gsize        start = cursor->at;
      MaqGgufEntry entry = { 0 };

      if (!read_name (cursor, &entry.key) || !read_value (cursor, &entry))
        {
          maq_gguf_entry_clear (&entry);
          return FALSE;
        }
      g_array_append_val (self->entries, entry);
      if (entry.key[0] == '\0')
        return corrupt (cursor, start, "a metadata key is empty");
      if (!g_hash_table_insert (self->by_key, entry.key, GUINT_TO_POINTER (self->entries->len)))
        return corrupt (cursor, start, "a metadata key is there twice");
    }
  return TRUE;
}

// What a type does not allow: the file may mean another one by its number.
static gboolean
contradicts (Cursor             *cursor,
             const MaqGgufPlace *tensor,
             gsize               offset,
             const char         *fact)
{
  g_autofree char *other = NULL;

  if (tensor->type < FIRST_DISPUTED_TYPE)
    return corrupt (cursor, offset, fact);
  other = g_strdup_printf ("%s; a fork's type of the same number, %u, is not supported, nor is it by llama.cpp", fact, tensor->type);
  return unsupported (cursor, offset, other);
}

static gboolean
read_shape (MaqGguf      *self,
            Cursor       *cursor,
            MaqGgufPlace *tensor)
{
  gsize   start = cursor->at;
  guint64 n_elements = 1;
  guint   elements, bytes;

  if (!read_u32 (cursor, &tensor->n_dims))
    return FALSE;
  if (tensor->n_dims > G_N_ELEMENTS (tensor->shape))
    return unsupported (cursor, start, "a tensor has more than four dimensions, which llama.cpp does not support either");
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
  self->n_parameters += n_elements;
  if (self->n_parameters > G_MAXINT64)
    return corrupt (cursor, start, "there are more parameters than can be counted");
  // Types newer than the table, and those of forks, stay readable, only their size is not known.
  if (!maq_gguf_get_block (tensor->type, &elements, &bytes))
    return TRUE;
  if (tensor->n_dims > 0 && tensor->shape[0] % elements != 0)
    return contradicts (cursor, tensor, start, "a tensor's rows are not made of whole blocks of its type");
  if (!g_uint64_checked_mul (&tensor->size, n_elements / elements, bytes))
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
      gsize        start = cursor->at;
      MaqGgufPlace tensor = { 0 };

      if (!read_name (cursor, &tensor.name) || !read_shape (self, cursor, &tensor) || !read_u64 (cursor, &tensor.offset))
        {
          maq_gguf_place_clear (&tensor);
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
  const MaqGgufPlace *left = *(const MaqGgufPlace *const *) a, *right = *(const MaqGgufPlace *const *) b;

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
  const MaqGgufPlace *before = NULL;
  guint64             end = 0;

  for (guint i = 0; i < self->tensors->len; i++)
    g_ptr_array_add (sorted, &g_array_index (self->tensors, MaqGgufPlace, i));
  g_ptr_array_sort (sorted, compare_by_offset);
  for (guint i = 0; i < sorted->len; i++)
    {
      MaqGgufPlace *tensor = g_ptr_array_index (sorted, i);
      if (tensor->offset < end)
        return contradicts (cursor, before, tensor->offset, "two tensors take the same bytes");
      before = tensor;
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

  if (alignment < 1 || alignment > G_MAXUINT32 || (alignment & (alignment - 1)) != 0)
    return corrupt (cursor, cursor->at, "the alignment is not a power of two");
  start = (cursor->at + alignment - 1) / alignment * alignment;
  for (guint i = 0; i < self->tensors->len; i++)
    {
      MaqGgufPlace *tensor = &g_array_index (self->tensors, MaqGgufPlace, i);
      guint64       end;

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
      const char *other = maq_format_name_other (cursor->data, cursor->size);
      g_set_error (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT, "This is %s", other != NULL ? other : "not a GGUF file");
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
      g_set_error (cursor->error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED, "GGUF version %u is not supported, only 2 and 3, as by llama.cpp", self->version);
      return FALSE;
    }
  return read_u64 (cursor, n_tensors) && read_u64 (cursor, n_entries) &&
         allow (cursor, *n_tensors, TENSOR_BYTES, G_MAXUINT32 - 1, "the file has more tensors than can be listed") &&
         allow (cursor, *n_entries, KEY_BYTES, G_MAXUINT32 - 1, "the file has more metadata keys than can be listed");
}

MaqGguf *
maq_gguf_parse (GBytes  *bytes,
                guint64  file_size,
                GError **error)
{
  g_autoptr (MaqGguf) self = NULL;
  Cursor  cursor = { .error = error, .file_size = file_size };
  guint64 n_tensors, n_entries;

  g_return_val_if_fail (bytes != NULL, NULL);

  self = maq_gguf_new (bytes);
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

MaqGguf *
maq_gguf_parse_keys (GBytes  *bytes,
                     GError **error)
{
  g_autoptr (MaqGguf) self = NULL;
  g_autoptr (GError) failure = NULL;
  Cursor  cursor = { .error = &failure };
  guint64 n_tensors, n_entries;

  g_return_val_if_fail (bytes != NULL, NULL);

  self = maq_gguf_new (bytes);
  cursor.data = g_bytes_get_data (bytes, &cursor.size);
  if (cursor.data == NULL)
    cursor.data = (const guint8 *) "";
  if (read_start (self, &cursor, &n_tensors, &n_entries) &&
      (read_entries (self, &cursor, n_entries) || g_error_matches (failure, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NEEDS_MORE)))
    return g_steal_pointer (&self);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static MaqGguf *
parse_growing (int      fd,
               guint64  file_size,
               GError **error)
{
  guint64 want = FIRST_READ;

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
      if (!g_error_matches (failure, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NEEDS_MORE) || want >= file_size)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      want = MIN (want * 8, file_size);
    }
}

MaqGguf *
maq_gguf_open (const char *path,
               GError    **error)
{
  guint64      file_size;
  g_autofd int fd = maq_format_open (path, &file_size, error);

  if (fd < 0 || !maq_format_check_not_empty (file_size, error))
    return NULL;
  return parse_growing (fd, file_size, error);
}

MaqGguf *
maq_gguf_open_fd (int      fd,
                  GError **error)
{
  struct stat info;

  if (fstat (fd, &info) == 0)
    return maq_format_check_not_empty (info.st_size, error) ? parse_growing (fd, info.st_size, error) : NULL;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "The file cannot be read: %s", g_strerror (errno));
  return NULL;
}
