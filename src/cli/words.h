/* What may stand behind an option or a command, for completion. */
#ifndef PGWRITE_CLI_WORDS_H
#define PGWRITE_CLI_WORDS_H

#include <popt.h>

#include "base/strbuf.h"
#include "cli/cli.h"

enum words_kind {
    WORDS_FREE,   /* anything: nothing to offer */
    WORDS_CHOICE, /* one of them */
    WORDS_LIST,   /* some of them, with commas between */
    WORDS_KEYS,   /* one of them, and then a value of it: they end in "=" or "." */
    WORDS_FILE,
    WORDS_DIR /* or one of them */
};

/* What an option takes; *words, a blank between each, are appended. */
enum words_kind words_of_option(const struct poptOption *option, struct strbuf *words);

/* What a command takes: words, and files that end in *suffix (NULL: none). */
void words_of_command(const struct command *command, struct strbuf *words, const char **suffix);

/* Whether completion and the man page show the option. */
bool words_shown(const struct poptOption *option);

#endif
