//! Sizes that keep it readable (architecture §6).

use super::{files, none};

fn too_long(folder: &str, extension: &str, most: usize) -> Vec<String> {
    let long = |(name, text): &(String, String)| {
        let lines = text.lines().count();
        (lines > most).then(|| format!("{name}: {lines} lines, {most} at most"))
    };
    files(folder, extension).iter().filter_map(long).collect()
}

#[test]
fn files_stay_within_their_sizes() {
    let mut faults = too_long("src", "rs", 400);
    faults.extend(too_long("tests", "rs", 400));
    faults.extend(too_long("templates", "html", 120));
    faults.extend(too_long("static/css", "css", 120));
    none(&faults);
}
