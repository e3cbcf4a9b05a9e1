#include "verifier/certcheck/names.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/file.h"

#define CHUNK ((size_t)64 * 1024)

enum rc names_open(const struct cli_call *call, const char *from, struct names *ret, struct diag *d)
{
    assert(call && ret);

    struct names n = { .call = call, .from = from, .list = -1 };
    if (from)
        n.list = strcmp(from, "-") == 0 ? STDIN_FILENO : open(from, O_RDONLY | O_CLOEXEC);
    if (from && n.list < 0)
        return diag_set(d, errno == ENOENT ? RC_NOT_FOUND : RC_IO, DIAG_NO_OFFSET,
                        "cannot open '%s': %s", from, strerror(errno));
    *ret = n;
    return RC_OK;
}

void names_close(struct names *n)
{
    fd_close_at(&n->list);
    buf_free(&n->chunk);
    *n = (struct names){ .list = -1 };
}

/* Of the list that is not yet used; empty at its end. */
static enum rc read_on(struct names *n, struct span *ret, struct diag *d)
{
    if (n->at == n->chunk.len) {
        buf_clear(&n->chunk);
        n->at = 0;
        uint8_t *const to = buf_reserve(&n->chunk, CHUNK);
        if (!to)
            return buf_rc(&n->chunk, d);
        ssize_t got;
        do
            got = read(n->list, to, CHUNK);
        while (got < 0 && errno == EINTR);
        if (got < 0)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot read '%s': %s", n->from,
                            strerror(errno));
        n->chunk.len = (size_t)got;
    }
    *ret = span_of(n->chunk.ptr + n->at, n->chunk.len - n->at);
    return RC_OK;
}

/* RC_LIMIT: the rest of a line that is too long is passed over. */
static enum rc read_line(struct names *n, struct buf *to, struct diag *d)
{
    bool over = false, any = false;
    for (;;) {
        struct span left = { 0 };
        const enum rc rc = read_on(n, &left, d);
        if (rc != RC_OK)
            return rc;
        if (left.len == 0)
            return over ? RC_LIMIT : any ? buf_rc(to, d) : RC_NOT_FOUND;
        any = true;
        const uint8_t *const end = memchr(left.ptr, '\n', left.len);
        const size_t len = end ? (size_t)(end - left.ptr) : left.len;
        const size_t room = NAME_MAX_LEN - to->len;
        buf_put(to, left.ptr, len < room ? len : room);
        over = over || len > room;
        n->at += end ? len + 1 : len;
        if (end)
            return over ? RC_LIMIT : buf_rc(to, d);
    }
}

static void drop_carriage_return(struct buf *line)
{
    if (line->len > 0 && line->ptr[line->len - 1] == '\r')
        line->len--;
}

enum rc names_next(struct names *n, struct buf *ret, struct diag *d)
{
    assert(n && n->call && ret);

    buf_clear(ret);
    if (n->next < n->call->argc) {
        buf_put_text(ret, n->call->argv[n->next++]);
        return buf_rc(ret, d);
    }
    if (n->list < 0)
        return RC_NOT_FOUND;
    enum rc rc;
    do { /* an empty line names nothing */
        buf_clear(ret);
        rc = read_line(n, ret, d);
        drop_carriage_return(ret);
    } while (rc == RC_OK && ret->len == 0);
    if (rc == RC_LIMIT)
        return diag_set(d, rc, NAME_MAX_LEN, "a line of over %u bytes", NAME_MAX_LEN);
    return rc;
}
