"""Prints a training file of many rows, all people invented: import_rows.py PROVIDER COUNT."""
import datetime
import sys

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(n):
    born = datetime.date(1970, 1, 1) + datetime.timedelta(days=n % 9000)
    body = f"110101{born:%Y%m%d}{n // 9000:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS)) % 11]


provider, count = sys.argv[1], int(sys.argv[2])
print("record_id,provider,name,id_type,id_number,sex,post,class_id,hours,finished_on")
for n in range(count):
    hours = 0 if n % 100 == 99 else 60
    print(f"t{n},{provider},张示例,111,{id_number(n)},男,01,C1,{hours},2020-07-01")
