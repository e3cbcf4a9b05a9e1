#include "core/text/encoding.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define GB18030_ROOM 4096 /* bytes that the text grows by at a time, at least */

const char *encoding_name(enum encoding e)
{
    switch (e) {
    case ENCODING_NONE:
        break;
    case ENCODING_UTF8:
        return "UTF-8";
    case ENCODING_GB18030:
        return "GB18030";
    }
    return "unknown";
}

/* Longer marks first: that of UTF-32, little end first, begins with that of UTF-16. */
static const struct mark {
    const char *name;
    enum encoding encoding;
    uint8_t len, bytes[ENCODING_MARK_MAX];
} marks[] = {
    { "UTF-32", ENCODING_NONE, 4, { 0xff, 0xfe, 0x00, 0x00 } },
    { "UTF-32", ENCODING_NONE, 4, { 0x00, 0x00, 0xfe, 0xff } },
    { "GB18030", ENCODING_GB18030, 4, { 0x84, 0x31, 0x95, 0x33 } },
    { "UTF-8", ENCODING_UTF8, 3, { 0xef, 0xbb, 0xbf } },
    { "UTF-16", ENCODING_NONE, 2, { 0xff, 0xfe } },
    { "UTF-16", ENCODING_NONE, 2, { 0xfe, 0xff } },
};

enum rc encoding_of_mark(struct span head, enum encoding *ret, size_t *ret_len, struct diag *d)
{
    assert(ret && ret_len);

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const struct mark *const m = &marks[i];
        if (head.len < m->len || memcmp(head.ptr, m->bytes, m->len) != 0)
            continue;
        if (m->encoding == ENCODING_NONE)
            return diag_set(d, RC_FORMAT, 0, "it is %s by its byte order mark: save it as UTF-8",
                            m->name);
        *ret = m->encoding;
        *ret_len = m->len;
        return RC_OK;
    }
    *ret = ENCODING_NONE;
    *ret_len = 0;
    return RC_OK;
}

enum rc decoder_open(struct decoder *c, enum encoding encoding, uint64_t offset, uint64_t line,
                     struct diag *d)
{
    assert(c && !c->is_open && encoding != ENCODING_NONE && line > 0);

    if (encoding == ENCODING_GB18030) {
        c->converter = iconv_open("UTF-8", "GB18030");
        c->is_open = c->converter != (iconv_t)-1;
        if (!c->is_open)
            return diag_set(d, errno == ENOMEM ? RC_NOMEM : RC_FORMAT, DIAG_NO_OFFSET,
                            "cannot convert from GB18030: %s", strerror(errno));
    }
    c->encoding = encoding;
    c->offset = offset;
    c->line = line;
    return RC_OK;
}

void decoder_close(struct decoder *c)
{
    if (c->is_open)
        (void)iconv_close(c->converter);
    buf_free(&c->raw);
    buf_free(&c->text);
    *c = (struct decoder){ 0 };
}

static uint64_t count_lines(const uint8_t *at, size_t len)
{
    uint64_t n = 0;
    const uint8_t *const end = at + len;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        n++;
        at++;
    }
    return n;
}

static enum rc refuse(const struct decoder *c, uint64_t offset, struct diag *d)
{
    return diag_set(d, RC_FORMAT, (size_t)offset, "line %" PRIu64 ": a byte that is not %s",
                    c->line, encoding_name(c->encoding));
}

/* RFC 3629 section 4: what may follow a lead byte. False: it leads nothing. */
static bool lead_utf8(struct decoder *c, uint8_t byte)
{
    static const struct {
        uint8_t first, last, needed, low, high;
    } leads[] = {
        { 0x00, 0x7f, 0, 0x80, 0xbf }, { 0xe1, 0xec, 2, 0x80, 0xbf }, { 0xc2, 0xdf, 1, 0x80, 0xbf },
        { 0xe0, 0xe0, 2, 0xa0, 0xbf }, { 0xed, 0xed, 2, 0x80, 0x9f }, { 0xee, 0xef, 2, 0x80, 0xbf },
        { 0xf0, 0xf0, 3, 0x90, 0xbf }, { 0xf1, 0xf3, 3, 0x80, 0xbf }, { 0xf4, 0xf4, 3, 0x80, 0x8f },
    };
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++)
        if (byte >= leads[i].first && byte <= leads[i].last) {
            c->needed = leads[i].needed;
            c->low = leads[i].low;
            c->high = leads[i].high;
            return true;
        }
    return false;
}

static bool step_utf8(struct decoder *c, uint8_t byte, uint64_t offset)
{
    if (c->needed == 0) {
        c->begun = offset;
        return lead_utf8(c, byte);
    }
    if (byte < c->low || byte > c->high)
        return false;
    c->needed--;
    c->low = 0x80;
    c->high = 0xbf;
    return true;
}

static size_t skip_ascii(struct span bytes, size_t i)
{
    uint64_t eight;
    while (bytes.len - i >= sizeof eight) {
        memcpy(&eight, bytes.ptr + i, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
        i += sizeof eight;
    }
    return i;
}

static enum rc push_utf8(struct decoder *c, struct span bytes, struct span *ret, struct diag *d)
{
    size_t i = 0;
    while (i < bytes.len) {
        if (c->needed == 0 && (i = skip_ascii(bytes, i)) == bytes.len)
            break;
        if (!step_utf8(c, bytes.ptr[i], c->offset + i)) {
            c->line += count_lines(bytes.ptr, i);
            return refuse(c, c->begun, d);
        }
        i++;
    }
    c->line += count_lines(bytes.ptr, bytes.len);
    c->offset += bytes.len;
    *ret = bytes;
    return RC_OK;
}

/* Converts all of raw but what waits for more. *ret_in: bytes read. RC_FORMAT: the next ones are
 * wrong. */
static enum rc convert(struct decoder *c, size_t *ret_in, struct diag *d)
{
    union { /* iconv() takes char ** and does not write through it */
        const uint8_t *lent;
        char *own;
    } in = { .lent = c->raw.ptr };
    size_t in_left = c->raw.len;

    while (in_left > 0) {
        /* One byte of GB18030 becomes at most three of UTF-8, less room only means another turn. */
        const size_t room = in_left / 2 * 3 + GB18030_ROOM;
        char *out = (char *)buf_reserve(&c->text, room);
        if (!out)
            return buf_rc(&c->text, d);
        size_t out_left = room;
        const size_t done = iconv(c->converter, &in.own, &in_left, &out, &out_left);
        const int error = done == (size_t)-1 ? errno : 0;
        c->text.len += room - out_left;
        *ret_in = c->raw.len - in_left;
        if (error == EILSEQ)
            return RC_FORMAT;
        if (error == EINVAL)
            break;
        assert(error == 0 || error == E2BIG);
    }
    *ret_in = c->raw.len - in_left;
    return RC_OK;
}

static enum rc push_gb18030(struct decoder *c, struct span bytes, struct span *ret, struct diag *d)
{
    if (c->unused > 0)
        memmove(c->raw.ptr, c->raw.ptr + c->raw.len - c->unused, c->unused);
    c->raw.len = c->unused;
    buf_put_span(&c->raw, bytes);
    buf_clear(&c->text);
    enum rc rc = buf_rc(&c->raw, d);
    if (rc != RC_OK)
        return rc;

    size_t read = 0;
    rc = convert(c, &read, d);
    /* No character of GB18030 holds the byte 0x0A but the line feed. */
    c->line += count_lines(c->raw.ptr, read);
    if (rc != RC_OK)
        return rc == RC_FORMAT ? refuse(c, c->offset + read, d) : rc;

    c->offset += read;
    c->unused = c->raw.len - read;
    *ret = buf_span(&c->text);
    return RC_OK;
}

enum rc decoder_push(struct decoder *c, struct span bytes, struct span *ret, struct diag *d)
{
    assert(c && ret);

    if (bytes.len == 0) {
        *ret = bytes;
        return RC_OK;
    }
    return c->encoding == ENCODING_GB18030 ? push_gb18030(c, bytes, ret, d)
                                           : push_utf8(c, bytes, ret, d);
}

enum rc decoder_finish(const struct decoder *c, struct diag *d)
{
    assert(c);

    if (c->needed == 0 && c->unused == 0)
        return RC_OK;
    return refuse(c, c->encoding == ENCODING_UTF8 ? c->begun : c->offset, d);
}

/* GB18030-2022 chapter 4: one, two or four bytes, told by the first two. */
static size_t length_gb18030(const uint8_t *at)
{
    if (at[0] < 0x80)
        return 1;
    return at[1] >= 0x30 && at[1] <= 0x39 ? 4 : 2;
}

uint64_t decoder_source(const struct decoder *c, struct span text, size_t at)
{
    assert(c && at <= text.len);

    if (c->encoding != ENCODING_GB18030)
        return c->offset - text.len + at;

    const size_t read = c->raw.len - c->unused;
    size_t i = 0;
    for (size_t k = 0; k < at && i < read; k++)
        if ((text.ptr[k] & 0xc0) != 0x80)
            i += length_gb18030(c->raw.ptr + i);
    return c->offset - read + i;
}
