#include "verifier/certcheck/places.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The specification: a path that is not absolute is to be ignored. */
static const char *absolute(const char *variable)
{
    const char *const value = getenv(variable);
    return value && value[0] == '/' ? value : NULL;
}

static bool place_of(const char *variable, const char *below_home, const char *name,
                     char ret[PATH_LEN])
{
    const char *const own = absolute(variable);
    const char *const home = absolute("HOME");
    int n = -1;
    if (own)
        n = snprintf(ret, PATH_LEN, "%s/sitecert%s", own, name);
    else if (home)
        n = snprintf(ret, PATH_LEN, "%s/%s/sitecert%s", home, below_home, name);
    return n > 0 && n < PATH_LEN;
}

bool place_of_bundle(char ret[PATH_LEN])
{
    return place_of("XDG_DATA_HOME", ".local/share", "/bundle.scb", ret);
}

bool place_of_state(char ret[PATH_LEN])
{
    return place_of("XDG_STATE_HOME", ".local/state", "", ret);
}

enum rc folders_make(const char *path, struct diag *d)
{
    assert(path && path[0] == '/');

    char part[PATH_LEN];
    const size_t len = strlen(path);
    if (len >= sizeof part)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", path);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        const enum rc rc = folder_make(part, 0700, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}
