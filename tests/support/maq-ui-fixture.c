// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-ui-fixture.h"

#define TEXT_PATIENCE_MS 30000

static gboolean
timeout_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static GtkWidget *watched; // what ui_wait_text looks at, to say what it shows instead

static void
describe (GtkWidget *widget,
          GString   *text)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_LABEL (widget))
    g_string_append_printf (text, " “%s”", gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    describe (child, text);
}

void
ui_wait_at (UiCheck     check,
            gpointer    data,
            guint       ms,
            const char *where)
{
  gboolean over = FALSE;
  guint    timeout = g_timeout_add (ms, timeout_cb, &over);

  while (!check (data))
    {
      if (over)
        {
          g_autoptr (GString) shown = g_string_new (NULL);
          if (watched != NULL)
            describe (watched, shown);
          g_error ("%s: waited %u ms in vain;%s", where, ms, shown->str);
        }
      g_main_context_iteration (NULL, TRUE);
    }
  if (!over)
    g_source_remove (timeout);
}

void
ui_run (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, timeout_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
is_mapped (gpointer widget)
{
  return gtk_widget_get_mapped (widget);
}

GtkWindow *
ui_show (GtkWidget *widget,
         int        width,
         int        height)
{
  GtkWindow *window = GTK_WINDOW (adw_window_new ());

  adw_window_set_content (ADW_WINDOW (window), widget);
  gtk_window_set_default_size (window, width, height);
  gtk_window_present (window);
  ui_wait (is_mapped, widget, 10000);
  return window;
}

static void
gone_cb (gpointer data,
         GObject *object)
{
  *(gboolean *) data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

void
ui_hide (GtkWindow *window,
         gpointer   widget)
{
  gboolean gone = FALSE;

  g_object_weak_ref (widget, gone_cb, &gone);
  gtk_window_destroy (window);
  // Frames, focus and accessibility let go in their own time.
  ui_wait (is_true, &gone, 5000);
}

// The first label of what a button shows.
static GtkLabel *
find_label (GtkWidget *widget)
{
  if (widget == NULL || GTK_IS_LABEL (widget))
    return (GtkLabel *) widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkLabel *label = find_label (child);
      if (label != NULL)
        return label;
    }
  return NULL;
}

static const char *
text_of (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    return gtk_label_get_text (GTK_LABEL (widget));
  if (GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)) != NULL)
    return gtk_button_get_label (GTK_BUTTON (widget));
  if (GTK_IS_BUTTON (widget))
    {
      GtkLabel *label = find_label (gtk_button_get_child (GTK_BUTTON (widget)));
      return label != NULL ? gtk_label_get_text (label) : gtk_widget_get_tooltip_text (widget);
    }
  if (GTK_IS_EDITABLE (widget))
    return gtk_editable_get_text (GTK_EDITABLE (widget));
  return gtk_widget_get_tooltip_text (widget);
}

gpointer
ui_find (gpointer    root,
         GType       type,
         const char *text)
{
  if (!gtk_widget_get_mapped (root))
    return NULL;
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type) && (text == NULL || g_strcmp0 (text_of (root), text) == 0))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      gpointer found = ui_find (child, type, text);
      if (found != NULL)
        return found;
    }
  return NULL;
}

gboolean
ui_shows (gpointer    root,
          const char *text)
{
  if (!gtk_widget_get_mapped (root))
    return FALSE;
  if (GTK_IS_LABEL (root) && strstr (gtk_label_get_text (root), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (ui_shows (child, text))
      return TRUE;
  return FALSE;
}

void
ui_click_at (gpointer    root,
             const char *text,
             const char *where)
{
  GtkWidget *button = ui_find (root, GTK_TYPE_BUTTON, text);

  if (button == NULL)
    g_error ("%s: no button “%s”", where, text);
  if (!gtk_widget_is_sensitive (button))
    g_error ("%s: the button “%s” is insensitive", where, text);
  g_signal_emit_by_name (button, "clicked");
}

typedef struct
{
  gpointer    root;
  const char *text;
} Wanted;

static gboolean
shows_wanted (gpointer data)
{
  Wanted *wanted = data;
  return ui_shows (wanted->root, wanted->text);
}

void
ui_wait_text_at (gpointer    root,
                 const char *text,
                 const char *where)
{
  Wanted           wanted = { root, text };
  g_autofree char *what = g_strdup_printf ("%s: “%s”", where, text);

  watched = root;
  ui_wait_at (shows_wanted, &wanted, TEXT_PATIENCE_MS, what);
  watched = NULL;
}

static gboolean
has_sensitive (gpointer data)
{
  Wanted    *wanted = data;
  GtkWidget *button = ui_find (wanted->root, GTK_TYPE_BUTTON, wanted->text);
  return button != NULL && gtk_widget_is_sensitive (button);
}

void
ui_wait_sensitive_at (gpointer    root,
                      const char *text,
                      const char *where)
{
  Wanted           wanted = { root, text };
  g_autofree char *what = g_strdup_printf ("%s: a button “%s”", where, text);

  ui_wait_at (has_sensitive, &wanted, TEXT_PATIENCE_MS, what);
}

static gboolean
shows_no_more (gpointer data)
{
  return !shows_wanted (data);
}

void
ui_wait_gone_at (gpointer    root,
                 const char *text,
                 const char *where)
{
  Wanted           wanted = { root, text };
  g_autofree char *what = g_strdup_printf ("%s: the end of “%s”", where, text);

  ui_wait_at (shows_no_more, &wanted, TEXT_PATIENCE_MS, what);
}
