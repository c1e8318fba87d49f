// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-status-stack.h"

#include <glib/gi18n.h>

#include "maq-focus.h"
#include "maq-stack-pages.h"

// How long an empty page stays before the spinner shows, in milliseconds.
#define SPINNER_DELAY_MS 200

G_DEFINE_ENUM_TYPE (MaqStatus, maq_status, G_DEFINE_ENUM_VALUE (MAQ_STATUS_LOADING, "loading"), G_DEFINE_ENUM_VALUE (MAQ_STATUS_CONTENT, "content"), G_DEFINE_ENUM_VALUE (MAQ_STATUS_EMPTY, "empty"), G_DEFINE_ENUM_VALUE (MAQ_STATUS_OFFLINE, "offline"), G_DEFINE_ENUM_VALUE (MAQ_STATUS_ERROR, "error"))

struct _MaqStatusStack
{
  GtkWidget parent_instance;

  GtkStack      *stack;
  AdwStatusPage *empty;
  AdwStatusPage *problem;
  GtkWidget     *retry;

  MaqStatus  status;
  GtkWidget *child;
  GtkWidget *empty_child;
  char      *empty_icon_name;
  char      *empty_title;
  char      *empty_description;
  guint      spinner_timeout;
  gboolean   holds_focus; // for the page that is to come
};

G_DEFINE_FINAL_TYPE (MaqStatusStack, maq_status_stack, GTK_TYPE_WIDGET)

typedef enum
{
  PROP_STATUS = 1,
  PROP_CHILD,
  PROP_EMPTY_CHILD,
  PROP_EMPTY_ICON_NAME,
  PROP_EMPTY_TITLE,
  PROP_EMPTY_DESCRIPTION,
} MaqStatusStackProperty;

static GParamSpec *properties[PROP_EMPTY_DESCRIPTION + 1];

enum
{
  SIGNAL_RETRY,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

// What scrolls in a status page can have the focus: it is called as the page is.
static void
name_scroller (GtkWidget     *widget,
               AdwStatusPage *page)
{
  const char *title = adw_status_page_get_title (page);

  if (GTK_IS_SCROLLED_WINDOW (widget))
    {
      gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, title != NULL ? title : "", -1);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    name_scroller (child, page);
}

static void
title_cb (AdwStatusPage *page)
{
  name_scroller (GTK_WIDGET (page), page);
}

static void
retry_clicked_cb (MaqStatusStack *self)
{
  g_signal_emit (self, signals[SIGNAL_RETRY], 0);
}

static gboolean
spinner_timeout_cb (gpointer user_data)
{
  MaqStatusStack *self = user_data;

  self->spinner_timeout = 0;
  gtk_stack_set_visible_child_name (self->stack, "loading");
  return G_SOURCE_REMOVE;
}

// While nothing is there to have it, the stack itself keeps the focus.
static void
hold_focus (MaqStatusStack *self)
{
  if (!maq_focus_is_in (GTK_WIDGET (self)) || self->holds_focus)
    return;
  self->holds_focus = TRUE;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
pass_focus_on (MaqStatusStack *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (!self->holds_focus || self->status == MAQ_STATUS_LOADING)
    return;
  self->holds_focus = FALSE;
  if (root != NULL && gtk_root_get_focus (root) == GTK_WIDGET (self))
    gtk_widget_child_focus (gtk_stack_get_visible_child (self->stack), GTK_DIR_TAB_FORWARD);
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
}

static void
update_visible_child (MaqStatusStack *self)
{
  g_clear_handle_id (&self->spinner_timeout, g_source_remove);
  hold_focus (self);
  switch (self->status)
    {
    case MAQ_STATUS_LOADING:
      gtk_stack_set_visible_child_name (self->stack, "waiting");
      self->spinner_timeout = g_timeout_add (SPINNER_DELAY_MS, spinner_timeout_cb, self);
      break;
    case MAQ_STATUS_CONTENT:
      gtk_stack_set_visible_child_name (self->stack, "content");
      break;
    case MAQ_STATUS_EMPTY:
      gtk_stack_set_visible_child_name (self->stack, "empty");
      break;
    case MAQ_STATUS_OFFLINE:
      adw_status_page_set_icon_name (self->problem, "network-offline-symbolic");
      gtk_stack_set_visible_child_name (self->stack, "problem");
      break;
    case MAQ_STATUS_ERROR:
      adw_status_page_set_icon_name (self->problem, "dialog-warning-symbolic");
      gtk_stack_set_visible_child_name (self->stack, "problem");
      break;
    default:
      g_assert_not_reached ();
    }
  pass_focus_on (self);
}

static void
maq_status_stack_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  MaqStatusStack *self = MAQ_STATUS_STACK (object);

  switch ((MaqStatusStackProperty) prop_id)
    {
    case PROP_STATUS:
      g_value_set_enum (value, self->status);
      break;
    case PROP_CHILD:
      g_value_set_object (value, self->child);
      break;
    case PROP_EMPTY_CHILD:
      g_value_set_object (value, self->empty_child);
      break;
    case PROP_EMPTY_ICON_NAME:
      g_value_set_string (value, self->empty_icon_name);
      break;
    case PROP_EMPTY_TITLE:
      g_value_set_string (value, self->empty_title);
      break;
    case PROP_EMPTY_DESCRIPTION:
      g_value_set_string (value, self->empty_description);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_status_stack_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  MaqStatusStack *self = MAQ_STATUS_STACK (object);

  switch ((MaqStatusStackProperty) prop_id)
    {
    case PROP_STATUS:
      maq_status_stack_set_status (self, g_value_get_enum (value));
      break;
    case PROP_CHILD:
      if (g_set_object (&self->child, g_value_get_object (value)))
        g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_EMPTY_CHILD:
      if (g_set_object (&self->empty_child, g_value_get_object (value)))
        g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_EMPTY_ICON_NAME:
      if (g_set_str (&self->empty_icon_name, g_value_get_string (value)))
        g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_EMPTY_TITLE:
      if (g_set_str (&self->empty_title, g_value_get_string (value)))
        g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_EMPTY_DESCRIPTION:
      if (g_set_str (&self->empty_description, g_value_get_string (value)))
        g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_status_stack_dispose (GObject *object)
{
  MaqStatusStack *self = MAQ_STATUS_STACK (object);

  g_clear_handle_id (&self->spinner_timeout, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_STATUS_STACK);
  g_clear_object (&self->child);
  g_clear_object (&self->empty_child);

  G_OBJECT_CLASS (maq_status_stack_parent_class)->dispose (object);
}

static void
maq_status_stack_finalize (GObject *object)
{
  MaqStatusStack *self = MAQ_STATUS_STACK (object);

  g_free (self->empty_icon_name);
  g_free (self->empty_title);
  g_free (self->empty_description);

  G_OBJECT_CLASS (maq_status_stack_parent_class)->finalize (object);
}

static void
maq_status_stack_class_init (MaqStatusStackClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_status_stack_get_property;
  object_class->set_property = maq_status_stack_set_property;
  object_class->dispose = maq_status_stack_dispose;
  object_class->finalize = maq_status_stack_finalize;

  properties[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, MAQ_TYPE_STATUS, MAQ_STATUS_LOADING, flags);
  properties[PROP_CHILD] = g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET, flags);
  properties[PROP_EMPTY_CHILD] = g_param_spec_object ("empty-child", NULL, NULL, GTK_TYPE_WIDGET, flags);
  properties[PROP_EMPTY_ICON_NAME] = g_param_spec_string ("empty-icon-name", NULL, NULL, NULL, flags);
  properties[PROP_EMPTY_TITLE] = g_param_spec_string ("empty-title", NULL, NULL, NULL, flags);
  properties[PROP_EMPTY_DESCRIPTION] = g_param_spec_string ("empty-description", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signals[SIGNAL_RETRY] = g_signal_new ("retry", MAQ_TYPE_STATUS_STACK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/widgets/maq-status-stack.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqStatusStack, stack);
  gtk_widget_class_bind_template_child (widget_class, MaqStatusStack, empty);
  gtk_widget_class_bind_template_child (widget_class, MaqStatusStack, problem);
  gtk_widget_class_bind_template_child (widget_class, MaqStatusStack, retry);
  gtk_widget_class_bind_template_callback (widget_class, retry_clicked_cb);
}

static void
maq_status_stack_init (MaqStatusStack *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_stack_pages_hide_others (GTK_WIDGET (self->stack));
  g_signal_connect (self->empty, "notify::title", G_CALLBACK (title_cb), NULL);
  g_signal_connect (self->problem, "notify::title", G_CALLBACK (title_cb), NULL);
  update_visible_child (self);
}

GtkWidget *
maq_status_stack_new (void)
{
  return g_object_new (MAQ_TYPE_STATUS_STACK, NULL);
}

MaqStatus
maq_status_stack_get_status (MaqStatusStack *self)
{
  g_return_val_if_fail (MAQ_IS_STATUS_STACK (self), MAQ_STATUS_LOADING);

  return self->status;
}

void
maq_status_stack_set_status (MaqStatusStack *self,
                             MaqStatus       status)
{
  g_return_if_fail (MAQ_IS_STATUS_STACK (self));

  if (self->status == status)
    return;
  self->status = status;
  update_visible_child (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

void
maq_status_stack_set_problem (MaqStatusStack *self,
                              const char     *title,
                              const char     *body,
                              gboolean        can_retry)
{
  g_return_if_fail (MAQ_IS_STATUS_STACK (self));

  g_autofree char *escaped = body != NULL ? g_markup_escape_text (body, -1) : NULL;
  adw_status_page_set_title (self->problem, title != NULL ? title : _ ("Something Went Wrong"));
  adw_status_page_set_description (self->problem, escaped);
  gtk_widget_set_visible (self->retry, can_retry);
}

void
maq_status_stack_set_empty (MaqStatusStack *self,
                            const char     *icon_name,
                            const char     *title,
                            const char     *description)
{
  g_object_set (self, "empty-icon-name", icon_name, "empty-title", title, "empty-description", description, NULL);
}
