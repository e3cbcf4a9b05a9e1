/* The commands of certcheck. Each returns the exit status. */
#pragma once

#include "core/cli/cli.h"
#include "verifier/certcheck/device.h"

struct check_options {
    struct device_choices device;
    const char *from;   /* a list of INPUTs, one a line */
    const char *staple; /* digits of the holder's live code */
};
int run_check(const struct cli_call *call);

struct list_options {
    struct device_choices device;
    const char *summary; /* of CSV: the header's text */
    const char *message; /* the signed summary itself, as a report has it in print */
};
int run_list(const struct cli_call *call);

struct bundle_show_options {
    const char *root;
};
int run_bundle_show(const struct cli_call *call);

struct bundle_update_options {
    const char *root;
};
int run_bundle_update(const struct cli_call *call);
