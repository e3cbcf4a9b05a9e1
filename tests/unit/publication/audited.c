#include "tests/unit/publication/audited.h"

#include <fcntl.h>
#include <unistd.h>

static void data_path(const struct audited *a, char ret[PATH_LEN])
{
    assert_int_equal(home_path(&a->f.home, "register/data.mdb", ret, NULL), RC_OK);
}

void audited_make(struct audited *a, void (*tell)(struct fixture *f))
{
    char path[PATH_LEN];
    *a = (struct audited){ 0 };
    fixture_make(&a->f);
    tell(&a->f);
    fixture_close(&a->f);
    assert_int_equal(home_vault(&a->f.home, &a->vault, NULL), RC_OK);
    data_path(a, path);
    assert_int_equal(file_read(path, (size_t)64 << 20, &a->before, NULL), RC_OK);
}

void audited_drop(struct audited *a)
{
    buf_free(&a->before);
    vault_free(a->vault);
    fixture_drop(&a->f);
}

void audited_restore(struct audited *a)
{
    char path[PATH_LEN];
    data_path(a, path);
    const int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, a->before.ptr, a->before.len), (ssize_t)a->before.len);
    assert_int_equal(close(fd), 0);
}

bool audited_finds(struct audited *a, struct audit *ret)
{
    ON_EXIT(register_close_at) struct reg *r = NULL;
    struct diag d = DIAG_INIT;
    *ret = (struct audit){ 0 };
    if (register_open(&a->f.home, a->vault, REG_READ, &r, &d) != RC_OK)
        return true;
    const enum rc rc = audit_run(r, &a->f.home, 2, NULL, NULL, ret, &d);
    return rc != RC_OK || ret->finding_count > 0;
}
