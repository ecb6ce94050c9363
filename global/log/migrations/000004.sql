-- The same answers for less work: what a change does not ask for is not looked up, and a version is counted where it is written.
CREATE OR REPLACE FUNCTION append_changes(batch jsonb, my_fence bigint)
RETURNS TABLE (ordinal int, outcome text, change_id uuid, base bigint, versions jsonb, conflict jsonb, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  change jsonb;
  events jsonb;
  size int;
  e jsonb;
  body jsonb;
  key text;
  expected bigint;
  actual bigint;
  earlier record;
  head bigint;
  next_seq bigint;
BEGIN
  SELECT h.last_seq INTO head FROM log_head h WHERE h.log = 'global' AND h.fence = my_fence FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  next_seq := head + 1;
  append_changes.at := clock_timestamp();
  FOR i IN 0 .. jsonb_array_length(batch) - 1 LOOP
    change := batch->i;
    events := change->'events';
    size := jsonb_array_length(events);
    ordinal := i;
    append_changes.change_id := change->>'id';
    base := NULL;
    versions := NULL;
    conflict := NULL;

    IF change->'idempotency' <> 'null' THEN
      SELECT c.change_id, c.request_hash INTO earlier FROM command c WHERE c.key = change->'idempotency'->>'key';
      IF FOUND THEN
        outcome := CASE WHEN earlier.request_hash = change->'idempotency'->>'requestHash' THEN 'repeated' ELSE 'misused' END;
        append_changes.change_id := earlier.change_id;
        RETURN NEXT;
        CONTINUE;
      END IF;
    END IF;
    IF EXISTS (SELECT FROM event v WHERE v.change_id = append_changes.change_id) THEN
      outcome := 'repeated';
      RETURN NEXT;
      CONTINUE;
    END IF;

    FOR j IN 0 .. size - 1 LOOP
      expected := events->j->>'expected';
      CONTINUE WHEN expected IS NULL;
      key := events->j->>'rkey';
      SELECT r.version INTO actual FROM resource r WHERE r.rkey = key AND NOT r.deleted;
      IF expected <> coalesce(actual, 0) THEN
        conflict := jsonb_build_object('rkey', key, 'expected', expected, 'actual', coalesce(actual, 0));
        EXIT;
      END IF;
    END LOOP;
    IF conflict IS NULL AND change->'needs' <> '[]' THEN
      SELECT jsonb_build_object('rkey', n.rkey, 'expected', 1, 'actual', 0) INTO conflict
      FROM jsonb_array_elements_text(change->'needs') n (rkey)
      WHERE NOT EXISTS (SELECT FROM resource r WHERE r.rkey = n.rkey AND NOT r.deleted) LIMIT 1;
    END IF;
    IF conflict IS NULL AND change->'empties' <> '[]' THEN
      SELECT jsonb_build_object('rkey', r.rkey, 'expected', 0, 'actual', r.version) INTO conflict FROM resource r
      WHERE r.mesh IN (SELECT jsonb_array_elements_text(change->'empties')) AND NOT r.deleted
        AND r.rkey NOT IN (SELECT x->>'rkey' FROM jsonb_array_elements(events) x) LIMIT 1;
    END IF;
    IF conflict IS NOT NULL THEN
      outcome := 'conflict';
      RETURN NEXT;
      CONTINUE;
    END IF;

    outcome := 'written';
    base := next_seq;
    versions := '[]';
    FOR j IN 0 .. size - 1 LOOP
      e := events->j;
      key := e->>'rkey';
      body := nullif(e->'data', 'null');
      INSERT INTO resource AS r (rkey, mesh, kind, name, version, seq, schema_ver, deleted, body)
      VALUES (key, e->>'mesh', e->>'kind', e->>'name', 1, next_seq, (e->>'schema')::int, e->>'type' = 'ResourceDeleted', body)
      ON CONFLICT (rkey) DO UPDATE SET version = r.version + 1, seq = excluded.seq, schema_ver = excluded.schema_ver,
                                       deleted = excluded.deleted, body = excluded.body
      RETURNING r.version INTO actual;
      INSERT INTO event (seq, id, rkey, mesh, kind, name, version, type, schema_ver, change_id, change_index, change_size, at, author, data)
      VALUES (next_seq, (e->>'id')::uuid, key, e->>'mesh', e->>'kind', e->>'name', actual, e->>'type', (e->>'schema')::int,
              append_changes.change_id, j, size, append_changes.at, change->'by', body);
      IF e->>'type' = 'ResourceDeleted' THEN DELETE FROM data_key d WHERE d.rkey = key; END IF;
      versions := versions || to_jsonb(actual);
      next_seq := next_seq + 1;
    END LOOP;
    IF change->'keys' <> '[]' THEN
      INSERT INTO data_key (key_id, rkey, wrapped)
      SELECT (k->>'keyId')::uuid, k->>'rkey', k->>'wrapped' FROM jsonb_array_elements(change->'keys') k
      ON CONFLICT (rkey) DO UPDATE SET key_id = excluded.key_id, wrapped = excluded.wrapped;
    END IF;
    IF change->'idempotency' <> 'null' THEN
      DELETE FROM command c WHERE c.at < append_changes.at - interval '1 day';
      INSERT INTO command (key, request_hash, change_id, at)
      VALUES (change->'idempotency'->>'key', change->'idempotency'->>'requestHash', append_changes.change_id, append_changes.at);
    END IF;
    RETURN NEXT;
  END LOOP;
  IF next_seq > head + 1 THEN
    UPDATE log_head h SET last_seq = next_seq - 1 WHERE h.log = 'global';
    -- One for the batch: commits that notify wait for each other.
    PERFORM pg_notify('meridian_log', (next_seq - 1)::text);
  END IF;
END
$$;
