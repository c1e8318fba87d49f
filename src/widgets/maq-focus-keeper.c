// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-focus-keeper.h"

#include <adwaita.h>

// What had the focus, and what it is in, is remembered while all is well: once it is taken out of the window nothing else tells
// where it was.

typedef struct
{
  GtkWindow       *window; // its owner
  MaqFocusFallback fallback;
  GPtrArray       *chain; // weak: what had the focus, and its ancestors up to the page; NULL for what is no more
  guint            source;
} Keeper;

static void
forget (Keeper *self)
{
  for (guint i = 0; i < self->chain->len; i++)
    if (self->chain->pdata[i] != NULL)
      g_object_remove_weak_pointer (self->chain->pdata[i], &self->chain->pdata[i]);
  g_ptr_array_set_size (self->chain, 0);
}

static gboolean
is_scope (GtkWidget *widget)
{
  return ADW_IS_NAVIGATION_PAGE (widget) || ADW_IS_DIALOG (widget) || GTK_IS_POPOVER (widget) || GTK_IS_WINDOW (widget);
}

static void
remember (Keeper    *self,
          GtkWidget *focus)
{
  forget (self);
  for (GtkWidget *widget = focus; widget != NULL; widget = gtk_widget_get_parent (widget))
    {
      g_ptr_array_add (self->chain, widget);
      if (is_scope (widget))
        break;
    }
  // Only now: the array moves while it grows.
  for (guint i = 0; i < self->chain->len; i++)
    g_object_add_weak_pointer (self->chain->pdata[i], &self->chain->pdata[i]);
}

static gboolean
can_have_focus (GtkWidget *widget)
{
  return widget != NULL && gtk_widget_get_mapped (widget) && gtk_widget_is_sensitive (widget);
}

static gboolean
give_to (GtkWidget       *widget,
         GtkDirectionType direction)
{
  return can_have_focus (widget) && gtk_widget_child_focus (widget, direction);
}

// WHERE had the focus, or what had it is in there: what is beside it.
static gboolean
give_to_neighbor (GtkWidget *where)
{
  for (GtkWidget *next = gtk_widget_get_next_sibling (where); next != NULL; next = gtk_widget_get_next_sibling (next))
    if (give_to (next, GTK_DIR_TAB_FORWARD))
      return TRUE;
  for (GtkWidget *before = gtk_widget_get_prev_sibling (where); before != NULL; before = gtk_widget_get_prev_sibling (before))
    if (give_to (before, GTK_DIR_TAB_BACKWARD))
      return TRUE;
  return FALSE;
}

static GtkWidget *
get_scope (Keeper *self)
{
  return self->chain->len > 0 ? self->chain->pdata[self->chain->len - 1] : NULL;
}

static gboolean
is_in (GtkWidget *widget,
       GtkWidget *scope)
{
  return widget == scope || gtk_widget_is_ancestor (widget, scope);
}

static gboolean
find_heir (Keeper *self)
{
  // It may be back already.
  if (can_have_focus (self->chain->pdata[0]) && gtk_widget_grab_focus (self->chain->pdata[0]))
    return TRUE;
  for (guint i = 1; i < self->chain->len; i++)
    {
      GtkWidget *inner = self->chain->pdata[i - 1];
      GtkWidget *outer = self->chain->pdata[i];
      if (!can_have_focus (outer))
        continue;
      if (inner != NULL && gtk_widget_get_parent (inner) == outer ? give_to_neighbor (inner) : give_to (outer, GTK_DIR_TAB_FORWARD))
        return TRUE;
    }
  return FALSE;
}

// Whether FOCUS was given to the start of the window, as GTK does a frame after it took it from what had it; it does so even if
// something else got it in between. What opens over a page takes the focus by right.
static gboolean
is_astray (Keeper    *self,
           GtkWidget *focus)
{
  GtkWidget *scope = get_scope (self);

  if (focus == NULL)
    return TRUE;
  if (!can_have_focus (scope) || is_in (focus, scope))
    return FALSE;
  return gtk_widget_get_ancestor (focus, ADW_TYPE_DIALOG) == NULL && gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER) == NULL;
}

static gboolean
mend_cb (gpointer data)
{
  Keeper *self = data;

  if (gtk_widget_get_mapped (GTK_WIDGET (self->window)) && is_astray (self, gtk_window_get_focus (self->window)))
    if (!can_have_focus (get_scope (self)) || !find_heir (self))
      self->fallback (self->window);
  self->source = 0;
  remember (self, gtk_window_get_focus (self->window));
  return G_SOURCE_REMOVE;
}

static void
focus_changed_cb (Keeper *self)
{
  GtkWidget *focus = gtk_window_get_focus (self->window);

  // Some who move the focus take it away first: what is so when they are done counts.
  if (self->source != 0)
    return;
  if (self->chain->len > 0 && (focus == NULL || !can_have_focus (self->chain->pdata[0])))
    self->source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, mend_cb, self, NULL);
  else if (focus != NULL)
    remember (self, focus);
}

static void
keeper_free (gpointer  data,
             GClosure *closure)
{
  Keeper *self = data;

  g_clear_handle_id (&self->source, g_source_remove);
  forget (self);
  g_ptr_array_unref (self->chain);
  g_free (self);
}

void
maq_focus_keeper_add (GtkWindow       *window,
                      MaqFocusFallback fallback)
{
  g_return_if_fail (GTK_IS_WINDOW (window));

  Keeper *self = g_new0 (Keeper, 1);
  self->window = window;
  self->fallback = fallback;
  self->chain = g_ptr_array_new ();
  g_signal_connect_data (window, "notify::focus-widget", G_CALLBACK (focus_changed_cb), self, keeper_free, G_CONNECT_SWAPPED);
}

static GtkWidget *
find_toolbar_view (GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget) || ADW_IS_TOOLBAR_VIEW (widget))
    return gtk_widget_get_mapped (widget) ? widget : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_toolbar_view (child);
      if (found != NULL)
        return found;
    }
  return NULL;
}

// Containers know what in them had the focus last.
static gboolean
give_back (GtkWidget *content)
{
  GtkWidget *last = content;

  while (gtk_widget_get_focus_child (last) != NULL)
    last = gtk_widget_get_focus_child (last);
  return last != content && can_have_focus (last) && gtk_widget_grab_focus (last);
}

gboolean
maq_focus_content (GtkWidget *page)
{
  g_return_val_if_fail (GTK_IS_WIDGET (page), FALSE);

  GtkWidget *view = find_toolbar_view (page);
  GtkWidget *content = view != NULL ? adw_toolbar_view_get_content (ADW_TOOLBAR_VIEW (view)) : NULL;
  return (content != NULL && (give_back (content) || give_to (content, GTK_DIR_TAB_FORWARD))) || give_to (page, GTK_DIR_TAB_FORWARD);
}
