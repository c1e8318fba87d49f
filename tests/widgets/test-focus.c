// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-focus-keeper.h"
#include "maq-menu-names.h"
#include "maq-stack-pages.h"
#include "maq-ui-fixture.h"

// Where the focus goes, and what a screen reader is told, in a real window.

static guint n_fallbacks;

static void
fallback_cb (GtkWindow *window)
{
  n_fallbacks++;
}

typedef struct
{
  GtkWindow *window;
  GtkWidget *box;
  GtkWidget *buttons[4]; // "0" to "3"
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  GtkWidget *outer = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  // What a window gives the focus to when it knows nothing better.
  gtk_box_append (GTK_BOX (outer), gtk_button_new_with_label ("Main Menu"));
  fixture->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->buttons); i++)
    {
      g_autofree char *label = g_strdup_printf ("%u", i);
      fixture->buttons[i] = gtk_button_new_with_label (label);
      gtk_box_append (GTK_BOX (fixture->box), fixture->buttons[i]);
    }
  AdwNavigationPage *page = adw_navigation_page_new (fixture->box, "Page");
  gtk_box_append (GTK_BOX (outer), GTK_WIDGET (page));
  fixture->window = ui_show (outer, 400, 400);
  n_fallbacks = 0;
  maq_focus_keeper_add (fixture->window, fallback_cb);
  gtk_widget_grab_focus (fixture->buttons[1]);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  ui_hide (fixture->window, fixture->box);
}

typedef struct
{
  GtkWindow *window;
  GtkWidget *widget;
} Wanted;

static gboolean
has_focus (gpointer data)
{
  Wanted *wanted = data;
  return gtk_window_get_focus (wanted->window) == wanted->widget;
}

static gboolean
is_in_box (gpointer data)
{
  Fixture   *fixture = data;
  GtkWidget *focus = gtk_window_get_focus (fixture->window);
  return focus != NULL && gtk_widget_is_ancestor (focus, fixture->box);
}

static gboolean
has_fallen_back (gpointer data)
{
  return n_fallbacks > 0;
}

#define wait_focus(fixture, widget) ui_wait (has_focus, (&(Wanted) { (fixture)->window, (widget) }), 5000)

static void
test_insensitive (Fixture      *fixture,
                  gconstpointer data)
{
  gtk_widget_set_sensitive (fixture->buttons[1], FALSE);
  wait_focus (fixture, fixture->buttons[2]);
  // The one before where there is none after it.
  gtk_widget_grab_focus (fixture->buttons[3]);
  gtk_widget_set_sensitive (fixture->buttons[3], FALSE);
  wait_focus (fixture, fixture->buttons[2]);
}

static void
test_hidden (Fixture      *fixture,
             gconstpointer data)
{
  gtk_widget_set_visible (fixture->buttons[1], FALSE);
  ui_wait (is_in_box, fixture, 5000);
}

static void
test_removed (Fixture      *fixture,
              gconstpointer data)
{
  gtk_box_remove (GTK_BOX (fixture->box), fixture->buttons[1]);
  ui_wait (is_in_box, fixture, 5000);
}

// It does not leave its page for the main menu: who owns the window says what then.
static void
test_nothing_left (Fixture      *fixture,
                   gconstpointer data)
{
  gtk_widget_set_sensitive (fixture->box, FALSE);
  ui_wait (has_fallen_back, NULL, 5000);
}

static gboolean
is_gone (gpointer pointer)
{
  return *(gpointer *) pointer == NULL;
}

static void
test_dialog (Fixture      *fixture,
             gconstpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *first = gtk_button_new_with_label ("first");
  GtkWidget *second = gtk_button_new_with_label ("second");
  AdwDialog *dialog = adw_dialog_new ();

  gtk_box_append (GTK_BOX (box), first);
  gtk_box_append (GTK_BOX (box), second);
  adw_dialog_set_child (dialog, box);
  adw_dialog_present (dialog, fixture->box);
  gtk_widget_grab_focus (first);
  wait_focus (fixture, first);
  gtk_widget_set_sensitive (first, FALSE);
  wait_focus (fixture, second);
  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  adw_dialog_force_close (dialog);
  ui_wait (is_gone, &dialog, 5000);
}

static void
assert_hidden (gpointer stack_page,
               gboolean hidden)
{
  gtk_test_accessible_assert_state (stack_page, GTK_ACCESSIBLE_STATE_HIDDEN, hidden);
}

static void
test_stack_pages (void)
{
  GtkWidget *stack = adw_view_stack_new ();
  gpointer   first = adw_view_stack_add_titled (ADW_VIEW_STACK (stack), gtk_label_new ("first"), "first", "First");
  gpointer   second = adw_view_stack_add_titled (ADW_VIEW_STACK (stack), gtk_label_new ("second"), "second", "Second");

  maq_stack_pages_hide_others (stack);
  GtkWindow *window = ui_show (stack, 300, 300);
  assert_hidden (first, FALSE);
  assert_hidden (second, TRUE);
  adw_view_stack_set_visible_child_name (ADW_VIEW_STACK (stack), "second");
  assert_hidden (first, TRUE);
  assert_hidden (second, FALSE);
  gpointer third = adw_view_stack_add_titled (ADW_VIEW_STACK (stack), gtk_label_new ("third"), "third", "Third");
  assert_hidden (third, TRUE);
  ui_hide (window, stack);
}

static gpointer
find_role (GtkWidget        *widget,
           GtkAccessibleRole role)
{
  if (gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget)) == role)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      gpointer found = find_role (child, role);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_popover_focus (gpointer window)
{
  GtkWidget *focus = gtk_window_get_focus (window);
  return focus != NULL && gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER_MENU) != NULL;
}

static void
test_menu_names (void)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GSimpleAction) action = g_simple_action_new ("delete", NULL);
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
  gtk_widget_insert_action_group (box, "test", G_ACTION_GROUP (group));
  g_menu_append (menu, "Delete", "test.delete");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_box_append (GTK_BOX (box), button);
  GtkWindow *window = ui_show (box, 300, 300);
  maq_menu_names_add (window);
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  ui_wait (has_popover_focus, window, 5000);
  gpointer item = find_role (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button))), GTK_ACCESSIBLE_ROLE_MENU_ITEM);
  g_assert_nonnull (item);
  gtk_test_accessible_assert_property (item, GTK_ACCESSIBLE_PROPERTY_LABEL, "Delete");
  gtk_menu_button_popdown (GTK_MENU_BUTTON (button));
  ui_hide (window, box);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(name, func) g_test_add ("/widgets/focus/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("insensitive", test_insensitive);
  ADD ("hidden", test_hidden);
  ADD ("removed", test_removed);
  ADD ("nothing-left", test_nothing_left);
  ADD ("stays-in-its-dialog", test_dialog);
#undef ADD
  g_test_add_func ("/widgets/stack-pages/hidden-ones-are-not-read", test_stack_pages);
  g_test_add_func ("/widgets/menu-names", test_menu_names);
  return g_test_run ();
}
