// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-row.h"

#include <glib/gi18n.h>

#include "maq-context-menu.h"
#include "maq-models-page.h"
#include "maq-open-address.h"
#include "maq-template-callbacks.h"
#include "maq-units.h"

struct _MaqRepoRow
{
  AdwBin parent_instance;

  AdwAvatar *avatar;
  GtkLabel  *name;
  GtkLabel  *summary;
  GtkWidget *gated;
  GtkWidget *downloads_box;
  GtkLabel  *downloads;
  GtkWidget *likes_box;
  GtkLabel  *likes;

  GObject *item; // a MaqRepo or a MaqOpenAddress; nullable
};

G_DEFINE_FINAL_TYPE (MaqRepoRow, maq_repo_row, ADW_TYPE_BIN)

typedef enum
{
  PROP_ITEM = 1,
} MaqRepoRowProperty;

static GParamSpec *properties[PROP_ITEM + 1];

static void
set_count (GtkWidget *box,
           GtkLabel  *label,
           gint64     count)
{
  g_autofree char *text = maq_format_count (MAX (count, 0));
  gtk_label_set_label (label, text);
  gtk_widget_set_visible (box, count > 0);
}

static void
show_repo (MaqRepoRow *self,
           MaqRepo    *repo)
{
  const char      *owner = maq_repo_get_owner (repo);
  g_autofree char *summary = maq_repo_dup_summary (repo);

  adw_avatar_set_icon_name (self->avatar, NULL);
  adw_avatar_set_text (self->avatar, owner != NULL ? owner : maq_repo_get_name (repo));
  adw_avatar_set_show_initials (self->avatar, TRUE);
  gtk_label_set_label (self->name, maq_repo_get_id (repo));
  gtk_label_set_label (self->summary, summary);
  gtk_widget_set_visible (self->gated, maq_repo_get_gated (repo) != MAQ_REPO_GATED_NO);
  set_count (self->downloads_box, self->downloads, maq_repo_get_downloads (repo));
  set_count (self->likes_box, self->likes, maq_repo_get_likes (repo));
}

static void
show_address (MaqRepoRow     *self,
              MaqOpenAddress *address)
{
  g_autofree char *title = maq_open_address_dup_title (address);
  g_autofree char *facts = maq_open_address_dup_facts (address);

  adw_avatar_set_show_initials (self->avatar, FALSE);
  adw_avatar_set_text (self->avatar, title);
  adw_avatar_set_icon_name (self->avatar, "go-next-symbolic");
  gtk_label_set_label (self->name, title);
  gtk_label_set_label (self->summary, facts);
  gtk_widget_set_visible (self->gated, FALSE);
  set_count (self->downloads_box, self->downloads, 0);
  set_count (self->likes_box, self->likes, 0);
}

static void
set_item (MaqRepoRow *self,
          GObject    *item)
{
  if (!g_set_object (&self->item, item))
    return;
  if (MAQ_IS_REPO (item))
    show_repo (self, MAQ_REPO (item));
  else if (MAQ_IS_OPEN_ADDRESS (item))
    show_address (self, MAQ_OPEN_ADDRESS (item));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ITEM]);
}

static void
fill_menu (GtkWidget *widget,
           GMenu     *menu)
{
  MaqRepoRow *self = MAQ_REPO_ROW (widget);
  GtkWidget  *page = gtk_widget_get_ancestor (widget, MAQ_TYPE_MODELS_PAGE);

  if (page != NULL && MAQ_IS_REPO (self->item))
    maq_models_page_fill_menu (MAQ_MODELS_PAGE (page), MAQ_REPO (self->item), menu);
}

static void
maq_repo_row_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  switch ((MaqRepoRowProperty) prop_id)
    {
    case PROP_ITEM:
      g_value_set_object (value, MAQ_REPO_ROW (object)->item);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_repo_row_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  switch ((MaqRepoRowProperty) prop_id)
    {
    case PROP_ITEM:
      set_item (MAQ_REPO_ROW (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_repo_row_dispose (GObject *object)
{
  MaqRepoRow *self = MAQ_REPO_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_REPO_ROW);
  g_clear_object (&self->item);

  G_OBJECT_CLASS (maq_repo_row_parent_class)->dispose (object);
}

static void
maq_repo_row_class_init (MaqRepoRowClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = maq_repo_row_get_property;
  object_class->set_property = maq_repo_row_set_property;
  object_class->dispose = maq_repo_row_dispose;

  properties[PROP_ITEM] = g_param_spec_object ("item", NULL, NULL, G_TYPE_OBJECT, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-repo-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqRepoRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoRow, name);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoRow, summary);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoRow, gated);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoRow, downloads_box);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoRow, downloads);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoRow, likes_box);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoRow, likes);
}

static void
maq_repo_row_init (MaqRepoRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_context_menu_add (GTK_WIDGET (self), fill_menu);
}

char *
maq_repo_dup_summary (MaqRepo *repo)
{
  g_return_val_if_fail (MAQ_IS_REPO (repo), NULL);

  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  gint64 parameters = maq_repo_get_parameters (repo);
  gint64 modified = maq_repo_get_last_modified (repo);

  if (maq_repo_get_pipeline_tag (repo) != NULL)
    g_strv_builder_take (parts, maq_hub_label (maq_repo_get_pipeline_tag (repo)));
  if (maq_repo_get_library_name (repo) != NULL)
    g_strv_builder_take (parts, maq_hub_label (maq_repo_get_library_name (repo)));
  if (parameters > 0)
    {
      g_autofree char *count = maq_format_parameters (parameters);
      // Translators: the size of a model, such as "7.6B parameters".
      g_strv_builder_take (parts, g_strdup_printf (_ ("%s parameters"), count));
    }
  if (modified > 0)
    g_strv_builder_take (parts, maq_format_relative_time (modified, g_get_real_time () / G_USEC_PER_SEC));

  g_auto (GStrv) strv = g_strv_builder_end (parts);
  return g_strjoinv (" · ", strv);
}

char *
maq_repo_row_dup_title (GObject *item)
{
  if (MAQ_IS_OPEN_ADDRESS (item))
    return maq_open_address_dup_title (MAQ_OPEN_ADDRESS (item));
  return MAQ_IS_REPO (item) ? g_strdup (maq_repo_get_id (MAQ_REPO (item))) : NULL;
}

static void
add_count (GStrvBuilder *parts,
           const char   *format,
           gint64        count)
{
  g_autofree char *text = maq_format_count (count);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  if (count > 0)
    g_strv_builder_take (parts, g_strdup_printf (format, text));
#pragma GCC diagnostic pop
}

char *
maq_repo_row_dup_facts (GObject *item)
{
  if (MAQ_IS_OPEN_ADDRESS (item))
    return maq_open_address_dup_facts (MAQ_OPEN_ADDRESS (item));
  if (!MAQ_IS_REPO (item))
    return NULL;

  MaqRepo *repo = MAQ_REPO (item);
  gint64   downloads = maq_repo_get_downloads (repo);
  gint64   likes = maq_repo_get_likes (repo);
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();

  if (maq_repo_get_gated (repo) != MAQ_REPO_GATED_NO)
    g_strv_builder_add (parts, _ ("Gated"));
  g_strv_builder_take (parts, maq_repo_dup_summary (repo));
  add_count (parts, ngettext ("%s download", "%s downloads", MAX (downloads, 0)), downloads);
  add_count (parts, ngettext ("%s like", "%s likes", MAX (likes, 0)), likes);
  g_auto (GStrv) strv = g_strv_builder_end (parts);
  return g_strjoinv (" · ", strv);
}
