#include "issuer/signer/make_key.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/crypto/hash.h"
#include "core/crypto/pubkey_pem.h"
#include "issuer/signer/desk.h"
#include "keys/pkcs11/pkcs11.h"
#include "keys/private/document_chain.h"

#define NAME_MAX_LEN 32u

static bool is_name(const char *name)
{
    const size_t len = strlen(name);
    return len >= 1 && len <= NAME_MAX_LEN && name[0] != '-' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* OUTPUT.ENDING, which must not be there. */
static enum rc free_path(const struct home *h, const struct make_key_options *o, const char *ending,
                         char ret[PATH_LEN], struct diag *d)
{
    char file[PATH_LEN];
    const int n = snprintf(file, sizeof file, "%s%s.%s", o->output ? "" : "keys/",
                           o->output ? o->output : o->name, ending);
    if (n < 0 || n >= PATH_LEN)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", o->output);
    const enum rc rc = o->output ? path_join("", file, ret, d) : home_path(h, file, ret, d);
    if (rc == RC_OK && access(ret, F_OK) == 0)
        return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "'%.150s' is there already", ret);
    return rc;
}

static enum rc put_public(const struct public_numbers *numbers, const char *path, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    pubkey_pem_put(&pem, numbers);
    const enum rc rc = buf_rc(&pem, d);
    return rc == RC_OK ? file_create(path, buf_span(&pem), 0644, d) : rc;
}

static enum rc put_request(const struct home *h, const char *path,
                           const struct public_numbers *numbers, const struct pkcs11 *hsm,
                           struct diag *d)
{
    char name[65], id[17];
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    hex_encode(h->trust->deployment, 8, id);
    (void)snprintf(name, sizeof name, "sitecert documents %s", id);
    const struct document_subject subject = { .organization = h->settings.host, .name = name };
    enum rc rc = private_key_kept(numbers, pkcs11_keeper(hsm), &key, d);
    if (rc == RC_OK)
        rc = document_csr_make(key, &subject, &pem, d);
    return rc == RC_OK ? file_create(path, buf_span(&pem), 0644, d) : rc;
}

static enum rc make_in(const struct home *h, struct pkcs11 *hsm, const struct make_key_options *o,
                       struct diag *d)
{
    char public[PATH_LEN], private[PATH_LEN], request[PATH_LEN];
    struct public_numbers numbers;
    const bool document = strncmp(o->name, "document-", 9) == 0;
    enum rc rc = free_path(h, o, "pub", public, d);
    if (rc == RC_OK)
        rc = free_path(h, o, "pem", private, d);
    if (rc == RC_OK)
        rc = free_path(h, o, "csr", request, d);
    if (rc == RC_OK)
        rc = pkcs11_make(hsm, o->alg, o->name, &numbers, d);
    if (rc == RC_OK)
        rc = put_public(&numbers, public, d);
    return rc == RC_OK && document ? put_request(h, request, &numbers, hsm, d) : rc;
}

enum rc make_key(const struct make_key_options *o, struct diag *d)
{
    assert(o && o->home && o->name);

    if (!is_name(o->name))
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET, "a key's name is 1 to %u of a-z, 0-9 and '-'",
                        NAME_MAX_LEN);
    ON_EXIT(home_close) struct home h = { 0 };
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = NULL;
    enum rc rc = home_open(o->home, &h, d);
    if (rc == RC_OK)
        rc = desk_open_hsm(&h, &hsm, d);
    if (rc == RC_OK && !hsm)
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "sitecert.ini names no HSM ([pkcs11] module)");
    return rc == RC_OK ? make_in(&h, hsm, o, d) : rc;
}
