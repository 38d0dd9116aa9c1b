#include "pg/target.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

static bool env_given(const char *name) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0';
}

bool target_given(const struct target_options *options) {
    return options->dbname || options->host || options->port || options->user ||
           env_given("PGHOST") || env_given("PGHOSTADDR") || env_given("PGPORT") ||
           env_given("PGDATABASE") || env_given("PGSERVICE");
}

static bool is_conninfo(const char *dbname) {
    return strchr(dbname, '=') || strncmp(dbname, "postgresql://", 13) == 0 ||
           strncmp(dbname, "postgres://", 11) == 0;
}

static void target_add(struct target *target, const char *keyword, const char *value) {
    size_t n = 0;
    while (target->keywords[n])
        n++;
    if (n == TARGET_MAX_WORDS)
        panic("more connection parameters than TARGET_MAX_WORDS");
    target->keywords[n] = keyword;
    target->values[n] = value;
}

/* Every parameter of the conninfo and of the options that is set, but for secrets. */
static const char *target_show(const struct target_options *options, PQconninfoOption *parsed,
                               struct arena *arena) {
    struct strbuf shown = STRBUF_INIT;
    PQconninfoOption *defaults = PQconndefaults();
    for (PQconninfoOption *o = defaults; o && o->keyword; o++) {
        bool wanted = strcmp(o->keyword, "host") == 0 || strcmp(o->keyword, "hostaddr") == 0 ||
                      strcmp(o->keyword, "port") == 0 || strcmp(o->keyword, "dbname") == 0 ||
                      strcmp(o->keyword, "user") == 0 || strcmp(o->keyword, "service") == 0;
        if (!wanted)
            continue;
        const char *value = o->val;
        for (PQconninfoOption *p = parsed; p && p->keyword; p++)
            if (strcmp(p->keyword, o->keyword) == 0 && p->val)
                value = p->val;
        if (strcmp(o->keyword, "host") == 0 && options->host)
            value = options->host;
        if (strcmp(o->keyword, "port") == 0 && options->port)
            value = options->port;
        if (strcmp(o->keyword, "user") == 0 && options->user)
            value = options->user;
        if (strcmp(o->keyword, "dbname") == 0 && !parsed && options->dbname)
            value = options->dbname;
        if (value && *value)
            strbuf_printf(&shown, "%s%s=%s", shown.length ? " " : "", o->keyword, value);
    }
    PQconninfoFree(defaults);
    const char *text = arena_strdup(arena, shown.length ? shown.text : "libpq's defaults");
    strbuf_release(&shown);
    return text;
}

/* libpq quotes what it could not parse. Where there may be a password in that, its message is cut
 * before the first quotation. */
static bool unparsable(const char *conninfo, const char *message, struct error *error) {
    bool secret = strstr(conninfo, "password") || strchr(conninfo, '@');
    size_t length = strcspn(message, secret ? "\"\n" : "\n");
    error_usage(error, "--dbname: %.*s%s", (int)length, message, message[length] == '"' ? "…" : "");
    return error_hint(error, "a database name, 'host=… dbname=…' or postgresql://user@host/db");
}

/* libpq also takes a list of ports, one for each host of a list. */
static bool is_port(const char *text) {
    bool list = strchr(text, ',') != NULL;
    return list ||
           (strspn(text, "0123456789") == strlen(text) && atoi(text) >= 1 && atoi(text) <= 65535);
}

bool target_resolve(const struct target_options *options, struct arena *arena,
                    struct target *target, struct error *error) {
    *target = (struct target){0};
    if (options->port && !is_port(options->port)) {
        error_usage(error, "--port: \"%s\" is no port", options->port);
        return error_hint(error, "a number from 1 to 65535");
    }
    PQconninfoOption *parsed = NULL;
    if (options->dbname && is_conninfo(options->dbname)) {
        char *message = NULL;
        parsed = PQconninfoParse(options->dbname, &message);
        if (!parsed) {
            unparsable(options->dbname, message ? message : "can't be parsed", error);
            PQfreemem(message);
            return false;
        }
    }
    /* libpq lets later words win, so that -h and the like override what the conninfo says. */
    if (options->dbname)
        target_add(target, "dbname", arena_strdup(arena, options->dbname));
    if (options->host)
        target_add(target, "host", arena_strdup(arena, options->host));
    if (options->port)
        target_add(target, "port", arena_strdup(arena, options->port));
    if (options->user)
        target_add(target, "user", arena_strdup(arena, options->user));
    target->shown = target_show(options, parsed, arena);
    PQconninfoFree(parsed);
    return true;
}

void target_local(const char *socket_dir, int port, const char *user, struct arena *arena,
                  struct target *target) {
    /* These speak of another server. libpq heeds them where a host is given too: the address would
     * even win over our socket. */
    static const char *const foreign[] = {
        "PGHOSTADDR",       "PGSERVICE",    "PGREQUIREPEER",       "PGREQUIREAUTH",
        "PGCHANNELBINDING", "PGGSSENCMODE", "PGTARGETSESSIONATTRS"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        unsetenv(foreign[i]);
    *target = (struct target){0};
    target_add(target, "host", arena_strdup(arena, socket_dir));
    target_add(target, "port", arena_printf(arena, "%d", port));
    target_add(target, "user", arena_strdup(arena, user));
    target_add(target, "dbname", "postgres");
    target_add(target, "sslmode", "disable");
    target->shown =
        arena_printf(arena, "host=%s port=%d dbname=postgres user=%s", socket_dir, port, user);
}

/* What stands behind the key of a variant, with or without -A or -B, but for its dsn; NULL: it is
 * no such word. */
static const char *value_of_variant(const char *word) {
    static const char *const keys[] = {"sql=", "set.", "schema=", "workload="};
    if (strncmp(word, "-A", 2) == 0 || strncmp(word, "-B", 2) == 0)
        word += 2;
    const char *equals = strchr(word, '=');
    for (size_t i = 0; equals && i < sizeof keys / sizeof *keys; i++)
        if (strncmp(word, keys[i], strlen(keys[i])) == 0)
            return equals + 1;
    return NULL;
}

/* "password=x", "PASSWORD 'x'", "//user:x@host"; "password_hash" is none. */
static bool may_hold_password(const char *text) {
    static const char word[] = "password";
    for (const char *at = text; (at = strcasestr(at, word));) {
        at += sizeof word - 1;
        at += strspn(at, " \t\n");
        if (*at == '=' || *at == '\'' || strncasecmp(at, "e'", 2) == 0)
            return true;
    }
    const char *user = strstr(text, "://");
    user = user ? user + 3 : "";
    size_t length = strcspn(user, "@/ ");
    return user[length] == '@' && memchr(user, ':', length);
}

const char *target_redact(const char *word, struct arena *arena) {
    /* Words in which one stands behind something: of an option, of a variant, of both. */
    static const char *const before[] = {"--dbname=", "-Adsn=", "-Bdsn=", "dsn=", "-d"};
    const char *start = word;
    for (size_t i = 0; i < sizeof before / sizeof *before && start == word; i++)
        if (strncmp(word, before[i], strlen(before[i])) == 0)
            start = word + strlen(before[i]);
    const char *value = value_of_variant(word);
    if (value)
        return may_hold_password(value)
                   ? arena_printf(arena, "%.*s<hidden>", (int)(value - word), word)
                   : word;
    if (!is_conninfo(start))
        return word;
    PQconninfoOption *parsed = PQconninfoParse(start, NULL);
    if (!parsed)
        return strstr(start, "password") || strchr(start, '@') ? "<conninfo>" : word;
    bool secret = false;
    struct strbuf text = STRBUF_INIT;
    strbuf_add_bytes(&text, word, (size_t)(start - word));
    for (PQconninfoOption *o = parsed; o->keyword; o++) {
        if (!o->val)
            continue;
        bool hidden = *o->dispchar == '*';
        secret |= hidden;
        strbuf_printf(&text, "%s%s=%s", text.length > (size_t)(start - word) ? " " : "", o->keyword,
                      hidden ? "***" : o->val);
    }
    PQconninfoFree(parsed);
    const char *shown = secret ? arena_strdup(arena, text.text) : word;
    strbuf_release(&text);
    return shown;
}
