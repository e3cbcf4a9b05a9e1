/*
 * sitecert-digests: holds the one secret of look-ups, and turns certificate number and the hash of
 * a person into the keys of one row of the look-up table, so often and no oftener. What employers
 * ask it writes down, for the holder.
 */
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/dates.h"
#include "core/cli/cli.h"
#include "core/ipc/ipc.h"
#include "core/sys/clock.h"
#include "core/sys/file.h"
#include "core/sys/log.h"
#include "core/sys/notify.h"
#include "core/sys/signals.h"
#include "verifier/digests/serve.h"

#define KEY_FILE      "keys/lookup.key"
#define SOCKET_FILE   "run/digests.sock"
#define ASKERS_FOLDER "asked"
#define SOCKET_MODE   0660
#define PER_NUMBER    200
#define PER_SECOND    500
#define LIMIT_MAX     1000000000

struct options {
    const char *home, *key, *socket, *employers, *asked;
    bool demo;
    struct cli_number per_number, per_second;
};

static const struct cli_option options[] = {
    CLI_HOME_OPTION(struct options),
    { "key", 0, CLI_TEXT, "FILE", offsetof(struct options, key),
      "密钥文件；默认为系统目录中的 " KEY_FILE, "the key; by default " KEY_FILE " in the home",
      false },
    { "socket", 0, CLI_TEXT, "PATH", offsetof(struct options, socket),
      "监听的套接字；默认为系统目录中的 " SOCKET_FILE,
      "where to listen; by default " SOCKET_FILE " in the home", false },
    { "employers", 0, CLI_TEXT, "FILE", offsetof(struct options, employers),
      "发布目录旁的 DIR.employers：其中各密钥另有每日上限；默认没有",
      "DIR.employers beside the published folder: its keys have a bound of their own each day; by "
      "default none",
      false },
    { "asked", 0, CLI_TEXT, "DIR", offsetof(struct options, asked),
      "记下哪个用人单位哪天查过哪份证书的目录，供持证人查询；默认为系统目录中的 " ASKERS_FOLDER,
      "where it is kept which employer has asked for which certificate on which day, for its "
      "holder; "
      "by default " ASKERS_FOLDER " in the home",
      false },
    { "demo", 0, CLI_FLAG, NULL, offsetof(struct options, demo),
      "演示系统：允许用 SITECERT_CLOCK 设定时间",
      "a demonstration: SITECERT_CLOCK may set the time", false },
    { "per-number", 0, CLI_NUMBER, "N", offsetof(struct options, per_number),
      "同一证书编号每小时至多答几次；默认 200",
      "answers for one certificate number in an hour; by default 200", false },
    { "per-second", 0, CLI_NUMBER, "N", offsetof(struct options, per_second),
      "每秒一共至多答几次；默认 500", "answers in all in a second; by default 500", false },
    CLI_OPTIONS_END,
};

static enum rc find(const char *given, const struct options *o, const char *name,
                    char ret[PATH_LEN], struct diag *d)
{
    return given ? path_join("", given, ret, d) : path_join(cli_home(o->home), name, ret, d);
}

static enum rc read_key(const struct options *o, uint8_t ret[LOOKUP_KEY_LEN], struct diag *d)
{
    char path[PATH_LEN];
    struct stat st;
    ON_EXIT(buf_wipe_at) struct buf file = { 0 };
    enum rc rc = find(o->key, o, KEY_FILE, path, d);
    if (rc != RC_OK)
        return rc;
    (void)buf_reserve(&file, LOOKUP_KEY_LEN + 1);
    rc = file_read(path, LOOKUP_KEY_LEN, &file, d);
    if (rc != RC_OK)
        return rc;
    if (stat(path, &st) != 0 || (st.st_mode & 07) != 0 || file.len != LOOKUP_KEY_LEN)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'%.120s' is no key of %d bytes that others cannot read", path,
                        LOOKUP_KEY_LEN);
    memcpy(ret, file.ptr, LOOKUP_KEY_LEN);
    return RC_OK;
}

static enum rc open_socket(const struct options *o, int *ret, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = notify_listen_fd(ret, d);
    if (rc != RC_OK || *ret >= 0)
        return rc;
    rc = find(o->socket, o, SOCKET_FILE, path, d);
    return rc == RC_OK ? ipc_listen(path, SOCKET_MODE, ret, d) : rc;
}

/* With employers alone: nothing else is written down. */
static enum rc open_asked(const struct options *o, struct askers **ret, struct diag *d)
{
    char folder[PATH_LEN];
    int64_t now = 0;
    if (!o->employers)
        return RC_OK;
    enum rc rc = find(o->asked, o, ASKERS_FOLDER, folder, d);
    if (rc == RC_OK)
        rc = clock_now(o->demo, &now, d);
    return rc == RC_OK ? askers_open(folder, ASKERS_BYTES_MAX, date_of_time(now), ret, d) : rc;
}

static uint32_t limit(const struct cli_number *n, uint32_t otherwise)
{
    return n->given && n->value > 0 && n->value <= LIMIT_MAX ? (uint32_t)n->value : otherwise;
}

static enum rc run_with(const struct options *o, struct diag *d)
{
    uint8_t secret[LOOKUP_KEY_LEN];
    ON_EXIT(fd_close_at) int listening = -1;
    ON_EXIT(fd_close_at) int stop = -1;
    ON_EXIT(roll_close_at) struct roll *employers = NULL;
    ON_EXIT(askers_close_at) struct askers *asked = NULL;
    struct serve_options limits = { .per_number = limit(&o->per_number, PER_NUMBER),
                                    .per_second = limit(&o->per_second, PER_SECOND),
                                    .demo = o->demo };
    enum rc rc = signals_open(TOLD_END, &stop, d);
    if (rc == RC_OK)
        rc = read_key(o, secret, d);
    if (rc == RC_OK)
        rc = roll_open(o->employers, &employers, d);
    if (rc == RC_OK)
        rc = open_socket(o, &listening, d);
    if (rc == RC_OK)
        rc = open_asked(o, &asked, d);
    limits.employers = employers;
    limits.asked = asked;
    if (rc != RC_OK)
        return rc;
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* nobody of the same user looks into it */
    notify_ready();
    rc = serve(listening, stop, secret, &limits, d);
    if (rc == RC_OK)
        listening = -1; /* closed with it */
    explicit_bzero(secret, sizeof secret);
    return rc;
}

static int run(const struct cli_call *call)
{
    struct diag d = DIAG_INIT;
    log_open("sitecert-digests", LEVEL_INFO);
    const enum rc rc = run_with(call->options, &d);
    return cli_end(call, false, rc, &d);
}

int main(int argc, char *argv[])
{
    static const struct cli_command commands[] = {
        { .name = "",
          .synopsis = "",
          .zh = "持有查询密钥，按编号与人的散列给出一行的钥匙，次数有限",
          .en = "hold the key of look-ups; give the keys of one row, so often and no oftener",
          .options = options,
          .options_size = sizeof(struct options),
          .run = run },
        CLI_COMMANDS_END,
    };
    static const struct cli_program program = {
        .name = "sitecert-digests",
        .zh = "凭编号、姓名、证件号码查询时的密钥进程；由 sitecert-verifierd 或 systemd 启动",
        .en = "the key process of look-ups by number, name and document; started by "
              "sitecert-verifierd or systemd",
        .commands = commands,
    };
    return cli_run(&program, argc, argv);
}
