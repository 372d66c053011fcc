#!/bin/sh
# Makes the certificates of the TLS tests anew (with openssl 3; most are valid for a hundred years). Test material only: the keys are public.
set -eu
cd "$(dirname "$0")"
rm -f ./*.pem ./*.key
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
days=36500

# key NAME
key() {
  openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1"
}

# authority NAME "COMMON NAME": NAME.pem, and its key for this run only
authority() {
  key "$work/$1.key"
  openssl req -x509 -new -key "$work/$1.key" -sha256 -days $days -subj "/CN=$2" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" -out "$1.pem"
}

# request NAME USAGE SAN: a key unless it is there, what is to be signed and how
request() {
  name=$1 usage=$2 san=$3
  [ -e "$name.key" ] || key "$name.key"
  openssl req -new -key "$name.key" -subj "/CN=$name" -out "$work/$name.csr"
  {
    echo "basicConstraints=critical,CA:FALSE"
    echo "keyUsage=critical,digitalSignature"
    echo "extendedKeyUsage=$usage"
    echo "subjectAltName=$san"
    echo "subjectKeyIdentifier=hash"
    echo "authorityKeyIdentifier=keyid"
  } > "$work/$name.ext"
}

# leaf NAME ISSUER USAGE SAN
leaf() {
  request "$1" "$3" "$4"
  openssl x509 -req -in "$work/$1.csr" -CA "$2.pem" -CAkey "$work/$2.key" -CAcreateserial -CAserial "$work/$2.srl" \
    -sha256 -days $days -extfile "$work/$1.ext" -out "$1.pem"
}

# expired_leaf NAME ISSUER USAGE SAN: valid in January 2020, which only `openssl ca` can say
expired_leaf() {
  request "$1" "$3" "$4"
  : > "$work/index.txt"
  cat > "$work/ca.cnf" << END
[ca]
default_ca = only
[only]
database = $work/index.txt
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
END
  openssl ca -batch -notext -config "$work/ca.cnf" -cert "$2.pem" -keyfile "$work/$2.key" -in "$work/$1.csr" \
    -startdate 20200101000000Z -enddate 20200201000000Z -extfile "$work/$1.ext" -out "$1.pem"
}

authority ca "tsyncio test CA"
authority other_ca "another test CA"
leaf localhost ca serverAuth "DNS:localhost,IP:127.0.0.1"
leaf elsewhere ca serverAuth "DNS:elsewhere.example,DNS:*.wild.example"
expired_leaf expired ca serverAuth,clientAuth "DNS:localhost,IP:127.0.0.1"
leaf foreign other_ca serverAuth "DNS:localhost,IP:127.0.0.1"
leaf client ca clientAuth "DNS:client.example"
leaf stranger other_ca clientAuth "DNS:client.example"

# By way of an authority between it and the one that is trusted, which the certificate's file holds too.
key "$work/between.key"
openssl req -new -key "$work/between.key" -subj "/CN=tsyncio test CA between" -out "$work/between.csr"
printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n' > "$work/between.ext"
openssl x509 -req -in "$work/between.csr" -CA ca.pem -CAkey "$work/ca.key" -CAserial "$work/ca.srl" \
  -sha256 -days $days -extfile "$work/between.ext" -out between.pem
leaf chained between serverAuth,clientAuth "DNS:localhost,IP:127.0.0.1"
cat between.pem >> chained.pem
rm between.pem

# With a key of RSA, in the form that is older than PKCS #8.
openssl genrsa -traditional -out rsa.key 2048
leaf rsa ca serverAuth "DNS:localhost,IP:127.0.0.1"

# Signed by itself, and no authority.
key self_signed.key
openssl req -x509 -new -key self_signed.key -sha256 -days $days -subj "/CN=self_signed" \
  -addext "basicConstraints=critical,CA:FALSE" -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -out self_signed.pem

# The key of localhost under the passphrase "open sesame".
openssl pkcs8 -topk8 -in localhost.key -v2 aes-256-cbc -passout "pass:open sesame" -out localhost_encrypted.key
