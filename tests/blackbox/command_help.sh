# What each command says of itself.
. "$COMMON"
for language in en zh; do
    for command in show find token qr order amend report publish 'keys list' audit; do
        "$SITECERT" $command --help --lang $language | sed -n '/^\(For every command:\|每个命令：\|各命令通用：\)/q; p'
        echo
    done
done
echo '# every command has an example'
for command in init import show find token qr order amend report publish 'keys list' audit; do
    "$SITECERT" $command --help --lang en | grep -q '^Examples:' || echo "none: $command"
done
