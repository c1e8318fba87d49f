// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-gguf-private.h"

const MaqGgufValueType maq_gguf_value_types[MAQ_GGUF_N_TYPES] = {
  [MAQ_GGUF_UINT8] = { 1, "y", "u8" },
  [MAQ_GGUF_INT8] = { 1, "n", "i8" },
  [MAQ_GGUF_UINT16] = { 2, "q", "u16" },
  [MAQ_GGUF_INT16] = { 2, "n", "i16" },
  [MAQ_GGUF_UINT32] = { 4, "u", "u32" },
  [MAQ_GGUF_INT32] = { 4, "i", "i32" },
  [MAQ_GGUF_FLOAT32] = { 4, "d", "f32" },
  [MAQ_GGUF_BOOL] = { 1, "b", "bool" },
  [MAQ_GGUF_STRING] = { 0, "s", "string" },
  [MAQ_GGUF_UINT64] = { 8, "t", "u64" },
  [MAQ_GGUF_INT64] = { 8, "x", "i64" },
  [MAQ_GGUF_FLOAT64] = { 8, "d", "f64" },
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

// From llama.cpp's llama_ftype (0.7); the gaps are formats that are gone.
static const char *const file_types[] = {
  [0] = "F32",
  [1] = "F16",
  [2] = "Q4_0",
  [3] = "Q4_1",
  [7] = "Q8_0",
  [8] = "Q5_0",
  [9] = "Q5_1",
  [10] = "Q2_K",
  [11] = "Q3_K_S",
  [12] = "Q3_K_M",
  [13] = "Q3_K_L",
  [14] = "Q4_K_S",
  [15] = "Q4_K_M",
  [16] = "Q5_K_S",
  [17] = "Q5_K_M",
  [18] = "Q6_K",
  [19] = "IQ2_XXS",
  [20] = "IQ2_XS",
  [21] = "Q2_K_S",
  [22] = "IQ3_XS",
  [23] = "IQ3_XXS",
  [24] = "IQ1_S",
  [25] = "IQ4_NL",
  [26] = "IQ3_S",
  [27] = "IQ3_M",
  [28] = "IQ2_S",
  [29] = "IQ2_M",
  [30] = "IQ4_XS",
  [31] = "IQ1_M",
  [32] = "BF16",
  [36] = "TQ1_0",
  [37] = "TQ2_0",
  [38] = "MXFP4_MOE",
  [39] = "NVFP4",
  [40] = "Q1_0",
  [41] = "Q2_0",
};

const char *
maq_gguf_get_file_type_name (gint64 file_type)
{
  return file_type >= 0 && file_type < (gint64) G_N_ELEMENTS (file_types) ? file_types[file_type] : NULL;
}

static gboolean
is_known (guint32 type)
{
  return type < G_N_ELEMENTS (tensor_types) && tensor_types[type].name != NULL;
}

gboolean
maq_gguf_get_block (guint32 type,
                    guint  *elements,
                    guint  *bytes)
{
  if (!is_known (type))
    return FALSE;
  *elements = tensor_types[type].elements;
  *bytes = tensor_types[type].bytes;
  return TRUE;
}

const char *
maq_gguf_get_tensor_type_name (guint32 type)
{
  // The highest number that a fork is known to use is 399. Names are kept, so there must be an end to them.
  static char *unknown[1024];

  if (is_known (type))
    return tensor_types[type].name;
  if (type >= G_N_ELEMENTS (unknown))
    return "type over 1023";
  if (g_once_init_enter_pointer (&unknown[type]))
    g_once_init_leave_pointer (&unknown[type], g_strdup_printf ("type %u", type));
  return unknown[type];
}
