-- People who may log in
CREATE TABLE IF NOT EXISTS app."users" (
  id bigint PRIMARY KEY,
  name text DEFAULT ';'
);
CREATE UNIQUE INDEX CONCURRENTLY users_name ON app.users (name);
create or replace function touch() returns trigger as $$
begin
  new.updated := now();
  return new;
end;
$$ language plpgsql;
INSERT INTO users VALUES (1, 'a');
CREATE TEMPORARY VIEW `recent` AS SELECT 1;
CREATE PROCEDURE pay(IN x INT)
BEGIN
  SELECT 1;
  UPDATE t SET a = 2;
END;
ALTER TABLE app.users ADD COLUMN age int;
CREATE SCHEMA audit;
-- name: GetUser :one
SELECT * FROM users WHERE id = $1;
