-- A server of known capacity: a row takes one of c slots and holds it for t seconds. However fast the
-- machine is, c connections store c / t rows a second; more of them wait for a lock and store no more.
-- c and t are the arguments of the trigger, for a test to change; with c = 0 there are no slots, a row
-- only takes its time, and the pool alone is the limit.
--
-- A session looks first at a slot of its own, takes the first that is free, and queues at its own if none
-- is. So a slot goes to who queues for it, or to the next that comes, and none stays idle while each
-- session has its next row at once. With arrivals of a rate and more sessions than slots one may stay
-- idle while another has a queue; with at most c sessions nobody queues.
--
-- A session keeps a beat: what commit, round trip and a sleep of whole milliseconds take beside is taken
-- off its next sleep, unless it came late by half of t or had to queue. Its first sleep is one of 0
-- to t, so that the sessions do not all commit at once.
CREATE TABLE slotted (
    id bigint PRIMARY KEY,
    n int NOT NULL
);

CREATE FUNCTION hold_slot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    c CONSTANT int := TG_ARGV[0];
    t CONSTANT float8 := TG_ARGV[1];
    slot int;
    queued bool := false;
    time_now float8;
    until float8 := nullif(current_setting('known_capacity.until', true), '');
BEGIN
    IF c > 0 THEN
        slot := pg_backend_pid() % c;
        FOR tried IN 1 .. c LOOP
            EXIT WHEN pg_try_advisory_xact_lock(TG_RELID::int, slot);
            slot := (slot + 1) % c;
            IF tried = c THEN
                queued := true;
                PERFORM pg_advisory_xact_lock(TG_RELID::int, slot);
            END IF;
        END LOOP;
    END IF;
    time_now := extract(epoch FROM clock_timestamp());
    until := CASE
        WHEN until IS NULL THEN time_now + random() * t
        WHEN NOT queued AND until > time_now - t / 2 THEN until + t
        ELSE time_now + t
    END;
    PERFORM set_config('known_capacity.until', until::text, false);
    PERFORM pg_sleep(until - time_now);
    RETURN NEW;
END $$;

CREATE TRIGGER hold_slot BEFORE INSERT ON slotted
    FOR EACH ROW EXECUTE FUNCTION hold_slot('8', '0.020');
