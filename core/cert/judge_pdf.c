#include "core/cert/judge_pdf.h"

#include <assert.h>

#include "core/cert/judge_pdf_fields.h"
#include "core/cert/pdf_copy.h"
#include "core/cert/pdf_signature.h"
#include "core/cert/tlog.h"

void pdf_finding_deny(struct pdf_finding *f, enum authenticity authentic, enum problem why)
{
    f->authentic = authentic;
    f->why = why;
}

void pdf_finding_note(struct pdf_finding *f, enum problem note)
{
    for (size_t i = 0; i < f->note_count; i++)
        if (f->notes[i] == note)
            return;
    assert(f->note_count < PDF_NOTES_MAX);
    f->notes[f->note_count++] = note;
}

/* What we could not do is an error; what the file is not is an answer. */
static bool is_answer(enum rc rc)
{
    return rc == RC_FORMAT || rc == RC_LIMIT || rc == RC_NOT_FOUND || rc == RC_BAD_SIGNATURE ||
           rc == RC_REFUSED;
}

/* --- signature --- */

/* A time-stamp in the signature would say that it is from before the theft, but a trust list says
 * of no authority that it may be believed about the time: so none is, and a new copy costs nothing.
 */
static enum rc check_signature(const struct pdf_copy *copy, const struct evidence *at_hand,
                               bool *ret_cut_off, struct diag *d)
{
    uint8_t contents[PDF_SIGNATURE_ROOM_MAX], digest[SHA256_LEN];
    struct pdf_signature signature;
    const struct trusted_key *key;
    const size_t len = copy->contents.len / 2;
    assert(len <= sizeof contents);
    if (len == 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the file is not signed");
    if (!hex_decode(copy->contents, contents, len))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the signature is not in hexadecimal");

    const enum rc rc = pdf_signature_parse(span_of(contents, len), &signature, d);
    if (rc != RC_OK)
        return rc;
    sha256_2(copy->before, copy->behind, digest);
    const enum rc holds =
        pdf_signature_check(&signature, at_hand->trust, digest, copy->made_s, &key, d);
    *ret_cut_off = holds == RC_OK && key->cut_off.given;
    return holds;
}

/* --- proof --- */

/* A checkpoint has no time of its own; this one is from between the token and the copy. */
static bool may_have_signed(const struct trusted_key *key, int64_t from_s, int64_t until_s)
{
    return key->use == USE_LOG && key->not_before <= until_s && key->not_after >= from_s;
}

static enum rc check_checkpoint(const struct pdf_copy *copy, const struct token *token,
                                struct span note, const struct trust_list *trust,
                                struct checkpoint *ret)
{
    struct checkpoint said;
    char origin[sizeof trust->log_origin];
    uint64_t end = 0;
    /* A proof from before the log was closed holds for what it has in common with this one. */
    if (checkpoint_parse(note, &said, NULL) != RC_OK ||
        !trust_list_log_end(trust, said.origin, &end) || token->log_index >= end)
        return RC_BAD_SIGNATURE;
    memcpy(origin, said.origin.ptr, said.origin.len);
    origin[said.origin.len] = '\0';
    for (size_t i = 0; i < trust->key_count; i++) {
        if (!may_have_signed(&trust->keys[i], token->iat, copy->made_s))
            continue;
        const enum rc rc = checkpoint_check(note, origin, trust->keys[i].key, ret, NULL);
        if (rc == RC_OK || !is_answer(rc))
            return rc;
    }
    return RC_BAD_SIGNATURE;
}

/* A thief has no proof under a root from before the theft. */
static bool proves_before_cut_off(const struct pdf_copy *copy, const struct token *token,
                                  const struct trust_list *trust)
{
    struct tlog_proof proof;
    if (tlog_proof_parse(copy->proof, &proof, NULL) != RC_OK || proof.index != token->log_index)
        return false;
    const struct tlog_hash leaf = tlog_leaf(copy->token);
    const struct span kid = token->cose.header.kid;
    const struct trusted_key *key = trust_list_find(trust, kid, NULL);
    for (; key; key = trust_list_find(trust, kid, key)) {
        struct tlog_hash root;
        memcpy(root.bytes, key->cut_off.root, sizeof root.bytes);
        if (key->cut_off.given && key->use == USE_TOKEN &&
            tlog_check_inclusion(&leaf, proof.index, key->cut_off.index, proof.hashes, proof.count,
                                 &root))
            return true;
    }
    return false;
}

static enum rc prove(const struct pdf_copy *copy, const struct token *token,
                     const struct trust_list *trust, bool *ret)
{
    struct tlog_proof proof;
    struct checkpoint checkpoint;
    enum rc rc = tlog_proof_parse(copy->proof, &proof, NULL);
    if (rc == RC_OK)
        rc = check_checkpoint(copy, token, proof.checkpoint, trust, &checkpoint);
    if (rc != RC_OK && !is_answer(rc))
        return rc;
    *ret = false;
    if (rc != RC_OK || proof.index != token->log_index)
        return RC_OK;
    const struct tlog_hash leaf = tlog_leaf(copy->token);
    *ret = tlog_check_inclusion(&leaf, proof.index, checkpoint.size, proof.hashes, proof.count,
                                &checkpoint.root);
    return RC_OK;
}

static enum rc judge_proof(const struct pdf_copy *copy, const struct token *token,
                           const struct evidence *at_hand, struct pdf_finding *f, struct diag *d)
{
    if (copy->proof.len == 0) {
        pdf_finding_note(f, PROBLEM_PROOF_MISSING);
        return RC_OK;
    }
    bool proven = false;
    const enum rc rc = prove(copy, token, at_hand->trust, &proven);
    if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET, "the proof could not be checked");
    f->log_included = proven ? TRI_TRUE : TRI_FALSE;
    f->proven = proves_before_cut_off(copy, token, at_hand->trust);
    if (!proven) {
        pdf_finding_note(f, PROBLEM_PROOF_WRONG);
        f->doubtful = true;
    }
    return RC_OK;
}

/* --- the file --- */

/* An old key, stolen when nobody minded it, still cannot sign what is younger than its end. */
static bool made_before(const struct pdf_copy *copy, const struct token *token)
{
    return copy->made_s < token->iat - CLOCK_SKEW_S;
}

static enum rc judge_content(const struct pdf_copy *copy, const struct evidence *at_hand,
                             struct pdf_finding *f, struct diag *d)
{
    struct token token;
    enum rc rc = token_parse(copy->token, &token, NULL);
    if (rc == RC_FORMAT || rc == RC_LIMIT) {
        pdf_finding_deny(f, AUTH_UNREADABLE,
                         copy->token.len == 0 ? PROBLEM_UNREADABLE : PROBLEM_FORMAT);
        return RC_OK;
    }
    if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET, "the attached token");
    if (made_before(copy, &token)) {
        (void)diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the copy is older than the token in it");
        pdf_finding_deny(f, AUTH_FALSE, PROBLEM_PDF_SIGNATURE);
        return RC_OK;
    }
    rc = judge_proof(copy, &token, at_hand, f, d);
    return rc == RC_OK ? judge_pdf_fields(copy, &token, at_hand, f, d) : rc;
}

static enum rc judge_read(const struct pdf_copy *copy, const struct evidence *at_hand,
                          struct pdf_finding *f, struct diag *d)
{
    bool cut_off = false;
    enum rc rc = check_signature(copy, at_hand, &cut_off, d);
    if (rc == RC_NOT_FOUND) {
        pdf_finding_deny(f, AUTH_UNKNOWN_KEY, PROBLEM_UNKNOWN_KEY);
        return RC_OK;
    }
    if (is_answer(rc)) {
        pdf_finding_deny(f, AUTH_FALSE, PROBLEM_PDF_SIGNATURE);
        return RC_OK;
    }
    if (rc == RC_OK && cut_off) {
        pdf_finding_deny(f, AUTH_FALSE, PROBLEM_PDF_CUT_OFF);
        return RC_OK;
    }
    if (rc == RC_OK)
        rc = judge_content(copy, at_hand, f, d);
    if (rc != RC_OK || f->why != PROBLEM_NONE)
        return rc;

    if (copy->made_s > at_hand->now + CLOCK_SKEW_S) {
        pdf_finding_note(f, PROBLEM_SIGNED_AHEAD);
        f->doubtful = true;
    }
    f->authentic = AUTH_TRUE;
    f->token = copy->token;
    return RC_OK;
}

enum rc judge_pdf_file(struct span file, const struct evidence *at_hand, struct pdf_finding *ret,
                       struct diag *d)
{
    assert(at_hand && at_hand->trust && ret);

    struct diag own = DIAG_INIT;
    struct diag *const why = d ? d : &own;
    struct pdf_finding f = { .offset = DIAG_NO_OFFSET, .copy.is_pdf = true };
    ON_EXIT(pdf_copy_free) struct pdf_copy copy = { 0 };
    enum rc rc = pdf_copy_read(file, &copy, why);
    if (rc == RC_FORMAT || rc == RC_LIMIT) {
        pdf_finding_deny(&f, AUTH_UNREADABLE, PROBLEM_PDF_NOT_OURS);
        f.offset = why->offset;
    } else {
        if (rc == RC_OK)
            rc = judge_read(&copy, at_hand, &f, why);
        if (rc != RC_OK)
            return rc;
    }
    *ret = f;
    return RC_OK;
}

/* --- the verdict --- */

/* Nothing of a file that does not hold is shown. */
static struct verdict verdict_without(const struct pdf_finding *f, const struct evidence *at_hand)
{
    struct verdict v = { .authentic = f->authentic,
                         .in_force = f->authentic == AUTH_FALSE ? TRI_FALSE : TRI_UNKNOWN,
                         .now = at_hand->now,
                         .offset = f->offset,
                         .deployment = at_hand->trust->deployment,
                         .demo = at_hand->trust->demo,
                         .copy.is_pdf = true };
    if (v.demo)
        verdict_add(&v, PROBLEM_DEMO);
    verdict_add(&v, f->why);
    return v;
}

static void add_finding(struct verdict *v, const struct pdf_finding *f)
{
    v->copy = f->copy;
    v->log_included = f->log_included;
    for (size_t i = 0; i < f->note_count; i++)
        verdict_add(v, f->notes[i]);
    if (f->doubtful && v->in_force == TRI_TRUE) {
        v->state = STATE_UNKNOWN;
        v->in_force = TRI_UNKNOWN;
    }
}

enum rc judge_pdf_token(struct span token, const struct pdf_finding *f,
                        const struct evidence *at_hand, struct verdict *ret, struct diag *d)
{
    assert(f && at_hand && at_hand->trust && ret);

    struct verdict v = { 0 };
    if (f->authentic != AUTH_TRUE) {
        assert(f->why != PROBLEM_NONE);
        *ret = verdict_without(f, at_hand);
        return RC_OK;
    }
    const enum rc rc = judge_proven(token, (struct span){ 0 }, f->proven, at_hand, &v, d);
    if (rc != RC_OK)
        return rc;
    v.copy.is_pdf = true;
    if (v.authentic == AUTH_TRUE)
        add_finding(&v, f);
    *ret = v;
    return RC_OK;
}

enum rc judge_pdf(struct span file, const struct evidence *at_hand, struct verdict *ret,
                  struct diag *d)
{
    struct pdf_finding f;
    const enum rc rc = judge_pdf_file(file, at_hand, &f, d);
    return rc == RC_OK ? judge_pdf_token(f.token, &f, at_hand, ret, d) : rc;
}
