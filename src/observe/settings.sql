-- Settings that differ from PostgreSQL's own defaults, without those that only say where things are,
-- and without those that may hold a password.
SELECT name::text,
       pg_catalog.current_setting(name)::text,
       (name IN ('autovacuum', 'backend_flush_after', 'bgwriter_delay', 'bgwriter_flush_after',
                 'bgwriter_lru_maxpages', 'checkpoint_completion_target', 'checkpoint_flush_after',
                 'checkpoint_timeout', 'commit_delay', 'commit_siblings', 'data_sync_retry',
                 'default_toast_compression', 'effective_io_concurrency', 'fsync', 'full_page_writes',
                 'huge_pages', 'io_method', 'log_statement', 'maintenance_work_mem',
                 'max_wal_size', 'min_wal_size', 'shared_buffers', 'shared_preload_libraries',
                 'synchronous_commit', 'synchronous_standby_names', 'temp_buffers', 'track_io_timing',
                 'track_wal_io_timing', 'wal_buffers', 'wal_compression', 'wal_init_zero', 'wal_keep_size',
                 'wal_level', 'wal_log_hints', 'wal_recycle', 'wal_sync_method', 'wal_writer_delay',
                 'wal_writer_flush_after', 'work_mem'))
FROM pg_catalog.pg_settings
WHERE source NOT IN ('default', 'override', 'client', 'session', 'environment variable')
  AND setting IS DISTINCT FROM boot_val
  AND name NOT IN ('application_name', 'client_encoding', 'cluster_name', 'config_file',
                   'data_directory', 'DateStyle', 'default_text_search_config', 'dynamic_shared_memory_type',
                   'external_pid_file', 'hba_file', 'ident_file', 'lc_messages', 'lc_monetary',
                   'lc_numeric', 'lc_time', 'listen_addresses', 'log_timezone', 'max_stack_depth', 'port',
                   'primary_conninfo', 'ssl_passphrase_command', 'TimeZone', 'unix_socket_directories',
                   'unix_socket_permissions')
ORDER BY name
