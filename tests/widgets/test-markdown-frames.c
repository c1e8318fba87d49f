// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Long texts are shown in slices, and whole in the end. How long the main loop is held up meanwhile is printed, not judged: time is
// that of the processor on the main thread, which other programs disturb less.

#include <libdex.h>
#include <time.h>

#include "maq-markdown-view.h"
#include "maq-ui-fixture.h"
#include "maq-widgets.h"

// Of a text longer than this, not everything may be laid out in one turn of the loop.
#define BYTES_A_TURN 20000

typedef struct
{
  double longest;  // ms
  double total;    // ms
  guint  n_over_8; // turns of the loop that took more than 8 ms
  guint  n_turns;  // that did something
} Load;

static double
get_cpu_ms (void)
{
  struct timespec now;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

// Runs the main loop until VIEW is complete and for a moment longer.
static Load
run_until_complete (GtkWidget *view)
{
  Load   load = { 0 };
  gint64 busy = g_get_monotonic_time ();
  gint64 end = busy + 60 * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < end && g_get_monotonic_time () - busy < 300 * 1000)
    {
      if (!maq_markdown_view_get_complete (MAQ_MARKDOWN_VIEW (view)))
        busy = g_get_monotonic_time ();
      double start = get_cpu_ms ();
      g_main_context_iteration (NULL, FALSE);
      double took = get_cpu_ms () - start;

      load.longest = MAX (load.longest, took);
      load.total += took;
      load.n_over_8 += took > 8;
      load.n_turns += took > 0.5;
      if (took < 0.5)
        g_usleep (200);
    }
  return load;
}

static void
report (const char *what,
        const Load *load)
{
  g_test_message ("%s: longest %.1f ms, %u over 8 ms, %.0f ms in all", what, load->longest, load->n_over_8, load->total);
}

static char *
make_card (gsize size)
{
  GString *text = g_string_new ("# A long card\n\n");

  for (guint i = 0; text->len < size; i++)
    {
      g_string_append_printf (text, "## Part %u\n\n", i);
      g_string_append (text, "This paragraph has **bold** and `code` and [a link](https://example.org), and it goes on for about as long as "
                             "paragraphs in the cards of models usually do, which is two or three lines on a screen of the usual width.\n\n"
                             "- one item\n- another item with a few more words\n- a third\n\n"
                             "```python\nfrom library import Model\nmodel = Model.load(\"owner/name\")\nprint(model(\"Hello\"))\n```\n\n"
                             "| task | metric | value |\n|---|---|---|\n| sums | exact | 98.5 |\n| capitals | exact | 99.0 |\n\n");
    }
  return g_string_free_and_steal (text);
}

static GtkWidget *
show_view (GtkWindow **window)
{
  GtkWidget *view = maq_markdown_view_new ();
  GtkWidget *scrolled_window = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled_window), view);
  *window = ui_show (scrolled_window, 800, 600);
  // The fonts are loaded once for the program, whatever comes first.
  maq_markdown_view_set_text (MAQ_MARKDOWN_VIEW (view), "# A\n\n## A\n\n**a** `a` *a* [a](https://a)\n\n- a\n\n```\na\n```\n\n|a|\n|-|\n|─|\n");
  run_until_complete (view);
  maq_markdown_view_set_text (MAQ_MARKDOWN_VIEW (view), NULL);
  run_until_complete (view);
  return view;
}

static char *
make_paragraph (gsize size)
{
  GString *text = g_string_new (NULL);

  while (text->len < size)
    g_string_append (text, "words without any end ");
  return g_string_free_and_steal (text);
}

static void
test_text (char *(*make) (gsize size), gsize size)
{
  g_autofree char *text = make (size);
  GtkWindow       *window;
  GtkWidget       *view = show_view (&window);

  double start = get_cpu_ms ();
  maq_markdown_view_set_text (MAQ_MARKDOWN_VIEW (view), text);
  double setting = get_cpu_ms () - start;
  gint64 shown = g_get_monotonic_time ();
  Load   load = run_until_complete (view);
  g_test_message ("after %.1f s", (g_get_monotonic_time () - shown) / 1e6 - 0.3);
  g_assert_cmpuint (load.n_turns, >, size / BYTES_A_TURN);
  g_assert_true (maq_markdown_view_get_complete (MAQ_MARKDOWN_VIEW (view)));
  report ("shown", &load);
  g_test_message ("setting the text: %.1f ms", setting);
  ui_hide (window, gtk_widget_get_ancestor (view, GTK_TYPE_SCROLLED_WINDOW));
}

static void
test_card (gconstpointer data)
{
  test_text (make_card, GPOINTER_TO_SIZE (data));
}

static void
test_paragraph (gconstpointer data)
{
  test_text (make_paragraph, GPOINTER_TO_SIZE (data));
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  maq_widgets_init ();
  g_test_add_data_func ("/widgets/markdown-frames/7-kb", GSIZE_TO_POINTER (7000), test_card);
  g_test_add_data_func ("/widgets/markdown-frames/120-kb", GSIZE_TO_POINTER (120000), test_card);
  g_test_add_data_func ("/widgets/markdown-frames/a-paragraph-of-100-kb", GSIZE_TO_POINTER (100000), test_paragraph);
  return g_test_run ();
}
