# A demonstration with three people and four certificates, on 2021-09-10. All bodies and people are invented.
. "$COMMON"
cat >training-1.csv <<END
$TRAININGS
t1,$PROVIDER,$ZHANG,男,01,C1,60,2020-07-01
t2,$PROVIDER,$ZHANG,男,05,C1,60,2020-07-01
t3,$PROVIDER,$WANG,女,04,C1,60,2020-07-01
END
cat >test-1.csv <<END
$TESTS
s1,$PROVIDER,$ZHANG,01,2020-07-10,80,100,100,1
s2,$PROVIDER,$ZHANG,05,2020-07-10,80,100,100,1
s3,$PROVIDER,$WANG,04,2020-07-10,60,100,100,1
s4,$PROVIDER,$WANG,04,2020-07-10,59,100,100,0
END
"$SITECERT" import authority.csv provider.csv training-1.csv test-1.csv --quiet >/dev/null || exit
cat >education-1.csv <<END
$EDUCATION
e1,$PROVIDER,$ZHANG,03301202000000013,01,2021,64,44,2021-09-01
END
export SITECERT_CLOCK=2021-09-10T10:00:00+08:00
"$SITECERT" import education-1.csv --quiet >/dev/null || exit

A=03301202000000013 # 张示例, 01
B=03305202000000019 # 张示例, 05
C=03304202000000016 # 王样本, 04

# Keys, signatures and what is drawn from them are another each time.
masked() {
    sed -E 's/"(operator|kid)":"[0-9a-f]{16}"/"\1":"KID"/g; s/"status_index":[0-9]+/"status_index":DRAWN/g
        s/^[0-9a-f]{16}  /KID  /; s/(root ?"?:?"?)[0-9a-f]{64}/\1HASH/; s/(根 )[0-9a-f]{64}/\1HASH/
        s/(process|进程) [0-9]+/\1 PID/; s/[0-9]{60,}/DIGITS/; s/"(x|y|n)":"[A-Za-z0-9_-]+"/"\1":"NUMBER"/g
        s/"(bundle|status|deadline|delta)_bytes":[0-9]+/"\1_bytes":SIZE/g; s/(bundle of |delta of |数据包 |增量 )[0-9]+/\1SIZE/'
}
t() {
    echo "\$ sitecert $*"
    "$SITECERT" "$@" >out 2>err
    status=$?
    masked <out
    masked <err
    echo "status $status"
    echo
}
