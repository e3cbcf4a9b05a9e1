#include "issuer/reminder/remind.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/json/json.h"
#include "issuer/reminder/handover.h"
#include "issuer/reminder/journal.h"
#include "issuer/scheme/posts.h"

#define FOLDER "reminders"

static const uint32_t thresholds[] = {
#define X(days) (days),
    REMIND_DAYS(X)
#undef X
};
#define THRESHOLDS (sizeof thresholds / sizeof thresholds[0])

struct reminding {
    const struct home *home;
    struct reg *reg;
    const struct remind_options *options;
    struct remind_counts *counts;
    struct journal *journal;
    int lock;
    int32_t today;
};

static void reminding_close(struct reminding *w)
{
    journal_close(w->journal);
    fd_close_at(&w->lock);
}

/* --- which are due --- */

/* The smallest threshold that has been reached; 0: none. Those above it have passed. */
static uint32_t threshold_of(int32_t days_left)
{
    for (size_t i = 0; days_left >= 0 && i < THRESHOLDS; i++)
        if (days_left <= (int32_t)thresholds[i])
            return thresholds[i];
    return 0;
}

static int64_t retry_at(const struct reminder_fate *f)
{
    return f->at + ((int64_t)REMIND_RETRY_S << (f->attempts > 0 ? f->attempts - 1 : 0));
}

static enum rc is_in_force(struct reminding *w, const struct reg_cert *c, bool *ret, struct diag *d)
{
    enum state state = STATE_UNKNOWN;
    const enum rc rc = register_state(w->reg, c, w->today,
                                      policy_at(w->home->policy, c->unit, w->today), &state, d);
    *ret = state == STATE_VALID || state == STATE_DUE;
    return rc;
}

/* --- the message --- */

static json_t *message_json(struct reminding *w, const struct reg_cert *c,
                            const struct reg_person *holder, const struct reminder_key *k)
{
    char deadline[DATE_TEXT_LEN + 1], id[NUMBER_MAX + 32], unit[12], text[400];
    const struct post *const post = post_find(c->post);
    const struct reg_unit *const authority = register_unit(w->reg, c->unit);
    date_format(c->deadline, deadline);
    (void)snprintf(id, sizeof id, "%s-%s-%u", k->number, deadline, k->days);
    (void)snprintf(unit, sizeof unit, "%03u", c->unit);
    (void)snprintf(text, sizeof text,
                   "您的施工现场专业人员职业培训合格证（%s）将于%s到期，请在此前完成继续教育。",
                   post ? post->name : "", deadline);
    return json_pack("{s:s,s:s,s:s,s:s,s:s?,s:s,s:i,s:i,s:s}", "id", id, "number", c->number,
                     "name", holder->who.name, "unit_id", unit, "authority",
                     authority ? authority->name : NULL, "deadline", deadline, "days_left",
                     (int)(c->deadline - w->today), "days", (int)k->days, "text", text);
}

static enum rc write_message(struct reminding *w, const struct reg_cert *c,
                             const struct reminder_key *k, struct buf *to, struct diag *d)
{
    struct reg_person holder;
    enum rc rc = register_person(w->reg, c->person, &holder, d);
    if (rc != RC_OK)
        return rc;
    ON_EXIT(json_decref_at) json_t *o = message_json(w, c, &holder, k);
    explicit_bzero(&holder, sizeof holder);
    if (!o)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a message as JSON");
    rc = json_write(o, 0, to, d);
    buf_put_text(to, "\n");
    return rc == RC_OK ? buf_rc(to, d) : rc;
}

/* --- handing over --- */

static enum rc note(struct reminding *w, const struct reminder_key *k, enum reminder_state state,
                    uint32_t attempts, struct diag *d)
{
    const struct reminder_fate f = { state, attempts, w->home->now };
    return journal_put(w->journal, k, &f, d);
}

static enum rc note_failure(struct reminding *w, const struct reminder_key *k, uint32_t attempts,
                            struct diag *d)
{
    const bool dead = attempts >= REMIND_ATTEMPTS;
    w->counts->failed += !dead;
    w->counts->dead += dead;
    return note(w, k, dead ? REMINDER_DEAD : REMINDER_FAILED, attempts, d);
}

/* That it is tried is on disk before it is: cut off in between, it is not tried again, since it may
 * have gone out. */
static enum rc hand_over(struct reminding *w, const struct reminder_key *k, uint32_t attempts,
                         struct span message, struct diag *d)
{
    enum handed handed = HANDED_UNKNOWN;
    enum rc rc = note(w, k, REMINDER_TRYING, attempts, d);
    if (rc == RC_OK)
        rc = handover_run(w->options->command, message, REMIND_TIMEOUT_MS, &handed, d);
    if (rc != RC_OK) { /* nothing was run: it is not given up for that */
        (void)note(w, k, REMINDER_FAILED, attempts, NULL);
        return rc;
    }
    switch (handed) {
    case HANDED_TAKEN:
        w->counts->sent++;
        return note(w, k, REMINDER_SENT, attempts, d);
    case HANDED_NOT:
        return note_failure(w, k, attempts + 1, d);
    case HANDED_NO_COMMAND:
        rc = note(w, k, REMINDER_FAILED, attempts, d);
        return rc != RC_OK ? rc
                           : diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "the command '%.100s'",
                                      w->options->command);
    case HANDED_UNKNOWN:
        w->counts->dead++;
        return note(w, k, REMINDER_DEAD, attempts, d);
    }
    return RC_OK;
}

static enum rc remind(struct reminding *w, const struct reg_cert *c, const struct reminder_key *k,
                      uint32_t attempts, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    enum rc rc = write_message(w, c, k, &message, d);
    w->counts->due++;
    if (rc == RC_OK && w->options->due)
        rc = w->options->due(w->options->arg, buf_span(&message), d);
    return rc == RC_OK && w->options->command ? hand_over(w, k, attempts, buf_span(&message), d)
                                              : rc;
}

static enum rc look_at(struct reminding *w, uint32_t id, struct diag *d)
{
    struct reg_cert c;
    bool in_force = false;
    enum rc rc = register_cert(w->reg, id, &c, d);
    const uint32_t days = rc == RC_OK ? threshold_of(c.deadline - w->today) : 0;
    if (rc != RC_OK || days == 0)
        return rc;

    struct reminder_key k = { .deadline = c.deadline, .days = days };
    memcpy(k.number, c.number, sizeof c.number);
    struct reminder_fate f = journal_find(w->journal, &k);
    if (f.state == REMINDER_SENT || f.state == REMINDER_DEAD || f.state == REMINDER_TRYING)
        return RC_OK;
    rc = is_in_force(w, &c, &in_force, d);
    if (rc != RC_OK || !in_force)
        return rc;
    if (f.state == REMINDER_FAILED && f.attempts > 0 && w->home->now < retry_at(&f)) {
        w->counts->waiting++;
        return RC_OK;
    }
    return remind(w, &c, &k, f.attempts, d);
}

/* --- one run --- */

/* What an earlier run was trying when it was cut off may have gone out: it is given up. */
static enum rc bury_interrupted(struct reminding *w, struct diag *d)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < journal_count(w->journal); i++) {
        struct reminder_fate f;
        const struct reminder_key k = *journal_at(w->journal, i, &f);
        if (f.state != REMINDER_TRYING)
            continue;
        w->counts->dead++;
        rc = note(w, &k, REMINDER_DEAD, f.attempts, d);
    }
    return rc;
}

static void count_buried(struct reminding *w)
{
    for (size_t i = 0; i < journal_count(w->journal); i++) {
        struct reminder_fate f;
        (void)journal_at(w->journal, i, &f);
        w->counts->buried += f.state == REMINDER_DEAD;
    }
}

static enum rc open_journal(struct reminding *w, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = home_path(w->home, FOLDER, path, d);
    if (rc == RC_OK)
        rc = folder_make(path, 0700, d);
    if (rc == RC_OK)
        rc = home_path(w->home, FOLDER "/lock", path, d);
    if (rc == RC_OK)
        rc = lock_take(path, &w->lock, NULL);
    if (rc == RC_BUSY)
        return diag_set(d, rc, DIAG_NO_OFFSET, "another 'sitecert remind' is at work");
    if (rc == RC_OK)
        rc = home_path(w->home, FOLDER "/journal", path, d);
    return rc == RC_OK ? journal_open(path, w->today, &w->journal, d)
                       : diag_set(d, rc, DIAG_NO_OFFSET, "cannot use '%.150s'", path);
}

enum rc remind_run(const struct home *home, struct reg *r, const struct remind_options *o,
                   struct remind_counts *ret, struct diag *d)
{
    assert(home && r && o && ret);

    *ret = (struct remind_counts){ 0 };
    ON_EXIT(reminding_close)
    struct reminding w = { .home = home,
                           .reg = r,
                           .options = o,
                           .counts = ret,
                           .lock = -1,
                           .today = date_of_time(home->now) };
    enum rc rc = open_journal(&w, d);
    if (rc == RC_OK && o->command)
        rc = bury_interrupted(&w, d);
    const uint32_t count = register_cert_count(r);
    for (uint32_t id = 0; rc == RC_OK && id < count; id++) {
        if (o->limit > 0 && ret->due >= o->limit)
            break;
        rc = look_at(&w, id, d);
    }
    if (w.journal)
        count_buried(&w);
    return rc;
}

enum rc remind_dead(const struct home *home, void *arg,
                    enum rc (*tell)(void *arg, const struct dead_letter *l, struct diag *d),
                    struct diag *d)
{
    assert(home && tell);

    struct remind_counts none;
    ON_EXIT(reminding_close)
    struct reminding w = {
        .home = home, .counts = &none, .lock = -1, .today = date_of_time(home->now)
    };
    enum rc rc = open_journal(&w, d);
    for (size_t i = 0; rc == RC_OK && i < journal_count(w.journal); i++) {
        struct reminder_fate f;
        const struct reminder_key *const k = journal_at(w.journal, i, &f);
        const struct dead_letter l = { k->number, k->deadline, k->days, f.attempts, f.at };
        if (f.state == REMINDER_DEAD)
            rc = tell(arg, &l, d);
    }
    return rc;
}
