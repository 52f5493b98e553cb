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
