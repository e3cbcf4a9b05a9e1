/* The long parts of a message: many documents. */
#include <assert.h>
#include <string.h>

#include "core/cert/token.h"
#include "core/cose/cbor.h"
#include "keys/signer/protocol.h"
#include "keys/signer/refusal.h"

#define REQUEST_PARTS 5u

void signer_requests_put(struct buf *to, const struct document_job *jobs, size_t count)
{
    cbor_put_array(to, count);
    for (size_t i = 0; i < count; i++) {
        const struct document_request *const r = &jobs[i].request;
        cbor_put_array(to, REQUEST_PARTS);
        cbor_put_text(to, r->number);
        cbor_put_uint(to, r->version);
        cbor_put_uint(to, (uint64_t)r->state);
        cbor_put_bytes(to, span_of(r->digest, SHA256_LEN));
        cbor_put_uint(to, r->room);
    }
}

static bool read_request(struct cbor_reader *c, struct document_request *ret)
{
    uint64_t parts = 0, version = 0, state = 0, room = 0;
    struct span digest;
    if (!cbor_array(c, "request", REQUEST_PARTS, &parts))
        return false;
    if (parts != REQUEST_PARTS)
        return cbor_fail(c, "a request has %u parts", REQUEST_PARTS);
    if (!cbor_text(c, "number", 1, TOKEN_NUMBER_MAX, &ret->number) ||
        !cbor_uint(c, "version", UINT32_MAX, &version) ||
        !cbor_uint(c, "state", STATE_VALID, &state) ||
        !cbor_bytes(c, "digest", SHA256_LEN, SHA256_LEN, &digest) ||
        !cbor_uint(c, "room", PDF_SIGNATURE_ROOM_MAX, &room))
        return false;
    ret->version = (uint32_t)version;
    ret->state = (enum state)state;
    ret->room = (size_t)room;
    memcpy(ret->digest, digest.ptr, SHA256_LEN);
    return true;
}

enum rc signer_requests_read(struct span items, struct document_job *ret, size_t *ret_count,
                             struct diag *d)
{
    assert(ret && ret_count);

    struct cbor_reader c = cbor_reader_over(items, d);
    uint64_t count = 0;
    bool good = cbor_array(&c, "requests", SIGNER_DOCUMENTS_MAX, &count);
    for (uint64_t i = 0; good && i < count; i++) {
        ret[i] = (struct document_job){ .diag = DIAG_INIT };
        good = read_request(&c, &ret[i].request);
    }
    if (!good || !cbor_end(&c))
        return RC_FORMAT;
    if (count == 0)
        return diag_set(d, RC_LIMIT, 0, "no requests");
    *ret_count = (size_t)count;
    return RC_OK;
}

void signer_contents_put(struct buf *to, const struct document_job *jobs, size_t count)
{
    cbor_put_array(to, count);
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].rc == RC_OK)
            cbor_put_bytes(to, buf_span(&jobs[i].contents));
        else
            refusal_put(to, jobs[i].rc, &jobs[i].diag);
    }
}

static bool read_contents(struct cbor_reader *c, struct document_job *job)
{
    const size_t room = job->request.room;
    struct span contents;
    if (refusal_follows(c))
        return refusal_read(c, &job->rc, &job->diag);
    if (!cbor_bytes(c, "contents", room, room, &contents))
        return false;
    buf_put_span(&job->contents, contents);
    job->rc = buf_rc(&job->contents, &job->diag);
    return true;
}

enum rc signer_contents_read(struct span items, struct document_job *jobs, size_t count,
                             struct diag *d)
{
    assert(jobs);

    struct cbor_reader c = cbor_reader_over(items, d);
    uint64_t there = 0;
    bool good = cbor_array(&c, "documents", SIGNER_DOCUMENTS_MAX, &there);
    if (good && there != count)
        good = cbor_fail(&c, "%zu documents were asked for", count);
    for (size_t i = 0; good && i < count; i++)
        good = read_contents(&c, &jobs[i]);
    return good && cbor_end(&c) ? RC_OK : RC_FORMAT;
}
