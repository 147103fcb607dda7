# Makes the environment that packaging/run and packaging/test share; sourced by both, POSIX sh.
#
# It leaves $python set to the interpreter of .venv, with everything of requirements.lock and this
# checkout installed. A second call costs a checksum: the work is redone only when the lock or
# pyproject.toml has changed.

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# apt_install PACKAGE…: only where that is possible; elsewhere says what is missing.
apt_install() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing system packages: $*"
        apt-get update -qq >/dev/null &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        say "Missing system packages; install them with: sudo apt-get install $*"
        return 1
    fi
}

find_python() {
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c \
            'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
}

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 1
python="$root/.venv/bin/python"
wanted=$(cat requirements.lock pyproject.toml | cksum)
stamp="$root/.venv/installed-from"

if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || ! "$python" -c '' 2>/dev/null; then
    base=$(find_python)
    [ -n "$base" ] || fail "gzactive needs Python 3.11, 3.12 or 3.13: install one, or name it: PYTHON=/path/to/python sh $0"
    if ! "$base" -m venv .venv >/dev/null 2>&1; then
        version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        apt_install "python$version-venv" || fail "Python's venv module is missing."
        "$base" -m venv --clear .venv || fail "Could not make the environment in $root/.venv."
    fi
    say "Installing gzactive's dependencies into .venv (about 2.5 GB, once; a few minutes) …"
    "$python" -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock &&
        "$python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ||
        fail "The installation failed: see the messages above; a second run goes on where it stopped."
    printf '%s' "$wanted" >"$stamp"
    say "Installed. For the command gzactive in this terminal: . '$root/.venv/bin/activate'"
fi

# The few system libraries that Qt's wheels expect of any desktop: nothing to do where they are.
if [ "$(uname -s)" = Linux ] && ! "$python" -c 'from PySide6 import QtSvg, QtWidgets' 2>/dev/null; then
    apt_install libegl1 libgl1 libopengl0 libxkbcommon0 libdbus-1-3 libfontconfig1 fonts-dejavu-core \
        libglib2.0-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 \
        libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0 ||
        say "The app will not start without them; the command line works."
fi
