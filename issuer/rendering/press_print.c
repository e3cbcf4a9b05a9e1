/* From sheets to signed copies. */
#include <assert.h>
#include <stdlib.h>

#include "core/cert/judge_pdf.h"
#include "issuer/document/tsa.h"
#include "issuer/rendering/press_internal.h"
#include "keys/signer/document.h"

/* Of the two ranges; over what all copies begin with it was made once. */
static enum rc digest_ranges(const struct press *p, const struct buf *pdf,
                             const struct pdf_signature_place *place, uint8_t ret[SHA256_LEN],
                             struct diag *d)
{
    const size_t fixed = place->fixed_len;
    assert(fixed == pdf_layout_fixed_bytes(p->layout).len && fixed <= place->first_len);
    struct sha256_stream *const stream = sha256_copy(p->begun);
    if (!stream)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a digest");
    sha256_add(stream, span_of(pdf->ptr + fixed, place->first_len - fixed));
    sha256_add(stream, span_of(pdf->ptr + place->second, place->second_len));
    sha256_end(stream, ret);
    sha256_free(stream);
    return RC_OK;
}

/* hex_encode() ends with a NUL, which is none of the file's. */
static void put_contents(struct buf *pdf, const struct pdf_signature_place *place,
                         struct span contents)
{
    static const char digits[] = "0123456789abcdef";
    assert(contents.len == place->room);
    for (size_t i = 0; i < contents.len; i++) {
        pdf->ptr[place->contents + 2 * i] = (uint8_t)digits[contents.ptr[i] >> 4];
        pdf->ptr[place->contents + 2 * i + 1] = (uint8_t)digits[contents.ptr[i] & 15];
    }
}

/* With the verifiers' code, as an inspector without lists would: nothing leaves that it would not
 * take. */
static enum rc look_over(const struct press *p, const struct sheet *s, const struct buf *pdf,
                         struct diag *d)
{
    const struct evidence at_hand = { .trust = p->home->trust, .now = s->as_of };
    struct diag why = DIAG_INIT;
    struct pdf_finding found;
    const enum rc rc = judge_pdf_file(buf_span(pdf), &at_hand, &found, &why);
    if (rc != RC_OK)
        return diag_set(d, rc, why.offset, "%s", why.text);
    const bool flawless = found.authentic == AUTH_TRUE && !found.doubtful && found.note_count == 0;
    if (flawless && span_equal(found.token, buf_span(&s->token)))
        return RC_OK;
    const enum problem problem = found.note_count > 0 ? found.notes[0] : found.why;
    return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET,
                    "the copy of '%s' does not stand our own check: %s %s", s->number,
                    problem_code(problem), why.text);
}

/* A copy that would be past its last day from the start says nothing. */
static enum rc check_dates(const struct press *p, const struct sheet *s, struct diag *d)
{
    struct token t;
    char until[DATE_TEXT_LEN + 1];
    const int32_t made = date_of_time(s->as_of);
    const enum rc rc = token_parse(buf_span(&s->token), &t, d);
    if (rc != RC_OK || press_copy_until(p->home, &t, made) >= made)
        return rc;
    date_format(t.deadline, until);
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                    "version %u of '%s' was good until %s: no copies of it are given out any more",
                    s->version, s->number, until);
}

static enum rc check_sheet(const struct press *p, const struct sheet *s, struct diag *d)
{
    if (!sheet_may_be_copied(s->state))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "certificate '%s' is %s: no copies of it are given out", s->number,
                        state_word(s->state));
    return check_dates(p, s, d);
}

/* --- many at once --- */

/* A copy on the press: drawn, and waiting for its signature. */
struct proof {
    struct press_job *job;
    struct pdf_signature_place place;
};

/* Draws one with an empty place for its signature, and says what is to be signed. */
static enum rc draw(const struct press *p, struct proof *proof, struct document_request *ret,
                    struct diag *d)
{
    const struct sheet *const s = proof->job->sheet;
    struct buf *const pdf = &proof->job->pdf;
    enum rc rc = check_sheet(p, s, d);
    if (rc == RC_OK)
        rc = press_draw(p, s, (struct press_terms){ s->as_of, ret->room }, pdf, &proof->place, d);
    if (rc == RC_OK)
        rc = digest_ranges(p, pdf, &proof->place, ret->digest, d);
    ret->number = span_text(s->number);
    ret->version = s->version;
    ret->state = s->state;
    return rc;
}

static enum rc finish(const struct press *p, const struct proof *proof, struct span contents,
                      struct diag *d)
{
    struct press_job *const job = proof->job;
    ON_EXIT(buf_free_at) struct buf stamped = { 0 };
    enum rc rc = RC_OK;
    if (tsa_wanted(p->home)) {
        rc = tsa_stamp(p->home, contents, &stamped, d);
        contents = buf_span(&stamped);
    }
    if (rc != RC_OK)
        return rc;
    put_contents(&job->pdf, &proof->place, contents);
    return job->care == PRESS_CHECKED ? look_over(p, job->sheet, &job->pdf, d) : RC_OK;
}

/* Signed by one question; each then is its job's own again. */
static void sign(const struct press *p, struct signer *signer, const struct proof *proofs,
                 struct document_job *documents, size_t count)
{
    if (count > 0)
        signer_documents(signer, documents, count, proofs[0].job->sheet->as_of);
    for (size_t i = 0; i < count; i++) {
        struct press_job *const job = proofs[i].job;
        ON_EXIT(buf_free_at) struct buf contents = documents[i].contents;
        job->rc = documents[i].rc;
        if (job->rc == RC_OK)
            job->rc = finish(p, &proofs[i], buf_span(&contents), &job->diag);
        else
            job->diag = documents[i].diag;
    }
}

void press_print_many(const struct press *p, struct signer *signer, struct press_job *jobs,
                      size_t count)
{
    assert(p && signer && jobs && count >= 1 && count <= PRESS_JOBS_MAX);

    struct proof proofs[PRESS_JOBS_MAX];
    struct document_job documents[PRESS_JOBS_MAX];
    struct diag why = DIAG_INIT;
    size_t drawn = 0, room = 0;
    const int64_t as_of = jobs[0].sheet->as_of;
    const enum rc rc = signer_document_room(signer, tsa_wanted(p->home), as_of, &room, &why);
    for (size_t i = 0; i < count; i++) {
        struct press_job *const job = &jobs[i];
        assert(job->sheet && job->sheet->as_of == as_of);
        buf_clear(&job->pdf);
        job->diag = why;
        proofs[drawn].job = job;
        documents[drawn].request = (struct document_request){ .room = room };
        job->rc = rc == RC_OK ? draw(p, &proofs[drawn], &documents[drawn].request, &job->diag) : rc;
        if (job->rc == RC_OK)
            drawn++;
    }
    sign(p, signer, proofs, documents, drawn);
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].rc != RC_OK)
            buf_clear(&jobs[i].pdf);
    }
}

enum rc press_print(const struct press *p, struct signer *signer, const struct sheet *s,
                    enum press_care care, struct buf *to, struct diag *d)
{
    assert(p && signer && s && to);

    struct press_job job = { .sheet = s, .care = care, .pdf = *to };
    press_print_many(p, signer, &job, 1);
    *to = job.pdf;
    return job.rc == RC_OK ? RC_OK : diag_set(d, job.rc, job.diag.offset, "%s", job.diag.text);
}
