// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-file-row.h"

#include <glib/gi18n.h>

#include "maq-context-menu.h"
#include "maq-units.h"

// Lines of a name in a narrow window; of a longer one the middle is left out.
#define NARROW_LINES 4

struct _MaqRepoFileRow
{
  AdwBin parent_instance;

  GtkLabel  *name;
  GtkLabel  *facts;
  GtkLabel  *state;
  GtkLabel  *size;
  GtkWidget *inspect_place;
  GtkWidget *inspect;
  GtkButton *get;

  MaqRepoFile *file;
  gboolean     narrow;
};

G_DEFINE_FINAL_TYPE (MaqRepoFileRow, maq_repo_file_row, ADW_TYPE_BIN)

typedef enum
{
  PROP_FILE = 1,
  PROP_NARROW,
} MaqRepoFileRowProperty;

static void
set_get (MaqRepoFileRow *self,
         const char     *icon_name,
         const char     *label)
{
  gtk_button_set_icon_name (self->get, icon_name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->get), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->get), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
update (MaqRepoFileRow *self)
{
  if (self->file == NULL)
    return;

  MaqRepoFileState state = maq_repo_file_get_state (self->file);
  gboolean         can_inspect;
  guint64          size;
  g_autofree char *facts = NULL;

  g_object_get (self->file, "can-inspect", &can_inspect, "size", &size, "facts", &facts, NULL);
  g_autofree char *size_text = maq_format_bytes (size);
  gtk_label_set_label (self->name, maq_repo_file_get_path (self->file));
  gtk_label_set_label (self->facts, facts);
  gtk_label_set_label (self->state, maq_repo_file_state_to_words (state));
  gtk_label_set_label (self->size, size_text);
  gtk_widget_set_visible (self->inspect, can_inspect);
  if (state == MAQ_REPO_FILE_HERE)
    set_get (self, "folder-open-symbolic", _ ("Show in Files"));
  else if (state == MAQ_REPO_FILE_COMING)
    set_get (self, "go-next-symbolic", _ ("Show Transfer"));
  else
    set_get (self, "maq-transfers-symbolic", _ ("Download"));
}

static void
set_file (MaqRepoFileRow *self,
          MaqRepoFile    *file)
{
  if (self->file != NULL)
    g_signal_handlers_disconnect_by_func (self->file, update, self);
  g_set_object (&self->file, file);
  if (file == NULL)
    return;
  g_signal_connect_object (file, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
set_narrow (MaqRepoFileRow *self,
            gboolean        narrow)
{
  self->narrow = narrow;
  gtk_widget_set_visible (GTK_WIDGET (self->facts), narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->state), !narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->size), !narrow);
  gtk_widget_set_visible (self->inspect_place, !narrow);
  gtk_label_set_wrap (self->name, narrow);
  gtk_label_set_wrap_mode (self->name, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (self->name, narrow ? NARROW_LINES : -1);
}

static void
activate (MaqRepoFileRow *self,
          const char     *action)
{
  if (self->file != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), action, "s", maq_repo_file_get_path (self->file));
}

static void
inspect_clicked_cb (MaqRepoFileRow *self)
{
  activate (self, "repo.inspect-file");
}

static void
get_clicked_cb (MaqRepoFileRow *self)
{
  MaqRepoFileState state = self->file != NULL ? maq_repo_file_get_state (self->file) : MAQ_REPO_FILE_ON_HUB;

  if (state == MAQ_REPO_FILE_COMING)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "s", "transfers");
  else
    activate (self, state == MAQ_REPO_FILE_HERE ? "repo.show-file" : "repo.download-file");
}

static void
add_item (MaqRepoFileRow *self,
          GMenu          *menu,
          const char     *label,
          const char     *action)
{
  maq_menu_add (menu, label, action, g_variant_new_string (maq_repo_file_get_path (self->file)));
}

void
maq_repo_file_row_fill_menu (GtkWidget *widget,
                             GMenu     *menu)
{
  MaqRepoFileRow *self = MAQ_REPO_FILE_ROW (widget);
  g_autoptr (GMenu) rest = g_menu_new ();

  if (self->file == NULL)
    return;
  if (gtk_widget_get_visible (self->inspect))
    add_item (self, menu, _ ("Inspect"), "repo.inspect-file");
  if (maq_repo_file_get_state (self->file) == MAQ_REPO_FILE_ON_HUB)
    add_item (self, menu, _ ("Download…"), "repo.download-file");
  if (maq_repo_file_get_state (self->file) == MAQ_REPO_FILE_COMING)
    maq_menu_add (menu, _ ("Show Transfer"), "win.show-page", g_variant_new_string ("transfers"));
  if (maq_repo_file_get_state (self->file) == MAQ_REPO_FILE_HERE)
    add_item (self, menu, _ ("Show in Files"), "repo.show-file");
  add_item (self, rest, _ ("Open on the Web"), "repo.open-file");
  add_item (self, rest, _ ("Copy Name"), "win.copy");
  add_item (self, rest, _ ("Copy Link"), "repo.copy-file-link");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
}

static void
maq_repo_file_row_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MaqRepoFileRow *self = MAQ_REPO_FILE_ROW (object);

  switch ((MaqRepoFileRowProperty) prop_id)
    {
    case PROP_FILE:
      g_value_set_object (value, self->file);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_repo_file_row_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  MaqRepoFileRow *self = MAQ_REPO_FILE_ROW (object);

  switch ((MaqRepoFileRowProperty) prop_id)
    {
    case PROP_FILE:
      set_file (self, g_value_get_object (value));
      break;
    case PROP_NARROW:
      set_narrow (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_repo_file_row_dispose (GObject *object)
{
  set_file (MAQ_REPO_FILE_ROW (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), MAQ_TYPE_REPO_FILE_ROW);

  G_OBJECT_CLASS (maq_repo_file_row_parent_class)->dispose (object);
}

static void
maq_repo_file_row_class_init (MaqRepoFileRowClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_repo_file_row_get_property;
  object_class->set_property = maq_repo_file_row_set_property;
  object_class->dispose = maq_repo_file_row_dispose;

  g_object_class_install_property (object_class, PROP_FILE, g_param_spec_object ("file", NULL, NULL, MAQ_TYPE_REPO_FILE, flags));
  g_object_class_install_property (object_class, PROP_NARROW, g_param_spec_boolean ("narrow", NULL, NULL, FALSE, flags));

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-repo-file-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqRepoFileRow, name);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoFileRow, facts);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoFileRow, state);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoFileRow, size);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoFileRow, inspect_place);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoFileRow, inspect);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoFileRow, get);
  gtk_widget_class_bind_template_callback (widget_class, inspect_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, get_clicked_cb);
}

static void
maq_repo_file_row_init (MaqRepoFileRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_context_menu_add (GTK_WIDGET (self), maq_repo_file_row_fill_menu);
}
