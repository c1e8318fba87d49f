# Shared by run, maq and test: entering the toolbox and building. Sourced, never run.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Runs the calling script again inside the toolbox, once.
enter_toolbox() { # ARG…
  [ -n "${MAQ_IN_TOOLBOX:-}" ] || exec "$top/build-aux/toolbox" env MAQ_IN_TOOLBOX=1 "$0" "$@"
}

# Configures FOLDER with OPTIONS if that was not done yet, or was done with other tools or options, and builds it.
build_into() { # FOLDER [MESON OPTION…]
  local folder=$1 tools
  shift
  tools="$(meson --version) $(cc -dumpfullversion) $(pkg-config --modversion gtk4 libdex-1 llama | paste -sd' ') $top $*"
  mkdir -p "$folder"
  exec 9>"$folder.lock"
  flock 9
  if [ ! -f "$folder/build.ninja" ] || [ "$(cat "$folder/.tools" 2>/dev/null)" != "$tools" ]; then
    rm -rf "$folder"
    meson setup "$folder" "$top" "$@" || return 1
    printf '%s' "$tools" >"$folder/.tools"
  fi
  meson compile -C "$folder" || return 1
  exec 9>&-
}

# What a program from the build tree needs to find its other parts without being installed.
use_build_tree() { # FOLDER
  export GSETTINGS_SCHEMA_DIR="$1/data" MAQ_RUNNER="$1/src/runner/maquette-runner" MAQ_DATA_DIR="$top/data"
}
