# Rows that are refused: each with all its reasons, nothing of a person repeated, the others taken.
. "$COMMON"
"$SITECERT" import --quiet authority.csv provider.csv >/dev/null
cat >training-1.csv <<END
$TRAININGS
t1,$PROVIDER,$ZHANG,男,01,C1,60,2020-07-01
t2,$PROVIDER,$WANG,女,安全员,C1,60,2021-02-29
t3,$PROVIDER,王样本,111,110101197001030008,女,01,=1+1,99999999999999999999,2020-07-01
t4,91330000MA2700000X,$WANG,女,01,C1,60
t5,$PROVIDER,$WANG,女,01,,-5,2020-08-04
t1,$PROVIDER,$ZHANG,男,02,C1,60,2020-07-01
END
t import training-1.csv --errors errors.csv --results results.ndjson
show errors.csv
show results.ndjson
t import --lang zh training-1.csv
echo '# refused rows may be sent again, corrected, with the same record id'
cat >training-2.csv <<END
$TRAININGS
t2,$PROVIDER,$WANG,女,01,C1,60,2020-02-29
END
t import training-2.csv
echo '# a dry run takes nothing'
cat >training-3.csv <<END
$TRAININGS
t3,$PROVIDER,$WANG,女,02,C1,60,2020-02-29
END
t import --dry-run training-3.csv
t import training-3.csv
echo '# of many, twenty are told'
{ echo "$ORDERS"; for i in $(seq 23); do echo "o$i,ban,1,x,y,"; done; } >order-1.csv
t import order-1.csv
t import --quiet order-1.csv
echo '# photos'
cat >photo.csv <<END
record_id,id_type,id_number,file
p1,111,110101197001020003,../photo.jpg
p2,111,110101197001020003,/etc/passwd
p3,111,110101197001020003,none.jpg
p4,111,110101197001020003,large.jpg
p5,111,110101197001020003,text.jpg
END
head -c 51201 /dev/zero >large.jpg
echo text >text.jpg
t import photo.csv
echo '# lines that are not objects'
printf '{"record_id":"p6","id_type":111,"id_number":"110101197001020003","data":"????"}\n{"record_id":\n{"record_id":"p7","file":["a"],"colour":1}\n' >photo.ndjson
t import photo.ndjson
echo '# an array or object leaves the other fields their reasons, and the record id its history'
cat >training-4.ndjson <<END
{"record_id":"t3","provider":"$PROVIDER","name":"王样本","id_type":111,"id_number":"110101197001020003","sex":"女","post":["01"],"class_id":"C1","hours":-5,"finished_on":{"day":1}}
{"record_id":"t9","provider":"$PROVIDER","name":"王样本","id_type":111,"id_number":"110101197001020003","sex":"女","post":["01"],"class_id":"C1","hours":-5,"finished_on":"2021-02-29"}
END
t import training-4.ndjson
echo '# true and false are face_checked alone'
echo '{"record_id":"t10","provider":"'$PROVIDER'","name":"王样本","id_type":111,"id_number":"110101197001020003","sex":"女","post":"01","class_id":false,"hours":true,"finished_on":"2020-07-01"}' >training-6.ndjson
t import training-6.ndjson
for checked in true false '[1]'; do
    echo '{"record_id":"x'$checked'","provider":"'$PROVIDER'","name":"王样本","id_type":111,"id_number":"110101197001020003","post":"01","held_on":"2020-07-01","score":1,"full_score":100,"national_share":100,"face_checked":'$checked'}'
done | sed 's/"x\[1\]"/"x1"/' >test-6.ndjson
t import test-6.ndjson
echo '# of a misshapen row no more than a record id is told again, when it may be one'
{ echo "$TRAININGS"; printf 'r\001d,%s,x\n%070d,%s,x\n110101197001020003,%s,x\nr-1,%s,x\n' $PROVIDER 7 $PROVIDER $PROVIDER $PROVIDER; } >training-5.csv
t import training-5.csv --errors errors.csv --results results.ndjson
show errors.csv
show results.ndjson
