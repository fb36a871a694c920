# Loads a page in a headless Chromium and prints what it became. usage: chromium.sh URL ROOM
set -e
home=$(mktemp -d -p "$2")
mkdir -p "$home/.pki/nssdb"
certutil -d "sql:$home/.pki/nssdb" -N --empty-password
# What the environment trusts may be a bundle: its last certificate is the one that is not everybody's.
awk '/BEGIN CERTIFICATE/ { text = "" } { text = text $0 "\n" } END { printf "%s", text }' "${SSL_CERT_FILE}" >"$home/trusted.pem"
certutil -d "sql:$home/.pki/nssdb" -A -t C,, -n trusted -i "$home/trusted.pem"
# Only the page is of interest, not what the browser itself asks its maker.
url=$1
shift 2
[ -z "$https_proxy" ] || set -- "--proxy-server=$https_proxy" '--proxy-bypass-list=<-loopback>;*.com'
HOME=$home chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$home/profile" \
    --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-extensions \
    --host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1' \
    "$@" --virtual-time-budget=5000 --dump-dom "$url" 2>"$home/log"
rm -rf "$home"
