#include "tests/bench/intake_client.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/pem.h>

#include "core/crypto/hash.h"
#include "core/message/sign.h"

static struct {
    const char *base;
    int64_t now_s;
    struct sockaddr_in address;
} intake;

void die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fputc('\n', stderr);
    exit(1);
}

double clock_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void client_aim(const char *where, const char *base, int64_t now_s)
{
    const char *const colon = strrchr(where, ':');
    intake.address.sin_family = AF_INET;
    intake.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    intake.address.sin_port = htons((uint16_t)strtoul(colon ? colon + 1 : where, NULL, 10));
    intake.base = base;
    intake.now_s = now_s;
}

EVP_PKEY *client_key(const char *path)
{
    FILE *const f = fopen(path, "r");
    EVP_PKEY *const key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
    if (!key)
        die("%s: no key", path);
    (void)fclose(f);
    return key;
}

/* ECDSA over P-256, as r and s. */
static void sign(EVP_PKEY *key, const struct buf *text, uint8_t ret[SIGNATURE_LEN])
{
    uint8_t der[128];
    size_t len = sizeof der;
    const uint8_t *at = der;
    EVP_MD_CTX *const md = EVP_MD_CTX_new();
    if (!md || EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(md, der, &len, text->ptr, text->len) != 1)
        die("cannot sign: is it a P-256 key?");
    ECDSA_SIG *const sig = d2i_ECDSA_SIG(NULL, &at, (long)len);
    if (!sig || BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, 32) != 32 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + 32, 32) != 32)
        die("cannot sign: is it a P-256 key?");
    ECDSA_SIG_free(sig);
    EVP_MD_CTX_free(md);
}

void client_connect(struct client *c)
{
    const int one = 1;
    if (c->socket >= 0)
        (void)close(c->socket);
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->socket < 0 ||
        connect(c->socket, (const struct sockaddr *)&intake.address, sizeof intake.address) != 0)
        die("connect: %s", strerror(errno));
    (void)setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static bool send_all(int fd, struct span s)
{
    while (s.len > 0) {
        const ssize_t n = send(fd, s.ptr, s.len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        s = span_of(s.ptr + n, s.len - (size_t)n);
    }
    return true;
}

static bool receive_more(struct client *c)
{
    uint8_t *const to = buf_reserve(&c->answer, 65536);
    const ssize_t n = to ? recv(c->socket, to, 65536, 0) : -1;
    if (n <= 0)
        return false;
    c->answer.len += (size_t)n;
    return true;
}

/* The value of a header of the answer, up to its line's end; NULL: not there. */
const char *client_header(struct client *c, const char *name)
{
    const size_t len = strlen(name);
    const char *at = strstr(buf_cstr(&c->answer), "\r\n");
    while (at && at[2] != '\r') {
        if (strncasecmp(at + 2, name, len) == 0 && at[2 + len] == ':')
            return at + 2 + len + 1 + strspn(at + 2 + len + 1, " ");
        at = strstr(at + 2, "\r\n");
    }
    return NULL;
}

/* Content-Length answers alone, or the end of the connection. */
static bool receive_answer(struct client *c)
{
    buf_clear(&c->answer);
    const char *end = NULL;
    while (!end) {
        if (!receive_more(c))
            return false;
        end = strstr(buf_cstr(&c->answer), "\r\n\r\n");
    }
    c->body = (size_t)(end - buf_cstr(&c->answer)) + 4;
    c->status = (unsigned)strtoul(buf_cstr(&c->answer) + 9, NULL, 10);
    const char *const length = client_header(c, "content-length");
    if (!length)
        die("an answer without Content-Length");
    const size_t want = c->body + strtoul(length, NULL, 10);
    while (c->answer.len < want) {
        if (!receive_more(c))
            return false;
    }
    return true;
}

void client_put_request(const struct client *c, struct buf *to, const char *method,
                        const char *target, const char *key, const struct span *body,
                        unsigned wait_s)
{
    static atomic_uint_fast64_t nonces;
    uint8_t digest[SHA256_LEN], random[8], signature[SIGNATURE_LEN];
    char uri[1024], nonce[64];
    struct buf digest_field = { 0 }, input = { 0 }, text = { 0 };
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, nonce);
    (void)snprintf(nonce + 16, sizeof nonce - 16, "-%" PRIu64,
                   (uint64_t)atomic_fetch_add(&nonces, 1));
    (void)snprintf(uri, sizeof uri, "%s%s", intake.base, target);
    if (body)
        sha256(*body, digest);
    const struct message_draft draft = {
        .method = method,
        .target_uri = span_text(uri),
        .body_sha256 = body ? digest : NULL,
        .content_type = body ? "text/csv" : NULL,
        .idempotency_key = body ? key : NULL,
        .keyid = c->who,
        .nonce = nonce,
        .alg = ALG_ES256,
        .created = intake.now_s,
    };
    if (message_draft_put(&draft, &digest_field, &input, &text, NULL) != RC_OK)
        die("no draft");
    sign(c->key, &text, signature);

    buf_printf(to, "%s %s HTTP/1.1\r\nHost: intake\r\nSignature-Input: %s\r\nSignature: ", method,
               target, buf_cstr(&input));
    message_signature_put(to, span_of(signature, sizeof signature));
    if (wait_s > 0)
        buf_printf(to, "\r\nPrefer: wait=%u", wait_s);
    if (body) {
        buf_printf(to,
                   "\r\nContent-Digest: %s\r\nContent-Type: text/csv\r\nIdempotency-Key: %s\r\n"
                   "Content-Length: %zu",
                   buf_cstr(&digest_field), key, body->len);
    }
    buf_put_text(to, "\r\n\r\n");
    if (body)
        buf_put_span(to, *body);
    buf_free(&digest_field);
    buf_free(&input);
    buf_free(&text);
}

void client_ask(struct client *c, const char *method, const char *target, const char *key,
                const struct span *body, unsigned wait_s)
{
    struct buf request = { 0 };
    client_put_request(c, &request, method, target, key, body, wait_s);
    if (c->socket < 0)
        client_connect(c);
    if (!send_all(c->socket, buf_span(&request)) || !receive_answer(c))
        die("%s %s: the connection ended", method, target);
    const char *const connection = client_header(c, "connection");
    if (connection && strncasecmp(connection, "close", 5) == 0) {
        (void)close(c->socket);
        c->socket = -1;
    }
    buf_free(&request);
}
