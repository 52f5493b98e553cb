//! WH01, a plugin's file, its load and its calls.
//!
//! `WH010x` the file, `WH011x` what stands in it, `WH012x` compiling, `WH013x` its calls, `WH014x` the worker process, `WH015x` its
//! budget.

codes! {
    PLUGIN_UNREADABLE = "WH0101", "the plugin cannot be read",
        "The file does not exist, or the user that runs whale-host may not read it. Check the path, and that the plugin \
         was built: in the repository of whale-host, `just plugins` builds the ones that are there.";
    PLUGIN_NOT_A_FILE = "WH0102", "the plugin is not a regular file",
        "A plugin is read once, as a whole, from a regular file. A directory, a pipe, a socket or a device is refused \
         before anything is read from it: it could have no end, or other bytes at a second look.";
    PLUGIN_EMPTY = "WH0103", "the plugin is an empty file",
        "The file has no bytes, mostly because a build was interrupted. Build the plugin again.";
    PLUGIN_TOO_LARGE = "WH0104", "the plugin is too large",
        "Compiling costs time and memory in proportion to the size of the file, so the size is limited, to 32 MiB \
         unless the limits say otherwise. A plugin in Rust has less than 1 MiB, one in Python or JavaScript 12 to \
         19 MiB. Build in release mode and strip debug information.";

    NOT_WEBASSEMBLY = "WH0110", "the file is not WebAssembly",
        "A plugin is a WebAssembly component in binary form; its first bytes are `\\0asm`. The text form (`.wat`) is \
         turned into the binary one by `wasm-tools parse`.";
    PRECOMPILED = "WH0111", "the file holds machine code",
        "The file is an ELF object: a program, a library, or a component that was compiled ahead (`.cwasm`). Machine \
         code cannot be confined, so the host compiles every plugin itself. Give the `.wasm` file.";
    CORE_MODULE = "WH0112", "the file is a core module, not a component",
        "Compilers emit core modules; a component is made from one in a second step, with `wasm-tools component new \
         module.wasm -o plugin.wasm`, or by the plugin SDK's build.";
    MALFORMED = "WH0113", "the file is not a valid component",
        "The file is cut off, damaged, or uses a WebAssembly feature that this host has switched off. On: mutable \
         globals, floats, saturating conversion, sign extension, bulk memory, reference types for calls, extended \
         constants. Off: everything else, such as SIMD, threads, exceptions, 64-bit memory, several memories.";
    IMPORTS = "WH0114", "the plugin imports something",
        "A plugin computes and returns data. The host offers nothing to import, not even a clock or a random number, so \
         that a plugin can do nothing else and always returns the same. Imports mostly come from a standard library \
         for WASI. Rust: build for wasm32-unknown-unknown. Python: `componentize-py componentize --stub-wasi`. \
         JavaScript: `jco componentize --disable all`. A type that is used from another interface is an import too.";
    WRONG_WORLD = "WH0115", "the component is not a plugin",
        "A plugin exports the interface `whale:model/plugin` with its version. This component exports other things \
         only: it was built for another world.";
    WRONG_VERSION = "WH0116", "the plugin was built for another version of the contract",
        "The contract's version stands in the name of the exported interface, `whale:model/plugin@X.Y.Z`, and a \
         version never changes. This host takes the versions that the message names. Build the plugin with an SDK of \
         one of those, or use a host that takes the plugin's version. A plugin may export several versions; the newest \
         that the host takes is used.";
    WRONG_SHAPE = "WH0117", "the plugin's interface is not the contract's",
        "The interface has the right name and version, but its functions or types differ from those of the contract of \
         that version, so it was built from a changed copy. Build the plugin from the contract as published.";
    DECLARES_TOO_MUCH = "WH0118", "the plugin asks for more memory than it may have",
        "What a component declares for its start (memories, tables, instances and their sizes) is above the limits of \
         a plugin, so it is refused before it runs.";
    FUNCTION_TOO_LARGE = "WH0119", "a function of the plugin is too large to be compiled",
        "What a compiler needs grows faster than a function does. So before anything is compiled each function is \
         looked at: at most 1 MiB of code, 2,000 local variables, 8,192 targets of one `br_table`, blocks nested 2,048 \
         deep, unless the limits say otherwise. The message names the function, if the plugin is built with its name \
         section, and the limit. Real plugins in Rust, Python and JavaScript stay well below all of them.";

    COMPILE_MEMORY = "WH0120", "compiling the plugin takes too much memory",
        "Compiling runs in a process of its own with a budget by the size of the file: 256 MiB, and 48 MiB for each \
         MiB, at most 2 GiB. Real plugins need a third of that. Very large functions, or functions with thousands of \
         local variables, cost the most.";
    COMPILE_TIME = "WH0121", "compiling the plugin takes too long",
        "Compiling runs in a process of its own with a budget of processor time by the size of the file: 3 s, and 4 s for each MiB, at \
         most 120 s. A machine that is busy with other work takes none of it away. Real plugins need a fraction of that. Very large functions cost the most. On a slow machine \
         `compile_mib_ms` and `compile_most_ms` in [limits] can be raised.";
    COMPILE_FAILED = "WH0122", "the plugin cannot be compiled",
        "The component is well-formed, but the compiler refuses it. The message says what it stopped at.";
    ARTIFACT_TOO_LARGE = "WH0123", "the compiled plugin is too large",
        "A small file can grow into a very large program. What compiling may yield is limited.";
    TOO_MANY_PARTS = "WH0124", "the plugin has too many parts to be compiled",
        "Before anything is compiled the whole file is walked through, nested modules and components with it, and its \
         parts are counted: at most 50,000 functions, 64 core modules, 16 nested components, 256 declared instances, \
         50,000 data segments, 10,000 types and 8 memories, unless the limits say otherwise. The message names the \
         limit.";
    COMPILE_STACK = "WH0125", "the plugin nests too deep to be compiled",
        "Types and blocks can stand inside of each other, and what reads them goes as deep as they do. A file that is \
         nested some hundred thousand deep uses up the stack of the process that compiles it, which ends then. No \
         compiler makes such a file.";
    TOO_MANY_PLUGINS = "WH0126", "the run takes too many plugins",
        "Each plugin costs a process and a file of the cache, and what all of them define is held together. So one run \
         takes at most 20,000 files, unless the limit `plugins` says otherwise. Nothing was run. A pattern of \
         `plugins.files` that fits more than was meant is the usual reason.";
    PLUGINS_TOO_LARGE = "WH0127", "the plugins of the run are too large together",
        "The files of one run have at most 4 GiB together, unless the limit `plugins_bytes` says otherwise: that many \
         bytes are read, hashed and compiled. Nothing was run, or, where a file grew meanwhile, nothing from that one on. Give \
         fewer plugins at a time, with --plugin or --model, or build them smaller: in release mode, stripped.";

    TRAP = "WH0130", "the plugin stopped with a trap",
        "The plugin's code ended in an error that it did not handle: a panic, a failed check, an access out of bounds, \
         too deep a recursion. A trap carries no text. The SDK turns a panic into a problem with its message; the name \
         of the function is shown if the plugin is built with its name section.";
    OUT_OF_FUEL = "WH0131", "the plugin computes too much",
        "Every instruction of a plugin is counted, so that the same plugin is refused on every machine alike. A \
         definition of 200 tables takes 11 million in Rust, 0.25 billion in Python, 1.4 billion in JavaScript; the \
         limit is 2 billion for a call unless the limits say otherwise. An endless loop ends here, too.";
    OUT_OF_TIME = "WH0132", "the plugin was stopped by the clock",
        "Beside the count of instructions there is a clock of processor time, for work that costs few instructions and much time. How \
         much the plugin had computed is not known after such a stop.";
    OUT_OF_MEMORY = "WH0133", "the plugin takes too much memory",
        "All memories of a plugin together may hold 128 MiB, and its tables 20,000 elements, unless the limits say \
         otherwise. A definition of 2,000 tables takes 10 MB in Rust and 31 MB in JavaScript.";
    RESULT_TOO_LARGE = "WH0134", "the plugin returns too much",
        "What a plugin returns is limited in items, in the length of a text, and as a whole. 16 MiB hold some 3,700 \
         tables of 20 columns.";
    BAD_RESULT = "WH0135", "the plugin's answer cannot be read",
        "What the plugin returned does not follow the rules of the component model: a text that is not UTF-8, a case \
         that does not exist, a pointer outside of its memory. Bindings that are generated never do this; look at \
         code that was written by hand.";
    NOT_REPEATABLE = "WH0136", "the plugin returned two different definitions",
        "`define` is called twice, each time in a fresh instance, and must return the same. What is reviewed and \
         approved has to be what is applied. Look for an order that is not fixed, such as that of a hash map.";
    PROBLEM = "WH0137", "the plugin reports a problem",
        "The plugin itself refused to make a definition from the parameters it was given. The message is the plugin's.";
    HANDLES = "WH0138", "the plugin uses resources",
        "Resources of the component model are for what lives on between calls. A plugin returns data, the contract \
         has no resources, and not one handle can be had.";

    WORKER_NOT_STARTED = "WH0140", "the sandbox cannot be started",
        "A plugin runs in a process of its own, started from whale-host's own program file. That failed: too many \
         processes, no memory, or a program file that was replaced or may not be executed.";
    WORKER_DIED = "WH0141", "the sandbox ended unexpectedly",
        "The process that runs the plugin ended by a signal or an error of its own. The plugin is refused, and nothing \
         was changed. With a plugin that is meant well this is a fault of whale-host: please report it.";
    WORKER_MEMORY = "WH0142", "the sandbox ran out of memory",
        "The process that runs the plugin needed more memory than it may have while the plugin was running.";
    WORKER_TIME = "WH0143", "the sandbox was stopped by the clock",
        "The process that runs the plugin used up the processor time it may have, all its phases together. The plugin \
         found work that its own limits do not see.";
    WORKER_ANSWER = "WH0144", "the sandbox gave an answer that is not one",
        "What the process that runs the plugin sent back is not what it is meant to send. Nothing that comes out of the \
         sandbox is trusted, so the plugin is refused.";
    WORKER_TOO_LONG = "WH0145", "the sandbox gave an answer that is too long",
        "What the process that runs the plugin sent back is longer than such an answer may be. It is refused before it \
         is read. Nothing that comes out of the sandbox is trusted.";
    WORKER_SILENT = "WH0146", "the sandbox gave no answer in time",
        "The process that runs the plugin did not answer in time and was killed. Either it hangs, or the machine is \
         too busy: five times the processor time of a call are given, and ten seconds.";

    NEAR_LIMIT = "WH0150", "the plugin comes too near to a limit",
        "`validate --budget 80%` refuses a plugin that uses more than that part of a limit, so that its author hears of \
         it before a plugin that grows with its data meets the limit itself. The message names the limit, what is \
         used of it and what may be. What a plugin uses is shown by `validate -v`.";
}
