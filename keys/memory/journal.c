/*
 * The journal: frames of magic (4), length of the body (4), sequence (8), body, and SHA-256 over
 * the last frame's hash and all of this one. One frame is written at a time and waited for, so only
 * the last can be torn; what is wrong before another frame is damage, and nothing is signed then.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/reader.h"
#include "keys/memory/memory_internal.h"

#define MAGIC    UINT32_C(0x53434d46) /* "SCMF" */
#define HEAD_LEN ((size_t)16)
#define FILE_MAX ((size_t)MEMORY_JOURNAL_MAX + GROUP_MAX + HEAD_LEN + SHA256_LEN)

enum rc memory_write_at(int fd, struct span bytes, uint64_t at, const char *what, struct diag *d)
{
    while (bytes.len > 0) {
        const ssize_t n = pwrite(fd, bytes.ptr, bytes.len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return diag_set(d, errno == ENOSPC || errno == EDQUOT ? RC_FULL : RC_IO, DIAG_NO_OFFSET,
                            "the signer's memory: cannot write '%s': %s", what, strerror(errno));
        bytes = span_of(bytes.ptr + n, bytes.len - (size_t)n);
        at += (uint64_t)n;
    }
    return RC_OK;
}

enum rc memory_read_at(int fd, uint8_t *to, size_t len, uint64_t at, size_t *ret_len,
                       const char *what, struct diag *d)
{
    *ret_len = 0;
    while (*ret_len < len) {
        const ssize_t n = pread(fd, to + *ret_len, len - *ret_len, (off_t)(at + *ret_len));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the signer's memory: cannot read '%s': %s",
                            what, strerror(errno));
        if (n == 0)
            return RC_OK;
        *ret_len += (size_t)n;
    }
    return RC_OK;
}

static enum rc wait_for_disk(int fd, const char *what, struct diag *d)
{
    if (fdatasync(fd) == 0)
        return RC_OK;
    return diag_set(d, errno == ENOSPC || errno == EDQUOT ? RC_FULL : RC_IO, DIAG_NO_OFFSET,
                    "the signer's memory: cannot sync '%s': %s", what, strerror(errno));
}

static void hash_frame(const uint8_t chain[SHA256_LEN], struct span frame, uint8_t ret[SHA256_LEN])
{
    sha256_2(span_of(chain, SHA256_LEN), frame, ret);
}

enum rc journal_add(struct memory *m, struct span notes, struct diag *d)
{
    assert(notes.len <= GROUP_MAX);

    ON_EXIT(buf_free_at) struct buf frame = { 0 };
    uint8_t sum[SHA256_LEN];
    buf_put_be32(&frame, MAGIC);
    buf_put_be32(&frame, (uint32_t)notes.len);
    buf_put_be64(&frame, m->state.sequence + 1);
    buf_put_span(&frame, notes);
    enum rc rc = buf_rc(&frame, d);
    if (rc != RC_OK)
        return rc;
    hash_frame(m->state.chain, buf_span(&frame), sum);
    buf_put(&frame, sum, sizeof sum);
    rc = buf_rc(&frame, d);
    if (rc == RC_OK)
        rc = memory_write_at(m->journal, buf_span(&frame), m->journal_len, "journal", d);
    if (rc == RC_OK)
        rc = wait_for_disk(m->journal, "journal", d);
    if (rc != RC_OK) {
        /* What did not become durable is no frame; the next one is written over it anyway. */
        (void)!ftruncate(m->journal, (off_t)m->journal_len);
        return rc;
    }
    m->journal_len += frame.len;
    m->state.sequence++;
    memcpy(m->state.chain, sum, sizeof sum);
    return RC_OK;
}

/* --- reading it again --- */

struct frame {
    uint64_t sequence;
    struct span whole, body; /* whole: without its hash */
    struct span sum;
};

static bool read_frame(struct reader *r, struct frame *ret)
{
    const struct reader start = *r;
    uint32_t magic = 0, len = 0;
    if (!reader_be32(r, &magic) || magic != MAGIC || !reader_be32(r, &len) || len > GROUP_MAX ||
        !reader_be64(r, &ret->sequence) || !reader_take(r, len, &ret->body) ||
        !reader_take(r, SHA256_LEN, &ret->sum)) {
        *r = start;
        return false;
    }
    ret->whole = span_of(r->in.ptr + start.pos, HEAD_LEN + len);
    return true;
}

/* Does a later frame stand behind what cannot be read? */
static bool frame_follows(struct span bytes, size_t from, uint64_t sequence)
{
    for (size_t at = from; at + HEAD_LEN <= bytes.len; at++) {
        struct reader r = reader_over(span_of(bytes.ptr + at, bytes.len - at));
        uint32_t magic, len;
        uint64_t there;
        if (reader_be32(&r, &magic) && magic == MAGIC && reader_be32(&r, &len) &&
            reader_be64(&r, &there) && there > sequence && there - sequence < UINT32_MAX)
            return true;
    }
    return false;
}

static bool holds(const struct memory *m, const struct frame *f)
{
    uint8_t sum[SHA256_LEN];
    hash_frame(m->state.chain, f->whole, sum);
    return f->sequence == m->state.sequence + 1 && memcmp(sum, f->sum.ptr, sizeof sum) == 0;
}

static enum rc replay_frame(struct memory *m, const struct frame *f, struct diag *d)
{
    const enum rc rc = memory_apply(m, f->body, d);
    if (rc != RC_OK)
        return rc;
    m->state.sequence = f->sequence;
    memcpy(m->state.chain, f->sum.ptr, SHA256_LEN);
    return RC_OK;
}

static enum rc replay(struct memory *m, struct span bytes, struct diag *d)
{
    struct reader r = reader_over(bytes);
    struct frame f;
    while (reader_left(&r) > 0) {
        const size_t at = r.pos;
        const bool whole = read_frame(&r, &f);
        /* Written before `state` was, and not cut off since. */
        if (whole && f.sequence <= m->state.sequence && m->journal_len == at)
            m->journal_len = r.pos;
        else if (whole && holds(m, &f)) {
            const enum rc rc = replay_frame(m, &f, d);
            if (rc != RC_OK)
                return rc;
            m->journal_len = r.pos;
        } else if (frame_follows(bytes, at + 1, m->state.sequence + 1)) {
            return diag_set(d, RC_FORMAT, at, "the signer's memory: 'journal' is damaged");
        } else {
            return RC_OK; /* torn: nobody has seen a signature of it */
        }
    }
    return RC_OK;
}

enum rc journal_replay(struct memory *m, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    size_t len = 0;
    uint8_t *const room = buf_reserve(&bytes, FILE_MAX + 1);
    if (!room)
        return buf_rc(&bytes, d);
    enum rc rc = memory_read_at(m->journal, room, FILE_MAX + 1, 0, &len, "journal", d);
    if (rc == RC_OK && len > FILE_MAX)
        rc = diag_set(d, RC_FORMAT, FILE_MAX, "the signer's memory: 'journal' is too long");
    if (rc != RC_OK)
        return rc;
    m->journal_len = 0;
    rc = replay(m, span_of(room, len), d);
    if (rc == RC_OK && m->journal_len < len && ftruncate(m->journal, (off_t)m->journal_len) != 0)
        rc = diag_set(d, RC_IO, DIAG_NO_OFFSET, "the signer's memory: cannot cut 'journal': %s",
                      strerror(errno));
    return rc;
}

enum rc journal_compact(struct memory *m, struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    enum rc rc = wait_for_disk(m->leaves, "leaves", d);
    if (rc == RC_OK)
        rc = wait_for_disk(m->orders, "orders", d);
    if (rc == RC_OK)
        rc = path_join(m->path, "state", path, d);
    if (rc != RC_OK)
        return rc;
    memory_state_put(&bytes, &m->state);
    rc = buf_rc(&bytes, d);
    if (rc == RC_OK)
        rc = file_replace(path, buf_span(&bytes), 0600, d);
    if (rc != RC_OK)
        return rc;
    if (ftruncate(m->journal, 0) != 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the signer's memory: cannot cut 'journal': %s",
                        strerror(errno));
    m->journal_len = 0;
    return RC_OK;
}
