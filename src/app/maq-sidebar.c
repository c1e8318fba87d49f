// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-sidebar.h"

#include <glib/gi18n.h>

#include "maq-places.h"

struct _MaqSidebar
{
  AdwBin parent_instance;

  GtkListBox *list;
  GtkWidget  *transfers_row;
  GtkLabel   *badge;

  char *place;
  guint n_active;
};

G_DEFINE_FINAL_TYPE (MaqSidebar, maq_sidebar, ADW_TYPE_BIN)

typedef enum
{
  PROP_PLACE = 1,
  PROP_N_ACTIVE,
} MaqSidebarProperty;

static GParamSpec *properties[PROP_N_ACTIVE + 1];

static guint signal_activated;

static const MaqPlace *
get_row_place (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "place");
}

static void
row_activated_cb (MaqSidebar *self)
{
  g_signal_emit (self, signal_activated, 0);
}

static void
row_selected_cb (MaqSidebar    *self,
                 GtkListBoxRow *row)
{
  if (row != NULL)
    maq_sidebar_set_place (self, get_row_place (row)->name);
}

static void
header_func (GtkListBoxRow *row,
             GtkListBoxRow *before,
             gpointer       user_data)
{
  const MaqPlace *place = get_row_place (row);

  if (place->section == NULL || gtk_list_box_row_get_header (row) != NULL)
    return;
  GtkWidget *label = gtk_label_new (_ (place->section));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_widget_add_css_class (label, "dimmed");
  gtk_widget_add_css_class (label, "section-title");
  gtk_list_box_row_set_header (row, label);
}

// How many transfers there are, at the end of the row.
static GtkWidget *
make_badge (void)
{
  GtkWidget *badge = gtk_label_new (NULL);

  gtk_widget_set_valign (badge, GTK_ALIGN_CENTER);
  gtk_widget_set_visible (badge, FALSE);
  gtk_widget_add_css_class (badge, "badge");
  gtk_widget_add_css_class (badge, "numeric");
  return badge;
}

static void
add_row (MaqSidebar     *self,
         const MaqPlace *place)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *image = g_object_new (GTK_TYPE_IMAGE, "icon-name", place->icon_name, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", _ (place->title), "xalign", 0.0, "hexpand", TRUE, NULL);

  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), label);
  if (g_str_equal (place->name, "transfers"))
    {
      GtkWidget *badge = make_badge ();
      gtk_box_append (GTK_BOX (box), badge);
      self->badge = GTK_LABEL (badge);
      self->transfers_row = row;
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (place->title), -1);
  g_object_set_data (G_OBJECT (row), "place", (gpointer) place);
  gtk_list_box_append (self->list, row);
}

static void
set_n_active (MaqSidebar *self,
              guint       n_active)
{
  if (self->n_active == n_active)
    return;
  self->n_active = n_active;

  g_autofree char *text = g_strdup_printf ("%u", n_active);
  // Translators: read by screen readers after "Transfers".
  g_autofree char *description = g_strdup_printf (ngettext ("%u running", "%u running", n_active), n_active);
  gtk_label_set_label (self->badge, text);
  gtk_widget_set_visible (GTK_WIDGET (self->badge), n_active > 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->transfers_row),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  n_active > 0 ? description : "",
                                  -1);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ACTIVE]);
}

static void
maq_sidebar_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  MaqSidebar *self = MAQ_SIDEBAR (object);

  switch ((MaqSidebarProperty) prop_id)
    {
    case PROP_PLACE:
      g_value_set_string (value, self->place);
      break;
    case PROP_N_ACTIVE:
      g_value_set_uint (value, self->n_active);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_sidebar_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  MaqSidebar *self = MAQ_SIDEBAR (object);

  switch ((MaqSidebarProperty) prop_id)
    {
    case PROP_PLACE:
      maq_sidebar_set_place (self, g_value_get_string (value));
      break;
    case PROP_N_ACTIVE:
      set_n_active (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_sidebar_dispose (GObject *object)
{
  // Before the template lets go of its children, of which the bin's is one.
  adw_bin_set_child (ADW_BIN (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), MAQ_TYPE_SIDEBAR);

  G_OBJECT_CLASS (maq_sidebar_parent_class)->dispose (object);
}

static void
maq_sidebar_finalize (GObject *object)
{
  MaqSidebar *self = MAQ_SIDEBAR (object);

  g_free (self->place);

  G_OBJECT_CLASS (maq_sidebar_parent_class)->finalize (object);
}

static void
maq_sidebar_class_init (MaqSidebarClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_sidebar_get_property;
  object_class->set_property = maq_sidebar_set_property;
  object_class->dispose = maq_sidebar_dispose;
  object_class->finalize = maq_sidebar_finalize;

  properties[PROP_PLACE] = g_param_spec_string ("place", NULL, NULL, NULL, flags);
  properties[PROP_N_ACTIVE] = g_param_spec_uint ("n-active", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signal_activated = g_signal_new ("activated", MAQ_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqSidebar, list);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_selected_cb);
}

static void
maq_sidebar_init (MaqSidebar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->list, header_func, NULL, NULL);
  guint           n_places;
  const MaqPlace *places = maq_places_get (&n_places);
  for (guint i = 0; i < n_places; i++)
    add_row (self, &places[i]);
}

const char *
maq_sidebar_get_place (MaqSidebar *self)
{
  g_return_val_if_fail (MAQ_IS_SIDEBAR (self), NULL);

  return self->place;
}

void
maq_sidebar_set_place (MaqSidebar *self,
                       const char *place)
{
  g_return_if_fail (MAQ_IS_SIDEBAR (self));

  if (g_strcmp0 (self->place, place) == 0)
    return;
  GtkListBoxRow *row;
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (g_strcmp0 (get_row_place (row)->name, place) == 0)
      {
        g_set_str (&self->place, place);
        gtk_list_box_select_row (self->list, row);
        g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLACE]);
        return;
      }
}
