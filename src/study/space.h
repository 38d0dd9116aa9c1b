/*
 * The settings that `pgwrite tune` may try: a curated list in space.yaml, checked against
 * pg_settings of the server at hand, since ranges, units and contexts are that server's to say.
 */
#ifndef PGWRITE_STUDY_SPACE_H
#define PGWRITE_STUDY_SPACE_H

#include "base/memory.h"
#include "pg/control.h"
#include "server/throwaway.h"

enum space_context {
    SPACE_SESSION, /* pg_settings.context user or superuser */
    SPACE_RELOAD,  /* sighup */
    SPACE_RESTART, /* postmaster */
};
enum space_durability {
    SPACE_SAFE,
    SPACE_ASYNC_COMMIT, /* may lose acknowledged commits: by --allow async-commit alone */
};

struct space_setting {
    const char *name;
    const char *why;  /* why it matters for writes: a sentence */
    const char *cost; /* what more of it costs: memory, recovery time; "" if nothing */
    enum space_context context;
    enum space_durability durability;
    const char *present;   /* the value now, as SHOW prints it; NULL: the server does not know it */
    const char **values;   /* to try, as SHOW would print them, without the present one; the most
                              promising first */
    size_t value_count;    /* 0: not tried */
    const char *not_tried; /* why: "it needs a restart, and --only reload was given"; NULL: it is */
};

struct space {
    struct space_setting *settings; /* those of --set, then the list's: what promises most first */
    size_t count;
};

/* NAME=v1,v2 of --set; NAME of --skip. */
struct space_extra {
    const char *name, *values;
};
struct space_options {
    bool only_reload;        /* nothing that needs a restart */
    bool allow_async_commit; /* --allow async-commit */
    double memory_bytes; /* of the machine: for values that are shares of it; UNKNOWN: none is */
    const struct space_extra *extra; /* added, or in place of the list's values */
    size_t extra_count;
    const char *const *skip;
    size_t skip_count;
};

/* Reads the list, keeps what this server and these options allow, and turns values into the
 * server's own spelling. An unknown name, a value that the server would refuse (out of range, no
 * such word), fsync and full_page_writes are EXIT_USAGE errors that name the option. Everything
 * that out points to is in the arena. */
MUST_CHECK bool space_read(struct control *control, const struct space_options *options,
                           struct arena *arena, struct space *out, struct error *error);

/* The whole list without a server, for `pgwrite list settings`: present NULL, values as written. */
MUST_CHECK bool space_list(struct arena *arena, struct space *out, struct error *error);

/* PGTune's rules for a machine with so much memory, OLTP on Linux, as a second baseline: settings
 * that this server knows and options let be touched (only_reload, skip), present values among them.
 * Rules that can't matter for writes are left out: effective_cache_size, work_mem,
 * random_page_cost, effective_io_concurrency, default_statistics_target, jit, parallel workers; and
 * so are those for memory of maintenance. memory_bytes UNKNOWN is an error. Source:
 * github.com/le0pard/pgtune, src/features/configuration. */
MUST_CHECK bool space_pgtune(struct control *control, const struct space_options *options,
                             struct arena *arena, struct server_setting **settings, size_t *count,
                             struct error *error);

#endif
