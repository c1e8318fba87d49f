// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "fuzz.h"
#include "maq-json-schema.h"

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autofree char *grammar = maq_json_schema_to_grammar (bytes, &error);

  g_assert_true ((grammar == NULL) == (error != NULL));
  g_assert_true (grammar == NULL || (g_utf8_validate (grammar, -1, NULL) && strstr (grammar, "root ::=") != NULL));
  return 0;
}

void
fuzz_add_seeds (FuzzAdd add)
{
  static const char *const texts[] = {
    "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"string\", \"minLength\": 1, \"maxLength\": 5}, \"b\": {\"type\": \"integer\", \"minimum\": -3, "
    "\"maximum\": 120}}, \"required\": [\"a\"], \"additionalProperties\": false}",
    "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/x\"}, \"minItems\": 1, \"maxItems\": 3, \"$defs\": {\"x\": {\"enum\": [1, \"a\", null, true]}}}",
    "{\"type\": \"string\", \"pattern\": \"^[a-z]{2,3}(x|y)*\\\\d+$\"}",
    "{\"anyOf\": [{\"type\": \"number\"}, {\"const\": {\"a\": [1]}}], \"title\": \"t\"}",
    "{\"allOf\": [{\"type\": \"object\", \"properties\": {\"a\": {}}}, {\"required\": [\"a\"]}]}",
    "{\"type\": [\"string\", \"null\"], \"format\": \"date-time\"}",
    "{\"prefixItems\": [{\"type\": \"boolean\"}, {\"type\": \"number\", \"exclusiveMinimum\": 0}], \"items\": false}",
    "{\"type\": \"object\", \"patternProperties\": {\"^x\": {}}, \"minProperties\": 1, \"propertyNames\": {\"pattern\": \"^[a-z]+$\"}}",
    "true",
    NULL,
  };
  fuzz_add_texts (add, texts);
}
