#include "tests/unit/intake/cases.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define CASE_MAX 65536

static void read_beside(const char *path, const char *ending, struct buf *to)
{
    char name[PATH_LEN];
    assert_true(snprintf(name, sizeof name, "%.*s%s", (int)(strlen(path) - strlen(".in")), path,
                         ending) < (int)sizeof name);
    assert_int_equal(file_read(name, CASE_MAX, to, NULL), RC_OK);
}

static void check_case(const char *path,
                       void (*tell)(const char *path, struct span in, struct buf *to))
{
    ON_EXIT(buf_free_at) struct buf in = { 0 };
    ON_EXIT(buf_free_at) struct buf want = { 0 };
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    read_beside(path, ".in", &in);
    read_beside(path, ".want", &want);
    tell(path, buf_span(&in), &got);
    if (strcmp(buf_cstr(&got), buf_cstr(&want)) != 0)
        fail_msg("%s: got\n%swanted\n%s", path, buf_cstr(&got), buf_cstr(&want));
}

void each_case(const char *area, void (*tell)(const char *path, struct span in, struct buf *to))
{
    char folder[PATH_LEN], path[PATH_LEN];
    assert_int_equal(path_join(VECTORS, area, folder, NULL), RC_OK);
    DIR *const dir = opendir(folder);
    assert_non_null(dir);
    unsigned count = 0;
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        const size_t len = strlen(entry->d_name);
        if (len < 4 || strcmp(entry->d_name + len - 3, ".in") != 0)
            continue;
        assert_int_equal(path_join(folder, entry->d_name, path, NULL), RC_OK);
        check_case(path, tell);
        count++;
    }
    assert_int_equal(closedir(dir), 0);
    assert_true(count > 0);
}

void put_shown(struct buf *to, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n')
            buf_put_text(to, "\\n");
        else if (text.ptr[i] == '\r')
            buf_put_text(to, "\\r");
        else
            buf_put_u8(to, text.ptr[i]);
    }
}

void put_refusal(struct buf *to, enum rc rc, const struct diag *d)
{
    assert_int_equal(rc, d->code);
    buf_printf(to, "%s byte %zu: %s\n", rc_name(rc), d->offset, d->text);
}
