// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// The text becomes a flat list of blocks (maq-markdown.h); each block is one row of a vertical box. Rows
// are in boxes of GROUP_ROWS inside the view, so that one more row concerns the last of these alone. Rows are compared with the new
// blocks from the top; the first one that differs is changed in place if only its text grew, the others are made anew, a few in
// each frame: laying out a row takes several times as long as making it, so the cost of a frame is measured and decides how many
// rows the next one gets.

#include "maq-markdown-view.h"

#include <glib/gi18n.h>
#include <libdex.h>
#include <string.h>
#include <time.h>

#include "maq-fiber.h"
#include "maq-future-slot.h"
#include "maq-markdown.h"

#define SYNC_BYTES      16384 // up to here a text is parsed at once: well under a millisecond
#define FRAME_BUDGET_US 2800  // of the processor, for making and laying out rows in each frame
#define FIRST_WEIGHT    2000  // made before anything is known of its cost
#define MAX_WEIGHT      16000 // and the most in a frame
#define ROW_WEIGHT      500   // of a row without text, in bytes of text
#define LONG_WORD       24    // in bytes
#define GROUP_ROWS      32
#define INDENT_PX       24

typedef struct
{
  GtkWidget        *widget;
  GtkLabel         *label; // inside widget; NULL for a rule
  MaqMarkdownBlock *block; // of self->blocks
} Row;

struct _MaqMarkdownView
{
  GtkWidget parent_instance;

  char         *text;
  char         *base;
  MaqFutureSlot parsing;
  GPtrArray    *blocks; // what is to be shown
  GArray       *rows;   // of Row
  gboolean      complete;
  GtkWidget    *scroller; // around the view while it is mapped

  guint          tick;
  GdkFrameClock *clock; // while there is a tick
  gulong         paint_handler;
  gint64         frame_start; // when rows were made in this frame
  guint          weight_made; // in this frame
  guint          weight_per_frame;
};

G_DEFINE_FINAL_TYPE (MaqMarkdownView, maq_markdown_view, GTK_TYPE_WIDGET)

typedef enum
{
  PROP_TEXT = 1,
  PROP_BASE,
  PROP_COMPLETE,
} MaqMarkdownViewProperty;

static GParamSpec *properties[PROP_COMPLETE + 1];

static guint signal_activate_link;

static void
launched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  // The desktop tells the user itself why an address does not open.
  if (!gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (source), result, &error))
    g_message ("The link could not be opened: %s", error->message);
}

static gboolean
activate_link_cb (MaqMarkdownView *self,
                  const char      *address)
{
  gboolean handled = FALSE;

  g_signal_emit (self, signal_activate_link, 0, address, &handled);
  if (!handled)
    {
      g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new (address);
      GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
      gtk_uri_launcher_launch (launcher, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, launched_cb, NULL);
    }
  return TRUE;
}

static GtkWidget *
label_new (MaqMarkdownView  *self,
           MaqMarkdownBlock *block,
           GtkLabel        **label)
{
  gboolean   is_heading = block->kind == MAQ_MARKDOWN_HEADING;
  GtkWidget *widget = g_object_new (GTK_TYPE_LABEL,
                                    "accessible-role",
                                    is_heading ? GTK_ACCESSIBLE_ROLE_HEADING : GTK_ACCESSIBLE_ROLE_PARAGRAPH,
                                    "xalign",
                                    0.0f,
                                    "selectable",
                                    TRUE,
                                    "hexpand",
                                    TRUE,
                                    NULL);
  *label = GTK_LABEL (widget);
  if (is_heading)
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LEVEL, (int) block->level, -1);
  g_signal_connect_object (widget, "activate-link", G_CALLBACK (activate_link_cb), self, G_CONNECT_SWAPPED);
  return widget;
}

// Whether there is a word that may have to be broken for a narrow window; the address of a link counts as one.
static gboolean
has_long_word (const char *text)
{
  for (gsize length; *text != '\0'; text += length + (text[length] != '\0'))
    {
      length = strcspn (text, " \n");
      if (length > LONG_WORD)
        return TRUE;
    }
  return FALSE;
}

static void
label_set_text (GtkLabel         *label,
                MaqMarkdownBlock *block)
{
  if (block->kind == MAQ_MARKDOWN_CODE || block->kind == MAQ_MARKDOWN_TABLE)
    gtk_label_set_text (label, block->text);
  else
    {
      // To learn how narrow it may become a label tries one unit a line: words are much faster than letters.
      gtk_label_set_wrap_mode (label, has_long_word (block->text) ? PANGO_WRAP_WORD_CHAR : PANGO_WRAP_WORD);
      gtk_label_set_markup (label, block->text);
    }
  // A selectable label takes the focus of the keyboard, which is only of use where there are links. One that is only not focusable
  // would swallow the Tab key.
  gtk_widget_set_can_focus (GTK_WIDGET (label), strstr (block->text, "<a href") != NULL);
}

// Code and tables keep their lines and scroll sideways.
static GtkWidget *
code_new (MaqMarkdownView  *self,
          MaqMarkdownBlock *block,
          GtkLabel        **label)
{
  // Of the role that it has by itself no name is told.
  GtkWidget *scrolled_window = g_object_new (GTK_TYPE_SCROLLED_WINDOW, "accessible-role", GTK_ACCESSIBLE_ROLE_GROUP, NULL);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled_window), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled_window), label_new (self, block, label));
  gtk_widget_add_css_class (scrolled_window, "markdown-code");
  // Tab stops there, to scroll.
  gtk_accessible_update_property (GTK_ACCESSIBLE (scrolled_window), GTK_ACCESSIBLE_PROPERTY_LABEL, block->kind == MAQ_MARKDOWN_TABLE ? _ ("Table") : _ ("Code"), -1);
  gtk_widget_add_css_class (GTK_WIDGET (*label), "monospace");
  return scrolled_window;
}

static GtkWidget *
text_new (MaqMarkdownView  *self,
          MaqMarkdownBlock *block,
          GtkLabel        **label)
{
  static const char *const heading_classes[] = { "title-2", "title-3", "title-4", "heading", "heading", "heading" };
  GtkWidget               *widget = label_new (self, block, label);

  gtk_label_set_wrap (*label, TRUE);
  if (block->kind == MAQ_MARKDOWN_HEADING)
    gtk_widget_add_css_class (widget, heading_classes[CLAMP (block->level, 1, 6) - 1]);
  if (block->kind == MAQ_MARKDOWN_MORE)
    gtk_widget_add_css_class (widget, "dimmed");
  return widget;
}

// The box the next row belongs in.
static GtkBox *
ensure_group (MaqMarkdownView *self)
{
  if (self->rows->len % GROUP_ROWS == 0)
    gtk_widget_set_parent (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), GTK_WIDGET (self));
  return GTK_BOX (gtk_widget_get_last_child (GTK_WIDGET (self)));
}

static Row
row_new (MaqMarkdownView  *self,
         MaqMarkdownBlock *block)
{
  Row   row = { .block = block };
  guint indent = block->indent;

  switch (block->kind)
    {
    case MAQ_MARKDOWN_RULE:
      row.widget = gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);
      break;
    case MAQ_MARKDOWN_CODE:
    case MAQ_MARKDOWN_TABLE:
      row.widget = code_new (self, block, &row.label);
      break;
    case MAQ_MARKDOWN_PARAGRAPH:
    case MAQ_MARKDOWN_HEADING:
    case MAQ_MARKDOWN_MORE:
      row.widget = text_new (self, block, &row.label);
      break;
    default:
      g_assert_not_reached ();
    }
  if (row.label != NULL)
    label_set_text (row.label, block);

  if (block->marker != NULL)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
      GtkWidget *marker = gtk_label_new (block->marker);
      gtk_widget_set_size_request (marker, INDENT_PX, -1);
      gtk_widget_set_valign (marker, GTK_ALIGN_START);
      gtk_label_set_xalign (GTK_LABEL (marker), 0.3f);
      gtk_widget_add_css_class (marker, "dimmed");
      gtk_box_append (GTK_BOX (box), marker);
      gtk_box_append (GTK_BOX (box), row.widget);
      row.widget = box;
      indent = indent > 0 ? indent - 1 : 0;
    }
  gtk_widget_set_margin_start (row.widget, indent * INDENT_PX);
  if (block->quotes > 0)
    gtk_widget_add_css_class (row.widget, "markdown-quote");
  if (block->marker != NULL)
    gtk_widget_add_css_class (row.widget, "markdown-item");
  if (block->kind == MAQ_MARKDOWN_HEADING)
    gtk_widget_add_css_class (row.widget, "markdown-heading");
  gtk_box_append (ensure_group (self), row.widget);
  return row;
}

static void
truncate_rows (MaqMarkdownView *self,
               guint            length)
{
  while (self->rows->len > length)
    {
      GtkWidget *group = gtk_widget_get_last_child (GTK_WIDGET (self));

      gtk_box_remove (GTK_BOX (group), g_array_index (self->rows, Row, self->rows->len - 1).widget);
      g_array_set_size (self->rows, self->rows->len - 1);
      if (self->rows->len % GROUP_ROWS == 0)
        gtk_widget_unparent (group);
    }
}

// Whether only the text of the row differs from BLOCK.
static gboolean
row_can_become (Row              *row,
                MaqMarkdownBlock *block)
{
  return row->label != NULL && row->block->kind == block->kind && row->block->level == block->level &&
         row->block->indent == block->indent && row->block->quotes == block->quotes &&
         g_strcmp0 (row->block->marker, block->marker) == 0;
}

static void
set_complete (MaqMarkdownView *self,
              gboolean         complete)
{
  if (self->complete == complete)
    return;
  self->complete = complete;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COMPLETE]);
}

static void
stop_rendering (MaqMarkdownView *self)
{
  if (self->tick == 0)
    return;
  g_clear_signal_handler (&self->paint_handler, self->clock);
  g_clear_object (&self->clock);
  gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
}

// Makes rows of that weight, at least one if one is missing. Returns their weight.
static guint
render_rows (MaqMarkdownView *self,
             guint            weight)
{
  guint made = 0;

  while (made < weight && self->rows->len < self->blocks->len)
    {
      MaqMarkdownBlock *block = g_ptr_array_index (self->blocks, self->rows->len);
      Row               row = row_new (self, block);

      g_array_append_val (self->rows, row);
      made += ROW_WEIGHT + strlen (block->text);
    }
  return made;
}

// The time this thread has run: what other programs take is not the cost of a row.
static gint64
get_thread_us (void)
{
  struct timespec now = { 0 };

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

// The frame is laid out: what did its rows cost?
static void
paint_cb (MaqMarkdownView *self)
{
  gint64 cost = get_thread_us () - self->frame_start;

  if (self->weight_made == 0)
    return;
  self->weight_per_frame = CLAMP (self->weight_made * FRAME_BUDGET_US / MAX (cost, 1), 1, MIN (2 * self->weight_made, MAX_WEIGHT));
  self->weight_made = 0;
}

static gboolean
render_tick_cb (GtkWidget     *widget,
                GdkFrameClock *clock,
                gpointer       user_data)
{
  MaqMarkdownView *self = MAQ_MARKDOWN_VIEW (widget);

  if (self->rows->len == self->blocks->len)
    {
      stop_rendering (self);
      set_complete (self, TRUE);
      return G_SOURCE_REMOVE;
    }
  if (self->clock == NULL)
    {
      self->clock = g_object_ref (clock);
      self->paint_handler = g_signal_connect_object (clock, "paint", G_CALLBACK (paint_cb), self, G_CONNECT_SWAPPED);
    }
  self->frame_start = get_thread_us ();
  self->weight_made = render_rows (self, self->weight_per_frame);
  return G_SOURCE_CONTINUE;
}

static void
show_blocks (MaqMarkdownView *self,
             GPtrArray       *blocks)
{
  guint n_same = 0;

  while (n_same < self->rows->len && n_same < blocks->len)
    {
      Row              *row = &g_array_index (self->rows, Row, n_same);
      MaqMarkdownBlock *block = g_ptr_array_index (blocks, n_same);

      if (!maq_markdown_block_equal (row->block, block))
        {
          if (!row_can_become (row, block))
            break;
          label_set_text (row->label, block);
        }
      row->block = block;
      n_same++;
    }
  truncate_rows (self, n_same);
  g_clear_pointer (&self->blocks, g_ptr_array_unref);
  self->blocks = g_ptr_array_ref (blocks);
  render_rows (self, FIRST_WEIGHT);
  if (self->rows->len < self->blocks->len && self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), render_tick_cb, NULL, NULL);
  set_complete (self, self->rows->len == self->blocks->len);
}

typedef struct
{
  char *text;
  char *base;
} ParseJob;

static void
parse_job_free (ParseJob *job)
{
  g_free (job->text);
  g_free (job->base);
  g_free (job);
}

static DexFuture *
parse_thread (gpointer user_data)
{
  ParseJob *job = user_data;
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, maq_markdown_parse (job->text, -1, job->base));
}

static void
parsed_cb (gpointer   object,
           DexFuture *future)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *blocks = maq_future_get_boxed (future, &error);

  if (blocks != NULL)
    show_blocks (object, blocks);
  else
    g_warning ("The text was not parsed: %s", error->message);
}

static void
update (MaqMarkdownView *self)
{
  const char *text = self->text != NULL ? self->text : "";

  maq_future_slot_clear (&self->parsing);
  if (strlen (text) <= SYNC_BYTES)
    {
      g_autoptr (GPtrArray) blocks = maq_markdown_parse (text, -1, self->base);
      show_blocks (self, blocks);
      return;
    }
  set_complete (self, FALSE);
  ParseJob *job = g_new0 (ParseJob, 1);
  job->text = g_strdup (text);
  job->base = g_strdup (self->base);
  maq_future_slot_set (&self->parsing,
                       maq_thread_spawn ("markdown", parse_thread, job, (GDestroyNotify) parse_job_free),
                       self,
                       parsed_cb);
}

// Rows far out of sight are not drawn: not every renderer leaves out by itself what is outside of a scrolled window.
static void
maq_markdown_view_snapshot (GtkWidget   *widget,
                            GtkSnapshot *snapshot)
{
  MaqMarkdownView *self = MAQ_MARKDOWN_VIEW (widget);
  graphene_rect_t  visible, bounds;
  gboolean         is_known = self->scroller != NULL && gtk_widget_compute_bounds (self->scroller, widget, &visible);

  for (GtkWidget *group = gtk_widget_get_first_child (widget); group != NULL; group = gtk_widget_get_next_sibling (group))
    if (!is_known || !gtk_widget_compute_bounds (group, widget, &bounds) || graphene_rect_intersection (&visible, &bounds, NULL))
      gtk_widget_snapshot_child (widget, group, snapshot);
}

static void
maq_markdown_view_map (GtkWidget *widget)
{
  MaqMarkdownView *self = MAQ_MARKDOWN_VIEW (widget);

  GTK_WIDGET_CLASS (maq_markdown_view_parent_class)->map (widget);
  self->scroller = gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);
  if (self->scroller != NULL)
    g_signal_connect_object (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller)), "value-changed", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

static void
maq_markdown_view_unmap (GtkWidget *widget)
{
  MaqMarkdownView *self = MAQ_MARKDOWN_VIEW (widget);

  if (self->scroller != NULL)
    g_signal_handlers_disconnect_by_data (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller)), self);
  self->scroller = NULL;
  GTK_WIDGET_CLASS (maq_markdown_view_parent_class)->unmap (widget);
}

static void
maq_markdown_view_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MaqMarkdownView *self = MAQ_MARKDOWN_VIEW (object);

  switch ((MaqMarkdownViewProperty) prop_id)
    {
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_BASE:
      g_value_set_string (value, self->base);
      break;
    case PROP_COMPLETE:
      g_value_set_boolean (value, self->complete);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_markdown_view_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  MaqMarkdownView *self = MAQ_MARKDOWN_VIEW (object);

  switch ((MaqMarkdownViewProperty) prop_id)
    {
    case PROP_TEXT:
      maq_markdown_view_set_text (self, g_value_get_string (value));
      break;
    case PROP_BASE:
      maq_markdown_view_set_base (self, g_value_get_string (value));
      break;
    case PROP_COMPLETE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_markdown_view_dispose (GObject *object)
{
  MaqMarkdownView *self = MAQ_MARKDOWN_VIEW (object);

  maq_future_slot_clear (&self->parsing);
  stop_rendering (self);
  truncate_rows (self, 0);

  G_OBJECT_CLASS (maq_markdown_view_parent_class)->dispose (object);
}

static void
maq_markdown_view_finalize (GObject *object)
{
  MaqMarkdownView *self = MAQ_MARKDOWN_VIEW (object);

  g_free (self->text);
  g_free (self->base);
  g_ptr_array_unref (self->blocks);
  g_array_unref (self->rows);

  G_OBJECT_CLASS (maq_markdown_view_parent_class)->finalize (object);
}

static void
maq_markdown_view_class_init (MaqMarkdownViewClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_markdown_view_get_property;
  object_class->set_property = maq_markdown_view_set_property;
  object_class->dispose = maq_markdown_view_dispose;
  object_class->finalize = maq_markdown_view_finalize;

  widget_class->snapshot = maq_markdown_view_snapshot;
  widget_class->map = maq_markdown_view_map;
  widget_class->unmap = maq_markdown_view_unmap;

  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  properties[PROP_BASE] = g_param_spec_string ("base", NULL, NULL, NULL, flags);
  properties[PROP_COMPLETE] = g_param_spec_boolean ("complete", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signal_activate_link = g_signal_new ("activate-link", MAQ_TYPE_MARKDOWN_VIEW, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);

  gtk_widget_class_set_css_name (widget_class, "markdown");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
}

static void
maq_markdown_view_init (MaqMarkdownView *self)
{
  self->blocks = g_ptr_array_new ();
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  self->complete = TRUE;
  self->weight_per_frame = FIRST_WEIGHT;
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
}

GtkWidget *
maq_markdown_view_new (void)
{
  return g_object_new (MAQ_TYPE_MARKDOWN_VIEW, NULL);
}

const char *
maq_markdown_view_get_text (MaqMarkdownView *self)
{
  g_return_val_if_fail (MAQ_IS_MARKDOWN_VIEW (self), NULL);

  return self->text;
}

void
maq_markdown_view_set_text (MaqMarkdownView *self,
                            const char      *text)
{
  g_return_if_fail (MAQ_IS_MARKDOWN_VIEW (self));

  if (!g_set_str (&self->text, text))
    return;
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

const char *
maq_markdown_view_get_base (MaqMarkdownView *self)
{
  g_return_val_if_fail (MAQ_IS_MARKDOWN_VIEW (self), NULL);

  return self->base;
}

void
maq_markdown_view_set_base (MaqMarkdownView *self,
                            const char      *base)
{
  g_return_if_fail (MAQ_IS_MARKDOWN_VIEW (self));

  if (!g_set_str (&self->base, base))
    return;
  if (self->text != NULL)
    update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BASE]);
}

gboolean
maq_markdown_view_get_complete (MaqMarkdownView *self)
{
  g_return_val_if_fail (MAQ_IS_MARKDOWN_VIEW (self), FALSE);

  return self->complete;
}
