/* What the front is answered about an order that operators have signed. Threads: any. */
#pragma once

#include "issuer/core/answer_batch.h"

void answer_order(const struct serve_options *o, const struct question *q, struct reply_parts *ret);
