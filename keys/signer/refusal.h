/*
 * What stands in the place of one answer of many that was refused: [rc, text]. Pure; threads: any.
 */
#pragma once

#include "core/cose/cbor.h"

void refusal_put(struct buf *to, enum rc rc, const struct diag *why);
/* Whether what comes next is one, and no answer. */
bool refusal_follows(const struct cbor_reader *c);
/* *ret and *why: as refusal_put() was given them. False: c says what is wrong. */
MUST_CHECK bool refusal_read(struct cbor_reader *c, enum rc *ret, struct diag *why);
