// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-library-row.h"

#include <glib/gi18n.h>

#include "maq-units.h"
#include "maq-variant.h"

struct _MaqLibraryRow
{
  AdwBin parent_instance;

  AdwAvatar *avatar;
  GtkLabel  *name;
  GtkLabel  *summary;
  GtkLabel  *warning;
  GtkWidget *chat;

  MaqLibraryItem *item;
  GSignalGroup   *signals;
};

G_DEFINE_FINAL_TYPE (MaqLibraryRow, maq_library_row, ADW_TYPE_BIN)

typedef enum
{
  PROP_ITEM = 1,
} MaqLibraryRowProperty;

static GParamSpec *properties[PROP_ITEM + 1];

static const char *
kind_label (MaqRepoKind kind)
{
  switch (kind)
    {
    case MAQ_REPO_KIND_MODEL:
      return _ ("Model");
    case MAQ_REPO_KIND_DATASET:
      return _ ("Dataset");
    case MAQ_REPO_KIND_SPACE:
      return _ ("Space");
    default:
      return "";
    }
}

char *
maq_library_item_dup_summary (MaqLibraryItem *item)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (item), NULL);

  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) labels = g_strv_builder_new ();
  GPtrArray *variants = maq_library_item_get_variants (item);
  gint64     modified = maq_library_item_get_last_modified (item);

  g_strv_builder_add (parts, kind_label (maq_library_item_get_kind (item)));
  g_strv_builder_take (parts, maq_format_bytes (maq_library_item_get_size (item)));
  if (variants != NULL && variants->len > 0)
    {
      for (guint i = 0; i < variants->len; i++)
        g_strv_builder_add (labels, ((MaqVariant *) variants->pdata[i])->label);
      g_auto (GStrv) strv = g_strv_builder_end (labels);
      g_strv_builder_take (parts, g_strjoinv (", ", strv));
    }
  if (modified > 0)
    g_strv_builder_take (parts, maq_format_relative_time (modified, g_get_real_time () / G_USEC_PER_SEC));
  g_auto (GStrv) strv = g_strv_builder_end (parts);
  return g_strjoinv (" · ", strv);
}

static void
update (MaqLibraryRow *self)
{
  if (self->item == NULL)
    return;

  const char      *id = maq_library_item_get_id (self->item);
  MaqCacheRepo    *repo = maq_library_item_get_repo (self->item);
  GPtrArray       *variants = maq_library_item_get_variants (self->item);
  const char      *slash = strchr (id, '/');
  g_autofree char *owner = slash != NULL ? g_strndup (id, slash - id) : g_strdup (id);
  g_autofree char *summary = maq_library_item_dup_summary (self->item);
  const char      *warning = repo != NULL ? repo->warning : NULL;

  adw_avatar_set_text (self->avatar, owner);
  gtk_label_set_label (self->name, id);
  gtk_label_set_label (self->summary, summary);
  gtk_label_set_label (self->warning, warning != NULL ? _ ("Parts of it are damaged. Delete it and download it again.") : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->warning), warning);
  gtk_widget_set_visible (GTK_WIDGET (self->warning), warning != NULL);
  gtk_widget_set_visible (self->chat, variants != NULL && maq_variants_pick (variants, NULL) != NULL);
}

static void
chat_clicked_cb (MaqLibraryRow *self)
{
  GPtrArray        *variants = self->item != NULL ? maq_library_item_get_variants (self->item) : NULL;
  const MaqVariant *variant = variants != NULL ? maq_variants_pick (variants, NULL) : NULL;

  if (variant == NULL)
    return;
  g_autofree char *label = g_strdup_printf ("%s:%s", maq_library_item_get_id (self->item), variant->label);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-chat", "(ss)", label, variant->paths[0]);
}

static void
delete_clicked_cb (MaqLibraryRow *self)
{
  if (self->item == NULL)
    return;
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (maq_library_item_get_kind (self->item),
                                                             maq_library_item_get_id (self->item),
                                                             NULL,
                                                             NULL);
  g_autofree char *uri = maq_repo_address_to_uri (address);
  gtk_widget_activate_action (GTK_WIDGET (self), "library.delete-repo", "s", uri);
}

static void
maq_library_row_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  switch ((MaqLibraryRowProperty) prop_id)
    {
    case PROP_ITEM:
      g_value_set_object (value, MAQ_LIBRARY_ROW (object)->item);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_library_row_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  MaqLibraryRow *self = MAQ_LIBRARY_ROW (object);

  switch ((MaqLibraryRowProperty) prop_id)
    {
    case PROP_ITEM:
      if (!g_set_object (&self->item, g_value_get_object (value)))
        return;
      g_signal_group_set_target (self->signals, self->item);
      update (self);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_library_row_dispose (GObject *object)
{
  MaqLibraryRow *self = MAQ_LIBRARY_ROW (object);

  g_clear_object (&self->signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_LIBRARY_ROW);
  g_clear_object (&self->item);

  G_OBJECT_CLASS (maq_library_row_parent_class)->dispose (object);
}

static void
maq_library_row_class_init (MaqLibraryRowClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = maq_library_row_get_property;
  object_class->set_property = maq_library_row_set_property;
  object_class->dispose = maq_library_row_dispose;

  properties[PROP_ITEM] = g_param_spec_object ("item", NULL, NULL, MAQ_TYPE_LIBRARY_ITEM, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-library-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, name);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, summary);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, warning);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, chat);
  gtk_widget_class_bind_template_callback (widget_class, chat_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, delete_clicked_cb);
}

static void
maq_library_row_init (MaqLibraryRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (MAQ_TYPE_LIBRARY_ITEM);
  g_signal_group_connect_swapped (self->signals, "notify", G_CALLBACK (update), self);
}
