// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-inspect-private.h"

#include <glib/gi18n.h>
#include <string.h>

G_STATIC_ASSERT (G_N_ELEMENTS (((MaqInspectTensor *) NULL)->shape) == MAQ_SAFETENSORS_MAX_DIMS);

G_DEFINE_BOXED_TYPE (MaqInspection, maq_inspection, maq_inspection_ref, maq_inspection_unref)

static void
pair_free (gpointer data)
{
  MaqInspectPair *pair = data;

  g_free (pair->key);
  g_free (pair->text);
  g_free (pair);
}

static void
token_free (gpointer data)
{
  MaqInspectToken *token = data;

  g_free (token->role);
  g_free (token->text);
  g_free (token);
}

static void
template_free (gpointer data)
{
  MaqInspectTemplate *template = data;

  g_free (template->name);
  g_free (template->text);
  g_free (template);
}

MaqInspectionFull *
maq_inspection_new (MaqInspectKind kind,
                    const char    *path)
{
  MaqInspectionFull *self = g_new0 (MaqInspectionFull, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->public.kind = kind;
  self->public.name = g_path_get_basename (path);
  self->public.context_length = -1;
  self->public.types = g_array_new (FALSE, FALSE, sizeof (MaqInspectType));
  self->public.special_tokens = g_ptr_array_new_with_free_func (token_free);
  self->public.templates = g_ptr_array_new_with_free_func (template_free);
  self->pairs = g_ptr_array_new_with_free_func (pair_free);
  self->places = g_array_new (FALSE, FALSE, sizeof (MaqInspectPlace));
  return self;
}

MaqInspection *
maq_inspection_ref (MaqInspection *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&((MaqInspectionFull *) self)->ref_count);
  return self;
}

void
maq_inspection_unref (MaqInspection *self)
{
  MaqInspectionFull *full = (MaqInspectionFull *) self;

  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&full->ref_count))
    return;
  g_free (self->name);
  g_free (self->path);
  g_free (self->format);
  g_free (self->title);
  g_free (self->architecture);
  g_free (self->quantization);
  g_free (self->license);
  g_free (self->tokenizer);
  g_free (self->text);
  g_array_unref (self->types);
  g_ptr_array_unref (self->special_tokens);
  g_ptr_array_unref (self->templates);
  g_ptr_array_unref (full->pairs);
  g_array_unref (full->places);
  g_clear_pointer (&full->gguf, maq_gguf_unref);
  g_clear_pointer (&full->safetensors, maq_safetensors_unref);
  g_clear_pointer (&full->json, maq_json_unref);
  g_free (full);
}

void
maq_inspection_add_pair (MaqInspectionFull *self,
                         const char        *key,
                         const char        *text)
{
  MaqInspectPair *pair = g_new0 (MaqInspectPair, 1);

  pair->key = g_strdup (key);
  pair->text = g_strdup (text);
  g_ptr_array_add (self->pairs, pair);
}

void
maq_inspection_add_token (MaqInspection *self,
                          const char    *role,
                          gint64         id,
                          const char    *text)
{
  MaqInspectToken *token = g_new0 (MaqInspectToken, 1);

  token->role = g_strdup (role);
  token->id = id;
  token->text = g_strdup (text);
  g_ptr_array_add (self->special_tokens, token);
}

void
maq_inspection_add_template (MaqInspection *self,
                             const char    *name,
                             const char    *text)
{
  MaqInspectTemplate *template;

  // A blank one counts as none.
  if (text[strspn (text, " \t\r\n")] == '\0')
    return;
  template = g_new0 (MaqInspectTemplate, 1);
  template->name = g_strdup (name);
  template->text = g_strdup (text);
  g_ptr_array_add (self->templates, template);
}

static int
compare_types (gconstpointer a,
               gconstpointer b)
{
  const MaqInspectType *left = a, *right = b;

  if (left->n_bytes != right->n_bytes)
    return left->n_bytes > right->n_bytes ? -1 : 1;
  return strcmp (left->name, right->name);
}

void
maq_inspection_count_types (MaqInspection *self)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  MaqInspectTensor tensor;

  for (guint i = 0; maq_inspection_get_tensor (self, i, &tensor); i++)
    {
      guint           index = GPOINTER_TO_UINT (g_hash_table_lookup (known, tensor.type));
      MaqInspectType *type;

      if (index == 0)
        {
          MaqInspectType first = { .name = tensor.type };
          g_array_append_val (self->types, first);
          index = self->types->len;
          g_hash_table_insert (known, (gpointer) tensor.type, GUINT_TO_POINTER (index));
        }
      type = &g_array_index (self->types, MaqInspectType, index - 1);
      type->n_tensors++;
      type->n_bytes += tensor.size;
    }
  g_array_sort (self->types, compare_types);
}

guint
maq_inspection_get_n_keys (MaqInspection *self)
{
  const MaqInspectionFull *full = (MaqInspectionFull *) self;

  g_return_val_if_fail (self != NULL, 0);

  return full->gguf != NULL ? maq_gguf_get_n_keys (full->gguf) : full->pairs->len;
}

static const MaqInspectPair *
get_pair (MaqInspection *self,
          guint          index)
{
  return g_ptr_array_index (((MaqInspectionFull *) self)->pairs, index);
}

const char *
maq_inspection_get_key (MaqInspection *self,
                        guint          index)
{
  const MaqInspectionFull *full = (MaqInspectionFull *) self;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < maq_inspection_get_n_keys (self), NULL);

  return full->gguf != NULL ? maq_gguf_get_key (full->gguf, index) : get_pair (self, index)->key;
}

char *
maq_inspection_dup_key_type (MaqInspection *self,
                             guint          index)
{
  const MaqInspectionFull *full = (MaqInspectionFull *) self;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < maq_inspection_get_n_keys (self), NULL);

  // How many tensors a shard has is no value of a type.
  if (full->gguf == NULL)
    return g_strdup (full->safetensors != NULL ? "string" : "");
  return g_strconcat (maq_gguf_get_type_name (full->gguf, index), maq_gguf_is_array (full->gguf, index) ? "[]" : NULL, NULL);
}

gsize
maq_inspection_get_array_length (MaqInspection *self,
                                 guint          index)
{
  const MaqInspectionFull *full = (MaqInspectionFull *) self;

  g_return_val_if_fail (self != NULL, 0);

  return full->gguf != NULL ? maq_gguf_get_array_length (full->gguf, index) : 0;
}

GVariant *
maq_inspection_dup_value (MaqInspection *self,
                          guint          index,
                          gsize          max_elements)
{
  const MaqInspectionFull *full = (MaqInspectionFull *) self;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < maq_inspection_get_n_keys (self), NULL);

  if (full->gguf != NULL)
    return maq_gguf_dup_value (full->gguf, index, max_elements);
  return g_variant_ref_sink (g_variant_new_string (get_pair (self, index)->text));
}

static char *
value_to_text (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_strdup_printf ("%g", g_variant_get_double (value));
  return g_variant_print (value, FALSE);
}

char *
maq_inspection_dup_value_text (MaqInspection *self,
                               guint          index,
                               gsize          max_elements)
{
  g_autoptr (GVariant) value = maq_inspection_dup_value (self, index, max_elements);
  g_autoptr (GString) text = NULL;
  gsize length, shown;

  if (value == NULL)
    return NULL;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return value_to_text (value);
  length = maq_inspection_get_array_length (self, index);
  shown = g_variant_n_children (value);
  text = g_string_new (NULL);
  for (gsize i = 0; i < shown; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      g_autofree char *item = value_to_text (child);
      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", item);
    }
  if (length > shown)
    // Translators: behind the first elements of a list; %s is a comma, or nothing.
    g_string_append_printf (text, _ ("%s… (%" G_GSIZE_FORMAT " in all)"), shown > 0 ? ", " : "", length);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

guint
maq_inspection_get_n_tensors (MaqInspection *self)
{
  const MaqInspectionFull *full = (MaqInspectionFull *) self;

  g_return_val_if_fail (self != NULL, 0);

  if (full->gguf != NULL)
    return maq_gguf_get_n_tensors (full->gguf);
  return full->safetensors != NULL ? full->safetensors->tensors->len : full->places->len;
}

static void
take_gguf_tensor (MaqGguf          *gguf,
                  guint             index,
                  MaqInspectTensor *tensor)
{
  MaqGgufTensor found = { 0 };

  maq_gguf_get_tensor (gguf, index, &found);
  tensor->name = found.name;
  tensor->type = found.type;
  tensor->n_dims = found.n_dims;
  tensor->offset = found.offset;
  tensor->size = found.size;
  memcpy (tensor->shape, found.shape, found.n_dims * sizeof found.shape[0]);
}

static void
take_safetensor (const MaqSafetensor *found,
                 MaqInspectTensor    *tensor)
{
  tensor->name = found->name;
  tensor->type = found->dtype;
  tensor->n_dims = found->n_dims;
  tensor->offset = found->offset;
  tensor->size = found->size;
  for (guint i = 0; i < found->n_dims; i++)
    tensor->shape[i] = (guint64) found->shape[i];
}

gboolean
maq_inspection_get_tensor (MaqInspection    *self,
                           guint             index,
                           MaqInspectTensor *tensor)
{
  const MaqInspectionFull *full = (MaqInspectionFull *) self;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (tensor != NULL, FALSE);

  if (index >= maq_inspection_get_n_tensors (self))
    return FALSE;
  tensor->shard = NULL;
  if (full->gguf != NULL)
    take_gguf_tensor (full->gguf, index, tensor);
  else if (full->safetensors != NULL)
    take_safetensor (g_ptr_array_index (full->safetensors->tensors, index), tensor);
  else
    {
      const MaqInspectPlace *place = &g_array_index (full->places, MaqInspectPlace, index);

      tensor->name = place->name;
      tensor->shard = place->shard;
      tensor->type = "";
      tensor->n_dims = 0;
      tensor->offset = tensor->size = 0;
    }
  return TRUE;
}

char *
maq_inspect_tensor_dup_shape (const MaqInspectTensor *tensor)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (tensor != NULL, NULL);

  for (guint i = 0; i < tensor->n_dims; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? " × " : "", tensor->shape[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
maq_inspection_dup_types (MaqInspection *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->types->len; i++)
    {
      const MaqInspectType *type = &g_array_index (self->types, MaqInspectType, i);
      g_string_append_printf (text, "%s%u %s", i == 0 ? "" : ", ", type->n_tensors, type->name);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
