// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-context-menu.h"

#include <glib/gi18n.h>

// The menu is made each time it is opened: a row is used for one thing after the other, and most never open theirs.

#define KEY "maq-context-menu"

typedef struct
{
  MaqContextMenuFunc  fill;
  GtkWidget          *popover; // while it is open
  GtkWidget          *focus;   // weak: what had it before
  GtkWidget          *holder;  // weak: what hears the keys
  GtkEventController *keys;    // of holder
} ContextMenu;

static ContextMenu *
get_menu (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), KEY);
}

static void
let_go_of_holder (ContextMenu *self)
{
  if (self->holder != NULL)
    gtk_widget_remove_controller (self->holder, self->keys);
  g_clear_weak_pointer (&self->holder);
  self->keys = NULL;
}

static void
context_menu_free (gpointer data)
{
  ContextMenu *self = data;

  let_go_of_holder (self);
  g_clear_weak_pointer (&self->focus);
  g_free (self);
}

static void
row_destroyed_cb (GtkWidget *row)
{
  g_clear_pointer (&get_menu (row)->popover, gtk_widget_unparent);
}

// When idle: the action of the chosen item is carried out after the popover has closed.
static void
drop_popover_cb (gpointer data)
{
  g_autoptr (GtkWidget) popover = data;
  GtkWidget *row = gtk_widget_get_parent (popover);

  // The row may be gone, or have opened another one.
  if (row != NULL && get_menu (row)->popover == popover)
    g_clear_pointer (&get_menu (row)->popover, gtk_widget_unparent);
}

static void
closed_cb (GtkWidget *popover,
           GtkWidget *row)
{
  ContextMenu *self = get_menu (row);
  GtkRoot     *root = gtk_widget_get_root (row);
  GtkWidget   *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  // The focus returns where it was, unless it went somewhere else already.
  if (self->focus != NULL && gtk_widget_get_mapped (self->focus) && (focus == NULL || focus == popover || gtk_widget_is_ancestor (focus, popover)))
    gtk_widget_grab_focus (self->focus);
  g_clear_weak_pointer (&self->focus);
  g_idle_add_once (drop_popover_cb, g_object_ref (popover));
}

static GMenuModel *
make_model (GtkWidget *row)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  get_menu (row)->fill (row, menu);
  return g_menu_model_get_n_items (G_MENU_MODEL (menu)) > 0 ? G_MENU_MODEL (g_steal_pointer (&menu)) : NULL;
}

static void
name_items (GtkWidget *widget)
{
  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), "GtkModelButton"))
    {
      g_autofree char *text = NULL;
      g_object_get (widget, "text", &text, NULL);
      if (text != NULL)
        gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    name_items (child);
}

void
maq_menu_name_items (GtkWidget  *popover,
                     const char *name)
{
  g_return_if_fail (GTK_IS_WIDGET (popover));

  if (name != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (popover), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  name_items (popover);
}

static void
name_popover (GtkMenuButton *button)
{
  GtkPopover *popover = gtk_menu_button_get_popover (button);

  if (popover != NULL)
    maq_menu_name_items (GTK_WIDGET (popover), gtk_widget_get_tooltip_text (GTK_WIDGET (button)));
}

void
maq_menu_button_name_items (GtkMenuButton *button)
{
  g_return_if_fail (GTK_IS_MENU_BUTTON (button));

  g_signal_connect (button, "notify::popover", G_CALLBACK (name_popover), NULL);
  g_signal_connect (button, "notify::active", G_CALLBACK (name_popover), NULL);
  name_popover (button);
}

// PLACE: in the row; NULL: by a key.
static gboolean
popup (GtkWidget          *row,
       const GdkRectangle *place)
{
  ContextMenu *self = get_menu (row);
  g_autoptr (GMenuModel) model = make_model (row);
  GtkRoot *root = gtk_widget_get_root (row);

  if (model == NULL || root == NULL)
    return FALSE;
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_set_weak_pointer (&self->focus, gtk_root_get_focus (root));
  self->popover = gtk_popover_menu_new_from_model (model);
  maq_menu_name_items (self->popover, _ ("Menu"));
  gtk_widget_set_parent (self->popover, row);
  gtk_popover_set_position (GTK_POPOVER (self->popover), GTK_POS_BOTTOM);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), place == NULL);
  gtk_widget_set_halign (self->popover, place != NULL ? GTK_ALIGN_START : GTK_ALIGN_FILL);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), place);
  g_signal_connect_object (self->popover, "closed", G_CALLBACK (closed_cb), row, 0);
  gtk_popover_popup (GTK_POPOVER (self->popover));
  return TRUE;
}

gboolean
maq_context_menu_popup (GtkWidget *row)
{
  g_return_val_if_fail (GTK_IS_WIDGET (row), FALSE);
  g_return_val_if_fail (get_menu (row) != NULL, FALSE);

  return popup (row, NULL);
}

static void
pressed_cb (GtkWidget  *row,
            int         n_press,
            double      x,
            double      y,
            GtkGesture *gesture)
{
  const GdkRectangle place = { (int) x, (int) y, 1, 1 };

  if (popup (row, &place))
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
long_pressed_cb (GtkWidget  *row,
                 double      x,
                 double      y,
                 GtkGesture *gesture)
{
  pressed_cb (row, 1, x, y, gesture);
}

static gboolean
key_cb (GtkWidget *holder,
        GVariant  *arguments,
        gpointer   row)
{
  return maq_context_menu_popup (row);
}

// The keys go to what has the focus and from there upwards: to the item of a list that ROW is in, else to ROW.
static void
parent_cb (GtkWidget *row)
{
  ContextMenu *self = get_menu (row);
  GtkWidget   *parent = gtk_widget_get_parent (row);
  gboolean     is_item = parent != NULL && (GTK_IS_LIST_BOX_ROW (parent) || g_str_equal (G_OBJECT_TYPE_NAME (parent), "GtkListItemWidget"));
  GtkWidget   *holder = is_item ? parent : row;

  if (self->holder == holder)
    return;
  let_go_of_holder (self);
  self->keys = gtk_shortcut_controller_new ();
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (self->keys),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10"), gtk_callback_action_new (key_cb, row, NULL)));
  gtk_widget_add_controller (holder, self->keys);
  g_set_weak_pointer (&self->holder, holder);
}

void
maq_context_menu_add (GtkWidget         *row,
                      MaqContextMenuFunc fill)
{
  g_return_if_fail (GTK_IS_WIDGET (row));
  g_return_if_fail (fill != NULL);

  ContextMenu *self = g_new0 (ContextMenu, 1);
  GtkGesture  *click = gtk_gesture_click_new ();
  GtkGesture  *press = gtk_gesture_long_press_new ();
  self->fill = fill;
  g_object_set_data_full (G_OBJECT (row), KEY, self, context_menu_free);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), row);
  g_signal_connect_swapped (press, "pressed", G_CALLBACK (long_pressed_cb), row);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (press));
  g_signal_connect (row, "notify::parent", G_CALLBACK (parent_cb), NULL);
  g_signal_connect (row, "destroy", G_CALLBACK (row_destroyed_cb), NULL);
  parent_cb (row);
}

static void
create_popup_cb (GtkMenuButton *button,
                 gpointer       row)
{
  g_autoptr (GMenuModel) model = make_model (row);

  gtk_menu_button_set_menu_model (button, model);
  name_popover (button);
}

void
maq_context_menu_add_button (GtkWidget     *row,
                             GtkMenuButton *button)
{
  g_return_if_fail (GTK_IS_WIDGET (row));
  g_return_if_fail (GTK_IS_MENU_BUTTON (button));
  g_return_if_fail (get_menu (row) != NULL);

  gtk_menu_button_set_create_popup_func (button, create_popup_cb, row, NULL);
}

void
maq_menu_add (GMenu      *menu,
              const char *label,
              const char *action,
              GVariant   *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target_value (item, action, target);
  g_menu_append_item (menu, item);
}
