/* What the files of space.h share: the list as written, a server's settings, and values. */
#ifndef PGWRITE_STUDY_SPACE_INTERNAL_H
#define PGWRITE_STUDY_SPACE_INTERNAL_H

#include "study/space.h"

/* One of space.yaml. */
struct space_entry {
    struct space_setting setting; /* present and not_tried NULL */
    const char *max;              /* "40% RAM", or NULL */
};

/* The list of space.yaml, or of another text of that form. Errors have their place. */
MUST_CHECK bool space_entries_parse(const char *text, size_t length, const char *file,
                                    struct arena *arena, struct space_entry **entries,
                                    size_t *count, struct error *error);
MUST_CHECK bool space_entries(struct arena *arena, struct space_entry **entries, size_t *count,
                              struct error *error);

enum space_type { SPACE_BOOL, SPACE_INTEGER, SPACE_REAL, SPACE_ENUM, SPACE_STRING };

/* What the values of a setting are, as pg_settings tells. */
struct space_domain {
    const char *name;
    enum space_type type;
    const char *unit;   /* of the number: "8kB", "ms"; "" for none */
    double min, max;    /* in that unit */
    const char **words; /* of an enum */
    size_t word_count;
};

/* Whether a value's own spelling says that it is a share of the machine's memory. */
bool space_is_share(const char *text);

/* A value as a user or the list writes it ("64MB", "65536kB", "25% RAM", "yes"), checked against
 * the domain, as SHOW prints it. *number, unless NULL: in the domain's unit; of bools and enums 0.
 * memory_bytes: UNKNOWN if negative or 0, which is an error for a share. Errors are EXIT_USAGE and
 * name the value. Source of the rules, rounding among them: PostgreSQL's documentation, 20.1
 * "Setting Parameters". */
MUST_CHECK bool space_value(const struct space_domain *domain, const char *text,
                            double memory_bytes, struct arena *arena, const char **shown,
                            double *number, struct error *error);

/* A number of the domain's unit, as SHOW prints it. */
const char *space_show(const struct space_domain *domain, double number, struct arena *arena);

/* A setting as a server has it. */
struct space_known {
    struct space_domain domain;
    const char *context, *category, *source, *summary;
    const char *present; /* as SHOW prints it; of texts "" */
};
struct space_server {
    struct space_known *known; /* by name */
    size_t count;
    int version; /* 150018 */
};

MUST_CHECK bool space_server_read(struct control *control, struct arena *arena,
                                  struct space_server *out, struct error *error);

/* By its name in upper or lower case; NULL: the server does not know it. */
const struct space_known *space_server_find(const struct space_server *server, const char *name);

enum space_context space_known_context(const struct space_known *known);

#endif
