#include "report/metrics_listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT_MAX = 65535, PORT_DIGITS_MAX = 5, BACKLOG = 16 };

static bool refuse(const char *text, const char *why, struct error *error) {
    error_usage(error, "\"%s\": %s", text, why);
    return error_hint(error, "127.0.0.1:9188 is for this machine alone, 0.0.0.0:9188 for all that "
                             "can reach it");
}

bool listen_parse(const char *text, struct listen_address *out, struct error *error) {
    const char *colon = strrchr(text, ':');
    const char *host = text, *end = colon;
    if (!colon)
        return refuse(text, "it takes a host and a port, with a colon between them", error);
    if (*text == '[') {
        host = text + 1;
        end = colon > text && colon[-1] == ']' ? colon - 1 : NULL;
    } else if (strchr(text, ':') != colon) {
        return refuse(text, "an IPv6 address stands in brackets, as in [::1]:9188", error);
    }
    size_t digits = strspn(colon + 1, "0123456789");
    if (!end)
        return refuse(text, "behind the ] comes a colon and the port", error);
    if (end == host)
        return refuse(text, "the host is missing", error);
    if (digits == 0 || digits > PORT_DIGITS_MAX || colon[1 + digits] ||
        strtol(colon + 1, NULL, 10) > PORT_MAX)
        return refuse(text, "the port is not a number from 0 to 65535", error);
    if ((size_t)(end - host) >= sizeof out->host)
        return refuse(text, "the host is too long", error);
    snprintf(out->host, sizeof out->host, "%.*s", (int)(end - host), host);
    snprintf(out->port, sizeof out->port, "%s", colon + 1);
    return true;
}

/* -1 with errno. Without IPV6_V6ONLY [::] would be bound to all IPv4 addresses too. */
static int try_listen(const struct addrinfo *at) {
    const int on = 1;
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (at->ai_family != AF_INET6 ||
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
        bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int failed = errno;
    close(fd);
    errno = failed;
    return -1;
}

static void show(int fd, char *out, size_t size) {
    struct sockaddr_storage at;
    socklen_t length = sizeof at;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    snprintf(out, size, "%s", "");
    memset(&at, 0, sizeof at);
    if (getsockname(fd, (struct sockaddr *)&at, &length) != 0 ||
        getnameinfo((struct sockaddr *)&at, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return;
    snprintf(out, size, at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static bool refuse_address(const struct listen_address *address, int why, struct error *error) {
    error_set(error, "can't listen on port %s of %s: %s", address->port, address->host,
              strerror(why));
    return why == EADDRINUSE &&
           error_hint(error, "another program has it; port 0 takes one that is free");
}

bool listen_open(const struct listen_address *address, int *fd, char *shown, size_t size,
                 struct error *error) {
    const struct addrinfo wanted = {.ai_family = AF_UNSPEC,
                                    .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found;
    int code = getaddrinfo(address->host, address->port, &wanted, &found);
    if (code != 0)
        return error_usage(error, "can't find host \"%s\": %s", address->host, gai_strerror(code));
    int why = 0;
    *fd = -1;
    /* A name can have addresses that this machine has no network for; one that is taken is no
     * reason to listen elsewhere. */
    for (const struct addrinfo *at = found; at && *fd < 0 && why != EADDRINUSE; at = at->ai_next) {
        *fd = try_listen(at);
        why = *fd < 0 ? errno : 0;
    }
    freeaddrinfo(found);
    if (*fd < 0)
        return refuse_address(address, why, error);
    show(*fd, shown, size);
    return true;
}
