/* What a server is: version, durability, settings; and its counters. */
#ifndef PGWRITE_OBSERVE_FACTS_H
#define PGWRITE_OBSERVE_FACTS_H

#include "base/error.h"
#include "base/memory.h"
#include "pg/control.h"

enum durability {
    DURABLE,      /* an acknowledged commit survives a crash of the system */
    ASYNC_COMMIT, /* synchronous_commit off: the last ones may be lost */
    UNSAFE,       /* fsync or full_page_writes off, or data on tmpfs: all may be lost */
};

struct fact_setting {
    const char *name, *value; /* value with its unit, as SHOW prints it */
    bool about_writes;        /* worth a line under the table */
};

struct server_facts {
    const char *version; /* "15.18 (Debian 15.18-0+deb12u1)" */
    int version_num;
    enum durability durability;
    const char *durability_why;    /* "" if durable */
    struct fact_setting *settings; /* that differ from PostgreSQL's defaults */
    size_t setting_count;
    const char *user, *database; /* of the session */
    double checkpoint_timeout_s, deadlock_timeout_ms;
    double max_connections; /* 0: not read */
};

MUST_CHECK bool server_facts_read(struct control *control, bool on_tmpfs, struct arena *arena,
                                  struct server_facts *out, struct error *error);

const char *durability_name(enum durability durability);

/* Counters of the database: of every session in it, not only of ours. */
struct server_counters {
    int64_t commits, deadlocks;
    int64_t reset_us; /* when the database's or the server's were reset last, by somebody or by a
                         crash, µs since 1970; 0: never. No difference goes across that */
};
MUST_CHECK bool server_counters_read(struct control *control, struct server_counters *out,
                                     struct error *error);

/* Position in the WAL, in bytes since its beginning. */
MUST_CHECK bool server_wal_position(struct control *control, double *bytes, struct error *error);

#endif
