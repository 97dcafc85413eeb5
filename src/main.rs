//! The program: reads the command line and does what it says.

use std::process::ExitCode;

/// glibc's keeps what every thread once needed; this one gives it back (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    infirmary::cli::main()
}
