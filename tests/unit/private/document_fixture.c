#include "tests/unit/private/document_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct private_key *document_key_make(enum cose_alg alg)
{
    struct private_key *key = NULL;
    assert_int_equal(private_key_generate(alg, &key, NULL), RC_OK);
    return key;
}

static void save(const struct document_world *w, const struct private_key *key, const char *name)
{
    char path[PATH_LEN];
    scratch_path(w->folder, name, path);
    assert_int_equal(private_key_save(key, path, NULL), RC_OK);
}

static void list_key(struct trust_list *list, const struct private_key *key, enum key_use use)
{
    struct trusted_key *const to = &list->keys[list->key_count++];
    to->use = use;
    to->not_before = FIXTURE_NOW;
    to->not_after = FIXTURE_UNTIL;
    cose_key_id(private_key_public(key), to->kid);
    assert_int_equal(pubkey_new(private_key_public(key), &to->key, NULL), RC_OK);
}

static void make_trust(struct document_world *w)
{
    ON_EXIT(trust_list_free_at) struct trust_list *list = calloc(1, sizeof *list);
    assert_non_null(list);
    list->keys = calloc(2, sizeof *list->keys);
    assert_non_null(list->keys);
    list->roots = (struct root_set){ .threshold = 1, .count = 1 };
    list->roots.keys[0] = *private_key_public(w->root);
    assert_int_equal(root_set_id(&list->roots, list->deployment, NULL), RC_OK);
    list->host_count = 1;
    (void)snprintf(list->hosts[0], sizeof list->hosts[0], "TEST.EXAMPLE");
    (void)snprintf(list->log_origin, sizeof list->log_origin, "test.example/log");
    (void)snprintf(list->status_uri, sizeof list->status_uri, "https://test.example/status.cwt");
    list->sequence = 1;
    list->issued = FIXTURE_NOW;
    list->next_update = FIXTURE_UNTIL;
    list_key(list, w->key, USE_DOCUMENT);

    ON_EXIT(private_key_free_at) struct private_key *publish = document_key_make(ALG_ES256);
    list_key(list, publish, USE_PUBLISH);

    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    struct diag d = DIAG_INIT;
    const struct private_key *const roots[] = { w->root };
    if (trust_list_sign(list, roots, 1, &list->roots, &bytes, &d) != RC_OK)
        fail_msg("%s", d.text);
    assert_int_equal(trust_list_read(buf_span(&bytes), &list->roots, &w->trust, NULL), RC_OK);
}

static void make_certificates(struct document_world *w)
{
    const struct document_subject ca = { "TEST.EXAMPLE", "test CA", FIXTURE_NOW, FIXTURE_UNTIL };
    const struct document_subject key = { "TEST.EXAMPLE", "test documents", FIXTURE_NOW,
                                          FIXTURE_UNTIL };
    assert_int_equal(document_ca_make(w->ca, &ca, &w->ca_pem, NULL), RC_OK);
    assert_int_equal(
        document_certificate_make(w->ca, buf_span(&w->ca_pem), w->key, &key, &w->chain_pem, NULL),
        RC_OK);
    document_world_put_chain(w, buf_span(&w->chain_pem));
}

void document_world_put_chain(const struct document_world *w, struct span pem)
{
    char path[PATH_LEN];
    scratch_path(w->folder, "document-1.crt", path);
    assert_int_equal(file_replace(path, pem, 0644, NULL), RC_OK);
}

void document_world_open(struct document_world *w)
{
    struct diag d = DIAG_INIT;
    signer_free(w->signer);
    w->signer = NULL;
    if (signer_load(w->folder, w->trust, NULL, &w->signer, &d) != RC_OK)
        fail_msg("%s", d.text);
}

void document_world_make(struct document_world *w, struct private_key *key)
{
    *w = (struct document_world){ .key = key ? key : document_key_make(ALG_ES256) };
    scratch_make(w->folder);
    w->root = document_key_make(ALG_ES256);
    w->ca = document_key_make(ALG_ES256);
    save(w, w->key, "document-1.pem");
    make_trust(w);
    make_certificates(w);
    document_world_open(w);

    w->request = (struct document_request){
        .number = SPAN_LITERAL("03301202300000017"),
        .version = 1,
        .state = STATE_VALID,
    };
    sha256(DOCUMENT_TEXT, w->request.digest);
    assert_int_equal(signer_document_room(w->signer, false, FIXTURE_NOW, &w->request.room, NULL),
                     RC_OK);
}

void document_world_drop(struct document_world *w)
{
    signer_free(w->signer);
    trust_list_free(w->trust);
    private_key_free(w->root);
    private_key_free(w->ca);
    private_key_free(w->key);
    buf_free(&w->ca_pem);
    buf_free(&w->chain_pem);
    scratch_drop(w->folder);
}

void document_sign(struct document_world *w, struct buf *to)
{
    struct diag d = DIAG_INIT;
    if (signer_document(w->signer, &w->request, FIXTURE_NOW + 10, to, &d) != RC_OK)
        fail_msg("%s", d.text);
}

enum rc document_code(const struct document_world *w, struct span contents)
{
    struct pdf_signature s;
    const struct trusted_key *by = NULL;
    uint8_t digest[SHA256_LEN];
    sha256(DOCUMENT_TEXT, digest);
    const enum rc rc = pdf_signature_parse(contents, &s, NULL);
    if (rc != RC_OK)
        return rc;
    return pdf_signature_check(&s, w->trust, digest, FIXTURE_NOW + 10, &by, NULL);
}
