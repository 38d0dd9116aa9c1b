#include <string.h>

#include "pg/convert.h"
#include "pg/type.h"

/* Families of an address on the wire (src/include/utils/inet.h): not the machine's AF_INET6. */
enum { WIRE_INET = 2, WIRE_INET6 = 3 };
enum { JSONB_VERSION = 1 };
enum { NUMERIC_POSITIVE = 0x0000, NUMERIC_NEGATIVE = 0x4000, NUMERIC_NAN = 0xC000 };

/* Network byte order; the compiler makes one byte-swapped store of each. */
static inline uint8_t *put_16(uint8_t *out, uint16_t x) {
    out[0] = (uint8_t)(x >> 8);
    out[1] = (uint8_t)x;
    return out + 2;
}

static inline uint8_t *put_32(uint8_t *out, uint32_t x) {
    out[0] = (uint8_t)(x >> 24);
    out[1] = (uint8_t)(x >> 16);
    out[2] = (uint8_t)(x >> 8);
    out[3] = (uint8_t)x;
    return out + 4;
}

static inline uint8_t *put_64(uint8_t *out, uint64_t x) {
    return put_32(put_32(out, (uint32_t)(x >> 32)), (uint32_t)x);
}

static inline uint8_t *put_bytes(uint8_t *out, const void *bytes, size_t length) {
    if (length > 0)
        memcpy(out, bytes, length);
    return out + length;
}

static uint8_t *put_float4(uint8_t *out, float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return put_32(out, bits);
}

static uint8_t *put_float8(uint8_t *out, double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return put_64(out, bits);
}

/* numeric_recv: number of base-10000 digits, weight (power of 10000) of the first, sign, decimals.
 */
static uint8_t *put_numeric(uint8_t *out, struct pg_number x) {
    if (x.nan)
        return put_16(put_16(put_32(out, 0), NUMERIC_NAN), 0);
    uint16_t groups[6];
    int count = 0;
    /* digits × 10^-scale = digits × 10^shift × 10000^weight, where 0 <= shift < 4. */
    int shift = -x.scale & 3, weight = (-x.scale - shift) / 4;
    uint64_t rest = x.digits, low = 0;
    switch (shift) { /* divisors known to the compiler cost a multiplication */
    case 1:
        low = rest % 1000 * 10;
        rest /= 1000;
        break;
    case 2:
        low = rest % 100 * 100;
        rest /= 100;
        break;
    case 3:
        low = rest % 10 * 1000;
        rest /= 10;
        break;
    default:
        low = rest % 10000;
        rest /= 10000;
        break;
    }
    while (low == 0 && rest > 0) {
        low = rest % 10000;
        rest /= 10000;
        weight++;
    }
    if (low > 0)
        groups[count++] = (uint16_t)low;
    for (; rest > 0; rest /= 10000)
        groups[count++] = (uint16_t)(rest % 10000);
    out = put_16(out, (uint16_t)count);
    out = put_16(out, (uint16_t)(count > 0 ? weight + count - 1 : 0));
    out = put_16(out, x.negative ? NUMERIC_NEGATIVE : NUMERIC_POSITIVE);
    out = put_16(out, (uint16_t)x.display_scale);
    while (count > 0)
        out = put_16(out, groups[--count]);
    return out;
}

static uint8_t *put_interval(uint8_t *out, const struct value *value) {
    out = put_64(out, (uint64_t)value->as.interval.microseconds);
    out = put_32(out, (uint32_t)value->as.interval.days);
    return put_32(out, (uint32_t)value->as.interval.months);
}

static uint8_t *put_inet(uint8_t *out, const struct pg_type *type, const struct value *value) {
    struct pg_network net = pg_to_network(value, type->is_cidr);
    *out++ = net.bytes == 4 ? WIRE_INET : WIRE_INET6;
    *out++ = net.prefix;
    *out++ = type->is_cidr;
    *out++ = net.bytes;
    return put_bytes(out, net.address, net.bytes);
}

/* array_recv: dimensions, whether it has NULLs, element type, then length and lower bound of each
 * dimension, then the elements, each after its length. */
static uint8_t *put_array(uint8_t *out, const struct pg_type *type, const struct value *value) {
    const struct value *elements = value->as.array.elements;
    uint32_t count = value->as.array.count, has_null = 0;
    for (uint32_t i = 0; i < count; i++)
        has_null |= elements[i].kind == VALUE_NULL;
    out = put_32(out, count > 0);
    out = put_32(out, has_null);
    out = put_32(out, type->element->oid);
    if (count == 0)
        return out;
    out = put_32(put_32(out, count), 1);
    for (uint32_t i = 0; i < count; i++) {
        if (elements[i].kind == VALUE_NULL) {
            out = put_32(out, UINT32_MAX);
            continue;
        }
        uint8_t *end = pg_write_binary(type->element, &elements[i], out + 4);
        put_32(out, (uint32_t)(end - out - 4));
        out = end;
    }
    return out;
}

uint8_t *pg_write_binary(const struct pg_type *type, const struct value *value, uint8_t *out) {
    if (value->kind == VALUE_RAW)
        return put_bytes(out, value->as.raw->binary, value->as.raw->binary_length);
    switch (type->class) {
    case PG_BOOL:
        *out = value->as.boolean;
        return out + 1;
    case PG_INT2:
        return put_16(out, (uint16_t)pg_to_int(value, INT16_MIN, INT16_MAX));
    case PG_INT4:
        return put_32(out, (uint32_t)pg_to_int(value, INT32_MIN, INT32_MAX));
    case PG_INT8:
        return put_64(out, (uint64_t)pg_to_int(value, INT64_MIN, INT64_MAX));
    case PG_FLOAT4:
        return put_float4(out, pg_to_float4(value));
    case PG_FLOAT8:
        return put_float8(out, pg_to_float8(value));
    case PG_NUMERIC:
        return put_numeric(out, pg_to_number(value, type->precision, type->scale));
    case PG_TEXT:
        if (value->kind == VALUE_TEXT || value->kind == VALUE_JSON)
            return put_bytes(out, value->as.bytes.data, value->as.bytes.length);
        return (uint8_t *)pg_write_text(type, value, (char *)out);
    case PG_BYTEA:
    case PG_JSON:
    case PG_ENUM:
        return put_bytes(out, value->as.bytes.data, value->as.bytes.length);
    case PG_UUID:
        return put_bytes(out, value->as.uuid, sizeof value->as.uuid);
    case PG_DATE:
        return put_32(out, (uint32_t)pg_to_date(value));
    case PG_TIME:
        return put_64(out, (uint64_t)pg_to_time(value));
    case PG_TIMESTAMP:
        return put_64(out, (uint64_t)pg_to_timestamp(value));
    case PG_INTERVAL:
        return put_interval(out, value);
    case PG_JSONB:
        *out = JSONB_VERSION;
        return put_bytes(out + 1, value->as.bytes.data, value->as.bytes.length);
    case PG_INET:
        return put_inet(out, type, value);
    case PG_ARRAY:
        return put_array(out, type, value);
    case PG_OTHER:
        break;
    }
    panic("value of kind %d written to type %s", (int)value->kind, type->name);
}
