//! The program: reads the command line and does what it says.

use std::process::ExitCode;

/// glibc's keeps what every thread once needed; this one gives it back (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // In pages of 2 MB, which the allocator asks for, memory that was given back stays beside what is still used. A system
    // that does not know them has nothing to switch off.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    infirmary::cli::main()
}
