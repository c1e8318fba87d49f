// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-safetensors.h"

#include "maq-gguf.h"

#include <glib/gstdio.h>
#include <string.h>

static GBytes *
make_file (const char *header,
           gsize       n_data)
{
  GByteArray *bytes = g_byte_array_new ();
  guint64     length = GUINT64_TO_LE (strlen (header));

  g_byte_array_append (bytes, (const guint8 *) &length, sizeof length);
  g_byte_array_append (bytes, (const guint8 *) header, strlen (header));
  for (gsize i = 0; i < n_data; i++)
    g_byte_array_append (bytes, (const guint8 *) "", 1);
  return g_byte_array_free_to_bytes (bytes);
}

static const char good[] = "{\"b\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[4,16]},"
                           "\"__metadata__\":{\"format\":\"pt\",\"odd\":7},"
                           "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}  ";

static void
reads_what_was_written (void)
{
  g_autoptr (GBytes) bytes = make_file (good, 16);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqSafetensors) self = maq_safetensors_parse (bytes, g_bytes_get_size (bytes), &error);
  const MaqSafetensor *tensor;

  g_assert_no_error (error);
  g_assert_cmpuint (self->header_size, ==, 8 + strlen (good));
  g_assert_cmpuint (self->n_parameters, ==, 7);
  g_assert_cmpuint (self->tensors->len, ==, 2);
  tensor = g_ptr_array_index (self->tensors, 1);
  g_assert_cmpstr (tensor->name, ==, "b");
  g_assert_cmpstr (tensor->dtype, ==, "F16");
  g_assert_cmpuint (tensor->n_dims, ==, 2);
  g_assert_cmpint (tensor->shape[1], ==, 3);
  g_assert_cmpuint (tensor->offset, ==, self->header_size + 4);
  g_assert_cmpuint (tensor->size, ==, 12);
  g_assert_cmpuint (g_hash_table_size (self->metadata), ==, 1);
  g_assert_cmpstr (g_hash_table_lookup (self->metadata, "format"), ==, "pt");
}

static void
every_truncation_is_an_error (void)
{
  g_autoptr (GBytes) whole = make_file (good, 16);

  for (gsize n = 0; n < g_bytes_get_size (whole); n++)
    {
      g_autoptr (GBytes) part = g_bytes_new (g_bytes_get_data (whole, NULL), n);
      g_autoptr (GError) error = NULL;
      g_autoptr (MaqSafetensors) self = maq_safetensors_parse (part, MAX (n, 1), &error);

      g_assert_null (self);
      g_assert_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_TRUNCATED);
    }
}

static void
hostile_headers (void)
{
  static const char *const headers[] = {
    "{]",
    "{\"a\":7}",
    "{\"a\":{}}",
    "{\"a\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9223372036854775807]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":\"1\",\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (GBytes) bytes = make_file (headers[i], 64);
      g_autoptr (GError) error = NULL;
      g_autoptr (MaqSafetensors) self = maq_safetensors_parse (bytes, 0, &error);

      g_test_message ("%s", headers[i]);
      g_assert_null (self);
      g_assert_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_CORRUPT);
    }
}

// Metadata of another kind than an object is left out, a type or a shape that is not known is no damage.
static void
odd_headers (void)
{
  g_autoptr (GString) shape = g_string_new ("1");
  g_autofree char *many = NULL;
  const char      *headers[] = {
    "{\"__metadata__\":[\"x\",null],\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
    "{\"__metadata__\":null,\"a\":{\"dtype\":\"F8_E4M3FNUZ\",\"shape\":[4],\"data_offsets\":[0,4]}}",
    "{\"__metadata__\":{\"format\":null},\"a\":{\"dtype\":\"F4\",\"shape\":[8],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F99\",\"shape\":[8],\"data_offsets\":[0,4]}}",
    NULL,
  };
  static const int codes[] = { -1, -1, -1, -1, MAQ_FORMAT_ERROR_UNSUPPORTED };

  for (guint i = 0; i < MAQ_SAFETENSORS_MAX_DIMS; i++)
    g_string_append (shape, ",1");
  headers[4] = many = g_strdup_printf ("{\"a\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[0,4]}}", shape->str);
  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (GBytes) bytes = make_file (headers[i], 64);
      g_autoptr (GError) error = NULL;
      g_autoptr (MaqSafetensors) self = maq_safetensors_parse (bytes, 0, &error);

      g_test_message ("%s", headers[i]);
      if (codes[i] >= 0)
        g_assert_error (error, MAQ_FORMAT_ERROR, codes[i]);
      else
        {
          g_assert_no_error (error);
          g_assert_cmpuint (self->tensors->len, ==, 1);
          g_assert_cmpuint (g_hash_table_size (self->metadata), ==, 0);
        }
    }
}

static void
other_files_are_told_apart (void)
{
  static const char *const files[] = { "GGUF............", "\377\377\377\377\377\377\377\377{}", "\1\0\0\0\0\0\0\0{" };
  static const gsize       sizes[] = { 16, 10, 9 };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (files[i], sizes[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (maq_safetensors_parse (bytes, 0, &error));
      g_assert_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT);
    }
}

static void
opens_files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("maq-safetensors-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "x.safetensors", NULL);
  g_autoptr (GBytes) bytes = make_file (good, 16);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqSafetensors) self = NULL;

  g_assert_null (maq_safetensors_open (path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL));
  self = maq_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self->tensors->len, ==, 2);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes) - 1, NULL));
  g_assert_null (maq_safetensors_open (path, &error));
  g_assert_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_TRUNCATED);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/format/safetensors/reads-what-was-written", reads_what_was_written);
  g_test_add_func ("/format/safetensors/every-truncation-is-an-error", every_truncation_is_an_error);
  g_test_add_func ("/format/safetensors/hostile-headers", hostile_headers);
  g_test_add_func ("/format/safetensors/odd-headers", odd_headers);
  g_test_add_func ("/format/safetensors/other-files-are-told-apart", other_files_are_told_apart);
  g_test_add_func ("/format/safetensors/opens-files", opens_files);
  return g_test_run ();
}
