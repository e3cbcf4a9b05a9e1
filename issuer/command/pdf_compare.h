/* `sitecert pdf --compare`: is this file, byte for byte, a copy as we draw it? */
#pragma once

#include "issuer/command/reading.h"

/*
 * Prints the answer.
 *
 * layout       NULL: the settings' is tried, then those that come with the program
 * ret_differs  written also on errors: true unless the file is the same
 *
 * RC_FORMAT  not a PDF of ours; RC_NOT_FOUND  of no certificate or version here
 */
MUST_CHECK enum rc pdf_compare(const struct cli_call *call, struct reading *r, const char *path,
                               const char *layout, bool *ret_differs, struct diag *d);
