// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// The column's own adjustment counts from the top of the head to the end of the body. Its value decides what is left of the head
// and how far the body is scrolled; where the body scrolls by itself, as it does for the focus, the column follows by as much.

#include "maq-pinned-view.h"

#include <adwaita.h>

// How far one notch of a wheel or one press of an arrow key goes, as a part of what shows.
#define STEP_PART 0.1
#define PAGE_PART 0.9

struct _MaqPinnedView
{
  GtkWidget parent_instance;

  GtkWidget *head; // all nullable
  GtkWidget *bar;
  GtkWidget *body;

  GtkAdjustment      *hadjustment;
  GtkAdjustment      *vadjustment;
  GtkScrollablePolicy hscroll_policy;
  GtkScrollablePolicy vscroll_policy;

  MaqPinnedBin *bin;      // a reference; what scrolls in the body now
  double        scrolled; // how far it is
  int           body_height;
  int           head_height; // when it was laid out last
  guint         settle;      // a source
  double        lag;         // how much further the column is scrolled than it is laid out
  gboolean      is_scrolling;
  gboolean      is_allocating;
  gboolean      is_head_gone;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqPinnedView, maq_pinned_view, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

typedef enum
{
  PROP_HEAD = 1,
  PROP_BAR,
  PROP_BODY,
  PROP_HEAD_GONE,
  PROP_HADJUSTMENT,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY,
} MaqPinnedViewProperty;

static GParamSpec *properties[PROP_HEAD_GONE + 1];

static MaqPinnedBin *
find_bin (GtkWidget *widget)
{
  if (!gtk_widget_get_visible (widget) || !gtk_widget_get_child_visible (widget))
    return NULL;
  if (MAQ_IS_PINNED_BIN (widget))
    return MAQ_PINNED_BIN (widget);
  // While one page fades into the next, both are there.
  if (GTK_IS_STACK (widget))
    return gtk_stack_get_visible_child (GTK_STACK (widget)) != NULL ? find_bin (gtk_stack_get_visible_child (GTK_STACK (widget))) : NULL;
  if (ADW_IS_VIEW_STACK (widget))
    return adw_view_stack_get_visible_child (ADW_VIEW_STACK (widget)) != NULL ? find_bin (adw_view_stack_get_visible_child (ADW_VIEW_STACK (widget))) : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      MaqPinnedBin *bin = find_bin (child);
      if (bin != NULL)
        return bin;
    }
  return NULL;
}

static int
get_height (GtkWidget *widget,
            int        width)
{
  int natural = 0;

  if (widget != NULL && gtk_widget_should_layout (widget))
    gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
  return natural;
}

// Scrolls the body for what the column's adjustment says now. Never while it is laid out: a list makes other rows then, and that they
// have sizes would be forgotten.
static void
scroll_bin (MaqPinnedView *self)
{
  self->lag = 0;
  if (self->bin != NULL && self->vadjustment != NULL)
    {
      self->is_scrolling = TRUE;
      self->scrolled = MAX (0, gtk_adjustment_get_value (self->vadjustment) - self->head_height);
      gtk_adjustment_set_value (maq_pinned_bin_get_adjustment (self->bin), self->scrolled);
      self->is_scrolling = FALSE;
    }
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static gboolean
settle_cb (gpointer data)
{
  MaqPinnedView *self = data;

  self->settle = 0;
  scroll_bin (self);
  return G_SOURCE_REMOVE;
}

static void
settle_later (MaqPinnedView *self)
{
  if (self->settle == 0)
    self->settle = g_idle_add_full (GTK_PRIORITY_RESIZE - 1, settle_cb, self, NULL);
}

// By itself, perhaps while it is laid out.
static void
bin_scrolled_cb (MaqPinnedView *self,
                 GtkAdjustment *adjustment)
{
  if (self->is_allocating || self->is_scrolling || self->vadjustment == NULL)
    return;
  double by = gtk_adjustment_get_value (adjustment) - self->scrolled;
  self->is_scrolling = TRUE;
  self->scrolled += by;
  self->lag += by;
  gtk_adjustment_set_value (self->vadjustment, gtk_adjustment_get_value (self->vadjustment) + by);
  self->is_scrolling = FALSE;
  settle_later (self);
}

// More or fewer rows: how far there is to scroll is found when the body is laid out.
static void
bin_changed_cb (MaqPinnedView *self)
{
  if (!self->is_allocating)
    gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
set_bin (MaqPinnedView *self,
         MaqPinnedBin  *bin)
{
  if (self->bin == bin)
    return;
  if (self->bin != NULL)
    g_signal_handlers_disconnect_by_data (maq_pinned_bin_get_adjustment (self->bin), self);
  g_set_object (&self->bin, bin);
  self->lag = 0;
  if (bin == NULL)
    return;
  g_signal_connect_object (maq_pinned_bin_get_adjustment (bin), "value-changed", G_CALLBACK (bin_scrolled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (maq_pinned_bin_get_adjustment (bin), "changed", G_CALLBACK (bin_changed_cb), self, G_CONNECT_SWAPPED);
}

static void
allocate (GtkWidget *widget,
          int        y,
          int        width,
          int        height)
{
  if (widget != NULL && gtk_widget_should_layout (widget))
    gtk_widget_size_allocate (widget, &(GtkAllocation) { 0, y, width, height }, -1);
}

typedef struct
{
  int width, height; // of what shows
  int head, bar;     // their heights
} Room;

// How high the body is that scrolls in HEIGHT. One that is lower says no less than that itself.
static double
get_inner_upper (MaqPinnedView *self,
                 int            width,
                 int            height)
{
  double upper = gtk_adjustment_get_upper (maq_pinned_bin_get_adjustment (self->bin));

  return upper > height ? upper : MIN (height, get_height (GTK_WIDGET (self->bin), width));
}

// Lays the body out that scrolls, and adds its whole height to *UPPER. Returns by how much it scrolled itself meanwhile.
static double
lay_out_bin (MaqPinnedView *self,
             const Room    *room,
             int            y,
             int            height,
             double        *upper)
{
  GtkAdjustment *inner = maq_pinned_bin_get_adjustment (self->bin);
  double         before = self->scrolled;
  gboolean       is_resized = self->body_height != height;

  if (ABS (gtk_adjustment_get_value (inner) - before) >= 1)
    settle_later (self);
  gtk_adjustment_set_value (inner, before);
  allocate (self->body, y, room->width, height);
  self->body_height = height;
  *upper += get_inner_upper (self, room->width, height);
  double by = gtk_adjustment_get_value (inner) - before;
  // A list that gets another height keeps some row of its choice in its relative place; here the first one stays where it is.
  if (is_resized && by != 0 && self->lag == 0)
    {
      settle_later (self);
      return 0;
    }
  self->scrolled += by;
  return by;
}

// Lays everything out with the head scrolled by VALUE and the body by self->scrolled; *UPPER: how high the column is. Returns by how
// much the body scrolled itself meanwhile.
static double
lay_out (MaqPinnedView *self,
         const Room    *room,
         double         value,
         double        *upper)
{
  int head_left = MAX (0, room->head - (int) value);
  int rest = MAX (0, room->height - room->bar - head_left);

  allocate (self->head, -(int) value, room->width, room->head);
  allocate (self->bar, head_left, room->width, room->bar);
  if (self->bin == NULL)
    {
      int body = MIN (MAX (get_height (self->body, room->width), room->height - room->head - room->bar), room->height - room->bar);
      allocate (self->body, head_left + room->bar, room->width, MAX (body, rest));
      *upper = room->head + room->bar + MAX (body, 0);
      return 0;
    }
  *upper = room->head + room->bar;
  return lay_out_bin (self, room, head_left + room->bar, rest, upper);
}

static void
set_head_gone (MaqPinnedView *self,
               gboolean       is_gone)
{
  if (self->is_head_gone == is_gone)
    return;
  self->is_head_gone = is_gone;
  if (self->bar != NULL && is_gone)
    gtk_widget_add_css_class (self->bar, "pinned");
  else if (self->bar != NULL)
    gtk_widget_remove_css_class (self->bar, "pinned");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HEAD_GONE]);
}

static void
maq_pinned_view_size_allocate (GtkWidget *widget,
                               int        width,
                               int        height,
                               int        baseline)
{
  MaqPinnedView *self = MAQ_PINNED_VIEW (widget);
  const Room     room = { width, height, get_height (self->head, width), get_height (self->bar, width) };
  double         value = self->vadjustment != NULL ? gtk_adjustment_get_value (self->vadjustment) : 0;
  double         upper = height;
  MaqPinnedBin  *bin = self->body != NULL ? find_bin (self->body) : NULL;

  self->head_height = room.head;
  self->is_allocating = TRUE;
  if (bin != NULL && bin != self->bin && value >= room.head)
    // Each page of a stack stays where it was.
    value = room.head + gtk_adjustment_get_value (maq_pinned_bin_get_adjustment (bin));
  set_bin (self, bin);
  if (self->lag == 0)
    self->scrolled = MAX (0, value - room.head);
  double by = lay_out (self, &room, value - self->lag, &upper);
  if (by != 0)
    {
      // What is left of the head goes first.
      self->lag += value - self->lag < room.head ? by : 0;
      value += by;
      settle_later (self);
    }
  else if (self->lag == 0 && value > MAX (0, upper - height))
    {
      value = MAX (0, upper - height);
      self->scrolled = MAX (0, value - room.head);
      lay_out (self, &room, value, &upper);
    }
  if (self->hadjustment != NULL)
    gtk_adjustment_configure (self->hadjustment, 0, 0, width, width * STEP_PART, width * PAGE_PART, width);
  if (self->vadjustment != NULL)
    gtk_adjustment_configure (self->vadjustment, value, 0, MAX (upper, height), height * STEP_PART, height * PAGE_PART, height);
  self->is_allocating = FALSE;
  set_head_gone (self, room.head > 0 && value >= room.head);
}

static void
maq_pinned_view_measure (GtkWidget     *widget,
                         GtkOrientation orientation,
                         int            for_size,
                         int           *minimum,
                         int           *natural,
                         int           *minimum_baseline,
                         int           *natural_baseline)
{
  MaqPinnedView *self = MAQ_PINNED_VIEW (widget);
  GtkWidget     *parts[] = { self->head, self->bar, self->body };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      int least = 0, usual = 0;
      if (parts[i] == NULL || !gtk_widget_should_layout (parts[i]))
        continue;
      gtk_widget_measure (parts[i], orientation, for_size, &least, &usual, NULL, NULL);
      *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MAX (*minimum, least) : 0;
      *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? MAX (*natural, usual) : *natural + usual;
    }
}

static GtkSizeRequestMode
maq_pinned_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
scrolled_cb (MaqPinnedView *self)
{
  if (!self->is_allocating && !self->is_scrolling)
    scroll_bin (self);
}

// What gets the focus in the head is scrolled to. The body sees to its own.
static void
focus_cb (MaqPinnedView *self)
{
  GtkRoot        *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget      *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  graphene_rect_t bounds;

  if (focus == NULL || self->head == NULL || self->vadjustment == NULL || !gtk_widget_is_ancestor (focus, self->head))
    return;
  if (gtk_widget_compute_bounds (focus, self->head, &bounds))
    gtk_adjustment_clamp_page (self->vadjustment, bounds.origin.y, bounds.origin.y + bounds.size.height);
}

static void
maq_pinned_view_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (maq_pinned_view_parent_class)->root (widget);
  g_signal_connect_object (gtk_widget_get_root (widget), "notify::focus-widget", G_CALLBACK (focus_cb), widget, G_CONNECT_SWAPPED);
}

static void
maq_pinned_view_unroot (GtkWidget *widget)
{
  g_signal_handlers_disconnect_by_func (gtk_widget_get_root (widget), focus_cb, widget);
  GTK_WIDGET_CLASS (maq_pinned_view_parent_class)->unroot (widget);
}

static void
set_part (MaqPinnedView *self,
          GtkWidget    **part,
          GtkWidget     *widget,
          GtkWidget     *after)
{
  g_clear_pointer (part, gtk_widget_unparent);
  if (widget == NULL)
    return;
  *part = widget;
  // The order in which Tab goes through them.
  gtk_widget_insert_after (widget, GTK_WIDGET (self), after);
}

static void
set_adjustment (MaqPinnedView  *self,
                GtkAdjustment **place,
                GtkAdjustment  *adjustment)
{
  if (*place != NULL)
    g_signal_handlers_disconnect_by_func (*place, scrolled_cb, self);
  g_set_object (place, adjustment);
  if (adjustment != NULL)
    g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
maq_pinned_view_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  MaqPinnedView *self = MAQ_PINNED_VIEW (object);

  switch ((MaqPinnedViewProperty) prop_id)
    {
    case PROP_HEAD:
      g_value_set_object (value, self->head);
      break;
    case PROP_BAR:
      g_value_set_object (value, self->bar);
      break;
    case PROP_BODY:
      g_value_set_object (value, self->body);
      break;
    case PROP_HEAD_GONE:
      g_value_set_boolean (value, self->is_head_gone);
      break;
    case PROP_HADJUSTMENT:
      g_value_set_object (value, self->hadjustment);
      break;
    case PROP_VADJUSTMENT:
      g_value_set_object (value, self->vadjustment);
      break;
    case PROP_HSCROLL_POLICY:
      g_value_set_enum (value, self->hscroll_policy);
      break;
    case PROP_VSCROLL_POLICY:
      g_value_set_enum (value, self->vscroll_policy);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_pinned_view_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  MaqPinnedView *self = MAQ_PINNED_VIEW (object);

  switch ((MaqPinnedViewProperty) prop_id)
    {
    case PROP_HEAD:
      set_part (self, &self->head, g_value_get_object (value), NULL);
      break;
    case PROP_BAR:
      set_part (self, &self->bar, g_value_get_object (value), self->head);
      break;
    case PROP_BODY:
      set_part (self, &self->body, g_value_get_object (value), self->bar != NULL ? self->bar : self->head);
      break;
    case PROP_HADJUSTMENT:
      set_adjustment (self, &self->hadjustment, g_value_get_object (value));
      break;
    case PROP_VADJUSTMENT:
      set_adjustment (self, &self->vadjustment, g_value_get_object (value));
      break;
    case PROP_HSCROLL_POLICY:
      self->hscroll_policy = g_value_get_enum (value);
      break;
    case PROP_VSCROLL_POLICY:
      self->vscroll_policy = g_value_get_enum (value);
      break;
    case PROP_HEAD_GONE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_pinned_view_dispose (GObject *object)
{
  MaqPinnedView *self = MAQ_PINNED_VIEW (object);

  g_clear_handle_id (&self->settle, g_source_remove);
  set_bin (self, NULL);
  g_clear_pointer (&self->head, gtk_widget_unparent);
  g_clear_pointer (&self->bar, gtk_widget_unparent);
  g_clear_pointer (&self->body, gtk_widget_unparent);
  g_clear_object (&self->hadjustment);
  g_clear_object (&self->vadjustment);

  G_OBJECT_CLASS (maq_pinned_view_parent_class)->dispose (object);
}

static void
maq_pinned_view_class_init (MaqPinnedViewClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_pinned_view_get_property;
  object_class->set_property = maq_pinned_view_set_property;
  object_class->dispose = maq_pinned_view_dispose;
  widget_class->measure = maq_pinned_view_measure;
  widget_class->size_allocate = maq_pinned_view_size_allocate;
  widget_class->get_request_mode = maq_pinned_view_get_request_mode;
  widget_class->root = maq_pinned_view_root;
  widget_class->unroot = maq_pinned_view_unroot;

  properties[PROP_HEAD] = g_param_spec_object ("head", NULL, NULL, GTK_TYPE_WIDGET, flags);
  properties[PROP_BAR] = g_param_spec_object ("bar", NULL, NULL, GTK_TYPE_WIDGET, flags);
  properties[PROP_BODY] = g_param_spec_object ("body", NULL, NULL, GTK_TYPE_WIDGET, flags);
  properties[PROP_HEAD_GONE] = g_param_spec_boolean ("head-gone", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");
}

static void
maq_pinned_view_init (MaqPinnedView *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

gboolean
maq_pinned_view_get_head_gone (MaqPinnedView *self)
{
  g_return_val_if_fail (MAQ_IS_PINNED_VIEW (self), FALSE);

  return self->is_head_gone;
}
