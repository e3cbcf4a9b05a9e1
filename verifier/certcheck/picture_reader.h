/*
 * Runs certcheck-picture, which stands beside our own program: a picture from a stranger is decoded
 * in a process that can do nothing but answer.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

/*
 * Appends the texts of the QR codes in the picture, one a line.
 *
 * RC_NOT_FOUND  certcheck-picture is not installed
 * RC_FORMAT     it is no picture, or over a limit
 * RC_IO         it could not be run, did not answer, or died
 */
MUST_CHECK enum rc picture_texts(struct span file, struct buf *to, struct diag *d);
