/*
 * The field writer against a live server and against libpqtypes, an encoder that shares no code
 * with it.
 *
 *     type_agree CONNINFO
 *
 * Prints TAP. For each sample: (a) the server reads the same value from the binary and the text
 * form, whatever the session's DateStyle, IntervalStyle and TimeZone are, and prints what is
 * expected; (b) libpqtypes gives the same bytes. Last, (c) the defects of libpqtypes 1.5.1 that the
 * program works around, so that it is noticed when they go.
 */
#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <libpq-fe.h>
#ifndef PGWRITE_NO_LIBPQTYPES
#include <libpqtypes.h>
#endif

#include "pg/type.h"
#include "type_samples.h"

enum { FIELD_MAX = 16384 };

static const size_t sample_count = sizeof samples / sizeof *samples;
static int test_number, failures;

/* One TAP line; why, a diagnostic, is printed with a failure. */
static void report(bool ok, const struct sample *sample, const char *what, const char *why) {
    printf("%sok %d - %s %s", ok ? "" : "not ", ++test_number, sample->type->sql, what);
    if (sample->text != NULL) {
        fputs(" of ", stdout);
        for (const char *c = sample->text; *c; c++)
            putchar(*c == '#' || *c == '\n' || *c == '\r' || *c == '\\' ? '?' : *c);
    }
    putchar('\n');
    if (!ok) {
        printf("# sample %td: ", sample - samples);
        for (const char *c = why; *c; c++)
            *c == '\n' ? (void)fputs("\n# ", stdout) : (void)putchar(*c);
        putchar('\n');
        failures++;
    }
}

static void skip(const char *what, const char *why) {
    printf("ok %d - %s # SKIP %s\n", ++test_number, what, why);
}

_Noreturn static void bail_out(const char *what, const char *why) {
    printf("Bail out! %s: %s\n", what, why);
    exit(1);
}

static void run(PGconn *conn, const char *sql) {
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        bail_out(sql, PQerrorMessage(conn));
    PQclear(result);
}

/* Session settings that change how text is read or shown; the first is what the samples expect. */
static const char *const sessions[] = {
    "SET DateStyle = 'ISO, MDY'; SET TimeZone = 'UTC'; SET IntervalStyle = postgres",
    "SET DateStyle = 'SQL, DMY'; SET TimeZone = 'Asia/Kabul'; SET IntervalStyle = sql_standard",
    "SET DateStyle = German; SET TimeZone = 'America/St_Johns'; SET IntervalStyle = iso_8601",
    "SET DateStyle = Postgres; SET TimeZone = '-15'; SET IntervalStyle = postgres_verbose",
};
enum { SESSIONS = sizeof sessions / sizeof *sessions };

static void check_forms(PGconn *const conns[SESSIONS], const struct sample *sample) {
    static uint8_t binary[FIELD_MAX];
    static char text[FIELD_MAX];
    const struct pg_type *type = &sample->type->pg;
    if (!pg_type_accepts(type, sample->value.kind)) {
        report(false, sample, "forms", "not accepted");
        return;
    }
    int length = (int)(pg_write_binary(type, &sample->value, binary) - binary);
    *pg_write_text(type, &sample->value, text) = '\0';
    const char *values[] = {(const char *)binary, text};
    char sql[512], why[2048] = "";
    snprintf(sql, sizeof sql,
             "SELECT $1::%s::text, $2::%s::text, %s($1::%s) IS NOT DISTINCT FROM %s($2::%s)",
             sample->type->sql, sample->type->sql, sample->type->send, sample->type->sql,
             sample->type->send, sample->type->sql);
    for (int i = 0; i < SESSIONS && why[0] == '\0'; i++) {
        PGresult *result =
            PQexecParams(conns[i], sql, 2, NULL, values, (int[]){length, 0}, (int[]){1, 0}, 0);
        if (PQresultStatus(result) != PGRES_TUPLES_OK)
            snprintf(why, sizeof why, "session %d, text %.900s: %s", i, text,
                     PQerrorMessage(conns[i]));
        else if (strcmp(PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1)) != 0 ||
                 PQgetisnull(result, 0, 0) || PQgetvalue(result, 0, 2)[0] != 't')
            snprintf(why, sizeof why, "session %d: binary is %.600s, text %.600s is %.600s", i,
                     PQgetvalue(result, 0, 0), text, PQgetvalue(result, 0, 1));
        else if (i == 0 && sample->text != NULL &&
                 strcmp(PQgetvalue(result, 0, 0), sample->text) != 0)
            snprintf(why, sizeof why, "is %s, expected %s", PQgetvalue(result, 0, 0), sample->text);
        PQclear(result);
    }
    report(why[0] == '\0', sample, "binary and text", why);
}

#ifdef PGWRITE_NO_LIBPQTYPES

static void check_peers(PGconn *conn) {
    (void)conn;
    for (size_t i = 0; i < sample_count; i++)
        skip("libpqtypes", "built without libpqtypes");
}

static void check_defects(PGconn *conn) {
    (void)conn;
    skip("numeric of 0", "built without libpqtypes");
    skip("numeric of NULL", "built without libpqtypes");
    skip("empty text", "built without libpqtypes");
}

#else

/* Handlers of the types that libpqtypes has not: a JSON text after the version of jsonb, or a text.
 */
static int put_versioned(PGtypeArgs *args) {
    const char *text = va_arg(args->ap, char *);
    int length = (int)strlen(text) + 1;
    if (args->put.expandBuffer(args, length) == -1)
        return -1;
    args->put.out[0] = 1;
    memcpy(args->put.out + 1, text, (size_t)length - 1);
    return length;
}

static int put_plain(PGtypeArgs *args) {
    const char *text = va_arg(args->ap, char *);
    int length = (int)strlen(text);
    if (args->put.expandBuffer(args, length) == -1)
        return -1;
    memcpy(args->put.out, text, (size_t)length);
    return length;
}

static void register_peers(PGconn *conn) {
    PGregisterType types[] = {{"jsonb", put_versioned, NULL},
                              {"json", put_plain, NULL},
                              {"pgwrite_mood", put_plain, NULL}};
    if (!PQinitTypes(conn) || !PQregisterTypes(conn, PQT_USERDEFINED, types, 3, 0))
        bail_out("libpqtypes", PQgeterror());
}

/* The calendar of the C library, not of the field writer. */
static PGtimestamp split_time(const struct value *value) {
    int64_t us = value->as.integer, seconds = us / 1000000 - (us % 1000000 < 0);
    if (value->kind == VALUE_DATE)
        us = 0, seconds = value->as.integer * 86400;
    time_t unix_seconds = (time_t)(seconds + 946684800);
    struct tm tm;
    gmtime_r(&unix_seconds, &tm);
    int year = tm.tm_year + 1900;
    PGtimestamp out = {
        .date = {.isbc = year < 1,
                 .year = year < 1 ? 1 - year : year,
                 .mon = tm.tm_mon,
                 .mday = tm.tm_mday},
        .time = {.hour = tm.tm_hour, .min = tm.tm_min, .sec = tm.tm_sec},
    };
    if (us != 0)
        out.time.usec = (int)(us - seconds * 1000000);
    return out;
}

static int put_time(PGparam *param, const char *spec, const struct value *value) {
    int64_t us = value->as.integer;
    PGtime time = {.hour = (int)(us / 3600000000),
                   .min = (int)(us / 60000000 % 60),
                   .sec = (int)(us / 1000000 % 60),
                   .usec = (int)(us % 1000000)};
    return PQputf(param, spec, &time);
}

static int put_interval(PGparam *param, const char *spec, const struct value *value) {
    int64_t us = value->as.interval.microseconds;
    PGinterval interval = {.mons = value->as.interval.months,
                           .days = value->as.interval.days,
                           .hours = (int)(us / 3600000000),
                           .mins = (int)(us / 60000000 % 60),
                           .secs = (int)(us / 1000000 % 60),
                           .usecs = (int)(us % 1000000)};
    return PQputf(param, spec, &interval);
}

static int put_inet(PGparam *param, const struct sample *sample) {
    const struct value *value = &sample->value;
    /* A cidr's host bits are cut off by the field writer: the expected text has none. */
    char address[64];
    snprintf(address, sizeof address, "%.*s", (int)strcspn(sample->text, "/"), sample->text);
    PGinet inet = {.mask = value->as.inet.prefix, .is_cidr = sample->type->pg.is_cidr};
    if (value->as.inet.v6) {
        struct sockaddr_in6 in = {.sin6_family = AF_INET6};
        inet_pton(AF_INET6, address, &in.sin6_addr);
        inet.sa_buf_len = sizeof in;
        memcpy(inet.sa_buf, &in, sizeof in);
    } else {
        struct sockaddr_in in = {.sin_family = AF_INET};
        inet_pton(AF_INET, address, &in.sin_addr);
        inet.sa_buf_len = sizeof in;
        memcpy(inet.sa_buf, &in, sizeof in);
    }
    return PQputf(param, sample->type->spec, &inet);
}

/* Puts the value as its user would; numbers and texts as the sample expects to see them. */
static int put_peer(PGparam *param, const struct sample *sample) {
    const char *spec = sample->type->spec;
    const struct value *value = &sample->value;
    PGbytea bytea = {(int)value->as.bytes.length, (char *)(uintptr_t)value->as.bytes.data};
    PGtimestamp timestamp;
    switch (sample->type->pg.class) {
    case PG_BOOL:
        return PQputf(param, spec, (PGbool)value->as.boolean);
    case PG_INT2:
    case PG_INT4:
        return PQputf(param, spec, (PGint4)strtol(sample->text, NULL, 10));
    case PG_INT8:
        return PQputf(param, spec, (PGint8)strtoll(sample->text, NULL, 10));
    case PG_FLOAT4:
        return PQputf(param, spec, (double)strtof(sample->text, NULL));
    case PG_FLOAT8:
        return PQputf(param, spec, strtod(sample->text, NULL));
    case PG_BYTEA:
        return PQputf(param, spec, &bytea);
    case PG_UUID:
        return PQputf(param, spec, value->as.uuid);
    case PG_DATE:
        timestamp = split_time(value);
        return PQputf(param, spec, &timestamp.date);
    case PG_TIMESTAMP:
        timestamp = split_time(value);
        return PQputf(param, spec, &timestamp);
    case PG_TIME:
        return put_time(param, spec, value);
    case PG_INTERVAL:
        return put_interval(param, spec, value);
    case PG_INET:
        return put_inet(param, sample);
    case PG_JSON:
    case PG_JSONB:
    case PG_ENUM:
        return PQputf(param, spec, value->as.bytes.data);
    default:
        return PQputf(param, spec, sample->text);
    }
}

/* Why libpqtypes can't put the sample, or NULL. */
static const char *peer_cannot(const struct sample *sample) {
    const struct value *value = &sample->value;
    if (sample->type->spec == NULL)
        return "arrays are compared with their text form only";
    switch (sample->type->pg.class) {
    case PG_NUMERIC:
        if (sample->text == NULL)
            return "no text to put";
        if (!(fabs(strtod(sample->text, NULL)) >= 1))
            return "libpqtypes frees an interior pointer for 0, |x| < 1 and NaN";
        return NULL;
    case PG_DATE:
    case PG_TIMESTAMP:
        return value->as.integer == INT64_MAX || value->as.integer == INT64_MIN
                   ? "the clamped value has no C calendar form"
                   : NULL;
    case PG_TIME:
        return value->as.integer == 86400000000 ? "libpqtypes refuses 24:00" : NULL;
    case PG_INTERVAL:
        return llabs(value->as.interval.microseconds) / 3600000000 >= 24 * 365 * 200
                   ? "libpqtypes computes with int"
                   : NULL;
    default:
        return NULL;
    }
}

static void check_peer(PGconn *conn, const struct sample *sample) {
    static uint8_t binary[FIELD_MAX];
    const char *cannot = peer_cannot(sample);
    if (cannot != NULL) {
        skip(sample->type->sql, cannot);
        return;
    }
    char sql[256], why[2048] = "";
    snprintf(sql, sizeof sql, "SELECT encode(%s($1::%s), 'hex')", sample->type->send,
             sample->type->sql);
    const char *value = (const char *)binary;
    int length = (int)(pg_write_binary(&sample->type->pg, &sample->value, binary) - binary);
    PGresult *ours = PQexecParams(conn, sql, 1, NULL, &value, &length, (int[]){1}, 0);
    PGparam *param = PQparamCreate(conn);
    /* An empty text in a slot that was never used would become NULL: use it first. */
    if (param == NULL || !PQputf(param, "%text", "used"))
        bail_out("libpqtypes", PQgeterror());
    PQparamReset(param);
    PGresult *theirs = put_peer(param, sample) ? PQparamExec(conn, param, sql, 0) : NULL;
    if (PQresultStatus(ours) != PGRES_TUPLES_OK)
        snprintf(why, sizeof why, "ours: %s", PQresultErrorMessage(ours));
    else if (PQresultStatus(theirs) != PGRES_TUPLES_OK)
        snprintf(why, sizeof why, "libpqtypes: %s", PQgeterror());
    else if (PQgetisnull(theirs, 0, 0) || PQgetisnull(ours, 0, 0) ||
             strcmp(PQgetvalue(ours, 0, 0), PQgetvalue(theirs, 0, 0)) != 0)
        snprintf(why, sizeof why, "ours %s, libpqtypes %s", PQgetvalue(ours, 0, 0),
                 PQgetvalue(theirs, 0, 0));
    PQclear(ours);
    PQclear(theirs);
    PQparamClear(param);
    report(why[0] == '\0', sample, "as libpqtypes", why);
}

static void check_peers(PGconn *conn) {
    register_peers(conn);
    for (size_t i = 0; i < sample_count; i++)
        check_peer(conn, &samples[i]);
}

/* Whether a numeric is put without a crash, a report of a sanitizer or an error; in a child. */
static bool numeric_survives(PGconn *conn, const char *numeric) {
    fflush(stdout);
    pid_t child = fork();
    if (child < 0)
        bail_out("fork", "no child");
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(2);
        PGparam *param = PQparamCreate(conn);
        _exit(param != NULL && PQputf(param, "%numeric", numeric) ? 0 : 1);
    }
    int status;
    if (waitpid(child, &status, 0) != child)
        bail_out("waitpid", "no child");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void pin(const char *what, bool fixed) {
    if (fixed)
        skip(what, "fixed in this libpqtypes: the workaround may go");
    else
        printf("ok %d - libpqtypes still has its defect: %s\n", ++test_number, what);
}

static void check_defects(PGconn *conn) {
    pin("numeric of 0 and of |x| < 1 frees an interior pointer",
        numeric_survives(conn, "0") && numeric_survives(conn, "0.5"));
    pin("NULL numeric crashes", numeric_survives(conn, NULL));
    PGparam *param = PQparamCreate(conn);
    PGresult *result = param != NULL && PQputf(param, "%text", "")
                           ? PQparamExec(conn, param, "SELECT $1 IS NULL", 0)
                           : NULL;
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        bail_out("libpqtypes", PQgeterror());
    pin("empty text in a never-used slot becomes NULL", PQgetvalue(result, 0, 0)[0] == 'f');
    PQclear(result);
    PQparamClear(param);
}

#endif

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s CONNINFO\n", argv[0]);
        return 2;
    }
    printf("1..%zu\n", 2 * sample_count + 3);
    PGconn *conns[SESSIONS];
    for (int i = 0; i < SESSIONS; i++) {
        conns[i] = PQconnectdb(argv[1]);
        if (PQstatus(conns[i]) != CONNECTION_OK)
            bail_out("connect", PQerrorMessage(conns[i]));
        run(conns[i], "SET client_encoding = 'UTF8'");
        run(conns[i], sessions[i]);
        run(conns[i], "CREATE TYPE pg_temp.pgwrite_mood AS ENUM ('ok', 'it''s \"so, so\"')");
    }
    for (size_t i = 0; i < sample_count; i++)
        check_forms(conns, &samples[i]);
    check_peers(conns[0]);
    check_defects(conns[0]);
    for (int i = 0; i < SESSIONS; i++)
        PQfinish(conns[i]);
    return failures > 0;
}
