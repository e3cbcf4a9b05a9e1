# A demonstration on 2020-08-03 with one authority and one provider. All bodies and people are invented.
export SITECERT_HOME="$HOME/register" SITECERT_CLOCK=2020-08-03T10:00:00+08:00
"$SITECERT" init --demo >/dev/null || exit

PROVIDER=91330000MA2700000M
TESTS=record_id,provider,name,id_type,id_number,post,held_on,score,full_score,national_share,face_checked
TRAININGS=record_id,provider,name,id_type,id_number,sex,post,class_id,hours,finished_on
EDUCATION=record_id,provider,name,id_type,id_number,certificate,post,ce_year,hours,post_hours,finished_on
ORDERS=record_id,action,certificate,reason,reference,effective_on
ZHANG=张示例,111,110101197001020003
WANG=王样本,111,110101197001030009

cat >authority.csv <<END
unit_id,name,credit_code,kind,plan,plan_date,docking,docking_date,education_from
033,示例省住房和城乡建设厅,11330000002482X090,province,approved,2020-01-01,none,,
END
cat >provider.csv <<END
credit_code,name,class,unit_id,posts,status,status_from
$PROVIDER,示例建设培训公司,enterprise,033,*,active,2020-01-01
END

# Durations are another each time.
t() {
    echo "\$ sitecert $*"
    "$SITECERT" "$@" >out
    status=$?
    sed -E 's/(; |；用时 )[0-9.]+ ?(seconds|秒)( \(.*\)|（.*）)?$/\1TIME/; s/"seconds":[0-9.]+/"seconds":TIME/' out
    echo "status $status"
    echo
}
show() {
    echo "\$ cat $1"
    sed -E 's/"pickup":"[0-9A-HJKMNP-TV-Z]{10}"/"pickup":"CODE"/' "$1"
    echo
}
