//! The migrations are built into the program: a new file among them has to build it anew.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
