#include "tests/unit/private/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void scratch_make(char ret[PATH_LEN])
{
    const char *const place = getenv("TMPDIR");
    (void)snprintf(ret, PATH_LEN, "%s/sitecert-test-XXXXXX", place ? place : "/tmp");
    assert_non_null(mkdtemp(ret));
}

void scratch_path(const char *folder, const char *name, char ret[PATH_LEN])
{
    assert_int_equal(path_join(folder, name, ret, NULL), RC_OK);
}

void scratch_drop(const char *folder)
{
    DIR *const dir = opendir(folder);
    assert_non_null(dir);
    const struct dirent *e;
    while ((e = readdir(dir)) != NULL) {
        char path[PATH_LEN];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        scratch_path(folder, e->d_name, path);
        assert_int_equal(unlink(path), 0);
    }
    (void)closedir(dir);
    assert_int_equal(rmdir(folder), 0);
}

/* The public half goes into the list; the private one to NAME.pem, or to *keep, or nowhere. */
static struct trusted_key *add(struct fixture *fx, struct trust_list *list, enum cose_alg alg,
                               const char *file, struct private_key **keep)
{
    struct private_key *key = NULL;
    assert_int_equal(private_key_generate(alg, &key, NULL), RC_OK);
    if (file) {
        char path[PATH_LEN];
        scratch_path(fx->folder, file, path);
        assert_int_equal(private_key_save(key, path, NULL), RC_OK);
    }

    struct trusted_key *const to = &list->keys[list->key_count++];
    to->not_before = FIXTURE_NOW;
    to->not_after = FIXTURE_UNTIL;
    cose_key_id(private_key_public(key), to->kid);
    assert_int_equal(pubkey_new(private_key_public(key), &to->key, NULL), RC_OK);
    if (keep)
        *keep = key;
    else
        private_key_free(key);
    return to;
}

static void add_token_key(struct fixture *fx, struct trust_list *list, const char *file,
                          uint64_t first)
{
    struct trusted_key *const k = add(fx, list, ALG_ES256, file, NULL);
    k->use = USE_TOKEN;
    k->first = first;
    k->last = first + 1000;
    if (first == 0) {
        k->unit_count = k->post_count = 1;
        k->units[0] = 33;
        k->posts[0] = 1;
    }
}

static void fill(struct fixture *fx, struct trust_list *list)
{
    add_token_key(fx, list, "token-1.pem", 0);
    add_token_key(fx, list, "token-2.pem", 1000);
    add_token_key(fx, list, NULL, 2000);
    add(fx, list, ALG_ES256, "publish-1.pem", NULL)->use = USE_PUBLISH;
    add(fx, list, ALG_EDDSA, "log-1.pem", NULL)->use = USE_LOG;

    struct trusted_key *k = add(fx, list, ALG_ES256, "operator-1.pem", &fx->operator_1);
    k->use = USE_OPERATOR;
    (void)snprintf(k->name, sizeof k->name, "操作员甲");
    k = add(fx, list, ALG_ES256, NULL, &fx->operator_2);
    k->use = USE_OPERATOR;
    (void)snprintf(k->name, sizeof k->name, "操作员乙");
}

void fixture_make(struct fixture *fx)
{
    *fx = (struct fixture){ 0 };
    scratch_make(fx->folder);
    assert_int_equal(private_key_generate(ALG_ES256, &fx->root, NULL), RC_OK);
    assert_int_equal(private_key_generate(ALG_ES256, &fx->stranger, NULL), RC_OK);
    char path[PATH_LEN];
    scratch_path(fx->folder, "root-1.pem", path);
    assert_int_equal(private_key_save(fx->root, path, NULL), RC_OK);

    ON_EXIT(trust_list_free_at) struct trust_list *list = calloc(1, sizeof *list);
    assert_non_null(list);
    list->keys = calloc(16, sizeof *list->keys);
    assert_non_null(list->keys);
    list->roots = (struct root_set){ .threshold = 1, .count = 1 };
    list->roots.keys[0] = *private_key_public(fx->root);
    assert_int_equal(root_set_id(&list->roots, list->deployment, NULL), RC_OK);
    list->host_count = 1;
    (void)snprintf(list->hosts[0], sizeof list->hosts[0], "TEST.EXAMPLE");
    (void)snprintf(list->log_origin, sizeof list->log_origin, "test.example/log");
    (void)snprintf(list->status_uri, sizeof list->status_uri, "https://test.example/status.cwt");
    list->sequence = 1;
    list->issued = FIXTURE_NOW;
    list->next_update = FIXTURE_UNTIL;
    fill(fx, list);

    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    struct diag d = DIAG_INIT;
    const struct private_key *const roots[] = { fx->root };
    if (trust_list_sign(list, roots, 1, &list->roots, &bytes, &d) != RC_OK)
        fail_msg("%s", d.text);
    assert_int_equal(trust_list_read(buf_span(&bytes), &list->roots, &fx->trust, NULL), RC_OK);
}

void fixture_drop(struct fixture *fx)
{
    trust_list_free(fx->trust);
    private_key_free(fx->root);
    private_key_free(fx->operator_1);
    private_key_free(fx->operator_2);
    private_key_free(fx->stranger);
    scratch_drop(fx->folder);
}

struct token fixture_token(void)
{
    return (struct token){
        .number = SPAN_LITERAL("03301202300000017"),
        .iat = FIXTURE_NOW + 10,
        .name = SPAN_LITERAL("张示例"),
        .id_type = 111,
        .id_tail = SPAN_LITERAL("123X"),
        .post = 1,
        .unit = 33,
        .provider = 0,
        .issued = 19675,
        .deadline = 20770,
        .version = 1,
        .status_index = 5,
        .log_index = 1005,
    };
}

void fixture_payload(const struct token *t, struct buf *to)
{
    buf_clear(to);
    token_payload_put(to, t);
    assert_true(buf_ok(to));
}
