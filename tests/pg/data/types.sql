-- A column of every type that has a generator, as the catalog alone describes it. The same columns
-- twice: all may be NULL in loose, none in strict.
CREATE TYPE mood AS ENUM ('ok', 'it''s', 'so, "so"', 'Weiß \ nicht');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN small_positive AS positive CHECK (VALUE <= 1000000);
CREATE DOMAIN short_text AS varchar(5);
CREATE DOMAIN moods AS mood[];

CREATE TABLE loose (
    c_bool         boolean,
    c_int2         smallint,
    c_int4         integer,
    c_int8         bigint,
    c_float4       real,
    c_float8       double precision,
    c_numeric      numeric,
    c_numeric_10_2 numeric(10,2),
    c_numeric_1    numeric(1),
    c_numeric_3_3  numeric(3,3),
    c_numeric_38_9 numeric(38,9),
    c_text         text,
    c_varchar      varchar,
    c_varchar_12   varchar(12),
    c_varchar_1    varchar(1),
    c_char_10      char(10),
    c_char         char,
    c_name         name,
    c_bytea        bytea,
    c_uuid         uuid,
    c_date         date,
    c_time         time,
    c_time_0       time(0),
    c_timestamp    timestamp,
    c_timestamp_3  timestamp(3),
    c_timestamptz  timestamptz,
    c_interval     interval,
    c_json         json,
    c_jsonb        jsonb,
    c_inet         inet,
    c_cidr         cidr,
    c_enum         mood,
    c_positive     positive,
    c_small        small_positive,
    c_short        short_text,
    c_ints         int[],
    c_grid         int[][],
    c_texts        text[],
    c_varchars     varchar(4)[],
    c_enums        mood[],
    c_numerics     numeric(8,3)[],
    c_timestamps   timestamptz[],
    c_uuids        uuid[],
    c_bools        boolean[],
    c_byteas       bytea[],
    c_jsonbs       jsonb[],
    c_inets        inet[],
    c_moods        moods
);

CREATE TABLE strict (LIKE loose);
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT attname FROM pg_attribute WHERE attrelid = 'strict'::regclass AND attnum > 0
    LOOP
        EXECUTE format('ALTER TABLE strict ALTER %I SET NOT NULL', name);
    END LOOP;
END $$;
