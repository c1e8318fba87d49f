// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <libdex.h>

#include "maq-chip.h"
#include "maq-future-slot.h"
#include "maq-markdown-view.h"
#include "maq-status-stack.h"
#include "maq-template-callbacks.h"
#include "maq-ui-fixture.h"
#include "maq-widgets.h"

static void
count_cb (gpointer data)
{
  (*(guint *) data)++;
}

static void
test_status_stack (void)
{
  GtkWidget      *widget = maq_status_stack_new ();
  MaqStatusStack *stack = MAQ_STATUS_STACK (widget);
  GtkWindow      *window = ui_show (widget, 400, 400);
  guint           n_retries = 0;
  guint           n_notifies = 0;

  g_object_set (stack, "child", gtk_label_new ("the content"), NULL);
  maq_status_stack_set_empty (stack, "maq-none-symbolic", "Nothing", "At all.");
  g_signal_connect_swapped (stack, "retry", G_CALLBACK (count_cb), &n_retries);
  g_signal_connect_swapped (stack, "notify::status", G_CALLBACK (count_cb), &n_notifies);

  // The spinner comes only when it takes a while.
  g_assert_null (ui_find (stack, ADW_TYPE_SPINNER, NULL));
  ui_run (500);
  g_assert_nonnull (ui_find (stack, ADW_TYPE_SPINNER, NULL));

  maq_status_stack_set_status (stack, MAQ_STATUS_CONTENT);
  ui_wait_text (stack, "the content");
  maq_status_stack_set_status (stack, MAQ_STATUS_EMPTY);
  ui_wait_text (stack, "Nothing");
  maq_status_stack_set_problem (stack, "It <broke>", "A & B", TRUE);
  maq_status_stack_set_status (stack, MAQ_STATUS_ERROR);
  ui_wait_text (stack, "It <broke>");
  ui_wait_text (stack, "A & B");
  ui_click (stack, "Try Again");
  g_assert_cmpuint (n_retries, ==, 1);
  maq_status_stack_set_problem (stack, NULL, NULL, FALSE);
  maq_status_stack_set_status (stack, MAQ_STATUS_OFFLINE);
  maq_status_stack_set_status (stack, MAQ_STATUS_OFFLINE);
  ui_wait_text (stack, "Something Went Wrong");
  g_assert_null (ui_find (stack, GTK_TYPE_BUTTON, "Try Again"));
  g_assert_cmpuint (n_notifies, ==, 4);

  // Going while the spinner is still to come.
  maq_status_stack_set_status (stack, MAQ_STATUS_LOADING);
  ui_hide (window, stack);
}

// The focus stays inside while nothing is there to have it, and goes to what comes then.
static void
test_status_stack_focus (void)
{
  GtkWidget      *widget = maq_status_stack_new ();
  MaqStatusStack *stack = MAQ_STATUS_STACK (widget);
  GtkWidget      *button = gtk_button_new_with_label ("the content");
  GtkWindow      *window = ui_show (widget, 400, 400);

  g_object_set (stack, "child", button, NULL);
  maq_status_stack_set_problem (stack, "Broken", NULL, TRUE);
  maq_status_stack_set_status (stack, MAQ_STATUS_ERROR);
  ui_wait_sensitive (stack, "Try Again");
  gtk_widget_grab_focus (ui_find (stack, GTK_TYPE_BUTTON, "Try Again"));
  maq_status_stack_set_status (stack, MAQ_STATUS_LOADING);
  ui_run (300);
  g_assert_true (gtk_root_get_focus (GTK_ROOT (window)) == widget);
  maq_status_stack_set_status (stack, MAQ_STATUS_CONTENT);
  ui_run (300);
  g_assert_true (gtk_root_get_focus (GTK_ROOT (window)) == button);
  g_assert_false (gtk_widget_get_focusable (widget));
  ui_hide (window, stack);
}

// A screen reader gets the page that shows, and no other.
static void
test_status_stack_accessible (void)
{
  GtkWidget      *widget = maq_status_stack_new ();
  MaqStatusStack *stack = MAQ_STATUS_STACK (widget);
  GtkWindow      *window = ui_show (widget, 400, 400);
  GtkStack       *inner = GTK_STACK (gtk_widget_get_first_child (widget));

  maq_status_stack_set_status (stack, MAQ_STATUS_EMPTY);
  maq_status_stack_set_status (stack, MAQ_STATUS_CONTENT);
  g_autoptr (GListModel) pages = G_LIST_MODEL (gtk_stack_get_pages (inner));
  g_assert_cmpuint (g_list_model_get_n_items (pages), ==, 5);
  for (guint i = 0; i < g_list_model_get_n_items (pages); i++)
    {
      g_autoptr (GtkStackPage) page = g_list_model_get_item (pages, i);
      gboolean is_shown = gtk_stack_page_get_child (page) == gtk_stack_get_visible_child (inner);
      g_assert_cmpint (gtk_test_accessible_has_state (GTK_ACCESSIBLE (page), GTK_ACCESSIBLE_STATE_HIDDEN), ==, !is_shown);
    }
  ui_hide (window, stack);
}

static guint
count_children (gpointer widget)
{
  guint n = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n++;
  return n;
}

static guint
count_rows (gpointer view)
{
  guint n = 0;
  for (GtkWidget *group = gtk_widget_get_first_child (view); group != NULL; group = gtk_widget_get_next_sibling (group))
    n += count_children (group);
  return n;
}

static gboolean
is_complete (gpointer view)
{
  return maq_markdown_view_get_complete (view);
}

static void
test_markdown_view (void)
{
  GtkWidget *widget = maq_markdown_view_new ();
  GtkWidget *scrolled_window = gtk_scrolled_window_new ();
  guint      n_notifies = 0;

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled_window), widget);
  GtkWindow *window = ui_show (scrolled_window, 400, 400);
  g_signal_connect_swapped (widget, "notify::text", G_CALLBACK (count_cb), &n_notifies);
  maq_markdown_view_set_text (MAQ_MARKDOWN_VIEW (widget), "# Title\n\nFirst\n\nSecond");
  maq_markdown_view_set_text (MAQ_MARKDOWN_VIEW (widget), "# Title\n\nFirst\n\nSecond");
  g_assert_cmpuint (n_notifies, ==, 1);
  g_assert_cmpuint (count_rows (widget), ==, 3);
  ui_wait_text (widget, "Second");

  // A text that grows keeps its rows.
  GtkWidget *first = gtk_widget_get_first_child (gtk_widget_get_first_child (widget));
  GtkWidget *last = gtk_widget_get_last_child (gtk_widget_get_first_child (widget));
  maq_markdown_view_set_text (MAQ_MARKDOWN_VIEW (widget), "# Title\n\nFirst\n\nSecond grows\n\n- item");
  g_assert_true (gtk_widget_get_first_child (gtk_widget_get_first_child (widget)) == first);
  g_assert_true (gtk_widget_get_prev_sibling (gtk_widget_get_last_child (gtk_widget_get_first_child (widget))) == last);
  ui_wait_text (widget, "Second grows");
  maq_markdown_view_set_text (MAQ_MARKDOWN_VIEW (widget), NULL);
  g_assert_cmpuint (count_children (widget), ==, 0);

  // A long text comes from a worker and in pieces.
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < 1200; i++)
    g_string_append_printf (text, "Paragraph %u is about as long as paragraphs are in cards.\n\n", i);
  maq_markdown_view_set_text (MAQ_MARKDOWN_VIEW (widget), text->str);
  g_assert_false (maq_markdown_view_get_complete (MAQ_MARKDOWN_VIEW (widget)));
  ui_wait (is_complete, widget, 20000);
  g_assert_cmpuint (count_rows (widget), ==, 1200);

  // Going while a worker parses.
  g_string_append (text, "more");
  maq_markdown_view_set_text (MAQ_MARKDOWN_VIEW (widget), text->str);
  g_string_free (text, TRUE);
  ui_hide (window, widget);
}

static gboolean
link_cb (MaqMarkdownView *view,
         const char      *address,
         gpointer         data)
{
  g_set_str ((char **) data, address);
  return TRUE;
}

static void
test_markdown_links (void)
{
  GtkWidget       *widget = maq_markdown_view_new ();
  GtkWindow       *window = ui_show (widget, 400, 400);
  g_autofree char *followed = NULL;
  gboolean         handled = FALSE;

  g_signal_connect (widget, "activate-link", G_CALLBACK (link_cb), &followed);
  maq_markdown_view_set_text (MAQ_MARKDOWN_VIEW (widget), "[words](page.md)");
  maq_markdown_view_set_base (MAQ_MARKDOWN_VIEW (widget), "https://hub.example/o/n/blob/main/");
  GtkWidget *label = ui_find (widget, GTK_TYPE_LABEL, "words");
  g_assert_nonnull (label);
  g_assert_true (gtk_widget_get_focusable (label));
  g_signal_emit_by_name (label, "activate-link", "https://hub.example/o/n/blob/main/page.md", &handled);
  g_assert_true (handled);
  g_assert_cmpstr (followed, ==, "https://hub.example/o/n/blob/main/page.md");
  ui_hide (window, widget);
}

typedef struct
{
  GObject       parent_instance;
  MaqFutureSlot slot;
  guint         n_calls;
  gboolean      last_ok;
} Owner;

typedef GObjectClass OwnerClass;

static GType owner_get_type (void);
G_DEFINE_TYPE (Owner, owner, G_TYPE_OBJECT)

static void
owner_dispose (GObject *object)
{
  maq_future_slot_clear (&((Owner *) object)->slot);
  G_OBJECT_CLASS (owner_parent_class)->dispose (object);
}

static void
owner_class_init (OwnerClass *klass)
{
  klass->dispose = owner_dispose;
}

static void
owner_init (Owner *self)
{
}

static guint n_calls_in_all;

static void
owner_cb (gpointer   object,
          DexFuture *future)
{
  Owner *self = object;
  self->n_calls++;
  n_calls_in_all++;
  self->last_ok = dex_future_is_resolved (future);
}

static void
again_cb (gpointer   object,
          DexFuture *future)
{
  Owner *self = object;
  owner_cb (object, future);
  maq_future_slot_set (&self->slot, dex_timeout_new_msec (20), self, owner_cb);
}

static gboolean
was_called_twice (gpointer object)
{
  return ((Owner *) object)->n_calls == 2;
}

static void
test_future_slot (void)
{
  Owner *owner = g_object_new (owner_get_type (), NULL);

  // Complete from the start.
  maq_future_slot_set (&owner->slot, dex_future_new_for_boolean (TRUE), owner, owner_cb);
  g_assert_cmpuint (owner->n_calls, ==, 1);
  g_assert_true (owner->last_ok);
  g_assert_false (maq_future_slot_is_waiting (&owner->slot));

  // The one before is dropped; the callback may wait again in the same slot.
  owner->n_calls = 0;
  maq_future_slot_set (&owner->slot, dex_timeout_new_msec (1), owner, owner_cb);
  maq_future_slot_set (&owner->slot, dex_timeout_new_msec (30), owner, again_cb);
  g_assert_true (maq_future_slot_is_waiting (&owner->slot));
  ui_wait (was_called_twice, owner, 5000);
  g_assert_false (owner->last_ok);
  g_assert_false (maq_future_slot_is_waiting (&owner->slot));

  // Not after clearing, not after the owner went.
  n_calls_in_all = 0;
  maq_future_slot_set (&owner->slot, dex_timeout_new_msec (1), owner, owner_cb);
  maq_future_slot_clear (&owner->slot);
  maq_future_slot_set (&owner->slot, dex_timeout_new_msec (1), owner, owner_cb);
  g_assert_finalize_object (G_OBJECT (owner));
  ui_run (50);
  g_assert_cmpuint (n_calls_in_all, ==, 0);
}

static void
test_hub_label (void)
{
  static const char *const cases[][2] = {
    { "text-generation", "Text Generation" },
    { "some-new_task", "Some New Task" },
    { "gguf", "GGUF" },
    { "", "" },
    { "\xff", "\ufffd" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *label = maq_hub_label (cases[i][0]);
      g_assert_cmpstr (label, ==, cases[i][1]);
    }
  g_autofree char *none = maq_hub_label (NULL);
  g_assert_cmpstr (none, ==, "");
}

static void
test_chip (void)
{
  GtkWidget *chip = maq_chip_new ("maq-gated-symbolic", "Gated");
  GtkWindow *window = ui_show (chip, 200, 100);
  g_assert_true (ui_shows (chip, "Gated"));
  ui_hide (window, chip);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  maq_widgets_init ();
  g_test_add_func ("/widgets/status-stack/shows-five-states", test_status_stack);
  g_test_add_func ("/widgets/status-stack/keeps-the-focus", test_status_stack_focus);
  g_test_add_func ("/widgets/status-stack/hides-what-does-not-show", test_status_stack_accessible);
  g_test_add_func ("/widgets/markdown-view/keeps-what-did-not-change", test_markdown_view);
  g_test_add_func ("/widgets/markdown-view/links", test_markdown_links);
  g_test_add_func ("/widgets/future-slot/calls-once-or-never", test_future_slot);
  g_test_add_func ("/widgets/template-callbacks/hub-labels", test_hub_label);
  g_test_add_func ("/widgets/chip", test_chip);
  return g_test_run ();
}
