-- What changing settings takes: being a superuser, or reading the configuration files' settings and
-- reloading them; that the server lets anybody use ALTER SYSTEM (17 and newer can refuse it).
SELECT pg_catalog.current_setting('is_superuser') = 'on',
       pg_catalog.has_table_privilege('pg_catalog.pg_file_settings', 'SELECT')
           AND pg_catalog.has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'EXECUTE'),
       pg_catalog.has_function_privilege('pg_catalog.pg_reload_conf()', 'EXECUTE'),
       coalesce(pg_catalog.current_setting('allow_alter_system', true), 'on') = 'on'
