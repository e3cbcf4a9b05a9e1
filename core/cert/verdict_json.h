/* A verdict as the contract's JSON object, and as lines for a person (zh or en). */
#pragma once

#include "core/cert/verdict.h"

/*
 * Every key of the contract is present, "copy" for a PDF alone; what is not known is null.
 * Appended.
 * indent  spaces a level, 0 compact; depth: levels that the object's own lines are already in
 */
void verdict_json(struct buf *to, const struct verdict *v, bool chinese, unsigned indent,
                  unsigned depth);

/* colour: ANSI. */
void verdict_text(struct buf *to, const struct verdict *v, bool chinese, bool colour);
