/* An answer that is made once (core/http/server.h), as the server sends it. */
#pragma once

#include "core/http/exchange.h"

/* closing: the connection ends with it. Borrows k. */
struct MHD_Response *kept_response(const struct http_kept *k, bool closing);
