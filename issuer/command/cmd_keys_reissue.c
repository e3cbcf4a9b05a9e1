#include "issuer/command/commands.h"
#include "issuer/register/engine.h"

struct reissue_options {
    bool dry_run;
};

struct reissuing {
    json_t *list;
    bool dry_run, failed;
};

static void note(void *arg, const struct reg_cert *c)
{
    struct reissuing *const r = arg;
    r->failed |= json_array_append_new(r->list, json_pack("{s:s,s:I}", "number", c->number,
                                                          "version", (json_int_t)c->version)) != 0;
}

static enum rc print(const struct cli_call *call, struct reissuing *r, uint64_t count,
                     struct diag *d)
{
    if (r->failed)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the answer");
    if (call->common.json)
        return command_print_json(json_incref(r->list), d);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    size_t i;
    const json_t *each;
    json_array_foreach(r->list, i, each)
        buf_printf(&text, "%s %s %lld\n", json_string_value(json_object_get(each, "number")),
                   pick(&call->say, "版本", "version"),
                   (long long)json_integer_value(json_object_get(each, "version")));
    const enum rc rc = say_out(&text, d);
    if (rc == RC_OK && r->dry_run)
        say_note(&call->say, "须重新签发 %llu 份（未改动）",
                 "%llu certificates must be issued again; nothing was done",
                 (unsigned long long)count);
    else if (rc == RC_OK)
        say_note(&call->say, "已重新签发 %llu 份：请发布，并请持证人换取新的副本",
                 "%llu certificates were issued again: publish, and have holders fetch them",
                 (unsigned long long)count);
    return rc;
}

static enum rc reissue(const struct cli_call *call, struct reissuing *r, struct diag *d)
{
    ON_EXIT(home_close) struct home home = { 0 };
    ON_EXIT(engine_close_at) struct engine *engine = NULL;
    const struct engine_options o = { .sender = "local", .dry_run = r->dry_run };
    uint64_t count = 0;
    enum rc rc = home_open(command_home_path(call), &home, d);
    if (rc == RC_OK)
        rc = engine_open(&home, &o, &engine, d);
    if (rc == RC_OK)
        rc = engine_reissue(engine, note, r, &count, d);
    return rc == RC_OK ? print(call, r, count, d) : rc;
}

static int run_reissue(const struct cli_call *call)
{
    const struct reissue_options *const o = call->options;
    struct diag d = DIAG_INIT;
    ON_EXIT(json_decref_at) json_t *list = json_array();
    struct reissuing r = { .list = list, .dry_run = o->dry_run };
    const enum rc rc = list ? reissue(call, &r, &d)
                            : diag_set(&d, RC_NOMEM, DIAG_NO_OFFSET, "a list of certificates");
    return command_conclude(call, rc, &d);
}

static const struct cli_option options[] = {
    { "dry-run", 0, CLI_FLAG, NULL, offsetof(struct reissue_options, dry_run),
      "只列出，不签发（版本为现有的）", "only list them, with the version that they have", false },
    CLI_OPTIONS_END,
};

static const struct cli_example examples[] = {
    { "sitecert keys reissue --dry-run", "看看有哪些", "which ones" },
    { "sitecert keys reissue && sitecert publish /srv/sitecert/publish", "重新签发并发布",
      "issue them again, and publish" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_keys_reissue = {
    .name = "keys reissue",
    .synopsis = "",
    .zh = "密钥切断之后：切断处以后签发的证书重新签发（新版本）",
    .en = "after a cut-off: certificates signed behind it get a new version by a key that holds",
    .options = options,
    .options_size = sizeof(struct reissue_options),
    .examples = examples,
    .run = run_reissue,
};
