#!/usr/bin/env python3
"""DuckDB ranks the orders of a pool: prints the seconds of the query alone, the rows lie in its memory already.

duckdb_rank.py ROWS.csv N [REPS]      ROWS.csv: order_id,pay_second (no header); prints one line of JSON
rank: every order's row_number by time and number, the first N kept.   top: ORDER BY ... LIMIT N, its best case.
"""
import json, sys, time
import duckdb

path, n = sys.argv[1], int(sys.argv[2])
reps = int(sys.argv[3]) if len(sys.argv) > 3 else 5
db = duckdb.connect()
db.execute("SET threads=2")
db.execute(f"CREATE TABLE orders AS SELECT * FROM read_csv('{path}', header=false, columns={{'order_id': 'BIGINT', 'pay_second': 'BIGINT'}})")
RANK = f"""SELECT count(*), sum(order_id) FROM (
    SELECT order_id, row_number() OVER (ORDER BY pay_second, order_id) rank FROM orders) WHERE rank <= {n}"""
TOP = f"SELECT count(*), sum(order_id) FROM (SELECT order_id FROM orders ORDER BY pay_second, order_id LIMIT {n})"

def best(query):
    times = []
    for _ in range(reps):
        start = time.perf_counter()
        answer = db.execute(query).fetchone()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2], [int(x) for x in answer]

(rank, checked), (top, same) = best(RANK), best(TOP)
assert checked == same, (checked, same)
print(json.dumps({"rank_seconds": rank, "top_seconds": top, "count": checked[0], "sum": checked[1]}))
