-- A log whose every INSERT adds to one counter: the row that everyone waits for. Many applications have one,
-- as a total, a balance, or a gapless number.

CREATE TABLE counter (
    id       int PRIMARY KEY,
    entries  bigint NOT NULL
);

INSERT INTO counter VALUES (1, 0);

CREATE TABLE entries (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body  text NOT NULL
);

-- The function finds the counter wherever the run's own schema is.
CREATE FUNCTION count_entries() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE counter SET entries = entries + (SELECT count(*) FROM added) WHERE id = 1;
    RETURN NULL;
END $$;

CREATE TRIGGER count_entries AFTER INSERT ON entries
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_entries();
