#include "tests/unit/register/engine_fixture.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/dates.h"
#include "core/cert/photo.h"
#include "core/crypto/hash.h"
#include "tests/unit/register/home_scratch.h"

#define CELLS_MAX   32
#define PERSONS_MAX 64

/* What a line may leave out. */
static const struct default_cell {
    const char *kind, *column, *value;
} defaults[] = {
    { "authority", "kind", "province" },
    { "authority", "credit_code", "11000000MB0000033D" },
    { "authority", "name", "某省住房和城乡建设厅" },
    { "authority", "docking", "none" },
    { "provider", "name", "某培训机构" },
    { "provider", "class", "enterprise" },
    { "provider", "posts", "*" },
    { "provider", "status", "active" },
    { "training", "class_id", "C-1" },
    { "training", "hours", "40" },
    { "training", "post", "1" },
    { "test", "post", "1" },
    { "test", "score", "80" },
    { "test", "full_score", "100" },
    { "test", "national_share", "100" },
    { "test", "face_checked", "1" },
    { "education", "provider", "P1" },
    { "education", "post", "1" },
    { "education", "hours", "32" },
    { "education", "post_hours", "22" },
    { "legacy", "post", "1" },
    { "order", "reason", "示例理由" },
    { "order", "reference", "示例文号" },
};

/* Credit codes with right checks, of nobody. */
static const struct alias {
    const char *name, *value;
} aliases[] = {
    { "P1", "91000000MA0000001R" },
    { "P2", "91000000MA0000002W" },
    { "P3", "91000000MA00000030" },
    { "P4", "91000000MA00000043" },
};

static struct known_person {
    char name[32];
    char cells[256];
} persons[PERSONS_MAX];
static size_t person_count;

void fixture_person(const char *name, const char *cells)
{
    for (size_t i = 0; i < person_count; i++)
        if (strcmp(persons[i].name, name) == 0) {
            (void)snprintf(persons[i].cells, sizeof persons[i].cells, "%s", cells);
            return;
        }
    assert_true(person_count < PERSONS_MAX);
    (void)snprintf(persons[person_count].name, sizeof persons[0].name, "%s", name);
    (void)snprintf(persons[person_count++].cells, sizeof persons[0].cells, "%s", cells);
}

/* --- home and engine --- */

void fixture_clock(struct fixture *f, const char *date)
{
    int32_t day;
    int64_t moment;
    if (date_parse(span_text(date), &day))
        moment = date_start_s(day) + INT64_C(9) * 3600;
    else if (!time_parse(span_text(date), &moment))
        fail_msg("no time: %s", date);
    f->home.now = moment;
}

void fixture_open(struct fixture *f)
{
    struct diag d = DIAG_INIT;
    f->home.trust->demo = !f->real;
    if (engine_open(&f->home, &f->options, &f->engine, &d) != RC_OK)
        fail_msg("engine_open: %s", d.text);
}

void fixture_close(struct fixture *f)
{
    engine_close(f->engine);
    f->engine = NULL;
}

void fixture_empty(struct fixture *f)
{
    static const char *const names[] = { "register/data.mdb", "register/lock.mdb" };
    assert_null(f->engine);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[PATH_LEN];
        assert_int_equal(home_path(&f->home, names[i], path, NULL), RC_OK);
        (void)unlink(path);
    }
}

void fixture_make(struct fixture *f)
{
    const struct home_choices choices = { .demo = true };
    struct diag d = DIAG_INIT;
    *f = (struct fixture){ .options = { .sender = "local" } };
    assert_true(scratch_make(f->folder));
    assert_int_equal(path_join(f->folder, "home", f->home_path, NULL), RC_OK);
    if (home_init(f->home_path, &choices, &d) != RC_OK ||
        home_open(f->home_path, &f->home, &d) != RC_OK)
        fail_msg("home: %s", d.text);
    f->home.settings.sign_threads = 2;
    f->home.settings.register_map_bytes = UINT64_C(1) << 30;
    fixture_clock(f, "2020-03-10");
    fixture_open(f);
}

void fixture_drop(struct fixture *f)
{
    fixture_close(f);
    home_close(&f->home);
    scratch_drop(f->folder);
}

void fixture_policies(struct fixture *f, const char *versions)
{
    ON_EXIT(buf_free_at) struct buf json = { 0 };
    struct diag d = DIAG_INIT;
    buf_printf(&json, "{\"versions\":[%s]}", versions);
    policy_free(f->home.policy);
    f->home.policy = NULL;
    if (policy_read(buf_span(&json), &f->home.policy, &d) != RC_OK)
        fail_msg("policy: %s", d.text);
}

void fixture_policy(struct fixture *f, const char *key, const char *value)
{
    ON_EXIT(buf_free_at) struct buf version = { 0 };
    buf_printf(&version, "{\"from\":\"2018-12-13\",\"values\":{\"%s\":%s}}", key, value);
    fixture_policies(f, buf_cstr(&version));
}

/* --- rows --- */

void fixture_number(struct fixture *f, unsigned n, char ret[NUMBER_MAX + 1])
{
    struct reg_cert c;
    ret[0] = '\0';
    if (register_cert(engine_register(f->engine), n - 1, &c, NULL) == RC_OK)
        memcpy(ret, c.number, sizeof c.number);
}

/* A picture of one pixel, which nobody decodes; `mark` makes them differ. */
static void put_png(struct buf *b, const char *mark, size_t filler)
{
    ON_EXIT(buf_free_at) struct buf data = { 0 };
    buf_put_text(&data, mark);
    for (size_t i = 0; i < filler; i++)
        buf_put_u8(&data, 0);
    const struct photo p = { .bits = 8, .width = 1, .height = 1, .bytes = buf_span(&data) };
    photo_put(b, &p);
}

static void put_value(struct fixture *f, struct buf *b, const char *column, const char *value)
{
    char number[NUMBER_MAX + 1];
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (strcmp(aliases[i].name, value) == 0) {
            buf_put_text(b, aliases[i].value);
            return;
        }
    if (value[0] == '#' && f->engine) {
        fixture_number(f, (unsigned)strtoul(value + 1, NULL, 10), number);
        buf_put_text(b, number);
    } else if (strcmp(column, "file") == 0 && strncmp(value, "png", 3) == 0) {
        put_png(b, value, strcmp(value, "png-big") == 0 ? PHOTO_MAX : 0);
    } else {
        buf_put_text(b, value);
    }
}

struct cells {
    size_t count;
    struct {
        char column[32];
        size_t at, len;
    } items[CELLS_MAX];
};

/* The later of two values of one column holds. */
static void set_cell(struct fixture *f, struct cells *c, struct buf *b, const char *column,
                     const char *value)
{
    size_t i = 0;
    while (i < c->count && strcmp(c->items[i].column, column) != 0)
        i++;
    assert_true(i < CELLS_MAX);
    if (i == c->count)
        c->count++;
    (void)snprintf(c->items[i].column, sizeof c->items[i].column, "%s", column);
    c->items[i].at = b->len;
    put_value(f, b, column, value);
    c->items[i].len = b->len - c->items[i].at;
}

static bool has_column(enum record_kind kind, const char *column)
{
    const struct record_column *known;
    for (size_t i = 0; (known = record_column_at(kind, i)) != NULL; i++)
        if (strcmp(known->name, column) == 0)
            return true;
    return false;
}

static void set_words(struct fixture *f, enum record_kind kind, struct cells *c, struct buf *b,
                      char *words);

static void set_person(struct fixture *f, enum record_kind kind, struct cells *c, struct buf *b,
                       const char *name)
{
    for (size_t i = 0; i < person_count; i++)
        if (strcmp(persons[i].name, name) == 0) {
            char words[sizeof persons[i].cells];
            memcpy(words, persons[i].cells, sizeof words);
            set_words(f, kind, c, b, words);
            return;
        }
    fail_msg("no person '%s'", name);
}

static void set_words(struct fixture *f, enum record_kind kind, struct cells *c, struct buf *b,
                      char *words)
{
    char *rest = words, *word;
    while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
        char *const equals = strchr(word, '=');
        if (!equals)
            fail_msg("no cell: '%s'", word);
        *equals = '\0';
        if (strcmp(word, "person") == 0)
            set_person(f, kind, c, b, equals + 1);
        /* A person's cells stand once for all kinds; of a typing error nothing is hidden. */
        else if (has_column(kind, word) || (strcmp(word, "sex") != 0 && strcmp(word, "name") != 0))
            set_cell(f, c, b, word, equals + 1);
    }
}

void fixture_read(struct fixture *f, const char *line, struct line_record *ret)
{
    char copy[2048];
    assert_true(strlen(line) < sizeof copy);
    (void)snprintf(copy, sizeof copy, "%s", line);
    char *rest = copy;
    const char *const kind_word = strtok_r(NULL, " ", &rest);
    const char *const id = strtok_r(NULL, " ", &rest);
    assert_true(kind_word && id);
    const enum record_kind kind = kind_from_name(span_text(kind_word));
    if (kind == KIND_NONE)
        fail_msg("no kind: '%s'", kind_word);

    struct cells c = { 0 };
    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        if (strcmp(defaults[i].kind, kind_word) == 0)
            set_cell(f, &c, &ret->text, defaults[i].column, defaults[i].value);
    if (strcmp(id, "-") != 0)
        set_cell(f, &c, &ret->text, "record_id", id);
    set_words(f, kind, &c, &ret->text, rest);

    struct cell cells[CELLS_MAX];
    assert_true(buf_ok(&ret->text));
    for (size_t i = 0; i < c.count; i++)
        cells[i] = (struct cell){ span_text(c.items[i].column),
                                  span_of(ret->text.ptr + c.items[i].at, c.items[i].len) };
    record_read(kind, cells, c.count, date_of_time(f->home.now), &ret->record, &ret->early);

    ON_EXIT(buf_free_at) struct buf canonical = { 0 };
    record_canonical_put(&canonical, &ret->record);
    sha256(buf_span(&canonical), ret->record.content);
}

void line_record_free(struct line_record *r)
{
    buf_free(&r->text);
}

void fixture_apply(struct fixture *f, const char *line, struct outcome *ret)
{
    struct line_record r;
    struct diag d = DIAG_INIT;
    fixture_read(f, line, &r);
    if (engine_apply(f->engine, &r.record, &r.early, ret, &d) != RC_OK)
        fail_msg("%s: %s", line, d.text);
    line_record_free(&r);
}
