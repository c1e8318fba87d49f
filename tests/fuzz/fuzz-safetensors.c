// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "fuzz.h"
#include "maq-safetensors.h"

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const guint64 sizes[] = { 0, size, size + 4096 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);

  maq_safetensors_get_header_size (bytes);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MaqSafetensors) file = maq_safetensors_parse (bytes, sizes[i], &error);
      g_assert_true ((file == NULL) == (error != NULL));
      for (guint n = 0; file != NULL && n < file->tensors->len; n++)
        {
          const MaqSafetensor *tensor = g_ptr_array_index (file->tensors, n);
          g_assert_true (tensor->n_dims <= MAQ_SAFETENSORS_MAX_DIMS && g_utf8_validate (tensor->name, -1, NULL));
          g_assert_true (sizes[i] == 0 || (tensor->size <= sizes[i] && tensor->offset <= sizes[i] - tensor->size));
        }
    }
  return 0;
}

static void
add_header (FuzzAdd     add,
            const char *json)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  guint64 length = GUINT64_TO_LE (strlen (json));

  g_byte_array_append (file, (const guint8 *) &length, sizeof length);
  g_byte_array_append (file, (const guint8 *) json, strlen (json));
  g_byte_array_set_size (file, file->len + 64);
  memset (file->data + file->len - 64, 0, 64);
  add (file->data, file->len);
}

void
fuzz_add_seeds (FuzzAdd add)
{
  add_header (add, "{\"__metadata__\":{\"format\":\"pt\"},\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[0,32]},"
                   "\"b\":{\"dtype\":\"BF16\",\"shape\":[16],\"data_offsets\":[32,64]}}");
  add_header (add, "{\"s\":{\"dtype\":\"F8_E4M3\",\"shape\":[],\"data_offsets\":[0,1]},\"e\":{\"dtype\":\"I64\",\"shape\":[0,3],\"data_offsets\":[1,1]}}   ");
  add_header (add, "{}");
}
