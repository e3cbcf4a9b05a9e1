/*
 * Judges one signed request, as the intake does. The request comes on standard input:
 *   method, target URI, keyid, Unix seconds, SHA-256 of the body in hex or "-": a line each;
 *   header lines "name: value", names in lower case; an empty line; the sender's public key in PEM.
 * Prints "good" and the signature base, or the code of what is wrong and its detail.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/pubkey_pem.h"
#include "core/message/message.h"
#include "core/sys/file.h"

#define LINES_MAX 32

struct input {
    char *lines[LINES_MAX];
    size_t count;
    const char *pem;
    const struct pubkey *key;
};

static const char *header(void *arg, const char *name)
{
    const struct input *const in = arg;
    const size_t len = strlen(name);
    for (size_t i = 5; i < in->count; i++)
        if (strncmp(in->lines[i], name, len) == 0 && strncmp(in->lines[i] + len, ": ", 2) == 0)
            return in->lines[i] + len + 2;
    return NULL;
}

static void find_key(void *arg, struct span keyid, int64_t now, struct message_keys *ret)
{
    const struct input *const in = arg;
    (void)now;
    if (!span_equal(keyid, span_text(in->lines[2])))
        return;
    ret->count = 1;
    ret->at[0] = in->key;
}

static bool split(char *text, struct input *ret)
{
    while (*text && *text != '\n' && ret->count < LINES_MAX) {
        ret->lines[ret->count++] = text;
        char *const end = strchr(text, '\n');
        if (!end)
            return false;
        *end = '\0';
        text = end + 1;
    }
    ret->pem = text;
    return ret->count >= 5;
}

static enum rc judge(struct input *in, struct diag *d)
{
    uint8_t digest[SHA256_LEN];
    const bool has_body = hex_decode(span_text(in->lines[4]), digest, sizeof digest);
    const struct message_request request = {
        .method = in->lines[0],
        .target_uri = span_text(in->lines[1]),
        .header = header,
        .arg = in,
        .body_sha256 = has_body ? digest : NULL,
    };
    const struct message_key_source source = { find_key, in };
    ON_EXIT(message_evidence_free) struct message_evidence e = { 0 };
    enum message_verdict v = MESSAGE_UNDECIDED;
    const enum rc rc =
        message_verify(&request, &source, strtoll(in->lines[3], NULL, 10), &v, &e, d);
    if (rc != RC_OK)
        return rc;
    if (v == MESSAGE_GOOD)
        (void)printf("good\n%s\n", buf_cstr(&e.base));
    else
        (void)printf("%s %s\n", message_code(v), e.detail);
    return RC_OK;
}

int main(void)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    ON_EXIT(pubkey_free_at) struct pubkey *key = NULL;
    struct public_numbers numbers;
    struct input in = { .count = 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = file_read("-", 1u << 16, &text, &d);
    buf_put_u8(&text, 0);
    if (rc == RC_OK && (!buf_ok(&text) || !split((char *)text.ptr, &in)))
        rc = diag_set(&d, RC_FORMAT, DIAG_NO_OFFSET, "not a request");
    if (rc == RC_OK)
        rc = pubkey_pem_read(span_text(in.pem), &numbers, &d);
    if (rc == RC_OK)
        rc = pubkey_new(&numbers, &key, &d);
    in.key = key;
    if (rc == RC_OK)
        rc = judge(&in, &d);
    if (rc != RC_OK)
        (void)fprintf(stderr, "%s\n", d.text);
    return rc == RC_OK ? 0 : 1;
}
