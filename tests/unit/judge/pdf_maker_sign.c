/* What the issuer's keys make of a recipe: the proof from the log, the signature of the file. */
#include "tests/unit/judge/pdf_maker.h"

#include <stdio.h>

#include "core/cert/der.h"
#include "core/cert/pdf_signature.h"
#include "core/cert/tlog.h"

#define LOG_SIZE   60
#define LOG_ORIGIN "log.example/sitecert"

/* --- the log --- */

struct log {
    struct tlog_hash leaves[LOG_SIZE];
};

static enum rc log_hash(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret,
                        struct diag *d)
{
    const struct log *const log = ctx;
    (void)d;
    *ret = tlog_root_of(&log->leaves[n << level], (size_t)1 << level);
    return RC_OK;
}

void recipe_proof(const struct recipe *r, struct span token, struct buf *to)
{
    struct log log;
    const uint64_t index = r->scene.token.log_index;
    for (uint8_t i = 0; i < LOG_SIZE; i++)
        log.leaves[i] = tlog_leaf(i == index ? token : span_of(&i, 1));
    const struct tlog_source source = { log_hash, &log };
    struct tlog_hash root, hashes[TLOG_PROOF_MAX];
    size_t count;
    assert_int_equal(tlog_root(&source, LOG_SIZE, &root, NULL), RC_OK);
    assert_int_equal(tlog_prove_inclusion(&source, index, LOG_SIZE, hashes, &count, NULL), RC_OK);

    struct test_key key = scene_key(&r->scene, r->log_signer);
    struct buf note = { 0 };
    uint8_t signature[SIGNATURE_LEN];
    checkpoint_body_put(&note, LOG_ORIGIN, LOG_SIZE, &root);
    test_sign(&key, buf_span(&note), signature);
    buf_put_text(&note, "\n");
    note_signature_put(&note, LOG_ORIGIN, key.numbers.x, signature);
    tlog_proof_put(to, index, hashes, count, buf_span(&note));
    buf_free(&note);
    test_key_free(&key);
}

/* --- the signature --- */

static void put_certificate(struct buf *to, const struct test_key *key, struct buf *issuer,
                            struct buf *serial)
{
    struct buf tbs = { 0 }, inner = { 0 };
    der_put(issuer, DER_SEQUENCE, (struct span){ 0 });
    der_put(serial, DER_INTEGER, SPAN_LITERAL("\x07"));
    buf_put_span(&tbs, SPAN_LITERAL("\xa0\x03\x02\x01\x02"));
    buf_put_span(&tbs, buf_span(serial));
    der_put(&tbs, DER_SEQUENCE, (struct span){ 0 });
    buf_put_span(&tbs, buf_span(issuer));
    der_put(&tbs, DER_SEQUENCE, (struct span){ 0 });
    der_put(&tbs, DER_SEQUENCE, (struct span){ 0 });
    pdf_key_info_put(&tbs, &key->numbers);
    der_put(&inner, DER_SEQUENCE, buf_span(&tbs));
    der_put(to, DER_SEQUENCE, buf_span(&inner));
    buf_free(&tbs);
    buf_free(&inner);
}

static void make_message(const struct test_key *key, const uint8_t digest[SHA256_LEN], size_t room,
                         struct buf *to)
{
    struct buf cert = { 0 }, certs = { 0 }, issuer = { 0 }, serial = { 0 };
    struct buf attributes = { 0 }, info = { 0 };
    uint8_t ids[1][SHA256_LEN], signature[SIGNATURE_LEN];
    put_certificate(&cert, key, &issuer, &serial);
    der_put(&certs, DER_CONTEXT_0, buf_span(&cert));
    sha256(buf_span(&cert), ids[0]);
    pdf_signed_attributes_put(&attributes, digest, (const uint8_t(*)[SHA256_LEN])ids, 1);
    test_sign(key, buf_span(&attributes), signature);
    const struct pdf_signer signer = { buf_span(&issuer), buf_span(&serial), ALG_ES256 };
    pdf_signer_info_put(&info, &signer, buf_span(&attributes), span_of(signature, SIGNATURE_LEN));
    assert_int_equal(
        pdf_signature_fill(room, buf_span(&certs), buf_span(&info), (struct span){ 0 }, to, NULL),
        RC_OK);
    buf_free(&cert);
    buf_free(&certs);
    buf_free(&issuer);
    buf_free(&serial);
    buf_free(&attributes);
    buf_free(&info);
}

static size_t find_last(struct span in, const char *text)
{
    const size_t len = strlen(text);
    for (size_t i = in.len - len + 1; i-- > 0;)
        if (memcmp(in.ptr + i, text, len) == 0)
            return i;
    fail_msg("no %s", text);
    return 0;
}

void recipe_sign_again(const struct recipe *r, struct buf *pdf)
{
    const size_t from = find_last(buf_span(pdf), "/Contents<") + 9;
    const size_t behind = find_last(buf_span(pdf), ">/ByteRange[") + 1;
    char range[40];
    const int len =
        snprintf(range, sizeof range, "0 %zu %zu %zu]", from, behind, pdf->len - behind);
    uint8_t *const at = pdf->ptr + behind + strlen("/ByteRange[");
    memset(at, ' ', 33);
    memcpy(at, range, (size_t)len);

    const size_t room = (behind - from - 2) / 2;
    if (!pdf_signature_room_valid(room))
        return; /* nobody could */
    struct test_key key = scene_key(&r->scene, r->signer);
    struct buf message = { 0 };
    uint8_t digest[SHA256_LEN];
    sha256_2(span_of(pdf->ptr, from), span_of(pdf->ptr + behind, pdf->len - behind), digest);
    make_message(&key, digest, room, &message);
    char *const hex = malloc(2 * message.len + 1);
    hex_encode(message.ptr, message.len, hex);
    memcpy(pdf->ptr + from + 1, hex, 2 * message.len);
    free(hex);
    buf_free(&message);
    test_key_free(&key);
}
