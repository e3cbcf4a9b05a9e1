#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "issuer/register/register_internal.h"

#define FOLDER        "register"
#define DAEMON        "sitecert-core" /* the writer that stays */
#define SCHEMA_FACT   "#schema"
#define SCHEMA        1
#define READ_ROOM     ((size_t)8)
#define MAP_READ_MAX  ((size_t)16 << 40)  /* bytes */
#define LITTLE_ROOM   ((uint64_t)4 << 20) /* bytes: a disk with less is what failed us */
#define LOOKS         50                  /* at a file that a writer is about to lengthen */
#define LOOK_PAUSE_NS 2000000

static const char *const table_names[DB_COUNT] = {
#define X(name, text) [name] = (text),
    DB_LIST(X)
#undef X
};

static bool disk_is_full(const struct reg *r)
{
    int fd = -1;
    struct statvfs v;
    if (mdb_env_get_fd(r->env, &fd) != 0 || fstatvfs(fd, &v) != 0)
        return false;
    return (uint64_t)v.f_bavail * v.f_frsize < LITTLE_ROOM;
}

enum rc reg_lmdb_rc(const struct reg *r, int error, const char *what, struct diag *d)
{
    static const struct {
        int error;
        enum rc rc;
    } known[] = {
        { ENOENT, RC_NOT_FOUND },
        { ENOMEM, RC_NOMEM },
        { ENOSPC, RC_FULL },
        { EDQUOT, RC_FULL },
        { EFBIG, RC_FULL },
        { MDB_MAP_FULL, RC_FULL },
        { MDB_TXN_FULL, RC_FULL },
        { MDB_READERS_FULL, RC_BUSY },
        { MDB_CORRUPTED, RC_FORMAT },
        { MDB_PAGE_NOTFOUND, RC_FORMAT },
        { MDB_INVALID, RC_FORMAT },
        { MDB_VERSION_MISMATCH, RC_FORMAT },
        { MDB_INCOMPATIBLE, RC_FORMAT },
        { MDB_NOTFOUND, RC_FORMAT },
    };
    if (error == MDB_MAP_FULL)
        return diag_set(d, RC_FULL, DIAG_NO_OFFSET,
                        "cannot %s: " REGISTER_AT_LIMIT "; raise register_map_bytes", what);
    /* LMDB reports a full disk as an input/output error. */
    if (error == EIO && disk_is_full(r))
        return diag_set(d, RC_FULL, DIAG_NO_OFFSET, "cannot %s: the disk is full", what);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].error == error)
            return diag_set(d, known[i].rc, DIAG_NO_OFFSET, "cannot %s: %s", what,
                            mdb_strerror(error));
    return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot %s: %s", what, mdb_strerror(error));
}

/* --- the writer's lock --- */

/* The name of a process, "" when it cannot be told. */
static const char *name_of(const char *pid, struct buf *ret)
{
    char path[64];
    const int n = snprintf(path, sizeof path, "/proc/%.20s/comm", pid);
    if (n < 0 || (size_t)n >= sizeof path || file_read(path, 64, ret, NULL) != RC_OK)
        return "";
    while (ret->len > 0 && ret->ptr[ret->len - 1] == '\n')
        ret->len--;
    return buf_cstr(ret);
}

static enum rc busy(const char *path, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf pid = { 0 };
    ON_EXIT(buf_free_at) struct buf name = { 0 };
    if (file_read(path, 32, &pid, NULL) != RC_OK || pid.len == 0)
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "another process is writing the register");
    const char *const who = name_of(buf_cstr(&pid), &name);
    return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "process %.20s%s%.20s%s is writing the register%s",
                    buf_cstr(&pid), who[0] ? " (" : "", who, who[0] ? ")" : "",
                    strcmp(who, DAEMON) == 0 ? ": while the daemon runs, send it records with "
                                               "'sitecert push', or stop it first"
                                             : "");
}

static enum rc take_writer_lock(struct reg *r, const struct home *h, struct diag *d)
{
    char path[PATH_LEN];
    struct diag why = DIAG_INIT;
    enum rc rc = home_path(h, FOLDER "/writer.lock", path, d);
    if (rc != RC_OK)
        return rc;
    rc = lock_take(path, &r->lock_fd, &why);
    if (rc == RC_BUSY)
        return busy(path, d);
    if (rc != RC_OK)
        return diag_set(d, rc, why.offset, "%s", why.text);

    char pid[24];
    const int len = snprintf(pid, sizeof pid, "%ld", (long)getpid());
    /* Only words for a person: a lock without them is a lock. */
    if (ftruncate(r->lock_fd, 0) == 0 && pwrite(r->lock_fd, pid, (size_t)len, 0) < 0)
        errno = 0;
    return RC_OK;
}

/* --- a file shorter than its own account of it would be a SIGBUS later --- */

static enum rc look_at_size(const struct reg *r, uint64_t *ret_size, uint64_t *ret_needed,
                            struct diag *d)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct stat st;
    int fd = -1;
    int error = mdb_env_info(r->env, &info);
    if (error == 0)
        error = mdb_env_stat(r->env, &stat);
    if (error == 0)
        error = mdb_env_get_fd(r->env, &fd);
    if (error == 0 && fstat(fd, &st) != 0)
        error = errno;
    if (error != 0)
        return reg_lmdb_rc(r, error, "look at the register", d);

    *ret_needed = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    *ret_size = (uint64_t)st.st_size;
    return RC_OK;
}

static enum rc set_length(const struct reg *r, uint64_t size, struct diag *d)
{
    int fd = -1;
    const int error = mdb_env_get_fd(r->env, &fd);
    if (error != 0 || ftruncate(fd, (off_t)size) != 0)
        return reg_lmdb_rc(r, error ? error : errno, "lengthen the register", d);
    return RC_OK;
}

/*
 * Pages at the end that a transaction took and gave back are never written, so the file may end
 * before them. Readers could not tell that from a file cut short.
 */
enum rc reg_env_extend(struct reg *r, struct diag *d)
{
    uint64_t size = 0, needed = 0;
    const enum rc rc = look_at_size(r, &size, &needed, d);
    if (rc != RC_OK || size >= needed)
        return rc;
    return set_length(r, needed, d);
}

/* How many of the pages from `first` on stand in LMDB's list of free ones (its table 0). */
static int count_free_from(MDB_txn *txn, size_t first, size_t *ret)
{
    MDB_cursor *cursor = NULL;
    int error = mdb_cursor_open(txn, 0, &cursor);
    if (error != 0)
        return error;

    size_t count = 0;
    MDB_val key, value;
    while ((error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        const size_t *const pages = value.mv_data; /* a count, then so many page numbers */
        for (size_t i = 1; i <= pages[0] && i < value.mv_size / sizeof *pages; i++)
            count += pages[i] >= first;
    }
    mdb_cursor_close(cursor);
    *ret = count;
    return error == MDB_NOTFOUND ? 0 : error;
}

/* A writer that died between commit and reg_env_extend() left only free pages out. */
static enum rc missing_pages_are_free(struct reg *r, uint64_t size, uint64_t needed, bool *ret,
                                      struct diag *d)
{
    MDB_stat stat;
    MDB_txn *txn = NULL;
    size_t count = 0;
    int error = mdb_env_stat(r->env, &stat);
    if (error == 0)
        error = mdb_txn_begin(r->env, NULL, MDB_RDONLY, &txn);
    if (error != 0)
        return reg_lmdb_rc(r, error, "read the register", d);

    const size_t first = (size_t)(size / stat.ms_psize), end = (size_t)(needed / stat.ms_psize);
    error = count_free_from(txn, first, &count);
    mdb_txn_abort(txn);
    *ret = error == 0 && count == end - first;
    return RC_OK;
}

static enum rc cut_short(uint64_t size, uint64_t needed, struct diag *d)
{
    return diag_set(d, RC_FORMAT, (size_t)size,
                    "the register is cut short: %llu of %llu bytes; restore a backup",
                    (unsigned long long)size, (unsigned long long)needed);
}

static enum rc check_size_for_writing(struct reg *r, struct diag *d)
{
    uint64_t size = 0, needed = 0;
    bool harmless = false;
    enum rc rc = look_at_size(r, &size, &needed, d);
    if (rc != RC_OK || size >= needed)
        return rc;

    /* Looking at what is missing must not be the SIGBUS: zeros read as no page at all. */
    rc = set_length(r, needed, d);
    if (rc == RC_OK)
        rc = missing_pages_are_free(r, size, needed, &harmless, d);
    if (rc != RC_OK || harmless)
        return rc;
    rc = set_length(r, size, d);
    return rc != RC_OK ? rc : cut_short(size, needed, d);
}

static enum rc check_size_for_reading(const struct reg *r, struct diag *d)
{
    const struct timespec pause = { .tv_nsec = LOOK_PAUSE_NS };
    uint64_t size = 0, needed = 0;
    for (unsigned i = 0; i < LOOKS; i++) {
        const enum rc rc = look_at_size(r, &size, &needed, d);
        if (rc != RC_OK || size >= needed)
            return rc;
        (void)nanosleep(&pause, NULL);
    }
    return cut_short(size, needed, d);
}

/* --- tables --- */

enum rc reg_begin(struct reg *r, struct diag *d)
{
    const unsigned flags = r->mode == REG_READ ? MDB_RDONLY : 0u;
    const int error = mdb_txn_begin(r->env, NULL, flags, &r->txn);
    return error == 0 ? RC_OK : reg_lmdb_rc(r, error, "begin with the register", d);
}

static enum rc open_tables(struct reg *r, struct diag *d)
{
    const unsigned flags = r->mode == REG_READ ? 0u : MDB_CREATE;
    for (size_t i = 0; i < DB_COUNT; i++) {
        const int error = mdb_dbi_open(r->txn, table_names[i], flags, &r->dbi[i]);
        if (error == MDB_NOTFOUND && r->mode == REG_READ)
            return RC_NOT_FOUND;
        if (error != 0)
            return reg_lmdb_rc(r, error, "open the register's tables", d);
    }
    return RC_OK;
}

static enum rc check_schema(struct reg *r, struct diag *d)
{
    int64_t schema = 0;
    enum rc rc = register_fact(r, SCHEMA_FACT, 0, &schema, d);
    if (rc == RC_OK && schema == 0 && r->mode == REG_WRITE) {
        schema = SCHEMA;
        rc = register_fact_put(r, SCHEMA_FACT, SCHEMA, d);
        if (rc == RC_OK)
            rc = register_fact_put(r, FACT_LAST_DAY_AHEAD, 0, d);
    }
    if (rc == RC_OK && schema != SCHEMA)
        rc = diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                      "the register is of schema %lld, this software writes %d", (long long)schema,
                      SCHEMA);
    return rc;
}

/* Table handles last only when the transaction that opened them is committed, a reader's too. */
static enum rc settle_tables(struct reg *r, struct diag *d)
{
    enum rc rc = reg_begin(r, d);
    if (rc == RC_OK)
        rc = open_tables(r, d);
    if (rc == RC_OK)
        rc = check_schema(r, d);
    if (rc != RC_OK)
        return rc;

    const int error = mdb_txn_commit(r->txn);
    r->txn = NULL;
    if (error != 0)
        return reg_lmdb_rc(r, error, "write the register", d);
    if (r->mode == REG_WRITE)
        rc = reg_env_extend(r, d);
    return rc == RC_OK ? reg_begin(r, d) : rc;
}

/* Only addresses: a reader keeps some for a register that is given more room while it reads. */
static size_t map_size(const struct reg *r, const struct home *h)
{
    const size_t size = (size_t)h->settings.register_map_bytes;
    return r->mode == REG_READ && size <= MAP_READ_MAX / READ_ROOM ? size * READ_ROOM : size;
}

static enum rc open_env(struct reg *r, const struct home *h, const char *folder, struct diag *d)
{
    int dead = 0;
    int error = mdb_env_create(&r->env);
    if (error == 0)
        error = mdb_env_set_maxdbs(r->env, DB_COUNT);
    if (error == 0)
        error = mdb_env_set_mapsize(r->env, map_size(r, h));
    if (error == 0)
        error =
            mdb_env_open(r->env, folder, MDB_NOTLS | (r->mode == REG_READ ? MDB_RDONLY : 0u), 0600);
    if (error == ENOENT && r->mode == REG_READ)
        return RC_NOT_FOUND;
    if (error == EROFS || error == EACCES)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET,
                        "cannot %s the register in '%.150s': %s; its lock file must be writable",
                        r->mode == REG_READ ? "read" : "write", folder, strerror(error));
    if (error != 0)
        return reg_lmdb_rc(r, error, "open the register", d);

    /* Slots of readers that were killed would keep old pages for ever. */
    error = mdb_reader_check(r->env, &dead);
    return error == 0 ? RC_OK : reg_lmdb_rc(r, error, "check the register's readers", d);
}

/* What may be behind its own log must not go on writing it. */
static enum rc check_restored(const struct home *h, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = home_path(h, HOME_RESTORED, path, d);
    if (rc != RC_OK || access(path, F_OK) != 0)
        return rc;
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                    "this home was made of a backup; compare it with what was published first: "
                    "sitecert restore --published DIR");
}

enum rc reg_env_open(struct reg *r, const struct home *h, struct diag *d)
{
    char folder[PATH_LEN];
    enum rc rc = home_path(h, FOLDER, folder, d);
    const bool restore = r->mode == REG_RESTORE;
    if (restore)
        r->mode = REG_WRITE;
    if (rc == RC_OK && r->mode == REG_WRITE && !restore)
        rc = check_restored(h, d);
    if (rc == RC_OK && r->mode == REG_WRITE)
        rc = folder_make(folder, 0700, d);
    if (rc == RC_OK && r->mode == REG_WRITE)
        rc = take_writer_lock(r, h, d);
    if (rc == RC_OK)
        rc = open_env(r, h, folder, d);
    if (rc == RC_OK)
        rc = r->mode == REG_WRITE ? check_size_for_writing(r, d) : check_size_for_reading(r, d);
    return rc == RC_OK ? settle_tables(r, d) : rc;
}

void reg_env_share(struct reg *r, const struct reg *from)
{
    r->env = from->env;
    r->is_view = true;
    memcpy(r->dbi, from->dbi, sizeof r->dbi);
}

enum rc reg_renew(struct reg *r, bool *ret_changed, struct diag *d)
{
    mdb_txn_reset(r->txn); /* resetting one that rests does nothing */
    const int error = mdb_txn_renew(r->txn);
    if (error != 0)
        return reg_lmdb_rc(r, error, "read the register", d);
    *ret_changed = mdb_txn_id(r->txn) != r->loaded_txn;
    r->loaded_txn = mdb_txn_id(r->txn);
    return RC_OK;
}

void register_rest(struct reg *r)
{
    assert(r && r->mode == REG_READ);
    mdb_txn_reset(r->txn);
}

enum rc register_copy(struct reg *r, const char *path, struct diag *d)
{
    ON_EXIT(fd_close_at) int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return diag_set(d, errno == EEXIST ? RC_EXISTS : RC_IO, DIAG_NO_OFFSET,
                        "cannot make '%s': %s", path, strerror(errno));
    const int error = mdb_env_copyfd2(r->env, fd, MDB_CP_COMPACT);
    if (error == 0 && fsync(fd) != 0)
        return reg_lmdb_rc(r, errno, "copy the register", d);
    return error == 0 ? RC_OK : reg_lmdb_rc(r, error, "copy the register", d);
}

void reg_env_close(struct reg *r)
{
    if (r->txn)
        mdb_txn_abort(r->txn);
    if (r->env && !r->is_view)
        mdb_env_close(r->env);
    r->txn = NULL;
    r->env = NULL;
    fd_close_at(&r->lock_fd);
}
