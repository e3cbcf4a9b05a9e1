/*
 * What a thief of a token key does: forge_token KEY.pem IN.cbor OUT.cbor [NAME=VALUE]…
 * Signs the token of IN again with a changed name, log_index, iat, version, status_index, unit or
 * post: nothing about the signature is wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cert/token.h"
#include "core/sys/file.h"
#include "keys/private/keyfile.h"

static bool change(struct token *t, const char *text)
{
    const char *const value = strchr(text, '=');
    const size_t len = value ? (size_t)(value - text) : 0;
    if (!value)
        return false;
    const unsigned long long n = strtoull(value + 1, NULL, 10);
    if (strncmp(text, "name", len) == 0)
        t->name = span_text(value + 1);
    else if (strncmp(text, "log_index", len) == 0)
        t->log_index = n;
    else if (strncmp(text, "iat", len) == 0)
        t->iat = (int64_t)n;
    else if (strncmp(text, "version", len) == 0)
        t->version = (uint32_t)n;
    else if (strncmp(text, "status_index", len) == 0)
        t->status_index = (uint32_t)n;
    else if (strncmp(text, "unit", len) == 0)
        t->unit = (uint32_t)n;
    else if (strncmp(text, "post", len) == 0)
        t->post = (uint32_t)n;
    else
        return false;
    return true;
}

static enum rc forge(const struct private_key *key, const struct token *t, struct buf *to,
                     struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf header = { 0 };
    ON_EXIT(buf_free_at) struct buf signed_bytes = { 0 };
    uint8_t kid[KID_LEN], signature[SIGNATURE_LEN];
    cose_key_id(private_key_public(key), kid);
    token_payload_put(&payload, t);
    cose_header_put(&header, private_key_public(key)->alg, span_of(kid, KID_LEN), NULL);
    cose_sign1_to_be_signed(&signed_bytes, buf_span(&header), buf_span(&payload));
    const enum rc rc = private_key_sign(key, buf_span(&signed_bytes), signature, d);
    cose_sign1_put(to, buf_span(&header), buf_span(&payload), span_of(signature, sizeof signature));
    return rc == RC_OK ? buf_rc(to, d) : rc;
}

int main(int argc, char *argv[])
{
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    ON_EXIT(buf_free_at) struct buf in = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    struct diag d = DIAG_INIT;
    struct token t;
    if (argc < 4)
        return 2;
    enum rc rc = private_key_load(argv[1], &key, &d);
    if (rc == RC_OK)
        rc = file_read(argv[2], TOKEN_MAX_LEN, &in, &d);
    if (rc == RC_OK)
        rc = token_parse(buf_span(&in), &t, &d);
    for (int i = 4; rc == RC_OK && i < argc; i++) {
        if (!change(&t, argv[i]))
            return 2;
    }
    if (rc == RC_OK)
        rc = forge(key, &t, &out, &d);
    if (rc == RC_OK)
        rc = file_replace(argv[3], buf_span(&out), 0644, &d);
    if (rc != RC_OK)
        (void)fprintf(stderr, "forge_token: %s\n", d.text);
    return rc == RC_OK ? 0 : 1;
}
