#include "verifier/certcheck/names.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum rc names_open(const struct cli_call *call, const char *from, struct names *ret, struct diag *d)
{
    assert(call && ret);

    struct names n = { .call = call, .from = from };
    if (from)
        n.list = strcmp(from, "-") == 0 ? stdin : fopen(from, "re");
    if (from && !n.list)
        return diag_set(d, errno == ENOENT ? RC_NOT_FOUND : RC_IO, DIAG_NO_OFFSET,
                        "cannot open '%s': %s", from, strerror(errno));
    *ret = n;
    return RC_OK;
}

void names_close(struct names *n)
{
    if (n->list && n->list != stdin)
        (void)fclose(n->list);
    *n = (struct names){ 0 };
}

/* The rest of a line that is too long is passed over. */
static void skip_line(FILE *list)
{
    int c;
    do
        c = getc_unlocked(list);
    while (c != EOF && c != '\n');
}

static enum rc read_line(struct names *n, struct buf *to, struct diag *d)
{
    int c;
    while ((c = getc_unlocked(n->list)) != EOF && c != '\n') {
        if (to->len == NAME_MAX_LEN) {
            skip_line(n->list);
            return RC_LIMIT;
        }
        buf_put_u8(to, (uint8_t)c);
    }
    if (c == EOF && ferror(n->list))
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot read '%s'", n->from);
    return c == EOF && to->len == 0 ? RC_NOT_FOUND : buf_rc(to, d);
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
    if (!n->list)
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
