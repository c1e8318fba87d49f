// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-model-choices.h"

#include <glib/gi18n.h>

#include "maq-library-entry.h"
#include "maq-units.h"

struct _MaqModelChoice
{
  GObject           parent_instance;
  GObject          *entry; // MaqLibraryItem or MaqForeignItem
  const MaqVariant *variant;
  GPtrArray        *variants; // keeps the variant of a MaqLibraryItem
  gboolean          chosen;
  gboolean          loaded;
};

G_DEFINE_FINAL_TYPE (MaqModelChoice, maq_model_choice, G_TYPE_OBJECT)

enum
{
  PROP_TITLE = 1,
  PROP_DETAILS,
  PROP_LABEL,
  PROP_CHOSEN,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static char *
dup_details (MaqModelChoice *self)
{
  g_autofree char *size = maq_format_bytes (self->variant->size);
  const char      *parts[5] = { NULL };
  guint            n = 0;
  const char      *quantization = self->variant->label;

  if (MAQ_IS_FOREIGN_ITEM (self->entry))
    {
      parts[n++] = maq_library_program_word (maq_foreign_item_get_model (MAQ_FOREIGN_ITEM (self->entry))->program);
      quantization = maq_library_entry_get_quantization (MAQ_FOREIGN_ITEM (self->entry));
    }
  if (*quantization != '\0')
    parts[n++] = quantization;
  parts[n++] = size;
  if (self->loaded)
    parts[n++] = _ ("Loaded");
  return g_strjoinv (" · ", (char **) parts);
}

static void
maq_model_choice_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  MaqModelChoice *self = MAQ_MODEL_CHOICE (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, maq_library_entry_get_name (self->entry));
      break;
    case PROP_DETAILS:
      g_value_take_string (value, dup_details (self));
      break;
    case PROP_LABEL:
      g_value_take_string (value, maq_model_choice_dup_label (self));
      break;
    case PROP_CHOSEN:
      g_value_set_boolean (value, self->chosen);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_model_choice_finalize (GObject *object)
{
  MaqModelChoice *self = MAQ_MODEL_CHOICE (object);

  g_object_unref (self->entry);
  g_clear_pointer (&self->variants, g_ptr_array_unref);
  G_OBJECT_CLASS (maq_model_choice_parent_class)->finalize (object);
}

static void
maq_model_choice_class_init (MaqModelChoiceClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_model_choice_get_property;
  object_class->finalize = maq_model_choice_finalize;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_DETAILS] = g_param_spec_string ("details", NULL, NULL, NULL, flags);
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);
  properties[PROP_CHOSEN] = g_param_spec_boolean ("chosen", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_model_choice_init (MaqModelChoice *self)
{
}

char *
maq_model_choice_dup_label (MaqModelChoice *self)
{
  g_return_val_if_fail (MAQ_IS_MODEL_CHOICE (self), NULL);

  if (MAQ_IS_FOREIGN_ITEM (self->entry))
    return maq_foreign_model_dup_label (maq_foreign_item_get_model (MAQ_FOREIGN_ITEM (self->entry)));
  return g_strdup_printf ("%s:%s", maq_library_item_get_id (MAQ_LIBRARY_ITEM (self->entry)), self->variant->label);
}

const char *
maq_model_choice_get_path (MaqModelChoice *self)
{
  g_return_val_if_fail (MAQ_IS_MODEL_CHOICE (self), NULL);
  return self->variant->paths[0];
}

gboolean
maq_model_choice_matches (MaqModelChoice *self,
                          const char     *words)
{
  g_return_val_if_fail (MAQ_IS_MODEL_CHOICE (self), FALSE);
  return maq_library_entry_matches (self->entry, words);
}

// --- The list ---

// A model that can be chosen, before somebody asks for it.
typedef struct
{
  GObject          *entry;
  GPtrArray        *variants; // nullable
  const MaqVariant *variant;
} Choice;

struct _MaqModelChoices
{
  GObject         parent_instance;
  MaqLibrary     *library;
  MaqForeignList *foreign;
  MaqSessionPool *pool;
  GArray         *choices;
  char           *path;
};

static void
choice_clear (gpointer data)
{
  Choice *self = data;

  g_object_unref (self->entry);
  g_clear_pointer (&self->variants, g_ptr_array_unref);
}

static GType
get_item_type (GListModel *model)
{
  return MAQ_TYPE_MODEL_CHOICE;
}

static guint
get_n_items (GListModel *model)
{
  return MAQ_MODEL_CHOICES (model)->choices->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  MaqModelChoices *self = MAQ_MODEL_CHOICES (model);

  if (position >= self->choices->len)
    return NULL;
  const Choice   *choice = &g_array_index (self->choices, Choice, position);
  MaqModelChoice *item = g_object_new (MAQ_TYPE_MODEL_CHOICE, NULL);
  item->entry = g_object_ref (choice->entry);
  item->variants = choice->variants != NULL ? g_ptr_array_ref (choice->variants) : NULL;
  item->variant = choice->variant;
  item->chosen = g_strcmp0 (choice->variant->paths[0], self->path) == 0;
  item->loaded = maq_session_pool_find (self->pool, choice->variant->paths[0]) != NULL;
  return item;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqModelChoices, maq_model_choices, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
maq_model_choices_finalize (GObject *object)
{
  MaqModelChoices *self = MAQ_MODEL_CHOICES (object);

  g_array_unref (self->choices);
  g_free (self->path);
  g_object_unref (self->library);
  g_object_unref (self->foreign);
  g_object_unref (self->pool);
  G_OBJECT_CLASS (maq_model_choices_parent_class)->finalize (object);
}

static void
maq_model_choices_class_init (MaqModelChoicesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_model_choices_finalize;
}

static void
maq_model_choices_init (MaqModelChoices *self)
{
  self->choices = g_array_new (FALSE, FALSE, sizeof (Choice));
  g_array_set_clear_func (self->choices, choice_clear);
}

MaqModelChoices *
maq_model_choices_new (MaqLibrary     *library,
                       MaqForeignList *foreign,
                       MaqSessionPool *pool)
{
  MaqModelChoices *self = g_object_new (MAQ_TYPE_MODEL_CHOICES, NULL);

  self->library = g_object_ref (library);
  self->foreign = g_object_ref (foreign);
  self->pool = g_object_ref (pool);
  return self;
}

static void
add_library (MaqModelChoices *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->library)); i++)
    {
      g_autoptr (MaqLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (self->library), i);
      GPtrArray *variants = maq_library_item_get_variants (item);
      for (guint j = 0; j < variants->len; j++)
        {
          Choice choice = { G_OBJECT (g_object_ref (item)), g_ptr_array_ref (variants), variants->pdata[j] };
          g_array_append_val (self->choices, choice);
        }
    }
}

static void
add_foreign (MaqModelChoices *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->foreign)); i++)
    {
      g_autoptr (MaqForeignItem) item = g_list_model_get_item (G_LIST_MODEL (self->foreign), i);
      Choice choice = { G_OBJECT (item), NULL, maq_foreign_item_get_model (item)->variant };
      if (!maq_foreign_item_is_usable (item))
        continue;
      g_array_append_val (self->choices, choice);
      g_steal_pointer (&item);
    }
}

void
maq_model_choices_fill (MaqModelChoices *self,
                        const char      *path)
{
  g_return_if_fail (MAQ_IS_MODEL_CHOICES (self));

  guint n_before = self->choices->len;
  g_set_str (&self->path, path);
  g_array_set_size (self->choices, 0);
  add_library (self);
  add_foreign (self);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->choices->len);
}
