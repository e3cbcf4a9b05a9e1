/*
 * The commands of `sitecert`: each in a file of its own, named cmd_<name>.c, with
 * its options, its help and its run function in one struct cli_command. main.c
 * lists them in the order of the help.
 */
#pragma once

#include "core/cli/cli.h"
#include "core/json/json.h"
#include "issuer/register/home.h"

/* Options of every command. */
struct command_globals {
    const char *home; /* NULL: SITECERT_HOME, else /var/lib/sitecert */
};
const char *command_home_path(const struct cli_call *call);

/* Exit statuses (interfaces, `sitecert`): 0 done, 1 it could not be done, 2 usage, 4 some rows were
 * refused. */
#define EXIT_DONE    0
#define EXIT_FAILED  1
#define EXIT_REFUSED 4

/* Says what went wrong and answers EXIT_FAILED; RC_OK: EXIT_DONE. */
int command_conclude(const struct cli_call *call, enum rc rc, const struct diag *d);

/* Prints one JSON value and a newline on standard output; takes the reference, also when it is NULL
 * (out of memory). */
MUST_CHECK enum rc command_print_json(json_t *value, struct diag *d);

extern const struct cli_command cmd_init, cmd_import, cmd_show, cmd_find, cmd_token, cmd_qr,
    cmd_pickup, cmd_remind, cmd_order, cmd_amend, cmd_report, cmd_publish, cmd_keys_list,
    cmd_keys_generate, cmd_keys_publish, cmd_keys_retire, cmd_keys_cutoff, cmd_keys_root_set,
    cmd_keys_root_export, cmd_keys_root_sign, cmd_keys_root_import, cmd_keys_witness,
    cmd_operator_add, cmd_operator_suspend, cmd_operator_list, cmd_keys_document_csr,
    cmd_keys_document_import, cmd_keys_adopt, cmd_keys_reissue, cmd_mirror_begin, cmd_audit,
    cmd_monitor, cmd_backup, cmd_restore, cmd_layout_check, cmd_sender_add, cmd_sender_rotate,
    cmd_sender_suspend, cmd_sender_resume, cmd_sender_list, cmd_employer_add, cmd_employer_suspend,
    cmd_employer_resume, cmd_employer_list, cmd_push, cmd_layout_preview, cmd_pdf, cmd_witness_init,
    cmd_witness_run;
