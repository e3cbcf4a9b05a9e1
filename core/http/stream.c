#include "core/http/stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/http/server_state.h"

#define BLOCK_LEN 65536u /* what libmicrohttpd asks for at once */

struct stream {
    struct pool_job job; /* first: the pool hands it back */
    struct http_stream from;
    struct pool *pool;
    struct MHD_Connection *mhd;
    struct buf piece;
    size_t sent; /* of piece */
    bool ended, failed;
};

static void make_piece(struct stream *s)
{
    buf_clear(&s->piece);
    s->sent = 0;
    s->failed = s->from.next(s->from.arg, &s->piece) != RC_OK || !buf_ok(&s->piece);
    s->ended = s->piece.len == 0;
}

static void run_piece(struct pool_job *job, bool cut)
{
    struct stream *const s = (struct stream *)(void *)job;
    if (cut)
        s->failed = true;
    else
        make_piece(s);
    MHD_resume_connection(s->mhd);
}

static size_t copy_piece(struct stream *s, char *to, size_t max)
{
    const size_t left = s->piece.len - s->sent;
    const size_t n = left < max ? left : max;
    memcpy(to, s->piece.ptr + s->sent, n);
    s->sent += n;
    return n;
}

static ssize_t read_stream(void *arg, uint64_t offset, char *to, size_t max)
{
    (void)offset;
    struct stream *const s = arg;
    if (s->failed)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (s->sent < s->piece.len)
        return (ssize_t)copy_piece(s, to, max);
    if (s->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;

    MHD_suspend_connection(s->mhd);
    if (!pool_give(s->pool, &s->job)) {
        s->failed = true;
        MHD_resume_connection(s->mhd);
    }
    return 0;
}

static void free_stream(void *arg)
{
    struct stream *const s = arg;
    if (s->from.done)
        s->from.done(s->from.arg);
    buf_free(&s->piece);
    free(s);
}

struct MHD_Response *stream_response(struct http_exchange *x, const struct http_stream *stream)
{
    struct stream *const s = calloc(1, sizeof *s);
    if (!s) {
        if (stream->done)
            stream->done(stream->arg);
        return NULL;
    }
    s->job.run = run_piece;
    s->from = *stream;
    s->pool = x->server->pool;
    s->mhd = x->mhd;
    struct MHD_Response *const response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_LEN, read_stream, s, free_stream);
    if (!response)
        free_stream(s);
    return response;
}
