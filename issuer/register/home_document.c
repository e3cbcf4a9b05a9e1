#include <stdio.h>

#include "issuer/register/home_make.h"
#include "keys/private/document_chain.h"

#define DAY_S         INT64_C(86400)
#define CA_MORE_YEARS INT64_C(8) /* beyond the first key: its successors come from the same CA */

static void name_subject(struct document_subject *s, char name[65], const char *what,
                         const struct trust_list *list)
{
    char id[17];
    hex_encode(list->deployment, 8, id);
    (void)snprintf(name, 65, "sitecert %s %s%s", what, id, list->demo ? " (demonstration)" : "");
    s->organization = list->hosts[0];
    s->name = name;
    s->not_before = list->issued;
}

static enum rc make_ca(const char *folder, const struct trust_list *list, int64_t not_after,
                       struct private_key **ret, struct buf *to, struct diag *d)
{
    char name[65];
    struct document_subject subject = {
        .not_after = not_after + (list->demo ? 0 : CA_MORE_YEARS * 365 * DAY_S),
    };
    name_subject(&subject, name, "document CA", list);
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    enum rc rc = home_make_key(folder, "document-ca.pem", ALG_ES256, &key, d);
    if (rc == RC_OK)
        rc = document_ca_make(key, &subject, to, d);
    if (rc == RC_OK)
        rc = home_put_file(folder, "document-ca.crt", to, 0644, d);
    if (rc == RC_OK)
        *ret = TAKE(key);
    return rc;
}

enum rc home_make_document_ca(const char *folder, const struct trust_list *list,
                              const struct private_key *key, int64_t not_after, struct diag *d)
{
    ON_EXIT(private_key_free_at) struct private_key *ca = NULL;
    ON_EXIT(buf_free_at) struct buf ca_pem = { 0 };
    ON_EXIT(buf_free_at) struct buf chain = { 0 };
    char name[65];
    struct document_subject subject = { .not_after = not_after };
    name_subject(&subject, name, "documents", list);
    enum rc rc = make_ca(folder, list, not_after, &ca, &ca_pem, d);
    if (rc == RC_OK)
        rc = document_certificate_make(ca, buf_span(&ca_pem), key, &subject, &chain, d);
    return rc == RC_OK ? home_put_file(folder, "keys/document-1.crt", &chain, 0644, d) : rc;
}
