# Installs a package into a folder, and runs it. usage: pip.sh PYTHON URL ROOM
set -e
target=$(mktemp -d -p "$3")
"$1" -m pip install -q --disable-pip-version-check --no-cache-dir --index-url "$2/simple" --target "$target" taped
PYTHONPATH="$target" "$1" -c 'import taped; print(taped.said)'
rm -rf "$target"
