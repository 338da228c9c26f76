-- What the demo CRM holds before the first sync, as the body of one control request: 400 of the
-- shop's customers (every tenth with another phone number) and 100 contacts of its own.
WITH RECURSIVE own(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM own WHERE i < 100),
  records(body) AS (
    SELECT json_object('properties', json_object(
             'email', email, 'firstname', first_name, 'lastname', last_name,
             'phone', CASE WHEN id % 10 = 1 THEN '+49 40 ' || (500000 + id) ELSE phone END,
             'city', city))
    FROM customers WHERE id <= 400
    UNION ALL
    SELECT json_object('properties', json_object(
             'email', 'lead' || i || '@crm.example', 'firstname', 'Lead', 'lastname', 'No ' || i,
             'city', 'Oslo'))
    FROM own)
SELECT json_object('object', 'contacts', 'records', json_group_array(json(body))) FROM records;
