//! What stands in templates, and the words that people read.

use super::{files, none};

/// Nothing runs or styles from inside a page, and nothing escapes the escaping.
#[test]
fn templates_hold_no_inline_script_and_no_unescaped_text() {
    let banned = [
        "hx-on",
        "js:",
        "javascript:",
        "style=",
        "onclick",
        "onload",
        "|safe",
        "| safe",
        "<style",
        "hx-vals=\"js",
    ];
    let mut faults = Vec::new();
    for (name, text) in files("templates", "html") {
        for (at, line) in text.lines().enumerate() {
            for banned in banned {
                if line.contains(banned) {
                    faults.push(format!("{name}:{}: {banned}", at + 1));
                }
            }
            if line.contains("<script") && !line.contains("src=") {
                faults.push(format!("{name}:{}: a script without an address", at + 1));
            }
        }
    }
    none(&faults);
}

/// Words that say nothing or blame (experience F5).
const BANNED: [&str; 7] = ["please", "sorry", "valid", "invalid", "forbidden", "oops", "required"];
/// Where one of them is asked for by another rule.
const ALLOWED: [(&str, &str); 1] = [("src/web/errors_page.rs", "sorry")];

fn banned_in(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    BANNED.into_iter().find(|word| lower.split(|c: char| !c.is_alphanumeric()).any(|own| own == *word))
}

/// A text without everything between two marks.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        out.push_str(before);
        out.push('\n');
        rest = after.split_once(close).map_or("", |(_, after)| after);
    }
    out + rest
}

/// The text between tags, without template code. A tag ends where the quotes around its attributes are closed.
fn visible(template: &str) -> String {
    let marks = [("{#", "#}"), ("{%", "%}"), ("{{", "}}"), ("<!--", "-->"), ("<", ">")];
    marks.iter().fold(template.to_owned(), |text, (open, close)| without(&text, open, close))
}

/// String literals of a source file that are sentences for people: a capital letter, a blank.
fn sentences(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines =
        code.lines().filter(|line| !line.trim_start().starts_with("//") && !line.contains("reason ="));
    let quoted =
        lines.flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
    quoted.filter(|text| text.contains(' ') && text.starts_with(char::is_uppercase)).collect()
}

#[test]
fn nothing_that_people_read_says_a_banned_word() {
    let mut faults = Vec::new();
    for (name, text) in files("templates", "html") {
        // What is left of an attribute that a macro writes is no text either.
        for line in visible(&text).lines().filter(|line| !line.contains("=\"")) {
            if let Some(word) = banned_in(line) {
                faults.push(format!("{name}: {word} in {:?}", line.trim()));
            }
        }
    }
    for (name, text) in files("src", "rs") {
        for sentence in sentences(&text) {
            if let Some(word) = banned_in(&sentence).filter(|word| !ALLOWED.contains(&(name.as_str(), *word)))
            {
                faults.push(format!("{name}: {word} in {sentence:?}"));
            }
        }
    }
    none(&faults);
}

#[test]
fn the_reader_of_templates_sees_text_and_not_code() {
    let text = visible(
        "<p title=\"required\">Enter {{ sorry }} your name</p>{% if invalid %}<!-- oops -->{% endif %}",
    );
    assert_eq!(banned_in(&text), None, "{text}");
    assert_eq!(banned_in(&visible("<b>Please</b> wait")), Some("please"));
}

/// The first argument in quotation marks after each `mark`.
fn named_after<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    text.split(mark).skip(1).filter_map(|rest| rest.split('"').nth(1)).collect()
}

/// Whatever is typed as a password is known by its name to those that keep forms and show them again. A one-time code goes to
/// a public address only, whose forms nobody keeps.
#[test]
fn every_field_of_a_password_is_known_by_its_name() {
    let (mut faults, mut found) = (Vec::new(), 0);
    for (name, text) in files("templates", "html") {
        for line in text.lines().filter(|line| line.contains("type=\"password\"")) {
            if !line.contains("name=\"{{ name }}\"") {
                faults.push(format!("{name}: a password without the macro: {line}"));
            }
        }
        for field in named_after(&text, "field::password(") {
            found += 1;
            if !infirmary::web::form::is_secret(field) {
                faults.push(format!("{name}: {field}"));
            }
        }
        if text.contains("autocomplete=\"one-time-code\"") && name != "templates/access/activate.html" {
            faults.push(format!("{name}: a one-time code"));
        }
    }
    none(&faults);
    assert!(found >= 9, "only {found} fields were found");
    let activate = infirmary::web::paths::access::ACTIVATE;
    let routes = super::routes(&axum::http::Method::POST);
    let open = |access| access == infirmary::web::routes::Access::Public;
    assert!(routes.iter().any(|route| route.path == activate && open(route.access)));
}
