-- The demo shop: 1,000 customers whose names, cities and numbers follow from their id.
PRAGMA journal_mode = WAL;
CREATE TABLE customers (
  id         INTEGER PRIMARY KEY,
  email      TEXT NOT NULL UNIQUE,
  first_name TEXT NOT NULL,
  last_name  TEXT NOT NULL,
  phone      TEXT,
  city       TEXT,
  company    TEXT,
  status     TEXT NOT NULL DEFAULT 'trial',
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE TRIGGER customers_touch AFTER UPDATE ON customers WHEN new.updated_at IS old.updated_at
BEGIN
  UPDATE customers SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = new.id;
END;
WITH RECURSIVE
  numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 1000),
  first_names(n, name) AS (VALUES (0,'Ann'),(1,'Björn'),(2,'Chloé'),(3,'Dmitri'),(4,'Eva'),
    (5,'François'),(6,'Grace'),(7,'Håkan'),(8,'Inês'),(9,'Jürgen'),(10,'Kaja'),(11,'Łukasz'),
    (12,'Mateo'),(13,'Nora'),(14,'Öykü'),(15,'Petra'),(16,'Quentin')),
  last_names(n, name) AS (VALUES (0,'Lee'),(1,'Müller'),(2,'Rossi'),(3,'Novák'),(4,'García'),
    (5,'Silva'),(6,'Andersson'),(7,'Dubois'),(8,'Kowalski'),(9,'Papadopoulos'),(10,'O''Brien'),
    (11,'Yılmaz'),(12,'van Dijk')),
  cities(n, name) AS (VALUES (0,'Berlin'),(1,'Lyon'),(2,'Kraków'),(3,'Porto'),(4,'Malmö'),
    (5,'Brno'),(6,'Gent'))
INSERT INTO customers (id, email, first_name, last_name, phone, city, company, status)
SELECT i, 'customer' || i || '@shop.example', f.name, l.name,
       CASE WHEN i % 5 = 0 THEN NULL ELSE printf('+49 30 %06d', 100000 + i) END,
       c.name,
       CASE WHEN i % 3 = 0 THEN l.name || ' & Co' END,
       CASE i % 4 WHEN 0 THEN 'active' WHEN 1 THEN 'trial' WHEN 2 THEN 'active' ELSE 'churned' END
FROM numbers
JOIN first_names f ON f.n = i % 17
JOIN last_names l ON l.n = i % 13
JOIN cities c ON c.n = i % 7;
