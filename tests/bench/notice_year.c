/*
 * Makes the records of the year that notice 建办人函〔2020〕662号 tells of, divided by
 * SCALE: 26 authorities, 416 providers in 19 of them, 173,792 trainings, 127,746
 * tests of which 43,416 pass, 195,010 legacy holders who all learn and of whom
 * 151,594 exchange. Everyone in it is invented.
 *
 * usage: notice_year FOLDER [SCALE]
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/base/ids.h"

#define PROVIDERS 416u
#define TRAININGS 173792u
#define TESTS     127746u
#define PASSES    43416u
#define LEARNERS  195010u
#define EXCHANGED 151594u

enum dock { DOCK_NONE, DOCK_REQUESTED, DOCK_DONE };
static const char *const dock_words[] = { "none", "requested", "done" };

struct authority {
    const char *id, *name, *kind;
    enum dock docking;
    unsigned active, teaches; /* has providers; has begun continuing education */
};

static const struct authority authorities[] = {
    { "033", "浙江省住房和城乡建设厅", "province", DOCK_NONE, 1, 1 },
    { "042", "湖北省住房和城乡建设厅", "province", DOCK_NONE, 1, 1 },
    { "013", "河北省住房和城乡建设厅", "province", DOCK_NONE, 1, 0 },
    { "031", "上海市住房和城乡建设管理委员会", "province", DOCK_NONE, 1, 0 },
    { "041", "河南省住房和城乡建设厅", "province", DOCK_REQUESTED, 0, 0 },
    { "062", "甘肃省住房和城乡建设厅", "province", DOCK_NONE, 1, 1 },
    { "034", "安徽省住房和城乡建设厅", "province", DOCK_REQUESTED, 0, 0 },
    { "054", "西藏自治区住房和城乡建设厅", "province", DOCK_NONE, 1, 1 },
    { "046", "海南省住房和城乡建设厅", "province", DOCK_NONE, 1, 1 },
    { "064", "宁夏回族自治区住房和城乡建设厅", "province", DOCK_NONE, 1, 0 },
    { "014", "山西省住房和城乡建设厅", "province", DOCK_NONE, 1, 0 },
    { "035", "福建省住房和城乡建设厅", "province", DOCK_DONE, 1, 0 },
    { "043", "湖南省住房和城乡建设厅", "province", DOCK_DONE, 0, 0 },
    { "045", "广西壮族自治区住房和城乡建设厅", "province", DOCK_DONE, 1, 0 },
    { "044", "广东省住房和城乡建设厅", "province", DOCK_NONE, 1, 1 },
    { "023", "黑龙江省住房和城乡建设厅", "province", DOCK_NONE, 1, 0 },
    { "012", "天津市住房和城乡建设委员会", "province", DOCK_NONE, 1, 1 },
    { "036", "江西省住房和城乡建设厅", "province", DOCK_DONE, 1, 1 },
    { "061", "陕西省住房和城乡建设厅", "province", DOCK_NONE, 1, 0 },
    { "051", "四川省住房和城乡建设厅", "province", DOCK_NONE, 1, 0 },
    { "066", "新疆生产建设兵团住房和城乡建设局", "province", DOCK_NONE, 0, 0 },
    { "037", "山东省住房和城乡建设厅", "province", DOCK_NONE, 0, 0 },
    { "021", "辽宁省住房和城乡建设厅", "province", DOCK_NONE, 0, 0 },
    { "063", "青海省住房和城乡建设厅", "province", DOCK_NONE, 0, 0 },
    { "901", "中国中铁股份有限公司", "enterprise", DOCK_NONE, 1, 0 },
    { "902", "中国铁建股份有限公司", "enterprise", DOCK_NONE, 1, 0 },
};
#define AUTHORITIES (sizeof authorities / sizeof authorities[0])

static const char *folder;
static unsigned scale = 1;

static FILE *open_csv(const char *name, const char *header)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    if (!f || fprintf(f, "%s\n", header) < 0) {
        perror(path);
        exit(1);
    }
    return f;
}

static void close_csv(FILE *f)
{
    if (fclose(f) != 0) {
        perror("writing");
        exit(1);
    }
}

/* GB 32100: the eighteenth character by weights 3^i mod 31. */
static void credit_code(unsigned n, char ret[19])
{
    static const char set[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const unsigned weights[17] = { 1,  3,  9,  27, 19, 26, 16, 17, 20,
                                          29, 25, 13, 8,  24, 10, 30, 28 };
    unsigned sum = 0;

    (void)snprintf(ret, 19, "91110000%09u", n % 1000000000u);
    for (size_t i = 0; i < 17; i++)
        sum += (unsigned)(strchr(set, ret[i]) - set) * weights[i];
    ret[17] = set[(31 - sum % 31) % 31];
    ret[18] = '\0';
}

/* GB 11643: person n, born between 1950 and 1999. */
static void identity_number(unsigned n, char ret[19])
{
    static const unsigned weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    static const char check[] = "10X98765432";
    int year, month, day;
    unsigned sum = 0;

    date_to_ymd((int32_t)(n % 18000) - 7305, &year, &month, &day);
    char digits[40];
    (void)snprintf(digits, sizeof digits, "110101%04d%02d%02d%03u", year, month, day,
                   n / 18000 % 1000);
    memcpy(ret, digits, 17);
    for (size_t i = 0; i < 17; i++)
        sum += (unsigned)(ret[i] - '0') * weights[i];
    ret[17] = check[sum % 11];
    ret[18] = '\0';
}

static void person_name(unsigned n, char ret[40])
{
    static const char *const surnames[] = { "测", "样", "例", "试", "拟", "虚", "演", "范" };
    static const char *const given[] = { "甲", "乙", "丙", "丁", "戊", "己", "庚",
                                         "辛", "壬", "癸", "子", "丑", "寅" };
    (void)snprintf(ret, 40, "%s%s%s", surnames[n % 8], given[n / 8 % 13], given[n / 104 % 13]);
}

/* "name,111,number,": the columns that name a person. */
static void put_person(FILE *f, unsigned n, int with_sex)
{
    char number[19], name[40];
    identity_number(n, number);
    person_name(n, name);
    (void)fprintf(f, "%s,111,%s,", name, number);
    if (with_sex)
        (void)fputs(n % 2 ? "男," : "女,", f);
}

static void put_date(FILE *f, int month, unsigned spread, unsigned n)
{
    char text[DATE_TEXT_LEN + 1];
    int32_t first = 0;
    if (!date_from_ymd(2020, month, 1, &first))
        abort();
    date_format(first + (int32_t)(n % spread), text);
    (void)fputs(text, f);
}

/* Provider i belongs to the i-th active authority, going round; the first round are enterprises. */
static const struct authority *authority_of(unsigned provider, int must_teach, unsigned *ret_round)
{
    const struct authority *list[AUTHORITIES];
    unsigned count = 0;
    for (size_t i = 0; i < AUTHORITIES; i++) {
        if (must_teach ? authorities[i].teaches : authorities[i].active)
            list[count++] = &authorities[i];
    }
    *ret_round = provider / count;
    return list[provider % count];
}

static void write_authorities(void)
{
    FILE *f = open_csv(
        "authority.csv",
        "unit_id,name,credit_code,kind,plan,plan_date,docking,docking_date,education_from");
    for (size_t i = 0; i < AUTHORITIES; i++) {
        const struct authority *a = &authorities[i];
        char code[19];
        credit_code((unsigned)(900000 + i), code);
        (void)fprintf(f, "%s,%s,%s,%s,approved,2019-10-01,%s,%s,%s\n", a->id, a->name, code,
                      a->kind, dock_words[a->docking], a->docking == DOCK_NONE ? "" : "2020-01-01",
                      a->teaches ? "2020-01-01" : "");
    }
    close_csv(f);
}

static void write_providers(void)
{
    static const char *const classes[] = { "enterprise", "school", "association", "social" };
    FILE *f = open_csv("provider.csv", "credit_code,name,class,unit_id,posts,status,status_from");
    for (unsigned i = 0; i < PROVIDERS; i++) {
        unsigned round;
        const struct authority *a = authority_of(i, 0, &round);
        char code[19];
        credit_code(i, code);
        (void)fprintf(f, "%s,第%u示例培训中心,%s,%s,*,active,2019-12-01\n", code, i + 1,
                      classes[round % 4], a->id);
    }
    close_csv(f);
}

static void write_trainings(void)
{
    FILE *f =
        open_csv("training.csv",
                 "record_id,provider,name,id_type,id_number,sex,post,class_id,hours,finished_on");
    for (unsigned i = 0; i < TRAININGS / scale; i++) {
        char code[19];
        credit_code(i % PROVIDERS, code);
        (void)fprintf(f, "P%07u,%s,", i, code);
        put_person(f, i, 1);
        (void)fprintf(f, "%02u,C%05u,80,", i % 13 + 1, i / 40);
        put_date(f, 2, 180, i);
        (void)fputc('\n', f);
    }
    close_csv(f);
}

static void write_tests(void)
{
    FILE *f = open_csv("test.csv", "record_id,provider,name,id_type,id_number,post,held_on,score,"
                                   "full_score,national_share,face_checked");
    const unsigned passes = PASSES / scale;
    for (unsigned i = 0; i < TESTS / scale; i++) {
        char code[19];
        credit_code(i % PROVIDERS, code);
        (void)fprintf(f, "T%07u,%s,", i, code);
        put_person(f, i, 0);
        (void)fprintf(f, "%02u,", i % 13 + 1);
        put_date(f, 9, 50, i);
        (void)fprintf(f, ",%u,100,100,1\n", i < passes ? 60 + i % 41 : 20 + i % 40);
    }
    close_csv(f);
}

static void write_legacy(void)
{
    FILE *f = open_csv("legacy.csv",
                       "record_id,unit_id,old_number,name,id_type,id_number,sex,post,issued_on");
    for (unsigned i = 0; i < LEARNERS / scale; i++) {
        unsigned round;
        const struct authority *a = authority_of(i, 1, &round);
        (void)fprintf(f, "L%07u,%s,%s-2016-%07u,", i, a->id, a->id, i);
        put_person(f, TRAININGS + i, 1);
        (void)fprintf(f, "%02u,2016-%02u-%02u\n", i % 13 + 1, i % 12 + 1, i % 28 + 1);
    }
    close_csv(f);
}

/* A provider of the learner's own authority: the one that stands at its place in the first round.
 */
static unsigned provider_in(const struct authority *a)
{
    unsigned round;
    for (unsigned i = 0; i < PROVIDERS; i++) {
        if (authority_of(i, 0, &round) == a)
            return i;
    }
    abort();
}

static void write_education(void)
{
    FILE *f = open_csv("education.csv", "record_id,provider,name,id_type,id_number,certificate,"
                                        "post,ce_year,hours,post_hours,finished_on");
    const unsigned exchanged = EXCHANGED / scale;
    for (unsigned i = 0; i < LEARNERS / scale; i++) {
        unsigned round;
        char code[19];
        const struct authority *a = authority_of(i, 1, &round);
        credit_code(provider_in(a), code);
        (void)fprintf(f, "E%07u,%s,", i, code);
        put_person(f, TRAININGS + i, 0);
        (void)fprintf(f, "%s-2016-%07u,%02u,2020,%s,", a->id, i, i % 13 + 1,
                      i < exchanged ? "32,22" : "16,11");
        put_date(f, 5, 150, i);
        (void)fputc('\n', f);
    }
    close_csv(f);
}

int main(int argc, char *argv[])
{
    if (argc < 2 || argc > 3) {
        (void)fputs("usage: notice_year FOLDER [SCALE]\n", stderr);
        return 2;
    }
    folder = argv[1];
    if (argc == 3)
        scale = (unsigned)strtoul(argv[2], NULL, 10);
    if (scale == 0)
        return 2;

    write_authorities();
    write_providers();
    write_trainings();
    write_tests();
    write_legacy();
    write_education();
    return 0;
}
