/*
 * What is said of one row: a line of the results (docs/http.md) and lines of the errors file.
 * Neither repeats an identity number or a person's name, and no cell of the errors file is taken
 * for a formula by a spreadsheet. Pure.
 */
#pragma once

#include "issuer/intake/batch.h"
#include "issuer/register/engine.h"

struct row_report {
    const struct batch_row *row;
    const struct outcome *outcome;
    const char *file; /* named when there are several; NULL: not */
    bool chinese;     /* language of the explanations */
};

/* {"row","record_id","outcome","number","version","reasons":[{"code","field","text"}]} and a
 * newline; null for what is not. "pickup", the code for the holder, stands before the reasons of a
 * certificate just issued or exchanged, and nowhere else. */
void result_put(struct buf *to, const struct row_report *r);

/* row,record_id,column,code,explanation,cell and, with several files, file */
void errors_put_header(struct buf *to, bool with_file);
/* A line for each reason of a refused row, one for a conflict, none for others. */
void errors_put(struct buf *to, const struct row_report *r);

/* A line for what another program has found wrong with the row; column NULL: the whole row.
 * r->outcome is not looked at. */
void errors_put_told(struct buf *to, const struct row_report *r, const char *column,
                     const char *code, struct span explanation);

/* The sentence of a reason and, behind it, its detail. */
void reason_put(struct buf *to, const struct reason *r, bool chinese);
