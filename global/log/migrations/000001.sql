-- The append-only log, the current state it folds to, and the keys of secrets.
CREATE TABLE log_head (
  log text PRIMARY KEY,
  log_id uuid NOT NULL,
  last_seq bigint NOT NULL,
  fence bigint NOT NULL
) WITH (fillfactor = 10);

INSERT INTO log_head (log, log_id, last_seq, fence) VALUES ('global', gen_random_uuid(), 0, 1);

CREATE TABLE event (
  seq bigint PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  rkey text NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  schema_ver int NOT NULL,
  change_id uuid NOT NULL,
  change_index int NOT NULL,
  change_size int NOT NULL,
  at timestamptz NOT NULL,
  author jsonb NOT NULL,
  data jsonb,
  UNIQUE (rkey, version)
);
CREATE INDEX event_change ON event (change_id);

CREATE TABLE resource (
  rkey text PRIMARY KEY,
  mesh text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  version bigint NOT NULL,
  seq bigint NOT NULL,
  deleted boolean NOT NULL DEFAULT false,
  body jsonb
);
CREATE INDEX resource_seq ON resource (seq);
CREATE INDEX resource_kind ON resource (kind, mesh, name) WHERE NOT deleted;

-- Data keys of secrets, wrapped. A secret's deletion deletes its key, and with it what the history holds of it.
CREATE TABLE data_key (
  key_id uuid PRIMARY KEY,
  rkey text NOT NULL UNIQUE,
  wrapped text NOT NULL
);

CREATE TABLE zone_key (
  zone text PRIMARY KEY,
  public_key text NOT NULL
);

-- Appends a batch of changes. Input: [{id, by, events: [{id, rkey, mesh, kind, name, type, expected, data}], keys: [{keyId, rkey, wrapped}]}].
-- A change is written whole or not at all; a conflict of one does not hurt the others. The head row orders everything:
-- a commit becomes visible before its row lock is released, so no position is visible while a lower one can still commit.
-- Returns one row per change: its ordinal, the position of its first event, or null for a version conflict on `conflict`.
-- No row at all: this instance is fenced out (another generation of the log has begun).
CREATE FUNCTION append_changes(batch jsonb, my_fence bigint)
RETURNS TABLE (ordinal int, base bigint, versions jsonb, conflict text, at timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
  change jsonb;
  e jsonb;
  i int := 0;
  j int;
  size int;
  head bigint;
  known record;
  next_version bigint;
  stale text;
  seen jsonb;
BEGIN
  UPDATE log_head SET last_seq = last_seq WHERE log = 'global' AND fence = my_fence RETURNING last_seq INTO head;
  IF NOT FOUND THEN RETURN; END IF;
  at := clock_timestamp();
  FOR change IN SELECT * FROM jsonb_array_elements(batch) LOOP
    stale := NULL;
    FOR e IN SELECT * FROM jsonb_array_elements(change->'events') LOOP
      SELECT r.version, r.deleted INTO known FROM resource r WHERE r.rkey = e->>'rkey';
      IF e->>'expected' IS NOT NULL
         AND (e->>'expected')::bigint <> (CASE WHEN known.version IS NULL OR known.deleted THEN 0 ELSE known.version END) THEN
        stale := e->>'rkey';
        EXIT;
      END IF;
    END LOOP;
    IF stale IS NOT NULL THEN
      ordinal := i; base := NULL; versions := NULL; conflict := stale;
      RETURN NEXT;
    ELSE
      size := jsonb_array_length(change->'events');
      j := 0;
      seen := '[]'::jsonb;
      FOR e IN SELECT * FROM jsonb_array_elements(change->'events') LOOP
        SELECT coalesce(max(r.version), 0) + 1 INTO next_version FROM resource r WHERE r.rkey = e->>'rkey';
        INSERT INTO event (seq, id, rkey, version, type, schema_ver, change_id, change_index, change_size, at, author, data)
        VALUES (head + j + 1, (e->>'id')::uuid, e->>'rkey', next_version, e->>'type', (e->>'schema')::int,
                (change->>'id')::uuid, j, size, append_changes.at, change->'by', nullif(e->'data', 'null'::jsonb));
        INSERT INTO resource (rkey, mesh, kind, name, version, seq, deleted, body)
        VALUES (e->>'rkey', e->>'mesh', e->>'kind', e->>'name', next_version, head + j + 1,
                e->>'type' = 'ResourceDeleted', nullif(e->'data', 'null'::jsonb))
        ON CONFLICT (rkey) DO UPDATE SET version = excluded.version, seq = excluded.seq, deleted = excluded.deleted, body = excluded.body;
        IF e->>'type' = 'ResourceDeleted' THEN DELETE FROM data_key d WHERE d.rkey = e->>'rkey'; END IF;
        seen := seen || to_jsonb(next_version);
        j := j + 1;
      END LOOP;
      INSERT INTO data_key (key_id, rkey, wrapped)
      SELECT (k->>'keyId')::uuid, k->>'rkey', k->>'wrapped' FROM jsonb_array_elements(coalesce(change->'keys', '[]'::jsonb)) k
      ON CONFLICT (rkey) DO UPDATE SET key_id = excluded.key_id, wrapped = excluded.wrapped;
      ordinal := i; base := head + 1; versions := seen; conflict := NULL;
      RETURN NEXT;
      head := head + size;
    END IF;
    i := i + 1;
  END LOOP;
  UPDATE log_head SET last_seq = head WHERE log = 'global';
  PERFORM pg_notify('meridian_log', head::text);
END
$$;
