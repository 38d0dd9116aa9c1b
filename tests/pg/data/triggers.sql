-- Tables with triggers and rules that do something else with a row than to store it once.
CREATE TABLE slow (a int);
CREATE TABLE dropped (a int);
CREATE TABLE doubled (a int);
CREATE TABLE lost (a int);
CREATE TABLE redirected (a int);
CREATE TABLE elsewhere (a int);

CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(60);
    RETURN NEW;
END $$;
CREATE TRIGGER t BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION slow();

CREATE FUNCTION dropped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE WHEN NEW.a % 10 <> 0 THEN NEW END;
END $$;
CREATE TRIGGER t BEFORE INSERT ON dropped FOR EACH ROW EXECUTE FUNCTION dropped();

CREATE FUNCTION doubled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        EXECUTE format('INSERT INTO %I.doubled VALUES ($1)', TG_TABLE_SCHEMA) USING NEW.a;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER t AFTER INSERT ON doubled FOR EACH ROW EXECUTE FUNCTION doubled();

CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM %I.lost WHERE a %% 4 = 0', TG_TABLE_SCHEMA);
    RETURN NULL;
END $$;
CREATE TRIGGER t AFTER INSERT ON lost FOR EACH ROW EXECUTE FUNCTION lost();

CREATE RULE r AS ON INSERT TO redirected DO INSTEAD INSERT INTO elsewhere VALUES (NEW.a);
