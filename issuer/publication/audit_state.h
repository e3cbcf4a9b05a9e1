/*
 * The audit's own idea of the deployment, built row by row from what arrived:
 * plain memory, none of the register's derived values. Links are an index plus
 * one, so that zero is none. Pointers hold until the next call that adds to the
 * same list. Not for others.
 */
#pragma once

#include "issuer/register/register.h"

struct seen_order {
    enum order_action action;
    enum state state;
    int32_t effective;
};

struct seen_retired {
    uint32_t index, version;
};

struct seen_cert {
    uint64_t person;
    uint32_t post, unit, provider;
    enum cert_origin origin;
    int32_t issued, deadline;
    uint32_t version, status_index;
    uint32_t next; /* of the same person */
    bool renamed;  /* its current version shows the holder's last amendment */
    char number[NUMBER_MAX + 1];
    size_t year_count, order_count, retired_count;
    struct ce_year *years;        /* owned; ascending k */
    struct seen_order *orders;    /* owned; amendments too */
    struct seen_retired *retired; /* owned */
};

struct seen_training {
    uint32_t post, provider;
    int32_t finished;
    uint32_t next; /* of the same person */
};

struct seen_legacy {
    uint64_t person;
    uint32_t unit, post;
    uint32_t cert; /* that it was exchanged for */
    uint32_t next; /* of the same person */
};

struct seen_person {
    uint32_t first_cert, last_cert, first_legacy, last_legacy, first_training;
    uint64_t photo_row; /* the last one, plus one */
    bool has_test, has_sex, amended;
};

struct seen_serial {
    uint32_t post;
    int year;
    uint64_t last;
};

#define SEEN_UNITS 1000 /* unit ids have three digits */
struct seen_unit {
    struct reg_unit facts;
    size_t serial_count, serial_cap;
    struct seen_serial *serials; /* owned */
    bool answered;               /* is there an enterprise on answer_date? */
    bool answer;
    int32_t answer_date;
};

struct seen {
    size_t unit_count;
    struct seen_unit *units[SEEN_UNITS]; /* owned */
    size_t provider_count, provider_cap;
    struct reg_provider *providers; /* by index in the directory */
    size_t person_count, person_cap;
    struct seen_person *persons; /* id 1 stands at 0 */
    size_t cert_count, cert_cap;
    struct seen_cert *certs; /* by certificate id */
    size_t legacy_count, legacy_cap;
    struct seen_legacy *legacies; /* by id */
    size_t training_count, training_cap;
    struct seen_training *trainings;
};
void seen_free(struct seen *s);

/* Those that make something new answer NULL, or false, when out of memory. */
struct seen_unit *seen_unit(const struct seen *s, uint32_t id); /* NULL: no such unit */
struct seen_unit *seen_unit_add(struct seen *s, uint32_t id);   /* also answers one that is there */
struct reg_provider *seen_provider_add(struct seen *s);
struct seen_person *seen_person(struct seen *s, uint64_t id); /* NULL: none yet, or id 0 */
bool seen_persons_up_to(struct seen *s, uint64_t id);
/* The newest of its person. */
struct seen_cert *seen_cert_add(struct seen *s, const struct seen_cert *facts);
struct seen_legacy *seen_legacy_add(struct seen *s, const struct seen_legacy *facts);
/* Not twice the same. */
bool seen_training_add(struct seen *s, struct seen_person *p, const struct seen_training *t);
uint64_t *seen_serial(struct seen_unit *u, uint32_t post, int year);
bool seen_years_add(struct seen_cert *c, uint32_t k, uint32_t hours, uint32_t post_hours);
bool seen_order_add(struct seen_cert *c, const struct seen_order *o);
bool seen_retired_add(struct seen_cert *c, const struct seen_retired *r);

/* --- what follows from it --- */
void seen_years(const struct seen_cert *c, struct ce_years *ret);
int32_t seen_deadline(const struct seen_cert *c, const struct policy_values *p);
enum state seen_order_state(const struct seen_cert *c, int32_t date);
/* The chain's end, whether it holds yet or not; NULL: no order but amendments. */
const struct seen_order *seen_last_order(const struct seen_cert *c);
enum trained seen_trained(const struct seen *s, const struct seen_person *p, uint32_t post,
                          int32_t by, uint32_t provider);
/* A certificate of the person for the post that is valid or suspended, and has not lapsed. */
bool seen_certified(const struct seen *s, const struct seen_person *p, uint32_t post,
                    int32_t today);
bool seen_enterprise_active(const struct seen *s, struct seen_unit *u, int32_t date);
