-- Every setting that a value could be given, but for texts. min_wal_size and max_wal_size: the server
-- does not start with less than two WAL files, though pg_settings says otherwise.
SELECT s.name::text,
       s.vartype::text,
       s.context::text,
       s.category::text,
       s.source::text,
       s.short_desc::text,
       CASE WHEN s.vartype = 'string' THEN '' ELSE pg_catalog.current_setting(s.name) END::text,
       coalesce(s.unit, '')::text,
       CASE
           WHEN s.name IN ('min_wal_size', 'max_wal_size') AND s.unit = 'MB'
               THEN greatest(s.min_val::float8, 2 * segment.bytes / 1048576)
           ELSE coalesce(s.min_val, '0')::float8
       END::float8,
       coalesce(s.max_val, '0')::float8,
       coalesce(pg_catalog.array_to_string(s.enumvals, ','), '')::text
FROM pg_catalog.pg_settings s
CROSS JOIN (SELECT setting::float8 AS bytes FROM pg_catalog.pg_settings
            WHERE name = 'wal_segment_size') segment
ORDER BY s.name
