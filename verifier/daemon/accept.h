/* Which of two answers a client would rather have (RFC 9110 section 12.5.1). Pure. */
#pragma once

#include <stdbool.h>

#include "core/base/span.h"

/* Accept: JSON is named and wanted more than HTML; what names neither gets HTML. */
bool accept_prefers_json(struct span accept);
/* Accept: HTML is named, and wanted no less than JSON: a browser. */
bool accept_prefers_html(struct span accept);
/* Accept: CSV is named and wanted more than JSON; what names neither gets what it sent. */
bool accept_prefers_csv(struct span accept, bool sent_csv);
/* Accept-Encoding: gzip may be sent (named, or by "*", and not with q=0). */
bool accept_takes_gzip(struct span accept_encoding);
