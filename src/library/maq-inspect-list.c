// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-inspect-list.h"

#include <string.h>

// How much of a value a row shows, and of an array; how much of an array is given whole.
#define LINE_BYTES     300
#define LINE_ELEMENTS  6
#define WHOLE_ELEMENTS 10000

typedef enum
{
  KEYS,
  TENSORS,
  TOKENS,
} Kind;

struct _MaqInspectItem
{
  GObject parent_instance;

  MaqInspection *inspection;
  guint          index;
  Kind           kind;
};

G_DEFINE_FINAL_TYPE (MaqInspectItem, maq_inspect_item, G_TYPE_OBJECT)

typedef enum
{
  PROP_NAME = 1,
  PROP_TYPE,
  PROP_TEXT,
  PROP_FACTS,
  PROP_SIZE,
  PROP_OFFSET,
} MaqInspectItemProperty;

static GParamSpec *item_properties[PROP_OFFSET + 1];

// TEXT on one line, and not all of it where it is long.
static char *
to_line (const char *text)
{
  gsize    length = strnlen (text, LINE_BYTES);
  GString *line = g_string_sized_new (length);

  while (length > 0 && (text[length] & 0xc0) == 0x80)
    length--;
  for (gsize i = 0; i < length; i++)
    if ((guchar) text[i] >= ' ')
      g_string_append_c (line, text[i]);
    else if (line->len > 0 && line->str[line->len - 1] != ' ')
      g_string_append_c (line, ' ');
  if (text[length] != '\0')
    g_string_append (line, "…");
  return g_string_free (line, FALSE);
}

static const MaqInspectToken *
get_token (MaqInspectItem *self)
{
  return g_ptr_array_index (self->inspection->special_tokens, self->index);
}

static char *
dup_text (MaqInspectItem *self)
{
  MaqInspectTensor tensor;
  g_autofree char *text = NULL;

  if (self->kind == TENSORS)
    {
      maq_inspection_get_tensor (self->inspection, self->index, &tensor);
      return tensor.shard != NULL ? g_strdup (tensor.shard) : maq_inspect_tensor_dup_shape (&tensor);
    }
  if (self->kind == KEYS)
    text = maq_inspection_dup_value_text (self->inspection, self->index, LINE_ELEMENTS);
  else
    text = g_strdup (get_token (self)->text);
  return to_line (text != NULL ? text : "");
}

static char *
dup_type (MaqInspectItem *self)
{
  MaqInspectTensor tensor;
  gint64           id;

  if (self->kind == KEYS)
    return maq_inspection_dup_key_type (self->inspection, self->index);
  if (self->kind == TOKENS)
    {
      id = get_token (self)->id;
      return id >= 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, id) : g_strdup ("");
    }
  maq_inspection_get_tensor (self->inspection, self->index, &tensor);
  return g_strdup (tensor.type);
}

static char *
dup_facts (MaqInspectItem *self)
{
  g_autofree char *type = dup_type (self), *text = dup_text (self);

  return g_strconcat (type, *type != '\0' && *text != '\0' ? " · " : "", text, NULL);
}

const char *
maq_inspect_item_get_name (MaqInspectItem *self)
{
  MaqInspectTensor tensor;

  g_return_val_if_fail (MAQ_IS_INSPECT_ITEM (self), NULL);

  if (self->kind == KEYS)
    return maq_inspection_get_key (self->inspection, self->index);
  if (self->kind == TOKENS)
    return get_token (self)->role;
  maq_inspection_get_tensor (self->inspection, self->index, &tensor);
  return tensor.name;
}

char *
maq_inspect_item_dup_whole_text (MaqInspectItem *self)
{
  g_return_val_if_fail (MAQ_IS_INSPECT_ITEM (self), NULL);

  if (self->kind == KEYS)
    return maq_inspection_dup_value_text (self->inspection, self->index, WHOLE_ELEMENTS);
  return self->kind == TENSORS ? dup_facts (self) : g_strdup (get_token (self)->text);
}

static void
maq_inspect_item_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  MaqInspectItem  *self = MAQ_INSPECT_ITEM (object);
  MaqInspectTensor tensor = { 0 };

  if (self->kind == TENSORS)
    maq_inspection_get_tensor (self->inspection, self->index, &tensor);
  switch ((MaqInspectItemProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, maq_inspect_item_get_name (self));
      break;
    case PROP_TYPE:
      g_value_take_string (value, dup_type (self));
      break;
    case PROP_TEXT:
      g_value_take_string (value, dup_text (self));
      break;
    case PROP_FACTS:
      g_value_take_string (value, dup_facts (self));
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, tensor.size);
      break;
    case PROP_OFFSET:
      g_value_set_uint64 (value, tensor.offset);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_inspect_item_finalize (GObject *object)
{
  maq_inspection_unref (MAQ_INSPECT_ITEM (object)->inspection);

  G_OBJECT_CLASS (maq_inspect_item_parent_class)->finalize (object);
}

static void
maq_inspect_item_class_init (MaqInspectItemClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_inspect_item_get_property;
  object_class->finalize = maq_inspect_item_finalize;

  item_properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  item_properties[PROP_TYPE] = g_param_spec_string ("type", NULL, NULL, NULL, flags);
  item_properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  item_properties[PROP_FACTS] = g_param_spec_string ("facts", NULL, NULL, NULL, flags);
  item_properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  item_properties[PROP_OFFSET] = g_param_spec_uint64 ("offset", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (item_properties), item_properties);
}

static void
maq_inspect_item_init (MaqInspectItem *self)
{
}

struct _MaqInspectList
{
  GObject parent_instance;

  MaqInspection  *inspection;
  Kind            kind;
  char          **words;
  MaqInspectOrder order;
  gboolean        descending;
  GArray         *rows; // of guint, what is shown; NULL: everything, in place
};

static GType
get_item_type (GListModel *model)
{
  return MAQ_TYPE_INSPECT_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  MaqInspectList *self = MAQ_INSPECT_LIST (model);

  return self->rows != NULL ? self->rows->len : maq_inspect_list_get_n_all (self);
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  MaqInspectList *self = MAQ_INSPECT_LIST (model);
  MaqInspectItem *item;

  if (position >= get_n_items (model))
    return NULL;
  item = g_object_new (MAQ_TYPE_INSPECT_ITEM, NULL);
  item->inspection = maq_inspection_ref (self->inspection);
  item->index = self->rows != NULL ? g_array_index (self->rows, guint, position) : position;
  item->kind = self->kind;
  return item;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqInspectList, maq_inspect_list, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static gboolean
matches (MaqInspectList *self,
         guint           index)
{
  MaqInspectItem   item = { .inspection = self->inspection, .index = index, .kind = self->kind };
  MaqInspectTensor tensor;
  g_autofree char *text = NULL;
  const char      *name;

  if (self->kind == TENSORS)
    {
      maq_inspection_get_tensor (self->inspection, index, &tensor);
      name = tensor.name;
    }
  else
    {
      name = self->kind == KEYS ? maq_inspection_get_key (self->inspection, index) : get_token (&item)->role;
      text = dup_text (&item);
    }
  for (char **word = self->words; *word != NULL; word++)
    if (strcasestr (name, *word) == NULL && (text == NULL || strcasestr (text, *word) == NULL))
      return FALSE;
  return TRUE;
}

// What a tensor is ordered by, read once for all comparisons.
typedef struct
{
  const char *text;
  guint64     size;
  guint       index;
} SortKey;

static int
compare_keys (gconstpointer a,
              gconstpointer b,
              gpointer      data)
{
  const MaqInspectList *self = data;
  const SortKey        *left = a, *right = b;
  int                   result = self->order == MAQ_INSPECT_BY_SIZE ? (left->size > right->size) - (left->size < right->size) : strcmp (left->text, right->text);

  if (result == 0)
    return (left->index > right->index) - (left->index < right->index);
  return self->descending ? -result : result;
}

static void
sort_rows (MaqInspectList *self)
{
  g_autoptr (GArray) keys = g_array_sized_new (FALSE, FALSE, sizeof (SortKey), self->rows->len);
  MaqInspectTensor tensor;

  for (guint i = 0; i < self->rows->len; i++)
    {
      SortKey key = { .index = g_array_index (self->rows, guint, i) };

      maq_inspection_get_tensor (self->inspection, key.index, &tensor);
      key.text = self->order == MAQ_INSPECT_BY_TYPE ? tensor.type : tensor.name;
      key.size = tensor.size;
      g_array_append_val (keys, key);
    }
  g_array_sort_with_data (keys, compare_keys, self);
  for (guint i = 0; i < keys->len; i++)
    g_array_index (self->rows, guint, i) = g_array_index (keys, SortKey, i).index;
}

static void
update (MaqInspectList *self)
{
  guint n_before = get_n_items (G_LIST_MODEL (self));

  g_clear_pointer (&self->rows, g_array_unref);
  if (self->words != NULL || self->order != MAQ_INSPECT_BY_PLACE)
    {
      self->rows = g_array_new (FALSE, FALSE, sizeof (guint));
      for (guint i = 0; i < maq_inspect_list_get_n_all (self); i++)
        if (self->words == NULL || matches (self, i))
          g_array_append_val (self->rows, i);
    }
  if (self->order != MAQ_INSPECT_BY_PLACE && self->kind == TENSORS)
    sort_rows (self);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, get_n_items (G_LIST_MODEL (self)));
}

static void
maq_inspect_list_finalize (GObject *object)
{
  MaqInspectList *self = MAQ_INSPECT_LIST (object);

  maq_inspection_unref (self->inspection);
  g_strfreev (self->words);
  g_clear_pointer (&self->rows, g_array_unref);

  G_OBJECT_CLASS (maq_inspect_list_parent_class)->finalize (object);
}

static void
maq_inspect_list_class_init (MaqInspectListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_inspect_list_finalize;
}

static void
maq_inspect_list_init (MaqInspectList *self)
{
}

static MaqInspectList *
list_new (MaqInspection *inspection,
          Kind           kind)
{
  MaqInspectList *self = g_object_new (MAQ_TYPE_INSPECT_LIST, NULL);

  self->inspection = maq_inspection_ref (inspection);
  self->kind = kind;
  return self;
}

MaqInspectList *
maq_inspect_list_new_metadata (MaqInspection *inspection)
{
  g_return_val_if_fail (inspection != NULL, NULL);

  return list_new (inspection, KEYS);
}

MaqInspectList *
maq_inspect_list_new_tensors (MaqInspection *inspection)
{
  g_return_val_if_fail (inspection != NULL, NULL);

  return list_new (inspection, TENSORS);
}

MaqInspectList *
maq_inspect_list_new_tokens (MaqInspection *inspection)
{
  g_return_val_if_fail (inspection != NULL, NULL);

  return list_new (inspection, TOKENS);
}

guint
maq_inspect_list_get_n_all (MaqInspectList *self)
{
  g_return_val_if_fail (MAQ_IS_INSPECT_LIST (self), 0);

  if (self->kind == TOKENS)
    return self->inspection->special_tokens->len;
  return self->kind == TENSORS ? maq_inspection_get_n_tensors (self->inspection) : maq_inspection_get_n_keys (self->inspection);
}

void
maq_inspect_list_set_search (MaqInspectList *self,
                             const char     *words)
{
  g_autofree char *stripped = NULL;

  g_return_if_fail (MAQ_IS_INSPECT_LIST (self));

  stripped = g_strstrip (g_strdup (words != NULL ? words : ""));
  g_clear_pointer (&self->words, g_strfreev);
  if (*stripped != '\0')
    self->words = g_strsplit_set (stripped, " \t", -1);
  update (self);
}

void
maq_inspect_list_set_order (MaqInspectList *self,
                            MaqInspectOrder order,
                            gboolean        descending)
{
  g_return_if_fail (MAQ_IS_INSPECT_LIST (self));

  self->order = order;
  self->descending = descending;
  update (self);
}
