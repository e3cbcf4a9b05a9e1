# Every kind of record, and every outcome that takes a row.
. "$COMMON"
t import authority.csv provider.csv
cat >training-1.csv <<END
$TRAININGS
t1,$PROVIDER,$ZHANG,男,01,C1,60,2020-07-01
t2,$PROVIDER,$WANG,女,施工员（市政工程）,C1,60.5,2020-07-01
END
cat >photo-1.csv <<END
record_id,id_type,id_number,file
p1,111,110101197001020003,photos/zhang.png
END
mkdir photos
echo iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg== | base64 -d >photos/zhang.png
cat >test-1.csv <<END
$TESTS
s1,$PROVIDER,$ZHANG,01,2020-07-10,80,100,100,1
s2,$PROVIDER,$WANG,04,2020-07-10,59.5,100,100,1
END
printf '%s\n' '{"record_id":"l1","unit_id":"033","old_number":"浙0012345","name":"王样本","id_type":111,"id_number":"110101197001030009","sex":"女","post":"资料员","issued_on":"2017-05-01"}' >legacy-1.ndjson
cat >education-1.csv <<END
$EDUCATION
e1,$PROVIDER,$WANG,浙0012345,12,2020,32,22,2020-07-20
END
t import training-1.csv photo-1.csv test-1.csv legacy-1.ndjson education-1.csv --results results.ndjson
show results.ndjson
echo '# a year later, education moves a deadline, and an order suspends'
export SITECERT_CLOCK=2021-09-03T10:00:00+08:00
cat >education-2.csv <<END
$EDUCATION
e2,$PROVIDER,$ZHANG,03301202000000013,01,2021,64,44,2021-09-01
END
cat >order-1.csv <<END
$ORDERS
o1,suspend,03312202000000016,核查中,示例罚〔2021〕1号,
END
t import education-2.csv order-1.csv --json --results results.ndjson
show results.ndjson
echo '# the same once more changes nothing, other content is a conflict'
sed -i 's/64,44/60,44/' education-2.csv
t import education-2.csv order-1.csv --json --lang zh
t audit | sed -E 's/root [0-9a-f]+/root HASH/'
