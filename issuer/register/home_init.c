#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "issuer/register/home_make.h"

/* What home_fill() makes: names to move, and to take away again when it fails. */
static const char *const key_files[] = {
    "keys/root-1.pem",      "keys/token-1.pem",  "keys/token-2.pem",    "keys/publish-1.pem",
    "keys/log-1.pem",       "keys/staple-1.pem", "keys/answer-1.pem",   "keys/operator-1.pem",
    "keys/operator-2.pem",  "keys/register.key", "keys/document-1.pem", "keys/document-1.crt",
    "keys/document-ca.pem", "signer/state",
};
/* A folder without sitecert.ini is no home, so that moves last. */
static const char *const top_files[] = { "policy.json", "root.cbor", "trust.cbor",
                                         "document-ca.crt", "sitecert.ini" };
static const char *const folders[] = { "keys", "register", "layouts", "signer" };

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* A home on its way; dropped from both places unless it is done. */
struct building {
    char target[PATH_LEN]; /* where it will stand */
    char at[PATH_LEN];     /* where it is built; "" when that folder is not there */
    bool inside;           /* target is there already, at is in it */
    bool moved;            /* parts may stand in target */
    bool done;
};

static enum rc failed(const char *what, const char *path, struct diag *d)
{
    const enum rc rc = errno == ENOSPC ? RC_FULL : errno == ENOENT ? RC_NOT_FOUND : RC_IO;
    return diag_set(d, rc, DIAG_NO_OFFSET, "cannot %s '%.120s': %s", what, path, strerror(errno));
}

static void drop_parts(const char *folder)
{
    char path[PATH_LEN];
    const struct {
        const char *const *names;
        size_t count;
        int (*drop)(const char *path);
    } lists[] = {
        { key_files, COUNT(key_files), unlink },
        { top_files, COUNT(top_files), unlink },
        { folders, COUNT(folders), rmdir },
    };
    for (size_t l = 0; l < COUNT(lists); l++) {
        for (size_t i = 0; i < lists[l].count; i++) {
            if (path_join(folder, lists[l].names[i], path, NULL) == RC_OK)
                (void)lists[l].drop(path);
        }
    }
}

static void building_drop_at(struct building *b)
{
    if (b->done)
        return;
    if (b->at[0]) {
        drop_parts(b->at);
        (void)rmdir(b->at);
    }
    if (b->moved)
        drop_parts(b->target);
    if (b->moved && !b->inside)
        (void)rmdir(b->target);
}

/* RC_EXISTS unless the folder is empty. */
static enum rc check_empty(const char *path, struct diag *d)
{
    DIR *const dir = opendir(path);
    if (!dir && errno == ENOTDIR)
        return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "'%.120s' is there and is no folder", path);
    if (!dir)
        return failed("open the folder", path, d);

    bool empty = true, is_home = false;
    const struct dirent *e;
    while ((e = readdir(dir)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        empty = false;
        is_home = is_home || strcmp(e->d_name, "sitecert.ini") == 0;
    }
    (void)closedir(dir);
    if (empty)
        return RC_OK;
    return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "%s at '%.120s'",
                    is_home ? "a home is there already" : "the folder is not empty", path);
}

/* Links and final slashes out of the way: what is renamed must be the folder itself. */
static enum rc find_target(const char *path, struct building *b, struct diag *d)
{
    char whole[PATH_MAX];
    if (realpath(path, whole)) {
        b->inside = true;
        const int n = snprintf(b->target, sizeof b->target, "%s", whole);
        if (n < 0 || (size_t)n >= sizeof b->target)
            return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", path);
        return check_empty(b->target, d);
    }
    if (errno != ENOENT)
        return failed("look at", path, d);

    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    if (len == 0 || len >= sizeof b->target)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is empty or too long", path);
    memcpy(b->target, path, len);
    b->target[len] = '\0';
    return RC_OK;
}

static enum rc make_building(struct building *b, struct diag *d)
{
    char name[PATH_LEN];
    const int n = snprintf(name, sizeof name, "%s%s.XXXXXX", b->target, b->inside ? "/.init" : "");
    if (n < 0 || (size_t)n >= sizeof name)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", b->target);
    if (!mkdtemp(name))
        return failed("make a folder for", b->target, d);
    memcpy(b->at, name, sizeof name);
    if (chmod(b->at, 0700) != 0) /* an unusual umask must not show in the result */
        return failed("set the mode of", b->at, d);
    return RC_OK;
}

static enum rc move_up(const struct building *b, const char *name, struct diag *d)
{
    char from[PATH_LEN], to[PATH_LEN];
    enum rc rc = path_join(b->at, name, from, d);
    if (rc == RC_OK)
        rc = path_join(b->target, name, to, d);
    if (rc == RC_OK && rename(from, to) != 0)
        return failed("make", to, d);
    return rc;
}

static enum rc move_parts_up(struct building *b, struct diag *d)
{
    if (chmod(b->target, 0700) != 0)
        return failed("set the mode of", b->target, d);
    b->moved = true;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < COUNT(folders); i++)
        rc = move_up(b, folders[i], d);
    for (size_t i = 0; rc == RC_OK && i < COUNT(top_files); i++)
        rc = move_up(b, top_files[i], d);
    if (rc != RC_OK)
        return rc;
    if (rmdir(b->at) != 0)
        return failed("remove", b->at, d);
    b->at[0] = '\0';
    return RC_OK;
}

static enum rc move_whole(struct building *b, struct diag *d)
{
    if (rename(b->at, b->target) != 0) {
        if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
            return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "something is at '%.120s' by now",
                            b->target);
        return failed("make", b->target, d);
    }
    b->at[0] = '\0';
    b->moved = true;
    return RC_OK;
}

/* The new names last only when the folder that holds them is on disk. */
static enum rc sync_names(const struct building *b, struct diag *d)
{
    char folder[PATH_LEN];
    (void)snprintf(folder, sizeof folder, "%s", b->target);
    if (!b->inside) {
        char *const slash = strrchr(folder, '/');
        if (!slash)
            (void)snprintf(folder, sizeof folder, ".");
        else
            slash[slash == folder] = '\0';
    }
    ON_EXIT(fd_close_at) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
        return failed("sync", folder, d);
    return RC_OK;
}

static enum rc check_choices(const struct home_choices *choices, int64_t *ret_now, struct diag *d)
{
    if (choices->host && !home_host_valid(choices->host))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "the host '%.40s' is not 1 to 20 characters of A-Z 0-9 . : -",
                        choices->host);
    return clock_now(choices->demo, ret_now, d);
}

enum rc home_init(const char *path, const struct home_choices *choices, struct diag *d)
{
    assert(path && choices);

    ON_EXIT(building_drop_at) struct building b = { .target = "" };
    int64_t now_s = 0;
    enum rc rc = check_choices(choices, &now_s, d);
    if (rc == RC_OK)
        rc = find_target(path, &b, d);
    if (rc == RC_OK)
        rc = make_building(&b, d);
    if (rc == RC_OK)
        rc = home_fill(b.at, choices, now_s, d);
    if (rc == RC_OK)
        rc = b.inside ? move_parts_up(&b, d) : move_whole(&b, d);
    if (rc == RC_OK)
        rc = sync_names(&b, d);
    b.done = rc == RC_OK;
    return rc;
}
