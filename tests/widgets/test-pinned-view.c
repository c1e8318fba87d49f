// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-pinned-view.h"
#include "maq-ui-fixture.h"
#include "maq-widgets.h"

#define HEAD_HEIGHT 120
#define N_ROWS      100000

typedef struct
{
  MaqPinnedView *view;
  GtkWidget     *scrolled;
  GtkAdjustment *adjustment;
  GtkWidget     *button; // in the head
  GtkWidget     *bar;
  GtkWidget     *stack; // the body: a list, a text, something that does not scroll
  GtkListView   *list;
  GtkWindow     *window;
} Fixture;

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  gtk_list_item_set_child (item, gtk_label_new (gtk_string_object_get_string (gtk_list_item_get_item (item))));
}

static GtkWidget *
list_new (guint n_rows)
{
  GtkStringList      *rows = gtk_string_list_new (NULL);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  for (guint i = 0; i < n_rows; i++)
    gtk_string_list_take (rows, g_strdup_printf ("row %u", i));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  return gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (rows))), factory);
}

static GtkWidget *
bin_new (GtkWidget *child)
{
  return g_object_new (MAQ_TYPE_PINNED_BIN, "child", child, NULL);
}

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *text = gtk_label_new ("text");
  GtkWidget *viewport = gtk_viewport_new (NULL, NULL);

  self->button = gtk_button_new_with_label ("Head");
  gtk_box_append (GTK_BOX (head), self->button);
  gtk_widget_set_size_request (head, -1, HEAD_HEIGHT);
  self->bar = gtk_button_new_with_label ("Bar");
  self->list = GTK_LIST_VIEW (list_new (N_ROWS));
  gtk_widget_set_size_request (text, -1, 2000);
  gtk_viewport_set_child (GTK_VIEWPORT (viewport), text);
  self->stack = gtk_stack_new ();
  gtk_stack_set_vhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_stack_add_named (GTK_STACK (self->stack), bin_new (GTK_WIDGET (self->list)), "list");
  gtk_stack_add_named (GTK_STACK (self->stack), bin_new (viewport), "text");
  gtk_stack_add_named (GTK_STACK (self->stack), gtk_label_new ("still"), "still");
  self->view = g_object_new (MAQ_TYPE_PINNED_VIEW, "head", head, "bar", self->bar, "body", self->stack, NULL);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), GTK_WIDGET (self->view));
  self->adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  self->window = ui_show (self->scrolled, 400, 500);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  ui_hide (self->window, self->view);
}

static gboolean
has_size (gpointer adjustment)
{
  return gtk_adjustment_get_page_size (adjustment) > 0 && gtk_adjustment_get_upper (adjustment) > gtk_adjustment_get_page_size (adjustment);
}

static double
get_y (Fixture   *self,
       GtkWidget *widget)
{
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (widget, GTK_WIDGET (self->view), &bounds));
  return bounds.origin.y;
}

typedef struct
{
  Fixture    *self;
  const char *text;
} Wanted;

// Whether the row TEXT is there, below the bar and above the end of the view.
static gboolean
shows_row (gpointer data)
{
  Wanted    *wanted = data;
  GtkWidget *label = ui_find (wanted->self->list, GTK_TYPE_LABEL, wanted->text);

  return label != NULL && get_y (wanted->self, label) >= gtk_widget_get_height (wanted->self->bar) - 1 &&
         get_y (wanted->self, label) + gtk_widget_get_height (label) <= gtk_widget_get_height (GTK_WIDGET (wanted->self->view)) + 1;
}

static guint
count_rows (Fixture *self)
{
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->list)); child != NULL; child = gtk_widget_get_next_sibling (child))
    n++;
  return n;
}

static gboolean
is_head_gone (gpointer self)
{
  return maq_pinned_view_get_head_gone (((Fixture *) self)->view);
}

static gboolean
is_head_whole (gpointer self)
{
  return gtk_adjustment_get_value (((Fixture *) self)->adjustment) < 1;
}

// All of it is one column, and of a long list only what shows is made.
static void
test_column (Fixture      *self,
             gconstpointer data)
{
  Wanted first = { self, "row 0" };
  Wanted last = { self, "row 99999" };

  ui_wait (has_size, self->adjustment, 5000);
  g_assert_cmpfloat (get_y (self, self->bar), ==, HEAD_HEIGHT);
  g_assert_true (shows_row (&first));
  g_assert_false (maq_pinned_view_get_head_gone (self->view));

  // Halfway through the head the rest comes along.
  gtk_adjustment_set_value (self->adjustment, HEAD_HEIGHT / 2);
  ui_run (100);
  g_assert_cmpfloat (get_y (self, self->bar), ==, HEAD_HEIGHT / 2);
  g_assert_true (shows_row (&first));
  g_assert_false (maq_pinned_view_get_head_gone (self->view));

  gtk_adjustment_set_value (self->adjustment, gtk_adjustment_get_upper (self->adjustment));
  ui_wait (shows_row, &last, 5000);
  g_assert_true (maq_pinned_view_get_head_gone (self->view));
  g_assert_true (gtk_widget_has_css_class (self->bar, "pinned"));
  g_assert_cmpfloat (get_y (self, self->bar), ==, 0);
  g_assert_cmpuint (count_rows (self), <, 1000);

  gtk_adjustment_set_value (self->adjustment, 0);
  ui_wait (shows_row, &first, 5000);
  g_assert_cmpfloat (get_y (self, self->bar), ==, HEAD_HEIGHT);
}

// The keyboard goes through it: what gets the focus shows.
static void
test_focus (Fixture      *self,
            gconstpointer data)
{
  Wanted wanted = { self, "row 500" };

  ui_wait (has_size, self->adjustment, 5000);
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
  gtk_list_view_scroll_to (self->list, 500, GTK_LIST_SCROLL_FOCUS, NULL);
  ui_wait (is_head_gone, self, 5000);
  ui_wait (shows_row, &wanted, 5000);
  gtk_widget_grab_focus (self->button);
  ui_wait (is_head_whole, self, 5000);
  g_assert_cmpfloat (get_y (self, self->button), ==, 0);
}

// Each page of a stack stays where it was, as far as the head lets it.
static void
test_pages (Fixture      *self,
            gconstpointer data)
{
  Wanted wanted = { self, "row 500" };

  ui_wait (has_size, self->adjustment, 5000);
  gtk_list_view_scroll_to (self->list, 500, GTK_LIST_SCROLL_NONE, NULL);
  ui_wait (is_head_gone, self, 5000);
  ui_wait (shows_row, &wanted, 5000);
  ui_run (200);
  double value = gtk_adjustment_get_value (self->adjustment);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "text");
  ui_run (100);
  g_assert_true (is_head_gone (self));
  g_assert_cmpfloat (gtk_adjustment_get_value (self->adjustment), ==, HEAD_HEIGHT);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "list");
  ui_wait (shows_row, &wanted, 5000);
  ui_run (100);
  g_assert_true (shows_row (&wanted));
  g_assert_cmpfloat (gtk_adjustment_get_value (self->adjustment), ==, value);

  // What does not scroll leaves nothing to scroll.
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "still");
  ui_wait (is_head_whole, self, 5000);
  g_assert_cmpfloat (gtk_adjustment_get_upper (self->adjustment), <=, gtk_adjustment_get_page_size (self->adjustment));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  maq_widgets_init ();
#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/widgets/pinned-view/is-one-column", test_column);
  ADD ("/widgets/pinned-view/what-has-the-focus-shows", test_focus);
  ADD ("/widgets/pinned-view/pages-stay-where-they-were", test_pages);
  return g_test_run ();
}
