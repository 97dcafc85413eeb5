//! Sizes that keep it readable (architecture §6).

use super::{files, none, root};

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

/// Icons that a page may ask for, in the order of the sprite.
fn icons() -> (String, Vec<String>) {
    let sprite = std::fs::read_to_string(root().join("static/icons.svg")).unwrap();
    let names = sprite.split("<symbol id=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let names = names.collect();
    (sprite, names)
}

#[test]
fn the_icons_are_small_and_each_is_used() {
    let (sprite, names) = icons();
    assert!(sprite.len() <= 10 * 1024, "{} bytes, experience P11 allows 10 KiB", sprite.len());
    assert!(names.len() > 40, "only {} icons", names.len());
    let places = [("templates", "html"), ("src", "rs"), ("static/js", "js")];
    let places: Vec<_> = places.iter().flat_map(|(folder, extension)| files(folder, extension)).collect();
    let is_named = |name: &str| {
        let ways = [format!("\"{name}\""), format!("#{name}")];
        places.iter().any(|(_, text)| ways.iter().any(|way| text.contains(way)))
    };
    let unused: Vec<_> = names.into_iter().filter(|name| !is_named(name)).collect();
    none(&unused);
}

#[test]
fn every_icon_of_a_template_is_in_the_sprite() {
    let (_, names) = icons();
    let mut missing = Vec::new();
    for (file, text) in files("templates", "html") {
        for part in text.split("icon(page, \"").skip(1) {
            let name = part.split('"').next().unwrap();
            if !names.iter().any(|known| known == name) {
                missing.push(format!("{file}: {name}"));
            }
        }
    }
    none(&missing);
}
