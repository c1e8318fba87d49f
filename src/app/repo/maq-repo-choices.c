// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-choices.h"

#include <glib/gi18n.h>

#include "maq-context-menu.h"
#include "maq-units.h"

struct _MaqRepoChoices
{
  GtkPopover parent_instance;

  GtkBox *choices;
};

G_DEFINE_FINAL_TYPE (MaqRepoChoices, maq_repo_choices, GTK_TYPE_POPOVER)

enum
{
  CHOSEN,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
choice_clicked_cb (MaqRepoChoices *self,
                   GtkButton      *button)
{
  int position = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "position"));

  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, signals[CHOSEN], 0, position);
}

static void
more_clicked_cb (MaqRepoChoices *self)
{
  gtk_popover_popdown (GTK_POPOVER (self));
  gtk_widget_activate_action (GTK_WIDGET (self), "repo.download", NULL);
}

static void
maq_repo_choices_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), MAQ_TYPE_REPO_CHOICES);

  G_OBJECT_CLASS (maq_repo_choices_parent_class)->dispose (object);
}

static void
maq_repo_choices_class_init (MaqRepoChoicesClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_repo_choices_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", MAQ_TYPE_REPO_CHOICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-repo-choices.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqRepoChoices, choices);
  gtk_widget_class_bind_template_callback (widget_class, more_clicked_cb);
}

static void
maq_repo_choices_init (MaqRepoChoices *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
maq_repo_choices_clear (MaqRepoChoices *self)
{
  GtkWidget *child;

  g_return_if_fail (MAQ_IS_REPO_CHOICES (self));

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->choices))) != NULL)
    gtk_box_remove (self->choices, child);
}

static GtkWidget *
make_line (const char *title,
           const char *size,
           const char *state,
           gboolean    is_chosen)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *image = g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, "icon-name", "object-select-symbolic", NULL);
  GtkWidget *label = gtk_label_new (title);
  GtkWidget *state_label = gtk_label_new (state);
  GtkWidget *size_label = gtk_label_new (size);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (state_label, "caption");
  gtk_widget_add_css_class (state_label, "dimmed");
  gtk_widget_add_css_class (size_label, "numeric");
  gtk_widget_set_opacity (image, is_chosen ? 1 : 0);
  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), state_label);
  gtk_box_append (GTK_BOX (box), size_label);
  return box;
}

void
maq_repo_choices_fill_menu (GtkWidget *button,
                            GMenu     *menu)
{
  const char *name = g_object_get_data (G_OBJECT (button), "name");
  const char *path = g_object_get_data (G_OBJECT (button), "path");
  g_autoptr (GMenu) rest = g_menu_new ();

  maq_menu_add (menu, _ ("Inspect"), "repo.inspect-file", g_variant_new_string (path));
  if (g_object_get_data (G_OBJECT (button), "here") != NULL)
    maq_menu_add (menu, _ ("Show in Files"), "repo.show-file", g_variant_new_string (path));
  maq_menu_add (rest, _ ("Open on the Web"), "repo.open-file", g_variant_new_string (path));
  maq_menu_add (rest, _ ("Copy Name"), "win.copy", g_variant_new_string (name));
  maq_menu_add (rest, _ ("Copy Link"), "repo.copy-file-link", g_variant_new_string (path));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
}

void
maq_repo_choices_add (MaqRepoChoices      *self,
                      const MaqRepoChoice *choice)
{
  g_return_if_fail (MAQ_IS_REPO_CHOICES (self));
  g_return_if_fail (choice != NULL);

  g_autofree char *size_text = maq_format_bytes (choice->size);
  const char      *parts[] = { choice->title, size_text, NULL, NULL, NULL };
  guint            n_parts = 2;
  GtkWidget       *button = gtk_button_new ();

  if (*choice->state != '\0')
    parts[n_parts++] = choice->state;
  if (choice->is_chosen)
    parts[n_parts++] = _ ("Selected");
  g_autofree char *name = g_strjoinv (", ", (char **) parts);

  gtk_button_set_child (GTK_BUTTON (button), make_line (choice->title, size_text, choice->state, choice->is_chosen));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_sensitive (button, choice->is_possible);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (button), "position", GINT_TO_POINTER (choice->position));
  g_signal_connect_object (button, "clicked", G_CALLBACK (choice_clicked_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->choices, button);
  if (choice->name == NULL)
    return;
  g_object_set_data_full (G_OBJECT (button), "name", g_strdup (choice->name), g_free);
  g_object_set_data_full (G_OBJECT (button), "path", g_strdup (choice->path), g_free);
  g_object_set_data (G_OBJECT (button), "here", GINT_TO_POINTER (choice->is_here));
  maq_context_menu_add (button, maq_repo_choices_fill_menu);
}
