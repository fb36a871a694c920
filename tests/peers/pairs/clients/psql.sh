# A session with PostgreSQL. usage: psql.sh URL
address=${1#*://}
exec psql -X -q -h "${address%:*}" -p "${address#*:}" -U peer -d postgres \
    -c "SELECT n, CASE n WHEN 3 THEN 'three' ELSE n::text END FROM generate_series(1, 5) AS n" -c "SELECT 1/0" -c "SELECT 'after'"
