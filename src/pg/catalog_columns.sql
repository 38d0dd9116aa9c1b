-- The columns of the table $1 (its oid), domains resolved to their base types. One row a column.
WITH RECURSIVE base AS (
    SELECT a.attnum, a.atttypid AS oid, a.atttypmod AS typmod, a.attnotnull AS not_null
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT b.attnum, t.typbasetype,
           CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.typmod END,
           b.not_null OR t.typnotnull
    FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.oid
    WHERE t.typtype = 'd'
)
SELECT a.attname::text,                                              -- 0
       a.attnum::int8,                                               -- 1
       b.oid::int8,                                                  -- 2
       t.typname::text,                                              -- 3
       t.typtype::text,                                              -- 4
       b.typmod::int8,                                               -- 5
       pg_catalog.format_type(b.oid, b.typmod)::text,                -- 6
       b.not_null,                                                   -- 7
       a.attidentity::text,                                          -- 8
       a.attgenerated::text,                                         -- 9
       coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '')::text, -- 10
       CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END::int8, -- 11
       coalesce(e.typname, '')::text,                                -- 12
       coalesce(e.typtype, ' ')::text,                               -- 13
       coalesce(pg_catalog.format_type(t.typelem, b.typmod), '')::text, -- 14
       coalesce(fk.schema_name, '')::text,                           -- 15
       coalesce(fk.table_name, '')::text,                            -- 16
       coalesce(fk.column_name, '')::text,                           -- 17
       (dom.typtype = 'd' AND dom.typdefault IS NOT NULL),           -- 18
       t.typarray::int8                                              -- 19
FROM base b
JOIN pg_catalog.pg_type t ON t.oid = b.oid AND t.typtype <> 'd'
JOIN pg_catalog.pg_attribute a ON a.attrelid = $1::oid AND a.attnum = b.attnum
JOIN pg_catalog.pg_type dom ON dom.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type e ON t.typcategory = 'A' AND e.oid = t.typelem
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN LATERAL (
    SELECT n.nspname AS schema_name, r.relname AS table_name, p.attname AS column_name
    FROM pg_catalog.pg_constraint c
    JOIN pg_catalog.pg_class r ON r.oid = c.confrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
    JOIN pg_catalog.pg_attribute p ON p.attrelid = c.confrelid AND p.attnum = c.confkey[1]
    WHERE c.conrelid = a.attrelid AND c.contype = 'f' AND pg_catalog.cardinality(c.conkey) = 1
      AND c.conkey[1] = a.attnum AND c.conparentid = 0
    ORDER BY c.oid
    LIMIT 1
) fk ON true
ORDER BY a.attnum
