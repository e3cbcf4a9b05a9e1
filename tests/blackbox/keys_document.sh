# A document key gets its certificate from an outside CA: request, import, and what is refused on the way.
export SITECERT_HOME="$HOME/register"
"$SITECERT" init --demo >/dev/null || exit
t() {
    echo "\$ sitecert $*"
    "$SITECERT" "$@" 2>&1 | sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\+08:00/TIME/g'
    echo
}
quiet() {
    "$@" >/dev/null 2>&1 || echo "failed: $*"
}
cat >ca.cnf <<END
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[documents]
basicConstraints = critical,CA:FALSE
keyUsage = critical,nonRepudiation
[server]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = serverAuth
END
issue() {
    quiet openssl x509 -req -in "$1" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile ca.cnf -extensions "$2" -out "$3"
}
quiet openssl req -x509 -newkey rsa:3072 -nodes -keyout ca.key -out ca.crt -days 30 -subj /CN=outside -config ca.cnf -extensions ca

echo '# the request'
t keys document-csr
t keys document-csr -o document.csr
openssl req -in document.csr -noout -verify 2>&1 | sed 's/^verify OK/Certificate request self-signature verify OK/'
openssl req -in document.csr -noout -subject | sed -E 's/[0-9a-f]{16}/ID/'
openssl req -in document.csr -noout -text | grep -A1 'Key Usage'
t keys document-csr -o none/document.csr
t keys document-csr -o document.csr --key keys/nothing.pem

echo '# what is refused'
issue document.csr server server.crt
issue document.csr documents documents.crt
cat documents.crt ca.crt >chain.pem
t keys document-import server.crt
t keys document-import ca.crt
t keys document-import document.csr
t keys document-import nothing.pem
SITECERT_CLOCK=2020-08-03T10:00:00+08:00 t keys document-import chain.pem
SITECERT_CLOCK=2040-08-03T10:00:00+08:00 t keys document-import chain.pem
openssl verify -CAfile "$SITECERT_HOME/document-ca.crt" "$SITECERT_HOME/keys/document-1.crt" | sed 's/.*: //'

echo '# what is taken'
t keys document-import chain.pem
cmp chain.pem "$SITECERT_HOME/keys/document-1.crt" && echo 'it is the one that was imported'
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -quiet -out "$SITECERT_HOME/keys/document-2.pem"
chmod 600 "$SITECERT_HOME/keys/document-2.pem"
t keys document-csr -o rsa.csr --key keys/document-2.pem
issue rsa.csr documents rsa.crt
t keys document-import rsa.crt
t keys document-import rsa.crt --key keys/document-2.pem
t keys document-import rsa.crt --key keys/document-2.pem --json
