// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// What a document is follows from its members, not from its name: every fact is looked for in every document.
#include "maq-inspect-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-repo-address.h"

// The most bytes of indented text, and members of one array or object in it. A vocabulary is no reading matter.
#define MAX_TEXT    (192 * 1024)
#define MAX_MEMBERS 500
#define MAX_TOKENS  2000

// --- Text ---

static gboolean
is_flat (MaqJsonValue *value)
{
  gsize n = 0;

  if (!maq_json_is_array (value) || maq_json_get_size (value) > 8)
    return FALSE;
  MAQ_JSON_FOREACH (item, value)
    n += maq_json_is_array (item) || maq_json_is_object (item) || maq_json_is_string (item);
  return n == 0;
}

static void
append_quoted (GString    *text,
               const char *string)
{
  g_string_append_c (text, '"');
  for (const char *p = string; *p != '\0'; p++)
    if (*p == '"' || *p == '\\')
      g_string_append_printf (text, "\\%c", *p);
    else if (*p == '\n')
      g_string_append (text, "\\n");
    else if ((guchar) *p < ' ')
      g_string_append_printf (text, "\\u%04x", *p);
    else
      g_string_append_c (text, *p);
  g_string_append_c (text, '"');
}

static void append_value (GString *text, MaqJsonValue *value, guint level, gboolean *is_cut);

static void
append_line_start (GString *text,
                   guint    level)
{
  g_string_append_c (text, '\n');
  for (guint i = 0; i < level; i++)
    g_string_append (text, "  ");
}

static void
append_members (GString      *text,
                MaqJsonValue *value,
                guint         level,
                gboolean     *is_cut)
{
  MaqJsonIter   iter;
  MaqJsonValue *item;
  const char   *name;
  guint         n = 0;

  maq_json_iter_init (&iter, value);
  while (maq_json_iter_next (&iter, &name, &item))
    {
      if (n > 0)
        g_string_append_c (text, ',');
      append_line_start (text, level + 1);
      if (n++ == MAX_MEMBERS || text->len > MAX_TEXT)
        {
          g_string_append_printf (text, "… %" G_GSIZE_FORMAT, maq_json_get_size (value) - n + 1);
          *is_cut = TRUE;
          break;
        }
      if (name != NULL)
        {
          append_quoted (text, name);
          g_string_append (text, ": ");
        }
      append_value (text, item, level + 1, is_cut);
    }
  append_line_start (text, level);
}

static void
append_value (GString      *text,
              MaqJsonValue *value,
              guint         level,
              gboolean     *is_cut)
{
  gboolean is_object = maq_json_is_object (value);

  if (maq_json_is_string (value))
    append_quoted (text, maq_json_as_string (value));
  else if (maq_json_get_size (value) == 0 || is_flat (value))
    {
      g_autofree char *compact = maq_json_to_text (value);
      g_string_append (text, compact);
    }
  else
    {
      g_string_append_c (text, is_object ? '{' : '[');
      append_members (text, value, level, is_cut);
      g_string_append_c (text, is_object ? '}' : ']');
    }
}

// --- Facts ---

// The text of a token: a string, or an object with its content.
static const char *
token_text (MaqJsonValue *value)
{
  return maq_json_is_object (value) ? maq_json_get_string (value, "content") : maq_json_as_string (value);
}

// "bos_token": "<s>" and the like.
static void
fill_roles (MaqInspection *public,
            MaqJsonValue *root)
{
  MAQ_JSON_FOREACH_MEMBER (name, item, root)
    {
      g_autofree char *role = NULL;

      if (!g_str_has_suffix (name, "_token") || token_text (item) == NULL)
        continue;
      role = g_strndup (name, strlen (name) - strlen ("_token"));
      maq_inspection_add_token (public, role, -1, token_text (item));
    }
}

// One of added_tokens: gives a role its id, or is listed by itself.
static void
add_added_token (MaqInspection *public,
                 guint         n_roles,
                 gint64        id,
                 MaqJsonValue *token)
{
  const char *text = token_text (token);
  gboolean    has_role = FALSE;

  if (text == NULL)
    return;
  for (guint i = 0; i < n_roles; i++)
    {
      MaqInspectToken *known = g_ptr_array_index (public->special_tokens, i);

      if (g_str_equal (known->text, text))
        {
          known->id = id;
          has_role = TRUE;
        }
    }
  if (!has_role && public->special_tokens->len < MAX_TOKENS)
    maq_inspection_add_token (public, maq_json_get_bool (token, "special", FALSE) ? "control" : "added", id, text);
}

static void
fill_tokens (MaqInspection *public,
             MaqJsonValue *root)
{
  MaqJsonValue *model = maq_json_get (root, "model");
  MaqJsonValue *added = maq_json_get (root, "added_tokens");
  const char   *type = maq_json_get_string (root, "tokenizer_class");
  guint         n_roles;

  if (type == NULL && (added != NULL || maq_json_get (model, "vocab") != NULL))
    type = maq_json_get_string (model, "type");
public
  ->tokenizer = g_strdup (type);
public
  ->n_tokens = public->is_cut ? 0 : maq_json_get_size (maq_json_get (model, "vocab"));
  fill_roles (public, root);
  n_roles = MIN (public->special_tokens->len, 64);
  MAQ_JSON_FOREACH (token, added)
    add_added_token (public, n_roles, maq_json_get_int (token, "id", -1), token);
  MAQ_JSON_FOREACH_MEMBER (id, token, maq_json_get (root, "added_tokens_decoder"))
    add_added_token (public, n_roles, g_ascii_strtoll (id, NULL, 10), token);
}

static void
fill_templates (MaqInspection *public,
                MaqJsonValue *root)
{
  MaqJsonValue *template = maq_json_get (root, "chat_template");

  if (maq_json_is_string (template))
    maq_inspection_add_template (public, NULL, maq_json_as_string (template));
  MAQ_JSON_FOREACH (item, template)
    {
      const char *name = maq_json_get_string (item, "name"), *text = maq_json_get_string (item, "template");

      if (text != NULL)
        maq_inspection_add_template (public, g_strcmp0 (name, "default") == 0 ? NULL : name, text);
    }
}

// config.json of transformers. Models of several parts say it of their text part.
static void
fill_model (MaqInspection *public,
            MaqJsonValue *root)
{
  MaqJsonValue *text = maq_json_get (root, "text_config");
  MaqJsonValue *quantization = maq_json_get (root, "quantization_config");
  g_auto (GStrv) architectures = maq_json_dup_strv (root, "architectures");
  const char *method = maq_json_get_string (quantization, "quant_method");
  const char *dtype = maq_json_get_string (root, "dtype");

public
  ->architecture = g_strdup (architectures[0] != NULL ? architectures[0] : maq_json_get_string (root, "model_type"));
public
  ->context_length = maq_json_get_int (root, "max_position_embeddings", maq_json_get_int (text, "max_position_embeddings", -1));
  if (dtype == NULL)
    dtype = maq_json_get_string (root, "torch_dtype");
public
  ->quantization = g_strdup (method != NULL ? method : dtype);
  if (public->n_tokens == 0)
  public
  ->n_tokens = MAX (maq_json_get_int (root, "vocab_size", maq_json_get_int (text, "vocab_size", 0)), 0);
}

// …safetensors.index.json: which file has which tensor.
static void
fill_index (MaqInspectionFull *self,
            MaqJsonValue      *root)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GList) shards = NULL;
  guint n_unsafe = 0;

  MAQ_JSON_FOREACH_MEMBER (name, item, maq_json_get (root, "weight_map"))
    {
      MaqInspectPlace place = { name, maq_json_as_string (item) };

      if (place.shard == NULL)
        continue;
      // Who reads the list, here or through `maq inspect --json`, may ask the Hub for what it names.
      if (!maq_repo_reference_validate (place.shard, NULL))
        {
          n_unsafe++;
          continue;
        }
      g_array_append_val (self->places, place);
      g_hash_table_insert (counts, (gpointer) place.shard, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, place.shard)) + 1));
    }
  shards = g_list_sort (g_hash_table_get_keys (counts), (GCompareFunc) strcmp);
  for (GList *shard = shards; shard != NULL; shard = shard->next)
    {
      guint            n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, shard->data));
      g_autofree char *count = g_strdup_printf (ngettext ("%u tensor", "%u tensors", n), n);

      maq_inspection_add_pair (self, shard->data, count);
    }
  if (n_unsafe > 0)
    {
      g_autofree char *count = g_strdup_printf (ngettext ("%u tensor left out", "%u tensors left out", n_unsafe), n_unsafe);

      maq_inspection_add_pair (self, _ ("Unsafe file names"), count);
    }
}

void
maq_inspect_fill_json (MaqInspectionFull *self)
{
  MaqInspection *public = &self->public;
  MaqJsonValue *root = maq_json_get_root (self->json);
  GString      *text = g_string_new (NULL);

public
  ->format = g_strdup ("JSON");
  fill_tokens (public, root);
  fill_templates (public, root);
  fill_model (public, root);
  fill_index (self, root);
  append_value (text, root, 0, &public->is_cut);
public
  ->text = g_string_free (text, FALSE);
}
