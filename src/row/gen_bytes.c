/* bytes and inet. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "row/args.h"
#include "row/generator_list.h"

/* bytes */

#define BYTES_MIN_DEFAULT "16"
#define BYTES_MAX_DEFAULT "64"
#define BYTES_LIMIT (64ull << 20)

struct byte_lengths {
    uint64_t min, max;
};

static bool bytes_compile(const struct generator_args *args, struct arena *arena, void **out,
                          struct error *error) {
    struct byte_lengths *spec = *out = ARENA_NEW(arena, struct byte_lengths);
    if (!args_size(args, "min", BYTES_MIN_DEFAULT, &spec->min, error) ||
        !args_size(args, "max", BYTES_MAX_DEFAULT, &spec->max, error) ||
        !args_ordered(args, spec->min <= spec->max, BYTES_MIN_DEFAULT, BYTES_MAX_DEFAULT, error))
        return false;
    if (spec->max > BYTES_LIMIT)
        return args_error(args, args_find(args, "max"), error, "max: at most 64MB is possible");
    return true;
}

static void bytes_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct byte_lengths *spec = opaque;
    size_t length = (size_t)(spec->min + rng_below(&draw->rng, spec->max - spec->min + 1));
    uint8_t *out = scratch_take(draw->scratch, length);
    value->kind = VALUE_BYTES;
    value->as.bytes.data = (const char *)out;
    value->as.bytes.length = (uint32_t)length;
    while (length > 0) { /* the lowest byte first, on every machine */
        uint64_t bits = rng_next(&draw->rng);
        size_t part = length < 8 ? length : 8;
        for (size_t i = 0; i < part; i++)
            *out++ = (uint8_t)(bits >> (8 * i));
        length -= part;
    }
}

static enum value_kind bytes_kind(const void *spec) {
    (void)spec;
    return VALUE_BYTES;
}

static size_t bytes_max_bytes(const void *opaque) {
    const struct byte_lengths *spec = opaque;
    return spec->max;
}

const struct generator generator_bytes = {
    .name = "bytes",
    .summary = "random bytes",
    .params =
        (const struct generator_param[]){
            {"min", "shortest length, a size: 16, 4kB; default " BYTES_MIN_DEFAULT},
            {"max", "longest length, up to 64MB; default " BYTES_MAX_DEFAULT},
            {0},
        },
    .compile = bytes_compile,
    .draw = bytes_draw,
    .kind = bytes_kind,
    .max_bytes = bytes_max_bytes,
};

/* inet */

#define NETWORK_DEFAULT "10.0.0.0/8"

struct network {
    uint8_t address[16];
    uint8_t prefix;
    bool v6;
};

/* ADDRESS/PREFIX with no bit of the address set beyond the prefix. */
static bool network_parse(const char *text, struct network *network) {
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    if (slash == NULL || (size_t)(slash - text) >= sizeof(address))
        return false;
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    network->v6 = strchr(address, ':') != NULL;
    if (inet_pton(network->v6 ? AF_INET6 : AF_INET, address, network->address) != 1)
        return false;
    size_t digits = strspn(slash + 1, "0123456789");
    int prefix = digits > 0 && digits < 4 && slash[1 + digits] == '\0' ? atoi(slash + 1) : -1;
    int bits = network->v6 ? 128 : 32;
    if (prefix < 0 || prefix > bits)
        return false;
    for (int bit = prefix; bit < bits; bit++)
        if (network->address[bit / 8] & (0x80 >> bit % 8))
            return false;
    network->prefix = (uint8_t)prefix;
    return true;
}

static bool inet_compile(const struct generator_args *args, struct arena *arena, void **out,
                         struct error *error) {
    struct network *spec = *out = ARENA_NEW(arena, struct network);
    const char *text;
    if (!args_text(args, "network", NETWORK_DEFAULT, &text, error))
        return false;
    if (network_parse(text, spec))
        return true;
    args_error(args, args_find(args, "network"), error, "network: \"%s\" is not a network", text);
    return error_hint(error, "write address/prefix with the address's other bits 0, for example "
                             "192.168.0.0/16 or 2001:db8::/32");
}

static void inet_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct network *spec = opaque;
    int bytes = spec->v6 ? 16 : 4;
    value->kind = VALUE_INET;
    value->as.inet.v6 = spec->v6;
    value->as.inet.prefix = (uint8_t)(bytes * 8);
    uint64_t bits = 0;
    for (int i = 0; i < bytes; i++) {
        if (i % 8 == 0)
            bits = rng_next(&draw->rng);
        int fixed = spec->prefix - i * 8; /* bits of this byte that the network gives */
        uint8_t host = fixed >= 8 ? 0 : fixed <= 0 ? 0xff : (uint8_t)(0xff >> fixed);
        value->as.inet.address[i] = (uint8_t)(spec->address[i] | ((uint8_t)bits & host));
        bits >>= 8;
    }
}

static enum value_kind inet_kind(const void *spec) {
    (void)spec;
    return VALUE_INET;
}

const struct generator generator_inet = {
    .name = "inet",
    .summary = "host addresses of a network",
    .params =
        (const struct generator_param[]){
            {"network", "the network, IPv4 or IPv6: 192.168.0.0/16; default " NETWORK_DEFAULT},
            {0},
        },
    .compile = inet_compile,
    .draw = inet_draw,
    .kind = inet_kind,
};
