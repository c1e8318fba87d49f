// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-library-row.h"

#include <glib/gi18n.h>

#include "maq-library-words.h"

struct _MaqLibraryRow
{
  AdwBin parent_instance;

  AdwAvatar     *avatar;
  GtkLabel      *name;
  GtkLabel      *summary;
  GtkLabel      *variants;
  GtkLabel      *warning;
  GtkWidget     *chat;
  GtkMenuButton *menu;

  MaqLibraryItem *item;
  GSignalGroup   *signals;
};

G_DEFINE_FINAL_TYPE (MaqLibraryRow, maq_library_row, ADW_TYPE_BIN)

typedef enum
{
  PROP_ITEM = 1,
} MaqLibraryRowProperty;

static GParamSpec *properties[PROP_ITEM + 1];

static void
update (MaqLibraryRow *self)
{
  if (self->item == NULL)
    return;

  const char      *id = maq_library_item_get_id (self->item);
  GPtrArray       *all = maq_library_item_get_variants (self->item);
  const char      *slash = strchr (id, '/');
  g_autofree char *owner = slash != NULL ? g_strndup (id, slash - id) : g_strdup (id);
  g_autofree char *summary = maq_library_item_dup_summary (self->item);
  g_autofree char *variants = maq_library_item_dup_variants (self->item);
  const MaqFit    *fit = maq_library_item_get_fit (self->item);
  g_autofree char *sentence = fit != NULL && all->len > 0 ? maq_fit_to_sentence (fit) : NULL;
  const char      *warning = maq_library_item_get_repo (self->item)->warning;

  adw_avatar_set_text (self->avatar, owner);
  gtk_label_set_label (self->name, id);
  gtk_label_set_label (self->summary, summary);
  gtk_label_set_label (self->variants, variants);
  gtk_widget_set_visible (GTK_WIDGET (self->variants), *variants != '\0');
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->variants), sentence);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->warning), warning);
  gtk_widget_set_visible (GTK_WIDGET (self->warning), warning != NULL);
  gtk_widget_set_visible (self->chat, maq_variants_pick (all, NULL) != NULL);
}

// Whether it runs here, and whether the Hub has a newer version, is found out for what is on the screen.
static void
want_verdict (MaqLibraryRow *self)
{
  if (self->item == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  g_autofree char *uri = maq_library_item_dup_uri (self->item);
  gtk_widget_activate_action (GTK_WIDGET (self), "library.look", "s", uri);
}

static void
item_changed_cb (MaqLibraryRow *self)
{
  update (self);
  want_verdict (self);
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
add_item (GMenu      *section,
          const char *label,
          const char *action,
          const char *uri)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", uri);
  g_menu_append_item (section, item);
}

// Made when it is opened: most rows never need one.
static void
create_menu_cb (GtkMenuButton *button,
                gpointer       data)
{
  MaqLibraryRow   *self = data;
  g_autofree char *uri = self->item != NULL ? maq_library_item_dup_uri (self->item) : g_strdup ("");
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) last = g_menu_new ();

  add_item (menu, _ ("Open Page"), "win.open-repo", uri);
  add_item (menu, _ ("Show in Files"), "library.show-files", uri);
  add_item (menu, _ ("Verify Files"), "library.verify", uri);
  add_item (last, _ ("Delete…"), "library.delete-repo", uri);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (last));
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
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
      item_changed_cb (self);
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
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, variants);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, warning);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, chat);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, menu);
  gtk_widget_class_bind_template_callback (widget_class, chat_clicked_cb);
}

static void
maq_library_row_init (MaqLibraryRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (MAQ_TYPE_LIBRARY_ITEM);
  g_signal_group_connect_swapped (self->signals, "changed", G_CALLBACK (item_changed_cb), self);
  g_signal_group_connect_swapped (self->signals, "notify::fit", G_CALLBACK (update), self);
  gtk_menu_button_set_create_popup_func (self->menu, create_menu_cb, self, NULL);
  g_signal_connect_after (self, "map", G_CALLBACK (want_verdict), NULL);
}
