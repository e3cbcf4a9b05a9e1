/* Answers in pieces: the pieces are made by the pool's threads, never by the one that sends. */
#pragma once

#include "core/http/exchange.h"

/* NULL: out of memory; stream->done was called. Else the response calls it when it is destroyed. */
struct MHD_Response *stream_response(struct http_exchange *x, const struct http_stream *stream);
