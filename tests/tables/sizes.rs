//! Sizes that keep it readable (architecture §6).

use super::{files, none};

/// Files that may be longer, each with its reason.
const LONGER: [(&str, usize, &str); 1] =
    [("templates/components/form.html", 160, "one macro for every kind of field")];

fn too_long(folder: &str, extension: &str, most: usize) -> Vec<String> {
    let long = |(name, text): &(String, String)| {
        let lines = text.lines().count();
        let most = LONGER.iter().find(|(file, _, _)| file == name).map_or(most, |(_, most, _)| *most);
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
