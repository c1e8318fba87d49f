// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-library-row.h"

#include <glib/gi18n.h>

#include "maq-context-menu.h"
#include "maq-focus.h"
#include "maq-library-entry.h"
#include "maq-library-words.h"
#include "maq-repo-menu.h"

struct _MaqLibraryRow
{
  AdwBin parent_instance;

  AdwAvatar     *avatar;
  GtkLabel      *name;
  GtkLabel      *summary;
  GtkLabel      *variants;
  GtkLabel      *warning;
  GtkWidget     *resume;
  GtkWidget     *chat;
  GtkMenuButton *menu;

  GObject *entry;
  char    *description;
};

G_DEFINE_FINAL_TYPE (MaqLibraryRow, maq_library_row, ADW_TYPE_BIN)

typedef enum
{
  PROP_ENTRY = 1,
  PROP_TITLE,
  PROP_DESCRIPTION,
} MaqLibraryRowProperty;

static GParamSpec *properties[PROP_DESCRIPTION + 1];

static gboolean
can_resume (gpointer entry)
{
  return MAQ_IS_LIBRARY_ITEM (entry) && maq_library_item_get_completeness (entry)->state == MAQ_COMPLETENESS_INCOMPLETE &&
         !maq_library_item_is_fetched (entry);
}

static void
update (MaqLibraryRow *self)
{
  if (self->entry == NULL)
    return;

  const char      *details;
  const char      *warning = maq_library_entry_get_warning (self->entry, &details);
  g_autofree char *owner = maq_library_entry_dup_owner (self->entry);
  g_autofree char *summary = maq_library_entry_dup_summary (self->entry);
  g_autofree char *variants = maq_library_entry_dup_variants (self->entry);
  g_autofree char *fit = maq_library_entry_dup_fit (self->entry);
  g_autofree char *label = NULL;
  g_autofree char *path = NULL;

  adw_avatar_set_text (self->avatar, owner);
  gtk_label_set_label (self->name, maq_library_entry_get_name (self->entry));
  gtk_label_set_label (self->summary, summary);
  gtk_label_set_label (self->variants, variants);
  gtk_widget_set_visible (GTK_WIDGET (self->variants), *variants != '\0');
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->variants), fit);
  gtk_label_set_label (self->warning, warning != NULL ? warning : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->warning), details);
  gtk_widget_set_visible (GTK_WIDGET (self->warning), warning != NULL);
  gtk_widget_set_visible (self->chat, maq_library_entry_get_chat (self->entry, &label, &path));
  // What the transfer then says is told in the same row.
  maq_focus_set_visible (self->resume, can_resume (self->entry), GTK_WIDGET (self->menu));
  // What a screen reader says besides the name.
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_strv_builder_add (parts, summary);
  if (warning != NULL)
    g_strv_builder_add (parts, warning);
  if (*variants != '\0')
    g_strv_builder_add (parts, variants);
  g_auto (GStrv) strv = g_strv_builder_end (parts);
  g_free (self->description);
  self->description = g_strjoinv (". ", strv);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESCRIPTION]);
}

// Whether it runs here, and whether the Hub has a newer version, is found out for what is on the screen.
static void
want_verdict (MaqLibraryRow *self)
{
  if (self->entry == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  if (MAQ_IS_FOREIGN_ITEM (self->entry))
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "library.look-foreign", "s", maq_foreign_item_get_path (MAQ_FOREIGN_ITEM (self->entry)));
      return;
    }
  g_autofree char *uri = maq_library_item_dup_uri (MAQ_LIBRARY_ITEM (self->entry));
  gtk_widget_activate_action (GTK_WIDGET (self), "library.look", "s", uri);
}

static void
entry_changed_cb (MaqLibraryRow *self)
{
  update (self);
  want_verdict (self);
}

static void
set_entry (MaqLibraryRow *self,
           GObject       *entry)
{
  if (self->entry == entry)
    return;
  if (self->entry != NULL)
    g_signal_handlers_disconnect_by_data (self->entry, self);
  g_set_object (&self->entry, entry);
  if (entry == NULL)
    return;
  g_signal_connect_object (entry, "notify::fit", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  if (MAQ_IS_LIBRARY_ITEM (entry))
    {
      g_signal_connect_object (entry, "changed", G_CALLBACK (entry_changed_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (entry, "notify::completeness", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (entry, "notify::have", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
  entry_changed_cb (self);
}

static void
chat_clicked_cb (MaqLibraryRow *self)
{
  g_autofree char *label = NULL;
  g_autofree char *path = NULL;

  if (self->entry == NULL || !maq_library_entry_get_chat (self->entry, &label, &path))
    return;
  if (MAQ_IS_FOREIGN_ITEM (self->entry))
    gtk_widget_activate_action (GTK_WIDGET (self), "library.use-foreign", "(ss)", "chat", path);
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.open-chat", "(ss)", label, path);
}

static void
resume_clicked_cb (MaqLibraryRow *self)
{
  if (self->entry == NULL || !MAQ_IS_LIBRARY_ITEM (self->entry))
    return;
  g_autofree char *uri = maq_library_item_dup_uri (MAQ_LIBRARY_ITEM (self->entry));
  gtk_widget_activate_action (GTK_WIDGET (self), "library.resume", "s", uri);
}

static void
fill_repo_menu (GMenu          *menu,
                MaqLibraryItem *item)
{
  g_autofree char *uri = maq_library_item_dup_uri (item);
  g_autoptr (GMenu) first = g_menu_new ();
  g_autoptr (GMenu) last = g_menu_new ();

  if (can_resume (item))
    maq_menu_add (first, _ ("Resume"), "library.resume", g_variant_new_string (uri));
  maq_menu_add (first, _ ("Versions and Files"), "library.show-details", g_variant_new_string (uri));
  maq_menu_add (first, _ ("Show in Files"), "library.show-files", g_variant_new_string (uri));
  maq_menu_add (first, _ ("Verify Files"), "library.verify", g_variant_new_string (uri));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (first));
  maq_repo_menu_add (menu, maq_library_item_get_kind (item), maq_library_item_get_id (item));
  maq_menu_add (last, _ ("Delete"), "library.delete-repo", g_variant_new_string (uri));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (last));
}

// What another program keeps is not Maquette's to delete: the menu says whose it is.
static void
fill_foreign_menu (GMenu          *menu,
                   MaqForeignItem *item)
{
  const MaqForeignModel *model = maq_foreign_item_get_model (item);
  const char            *program = maq_foreign_program_get_name (model->program);
  const char            *path = maq_foreign_item_get_path (item);
  g_autoptr (GMenu) section = g_menu_new ();
  // Translators: %s is the name of a program.
  g_autofree char *whose = program != NULL ? g_strdup_printf (_ ("Managed by %s"), program) : g_strdup (_ ("In a Model Folder"));

  if (maq_foreign_item_is_usable (item))
    maq_menu_add (section, _ ("Inspect"), "library.use-foreign", g_variant_new ("(ss)", "inspect", path));
  if (model->variant != NULL)
    {
      maq_menu_add (section, _ ("Show in Files"), "library.use-foreign", g_variant_new ("(ss)", "show-files", path));
      maq_menu_add (section, _ ("Copy Name"), "win.copy", g_variant_new_string (model->name));
    }
  if (model->variant == NULL || program == NULL)
    maq_menu_add (section, _ ("Model Folders…"), "app.preferences", NULL);
  g_menu_append_section (menu, whose, G_MENU_MODEL (section));
}

static void
fill_menu (GtkWidget *widget,
           GMenu     *menu)
{
  MaqLibraryRow *self = MAQ_LIBRARY_ROW (widget);

  if (MAQ_IS_FOREIGN_ITEM (self->entry))
    fill_foreign_menu (menu, MAQ_FOREIGN_ITEM (self->entry));
  else if (self->entry != NULL)
    fill_repo_menu (menu, MAQ_LIBRARY_ITEM (self->entry));
}

static void
maq_library_row_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  MaqLibraryRow *self = MAQ_LIBRARY_ROW (object);

  switch ((MaqLibraryRowProperty) prop_id)
    {
    case PROP_ENTRY:
      g_value_set_object (value, self->entry);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->entry != NULL ? maq_library_entry_get_name (self->entry) : NULL);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->description);
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
  if (prop_id == PROP_ENTRY)
    set_entry (MAQ_LIBRARY_ROW (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
maq_library_row_dispose (GObject *object)
{
  MaqLibraryRow *self = MAQ_LIBRARY_ROW (object);

  set_entry (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_LIBRARY_ROW);

  G_OBJECT_CLASS (maq_library_row_parent_class)->dispose (object);
}

static void
maq_library_row_finalize (GObject *object)
{
  g_free (MAQ_LIBRARY_ROW (object)->description);

  G_OBJECT_CLASS (maq_library_row_parent_class)->finalize (object);
}

static void
maq_library_row_class_init (MaqLibraryRowClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = maq_library_row_get_property;
  object_class->set_property = maq_library_row_set_property;
  object_class->dispose = maq_library_row_dispose;
  object_class->finalize = maq_library_row_finalize;

  properties[PROP_ENTRY] = g_param_spec_object ("entry", NULL, NULL, G_TYPE_OBJECT, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-library-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, name);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, summary);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, variants);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, warning);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, resume);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, chat);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryRow, menu);
  gtk_widget_class_bind_template_callback (widget_class, chat_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, resume_clicked_cb);
}

static void
maq_library_row_init (MaqLibraryRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_context_menu_add (GTK_WIDGET (self), fill_menu);
  maq_context_menu_add_button (GTK_WIDGET (self), self->menu);
  g_signal_connect_after (self, "map", G_CALLBACK (want_verdict), NULL);
}
