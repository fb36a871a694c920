# Clones, and shows what came. usage: git_clone.sh URL ROOM SCHEME
set -e
clone=$(mktemp -d -p "$2")
git clone -q "$3://${1#*://}" "$clone"
git -C "$clone" log --format='%H %s'
cat "$clone"/file-*.txt | cksum
rm -rf "$clone"
