#include "issuer/register/home_make.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"
#include "keys/memory/memory.h"
#include "keys/private/root_sign.h"

#define DAY_S       INT64_C(86400)
#define YEAR_S      (365 * DAY_S)
#define KEY_YEARS   2     /* of a real deployment's keys */
#define UPDATE_DAYS 90    /* until its trust list wants a successor */
#define DEMO_YEARS  20    /* of everything in a demonstration */
#define DEMO_DAY    17878 /* 2018-12-13: a demonstration's clock may stand anywhere after it */

#define ALG_CHOSEN ALG_NONE /* the deployment's own */

/* The keys of a new deployment, in the order of the trust list. */
static const struct key_plan {
    const char *file;
    enum cose_alg alg;
    enum key_use use;
    uint64_t first, last;
    const char *person;
} plans[] = {
    { "token-1.pem", ALG_CHOSEN, USE_TOKEN, 0, TOKEN_KEY_INDEXES, "" },
    { "token-2.pem", ALG_CHOSEN, USE_TOKEN, TOKEN_KEY_INDEXES, (uint64_t)2 * TOKEN_KEY_INDEXES,
      "" },
    { "publish-1.pem", ALG_CHOSEN, USE_PUBLISH, 0, 0, "" },
    { "log-1.pem", ALG_EDDSA, USE_LOG, 0, 0, "" },
    { "document-1.pem", ALG_ES256, USE_DOCUMENT, 0, 0, "" },
    { "staple-1.pem", ALG_CHOSEN, USE_STAPLE, 0, 0, "" },
    { "answer-1.pem", ALG_CHOSEN, USE_ANSWER, 0, 0, "" },
    { "operator-1.pem", ALG_CHOSEN, USE_OPERATOR, 0, 0, "操作员一" },
    { "operator-2.pem", ALG_CHOSEN, USE_OPERATOR, 0, 0, "操作员二" },
};
#define PLAN_COUNT (sizeof plans / sizeof plans[0])

/* The first trust list and room for its keys. */
struct first_list {
    struct trust_list list;
    struct trusted_key keys[PLAN_COUNT];
};

static void first_list_drop_at(struct first_list *f)
{
    for (size_t i = 0; i < f->list.key_count; i++)
        pubkey_free(f->keys[i].key);
}

enum rc home_make_key(const char *folder, const char *file, enum cose_alg alg,
                      struct private_key **ret, struct diag *d)
{
    char name[64], path[PATH_LEN];
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    (void)snprintf(name, sizeof name, "keys/%s", file);
    enum rc rc = path_join(folder, name, path, d);
    if (rc == RC_OK)
        rc = private_key_generate(alg, &key, d);
    if (rc == RC_OK)
        rc = private_key_save(key, path, d);
    if (rc != RC_OK)
        return rc;
    *ret = TAKE(key);
    return RC_OK;
}

static enum rc make_secret(const char *folder, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = path_join(folder, "keys/register.key", path, d);
    return rc == RC_OK ? secret_create(path, VAULT_MASTER_LEN, d) : rc;
}

static enum cose_alg chosen_alg(const struct home_choices *choices)
{
    return choices->alg == HOME_SM2 ? ALG_SM2 : ALG_ES256;
}

/* What holds for every key of a new deployment. */
struct first_terms {
    const char *folder;
    enum cose_alg alg;
    int64_t not_after;
};

static enum rc add_key(struct trust_list *list, const struct first_terms *terms,
                       const struct key_plan *plan, struct diag *d)
{
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    const enum cose_alg alg = plan->alg == ALG_CHOSEN ? terms->alg : plan->alg;
    enum rc rc = home_make_key(terms->folder, plan->file, alg, &key, d);
    if (rc != RC_OK)
        return rc;

    struct trusted_key *const to = &list->keys[list->key_count];
    *to = (struct trusted_key){
        .use = plan->use,
        .not_before = list->issued,
        .not_after = terms->not_after,
        .first = plan->first,
        .last = plan->last,
    };
    (void)snprintf(to->name, sizeof to->name, "%s", plan->person);
    cose_key_id(private_key_public(key), to->kid);
    rc = pubkey_new(private_key_public(key), &to->key, d);
    if (rc != RC_OK)
        return rc;
    list->key_count++;
    return plan->use == USE_DOCUMENT
               ? home_make_document_ca(terms->folder, list, key, terms->not_after, d)
               : RC_OK;
}

static void lower(const char *host, char ret[TRUST_HOST_LEN])
{
    size_t i = 0;
    for (; host[i]; i++)
        ret[i] = (char)(host[i] >= 'A' && host[i] <= 'Z' ? host[i] - 'A' + 'a' : host[i]);
    ret[i] = '\0';
}

static void name_places(struct trust_list *list, const char *host)
{
    char small[TRUST_HOST_LEN], id[17];
    lower(host, small);
    hex_encode(list->deployment, 8, id);
    list->host_count = 1;
    (void)snprintf(list->hosts[0], sizeof list->hosts[0], "%s", host);
    (void)snprintf(list->log_origin, sizeof list->log_origin, "%s/log/%s", small, id);
    (void)snprintf(list->status_uri, sizeof list->status_uri, "https://%s/publish/status.cwt",
                   small);
}

/* Everything of the first trust list but its keys. */
static enum rc start_list(struct trust_list *list, const struct private_key *root,
                          const struct home_choices *choices, int64_t now_s, struct diag *d)
{
    list->roots = (struct root_set){ .threshold = 1, .count = 1 };
    list->roots.keys[0] = *private_key_public(root);
    const enum rc rc = root_set_id(&list->roots, list->deployment, d);
    if (rc != RC_OK)
        return rc;

    list->demo = choices->demo;
    list->sequence = 1;
    list->issued = choices->demo ? date_start_s(DEMO_DAY) : now_s;
    list->next_update = now_s + (choices->demo ? DEMO_YEARS * YEAR_S : UPDATE_DAYS * DAY_S);
    name_places(list, choices->host ? choices->host : HOME_DEFAULT_HOST);
    return RC_OK;
}

enum rc home_put_file(const char *folder, const char *name, const struct buf *bytes, unsigned mode,
                      struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = buf_rc(bytes, d);
    if (rc == RC_OK)
        rc = path_join(folder, name, path, d);
    return rc == RC_OK ? file_create(path, buf_span(bytes), mode, d) : rc;
}

static enum rc put_trust(const char *folder, const struct trust_list *list,
                         const struct private_key *root, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf roots = { 0 };
    ON_EXIT(buf_free_at) struct buf trust = { 0 };
    root_set_put(&roots, &list->roots);
    enum rc rc = trust_list_sign(list, &root, 1, &list->roots, &trust, d);
    if (rc == RC_OK)
        rc = home_put_file(folder, "root.cbor", &roots, 0644, d);
    return rc == RC_OK ? home_put_file(folder, "trust.cbor", &trust, 0644, d) : rc;
}

static enum rc make_deployment(const char *folder, const struct home_choices *choices,
                               int64_t now_s, struct diag *d)
{
    ON_EXIT(private_key_free_at) struct private_key *root = NULL;
    enum rc rc = home_make_key(folder, "root-1.pem", chosen_alg(choices), &root, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(first_list_drop_at) struct first_list first = { 0 };
    struct trust_list *const list = &first.list;
    list->keys = first.keys;
    rc = start_list(list, root, choices, now_s, d);

    const struct first_terms terms = {
        .folder = folder,
        .alg = chosen_alg(choices),
        .not_after = now_s + (choices->demo ? DEMO_YEARS : KEY_YEARS) * YEAR_S,
    };
    for (size_t i = 0; rc == RC_OK && i < PLAN_COUNT; i++)
        rc = add_key(list, &terms, &plans[i], d);
    if (rc == RC_OK)
        rc = make_secret(folder, d);
    if (rc == RC_OK)
        rc = memory_create(folder, list->deployment, d);
    return rc == RC_OK ? put_trust(folder, list, root, d) : rc;
}

static enum rc make_folders(const char *folder, struct diag *d)
{
    static const char *const names[] = { "keys", "register", "layouts" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[PATH_LEN];
        enum rc rc = path_join(folder, names[i], path, d);
        if (rc == RC_OK)
            rc = folder_make(path, 0700, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

enum rc home_fill(const char *folder, const struct home_choices *choices, int64_t now_s,
                  struct diag *d)
{
    assert(folder && choices);

    ON_EXIT(buf_free_at) struct buf policy = { 0 };
    ON_EXIT(buf_free_at) struct buf settings = { 0 };
    policy_default_json(&policy);
    home_settings_put(&settings, choices->host ? choices->host : HOME_DEFAULT_HOST);

    enum rc rc = make_folders(folder, d);
    if (rc == RC_OK)
        rc = make_deployment(folder, choices, now_s, d);
    if (rc == RC_OK)
        rc = home_put_file(folder, "policy.json", &policy, 0644, d);
    if (rc == RC_OK)
        rc = home_put_file(folder, "sitecert.ini", &settings, 0600, d);
    return rc;
}
