#include "core/crypto/pubkey_pem.h"
#include "core/message/message.h"
#include "issuer/command/commands.h"
#include "issuer/senders/sender_json.h"

static json_t *key_json(const struct sender_key *k)
{
    char thumbprint[PUBKEY_THUMBPRINT_LEN + 1];
    if (!pubkey_thumbprint(&k->numbers, thumbprint))
        return NULL;
    return json_pack("{s:s, s:s, s:o, s:o}", "alg", message_alg_name(k->numbers.alg), "thumbprint",
                     thumbprint, "from", sender_time_json(k->from), "until",
                     k->until ? sender_time_json(k->until) : json_null());
}

static json_t *senders_json(const struct senders *all)
{
    ON_EXIT(json_decref_at) json_t *list = json_array();
    for (size_t i = 0; list && i < senders_count(all); i++)
        if (json_array_append_new(list, sender_json(senders_at(all, i), key_json)) != 0)
            return NULL;
    return TAKE(list);
}

static void put_names(struct buf *to, const struct sender *s)
{
    const char *between = "";
    for (unsigned kind = 1; kind < KIND_COUNT; kind++)
        if (sender_may(s, (enum record_kind)kind)) {
            buf_printf(to, "%s%s", between, kind_name((enum record_kind)kind));
            between = ",";
        }
}

static enum rc put_sender(const struct cli_call *call, struct buf *to, const struct sender *s,
                          struct diag *d)
{
    buf_printf(to, "%s  %03u  %s  ", s->id, s->unit,
               s->suspended ? pick(&call->say, "已暂停", "suspended")
                            : pick(&call->say, "正常", "active"));
    put_names(to, s);
    if (s->rows_per_day > 0)
        buf_printf(to, "  %s %llu", pick(&call->say, "每日行数", "rows a day:"),
                   (unsigned long long)s->rows_per_day);
    buf_put_u8(to, '\n');
    for (size_t i = 0; i < s->key_count; i++) {
        char thumbprint[PUBKEY_THUMBPRINT_LEN + 1], until[TIME_TEXT_LEN + 1];
        if (!pubkey_thumbprint(&s->keys[i].numbers, thumbprint))
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a thumbprint");
        buf_printf(to, "  %s  %s", message_alg_name(s->keys[i].numbers.alg), thumbprint);
        time_format(s->keys[i].until, until);
        if (s->keys[i].until)
            buf_printf(to, "  %s %s", pick(&call->say, "至", "until"), until);
        buf_put_u8(to, '\n');
    }
    return RC_OK;
}

static enum rc print_list(const struct cli_call *call, const struct senders *all, struct diag *d)
{
    if (call->common.json)
        return command_print_json(senders_json(all), d);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    for (size_t i = 0; i < senders_count(all); i++) {
        const enum rc rc = put_sender(call, &text, senders_at(all, i), d);
        if (rc != RC_OK)
            return rc;
    }
    return say_out(&text, d);
}

static int run_list(const struct cli_call *call)
{
    ON_EXIT(home_close) struct home home = { 0 };
    ON_EXIT(senders_free_at) struct senders *all = NULL;
    struct diag d = DIAG_INIT;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = senders_load(home.path, &all, &d);
    if (rc == RC_OK)
        rc = print_list(call, all, &d);
    return command_conclude(call, rc, &d);
}

const struct cli_command cmd_sender_list = {
    .name = "sender list",
    .synopsis = "",
    .zh = "列出报送方、状态与公钥指纹",
    .en = "list the senders, their states and their keys' thumbprints",
    .run = run_list,
};
