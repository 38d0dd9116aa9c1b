/* --present NAME=VALUE: what a throwaway server starts with, of all commands that have it. */
#ifndef PGWRITE_CLI_OPTIONS_PRESENT_H
#define PGWRITE_CLI_OPTIONS_PRESENT_H

#include "cli/options.h"

/* Its row in a command's table; words: where they go, NULL without one. */
#define OPTION_PRESENT(words)                                                        \
    {                                                                                \
        "present", 0, POPT_ARG_ARGV, &(words), 0,                                    \
            "what a throwaway server starts with in place of PostgreSQL's default, " \
            "such as your production has; as often as needed",                       \
            "NAME=VALUE"                                                             \
    }

/* Words of an option that was given several times; NULL: none. */
size_t options_count(char *const *words);

/* NAME=VALUE of an option; both live in the arena. */
MUST_CHECK bool options_pair(const char *option, const char *word, struct arena *arena,
                             const char **name, const char **value, struct error *error);

/* The settings live in the arena. */
MUST_CHECK bool options_presents(char *const *words, struct arena *arena,
                                 const struct server_setting **settings, size_t *count,
                                 struct error *error);

/* option: NULL, or one that is for a throwaway server: no wish about one that is there. */
MUST_CHECK bool options_for_throwaway(const char *option, const struct session_options *session,
                                      struct error *error);

#endif
