# The one task runner. `./justw RECIPE` fetches the pinned `just` first.

cache := env('WHALE_CACHE', env('XDG_CACHE_HOME', env('HOME') / '.cache') / 'whale-host')

# In the cache, so that builds outlive a fresh clone.
export CARGO_TARGET_DIR := env('CARGO_TARGET_DIR', cache / 'target')

local := 'python3 ' + quote(justfile_directory() / 'storage/local/local.py')

# List what there is.
[private]
default:
    @{{ quote(just_executable()) }} --justfile {{ quote(justfile()) }} --list

# Install and start the local TimescaleDB, ClickHouse and Milvus; returns when all three answer.
[no-exit-message]
up:
    @{{ local }} up

# End the local engines. Their data stays, in `.local`.
[no-exit-message]
down:
    @{{ local }} down

# Print the local engines' addresses with credentials, as shell assignments: eval "$(just env)".
[no-exit-message]
env:
    @{{ local }} env

# Build the plugins of this repository: plugins/*.wasm.
plugins:
    @plugins/build

# Install everything, start the local engines, apply all plugins, and show what is there.
[no-exit-message]
demo: plugins
    @storage/local/demo

# The whole suite: builds the plugins, starts engines of its own, runs every test, stops them.
[no-exit-message]
test *arguments: plugins nextest
    CARGO_TARGET_DIR={{ quote(cache / 'guests' / 'lint') }} cargo test --quiet --locked --manifest-path plugins/Cargo.toml
    plugins/reproduce
    tests/with-engines cargo nextest run --locked --workspace {{ arguments }}

# Kill applies at many more points than the suite does: `just chaos --all`, or `--points N`; `--seed N` repeats what one drew.
[no-exit-message]
chaos *arguments: plugins nextest
    @tests/chaos {{ arguments }}

# Look for definitions that are taken and do not stand: `just hunt 20000`, `--engine E`, `--seed N`, `--number N`.
[no-exit-message]
hunt *arguments: plugins nextest
    @tests/hunt {{ arguments }}

# Give the hostile kit to the program: class, phase, code and time of each of its plugins.
[no-exit-message]
hostile: nextest
    cargo nextest run --locked --workspace --no-capture -E 'binary(hostile)'

# Look for inputs that break a law of what reads text and bytes, with libFuzzer: `just fuzz expressions 3600`; each target for ten minutes unless said otherwise.
[no-exit-message]
fuzz *arguments:
    @fuzz/run {{ arguments }}

# What CI asks of the text: format and lints.
[no-exit-message]
lint:
    cargo fmt --all --check
    cargo fmt --all --check --manifest-path fuzz/Cargo.toml
    cargo fmt --all --check --manifest-path plugins/Cargo.toml
    cargo clippy --locked --workspace --all-targets -- -D warnings
    CARGO_TARGET_DIR={{ quote(cache / 'guests' / 'lint') }} cargo clippy --locked --manifest-path plugins/Cargo.toml --workspace --all-targets -- -D warnings

# Licences, sources and versions of the dependencies; known faults of theirs where their list can be reached.
deny:
    @cargo deny --version 2>/dev/null | grep -qx 'cargo-deny 0.20.2' || cargo install --locked --version 0.20.2 cargo-deny
    cargo deny --locked check --hide-inclusion-graph --allow duplicate bans licenses sources
    cargo deny --locked --manifest-path plugins/Cargo.toml check --hide-inclusion-graph --allow duplicate bans licenses sources
    @if timeout 120 cargo deny fetch db >/dev/null 2>&1; then cargo deny --locked check advisories; else echo "advisories: not looked at, since their list cannot be reached"; fi

# Figures, in a release build: validate, and apply against the bare statements.
[no-exit-message]
bench: plugins
    cargo build --locked --release --workspace --bins --examples
    tests/with-engines tests/bench

# The test runner, where it is missing.
[private]
nextest:
    @cargo nextest --version >/dev/null 2>&1 || cargo install --locked --version 0.9.143 cargo-nextest
