/*
 * Write paths: the ways in which an application can send rows to PostgreSQL.
 *
 * A path is one file and one line in path_list.h: a const struct that builds its SQL once for a
 * plan and then carries one commit at a time over a wire, without blocking and without allocating.
 * All paths send the values of the same rows: value = f(seed, column, row number).
 */
#ifndef PGWRITE_WRITE_WRITE_H
#define PGWRITE_WRITE_WRITE_H

#include "base/units.h"
#include "pg/wire.h"
#include "workload/plan.h"

enum write_protocol { PROTOCOL_SIMPLE, PROTOCOL_EXTENDED, PROTOCOL_PREPARED };

/* Parameters that one statement of the protocol can have: a 16-bit count. */
#define WRITE_PARAMS_MAX 65535
/* Distinct sizes that a range of batch sizes is drawn from, evenly spaced: each is a statement that
 * a backend keeps, for the paths that prepare one a size. */
#define WRITE_SIZES_MAX 16
/* What a prepared INSERT costs a backend for each parameter, in bytes (measured: 1,000 × 6 take 3.7
 * MB), and how much of that one connection may ask for. */
#define WRITE_PARAM_BACKEND_BYTES 620
#define WRITE_BACKEND_BYTES_MAX (64u << 20)

struct write_statement {
    const char *name;
    const char *sql;
    int param_count;
    const uint32_t *type_oids;
};

struct write_path;

/* One path over one table, with its SQL: immutable, shared by all threads. */
struct write_plan {
    const struct write_path *path;
    const struct plan *plan;
    const char *table;            /* that is written: quoted, qualified */
    enum write_protocol protocol; /* that its statements are sent by */
    enum wire_binding binding;
    uint32_t sizes[WRITE_SIZES_MAX]; /* batch sizes, ascending */
    size_t size_count;
    struct write_statement *statements; /* of the path, whether prepared or sent unnamed */
    size_t statement_count; /* to prepare on each connection; 0: they are sent unnamed */
    const char *sql;        /* of the path: its text, or the constant beginning of it */
    size_t *row_ends;       /* multirow: bytes of sql that hold the first n + 1 rows */
    int params_max;         /* widest statement */
    const uint32_t *type_oids;
    const int *formats; /* params_max times 1 */
    size_t
        backend_bytes; /* estimate of what its statements cost each backend; 0: next to nothing */
    size_t data_bytes; /* room that the encoded bytes of one send need at most */
    bool text;         /* values travel as text: the text writer is used */
    bool discards;     /* into a twin: the server acknowledges 0 rows of each statement */
};

/* Builds a plan. batch is a range; a path of one row a commit makes it 1. Errors are EXIT_USAGE
 * with the reason why the path can't do it, and what could. */
MUST_CHECK bool write_plan_build(const struct write_path *path, const struct plan *plan,
                                 struct range batch, enum write_protocol protocol,
                                 enum wire_binding binding, struct arena *arena,
                                 struct write_plan *out, struct error *error);

/* The same into a twin of the table (quoted, qualified) that discards what it is sent: behind a
 * rule DO INSTEAD NOTHING, or by COPY … WHERE false. What stays is the protocol, the generating and
 * the encoding: how fast pgwrite itself could be on this path. */
MUST_CHECK bool write_plan_build_discarding(const struct write_path *path, const struct plan *plan,
                                            const char *twin, struct range batch,
                                            enum write_protocol protocol, enum wire_binding binding,
                                            struct arena *arena, struct write_plan *out,
                                            struct error *error);

/* What a thread needs to encode and send; one for all its connections, since libpq copies. */
struct write_buffer {
    uint8_t *data;
    const char **values;
    int *lengths;
    struct scratch scratch;
};
void write_buffer_init(struct write_buffer *buffer, const struct write_plan *plan);
void write_buffer_release(struct write_buffer *buffer);

/* Which rows are a thread's: blocks of 2^shift row numbers, dealt to the threads in turn. So every
 * row number belongs to one thread without any shared counter, and the numbers in use stay dense.
 */
struct row_map {
    uint32_t thread, threads;
    unsigned shift;
};
static inline uint64_t row_number(const struct row_map *map, uint64_t local) {
    uint64_t block = local >> map->shift, offset = local & ((1ull << map->shift) - 1);
    return ((block * map->threads + map->thread) << map->shift) + offset;
}
/* How many of the row numbers below total are the thread's. */
uint64_t row_map_count(const struct row_map *map, uint64_t total);

enum write_step {
    WRITE_WAIT,     /* flush, then wait for the socket and call resume */
    WRITE_DONE,     /* the commit is acknowledged, with the expected number of rows */
    WRITE_FAILED,   /* the server refused it, or the connection is lost: wire_error(). Unless it is
                       lost, the transaction is over, all results are taken, and begin() may be
                       called again, for the same rows or others */
    WRITE_MISCOUNT, /* it is committed, but the server acknowledged another number of rows than were
                       sent (of a plan that discards: any) */
};

/* One connection's commit in progress. */
struct writer {
    struct wire *wire;
    const struct write_plan *plan;
    struct write_buffer *buffer; /* of its thread */
    const struct row_map *map;   /* of its thread */
    uint64_t first;              /* local number of the commit's first row */
    uint32_t count;              /* rows of the commit */
    uint32_t sent;               /* rows handed to libpq */
    uint64_t accepted;           /* rows that command tags have named */
    uint64_t rows_done_ns; /* when the last row was accepted, where a COMMIT of its own follows */
    int stage;             /* the path's own */
    bool failed, committed;
    bool aborted; /* failed inside a transaction, which has to be rolled back */
    bool unsent;  /* the path has more to send as soon as the socket takes it */
};

struct write_path {
    const char *name;
    const char *summary;  /* what one commit does */
    const char *protocol; /* NULL: --protocol decides */
    bool extended;        /* --protocol extended decides all the same: its statements go unnamed */
    bool one_row;         /* a batch is always 1 */
    bool own_commit;      /* COMMIT is a round trip of its own, with its own latency */
    bool (*build)(struct write_plan *plan, struct arena *arena, struct error *error);
    bool (*enter)(struct writer *writer); /* once, after preparing; NULL: nothing to do */
    enum write_step (*begin)(struct writer *writer);
    enum write_step (*resume)(struct writer *writer);
};

extern const struct write_path *const write_paths[];
extern const size_t write_path_count;
const struct write_path *write_path_find(const char *name); /* NULL: no such */

/* Parses "simple", "extended" or "prepared". */
MUST_CHECK bool write_protocol_parse(const char *text, enum write_protocol *protocol,
                                     struct error *error);
/* Of a plan that has path and protocol at least: as what its path sends, also if the protocol is
 * one that it does not have. */
const char *write_protocol_name(const struct write_plan *plan);

#endif
