// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-speed-private.h"

static void
test_window (void)
{
  MaqTransferSpeed speed = { 0 };
  double           last = 0;

  // Nothing is told before half a second; then it is that of the time so far.
  g_assert_cmpfloat (maq_transfer_speed_sample (&speed, 0, 0), ==, -1);
  g_assert_cmpfloat (maq_transfer_speed_sample (&speed, 400000, 400), ==, -1);
  g_assert_cmpfloat (maq_transfer_speed_sample (&speed, 500000, 1000), ==, 2000);

  // What is older than the window counts no more.
  for (guint i = 1; i <= MAQ_TRANSFER_SPEED_SAMPLES; i++)
    last = maq_transfer_speed_sample (&speed, 500000 + i * 100000, 1000 + i * 500);
  g_assert_cmpfloat_with_epsilon (last, 5000, 0.001);
  maq_transfer_speed_reset (&speed);
  g_assert_cmpfloat (maq_transfer_speed_sample (&speed, 0, 0), ==, -1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/transfer-speed/is-that-of-the-last-seconds", test_window);
  return g_test_run ();
}
