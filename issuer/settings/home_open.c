#include "issuer/settings/home_open.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/log.h"

#define ROOTS_MAX 4096 /* bytes of root.cbor */
#define PREFIX    "sitecert-"

static enum rc read_part(const struct home *h, const char *name, size_t max, struct buf *to,
                         struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = home_path(h, name, path, d);
    return rc == RC_OK ? file_read(path, max, to, d) : rc;
}

/* The readers know lines and offsets, not which file they stand in. */
static enum rc in_file(const char *name, enum rc rc, const struct diag *why, struct diag *d)
{
    return rc == RC_OK ? RC_OK : diag_set(d, rc, why->offset, "%s: %s", name, why->text);
}

static enum rc open_settings(struct home *h, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct diag why = DIAG_INIT;
    enum rc rc = read_part(h, "sitecert.ini", INI_FILE_MAX, &text, &why);
    if (rc == RC_NOT_FOUND)
        return diag_set(d, rc, DIAG_NO_OFFSET, "no home at '%.120s'; 'sitecert init' makes one",
                        h->path);
    if (rc != RC_OK)
        return diag_set(d, rc, why.offset, "%s", why.text);

    rc = home_settings_read(buf_span(&text), &h->settings, &why);
    return in_file("sitecert.ini", rc, &why, d);
}

static enum rc open_policy(struct home *h, struct diag *d)
{
    enum rc rc = read_part(h, "policy.json", POLICY_MAX, &h->policy_bytes, d);
    if (rc != RC_OK)
        return rc;

    struct diag why = DIAG_INIT;
    rc = policy_read(buf_span(&h->policy_bytes), &h->policy, &why);
    return in_file("policy.json", rc, &why, d);
}

/* The roots that stand beside it are the deployment: what they did not sign is not ours. */
static enum rc open_trust(struct home *h, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf root_bytes = { 0 };
    struct root_set roots;
    uint8_t id[SHA256_LEN];
    enum rc rc = read_part(h, "root.cbor", ROOTS_MAX, &root_bytes, d);
    if (rc == RC_OK)
        rc = root_set_parse(buf_span(&root_bytes), &roots, d);
    if (rc == RC_OK)
        rc = root_set_id(&roots, id, d);
    if (rc == RC_OK)
        rc = read_part(h, "trust.cbor", TRUST_FILE_MAX, &h->trust_bytes, d);
    if (rc == RC_OK)
        rc = trust_list_read(buf_span(&h->trust_bytes), &roots, &h->trust, d);
    if (rc != RC_OK)
        return rc;
    if (memcmp(id, h->trust->deployment, sizeof id) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'root.cbor' is not the root set of the trust list's deployment");
    return RC_OK;
}

static enum rc check_host(const struct home *h, struct diag *d)
{
    if (trust_list_has_host(h->trust, span_text(h->settings.host)))
        return RC_OK;
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                    "the host '%s' of sitecert.ini is not in the trust list", h->settings.host);
}

enum rc home_open(const char *path, struct home *ret, struct diag *d)
{
    assert(path && ret);

    ON_EXIT(home_close) struct home h = { 0 };
    const int n = snprintf(h.path, sizeof h.path, "%s", path);
    if (n < 0 || (size_t)n >= sizeof h.path)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", path);

    enum rc rc = open_settings(&h, d);
    if (rc == RC_OK)
        rc = open_policy(&h, d);
    if (rc == RC_OK)
        rc = open_trust(&h, d);
    if (rc == RC_OK)
        rc = check_host(&h, d);
    if (rc == RC_OK)
        rc = clock_now(h.trust->demo, &h.now, d);
    if (rc != RC_OK)
        return rc;

    *ret = h;
    h = (struct home){ 0 };
    return RC_OK;
}

void home_close(struct home *h)
{
    if (!h)
        return;
    policy_free(h->policy);
    trust_list_free(h->trust);
    buf_free(&h->trust_bytes);
    buf_free(&h->policy_bytes);
    *h = (struct home){ 0 };
}

enum rc home_path(const struct home *h, const char *name, char ret[PATH_LEN], struct diag *d)
{
    assert(h && name && ret);
    return path_join(name[0] == '/' ? "" : h->path, name, ret, d);
}

enum rc home_folder(const struct home *h, const char *name, char ret[PATH_LEN], struct diag *d)
{
    const enum rc rc = home_path(h, name, ret, d);
    return rc == RC_OK ? folder_make(ret, 0700, d) : rc;
}

enum rc home_claim(const struct home *h, const char *program, int *ret_fd, struct diag *d)
{
    assert(h && ret_fd && strncmp(program, PREFIX, sizeof PREFIX - 1) == 0);

    char path[PATH_LEN], name[64];
    (void)snprintf(name, sizeof name, "run/%s.lock", program + sizeof PREFIX - 1);
    enum rc rc = home_folder(h, "run", path, d);
    if (rc == RC_OK)
        rc = home_path(h, name, path, d);
    if (rc != RC_OK)
        return rc;
    rc = lock_take(path, ret_fd, NULL);
    return rc == RC_OK
               ? RC_OK
               : diag_set(d, rc, DIAG_NO_OFFSET,
                          rc == RC_BUSY ? "another %s serves '%.120s'" : "%s cannot lock '%.120s'",
                          program, h->path);
}

void home_set_log_level(const struct home *h)
{
    enum log_level level = LEVEL_INFO;
    if (log_level_from_name(h->settings.issuer.log_level, &level))
        log_set_level(level);
}
