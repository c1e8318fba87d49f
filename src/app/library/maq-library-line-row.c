// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-library-line-row.h"

#include <glib/gi18n.h>

#include "maq-context-menu.h"
#include "maq-units.h"

struct _MaqLibraryLineRow
{
  AdwBin parent_instance;

  GtkImage      *icon;
  GtkLabel      *title;
  GtkLabel      *subtitle;
  GtkLabel      *size;
  GtkWidget     *chat;
  GtkMenuButton *menu;

  MaqLibraryLine *line;
};

G_DEFINE_FINAL_TYPE (MaqLibraryLineRow, maq_library_line_row, ADW_TYPE_BIN)

typedef enum
{
  PROP_LINE = 1,
} MaqLibraryLineRowProperty;

static GParamSpec *properties[PROP_LINE + 1];

static const char *
get_first_path (MaqLibraryLine *line)
{
  const char *const *paths = maq_library_line_get_paths (line);

  return paths != NULL && paths[0] != NULL ? paths[0] : "";
}

static void
update (MaqLibraryLineRow *self)
{
  static const char *const icons[] = { "folder-symbolic", "maq-models-symbolic", "maq-file-symbolic" };

  if (self->line == NULL)
    return;
  MaqLibraryLineKind kind = maq_library_line_get_kind (self->line);
  gboolean           is_version = kind == MAQ_LIBRARY_LINE_VERSION;
  const char        *subtitle = maq_library_line_get_subtitle (self->line);
  g_autofree char   *size = maq_format_bytes (maq_library_line_get_size (self->line));
  gtk_image_set_from_icon_name (self->icon, icons[kind]);
  gtk_label_set_label (self->title, maq_library_line_get_title (self->line));
  gtk_label_set_label (self->subtitle, subtitle);
  gtk_label_set_label (self->size, is_version ? "" : size);
  gtk_widget_set_visible (GTK_WIDGET (self->size), !is_version);
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle), *subtitle != '\0');
  gtk_widget_set_visible (self->chat, maq_library_line_can_chat (self->line));
  if (is_version)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->title), "heading");
      gtk_widget_add_css_class (GTK_WIDGET (self), "library-version");
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->title), "heading");
      gtk_widget_remove_css_class (GTK_WIDGET (self), "library-version");
    }
  gtk_widget_set_margin_start (GTK_WIDGET (self), is_version ? 0 : 12);
}

static void
chat_clicked_cb (MaqLibraryLineRow *self)
{
  if (self->line != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "details.chat", "(ss)", maq_library_line_get_title (self->line), maq_library_line_get_place (self->line));
}

// What the actions of the page take: the version and the first of its files.
static GVariant *
new_target (MaqLibraryLine *line)
{
  return g_variant_new ("(ss)", maq_library_line_get_commit (line), get_first_path (line));
}

static void
fill_menu (GtkWidget *widget,
           GMenu     *menu)
{
  MaqLibraryLineRow *self = MAQ_LIBRARY_LINE_ROW (widget);
  g_autoptr (GMenu) first = g_menu_new ();
  g_autoptr (GMenu) last = g_menu_new ();

  if (self->line == NULL)
    return;
  gboolean    is_version = maq_library_line_get_kind (self->line) == MAQ_LIBRARY_LINE_VERSION;
  const char *name = is_version ? maq_library_line_get_commit (self->line) : get_first_path (self->line);
  maq_menu_add (first, _ ("Show in Files"), "details.show-files", new_target (self->line));
  maq_menu_add (first, is_version ? _ ("Copy Commit") : _ ("Copy Name"), "win.copy", g_variant_new_string (name));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (first));
  maq_menu_add (last, _ ("Delete"), "details.delete", new_target (self->line));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (last));
}

static void
maq_library_line_row_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  switch ((MaqLibraryLineRowProperty) prop_id)
    {
    case PROP_LINE:
      g_value_set_object (value, MAQ_LIBRARY_LINE_ROW (object)->line);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_library_line_row_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  MaqLibraryLineRow *self = MAQ_LIBRARY_LINE_ROW (object);

  switch ((MaqLibraryLineRowProperty) prop_id)
    {
    case PROP_LINE:
      if (!g_set_object (&self->line, g_value_get_object (value)))
        return;
      update (self);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_library_line_row_dispose (GObject *object)
{
  MaqLibraryLineRow *self = MAQ_LIBRARY_LINE_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_LIBRARY_LINE_ROW);
  g_clear_object (&self->line);

  G_OBJECT_CLASS (maq_library_line_row_parent_class)->dispose (object);
}

static void
maq_library_line_row_class_init (MaqLibraryLineRowClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = maq_library_line_row_get_property;
  object_class->set_property = maq_library_line_row_set_property;
  object_class->dispose = maq_library_line_row_dispose;

  properties[PROP_LINE] = g_param_spec_object ("line", NULL, NULL, MAQ_TYPE_LIBRARY_LINE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-library-line-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryLineRow, icon);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryLineRow, title);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryLineRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryLineRow, size);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryLineRow, chat);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryLineRow, menu);
  gtk_widget_class_bind_template_callback (widget_class, chat_clicked_cb);
}

static void
maq_library_line_row_init (MaqLibraryLineRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_context_menu_add (GTK_WIDGET (self), fill_menu);
  maq_context_menu_add_button (GTK_WIDGET (self), self->menu);
}
