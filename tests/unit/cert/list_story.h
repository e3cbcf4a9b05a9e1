/*
 * What a published file says, in lines of text, or how it is refused: for the vectors
 * tests/vectors/{status,deadlines,directory,bundle,delta,log}. Signed files are checked against
 * trust.cbor beside them, at PUBLISHER_NOW. `path` is the case's; its name says what kind it is.
 */
#pragma once

#include "core/base/buf.h"

void tell_status(const char *path, struct span in, struct buf *to);
/* "statement…": a signed statement; "block-SET-ROWS…": a coded block of a set and its rows. */
void tell_deadlines(const char *path, struct span in, struct buf *to);
void tell_directory(const char *path, struct span in, struct buf *to);
void tell_bundle(const char *path, struct span in, struct buf *to);
/* Applied to the bundle `before.scb` beside it: what comes out. */
void tell_delta(const char *path, struct span in, struct buf *to);
/* "checkpoint…": a note; "proof…": a proof of the leaf whose data is "leaf N", N the proof's index.
 */
void tell_log(const char *path, struct span in, struct buf *to);
