//! Reads the `use` lines of a source file as full paths.

/// Every path that a file uses, from the crate on, for instance `crate::queue::model::Point`. `module` is the file's
/// own module path without `crate`, for instance `["queue", "handlers", "board"]`.
pub fn paths(source: &str, module: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut statement = String::new();
    for line in code.lines() {
        let line = line.trim();
        if statement.is_empty() && !(line.starts_with("use ") || line.starts_with("pub use ")) {
            continue;
        }
        statement.push_str(line);
        if line.ends_with(';') {
            let tree = statement.trim_end_matches(';');
            let tree = tree.trim_start_matches("pub ").trim_start_matches("use ");
            expand("", tree, &mut found);
            statement.clear();
        }
    }
    found.into_iter().map(|path| resolve(&path, module)).collect()
}

fn expand(before: &str, tree: &str, found: &mut Vec<String>) {
    let Some(open) = tree.find('{') else {
        found.push(format!("{before}{}", tree.split(" as ").next().unwrap_or_default().trim()));
        return;
    };
    let before = format!("{before}{}", &tree[..open]);
    let inside = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    let (mut depth, mut from) = (0, 0);
    for (at, letter) in inside.char_indices().chain([(inside.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = inside[from..at].trim();
                if !part.is_empty() {
                    expand(&before, part, found);
                }
                from = at + 1;
            }
            _ => {}
        }
    }
}

fn resolve(path: &str, module: &[&str]) -> String {
    let mut here: Vec<&str> = module.to_vec();
    let mut rest = path;
    let mut relative = false;
    loop {
        if let Some(after) = rest.strip_prefix("super::") {
            here.pop();
            rest = after;
        } else if let Some(after) = rest.strip_prefix("self::") {
            rest = after;
        } else {
            break;
        }
        relative = true;
    }
    if relative { format!("crate::{}::{rest}", here.join("::")) } else { rest.to_owned() }
}

#[test]
fn use_lines_become_full_paths() {
    let source = "use std::fmt;\nuse crate::{a::b, c};\nuse super::store::{self,\n    Row};\nfn x() {}\n";
    let paths = paths(source, &["queue", "handlers", "board"]);
    let wanted = [
        "std::fmt",
        "crate::a::b",
        "crate::c",
        "crate::queue::handlers::store::self",
        "crate::queue::handlers::store::Row",
    ];
    assert_eq!(paths, wanted);
}
